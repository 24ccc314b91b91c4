"""Topologies that are too small: for one pod, or for all of them together."""

from __future__ import annotations

import pytest
from building import architecture
from staging import plain

from hullmark.model.errors import HullmarkError
from hullmark.simulate.holding import require
from hullmark.simulate.pods import fleet
from hullmark.simulate.simulation import Simulation, simulate
from hullmark.simulate.topology import larger, read
from hullmark.text.source import Source

POD = (
    "apiVersion: v1\nkind: Pod\nmetadata: {name: big}\nspec: {containers: [{name: c, resources: {requests: {cpu: 8}}}]}"
)
POOLS = "regions: [{{name: r, zones: [a]}}]\npools:\n  - {{name: p, cpu: {0}, memGiB: 16{1}}}\n"


def test_a_pod_that_is_larger_than_every_node_is_a_mistake_of_the_topology() -> None:
    found = fleet(architecture(POD))
    with pytest.raises(HullmarkError) as caught:
        require(read(Source("topology.yaml", POOLS.format(4, ""))), found)
    told = "no node is large enough for a pod of Pod 'big': 0/1 nodes are available: 1 Insufficient cpu."
    assert caught.value.message == told
    assert caught.value.place is not None
    assert caught.value.place.line == 3


def test_what_taints_keep_out_or_what_fits_is_none() -> None:
    found = fleet(architecture(POD))
    require(read(Source("topology.yaml", POOLS.format(8, ""))), found)
    require(read(Source("topology.yaml", POOLS.format(8, ", taints: [{key: k}]"))), found)


def test_a_pod_that_a_large_node_does_not_take_is_something_to_simulate() -> None:
    small = "  - {name: q, cpu: 4, memGiB: 16}\n"
    require(read(Source("t", POOLS.format(8, ", taints: [{key: k}]") + small)), fleet(architecture(POD)))


TRAINING = """\
apiVersion: jobset.x-k8s.io/v1alpha2
kind: JobSet
metadata: {name: train, labels: {kueue.x-k8s.io/queue-name: q}}
spec:
  replicatedJobs:
    - name: w
      replicas: 1
      template:
        spec:
          parallelism: 8
          completions: 8
          template:
            spec:
              containers:
                - {name: c, image: "pytorch/pytorch:2.8", command: [torchrun, train.py],
                   resources: {limits: {nvidia.com/gpu: 8}, requests: {cpu: 8, memory: 64Gi}}}
"""


def app(replicas: int, requests: str = "cpu: 3", more: str = "restartPolicy: Always", name: str = "web") -> str:
    return plain(name, replicas, requests=requests, more=more)


def on(*pools: str) -> str:
    return "regions: [{name: r, zones: [a, b, c]}]\npools:\n" + "".join(f"  - {{{pool}}}\n" for pool in pools)


def refused(topology: str, *manifests: str) -> HullmarkError:
    with pytest.raises(HullmarkError) as caught:
        simulate(architecture(*manifests), Source("topology.yaml", topology))
    assert caught.value.place is not None
    return caught.value


def simulated(topology: str, *manifests: str, crowded: bool = False) -> Simulation:
    return simulate(architecture(*manifests), Source("topology.yaml", topology), crowded=crowded)


SIX, GPUS = "name: p, count: 6, cpu: 4, memGiB: 16", "name: gpu, zone: [a, b], cpu: 100, memGiB: 900, gpu: 8"


def test_too_little_for_all_pods_together_is_told_at_the_size_of_the_pool() -> None:
    error = refused(on("name: q, count: 1, cpu: 1, memGiB: 16", SIX), app(9))
    assert error.message == (
        "the topology is too small: 3 pods stay pending "
        "(3 of Deployment/web: 0/7 nodes are available: 7 Insufficient cpu)"
    )
    assert "give pool 'p' 'count: 9' (3 more)" in error.hint
    assert error.place is not None
    assert tuple(error.place.source.position(error.place.span.start)) == (4, 22)


@pytest.mark.parametrize("count", [8, 9])
def test_the_nodes_that_are_asked_for_are_enough_and_one_less_is_not(count: int) -> None:
    topology = on(SIX.replace("count: 6", f"count: {count}"))
    if count == 9:
        assert not simulated(topology, app(9)).pending
    else:
        assert "1 pod stays pending" in refused(topology, app(9)).message


