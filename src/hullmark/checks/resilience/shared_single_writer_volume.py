"""Several pods need a volume that only one node may mount.

A claim with ReadWriteOnce attaches to one node at a time. The second replica, or the second worker of a gang, waits in ContainerCreating until it
happens to land on the same node; a rollout waits for a pod that will not go.

Claims that a StatefulSet makes from its templates are one each and fine. A claim that is not in the scan is not judged.

To fix it, use a class that offers ReadWriteMany or ReadOnlyMany, an image volume, or one claim a pod.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
spec:
  replicas: 2
  selector:
    matchLabels: {app: chat}
  template:
    metadata:
      labels: {app: chat}
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
      volumes:
        - name: models
          persistentVolumeClaim:
            claimName: models  # finding: 2 pods of 'chat' share claim 'models', which one node at a time may mount
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: models
spec:
  accessModes: [ReadWriteOnce]
  resources:
    requests: {storage: 100Gi}
```

```yaml good
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
spec:
  replicas: 2
  selector:
    matchLabels: {app: chat}
  template:
    metadata:
      labels: {app: chat}
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
      volumes:
        - name: models
          persistentVolumeClaim:
            claimName: models
            readOnly: true
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: models
spec:
  accessModes: [ReadOnlyMany]
  resources:
    requests: {storage: 100Gi}
```

See [Persistent volumes: access modes](https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.terms import Severity
from hullmark.model.truth import string
from hullmark.model.workload import PodSet

_SINGLE = frozenset({"ReadWriteOnce", "ReadWriteOncePod"})


@check(PodSet, severity=Severity.HIGH)
def shared_single_writer_volume(podset: PodSet, arch: Architecture) -> Iterator[Finding]:
    around = arch.around(podset)
    most = around.replicas.most if around.replicas.most is not None else around.replicas.wanted
    if most is None or most < 2:
        return
    for name, volume in podset.volumes.items():
        claim_name = string(volume.value, "persistentVolumeClaim", "claimName")
        claim = around.claims.get(name) if claim_name else None
        if claim is None or claim.claim is None or not claim.access_modes or not set(claim.access_modes) <= _SINGLE:
            continue
        yield Finding(
            f"{most} pods of '{podset.workload.name}' share claim '{claim_name}', which one node at a time may mount",
            volume.at("persistentVolumeClaim", "claimName"),
            related=((claim.claim.node.at("spec", "accessModes"), "its access modes"),),
        )
