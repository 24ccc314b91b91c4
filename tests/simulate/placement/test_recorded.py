"""Placement against what real schedulers decided (tests/data/README.md says how each recording was made)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import scheduler_fidelity as fidelity

from hullmark.model.selectors import Selector, label_selector
from hullmark.simulate.placement import affinity, nodes, reading, resources, spreading
from hullmark.simulate.placement import cluster as placement_cluster
from hullmark.simulate.placement.cluster import Cluster
from hullmark.simulate.placement.decide import feasible, rank, why_pending
from hullmark.simulate.placement.preempt import preemption
from hullmark.simulate.placement.shape import Budget, Pod, Shape, Taint
from hullmark.text.tree import Value, items

DATA = Path(__file__).parents[2] / "data"
DECISIONS = DATA / "scheduler-decisions.jsonl.gz"
FEATURES = DATA / "scheduler-features.jsonl.gz"
PREEMPTIONS = DATA / "scheduler-preemptions.jsonl.gz"


@cache
def recordings(file: Path) -> tuple[Value, ...]:
    return tuple(fidelity.recordings(file.read_bytes()))


def report(file: Path) -> fidelity.Report:
    found = fidelity.Report()
    for number, recording in enumerate(recordings(file)):
        fidelity.replay(recording, f"{file.name} {number}", found)
    return found


def differs(file: Path) -> bool:
    """Whether the model differs from the real scheduler anywhere in a recording."""
    for number, recording in enumerate(recordings(file)):
        found = fidelity.Report()
        fidelity.replay(recording, str(number), found)
        if not found.perfect:
            return True
    return False


@pytest.mark.parametrize(
    ("file", "decisions"), [(DECISIONS, 2_318), (FEATURES, 2_430)], ids=lambda x: getattr(x, "name", x)
)
def test_every_filter_and_every_choice_is_the_real_one(file: Path, decisions: int) -> None:
    found = report(file)
    assert found.mismatches == []
    assert found.perfect
    assert found.decisions == decisions


def asked(recording: Value) -> Iterator[tuple[Cluster, Pod, int]]:
    """Each question of a recording in the state of the real answers."""
    cluster = Cluster(
        [reading.node(n) for n in items(recording, "nodes")], namespaces=dict(fidelity._spaces(recording))
    )
    shapes: dict[str, Shape] = {}
    for number, (value, placed) in enumerate(zip(recording["pods"], recording["placed"], strict=True)):
        shape = shapes.setdefault(fidelity._alike(value), fidelity._shape(value, recording))
        pod = Pod(value["metadata"]["name"], shape, number)
        yield cluster, pod, number
        if placed is not None:
            cluster.add(pod, cluster.index[placed])


def test_every_score_and_every_reason_is_the_real_one() -> None:
    scored = pending = 0
    for recording in recordings(FEATURES):
        for cluster, pod, number in asked(recording):
            found = feasible(cluster, pod)
            if recording["placed"][number] is None:
                assert why_pending(cluster, pod) == recording["messages"][number]
                pending += 1
            elif len(found) > 1:
                ranking = rank(cluster, pod, found)
                names = [cluster.nodes[n].name for n in ranking.nodes]
                assert dict(zip(names, ranking.scores, strict=True)) == recording["scores"][number]
                scored += 1
    assert (scored, pending) == (1_158, 1_059)


def test_preemption_takes_the_real_node_and_the_real_victims() -> None:
    helped = helpless = 0
    for recording in recordings(PREEMPTIONS):
        budgets = [_budget(b) for b in recording["pdbs"]]
        seen: dict[str, Pod] = {}
        for cluster, pod, number in asked(recording):
            seen[f"{pod.namespace}/{pod.name}"] = pod
            real = recording["preempted"][number]
            if real is None:
                continue
            before = [dict(taken.taken) for taken in cluster.stocks], dict(cluster.placed)
            found = preemption(cluster, pod, budgets)
            assert ([dict(t.taken) for t in cluster.stocks], cluster.placed) == before, "a dry run changes nothing"
            if not real["node"]:
                assert found.message == real["message"]
                helpless += 1
                continue
            victims = [
                sorted(f"{v.namespace}/{v.name}" for v in c.victims)
                for c in found.candidates
                if cluster.nodes[c.node].name == real["node"]
            ]
            assert victims == [real["victims"]]
            for name in real["victims"]:
                cluster.remove(seen[name])
            cluster.add(pod, cluster.index[real["node"]])
            helped += 1
    assert (helped, helpless) == (43, 482)


def _budget(value: Value) -> Budget:
    selector = label_selector(value["spec"]["selector"])
    assert isinstance(selector, Selector)
    return Budget(value["metadata"]["namespace"], selector, value["status"]["disruptionsAllowed"])


def nothing(*_: object, **__: object) -> Any:
    return {}


Ablation = Callable[[pytest.MonkeyPatch], None]


def without(module: Any, name: str, instead: Any) -> Ablation:
    return lambda patch: patch.setattr(module, name, instead)


def seen_as(**changes: object) -> Ablation:
    """Pods whose shapes lack something."""
    import dataclasses

    original = reading.shape

    def poorer(*arguments: Any) -> Shape:
        return dataclasses.replace(original(*arguments), **changes)  # type: ignore[arg-type]

    return without(reading, "shape", poorer)


def no_memory(patch: pytest.MonkeyPatch) -> None:
    original = resources.Stock.holds

    def holds(self: resources.Stock, shape: Shape) -> bool:
        import dataclasses

        return original(
            self, dataclasses.replace(shape, requests={k: v for k, v in shape.requests.items() if k != "memory"})
        )

    patch.setattr(resources.Stock, "holds", holds)


def only_least_allocated(patch: pytest.MonkeyPatch) -> None:
    from hullmark.simulate.placement.profile import Profile

    bare = Profile(taints=0, node_affinity=0, spread=0, pod_affinity=0, balanced=0, images=0)
    original = Cluster.__init__

    def start(self: Cluster, made: Any, *_: Any, **more: Any) -> None:
        original(self, made, bare, **more)

    patch.setattr(Cluster, "__init__", start)


def soft_as_hard_only(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(spreading, "scores", lambda _c, _o, found, _p, **_: [0] * len(found))


def equal(_cluster: object, _pod: object, found: Any) -> Any:
    from hullmark.simulate.placement.decide import Ranking

    return Ranking(found, list(range(len(found), 0, -1)))


def anywhere(_cluster: object, _pod: object, found: Any) -> Any:
    from random import Random

    from hullmark.simulate.placement.decide import Ranking

    return Ranking(found, Random(len(found)).sample(range(len(found)), len(found)))


ABLATIONS: dict[str, Ablation] = {
    "all scores, any feasible": without(fidelity, "rank", anywhere),
    "all scores, first feasible": without(fidelity, "rank", equal),
    "least allocated only": only_least_allocated,
    "most allocated": without(resources, "least_allocated", lambda stock, shape: 100 - resources_least(stock, shape)),
    "balance": without(resources, "balanced", lambda *_: 0),
    "default spread": without(spreading, "defaults", lambda _: ()),
    "soft spread": soft_as_hard_only,
    "hard spread": without(spreading, "refused", nothing),
    "minimum of domains": without(spreading, "least", lambda _s, d, n, _p: min((n.get(x, 0) for x in d), default=0)),
    "preferred pod affinity": without(affinity, "scores", lambda *_: None),
    "preferred node affinity": without(nodes, "preferred", lambda *_: 0),
    "required node affinity": seen_as(required=None),
    "node selector": seen_as(node_selector=()),
    "own anti-affinity": without(affinity, "avoided", nothing),
    "anti-affinity of placed pods": without(affinity, "repelled", nothing),
    "required pod affinity": without(affinity, "attracted", nothing),
    "taints that repel": without(nodes, "untolerated", lambda *_: None),
    "taints that are disliked": without(nodes, "disliked", lambda *_: 0),
    "memory": no_memory,
}
"""The table of what may not be left out, each as the smallest change that leaves it out."""

resources_least = resources.least_allocated


FINER: dict[str, Ablation] = {
    "best-effort pods are not balanced": without(resources, "best_effort", lambda _: False),
    "spread policies": without(
        spreading,
        "eligible",
        lambda _c, outlook, labelled, _p: [a and b for a, b in zip(labelled, outlook.wanted, strict=True)],
    ),
    "host ports": seen_as(ports=frozenset()),
    "images": seen_as(images=()),
    "pod-level requests are not asked for": seen_as(asked=(100, 200 * 1024**2)),
    "labels of namespaces are forgotten": without(placement_cluster, "seen_without_labels", lambda peers: peers),
    "empty selectors count nothing": without(spreading, "EVERYTHING", None),
    "tolerated cordons": without(nodes, "CORDON", Taint("", "", "")),
}
"""Finer points that only the richer recording has."""


@pytest.mark.parametrize("ablation", ABLATIONS.values(), ids=ABLATIONS.keys())
def test_nothing_can_be_left_out(ablation: Ablation, monkeypatch: pytest.MonkeyPatch) -> None:
    ablation(monkeypatch)
    assert differs(DECISIONS)


@pytest.mark.parametrize("ablation", FINER.values(), ids=FINER.keys())
def test_no_finer_point_can_be_left_out(ablation: Ablation, monkeypatch: pytest.MonkeyPatch) -> None:
    ablation(monkeypatch)
    assert differs(FEATURES)
