"""What a service runs: ``entrypoint`` and ``command``, and its health check, as a container's fields.

A text is split into words as a shell would (``types/command.go`` in compose-go); no shell runs it.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from hullmark.sources.compose.layer import RESET
from hullmark.sources.compose.made import Entry, at, mapping, several
from hullmark.sources.compose.sheet import Mark, Sheet
from hullmark.sources.compose.values import boolean, listed, text
from hullmark.text.tree import Map, Seq, Value

_LONGEST = 1 << 16


def commands(service: Map, sheet: Sheet) -> Iterator[Entry]:
    """``command`` and ``args`` of the container."""
    for key, field in (("entrypoint", "command"), ("command", "args")):
        value = service.get(key)
        if value is None or value is RESET:
            continue
        mark = service.marks[key]
        if isinstance(value, Seq):
            yield from several(field, ((text(item), place) for item, place in listed(value, mark[2:])), mark)
        else:
            yield from several(field, _words(text(value), mark[2:], sheet), mark)


def _words(line: str, mark: Mark, sheet: Sheet) -> Iterator[tuple[Value, Mark]]:
    """The words of a text, each with its place where it is written as it is read."""
    if len(line) > _LONGEST:
        return
    try:
        words = shlex.split(line)
    except ValueError:
        words = line.split()
    written, at_ = sheet.raw(mark), 0
    for word in words:
        found = written.find(word, at_) if word else -1
        if found < 0:
            yield word, mark
        else:
            yield word, (mark[0] + found, mark[0] + found + len(word))
            at_ = found + len(word)


def health(service: Map) -> Iterator[Entry]:
    """``readinessProbe`` for a health check that runs, ``healthcheck: disabled`` for one that is switched off."""
    check = service.get("healthcheck")
    if not isinstance(check, Map):
        return
    mark = service.marks["healthcheck"]
    test = check.get("test")
    first = text(next((item for item, _ in listed(test, (0, 0))), None)) if isinstance(test, Seq) else ""
    for key, off in (("disable", boolean(check.get("disable")) is True), ("test", first.upper() == "NONE")):
        if off:
            yield "healthcheck", "disabled", check.marks[key]
            return
    place = check.marks.get("test", mark)
    run = Map({"command": test if isinstance(test, Seq) else Seq([text(test)], [place[2:]])}, {"command": place})
    yield "readinessProbe", mapping([("exec", run, place)]), (*mark[:2], *at(place)[2:])
