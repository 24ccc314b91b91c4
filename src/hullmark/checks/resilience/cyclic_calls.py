"""Workloads wait for each other's answers in a circle.

When one of them slows down, the requests that wait for it hold the connections and threads of the others, which it needs itself to answer: none gets out of it without a restart, and
none can be started, scaled or rolled out before the others. With a model in the circle every round holds an accelerator.

A circle is told by addresses in settings: each member names a Service of the next. Addresses that nobody waits for (telemetry, events, webhooks) and those that are only told to others
(redirects, allowed origins, the address of the front end) do not close one. Nor does a tool server that names the agent that calls it: that is how results come back.

To fix it, turn one of the calls into a message, or move what both need into a third service.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: assistant  # finding: 'assistant' waits for an answer that needs itself: assistant → retriever → assistant
spec:
  selector: {matchLabels: {app: assistant}}
  template:
    metadata: {labels: {app: assistant}}
    spec:
      containers:
        - name: assistant
          image: registry.example/assistant:3.0.1
          env: [{name: RETRIEVER_URL, value: 'http://retriever:8000'}]
---
apiVersion: v1
kind: Service
metadata: {name: assistant}
spec: {selector: {app: assistant}, ports: [{port: 8000}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: retriever}
spec:
  selector: {matchLabels: {app: retriever}}
  template:
    metadata: {labels: {app: retriever}}
    spec:
      containers:
        - name: retriever
          image: registry.example/retriever:1.4.0
          env: [{name: REWRITE_URL, value: 'http://assistant:8000/rewrite'}]
---
apiVersion: v1
kind: Service
metadata: {name: retriever}
spec: {selector: {app: retriever}, ports: [{port: 8000}]}
```

```yaml good
apiVersion: apps/v1
kind: Deployment
metadata: {name: assistant}
spec:
  selector: {matchLabels: {app: assistant}}
  template:
    metadata: {labels: {app: assistant}}
    spec:
      containers:
        - name: assistant
          image: registry.example/assistant:3.0.1
          env: [{name: RETRIEVER_URL, value: 'http://retriever:8000'}]
---
apiVersion: v1
kind: Service
metadata: {name: assistant}
spec: {selector: {app: assistant}, ports: [{port: 8000}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: retriever}
spec:
  selector: {matchLabels: {app: retriever}}
  template:
    metadata: {labels: {app: retriever}}
    spec:
      containers:
        - name: retriever
          image: registry.example/retriever:1.4.0
          env: [{name: ALLOWED_ORIGINS, value: 'http://assistant:8000'}]
---
apiVersion: v1
kind: Service
metadata: {name: retriever}
spec: {selector: {app: retriever}, ports: [{port: 8000}]}
```

See Google's [Addressing Cascading Failures](https://sre.google/sre-book/addressing-cascading-failures/), which warns of calls within a layer that may wait for each other.
"""

from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from itertools import islice

from hullmark.checks.resilience._calls import Call, awaited, nameable
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.terms import Confidence, Role, Severity
from hullmark.model.workload import Workload

_ANSWERED = frozenset({Role.AGENT, Role.MCP_SERVER})
"""Two of these that name each other are an agent and its tool."""

_MOST = 1000
"""Workloads from which a way back to themselves is looked for."""


@check(Workload, severity=Severity.MEDIUM, confidence=Confidence.MEDIUM, compose="")
def cyclic_calls(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    if not _possible(arch) or workload not in _circles(arch):
        return
    round_ = _circles(arch)[workload]
    names = " → ".join([*(c.caller.name for c in round_), workload.name])
    yield Finding(
        f"'{workload.name}' waits for an answer that needs itself: {names}",
        workload.at("metadata", "name"),
        related=tuple((c.place, c.text) for c in round_),
        advice="turn one of the calls into a message, or move what both need into a third service",
    )


@lru_cache(maxsize=1)
def _possible(arch: Architecture) -> bool:
    """Whether there may be a circle at all: most scans need no graph to tell."""
    return bool(_in_circles(nameable(arch)))


def _in_circles(following: Mapping[Workload, Collection[Workload]]) -> set[Workload]:
    """Those that are in a circle or between two: what is left when all are taken away that nobody follows, and that follow nobody."""
    left = set(following)
    back: dict[Workload, list[Workload]] = {}
    for one, others in following.items():
        for other in others:
            back.setdefault(other, []).append(one)
    for ways, against in ((following, back), (back, following)):
        number = {w: sum(o in left for o in ways.get(w, ())) for w in left}
        spent = [w for w in left if not number[w]]
        while spent:
            gone = spent.pop()
            left.discard(gone)
            for other in against.get(gone, ()):
                if other in left:
                    number[other] -= 1
                    if not number[other]:
                        spent.append(other)
    return left


@lru_cache(maxsize=1)
def _circles(arch: Architecture) -> Mapping[Workload, tuple[Call, ...]]:
    """The shortest way round of each group that waits for itself, by the member that was read first."""
    calls = {
        caller: tuple(c for c in made if not {caller.role, c.called.role} <= _ANSWERED)
        for caller, made in awaited(arch).items()
    }
    left = _in_circles({caller: [c.called for c in made] for caller, made in calls.items()})
    calls = {caller: tuple(c for c in made if c.called in left) for caller, made in calls.items() if caller in left}
    found: dict[Workload, tuple[Call, ...]] = {}
    told: set[Workload] = set()
    for workload in islice((w for w in arch.workloads if w in calls), _MOST):
        if workload not in told:
            round_ = _round(workload, calls)
            told.update(c.caller for c in round_)
            if round_:
                found[workload] = round_
    return found


def _round(start: Workload, calls: Mapping[Workload, tuple[Call, ...]]) -> tuple[Call, ...]:
    """The shortest way from a workload back to it; empty if there is none."""
    before: dict[Workload, Call] = {}
    level = [start]
    while level:
        following: list[Workload] = []
        for workload in level:
            for call in calls.get(workload, ()):
                if call.called is start:
                    way = [call]
                    while way[0].caller is not start:
                        way.insert(0, before[way[0].caller])
                    return tuple(way)
                if call.called not in before:
                    before[call.called] = call
                    following.append(call.called)
        level = following
    return ()
