"""Where the stretches of a rendered document come from in the user's files."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from hullmark.sources.helm.chart import Texts
from hullmark.sources.helm.marks import text
from hullmark.sources.helm.raw import in_text, in_value, runs
from hullmark.sources.helm.trouble import line_of
from hullmark.sources.helm.values import Path
from hullmark.text.source import Place, Span
from hullmark.text.tree import Document, Map, Seq, Value

_WHOLE = frozenset({("metadata", "name"), ("metadata", "generateName"), ("kind",), ("apiVersion",)})
"""What stands for an object as a whole: what makes it is its template, not the value its name is made of."""

_FLAG = re.compile(r"""(?:--?[\w.-]+|[A-Za-z_]\w*)[=\s]["']?""")
"""What stands before a value in an argument or an assignment, and is about nothing else."""

_JOINT = re.compile(r"[/:@._+-]*")
"""What joins values to one name, and means nothing itself."""


_NAMING = frozenset(
    ["--model", "--model-id", "--model-path", "--model-name", "--tokenizer", "--revision", "--load-format", "-m"]
)
"""Options that always have a value, and of which everything that can be said is about their value."""


class Written(NamedTuple):
    """A value where it is written: the file, the spans of its key and of itself, and the value if it is a string."""

    file: str
    key: Span
    span: Span
    value: str = ""


class Stretch(NamedTuple):
    """A stretch of a scalar, in characters of its value, that is a value of the chart."""

    start: int
    end: int
    value: Written


class Sheet(NamedTuple):
    """All that is known of where a rendered document comes from.

    ``template`` is the user's name for it; ``lines`` says for each line of the document which line of which file printed
    it (None: not known). ``scalars`` and ``wholes`` say by path which values scalars are made of, and which mappings
    and lists are values as they are.
    """

    template: str
    lines: Sequence[tuple[str, int] | None]
    scalars: Mapping[Path, Sequence[Stretch]]
    wholes: Mapping[Path, Written]


class _Entry(NamedTuple):
    """A key or a value of a document."""

    start: int
    end: int
    path: Path
    value: Value
    key: bool = False


