"""Host ports, and volumes that tie pods to nodes."""

from __future__ import annotations

import pytest
from making import cluster, node, open_to, shape, why

from hullmark.simulate.placement.ports import conflict
from hullmark.simulate.placement.reading import Around
from hullmark.simulate.placement.shape import ZONE, Pod, Requirement, Tie, Volume


def ported(*ports: str, more: str = "") -> str:
    return f"{more}containers: [{{name: c, ports: [{', '.join(f'{{{p}}}' for p in ports)}]}}]"


@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [
        ("hostPort: 80", "hostPort: 80", True),
        ("hostPort: 80", "hostPort: 81", False),
        ("hostPort: 80, protocol: UDP", "hostPort: 80", False),
        ("hostPort: 80, protocol: TCP", "hostPort: 80", True),
        ("hostPort: 80, hostIP: 10.0.0.1", "hostPort: 80, hostIP: 10.0.0.2", False),
        ("hostPort: 80, hostIP: 10.0.0.1", "hostPort: 80", True),
        ("hostPort: 80", "hostPort: 80, hostIP: 10.0.0.1", True),
        ("containerPort: 80", "hostPort: 80", False),
    ],
)
def test_host_ports_clash_on_the_same_address(one: str, other: str, *, clash: bool) -> None:
    placed, wanted = shape(ported(one)), shape(ported(other))
    made = cluster([node("n0"), node("n1")], (placed, "n0"))
    assert open_to(made, wanted) == (["n1"] if clash else ["n0", "n1"])
    assert conflict(wanted.ports, placed.ports) is clash
    if clash:
        assert why(made, wanted) == {"n0": "node(s) didn't have free ports for the requested pod ports"}


def test_sidecars_have_ports_and_the_hosts_network_makes_every_port_one() -> None:
    sidecar = shape(
        "initContainers: [{name: s, restartPolicy: Always, ports: [{hostPort: 9}]}, {name: i, ports: [{hostPort: 8}]}]"
    )
    assert {number for _, _, number in sidecar.ports} == {9}
    network = shape(ported("containerPort: 80", more="hostNetwork: true\n"))
    assert {number for _, _, number in network.ports} == {80}


def test_a_port_is_free_again_when_its_pod_is_gone() -> None:
    wanted = shape(ported("hostPort: 80"))
    made = cluster([node("n0")])
    pod = Pod("p", wanted)
    made.add(pod, 0)
    assert open_to(made, wanted) == []
    made.remove(pod)
    assert open_to(made, wanted) == ["n0"]


def in_zone(*zones: str, tie: Tie = "bound") -> Volume:
    return Volume(((Requirement(ZONE, "In", zones),),), tie)


def test_a_volume_is_reached_from_its_zones_only_and_all_volumes_are_needed() -> None:
    made = cluster([node("n0", "z0"), node("n1", "z1"), node("n2", "z2")])
    assert open_to(made, shape(around=Around(volumes=(in_zone("z0", "z1"),)))) == ["n0", "n1"]
    both = shape(around=Around(volumes=(in_zone("z0", "z1"), in_zone("z1", "z2"))))
    assert open_to(made, both) == ["n1"]


@pytest.mark.parametrize(
    ("ties", "words"),
    [
        (("bound",), "node(s) didn't match PersistentVolume's node affinity"),
        (("unbound",), "node(s) didn't find available persistent volumes to bind"),
        (("zone",), "node(s) had no available volume zone"),
        (("zone", "unbound"), "node(s) didn't find available persistent volumes to bind"),
    ],
)
def test_the_words_tell_what_ties_the_volume(ties: tuple[Tie, ...], words: str) -> None:
    """Words of kube-scheduler v1.34.2, seen in its answers to clusters like this one."""
    made = cluster([node("n0", "z0"), node("n1", "z1")])
    tied = shape(around=Around(volumes=tuple(in_zone("z0", tie=t) for t in ties)))
    assert why(made, tied) == {"n1": words}


def test_a_claim_for_one_pod_is_for_one_pod() -> None:
    single = shape(around=Around(singles=frozenset({"default/data"})))
    made = cluster([node("n0"), node("n1")])
    assert open_to(made, single) == ["n0", "n1"]
    made.add(Pod("p", single), 0)
    access = "ReadWriteOncePod access mode already in-use by another pod"
    words = f"node(s) unavailable due to PersistentVolumeClaim with {access}"
    assert why(made, single) == dict.fromkeys(("n0", "n1"), words)
    assert open_to(made, shape()) == ["n0", "n1"]
