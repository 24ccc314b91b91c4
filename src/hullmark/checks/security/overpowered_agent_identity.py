"""Agent or tool server runs with broad rights.

An agent does what the text it reads tells it to, and a tool server does what agents ask. A line hidden in a web page,
a ticket or a tool's description is enough for either to use every right of the ServiceAccount it runs as. A rule that
looks harmless, `get` and `list` on all resources, includes Secrets.

- everything, writing Secrets, or raising its own rights (`escalate`, `bind`, `impersonate`): critical;
- reading every Secret of the cluster, or running commands in other pods (`pods/exec`, by `create` or by `get`): high;
- reading every Secret of one namespace: medium.

Rights count only where a token is mounted. A role that is not in the scan leaves the question open. What the server
was built for is no excuse for the whole cluster: give it a Role in the namespaces it serves, without Secrets.

The same holds for the identity in the cloud that the ServiceAccount carries (EKS, GKE, Azure), which needs no token of the
cluster. It is judged where AWS's controllers or Google's Config Connector grant it something in the scan: administration,
raising its own rights, every secret. Where no manifest shows what it may do, the question is left open.

To fix it, list the resources and verbs its tools need, in a Role, and let a person approve what changes things.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: cluster-tools
spec:
  selector:
    matchLabels: {app: cluster-tools}
  template:
    metadata:
      labels: {app: cluster-tools}
    spec:
      serviceAccountName: cluster-tools  # finding: pods of 'cluster-tools' may read every secret in the whole cluster
      containers:
        - name: server
          image: ghcr.io/containers/kubernetes-mcp-server:v0.0.57
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: cluster-tools
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: cluster-tools
rules:
  - apiGroups: ["*"]
    resources: ["*"]
    verbs: [get, list, watch]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: cluster-tools
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: cluster-tools
subjects:
  - kind: ServiceAccount
    name: cluster-tools
```

```yaml good
apiVersion: apps/v1
kind: Deployment
metadata:
  name: cluster-tools
spec:
  selector:
    matchLabels: {app: cluster-tools}
  template:
    metadata:
      labels: {app: cluster-tools}
    spec:
      serviceAccountName: cluster-tools
      containers:
        - name: server
          image: ghcr.io/containers/kubernetes-mcp-server:v0.0.57
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: cluster-tools
rules:
  - apiGroups: [""]
    resources: [pods, pods/log, events]
    verbs: [get, list, watch]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: cluster-tools
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: cluster-tools
subjects:
  - kind: ServiceAccount
    name: cluster-tools
```

```yaml unknown
apiVersion: v1
kind: Pod
metadata:
  name: cluster-tools
spec:
  serviceAccountName: cluster-tools
  automountServiceAccountToken: false
  containers:
    - name: server
      image: ghcr.io/containers/kubernetes-mcp-server:v0.0.57
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: cluster-tools
  annotations:
    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/tools  # unknown: what AWS role 'arn:aws:iam::111122223333:role/tools' may do is not in the scan
```

See OWASP [LLM06:2025 Excessive Agency](https://genai.owasp.org/llmrisk/llm062025-excessive-agency/), MITRE ATLAS
[AML.T0053, AI agent tool invocation](https://atlas.mitre.org/techniques/AML.T0053) and [AML.M0026, privileged AI
agent permissions configuration](https://atlas.mitre.org/mitigations/AML.M0026), and [RBAC good
practices](https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks).
"""

from collections.abc import Iterator
from typing import NamedTuple

from hullmark.checks.security._cloud import cloud_identities
from hullmark.checks.security._rbac import WRITING, reach, reads_secrets
from hullmark.model.architecture import Architecture, Grant, Identity, Rule
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.terms import Role, Severity
from hullmark.model.truth import Undecided
from hullmark.model.workload import PodSet

_RBAC = "rbac.authorization.k8s.io"


class _Power(NamedTuple):
    severity: Severity
    words: str
    rule: Rule


@check(PodSet, severity=Severity.CRITICAL, roles=[Role.AGENT, Role.MCP_SERVER])
def overpowered_agent_identity(podset: PodSet, arch: Architecture) -> Iterator[Finding]:
    identity = arch.around(podset).identity
    yield from _in_cluster(podset, identity)
    yield from _in_cloud(podset, identity, arch)


def _in_cluster(podset: PodSet, identity: Identity) -> Iterator[Finding]:
    if identity.token_mounted is False:
        return
    for grant in identity.grants:
        if grant.known and (power := _power(grant)) is not None:
            yield Finding(
                f"pods of '{podset.workload.name}' {power.words} {reach(grant)}",
                podset.at("serviceAccountName"),
                severity=power.severity,
                related=((power.rule.place, "the rule that allows it"), (grant.binding.place, "the binding")),
                advice="bind a Role with the resources and verbs its tools need, without secrets",
            )


def _in_cloud(podset: PodSet, identity: Identity, arch: Architecture) -> Iterator[Finding]:
    """What its cloud identities may do; and at the end what could not be seen, of these and of its roles."""
    unknown = next((f"role '{g.role_name}' is not in the scan" for g in identity.grants if not g.known), "")
    unknown = unknown if identity.token_mounted is not False else ""
    for cloud in cloud_identities(identity.account, arch) if identity.account is not None else ():
        if cloud.power is not None:
            yield Finding(
                f"pods of '{podset.workload.name}' {cloud.power.words} as {cloud.name}",
                podset.at("serviceAccountName"),
                severity=cloud.power.severity,
                related=((cloud.power.place, "what allows it"), (cloud.place, "the identity")),
                advice="grant the actions its tools need, on the resources they need them on",
            )
        elif not cloud.known:
            unknown = f"what {cloud.name} may do is not in the scan"
    if unknown:
        raise Undecided(unknown)


def _power(grant: Grant) -> _Power | None:
    """The worst that a grant's rules, each by itself, allow."""
    found: list[_Power] = []
    for rule in grant.rules:
        if "*" in rule.verbs and "*" in rule.resources:
            found.append(_Power(Severity.CRITICAL, "may do everything", rule))
        elif not rule.names and any(rule.allows(verb, "secrets") for verb in WRITING):
            found.append(_Power(Severity.CRITICAL, "may write secrets", rule))
        elif _raises(rule):
            found.append(_Power(Severity.CRITICAL, "may raise their own rights", rule))
        elif reads_secrets((rule,)) is not None:
            severity = Severity.HIGH if grant.cluster_wide else Severity.MEDIUM
            found.append(_Power(severity, "may read every secret", rule))
        if any(rule.allows(verb, "pods/exec") for verb in ("create", "get")):
            found.append(_Power(Severity.HIGH, "may run commands in other pods", rule))
    return max(found, key=lambda p: p.severity, default=None)


def _raises(rule: Rule) -> bool:
    """Whether a rule lets its holder take more rights than it has."""
    roles = any(rule.allows(verb, kind, _RBAC) for verb in ("escalate", "bind") for kind in ("roles", "clusterroles"))
    return roles or any(rule.allows("impersonate", kind) for kind in ("users", "groups", "serviceaccounts"))
