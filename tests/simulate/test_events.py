"""Failures on request, and how many members of a store must stand: by hand."""

from __future__ import annotations

import json
import re
from importlib.resources import files

import pytest
from building import architecture

from hullmark.model.errors import HullmarkError
from hullmark.model.quorums import QUORUMS
from hullmark.model.rates import shipped
from hullmark.report import simulation_scenario
from hullmark.report.simulation_terms import KINDS
from hullmark.simulate.faults import Failure
from hullmark.simulate.scenarios import SCENARIOS, chosen
from hullmark.simulate.simulation import Simulation, simulate
from hullmark.text.source import Source

APP = """\
apiVersion: apps/v1
kind: KIND
metadata: {name: app, namespace: ml}
spec:
  replicas: COUNT
  selector: {matchLabels: {app: app}}
  MORE
  template:
    metadata: {labels: {app: app}}
    spec:
      containers:
        - {name: c, image: "IMAGE", resources: {requests: {cpu: 3, memory: 1Gi}, limits: {GPU}}, PROBE}
      volumes: [{name: tls, secret: {secretName: app-tls}}]
"""
TOPOLOGY = """\
regions: [{name: r, zones: [a, b]}]
pools: [{name: p, count: 4, cpu: 4, memGiB: 16, gpu: 8DOMAIN}]
bandwidth: {registry_GBps: 0.3, modelstore_GBps: 1}
"""
READY = "readinessProbe: {httpGet: {path: /, port: 80}}"


def app(**words: str | int) -> str:
    defaults: dict[str, str | int] = {
        "KIND": "Deployment",
        "COUNT": 4,
        "MORE": "minReadySeconds: 0",
        "IMAGE": "nginx:1.29",
    }
    text = APP
    for word, value in {**defaults, "PROBE": "stdin: false", "GPU": "memory: 1Gi", **words}.items():
        text = text.replace(word, str(value))
    return text


def simulated(*manifests: str, scenario: str = "", domain: str = "", rates: str = "") -> Simulation:
    on = Source("topology.yaml", TOPOLOGY.replace("DOMAIN", domain))
    return simulate(architecture(*manifests), on, Source("rates", rates) if rates else None, scenario=scenario)


@pytest.mark.parametrize(
    ("words", "serving"),
    [
        ({}, 0),
        ({"PROBE": READY}, 3),
        ({"PROBE": READY, "MORE": "strategy: {rollingUpdate: {maxUnavailable: 0}}"}, None),
        ({"PROBE": READY, "MORE": "strategy: {rollingUpdate: {maxUnavailable: 60%}}"}, 2),
        ({"PROBE": READY, "MORE": "strategy: {rollingUpdate: {maxUnavailable: 3}}"}, 1),
        ({"PROBE": READY, "MORE": "strategy: {type: Recreate}"}, 0),
        ({"PROBE": READY, "KIND": "StatefulSet"}, 3),
        ({"KIND": "StatefulSet"}, 0),
    ],
    ids=str,
)
def test_a_readiness_probe_holds_a_bad_rollout(words: dict[str, str], serving: int | None) -> None:
    """One that is missing lets it take all pods; it lasts the half hour until somebody rolls it back, and a second's pull."""
    one = simulated(app(**words), scenario="rollout=app")
    (blast,) = one.blasts
    found = [(impact.before, impact.away) for impact in blast.impacts]
    assert [before for before, _ in found] == ([] if serving is None else [serving])
    if found:
        assert found[0][1] == pytest.approx(1800, abs=6)
    assert (one.availabilities, one.trainings, one.drains) == ((), (), ())


def test_bad_rollouts_count_once_somebody_says_how_often() -> None:
    assert "bad rollouts" not in {b.failure.group for b in simulated(app()).blasts}
    own = simulated(app(), rates="bad_rollout: {per_year: 12, repair: 30m}")
    shares = [s for a in own.availabilities for s in a.shares if s.group == "bad rollouts"]
    assert len(shares) == 2  # without a readiness probe neither one pod nor all of them serve
    share = shares[0]
    assert share.per_year == pytest.approx(12)
    assert share.unavailability == pytest.approx(12 * 0.5 / 8766, rel=0.01)


