"""Pools: nodes of one kind, how many there are, how far they grow and with what notice they go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from hullmark.model.errors import HullmarkError, suggestion
from hullmark.model.form import Form
from hullmark.simulate.placement.shape import HOSTNAME, REGION, ZONE, Node, Taint
from hullmark.simulate.reprieve import AT_ONCE, REPRIEVES, Reprieve, spot
from hullmark.text.regex import regex
from hullmark.text.source import Place

POOL = "hullmark.dev/pool"
"""The label that tells the nodes of generated and described pools."""

INSTANCE = "node.kubernetes.io/instance-type"
GIB = 1024**3
MAX_NODES = 5_000
"""What Kubernetes supports (https://kubernetes.io/docs/setup/best-practices/cluster-large/)."""

MOST_NOTICE = 3_600.0
"""Seconds of notice that a topology may promise; clouds give two minutes at most."""

EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
DOMAINS = ("device", "node", "rack")

_KEYS = (
    *("name", "zone", "count", "instance", "cpu", "memGiB", "gpu", "gpuResource", "resources", "pods"),
    *("labels", "taints", "spot", "spotNotice", "autoscale", "gpuDomain", "gpuHourPrice"),
)

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


def pools_of(root: Form, zones: Mapping[str, str], kind: str) -> Iterator[Pool]:
    """The pools of a topology; ``zones`` are its zones with their regions, ``kind`` is that of its control plane.

    Raises:
        HullmarkError: what is said of a pool is wrong; the error says where and what would be right.
    """
    seen: set[str] = set()
    for form in root.forms("pools"):
        form.only(*_KEYS)
        name = label(form.needed("name"), form.at("name"))
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
    labels = {**_labels(form), POOL: name, **({INSTANCE: label(instance, form.at("instance"))} if instance else {})}
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


def grown(pool: Pool, more: int) -> Pool:
    """A pool with more nodes, or with an autoscaler that may add as many more."""
    if pool.autoscale is not None:
        return replace(pool, autoscale=replace(pool.autoscale, most=pool.autoscale.most + more))
    known = {key: value for key, value in pool.nodes[0].labels.items() if key not in (HOSTNAME, ZONE, REGION)}
    like = replace(pool.nodes[0], labels=known)
    return replace(pool, nodes=spread_over(pool.name, pool.zones, len(pool.nodes) + more, like))


def of_labels(pool: Pool) -> Pool:
    """A pool of spot nodes where its labels say so; the cloud whose they are decides on the notice."""
    kind = spot(pool.nodes[0].labels)
    return pool if kind is None else replace(pool, spot=True, reprieve=REPRIEVES[kind])


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


def label(word: str, place: Place) -> str:
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
        label(name.rpartition("/")[2], place)
        if value:
            label(value, form.at("labels", name))
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
