"""Joins objects with what is declared about them, in annotations and in ``hullmark.yaml``.

The nearest counts: annotations of the object, then of its pod templates, then the entries of ``hullmark.yaml``, of which
a later one overrides an earlier one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import translate
from itertools import chain
from typing import NamedTuple

from hullmark.model.declaration import KEYS, PREFIX, DeclarationError, Declarations, Entry, Flaw, Statement, weighed
from hullmark.model.resource import Resource
from hullmark.model.truth import is_placeholder
from hullmark.model.workload import Workload
from hullmark.text.regex import regex
from hullmark.text.tree import Node, dig

_OTHERS = frozenset({"pool", "release"})
"""Our annotations that declare nothing: those of nodes and charts. Waivers, which begin alike, have notes of their own."""

_WILD = regex(r"[*?\[]")


def declarations(
    resources: Iterable[Resource], workloads: Iterable[Workload], entries: Sequence[Entry]
) -> Mapping[Resource, Declarations]:
    """What is declared, by object; objects that nothing is said about are left out."""
    running = {workload.resource: workload for workload in workloads}
    configured = _Configured.of(entries)
    found = {}
    for resource in resources:
        annotated = list(_annotated(resource, running.get(resource)))
        chosen = configured.about(resource)
        if annotated or chosen:
            flaws = {(f.key, f.place.source, f.place.span): f for f in annotated if isinstance(f, Flaw)}
            said = (s for s in annotated if isinstance(s, Statement))
            elsewhere = (s._replace(exact=p.exact) for p in chosen for s in p.entry.statements)
            found[resource] = weighed(
                chain(said, elsewhere), tuple(flaws.values()), frozenset(p.entry.place for p in chosen)
            )
    return found


def _annotated(resource: Resource, workload: Workload | None) -> Iterator[Statement | Flaw]:
    yield from _read(resource.node)
    for podset in workload.podsets if workload is not None else ():
        if podset.template is not None and podset.template.value is not resource.node.value:
            yield from _read(podset.template)


def _read(holder: Node) -> Iterator[Statement | Flaw]:
    annotations = dig(holder.value, "metadata", "annotations")
    for key in annotations if isinstance(annotations, dict) else ():
        if not isinstance(key, str) or not key.startswith(PREFIX):
            continue
        name = key.removeprefix(PREFIX)
        if name not in _OTHERS and not name.startswith("waive"):
            yield _statement(name, annotations[key], holder)


def _statement(name: str, text: object, holder: Node) -> Statement | Flaw:
    place = holder.at("metadata", "annotations", PREFIX + name)
    if name not in KEYS:
        from difflib import get_close_matches

        near = get_close_matches(name[:64], KEYS, 1)
        hint = f"did you mean '{PREFIX}{near[0]}'?" if near else f"known are {', '.join(PREFIX + k for k in KEYS)}"
        return Flaw(name, place, f"nothing is declared by '{PREFIX}{name[:64]}'", hint)
    if not isinstance(text, str):
        return Flaw(name, place, f"the value of '{PREFIX}{name}' is no string", "put it in quotes")
    if is_placeholder(text):
        return Flaw(name, place, f"'{PREFIX}{name}' is filled in later", unknown=True)
    try:
        return Statement(name, text, KEYS[name](text), place, "annotation")
    except DeclarationError as error:
        return Flaw(name, place, f"'{PREFIX}{name}': {error}", error.hint)


class _Pattern(NamedTuple):
    """An entry, its number and its patterns, ready for use; None where anything matches.

    ``exact`` says that it gives the name of what it is about.
    """

    number: int
    entry: Entry
    exact: bool
    kind: re.Pattern[str] | None
    namespace: re.Pattern[str] | None
    name: re.Pattern[str] | None

    @classmethod
    def of(cls, number: int, entry: Entry) -> _Pattern:
        kind, namespace, name = (
            re.compile(translate(text)) if text else None for text in (entry.kind, entry.namespace, entry.name)
        )
        return cls(number, entry, bool(entry.name) and not _WILD.search(entry.name), kind, namespace, name)

    def matches(self, resource: Resource) -> bool:
        ref = resource.ref
        pairs = ((self.kind, ref.kind), (self.namespace, ref.namespace), (self.name, ref.name))
        return all(pattern is None or pattern.match(text) is not None for pattern, text in pairs)


class _Configured(NamedTuple):
    """The entries of ``hullmark.yaml``: those of one name by that, and the others."""

    exact: Mapping[str, Sequence[_Pattern]]
    general: Sequence[_Pattern]

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> _Configured:
        exact: dict[str, list[_Pattern]] = {}
        general = []
        for number, entry in enumerate(entries):
            pattern = _Pattern.of(number, entry)
            if pattern.exact:
                exact.setdefault(entry.name, []).append(pattern)
            else:
                general.append(pattern)
        return cls(exact, general)

    def about(self, resource: Resource) -> Sequence[_Pattern]:
        """The entries about an object, later ones first."""
        if not self.exact and not self.general:
            return ()
        found = [p for p in (*self.exact.get(resource.ref.name, ()), *self.general) if p.matches(resource)]
        return sorted(found, key=lambda p: -p.number)
