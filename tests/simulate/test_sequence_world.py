"""A cluster event by event, by hand: who is away from when to when as failures come on top of each other."""

from __future__ import annotations

import pytest
from staging import EVICTED, IMAGE, QUIET, named, plain, stage, topology, world

from hullmark.simulate.sequence.hazards import Calm, Hazard, Outage
from hullmark.simulate.sequence.play import Stage
from hullmark.simulate.sequence.spells import Spells
from hullmark.simulate.sequence.world import Coming

HOUR = 3600.0
MOVED = EVICTED + IMAGE


def happening(on: Stage, *said: tuple[str, float, float]) -> list[Outage]:
    """Outages by the names of their hazards, in hours."""
    known = named(on)
    return [Outage(start * HOUR, end * HOUR, known[name]) for name, start, end in said]


def away(on: Stage, *said: tuple[str, float, float]) -> dict[str, list[tuple[float, float]]]:
    """Who is away when (seconds), with all that happens."""
    found: dict[str, list[tuple[float, float]]] = {}
    for absence in Spells(world(on)).course(happening(on, *said)).together:
        found.setdefault(absence.pod.name, []).append((absence.down, absence.up))
    return found


def nodes(on: Stage) -> dict[str, str]:
    """The node of each pod before anything fails."""
    standing = on.standing
    placed = {pod.name: standing.cluster.placed[body] for pod, body in standing.body.items()}
    return {name: f"node {standing.cluster.nodes[node].name}" for name, node in placed.items()}


def spare(on: Stage) -> str:
    (free,) = {name for name in named(on) if name.startswith("node")} - set(nodes(on).values())
    return free


def test_one_failure_does_what_it_does_alone() -> None:
    one = stage(plain(), on=topology())
    (absences,) = away(one, (nodes(one)["web-0"], 0, 10)).values()
    assert absences == [(0.0, pytest.approx(MOVED))]


def test_a_second_failure_finds_no_room() -> None:
    one = stage(plain(), on=topology())
    first, second = nodes(one)["web-0"], nodes(one)["web-1"]
    found = away(one, (first, 0, 10), (second, 1, 20))
    assert found["web-0"] == [(0.0, pytest.approx(MOVED))]
    assert found["web-1"] == [(HOUR, pytest.approx(10 * HOUR))]  # onto the node that is mended first


def test_what_moved_is_hit_where_it_stands_now() -> None:
    one = stage(plain(), on=topology())
    first, free = nodes(one)["web-0"], spare(one)
    found = away(one, (first, 0, 10), (free, 1, 2))
    assert found["web-0"] == [(0.0, pytest.approx(MOVED)), (HOUR, pytest.approx(2 * HOUR))]
    assert "web-1" not in found
    assert away(one, (free, 0, 10)) == {}


def test_the_spare_node_may_be_the_one_that_is_broken() -> None:
    one = stage(plain(), on=topology())
    found = away(one, (spare(one), 0, 5), (nodes(one)["web-0"], 1, 10))
    assert found == {"web-0": [(HOUR, pytest.approx(5 * HOUR + IMAGE))]}


def test_after_a_spell_pods_stand_where_they_stood() -> None:
    one = stage(plain(), on=topology())
    first, free = nodes(one)["web-0"], spare(one)
    found = away(one, (first, 0, 1), (free, 3, 4))
    assert found == {"web-0": [(0.0, pytest.approx(MOVED))]}


def test_a_node_that_is_back_in_time_keeps_its_pods() -> None:
    one = stage(plain(), on=topology(tolerated="7200"))
    (absences,) = away(one, (nodes(one)["web-0"], 0, 1)).values()
    assert absences == [(0.0, pytest.approx(HOUR))]


def test_a_zone_that_loses_most_of_its_nodes_one_by_one_evicts_nothing() -> None:
    crowd = plain(replicas=5)
    one = stage(crowd, on=topology(count=10, zones="a, b", grace="3600"))
    mine = sorted(node for node in set(nodes(one).values()) if "-a-" in node)[:3]
    lost = [(node, hours, 10.0) for node, hours in zip(mine, (0.0, 0.1, 0.2), strict=True)]
    free = away(one, *lost[:2])
    assert all(up < 2 * HOUR for absences in free.values() for _, up in absences)
    if len(mine) == 3:
        frozen = away(one, *lost)
        assert [up for absences in frozen.values() for _, up in absences] == [10 * HOUR] * 3


def test_a_zone_takes_what_is_left_after_a_node() -> None:
    one = stage(plain(replicas=2), on=topology(count=4, zones="a, b", rates=QUIET.replace("zone: {per_year: 0}, ", "")))
    first = next(node for node in nodes(one).values() if "-a-" in node)
    found = away(one, (first, 0, 30), ("zone b", 1, 2))
    assert max(up for absences in found.values() for _, up in absences) < 2 * HOUR + 60


