"""All requests go to one provider's model, and nothing stands in for it.

When the provider is down, throttles the account or retires the model, so does the service. A gateway with a second provider, or a model of one's own, keeps it going; two deployments of the
same provider share its outages and limits and do not count.

Looked at are gateways, agents, RAG services and chat interfaces that name a provider's address, or hold its key and name no other address. Any second provider, gateway or model server
that they name is taken for a way out: whether the program turns to it is not written here. Where configuration that they read is not in the scan, nobody can know.

To see it happen: `hullmark simulate PATH --scenario provider`.

To fix it, name a second provider or a model server of your own as fallback (LiteLLM: `fallbacks`; Envoy AI Gateway: a backend of lower `priority`), or let the service call a gateway that has one.

```yaml bad
apiVersion: v1
kind: ConfigMap
metadata: {name: litellm}
data:
  config.yaml: |
    model_list:
      - model_name: assistant
        litellm_params:
          model: openai/gpt-4.1
          api_key: os.environ/OPENAI_API_KEY
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: litellm  # finding: every model that 'litellm' asks is of one provider, OpenAI
spec:
  selector: {matchLabels: {app: litellm}}
  template:
    metadata: {labels: {app: litellm}}
    spec:
      containers:
        - name: litellm
          image: ghcr.io/berriai/litellm:v1.83.7-stable
          args: [--config, /etc/litellm/config.yaml]
          volumeMounts: [{name: config, mountPath: /etc/litellm}]
      volumes: [{name: config, configMap: {name: litellm}}]
```

```yaml good
apiVersion: v1
kind: ConfigMap
metadata: {name: litellm}
data:
  config.yaml: |
    model_list:
      - model_name: assistant
        litellm_params:
          model: openai/gpt-4.1
          api_key: os.environ/OPENAI_API_KEY
      - model_name: spare
        litellm_params:
          model: anthropic/claude-sonnet-4-5
          api_key: os.environ/ANTHROPIC_API_KEY
    router_settings:
      fallbacks: [{assistant: [spare]}]
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
          args: [--config, /etc/litellm/config.yaml]
          volumeMounts: [{name: config, mountPath: /etc/litellm}]
      volumes: [{name: config, configMap: {name: litellm}}]
```

```yaml unknown
apiVersion: apps/v1
kind: Deployment
metadata: {name: litellm}  # unknown: whether there is a second provider: 'more-keys', which 'litellm' reads, is not in the scan
spec:
  selector: {matchLabels: {app: litellm}}
  template:
    metadata: {labels: {app: litellm}}
    spec:
      containers:
        - name: litellm
          image: ghcr.io/berriai/litellm:v1.83.7-stable
          env: [{name: OPENAI_API_KEY, valueFrom: {secretKeyRef: {name: openai, key: key}}}]
          envFrom: [{secretRef: {name: more-keys}}]
```

See [Fallbacks in LiteLLM](https://docs.litellm.ai/docs/proxy/reliability) and [provider fallback in Envoy AI
Gateway](https://aigateway.envoyproxy.io/docs/capabilities/traffic/provider-fallback).
"""

import re
from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.component import Component, ComponentKind, Edge, EdgeKind
from hullmark.model.finding import Finding
from hullmark.model.terms import Confidence, Role, Severity
from hullmark.model.truth import Undecided
from hullmark.model.workload import Workload

_MODELS = "model API"
_ASKING = frozenset({Role.LLM_GATEWAY, Role.RAG_SERVICE, Role.AGENT, Role.AI_UI})
_ANSWERING = frozenset({Role.ONLINE_INFERENCE, Role.EDGE_INFERENCE, Role.INFERENCE_ROUTER, Role.LLM_GATEWAY})
_SOUNDS = re.compile(
    r"llm|llama|api_base|/v1\b|model|openai|ollama|inference|gateway|router|provider|\btgi\b|triton|\bnim\b",
    re.IGNORECASE,
)
"""What a setting or a host is called that may lead to another model."""


@check(Workload, severity=Severity.MEDIUM, confidence=Confidence.MEDIUM, roles=_ASKING)
def single_model_provider(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    if workload.template or not workload.containers:
        return
    own = _own(workload, arch)
    calls = [e for component in own for e in arch.graph.out(component.id, EdgeKind.CALLS)]
    asked = [e for e in calls if _category(e, arch) == _MODELS]
    providers = {arch.graph.by_id[e.target].facts["provider"] for e in asked}
    if len(providers) != 1 or any(_may_answer(e, arch) for e in calls if _category(e, arch) != _MODELS):
        return
    for component in own:
        for edge in arch.graph.out(component.id, EdgeKind.READS, EdgeKind.MOUNTS):
            read = arch.graph.by_id[edge.target]
            if _unseen(read, edge):
                raise Undecided(
                    f"whether there is a second provider: '{read.label}', which '{workload.name}' reads, is not in the scan"
                )
    place = asked[0].evidence[0].place
    yield Finding(
        f"every model that '{workload.name}' asks is of one provider, {providers.pop()}",
        workload.at("metadata", "name"),
        related=((place, "the provider that it names"),) if place is not None else (),
        advice="name a second provider or a model server of your own as fallback",
    )


def _own(workload: Workload, arch: Architecture) -> tuple[Component, ...]:
    """The components that stand for a workload: itself, and its pods where they are parts of their own."""
    found = (arch.graph.of(workload), *(arch.graph.of(p) for p in workload.podsets))
    return tuple(dict.fromkeys(c for c in found if c is not None))


def _category(edge: Edge, arch: Architecture) -> str:
    """What a host outside is for; empty where nobody knows."""
    return arch.graph.by_id[edge.target].facts.get("category", "")


def _may_answer(edge: Edge, arch: Architecture) -> bool:
    """Whether a call that leads to no known provider may lead to another model."""
    graph = arch.graph
    target = graph.by_id[edge.target]
    behind = [graph.by_id[e.target] for e in graph.out(target.id, EdgeKind.ROUTES)]
    if behind:
        return any(
            Role(b.facts.get("role", "generic")) in _ANSWERING for b in behind if b.kind is ComponentKind.WORKLOAD
        )
    return not _category(edge, arch) and any(
        _SOUNDS.search(text) for text in (edge.facts.get("path", ""), *(e.text for e in edge.evidence))
    )


def _unseen(read: Component, edge: Edge) -> bool:
    """Whether configuration that may name another provider is not in the scan: files, and whole sets of variables."""
    if read.declared:
        return False
    if read.kind is ComponentKind.SECRET:
        return edge.kind is EdgeKind.READS and any(e.text.startswith("all variables") for e in edge.evidence)
    return read.kind is ComponentKind.CONFIG
