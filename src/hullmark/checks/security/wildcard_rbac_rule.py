"""Role has a rule with a wildcard.

`*` stands for what there is today and for all that will be: a new custom resource, a new subresource, a new verb such
as `escalate`. `get` on all resources includes Secrets; all verbs on pods include `exec`. Operators and pipeline
engines for machine learning are where such rules are found, and their pods run code of users.

All verbs on all resources is a high finding; a wildcard for one of them a medium one; within API groups of one's own
(a controller and its own custom resources), or for groups alone, a low one. In a Role, which holds in one namespace,
each counts one step less. Kubernetes' own roles (`system:…`) and aggregated roles, whose rules stand in others, are
left out.

To fix it, write the verbs and resources out.

```yaml bad
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: experiment-operator
rules:
  - apiGroups: ["*"]
    resources: ["*"]
    verbs: ["*"]  # finding: cluster role 'experiment-operator' allows all verbs on all resources
  - apiGroups: [""]
    resources: [pods]
    verbs: ["*"]  # finding: cluster role 'experiment-operator' allows all verbs on 'pods'
```

```yaml good
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: experiment-operator
rules:
  - apiGroups: [""]
    resources: [pods, services]
    verbs: [get, list, watch, create, delete]
  - nonResourceURLs: ["/metrics"]
    verbs: [get]
```

See [RBAC good practices](https://kubernetes.io/docs/concepts/security/rbac-good-practices/), CIS Kubernetes Benchmark v1.12
5.1.3 and MITRE ATLAS [AML.M0026, privileged AI agent permissions
configuration](https://atlas.mitre.org/mitigations/AML.M0026).
"""

from collections.abc import Iterator

from hullmark.checks.security._rbac import of_cluster
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.resource import Resource
from hullmark.model.terms import Severity
from hullmark.text.tree import Node, dig, items

_BUILT_IN_GROUPS = frozenset(
    {
        "", "*", "apps", "autoscaling", "batch", "extensions", "policy", "admissionregistration.k8s.io",
        "apiextensions.k8s.io", "authentication.k8s.io", "authorization.k8s.io", "certificates.k8s.io",
        "coordination.k8s.io", "discovery.k8s.io", "networking.k8s.io", "node.k8s.io", "rbac.authorization.k8s.io",
        "resource.k8s.io", "scheduling.k8s.io", "storage.k8s.io",
    }
)  # fmt: skip
"""The API groups of Kubernetes itself."""


@check(Resource, severity=Severity.HIGH, kinds=["Role", "ClusterRole"])
def wildcard_rbac_rule(resource: Resource, arch: Architecture) -> Iterator[Finding]:
    built_in = resource.ref.name in ("cluster-admin", "admin", "edit", "view")
    if of_cluster(resource) or built_in or dig(resource.node.value, "aggregationRule") is not None:
        return
    title = "cluster role" if resource.ref.kind == "ClusterRole" else "role"
    for rule in resource.node.children("rules"):
        verbs, resources, groups = (items(rule.value, key) for key in ("verbs", "resources", "apiGroups"))
        if not resources or not any("*" in words for words in (verbs, resources, groups)):
            continue
        key = next(k for k in ("verbs", "resources", "apiGroups") if "*" in items(rule.value, k))
        severity = _severity(verbs=verbs, resources=resources, groups=groups)
        yield Finding(
            f"{title} '{resource.ref.name}' allows {_what(rule)}",
            rule.at(key),
            severity=severity if title == "cluster role" else max(Severity.LOW, Severity(severity - 1)),
            advice="write the verbs and resources out",
        )


def _severity(*, verbs: list[object], resources: list[object], groups: list[object]) -> Severity:
    own = not any(str(g) in _BUILT_IN_GROUPS for g in groups)
    if own or not ("*" in verbs or "*" in resources):
        return Severity.LOW
    return Severity.HIGH if "*" in verbs and "*" in resources else Severity.MEDIUM


def _what(rule: Node) -> str:
    def words(key: str, everything: str) -> str:
        found = [str(w) for w in items(rule.value, key)]
        return everything if "*" in found else "'" + "', '".join(found) + "'"

    groups = items(rule.value, "apiGroups")
    of = (
        "" if "*" in groups and "*" in items(rule.value, "resources") else f" of {words('apiGroups', 'all API groups')}"
    )
    return f"{words('verbs', 'all verbs')} on {words('resources', 'all resources')}{of if groups != [''] else ''}"
