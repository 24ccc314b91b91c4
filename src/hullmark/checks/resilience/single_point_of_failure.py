"""Service hangs on a single pod.

Two replicas answer for each other only as far as what they both wait for goes on. If that is one pod, or all of its pods are bound to one node, the service fails with that pod or that
node, for as long as a model takes to load or a volume to move.

Looked at are model servers, gateways, routers, RAG services, agents and interfaces of which two or more always run, or that declare an objective (`hullmark.dev/slo`), and all that they
wait for, one call after the other, as far as addresses in settings tell. Telemetry, queues and events do not count: nobody waits for them. Nor does one of several model servers behind
the same gateway, or one beside a provider: the others may stand in.

A model server, gateway or router that is published by a route or a load balancer and never runs more than once (pods that make one engine count as one) is a low finding: everyone outside
waits for that copy, though nobody said how long they may. Not so where it may grow, where another workload stands behind the same Service or path, where its namespace is called after trying
things out (`dev`, `demo`), or where an objective is declared: `single-replica-objective` and `hullmark simulate` weigh one replica against it. A RayService has one head whatever is done, and is not meant.

To fix it, run two or more of it on different nodes, or let the service go on without it. A database that cannot be run twice needs a replica that takes over.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata: {name: chat}
spec:
  replicas: 3
  selector: {matchLabels: {app: chat}}
  template:
    metadata: {labels: {app: chat}}
    spec:
      containers:
        - name: litellm
          image: ghcr.io/berriai/litellm:v1.83.7-stable
          env: [{name: OPENAI_API_BASE, value: 'http://llm:8000/v1'}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: llm}
spec:
  replicas: 1  # finding: 'llm' is a single pod, and all 3 replicas of 'chat' fail with it
  selector: {matchLabels: {app: llm}}
  template:
    metadata: {labels: {app: llm}}
    spec:
      containers: [{name: vllm, image: 'vllm/vllm-openai:v0.18.0'}]
---
apiVersion: v1
kind: Service
metadata: {name: llm}
spec: {selector: {app: llm}, ports: [{port: 8000}]}
```

```yaml good
apiVersion: apps/v1
kind: Deployment
metadata: {name: chat}
spec:
  replicas: 3
  selector: {matchLabels: {app: chat}}
  template:
    metadata: {labels: {app: chat}}
    spec:
      containers:
        - name: litellm
          image: ghcr.io/berriai/litellm:v1.83.7-stable
          env:
            - {name: OPENAI_API_BASE, value: 'http://llm:8000/v1'}
            - {name: OTEL_EXPORTER_OTLP_ENDPOINT, value: 'http://collector:4318'}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: llm}
spec:
  replicas: 2
  selector: {matchLabels: {app: llm}}
  template:
    metadata: {labels: {app: llm}}
    spec:
      containers: [{name: vllm, image: 'vllm/vllm-openai:v0.18.0'}]
---
apiVersion: v1
kind: Service
metadata: {name: llm}
spec: {selector: {app: llm}, ports: [{port: 8000}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: collector}
spec:
  replicas: 1
  selector: {matchLabels: {app: collector}}
  template:
    metadata: {labels: {app: collector}}
    spec:
      containers: [{name: collector, image: 'otel/opentelemetry-collector:0.150.0'}]
---
apiVersion: v1
kind: Service
metadata: {name: collector}
spec: {selector: {app: collector}, ports: [{port: 4318}]}
```

```yaml unknown
apiVersion: apps/v1
kind: Deployment
metadata: {name: chat}
spec:
  replicas: 3
  selector: {matchLabels: {app: chat}}
  template:
    metadata: {labels: {app: chat}}
    spec:
      containers:
        - name: litellm
          image: ghcr.io/berriai/litellm:v1.83.7-stable
          env: [{name: OPENAI_API_BASE, value: 'http://llm:8000/v1'}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: llm}  # unknown: how many pods of 'llm', which 'chat' waits for, run is not known
spec:
  replicas: ${LLM_REPLICAS}
  selector: {matchLabels: {app: llm}}
  template:
    metadata: {labels: {app: llm}}
    spec:
      containers: [{name: vllm, image: 'vllm/vllm-openai:v0.18.0'}]
---
apiVersion: v1
kind: Service
metadata: {name: llm}
spec: {selector: {app: llm}, ports: [{port: 8000}]}
```

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata: {name: llm}
spec:
  replicas: 1  # finding: only one copy of 'llm' ever runs, and what Ingress 'llm' publishes fails with it
  selector: {matchLabels: {app: llm}}
  template:
    metadata: {labels: {app: llm}}
    spec:
      containers: [{name: vllm, image: 'vllm/vllm-openai:v0.18.0'}]
---
apiVersion: v1
kind: Service
metadata: {name: llm}
spec: {selector: {app: llm}, ports: [{port: 8000}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: llm}
spec:
  rules:
    - host: llm.example.com
      http: {paths: [{path: /v1, pathType: Prefix, backend: {service: {name: llm, port: {number: 8000}}}}]}
```

See Google's [The Calculus of Service Availability](https://queue.acm.org/detail.cfm?id=3096459): a service cannot be more available than what it critically depends on.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from hullmark.checks.resilience._calls import Call, awaited, nameable
from hullmark.checks.resilience._copies import copies, counted_at
from hullmark.checks.resilience._tried import TRIED
from hullmark.model.architecture import Architecture, Links
from hullmark.model.check import check
from hullmark.model.component import EdgeKind
from hullmark.model.finding import Finding
from hullmark.model.reach import service_reach
from hullmark.model.resource import Resource
from hullmark.model.terms import SERVING, Confidence, Platform, Reach, Role, Severity
from hullmark.model.truth import Undecided, string
from hullmark.model.workload import PodSet, Workload
from hullmark.text.source import Place
from hullmark.text.tree import Node

_ROLES = SERVING | {Role.LLM_GATEWAY, Role.INFERENCE_ROUTER, Role.RAG_SERVICE, Role.AGENT, Role.AI_UI}
_SPREADS = frozenset({Role.LLM_GATEWAY, Role.INFERENCE_ROUTER})
"""Roles that turn to another model server when one does not answer."""

_ASIDE = frozenset({Role.EXPERIMENT_TRACKING, Role.PIPELINE, Role.NOTEBOOK, Role.HYPERPARAMETER_SEARCH})
"""Roles that nobody who asks for an answer waits for."""

_TOLD = 10
"""Calls of a way that are told."""

_FRONT = frozenset({Role.ONLINE_INFERENCE, Role.LLM_GATEWAY, Role.INFERENCE_ROUTER})
"""Roles of which one pod is too few where people outside wait for it."""

_HOST = "kubernetes.io/hostname"


@check(Workload, severity=Severity.MEDIUM, confidence=Confidence.MEDIUM)
def single_point_of_failure(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    if workload.lifetime != "service" or workload.template:
        return
    if all((copies(p, arch) or 0) > 1 and _node(p) is None for p in workload.podsets):
        return
    found = _ways(arch).get(workload) if workload in _reachable(arch) else None
    way = () if found is None else found.calls()[:_TOLD]
    if way and way[0].caller is not workload:
        yield from _awaited(workload, way, arch)
    else:
        yield from _published(workload, arch)


def _awaited(workload: Workload, way: tuple[Call, ...], arch: Architecture) -> Iterator[Finding]:
    """What a redundant service waits for."""
    first = way[0].caller
    for podset in workload.podsets:
        number = copies(podset, arch)
        if number is None and arch.around(podset).replicas.least is None:
            raise Undecided(f"how many pods of '{workload.name}', which '{first.name}' waits for, run is not known")
        node = _node(podset) if number is not None and number > 1 else None
        if number == 1 or node is not None:
            yield _finding(podset, way, node, arch)
            return


def _published(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    """What people outside wait for."""
    if workload.role not in _FRONT or TRIED.search(workload.namespace) or workload.ref.kind == "RayService":
        return
    if arch.declared(workload).objective is not None:
        return
    for podset in workload.podsets:
        around = arch.around(podset)
        if (
            not _leads_out(around)
            or _stood_in(podset, arch)
            or (len(workload.podsets) > 1 and podset.role not in _FRONT)
        ):
            continue
        hop = around.exposure.path[0]
        if around.replicas.least is None:
            raise Undecided(f"how many copies of '{workload.name}', which {hop.text} publishes, run is not known")
        if copies(podset, arch) == 1 and around.replicas.most == around.replicas.least:
            if around.exposure.sure is not None and around.exposure.least <= Reach.CLUSTER:
                raise Undecided(around.exposure.unknown)
            yield Finding(
                f"only one copy of '{workload.name}' ever runs, and what {hop.text} publishes fails with it",
                counted_at(podset),
                related=((hop.place, "publishes it"),),
                severity=Severity.LOW,
                advice="run two or more of it on different nodes, or declare an objective that one can meet",
            )
            return


def _leads_out(around: Links) -> bool:
    """Whether a route or a Service publishes a pod set: a port of its node goes with the node."""
    return any(r.reach > Reach.CLUSTER for r in around.routes) or any(
        service_reach(s)[0] > Reach.CLUSTER for s in around.services
    )


def _stood_in(podset: PodSet, arch: Architecture) -> bool:
    """Whether pods of other workloads are behind the same Service or path."""
    around = arch.around(podset)
    beside = (p for s in around.services for p in arch.selected(s).podsets)
    ways = {(r.resource, r.host, r.path) for r in around.routes}
    return any(p.workload is not podset.workload for p in beside) or any(len(_targets(arch)[way]) > 1 for way in ways)


@lru_cache(maxsize=1)
def _targets(arch: Architecture) -> Mapping[tuple[Resource, str, str], frozenset[Workload]]:
    """The workloads that each path of a route leads to."""
    found: dict[tuple[Resource, str, str], set[Workload]] = {}
    for podset, links in arch.links.items():
        for route in links.routes:
            found.setdefault((route.resource, route.host, route.path), set()).add(podset.workload)
    return {way: frozenset(workloads) for way, workloads in found.items()}


def _finding(podset: PodSet, way: tuple[Call, ...], node: tuple[str, Place] | None, arch: Architecture) -> Finding:
    first, name = way[0].caller, podset.workload.name
    number = _redundant(arch)[first]
    fails = (
        f"all {number} replicas of '{first.name}' fail"
        if number > 1
        else f"'{first.name}', which has an objective, fails"
    )
    what = f"'{name}' is a single pod" if node is None else f"all pods of '{name}' are bound to node '{node[0]}'"
    single = [
        (claim.claim.node.at("spec", "accessModes"), "and its volume follows it to one node at a time")
        for claim in arch.around(podset).claims.values()
        if claim.claim is not None
        and claim.access_modes
        and set(claim.access_modes) <= {"ReadWriteOnce", "ReadWriteOncePod"}
    ]
    return Finding(
        f"{what}, and {fails} with it",
        counted_at(podset) if node is None else node[1],
        related=(*((call.place, call.text) for call in way), *single[:1]),
        advice="run two or more of it on different nodes",
    )


@lru_cache(maxsize=1)
def _redundant(arch: Architecture) -> Mapping[Workload, int]:
    """The services that are meant to outlive a pod, with how many of it always run: told before any graph is drawn."""
    found: dict[Workload, int] = {}
    for workload in arch.workloads:
        if workload.role in _ROLES and not workload.template and workload.platform is Platform.KUBERNETES:
            number = max((copies(p, arch) or 0 for p in workload.podsets), default=0)
            if number > 1 or arch.declared(workload).objective is not None:
                found[workload] = number
    return found


@lru_cache(maxsize=1)
def _reachable(arch: Architecture) -> frozenset[Workload]:
    """What redundant services may depend on: told before any graph is drawn."""
    found: set[Workload] = set()
    level = list(_redundant(arch))
    while level:
        following = (w for one in level for w in nameable(arch).get(one, ()) if w not in found)
        level = list(dict.fromkeys(following))
        found.update(level)
    return frozenset(found)


class _Way(NamedTuple):
    """The last call of a way, and the way before it."""

    call: Call
    before: "_Way | None"

    def calls(self) -> tuple[Call, ...]:
        """All its calls in order."""
        found: list[Call] = []
        at: _Way | None = self
        while at is not None:
            found.append(at.call)
            at = at.before
        return tuple(reversed(found))


@lru_cache(maxsize=1)
def _ways(arch: Architecture) -> Mapping[Workload, _Way]:
    """The shortest way from a redundant service to each workload that it cannot do without."""
    found: dict[Workload, _Way] = {}
    level: list[tuple[Workload, _Way | None]] = [(w, None) for w in _redundant(arch)]
    while level:
        following: list[tuple[Workload, _Way | None]] = []
        for workload, way in level:
            for call in _needed(workload, arch):
                if call.called not in found:
                    found[call.called] = _Way(call, way)
                    following.append((call.called, found[call.called]))
        level = following
    return found


def _needed(workload: Workload, arch: Architecture) -> list[Call]:
    """The calls of a workload without which it does not answer."""
    calls = [c for c in awaited(arch).get(workload, ()) if c.called.role not in _ASIDE]
    servers = [c for c in calls if c.called.role in SERVING]
    if workload.role in _SPREADS and (len(servers) > 1 or _has_provider(workload, arch)):
        calls = [c for c in calls if c.called.role not in SERVING]
    return calls


def _has_provider(workload: Workload, arch: Architecture) -> bool:
    own = arch.wiring.of(workload)
    return own is not None and any(
        arch.wiring.by_id[e.target].facts.get("category") == "model API"
        for e in arch.wiring.out(own.id, EdgeKind.CALLS)
    )


def _node(podset: PodSet) -> tuple[str, Place] | None:
    """The one node that its pods are bound to, and where that is said."""
    spec: Node = podset.node
    for keys in (("nodeName",), ("nodeSelector", _HOST)):
        if name := string(spec.value, *keys):
            return name, spec.at(*keys)
    return None
