"""Where the workloads run: regions, zones, pools of nodes, the control plane, bandwidths, third parties and objectives.

A topology is read from a file (`read`, described for editors by ``topology.schema.json`` beside this module), from Node
objects of the scan (`of_nodes`), or made up to hold the workloads (`hullmark.simulate.generated`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

from hullmark.model.errors import HullmarkError
from hullmark.model.form import Form, document
from hullmark.model.promise import share
from hullmark.model.resource import Resource
from hullmark.simulate.placement import reading
from hullmark.simulate.placement.shape import REGION, Node
from hullmark.simulate.pool import INSTANCE, MAX_NODES, POOL, Pool, grown, label, of_labels, pools_of
from hullmark.simulate.reprieve import assumed, spot
from hullmark.text.regex import regex
from hullmark.text.source import Place, Source

KINDS = ("eks", "gke-zonal", "gke-regional", "gke-autopilot", "aks", "self-managed")

_VERSION = regex(r"v?1\.[0-9]{1,3}(\.[0-9]{1,4})?")


@dataclass(frozen=True)
class ControlPlane:
    """The control plane and its timers in seconds; None where the version decides or where nothing happens.

    ``grace`` is how long a silent node counts as ready, ``toleration`` what admission gives pods against unreachable
    nodes, ``deletes`` how long it takes until the object of a dead node is deleted.
    """

    kind: str = "self-managed"
    version: str = "1.34"
    grace: float | None = None
    toleration: float = 300.0
    deletes: float | None = 300.0


@dataclass(frozen=True)
class Bandwidth:
    """Gigabytes a second: per node from the registry and from where models lie, and what all starts share (0: no cap)."""

    registry: float = 0.2
    models: float = 0.33
    shared: float = 0.0


@dataclass(frozen=True)
class ThirdParty:
    """A service of others; ``failures`` names its rate (`hullmark.model.rates`), ``region`` what it fails with."""

    name: str
    failures: str
    region: str = ""
    place: Place | None = None


@dataclass(frozen=True)
class Objective:
    """An availability objective: ``target`` (a share below 1) over ``window`` seconds for a journey or service.

    It is met while at least ``capacity`` (a share) of the wanted replicas serve.
    """

    journey: str
    target: float
    window: float
    place: Place
    capacity: float = 1.0


class Plan(NamedTuple):
    """What a plan promises for the loss of a region, in seconds: back after ``rto``, with at most ``rpo`` of data lost."""

    rto: float
    rpo: float | None = None


class RunFacts(NamedTuple):
    """What manifests do not tell of a training run, in hours; None where nobody says it.

    ``days`` of work are to be done, one ``step`` takes so long, a checkpoint stops the work for ``dump``, and after a
    failure it goes on after ``restart``.
    """

    days: float | None = None
    start: date | None = None
    step: float | None = None
    dump: float | None = None
    restart: float | None = None
    place: Place | None = None


@dataclass(frozen=True)
class Topology:
    """Everything above. ``regions`` are zones by region; ``assumptions`` what was not said and is assumed.

    ``runs`` are training runs by the name of their workload, ``currency`` is that of all prices, ``plans`` are for the loss
    of regions.
    """

    regions: Mapping[str, tuple[str, ...]]
    pools: tuple[Pool, ...]
    control_plane: ControlPlane = ControlPlane()
    bandwidth: Bandwidth = Bandwidth()
    third_parties: tuple[ThirdParty, ...] = ()
    objectives: tuple[Objective, ...] = ()
    assumptions: tuple[str, ...] = ()
    place: Place | None = None
    rates: Form | None = field(default=None, compare=False)
    runs: Mapping[str, RunFacts] = field(default_factory=dict)
    currency: str = "USD"
    plans: Mapping[str, Plan] = field(default_factory=dict)

    @property
    def nodes(self) -> tuple[Node, ...]:
        """All nodes, pool by pool."""
        return tuple(node for pool in self.pools for node in pool.nodes)

    @property
    def zones(self) -> tuple[str, ...]:
        """All zones, region by region."""
        return tuple(zone for zones in self.regions.values() for zone in zones)


def read(source: Source, failures: Iterable[str] = ()) -> Topology:
    """The topology a file describes; ``failures`` are the names of rates that third parties may have.

    Raises:
        HullmarkError: something in it is wrong; the error says where and what would be right.
    """
    root = document(source, "a topology")
    root.only("regions", "pools", "control_plane", "bandwidth", "third_parties", "slos", "rates", "runs", "currency")
    regions = dict(_regions(root))
    plane = _control_plane(root.form("control_plane"))
    pools = tuple(pools_of(root, {zone: region for region, zones in regions.items() for zone in zones}, plane.kind))
    if sum(len(pool.nodes) for pool in pools) > MAX_NODES:
        raise root.wrong("pools", f"more than {MAX_NODES:,} nodes", "Kubernetes supports no more in one cluster")
    return Topology(
        regions,
        pools,
        plane,
        _bandwidth(root.form("bandwidth")),
        tuple(_third_parties(root.form("third_parties"), failures)),
        tuple(_objective(form) for form in root.forms("slos")),
        tuple(_assumed(root, plane.kind)),
        root.at("pools"),
        root.form("rates"),
        {name: _run(form) for name, form in root.named("runs")},
        root.text("currency", "USD"),
        dict(_plans(root)),
    )


def _plans(root: Form) -> Iterator[tuple[str, Plan]]:
    for form in root.forms("regions"):
        rto, rpo = form.seconds("rto"), form.seconds("rpo")
        if rto is not None:
            yield form.needed("name"), Plan(rto, rpo)
        elif rpo is not None:
            raise form.wrong("rpo", "a plan that says what is lost says when all is back", "add 'rto', such as 2h")


def _run(form: Form) -> RunFacts:
    form.only("days", "start", "step", "dump", "restart")
    days = None if form.node.get("days") is None else form.number("days", 0, open_=True, most=3_650)
    return RunFacts(
        days, form.date("start"), _hours(form, "step"), _hours(form, "dump"), _hours(form, "restart"), form.at()
    )


def _hours(form: Form, key: str) -> float | None:
    found = form.seconds(key)
    return None if found is None else found / 3600


def _regions(root: Form) -> Iterator[tuple[str, tuple[str, ...]]]:
    seen: set[str] = set()
    for form in root.forms("regions"):
        form.only("name", "zones", "rto", "rpo")
        name, zones = form.needed("name"), tuple(form.each("zones"))
        for word, place in ((name, form.at("name")), *zones):
            if word in seen:
                raise HullmarkError(f"'{word}' stands twice", "names of regions and zones differ", place)
            seen.add(label(word, place))
        if not zones:
            raise form.wrong("zones", f"region '{name}' has no zones", "list at least one, as 'zones: [a, b, c]'")
        yield name, tuple(word for word, _ in zones)
    if not seen:
        raise root.wrong("regions", "there are no regions", "add 'regions: [{name: r1, zones: [a, b, c]}]'")


def larger(topology: Topology, more: Mapping[str, int]) -> Topology:
    """A topology with more nodes in the pools of these names, or with autoscalers that may add as many more."""
    return replace(topology, pools=tuple(grown(pool, more.get(pool.name, 0)) for pool in topology.pools))


def _control_plane(form: Form | None) -> ControlPlane:
    if form is None:
        return ControlPlane()
    form.only("kind", "version", "node_monitor_grace_s", "default_toleration_s", "deletes_dead_nodes_after")
    version = form.text("version", "1.34")
    if not _VERSION.fullmatch(version):
        raise form.wrong("version", f"'{version}' is no version of Kubernetes", 'such as "1.34", in quotes')
    given = form.node.get("node_monitor_grace_s")
    grace = None if given in (None, "auto") else form.number("node_monitor_grace_s", 0, open_=True, most=86_400)
    never = form.node.get("deletes_dead_nodes_after") == "never"
    return ControlPlane(
        form.choice("kind", KINDS, "self-managed"),
        version.removeprefix("v"),
        grace,
        form.number("default_toleration_s", 300.0, most=86_400),
        None if never else form.seconds("deletes_dead_nodes_after", 300.0),
    )


def _bandwidth(form: Form | None) -> Bandwidth:
    if form is None:
        return Bandwidth()
    form.only("registry_GBps", "modelstore_GBps", "shared_GBps")
    return Bandwidth(
        form.number("registry_GBps", 0.2, open_=True, most=10_000),
        form.number("modelstore_GBps", 0.33, open_=True, most=10_000),
        form.number("shared_GBps", 0.0, most=10_000),
    )


def _third_parties(form: Form | None, failures: Iterable[str]) -> Iterator[ThirdParty]:
    known = tuple(failures)
    for name, own in form.named() if form is not None else ():
        own.only("failures", "region")
        yield ThirdParty(name, own.choice("failures", known, "third_party_api"), own.text("region"), own.at())


def _objective(form: Form) -> Objective:
    form.only("journey", "target", "window", "min_capacity")
    journey = form.needed("journey")
    if form.node.get("target") is None:
        raise form.wrong("target", f"the objective of '{journey}' has no 'target'", "add one in percent, such as 99.9")
    window = form.seconds("window", 30 * 86_400.0) or 0.0
    capacity = form.number("min_capacity", 1.0, open_=True, most=1)
    return Objective(journey, share(form, "target"), window, form.at("journey"), capacity)


def _assumed(root: Form, kind: str) -> Iterator[str]:
    if root.node.get("control_plane") is None:
        yield "control plane: self-managed 1.34, dead nodes deleted after 5 minutes"
    if root.node.get("bandwidth") is None:
        yield "bandwidth: 0.2 GB/s a node from the registry, 0.33 GB/s from the model store"
    for form in root.forms("pools"):
        if form.flag("spot") and form.node.get("spotNotice") is None:
            yield f"spot nodes of pool '{form.needed('name')}': {assumed(kind)}"
    yield "what a pool says of a node is what pods can have of it (allocatable)"


_POOL_LABELS = (
    *("eks.amazonaws.com/nodegroup", "cloud.google.com/gke-nodepool", "kubernetes.azure.com/agentpool"),
    *("karpenter.sh/nodepool", POOL, INSTANCE),
)


def of_nodes(resources: Iterable[Resource]) -> Topology | None:
    """The topology of the Node objects among resources; None when there are none.

    Pools go by the labels that clouds put on nodes, else by the type of instance.
    """
    found = [reading.node(r.node.value) for r in resources if r.ref.kind == "Node" and not r.ref.group]
    if not found:
        return None
    regions: dict[str, dict[str, None]] = {}
    pools: dict[str, list[Node]] = {}
    for node in found:
        regions.setdefault(node.labels.get(REGION, "region"), {})[node.zone or "zone"] = None
        name = next((node.labels[label] for label in _POOL_LABELS if label in node.labels), "nodes")
        pools.setdefault(name, []).append(node)
    bare = sum(not node.zone for node in found)
    assumptions = [f"topology: the {len(found)} nodes that the scan holds, with nothing else on them"]
    if bare:
        assumptions.append(f"{bare} of them have no zone and fail together as one")
    made = tuple(of_labels(Pool(n, tuple(ns), ns[0].labels.get(INSTANCE, ""))) for n, ns in pools.items())
    assumptions += notices(made)
    return Topology({region: tuple(zones) for region, zones in regions.items()}, made, assumptions=tuple(assumptions))


def notices(pools: Iterable[Pool]) -> Iterator[str]:
    """What is taken for granted of pools that are spot by their labels."""
    for pool in pools:
        kind = spot(pool.nodes[0].labels)
        if kind is not None:
            yield f"spot nodes of pool '{pool.name}', by their labels: {assumed(kind)}"