def test_an_accelerator_takes_only_its_own_pods() -> None:
    whole, apart = (simulated(app(GPU="nvidia.com/gpu: 2"), domain=d) for d in ("", ", gpuDomain: device"))
    devices = [b for b in apart.blasts if b.failure.kind == "device"]
    assert len(devices) == 4
    assert not any(b.failure.kind == "device" for b in whole.blasts)
    for blast in devices:
        (impact,) = blast.impacts
        assert (impact.lost, impact.before) == (1, 3)
        assert blast.failure.rate is not None
        assert blast.failure.rate.per_hour == pytest.approx(2 * shipped()["gpu"].per_hour)
        assert impact.away == pytest.approx(3600, abs=60)
    both = [
        sum(b.failure.rate.per_hour for b in one.blasts if b.failure.kind == "node" and b.failure.rate)
        for one in (whole, apart)
    ]
    assert both[1] + 4 * 8 * shipped()["gpu"].per_hour == pytest.approx(both[0])  # nothing is counted twice


def test_a_crash_costs_the_back_off_and_a_start_without_an_image() -> None:
    one = simulated(app(IMAGE="vllm/vllm-openai:v0.11.0", GPU="nvidia.com/gpu: 1", PROBE=READY), scenario="crash")
    assert len(one.blasts) == 4
    for blast in one.blasts:
        (impact,) = blast.impacts
        assert (impact.lost, impact.before) == (1, 3)
        assert impact.away == pytest.approx(10 + 60 + 5)  # back-off, warm-up of the engine, half a period of the probe
    (single,) = (one := simulated(app(), scenario="crash=p-a-0")).blasts
    assert single.impacts
    assert "mended after 10 s (assumed)" in simulation_scenario.render([("x", one)], color=False)


def test_crashes_count_once_somebody_counted_them() -> None:
    assert not any(b.failure.kind == "crash" for b in simulated(app()).blasts)
    own = simulated(app(), rates="pod_crash: {per_year: 12}")
    shares = [s for a in own.availabilities for s in a.shares if s.group == "crashes of containers"]
    assert [s.per_year for s in shares] == [pytest.approx(4 * 12)]  # all of them are missing then, one is not
    assert shares[0].unavailability == pytest.approx(48 * 10 / 3600 / 8766, rel=0.01)


ELECTED = 'args: ["FLAG"]'


@pytest.mark.parametrize(
    ("flag", "stops"),
    [
        ("--leader-elect", True),
        ("--leader-elect=true", True),
        ("--ha-enable-leader-election", True),
        ("--leader-elect=false", False),
        ("--leader", False),
    ],
)
def test_who_leads_by_a_lease_stops_without_the_control_plane(flag: str, stops: bool) -> None:
    rates = "control_plane_self-managed: {per_year: 6, repair: 2h}"
    one = simulated(app(PROBE=ELECTED.replace("FLAG", flag)), rates=rates)
    (blast,) = (b for b in one.blasts if b.failure.kind == "control-plane")
    assert [(i.lost, i.before, round(i.away)) for i in blast.impacts] == ([(4, 0, 7200)] if stops else [])
    assert ("lead by a lease" in blast.failure.note) == stops
    shares = [s.unavailability for a in one.availabilities for s in a.shares if s.group == "control plane"]
    assert shares == ([pytest.approx(6 * 2 / 8766, rel=0.01)] * 2 if stops else [])


def test_a_plan_brings_a_region_back_before_it_is_mended() -> None:
    planned = TOPOLOGY.replace("zones: [a, b]", "zones: [a, b], rto: 90m, rpo: 15m").replace("DOMAIN", "")
    for text, hours in ((planned, 1.5), (TOPOLOGY.replace("DOMAIN", ""), 4)):
        one = simulate(architecture(app()), Source("topology.yaml", text))
        (blast,) = (b for b in one.blasts if b.failure.kind == "region")
        assert [(i.before, round(i.away)) for i in blast.impacts] == [(0, hours * 3600)]
        assert ("after 1.5 h, and at most 15 min of data" in blast.failure.note) == (hours == 1.5)


LIVE = "livenessProbe: {httpGet: {path: /, port: 80}, periodSeconds: 20, failureThreshold: 2"


