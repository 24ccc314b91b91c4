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

from collections.abc import Iterator

from hullmark.checks.security._hostpath import shared_memory
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.terms import ORDINARY, Severity
from hullmark.model.truth import string
from hullmark.model.workload import PodSet


@check(PodSet, severity=Severity.HIGH, roles=ORDINARY, compose="set shm_size instead")
def host_path_shared_memory(podset: PodSet, arch: Architecture) -> Iterator[Finding]:
    for volume, own in shared_memory(podset):
        what = (
            "is the shared memory of the node" if own else "puts a directory of the node in the place of shared memory"
        )
        yield Finding(
            f"volume '{string(volume.value, 'name')}' {what}",
            volume.at("hostPath", "path"),
            advice="use an emptyDir of medium Memory",
        )
