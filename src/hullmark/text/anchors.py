"""Anchors and aliases of one YAML document, and the bound on what aliases may expand to."""

from __future__ import annotations

from hullmark.text.mistakes import Refused
from hullmark.text.source import Span
from hullmark.text.tree import Value

_WRITE_OUT = "write out what the alias stands for"


class Anchor:
    """An anchored node: its value and span, and the cost and height that an alias to it adds to the tree."""

    __slots__ = ("cost", "height", "open", "span", "used", "value")

    def __init__(self, value: Value, start: int, end: int) -> None:
        self.value = value
        self.span = Span(start, end)
        self.cost = 1
        self.height = 0
        self.open = False
        self.used = False

    def close(self, end: int, cost: int, height: int) -> None:
        """Complete a collection: it ends here, holds this many nodes and is this deep."""
        self.span = Span(self.span.start, end)
        self.cost = cost
        self.height = height
        self.open = False


class Anchors(dict[str, Anchor]):
    """The anchors seen so far, by name; a name may be given anew."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        """Where the anchored nodes stand that an alias refers to."""
        self.aliased = 0
        """How many nodes are in the tree only through aliases."""

    def alias(self, name: str, start: int, end: int, cost: int) -> Anchor:
        """The anchor that an alias at this place refers to; ``cost`` is the number of nodes before it.

        Raises `Refused` for an unknown anchor, for one that contains the alias, and for "billion
        laughs". An anchor is shared, not copied, but whoever walks the tree meets it again each time.
        """
        anchor = self.get(name)
        if anchor is None:
            hint = "define the anchor, or put the value in quotes"
            raise Refused(f"alias '*{name}' has no anchor '&{name}' before it", start, end, hint)
        if anchor.open:
            raise Refused(f"anchor '&{name}' contains itself", start, end, _WRITE_OUT)
        self.aliased += anchor.cost
        if excessive(self.aliased, cost + anchor.cost):
            raise Refused("the aliases up to here stand for far too much", start, end, _WRITE_OUT)
        if not anchor.used:
            anchor.used = True
            self.spans.append(anchor.span)
        return anchor


def excessive(aliased: int, cost: int) -> bool:
    """Whether too large a share of all nodes comes from aliases, by the rule of go-yaml.

    Small documents may expand a hundredfold; from 400,000 nodes on the share falls from 99 % to 10 %
    at 4,000,000 (``allowedAliasRatio`` in its decode.go).
    """
    if aliased <= 100 or cost <= 1_000:
        return False
    share = 0.99 - 0.89 * (min(max(cost, 400_000), 4_000_000) - 400_000) / 3_600_000
    return aliased > share * cost