class Translation:
    """Translates the places of one rendered document; a `hullmark.text.tree.Origin`."""

    def __init__(self, document: Document, sheet: Sheet, texts: Texts) -> None:
        self.document = document
        self.sheet = sheet
        self.texts = texts

    def __call__(self, span: Span, path: Path, exact: bool) -> Place:  # noqa: FBT001 - the signature of an Origin
        """The place of a stretch: the value it is, by way of the template, or else the line of the template."""
        template = self._template(span, path, exact=exact)
        found = self._written(span) if exact else self._around(span, path)
        if found is None:
            return template
        file, inner = found
        return Place(self.texts[file], inner, path, exact, editable=False, via=template)

    @cached_property
    def _entries(self) -> dict[int, list[_Entry]]:
        """The keys and values of the document by where they start."""
        found: dict[int, list[_Entry]] = {}
        doc = self.document
        pending = [_Entry(doc.span.start, doc.span.end, (), doc.root)]
        while pending:
            entry = pending.pop()
            found.setdefault(entry.start, []).append(entry)
            value, path = entry.value, entry.path
            if entry.key:
                continue
            if isinstance(value, Map):
                for key, (start, end, first, last) in value.marks.items():
                    pending.append(_Entry(start, end, (*path, key), value[key], key=True))
                    pending.append(_Entry(first, last, (*path, key), value[key]))
            elif isinstance(value, Seq):
                marked = zip(value.marks, value, strict=True)
                pending.extend(_Entry(*mark, (*path, index), inner) for index, (mark, inner) in enumerate(marked))
        return found

    def _entry(self, span: Span) -> _Entry | None:
        """What a stretch is, or the scalar it is part of."""
        here = self._entries.get(span.start, ())
        exact = next((entry for entry in here if entry.end == span.end), None)
        if exact is not None:
            return exact
        scalars = (
            e for found in self._entries.values() for e in found if not isinstance(e.value, (Map, Seq)) and not e.key
        )
        return next((entry for entry in scalars if entry.start <= span.start and span.end <= entry.end), None)

    def _around(self, span: Span, path: Path) -> tuple[str, Span] | None:
        """Where something absent is absent from values: the key of the mapping that lacks it, or its first entry."""
        entry = next((entry for entry in self._entries.get(span.start, ()) if entry.key), None)
        if entry is None:
            return None
        if entry.path == path:
            whole = self.sheet.wholes.get(path)
            return None if whole is None else (whole.file, whole.key)
        if entry.path[:-1] == path and path in self.sheet.wholes:
            inner = self._single(entry.path) or self.sheet.wholes.get(entry.path)
            return None if inner is None else (inner.file, inner.key)
        return None

    def _written(self, span: Span) -> tuple[str, Span] | None:
        """Where a stretch is written in values."""
        entry = self._entry(span)
        if entry is None or entry.path in _WHOLE:
            return None
        whole = self.sheet.wholes.get(entry.path)
        if entry.key:
            return self._key(entry, whole)
        if isinstance(entry.value, (Map, Seq)):
            return None if whole is None else (whole.file, whole.span)
        if (entry.start, entry.end) != span:
            return self._part(entry, span)
        found = self._single(entry.path) or self._tail(entry) or self._named(entry)
        return None if found is None else (found.file, found.span)

    def _key(self, entry: _Entry, whole: Written | None) -> tuple[str, Span] | None:
        written = whole or self._single(entry.path)
        if written is None:
            return None
        # A key that the template writes is named there; what it is about is its value.
        inner = entry.path[:-1] in self.sheet.wholes or whole is not None
        return written.file, written.key if inner else written.span

    def _single(self, path: Path) -> Written | None:
        """The value that a scalar is, if it is one."""
        stretches = self.sheet.scalars.get(path, ())
        if len(stretches) != 1 or stretches[0].start > 0:
            return None
        return stretches[0].value if stretches[0].end == self._length(path) else None

    def _length(self, path: Path) -> int:
        value = self.document.root
        for key in path:
            value = value[key]
        return len(text(value))

    def _tail(self, entry: _Entry) -> Written | None:
        """The value at the end of a scalar made of several things, where that is what the scalar is about.

        It is for an image, whose tag or digest comes last, for an argument's or a variable's value, and for the name of a model.
        Whatever else a text says, no single value says it.
        """
        stretches = self.sheet.scalars.get(entry.path, ())
        rendered = text(entry.value)
        if not stretches or stretches[-1].end != len(rendered):
            return None
        image = str(entry.path[-1]).lower().endswith("image")
        return stretches[-1].value if image or _is_joined(rendered, stretches) else None

    def _named(self, entry: _Entry) -> Written | None:
        """The value of an option that stands in a list by itself, before its value."""
        option = isinstance(entry.value, str) and entry.value in _NAMING and isinstance(entry.path[-1], int)
        return self._single((*entry.path[:-1], int(entry.path[-1]) + 1)) if option else None

    def _part(self, entry: _Entry, span: Span) -> tuple[str, Span] | None:
        """Where a part of a scalar is written in values."""
        stretches = self.sheet.scalars.get(entry.path, ())
        rendered = text(entry.value)
        inner = in_value(runs(self.document.source, Span(entry.start, entry.end), rendered), *span)
        if inner is None:
            single = self._single(entry.path)
            return None if single is None else (single.file, single.span)
        for stretch in stretches:
            if stretch.start <= inner.start and inner.end <= stretch.end:
                return stretch.value.file, self._within(stretch, inner)
        ending = [s for s in stretches if inner.start < s.start and s.end == inner.end]
        if ending and _FLAG.fullmatch(rendered, inner.start, ending[0].start):
            return ending[0].value.file, ending[0].value.span
        return None

    def _within(self, stretch: Stretch, inner: Span) -> Span:
        """The part of a value that a part of its stretch is; the whole value where it is written in another way."""
        written = stretch.value
        found = runs(self.texts[written.file], written.span, written.value)
        part = in_text(found, inner.start - stretch.start, inner.end - stretch.start)
        return written.span if part is None else part

    def _template(self, span: Span, path: Path, *, exact: bool) -> Place:
        """The line of a template that printed where a stretch starts."""
        source = self.document.source
        number = source.position(span.start).line - 1
        owner = self.sheet.lines[number] if number < len(self.sheet.lines) else None
        if owner is None:
            known = [line for line in self.sheet.lines[:number] if line is not None and line[0] == self.sheet.template]
            exact, owner = False, known[-1] if known else (self.sheet.template, 1)
        place = line_of(self.texts[owner[0]], owner[1])
        return place._replace(span=_narrowed(place, source.text[span.start : span.end]), path=path, exact=exact)


def _is_joined(rendered: str, stretches: Sequence[Stretch]) -> bool:
    """Whether a scalar is one value behind the name of an option, or several behind one whose value is one name."""
    head = _FLAG.match(rendered)
    at = head.end() if head is not None and head.end() <= stretches[0].start else 0
    if len(stretches) > 1 and rendered[:at].rstrip("= \"'") not in _NAMING:
        return False
    for stretch in stretches:
        if not _JOINT.fullmatch(rendered, at, stretch.start):
            return False
        at = stretch.end
    return True


def _narrowed(place: Place, words: str) -> Span:
    """The span of these words in a line, if they stand there once and only once."""
    line = place.source.text[place.span.start : place.span.end]
    if not words or "\n" in words or line.count(words) != 1:
        return place.span
    start = place.span.start + line.index(words)
    return Span(start, start + len(words))
