"""ServiceAccounts, tokens, roles and bindings."""

from __future__ import annotations

import pytest
from graph_manifests import Scan, deployment

from hullmark.model.architecture import Identity

RBAC = "apiVersion: rbac.authorization.k8s.io/v1"


def identity(arch: object) -> Identity:
    return next(iter(arch.links.values())).identity  # type: ignore[attr-defined, no-any-return]


def account(more: str = "", name: str = "runner") -> str:
    return f"---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: {name}}}\n{more}\n"


def role(name: str, rules: str, kind: str = "ClusterRole", metadata: str = "", more: str = "") -> str:
    return f"---\n{RBAC}\nkind: {kind}\nmetadata: {{name: {name}{metadata}}}\nrules: {rules}\n{more}\n"


def binding(name: str, subject: str, kind: str = "ClusterRoleBinding", of: str = "ClusterRole") -> str:
    return (
        f"---\n"
        f"{RBAC}\n"
        f"kind: {kind}\n"
        f"metadata: {{name: b}}\n"
        f"roleRef: {{kind: {of}, name: {name}}}\n"
        f"subjects: [{subject}]\n"
    )


RUNNER = "{kind: ServiceAccount, name: runner}"
POD = deployment("web", spec="serviceAccountName: runner")


@pytest.mark.parametrize(
    ("pod", "own", "mounted"),
    [
        ("null", "true", True),
        ("null", "false", False),
        ("true", "false", True),
        ("false", "true", False),
        ("null", "null", True),
        ("'${X}'", "false", None),
    ],
)
def test_token_mounting(scan: Scan, pod: str, own: str, mounted: bool | None) -> None:
    spec = f"serviceAccountName: runner\n      automountServiceAccountToken: {pod}"
    arch = scan(a=deployment("web", spec=spec) + account(f"automountServiceAccountToken: {own}"))

    assert identity(arch).token_mounted is mounted


def test_cloud_identity(scan: Scan) -> None:
    text = (
        "---\n"
        "apiVersion: v1\n"
        "kind: ServiceAccount\n"
        "metadata: {name: runner, annotations: {eks.amazonaws.com/role-arn: 'arn:x'}}\n"
    )

    assert identity(scan(a=POD + text)).cloud == ("AWS role arn:x",)


def test_split_rules_do_not_combine(scan: Scan) -> None:
    rules = (
        "[{verbs: [get], resources: [pods], apiGroups: ['']}, {verbs: [list], resources: [secrets], apiGroups: ['']}]"
    )
    [grant] = identity(scan(a=POD + role("r", rules) + binding("r", RUNNER))).grants

    assert grant.cluster_wide
    assert grant.allows("list", "secrets")
    assert not grant.allows("get", "secrets")


def test_exec_through_a_subresource_wildcard(scan: Scan) -> None:
    rules = "[{verbs: [create], resources: ['*/exec'], apiGroups: ['']}]"
    [grant] = identity(scan(a=POD + role("r", rules) + binding("r", RUNNER))).grants

    assert grant.allows("create", "pods/exec")
    assert not grant.allows("create", "pods")


def test_aggregated_roles(scan: Scan) -> None:
    expression = "{matchExpressions: [{key: other, operator: Exists}]}"
    more = f"aggregationRule: {{clusterRoleSelectors: [{{matchLabels: {{part: 'yes'}}}}, {expression}]}}"
    text = (
        role("whole", "[]", more=more)
        + role("a", "[{verbs: [get], resources: [secrets], apiGroups: ['']}]", metadata=", labels: {part: 'yes'}")
        + role("b", "[{verbs: [get], resources: [nodes], apiGroups: ['']}]", metadata=", labels: {other: x}")
    )
    [grant] = identity(scan(a=POD + text + binding("whole", RUNNER))).grants

    assert grant.allows("get", "secrets")
    assert grant.allows("get", "nodes")


def test_roles_that_aggregate_each_other_end(scan: Scan) -> None:
    def circular(name: str, part: str) -> str:
        return role(
            name,
            "[]",
            metadata=f", labels: {{{name}: x}}",
            more=f"aggregationRule: {{clusterRoleSelectors: [{{matchLabels: {{{part}: x}}}}]}}",
        )

    [grant] = identity(scan(a=POD + circular("a", "b") + circular("b", "a") + binding("a", RUNNER))).grants
    assert grant.rules == ()


def test_built_in_roles_are_known_and_missing_ones_are_not(scan: Scan) -> None:
    [admin] = identity(scan(a=POD + binding("cluster-admin", RUNNER))).grants
    [view] = identity(scan(a=POD + binding("view", RUNNER, "RoleBinding"))).grants
    [other] = identity(scan(a=POD + binding("other", RUNNER))).grants

    assert admin.allows("*", "*", "*")
    assert view.known
    assert not view.allows("get", "secrets")
    assert not view.cluster_wide
    assert not other.known


@pytest.mark.parametrize(
    ("subject", "held"),
    [
        ("{kind: ServiceAccount, name: other}", False),
        ("{kind: Group, name: 'system:serviceaccounts'}", True),
        ("{kind: Group, name: 'system:authenticated'}", True),
        ("{kind: Group, name: 'system:serviceaccounts:one'}", True),
        ("{kind: Group, name: 'system:serviceaccounts:two'}", False),
        ("{kind: ServiceAccount, name: default, namespace: one}", True),
        ("{kind: ServiceAccount, name: default, namespace: two}", False),
        ("{kind: User, name: 'system:serviceaccount:one:default'}", True),
        ("null", False),
    ],
)
def test_subjects(scan: Scan, subject: str, held: bool) -> None:
    arch = scan(a=deployment("web", "one") + binding("cluster-admin", subject))

    assert bool(identity(arch).grants) is held
