"""Spot nodes that go with a notice: how long it is, who empties the node meanwhile, and how each of its pods goes.

What clouds do unless they are told otherwise, which a topology can say by ``spotNotice``:

* EKS: two minutes (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html), in which managed
  node groups drain the node (https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html#managed-node-group-capacity-types),
  and so does Karpenter with a queue of interruptions. Nodes that one manages oneself need a termination handler.
* GKE: 30 seconds, of which kubelet gives pods 15 and keeps the rest for those of the system
  (https://docs.cloud.google.com/kubernetes-engine/docs/concepts/spot-vms).
* AKS: at least 30 seconds (https://learn.microsoft.com/en-us/azure/virtual-machines/spot-vms), in which node auto-drain
  evicts pods without being set up (https://learn.microsoft.com/en-us/azure/aks/node-auto-drain).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Reprieve(NamedTuple):
    """So many ``seconds`` from the notice until a node goes, in which its pods end; without any, it goes as in a crash.

    Pods are evicted as far as disruption budgets let them, or without ``evicts`` ended by the node's own kubelet, which
    asks nobody, and after whose work they count as failed
    (https://kubernetes.io/docs/concepts/cluster-administration/node-shutdown/#graceful-node-shutdown).
    """

    seconds: float = 0.0
    evicts: bool = True

    @property
    def spoken(self) -> str:
        """What becomes of the pods of such a node."""
        if not self.seconds:
            return "a node goes without its pods being moved first"
        if self.evicts:
            return f"pods are evicted {self.seconds:g} s before a node goes, as far as disruption budgets let them"
        return (
            f"kubelet gives pods {self.seconds:g} s to end before a node goes; others take their place once they have"
        )


AT_ONCE = Reprieve()
"""No notice, or nobody who heeds it."""

_GKE = Reprieve(15.0, evicts=False)

REPRIEVES: Mapping[str, Reprieve] = {
    "eks": Reprieve(120.0),
    "gke-zonal": _GKE,
    "gke-regional": _GKE,
    "gke-autopilot": _GKE,
    "aks": Reprieve(30.0),
    "self-managed": AT_ONCE,
}
"""By the kind of control plane, what its nodes do where nobody says anything else."""

_WHY = {
    "eks": "managed node groups do so, and Karpenter with a queue of interruptions; 'spotNotice: none' where nothing does",
    "gke": "30 s of notice, of which pods of the system have the other half; 'spotNotice' where that is set otherwise",
    "aks": "node auto-drain does so; 'spotNotice: none' where it does not",
    "self": "nothing says who would do so; 'spotNotice: 2m' where something does",
}


def assumed(kind: str) -> str:
    """What is taken for granted of the spot nodes of a kind of control plane, and how to say otherwise."""
    return f"{REPRIEVES[kind].spoken} ({_WHY[kind.partition('-')[0]]})"


_LABELS = {
    ("cloud.google.com/gke-spot", "true"): "gke-zonal",
    ("cloud.google.com/gke-preemptible", "true"): "gke-zonal",
    ("eks.amazonaws.com/capacityType", "SPOT"): "eks",
    ("kubernetes.azure.com/scalesetpriority", "spot"): "aks",
    ("karpenter.sh/capacity-type", "spot"): "self-managed",
}
"""The labels of spot nodes, and what is taken for granted of them. Karpenter drains only where it was given a queue."""


def spot(labels: Mapping[str, str]) -> str | None:
    """The kind whose habits a node with these labels has if it is a spot node; None for others."""
    return next((kind for (label, value), kind in _LABELS.items() if labels.get(label) == value), None)
