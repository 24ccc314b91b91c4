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

from collections.abc import Iterator, Mapping
from functools import lru_cache

from hullmark.checks.resilience._calls import Call, awaited, nameable
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.terms import Confidence, Role, Severity
from hullmark.model.workload import Workload

_ANSWERED = frozenset({Role.AGENT, Role.MCP_SERVER})
"""Two of these that name each other are an agent and its tool."""


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
    named = dict(nameable(arch))
    while True:
        called = {other for others in named.values() for other in others}
        left = {w: others & named.keys() for w, others in named.items() if w in called and others & named.keys()}
        if len(left) == len(named):
            return bool(left)
        named = left


@lru_cache(maxsize=1)
def _circles(arch: Architecture) -> Mapping[Workload, tuple[Call, ...]]:
    """The shortest way round of each group that waits for itself, by the member that was read first."""
    calls = {
        caller: tuple(c for c in found if not {caller.role, c.called.role} <= _ANSWERED)
        for caller, found in awaited(arch).items()
    }
    found: dict[Workload, tuple[Call, ...]] = {}
    told: set[Workload] = set()
    for workload in arch.workloads:
        if workload in calls and workload not in told:
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
