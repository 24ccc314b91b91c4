"""Identity is administrator of the cluster.

`cluster-admin` may do everything, in every namespace: read all Secrets and models, change every workload, remove all
traces. Given to a ServiceAccount it is for whoever gets into any pod that runs as it: a notebook, a pipeline step, an
agent that reads a prompt.

Kubernetes' own bindings are left out (names that begin with `system:`, the group `system:masters`). Bound by a
RoleBinding it holds in one namespace, which is a medium finding; so is a person or a group of people who administer
the cluster, though for daily work a lesser role does.

To fix it, write a role with the verbs and resources that are needed and bind it in the namespaces where they are. For
tools that offer "cluster-wide" as an option of their chart, choose their list of namespaces.

```yaml bad
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: pipeline-admin
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: cluster-admin  # finding: service account 'pipeline' is administrator in the whole cluster
subjects:
  - kind: ServiceAccount
    name: pipeline
    namespace: ml
```

```yaml good
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: pipeline
  namespace: ml
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: pipeline-runner
subjects:
  - kind: ServiceAccount
    name: pipeline
```

See [RBAC good practices](https://kubernetes.io/docs/concepts/security/rbac-good-practices/), [user-facing
roles](https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles), CIS Kubernetes Benchmark v1.12
5.1.1 and MITRE ATLAS [AML.T0012, valid accounts](https://atlas.mitre.org/techniques/AML.T0012).
"""

from collections.abc import Iterator

from hullmark.checks.security._rbac import of_cluster, reach, subjects
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.resource import Resource
from hullmark.model.terms import Severity


@check(Resource, severity=Severity.CRITICAL, kinds=["ClusterRoleBinding", "RoleBinding"])
def cluster_admin_binding(resource: Resource, arch: Architecture) -> Iterator[Finding]:
    for grant in arch.grants.get(resource, ()):
        if grant.role_kind != "ClusterRole" or grant.role_name != "cluster-admin" or of_cluster(resource):
            continue
        for who in subjects(resource):
            human = who.startswith(("user", "group")) and "'system:" not in who
            lesser = human or resource.ref.kind == "RoleBinding"
            yield Finding(
                f"{who} is administrator {reach(grant)}",
                resource.node.at("roleRef", "name"),
                severity=Severity.MEDIUM if lesser else None,
                label="allows everything",
                advice="bind a role with just the verbs and resources that are needed",
            )
