"""From the architecture to the pods that are to be placed: every pod set with its shape, its number and its group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from hullmark.model.architecture import Architecture
from hullmark.model.ending import GRACE, grace, sleep
from hullmark.model.errors import HullmarkError
from hullmark.model.selectors import Selector, label_selector, map_selector
from hullmark.model.truth import Undecided
from hullmark.model.workload import PodSet, Workload
from hullmark.simulate.effective import REVISIONS, Assumption, effective, labels, priority
from hullmark.simulate.placement.reading import Around, default_selector, shape
from hullmark.simulate.placement.shape import Pod, Shape, Toleration
from hullmark.simulate.volumes import Volumes, volumes
from hullmark.text.source import Place
from hullmark.text.tree import dig

MOST_PODS = 20_000
"""Pods of one fleet that are simulated; what is declared beyond is left out and said."""

MOST_IN_CLUSTER = 150_000
"""What Kubernetes supports (https://kubernetes.io/docs/setup/best-practices/cluster-large/)."""

UNREACHABLE = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")
"""The taints of dead nodes, against which admission gives every pod 300 s of toleration."""


DAEMON_TOLERATIONS = (
    *(Toleration(key, "Exists", effect="NoExecute") for key in UNREACHABLE),
    *(
        Toleration(f"node.kubernetes.io/{word}", "Exists", effect="NoSchedule")
        for word in ("disk-pressure", "memory-pressure", "pid-pressure", "unschedulable")
    ),
)
"""What the DaemonSet controller adds to its pods
(https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/#taints-and-tolerations)."""


@dataclass(frozen=True, eq=False)
class Member:
    """The pods of one pod set.

    ``declared`` is how many there are, None where nobody can know (``pods`` are then as few as are certain, at least
    one). ``groups`` are the names of the groups its pods belong to, pod by pod; empty where they stand alone.
    ``together`` is whether a group starts as a whole or not at all. ``tolerates`` is how many seconds they stay on an
    unreachable node, None for ever or until the default. ``grace`` is how many seconds they have to end, and ``lingers`` for
    how many of them ``preStop`` lets them go on serving.
    """

    podset: PodSet
    shape: Shape
    pods: tuple[Pod, ...]
    declared: int | None
    volumes: Volumes
    groups: tuple[str, ...] = ()
    together: bool = False
    tolerates: int | None = None
    tolerates_forever: bool = False
    grace: float = GRACE
    lingers: float = 0.0

    @property
    def workload(self) -> Workload:
        """The workload it belongs to."""
        return self.podset.workload


@dataclass(frozen=True, eq=False)
class Fleet:
    """All pods of an architecture. ``daemons`` run once on every node that takes them and have no pods of their own."""

    members: tuple[Member, ...]
    daemons: tuple[Member, ...]
    assumptions: tuple[Assumption, ...]

    @property
    def pods(self) -> tuple[Pod, ...]:
        """All pods, in the order of their workloads."""
        return tuple(pod for member in self.members for pod in member.pods)


def fleet(arch: Architecture) -> Fleet:
    """The pods of an architecture with what had to be assumed about them.

    Templates run nothing by themselves, and pods of schedules are there only for a while: both are left out.

    Raises:
        HullmarkError: some workload has more pods than any cluster.
    """
    noted: list[Assumption] = []
    members: list[Member] = []
    daemons: list[Member] = []
    left = MOST_PODS
    for workload in arch.workloads:
        if workload.template:
            continue
        if "Cron" in workload.ref.kind or "Scheduled" in workload.ref.kind:
            noted.append(
                Assumption(f"{workload.ref.kind} '{workload.name}' runs now and then and is left out", workload.at())
            )
            continue
        for podset in workload.podsets:
            member = _member(podset, arch, noted, left)
            (daemons if workload.lifetime == "daemon" else members).append(member)
            left -= len(member.pods)
    return Fleet(tuple(members), tuple(daemons), tuple(dict.fromkeys(noted)))


def _member(podset: PodSet, arch: Architecture, noted: list[Assumption], left: int) -> Member:
    spec = effective(podset, arch, noted)
    stored, ranked = volumes(podset, arch, noted), priority(podset, arch, noted)
    own = labels(podset)
    around = Around(_default_spread(podset, arch), stored.terms, stored.singles, ranked.value)
    made = replace(shape(spec, own, podset.workload.namespace or "default", around), preempts=ranked.preempts)
    if podset.workload.lifetime == "daemon":
        made = replace(made, tolerations=(*made.tolerations, *DAEMON_TOLERATIONS))
    _note_unknown(made, podset, noted)
    declared = arch.around(podset).replicas.wanted
    count = 0 if podset.workload.lifetime == "daemon" else _count(podset, declared, arch, noted)
    if count > MOST_IN_CLUSTER:
        text = f"{count:,} pods of {podset.workload.ref.kind} '{podset.workload.name}' are more than any cluster has"
        hint = f"Kubernetes supports {MOST_IN_CLUSTER:,}; write fewer"
        raise HullmarkError(text, hint, _counted_at(podset))
    if count > left:
        text = f"{podset.workload.ref.kind} '{podset.workload.name}': {count - max(left, 0):,} pods beyond {MOST_PODS:,} are left out"
        noted.append(Assumption(text, podset.at()))
        count = max(left, 0)
    seconds, forever = _tolerated(made)
    return Member(
        podset,
        made,
        tuple(Pod(name, made, index) for index, name in enumerate(_names(podset, count))),
        declared,
        stored,
        tuple(_groups(podset, count)),
        _together(podset.workload),
        seconds,
        forever,
        *_ending(podset, noted),
    )


def _ending(podset: PodSet, noted: list[Assumption]) -> tuple[float, float]:
    """How many seconds pods have to end, and how long the first of their containers to stop goes on before that."""
    own = [c for c in podset.containers if c.kind == "app"]
    try:
        given = grace(podset)
        return given, min(given, min((sleep(c)[0] for c in own), default=0))
    except Undecided as unknown:
        who = f"{podset.workload.ref.kind} '{podset.workload.name}'"
        noted.append(Assumption(f"{who}: {GRACE} s to end, since it is not known ({unknown})", podset.at()))
        return GRACE, 0.0


def _names(podset: PodSet, count: int) -> Iterator[str]:
    stem = "-".join(filter(None, (podset.workload.name or "pod", podset.name)))
    return (f"{stem}-{index}" for index in range(count))


def _count(podset: PodSet, declared: int | None, arch: Architecture, noted: list[Assumption]) -> int:
    if declared is not None:
        return declared
    least = max(arch.around(podset).replicas.least or 0, 1)
    who = f"{podset.workload.ref.kind} '{podset.workload.name}'"
    named = f" of '{podset.name}'" if podset.name else ""
    text = f"{who}: the number of pods{named} is not known; {least} assumed"
    noted.append(Assumption(text, _counted_at(podset)))
    return least


def _counted_at(podset: PodSet) -> Place:
    """Where the number of pods stands, as far as it is that of the workload."""
    resource = podset.workload.resource
    return podset.at() if resource.node.get("spec", "replicas") is None else resource.node.at("spec", "replicas")


def _default_spread(podset: PodSet, arch: Architecture) -> Selector | None:
    """What the system's default spread counts: the Services around, and the ReplicaSet or StatefulSet that owns the pods."""
    found = (map_selector(s.node.get("spec", "selector")) for s in arch.around(podset).services)
    selectors = [dict(s.pairs) for s in found if s is not None and not s.unknown]
    return default_selector(labels(podset), selectors, _owner(podset))


def _owner(podset: PodSet) -> Selector | None:
    resource = podset.workload.resource
    written = resource.node.get("spec", "selector")
    if resource.ref.kind == "ReplicationController":
        return map_selector(written) or Selector(tuple(podset.labels.items()))
    if resource.ref.kind not in ("Deployment", "ReplicaSet", "StatefulSet") or resource.ref.group not in (
        "apps",
        "extensions",
    ):
        return None
    found = label_selector(written)
    if found is None or found.unknown or resource.ref.kind != "Deployment":
        return found
    revision = REVISIONS["Deployment"]
    return found._replace(pairs=(*found.pairs, (revision, labels(podset)[revision])))


def _note_unknown(made: Shape, podset: PodSet, noted: list[Assumption]) -> None:
    """Note selectors that cannot be read: they select nothing."""
    peers = [t.peers for t in (*made.affinity, *made.anti_affinity, *made.liking)] + [s.peers for s in made.spread]
    for each in peers:
        why = each.selector.unknown or each.selector.placeholder if each.selector is not None else ""
        if why:
            who = f"{podset.workload.ref.kind} '{podset.workload.name}'"
            noted.append(
                Assumption(f"{who}: a selector of its affinity or spread is not known ({why})", podset.at("affinity"))
            )


def _tolerated(made: Shape) -> tuple[int | None, bool]:
    """How long pods stay on an unreachable node: the seconds they say, or for ever."""
    own = [t for t in made.tolerations if t.key in ("", *UNREACHABLE) and t.effect in ("", "NoExecute")]
    if not own:
        return None, False
    seconds = [t.seconds for t in own if t.seconds is not None]
    return (min(seconds), False) if seconds else (None, True)


_REPLICATED_GROUPS = frozenset({"LeaderWorkerSet", "DisaggregatedSet"})
"""Kinds whose replicas are groups of pods."""


def _together(workload: Workload) -> bool:
    """Whether its groups start as a whole: a gang scheduler or queue is named, or the kind starts them so."""
    return workload.ref.kind in _REPLICATED_GROUPS or bool(workload.training and workload.training.gang)


def _groups(podset: PodSet, count: int) -> Iterator[str]:
    """The group of each pod: a replica of a leader-worker set, else the whole run of many pods."""
    workload = podset.workload
    name = f"{workload.namespace or 'default'}/{workload.name}"
    if workload.ref.kind in _REPLICATED_GROUPS:
        replicas = max(_replicas_of(workload), 1)
        yield from (f"{name}-{index % replicas}" for index in range(count))
    elif workload.training is not None and workload.lifetime == "task" and _pods_of(workload) > 1:
        yield from (name for _ in range(count))


def _replicas_of(workload: Workload) -> int:
    found = dig(workload.resource.node.value, "spec", "replicas")
    return found if isinstance(found, int) and not isinstance(found, bool) else 1


def _pods_of(workload: Workload) -> int:
    return sum(p.replicas.wanted or 1 for p in workload.podsets)


def grouped(members: Sequence[Member]) -> dict[str, list[Pod]]:
    """The pods of each group, over all pod sets."""
    found: dict[str, list[Pod]] = {}
    for member in members:
        for pod, group in zip(member.pods, member.groups, strict=False):
            found.setdefault(group, []).append(pod)
    return found
