"""Versions of kube-scheduler: the weights of its scores and the rules that changed between them."""

from __future__ import annotations

from typing import NamedTuple


class Profile(NamedTuple):
    """What a version of the default scheduler profile does differently.

    Weights are those of ``pkg/scheduler/apis/config/v1/default_plugins.go`` (v1.34) and
    ``pkg/scheduler/algorithmprovider/registry.go`` (v1.20).
    """

    taints: int = 3
    node_affinity: int = 2
    spread: int = 2
    pod_affinity: int = 2
    least_allocated: int = 1
    balanced: int = 1
    images: int = 1
    modern: bool = True
    """False for the rules of v1.20: balance by all requests and for best-effort pods too, pod affinity normalised with
    zero, spread rounded down and without policies, minimum of domains or label keys, default spread only over labelled
    nodes."""


V1_34 = Profile()
V1_20 = Profile(taints=1, node_affinity=1, pod_affinity=1, modern=False)

MAX_SCORE = 100
"""``framework.MaxNodeScore``."""


def profile_of(version: str) -> Profile:
    """The profile of a Kubernetes version such as ``1.34``; versions between the two known follow the newer one."""
    numbers = version.lstrip("v").split(".")
    old = len(numbers) > 1 and numbers[0] == "1" and numbers[1].isdigit() and int(numbers[1]) < 21
    return V1_20 if old else V1_34


def nodes_to_score(nodes: int, percentage: int = 0) -> int:
    """How many feasible nodes are enough: all up to 100 nodes, then a share that falls from 50 to 5 percent.

    ``percentage`` is ``percentageOfNodesToScore``; 0 adapts to the size of the cluster
    (``numFeasibleNodesToFind`` in ``pkg/scheduler/schedule_one.go``).
    """
    if nodes < 100 or percentage >= 100:
        return nodes
    share = percentage or max(50 - nodes // 125, 5)
    return max(nodes * share // 100, 100)
