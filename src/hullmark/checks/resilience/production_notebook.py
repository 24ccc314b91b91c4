"""Production depends on a notebook.

A notebook is somebody's desk: its state is what was run last, in whatever order, and it ends when its owner restarts the kernel, changes a cell or is culled for idling. What answers
requests from it, or serves a model from its folder, changes and fails with it, untested.

It is reported when a service of production asks a notebook for answers (a program that runs no AI only if a route publishes it and the address has a path), when a Service leads to a notebook as well as to a model server, gateway, agent or RAG service, and when a model
server serves from a volume that a notebook may write. So it is when routes of one host (or one route without a host) send one path to such a service and another to a notebook: to browsers
they are one site, and whoever runs code in the notebook answers under production's name. A notebook with a route of its own in the namespace of a service that is published too is a low
finding: both draw on the same Secrets, quotas and policies.

A route to a notebook alone is what notebooks are opened by, and not reported here: whether it asks for a token is told by `unauthenticated-notebook`, and how far it may reach by
`exposed-internal-workload`. Not reported either are hosts and namespaces that are called after trying things out (`lab.example.com`, `dev`, `localhost`), a hub and its notebooks, and
programs that let Jupyter run code for them (`CODE_EXECUTION_JUPYTER_URL`).

To fix it, move what production needs into an image of its own, let a pipeline hand models over, and give notebooks a host and a namespace of their own.

```yaml bad
apiVersion: kubeflow.org/v1
kind: Notebook
metadata:
  name: anna  # finding: 'shop-assistant' waits for answers of notebook 'anna'
  namespace: ml
spec:
  template:
    spec:
      containers: [{name: anna, image: 'quay.io/jupyter/scipy-notebook:2026-01-05', ports: [{containerPort: 8888}, {containerPort: 5000}]}]
---
apiVersion: v1
kind: Service
metadata: {name: ranking, namespace: ml}
spec: {selector: {notebook-name: anna}, ports: [{port: 5000}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop-assistant, namespace: shop}
spec:
  selector: {matchLabels: {app: assistant}}
  template:
    metadata: {labels: {app: assistant}}
    spec:
      containers:
        - name: agent
          image: langchain/langgraph-api:3.12
          env: [{name: RANKING_URL, value: 'http://ranking.ml:5000/predict'}]
```

```yaml good
apiVersion: kubeflow.org/v1
kind: Notebook
metadata: {name: anna, namespace: ml}
spec:
  template:
    spec:
      containers: [{name: anna, image: 'quay.io/jupyter/scipy-notebook:2026-01-05', ports: [{containerPort: 8888}]}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ranking, namespace: ml}
spec:
  selector: {matchLabels: {app: ranking}}
  template:
    metadata: {labels: {app: ranking}}
    spec: {containers: [{name: ranking, image: 'registry.example/ranking:1.0.0'}]}
---
apiVersion: v1
kind: Service
metadata: {name: ranking, namespace: ml}
spec: {selector: {app: ranking}, ports: [{port: 5000}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop-assistant, namespace: shop}
spec:
  selector: {matchLabels: {app: assistant}}
  template:
    metadata: {labels: {app: assistant}}
    spec:
      containers:
        - name: agent
          image: langchain/langgraph-api:3.12
          env: [{name: RANKING_URL, value: 'http://ranking.ml:5000/predict'}]
```

```yaml unknown
apiVersion: kubeflow.org/v1
kind: Notebook
metadata: {name: anna, namespace: ml}  # unknown: whether 'shop-assistant' waits for answers of notebook 'anna': what 'ranking' leads to is not known
spec:
  template:
    spec:
      containers: [{name: anna, image: 'quay.io/jupyter/scipy-notebook:2026-01-05', ports: [{containerPort: 8888}]}]
---
apiVersion: v1
kind: Service
metadata: {name: ranking, namespace: ml}
spec: {selector: {notebook-name: '${WHO}'}, ports: [{port: 5000}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop-assistant, namespace: shop}
spec:
  selector: {matchLabels: {app: assistant}}
  template:
    metadata: {labels: {app: assistant}}
    spec:
      containers:
        - name: agent
          image: langchain/langgraph-api:3.12
          env: [{name: RANKING_URL, value: 'http://ranking.ml:5000/predict'}]
```

```yaml bad
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: anna  # finding: host 'api.example.com' leads to notebook 'anna' as well as to 'llm'
spec:
  serviceName: anna
  selector: {matchLabels: {app: anna}}
  template:
    metadata: {labels: {app: anna}}
    spec: {containers: [{name: anna, image: 'quay.io/jupyter/scipy-notebook:2026-01-05', ports: [{containerPort: 8888}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: anna}
spec: {selector: {app: anna}, ports: [{port: 8888}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: llm}
spec:
  selector: {matchLabels: {app: llm}}
  template:
    metadata: {labels: {app: llm}}
    spec: {containers: [{name: vllm, image: 'vllm/vllm-openai:v0.18.0'}]}
---
apiVersion: v1
kind: Service
metadata: {name: llm}
spec: {selector: {app: llm}, ports: [{port: 8000}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: api}
spec:
  rules:
    - host: api.example.com
      http:
        paths:
          - {path: /v1, pathType: Prefix, backend: {service: {name: llm, port: {number: 8000}}}}
          - {path: /notebook, pathType: Prefix, backend: {service: {name: anna, port: {number: 8888}}}}
```

See LeanIX on [what is said against notebooks in production](https://engineering.leanix.net/blog/jupyter-notebooks-are-a-shell-replacement/), and Jupyter's
[culling of idle kernels](https://jupyter-server.readthedocs.io/en/latest/other/full-config.html).
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from hullmark.checks.resilience._calls import Call, awaited
from hullmark.checks.resilience._tried import TRIED
from hullmark.model.architecture import Architecture, Route
from hullmark.model.check import check
from hullmark.model.component import ComponentKind, EdgeKind
from hullmark.model.finding import Finding
from hullmark.model.resource import Resource
from hullmark.model.terms import SERVING, Confidence, Platform, Reach, Role, Severity
from hullmark.model.truth import Undecided
from hullmark.model.workload import Workload
from hullmark.text.regex import regex
from hullmark.text.source import Place

_PRODUCTION = SERVING | {
    Role.LLM_GATEWAY, Role.INFERENCE_ROUTER, Role.RAG_SERVICE, Role.AGENT, Role.MCP_SERVER, Role.GUARDRAIL, Role.AI_UI,
}  # fmt: skip
_ANSWERS = SERVING | {Role.LLM_GATEWAY, Role.INFERENCE_ROUTER, Role.RAG_SERVICE, Role.AGENT}
"""Roles that answer programs of production: a chat window beside a notebook is somebody's workbench."""

