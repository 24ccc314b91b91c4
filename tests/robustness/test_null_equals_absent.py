"""Null equals absent, and nothing of the wrong type crashes: every value of every fixture is replaced in turn."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest
from whole import fixtures, judged, reports

from hullmark.engine.result import Result
from hullmark.sources.kubernetes import resources
from hullmark.text.edit import apply, remove
from hullmark.text.source import Key, Source
from hullmark.text.tree import Document, Map, Node, Seq, Value
from hullmark.text.yaml import read

pytestmark = pytest.mark.slow

STAND_INS = ("null", '""', "0", "[]", "{}", "wrong-type", "[null]")
FIXTURES = fixtures()
SAMPLED = 307
"""In the unit suite one mutation in this many is tried: a prime, so that all stand-ins and depths get their turn."""


OWN_KEYS = frozenset(
    {
        "annotations", "clusterSelector", "data", "labels", "limits", "matchLabels", "nodeSelector", "requests", "selector",
        "stringData",
    }
)  # fmt: skip
"""Maps whose keys are the user's own: Kubernetes reads null there as an empty value or as 0, and the key counts."""

CHART_VALUES = frozenset({"values", "valuesObject", "valuesInline"})
"""Values for charts: null there takes the chart's default away
(https://helm.sh/docs/chart_template_guide/values_files/#deleting-a-default-key)."""


class Spot:
    """A value in a text: the node above it and its key."""

    def __init__(self, document: Document, path: tuple[Key, ...], start: int, end: int) -> None:
        self.document = document
        self.path = path
        source = document.source
        self.start, self.end = start, start + len(source.text[start:end].rstrip())

    def replaced(self, text: str) -> Source:
        """The text with another value there."""
        source = self.document.source
        before = source.text[: self.start]
        blank = "" if not before or before[-1].isspace() or before[-1] in "[{" else " "
        return Source(source.name, before + blank + text + source.text[self.end :])

    def removed(self) -> Source | None:
        """The text without the value and its key; None where that cannot be written."""
        edits = remove(self.document.node, self.path)
        return Source(self.document.source.name, apply(self.document.source, edits)) if edits else None


def spots(source: Source) -> Iterator[Spot]:
    for document in read(source):
        if isinstance(document, Document):
            yield from _inside(document, document.node.value, ())


def _inside(document: Document, value: Value, path: tuple[Key, ...]) -> Iterator[Spot]:
    entries = (
        value.marks.items() if isinstance(value, Map) else enumerate(value.marks) if isinstance(value, Seq) else ()
    )
    for key, mark in entries:
        inner = (*path, key)
        yield Spot(document, inner, mark[-2], mark[-1])
        yield from _inside(document, value[key], inner)


@cache
def every_spot(name: str) -> tuple[tuple[int, Spot], ...]:
    return tuple((number, spot) for number, source in enumerate(FIXTURES[name]) for spot in spots(source))


def scan(name: str, number: int, source: Source) -> Result:
    """The fixture with one of its texts in another form."""
    texts = [source if n == number else s for n, s in enumerate(FIXTURES[name])]
    return judged(item for text in texts for item in resources(text))


def mutations() -> Iterator[tuple[str, int, Spot, str]]:
    for name in FIXTURES:
        for number, spot in every_spot(name):
            for text in STAND_INS:
                yield name, number, spot, text


def survives(name: str, number: int, spot: Spot, text: str) -> None:
    try:
        reports(scan(name, number, spot.replaced(text)))
    except Exception as crash:
        crash.add_note(f"{name} with {spot.path} replaced by {text}")
        raise


def test_a_sample_of_wrong_values() -> None:
    for number, mutation in enumerate(mutations()):
        if number % SAMPLED == 0 and "/" not in mutation[0]:
            survives(*mutation)


@pytest.mark.long
def test_every_wrong_value() -> None:
    """The systems of ``examples/`` are large; of their values one in eight is tried with each stand-in in turn."""
    for number, mutation in enumerate(mutations()):
        if "/" not in mutation[0] or number % 8 == 0:
            survives(*mutation)


def meanings(result: Result) -> list[tuple[str, str, str, str]]:
    found = [(s.check, str(s.resource.ref), s.subject.container, s.finding.message) for s in result.findings]
    unknown = [(v.check, v.subject.name, v.subject.container, v.reason) for v in result.undecided]
    return sorted(found + unknown)


def same_without(name: str, number: int, spot: Spot) -> bool:
    """Whether null there means what absence means; whether there was anything to compare."""
    removed = spot.removed()
    own = OWN_KEYS & set(spot.path[-2:-1]) or CHART_VALUES & set(spot.path)
    if isinstance(spot.path[-1], int) or own or removed is None:
        return False
    nulled = spot.replaced("null")
    assert meanings(scan(name, number, nulled)) == meanings(scan(name, number, removed)), (name, spot.path)
    return True


def fields() -> Iterator[tuple[str, int, Spot]]:
    for name in FIXTURES:
        if "/" not in name:
            for number, spot in every_spot(name):
                yield name, number, spot


def test_null_means_absent_in_a_sample() -> None:
    compared = [same_without(*field) for n, field in enumerate(fields()) if n % 67 == 0]
    assert sum(compared) > 50


@pytest.mark.long
def test_null_means_absent_everywhere() -> None:
    assert sum(same_without(*field) for field in fields()) > 1_000


def test_what_is_replaced_is_one_value() -> None:
    text = "a:\n  b:\n    - c: 1\n    - d\n  e: {f: g}\nh: |\n  i\n"
    source = Source("x.yaml", text)
    by_path = {s.path: s for s in spots(source)}
    assert _values(by_path["a", "b"].replaced("null")) == {"a": {"b": None, "e": {"f": "g"}}, "h": "i\n"}
    assert _values(by_path["a", "b", 0].replaced("[]")) == {"a": {"b": [[], "d"], "e": {"f": "g"}}, "h": "i\n"}
    assert _values(by_path["h",].replaced('""')) == {"a": {"b": [{"c": 1}, "d"], "e": {"f": "g"}}, "h": ""}


def _values(source: Source) -> Value:
    (document,) = read(source)
    assert isinstance(document, Document), document
    assert isinstance(document.node, Node)
    return document.root
