"""Charts as deployable units: one for each of their files of values."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from tempfile import TemporaryDirectory
from typing import NamedTuple

from hullmark.model.errors import HullmarkError
from hullmark.model.finding import NotChecked
from hullmark.sources.cache import Cache
from hullmark.sources.files import STDIN, contents
from hullmark.sources.helm.archive import Refused, pack
from hullmark.sources.helm.chart import META, VALUES, Loaded, Texts, load
from hullmark.sources.helm.command import Helm, HelmOptions
from hullmark.sources.helm.manifests import reading
from hullmark.sources.helm.record import Record, decoded, encoded
from hullmark.sources.helm.sheets import Setup, misprint, pages, printed
from hullmark.sources.helm.trouble import Trouble
from hullmark.sources.helm.values import merged, places
from hullmark.sources.reading import Reading
from hullmark.sources.tools import Tools, identity
from hullmark.sources.unit import Unit
from hullmark.text.source import Place, Problem, Source, Span

NO_HELM = "a Helm chart, and there is no helm to render it"
"""Reason for a chart that is not rendered for want of helm."""

NO_HELM_HINT = "install helm, or give its path with --helm"
"""What to do about it."""

FAILED = "a Helm chart that cannot be rendered"
"""Reason for a chart that helm refuses; a problem says why."""

LIBRARY = "a library chart: it is rendered where other charts use it"
"""Reason for a chart that renders nothing by itself."""

TOO_MANY = "one of too many files of values"
"""Reason for a variant that is not rendered."""

MAX_VARIANTS = 20
"""How many files of values of one chart are rendered."""

_PATTERNS = ("values*.yaml", "values*.yml")


class Variant(NamedTuple):
    """One way to render a chart: its name (empty when it is the only one), and files of values by the user's names for them."""

    name: str
    given: tuple[tuple[str, bytes], ...] = ()


def render(chart: str, options: HelmOptions, tools: Tools) -> Iterator[Unit]:
    """The units of a chart: one for each file of values, ``values.yaml`` first, or the one that the options ask for.

    Args:
        chart: its folder or archive, as the user gave it.
        options: what to tell helm.
        tools: where helm is, and where renderings are kept.

    Raises:
        HullmarkError: a file of values that was asked for cannot be read.
    """
    given = tuple(_given(options.values))
    if not tools.helm:
        yield _unchecked(chart, NO_HELM, NO_HELM_HINT)
        return
    try:
        loaded = load(chart, options.root)
    except Refused as refusal:
        place = Place(Source(_meta(chart), ""), Span(0, 0))
        problem = Problem(f"the chart is not read: {refusal}", place, "leave out of it what does not belong to it")
        yield _unchecked(chart, FAILED, "", problem)
        return
    if loaded.chart.library:
        yield _unchecked(chart, LIBRARY, "")
        return
    yield from _rendered(chart, loaded, given, options, tools)


