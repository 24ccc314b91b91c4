"""Spot nodes that go with a notice: time lines by hand, closed forms, and the same from all that simulate them."""

from __future__ import annotations

import numpy as np
import pytest
from staging import IMAGE, QUIET, named, plain, stage, topology, world
from test_events import CLAIM

from hullmark.model.rates import HOURS_PER_YEAR
from hullmark.simulate.availability import availability, hits
from hullmark.simulate.blast import Blast
from hullmark.simulate.overlap.estimate import plain as plainly
from hullmark.simulate.overlap.estimate import summed
from hullmark.simulate.overlap.solve import solve
from hullmark.simulate.overlap.states import dense, sparse, stratified
from hullmark.simulate.overlap.table import table
from hullmark.simulate.sequence.hazards import Calm, Coming, Outage
from hullmark.simulate.sequence.play import Play, Stage, play
from hullmark.simulate.sequence.spells import Spells

RATES = QUIET + ", cpu_node: {per_year: 0}, spot_node: {per_year: 20, repair: 10m}"
PER_YEAR, REPAIR = 20, 600.0
EVICTED = 58.5
"""Seconds from the death of a node of `on` until its pods are deleted: 1 s of grace, half a look, a look, 50 s tolerated."""

BUDGET = """\
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {{name: web}}
spec: {{{said}, selector: {{matchLabels: {{app: web}}}}}}
---
"""


def on(
    notice: str = "", kind: str = "self-managed", count: int = 3, zones: str = "a", more: str = "", **said: str
) -> str:
    """Spot nodes that hold one pod of `plain` each."""
    text = topology(count, zones, rates=RATES, tolerated="50", more=f", spot: true{notice}{more}", **said)
    return text.replace("cpu_node: {per_year: 87.66, repair: 10h}, ", "").replace(
        'version: "1.34"', f'kind: {kind}, version: "1.34"'
    )


def reclaims(one: Stage) -> list[Blast]:
    """The reclaims that somebody feels."""
    return [blast for blast in one.blasts if blast.failure.kind == "reclaim" and blast.impacts]


def first(one: Stage) -> list[tuple[float, float]]:
    """From when to when the pods of the first reclaim are away."""
    (impact,) = reclaims(one)[0].impacts
    return [(down, up) for _, down, up in impact.absences]


NOTICE = ", spotNotice: 2m"
SLOW = "terminationGracePeriodSeconds: 600"


@pytest.mark.parametrize(
    ("pods", "notice", "expected"),
    [
        # nobody heeds the notice: as in a crash
        ({}, ", spotNotice: none", [(0, EVICTED + IMAGE)]),
        # replaced as soon as it is evicted
        ({}, NOTICE, [(0, IMAGE)]),
        # however long it takes to end: what is cut off are its requests
        ({"more": SLOW}, NOTICE, [(0, IMAGE)]),
        # a name is free once its pod has ended
        ({"kind": "StatefulSet"}, NOTICE, [(0, 30 + IMAGE)]),
        # and not before the object of its node is gone, if the node goes first
        ({"kind": "StatefulSet", "more": SLOW}, NOTICE, [(0, 120 + 200 + 50 + IMAGE)]),
        ({"kind": "StatefulSet"}, ", spotNotice: 20s", [(0, 20 + 200 + 50 + IMAGE)]),
    ],
    ids=["crash", "evicted", "cut off", "stateful", "stateful and slow", "stateful and late"],
)
def test_a_notice_is_used(pods: dict[str, str], notice: str, expected: list[tuple[float, float]]) -> None:
    one = stage(plain(**pods), on=on(notice, deletes="200s"))  # type: ignore[arg-type]
    assert first(one) == [pytest.approx(each) for each in expected]


def test_a_kubelet_that_shuts_down_cuts_the_time_to_end_short() -> None:
    """GKE: 15 s of 30, whatever the pod asks for; another is made once it has ended, and no budget is asked."""
    for more in ("restartPolicy: Always", SLOW):
        for kind in ("Deployment", "StatefulSet"):
            web = plain(kind=kind, more=more) + BUDGET.format(said="minAvailable: 2")
            assert first(stage(web, on=on(kind="gke-regional"))) == [pytest.approx((0, 15 + IMAGE))]
    quick = plain(more="terminationGracePeriodSeconds: 5")
    assert first(stage(quick, on=on(kind="gke-regional"))) == [pytest.approx((0, 5 + IMAGE))]


def test_a_budget_that_allows_nothing_leaves_its_pods_to_crash() -> None:
    web = plain() + BUDGET.format(said="minAvailable: 2")
    assert first(stage(web, on=on(NOTICE))) == [pytest.approx((120, 120 + EVICTED + IMAGE))]


