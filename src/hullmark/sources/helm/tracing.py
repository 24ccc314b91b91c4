"""Which value produced what: renders a chart with marked values and compares.

Each value is marked in some of a few renderings, and in no other value's same ones. A rendered scalar that shows a value's
mark wherever the value is marked, and is otherwise what it was, comes from that value and no other. A rendering
that fails, or lacks a scalar because marks led a template elsewhere, says nothing of it; what is left is tried value by
value, within bounds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from time import monotonic
from typing import NamedTuple

from hullmark.sources.helm.attribution import MISSING, Leaf, Missing, Round, Seen, Stretch, Where
from hullmark.sources.helm.marks import WORD, Marking, codes, could_print, mark, numbers, printed, same, text
from hullmark.sources.helm.output import documents
from hullmark.sources.helm.values import Held, Path, overriding
from hullmark.text.source import Source
from hullmark.text.tree import Document, Map, Seq, Value
from hullmark.text.yaml import read

MAX_RENDERS = 60
MAX_SECONDS = 20.0
"""How many more times a chart is rendered to trace its values, and for how long."""

MAX_OUTPUT = 8 * 1024 * 1024
"""How long an output may be to be traced, in characters."""

_ROUNDS = 3
_FEW = 6
"""How many values that may decide something are tried one by one from the start."""

Render = Callable[[bytes, float], tuple[str | None, str]]
"""Renders with values on top of the others, in so many seconds; the output (None if there is none) and the message."""


class Part(NamedTuple):
    """A stretch of a rendered scalar, in characters of its value, that is the value at a path."""

    start: int
    end: int
    value: Path


class Traced(NamedTuple):
    """What is known for certain of where scalars and empty collections come from, and which values were tried."""

    parts: Mapping[Where, tuple[Part, ...]]
    tried: frozenset[Path]


def trace(output: str, held: Mapping[Path, Held], render: Render, doubtful: Callable[[Path], bool]) -> Traced:
    """Where the scalars (and empty collections) of an output come from.

    Args:
        output: what is rendered with no value marked.
        held: the values.
        render: renders with other values.
        doubtful: whether a template may decide by the value at a path what it prints; such values are tried one by one.
    """
    tracer = _Tracer(output if len(output) <= MAX_OUTPUT else "", held, render)
    likely = [number for number in range(len(tracer.leaves)) if tracer.is_candidate(number)]
    steady = [number for number in likely if not doubtful(tracer.leaves[number].path) and tracer.is_steady(number)]
    rest = sorted(set(likely) - set(steady))
    for group in (steady, rest if len(rest) > _FEW else []):
        left = group
        for _ in range(_ROUNDS):
            refused = tracer.round(left)
            if not refused:
                break
            left = [number for number in left if number not in refused]
    for number in tracer.by_promise(likely):
        tracer.round([number])
    return tracer.result()


def _leaves(held: Mapping[Path, Held], output: str) -> Iterator[Leaf]:
    """The values that can be marked, each with a mark of its own that is nowhere in the output yet."""
    given = numbers(printed(output))
    for path, one in held.items():
        if not isinstance(one.value, (dict, list)) or not one.value:
            made = mark(one.value, next(given, 0))
            if made is not None:
                yield Leaf(path, one.value, made)


class _Tracer:
    """Knows the plain output and all that was learned from others."""

    def __init__(self, output: str, held: Mapping[Path, Held], render: Render) -> None:
        self.texts = {doc.key: doc.text for doc in documents(output)}
        self.plain = {(key, path): value for key, body in self.texts.items() for path, value in scalars(body)}
        self.held = held
        self.leaves = list(_leaves(held, output))
        self.render = render
        self.renders = 0
        self.deadline = monotonic() + MAX_SECONDS
        self.found: dict[Where, dict[Part, None]] = {}
        self.contested: set[Where] = set()
        self.tried: set[int] = set()
        self.touched: dict[Where, None] = {}
        self.words = "\0".join(text(value) for value in self.plain.values() if not isinstance(value, (dict, list)))
        self.keys = {(path[-1:], text(value)) for (_, path), value in self.plain.items()}

    def is_candidate(self, number: int) -> bool:
        """Whether a value can be marked and may be in the output."""
        value = self.leaves[number].value
        if not value and not isinstance(value, (bool, int, float)):
            return any(same(value, rendered) for rendered in self.plain.values())
        return text(value).strip() in self.words or (isinstance(value, str) and "{{" in value)

    def is_steady(self, number: int) -> bool:
        """Whether nothing is likely to depend on a value but what is printed of it: it is no switch and not empty."""
        value = self.leaves[number].value
        if isinstance(value, bool) or value in ("true", "false"):
            return self._name(number) in self.keys
        return bool(value) or value == 0

    def by_promise(self, wanted: Iterable[int]) -> Iterator[int]:
        """The values that something may come from which is not traced yet, the likeliest first.

        For one that was tried that is only what was seen to change. Each is asked for when those before it have been tried.
        """
        for number in sorted(wanted, key=lambda n: (self._name(n) not in self.keys, n)):
            places = self.touched if number in self.tried else self.plain
            if any(self._may_show(number, self._untraced(where)) for where in places):
                yield number

    def _name(self, number: int) -> tuple[Path, str]:
        path, value, _ = self.leaves[number]
        return path[-1:], text(value)

    def _untraced(self, where: Where) -> Value:
        """A scalar, without the stretches of it that are known; None where nothing is left."""
        value = self.plain[where]
        parts = self.found.get(where)
        if parts is None:
            return value
        shown = text(value)
        for part in parts:
            shown = shown[: part.start] + "\0" * (part.end - part.start) + shown[part.end :]
        return shown if shown.strip("\0") else None

    def _may_show(self, number: int, rendered: Value) -> bool:
        value = self.leaves[number].value
        words, shown = text(value), text(rendered)
        if rendered is None:
            return False
        return same(value, rendered) or (len(words) > 1 and words in shown) or could_print(value, shown)

    def round(self, leaves: Sequence[int]) -> set[int]:
        """Mark these values in as few renderings as tell them apart; the values that may have made some fail."""
        size, code = codes(len(leaves))
        ways = dict(zip(leaves, code, strict=True))
        seen: dict[int, Seen] = {}
        failed, refused = 0, set()
        for bit in range(size):
            marked = [n for n in leaves if ways[n] >> bit & 1]
            outcome, message = self._rendered(marked)
            if outcome is None:
                failed |= 1 << bit
                refused |= {n for n in marked if (shown := self.leaves[n].mark.shown) and shown in message}
            else:
                seen[bit] = outcome
                self.tried.update(marked)
        known = Round(seen, ways, self.leaves)
        touched = {where: None for one in seen.values() for where in one.differing}
        self.touched |= touched
        for where in touched:
            self._learn(where, list(known.stretches(self.plain[where], where)))
        return refused or {n for n, way in ways.items() if way & ~failed == 0}

    def _rendered(self, marked: Sequence[int]) -> tuple[Seen | None, str]:
        left = self.deadline - monotonic()
        if self.renders >= MAX_RENDERS or left <= 0:
            return None, ""
        self.renders += 1
        leaves = {n: self.leaves[n] for n in marked}
        changes = overriding(self.held, {leaf.path: leaf.mark.value for leaf in leaves.values()})
        output, message = self.render(json.dumps(changes).encode(), left)
        if output is None:
            return None, message
        marking = Marking.of({n: (leaf.mark, leaf.value) for n, leaf in leaves.items()})
        return Seen(marking, self._differing(output)), ""

    def _differing(self, output: str) -> dict[Where, Value | Missing]:
        """The scalars that another output has not as they are."""
        bodies = {doc.key: doc.text for doc in documents(output)}
        changed = {key for key, body in self.texts.items() if bodies.get(key) != body}
        others = {(key, path): value for key in changed if key in bodies for path, value in scalars(bodies[key])}
        found: dict[Where, Value | Missing] = {}
        for where, value in self.plain.items():
            if where[0] in changed:
                other = others.get(where, MISSING)
                if other is MISSING or type(other) is not type(value) or other != value:
                    found[where] = other
        return found

    def _learn(self, where: Where, parts: Sequence[Stretch]) -> None:
        known = self.found.setdefault(where, {}) if parts else {}
        for start, end, number in parts:
            part = Part(start, end, self.leaves[number].path)
            if any(part.start < other.end and other.start < part.end and part != other for other in known):
                self.contested.add(where)
            known[part] = None

    def result(self) -> Traced:
        """What was learned."""
        kept = {where: tuple(sorted(parts)) for where, parts in self.found.items() if where not in self.contested}
        return Traced(kept, frozenset(self.leaves[n].path for n in self.tried))


def scalars(body: str) -> Iterator[tuple[Path, Value]]:
    """The scalars and empty collections of the first document in a text, by their paths.

    A mapping or list that holds nothing but a mark stands for the mark too.
    """
    pending: list[tuple[Path, Value]] = [((), first_document(body))]
    while pending:
        path, value = pending.pop()
        if isinstance(value, Map):
            pending.extend(((*path, key), inner) for key, inner in value.items())
            if len(value) == 1 and WORD.fullmatch(next(iter(value))):
                yield path, next(iter(value))
        elif isinstance(value, Seq):
            pending.extend(((*path, index), inner) for index, inner in enumerate(value))
            if len(value) == 1 and isinstance(value[0], str) and WORD.fullmatch(value[0]):
                yield path, value[0]
        if not isinstance(value, (Map, Seq)) or not value:
            yield path, value


def first_document(body: str) -> Value:
    """The value of the first document in a text, None if there is none."""
    return next((found.root for found in read(Source("", body)) if isinstance(found, Document)), None)
