"""One database serves several AI services.

A tracking server, a registry and a gateway that keep their tables in one database change, fill and lose them together: a migration of one breaks the other, a slow query of one stops
both, and whoever takes one has the data of all.

Reported are services of different purpose, or of different namespaces, that use the same database (as one user: high), and those that use different databases of one server with the same
credentials (medium). Separate databases or users for each are no finding, and neither are the parts of one application (one image, one `app.kubernetes.io/part-of` or `instance`, names
that begin alike), jobs that migrate it, caches, queues and vector stores.

To fix it, give each service a database and a user of its own; let others ask its interface.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: mlflow  # finding: 'mlflow' and 'litellm' use one database, 'platform', as one user
spec:
  selector: {matchLabels: {app: mlflow}}
  template:
    metadata: {labels: {app: mlflow}}
    spec:
      containers:
        - name: mlflow
          image: ghcr.io/mlflow/mlflow:v3.5.0
          args: [mlflow, server, '--backend-store-uri=postgresql://platform:$(PASSWORD)@db:5432/platform']
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: litellm}
spec:
  selector: {matchLabels: {app: litellm}}
  template:
    metadata: {labels: {app: litellm}}
    spec:
      containers:
        - name: litellm
          image: ghcr.io/berriai/litellm:v1.83.7-stable
          env: [{name: DATABASE_URL, value: 'postgresql://platform:$(PASSWORD)@db:5432/platform'}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: db, image: 'postgres:17.2'}]}
---
apiVersion: v1
kind: Service
metadata: {name: db}
spec: {selector: {app: db}, ports: [{port: 5432}]}
```

```yaml good
apiVersion: apps/v1
kind: Deployment
metadata: {name: mlflow}
spec:
  selector: {matchLabels: {app: mlflow}}
  template:
    metadata: {labels: {app: mlflow}}
    spec:
      containers:
        - name: mlflow
          image: ghcr.io/mlflow/mlflow:v3.5.0
          args: [mlflow, server, '--backend-store-uri=postgresql://mlflow:$(PASSWORD)@db:5432/mlflow']
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: litellm}
spec:
  selector: {matchLabels: {app: litellm}}
  template:
    metadata: {labels: {app: litellm}}
    spec:
      containers:
        - name: litellm
          image: ghcr.io/berriai/litellm:v1.83.7-stable
          env: [{name: DATABASE_URL, value: 'postgresql://litellm:$(PASSWORD)@db:5432/litellm'}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: db, image: 'postgres:17.2'}]}
---
apiVersion: v1
kind: Service
metadata: {name: db}
spec: {selector: {app: db}, ports: [{port: 5432}]}
```

See [Database per service](https://microservices.io/patterns/data/database-per-service.html), which names the private schema and the private server as steps of the same idea.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.component import Component, ComponentKind, EdgeKind
from hullmark.model.finding import Finding
from hullmark.model.resource import Ref
from hullmark.model.terms import Confidence, Role, Severity
from hullmark.model.truth import is_placeholder, string
from hullmark.model.workload import Workload
from hullmark.text.regex import regex
from hullmark.text.source import Place
from hullmark.text.tree import mapping

_SORT, _MOST = "database", 100
"""What the graph calls databases, and how many users of one server are compared."""

_OWN_PARTS = ("app.kubernetes.io/part-of", "app.kubernetes.io/instance")
_MENTIONS = regex(
    r"postgres|mysql|mariadb|mongo|database|clickhouse|db(?:(?<=\bdb)|(?<=_db))|dsn|jdbc|backend-store|pg_?host"
)
"""Written in lower case and with a letter first in each word: every variable of a scan is searched."""

_USER_IN_URL = regex(r"://([^:/@\s'\"]{1,64})(?::[^@\s]{0,256})?@([a-zA-Z0-9.-]{1,253})")
_USER = regex(r"(?:postgres|pg|mysql|db|database|mongo)[a-z_]{0,64}user(?:name)?$", re.IGNORECASE)
_PASSWORD = regex(r"pass(?:word|wd)?|pwd|dsn|database_ur[li]|db_ur[li]", re.IGNORECASE)


class _Use(NamedTuple):
    """A service that writes a database, and where it says so."""

    workload: Workload
    store: Component
    place: Place
    text: str


@check(Workload, severity=Severity.MEDIUM, confidence=Confidence.MEDIUM, compose="")
def shared_database(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    if workload.role is Role.GENERIC or workload.template or not _several(arch):
        return
    for mine in _uses(arch).get(workload.ref, ()):
        for other in _beside(mine, arch):
            found = _judged(mine, other)
            if found is not None:
                message, severity = found
                yield Finding(
                    message,
                    workload.at("metadata", "name"),
                    severity=severity,
                    related=((mine.place, mine.text), (other.place, other.text)),
                    advice="give each service a database and a user of its own",
                )
                return


def _judged(mine: _Use, other: _Use) -> tuple[str, Severity] | None:
    """What is shared, in words, and how bad that is."""
    one, two = _credentials(mine.workload), _credentials(other.workload)
    names = f"'{mine.workload.name}' and '{other.workload.name}'"
    if mine.store is other.store:
        if one & two:
            return f"{names} use one database, '{mine.store.label}', as one user", Severity.HIGH
        users = [{c for c in found if c[0] == "user"} for found in (one, two)]
        if all(users):
            return None
        return f"{names} use one database, '{mine.store.label}'", Severity.MEDIUM
    if one & two:
        return (
            f"{names} use databases of one server, '{mine.store.label}' and '{other.store.label}', as one user",
            Severity.MEDIUM,
        )
    return None


def _beside(mine: _Use, arch: Architecture) -> Iterator[_Use]:
    """The uses of the same server by other applications that were read later, those of the same database first."""
    others = _by_server(arch)[_server(mine.store)]
    order = _order(arch)
    for same in (True, False):
        for other in others:
            later = order[mine.workload.ref] < order[other.workload.ref]
            if (other.store is mine.store) is same and later and _apart(mine.workload, other.workload):
                yield other


@lru_cache(maxsize=1)
def _by_server(arch: Architecture) -> Mapping[str, list[_Use]]:
    found: dict[str, list[_Use]] = {}
    for uses in _uses(arch).values():
        for use in uses:
            users = found.setdefault(_server(use.store), [])
            if len(users) < _MOST:
                users.append(use)
    return found


def _server(store: Component) -> str:
    return store.parent or store.id


@lru_cache(maxsize=1)
def _order(arch: Architecture) -> Mapping[Ref, int]:
    found: dict[Ref, int] = {}
    for at, workload in enumerate(arch.workloads):
        found.setdefault(workload.ref, at)
    return found


@lru_cache(maxsize=1)
def _several(arch: Architecture) -> bool:
    """Whether two services of AI name a database at all: most scans need no graph to tell."""
    services = [w for w in arch.workloads if w.role is not Role.GENERIC and w.lifetime == "service"]
    named = len([*islice(filter(_mentions, services), 2)])
    if named > 1:
        return True
    users: dict[str, set[Ref]] = {}
    for workload in services:
        for host in _in_fields(workload):
            users.setdefault(host, set()).add(workload.ref)
    return (named > 0 and bool(users)) or any(len(refs) > 1 for refs in users.values())


def _in_fields(workload: Workload) -> Iterator[str]:
    """The hosts of databases in fields that an operator reads (``spec.databaseConfig.host`` and the like)."""
    if workload.ref.group not in ("", "apps", "batch"):
        for key, value in mapping(workload.resource.node.value, "spec").items():
            if _MENTIONS.search(str(key).lower()) and (host := string(value, "host")):
                yield host


def _mentions(workload: Workload) -> bool:
    return any(
        _MENTIONS.search(
            "\n".join((c.argv.text, *(f"{v.name} {v.value or ''}" for v in c.environment.values()))).lower()
        )
        for c in workload.containers
    ) or any(v.get("configMap") is not None for p in workload.podsets for v in p.volumes.values())


@lru_cache(maxsize=1)
def _uses(arch: Architecture) -> Mapping[Ref, tuple[_Use, ...]]:
    """The databases that services of AI write, by the service; of several variants of one object the first."""
    found: dict[Ref, list[_Use]] = {}
    graph = arch.wiring
    seen: dict[Ref, Workload] = {}
    for edge in graph.edges:
        if edge.kind is not EdgeKind.WRITES:
            continue
        store, workload = graph.by_id[edge.target], graph.by_id[edge.source].workload
        place = edge.evidence[0].place
        if (
            store.kind is not ComponentKind.DATA_STORE
            or store.facts.get("sort") != _SORT
            or workload is None
            or place is None
        ):
            continue
        if workload.lifetime != "service" or workload.template or workload.role is Role.GENERIC:
            continue
        if seen.setdefault(workload.ref, workload) is workload:
            found.setdefault(workload.ref, []).append(_Use(workload, store, place, edge.evidence[0].text))
    return {ref: tuple(uses) for ref, uses in found.items()}


def _apart(one: Workload, other: Workload) -> bool:
    """Whether two services are of different applications: other purpose or other namespace, and no sign that they belong together."""
    spaces = {one.namespace, other.namespace} - {""}
    if (one.role, one.engine) == (other.role, other.engine) and len(spaces) < 2:
        return False
    labels = [{k: w.resource.labels.get(k, "") for k in _OWN_PARTS} for w in (one, other)]
    if len(spaces) < 2 and any(labels[0][k] and labels[0][k] == labels[1][k] for k in _OWN_PARTS):
        return False
    images = [{c.image.repository for c in w.containers if c.kind == "app"} for w in (one, other)]
    alike = one.name.partition("-")[0] == other.name.partition("-")[0]
    return len(spaces) > 1 or not (images[0] & images[1] or alike)


def _credentials(workload: Workload) -> frozenset[tuple[str, ...]]:
    """Who it is to its databases: users in addresses and variables, and the keys of Secrets that hold passwords."""
    found: set[tuple[str, ...]] = set()
    for container in workload.containers:
        texts = [
            container.argv.text,
            *(v.value or string(v.node.value, "value") for v in container.environment.values()),
        ]
        found.update(("user", user) for text in texts for user, _ in _USER_IN_URL.findall(text) if not _open(user))
        for variable in container.environment.values():
            if _USER.search(variable.name) and variable.value and not _open(variable.value):
                found.add(("user", variable.value))
            key = string(variable.node.value, "valueFrom", "secretKeyRef", "key")
            if key and _PASSWORD.search(variable.name):
                found.add(
                    (
                        "secret",
                        workload.namespace,
                        string(variable.node.value, "valueFrom", "secretKeyRef", "name"),
                        key,
                    )
                )
    return frozenset(found)


def _open(text: str) -> bool:
    return "$" in text or is_placeholder(text)