@pytest.mark.parametrize(
    ("probes", "away", "words"),
    [
        # nobody notices for an hour; then the back-off and half a period of the readiness probe
        (READY, 3600 + 5, ["nobody starts it again before somebody notices", "keeps requests from it after 31 s"]),
        ("stdin: false", 3600, ["without a readiness probe its share of requests goes to it"]),
        # two periods and a second, the whole grace, the back-off
        (LIVE + "}", 41 + 30 + 10, ["notices after 41 s, and it is given 30 s to end"]),
        (LIVE + ", terminationGracePeriodSeconds: 3}, " + READY, 41 + 3 + 10 + 5, ["given 3 s", "after 31 s"]),
        (
            LIVE.replace("httpGet: {path: /, port: 80}", "tcpSocket: {port: 80}") + "}",
            3600,
            ["only opens a connection"],
        ),
    ],
    ids=["readiness", "none", "liveness", "its own grace", "connection"],
)
def test_what_hangs_is_away_until_a_liveness_probe_or_somebody_notices(
    probes: str, away: float, words: list[str]
) -> None:
    one = simulated(app(PROBE=probes), scenario="hang")
    assert len(one.blasts) == 4
    for blast in one.blasts:
        (impact,) = blast.impacts
        assert (impact.lost, impact.before) == (1, 3)
        assert impact.away == pytest.approx(away)
        assert all(word in blast.failure.note for word in words)


def test_hangs_count_once_somebody_counted_them() -> None:
    assert not any(b.failure.kind == "hang" for b in simulated(app()).blasts)
    for probes, lost in (("stdin: false", 7200), (LIVE + "}", 81)):
        own = simulated(app(PROBE=probes), rates="pod_hang: {per_year: 12, repair: 2h}")
        shares = [s for a in own.availabilities for s in a.shares if s.group == "containers that hang"]
        assert [s.per_year for s in shares] == [pytest.approx(4 * 12)]
        assert shares[0].unavailability == pytest.approx(48 * lost / 3600 / 8766, rel=0.01)


@pytest.mark.parametrize(
    ("words", "steps", "after"),
    [
        # not ready after 52.5 s, tainted 5 s later, the second node 10 s after the first; then 300 s, and no pods fit beside
        ({}, [(52.5, 2), (14_405.0, 4)], 2),
        # stays deleted until the zone is back, and starts then
        ({"KIND": "StatefulSet"}, [(52.5, 2), (14_405.0, 4)], 2),
        # tolerates it for ever: it never stops, and is asked again when the zone is back
        ({"MORE2": "tolerations: [{operator: Exists}]"}, [(52.5, 2), (14_400.0, 4)], 2),
    ],
    ids=["Deployment", "StatefulSet", "tolerated"],
)
def test_a_zone_that_is_cut_off_runs_on(words: dict[str, str], steps: list[tuple[float, int]], after: int) -> None:
    more = words.pop("MORE2", "")
    text = app(PROBE=READY, **words).replace(
        "    spec:\n      containers", f"    spec:\n      {more}\n      containers"
    )
    (blast,) = simulated(text, scenario="partition=a").blasts
    (impact,) = blast.impacts
    assert [(round(time), serving) for time, serving in impact.steps] == [(round(t), n) for t, n in steps]
    assert impact.after == after


def test_pods_of_a_zone_that_is_cut_off_are_replaced_elsewhere_unless_their_volume_is_held() -> None:
    small = app(COUNT=2).replace("cpu: 3", "cpu: 1")
    (blast,) = simulated(small, scenario="partition=a").blasts
    assert [(i.after, i.away < 400) for i in blast.impacts] == [(2, True)]
    held = app(COUNT=1).replace("secret: {secretName: app-tls}", "persistentVolumeClaim: {claimName: data}")
    cuts = [b for b in simulated(held, CLAIM, scenario="partition").blasts if b.impacts]
    assert [(i.after, list(i.pending)) for b in cuts for i in b.impacts] == [
        (0, ["waits until its node is back: it still holds the volume"])
    ]


CLAIM = """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, namespace: ml}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
"""


def test_all_spot_nodes_of_a_pool_in_a_zone_are_taken_at_once() -> None:
    more = ", spot: true, autoscale: {min: 4, max: 8}"
    (blast,) = simulated(app(), scenario="spot-reclaim=p/a", domain=more).blasts
    assert blast.failure.nodes == (0, 2)
    assert [(i.before, i.after) for i in blast.impacts] == [(2, 4)]  # the other zone grows
    (single,) = simulated(app(), scenario="spot-reclaim=p-a-0", domain=more).blasts
    assert [(i.before, i.after) for i in single.impacts] == [(3, 4)]
    held = ", spot: true, autoscale: {min: 4, max: 8}, zone: a"
    (none,) = simulated(app(), scenario="spot-reclaim=p/a", domain=held).blasts
    assert [(i.before, i.after) for i in none.impacts] == [(0, 0)]  # and this one cannot


