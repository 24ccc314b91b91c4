"""Retriever holds the key that the index is written with.

What answers questions from documents reads what strangers write. If it is captured, or talked into it, and its key also writes, it can plant passages in the index: they come back in
everybody's answers long after it has been repaired. Most indexes know keys or users that only read: Qdrant a second key, Weaviate read-only users, Milvus roles, Pinecone roles of keys,
Elasticsearch and OpenSearch privileges, databases grants.

Reported is a RAG service or an agent that names an index which a job or a data preparation fills, and takes its key or password from the same key of the same Secret as that one, in a
variable, in a set of variables or as a file. A service that ingests and retrieves itself needs the key that writes and is not reported; nor are two that name different users, nor a key of
a model provider that both share. PostgreSQL and Redis keep other things than vectors, and agents what they remember, so there the question stays open. Indexes without such keys
(Chroma, Marqo) are left out.

To fix it, make a key or user that may only read, and give the retriever that one: of Qdrant, set `QDRANT__SERVICE__READ_ONLY_API_KEY`.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata: {name: assistant}
spec:
  selector: {matchLabels: {app: assistant}}
  template:
    metadata: {labels: {app: assistant}}
    spec:
      containers:
        - name: agent
          image: langchain/langgraph-api:3.12
          env:
            - {name: QDRANT_URL, value: 'http://qdrant:6333'}
            - name: QDRANT_API_KEY
              valueFrom: {secretKeyRef: {name: qdrant, key: api-key}}  # finding: 'assistant' reads index 'qdrant' with the key that 'ingest' writes it with
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: ingest}
spec:
  schedule: '@daily'
  jobTemplate:
    spec:
      template:
        spec:
          containers:
            - name: ingest
              image: registry.example/ingest:1.0.0
              env:
                - {name: QDRANT_URL, value: 'http://qdrant:6333'}
                - {name: QDRANT_API_KEY, valueFrom: {secretKeyRef: {name: qdrant, key: api-key}}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: qdrant}
spec:
  selector: {matchLabels: {app: qdrant}}
  template:
    metadata: {labels: {app: qdrant}}
    spec: {containers: [{name: qdrant, image: 'qdrant/qdrant:v1.15.4'}]}
---
apiVersion: v1
kind: Service
metadata: {name: qdrant}
spec: {selector: {app: qdrant}, ports: [{port: 6333}]}
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
        - name: agent
          image: langchain/langgraph-api:3.12
          env:
            - {name: QDRANT_URL, value: 'http://qdrant:6333'}
            - {name: QDRANT_API_KEY, valueFrom: {secretKeyRef: {name: qdrant, key: read-only-api-key}}}
            - {name: OPENAI_API_KEY, valueFrom: {secretKeyRef: {name: openai, key: key}}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: ingest}
spec:
  schedule: '@daily'
  jobTemplate:
    spec:
      template:
        spec:
          containers:
            - name: ingest
              image: registry.example/ingest:1.0.0
              env:
                - {name: QDRANT_URL, value: 'http://qdrant:6333'}
                - {name: QDRANT_API_KEY, valueFrom: {secretKeyRef: {name: qdrant, key: api-key}}}
                - {name: OPENAI_API_KEY, valueFrom: {secretKeyRef: {name: openai, key: key}}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: qdrant}
spec:
  selector: {matchLabels: {app: qdrant}}
  template:
    metadata: {labels: {app: qdrant}}
    spec: {containers: [{name: qdrant, image: 'qdrant/qdrant:v1.15.4'}]}
---
apiVersion: v1
kind: Service
metadata: {name: qdrant}
spec: {selector: {app: qdrant}, ports: [{port: 6333}]}
```

```yaml unknown
apiVersion: apps/v1
kind: Deployment
metadata: {name: assistant}  # unknown: which key of Secret 'qdrant' 'assistant' takes for index 'qdrant' is not known: 'ingest' reads all of it too
spec:
  selector: {matchLabels: {app: assistant}}
  template:
    metadata: {labels: {app: assistant}}
    spec:
      containers:
        - name: agent
          image: langchain/langgraph-api:3.12
          env: [{name: QDRANT_URL, value: 'http://qdrant:6333'}]
          envFrom: [{secretRef: {name: qdrant}}]
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: ingest}
spec:
  schedule: '@daily'
  jobTemplate:
    spec:
      template:
        spec:
          containers:
            - name: ingest
              image: registry.example/ingest:1.0.0
              env: [{name: QDRANT_URL, value: 'http://qdrant:6333'}]
              envFrom: [{secretRef: {name: qdrant}}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: qdrant}
spec:
  selector: {matchLabels: {app: qdrant}}
  template:
    metadata: {labels: {app: qdrant}}
    spec: {containers: [{name: qdrant, image: 'qdrant/qdrant:v1.15.4'}]}
---
apiVersion: v1
kind: Service
metadata: {name: qdrant}
spec: {selector: {app: qdrant}, ports: [{port: 6333}]}
```

See Qdrant's [read-only API key](https://qdrant.tech/documentation/security/#read-only-api-key), Weaviate's
[authorization](https://docs.weaviate.io/deploy/configuration/authorization), Milvus's [privilege groups](https://milvus.io/docs/privilege_group.md), Pinecone's
[permissions of keys](https://docs.pinecone.io/guides/production/security-overview#api-keys), OWASP [LLM08:2025 Vector and Embedding
Weaknesses](https://genai.owasp.org/llmrisk/llm082025-vector-and-embedding-weaknesses/) and MITRE ATLAS [AML.T0070, RAG poisoning](https://atlas.mitre.org/techniques/AML.T0070).
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice

from hullmark.checks.security._index_keys import INDEXES, Index, keys, sets, users
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.component import Component, EdgeKind
from hullmark.model.finding import Finding
from hullmark.model.references import references
from hullmark.model.terms import Confidence, Role, Severity
from hullmark.model.truth import Undecided
from hullmark.model.workload import Workload
from hullmark.text.regex import regex

_INGESTS = regex(r"ingest|index|embed|load|crawl|sync|chunk|import|etl|feed|scrap|populat|upsert")
"""What is called that fills an index, among all the jobs that use a database."""

_MOST = 100
"""Writers of one index that are looked at."""


@check(Workload, severity=Severity.LOW, confidence=Confidence.MEDIUM, roles=[Role.RAG_SERVICE, Role.AGENT])
def retriever_write_key(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    if workload.template or workload.lifetime == "task" or not _shares(workload, arch):
        return
    unknown = ""
    for component, index, mixed in _indexes(workload, arch):
        own, whole = keys(workload, index, arch), sets(workload, index, arch)
        for writer in _writers(component, workload, arch, mixed=mixed) if own or whole else ():
            theirs = keys(writer, index, arch)
            shared = next((k for k in own if k in theirs), None)
            if shared is not None and not _differ(workload, writer, index):
                if not mixed:
                    yield Finding(
                        f"'{workload.name}' reads index '{component.label}' with the key that '{writer.name}' writes it with",
                        own[shared],
                        related=((theirs[shared], "the same key"),),
                        advice=index.advice,
                    )
                    return
                unknown = unknown or (
                    f"whether '{workload.name}' itself writes to '{component.label}', "
                    f"which '{writer.name}' fills with the same key, is not known"
                )
            both = next((s for s in whole if s in sets(writer, index, arch)), None)
            if both is not None and not own:
                unknown = unknown or (
                    f"which key of Secret '{both[1]}' '{workload.name}' takes for index '{component.label}' is not known: "
                    f"'{writer.name}' reads all of it too"
                )
    if unknown:
        raise Undecided(unknown)


def _shares(workload: Workload, arch: Architecture) -> bool:
    """Whether what may fill an index mentions a Secret that it opens one with: asked first, as the graph is drawn for the answer."""
    every = dict.fromkeys(INDEXES.values())
    mine = {(key[0], key[1]) for index in every for key in (*keys(workload, index, arch), *sets(workload, index, arch))}
    return any(writer is not workload for secret in mine for writer in _mentioning(arch).get(secret, ()))


@lru_cache(maxsize=1)
def _mentioning(arch: Architecture) -> Mapping[tuple[str, str], Sequence[Workload]]:
    """Jobs and what prepares data, by the namespace and name of the Secrets that they mention."""
    found: dict[tuple[str, str], list[Workload]] = {}
    for writer in arch.workloads:
        if writer.lifetime == "task" or writer.role is Role.DATA_PREPARATION:
            for name in {r.name for p in writer.podsets for r in references(arch, p) if r.kind == "Secret"}:
                found.setdefault((writer.namespace, name), []).append(writer)
    return found


def _differ(reader: Workload, writer: Workload, index: Index) -> bool:
    """Whether they are different users of an index, whatever their passwords are."""
    one, other = users(reader, index), users(writer, index)
    return bool(one and other) and not one & other


def _indexes(workload: Workload, arch: Architecture) -> Iterator[tuple[Component, Index, bool]]:
    """The indexes that it reads and, as far as its role tells, does not write; whether it may yet write them for other purposes.

    A database is an index if it is run or named as one. It may keep other things as well, and what an agent remembers.
    """
    graph, own = arch.wiring, arch.wiring.of(workload)
    if own is None:
        return
    written = {e.target for e in graph.out(own.id, EdgeKind.WRITES)}
    for edge in graph.out(own.id, EdgeKind.READS):
        found = graph.by_id[edge.target]
        index = INDEXES.get(found.facts.get("type", ""))
        if index is None:
            continue
        if not index.general:
            if found.id not in written:
                yield found, index, False
        elif _for_vectors(found, arch) or any("vector" in e.text.lower() for e in edge.evidence):
            yield found, index, index.mixed or workload.role is Role.AGENT


def _for_vectors(store: Component, arch: Architecture) -> bool:
    """Whether what runs a database, or the database that this one is in, is there for vectors."""
    sources = (e.source for c in (store.id, store.parent) if c for e in arch.wiring.into(c, EdgeKind.SERVES))
    return any(w.role is Role.VECTOR_STORE for s in sources if (w := arch.wiring.by_id[s].workload) is not None)


def _writers(index: Component, reader: Workload, arch: Architecture, *, mixed: bool) -> Iterator[Workload]:
    """What fills an index: jobs, and what prepares data; of the jobs of a database those that are called so."""
    for edge in islice(arch.wiring.into(index.id, EdgeKind.WRITES), _MOST):
        writer = arch.wiring.by_id[edge.source].workload
        if writer is None or writer is reader or writer.template:
            continue
        if writer.role is Role.DATA_PREPARATION or (writer.lifetime == "task" and (not mixed or _fills(writer))):
            yield writer


def _fills(writer: Workload) -> bool:
    words = (writer.name, *(c.name for c in writer.containers), *(c.argv.text for c in writer.containers))
    return any(_INGESTS.search(word.lower()) for word in words)