def test_a_budget_lets_one_go_after_the_other_has_come_back() -> None:
    """Two of four stand on a node; a new one takes half a minute, and has the image once the first of them came."""
    pairs = plain(replicas=4, cpu=2) + BUDGET.format(said="maxUnavailable: 1")
    grows = ", autoscale: {min: 2, max: 3, provisionMinutes: {p50: 0.5, p95: 0.5}}"
    assert first(stage(pairs, on=on(NOTICE, count=2, more=grows))) == [pytest.approx((0, 30 + IMAGE))]
    late = first(stage(pairs, on=on(", spotNotice: 20s", count=2, more=grows)))
    assert sorted(late) == [pytest.approx((0, 30 + IMAGE)), pytest.approx((20, 20 + EVICTED))]
    free = first(stage(pairs.partition("---\n")[0], on=on(NOTICE, count=2, more=grows)))
    assert free == [pytest.approx((0, 30 + IMAGE))] * 2


def test_the_last_one_serves_until_its_pre_stop_is_over() -> None:
    """kube-proxy asks pods that are ending where there are no others, from Kubernetes 1.26 on."""
    lingering = "image: nginx, lifecycle: {preStop: {sleep: {seconds: 25}}}"
    web = plain(replicas=1).replace('image: "nginx:1.29"', lingering)
    late = on(NOTICE).replace("registry_GBps: 0.3", "registry_GBps: 0.01")  # 30 s for the image
    assert first(stage(web, on=late)) == [pytest.approx((25, 30))]
    assert first(stage(web, on=late.replace("1.34", "1.25"))) == [pytest.approx((0, 30))]
    assert not reclaims(stage(web, on=on(NOTICE)))  # another serves before it stops
    both = stage(web.replace("replicas: 1", "replicas: 2"), on=late)
    assert first(both) == [pytest.approx((0, 30))]  # the other one is asked


def test_a_volume_is_free_once_its_pod_has_ended_or_is_taken_by_force() -> None:
    held = plain(replicas=1, more="volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]")
    claim = CLAIM.replace(", namespace: ml", "")
    assert first(stage(held, claim, on=on(NOTICE))) == [pytest.approx((0, 30 + IMAGE))]
    assert first(stage(held, claim, on=on(", spotNotice: 20s"))) == [pytest.approx((0, 20 + 360 + IMAGE))]


def test_nobody_makes_a_bare_pod_again_before_a_node_is_there() -> None:
    bare = "apiVersion: v1\nkind: Pod\nmetadata: {name: one}\nspec: {containers: [{name: c, image: nginx}]}\n"
    assert first(stage(bare, on=on(NOTICE))) == [pytest.approx((0, 120 + REPAIR + IMAGE))]


CASES = {
    "deployment": plain(),
    "stateful": plain(kind="StatefulSet"),
    "slow": plain(kind="StatefulSet", more=SLOW),
    "held": plain() + BUDGET.format(said="minAvailable: 2"),
    "in turn": plain(replicas=4, cpu=1) + BUDGET.format(said="maxUnavailable: 1"),
    "alone": plain(replicas=1).replace(
        'image: "nginx:1.29"', "image: nginx, lifecycle: {preStop: {sleep: {seconds: 2}}}"
    ),
    "bare": "apiVersion: v1\nkind: Pod\nmetadata: {name: one}\nspec: {containers: [{name: c, image: nginx}]}\n",
    "full": plain(replicas=3),
    "volume": plain(replicas=1, more="volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]")
    + "---\n"
    + CLAIM.replace(", namespace: ml", ""),
}


@pytest.mark.parametrize("notice", [", spotNotice: none", NOTICE, ", spotNotice: 20s", "gke"])
@pytest.mark.parametrize("case", CASES)
def test_event_by_event_one_reclaim_does_what_it_does_by_itself(case: str, notice: str) -> None:
    where = on(kind="gke-regional") if notice == "gke" else on(notice)
    one = stage(CASES[case], on=where)
    hazards, played = named(one), world(one)
    for blast in one.blasts:
        if blast.failure.kind == "reclaim":
            hazard = hazards[f"reclaim of {blast.failure.name}"]
            played.run(Outage(0.0, hazard.hours * 3600, hazard), Coming(), Calm())
            found = sorted((a.down, a.up) for a in played.absences)
            alone = sorted((down, up) for impact in blast.impacts for _, down, up in impact.absences)
            assert found == [pytest.approx(each) for each in alone], blast.failure.name


def away(one: Stage, *said: tuple[str, float, float]) -> dict[str, list[tuple[float, float]]]:
    """Who is away when (seconds), with all that happens: hazards by their names, from when to when."""
    known, found = named(one), dict[str, list[tuple[float, float]]]()
    outages = [Outage(start, end, known[name]) for name, start, end in said]
    for absence in Spells(world(one)).course(outages).together:
        found.setdefault(absence.pod.name, []).append((absence.down, absence.up))
    return found


def hit(one: Stage) -> str:
    return reclaims(one)[0].failure.name