def test_spot_nodes_that_are_taken_at_once_give_their_notice_at_once() -> None:
    """Of two pods that go a budget lets one; the other is still there when its node goes."""
    more = ", spot: true, spotNotice: 2m, autoscale: {min: 4, max: 8}"
    budget = BUDGET.replace("minAvailable: 3", "maxUnavailable: 1")
    (free,) = simulated(app(), scenario="spot-reclaim=p/a", domain=more).blasts
    (impact,) = free.impacts
    assert impact.steps == ((0, 2), (pytest.approx(impact.away), 4))  # provisioning
    (held,) = simulated(app(), budget, scenario="spot-reclaim=p/a", domain=more).blasts
    assert [(time, serving) for time, serving in held.impacts[0].steps][:2] == [(0, 3), (120, 2)]
    assert "pods are evicted 120 s before a node goes" in held.failure.note


def test_a_lemon_fails_ten_times_as_often() -> None:
    (blast,) = simulated(app(), scenario="lemon=p-a-0").blasts
    assert blast.failure.rate is not None
    assert blast.failure.rate.per_hour == pytest.approx(10 * shipped()["gpu_node"].per_hour)
    assert (blast.failure.rate.kind, blast.failure.nodes) == ("assumed", (0,))


CERTIFICATE = """\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: app, namespace: ml}
spec: {secretName: SECRET, MOREissuerRef: {name: ca}}
"""


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("", "valid 90 days, cert-manager's default, renewed 30 days before its end"),
        ("duration: 2160h0m0s, renewBefore: 360h, ", "valid 90 days, renewed 15 days before its end"),
        ("duration: 24h, ", "valid 1 days, renewed 0.333333 days before"),
    ],
)
def test_a_certificate_ends_for_all_who_mount_it(more: str, words: str) -> None:
    text = CERTIFICATE.replace("MORE", more).replace("SECRET", "app-tls")
    (blast,) = simulated(app(), text, scenario="certificate").blasts
    (impact,) = blast.impacts
    assert impact.before == 0
    assert words in blast.failure.note
    (other,) = simulated(
        app(), CERTIFICATE.replace("MORE", "").replace("SECRET", "other"), scenario="certificate"
    ).blasts
    assert not other.impacts


def test_a_stockout_keeps_autoscalers_from_adding_nodes() -> None:
    more = ", autoscale: {min: 4, max: 8}"
    grown, none = (simulated(app(), scenario=s, domain=more) for s in ("zone=a", "stockout=a"))
    assert [i.after for b in grown.blasts for i in b.impacts] == [4]  # the other zone grows
    assert [i.after for b in none.blasts for i in b.impacts] == [2]
    grown, none = (simulated(app(), scenario=s, domain=more) for s in ("node=p-a-0", "stockout=p-a-0"))
    assert [i.after for b in grown.blasts for i in b.impacts] == [4]
    assert [i.after for b in none.blasts for i in b.impacts] == [3]


def test_the_schema_of_results_knows_every_kind_of_failure() -> None:
    schema = json.loads(files("hullmark.report").joinpath("simulate.schema.json").read_text())
    kinds = re.findall(r'"kind": \{"enum": (\[[^\]]*"stockout"[^\]]*\])', json.dumps(schema))
    assert [set(json.loads(text)) for text in kinds] == [{s.kind for s in SCENARIOS.values()}]
    assert set(KINDS) == {s.kind for s in SCENARIOS.values()}


def test_every_scenario_can_be_asked_for() -> None:
    every = [Failure(s.kind, "x", "g", None) for s in SCENARIOS.values()]  # type: ignore[arg-type]
    for name, scenario in SCENARIOS.items():
        assert [f.kind for f in chosen(name, every)] == [scenario.kind]
        assert [f.kind for f in chosen(f"{name}=x", every)] == [scenario.kind]
        assert name in simulation_scenario.listing(80)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("nod", "there is no scenario 'nod'", "did you mean 'node'?"),
        ("", "there is no scenario ''", "known are"),
        ("node=p-a-9", "scenario 'node' has no target 'p-a-9'", "did you mean 'p-a-"),
        ("spot-reclaim", "nothing here that scenario 'spot-reclaim' could hit", "its target is a node"),
    ],
)
def test_what_cannot_be_asked_for_is_told(text: str, message: str, hint: str) -> None:
    one = simulated(app())
    with pytest.raises(HullmarkError) as caught:
        chosen(text, [b.failure for b in one.blasts])
    assert message in caught.value.message
    assert caught.value.hint is not None
    assert hint in caught.value.hint


