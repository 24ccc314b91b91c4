"""Service selects no pods.

A Service whose selector matches nothing answers every connection with a refusal, while everything that calls it looks healthy in its manifest.

Pods that an operator makes carry labels it adds, which count. A Service without selector, of type ExternalName, or whose pods may simply lie outside
the scan is not reported; it is a finding when pods in the scan miss the selector by little: one label is absent or spelt almost alike, or the namespace differs. A label of
quite another value (`tier: cache` where there is a `tier: web`) rather means other pods, which are not in the scan. With `--complete`, which says that the
scan holds everything that is deployed, a Service that selects nothing is always reported.

To fix it, give selector and pods the same labels, in the same namespace.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
  namespace: ml
spec:
  selector:
    matchLabels: {app: chat, tier: model}
  template:
    metadata:
      labels: {app: chat, tier: model}
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
---
apiVersion: v1
kind: Service
metadata:
  name: chat
  namespace: ml
spec:
  selector:  # finding: service 'chat' selects no pods
    app: chat
    tier: models
  ports:
    - port: 8000
```

```yaml good
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
  namespace: ml
spec:
  selector:
    matchLabels: {app: chat, tier: model}
  template:
    metadata:
      labels: {app: chat, tier: model}
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
---
apiVersion: v1
kind: Service
metadata:
  name: chat
  namespace: ml
spec:
  selector:
    app: chat
  ports:
    - port: 8000
```

```yaml unknown
apiVersion: v1
kind: Service
metadata:
  name: chat
  namespace: ml
spec:
  selector:
    app: chat
  ports:
    - port: 8000
```

See [Service](https://kubernetes.io/docs/concepts/services-networking/service/#defining-a-service).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.resource import Resource
from hullmark.model.terms import Severity
from hullmark.model.truth import Undecided, string
from hullmark.model.workload import PodSet
from hullmark.text.tree import mapping

_ALIKE = 0.7
"""From which likeness on two values are one word and its misspelling."""


@check(Resource, severity=Severity.HIGH, kinds=("Service",))
def dangling_service(service: Resource, arch: Architecture) -> Iterator[Finding]:
    if service.ref.group or not mapping(service.spec, "selector") or string(service.spec, "type") == "ExternalName":
        return
    selection = arch.selected(service)
    if selection.podsets:
        return
    near = [(p, why) for p, why in selection.near if _meant(service, p)]
    if near:
        yield Finding(
            f"service '{service.ref.name}' selects no pods",
            service.node.key("spec", "selector"),
            related=tuple((p.workload.at(), why) for p, why in near[:3]),
            advice="select labels that the pods carry, in their namespace",
        )
        return
    if arch.complete and not selection.unknown:
        yield Finding(f"service '{service.ref.name}' selects no pods", service.node.key("spec", "selector"))
        return
    raise Undecided(
        selection.unknown or f"no pods in the scan carry the labels that service '{service.ref.name}' selects"
    )


def _meant(service: Resource, podset: PodSet) -> bool:
    """Whether pods that the selector nearly selects are those it means: every label that differs is a slip."""
    from difflib import SequenceMatcher  # needed rarely, and not free to load

    wanted = {k: v for k, v in mapping(service.spec, "selector").items() if isinstance(v, str)}
    wrong = {k: v for k, v in wanted.items() if podset.labels.get(k) != v}
    if any(k not in podset.labels for k in wrong):
        return len(wanted) > 1
    return all(SequenceMatcher(None, v, podset.labels[k]).ratio() >= _ALIKE for k, v in wrong.items())
