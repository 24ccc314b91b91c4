"""Whether a described topology can hold a fleet, and what would.

Pods that taints, affinity, spread or volumes keep out are no mistake of the topology but something to simulate. Pods
that nothing but a lack of room keeps out before anything fails are: whatever was computed of them would be that they
are never there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from hullmark.model.errors import HullmarkError
from hullmark.simulate.placement.cluster import Cluster
from hullmark.simulate.placement.decide import refusals
from hullmark.simulate.placement.profile import profile_of
from hullmark.simulate.placement.refusal import message
from hullmark.simulate.placement.shape import Pod
from hullmark.simulate.pods import Fleet, Member
from hullmark.simulate.pool import MAX_NODES, Pool
from hullmark.simulate.services import title
from hullmark.simulate.setting import Setting
from hullmark.simulate.standing import Cramped, Standing
from hullmark.simulate.topology import Topology, larger

ROUNDS = 12
"""How often nodes are added and everything is placed again before it is said that more nodes do not help."""

_SHOWN = 3
"""Workloads whose pods are named with the scheduler's words."""


def require(topology: Topology, fleet: Fleet) -> None:
    """Refuse a topology none of whose nodes is large enough for some pod, even when nothing else is on it.

    Raises:
        HullmarkError: a pod is larger than every node.
    """
    cluster = Cluster(topology.nodes, profile_of(topology.control_plane.version))
    for member in fleet.members:
        if member.pods:
            _require_one(cluster, member, topology)


def _require_one(cluster: Cluster, member: Member, topology: Topology) -> None:
    if member.shape.blocked or not all(stock.lacks(member.shape)[1] for stock in cluster.stocks):
        return
    found = refusals(cluster, Pod("alone", member.shape))
    who = f"{member.workload.ref.kind} '{member.workload.name}'"
    text = f"no node is large enough for a pod of {who}: {message(cluster.size, found.values())}"
    hint = "give a pool larger nodes, or leave the topology out to have one made up"
    raise HullmarkError(text, hint, topology.place)


def require_room(setting: Setting, standing: Standing) -> None:
    """Refuse a topology that is too small for all pods together, what autoscalers may add included.

    Raises:
        HullmarkError: pods find no room where nothing else keeps them out. The error stands at the size of the pool that
            is too small and names what would hold them, which was placed to see that it does.
    """
    short = standing.cramped()
    if not short:
        return
    more = _enough(setting, standing)
    pools = [pool for pool in setting.topology.pools if pool.name in (more or set(_usable(standing, short)))]
    hint = "give their nodes more room, or add a pool"
    if more:
        hint = f"{' and '.join(_resized(pool, more[pool.name]) for pool in pools)}, and all of them have a place"
    place = pools[0].sized if pools else None
    text = f"the topology is too small: {_told(standing, short)}"
    raise HullmarkError(text, f"{hint}; --allow-pending simulates it as it is", place or setting.topology.place)


def _enough(setting: Setting, standing: Standing) -> Mapping[str, int]:
    """How many more nodes of which pools leave no pod short of room; nothing where no number of them does.

    Each round adds what the pods that are short request, at least one node; then everything is placed anew.
    """
    more: Counter[str] = Counter()
    for _ in range(ROUNDS):
        short = standing.cramped()
        if not short:
            return more
        more.update(dict(_lacking(standing, short)))
        topology = larger(setting.topology, more)
        if sum(max(len(p.nodes), p.autoscale.most if p.autoscale else 0) for p in topology.pools) > MAX_NODES:
            break
        standing = replace(setting, topology=topology).stand()
    return {}


def _lacking(standing: Standing, short: Collection[Cramped]) -> Iterator[tuple[str, int]]:
    """At least how many nodes of which pools the pods that are short would fill."""
    wanted: dict[str, Counter[str]] = {}
    pools = {pool.name: pool for pool in standing.topology.pools}
    for one, name in zip(short, _usable(standing, short), strict=True):
        total = wanted.setdefault(name, Counter())
        for pod in one.pods:
            total.update({**pod.shape.requests, "pods": 1})
    for name, total in wanted.items():
        have = pools[name].nodes[0].allocatable
        yield name, max(1, *(-(-amount // have[what]) for what, amount in total.items() if have.get(what)))


def _usable(standing: Standing, short: Collection[Cramped]) -> Iterator[str]:
    """The pool that has most of the nodes that would take it, for each that is short."""
    for one in short:
        yield Counter(standing.pools[node].name for node in one.nodes).most_common(1)[0][0]


def _resized(pool: Pool, more: int) -> str:
    if pool.autoscale is not None:
        return f"let pool '{pool.name}' grow to 'max: {pool.autoscale.most + more}' ({more} more)"
    return f"give pool '{pool.name}' 'count: {len(pool.nodes) + more}' ({more} more)"


def _told(standing: Standing, short: Collection[Cramped]) -> str:
    """How many pods have no place, and the first of them with the scheduler's words."""
    waiting = Counter((title(standing.member[pod]), standing.pending[pod]) for one in short for pod in one.group)
    count = waiting.total()
    shown = "; ".join(
        f"{number} of {name}: {why.rstrip('.')}" for (name, why), number in list(waiting.items())[:_SHOWN]
    )
    others = f"; and {len(waiting) - _SHOWN} more workloads" if len(waiting) > _SHOWN else ""
    return f"{count} {'pod stays' if count == 1 else 'pods stay'} pending ({shown}{others})"
