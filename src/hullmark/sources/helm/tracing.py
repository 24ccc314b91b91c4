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

from hullmark.sources.helm.marks import WORD, Mark, Marking, codes, could_print, mark, numbers, printed, same, text
from hullmark.sources.helm.output import documents
from hullmark.sources.helm.values import Held, Path, overriding
from hullmark.text.source import Source
from hullmark.text.tree import Document, Map, Seq, Value
from hullmark.text.yaml import read

MAX_RENDERS = 60
MAX_SECONDS = 20.0
"""How many more times a chart is rendered to trace its values, and for how long."""

MAX_SCALARS = 50_000
"""How many scalars of an output are traced."""

_ROUNDS = 3

Where = tuple[tuple[str, int], Path]
"""A place in an output: the document and the path in it."""

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


class _Seen(NamedTuple):
    """One rendering beside the plain one: which values were marked, and every scalar that differs or (None) is missing."""

    marking: Marking
    differing: Mapping[Where, Value | None]


class _Missing:
    """Stands for a scalar that another rendering does not have."""


_MISSING = _Missing()


def trace(output: str, held: Mapping[Path, Held], render: Render, doubtful: Callable[[Path], bool]) -> Traced:
    """Where the scalars (and empty collections) of an output come from.

    Args:
        output: what is rendered with no value marked.
        held: the values.
        render: renders with other values.
        doubtful: whether a template may decide by the value at a path what it prints; such values are tried one by one.
    """
    tracer = _Tracer(output, held, render)
    likely = [number for number in range(len(tracer.paths)) if tracer.is_candidate(number)]
    steady = [n for n in likely if not doubtful(tracer.paths[n]) and tracer.is_steady(n)]
    for _ in range(_ROUNDS):
        refused = tracer.round(steady)
        if not refused:
            break
        steady = [n for n in steady if n not in refused]
    for number in tracer.by_promise(n for n in likely if n not in set(steady)):
        tracer.round([number])
    for number in tracer.by_promise(steady):
        tracer.round([number])
    return tracer.result()


