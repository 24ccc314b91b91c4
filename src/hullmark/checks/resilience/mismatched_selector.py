"""Selector does not match the pods of its own template.

The API server refuses a workload whose selector leaves out its own pods, so the manifest cannot be applied, or worse: a change of labels that
was meant for one place was made in the other.

Both `matchLabels` and `matchExpressions` are read. Jobs usually have no selector, which is right: the controller makes one.

To fix it, give template and selector the same labels. The selector of an existing workload cannot be changed.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
spec:
  selector:
    matchLabels:  # finding: the selector of 'chat' does not match its own pods
      app: chat
  template:
    metadata:
      labels:
        app: chat-server
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
```

```yaml good
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
spec:
  selector:
    matchLabels:
      app: chat
  template:
    metadata:
      labels:
        app: chat
        model: mistral-7b
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
```

See [Deployment: selector](https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.selectors import Selector, label_selector, map_selector
from hullmark.model.terms import Severity
from hullmark.model.truth import Undecided, is_placeholder
from hullmark.model.workload import Workload

_SELECTING = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Rollout", "CloneSet")
_MAPPED = ("ReplicationController", "DeploymentConfig")
"""Kinds whose selector is a plain map of labels."""


@check(Workload, severity=Severity.HIGH, kinds=(*_SELECTING, *_MAPPED))
def mismatched_selector(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    selector = _selector(workload)
    if selector is None or len(workload.podsets) != 1:
        return
    labels = workload.podsets[0].labels
    if selector.unknown or selector.placeholder or any(is_placeholder(v) for v in labels.values()):
        raise Undecided("labels or selector hold placeholders")
    if not selector.matches(labels):
        yield Finding(
            f"the selector of '{workload.name}' does not match its own pods",
            workload.resource.node.key("spec", "selector", *_part(workload)),
            related=((workload.podsets[0].template_place("labels"), "the labels of its pods"),),
            label="the API server refuses this",
            advice="select labels that the pod template carries",
        )


def _selector(workload: Workload) -> Selector | None:
    written = workload.resource.node.get("spec", "selector")
    return map_selector(written) if workload.ref.kind in _MAPPED else label_selector(written)


def _part(workload: Workload) -> tuple[str, ...]:
    """What to point at inside the selector, where it has parts."""
    selector = workload.resource.node.get("spec", "selector")
    parts = [key for key in ("matchLabels", "matchExpressions") if isinstance(selector, dict) and selector.get(key)]
    return tuple(parts[:1])
