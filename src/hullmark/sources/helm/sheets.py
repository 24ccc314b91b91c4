"""Renders a chart and finds out where what comes out comes from: one sheet of notes for each document."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from hullmark.sources.helm.archive import pack
from hullmark.sources.helm.chart import Chart
from hullmark.sources.helm.command import Helm
from hullmark.sources.helm.marks import text
from hullmark.sources.helm.output import Rendered, documents
from hullmark.sources.helm.places import Sheet, Stretch, Written
from hullmark.sources.helm.record import Page
from hullmark.sources.helm.tags import Tag, owners, tagged, tags, untagged
from hullmark.sources.helm.template import pieces
from hullmark.sources.helm.tracing import Traced, first_document, trace
from hullmark.sources.helm.trouble import file_of
from hullmark.sources.helm.values import Held, Path
from hullmark.sources.helm.wholes import inside, wholes
from hullmark.sources.process import Ran
from hullmark.text.source import Problem, Source
from hullmark.text.tree import Value, dig
from hullmark.text.yaml import read

_TEMPLATES = "templates/"
_SWITCH = re.compile(r"\b(?:if|with|and|or|not|ternary|empty|coalesce|default)\b")
_COMPARISON = re.compile(
    r"\b(?:eq|ne|lt|gt|le|ge|has|contains|hasPrefix|hasSuffix|regex\w+|mustRegex\w+|semver\w*|until|untilStep|repeat|fail)\b"
)
_FIELD = re.compile(r"[.\"]([A-Za-z_][\w-]*)")


class Setup(NamedTuple):
    """A chart ready to be rendered.

    It takes the program, the release, the archive and the files of values for it, and a folder for what comes up.
    """

    helm: Helm
    release: str
    archive: str
    files: tuple[str, ...]
    folder: str

    def render(self) -> Ran:
        """Render it as it is."""
        return self.helm.template(self.release, self.archive, self.files)


def pages(chart: Chart, output: str, setup: Setup, values: Mapping[Path, Held]) -> Iterator[Page]:
    """The documents of an output with what can be found out about them.

    Args:
        chart: the chart that was rendered.
        output: what helm printed.
        setup: to render it again.
        values: what it was rendered with, where that is written.
    """
    found = list(documents(output))
    traced = trace(output, values, _renderer(setup), _doubtful(chart, values))
    roots = {doc.key: first_document(doc.text) for doc in found}
    whole = wholes(roots, traced, values)
    lines = _lines(chart, found, setup)
    for doc in found:
        template = file_of(doc.template, chart) or doc.template
        yield Page(doc, _sheet(doc, template, lines.get(doc.key, ()), _Notes(traced, whole, values, roots)))


def printed(ran: Ran) -> str:
    """What helm printed; bytes that are no UTF-8 become lone surrogates."""
    return ran.out.decode("utf-8", "surrogateescape")


class _Notes(NamedTuple):
    """All that tracing found out about an output."""

    traced: Traced
    whole: Mapping[tuple[tuple[str, int], Path], Path]
    held: Mapping[Path, Held]
    roots: Mapping[tuple[str, int], Value]


def _sheet(doc: Rendered, template: str, lines: Sequence[tuple[str, int] | None], notes: _Notes) -> Sheet:
    traced, whole, held, roots = notes
    scalars: dict[Path, tuple[Stretch, ...]] = {}
    own = {where: value for where, value in whole.items() if where[0] == doc.key}
    for (_, path), value in inside(own, roots):
        if value not in held:
            continue
        length = len(text(dig(roots[doc.key], *path)))
        scalars[path] = (Stretch(0, length, _written(held[value])),)
    for (key, path), parts in traced.parts.items():
        if key == doc.key:
            scalars[path] = tuple(Stretch(part.start, part.end, _written(held[part.value])) for part in parts)
    return Sheet(template, lines, scalars, {path: _written(held[value]) for (_, path), value in own.items()})


def _written(one: Held) -> Written:
    return Written(one.file, one.key, one.span, one.value if isinstance(one.value, str) else "")


def _renderer(setup: Setup) -> Callable[[bytes, float], tuple[str | None, str]]:
    def render(values: bytes, seconds: float) -> tuple[str | None, str]:
        ran = setup.helm.template(setup.release, setup.archive, setup.files, values, seconds)
        return (printed(ran), "") if ran.well else (None, ran.err)

    return render


def _doubtful(chart: Chart, held: Mapping[Path, Held]) -> Callable[[Path], bool]:
    """Whether a template may decide something by a value: its name stands in a condition, or beside a comparison."""
    switches: set[str] = set()
    compared: set[str] = set()
    for _, body in _templates(chart):
        for piece in pieces(body):
            if piece.action and _COMPARISON.search(piece.body):
                compared.update(_FIELD.findall(piece.body))
            elif piece.action and _SWITCH.search(piece.body):
                switches.update(_FIELD.findall(piece.body))

    def doubtful(path: Path) -> bool:
        name = next((key for key in reversed(path) if isinstance(key, str)), "")
        switch = isinstance(held[path].value, bool) or held[path].value in ("true", "false")
        return name in compared or (switch and name in switches)

    return doubtful


def _templates(chart: Chart) -> Iterator[tuple[str, str]]:
    """The user's names and the texts of all templates of a chart and of the charts in it."""
    for one in chart.every():
        for name, data in one.files.items():
            if name.startswith(_TEMPLATES):
                try:
                    yield one.prefix + name, data.removeprefix(b"\xef\xbb\xbf").decode()
                except UnicodeDecodeError:
                    continue


