"""Autoscaler points at a workload that is not there.

An autoscaler whose target is misspelt scales nothing: it reports an error in its status that nobody reads, and the model server stays at the size it
was born with.

Targets of a kind that Hullmark does not know, and targets that may simply lie outside the scan, are *unknown*, not dangling. It is a finding when
the scan holds a workload of that name, but of another kind or API group, or in another namespace.

To fix it, name the workload as it is, with its kind.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
  namespace: ml
spec:
  selector:
    matchLabels: {app: chat}
  template:
    metadata:
      labels: {app: chat}
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: chat
  namespace: ml
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: StatefulSet
    name: chat  # finding: 'chat' scales StatefulSet 'chat', but 'chat' is a Deployment
  maxReplicas: 4
```

```yaml good
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
  namespace: ml
spec:
  selector:
    matchLabels: {app: chat}
  template:
    metadata:
      labels: {app: chat}
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: chat
  namespace: ml
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: chat
  maxReplicas: 4
```

```yaml unknown
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: broker
  namespace: ml
spec:
  scaleTargetRef:
    apiVersion: kafka.strimzi.io/v1beta2
    kind: KafkaNodePool
    name: broker
  maxReplicas: 4
```

See [Horizontal pod autoscaling](https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.resource import Resource
from hullmark.model.terms import Severity
from hullmark.model.truth import Undecided, string


@check(Resource, severity=Severity.HIGH, kinds=("HorizontalPodAutoscaler", "ScaledObject"))
def dangling_autoscaler(scaler: Resource, arch: Architecture) -> Iterator[Finding]:
    selection = arch.selected(scaler)
    if selection.podsets:
        return
    kind = string(scaler.spec, "scaleTargetRef", "kind") or "Deployment"
    name = string(scaler.spec, "scaleTargetRef", "name")
    if not selection.near:
        if arch.complete and not selection.unknown:
            at = scaler.node.at("spec", "scaleTargetRef", "name")
            yield Finding(f"'{scaler.ref.name}' scales {kind} '{name}', which is not there", at)
            return
        raise Undecided(selection.unknown or f"{kind} '{name}' is not in the scan")
    podset, why = selection.near[0]
    ref = podset.workload.ref
    if ref.kind != kind:
        why = f"'{name}' is a {ref.kind}"
    elif ref.namespace == scaler.ref.namespace:
        why = f"'{name}' belongs to API group '{ref.group}'"
    yield Finding(
        f"'{scaler.ref.name}' scales {kind} '{name}', but {why}",
        scaler.node.at("spec", "scaleTargetRef", "name"),
        related=((podset.workload.at(), "the workload that comes closest"),),
    )