def test_stateful_pods_wait_and_come_back_with_the_object_deleted() -> None:
    waiting = stage(plain(kind="StatefulSet"), on=topology())
    (absences,) = away(waiting, (nodes(waiting)["web-0"], 0, 10)).values()
    assert absences == [(0.0, pytest.approx(10 * HOUR))]
    gone = stage(plain(kind="StatefulSet"), on=topology(deletes="60s"))
    (absences,) = away(gone, (nodes(gone)["web-0"], 0, 10)).values()
    assert absences == [(0.0, pytest.approx(60 + 50 + IMAGE))]


def test_nothing_is_decided_while_the_control_plane_is_down() -> None:
    one = stage(plain(), on=topology(rates=QUIET.replace("control_plane_self-managed: {per_year: 0}, ", "")))
    plane, first = "control plane self-managed", nodes(one)["web-0"]
    found = away(one, (plane, 0, 2), (first, 1, 10))
    assert found == {"web-0": [(HOUR, pytest.approx(2 * HOUR + IMAGE))]}
    crowded = away(one, (plane, 0, 2), (first, 1, 10), (spare(one), 1.5, 1.6))
    assert crowded == {"web-0": [(HOUR, pytest.approx(2 * HOUR + IMAGE))]}
    assert away(one, (plane, 0, 2)) == {}


def test_what_starts_from_a_registry_waits_for_it() -> None:
    one = stage(plain(), on=topology(rates=QUIET.replace(", registry: {per_year: 0}", "")))
    found = away(one, (nodes(one)["web-0"], 0, 10), ("provider image registries", 0.0001, 3))
    assert found == {"web-0": [(0.0, pytest.approx(3 * HOUR + IMAGE))]}


def test_the_more_important_takes_what_is_left() -> None:
    ranked = "apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: high}\nvalue: 1000\n"
    one = stage(
        ranked,
        plain("low", 1),
        plain("high", 1, more="priorityClassName: high"),
        on=topology(count=3),
    )
    at = nodes(one)
    found = away(one, (spare(one), 0, 10), (at["high-0"], 1, 5))
    assert found["high-0"] == [(HOUR, pytest.approx(HOUR + MOVED))]
    assert found["low-0"] == [(pytest.approx(HOUR + EVICTED), pytest.approx(5 * HOUR + IMAGE))]


def test_every_single_failure_is_as_the_table_of_failures_says() -> None:
    one = stage(
        plain("web", 4, 1), plain("db", 2, 2, "StatefulSet"), on=topology(4, "a, b", rates="region: {per_year: 0}")
    )
    spells, seen = Spells(world(one)), 0
    by_failure = {hazard.failure: hazard for hazard in named(one).values()}
    for blast in one.blasts:
        hazard = by_failure.get(blast.failure)
        if hazard is None or not hazard.takes or blast.failure.repair is None:
            continue
        expected = {
            impact.service.member.pods[number]: (down, up)
            for impact in blast.impacts
            for number, down, up in impact.absences
        }
        found = {a.pod: (a.down, a.up) for a in spells.alone(hazard, blast.failure.repair)}
        assert found.keys() == expected.keys()
        assert all(found[pod] == pytest.approx(expected[pod]) for pod in found)
        seen += len(found)
    assert seen > 10


@pytest.mark.parametrize("lasting", [5.0, 8.0, 9.0, 11.0, 70.0, 111.0, 500.0, 36_000.0])
def test_what_is_looked_up_is_what_would_be_simulated(lasting: float) -> None:
    one = stage(plain("web", 2, 2), plain("db", 2, 2, "StatefulSet"), on=topology(4, "a, b", deletes="60s"))
    looked, fresh = Spells(world(one)), world(one)
    for hazard in named(one).values():
        looked.alone(hazard, 3 * lasting), looked.alone(hazard, 0.7 * lasting)  # what is kept is of other lengths
        seen = sorted((a.pod.name, a.down, a.up) for a in looked.alone(hazard, lasting))
        simulated = fresh.run(Outage(0.0, lasting, hazard), Coming(), Calm())
        assert seen == [
            (name, pytest.approx(down), pytest.approx(up))
            for name, down, up in sorted((a.pod.name, a.down, a.up) for a in simulated)
        ]


def test_calm_joins_outages_and_finds_their_end() -> None:
    hold = Hazard("h", 1.0, 1.0, holds=frozenset({"a"}))
    calm = Calm([Outage(1.0, 3.0, hold), Outage(2.0, 5.0, hold), Outage(9.0, 10.0, hold)])
    assert [calm.after("a", time) for time in (0.0, 1.0, 4.0, 5.0, 9.5, 20.0)] == [0.0, 5.0, 5.0, 5.0, 10.0, 20.0]
    assert calm.after("b", 2.0) == 2.0
    assert calm.back("a", 2.0, 3.0) == 6.0
    assert calm.back("a", 7.0, 9.5) == 10.0
