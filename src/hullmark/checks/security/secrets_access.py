"""Identity may read every Secret.

Whoever lists Secrets has all credentials in reach at once: hub and provider tokens, database passwords, the tokens of
other accounts. `list` and `watch` return the contents, not just the names. In a namespace where models and data of
several teams are served, this one rule undoes their separation.

A rule counts by itself: a verb of one rule and a resource of another do not add up. Rules with `resourceNames` are
narrow and not reported. Aggregated roles count with the rules they collect, and the built-in `edit` and `admin`
include Secrets. The finding stands at the binding, which says who; a role that nothing in the scan binds is reported
itself. Roles that are not in the scan leave the question open. `cluster-admin` is reported by
`cluster-admin-binding`.

To fix it, name the Secrets with `resourceNames` and allow `get` alone, or mount them into the pods that need them,
which takes no right to the API.

```yaml bad
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: reader
rules:
  - apiGroups: [""]
    resources: ["*"]
    verbs: [get, list]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: reader
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: reader  # finding: service account 'dashboard' may read every secret in the whole cluster
subjects:
  - kind: ServiceAccount
    name: dashboard
    namespace: ml
```

```yaml good
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: reader
rules:
  - apiGroups: [""]
    resources: [secrets]
    resourceNames: [hub-token]
    verbs: [get]
  - apiGroups: [""]
    resources: [secrets]
    verbs: [create]
  - apiGroups: [""]
    resources: [pods]
    verbs: [get, list]
```

See [RBAC good practices](https://kubernetes.io/docs/concepts/security/rbac-good-practices/#listing-secrets), CIS
Kubernetes Benchmark v1.12 5.1.2 and MITRE ATLAS [AML.T0055, unsecured
credentials](https://atlas.mitre.org/techniques/AML.T0055).
"""

from collections.abc import Iterator

from hullmark.checks.security._rbac import bound, of_cluster, reach, reads_secrets, subjects
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.resource import Resource
from hullmark.model.terms import Severity
from hullmark.model.truth import Undecided

_APART = frozenset({"cluster-admin", "extension-apiserver-authentication-reader", "view"})
"""Roles every cluster has: one with a check of its own, two that do not include Secrets."""

_ADVICE = "name the secrets with resourceNames, or mount them where they are needed"


@check(Resource, severity=Severity.HIGH, kinds=["ClusterRoleBinding", "RoleBinding", "ClusterRole", "Role"])
def secrets_access(resource: Resource, arch: Architecture) -> Iterator[Finding]:
    if of_cluster(resource):
        return
    if resource.ref.kind.endswith("Binding"):
        yield from _bound(resource, arch)
    elif resource not in bound(arch) and (rule := reads_secrets(arch.rules.get(resource, ()))) is not None:
        title = "cluster role" if resource.ref.kind == "ClusterRole" else "role"
        message = f"{title} '{resource.ref.name}' allows reading every secret"
        yield Finding(message, rule.place, severity=Severity.MEDIUM, advice=_ADVICE)


def _bound(binding: Resource, arch: Architecture) -> Iterator[Finding]:
    for grant in arch.grants.get(binding, ()):
        if grant.role_name in _APART or grant.role_name.startswith("system:"):
            continue
        if not grant.known and any(subjects(binding)):
            raise Undecided(f"role '{grant.role_name}' is not in the scan")
        rule = reads_secrets(grant.rules)
        for who in subjects(binding) if rule is not None else ():
            yield Finding(
                f"{who} may read every secret {reach(grant)}",
                binding.node.at("roleRef", "name"),
                severity=None if grant.cluster_wide else Severity.MEDIUM,
                related=((rule.place, "the rule that allows it"),)
                if rule is not None and grant.role is not None
                else (),
                advice=_ADVICE,
            )
