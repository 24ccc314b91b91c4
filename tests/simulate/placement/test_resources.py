"""Requests, fit and the resource scores. Expected values are worked out from the plugins' source by hand."""

from __future__ import annotations

import pytest
from making import GIB, cluster, node, open_to, shape, totals, why, yaml

from hullmark.simulate.placement.amounts import amount
from hullmark.simulate.placement.profile import V1_20, Profile
from hullmark.simulate.placement.requests import requests
from hullmark.simulate.placement.shape import Pod

MIB = 1024**2
ONLY_LEAST = Profile(taints=0, node_affinity=0, spread=0, pod_affinity=0, least_allocated=1, balanced=0, images=0)
ONLY_BALANCE = ONLY_LEAST._replace(least_allocated=0, balanced=1)


@pytest.mark.parametrize(
    ("text", "whole", "milli"),
    [
        ("100m", 1, 100),
        ("1", 1, 1000),
        (2, 2, 2000),
        (0.1, 1, 100),
        ("0.29", 1, 290),
        ("1.5Gi", 3 * 2**29, 3 * 2**29 * 1000),
        ("1e3", 1000, 10**6),
        ("1E", 10**18, 10**21),
        (".5", 1, 500),
        ("5.", 5, 5000),
        ("1n", 1, 1),
        ("-1", -1, -1000),
    ],
)
def test_amounts_round_up(text: object, whole: int, milli: int) -> None:
    assert amount(text) == whole
    assert amount(text, milli=True) == milli


@pytest.mark.parametrize("text", ["", "abc", "1 Gi", "1KiB", True, None, [], "9" * 60, "1e999", "."])
def test_what_is_no_amount(text: object) -> None:
    assert amount(text) is None


def test_containers_add_up_and_init_containers_count_by_their_largest() -> None:
    found = requests(
        yaml("""
    initContainers:
      - {name: i1, resources: {requests: {cpu: 2, memory: 1Gi}}}
      - {name: i2, resources: {requests: {cpu: 2, memory: 3Gi}}}
    containers:
      - {name: c1, resources: {requests: {cpu: 2, memory: 1Gi}}}
      - {name: c2, resources: {requests: {cpu: 1, memory: 1Gi}}}
    """)
    )
    assert found.amounts == {"cpu": 3000, "memory": 3 * GIB}  # the example in the source of v1.34


def test_sidecars_run_beside_everything_that_starts_after_them() -> None:
    found = requests(
        yaml("""
    initContainers:
      - {name: first, resources: {requests: {cpu: 5}}}
      - {name: side, restartPolicy: Always, resources: {requests: {cpu: 1}}}
      - {name: last, resources: {requests: {cpu: 4500m}}}
    containers:
      - {name: c, resources: {requests: {cpu: 2}}}
    """)
    )
    assert found.amounts == {"cpu": 5500}  # the last init container with the sidecar: more than 5, and than 2 + 1


def test_limits_stand_in_for_requests_and_overhead_comes_on_top() -> None:
    found = requests(
        yaml("""
    overhead: {cpu: 250m, memory: 120Mi}
    containers:
      - {name: c, resources: {limits: {cpu: 1, memory: 1Gi, nvidia.com/gpu: 2}, requests: {cpu: 500m}}}
    """)
    )
    assert found.amounts == {"cpu": 750, "memory": 1144 * MIB, "nvidia.com/gpu": 2}


def test_scores_count_a_default_for_every_container_that_requests_nothing_but_not_for_zero() -> None:
    found = requests(yaml("containers: [{name: a}, {name: b, resources: {requests: {cpu: 0, memory: 1Gi}}}]"))
    assert found.amounts == {"memory": GIB}
    assert found.scored == found.asked == (100, 200 * MIB + GIB)


