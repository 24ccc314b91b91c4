"""The single failures that are simulated: what is hit, how often it happens, and how long it takes to mend."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from hullmark.graph.components.hosts import HUB, LLM, TELEMETRY
from hullmark.model.component import ComponentKind, EdgeKind, Graph
from hullmark.model.rates import Rate
from hullmark.simulate.placement.shape import Node, Pod
from hullmark.simulate.pods import Member
from hullmark.simulate.pool import Pool
from hullmark.simulate.reprieve import Reprieve
from hullmark.simulate.topology import Plan, ThirdParty, Topology

Kind = (
    Literal["node", "reclaim", "zone", "region", "pool", "control-plane", "start-only", "third-party"]
    | Literal["crash", "hang", "device", "partition", "lemon", "certificate", "rollout", "stockout"]
)


@dataclass(frozen=True, eq=False)
class Failure:
    """One thing that fails.

    ``nodes`` are the indexes of the nodes it takes, ``users`` the members of the fleet that cannot work without it,
    ``pods`` single pods that stop until it is mended.
    ``reprieve`` is the notice with which nodes go, if any.
    ``group`` is what its contribution is summed under; ``rate`` is None where nobody knows how often it happens.
    """

    kind: Kind
    name: str
    group: str
    rate: Rate | None
    nodes: tuple[int, ...] = ()
    users: tuple[Member, ...] = ()
    note: str = ""
    pods: tuple[Pod, ...] = ()
    reprieve: Reprieve | None = None

    @property
    def notice(self) -> float:
        """Seconds from when it is announced until nodes go."""
        return 0.0 if self.reprieve is None else self.reprieve.seconds

    @property
    def repair(self) -> float | None:
        """Seconds until it is mended, in the mean and from the notice on; None where nobody knows."""
        return None if self.rate is None else self.notice + self.rate.repair_hours * 3600


_PLAIN = frozenset({"cpu", "memory", "pods", "ephemeral-storage", "storage"})
_A100 = ("p4d", "p4de", "a2-", "a100", "nd96asr", "nd96amsr")
"""What names of instances with A100 begin with or contain (AWS, Google, Azure)."""


def accelerated(node: Node) -> bool:
    """Whether a node has devices."""
    return any(v for k, v in node.allocatable.items() if k not in _PLAIN and not k.startswith("hugepages-"))


def rate_of(pool: Pool, node: Node) -> str:
    """The name of the rate that a node of a pool fails by."""
    if not accelerated(node):
        return "cpu_node"
    name = (pool.instance or pool.name).lower().removeprefix("standard_")
    return "gpu_node_a100" if any(name.startswith(word) or word in name for word in _A100) else "gpu_node"


def failures(
    topology: Topology, rates: Mapping[str, Rate], graph: Graph, members: Sequence[Member]
) -> Iterator[Failure]:
    """Every single failure, the narrow ones first."""
    where = list(enumerate((pool, node) for pool in topology.pools for node in pool.nodes))
    for index, (pool, node) in where:
        name = rate_of(pool, node)
        apart = pool.gpu_domain == "device" and name == "gpu_node"
        rate = rates["gpu_node_rest" if apart else name]
        yield Failure("node", node.name, f"nodes of pool '{pool.name}'", rate, (index,))
        if pool.spot:
            yield reclaim(node.name, pool, rates, (index,))
    for zone in topology.zones:
        hit = tuple(index for index, (_, node) in where if (node.zone or "zone") == zone)
        if hit:
            yield Failure("zone", zone, "zones", rates["zone"], hit)
    for region, zones in topology.regions.items():
        hit = tuple(index for index, (_, node) in where if (node.zone or "zone") in zones)
        if hit:
            yield _region(region, rates["region"], hit, topology.plans.get(region))
    for pool in topology.pools:
        hit = tuple(index for index, (own, node) in where if own is pool and accelerated(node))
        if hit:
            yield Failure("pool", pool.name, "accelerator pools", None, hit, note="how often this happens is not known")
    yield _plane(topology.control_plane.kind, rates, members)
    yield from _outside(topology.third_parties, rates, graph, members)


def reclaim(name: str, pool: Pool, rates: Mapping[str, Rate], hit: tuple[int, ...], note: str = "") -> Failure:
    """The cloud takes nodes of a spot pool back, with the notice that it gives."""
    said = "; ".join(filter(None, (note, pool.reprieve.spoken)))
    group = f"spot reclaims in pool '{pool.name}'"
    return Failure("reclaim", name, group, rates["spot_node"], hit, note=said, reprieve=pool.reprieve)


def _region(name: str, rate: Rate, hit: tuple[int, ...], plan: Plan | None) -> Failure:
    """A region is lost until it is back, or until a plan for that has everything run again."""
    if plan is None:
        return Failure("region", name, "regions", rate, hit)
    note = f"by plan everything runs again after {plan.rto / 3600:g} h"
    if plan.rpo is not None:
        note += f", and at most {plan.rpo / 60:g} min of data are lost"
    planned = replace(rate, repair_hours=plan.rto / 3600, repair_kind="contract")
    return Failure("region", name, "regions", planned, hit, note=note)


ELECTION = ("--leader-elect", "--leader-election", "--enable-leader-election", "--ha-enable-leader-election")
"""Flags of programs that work only while they hold a lease: of Kubernetes' own, of controller-runtime's scaffolds, and of the
endpoint picker of the Gateway API's inference extension."""


