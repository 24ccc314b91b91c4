"""Others rely on an API that has neither version nor description.

What is called from another namespace, or published by a route, is a promise to people who cannot change with it on the same day. Without a version in the path and without a description,
the first change of a field breaks callers whom nobody asked, and a rollback cannot bring both sides together again.

Reported is a program of one's own behind an address in another namespace, or behind an Ingress, an OpenShift Route, an HTTPRoute or a VirtualService that leads out of the cluster (who
calls it within is told by the addresses), with a path that has no version in it (`/predict`, but not `/v1/predict`), and with no description in the scan: an OpenAPI or proto file that is
mounted or named after it, an annotation that speaks of one, a route to it. Only paths that speak of models count, and for AI services those that ask (`/ask`); calls count where both sides
name their namespace. A route is content with a version anywhere: in its host, in another path to the same program, in a header or parameter that it matches. Engines with published
interfaces (vLLM, Triton, Ollama and the like) have a contract. Interfaces for people, notebooks and dashboards are not meant.

Where an AI service is called without any path, nobody can see what is called. The same holds for a route that hands over the whole host, or all below `/api`: the version may stand behind
what is written. That is unknown and not passed over, because silence would say that somebody had looked; a description beside the program, or a path with the version, settles it.

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

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: answers  # finding: Ingress 'answers' publishes '/ask' of 'answers', and neither version nor description says what callers may rely on
spec:
  selector: {matchLabels: {app: answers}}
  template:
    metadata: {labels: {app: answers}}
    spec: {containers: [{name: rag, image: 'registry.example/rag-api:1.4.0', ports: [{containerPort: 9000}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: answers}
spec: {selector: {app: answers}, ports: [{port: 9000}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: answers}
spec:
  rules:
    - host: answers.example.com
      http: {paths: [{path: /ask, pathType: Prefix, backend: {service: {name: answers, port: {number: 9000}}}}]}
```

```yaml unknown
apiVersion: apps/v1
kind: Deployment
metadata: {name: answers}  # unknown: what Ingress 'answers' publishes of 'answers' is not written: its path is '/'
spec:
  selector: {matchLabels: {app: answers}}
  template:
    metadata: {labels: {app: answers}}
    spec: {containers: [{name: rag, image: 'registry.example/rag-api:1.4.0', ports: [{containerPort: 9000}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: answers}
spec: {selector: {app: answers}, ports: [{port: 9000}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: answers}
spec:
  rules:
    - host: answers.example.com
      http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: answers, port: {number: 9000}}}}]}
```

See Google's [AIP-185, API versioning](https://google.aip.dev/185), and the [OpenAPI Specification](https://spec.openapis.org/oas/latest.html).
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from hullmark.model.architecture import Architecture, Route
from hullmark.model.check import check
from hullmark.model.component import Component, ComponentKind, EdgeKind
from hullmark.model.finding import Finding
from hullmark.model.resource import Resource
from hullmark.model.terms import SERVING, Confidence, Platform, Reach, Role, Severity
from hullmark.model.truth import Undecided, string
from hullmark.model.workload import Workload
from hullmark.text.regex import regex
from hullmark.text.source import Place
from hullmark.text.tree import items, mapping

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

_ASKS = regex(r"/(?:ask|answers?|query|invoke)(?:/|$)", re.IGNORECASE)
"""Paths that ask an AI service for something; elsewhere they may mean anything."""

_PREDICTS = regex(r"/(?:predict|infer|inference|embeddings?|re-?rank)(?:/|$)", re.IGNORECASE)
"""Paths by which a program shows that it is one of AI, whatever its image is called: a web site may have `/features`."""

_ROUTED = frozenset({"Ingress", "Route", "HTTPRoute", "VirtualService"})
"""Kinds that publish paths of HTTP; a GRPCRoute, an MCPRoute and an AIGatewayRoute name their contract themselves."""

_ROUTED_VERSION = regex(r"(?<![a-z0-9])v(?:\d|\[|\\d)|(?<![a-z])version|\d{4}-\d{2}-\d{2}", re.IGNORECASE)
"""A version in a host or path, which may be an expression."""

_EXPRESSION = regex(r"[(\[{.*?$\\|+].*", re.DOTALL)
"""What follows the plain beginning of a path."""

_DESCRIPTION = regex(r"open-?api|swagger|\.proto$", re.IGNORECASE)
_DESCRIBED = regex(r"open-?api|swagger|/(?:docs|redoc)(?:/|$)", re.IGNORECASE)
"""Paths where programs publish a description."""

_BESIDE = regex(
    r"^/(?:health\w*|live\w*|ready\w*|ping|status|metrics|static|assets|favicon|\.well-known|oauth2?|login)(?:/|$)",
    re.IGNORECASE,
)
"""Paths that are no part of an API: probes, files and signing in."""

_PLAIN = frozenset({"HTTP", "unknown"})
"""What a program of one's own speaks, as far as a Service tells."""


class _Use(NamedTuple):
    """A path that others rely on: who uses it in words for findings and for what is not known, and where that is said."""

    path: str
    text: str
    unseen: str
    place: Place | None
    evidence: str


