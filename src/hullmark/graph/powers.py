"""What an identity may do, in plain words: the rights that matter out of its RBAC rules.

What is dangerous and why: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks.
A right on objects of the whole cluster (nodes, webhooks, volumes, roles of the cluster) counts only in a ClusterRoleBinding.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from hullmark.graph.roles import RBAC
from hullmark.model.architecture import Grant, Rule
from hullmark.model.component import Power
from hullmark.model.workload import Evidence
from hullmark.text.source import Place, Source, Span

_READ = ("get", "list", "watch")
_CHANGE = ("create", "update", "patch")


class Right(NamedTuple):
    """One dangerous right: any of these verbs on any of these resources of a group.

    ``text`` completes *it* …; ``wide`` marks objects of the whole cluster.
    """

    kind: str
    text: str
    verbs: tuple[str, ...]
    resources: tuple[str, ...]
    group: str = ""
    wide: bool = False


_RUN = (
    ("", ("pods", "replicationcontrollers")),
    ("apps", ("deployments", "daemonsets", "statefulsets", "replicasets")),
    ("batch", ("jobs", "cronjobs")),
    ("argoproj.io", ("workflows", "cronworkflows")),
    ("ray.io", ("rayclusters", "rayjobs", "rayservices")),
    ("kubeflow.org", ("pytorchjobs", "tfjobs", "mpijobs", "xgboostjobs", "jaxjobs", "notebooks", "experiments")),
    ("trainer.kubeflow.org", ("trainjobs", "trainingruntimes", "clustertrainingruntimes")),
    ("serving.kserve.io", ("inferenceservices", "llminferenceservices", "servingruntimes", "clusterservingruntimes")),
    ("serving.knative.dev", ("services",)),
    ("jobset.x-k8s.io", ("jobsets",)),
    ("leaderworkerset.x-k8s.io", ("leaderworkersets",)),
    ("sparkoperator.k8s.io", ("sparkapplications", "scheduledsparkapplications")),
    ("tekton.dev", ("taskruns", "pipelineruns", "tasks", "pipelines")),
    ("batch.volcano.sh", ("jobs",)),
    ("apps.nvidia.com", ("nimservices", "nimpipelines")),
)
"""Kinds by which pods are run: whoever may create them reaches every secret and account of the namespace."""

RIGHTS: tuple[Right, ...] = (
    Right("become-admin", "grants itself roles it does not have", ("bind", "escalate"), ("roles",), RBAC),
    Right(
        "become-admin",
        "grants itself roles of the whole cluster that it does not have",
        ("bind", "escalate"),
        ("clusterroles",),
        RBAC,
    ),
    Right("impersonate", "acts as other accounts", ("impersonate",), ("serviceaccounts",)),
    Right("impersonate", "acts as other users and groups", ("impersonate",), ("users", "groups"), "", wide=True),
    Right("read-secrets", "reads secrets", _READ, ("secrets",)),
    Right("write-secrets", "changes secrets, and so makes tokens of accounts", _CHANGE, ("secrets",)),
    *(Right("run-pods", "runs pods", _CHANGE, resources, group) for group, resources in _RUN),
    Right("exec-into-pods", "runs commands in pods", ("create", "get"), ("pods/exec", "pods/attach")),
    Right("exec-into-pods", "adds containers to running pods", ("update", "patch"), ("pods/ephemeralcontainers",)),
    Right("create-tokens", "makes tokens of accounts", ("create",), ("serviceaccounts/token",)),
    Right("forward-ports", "opens connections to pods past network policies", ("create", "get"), ("pods/portforward",)),
    Right("read-config", "reads configuration", _READ, ("configmaps",)),
    Right("change-config", "changes configuration", _CHANGE, ("configmaps",)),
    Right("read-logs", "reads the logs of pods", ("get",), ("pods/log",)),
    Right("change-roles", "changes role bindings", _CHANGE, ("rolebindings",), RBAC),
    Right("change-roles", "changes role bindings of the whole cluster", _CHANGE, ("clusterrolebindings",), RBAC, wide=True),
    Right(
        "change-network-policies",
        "changes network policies",
        (*_CHANGE, "delete"),
        ("networkpolicies",),
        "networking.k8s.io",
    ),
    Right(
        "modify-webhooks",
        "changes admission webhooks, and so every object that is created",
        _CHANGE,
        ("mutatingwebhookconfigurations", "validatingwebhookconfigurations"),
        "admissionregistration.k8s.io",
        wide=True,
    ),
    Right("nodes-proxy", "reaches the kubelets of all nodes", ("get", "create"), ("nodes/proxy",), "", wide=True),
    Right(
        "mount-nodes", "mounts any directory of a node through a volume", ("create",), ("persistentvolumes",), "", wide=True
    ),
    Right(
        "sign-certificates",
        "approves certificates that identify anyone",
        ("update", "patch"),
        ("certificatesigningrequests/approval",),
        "certificates.k8s.io",
        wide=True,
    ),
    Right("change-namespaces", "changes what namespaces enforce", ("update", "patch"), ("namespaces",), "", wide=True),
)  # fmt: skip
"""The rights that matter, most dangerous first."""


def powers(grants: Sequence[Grant]) -> tuple[Power, ...]:
    """What these grants allow, each power once for each place where it holds."""
    found: dict[tuple[str, str, str, bool, tuple[str, ...]], Power] = {}
    for grant in grants:
        for power in _of(grant):
            key = (power.kind, power.text, power.namespace, power.everywhere, power.names)
            known = found.get(key)
            found[key] = power if known is None else known._replace(evidence=(*known.evidence, *power.evidence))
    return tuple(found.values())


def _of(grant: Grant) -> Iterator[Power]:
    if not grant.known:
        reason = f"{grant.role_kind} '{grant.role_name}' is not in the scan"
        yield _power(grant, "unknown", f"what {grant.role_kind} '{grant.role_name}' allows", (), None, reason)
        return
    for rule in grant.rules:
        if "*" in rule.verbs and "*" in rule.groups and "*" in rule.resources:
            yield _power(grant, "become-admin", "does anything", (), rule)
            return
    given = [(rule, _rights(rule._replace(place=_ANYWHERE))) for rule in grant.rules]
    for number, right in enumerate(RIGHTS):
        if right.wide and not grant.cluster_wide:
            continue
        for rule, rights in given:
            names = rights[number]
            if names is not None:
                yield _power(grant, right.kind, right.text, names, rule)


_ANYWHERE = Place(Source("", ""), Span(0, 0))


@lru_cache(maxsize=1024)
def _rights(rule: Rule) -> tuple[tuple[str, ...] | None, ...]:
    """Which of `RIGHTS` a rule gives (`_names`), wherever it stands: roles are alike in many namespaces."""
    return tuple(_names(right, rule) for right in RIGHTS)


def _names(right: Right, rule: Rule) -> tuple[str, ...] | None:
    """The objects to which a rule gives a right, empty for all; None if it does not give it."""
    verbs = [v for v in right.verbs if any(rule.allows(v, r, right.group) for r in right.resources)]
    if not verbs:
        return None
    if not rule.names:
        return ()
    plain = not any("/" in r for r in right.resources)
    if plain and right.kind not in ("become-admin", "impersonate") and all(v == "create" for v in verbs):
        return None
    return rule.names


def _power(grant: Grant, kind: str, text: str, names: tuple[str, ...], rule: Rule | None, unknown: str = "") -> Power:
    namespace = "" if grant.cluster_wide else grant.namespace
    where = (
        "in the whole cluster"
        if grant.cluster_wide
        else f"in namespace '{namespace}'"
        if namespace
        else "in its namespace"
    )
    of = f" ({', '.join(names[:5])}{'…' if len(names) > 5 else ''})" if names else ""
    binding = grant.binding
    evidence = [
        Evidence(
            f"{binding.ref.kind} '{binding.ref.name}' grants {grant.role_kind} '{grant.role_name}'",
            binding.node.at("roleRef", "name"),
        )
    ]
    if rule is not None:
        what = f"{', '.join(rule.verbs)} on {', '.join(rule.resources)}"
        evidence.append(Evidence(f"{grant.role_kind} '{grant.role_name}' allows {what}", rule.place))
    return Power(kind, f"{text}{of} {where}", namespace, grant.cluster_wide, names, tuple(evidence), unknown)
