"""What helm complains of, said of the user's own chart: the message without its wrapping, where, and what to do."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from hullmark.sources.helm.chart import META, VALUES, Chart, Texts, dependencies, document_of
from hullmark.sources.process import Ran
from hullmark.text.source import Place, Problem, Source, Span
from hullmark.text.yaml import read

_LONGEST = 400
"""How much of a message is kept, in characters: helm repeats whole values and call chains."""

_EXPLICIT = re.compile(
    r"(?:execution|parse) error (?:at|in) \((?P<file>[^():]+)(?::(?P<line>\d+))?(?::\d+)?\): (?P<said>.*)"
)
_YAML = re.compile(r"YAML parse error on (?P<file>[^:]+): (?P<said>.*)")
_PRINTED = re.compile(r"^line \d+: ")
_LOCATION = re.compile(r"(?P<file>[\w.@+-]+/[^\s:()\"<>]+):(?P<line>\d+)(?::\d+)?")
_AT = re.compile(r".* at <(?P<what>.*?)>: (?P<said>.*)")
_MISSING = re.compile(r"missing in charts/ directory: (?P<names>.*)")
_NOISE = re.compile(
    r"Use --debug flag to render out invalid YAML|An error occurred while checking for chart dependencies\."
)


class Trouble(NamedTuple):
    """A rendering that failed: which chart, by the user's name for it, and with which files of values beside its own."""

    path: str
    chart: Chart
    texts: Texts
    given: Mapping[str, str]
    """The user's names of what helm reads by the names that helm was given."""
    misprint: Callable[[str], tuple[str, int] | None]
    """Finds the line that prints what is no YAML, in a template of which helm gives only the name."""

    def problem(self, ran: Ran) -> Problem:
        """The diagnostic for a run of helm that printed no manifests."""
        if ran.failure:
            return Problem(f"helm {ran.failure}", self._in_chart(), self._runaway(ran.failure))
        said = self._said(ran)
        if found := _MISSING.search(said):
            names = found.group("names").split(", ")
            message = f"dependencies that are not in 'charts/': {', '.join(names)}"
            return Problem(message, self._dependency(names), f"fetch them first: helm dependency build {self.path}")
        hint = f"try it: helm template {self.path}"
        if found := _EXPLICIT.search(said):
            explicit = "execution" in found.group()
            hint = "give the value it asks for with --values or --set" if explicit else hint
            return Problem(self._short(found["said"]), self._place(found["file"], found["line"]), hint)
        if found := _YAML.search(said):
            said, line = found["said"].rpartition("yaml: ")[2], self.misprint(found["file"])
            place = self._place(found["file"], None) if line is None else line_of(self.texts[line[0]], line[1])
            message = f"what the template prints is no YAML: {said if line is None else _PRINTED.sub('', said)}"
            return Problem(self._short(message), place, hint)
        if (at := _AT.match(said)) and (where := self._innermost(said)) is not None:
            message = f"{at['said']} at <{at['what']}>"
            return Problem(
                self._short(message), where, "give the value with --values or --set, or a default in the template"
            )
        if "chart requires kubeVersion" in said:
            return Problem(self._short(said), self._in_chart(), "choose the cluster's version with --kube-version")
        return Problem(self._short(said), self._innermost(said) or self._unreadable() or self._in_chart(), hint)

    def _said(self, ran: Ran) -> str:
        """What helm says after its log, on one line, with the user's names."""
        _, mark, said = f"\n{ran.err}".rpartition("\nError:")
        said = " ".join(_NOISE.sub("", said if mark else ran.err).split())
        for ours, users in self.given.items():
            said = said.replace(ours, users)
        return said or f"exit code {ran.code} and no message"

    @staticmethod
    def _short(message: str) -> str:
        text = message.strip().rstrip(".")
        return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"

    def _runaway(self, failure: str) -> str:
        if failure.startswith("cannot be started"):
            return "give another one with --helm"
        return "a template that loops over a huge range or includes itself does that; see helm template"

    def _innermost(self, said: str) -> Place | None:
        """The last line of the chart that a call chain names."""
        found = [m for m in _LOCATION.finditer(said) if file_of(m["file"], self.chart)]
        return self._place(found[-1]["file"], found[-1]["line"]) if found else None

    def _place(self, file: str, line: str | None) -> Place:
        name = file_of(file, self.chart)
        return line_of(self.texts[name], int(line or 1)) if name else self._in_chart()

    def _in_chart(self) -> Place:
        """The chart as a whole: its name."""
        name = self.chart.prefix + META
        document = document_of(META, self.chart.files, name)
        if document is None:
            return line_of(self.texts[name], 1)
        return document._replace(source=self.texts[name]).node.at("name")

    def _dependency(self, names: Sequence[str]) -> Place:
        for node in dependencies(self.chart.files):
            if node.get("name") in names:
                file = self.chart.prefix + node.doc.source.name
                return node._replace(doc=node.doc._replace(source=self.texts[file])).at("name")
        return self._in_chart()

    def _unreadable(self) -> Place | None:
        """Where the first file of values that helm cannot read is broken."""
        for name in (
            *self.given.values(),
            *(one.prefix + file for one in self.chart.every() for file in (META, VALUES)),
        ):
            if name in self.texts:
                for found in read(self.texts[name]):
                    if isinstance(found, Problem) and found.severity == "error":
                        return found.place
        return None


def file_of(path: str, chart: Chart) -> str:
    """The user's name for a file that helm calls by a path like ``vllm/charts/redis/templates/x.yaml``; empty if there is none."""
    fits = [(prefix, one) for prefix, one in chart.within() if path.startswith(prefix)]
    if not fits:
        return ""
    prefix, one = max(fits, key=lambda pair: len(pair[0]))
    inner = path[len(prefix) :]
    return one.prefix + inner if inner in one.files else ""


def line_of(source: Source, line: int) -> Place:
    """The place of a line without its indentation."""
    text = source.line(line)
    start = source.starts[line - 1] if 1 <= line <= len(source.starts) else 0
    first = start + len(text) - len(text.lstrip())
    return Place(
        source, Span(first, start + len(text.rstrip())) if text.strip() else Span(start, start), (), editable=False
    )