class _Tracer:
    """Knows the plain output and all that was learned from others."""

    def __init__(self, output: str, held: Mapping[Path, Held], render: Render) -> None:
        self.texts = {doc.key: doc.text for doc in documents(output)}
        self.plain = {(key, path): value for key, body in self.texts.items() for path, value in scalars(body)}
        self.held = held
        self.paths = [path for path, one in held.items() if not isinstance(one.value, (dict, list)) or not one.value]
        self.values = dict(enumerate(held[path].value for path in self.paths))
        given = numbers(printed(output))
        made = ((n, mark(value, next(given, 0))) for n, value in self.values.items())
        self.marks: dict[int, Mark] = {n: one for n, one in made if one is not None}
        self.render = render
        self.renders = 0
        self.deadline = monotonic() + MAX_SECONDS
        self.found: dict[Where, dict[Part, None]] = {}
        self.contested: set[Where] = set()
        self.tried: set[int] = set()
        self.words = "\0".join(text(value) for value in self.plain.values() if not isinstance(value, (dict, list)))
        self.keys = {(path[-1:], text(value)) for (_, path), value in self.plain.items()}

    def is_candidate(self, number: int) -> bool:
        """Whether a value can be marked and may be in the output."""
        value = self.values[number]
        if number not in self.marks or len(self.plain) > MAX_SCALARS:
            return False
        if not value and not isinstance(value, (bool, int, float)):
            return any(same(value, rendered) for rendered in self.plain.values())
        return text(value).strip() in self.words or (isinstance(value, str) and "{{" in value)

    def is_steady(self, number: int) -> bool:
        """Whether nothing is likely to depend on a value but what is printed of it: it is no switch and not empty."""
        value = self.values[number]
        if isinstance(value, bool) or value in ("true", "false"):
            return (self.paths[number][-1:], text(value)) in self.keys
        return bool(value) or value == 0

    def by_promise(self, wanted: Iterable[int]) -> Iterator[int]:
        """Values that something not yet traced may come from, the likeliest first; asked again after each is tried."""
        left = sorted(wanted, key=lambda n: (self.paths[n][-1:], text(self.values[n])) not in self.keys)
        for number in left:
            value = self.values[number]
            words = text(value)
            for where, rendered in self.plain.items():
                open_ = where not in self.found
                shows = same(value, rendered) or (len(words) > 1 and words in text(rendered))
                if open_ and (shows or could_print(value, text(rendered))):
                    yield number
                    break

    def round(self, leaves: Sequence[int]) -> set[int]:
        """Mark these values in as few renderings as tell them apart; the values that may have made some fail."""
        size, code = codes(len(leaves))
        ways = dict(zip(leaves, code, strict=True))
        seen: dict[int, _Seen] = {}
        failed, refused = 0, set()
        for bit in range(size):
            marked = [n for n in leaves if ways[n] >> bit & 1]
            outcome, message = self._rendered(marked)
            if outcome is None:
                failed |= 1 << bit
                refused |= {n for n in marked if self.marks[n].shown and self.marks[n].shown in message}
            else:
                seen[bit] = outcome
                self.tried.update(marked)
        for where in {where for one in seen.values() for where in one.differing}:
            self._learn(where, list(_attributed(self.plain[where], where, seen, ways)))
        return refused or {n for n, way in ways.items() if way & ~failed == 0}

    def _rendered(self, marked: Sequence[int]) -> tuple[_Seen | None, str]:
        left = self.deadline - monotonic()
        if self.renders >= MAX_RENDERS or left <= 0:
            return None, ""
        self.renders += 1
        marks = {n: self.marks[n] for n in marked}
        changes = overriding(self.held, {self.paths[n]: one.value for n, one in marks.items()})
        output, message = self.render(json.dumps(changes).encode(), left)
        if output is None:
            return None, message
        return _Seen(Marking.of(marks, self.values), self._differing(output)), ""

    def _differing(self, output: str) -> dict[Where, Value]:
        """The scalars that another output has not as they are."""
        bodies = {doc.key: doc.text for doc in documents(output)}
        changed = {key for key, body in self.texts.items() if bodies.get(key) != body}
        others = {(key, path): value for key in changed if key in bodies for path, value in scalars(bodies[key])}
        found: dict[Where, Value] = {}
        for where, value in self.plain.items():
            if where[0] in changed:
                other = others.get(where, _MISSING)
                if other is _MISSING or type(other) is not type(value) or other != value:
                    found[where] = other
        return found

    def _learn(self, where: Where, parts: Sequence[tuple[int, int, int]]) -> None:
        known = self.found.setdefault(where, {}) if parts else {}
        for start, end, number in parts:
            part = Part(start, end, self.paths[number])
            if any(part.start < other.end and other.start < part.end and part != other for other in known):
                self.contested.add(where)
            known[part] = None

    def result(self) -> Traced:
        """What was learned."""
        kept = {where: tuple(sorted(parts)) for where, parts in self.found.items() if where not in self.contested}
        return Traced(kept, frozenset(self.paths[n] for n in self.tried))


def _attributed(
    plain: Value, where: Where, seen: Mapping[int, _Seen], ways: Mapping[int, int]
) -> Iterator[tuple[int, int, int]]:
    """The stretches of a scalar that are values, by their numbers, as far as these renderings tell."""
    observed = hidden = 0
    shown: dict[tuple[int, int, int], int] = {}
    others: list[Value] = []
    for bit, one in seen.items():
        other = one.differing.get(where, plain)
        if isinstance(other, _Missing):
            continue
        observed |= 1 << bit
        if where not in one.differing:
            continue
        if isinstance(other, (dict, list)):
            return
        back, stretches = one.marking.unmarked(text(other), plain)
        if not stretches:
            hidden |= 1 << bit
            others.append(other)
        elif not same(back, text(plain)):
            return
        for stretch in stretches:
            shown[stretch] = shown.get(stretch, 0) | 1 << bit
    if hidden and shown:
        return
    if hidden:
        switched = [n for n, way in ways.items() if way & observed == hidden]
        length = len(text(plain))
        shown = {(0, length, n): hidden for n in switched if len(switched) == 1}
    for stretch, bits in shown.items():
        number = stretch[2]
        marking = next(one.marking for one in seen.values() if number in one.marking.marks)
        value, replaced = marking.values[number], marking.marks[number]
        if hidden and not (same(value, plain) and (replaced.shown or all(same(replaced.value, o) for o in others))):
            continue
        if bits == ways[number] & observed and _apart(number, observed, ways):
            yield stretch


def _apart(number: int, observed: int, ways: Mapping[int, int]) -> bool:
    """Whether for any other value there is a rendering observed with the one marked and the other not."""
    own = ways[number] & observed
    return all(own & ~way for other, way in ways.items() if other != number)


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
