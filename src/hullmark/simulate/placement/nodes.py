"""What depends on a node and a pod alone: cordons, names, taints, node affinity and images.

Rules: ``nodeunschedulable``, ``nodename``, ``tainttoleration``, ``nodeaffinity`` and ``imagelocality`` below
``pkg/scheduler/framework/plugins``, and ``k8s.io/component-helpers/scheduling/corev1/nodeaffinity``.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from hullmark.simulate.placement.profile import MAX_SCORE
from hullmark.simulate.placement.shape import CORDON, Node, Shape, Taint, Toleration

WORDS_GONE = "gone"
WORDS_CORDON = "node(s) were unschedulable"
WORDS_NAME = "node(s) didn't match the requested node name"
WORDS_TAINT = "node(s) had untolerated taint(s)"
WORDS_CONFLICT = "pod affinity terms conflict"
WORDS_PLUGINS = "node(s) didn't satisfy plugin(s) [NodeAffinity]"
WORDS_AFFINITY = "node(s) didn't match Pod's node affinity/selector"

_MEGABYTE = 1024 * 1024
_SMALLEST_IMAGE = 23 * _MEGABYTE
_LARGEST_IMAGE = 1000 * _MEGABYTE


def untolerated(taints: Iterable[Taint], tolerations: Sequence[Toleration]) -> Taint | None:
    """The first taint that keeps a pod away."""
    return next((t for t in taints if t.repels and not any(o.tolerates(t) for o in tolerations)), None)


def disliked(node: Node, shape: Shape) -> int:
    """How many taints with ``PreferNoSchedule`` a pod does not tolerate."""
    own = [t for t in shape.tolerations if t.effect in ("", "PreferNoSchedule")]
    soft = (t for t in node.taints if t.effect == "PreferNoSchedule")
    return sum(not any(o.tolerates(t) for o in own) for t in soft)


def wanted(node: Node, shape: Shape) -> bool:
    """Whether a node satisfies the pod's node selector and required node affinity."""
    if any(node.labels.get(key) != value for key, value in shape.node_selector):
        return False
    return shape.required is None or any(node.matches(term) for term in shape.required)


def preferred(node: Node, shape: Shape) -> int:
    """The sum of the weights of preferred terms that a node satisfies."""
    return sum(weight for weight, term in shape.preferred if node.matches(term))


def named(shape: Shape) -> frozenset[str] | None:
    """The nodes that required node affinity names one by one; None when any term leaves the name open.

    The scheduler then looks at no others (``NodeAffinity.PreFilter``); none at all mean that the terms contradict
    themselves.
    """
    names: set[str] = set()
    for term in shape.required or ():
        picked = [set(r.values) for r in term if r.field and r.key == "metadata.name" and r.operator == "In"]
        if not picked:
            return None
        names |= set.intersection(*picked)
    return frozenset(names) if shape.required else None


def presence(nodes: Sequence[Node]) -> Counter[str]:
    """On how many nodes each image lies."""
    return Counter(image for node in nodes for image in node.images)


def images(node: Node, shape: Shape, spread: Counter[str], nodes: int) -> int:
    """The score of images that lie on a node already: their sizes, each by the share of nodes that have it."""
    total = 0
    for image in shape.images:
        size = node.images.get(image)
        if size is not None:
            total += int(size * (spread[image] / nodes))
    largest = _LARGEST_IMAGE * len(shape.images)
    return MAX_SCORE * (min(max(total, _SMALLEST_IMAGE), largest) - _SMALLEST_IMAGE) // (largest - _SMALLEST_IMAGE)


def image_name(name: str) -> str:
    """An image reference with its tag, as nodes list it."""
    return name if name.rfind(":") > name.rfind("/") else f"{name}:latest"


class Outlook:
    """How the nodes look to pods with the same demands on them; changed nodes are looked at again.

    ``refused`` has, for each node, the words that refuse it (None if nothing does); ``open`` the others in order.
    Nodes that are gone are neither wanted nor tolerated. ``nodes`` and ``gone`` are the cluster's own and change with it.
    """

    __slots__ = (
        *("_gone", "_nodes", "_shape"),
        *("disliked", "images", "open", "preferred", "refused", "tolerated", "wanted"),
    )

    def __init__(self, shape: Shape, nodes: Sequence[Node], gone: Collection[int]) -> None:
        self._shape, self._nodes, self._gone = shape, nodes, gone
        size = len(nodes)
        self.refused: list[str | None] = [None] * size
        self.wanted, self.tolerated = [True] * size, [True] * size
        self.disliked, self.preferred, self.images = [0] * size, [0] * size, [0] * size
        for index in range(size):
            self._look(index)
        self.open = [index for index, words in enumerate(self.refused) if words is None]

    def look(self, index: int) -> None:
        """Look at one node again."""
        before = self.refused[index] is None
        self._look(index)
        if before and self.refused[index] is not None:
            del self.open[bisect_left(self.open, index)]
        elif not before and self.refused[index] is None:
            insort(self.open, index)

    def weigh(self, spread: Counter[str], there: int) -> None:
        """Score the images anew, where ``spread`` says on how many of the nodes that are ``there`` each lies."""
        if not spread:
            self.images = [0] * len(self._nodes)
        elif self._shape.images:
            self.images = [images(node, self._shape, spread, there) for node in self._nodes]

    def _look(self, index: int) -> None:
        if index in self._gone:
            self.refused[index], self.wanted[index], self.tolerated[index] = WORDS_GONE, False, False
            return
        node, shape = self._nodes[index], self._shape
        taint = untolerated(node.taints, shape.tolerations) if node.taints else None
        self.tolerated[index] = taint is None
        self.wanted[index] = fits = wanted(node, shape)
        self.refused[index] = refusal(node, shape, taint, fits=fits)
        self.disliked[index] = disliked(node, shape) if node.taints else 0
        self.preferred[index] = preferred(node, shape) if shape.preferred else 0


def refusal(node: Node, shape: Shape, taint: Taint | None, *, fits: bool) -> str | None:
    """Why a node refuses a pod, in the order in which the scheduler asks; None when it does not."""
    if node.unschedulable and not any(t.tolerates(CORDON) for t in shape.tolerations):
        return WORDS_CORDON
    if shape.node_name and shape.node_name != node.name:
        return WORDS_NAME
    if taint is not None:
        return WORDS_TAINT
    return None if fits else WORDS_AFFINITY


def normalised(counts: Sequence[int], *, reverse: bool = False) -> list[int]:
    """Counts as scores up to 100 for the highest (``helper.DefaultNormalizeScore``), or reversed."""
    highest = max(counts)
    if highest == 0:
        return [MAX_SCORE if reverse else 0] * len(counts)
    scores = [MAX_SCORE * c // highest for c in counts]
    return [MAX_SCORE - s for s in scores] if reverse else scores