def _plane(kind: str, rates: Mapping[str, Rate], members: Sequence[Member]) -> Failure:
    """The API server does not answer.

    Who holds a lease stops, since it cannot renew it: within ten seconds unless told otherwise (``RenewDeadline``,
    https://github.com/kubernetes/client-go/blob/master/tools/leaderelection/leaderelection.go).
    """
    led = tuple(pod for member in members if _elected(member) for pod in member.pods)
    still = "nothing is rescheduled, scaled or rolled out while it lasts; nothing that runs stops"
    note = f"{still}, except for those that lead by a lease, which they cannot renew" if led else still
    return Failure("control-plane", kind, "control plane", rates[f"control_plane_{kind}"], pods=led, note=note)


def _elected(member: Member) -> bool:
    """Whether only one of its pods works at a time: the one that holds a lease."""
    own = [c.argv for c in member.podset.containers if c.kind == "app"]
    return any(argv.has(flag) and argv.flag(flag) not in ("false", "0") for argv in own for flag in ELECTION)


WAITS = "nothing that runs stops; pods that start in the meantime wait for it"
UNUSED = "nothing in the scan is seen to use it"


def _outside(
    declared: Sequence[ThirdParty], rates: Mapping[str, Rate], graph: Graph, members: Sequence[Member]
) -> Iterator[Failure]:
    """Services of others: image registries, model hubs, and what workloads call."""
    yield Failure("start-only", "image registries", "image registries", rates["registry"], note=WAITS)
    named: set[ThirdParty] = set()
    apis = {c.id for c in graph.kinds(ComponentKind.EXTERNAL) if c.facts.get("category") == LLM}
    for component in graph.kinds(ComponentKind.EXTERNAL, ComponentKind.MANAGED_SERVICE):
        own = next((t for t in declared if t.name.lower() in f"{component.id} {component.label}".lower()), None)
        if own is not None:
            named.add(own)
        elif component.facts.get("category", "") in _HARMLESS:
            continue
        if component.facts.get("category") == HUB:
            yield Failure("start-only", component.label, component.label, rates["registry"], note=WAITS)
            continue
        rate = rates[own.failures if own else "llm_api" if component.id in apis else "third_party_api"]
        users, spared = _users(component.id, apis, graph, members)
        note = "" if not spared else "workloads that call several model APIs are taken to do with one of them"
        yield Failure("third-party", component.label, component.label, rate, users=users, note=note)
    for party in declared:
        if party not in named:
            yield Failure("third-party", party.name, party.name, rates[party.failures], note=UNUSED)


_HARMLESS = frozenset({"", TELEMETRY, "cluster API"})
"""Categories of services of others whose loss stops no workload, or is a failure of its own here."""


def _users(
    target: str, apis: Iterable[str], graph: Graph, members: Sequence[Member]
) -> tuple[tuple[Member, ...], bool]:
    """The members that call a service of others, and whether some were left out because they have another."""
    alike = set(apis)
    users: list[Member] = []
    spared = False
    for member in members:
        component = graph.of(member.podset)
        if component is None:
            continue
        called = {e.target for e in graph.out(component.id, EdgeKind.CALLS)}
        if target not in called:
            continue
        if target in alike and len(called & alike) > 1:
            spared = True
        else:
            users.append(member)
    return tuple(users), spared
