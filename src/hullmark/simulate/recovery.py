"""How long pods are away after a failure: detection, eviction, volumes, provisioning, images, models and warm-up.

All times are seconds from the failure. Kubernetes' own timers are constants, spread evenly over its monitor period where
the moment of the failure falls into it; pulls, provisioning and repair are lognormal. Rules and defaults:
``pkg/controller/nodelifecycle/node_lifecycle_controller.go`` and ``pkg/controller/nodelifecycle/config`` of Kubernetes,
and https://kubernetes.io/docs/concepts/architecture/nodes/#rate-limits-on-eviction.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from random import Random
from typing import NamedTuple

from hullmark.simulate.topology import ControlPlane

MONITOR_PERIOD = 5.0
"""``--node-monitor-period``: how often the controller looks at nodes; taints follow one look later."""

EVICTION_RATE = 0.1
"""``--node-eviction-rate``: nodes a second that are tainted in a zone, unless the zone is in trouble itself."""

SECONDARY_RATE = 0.01
"""``--secondary-node-eviction-rate``, for large zones in trouble."""

LARGE_ZONE = 50
"""``--large-cluster-size-threshold``: in trouble, zones of at most so many nodes evict nothing."""

UNHEALTHY_SHARE = 0.55
UNHEALTHY_NODES = 3
"""``--unhealthy-zone-threshold`` and the least number of nodes that puts a zone in trouble."""

FORCE_DETACH = 360.0
"""``maxWaitForUnmountDuration`` of the attach-detach controller
(https://github.com/kubernetes/kubernetes/issues/68086): a volume of a dead node is taken from it by force after this."""

POD_GC = 50.0
"""How long pods outlive the object of their node: 40 s of quarantine and up to 20 s until the collector looks
(``pkg/controller/podgc/gc_controller.go``)."""

CRASH_BACKOFF, LONGEST_BACKOFF = 10.0, 300.0
"""How kubelet delays restarts: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy."""

_P95 = 1.6448536269514722
"""The standard deviations from the median to the 95th percentile of a normal distribution."""


class Timers(NamedTuple):
    """The control plane's timers: until a silent node is not ready, tolerated then, and deleted (None: never)."""

    grace: float
    toleration: float
    deletes: float | None

    @property
    def not_ready(self) -> float:
        """When a dead node is found not ready, in the mean over the monitor period; its endpoints are withdrawn then."""
        return self.grace + MONITOR_PERIOD / 2

    @property
    def tainted(self) -> float:
        """When it gets the NoExecute taint."""
        return self.not_ready + MONITOR_PERIOD


def timers(plane: ControlPlane) -> Timers:
    """The timers of a control plane; nodes count as ready for 50 s from 1.32 and for 40 s before.

    The change is https://github.com/kubernetes/kubernetes/pull/126287.
    """
    grace = plane.grace if plane.grace is not None else 50.0 if minor(plane.version) >= 32 else 40.0
    return Timers(grace, plane.toleration, plane.deletes)


def minor(version: str) -> int:
    """The minor version of Kubernetes; a large number where it cannot be read."""
    parts = version.split(".")
    return int(parts[1]) if len(parts) > 1 and parts[0] == "1" and parts[1].isdigit() else 99


def eviction_rate(nodes: int, lost: int, *, elsewhere: bool) -> float:
    """How many nodes a second of a zone get the taint that evicts their pods; 0 for none.

    Args:
        nodes: the nodes of the zone.
        lost: those of them that are not ready.
        elsewhere: whether any node of another zone is ready. Where none is, nothing is evicted at all.
    """
    if lost >= nodes:
        return EVICTION_RATE if elsewhere else 0.0
    if lost >= UNHEALTHY_NODES and lost / nodes >= UNHEALTHY_SHARE:
        return SECONDARY_RATE if nodes > LARGE_ZONE else 0.0
    return EVICTION_RATE


def taint_times(clock: Timers, nodes: int, lost: int, *, elsewhere: bool = True) -> list[float]:
    """When each of the lost nodes of a zone is tainted, one after the other; empty when none ever is."""
    rate = eviction_rate(nodes, lost, elsewhere=elsewhere)
    return [clock.tainted + number / rate for number in range(lost)] if rate else []


def deletion(clock: Timers, tainted: float, *, own: float | None = None, forever: bool = False) -> float | None:
    """When the pods of a dead node are deleted; None for never.

    Args:
        clock: the control plane's timers.
        tainted: when the node got its taint.
        own: the toleration that the pods have themselves, seconds; the default when None.
        forever: whether they tolerate the taint without end: they go when the node does.
    """
    collected = collection(clock)
    if forever:
        return collected
    end = tainted + (clock.toleration if own is None else own)
    return end if collected is None else min(end, collected)


def collection(clock: Timers) -> float | None:
    """When the pods of a dead node are collected because its object is gone; None when it never goes."""
    return None if clock.deletes is None else max(clock.deletes, clock.not_ready) + POD_GC


def replacement(clock: Timers, deleted: float | None, *, stateful: bool) -> float | None:
    """When a replacement is created; None when only people can bring it about.

    A StatefulSet's pod is replaced when it is gone, and the pod of a dead node is not gone before the node's object is
    (https://kubernetes.io/docs/tasks/run-application/force-delete-stateful-set-pod/).
    """
    return collection(clock) if stateful else deleted


def backoff(restarts: int) -> float:
    """How long kubelet waits before it starts a container that has ended so many times."""
    return min(CRASH_BACKOFF * 2.0 ** min(restarts, 10), LONGEST_BACKOFF)


class Probe(NamedTuple):
    """A probe's numbers with Kubernetes' defaults."""

    delay: float = 0.0
    period: float = 10.0
    failures: int = 3
    timeout: float = 1.0

    @property
    def notices(self) -> float:
        """How long it takes to notice that a container hangs."""
        return self.period * self.failures + self.timeout


def pull(gigabytes: float, per_node: float, *, shared: float = 0.0, together: float = 0.0) -> float:
    """How long so many gigabytes take: at the node's own speed, or as all who start together share theirs.

    ``together`` are the gigabytes of all of them, ``shared`` what they share a second (0: no cap).
    """
    alone = gigabytes / per_node
    return max(alone, together / shared) if shared else alone


@dataclass(frozen=True)
class Recovery:
    """The phases between a failure and a pod that serves again, in seconds and in this order."""

    detect: float = 0.0
    evict: float = 0.0
    volume: float = 0.0
    place: float = 0.0
    provision: float = 0.0
    image: float = 0.0
    dependencies: float = 0.0
    model: float = 0.0
    warm: float = 0.0
    ready: float = 0.0

    @property
    def total(self) -> float:
        """Until it serves again."""
        return math.fsum(getattr(self, f.name) for f in fields(self))


class Start(NamedTuple):
    """What a pod does when it starts: gigabytes of image and model, seconds of warm-up and until it is found ready."""

    image: float = 0.0
    model: float = 0.0
    warm: float = 0.0
    ready: float = 0.0


class Speeds(NamedTuple):
    """Gigabytes a second, as in `hullmark.simulate.topology.Bandwidth`."""

    registry: float
    models: float
    shared: float = 0.0


def started(start: Start, speeds: Speeds, *, cached: bool = False, others: Sequence[Start] = ()) -> Recovery:
    """The phases from a scheduled pod on; ``others`` start at the same time, ``cached`` means the image is there."""
    everyone = (start, *others)
    image = 0.0 if cached else start.image
    return Recovery(
        image=pull(image, speeds.registry),
        model=pull(start.model, speeds.models, shared=speeds.shared, together=math.fsum(s.model for s in everyone)),
        warm=start.warm,
        ready=start.ready,
    )


@dataclass
class Arrivals:
    """When added nodes are there, and when images that are being fetched are, for those who wait for the same.

    Keys are indexes of nodes, and those with whatever tells images apart.
    """

    nodes: dict[int, float] = field(default_factory=dict)
    images: dict[tuple[int, object], float] = field(default_factory=dict)

    def wait(self, begun: Recovery, now: float, node: int, image: object, *, new: float) -> Recovery:
        """What a pod does that is placed ``now``; ``new`` is how long a node takes that is added for it."""
        if new:
            self.nodes[node] = now + new
        provision = max(self.nodes.get(node, now) - now, 0.0)
        there = self.images.setdefault((node, image), now + provision + begun.image)
        return replace(begun, provision=provision, image=max(there - now - provision, 0.0))

    def forget(self, node: int) -> None:
        """Another machine takes the place of a node."""
        self.images = {key: time for key, time in self.images.items() if key[0] != node}


def lognormal(median: float, late: float, random: Random) -> float:
    """A time whose median and 95th percentile are known."""
    return random.lognormvariate(math.log(median), math.log(late / median) / _P95)


def lognormal_mean(median: float, late: float) -> float:
    """Its mean: the median times e to half the variance."""
    return median * math.exp((math.log(late / median) / _P95) ** 2 / 2)
