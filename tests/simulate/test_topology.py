"""Topologies: what a file says, what is wrong with it and where, and those that are made up."""

from __future__ import annotations

import json
from datetime import date
from importlib.resources import files
from typing import Any

import jsonschema_rs
import pytest
from building import architecture

from hullmark.model.errors import HullmarkError
from hullmark.simulate.placement.shape import HOSTNAME, REGION, ZONE, Taint
from hullmark.simulate.pool import GIB, Autoscale
from hullmark.simulate.reprieve import AT_ONCE, Reprieve
from hullmark.simulate.topology import ControlPlane, Objective, Topology, of_nodes, read
from hullmark.text.source import Source
from hullmark.text.yaml import read as read_yaml

FULL = """\
regions: [{name: r1, zones: [a, b, c]}, {name: r2, zones: [d]}]
pools:
  - name: gpu
    zone: [a, b]
    count: 3
    instance: p5.48xlarge
    cpu: 192
    memGiB: 2048
    gpu: 8
    resources: {vpc.amazonaws.com/efa: 32}
    labels: {tier: fast, node-role.kubernetes.io/edge: ""}
    taints: [{key: nvidia.com/gpu, value: present, effect: NoSchedule}]
    spot: true
    spotNotice: 90s
    autoscale: {min: 2, max: 10, provisionMinutes: {p50: 6, p95: 20}}
    gpuDomain: rack
    gpuHourPrice: 2.5
  - {name: cpu, cpu: 15.5, memGiB: 60, count: 4, pods: 58}
control_plane: {kind: eks, version: "1.30", node_monitor_grace_s: 40, default_toleration_s: 30, deletes_dead_nodes_after: never}
bandwidth: {registry_GBps: 0.5, modelstore_GBps: 1.1, shared_GBps: 20}
third_parties: {openai: {failures: llm_api, region: us}}
slos: [{journey: chat, target: 99.9, window: 30d, min_capacity: 0.7}]
rates: {gpu_node: {events: 3, exposure: 400d, repair: 2h}}
runs: {tune: {days: 54, start: 2026-12-01, step: 4.2s, dump: 10s, restart: 10m}}
currency: EUR
"""
LEAST = "regions: [{name: r, zones: [a]}]\npools: [{name: p, cpu: 4, memGiB: 16}]\n"
FAILURES = ("llm_api", "third_party_api")


def topology(text: str) -> Topology:
    return read(Source("topology.yaml", text), FAILURES)


def test_everything_that_can_be_said() -> None:
    found = topology(FULL)
    assert found.regions == {"r1": ("a", "b", "c"), "r2": ("d",)}
    assert found.zones == ("a", "b", "c", "d")
    gpu, cpu = found.pools
    assert [n.name for n in gpu.nodes] == ["gpu-a-0", "gpu-b-0", "gpu-a-1"]
    assert [n.zone for n in cpu.nodes] == ["a", "b", "c", "d"]
    first = gpu.nodes[0]
    assert first.allocatable == {
        "cpu": 192_000,
        "memory": 2048 * GIB,
        "pods": 110,
        "nvidia.com/gpu": 8,
        "vpc.amazonaws.com/efa": 32,
    }
    assert first.labels == {
        HOSTNAME: "gpu-a-0",
        ZONE: "a",
        REGION: "r1",
        "kubernetes.io/os": "linux",
        "tier": "fast",
        "node-role.kubernetes.io/edge": "",
        "hullmark.dev/pool": "gpu",
        "node.kubernetes.io/instance-type": "p5.48xlarge",
    }
    assert first.taints == (Taint("nvidia.com/gpu", "present", "NoSchedule"),)
    assert (gpu.reprieve, cpu.reprieve) == (Reprieve(90.0), AT_ONCE)
    assert (gpu.spot, gpu.gpu_domain, gpu.autoscale) == (True, "rack", Autoscale(2, 10, 360, 1200))
    assert cpu.nodes[0].allocatable == {"cpu": 15_500, "memory": 60 * GIB, "pods": 58}
    assert found.control_plane == ControlPlane("eks", "1.30", 40.0, 30.0, None)
    assert (found.bandwidth.registry, found.bandwidth.models, found.bandwidth.shared) == (0.5, 1.1, 20.0)
    assert [(t.name, t.failures, t.region) for t in found.third_parties] == [("openai", "llm_api", "us")]
    assert found.objectives == (Objective("chat", 0.999, 30 * 86_400, found.objectives[0].place, 0.7),)
    assert len(found.assumptions) == 1
    assert (gpu.price, cpu.price, found.currency) == (2.5, None, "EUR")
    run = found.runs["tune"]
    assert (run.days, run.start) == (54, date(2026, 12, 1))
    assert (run.step, run.dump, run.restart) == pytest.approx((4.2 / 3600, 10 / 3600, 1 / 6))


def test_what_is_not_said_is_assumed_and_told() -> None:
    found = topology(LEAST)
    assert [n.name for n in found.nodes] == ["p-a-0"]
    assert found.control_plane == ControlPlane("self-managed", "1.34", None, 300.0, 300.0)
    assert len(found.assumptions) == 3


