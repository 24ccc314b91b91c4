"""Whatever was placed, taken away, marked or dropped before: answers are those of a cluster built afresh."""

from __future__ import annotations

from random import Random

import pytest
import scheduler_fidelity as fidelity
from test_recorded import FEATURES, asked, recordings

from hullmark.simulate.placement import reading
from hullmark.simulate.placement.cluster import Cluster
from hullmark.simulate.placement.decide import feasible, rank, refusals
from hullmark.simulate.placement.shape import Pod
from hullmark.text.tree import items

KEPT = 0.6


@pytest.mark.parametrize("number", range(0, 57, 4))
def test_answers_depend_on_what_is_there_and_not_on_how_it_came_about(number: int) -> None:
    random = Random(number)
    recording = recordings(FEATURES)[number]
    *_, (worn, _, _) = asked(recording)
    pods = list({p.shape: p for p in worn.placed}.values())
    wear(worn, random)
    lost = random.randrange(len(worn.nodes))
    for pod in list(worn.on[lost]):
        worn.remove(pod)
    nodes = [reading.node(n) for n in items(recording, "nodes")]
    spaces = dict(fidelity._spaces(recording))
    worn.drop(lost)
    without = rebuilt(worn, Cluster([n for i, n in enumerate(nodes) if i != lost], namespaces=spaces))
    assert [answers(worn, p) for p in pods] == [answers(without, p) for p in pods]
    worn.restore(lost)
    whole = rebuilt(worn, Cluster(nodes, namespaces=spaces))
    assert [answers(worn, p) for p in pods] == [answers(whole, p) for p in pods]


def wear(cluster: Cluster, random: Random) -> None:
    """Take pods away, put some back, and mark others as leaving."""
    for pod in list(cluster.placed):
        if random.random() > KEPT:
            node = cluster.remove(pod)
            if random.random() < 0.3:
                cluster.add(pod, node)
        elif random.random() < 0.2:
            cluster.leave(pod)


def rebuilt(worn: Cluster, fresh: Cluster) -> Cluster:
    """A new cluster with the same pods on the same nodes."""
    for pod, node in worn.placed.items():
        fresh.add(pod, fresh.index[worn.nodes[node].name])
        if pod in worn._leaving:
            fresh.leave(pod)
    return fresh


def answers(cluster: Cluster, pod: Pod) -> object:
    incoming = Pod("incoming", pod.shape)
    ranking = rank(cluster, incoming, feasible(cluster, incoming))
    names = [cluster.nodes[n].name for n in ranking.nodes]
    told = {cluster.nodes[n].name: sorted(r.reasons) for n, r in refusals(cluster, incoming).items()}
    return dict(zip(names, ranking.scores, strict=True)), told
