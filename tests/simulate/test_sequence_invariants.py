"""Whatever befalls a cluster: everyone comes back, nobody is away twice, and in the end all stands where it stood."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest
from staging import example, plain, topology, world
from staging import stage as staged

from hullmark.simulate.recovery import timers
from hullmark.simulate.sequence.hazards import Calm, Coming, Outage, hazards, history
from hullmark.simulate.sequence.play import Stage
from hullmark.simulate.sequence.spells import Spells
from hullmark.simulate.sequence.sweep import Sweep
from hullmark.simulate.sequence.world import Absence, World

pytestmark = pytest.mark.slow

SYSTEMS = ("rag-assistant", "fine-tuning-pipeline", "warehouse-vision", "batch-scoring")
MONTH = 30 * 86_400.0


class _Watched(World):
    """A world that nothing and nobody is missing from when a spell is over, and whose nodes never hold more than they can."""

    def run(self, first: Outage, coming: Coming, calm: Calm) -> list[Absence]:
        found = super().run(first, coming, calm)
        assert first.end == math.inf or not (self.away or self.active or +self.broken)
        return found

    def _step(self) -> None:
        super()._step()
        for node, stock in enumerate(self.standing.cluster.stocks):
            taken: dict[str, int] = {}
            for body in self.standing.cluster.on[node]:
                for name, amount in body.shape.requests.items():
                    taken[name] = taken.get(name, 0) + amount
            assert all(amount <= stock.capacity.get(name, 0) for name, amount in taken.items())
        assert len(set(self.standing.body.values())) == len(self.standing.body)


def check(one: Stage, faster: float, seed: int) -> int:
    """Play a month of failures that are so much more frequent; how many spells were crowded."""
    known = [
        replace(hazard, per_hour=hazard.per_hour * faster)
        for hazard in hazards(one.blasts, one.network, one.standing.topology.third_parties, one.system)
    ]
    standing = one.standing
    before = (
        dict(standing.cluster.placed),
        set(standing.cluster.gone),
        list(standing.cluster.nodes),
        dict(standing.body),
    )
    outages = history(known, MONTH, str(seed))
    course = Spells(_Watched(one.standing, timers(one.standing.topology.control_plane), one.starts)).course(outages)
    after = dict(standing.cluster.placed), set(standing.cluster.gone), list(standing.cluster.nodes), dict(standing.body)
    assert before == after
    by_pod: dict[object, list[Absence]] = {}
    for absence in course.together:
        assert max(absence.down, absence.sent) <= absence.up < math.inf
        assert absence.down <= absence.sent or absence.pod.name.startswith("linger")  # they go on serving after that
        by_pod.setdefault(absence.pod, []).append(absence)
    for absences in by_pod.values():
        ordered = sorted(absences, key=lambda absence: absence.down)
        assert all(one.up <= other.down for one, other in pairwise(ordered))
    for (_, end), (begin, _) in pairwise(course.spells):
        assert end <= begin
    sweep = Sweep(one.system, {pod: world(one).names[m] for pod, m in standing.member.items()})
    for spans in sweep.spans(course.together, outages, MONTH):
        assert all(0 <= down < up <= MONTH for down, up in spans)
        assert all(up < down for (_, up), (down, _) in pairwise(spans))
    return len(course.crowded)


@pytest.mark.parametrize("state", ["flawed", "corrected"])
@pytest.mark.parametrize("system", SYSTEMS)
def test_the_examples_survive_much_more_than_will_happen(
    monkeypatch: pytest.MonkeyPatch, system: str, state: str
) -> None:
    one = example(monkeypatch, system, state)
    assert sum(check(one, faster, seed) for seed in range(3) for faster in (20.0, 300.0)) > 5


MANY = """\
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: high}
value: 1000
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: low}
spec: {minAvailable: 2, selector: {matchLabels: {app: low}}}
"""
BARE = """\
apiVersion: v1
kind: Pod
metadata: {name: bare}
spec: {containers: [{name: c, image: "nginx:1.29", resources: {requests: {cpu: 1}}}]}
"""
GANG = """\
apiVersion: leaderworkerset.x-k8s.io/v1
kind: LeaderWorkerSet
metadata: {name: gang}
spec:
  replicas: 2
  leaderWorkerTemplate:
    size: 2
    workerTemplate:
      spec: {containers: [{name: c, image: "nginx:1.29", resources: {requests: {cpu: 1}}}]}
"""
RAY = """\
apiVersion: ray.io/v1
kind: RayCluster
metadata: {name: ray}
spec:
  headGroupSpec:
    template: {spec: {containers: [{name: head, image: "rayproject/ray:2.52.0", resources: {requests: {cpu: 1}}}]}}
  workerGroupSpecs:
    - groupName: w
      replicas: 3
      minReplicas: 3
      maxReplicas: 3
      template: {spec: {containers: [{name: w, image: "rayproject/ray:2.52.0", resources: {requests: {cpu: 1}}}]}}
"""
SPREAD = (
    "topologySpreadConstraints: [{topologyKey: topology.kubernetes.io/zone, maxSkew: 1, "
    "whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: even}}}]"
)


LINGERING = plain("linger", 1, 1).replace(
    'image: "nginx:1.29"', "image: nginx, lifecycle: {preStop: {sleep: {seconds: 9}}}"
)
DATA = """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
"""
HELD = plain("held", 1, 1, more="volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]")


@pytest.mark.parametrize("notice", ["", ", spot: true, spotNotice: 2m", ", spot: true, spotNotice: 20s", "gke-zonal"])
@pytest.mark.parametrize("seed", range(6))
def test_all_kinds_of_pods_survive_all_kinds_of_failures(seed: int, notice: str) -> None:
    random = Random(seed)
    manifests = (
        *(MANY, LINGERING, DATA, HELD),
        BARE,
        GANG,
        RAY,
        plain("low", 4, 1),
        plain("high", 3, 1, more="priorityClassName: high"),
        plain("kept", 2, 1, "StatefulSet"),
        plain("even", 3, 1, more=SPREAD),
    )
    grows = ", autoscale: {min: 6, max: 8, provisionMinutes: {p50: 5, p95: 15}}" if random.random() < 0.5 else ""
    grows += ", spot: true" if notice == "gke-zonal" else notice
    facts = {"deletes": random.choice(("never", "60s", "5m")), "more": grows, "tolerated": random.choice(("0", "300"))}
    on = topology(
        6,
        random.choice(("a", "a, b", "a, b, c")),
        30.0,
        "6h",
        "registry: {per_year: 50}, spot_node: {per_year: 60, repair: 10m}",
        **facts,
    )
    if notice == "gke-zonal":
        on = on.replace("control_plane: {", "control_plane: {kind: gke-zonal, ")
    one = staged(*manifests, on=on)
    assert sum(check(one, faster, seed) for faster in (1.0, 10.0, 60.0)) > 2
