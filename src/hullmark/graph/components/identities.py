"""Who workloads are: ServiceAccounts, the cloud identities they carry, and what they may do."""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.graph.components.draft import Why
from hullmark.graph.components.made_accounts import made_accounts
from hullmark.graph.components.scene import Scene
from hullmark.graph.identity import CLOUD
from hullmark.graph.powers import powers
from hullmark.graph.selection import BUILT_IN
from hullmark.model.architecture import Grant
from hullmark.model.component import Component, ComponentKind, EdgeKind
from hullmark.model.resource import Resource
from hullmark.model.terms import Platform
from hullmark.model.truth import string
from hullmark.model.workload import PodSet

_POD_ROLE = "iam.amazonaws.com/role"
"""The annotation by which kiam and kube2iam give a pod an AWS role, https://github.com/jtblin/kube2iam."""


_BY_RUN = "pipelines.kubeflow.org"
"""The group of pipelines whose account is chosen anew for each run."""


def identities(scene: Scene) -> None:
    """Every ServiceAccount with who runs as it and what it may do."""
    held: dict[str, dict[Grant, None]] = {}
    for account in scene.arch.kinds("ServiceAccount"):
        if not account.ref.group:
            zone = scene.zones.namespace(account.ref.namespace)
            made = scene.draft.object(ComponentKind.IDENTITY, account, zone)
            _attached(scene, made, account)
            for key, title in CLOUD.items():
                if key in account.annotations:
                    _cloud(scene, made, title, account.annotations[key], account, key)
    for made, grants in _used(scene):
        held.setdefault(made, {}).update(dict.fromkeys(grants))
    for made, grant in _bound(scene):
        held.setdefault(made, {})[grant] = None
    for made, kept in held.items():
        if found := powers(tuple(kept)):
            scene.draft.powers[made] = found
            scene.tell(made, powers="; ".join(dict.fromkeys(p.text for p in found)))
    _shared(scene)


def _used(scene: Scene) -> Iterator[tuple[str, tuple[Grant, ...]]]:
    """The accounts that pods run as, with what is granted to them."""
    for podset in scene.podsets():
        named = any(string(podset.node.value, key) for key in _KEYS)
        told = named or podset.made_account or not (podset.workload.template or podset.workload.ref.group == _BY_RUN)
        if podset.workload.platform is Platform.KUBERNETES and told:
            yield _runs_as(scene, podset), scene.arch.around(podset).identity.grants
    for account, described in made_accounts(scene):
        if described is not None:
            yield account, scene.arch.around(described).identity.grants


def _attached(scene: Scene, made: str, account: Resource) -> None:
    """The Secrets of an account: those its pods pull images with, and others that operators take from it."""
    for field, text in (("imagePullSecrets", "its pods pull images with it"), ("secrets", "attached to the account")):
        for entry in account.node.children(field):
            if name := string(entry.value, "name"):
                place = entry.at("name")
                secret = scene.mentioned(ComponentKind.SECRET, "Secret", name, account.ref.namespace, account, place)
                scene.draft.edge(EdgeKind.READS, made, secret, Why(text, place))


def _runs_as(scene: Scene, podset: PodSet) -> str:
    """The account of a pod set; operators of other groups may choose one where none is written."""
    workload, written = podset.workload, _written(podset)
    key = next((k for k in _KEYS if string(written.node.value, k)), "")
    name, place = written.service_account, written.at(key) if key else podset.at()
    account = scene.named(ComponentKind.IDENTITY, "ServiceAccount", name, podset, place)
    made = "" if key else written.made_account
    text = f"runs as '{name}'" if key else "names no account, which means 'default'"
    text = f"the operator of {workload.ref.kind} makes the account '{name}' for it" if made else text
    mounted = scene.arch.around(podset).identity.token_mounted
    token = {True: "mounted", False: "not mounted", None: "unknown"}[mounted]
    certain = bool(key or made) or not _chosen(podset)
    unknown = "" if certain else f"the operator of {workload.ref.kind} may choose another account"
    owner = scene.owner(podset)
    why = Why(text, place, certain, unknown, {"token": token})
    scene.draft.edge(EdgeKind.RUNS_AS, owner, account, why)
    if role := podset.annotations.get(_POD_ROLE):
        _cloud(scene, owner, "AWS role", role, workload.resource, _POD_ROLE)
    return account


_KEYS = ("serviceAccountName", "serviceAccount")


def _written(podset: PodSet) -> PodSet:
    """The pod set that says whom this one runs as: Spark's executors run as their driver unless they say otherwise.

    https://spark.apache.org/docs/latest/running-on-kubernetes.html (executor.serviceAccountName).
    """
    if podset.workload.ref.group == "sparkoperator.k8s.io" and not any(string(podset.node.value, k) for k in _KEYS):
        return next((p for p in podset.workload.podsets if p.name == "driver"), podset)
    return podset


def _chosen(podset: PodSet) -> bool:
    """Whether an operator may choose the account: where the pod is made from fields, and for Ray's autoscaler."""
    ref = podset.workload.ref
    if ref.group == "ray.io" and podset.name == "head":
        cluster = (
            podset.node.path[: podset.node.path.index("headGroupSpec")] if "headGroupSpec" in podset.node.path else ()
        )
        own = podset.workload.resource.node
        return own.get(*cluster[len(own.path) :], "enableInTreeAutoscaling") is True
    return ref.group not in _PLAIN and not _as_written(podset)


_PLAIN = BUILT_IN | {"argoproj.io", "tekton.dev"}
"""Groups whose pods run as ``default`` where nothing else is said."""


def _as_written(podset: PodSet) -> bool:
    """Whether the pod is described as a pod, and not put together from fields."""
    root = podset.workload.resource.node
    found = root.child(*podset.node.path[len(root.path) :])
    return found is not None and found.value is podset.node.value


def _cloud(scene: Scene, source: str, title: str, value: str, resource: Resource, key: str) -> None:
    place = resource.node.at("metadata", "annotations", key)
    made = f"{ComponentKind.IDENTITY.value}/cloud/{title.split(maxsplit=1)[0].lower()}/{value}"
    zone = scene.zones.basic("trust-boundary/cloud")
    scene.draft.add(
        Component(made, ComponentKind.IDENTITY, value, "", zone, place, declared=False, facts={"kind": title})
    )
    scene.draft.edge(EdgeKind.RUNS_AS, source, made, Why(f"annotation '{key}'", place))


def _bound(scene: Scene) -> Iterator[tuple[str, Grant]]:
    """Accounts that bindings name, whether or not something runs as them."""
    for binding, grants in scene.arch.grants.items():
        for subject in binding.node.children("subjects"):
            name = string(subject.value, "name")
            if string(subject.value, "kind") == "ServiceAccount" and name:
                space = string(subject.value, "namespace") or binding.ref.namespace
                place = subject.at("name")
                made = scene.mentioned(ComponentKind.IDENTITY, "ServiceAccount", name, space, binding, place)
                yield from ((made, grant) for grant in grants)


def _shared(scene: Scene) -> None:
    """Say of each identity what roles run as it."""
    users: dict[str, dict[str, str]] = {}
    for _, source, target in scene.draft.edges(EdgeKind.RUNS_AS):
        component = scene.draft.get(source)
        if component.kind is ComponentKind.WORKLOAD:
            users.setdefault(target, {})[source] = component.facts["role"]
    for identity, roles in users.items():
        scene.tell(identity, used_by=str(len(roles)), roles=", ".join(sorted(set(roles.values()))))
