"""Retriever holds the key that the index is written with.

What answers questions from documents reads what strangers write. If it is captured, or talked into it, and its key also writes, it can plant passages in the index: they come back in
everybody's answers long after it has been repaired. Qdrant knows a second key that only reads.

Reported is a RAG service or an agent that names a Qdrant which a job or a data preparation fills, and takes its key from the same key of the same Secret as that one. A service that
ingests and retrieves itself needs the key that writes and is not reported, and a key of a model provider that both share is no key of the index.

To fix it, set `QDRANT__SERVICE__READ_ONLY_API_KEY` and give the retriever that one.

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

See Qdrant's [read-only API key](https://qdrant.tech/documentation/security/#read-only-api-key), OWASP [LLM08:2025 Vector and Embedding
Weaknesses](https://genai.owasp.org/llmrisk/llm082025-vector-and-embedding-weaknesses/) and MITRE ATLAS [AML.T0070, RAG poisoning](https://atlas.mitre.org/techniques/AML.T0070).
"""

import re
from collections.abc import Iterator, Mapping
from itertools import islice

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.component import Component, EdgeKind
from hullmark.model.finding import Finding
from hullmark.model.terms import Confidence, Role, Severity
from hullmark.model.truth import Undecided, string
from hullmark.model.workload import Workload
from hullmark.text.regex import regex
from hullmark.text.source import Place
from hullmark.text.tree import Node

_INDEX = regex(r"qdrant|vector", re.IGNORECASE)
"""What the name of a variable says when it holds the key of the index."""

_MOST = 100
"""Writers of one index that are looked at."""

_Key = tuple[str, str, str]
"""The namespace and name of a Secret, and a key in it."""


@check(Workload, severity=Severity.LOW, confidence=Confidence.MEDIUM, roles=[Role.RAG_SERVICE, Role.AGENT])
def retriever_write_key(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    if workload.template or workload.lifetime == "task":
        return
    keys, sets = _keys(workload), _sets(workload)
    if not keys and not sets:
        return
    unknown = ""
    for index in _indexes(workload, arch):
        for writer in _writers(index, workload, arch):
            shared = next((k for k in keys if k in _keys(writer)), None)
            if shared is not None:
                yield Finding(
                    f"'{workload.name}' reads index '{index.label}' with the key that '{writer.name}' writes it with",
                    keys[shared],
                    related=((_keys(writer)[shared], "the same key"),),
                    advice="give it Qdrant's read-only key",
                )
                return
            both = next((s for s in sets if s in _sets(writer)), None)
            if both is not None and not keys:
                unknown = (
                    f"which key of Secret '{both[1]}' '{workload.name}' takes for index '{index.label}' is not known: "
                    f"'{writer.name}' reads all of it too"
                )
    if unknown:
        raise Undecided(unknown)


def _indexes(workload: Workload, arch: Architecture) -> Iterator[Component]:
    """The Qdrants that it reads and, as far as its role tells, does not write."""
    graph, own = arch.wiring, arch.wiring.of(workload)
    if own is None:
        return
    written = {e.target for e in graph.out(own.id, EdgeKind.WRITES)}
    for edge in graph.out(own.id, EdgeKind.READS):
        if edge.target not in written and graph.by_id[edge.target].facts.get("type") == "qdrant":
            yield graph.by_id[edge.target]


def _writers(index: Component, reader: Workload, arch: Architecture) -> Iterator[Workload]:
    """What fills an index: jobs, and what prepares data."""
    for edge in islice(arch.wiring.into(index.id, EdgeKind.WRITES), _MOST):
        writer = arch.wiring.by_id[edge.source].workload
        if writer is None or writer is reader or writer.template:
            continue
        if writer.lifetime == "task" or writer.role is Role.DATA_PREPARATION:
            yield writer


def _keys(workload: Workload) -> Mapping[_Key, Place]:
    """The keys of Secrets that its variables for the index come from."""
    found: dict[_Key, Place] = {}
    for container in workload.containers:
        for variable in container.environment.values():
            name = (
                string(variable.node.value, "valueFrom", "secretKeyRef", "name") if variable.origin == "secret" else ""
            )
            if name and _INDEX.search(variable.name) and "key" in variable.name.lower():
                key = string(variable.node.value, "valueFrom", "secretKeyRef", "key")
                found.setdefault((workload.namespace, name, key), variable.node.at("valueFrom", "secretKeyRef"))
    return found


def _sets(workload: Workload) -> set[tuple[str, str]]:
    """The Secrets all of whose keys become variables."""
    sources: Iterator[Node] = (s for c in workload.containers for s in c.node.children("envFrom"))
    names = (string(s.value, "secretRef", "name") for s in sources)
    return {(workload.namespace, n) for n in names if n}
