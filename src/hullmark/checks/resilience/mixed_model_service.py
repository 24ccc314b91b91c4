"""One Service sends to different models.

A Service spreads requests over every pod that carries its labels. When these serve different models, the same question is answered by one or the other at random, and errors come and go with
the connection.

Replicas and canaries of one model are what a Service is for. Pods whose model cannot be seen are not compared.

To fix it, give each model a label of its own and select by it.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: gemma
spec:
  selector:
    matchLabels: {app: llm, model: gemma}
  template:
    metadata:
      labels: {app: llm, model: gemma}
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
          args: [--model=google/gemma-3-12b-it]
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: mistral
spec:
  selector:
    matchLabels: {app: llm, model: mistral}
  template:
    metadata:
      labels: {app: llm, model: mistral}
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
          args: [--model=mistralai/Mistral-7B-Instruct-v0.3]
---
apiVersion: v1
kind: Service
metadata:
  name: llm
spec:
  selector:  # finding: service 'llm' sends to different models: google/gemma-3-12b-it and mistralai/Mistral-7B-Instruct-v0.3
    app: llm
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
    matchLabels: {app: llm, model: gemma}
  template:
    metadata:
      labels: {app: llm, model: gemma}
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
          args: [--model=google/gemma-3-12b-it]
---
apiVersion: v1
kind: Service
metadata:
  name: llm
spec:
  selector:
    app: llm
    model: gemma
  ports:
    - port: 8000
```

See [Service](https://kubernetes.io/docs/concepts/services-networking/service/).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.resource import Resource
from hullmark.model.terms import SERVING, Severity
from hullmark.model.workload import Workload


@check(Resource, severity=Severity.HIGH, kinds=("Service",))
def mixed_model_service(service: Resource, arch: Architecture) -> Iterator[Finding]:
    models: dict[str, Workload] = {}
    for podset in arch.selected(service).podsets:
        workload = podset.workload
        if podset.role in SERVING:
            for model in [m.id for c in podset.containers for m in c.models][:1]:
                models.setdefault(model, workload)
    if len({w.ref for w in models.values()}) > 1:
        yield Finding(
            f"service '{service.ref.name}' sends to different models: {' and '.join(sorted(models))}",
            service.node.key("spec", "selector"),
            related=tuple((workload.at(), f"serves {model}") for model, workload in sorted(models.items())),
            advice="give each model a label of its own and select by it",
        )
