"""Where the workloads run: regions, zones, pools of nodes, the control plane, bandwidths, third parties and objectives.

A topology is read from a file (`read`, described for editors by ``topology.schema.json`` beside this module), from Node
objects of the scan (`of_nodes`), or made up to hold the workloads (`hullmark.simulate.generated`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

from hullmark.model.errors import HullmarkError, suggestion
from hullmark.model.form import Form, document
from hullmark.model.promise import share
from hullmark.model.resource import Resource
from hullmark.simulate.placement import reading
from hullmark.simulate.placement.shape import HOSTNAME, REGION, ZONE, Node, Taint
from hullmark.simulate.reprieve import AT_ONCE, REPRIEVES, Reprieve, assumed, spot
from hullmark.text.regex import regex
from hullmark.text.source import Place, Source

POOL = "hullmark.dev/pool"
"""The label that tells the nodes of generated and described pools."""

INSTANCE = "node.kubernetes.io/instance-type"
GIB = 1024**3
MAX_NODES = 5_000
"""What Kubernetes supports (https://kubernetes.io/docs/setup/best-practices/cluster-large/)."""

EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
KINDS = ("eks", "gke-zonal", "gke-regional", "gke-autopilot", "aks", "self-managed")
DOMAINS = ("device", "node", "rack")

_VERSION = regex(r"v?1\.[0-9]{1,3}(\.[0-9]{1,4})?")
_VALUE = regex(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
"""What the value of a label may be (https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set)."""


@dataclass(frozen=True)
class Autoscale:
    """How far a pool grows, and how long a new node takes (median and 95th percentile, seconds)."""

    least: int
    most: int
    median: float = 360.0
    late: float = 1_200.0


@dataclass(frozen=True)
class Pool:
    """Nodes of one kind.

    ``gpu_domain`` is what one failing accelerator takes with it; ``price`` what one accelerator costs an hour; ``zones``
    are the regions and zones that its nodes are put into in turn, ``sized`` where it stands how many there are. Those of
    ``spot`` pools go with a ``reprieve``.
    """

    name: str
    nodes: tuple[Node, ...]
    instance: str = ""
    spot: bool = False
    autoscale: Autoscale | None = None
    gpu_domain: str = "node"
    place: Place | None = None
    price: float | None = None
    zones: tuple[tuple[str, str], ...] = ()
    sized: Place | None = None
    reprieve: Reprieve = AT_ONCE


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
    pools = tuple(_pools(root, {zone: region for region, zones in regions.items() for zone in zones}, plane.kind))
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
            seen.add(_label(word, place))
        if not zones:
            raise form.wrong("zones", f"region '{name}' has no zones", "list at least one, as 'zones: [a, b, c]'")
        yield name, tuple(word for word, _ in zones)
    if not seen:
        raise root.wrong("regions", "there are no regions", "add 'regions: [{name: r1, zones: [a, b, c]}]'")


_POOL_KEYS = (
    *("name", "zone", "count", "instance", "cpu", "memGiB", "gpu", "gpuResource", "resources", "pods"),
    *("labels", "taints", "spot", "spotNotice", "autoscale", "gpuDomain", "gpuHourPrice"),
)


def _pools(root: Form, zones: Mapping[str, str], kind: str) -> Iterator[Pool]:
    seen: set[str] = set()
    for form in root.forms("pools"):
        form.only(*_POOL_KEYS)
        name = _label(form.needed("name"), form.at("name"))
        if name in seen:
            raise form.wrong("name", f"there are two pools '{name}'", "give each pool a name of its own")
        seen.add(name)
        yield _pool(form, name, zones, kind)
    if not seen:
        raise root.wrong("pools", "there are no pools", "add 'pools: [{name: cpu, count: 3, cpu: 16, memGiB: 64}]'")


def _pool(form: Form, name: str, zones: Mapping[str, str], kind: str) -> Pool:
    said = tuple(form.each("zone"))
    for zone, place in said:
        if zone not in zones:
            raise HullmarkError(f"there is no zone '{zone}'", suggestion(zone, zones), place)
    where = [(zones[zone], zone) for zone in (dict(said) or zones)]
    instance = form.text("instance")
    labels = {**_labels(form), POOL: name, **({INSTANCE: _label(instance, form.at("instance"))} if instance else {})}
    have, taints = _capacity(form), tuple(_taint(t) for t in form.forms("taints"))
    count = form.whole("count", 1, least=1, most=MAX_NODES)
    nodes = spread_over(name, where, count, Node("", labels, have, taints))
    domain = form.choice("gpuDomain", DOMAINS, "node")
    price = None if form.node.get("gpuHourPrice") is None else form.number("gpuHourPrice", 0, most=100_000)
    grows = _autoscale(form, count)
    sized = form.at("count") if grows is None else form.at("autoscale", "max")
    return Pool(
        *(name, nodes, instance, form.flag("spot"), grows, domain, form.at("name"), price, tuple(where), sized),
        reprieve=_reprieve(form, kind),
    )


MOST_NOTICE = 3_600.0
"""Seconds of notice that a topology may promise; clouds give two minutes at most."""


def _reprieve(form: Form, kind: str) -> Reprieve:
    """The notice of a spot pool: what it says, else what the cloud does by default."""
    said, default = form.node.get("spotNotice"), REPRIEVES[kind]
    if said is not None and not form.flag("spot"):
        raise form.wrong("spotNotice", "'spotNotice' is of spot pools", "add 'spot: true', or leave it out")
    if said is None or said == "none":
        return default if said is None and form.flag("spot") else AT_ONCE
    seconds = form.seconds("spotNotice") or 0.0
    if seconds > MOST_NOTICE:
        raise form.wrong("spotNotice", "no cloud gives more than an hour of notice", "such as 2m, 30s, or none")
    return Reprieve(seconds, default.evicts)


def spread_over(name: str, zones: Sequence[tuple[str, str]], count: int, like: Node) -> tuple[Node, ...]:
    """Nodes of a pool, put into its zones (region and zone) in turn; ``like`` gives them what they have."""
    made = []
    for index in range(count):
        region, zone = zones[index % len(zones)]
        own = f"{name}-{zone}-{index // len(zones)}"
        labels = {HOSTNAME: own, ZONE: zone, REGION: region, "kubernetes.io/os": "linux", **like.labels}
        made.append(Node(own, labels, like.allocatable, like.taints))
    return tuple(made)


def larger(topology: Topology, more: Mapping[str, int]) -> Topology:
    """A topology with more nodes in the pools of these names, or with autoscalers that may add as many more."""
    return replace(topology, pools=tuple(_grown(pool, more.get(pool.name, 0)) for pool in topology.pools))


def _grown(pool: Pool, more: int) -> Pool:
    if pool.autoscale is not None:
        return replace(pool, autoscale=replace(pool.autoscale, most=pool.autoscale.most + more))
    known = {key: value for key, value in pool.nodes[0].labels.items() if key not in (HOSTNAME, ZONE, REGION)}
    like = replace(pool.nodes[0], labels=known)
    return replace(pool, nodes=spread_over(pool.name, pool.zones, len(pool.nodes) + more, like))


def _capacity(form: Form) -> dict[str, int]:
    have = {
        "cpu": round(form.number("cpu", 0, open_=True, most=4_096) * 1000),
        "memory": round(form.number("memGiB", 0, open_=True, most=65_536) * GIB),
        "pods": form.whole("pods", 110, least=1, most=1_024),
    }
    for key, told in (("cpu", "cores"), ("memGiB", "gibibytes of memory")):
        if form.node.get(key) is None:
            raise form.wrong(key, f"a pool has no '{key}'", f"say how many {told} pods can have on a node")
    devices, called = form.whole("gpu", 0, most=1_024), form.text("gpuResource", "nvidia.com/gpu")
    if called in have:
        raise form.wrong(
            "gpuResource", f"accelerators are not '{called}'", "name their resource, such as nvidia.com/gpu"
        )
    if devices:
        have[called] = devices
    more = form.form("resources")
    return (
        have
        if more is None
        else have | dict(_more(more, {"cpu": "cpu", "memory": "memGiB", "pods": "pods", called: "gpu"}))
    )


def _more(form: Form, known: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """Further resources of a node; those that a pool has keys for (``known``) stand there."""
    for name in form.names:
        if name in known:
            hint = f"say it by '{known[name]}' of the pool"
            raise HullmarkError(f"'{name}' stands under 'resources'", hint, form.key(name))
        yield name, form.whole(name, 0)


def _label(word: str, place: Place) -> str:
    """A name that becomes a label of nodes.

    Raises:
        HullmarkError: no label has such a value.
    """
    if not _VALUE.fullmatch(word):
        hint = "at most 63 letters, digits, '-', '_' and '.', of which neither the first nor the last is a sign"
        raise HullmarkError(f"'{word[:80]}' can be no label of a node", hint, place)
    return word


def _labels(form: Form) -> dict[str, str]:
    found = form.strings("labels")
    for name, value in found.items():
        place = form.node.key("labels", name)
        _label(name.rpartition("/")[2], place)
        if value:
            _label(value, form.at("labels", name))
    return found


def _taint(form: Form) -> Taint:
    form.only("key", "value", "effect")
    return Taint(form.needed("key"), form.text("value"), form.choice("effect", EFFECTS, "NoSchedule"))


def _autoscale(pool: Form, count: int) -> Autoscale | None:
    form = pool.form("autoscale")
    if form is None:
        return None
    form.only("min", "max", "provisionMinutes")
    least = form.whole("min", 0, most=MAX_NODES)
    most = form.whole("max", count, most=MAX_NODES)
    if not least <= count <= most:
        raise form.wrong("max", f"the pool has {count} nodes, outside {least} to {most}", "min ≤ count ≤ max")
    times = form.form("provisionMinutes")
    if times is None:
        return Autoscale(least, most)
    times.only("p50", "p95")
    median = times.number("p50", 6.0, open_=True, most=10_080)
    late = times.number("p95", max(20.0, median), most=100_800)
    if late < median:
        raise times.wrong(
            "p95", f"'p95' is {late:g}, less than 'p50'", "19 of 20 nodes come within p95, half within p50"
        )
    return Autoscale(least, most, median * 60, late * 60)


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


def of_labels(pool: Pool) -> Pool:
    """A pool of spot nodes where its labels say so; the cloud whose they are decides on the notice."""
    kind = spot(pool.nodes[0].labels)
    return pool if kind is None else replace(pool, spot=True, reprieve=REPRIEVES[kind])


def notices(pools: Iterable[Pool]) -> Iterator[str]:
    """What is taken for granted of pools that are spot by their labels."""
    for pool in pools:
        kind = spot(pool.nodes[0].labels)
        if kind is not None:
            yield f"spot nodes of pool '{pool.name}', by their labels: {assumed(kind)}"
