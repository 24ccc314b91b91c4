"""What a repair costs, in points, so that gains can be compared: assumed, and printed with every repair.

One point is one edit of a manifest that is reviewed, rolled out and watched, about half a day; or about 150 dollars a
month for what runs from then on. Prices on demand that this rests on: about 0.04 dollars for an hour of a core (m7g.large in
2026: 0.0816 for two, https://www.factualminds.com/blog/amazon-ec2-on-demand-pricing-instance-families-2026/) and about 3
for an hour of an accelerator (H100 in 2026: 3 to 3.90, https://costnimbus.com/article/gpu-cost-management-ml-teams).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from hullmark.simulate.placement.shape import Node, Shape

EDIT = 1.0
CORE, ACCELERATOR = 0.2, 15.0
"""Points of a core and of an accelerator that run on: 30 and 2,200 dollars a month."""

Kind = Literal[
    "toleration",
    "spread",
    "budget",
    "replica",
    "copy",
    "image-cache",
    "local-weights",
    "shared-volume",
    "node-deletion",
    "node",
    "provider",
    "checkpoint",
    "checkpoint-place",
]
"""What can be changed."""


class Cost(NamedTuple):
    """Points and where they come from."""

    points: float
    because: str


COSTS: Mapping[Kind, Cost] = {
    "toleration": Cost(1, "one edit; pods move sooner when a node is only slow"),
    "spread": Cost(1, "one edit"),
    "budget": Cost(1, "one object"),
    "replica": Cost(1, "one edit, and what one more pod asks for"),
    "copy": Cost(8, "the application has to replicate its data, and one more pod and volume run"),
    "image-cache": Cost(2, "a DaemonSet that pulls the image ahead, and disk on every node"),
    "local-weights": Cost(3, "a job that keeps weights on the nodes' own disks, and the disks"),
    "shared-volume": Cost(3, "the data moves once, and storage of several zones costs twice as much"),
    "node-deletion": Cost(2, "something that is allowed to delete nodes"),
    "node": Cost(1, "one edit, and nodes that wait"),
    "provider": Cost(6, "a contract and keys, and answers of another model to be judged"),
    "checkpoint": Cost(1, "one edit"),
    "checkpoint-place": Cost(2, "one edit, and a volume or bucket for a few checkpoints"),
}
"""What every kind of repair costs without what it runs on."""


def of_pod(kind: Kind, shape: Shape) -> Cost:
    """The cost of a repair that runs one more pod."""
    return _with(COSTS[kind], shape.requests, 1)


def of_nodes(like: Node, number: int) -> Cost:
    """The cost of more nodes like one."""
    return _with(COSTS["node"], like.allocatable, number)


_DEVICES = ("nvidia.com/", "amd.com/", "habana.ai/", "google.com/tpu", "gpu.intel.com/", "aws.amazon.com/neuron")


def _with(cost: Cost, amounts: Mapping[str, int], number: int) -> Cost:
    cores = amounts.get("cpu", 0) / 1000 * number
    devices = sum(v for k, v in amounts.items() if k.startswith(_DEVICES)) * number
    told = [_count(amount, noun) for amount, noun in ((cores, "core"), (devices, "accelerator")) if amount]
    why = f"{cost.because} ({', '.join(told)})" if told else cost.because
    return Cost(cost.points + cores * CORE + devices * ACCELERATOR, why)


def _count(amount: float, noun: str) -> str:
    return f"{amount:g} {noun}" if amount == 1 else f"{amount:g} {noun}s"
