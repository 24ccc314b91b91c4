"""What could be changed to lose less: one edit at a time, each as a change of what a simulation starts from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from hullmark.model.selectors import Selector
from hullmark.model.terms import Role
from hullmark.simulate.budgets import Promise
from hullmark.simulate.costs import COSTS, Cost, Kind, of_nodes, of_pod
from hullmark.simulate.faults import accelerated
from hullmark.simulate.placement.shape import HOSTNAME, ZONE, Node, Peers, Pod, Shape, Spread
from hullmark.simulate.pods import Member
from hullmark.simulate.pool import Pool
from hullmark.simulate.services import Service
from hullmark.simulate.setting import Course, Setting
from hullmark.simulate.standing import STATEFUL
from hullmark.simulate.training import Training, expected
from hullmark.text.source import Place
from hullmark.text.tree import dig, items

TOLERATION = 30
"""Seconds of toleration against unreachable nodes that are proposed. Less makes pods leave nodes that come back at once."""

LOCAL_SPEED = 2.1
"""Gigabytes a second from a disk of the node's own: 16 in 7.5 s, from io2 by streaming, as measured by
https://developer.nvidia.com/blog/reducing-cold-start-latency-for-llm-inference-with-nvidia-runai-model-streamer."""

LARGE_IMAGE, LARGE_MODEL = 1.0, 5.0
"""Gigabytes from which an image or a model is worth keeping on nodes."""

NODE_DELETION = 60.0
"""Seconds after which automation may delete the objects of dead nodes."""

Change = Callable[[Setting], Setting]


@dataclass(frozen=True)
class Repair:
    """One thing that can be changed; ``subject`` is the service or part of the topology it changes, ``place`` where."""

    kind: Kind
    subject: str
    what: str
    cost: Cost
    place: Place | None
    change: Change = field(compare=False, repr=False)


def candidates(setting: Setting, course: Course) -> Iterator[Repair]:
    """What could be changed about services that some failure or drain leaves short, and about what they run on."""
    hurt = set(_short(course))
    for service in course.services:
        if service in hurt:
            yield from _of_service(setting, service)
            if service.pods > 1 and not _protected(setting, service.member):
                yield _budget(service)
    stuck = [s for s in course.services if s in hurt and s.member.workload.ref.kind in STATEFUL]
    deletes = setting.topology.control_plane.deletes
    if stuck and (deletes is None or deletes > 2 * NODE_DELETION):
        yield _deletion(setting)
    yield from _nodes(setting, course)
    yield from _intervals(setting, course)
    for name in dict.fromkeys(b.failure.name for b in course.blasts if b.failure.kind == "third-party" and b.impacts):
        yield _provider(name)


def _short(course: Course) -> Iterator[Service]:
    for blast in course.blasts:
        yield from (i.service for i in blast.impacts if any(i.times))
    yield from (s for s in course.services if course.standing.serving(s.member) < s.pods)
    for drain in course.drains:
        yield from (service for service, _, _ in drain.short)
        yield from (s for s in course.services if s.name in drain.blocked)


def _of_service(setting: Setting, service: Service) -> Iterator[Repair]:
    member, start = service.member, setting.starts[service.member]
    kind = member.workload.ref.kind
    seconds = setting.topology.control_plane.toleration if member.tolerates is None else member.tolerates
    if kind not in STATEFUL and kind != "Pod" and (member.tolerates_forever or seconds > 2 * TOLERATION):
        new = replace(member, tolerates=TOLERATION, tolerates_forever=False)
        yield _on("toleration", service, f"tolerate unreachable nodes for {TOLERATION} s", new)
    if start.image >= LARGE_IMAGE:
        text = f"keep its image ({start.image:g} GB) on every node"
        yield _starting("image-cache", service, text, 0.0, 1.0)
    if start.model >= LARGE_MODEL and setting.topology.bandwidth.models < LOCAL_SPEED:
        text = f"keep its weights ({start.model:g} GB) on the nodes' own disks"
        yield _starting("local-weights", service, text, 1.0, setting.topology.bandwidth.models / LOCAL_SPEED)
    if member.volumes.reach in ("zone", "node", "unknown"):
        stored = member.volumes._replace(reach="anywhere", terms=(), attached=False)
        new = _reshaped(replace(member, volumes=stored), replace(member.shape, volumes=()))
        yield _on("shared-volume", service, "keep its volume where every zone reaches it", new)
    yield from _counted(service)


