"""Accelerator workload scales on processor or memory use.

An inference engine keeps its processor calm while its accelerator is saturated, and takes all memory it can get from the start. An autoscaler that looks at
cpu or memory therefore adds no replica when requests queue, or adds them for no reason.

Such a metric beside others that do reflect load is only a note. Workloads without accelerators scale well on cpu.

To fix it, scale on what queues: `vllm:num_requests_waiting`, running requests, or cache use, through an adapter or KEDA's prometheus trigger.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
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
          resources:
            limits: {nvidia.com/gpu: 1}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: chat
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: chat}
  maxReplicas: 4
  metrics:
    - type: Resource
      resource:
        name: cpu  # finding: 'chat' scales accelerator workload 'chat' on cpu
        target: {type: Utilization, averageUtilization: 70}
```

```yaml good
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
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
          resources:
            limits: {nvidia.com/gpu: 1}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: chat
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: chat}
  maxReplicas: 4
  metrics:
    - type: Pods
      pods:
        metric: {name: vllm_num_requests_waiting}
        target: {type: AverageValue, averageValue: "4"}
```

See [GKE: best practices for autoscaling LLM inference](https://cloud.google.com/kubernetes-engine/docs/best-practices/machine-learning/inference/autoscaling).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.resource import Resource
from hullmark.model.terms import Severity
from hullmark.model.truth import string
from hullmark.model.workload import Workload
from hullmark.text.source import Place

_BLIND = ("cpu", "memory")


@check(Resource, severity=Severity.HIGH, kinds=("HorizontalPodAutoscaler", "ScaledObject", "InferenceService"))
def cpu_scaled_accelerator(scaler: Resource, arch: Architecture) -> Iterator[Finding]:
    targets = _targets(scaler, arch)
    if not any(c.accelerators for w in targets for c in w.containers):
        return
    metrics = list(_metrics(scaler))
    blind = [(name, place) for name, place in metrics if name in _BLIND]
    for name, place in blind:
        yield Finding(
            f"'{scaler.ref.name}' scales accelerator workload '{targets[0].name}' on {name}",
            place,
            severity=None if len(blind) == len(metrics) else Severity.LOW,
            advice="scale on waiting or running requests",
        )


def _targets(scaler: Resource, arch: Architecture) -> list[Workload]:
    if scaler.ref.kind == "InferenceService":
        return [w for w in arch.workloads if w.resource is scaler]
    return [p.workload for p in arch.selected(scaler).podsets]


def _metrics(scaler: Resource) -> Iterator[tuple[str, Place]]:
    """The name of each metric and its place; the name is that of a resource, or the type of anything else."""
    node = scaler.node
    if scaler.ref.kind == "InferenceService":
        if metric := string(node.value, "spec", "predictor", "scaleMetric"):
            yield metric, node.at("spec", "predictor", "scaleMetric")
        return
    for trigger in node.children("spec", "triggers"):
        yield string(trigger.value, "type"), trigger.at("type")
    if node.get("spec", "targetCPUUtilizationPercentage") is not None:
        yield "cpu", node.key("spec", "targetCPUUtilizationPercentage")
    for metric_node in node.children("spec", "metrics"):
        for field in ("resource", "containerResource"):
            if name := string(metric_node.value, field, "name"):
                yield name, metric_node.at(field, "name")
                break
        else:
            yield string(metric_node.value, "type"), metric_node.at("type")