@pytest.mark.parametrize(
    ("kind", "notice", "word"),
    [
        ("eks", Reprieve(120.0), "managed node groups do so"),
        ("gke-autopilot", Reprieve(15.0, evicts=False), "30 s of notice"),
        ("aks", Reprieve(30.0), "node auto-drain does so"),
        ("self-managed", AT_ONCE, "nothing says who would do so"),
    ],
)
def test_the_cloud_tells_the_notice_of_spot_nodes(kind: str, notice: Reprieve, word: str) -> None:
    plane = f"\ncontrol_plane: {{kind: {kind}}}"
    found = topology(POOL.format("spot: true") + plane)
    assert found.pools[0].reprieve == notice
    assert any("'p'" in text and word in text for text in found.assumptions)
    none = topology(POOL.format("spot: true, spotNotice: none") + plane)
    assert none.pools[0].reprieve == AT_ONCE
    assert not any(word in text for text in none.assumptions)
    own = topology(POOL.format("spot: true, spotNotice: 100s") + plane)
    assert own.pools[0].reprieve == Reprieve(100.0, notice.evicts)


@pytest.mark.parametrize(
    ("label", "notice"),
    [
        ("cloud.google.com/gke-spot: 'true'", Reprieve(15.0, evicts=False)),
        ("eks.amazonaws.com/capacityType: SPOT", Reprieve(120.0)),
        ("kubernetes.azure.com/scalesetpriority: spot", Reprieve(30.0)),
        ("karpenter.sh/capacity-type: spot", AT_ONCE),
    ],
)
def test_spot_nodes_are_told_by_their_labels(label: str, notice: Reprieve) -> None:
    text = (
        f"apiVersion: v1\nkind: Node\nmetadata: {{name: n, labels: {{{label}}}}}\nstatus: {{allocatable: {{cpu: 4}}}}"
    )
    found = of_nodes(architecture(text).resources)
    assert found is not None
    assert [(pool.spot, pool.reprieve) for pool in found.pools] == [(True, notice)]
    assert any("by their labels" in told for told in found.assumptions)


POOL = "regions: [{{name: r, zones: [a, b]}}]\npools:\n  - {{name: p, cpu: 4, memGiB: 16, {0}}}\n"
WRONG = {
    "pools: []": (1, "there are no regions"),
    "regions: []\npools: [{name: p}]": (1, "there are no regions"),
    "regions: [{name: r, zones: [a]}]": (1, "there are no pools"),
    "regions: [{name: r, zones: []}]\npools: []": (1, "has no zones"),
    "regions: [{name: r, zones: [a, a]}]\npools: []": (1, "'a' stands twice"),
    POOL.format("zone: [a, c]"): (3, "there is no zone 'c'"),
    POOL.format("count: 0"): (3, "'count' is 0"),
    POOL.format("count: 1.5"): (3, "'count' is 1.5"),
    POOL.format("count: '3'"): (3, "'count' is a number"),
    POOL.format("count: .inf"): (3, "JSON has no .inf"),
    POOL.format("gpu: -1"): (3, "'gpu' is -1"),
    POOL.format("gppu: 1"): (3, "unknown key 'gppu'"),
    POOL.format("taints: [{key: k, effect: Never}]"): (3, "'effect' has no value 'Never'"),
    POOL.format("autoscale: {min: 3, max: 9}"): (3, "the pool has 1 nodes, outside 3 to 9"),
    POOL.format("autoscale: {provisionMinutes: {p50: 9, p95: 3}}"): (3, "'p95' is 3, less than 'p50'"),
    POOL.format("gpuDomain: city"): (3, "'gpuDomain' has no value 'city'"),
    POOL.format("labels: [a]"): (3, "'labels' is a mapping"),
    LEAST.replace("zones: [a]", "zones: [a], rto: fast"): (1, "'rto' is no duration"),
    LEAST.replace("zones: [a]", "zones: [a], rpo: 15m"): (1, "a plan that says what is lost says when all is back"),
    POOL.format("spotNotice: 2m"): (3, "'spotNotice' is of spot pools"),
    POOL.format("spot: true, spotNotice: soon"): (3, "'spotNotice' is no duration"),
    POOL.format("spot: true, spotNotice: 2h"): (3, "no cloud gives more than an hour of notice"),
    POOL.format("spot: 1"): (3, "'spot' is neither true nor false"),
    LEAST + "  \n": (None, ""),
    "regions: [{name: r, zones: [a]}]\npools:\n  - {name: p, cpu: 4, memGiB: 1}\n  - {name: p, cpu: 4, memGiB: 1}": (
        4,
        "two pools 'p'",
    ),
    "regions: [{name: r, zones: [a]}]\npools: [{name: p, memGiB: 1}]": (2, "a pool has no 'cpu'"),
    "regions: [{name: r, zones: [a]}]\npools: [{name: p, cpu: -4, memGiB: 1}]": (2, "'cpu' is -4"),
    "regions: [{name: r, zones: [a]}]\npools: [{name: p, cpu: 1, memGiB: 1, count: 5000}, {name: q, cpu: 1, memGiB: 1}]": (
        2,
        "more than 5,000 nodes",
    ),
    LEAST + "slos:\n  - {journey: chat, target: 100}": (4, "'target' is 100 %: no error budget is left"),
    LEAST + "slos:\n  - {journey: chat, target: 0}": (4, "'target' is 0"),
    LEAST + "slos:\n  - {journey: chat, target: 101}": (4, "'target' is 101"),
    LEAST + "slos:\n  - {journey: chat}": (4, "has no 'target'"),
    LEAST + "slos:\n  - {target: 99}": (4, "has no 'journey'"),
    LEAST + "slos:\n  - {journey: chat, target: 99, window: month}": (4, "'window' is no duration"),
    LEAST + "slos:\n  - {journey: chat, target: 99, min_capacity: 0}": (4, "'min_capacity' is 0"),
    LEAST + "slos:\n  - ": (4, "an item of 'slos' is empty"),
    LEAST + "control_plane: {version: new}": (3, "'new' is no version"),
    LEAST + "control_plane: {version: 1.34}": (3, "'version' is not a string"),
    LEAST + "control_plane: {node_monitor_grace_s: -1}": (3, "'node_monitor_grace_s' is -1"),
    LEAST + "bandwidth: {registry_GBps: 0}": (3, "'registry_GBps' is 0"),
    LEAST + "third_parties: {x: {failures: llm_ap}}": (3, "'failures' has no value 'llm_ap'"),
    POOL.format("gpuHourPrice: -2"): (3, "'gpuHourPrice' is -2"),
    LEAST + "runs: {tune: {days: -1}}": (3, "'days' is -1"),
    LEAST + "runs: {tune: {step: 4}}": (3, "'step' is not a string"),
    LEAST + "runs: {tune: {start: soon}}": (3, "'start' is no day"),
    LEAST + "runs:\n  tune: {speed: 4s}": (4, "unknown key 'speed'"),
    LEAST + "---\na: 1": (4, "a topology is one document"),
    "- a": (1, "a topology is a mapping"),
    "": (1, "a topology is one document, and there is none in this file"),
    "a: [": (1, ""),
}


