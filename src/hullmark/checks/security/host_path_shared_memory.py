"""Container uses the shared memory of its node.

A `hostPath` at `/dev/shm` gives the pod the node's own shared memory: every pod that does the same, of whatever tenant, reads and writes the same tensors, and
what a killed run leaves there fills the node until it is rebooted.

It is written for speed, but a memory-backed `emptyDir` is the same memory with the same speed, for this pod alone.

To fix it, replace the volume by `emptyDir: {medium: Memory, sizeLimit: …}`.

```yaml bad
apiVersion: v1
kind: Pod
metadata:
  name: trainer
spec:
  containers:
    - name: train
      image: registry.example/train:1.4.2
      volumeMounts:
        - name: shm
          mountPath: /dev/shm
  volumes:
    - name: shm
      hostPath:
        path: /dev/shm  # finding: volume 'shm' is the shared memory of the node
```

```yaml good
apiVersion: v1
kind: Pod
metadata:
  name: trainer
spec:
  containers:
    - name: train
      image: registry.example/train:1.4.2
      volumeMounts:
        - name: shm
          mountPath: /dev/shm
  volumes:
    - name: shm
      emptyDir:
        medium: Memory
        sizeLimit: 8Gi
```

See [Volumes: hostPath](https://kubernetes.io/docs/concepts/storage/volumes/#hostpath) and [emptyDir](https://kubernetes.io/docs/concepts/storage/volumes/#emptydir).
"""

import posixpath
from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.terms import ORDINARY, Severity
from hullmark.model.truth import string
from hullmark.model.workload import PodSet

_SHM = "/dev/shm"  # noqa: S108 - a path to look for
_ALIASES = (_SHM, "/run/shm", "/var/run/shm")


@check(PodSet, severity=Severity.HIGH, roles=ORDINARY, compose="set shm_size instead")
def host_path_shared_memory(podset: PodSet, arch: Architecture) -> Iterator[Finding]:
    there = {
        string(m.node.value, "name") for c in podset.containers for m in c.mounts if posixpath.normpath(m.path) == _SHM
    }
    for name, volume in podset.volumes.items():
        path = string(volume.value, "hostPath", "path")
        if not path:
            continue
        whole = "/" + posixpath.normpath(path).lstrip("/") + "/"
        if whole.startswith(tuple(f"{a}/" for a in _ALIASES)):
            what = "is the shared memory of the node"
        elif name in there:
            what = "puts a directory of the node in the place of shared memory"
        else:
            continue
        yield Finding(
            f"volume '{name}' {what}", volume.at("hostPath", "path"), advice="use an emptyDir of medium Memory"
        )
