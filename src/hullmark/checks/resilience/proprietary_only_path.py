"""Model and data are only at providers with interfaces of their own.

Whoever asks a provider's model and keeps what it retrieves from in another provider's index can leave neither without rewriting the program and moving the data: the price, the terms and
the end of both are decided elsewhere. Nothing is wrong with that as long as somebody has decided it; the finding asks for an exit plan, as Article 28 of DORA does of banks.

Reported are agents, RAG services, gateways and interfaces all of whose models are asked at APIs of providers, and all of whose indexes are in services that exist only there
(Pinecone, turbopuffer). An index with open source behind it (Qdrant, Weaviate, Milvus, Chroma) can move, and any model server, gateway or other address that may answer counts as a way out.

To fix it, write down how to leave, keep the documents and embeddings where you can read them, and call models through a gateway.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: assistant  # finding: 'assistant' can leave neither its model (OpenAI) nor its index (Pinecone) without being rewritten
spec:
  selector: {matchLabels: {app: assistant}}
  template:
    metadata: {labels: {app: assistant}}
    spec:
      containers:
        - name: agent
          image: langchain/langgraph-api:3.12
          env:
            - {name: OPENAI_API_KEY, valueFrom: {secretKeyRef: {name: openai, key: key}}}
            - {name: INDEX_HOST, value: 'https://docs-a1b2c3.svc.aped-4627-b74a.pinecone.io'}
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
            - {name: OPENAI_API_KEY, valueFrom: {secretKeyRef: {name: openai, key: key}}}
            - {name: QDRANT_URL, value: 'https://a1b2.eu-central.aws.cloud.qdrant.io:6333'}
```

```yaml unknown
apiVersion: apps/v1
kind: Deployment
metadata: {name: assistant}  # unknown: whether 'assistant' has another model or index: 'more', which it reads, is not in the scan
spec:
  selector: {matchLabels: {app: assistant}}
  template:
    metadata: {labels: {app: assistant}}
    spec:
      containers:
        - name: agent
          image: langchain/langgraph-api:3.12
          env:
            - {name: OPENAI_API_KEY, valueFrom: {secretKeyRef: {name: openai, key: key}}}
            - {name: INDEX_HOST, value: 'https://docs-a1b2c3.svc.aped-4627-b74a.pinecone.io'}
          envFrom: [{configMapRef: {name: more}}]
```

See [Regulation (EU) 2022/2554 (DORA), Article 28](https://eur-lex.europa.eu/eli/reg/2022/2554/oj) on exit strategies, and NIST's [AI RMF
playbook](https://airc.nist.gov/airmf-resources/playbook/govern/), GOVERN 6.2, on contingency for third parties.
"""

from collections.abc import Iterator

from hullmark.checks.resilience._providers import MODELS, category, may_answer, own, unseen
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.component import ComponentKind, Edge, EdgeKind
from hullmark.model.finding import Finding
from hullmark.model.terms import Confidence, Role, Severity
from hullmark.model.truth import Undecided
from hullmark.model.workload import Workload

_ASKING = frozenset({Role.LLM_GATEWAY, Role.RAG_SERVICE, Role.AGENT, Role.AI_UI})
_INDEXES = "vector store"
_CLOSED = frozenset({"Pinecone", "turbopuffer"})
"""Providers of indexes that nobody else runs: https://docs.pinecone.io/guides/get-started/overview, https://turbopuffer.com/docs."""


@check(Workload, severity=Severity.INFO, confidence=Confidence.MEDIUM, roles=_ASKING, compose="")
def proprietary_only_path(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    if workload.template or not workload.containers:
        return
    parts = own(workload, arch)
    calls = [e for c in parts for e in arch.wiring.out(c.id, EdgeKind.CALLS)]
    models = [e for e in calls if category(e, arch) == MODELS]
    indexes = [e for e in calls if category(e, arch) == _INDEXES]
    if not models or not indexes or any(_provider(e, arch) not in _CLOSED for e in indexes):
        return
    kept = [arch.wiring.by_id[e.target] for c in parts for e in arch.wiring.out(c.id, EdgeKind.READS)]
    if any(c.kind is ComponentKind.DATA_STORE and c.declared and c.facts.get("sort") for c in kept):
        return
    if any(may_answer(e, arch) for e in calls if e not in models and e not in indexes):
        return
    for component in parts:
        for edge in arch.wiring.out(component.id, EdgeKind.READS, EdgeKind.MOUNTS):
            read = arch.wiring.by_id[edge.target]
            if unseen(read, edge):
                raise Undecided(
                    f"whether '{workload.name}' has another model or index: '{read.label}', which it reads, is not in the scan"
                )
    yield Finding(
        f"'{workload.name}' can leave neither its model ({_names(models, arch)}) nor its index ({_names(indexes, arch)}) "
        "without being rewritten",
        workload.at("metadata", "name"),
        related=tuple(
            (e.evidence[0].place, e.evidence[0].text) for e in (*models, *indexes) if e.evidence[0].place is not None
        ),
        advice="write down how to leave, and call models through a gateway",
    )


def _provider(edge: Edge, arch: Architecture) -> str:
    return arch.wiring.by_id[edge.target].facts.get("provider", "")


def _names(edges: list[Edge], arch: Architecture) -> str:
    return ", ".join(dict.fromkeys(_provider(e, arch) for e in edges))
