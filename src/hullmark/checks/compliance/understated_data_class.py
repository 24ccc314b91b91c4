"""Workload reads data of a higher class than its own.

What reads personal data handles personal data, whatever its declaration says. A class that is too low takes away the scrutiny that the data is owed: findings do not gate,
logs and replicas go where such data may not, and the record of what is processed where is wrong.

The class of a store is the one that is declared for it: on a PersistentVolumeClaim, or on the workload that runs a database, in an annotation or in `hullmark.yaml`. Who reads
a database is concluded from addresses and from what a program is for, and so less sure than a mount. Classes of one level (personal, financial and regulated data, say)
do not contradict each other, and a workload that declares none is not found here.

To fix it, raise the class of the workload, or take the store away from it. If the store holds less than it says, declare that there.

```yaml bad
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: applications
  namespace: hiring
  annotations:
    hullmark.dev/data-class: personal
spec:
  accessModes: [ReadOnlyMany]
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: screening
  namespace: hiring
  annotations:
    hullmark.dev/data-class: internal  # finding: 'screening' is declared internal, and reads 'applications', which is personal
spec:
  template:
    spec:
      containers:
        - name: screening
          image: registry.example/screening:1.4.2
          volumeMounts:
            - name: data
              mountPath: /data
      volumes:
        - name: data
          persistentVolumeClaim:
            claimName: applications
```

```yaml good
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: applications
  namespace: hiring
  annotations:
    hullmark.dev/data-class: personal
spec:
  accessModes: [ReadOnlyMany]
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: screening
  namespace: hiring
  annotations:
    hullmark.dev/data-class: financial
spec:
  template:
    spec:
      containers:
        - name: screening
          image: registry.example/screening:1.4.2
          volumeMounts:
            - name: data
              mountPath: /data
      volumes:
        - name: data
          persistentVolumeClaim:
            claimName: applications
```

See [Article 30 GDPR, records of processing](https://eur-lex.europa.eu/eli/reg/2016/679/oj) and NIST SP 800-53
[AC-16, security and privacy attributes](https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final).
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.component import Component, ComponentKind, Edge, EdgeKind
from hullmark.model.declaration import DataClass, Statement
from hullmark.model.finding import Finding
from hullmark.model.terms import Confidence, Severity
from hullmark.model.workload import Workload


class _Use(NamedTuple):
    """A store that is read, what is declared of its data, and the edge that says that it is read."""

    store: Component
    statement: Statement
    edge: Edge


@check(Workload, severity=Severity.HIGH, compose="")
def understated_data_class(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    declared = arch.declared(workload)
    own = declared.data_class
    if own is None or own.level >= _highest(arch):
        return
    above = [use for use in _uses(workload, arch) if _level(use.statement) > own.level]
    if above:
        use = max(above, key=lambda u: (_level(u.statement), u.edge.certain))
        seen = next((e.place for e in use.edge.evidence if e.place is not None), workload.resource.place)
        yield Finding(
            f"'{workload.name}' is declared {own.value}, and reads '{use.store.label}', which is {use.statement.word}",
            declared.said["data-class"].place,
            related=((seen, "it reads this"), (use.statement.place, "the class of what it reads")),
            confidence=None if use.edge.certain else Confidence.MEDIUM,
            advice="raise its class, or take the store away from it",
        )


def _level(statement: Statement) -> int:
    return statement.value.level if isinstance(statement.value, DataClass) else 0


@lru_cache(maxsize=1)
def _highest(arch: Architecture) -> int:
    """The highest level that is declared of anything: below it there may be a contradiction, and the graph is needed."""
    return max((d.data_class.level for d in arch.declarations.values() if d.data_class is not None), default=0)


def _uses(workload: Workload, arch: Architecture) -> Iterator[_Use]:
    graph = arch.wiring
    own = {c.id: None for c in (graph.of(workload), *map(graph.of, workload.podsets)) if c is not None}
    for component in own:
        for edge in graph.out(component, EdgeKind.READS):
            store = graph.by_id.get(edge.target)
            if store is not None and store.kind is ComponentKind.DATA_STORE:
                for holder in _holders(store, arch):
                    if holder.workload is not workload and (statement := _class_of(holder, arch)) is not None:
                        yield _Use(store, statement, edge)


def _holders(store: Component, arch: Architecture) -> Iterator[Component]:
    """The store itself, what it is a part of, and what runs it."""
    yield store
    whole = arch.wiring.by_id.get(store.parent)
    for one in (store, whole):
        for edge in arch.wiring.into(one.id, EdgeKind.SERVES) if one is not None else ():
            if (server := arch.wiring.by_id.get(edge.source)) is not None:
                yield server


def _class_of(holder: Component, arch: Architecture) -> Statement | None:
    resource = holder.workload.resource if holder.workload is not None else holder.resource
    return None if resource is None else arch.declared(resource).said.get("data-class")
