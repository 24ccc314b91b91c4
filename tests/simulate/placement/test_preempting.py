"""Preemption, groups, and searches in large clusters."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from making import GIB, cluster, node, shape

from hullmark.model.selectors import EVERYTHING, Selector
from hullmark.simulate.placement.cluster import Cluster, interleaved
from hullmark.simulate.placement.decide import choose, feasible, sampled, why_pending
from hullmark.simulate.placement.gang import place, place_group, queued
from hullmark.simulate.placement.preempt import Candidate, guarded, preempt, preemption
from hullmark.simulate.placement.profile import nodes_to_score
from hullmark.simulate.placement.shape import Budget, Pod, Shape

TEN = "containers: [{name: c, resources: {requests: {cpu: 10}}}]"
FIVE = "containers: [{name: c, resources: {requests: {cpu: 5}}}]"


def sized(text: str, priority: int, labels: str = "app=a") -> Shape:
    return replace(shape(text, labels), priority=priority)


def filled(*pods: tuple[int, Pod], nodes: int = 2) -> Cluster:
    made = cluster([node(f"n{i}") for i in range(nodes)])
    for where, pod in pods:
        made.add(pod, where)
    return made


def victims(made: Cluster, pod: Pod, *budgets: Budget) -> list[tuple[int, list[str]]]:
    return [(c.node, [v.name for v in c.victims]) for c in preemption(made, pod, budgets).candidates]


def test_only_pods_of_lower_priority_go() -> None:
    made = filled((0, Pod("same", sized(TEN, 5))), (1, Pod("lower", sized(TEN, 4))))
    assert victims(made, Pod("in", sized(TEN, 5))) == [(1, ["lower"])]


def test_the_most_important_pods_are_reprieved_first() -> None:
    made = filled(
        *((0, Pod(name, sized(FIVE, priority), age)) for name, priority, age in (("old", 1, 1), ("young", 1, 2))),
        nodes=1,
    )
    assert victims(made, Pod("in", sized(FIVE, 9))) == [(0, ["young"])]
    made.remove(next(p for p in made.placed if p.name == "old"))
    made.add(Pod("important", sized(FIVE, 2), 3), 0)
    assert victims(made, Pod("in", sized(FIVE, 9))) == [(0, ["young"])]


def test_nodes_are_preferred_by_the_least_harm() -> None:
    wanted = Pod("in", sized(TEN, 9))
    lowest = filled((0, Pod("two", sized(TEN, 2))), (1, Pod("one", sized(TEN, 1))))
    assert victims(lowest, wanted) == [(1, ["one"])]
    fewest = filled((0, Pod("a", sized(FIVE, 1))), (0, Pod("b", sized(FIVE, 1))), (1, Pod("c", sized(TEN, 1))))
    assert victims(fewest, wanted) == [(1, ["c"])]
    youngest = filled((0, Pod("old", sized(TEN, 1), 1)), (1, Pod("young", sized(TEN, 1), 2)))
    assert victims(youngest, wanted) == [(1, ["young"])]
    equal = filled((0, Pod("x", sized(TEN, 1), 1)), (1, Pod("y", sized(TEN, 1), 1)))
    assert victims(equal, wanted) == [(0, ["x"]), (1, ["y"])]


def test_budgets_are_broken_last() -> None:
    guard = Budget("default", Selector((("app", "guarded"),)), 0)
    made = filled((0, Pod("guarded", sized(TEN, 1, "app=guarded"))), (1, Pod("free", sized(TEN, 8))))
    assert victims(made, Pod("in", sized(TEN, 9)), guard) == [(1, ["free"])]
    assert victims(made, Pod("in", sized(TEN, 9)), guard._replace(allowed=1)) == [(0, ["guarded"])]
    assert victims(made, Pod("in", sized(TEN, 9)), guard._replace(namespace="other")) == [(0, ["guarded"])]


def test_a_budget_is_used_up_and_one_that_asks_for_nothing_protects_nothing() -> None:
    pods = [Pod(f"p{i}", shape()) for i in range(3)]
    assert guarded(pods, [Budget("default", Selector((("app", "a"),)), 2)]) == ([pods[2]], pods[:2])
    assert guarded(pods, [Budget("default", EVERYTHING, 0)]) == ([], pods)


def test_what_cannot_help_is_said() -> None:
    made = filled((0, Pod("equal", sized(TEN, 9))))
    made.replace(node("n1", taints=["k:v:NoSchedule"]))
    first = "no new claims to deallocate, preemption: "
    available = "0/2 nodes are available: 1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling."
    assert preemption(made, Pod("in", sized(TEN, 9))) == ((), first + available)
    never = Pod("in", replace(sized(TEN, 99), preempts=False))
    assert preemption(made, never) == ((), f"{first}not eligible due to preemptionPolicy=Never.")
    assert preempt(made, never, (), Random(1)) is None


def test_a_dry_run_leaves_everything_as_it_was() -> None:
    low = Pod("low", sized(TEN, 1))
    made = filled((0, low), (1, Pod("high", sized(TEN, 9))))
    assert preempt(made, Pod("in", sized(TEN, 5)), (), Random(1)) == Candidate(0, (low,), 0)
    assert made.placed[low] == 0
    assert made.stocks[0].taken["cpu"] == 10_000


def test_pods_are_placed_until_nothing_fits_and_say_why() -> None:
    made = cluster([node("n0"), node("n1")])
    outcome = place(made, [Pod(f"p{i}", sized(FIVE, 0)) for i in range(6)], Random(1))
    assert [p.name for p in outcome.placed] == ["p0", "p1", "p2", "p3"]
    assert {p.name: w for p, w in outcome.pending.items()} == dict.fromkeys(
        ("p4", "p5"), "0/2 nodes are available: 2 Insufficient cpu."
    )


def test_the_queue_goes_by_priority_and_then_by_arrival() -> None:
    pods = [Pod("a", sized(FIVE, 0)), Pod("b", sized(FIVE, 9)), Pod("c", sized(FIVE, 0)), Pod("d", sized(FIVE, 9))]
    assert [p.name for p in queued(pods)] == ["b", "d", "a", "c"]


def test_a_group_is_placed_as_a_whole_or_not_at_all() -> None:
    made = cluster([node("n0"), node("n1")])
    assert len(place_group(made, [Pod(f"p{i}", sized(FIVE, 0)) for i in range(4)], Random(1)).placed) == 4
    made = cluster([node("n0"), node("n1")])
    outcome = place_group(made, [Pod(f"p{i}", sized(FIVE, 0)) for i in range(5)], Random(1))
    assert outcome.placed == ()
    words = "4 of 5 pods of the group fit: 0/2 nodes are available: 2 Insufficient cpu."
    assert set(outcome.pending.values()) == {words}
    assert made.placed == {}
    assert made.stocks[0].taken["cpu"] == made.stocks[1].taken["cpu"] == 0


def test_gated_pods_are_not_tried() -> None:
    made = cluster([node("n0")])
    gated = Pod("p", shape("schedulingGates: [{name: g}]"))
    assert feasible(made, gated) == []
    assert why_pending(made, gated) == "Scheduling is blocked due to non-empty scheduling gates"


def test_ties_are_decided_by_the_seed() -> None:
    made = cluster([node(f"n{i}") for i in range(8)])
    picked = {choose(made, Pod("p", shape()), Random(seed)) for seed in range(40)}
    assert picked == set(range(8))
    assert choose(made, Pod("p", shape()), Random(3)) == choose(made, Pod("p", shape()), Random(3))


def test_large_clusters_score_only_as_many_nodes_as_are_enough() -> None:
    assert [nodes_to_score(n) for n in (99, 100, 200, 1000, 5000, 6000)] == [99, 100, 100, 420, 500, 300]
    assert nodes_to_score(1000, 100) == 1000
    assert nodes_to_score(1000, 30) == 300


def test_the_search_goes_round_and_takes_zones_in_turn() -> None:
    nodes = [node(f"n{i}", f"z{i // 100}", cpu=64_000, memory=64 * GIB) for i in range(200)]
    assert interleaved(nodes)[:4] == [0, 100, 1, 101]
    made = cluster(nodes)
    first = sampled(made, list(range(200)))
    second = sampled(made, list(range(200)))
    assert len(first) == len(second) == 100
    assert sorted((*first, *second)) == list(range(200))
    assert sampled(made, list(range(50))) == list(range(50))
    everything = cluster(nodes, percentage=100)
    assert len(sampled(everything, list(range(200)))) == 200
