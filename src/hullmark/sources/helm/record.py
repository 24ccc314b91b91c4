"""What is kept of a rendering between runs, as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from hullmark.sources.helm.chart import Texts
from hullmark.sources.helm.output import Rendered
from hullmark.sources.helm.places import Sheet, Stretch, Written
from hullmark.sources.helm.values import Path
from hullmark.text.source import Place, Problem, Span


class Page(NamedTuple):
    """A rendered document and what is known of where it comes from."""

    rendered: Rendered
    sheet: Sheet


class Record(NamedTuple):
    """How one rendering of a chart went: the documents, or the problem because of which there are none."""

    pages: tuple[Page, ...] = ()
    problem: Problem | None = None


def encoded(record: Record) -> bytes:
    """A record as JSON."""
    if record.problem is not None:
        message, place, hint, _ = record.problem
        return json.dumps({"problem": [message, place.source.name, *place.span, hint]}).encode()
    writer = _Writer()
    pages = [writer.page(page) for page in record.pages]
    return json.dumps({"written": list(writer.written), "pages": pages}).encode("utf-8", "surrogatepass")


def decoded(data: bytes, texts: Texts) -> Record | None:
    """The record that JSON stands for, whose places lie in these texts; None if it is none."""
    try:
        found = json.loads(data.decode("utf-8", "surrogatepass"))
        if "problem" in found:
            message, file, start, end, hint = found["problem"]
            return Record(problem=Problem(message, Place(texts[file], Span(start, end), editable=False), hint))
        written = [Written(w[0], Span(w[1], w[2]), Span(w[3], w[4]), w[5]) for w in found["written"]]
        return Record(tuple(_page(page, written) for page in found["pages"]))
    except (ValueError, KeyError, TypeError, IndexError):
        return None


class _Writer:
    """Writes pages; each value is written once."""

    def __init__(self) -> None:
        self.written: dict[tuple[Any, ...], int] = {}

    def number(self, one: Written) -> int:
        return self.written.setdefault((one.file, *one.key, *one.span, one.value), len(self.written))

    def page(self, page: Page) -> dict[str, Any]:
        rendered, sheet = page
        return {
            "rendered": rendered,
            "template": sheet.template,
            "lines": sheet.lines,
            "scalars": [
                (path, [(s.start, s.end, self.number(s.value)) for s in found]) for path, found in sheet.scalars.items()
            ],
            "wholes": [(path, self.number(one)) for path, one in sheet.wholes.items()],
        }


def _page(page: Mapping[str, Any], written: list[Written]) -> Page:
    lines = tuple(None if line is None else (line[0], line[1]) for line in page["lines"])
    scalars = {_path(p): tuple(Stretch(s[0], s[1], written[s[2]]) for s in found) for p, found in page["scalars"]}
    wholes = {_path(p): written[number] for p, number in page["wholes"]}
    return Page(Rendered(*page["rendered"]), Sheet(page["template"], lines, scalars, wholes))


def _path(keys: Iterable[Any]) -> Path:
    return tuple(keys)