def _given(names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    for name in names:
        if name == STDIN:
            raise HullmarkError("values are not read from standard input", "give the name of a file")
        data = contents(name)
        if isinstance(data, Problem):
            raise HullmarkError(f"the values in '{name}' cannot be read: {data.message}", data.hint)
        yield name, data


def _meta(chart: str) -> str:
    """What to call the ``Chart.yaml`` of a chart."""
    name = os.path.normpath(chart)
    return os.path.normpath(os.path.join(name, META)) if os.path.isdir(chart) else f"{name}!{META}"


def _unchecked(chart: str, reason: str, hint: str, *problems: Problem) -> Unit:
    return Unit(chart, "helm", Reading((), (NotChecked(_meta(chart), 1, reason, hint),), problems, 0))


def _variants(loaded: Loaded, given: tuple[tuple[str, bytes], ...]) -> list[Variant]:
    """The ways to render a chart, its own values first."""
    own = loaded.chart.files
    names = [n for n in sorted(own) if n != VALUES and any(fnmatchcase(n, p) for p in _PATTERNS) and "/" not in n]
    if given or not names:
        return [Variant("", given)]
    return [Variant(VALUES), *(Variant(name, ((loaded.chart.prefix + name, own[name]),)) for name in names)]


def _rendered(
    chart: str, loaded: Loaded, given: tuple[tuple[str, bytes], ...], options: HelmOptions, tools: Tools
) -> Iterator[Unit]:
    texts = Texts()
    texts.add_chart(loaded.chart)
    for name, data in given:
        texts.add(name, data)
    variants = _variants(loaded, given)
    left_out = list(loaded.left_out)
    left_out += (NotChecked(v.given[0][0], 1, TOO_MANY, "name it with --values") for v in variants[MAX_VARIANTS:])
    with _Renderings(chart, loaded, options, tools, texts) as renderings:
        for variant in variants[:MAX_VARIANTS]:
            record = renderings.record(variant)
            if record.problem is not None:
                yield _unchecked(chart, FAILED, "", record.problem)._replace(variant=variant.name)
                continue
            found = reading(record.pages, texts)
            yield Unit(chart, "helm", found._replace(not_checked=(*left_out, *found.not_checked)), variant.name)


class _Renderings:
    """Renders the variants of one chart, if they have not been rendered before, from one packed copy."""

    def __init__(self, chart: str, loaded: Loaded, options: HelmOptions, tools: Tools, texts: Texts) -> None:
        self.path, self.loaded, self.options, self.tools, self.texts = chart, loaded, options, tools, texts
        self.folder: TemporaryDirectory[str] | None = None
        self.digest = "" if tools.cache is None else Cache.key(*(part for pair in loaded.raw.items() for part in pair))
        self.stopped: Problem | None = None
        """Why helm had to be stopped: with other values it would have to be, too."""

    def __enter__(self) -> _Renderings:
        return self

    def __exit__(self, *_: object) -> None:
        if self.folder is not None:
            self.folder.cleanup()

    def record(self, variant: Variant) -> Record:
        """How the rendering of a variant goes or went."""
        cache = self.tools.cache
        key = "" if cache is None else self._key(variant)
        if cache is not None and (data := cache.get(key)) is not None:
            known = decoded(data, self.texts)
            if known is not None:
                return known
        if self.stopped is not None:
            return Record(problem=self.stopped)
        record = self._render(variant)
        if cache is not None and self.stopped is None:
            cache.put(key, encoded(record))
        return record

    def _key(self, variant: Variant) -> str:
        """What a rendering depends on: the tool, what it is told, and every byte it reads, by the names that are shown."""
        options = repr(self.options._replace(values=(), root=""))
        values = (part for pair in variant.given for part in pair)
        head = ("helm", _FORMAT, identity(self.tools.helm), options, self.loaded.chart.prefix)
        return Cache.key(*head, self.digest, variant.name, *values)

    def _render(self, variant: Variant) -> Record:
        if self.folder is None:
            self.folder = TemporaryDirectory(prefix="hullmark-")
        setup, given = self._setup(self.folder.name, variant)
        ran = setup.render()
        if not ran.well:
            own = self.loaded.chart
            trouble = Trouble(self.path, own, self.texts, given, lambda template: misprint(own, template, setup))
            problem = trouble.problem(ran)
            if variant.name:
                problem = problem._replace(message=f"with {variant.name}: {problem.message}")
            self.stopped = problem if ran.failure else None
            return Record(problem=problem)
        touched = _touched(self.options.set)
        values = places(merged(self.loaded.chart, variant.given))
        known = {path: held for path, held in values.items() if path[0] not in touched}
        return Record(tuple(pages(self.loaded.chart, printed(ran), setup, known)))

    def _setup(self, folder: str, variant: Variant) -> tuple[Setup, dict[str, str]]:
        """What it takes to render a variant, and the user's names of the files that helm reads by ours."""
        archive = os.path.join(folder, "chart.tgz") if os.path.isdir(self.path) else os.path.abspath(self.path)
        if os.path.isdir(self.path) and not os.path.exists(archive):
            _write(archive, pack(self.loaded.raw))
        given = {archive: self.path}
        for number, (name, data) in enumerate(variant.given):
            file = os.path.join(folder, f"values-{number}.yaml")
            _write(file, data)
            given[file] = name
        release = self.options.release_name or _release(self.loaded.chart.name)
        return Setup(Helm.of(self.tools.helm, self.options), release, archive, tuple(given)[1:], folder), given


_FORMAT = "1"
"""Changes with what a record holds and with how it is found."""


def _write(path: str, data: bytes) -> None:
    with open(path, "wb") as file:
        file.write(data)


def _release(chart: str) -> str:
    """The name of a release for which none was given: the chart's, so far as a release may be called that."""
    return re.sub(r"[^a-z0-9-]+", "-", chart.lower()).strip("-")[:53].strip("-") or "release"


def _touched(settings: Sequence[str]) -> frozenset[str]:
    """The keys at the top of values of which ``--set`` changes list items: marked lists would be other lists there."""
    pieces = (piece for setting in settings if "[" in setting for piece in re.split(r"(?<!\\),", setting))
    return frozenset(re.split(r"(?<!\\)[.\[=]", piece.lstrip("{"))[0].replace("\\", "") for piece in pieces)
