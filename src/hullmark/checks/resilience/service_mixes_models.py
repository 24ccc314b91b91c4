"""Service spreads requests over different models.

A Service sends each connection to any pod its selector fits. Where these pods serve different models, or different engines,
a request is answered by whichever it hits: with an error, or worse, with another model's answer.

Several Deployments of the same model are fine: a canary beside the stable one, prefill beside decode, one model from a
hub and from a volume. Where a model is not known, engines are compared.

To fix it, label the pods by model and select by that label too.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: gemma
spec:
  selector:
    matchLabels: {app: chat, model: gemma}
  template:
    metadata:
      labels: {app: chat, model: gemma}
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.18.0
          args: [--model=google/gemma-3-27b-it]
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: qwen
spec:
  selector:
    matchLabels: {app: chat, model: qwen}
  template:
    metadata:
      labels: {app: chat, model: qwen}
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.18.0
          args: [--model=Qwen/Qwen3-8B]
---
apiVersion: v1
kind: Service
metadata:
  name: chat
spec:
  selector:  # finding: service 'chat' spreads requests over different models: 'Qwen/Qwen3-8B', 'google/gemma-3-27b-it'
    app: chat
  ports:
    - port: 8000
```

```yaml good
apiVersion: apps/v1
kind: Deployment
metadata:
  name: gemma
spec:
  selector:
    matchLabels: {app: chat, model: gemma}
  template:
    metadata:
      labels: {app: chat, model: gemma}
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.18.0
          args: [--model=google/gemma-3-27b-it]
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: qwen
spec:
  selector:
    matchLabels: {app: chat, model: qwen}
  template:
    metadata:
      labels: {app: chat, model: qwen}
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.18.0
          args: [--model=Qwen/Qwen3-8B]
---
apiVersion: v1
kind: Service
metadata:
  name: chat
spec:
  selector:
    app: chat
    model: gemma
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
from hullmark.model.terms import SERVING, Severity
from hullmark.model.workload import Workload

_ANYTHING = frozenset({"models", "model", "data", "mnt", "weights", "cache", ""})
_NAMED = 3
"""How many models a message names."""


@check(Resource, severity=Severity.HIGH, kinds=["Service"])
def service_mixes_models(service: Resource, arch: Architecture) -> Iterator[Finding]:
    if service.ref.group:
        return
    workloads = _servers(service, arch)
    served = {w: _serves(w) for w in workloads}
    answers = sorted(set(served.values()) - {""})
    what = "models"
    if len(answers) < 2 and "" in served.values():
        served = {w: w.engine for w in workloads}
        answers, what = sorted(set(served.values()) - {""}), "engines"
    if len(answers) > 1 and len({_bare(a) for a in answers}) > 1:
        more = f" and {len(answers) - _NAMED} more" if len(answers) > _NAMED else ""
        named = ", ".join(f"'{a}'" for a in answers[:_NAMED])
        yield Finding(
            f"service '{service.ref.name}' spreads requests over different {what}: {named}{more}",
            service.node.key("spec", "selector"),
            related=tuple((w.at(), f"serves '{s}'") for w, s in served.items() if s),
            advice="label the pods by model and select by that label too",
        )


def _servers(service: Resource, arch: Architecture) -> list[Workload]:
    """The model servers of its own file or folder that it selects, each name once: overlays repeat them."""
    folder = service.file.rpartition("/")[0]
    found: dict[str, Workload] = {}
    for podset in arch.selected(service).podsets:
        workload = podset.workload
        same = workload.resource.file.rpartition("/")[0] == folder
        if same and workload.role in SERVING and workload.lifetime == "service" and not workload.template:
            found.setdefault(workload.name, workload)
    return list(found.values())


def _serves(workload: Workload) -> str:
    """What it answers with: its model; empty where that is not known, as for a directory called ``models``."""
    return " + ".join(sorted({m.id for m in workload.models if _bare(m.id) not in _ANYTHING}))


def _bare(answer: str) -> str:
    """A model without where it comes from: a canary may load from a volume what the stable one loads from a hub."""
    return " + ".join(part.rstrip("/").rpartition("/")[2].lower() for part in answer.split(" + "))
