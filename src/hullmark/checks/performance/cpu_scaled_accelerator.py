"""Accelerator workload scales on processor or memory use.

An inference engine keeps its processor calm while its accelerator is saturated, and takes all memory it can get from the start. An autoscaler that looks at
cpu or memory therefore adds no replica when requests queue, or adds them for no reason.

Device memory is no better: engines that take it all at the start never give it back. An autoscaler without any metric looks at cpu. Such a metric beside others that do
reflect load is only a note, as is the time devices are busy. Workloads without accelerators scale well on cpu.

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

import re
from collections.abc import Iterator
from typing import NamedTuple

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.resource import Resource
from hullmark.model.terms import Severity
from hullmark.model.truth import string
from hullmark.model.workload import Workload
from hullmark.text.regex import regex
from hullmark.text.source import Place
from hullmark.text.tree import Node

_BLIND = frozenset({"cpu", "memory"})
_DEVICE_MEMORY = regex(r"DCGM_FI_DEV_(?:FB|MEM)_|gpu[_-]?memory|gpu_?mem|memory_used", re.IGNORECASE)
_DUTY_CYCLE = regex(r"DCGM_FI_DEV_GPU_UTIL|DCGM_FI_PROF_GR_ENGINE_ACTIVE|duty_cycle|gpu_?util", re.IGNORECASE)
_SERVERLESS = "autoscaling.knative.dev/metric"
_OWN = frozenset({"InferenceService", "SeldonDeployment", "NIMService", "NIMPipeline", "Service"})
"""Kinds that say themselves how they scale; the others name a target."""


class _Metric(NamedTuple):
    """What is looked at, and where that is said; ``weak`` for what says little rather than nothing."""

    name: str
    place: Place
    blind: bool = False
    weak: bool = False


@check(Resource, severity=Severity.HIGH, kinds=("HorizontalPodAutoscaler", "ScaledObject", *sorted(_OWN)))
def cpu_scaled_accelerator(scaler: Resource, arch: Architecture) -> Iterator[Finding]:
    kind = scaler.ref.kind
    if kind == "Service" and scaler.ref.group != "serving.knative.dev":
        return
    targets = _targets(scaler, arch)
    if not any(c.accelerators for w in targets for c in w.containers):
        return
    metrics = list(_own(scaler) if kind in _OWN else _metrics(scaler.node.child("spec") or scaler.node, scaler))
    useless = all(m.blind for m in metrics)
    what = "accelerator workload" if kind in _OWN else f"accelerator workload '{targets[0].name}'"
    for metric in metrics:
        if metric.blind or (metric.weak and len(metrics) == 1):
            yield Finding(
                f"'{scaler.ref.name}' scales {what} on {metric.name}",
                metric.place,
                severity=None if useless else Severity.LOW,
                advice="scale on waiting or running requests",
            )


def _targets(scaler: Resource, arch: Architecture) -> list[Workload]:
    if scaler.ref.kind in _OWN:
        own = arch.workload(scaler)
        return [] if own is None else [own]
    return [p.workload for p in arch.selected(scaler).podsets]


def _own(scaler: Resource) -> Iterator[_Metric]:
    """Metrics that an object names for itself."""
    node, kind = scaler.node, scaler.ref.kind
    if kind == "InferenceService":
        yield from _kserve(scaler)
    if kind == "SeldonDeployment":
        for component in _each(node, ("spec", "predictors"), ("componentSpecs",)):
            if (scaling := component.child("hpaSpec")) is not None:
                yield from _metrics(scaling, scaler)
    for scale in (node.child("spec", "scale"), *(s.child("spec", "scale") for s in node.children("spec", "services"))):
        if kind.startswith("NIM") and scale is not None and scale.get("enabled") is True:
            yield from _metrics(scale.child("hpa") or scale, scaler)
    for place in (("metadata", "annotations"), ("spec", "template", "metadata", "annotations")):
        if (name := string(node.value, *place, _SERVERLESS)) in _BLIND:
            yield _Metric(name, node.at(*place, _SERVERLESS), blind=True)


def _kserve(scaler: Resource) -> Iterator[_Metric]:
    node, predictor = scaler.node, ("spec", "predictor")
    if metric := string(node.value, *predictor, "scaleMetric"):
        yield _Metric(metric, node.at(*predictor, "scaleMetric"), metric in _BLIND)
    elif (scaling := node.child(*predictor, "autoScaling")) is not None:
        yield from _metrics(scaling, scaler)
    elif scaler.annotations.get("serving.kserve.io/autoscalerClass") == "hpa":
        place = node.at("metadata", "annotations", "serving.kserve.io/autoscalerClass")
        yield _Metric("cpu, the default", place, blind=True)


def _each(node: Node, outer: tuple[str, ...], inner: tuple[str, ...]) -> Iterator[Node]:
    for one in node.children(*outer):
        yield from one.children(*inner)


def _metrics(spec: Node, scaler: Resource) -> Iterator[_Metric]:
    """The metrics of an autoscaler's spec; without any it looks at cpu."""
    found = [*_triggers(spec), *_listed(spec)]
    if spec.get("targetCPUUtilizationPercentage") is not None:
        found.append(_Metric("cpu", spec.key("targetCPUUtilizationPercentage"), blind=True))
    if not found and scaler.ref.kind == "HorizontalPodAutoscaler":
        found.append(_Metric("cpu, the default", scaler.place, blind=True))
    yield from found


def _triggers(spec: Node) -> Iterator[_Metric]:
    for trigger in spec.children("triggers"):
        type_ = string(trigger.value, "type")
        query = string(trigger.value, "metadata", "query")
        if query:
            yield _named(query, trigger.at("metadata", "query"))
        else:
            yield _Metric(type_, trigger.at("type"), type_ in _BLIND)


def _listed(spec: Node) -> Iterator[_Metric]:
    for metric in spec.children("metrics"):
        for field in ("resource", "containerResource"):
            if name := string(metric.value, field, "name"):
                yield _Metric(name, metric.at(field, "name"), name in _BLIND)
                break
        else:
            keys = next(
                (k for f in ("pods", "object", "external", "podmetric") for k in _names(f) if string(metric.value, *k)),
                None,
            )
            yield _Metric("", metric.at()) if keys is None else _named(string(metric.value, *keys), metric.at(*keys))


def _names(field: str) -> Iterator[tuple[str, ...]]:
    yield from ((field, "metric", "name"), (field, "metricName"), (field, "metric", "query"))


def _named(text: str, place: Place) -> _Metric:
    """A metric by what its name or query is about."""
    if _DEVICE_MEMORY.search(text):
        return _Metric("the memory of its devices", place, blind=True)
    return (
        _Metric("the time its devices are busy", place, weak=True) if _DUTY_CYCLE.search(text) else _Metric("", place)
    )
