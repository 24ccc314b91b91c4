"""What a round of renderings with marked values tells of a scalar: which stretches of it are which values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from hullmark.sources.helm.marks import Mark, Marking, same, text
from hullmark.sources.helm.values import Path
from hullmark.text.tree import Value

Where = tuple[tuple[str, int], Path]
"""A place in an output: the document and the path in it."""

Stretch = tuple[int, int, int]
"""A stretch of a scalar, in characters of its value, and the number of the value it is."""


class Missing:
    """Stands for a scalar that another rendering does not have."""


MISSING = Missing()


class Leaf(NamedTuple):
    """A value that can be marked: its path, itself, and its mark."""

    path: Path
    value: Value
    mark: Mark


class Seen(NamedTuple):
    """One rendering beside the plain one: what was marked, and every scalar that differs or is missing."""

    marking: Marking
    differing: Mapping[Where, Value | Missing]


class Round(NamedTuple):
    """Some renderings by their bits, and for each value the bits of those it is marked in."""

    seen: Mapping[int, Seen]
    ways: Mapping[int, int]
    leaves: Sequence[Leaf]

    def stretches(self, plain: Value, where: Where) -> Iterator[Stretch]:
        """The stretches of a scalar that are values, as far as these renderings tell."""
        observed, others = self._others(plain, where)
        if not others:
            yield from self._guard(plain, where, observed)
            return
        if any(isinstance(other, (dict, list)) for other in others.values()):
            return
        shown: dict[Stretch, int] = {}
        hidden: dict[int, Value] = {}
        for bit, other in others.items():
            back, found = self.seen[bit].marking.unmarked(text(other), plain)
            if not found:
                hidden[bit] = other
            elif not same(back, text(plain)):
                return
            for stretch in found:
                shown[stretch] = shown.get(stretch, 0) | 1 << bit
        if hidden:
            shown = {} if shown else self._switch(plain, hidden, observed)
        for stretch, bits in shown.items():
            if bits == self.ways[stretch[2]] & observed and self._is_apart(stretch[2], observed):
                yield stretch

    def _others(self, plain: Value, where: Where) -> tuple[int, dict[int, Value]]:
        """In which renderings a scalar is there, and what it is where it is another."""
        observed = 0
        others = {}
        for bit, one in self.seen.items():
            other = one.differing.get(where, plain)
            if not isinstance(other, Missing):
                observed |= 1 << bit
                if where in one.differing:
                    others[bit] = other
        return observed, others

    def _switch(self, plain: Value, others: Mapping[int, Value], observed: int) -> dict[Stretch, int]:
        """The one value that a scalar follows without showing a mark: a truth value, or what a template made a number of."""
        changed = sum(1 << bit for bit in others)
        following = [number for number, way in self.ways.items() if way & observed == changed]
        if len(following) != 1:
            return {}
        _, value, mark = self.leaves[following[0]]
        follows = bool(mark.shown) or all(same(mark.value, other) for other in others.values())
        return {(0, len(text(plain)), following[0]): changed} if follows and same(value, plain) else {}

    def _guard(self, plain: Value, where: Where, observed: int) -> Iterator[Stretch]:
        """The one truth value without which a scalar is not there, if both are called the same."""
        missing = sum(1 << bit for bit in self.seen) & ~observed
        for number, way in self.ways.items():
            path, value, _ = self.leaves[number]
            alone = len(self.ways) == 1 and way == missing
            if alone and text(value) == "true" and same(value, plain) and path[-1:] == where[1][-1:]:
                yield 0, len(text(plain)), number

    def _is_apart(self, number: int, observed: int) -> bool:
        """Whether for any other value there is a rendering observed with the one marked and the other not."""
        own = self.ways[number] & observed
        return all(own & ~way for other, way in self.ways.items() if other != number)
