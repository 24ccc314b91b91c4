"""Pod uses a directory of its node.

A `hostPath` volume ties a pod to one node and mixes its files with those of every other pod that names the same path:
models and datasets can be swapped by a neighbour, and checkpoints are gone with the node. With a few paths it is a
way out of the container; those are reported by `sensitive-host-path` and `runtime-socket-mount` instead, as soon as a
container mounts them.

To fix it, use a PersistentVolumeClaim, a `local` persistent volume for fast disks, or an `emptyDir` for scratch space
and `/dev/shm`. Device plugins, drivers and exporters of accelerators are left out: the node's directories are their
job.

```yaml bad
apiVersion: v1
kind: Pod
metadata:
  name: server
spec:
  containers:
    - name: vllm
      image: registry.example/vllm:0.18.0
      volumeMounts:
        - name: models
          mountPath: /models
  volumes:
    - name: models
      hostPath:
        path: /data/models  # finding: volume 'models' is directory '/data/models' of the node
```

```yaml good
apiVersion: v1
kind: Pod
metadata:
  name: server
spec:
  containers:
    - name: vllm
      image: registry.example/vllm:0.18.0
      volumeMounts:
        - name: models
          mountPath: /models
          readOnly: true
  volumes:
    - name: models
      persistentVolumeClaim:
        claimName: models
```

See [hostPath](https://kubernetes.io/docs/concepts/storage/volumes/#hostpath), [Pod Security
Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/) (*Baseline*, host path volumes), CIS
Kubernetes Benchmark v1.12 5.2.11 and MITRE ATLAS [AML.T0018, manipulate AI
model](https://atlas.mitre.org/techniques/AML.T0018).
"""

from collections.abc import Iterator

from hullmark.checks.security._hostpath import node_mounts, shared_memory
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.terms import ORDINARY, Severity
from hullmark.model.truth import string
from hullmark.model.workload import PodSet


@check(PodSet, severity=Severity.MEDIUM, roles=ORDINARY)
def host_path_volume(podset: PodSet, arch: Architecture) -> Iterator[Finding]:
    worse = {
        id(m.mount.volume.value)
        for c in podset.containers
        for m in node_mounts(c)
        if m.mount.volume is not None and (m.is_sensitive or m.is_runtime_socket)
    }
    worse |= {id(volume.value) for volume, _ in shared_memory(podset)}
    for volume in podset.node.children("volumes"):
        if volume.get("hostPath") is not None and id(volume.value) not in worse:
            name, path = string(volume.value, "name"), string(volume.value, "hostPath", "path")
            what = f"directory '{path}'" if path else "a directory"
            yield Finding(
                f"volume '{name}' is {what} of the node",
                volume.at("hostPath", "path"),
                advice="use a PersistentVolumeClaim, or an emptyDir for scratch space",
            )