@pytest.mark.parametrize(
    "text", [t for t in WRONG if WRONG[t][1] or WRONG[t][0]], ids=lambda t: t.splitlines()[-1][:60] if t else "empty"
)
def test_mistakes_are_told_at_their_line(text: str) -> None:
    line, message = WRONG[text]
    with pytest.raises(HullmarkError) as caught:
        topology(text)
    assert message in caught.value.message
    if line is not None:
        assert caught.value.hint
        assert caught.value.place is not None
        assert caught.value.place.line == line


def schema() -> Any:
    return jsonschema_rs.validator_for(
        json.loads(files("hullmark.simulate").joinpath("topology.schema.json").read_text())
    )


def plain(text: str) -> Any:
    return json.loads(json.dumps(next(iter(read_yaml(Source("t", text)))).root))  # type: ignore[union-attr]


@pytest.mark.parametrize("text", [FULL, LEAST])
def test_the_schema_accepts_what_is_read(text: str) -> None:
    schema().validate(plain(text))


BEYOND_SCHEMA = (
    "stands twice",
    "no zone",
    "two pools",
    "outside",
    "less than",
    "more than 5,000",
    "no value 'llm_ap'",
    "one document",
    "JSON has",
    "is of spot pools",
    "than an hour of notice",
    "says when all is back",
)


@pytest.mark.parametrize(
    "text",
    [
        t
        for t, (_, m) in WRONG.items()
        if m and not any(b in m for b in BEYOND_SCHEMA) and m != "a topology is a mapping"
    ],
)
def test_the_schema_refuses_what_is_wrong(text: str) -> None:
    assert not schema().is_valid(plain(text))


NODES = """
apiVersion: v1
kind: Node
metadata:
  name: one
  labels: {topology.kubernetes.io/zone: z1, topology.kubernetes.io/region: r1, eks.amazonaws.com/nodegroup: gpu}
spec: {taints: [{key: k, effect: NoSchedule}]}
status: {allocatable: {cpu: 7910m, memory: 30Gi, pods: "58", nvidia.com/gpu: "1"}}
---
apiVersion: v1
kind: Node
metadata: {name: two}
status: {capacity: {cpu: "8", memory: 32Gi, pods: "110"}}
"""


def test_nodes_of_the_scan_are_a_topology() -> None:
    found = of_nodes(architecture(NODES).resources)
    assert found is not None
    assert found.regions == {"r1": ("z1",), "region": ("zone",)}
    assert [(p.name, [n.name for n in p.nodes]) for p in found.pools] == [("gpu", ["one"]), ("nodes", ["two"])]
    assert found.nodes[0].allocatable == {"cpu": 7910, "memory": 30 * GIB, "pods": 58, "nvidia.com/gpu": 1}
    assert found.nodes[1].allocatable["cpu"] == 8000
    assert "1 of them have no zone" in found.assumptions[1]
    assert of_nodes([]) is None