@check(Workload, severity=Severity.LOW, confidence=Confidence.MEDIUM)
def unversioned_api(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    if workload.template or workload.lifetime == "task" or workload.platform is not Platform.KUBERNETES:
        return
    if any(c.engine for c in workload.containers):
        return
    unseen = ""
    for use in (*_called(workload, arch), *_published(workload, arch)):
        if _speaks(use.path, workload):
            yield Finding(
                use.text,
                workload.at("metadata", "name"),
                related=((use.place, use.evidence),) if use.place is not None else (),
                advice="put a version into the path and publish a description",
            )
            return
        unseen = use.unseen or unseen
    if unseen and workload.role in _OWN:
        raise Undecided(unseen)


def _speaks(path: str, workload: Workload) -> bool:
    """Whether a path is one of an API of models."""
    return bool(_OF_MODELS.search(path) or (workload.role in _OWN and _ASKS.search(path)))


def _called(workload: Workload, arch: Architecture) -> Iterator[_Use]:
    """The paths without a version that are called from other namespaces."""
    if workload not in _across(arch):
        return
    graph = arch.wiring
    for service in _services(workload, arch).values():
        for call in graph.into(service.id, EdgeKind.CALLS) if _undescribed(service, "HTTP") else ():
            caller, path = graph.by_id[call.source], call.facts.get("path", "")
            apart = caller.namespace and workload.namespace and caller.namespace != workload.namespace
            if call.certain and apart and not _VERSION.search(path):
                yield _Use(
                    path,
                    f"'{caller.label}' calls '{path}' of '{workload.name}' from another namespace, and neither version "
                    "nor description says what it may rely on",
                    f"what '{caller.label}' calls of '{workload.name}' is not written: its address has no path"
                    if not path.strip("/")
                    else "",
                    call.evidence[0].place,
                    call.evidence[0].text,
                )


def _published(workload: Workload, arch: Architecture) -> Iterator[_Use]:
    """The paths that routes publish, if none of them has a version or leads to a description."""
    routes = [
        route
        for podset in workload.podsets
        for route in arch.around(podset).routes
        if route.resource.ref.kind in _ROUTED and route.reach > Reach.CLUSTER
    ]
    if not routes or any(_settled(route) for route in routes):
        return
    paths = {route: _EXPRESSION.sub("", route.path.lstrip("^")) for route in routes}
    if workload.role not in _OWN:
        paths = {route: path for route, path in paths.items() if _PREDICTS.search(path)}
    services = _services(workload, arch) if paths else {}
    for route, path in paths.items():
        service = services.get(route.target)
        if service is not None and _undescribed(service, *_PLAIN) and not _told(service, route, workload, arch):
            if route.unknown:
                yield _Use("", "", route.unknown, route.place, "")
                continue
            what = f"{route.resource.ref.kind} '{route.resource.ref.name}'"
            yield _Use(
                path,
                f"{what} publishes '{path}' of '{workload.name}', and neither version nor description says what callers "
                "may rely on",
                f"what {what} publishes of '{workload.name}' is not written: its path is '{route.path}'"
                if not _BESIDE.search(path)
                else "",
                route.place,
                f"{what} leads there",
            )


def _settled(route: Route) -> bool:
    """Whether a route asks for a version, or publishes a description."""
    named = (_ROUTED_VERSION.search(text) for text in (route.host, route.path, *_matched(route.resource)))
    return any(named) or _DESCRIBED.search(route.path) is not None


def _matched(resource: Resource) -> Iterator[str]:
    """The headers and parameters that a route looks at; a version may be asked for by a media type."""
    names = [
        string(one, "name")
        for rule in items(resource.spec, "rules")
        for match in items(rule, "matches")
        for one in (*items(match, "headers"), *items(match, "queryParams"))
    ]
    for rule in items(resource.spec, "http"):
        for match in items(rule, "match"):
            names += [*mapping(match, "headers"), *mapping(match, "queryParams")]
    yield from ("version" if name.lower() == "accept" else name.lower().replace("_", "-") for name in names)


def _services(workload: Workload, arch: Architecture) -> dict[str, Component]:
    """The Services that lead to a workload, by name."""
    graph, own = arch.wiring, arch.wiring.of(workload)
    sources = (graph.by_id[e.source] for e in graph.into(own.id, EdgeKind.ROUTES)) if own is not None else ()
    return {s.label: s for s in sources if s.kind is ComponentKind.SERVICE}


def _undescribed(service: Component, *protocols: str) -> bool:
    """Whether nothing is known of what a Service offers but that it speaks one of these protocols."""
    spoken = service.facts.get("protocol", "").split(", ")
    return service.facts.get("documented") == "no" and any(p in spoken for p in protocols)


def _told(service: Component, route: Route, workload: Workload, arch: Architecture) -> bool:
    """Whether a description is to be seen that is not mounted: in annotations, or in a ConfigMap named after it."""
    objects = (workload.resource, route.resource, *((service.resource,) if service.resource is not None else ()))
    notes = (text for one in objects for note in one.annotations.items() for text in note)
    return any(_DESCRIPTION.search(text) for text in notes) or any(
        any(name in config.ref.name for name in (workload.name, service.label))
        and any(_DESCRIPTION.search(key) for key in mapping(config.node.value, "data"))
        for config in arch.within("ConfigMap", workload.resource.ref.namespace)
    )


@lru_cache(maxsize=1)
def _across(arch: Architecture) -> frozenset[Workload]:
    """The workloads that others call from other namespaces: told before any graph is drawn."""
    return frozenset(
        called
        for called, callers in arch.callers.items()
        if any(c.namespace and called.namespace and c.namespace != called.namespace for c in callers)
    )
