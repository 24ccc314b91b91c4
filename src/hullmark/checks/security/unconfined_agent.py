"""Agent has broad rights in the cluster and may connect to anything.

An agent does what the text it reads tells it to; a tool server does what agents ask. Rights to read secrets or to run pods give a sentence in a web page or a ticket something to take,
and open egress gives it a way out: either by itself is a weakness, both together are a theft that needs no further hole.

Rights count where a token is mounted: reading or writing secrets that are not named one by one, running pods or commands in them, making tokens, acting as others, granting roles,
changing webhooks, and everything. Egress is open where no network policy isolates the pods in that direction, or one allows every destination. What `overpowered-agent-identity` and
`unrestricted-egress` say of each alone still holds.

To fix it, close the egress first (allow DNS, the model and the tools), then cut the rights down to a Role without secrets.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata: {name: ops-agent, namespace: agents}
spec:
  selector: {matchLabels: {app: ops-agent}}
  template:
    metadata: {labels: {app: ops-agent}}
    spec:
      serviceAccountName: ops-agent  # finding: agent 'ops-agent' reads secrets in the whole cluster, and no network policy limits where it connects to
      containers: [{name: agent, image: 'langchain/langgraph-api:3.12'}]
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: ops-agent, namespace: agents}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: ops-agent}
rules: [{apiGroups: [''], resources: [secrets, pods], verbs: [get, list]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: ops-agent}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: ops-agent}
subjects: [{kind: ServiceAccount, name: ops-agent, namespace: agents}]
```

```yaml good
apiVersion: apps/v1
kind: Deployment
metadata: {name: ops-agent, namespace: agents}
spec:
  selector: {matchLabels: {app: ops-agent}}
  template:
    metadata: {labels: {app: ops-agent}}
    spec:
      serviceAccountName: ops-agent
      containers: [{name: agent, image: 'langchain/langgraph-api:3.12'}]
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: ops-agent, namespace: agents}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: ops-agent}
rules: [{apiGroups: [''], resources: [secrets, pods], verbs: [get, list]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: ops-agent}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: ops-agent}
subjects: [{kind: ServiceAccount, name: ops-agent, namespace: agents}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: ops-agent, namespace: agents}
spec:
  podSelector: {matchLabels: {app: ops-agent}}
  policyTypes: [Egress]
  egress: [{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: gateway}}}]}]
```

```yaml unknown
apiVersion: apps/v1
kind: Deployment
metadata: {name: ops-agent, namespace: agents}  # unknown: what ClusterRole 'operators' allows agent 'ops-agent', which may connect to anything, is not in the scan
spec:
  selector: {matchLabels: {app: ops-agent}}
  template:
    metadata: {labels: {app: ops-agent}}
    spec:
      serviceAccountName: ops-agent
      containers: [{name: agent, image: 'langchain/langgraph-api:3.12'}]
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: ops-agent, namespace: agents}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: ops-agent}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: operators}
subjects: [{kind: ServiceAccount, name: ops-agent, namespace: agents}]
```

See OWASP [LLM06:2025 Excessive Agency](https://genai.owasp.org/llmrisk/llm062025-excessive-agency/), MITRE ATLAS [AML.T0086, exfiltration via AI agent tool
invocation](https://atlas.mitre.org/techniques/AML.T0086) and [AML.M0032, segmentation of AI agent components](https://atlas.mitre.org/mitigations/AML.M0032), and [RBAC good
practices](https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture, Isolation
from hullmark.model.check import check
from hullmark.model.component import EdgeKind, Power
from hullmark.model.finding import Finding
from hullmark.model.terms import Role, Severity
from hullmark.model.truth import Undecided
from hullmark.model.workload import PodSet
from hullmark.text.source import Place

_BROAD = frozenset({
    "become-admin", "impersonate", "read-secrets", "write-secrets", "run-pods", "exec-into-pods", "create-tokens",
    "change-roles", "modify-webhooks", "nodes-proxy", "mount-nodes", "sign-certificates",
})  # fmt: skip
"""Powers that give an intruder something to take, or more power; the names are those of the graph."""


@check(PodSet, severity=Severity.HIGH, roles=[Role.AGENT, Role.MCP_SERVER])
def unconfined_agent(podset: PodSet, arch: Architecture) -> Iterator[Finding]:
    links = arch.around(podset)
    if podset.workload.template or links.identity.token_mounted is False or not links.identity.grants:
        return
    egress = links.egress
    if egress.isolated and not egress.open:
        return
    name = f"{'tool server' if podset.role is Role.MCP_SERVER else 'agent'} '{podset.workload.name}'"
    powers = _powers(podset, arch)
    power = next((p for p in powers if p.kind in _BROAD and not p.names), None)
    if power is None:
        unseen = next((p for p in powers if p.unknown), None)
        if unseen is not None:
            what = unseen.text.rpartition(" in ")[0] or unseen.text
            raise Undecided(f"{what} {name}, which may connect to anything, is not in the scan")
        return
    if egress.isolated is None or links.identity.token_mounted is None:
        raise Undecided(f"whether {name} has a token, and where it may connect to, is not known")
    yield Finding(
        f"{name} {power.text}, and {_open(egress)}",
        podset.at("serviceAccountName"),
        related=(*((e.place, e.text) for e in power.evidence if e.place is not None), *_policy(egress)),
        advice="allow it the destinations it needs, and bind a Role without secrets",
    )


def _powers(podset: PodSet, arch: Architecture) -> tuple[Power, ...]:
    """What the account of its pods may do, the most dangerous first."""
    graph, own = arch.wiring, arch.wiring.of(podset)
    edges = graph.out(own.id, EdgeKind.RUNS_AS) if own is not None else ()
    return tuple(p for e in edges for p in graph.powers.get(e.target, ()))


def _open(egress: Isolation) -> str:
    if egress.isolated:
        return "its network policies let it connect to anything"
    return "no network policy limits where it connects to"


def _policy(egress: Isolation) -> tuple[tuple[Place, str], ...]:
    return tuple((p.node.at("spec", "egress"), "lets it connect to anything") for p in egress.policies[:1])
