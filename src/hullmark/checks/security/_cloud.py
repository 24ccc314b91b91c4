"""What the cloud identity of a ServiceAccount may do, as far as objects of the scan tell.

Seen are roles of AWS's controllers (``iam.services.k8s.aws``, https://github.com/aws-controllers-k8s/iam-controller/blob/main/apis/v1alpha1/role.go)
and policy members of Google's Config Connector (https://cloud.google.com/config-connector/docs/reference/resource-docs/iam/iampolicymember).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from hullmark.model.architecture import Architecture
from hullmark.model.resource import Resource
from hullmark.model.terms import Severity
from hullmark.model.truth import string
from hullmark.text.source import Place
from hullmark.text.tree import Node, Value, dig, items, mapping

_EVERYTHING = (Severity.CRITICAL, "may do everything")
_RAISES = (Severity.CRITICAL, "may raise their own rights")
_SECRETS = (Severity.HIGH, "may read every secret")
_CHANGES = (Severity.HIGH, "may change nearly everything")

_AWS_POLICIES: Mapping[str, tuple[Severity, str]] = {
    "AdministratorAccess": _EVERYTHING,
    "IAMFullAccess": _RAISES,
    "PowerUserAccess": _CHANGES,
    "SecretsManagerReadWrite": _SECRETS,
}
"""Policies that AWS keeps (https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html)."""

_AWS_KEPT = "arn:aws:iam::aws:policy/"
_AWS_ACTIONS: tuple[tuple[frozenset[str], tuple[Severity, str]], ...] = (
    (frozenset({"*", "*:*"}), _EVERYTHING),
    (
        frozenset(
            {
                "iam:*",
                "iam:passrole",
                "iam:attachrolepolicy",
                "iam:putrolepolicy",
                "iam:createaccesskey",
                "sts:assumerole",
            }
        ),
        _RAISES,
    ),
    (frozenset({"secretsmanager:*", "secretsmanager:getsecretvalue"}), _SECRETS),
)
"""Actions that are too much on every resource."""

_GOOGLE_ROLES: Mapping[str, tuple[Severity, str]] = {
    "roles/owner": _EVERYTHING,
    "roles/editor": _CHANGES,
    "roles/iam.securityAdmin": _RAISES,
    "roles/iam.serviceAccountTokenCreator": _RAISES,
    "roles/iam.serviceAccountKeyAdmin": _RAISES,
    "roles/resourcemanager.projectIamAdmin": _RAISES,
    "roles/secretmanager.admin": _SECRETS,
    "roles/secretmanager.secretAccessor": _SECRETS,
}
"""Google's roles, where they are given on a whole project or more (https://cloud.google.com/iam/docs/understanding-roles)."""

_WHOLE = frozenset({"Project", "Folder", "Organization"})


class CloudPower(NamedTuple):
    """What is too much for an identity, and where that is granted."""

    severity: Severity
    words: str
    place: Place


class CloudIdentity(NamedTuple):
    """A cloud identity, where the account names it, the worst it may do, and whether that is all there is to see."""

    name: str
    place: Place
    power: CloudPower | None
    known: bool


def cloud_identities(account: Resource, arch: Architecture) -> Iterator[CloudIdentity]:
    """The cloud identities a ServiceAccount carries by its annotations."""
    for annotation, title, find in (
        ("eks.amazonaws.com/role-arn", "AWS role", _of_aws),
        ("iam.gke.io/gcp-service-account", "Google service account", _of_google),
        ("azure.workload.identity/client-id", "Azure client", _of_azure),
    ):
        name = account.annotations.get(annotation, "")
        if name:
            powers, known = find(name, arch)
            worst = max(powers, key=lambda p: p.severity, default=None)
            place = account.node.at("metadata", "annotations", annotation)
            yield CloudIdentity(f"{title} '{name}'", place, worst, known)


_Seen = tuple[list[CloudPower], bool]


def _of_azure(client: str, arch: Architecture) -> _Seen:
    """Role assignments name a principal, which no manifest joins with the client of the annotation."""
    return [], False


def _of_aws(arn: str, arch: Architecture) -> _Seen:
    name = arn.rpartition("/")[2]
    roles = [r for r in arch.kinds("Role") if r.ref.group == "iam.services.k8s.aws" and string(r.spec, "name") == name]
    found: list[CloudPower] = []
    known = bool(roles)
    for role in roles:
        for node in role.node.children("spec", "policies"):
            kept = _AWS_POLICIES.get(str(node.value).rpartition("/")[2])
            known = known and str(node.value).startswith(_AWS_KEPT)
            found += [CloudPower(*kept, node.at())] if kept is not None else []
        known = known and not items(role.spec, "policyRefs")
        for node in role.node.children("spec", "inlinePolicies"):
            found += _by_document(node)
    return found, known


def _by_document(node: Node) -> list[CloudPower]:
    """What the statements of a policy document allow on every resource."""
    try:
        document = json.loads(node.value) if isinstance(node.value, str) else {}
    except ValueError:
        return []
    found = []
    for statement in _listed(dig(document, "Statement")):
        if dig(statement, "Effect") == "Allow" and "*" in _listed(dig(statement, "Resource")):
            actions = {str(action).lower() for action in _listed(dig(statement, "Action"))}
            found += [CloudPower(*power, node.at()) for wide, power in _AWS_ACTIONS if wide & actions]
    return found


def _listed(value: Value) -> list[Value]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _of_google(email: str, arch: Architecture) -> _Seen:
    found: list[CloudPower] = []
    known = False
    for policy in arch.kinds("IAMPolicyMember", "IAMPolicy", "IAMPartialPolicy"):
        if policy.ref.group != "iam.cnrm.cloud.google.com":
            continue
        whole = string(policy.spec, "resourceRef", "kind") in _WHOLE
        for node in (policy.node.child("spec"), *policy.node.children("spec", "bindings")):
            if node is not None and _names(node.value, email):
                known = True
                power = _GOOGLE_ROLES.get(string(node.value, "role")) if whole else None
                found += [CloudPower(*power, node.at("role"))] if power is not None else []
    return found, known


def _names(binding: Value, email: str) -> bool:
    """Whether a binding is for a service account: by its address, or by the object that makes it."""
    members = [binding, *items(binding, "members")]
    written = [member if isinstance(member, str) else string(member, "member") for member in members]
    made = [string(mapping(member), "memberFrom", "serviceAccountRef", "name") for member in members]
    return f"serviceAccount:{email}" in written or email.partition("@")[0] in [m for m in made if m]
