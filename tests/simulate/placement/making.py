"""Nodes and pods in few words, for tests that reckon by hand."""

from __future__ import annotations

from typing import Any

from hullmark.simulate.placement import reading
from hullmark.simulate.placement.cluster import Cluster
from hullmark.simulate.placement.decide import feasible, rank, refusals
from hullmark.simulate.placement.profile import V1_34, Profile
from hullmark.simulate.placement.shape import HOSTNAME, ZONE, Node, Pod, Shape, Taint
from hullmark.text.source import Source
from hullmark.text.tree import Document
from hullmark.text.yaml import read

GIB = 1024**3


def yaml(text: str) -> Any:
    found = next(iter(read(Source("test.yaml", text))))
    assert isinstance(found, Document), found
    return found.root


def node(name: str, zone: str = "", cpu: int = 10_000, memory: int = 10 * GIB, **more: Any) -> Node:
    """A node with 10 cores and 10 GiB; further words are labels, ``taints``, ``images``, ``extra`` resources."""
    taints = tuple(Taint(*t.split(":")) for t in more.pop("taints", ()))
    images, extra = more.pop("images", {}), more.pop("extra", {})
    unschedulable = more.pop("unschedulable", False)
    labels = {HOSTNAME: name, **({ZONE: zone} if zone else {}), **more}
    have = {"cpu": cpu, "memory": memory, "pods": 110, **extra}
    return Node(name, labels, have, taints, unschedulable, images)


def shape(
    text: str = "{}", labels: str = "app=a", namespace: str = "default", around: reading.Around = reading.ALONE
) -> Shape:
    """The shape of pods with this spec; a container that requests 1 core and 1 GiB where the spec has none."""
    spec = yaml(text)
    if "containers" not in spec:
        spec["containers"] = yaml("[{name: c, resources: {requests: {cpu: 1, memory: 1Gi}}}]")
    pairs = dict(pair.split("=") for pair in labels.split(",") if pair)
    return reading.shape(spec, pairs, namespace, around)


def cluster(nodes: list[Node], *placed: tuple[Shape, str], profile: Profile = V1_34, **more: Any) -> Cluster:
    made = Cluster(nodes, profile, **more)
    for number, (kind, where) in enumerate(placed):
        made.add(Pod(f"placed-{number}", kind, number), made.index[where])
    return made


def open_to(made: Cluster, kind: Shape) -> list[str]:
    """The names of the feasible nodes; the complete explanation must agree with the quick answer."""
    pod = Pod("incoming", kind, 10**6)
    found = feasible(made, pod)
    assert sorted(set(range(len(made.nodes))) - set(found) - made.gone) == sorted(refusals(made, pod))
    return [made.nodes[n].name for n in found]


def why(made: Cluster, kind: Shape) -> dict[str, str]:
    """The words with which each node refuses."""
    pod = Pod("incoming", kind, 10**6)
    return {made.nodes[n].name: "; ".join(r.reasons) for n, r in sorted(refusals(made, pod).items())}


def totals(made: Cluster, kind: Shape) -> dict[str, int]:
    pod = Pod("incoming", kind, 10**6)
    ranking = rank(made, pod, feasible(made, pod))
    return {made.nodes[n].name: s for n, s in zip(ranking.nodes, ranking.scores, strict=True)}