def test_nobody_is_evicted_while_the_control_plane_is_down() -> None:
    """From 1 min before the notice to 1 min after it; then the pod goes as if it were told then."""
    rates = RATES.replace("control_plane_self-managed: {per_year: 0}, ", "")
    one = stage(plain(), on=on(NOTICE).replace(RATES, rates))
    name = f"reclaim of {hit(one)}"
    assert away(one, ("control plane self-managed", 0, 120), (name, 60, 800)) == {"web-0": [pytest.approx((120, 121))]}
    late = away(one, ("control plane self-managed", 0, 200), (name, 60, 800))
    assert late == {"web-0": [pytest.approx((180, 200 + 50 + IMAGE))]}  # it crashes, and its taint comes late too


def test_a_node_that_dies_before_its_notice_is_over_takes_who_is_left() -> None:
    rates = RATES.replace("cpu_node: {per_year: 0}, ", "")
    slow = stage(plain(kind="StatefulSet", more=SLOW), on=on(NOTICE, deletes="200s").replace(RATES, rates))
    name = hit(slow)
    found = away(slow, (f"reclaim of {name}", 0, 720), (f"node {name}", 60, 3600))
    assert found == {"web-0": [pytest.approx((0, 60 + 200 + 50 + IMAGE))]}
    gone = stage(plain(), on=on(NOTICE).replace(RATES, rates))
    assert away(gone, (f"reclaim of {hit(gone)}", 0, 720), (f"node {hit(gone)}", 60, 3600)) == {
        "web-0": [pytest.approx((0, IMAGE))]
    }


def test_the_node_of_a_replacement_may_get_a_notice_too() -> None:
    one = stage(plain(replicas=1), on=on(NOTICE, count=2))
    first_, other = hit(one), next(h for h in named(one) if h.startswith("reclaim") and h != f"reclaim of {hit(one)}")
    found = away(one, (f"reclaim of {first_}", 0, 720), (other, 60, 780))
    assert found == {"web-0": [pytest.approx((0, IMAGE)), pytest.approx((60, 720 + IMAGE))]}  # onto the first machine


@pytest.mark.slow
@pytest.mark.parametrize("notice", [", spotNotice: none", NOTICE])
@pytest.mark.parametrize("linger", [0, 25])
def test_a_single_pod_misses_what_its_start_takes_beyond_its_pre_stop(notice: str, linger: int) -> None:
    """Rate times max(0, start - preStop), where another node has room; estimated, in closed form, and event by event."""
    text = (
        f"image: nginx, lifecycle: {{preStop: {{sleep: {{seconds: {max(linger, 1)}}}}}}}" if linger else "image: nginx"
    )
    web = plain(replicas=1).replace('image: "nginx:1.29"', text)
    one = stage(web, on=on(notice).replace("registry_GBps: 0.3", "registry_GBps: 0.01"))
    start = 30.0
    lost = max(0.0, start - linger) if notice == NOTICE else EVICTED + start
    share = PER_YEAR * lost / 3600 / HOURS_PER_YEAR
    (service,) = (impact.service for impact in reclaims(one)[0].impacts)
    (single,) = availability(service, hits(one.blasts))
    (estimated,) = solve(one.system, one.network).answers
    record = play(one, Play(300)).records[0]
    assert single.unavailability == pytest.approx(share, rel=1e-3)
    assert estimated.unavailability == pytest.approx(share, rel=1e-3)
    assert record.sampling.low <= share <= record.sampling.high
    assert record.apart == pytest.approx(share, rel=0.05)


@pytest.mark.slow
@pytest.mark.parametrize("notice", [", spotNotice: none", NOTICE])
def test_every_estimator_says_so(notice: str) -> None:
    """A thousand reclaims a year, drawn in three ways."""
    text = on(notice).replace("spot_node: {per_year: 20", "spot_node: {per_year: 1000")
    one = stage(plain(replicas=1), on=text.replace("registry_GBps: 0.3", "registry_GBps: 0.01"))
    rate, lost = 1000 / HOURS_PER_YEAR / 3600, 30.0 if notice == NOTICE else EVICTED + 30
    cycle = 1 + rate * (REPAIR + (120 if notice == NOTICE else 0))  # a node that is broken is not taken again
    share, trials, arrays = rate * lost / cycle, 200_000, table(one.system)
    (row,) = (i for i, asked in enumerate(one.system.asked) if asked.name == "Deployment/web" and not asked.alone)
    exact = summed(arrays, stratified(arrays, np.random.default_rng(1), 20_000)).unavailability[row]
    assert exact == pytest.approx(share, rel=1e-3)
    for way in (sparse, dense):
        drawn = [plainly(arrays, way(arrays, np.random.default_rng(seed), trials))[row] for seed in range(4)]
        spread = np.sqrt(share * (1 - share) / trials)
        assert np.abs((np.mean(drawn) - exact) / (spread / 2)) < 4, way.__name__
