"""What checks say, simulated: the pages' bad examples stop for as long as they say, and the good ones do not."""

from __future__ import annotations

import re
from importlib import import_module

import pytest
from building import architecture

from hullmark.checks.page import parse
from hullmark.simulate.blast import Impact
from hullmark.simulate.simulation import simulate
from hullmark.text.source import Source

TOPOLOGY = """\
regions: [{name: r, zones: [a, b, c]}]
pools: [{name: p, count: 6, cpu: 64, memGiB: 256, pods: 3}]
control_plane: {version: "1.34", deletes_dead_nodes_after: never}
rates: {cpu_node: {per_year: 1, repair: 9h}, zone: {per_year: 1, repair: 9h}}
"""
PAGES = "hullmark.checks.resilience."
CACHE = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: cache}
spec:
  selector: {matchLabels: {app: model-cache}}
  template:
    metadata: {labels: {app: model-cache}}
    spec: {containers: [{name: c, image: "redis:8"}]}
"""


def example(check: str, kind: str) -> str:
    """The first example of a kind on a check's page."""
    page = parse(import_module(PAGES + check.replace("-", "_")).__doc__ or "")
    return next(e.text for e in page.examples if e.kind == kind)


def worst(check: str, kind: str, scenario: str, *more: str) -> Impact | None:
    """What the worst failure of a scenario does to the example's service; None where it leaves it alone."""
    topology = Source("topology.yaml", TOPOLOGY)
    one = simulate(architecture(example(check, kind), *more), topology, scenario=scenario)
    hit = [i for b in one.blasts for i in b.impacts if i.service.member.workload.name != "cache"]
    return max(hit, key=lambda i: (i.lost, max(i.times)), default=None)


@pytest.mark.parametrize(
    ("check", "scenario", "bad", "good"),
    [
        ("frozen-zone-spread", "zone", (4, 6), (6, 6)),
        ("endless-toleration", "node", (1, 2), (2, 2)),
    ],
)
def test_replacements_stay_away(check: str, scenario: str, bad: tuple[int, int], good: tuple[int, int]) -> None:
    for kind, (after, pods) in (("bad", bad), ("good", good)):
        found = worst(check, kind, scenario)
        assert found is not None
        assert (found.after, found.service.pods) == (after, pods)


def test_two_members_are_needed_both() -> None:
    two, three = worst("fragile-quorum", "bad", "node"), worst("fragile-quorum", "good", "node")
    assert two is not None
    assert three is not None
    assert two.times[0] > 0
    assert three.times[0] == 0


def test_eviction_is_what_takes_so_long() -> None:
    slow, quick = worst("slow-eviction", "bad", "node"), worst("slow-eviction", "good", "node")
    assert slow is not None
    assert quick is not None
    assert slow.away - quick.away == pytest.approx(270, abs=5)


def test_one_zone_takes_all_of_them() -> None:
    bad = worst("single-zone-affinity", "bad", "zone", CACHE)
    assert bad is not None
    assert (bad.before, bad.service.pods) == (0, 3)


def test_a_bad_rollout_takes_what_no_probe_holds() -> None:
    bad = worst("missing-readiness-probe", "bad", "rollout")
    assert bad is not None
    assert bad.before == 0
    assert worst("missing-readiness-probe", "good", "rollout") is None


def test_what_hangs_waits_for_a_probe_or_for_somebody() -> None:
    bad, good = (worst("missing-liveness-probe", kind, "hang") for kind in ("bad", "good"))
    assert bad is not None
    assert good is not None
    assert bad.away > 3600
    assert good.away < 300


def test_a_stateful_pod_waits_for_its_node() -> None:
    stranded = worst("stranded-stateful-pod", "bad", "node")
    assert stranded is not None
    assert stranded.after == 0
    assert list(stranded.pending) == ["waits until its node is back, or somebody deletes the node's object"]


def test_a_certificate_that_is_not_renewed_takes_all_who_hold_it() -> None:
    stale = worst("stale-certificate", "bad", "certificate")
    assert stale is not None
    assert (stale.before, stale.away) == (0, pytest.approx(7200, abs=60))


@pytest.mark.parametrize(
    "check",
    [
        *("frozen-zone-spread", "fragile-quorum", "endless-toleration", "slow-eviction", "rare-checkpoint"),
        *("preemptible-inference", "single-zone-affinity", "missing-readiness-probe", "single-model-provider"),
        *("download-at-start", "unspread-replicas", "eviction-blocking-budget", "missing-disruption-budget"),
        "unganged-training",
        "stranded-stateful-pod",
        "stale-certificate",
        "missing-liveness-probe",
    ],
)
def test_pages_name_the_simulation_that_shows_it(check: str) -> None:
    assert re.search(r"`hullmark simulate PATH[^`]*`", import_module(PAGES + check.replace("-", "_")).__doc__ or "")
