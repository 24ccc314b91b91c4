"""RBAC roles and their rules: as written, aggregated, and those every cluster has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from hullmark.model.architecture import Rule
from hullmark.model.resource import Resource
from hullmark.model.selectors import Selector, label_selector
from hullmark.model.truth import string
from hullmark.text.source import Place
from hullmark.text.tree import Node, dig, items

RBAC = "rbac.authorization.k8s.io"
"""The API group of roles and bindings."""

_READ = ("get", "list", "watch")
_WRITE = ("create", "delete", "deletecollection", "patch", "update")
_VIEWED = (
    "bindings", "configmaps", "endpoints", "events", "limitranges", "namespaces", "persistentvolumeclaims", "pods",
    "pods/log", "pods/status", "replicationcontrollers", "resourcequotas", "serviceaccounts", "services",
)  # fmt: skip
_EDITED = (
    "configmaps", "endpoints", "events", "persistentvolumeclaims", "pods", "pods/attach", "pods/eviction", "pods/exec",
    "pods/portforward", "pods/proxy", "replicationcontrollers", "secrets", "serviceaccounts", "services",
    "services/proxy",
)  # fmt: skip
_APPS = ("daemonsets", "deployments", "deployments/scale", "replicasets", "statefulsets", "statefulsets/scale")
_BATCH = ("cronjobs", "jobs")
_NET = ("ingresses", "networkpolicies")

_Short = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]

_VIEW: tuple[_Short, ...] = (
    (_READ, ("",), _VIEWED),
    (_READ, ("apps",), _APPS),
    (_READ, ("batch",), _BATCH),
    (_READ, ("networking.k8s.io",), _NET),
    (_READ, ("autoscaling",), ("horizontalpodautoscalers",)),
    (_READ, ("policy",), ("poddisruptionbudgets",)),
)
_EDIT: tuple[_Short, ...] = (
    *_VIEW,
    (_WRITE, ("",), _EDITED),
    (_READ, ("",), ("pods/attach", "pods/exec", "pods/portforward", "pods/proxy", "secrets", "services/proxy")),
    (("impersonate",), ("",), ("serviceaccounts",)),
    (("create",), ("",), ("serviceaccounts/token",)),
    (_WRITE, ("apps",), _APPS),
    (_WRITE, ("batch",), _BATCH),
    (_WRITE, ("networking.k8s.io",), _NET),
    (_WRITE, ("autoscaling",), ("horizontalpodautoscalers",)),
    (_WRITE, ("policy",), ("poddisruptionbudgets",)),
)
_ADMIN: tuple[_Short, ...] = (
    *_EDIT,
    ((*_READ, *_WRITE), (RBAC,), ("rolebindings", "roles")),
    (("create",), ("authorization.k8s.io",), ("localsubjectaccessreviews",)),
)
_BUILT_IN: Mapping[str, tuple[_Short, ...]] = {
    "cluster-admin": ((("*",), ("*",), ("*",)),),
    "admin": _ADMIN,
    "edit": _EDIT,
    "view": _VIEW,
}
"""The user-facing roles in short form, https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles."""


def built_in(name: str, place: Place) -> tuple[Rule, ...]:
    """The rules of a role every cluster has; ``place`` is where it is named. Empty for others."""
    return tuple(Rule(verbs, groups, resources, (), place) for verbs, groups, resources in _BUILT_IN.get(name, ()))


def rules_of(roles: Sequence[Resource], cluster_roles: Sequence[Resource]) -> dict[Resource, tuple[Rule, ...]]:
    """The rules of every Role and ClusterRole, aggregation resolved (through roles that aggregate themselves)."""
    found = {r: _written(r) for r in roles if r.ref.group == RBAC}
    aggregation = Aggregation([r for r in cluster_roles if r.ref.group == RBAC])
    found.update((r, aggregation.rules(r)) for r in cluster_roles if r.ref.group == RBAC)
    return found


def _written(role: Resource) -> tuple[Rule, ...]:
    return tuple(_rule(n) for n in role.node.children("rules"))


def _rule(node: Node) -> Rule:
    return Rule(
        _words(node, "verbs"),
        _words(node, "apiGroups"),
        _words(node, "resources"),
        _words(node, "resourceNames"),
        node.at(),
    )


def _words(node: Node, key: str) -> tuple[str, ...]:
    return tuple(w for w in items(node.value, key) if isinstance(w, str))


class Aggregation:
    """Resolves ``aggregationRule``: the controller replaces a role's rules by those of the ClusterRoles it selects."""

    def __init__(self, cluster_roles: Sequence[Resource]) -> None:
        self._by_label: dict[tuple[str, str], list[Resource]] = {}
        self._all = cluster_roles
        self._known: dict[Resource, tuple[Rule, ...]] = {}
        for role in cluster_roles:
            for pair in role.labels.items():
                self._by_label.setdefault(pair, []).append(role)

    def rules(self, role: Resource) -> tuple[Rule, ...]:
        """The rules of a ClusterRole."""
        if (known := self._known.get(role)) is not None:
            return known
        if dig(role.node.value, "aggregationRule") is None:
            found = self._known[role] = _written(role)
            return found
        self._known[role] = ()  # what comes back to itself adds nothing
        members = dict.fromkeys(
            m for s in items(role.node.value, "aggregationRule", "clusterRoleSelectors") for m in self._selected(s)
        )
        found = self._known[role] = tuple(r for m in members if m is not role for r in self.rules(m))
        return found

    def added(self, name: str) -> Iterator[Rule]:
        """What a scan's ClusterRoles add to one of the built-in roles by its well-known label."""
        for role in self._by_label.get((f"{RBAC}/aggregate-to-{name}", "true"), ()):
            yield from self.rules(role)

    def _selected(self, value: object) -> list[Resource]:
        selector = label_selector(value) or Selector(unknown="it is null")
        candidates = self._by_label.get(selector.pairs[0], []) if selector.pairs else self._all
        return [r for r in candidates if selector.matches(r.labels)]


def role_of(binding: Resource) -> tuple[str, str]:
    """The kind and name of the role a binding grants."""
    return string(binding.node.value, "roleRef", "kind"), string(binding.node.value, "roleRef", "name")