def test_pod_level_requests_replace_those_of_containers_where_the_pod_is_placed() -> None:
    found = requests(
        yaml("""
    resources: {requests: {cpu: 2}, limits: {cpu: 3, memory: 4Gi, nvidia.com/gpu: 9}}
    containers: [{name: c, resources: {requests: {cpu: 100m}}}]
    """)
    )
    assert found.amounts == {"cpu": 2000, "memory": 4 * GIB}
    assert found.scored == (2000, 200 * MIB)
    assert found.asked == (100, 200 * MIB)


def test_what_does_not_fit_is_told_resource_by_resource() -> None:
    full = shape("containers: [{name: c, resources: {requests: {cpu: 9500m, memory: 9Gi}}}]")
    made = cluster([node("n0"), node("n1", extra={"nvidia.com/gpu": 4, "pods": 1})], (full, "n0"), (full, "n1"))
    wanted = shape("containers: [{name: c, resources: {requests: {cpu: 1, memory: 2Gi, nvidia.com/gpu: 1}}}]")
    assert open_to(made, wanted) == []
    assert why(made, wanted) == {
        "n0": "Insufficient cpu; Insufficient memory; Insufficient nvidia.com/gpu",
        "n1": "Too many pods; Insufficient cpu; Insufficient memory",
    }


def test_a_pod_that_requests_nothing_needs_only_room_for_a_pod() -> None:
    made = cluster([node("n0", cpu=0, memory=0), node("n1", extra={"pods": 0})])
    assert open_to(made, shape("containers: [{name: c}]")) == ["n0"]


def test_exactly_full_is_full_enough() -> None:
    made = cluster([node("n0", cpu=1000, memory=GIB)])
    assert open_to(made, shape()) == ["n0"]
    made.add(Pod("p", shape()), 0)
    assert open_to(made, shape()) == []
    made.remove(next(iter(made.placed)))
    assert open_to(made, shape()) == ["n0"]


def test_least_allocated_is_the_mean_of_what_stays_free() -> None:
    made = cluster([node("n0", cpu=4000, memory=8 * GIB), node("n1", cpu=3000, memory=3 * GIB)], profile=ONLY_LEAST)
    # n0: floor((75 + 87) / 2), n1: floor((66 + 66) / 2)
    assert totals(made, shape()) == {"n0": 81, "n1": 66}
    made.add(Pod("p", shape("containers: [{name: c}]")), 0)  # counts 100m and 200 MiB
    # of the cores 2900 of 4000 stay free, of the memory 6968 of 8192 MiB: 72 and 85
    assert totals(made, shape()) == {"n0": 78, "n1": 66}


def test_balance_is_half_the_difference_of_the_shares() -> None:
    made = cluster(
        [node("n0", cpu=2000, memory=10 * GIB), node("n1", cpu=10_000, memory=10 * GIB)], profile=ONLY_BALANCE
    )
    assert totals(made, shape()) == {"n0": 80, "n1": 100}  # 1 - |0.5 - 0.1| / 2, and none
    nothing = shape("containers: [{name: c}]")
    assert totals(made, nothing) == {"n0": 0, "n1": 0}


def test_balance_goes_by_real_requests_and_ignores_what_a_node_lacks() -> None:
    made = cluster([node("n0"), node("n1", memory=0)], profile=ONLY_BALANCE)
    cpu = shape("containers: [{name: c, resources: {requests: {cpu: 5}}}]")
    assert totals(made, cpu) == {"n0": 75, "n1": 100}


def test_version_1_20_balances_by_the_whole_difference_and_best_effort_too() -> None:
    old = V1_20._replace(taints=0, node_affinity=0, spread=0, pod_affinity=0, least_allocated=0, images=0)
    made = cluster([node("n0", cpu=2000), node("n1", cpu=1000)], profile=old)
    assert totals(made, shape()) == {"n0": 60, "n1": 0}  # n1 would be full
    nothing = shape("containers: [{name: c}]")
    assert totals(made, nothing) == {"n0": 96, "n1": 91}  # 1 - |0.05 - 0.0195|, 1 - |0.1 - 0.0195|