_RUNS_CODE = regex(r"jupyter|notebook|code|kernel|interpreter|sandbox|\blab\b|mcp", re.IGNORECASE)
"""Settings by which a program lets a notebook server run code for it."""

_PAGE = regex(r"://[^/\s'\"]+/\w")
"""An address with a path: who asks for one wants an answer, and who leads to a whole host may be how the notebook is opened."""


@check(Workload, severity=Severity.MEDIUM, confidence=Confidence.MEDIUM, roles=[Role.NOTEBOOK], compose="")
def production_notebook(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    if workload.template or workload.lifetime == "task":
        return
    name = workload.name
    for message, places in (*_asked(workload, arch), *_mixed(workload, arch), *_written(workload, arch)):
        yield Finding(message, workload.at("metadata", "name"), related=places, advice=_MOVE)
        return
    for message, places in _beside(workload, arch):
        yield Finding(message, workload.at("metadata", "name"), related=places, advice="give it a host of its own")
        return
    for message, places in _among(workload, arch):
        yield Finding(
            message,
            workload.at("metadata", "name"),
            related=places,
            severity=Severity.LOW,
            advice="give notebooks a namespace of their own",
        )
        return
    unsure = _unsure(workload, arch)
    if unsure:
        raise Undecided(
            f"whether {unsure[0]} waits for answers of notebook '{name}': what {unsure[1]} leads to is not known"
        )
    doubt = next((r.unknown for p in workload.podsets for r in arch.around(p).routes if r.unknown), "")
    if doubt:
        raise Undecided(doubt)


_MOVE = "move what production needs into an image of its own, and let a pipeline hand models over"
_Found = Iterator[tuple[str, tuple[tuple[Place, str], ...]]]


def _asked(workload: Workload, arch: Architecture) -> _Found:
    call = _calls(arch).get(workload)
    if call is not None:
        yield f"'{call.caller.name}' waits for answers of notebook '{workload.name}'", ((call.place, call.text),)


@lru_cache(maxsize=1)
def _calls(arch: Architecture) -> Mapping[Workload, Call]:
    """What services of production ask for, save for running code: the first call of each workload."""
    found: dict[Workload, Call] = {}
    for caller, calls in awaited(arch).items():
        for call in calls:
            setting, _, named = call.text.partition(" names ")
            asks = caller.role in _PRODUCTION or (_PAGE.search(named) and _site(caller, arch))
            if call.called.role is Role.NOTEBOOK and asks and not _RUNS_CODE.search(setting):
                found.setdefault(call.called, call)
    return found


def _site(workload: Workload, arch: Architecture) -> bool:
    """Whether it is a program of one's own that is published, and not for trying things out."""
    published = (site for route in _routes(workload, arch) for site in _sites(route))
    return workload.role is Role.GENERIC and next(published, None) is not None and not TRIED.search(workload.namespace)


def _mixed(workload: Workload, arch: Architecture) -> _Found:
    for podset in workload.podsets:
        for service in arch.around(podset).services:
            for other in arch.selected(service).podsets:
                if other.workload.role in _ANSWERS:
                    yield (
                        f"service '{service.ref.name}' leads to notebook '{workload.name}' as well as to '{other.workload.name}'",
                        ((service.node.at("spec", "selector"), "selects both"),),
                    )


def _beside(workload: Workload, arch: Architecture) -> _Found:
    """Hosts that production answers at as well."""
    for route in _routes(workload, arch):
        for site in _sites(route):
            other, shared = _answering(arch).get(site, (None, route))
            if other is not None:
                where = f"host '{site}'" if isinstance(site, str) else f"{site.ref.kind} '{site.ref.name}'"
                yield (
                    f"{where} leads to notebook '{workload.name}' as well as to '{other.name}'",
                    ((route.place, "to the notebook"), (shared.place, f"to '{other.name}'")),
                )


@lru_cache(maxsize=1)
def _answering(arch: Architecture) -> Mapping[str | Resource, tuple[Workload, Route]]:
    """By host, or by route where it names none, a service of production that it leads to."""
    found: dict[str | Resource, tuple[Workload, Route]] = {}
    for workload in arch.workloads:
        for route in _routes(workload, arch) if workload.role in _ANSWERS and not workload.template else ():
            for site in _sites(route):
                found.setdefault(site, (workload, route))
    return found


def _routes(workload: Workload, arch: Architecture) -> Iterator[Route]:
    """The routes that publish a workload, without what its operator opens by itself."""
    for podset in workload.podsets:
        for route in arch.around(podset).routes:
            if route.reach > Reach.CLUSTER and route.resource is not workload.resource and not route.unknown:
                yield route


def _sites(route: Route) -> Iterator[str | Resource]:
    """The hosts of a route, or the route itself where it does not name one."""
    for host in route.host.split(", "):
        if "*" in host or not host:
            yield route.resource
        elif not TRIED.search(host):
            yield host.lower()


def _among(workload: Workload, arch: Architecture) -> _Found:
    """A service that is published from the same namespace."""
    space = workload.namespace
    if workload.platform is not Platform.KUBERNETES or not space or TRIED.search(space):
        return
    route = next((r for r in _routes(workload, arch) if next(_sites(r), None) is not None), None)
    other = _published(arch).get(space) if route is not None else None
    if route is not None and other is not None:
        hop = arch.exposure(other).path[0]
        yield (
            f"notebook '{workload.name}' is published from namespace '{space}', as '{other.name}' is",
            ((route.place, "publishes the notebook"), (hop.place, f"publishes '{other.name}'")),
        )


@lru_cache(maxsize=1)
def _published(arch: Architecture) -> Mapping[str, Workload]:
    """By namespace, a service of production that is reachable from outside the cluster."""
    found: dict[str, Workload] = {}
    for workload in arch.workloads:
        if workload.role in _ANSWERS and not workload.template and arch.exposure(workload).least > Reach.CLUSTER:
            found.setdefault(workload.namespace, workload)
    return found


def _written(workload: Workload, arch: Architecture) -> _Found:
    """Volumes that it writes and a model server serves from."""
    graph, own = arch.wiring, arch.wiring.of(workload)
    for edge in graph.out(own.id, EdgeKind.WRITES) if own is not None else ():
        store = graph.by_id[edge.target]
        for server, place in _served(store.id, arch) if store.kind is ComponentKind.DATA_STORE else ():
            yield (
                f"'{server.name}' serves a model from '{store.label}', which notebook '{workload.name}' may write",
                ((place, "the model that it serves"),),
            )


def _served(store: str, arch: Architecture) -> Iterator[tuple[Workload, Place]]:
    """The model servers whose model lies in a store, and where they say so."""
    graph = arch.wiring
    for edge in graph.into(store, EdgeKind.DEPENDS_ON):
        if graph.by_id[edge.source].kind is ComponentKind.MODEL:
            for loads in graph.into(edge.source, EdgeKind.LOADS_MODEL):
                server, place = graph.by_id[loads.source].workload, loads.evidence[0].place
                if server is not None and server.role in SERVING and place is not None:
                    yield server, place


def _unsure(workload: Workload, arch: Architecture) -> tuple[str, str] | None:
    """A service of production, and the Service that it asks, behind which the notebook may stand."""
    return _untold(arch).get(workload.namespace)


@lru_cache(maxsize=1)
def _untold(arch: Architecture) -> Mapping[str, tuple[str, str]]:
    """By namespace, a service of production that asks a Service of which nobody knows what it leads to."""
    found: dict[str, tuple[str, str]] = {}
    for edge in arch.wiring.edges:
        called, caller = arch.wiring.by_id[edge.target], arch.wiring.by_id[edge.source].workload
        if edge.kind is not EdgeKind.CALLS or caller is None or caller.role not in _PRODUCTION:
            continue
        if called.resource is not None and arch.selected(called.resource).unknown:
            found.setdefault(called.namespace, (f"'{caller.name}'", f"'{called.label}'"))
    return found