def test_a_time_line_is_printed() -> None:
    one = simulated(app(), scenario="node=p-a-*")
    text = simulation_scenario.render([("x", one)], color=False)
    assert text.count("node p-a-") == 2
    assert "0 s: 3 of 4 serve" in text
    assert "times a year (published), mended after 24 h (assumed)" in text


BUDGET = """\
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: b, namespace: ml}
spec: {minAvailable: 3, selector: {matchLabels: {app: app}}}
"""
STORES = {
    "quay.io/coreos/etcd:v3.6.0": ("stdin: false", 3, 2),
    "zookeeper:3.9": ("stdin: false", 5, 3),
    "qdrant/qdrant:v1.15": ('env: [{name: QDRANT__CLUSTER__ENABLED, value: "true"}]', 3, 2),
    "semitechnologies/weaviate:1.30": ("env: [{name: RAFT_JOIN, value: weaviate-0}]", 4, 3),
    "confluentinc/cp-kafka:7.9": ('env: [{name: KAFKA_PROCESS_ROLES, value: "broker,controller"}]', 3, 2),
    "mongo:8": ("args: [--replSet, rs0]", 3, 2),
    "hashicorp/consul:1.21": ("args: [agent, -server]", 3, 2),
    "elasticsearch:9.1.0": ('env: [{name: cluster.initial_master_nodes, value: "e-0,e-1,e-2"}]', 3, 2),
    "opensearchproject/opensearch:3.3.0": (
        'env: [{name: cluster.initial_cluster_manager_nodes, value: "o-0,o-1"}]',
        2,
        2,
    ),
}


@pytest.mark.parametrize("image", STORES)
def test_most_members_of_a_store_must_stand(image: str) -> None:
    more, count, need = STORES[image]
    (service,) = simulated(
        app(KIND="StatefulSet", IMAGE=image, PROBE=more, COUNT=count).replace("cpu: 3", "cpu: 1")
    ).services
    assert [(n.name, n.pods) for n in service.needs] == [("needed", need)]
    assert f"most of its {count} members" in service.needs[0].because


@pytest.mark.parametrize(
    "image",
    ["qdrant/qdrant:v1.15", "semitechnologies/weaviate:1.30", "mongo:8", "apache/kafka:4", "example/etcd-backup:1"],
)
def test_stores_that_are_not_seen_to_be_clusters_have_no_quorum(image: str) -> None:
    (service,) = simulated(app(KIND="StatefulSet", IMAGE=image, COUNT=3)).services
    assert [n.name for n in service.needs] == ["alive", "full"]


def test_what_is_said_goes_before_the_majority() -> None:
    (service,) = simulated(app(KIND="StatefulSet", IMAGE="etcd:3", COUNT=3), BUDGET).services
    assert [n.pods for n in service.needs] == [3]


def test_every_row_has_a_source() -> None:
    assert all(row.source.startswith("https://") for row in QUORUMS)


RAY = """\
apiVersion: ray.io/v1
kind: KIND
metadata: {name: serve, namespace: ml, annotations: {ANNOTATION}}
spec:
  WRAP:
    OPTIONS
    headGroupSpec:
      rayStartParams: {}
      template: {spec: {containers: [{name: head, image: "rayproject/ray:2.52.0", resources: {requests: {cpu: 3, memory: 1Gi}}}]}}
    workerGroupSpecs:
      - groupName: w
        replicas: 2
        rayStartParams: {}
        template: {spec: {containers: [{name: w, image: "rayproject/ray:2.52.0", resources: {requests: {cpu: 3, memory: 1Gi}}}]}}
"""


@pytest.mark.parametrize(
    ("options", "annotation", "outlive"),
    [
        ("", "", False),
        ("gcsFaultToleranceOptions: {redisAddress: redis:6379}", "", True),
        ("", 'ray.io/ft-enabled: "true"', True),
    ],
)
def test_workers_of_ray_stop_with_a_head_that_forgets_them(options: str, annotation: str, outlive: bool) -> None:
    text = (
        RAY.replace("KIND", "RayService")
        .replace("WRAP", "rayClusterConfig")
        .replace("OPTIONS", options or "suspend: false")
    )
    one = simulated(text.replace("ANNOTATION", annotation), scenario="node")
    found = {
        tuple(sorted((i.service.member.podset.name, i.before) for i in b.impacts)) for b in one.blasts if b.impacts
    }
    heads = [dict(each) for each in found if "head" in dict(each)]
    assert len(heads) == 1
    assert len(heads[0]) == (1 if outlive else 2)
    if not outlive:
        assert set(heads[0].values()) == {0}
