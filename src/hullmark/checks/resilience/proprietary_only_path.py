"""Model and data are only at providers with interfaces of their own.

Whoever asks a provider's model and keeps what it retrieves from in another provider's index can leave neither without rewriting the program and moving the data: the price, the terms and
the end of both are decided elsewhere. Nothing is wrong with that as long as somebody has decided it; the finding asks for an exit plan, as Article 28 of DORA does of banks.

Reported are agents, RAG services, gateways and interfaces that cannot move in two respects or more; it is low if there are three:

- all models they ask are closed ones of a provider (OpenAI, Anthropic, Gemini, Vertex AI, Amazon Bedrock, Cohere…); a provider that serves open weights by a common interface (Groq, Together
  AI, Mistral AI…), a model server, a gateway or another address that may answer is a way out;
- all indexes and feature stores are in services that exist only there (Pinecone, turbopuffer, Azure AI Search, Amazon Kendra, S3 Vectors, Bedrock knowledge bases, Vertex AI Vector Search and
  Search, SageMaker Feature Store, Tecton); one with open source behind it (Qdrant, Weaviate, Milvus, Chroma) can move;
- or an index that could move holds vectors that only one provider's embedding model understands (`text-embedding-3-small`, `embed-v4.0`, `voyage-3`…), so all must be embedded again;
- the agent itself is run by a cloud (agents of Amazon Bedrock, AgentCore, Azure AI Foundry, Vertex AI Agent Engine).

That all models are of one provider is told by `single-model-provider`, and is no finding here by itself. Tracing services are left out: whether an answer waits for them cannot be seen.

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

from hullmark.checks.resilience._closed import INDEXES, MODELS, STORES, Bond, bonds
from hullmark.checks.resilience._providers import MODELS as ANSWERING
from hullmark.checks.resilience._providers import category, may_answer, own, unseen
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.component import Component, ComponentKind, EdgeKind
from hullmark.model.finding import Finding
from hullmark.model.terms import Confidence, Role, Severity
from hullmark.model.truth import Undecided
from hullmark.model.workload import Workload

_ASKING = frozenset({Role.LLM_GATEWAY, Role.RAG_SERVICE, Role.AGENT, Role.AI_UI})
_PARTS = {"model": "its model", "index": "its index", "vectors": "its vectors", "agent": "its agent"}


@check(Workload, severity=Severity.INFO, confidence=Confidence.MEDIUM, roles=_ASKING, compose="")
def proprietary_only_path(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    if workload.template or not workload.containers:
        return
    parts = own(workload, arch)
    tied = {sort: [b for b in bonds(workload, parts, arch) if b.sort == sort] for sort in _PARTS}
    if tied["model"] and _other_model(parts, arch):
        tied["model"] = []
    if tied["index"] and _other_index(parts, arch):
        tied["index"] = []
    if tied["index"]:
        tied["vectors"] = []  # an index that cannot be left says it all
    left = {sort: found for sort, found in tied.items() if found}
    if len(left) < 2:
        return
    for component in parts:
        for edge in arch.wiring.out(component.id, EdgeKind.READS, EdgeKind.MOUNTS):
            read = arch.wiring.by_id[edge.target]
            if unseen(read, edge):
                raise Undecided(
                    f"whether '{workload.name}' has another model or index: '{read.label}', which it reads, is not in the scan"
                )
    yield _finding(workload, left)


def _finding(workload: Workload, left: dict[str, list[Bond]]) -> Finding:
    named = [f"{_PARTS[sort]} ({', '.join(dict.fromkeys(b.name for b in found))})" for sort, found in left.items()]
    again = " or everything being embedded again" if "vectors" in left else ""
    return Finding(
        f"'{workload.name}' can leave neither {', '.join(named[:-1])} nor {named[-1]} without being rewritten{again}",
        workload.at("metadata", "name"),
        severity=Severity.LOW if len(left) > 2 else None,
        related=tuple((b.place, b.text) for found in left.values() for b in found if b.place is not None),
        advice="write down how to leave, and call models through a gateway",
    )


def _other_model(parts: tuple[Component, ...], arch: Architecture) -> bool:
    """Whether a model is asked that others could run as well, or something may lead to one."""
    calls = [e for c in parts for e in arch.wiring.out(c.id, EdgeKind.CALLS)]
    asked = {arch.wiring.by_id[e.target].facts.get("provider", "") for e in calls if category(e, arch) == ANSWERING}
    return bool(asked - MODELS - {"Voyage AI"}) or any(may_answer(e, arch) for e in calls if not category(e, arch))


def _other_index(parts: tuple[Component, ...], arch: Architecture) -> bool:
    """Whether there is an index that others could run as well, or a store of its own."""
    outside = (arch.wiring.by_id[e.target] for c in parts for e in arch.wiring.out(c.id, EdgeKind.CALLS))
    if any(c.facts.get("category") in STORES and c.facts.get("provider") not in INDEXES for c in outside):
        return True
    kept = (arch.wiring.by_id[e.target] for c in parts for e in arch.wiring.out(c.id, EdgeKind.READS))
    return any(c.kind is ComponentKind.DATA_STORE and c.declared and c.facts.get("sort") for c in kept)