def test_autoscalers_count_with_all_they_may_add() -> None:
    grows = SIX.replace("count: 6", "count: 1") + ", autoscale: {max: %d}"
    assert not simulated(on(grows % 9), app(9)).pending
    error = refused(on(grows % 7), app(9))
    assert "let pool 'p' grow to 'max: 9' (2 more)" in error.hint
    assert error.place is not None
    assert error.place.source.text[error.place.span.start :].startswith("7}")


def test_a_group_that_starts_as_a_whole_waits_as_a_whole_and_lacks_what_its_last_pods_do() -> None:
    error = refused(on(SIX, GPUS + ", count: 3"), TRAINING)
    assert "8 pods stay pending (8 of JobSet/train: 3 of 8 pods of the group fit: 0/9 nodes" in error.message
    assert "'count: 8' (5 more)" in error.hint
    assert not simulated(on(SIX, GPUS + ", count: 8"), TRAINING).pending


def test_pods_per_node_are_room_too() -> None:
    error = refused(on("name: p, count: 2, cpu: 4, memGiB: 16, pods: 3"), app(10, "cpu: 1m"))
    assert "4 pods stay pending (4 of Deployment/web: 0/2 nodes are available: 2 Too many pods)" in error.message
    assert "'count: 4' (2 more)" in error.hint


def test_several_pools_are_told_together_and_words_of_three_workloads() -> None:
    many = [app(3, name=f"w{number}") for number in range(5)]
    error = refused(on(SIX.replace("6", "1"), GPUS + ", count: 3, taints: [{key: k}]"), *many)
    assert "14 pods stay pending (2 of Deployment/w0" in error.message
    assert "; and 2 more workloads)" in error.message
    both = refused(on(SIX, GPUS + ", count: 3"), app(200), TRAINING)
    assert "of pool" not in both.message
    assert both.hint.count("more)") == 2


ALONE = (
    "affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: "
    "[{labelSelector: {matchLabels: {app: web}}, topologyKey: kubernetes.io/hostname}]}}"
)
SPREAD = (
    "topologySpreadConstraints: [{maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: DoNotSchedule, "
    "minDomains: 9, labelSelector: {matchLabels: {app: web}}}]"
)


@pytest.mark.parametrize(
    ("manifest", "pools"),
    [
        (app(9, "cpu: 100m", ALONE), (SIX,)),
        (app(9, "cpu: 100m", SPREAD), (SIX,)),
        (app(2, more="nodeSelector: {nowhere: here}"), (SIX,)),
        (app(2), (SIX + ", taints: [{key: k}]",)),
        (app(9, "cpu: 3", ALONE), (SIX,)),
    ],
    ids=["anti-affinity", "spread", "selector", "taint", "full-and-anti-affinity"],
)
def test_what_else_keeps_pods_out_stays_an_answer(manifest: str, pools: tuple[str, ...]) -> None:
    assert simulated(on(*pools), manifest).pending


def test_what_more_nodes_do_not_help_is_told_without_a_number() -> None:
    daemon = app(0, "cpu: 2", name="agent").replace("Deployment", "DaemonSet").replace("  replicas: 0\n", "")
    error = refused(on(SIX), app(2), daemon)
    assert "2 pods stay pending" in error.message
    assert error.hint.startswith("give their nodes more room, or add a pool")
    assert error.place is not None
    assert error.place.line == 3


def test_who_wants_to_see_a_crowded_cluster_may() -> None:
    one = simulated(on(SIX), app(9), crowded=True)
    assert one.pending == {"Deployment/web": {"0/6 nodes are available: 6 Insufficient cpu.": 3}}


def test_node_objects_are_an_observation_and_no_mistake() -> None:
    node = "apiVersion: v1\nkind: Node\nmetadata: {name: n}\nstatus: {allocatable: {cpu: 4, memory: 16Gi, pods: '110'}}\n---\n"
    assert simulate(architecture(node, app(2))).pending


def test_larger_pools_are_those_that_a_larger_count_would_make() -> None:
    text = on("name: p, count: %d, cpu: 4, memGiB: 16" + ", labels: {tier: fast}", GPUS)
    small, large = (read(Source("t", text % count)) for count in (2, 5))
    shown = [(n.name, n.labels, n.allocatable, n.taints) for n in larger(small, {"p": 3}).nodes]
    assert shown == [(n.name, n.labels, n.allocatable, n.taints) for n in large.nodes]
