"""Another system calls an API that has neither version nor description.

What is called from another namespace is a promise to another team: they cannot change with it on the same day. Without a version in the path and without a description, the first change
of a field breaks callers whom nobody asked, and a rollback cannot bring both sides together again.

Reported is a program of one's own behind an address in another namespace, with a path that has no version in it (`/predict`, but not `/v1/predict`), and with no description in the scan
(a mounted OpenAPI or proto file). Only paths that speak of models count, and both sides name their namespace. Engines with published interfaces (vLLM, Triton, Ollama and the like) have
a contract. Where an AI service is called without any path, nobody can see what is called.

To fix it, put a version into the path and publish a description; serve the old version until the last caller has gone.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ranker  # finding: 'shop' calls '/predict' of 'ranker' from another namespace, and neither version nor description says what it may rely on
  namespace: ml
spec:
  selector: {matchLabels: {app: ranker}}
  template:
    metadata: {labels: {app: ranker}}
    spec: {containers: [{name: ranker, image: 'registry.example/ranker:1.4.0', ports: [{name: http, containerPort: 8080}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: ranker, namespace: ml}
spec: {selector: {app: ranker}, ports: [{name: http, port: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec: {containers: [{name: shop, image: 'registry.example/shop:7.0.0', env: [{name: RANKER, value: 'http://ranker.ml:8080/predict'}]}]}
```

```yaml good
apiVersion: apps/v1
kind: Deployment
metadata: {name: ranker, namespace: ml}
spec:
  selector: {matchLabels: {app: ranker}}
  template:
    metadata: {labels: {app: ranker}}
    spec: {containers: [{name: ranker, image: 'registry.example/ranker:1.4.0', ports: [{name: http, containerPort: 8080}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: ranker, namespace: ml}
spec: {selector: {app: ranker}, ports: [{name: http, port: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec: {containers: [{name: shop, image: 'registry.example/shop:7.0.0', env: [{name: RANKER, value: 'http://ranker.ml:8080/v1/predict'}]}]}
```

```yaml unknown
apiVersion: apps/v1
kind: Deployment
metadata: {name: answers, namespace: ml}  # unknown: what 'shop' calls of 'answers' is not written: its address has no path
spec:
  selector: {matchLabels: {app: answers}}
  template:
    metadata: {labels: {app: answers}}
    spec: {containers: [{name: rag, image: 'registry.example/rag-api:1.4.0', ports: [{name: http, containerPort: 8080}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: answers, namespace: ml}
spec: {selector: {app: answers}, ports: [{name: http, port: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec: {containers: [{name: shop, image: 'registry.example/shop:7.0.0', env: [{name: ANSWERS, value: 'http://answers.ml:8080'}]}]}
```

See Google's [AIP-185, API versioning](https://google.aip.dev/185), and the [OpenAPI Specification](https://spec.openapis.org/oas/latest.html).
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.component import Component, ComponentKind, Edge, EdgeKind
from hullmark.model.finding import Finding
from hullmark.model.terms import SERVING, Confidence, Platform, Role, Severity
from hullmark.model.truth import Undecided
from hullmark.model.workload import Workload
from hullmark.text.regex import regex

_OWN = SERVING | {Role.RAG_SERVICE, Role.AGENT, Role.GUARDRAIL, Role.FEATURE_STORE}
"""Roles of programs that answer others from a model."""

_VERSION = regex(
    r"(?:^|/)(?:api-)?v\d+(?:(?:alpha|beta)\d*|\.\d+)*(?:/|$)|[?&]version=|/\d{4}-\d{2}-\d{2}(?:/|$)", re.IGNORECASE
)
_OF_MODELS = regex(
    r"/(?:predict\w*|score\w*|scoring|infer\w*|embed\w*|re-?rank\w*|generate\w*|classif\w*|detect\w*|transcri\w*|recommend\w*"
    r"|forecast\w*|explain\w*|features?|retrieve\w*|completions?|summari[sz]e\w*)(?:/|$)",
    re.IGNORECASE,
)
"""Paths that speak of models: others are of programs that have nothing to do with them."""


@check(Workload, severity=Severity.LOW, confidence=Confidence.MEDIUM)
def unversioned_api(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    if workload.template or workload.lifetime == "task" or workload.platform is not Platform.KUBERNETES:
        return
    if workload not in _across(arch) or any(c.engine for c in workload.containers):
        return
    unseen = ""
    for call, service in _calls(workload, arch):
        caller, path = arch.graph.by_id[call.source], call.facts.get("path", "")
        if service.facts.get("documented") != "no" or "HTTP" not in service.facts.get("protocol", "").split(", "):
            continue
        place = call.evidence[0].place
        if _OF_MODELS.search(path) and not _VERSION.search(path):
            yield Finding(
                f"'{caller.label}' calls '{path}' of '{workload.name}' from another namespace, and neither version nor "
                "description says what it may rely on",
                workload.at("metadata", "name"),
                related=((place, call.evidence[0].text),) if place is not None else (),
                advice="put a version into the path and publish a description",
            )
            return
        if path.strip("/") == "" and workload.role in _OWN:
            unseen = f"what '{caller.label}' calls of '{workload.name}' is not written: its address has no path"
    if unseen:
        raise Undecided(unseen)


def _calls(workload: Workload, arch: Architecture) -> Iterator[tuple[Edge, Component]]:
    """The calls from other namespaces, each with the Service that it names."""
    graph, own = arch.graph, arch.graph.of(workload)
    for led in graph.into(own.id, EdgeKind.ROUTES) if own is not None else ():
        service = graph.by_id[led.source]
        for call in graph.into(service.id, EdgeKind.CALLS) if service.kind is ComponentKind.SERVICE else ():
            space = graph.by_id[call.source].namespace
            if call.certain and space and workload.namespace and space != workload.namespace:
                yield call, service


@lru_cache(maxsize=1)
def _across(arch: Architecture) -> frozenset[Workload]:
    """The workloads that others call from other namespaces: told before any graph is drawn."""
    return frozenset(
        called
        for called, callers in arch.callers.items()
        if any(c.namespace and called.namespace and c.namespace != called.namespace for c in callers)
    )