def _counted(service: Service) -> Iterator[Repair]:
    """More pods, or the same ones further apart."""
    member = service.member
    spread = _reshaped(member, _spread_out(member.shape))
    if len(member.pods) > 1 and not any(s.key == ZONE for s in member.shape.spread) and not member.groups:
        yield _on("spread", service, "spread its pods over zones and nodes", spread)
    stateful = member.workload.ref.kind in STATEFUL
    if member.groups or member.workload.ref.kind == "Pod" or member.workload.lifetime != "service":
        return
    number = len(member.pods)
    more = replace(spread, pods=(*spread.pods, Pod(f"{member.workload.name}-{number}", spread.shape, number)))
    told = f"run {number + 1} replicas, spread over zones and nodes"
    if not _keeps_data(member):
        yield replace(_on("replica", service, told, more), cost=of_pod("replica", member.shape))
    elif member.workload.role is not Role.NOTEBOOK and (stateful or not member.volumes.attached):
        text = f"{told}, and let them replicate their data"
        yield replace(_on("copy", service, text, more), cost=of_pod("copy", member.shape))


_DATABASES = frozenset({Role.NOTEBOOK, Role.VECTOR_STORE, Role.FEATURE_STORE})
"""Roles of workloads that hold state of their own, wherever they keep it."""


def _keeps_data(member: Member) -> bool:
    """Whether another pod is no help unless it has the same data."""
    stored = any(dig(volume, "persistentVolumeClaim") for volume in items(member.podset.node.value, "volumes"))
    return stored or member.volumes.reach != "anywhere" or member.workload.role in _DATABASES


def _on(kind: Kind, service: Service, what: str, new: Member) -> Repair:
    old, place = service.member, service.member.podset.at()
    return Repair(kind, service.name, what, COSTS[kind], place, lambda setting: setting.changed(old, new))


def _starting(kind: Kind, service: Service, what: str, image: float, model: float) -> Repair:
    """A repair that shortens starts: what is left of the image and of the model to be fetched, as shares."""
    old = service.member

    def change(setting: Setting) -> Setting:
        start = setting.starts[old]
        return setting.changed(old, replace(old), start._replace(image=start.image * image, model=start.model * model))

    return Repair(kind, service.name, what, COSTS[kind], old.podset.at(), change)


def _reshaped(member: Member, shape: Shape) -> Member:
    return replace(member, shape=shape, pods=tuple(Pod(p.name, shape, p.since) for p in member.pods))


def _spread_out(shape: Shape) -> Shape:
    """A shape that also wants its like spread over zones and nodes, where that can be had."""
    peers = Peers(frozenset({shape.namespace}), Selector(tuple(shape.labels.items())))
    keys = {spread.key for spread in shape.spread}
    added = (Spread(k, 1, hard=False, peers=peers, honor_taints=True) for k in (ZONE, HOSTNAME) if k not in keys)
    return replace(shape, spread=(*shape.spread, *added))


def _protected(setting: Setting, member: Member) -> bool:
    shape = member.shape
    return any(p.namespace == shape.namespace and p.selector.matches(shape.labels) for p in setting.promises)


def _budget(service: Service) -> Repair:
    shape = service.member.shape
    made = Promise(
        service.member.workload.name, shape.namespace, Selector(tuple(shape.labels.items())), most_unavailable=1
    )
    return Repair(
        "budget",
        service.name,
        "a disruption budget that lets one pod go at a time",
        COSTS["budget"],
        service.member.podset.at(),
        lambda setting: replace(setting, promises=(*setting.promises, made)),
    )


