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

from collections.abc import Iterator

from hullmark.checks.resilience._providers import MODELS, category, may_answer, own, unseen
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.component import EdgeKind
from hullmark.model.finding import Finding
from hullmark.model.terms import Confidence, Role, Severity
from hullmark.model.truth import Undecided
from hullmark.model.workload import Workload

_ASKING = frozenset({Role.LLM_GATEWAY, Role.RAG_SERVICE, Role.AGENT, Role.AI_UI})


@check(Workload, severity=Severity.MEDIUM, confidence=Confidence.MEDIUM, roles=_ASKING)
def single_model_provider(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    if workload.template or not workload.containers:
        return
    parts = own(workload, arch)
    calls = [e for component in parts for e in arch.wiring.out(component.id, EdgeKind.CALLS)]
    asked = [e for e in calls if category(e, arch) == MODELS]
    providers = {arch.wiring.by_id[e.target].facts["provider"] for e in asked}
    if len(providers) != 1 or any(may_answer(e, arch) for e in calls if category(e, arch) != MODELS):
        return
    for component in parts:
        for edge in arch.wiring.out(component.id, EdgeKind.READS, EdgeKind.MOUNTS):
            read = arch.wiring.by_id[edge.target]
            if unseen(read, edge):
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
