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

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache

from hullmark.checks.resilience._calls import Call, awaited, nameable
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.terms import Confidence, Role, Severity
from hullmark.model.workload import Workload

_ANSWERED = frozenset({Role.AGENT, Role.MCP_SERVER})
"""Two of these that name each other are an agent and its tool."""

_SHOWN = 10
"""Members of a circle that are named."""


@check(Workload, severity=Severity.MEDIUM, confidence=Confidence.MEDIUM, compose="")
def cyclic_calls(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    if not _possible(arch) or workload not in _circles(arch):
        return
    round_ = _circles(arch)[workload]
    callers = [c.caller.name for c in round_]
    shown = callers if len(callers) <= _SHOWN else [*callers[:_SHOWN], "…"]
    names = " → ".join([*shown, workload.name])
    yield Finding(
        f"'{workload.name}' waits for an answer that needs itself: {names}",
        workload.at("metadata", "name"),
        related=tuple((c.place, c.text) for c in round_[:_SHOWN]),
        advice="turn one of the calls into a message, or move what both need into a third service",
    )


@lru_cache(maxsize=1)
def _possible(arch: Architecture) -> bool:
    """Whether there may be a circle at all: most scans need no graph to tell."""
    return bool(_groups(nameable(arch)))


@lru_cache(maxsize=1)
def _circles(arch: Architecture) -> Mapping[Workload, tuple[Call, ...]]:
    """The shortest way round in each group that waits for itself, from the member that was read first."""
    calls = {
        caller: [c for c in made if not {caller.role, c.called.role} <= _ANSWERED]
        for caller, made in awaited(arch).items()
    }
    found: dict[Workload, tuple[Call, ...]] = {}
    order = {workload: at for at, workload in enumerate(arch.workloads)}
    for group in _groups({caller: [c.called for c in made] for caller, made in calls.items()}):
        first = min(group, key=order.__getitem__)
        found[first] = _round(first, {w: [c for c in calls[w] if c.called in group] for w in group})
    return found


def _groups(following: Mapping[Workload, Collection[Workload]]) -> list[set[Workload]]:
    """The groups of two and more of which each can be come to from each other (Kosaraju's algorithm)."""
    back: dict[Workload, list[Workload]] = {}
    for one, others in following.items():
        for other in others:
            back.setdefault(other, []).append(one)
    seen: set[Workload] = set()
    found: list[set[Workload]] = []
    for start in reversed(_finished(following)):
        group: set[Workload] = set()
        stack = [start]
        while stack:
            one = stack.pop()
            if one not in seen:
                seen.add(one)
                group.add(one)
                stack.extend(back.get(one, ()))
        if len(group) > 1:
            found.append(group)
    return found


def _finished(following: Mapping[Workload, Collection[Workload]]) -> list[Workload]:
    """All that lead somewhere or are led to, each after everything that it leads to, circles aside."""
    seen: set[Workload] = set()
    found: list[Workload] = []
    for start in following:
        stack = [(start, iter(following[start]))] if start not in seen else []
        seen.add(start)
        while stack:
            one, others = stack[-1]
            further = next((o for o in others if o not in seen), None)
            if further is None:
                found.append(one)
                stack.pop()
            else:
                seen.add(further)
                stack.append((further, iter(following.get(further, ()))))
    return found


def _round(start: Workload, calls: Mapping[Workload, Sequence[Call]]) -> tuple[Call, ...]:
    """The shortest way from a workload back to it; empty if there is none."""
    before: dict[Workload, Call] = {}
    level = [start]
    while level:
        following: list[Workload] = []
        for workload in level:
            for call in calls.get(workload, ()):
                if call.called is start:
                    way = [call]
                    while way[-1].caller is not start:
                        way.append(before[way[-1].caller])
                    return tuple(reversed(way))
                if call.called not in before:
                    before[call.called] = call
                    following.append(call.called)
        level = following
    return ()