def _deletion(setting: Setting) -> Repair:
    def change(setting: Setting) -> Setting:
        plane = replace(setting.topology.control_plane, deletes=NODE_DELETION)
        return replace(setting, topology=replace(setting.topology, control_plane=plane))

    text = f"delete the objects of dead nodes after {NODE_DELETION:g} s"
    return Repair("node-deletion", "control plane", text, COSTS["node-deletion"], setting.topology.place, change)


def _nodes(setting: Setting, course: Course) -> Iterator[Repair]:
    """More nodes of pools where there is too little room, before anything fails or once some of their nodes are lost."""
    nodes = setting.topology.nodes
    wanted = {
        nodes[index].name
        for b in course.blasts
        if b.failure.kind in ("node", "reclaim", "zone")
        and any("Insufficient" in why for impact in b.impacts for why in impact.pending)
        for index in b.failure.nodes
        if index < len(nodes)
    }
    waiting = {pod.shape for pod, why in course.standing.pending.items() if "Insufficient" in why}
    for pool in setting.topology.pools:
        if any(n.name in wanted for n in pool.nodes) or any(_holds(pool.nodes[0], shape) for shape in waiting):
            zones = list(dict.fromkeys(node.zone for node in pool.nodes))
            yield _more(pool, zones[:1], "one more node")
            if len(zones) > 1:
                yield _more(pool, zones, "one more node in each zone")


def _holds(node: Node, shape: Shape) -> bool:
    """Whether a node is large enough for a pod."""
    return all(node.allocatable.get(name, 0) >= amount for name, amount in shape.requests.items())


def _more(pool: Pool, zones: Sequence[str], what: str) -> Repair:
    added = []
    for zone in zones:
        like = next(node for node in pool.nodes if node.zone == zone)
        name = f"{pool.name}-{zone}-{len(pool.nodes)}"
        added.append(replace(like, name=name, labels={**like.labels, HOSTNAME: name}))
    first = pool.nodes[0]
    kind = "accelerator pool" if accelerated(first) else "pool"
    return Repair(
        "node",
        f"{kind} {pool.name}",
        what,
        of_nodes(first, len(added)),
        pool.place,
        lambda setting: _grown(setting, pool, added),
    )


def _grown(setting: Setting, pool: Pool, added: Sequence[Node]) -> Setting:
    topology = setting.topology
    pools = tuple(replace(p, nodes=(*p.nodes, *added)) if p is pool else p for p in topology.pools)
    return replace(setting, topology=replace(topology, pools=pools))


def _intervals(setting: Setting, course: Course) -> Iterator[Repair]:
    """Training runs whose checkpoints are lost with their pods, or that save more than twice too often or too rarely."""
    for run, _, _ in expected(course.standing, course.services, course.blasts, setting.starts, []):
        if run.name in setting.tuned or run.progress is None:
            continue
        hours, minutes = divmod(round(run.best * 60), 60)
        every = f"every {f'{hours} h {minutes} min' if hours else f'{minutes} min'}"
        place = run.workload.at() if run.interval is None else run.interval.place
        if not run.saves:
            yield _saving("checkpoint-place", run, f"save {every} where it outlives the pods", place)
        elif run.off is not None and not 0.5 <= run.off <= 2:
            yield _saving("checkpoint", run, f"save {every}", place)


def _saving(kind: Kind, run: Training, what: str, place: Place) -> Repair:
    return Repair(kind, run.name, what, COSTS[kind], place, _tuning(run.name))


def _tuning(name: str) -> Change:
    return lambda setting: replace(setting, tuned=setting.tuned | {name})


def _provider(name: str) -> Repair:
    return Repair(
        "provider",
        name,
        "a second provider that takes over",
        COSTS["provider"],
        None,
        lambda setting: replace(setting, spared=setting.spared | {name}),
    )