def misprint(chart: Chart, template: str, setup: Setup) -> tuple[str, int] | None:
    """The line of which file prints what makes no YAML of a template's text, by helm's name for the template."""
    texts = dict(_templates(chart))
    known = _tags(texts, texts)
    ran = _render_tagged(chart, setup._replace(helm=setup.helm.debugging()), texts, known)
    for doc in documents(printed(ran)):
        if doc.template == template:
            plain = untagged(doc.text)
            found = next((p for p in read(Source("", plain)) if isinstance(p, Problem) and p.severity == "error"), None)
            lines = owners(doc.text, plain, known)
            if found is not None and lines is not None:
                # What is never closed is missed at the end, behind the last line that prints anything.
                filled = [number for number, line in enumerate(plain.split("\n")[: found.place.line]) if line.strip()]
                tag = lines[filled[-1]] if filled else None
                return None if tag is None else (tag.template, tag.line)
    return None


def _lines(
    chart: Chart, found: Sequence[Rendered], setup: Setup
) -> dict[tuple[str, int], list[tuple[str, int] | None]]:
    """Which line of which template printed each line of the documents, as far as it can be told.

    Tags in named templates can get into what is computed from their text. Where that happens, only the others are tagged.
    """
    texts = dict(_templates(chart))
    lines: dict[tuple[str, int], list[tuple[str, int] | None]] = {}
    names = set(texts)
    for _ in range(_ATTEMPTS):
        known = _tags(texts, names)
        ran = _render_tagged(chart, setup, texts, known)
        if ran.well:
            bodies = {doc.key: doc.text for doc in documents(printed(ran))}
            for doc in found:
                if doc.key not in lines and (own := owners(bodies.get(doc.key, ""), doc.text, known)) is not None:
                    lines[doc.key] = [None if tag is None else (tag.template, tag.line) for tag in own]
            if len(lines) == len(found):
                break
            names -= _named_templates(names)
        elif ran.failure:
            break
        else:
            culprits = {file_of(path, chart) for path in _PATH.findall(ran.err)} & names
            names -= culprits or _named_templates(names) or names
        if not names:
            break
    return lines


_ATTEMPTS = 4
_PATH = re.compile(r"[\w.@+-]+/[^\s:()\"<>]+")


def _tags(texts: Mapping[str, str], names: Iterable[str]) -> list[Tag]:
    return [tag for name in sorted(names) for tag in tags(name, texts[name])]


def _named_templates(names: Iterable[str]) -> set[str]:
    """The files that print nothing themselves."""
    return {name for name in names if os.path.basename(name).startswith("_")}


def _render_tagged(chart: Chart, setup: Setup, texts: Mapping[str, str], known: Sequence[Tag]) -> Ran:
    """Render with these tags, from an archive beside the plain one."""
    by_name: dict[str, list[tuple[int, Tag]]] = {}
    for number, tag in enumerate(known):
        by_name.setdefault(tag.template, []).append((number, tag))
    replaced = {name: tagged(texts[name], own).encode() for name, own in by_name.items()}
    path = os.path.join(setup.folder, "tagged.tgz")
    with open(path, "wb") as file:
        file.write(pack(dict(_flat(chart, "", replaced))))
    return setup.helm.template(setup.release, path, setup.files)


def _flat(chart: Chart, above: str, replaced: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """All files of a chart with these in place of its own; the archives in it as folders."""
    for name, data in chart.files.items():
        yield above + name, replaced.get(chart.prefix + name, data)
    for part, inner in chart.parts.items():
        folder = f"{part}.d" if part.endswith(".tgz") else part
        yield from _flat(inner, f"{above}charts/{folder}/", replaced)
