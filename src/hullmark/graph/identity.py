"""Who pods are: their ServiceAccounts, what those are granted, and the cloud identities they carry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from hullmark.graph.index import ACCOUNT, ALL, Names, Pods
from hullmark.graph.roles import RBAC, built_in, role_of, rules_of
from hullmark.model.architecture import Grant, Identity, Rule
from hullmark.model.resource import Resource
from hullmark.model.truth import Undecided, flag, string
from hullmark.model.workload import PodSet
from hullmark.text.tree import Node

CLOUD = {
    "eks.amazonaws.com/role-arn": "AWS role",
    "iam.gke.io/gcp-service-account": "Google service account",
    "azure.workload.identity/client-id": "Azure client",
}
"""Annotations of ServiceAccounts that carry a cloud identity: EKS (IRSA), GKE and Azure workload identity."""

_EVERYONE = frozenset({"system:serviceaccounts", "system:authenticated", "system:unauthenticated"})
"""Groups every ServiceAccount is in, or that need no identity at all."""

_OF_NAMESPACE = "system:serviceaccounts:"


class Power(NamedTuple):
    """Roles and grants: ``rules`` by role, ``bindings`` by binding, ``held`` by pod set, ``common`` to all."""

    rules: Mapping[Resource, tuple[Rule, ...]]
    bindings: Mapping[Resource, tuple[Grant, ...]]
    held: Mapping[PodSet, tuple[Grant, ...]]
    common: tuple[Grant, ...]


def power(by_kind: Mapping[str, Sequence[Resource]], pods: Pods) -> Power:
    """Join bindings with their roles and with the pod sets that run as their subjects."""
    rules = rules_of(by_kind.get("Role", ()), by_kind.get("ClusterRole", ()))
    names = {
        kind: Names(pods.chains, (r for r in by_kind.get(kind, ()) if r.ref.group == RBAC))
        for kind in ("Role", "ClusterRole")
    }
    bindings: dict[Resource, tuple[Grant, ...]] = {}
    held: dict[PodSet, dict[Grant, None]] = {}
    common: dict[tuple[str, ...], Grant] = {}
    for kind in ("RoleBinding", "ClusterRoleBinding"):
        for binding in by_kind.get(kind, ()):
            if binding.ref.group != RBAC:
                continue
            grant = _grant(binding, names, rules)
            bindings[binding] = (grant,)
            for subject in binding.node.children("subjects"):
                if string(subject.value, "kind") == "Group" and string(subject.value, "name") in _EVERYONE:
                    common.setdefault((*binding.ref, grant.role_kind, grant.role_name), grant)
                for podset in _holders(binding, subject, pods):
                    held.setdefault(podset, {})[grant] = None
    return Power(rules, bindings, {p: tuple(g) for p, g in held.items()}, tuple(common.values()))


def _grant(binding: Resource, names: Mapping[str, Names], rules: Mapping[Resource, tuple[Rule, ...]]) -> Grant:
    kind, name = role_of(binding)
    role = names[kind].find(name, binding.ref.namespace if kind == "Role" else "", binding) if kind in names else None
    namespace = binding.ref.namespace if binding.ref.kind == "RoleBinding" else ""
    found = rules.get(role, ()) if role is not None else ()
    if role is None and kind == "ClusterRole":
        found = built_in(name, binding.node.at("roleRef", "name"))
    return Grant(binding, kind, name, role, namespace, found, binding.ref.kind == "ClusterRoleBinding")


def _holders(binding: Resource, subject: Node, pods: Pods) -> Iterator[PodSet]:
    kind, name = string(subject.value, "kind"), string(subject.value, "name")
    if kind == "ServiceAccount" and name:
        space = string(subject.value, "namespace") or binding.ref.namespace
        yield from _accounts(binding, space, name, pods)
    elif kind == "User" and name.startswith("system:serviceaccount:"):
        space, _, account = name.removeprefix("system:serviceaccount:").partition(":")
        yield from _accounts(binding, space, account, pods)
    elif kind == "Group" and name.startswith(_OF_NAMESPACE):
        shelf = pods.shelf(name.removeprefix(_OF_NAMESPACE), ALL, "")
        yield from shelf.everything(pods.chains.of(binding), lambda _: True) if shelf is not None else ()


def _accounts(binding: Resource, namespace: str, name: str, pods: Pods) -> Iterator[PodSet]:
    """Pod sets that run as an account; ``default`` exists everywhere, so loosely it only counts in the same file."""
    hits = pods.having(ACCOUNT, name, namespace, binding)
    file = pods.chains.of(binding)[0]
    for podset in hits.podsets:
        if hits.exact or name != "default" or pods.chains.of(podset.workload.resource)[0] == file:
            yield podset


def identity(podset: PodSet, accounts: Names, power: Power) -> Identity:
    """Who a pod set is."""
    name = podset.service_account
    account = accounts.find(name, podset.workload.namespace, podset.workload.resource)
    grants = power.held.get(podset, ())
    return Identity(name, account, _token(podset, account), (*grants, *power.common), _cloud(account))


def _token(podset: PodSet, account: Resource | None) -> bool | None:
    """The pod's field wins over the account's; both left out mean true."""
    try:
        own = flag(podset.node.value, "automountServiceAccountToken")
        if own is not None:
            return own
        inherited = None if account is None else flag(account.node.value, "automountServiceAccountToken")
    except Undecided:
        return None
    return inherited is not False


def _cloud(account: Resource | None) -> tuple[str, ...]:
    if account is None or not account.annotations:
        return ()
    found = account.annotations
    return tuple(f"{title} {found[key]}" for key, title in CLOUD.items() if key in found)
