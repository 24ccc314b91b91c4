"""Words for roles and bindings, and what rules come to."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from hullmark.model.architecture import Architecture, Grant, Rule
from hullmark.model.resource import Resource
from hullmark.model.truth import string

READING = ("get", "list", "watch")
WRITING = ("create", "update", "patch", "delete")


def subjects(binding: Resource) -> Iterator[str]:
    """The subjects of a binding in words, the cluster's own left out (``system:masters``, ``system:kube-…``)."""
    for node in binding.node.children("subjects"):
        kind, name = string(node.value, "kind"), string(node.value, "name")
        if name and not _own(kind, name):
            words = {"ServiceAccount": "service account", "Group": "group", "User": "user"}
            yield f"{words.get(kind, kind)} '{name}'"


def _own(kind: str, name: str) -> bool:
    everyone = ("system:serviceaccount", "system:authenticated", "system:unauthenticated", "system:anonymous")
    return kind != "ServiceAccount" and name.startswith("system:") and not name.startswith(everyone)


def of_cluster(resource: Resource) -> bool:
    """Whether a role or binding is one of Kubernetes' own."""
    return resource.ref.name.startswith("system:") or resource.ref.group != "rbac.authorization.k8s.io"


def reach(grant: Grant) -> str:
    """Where a grant holds, in words."""
    if grant.cluster_wide:
        return "in the whole cluster"
    return f"in namespace '{grant.namespace}'" if grant.namespace else "in its namespace"


def reads_secrets(rules: tuple[Rule, ...]) -> Rule | None:
    """The first rule that by itself allows reading Secrets that it does not name."""
    return next((r for r in rules if not r.names and any(r.allows(verb, "secrets") for verb in READING)), None)


@lru_cache(maxsize=1)
def bound(arch: Architecture) -> frozenset[Resource]:
    """The roles that some binding of the scan grants."""
    return frozenset(g.role for grants in arch.grants.values() for g in grants if g.role is not None)
