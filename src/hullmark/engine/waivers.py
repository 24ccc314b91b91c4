"""Waivers: accepted findings, from ``hullmark.yaml`` and from annotations beside what they accept.

An annotation stands on an object (it holds for everything in it) or on a pod template (for its pods and, where the
workload has only this template, for the workload), and may name one container:

    hullmark.dev/waive.CHECK: "reason; owner=WHO; expires=YYYY-MM-DD"
    hullmark.dev/waive.CHECK.CONTAINER: "reason; owner=WHO; expires=YYYY-MM-DD"
    hullmark.dev/waivers: |
      - {check: CHECK, container: CONTAINER, reason: WHY, owner: WHO, expires: YYYY-MM-DD}

The list is for what does not fit into the 63 characters that Kubernetes allows for the name of an annotation
(https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/#syntax-and-character-set).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from hullmark.engine.config import date, waiver
from hullmark.engine.result import WaiverNote
from hullmark.model.architecture import Architecture
from hullmark.model.container import Container
from hullmark.model.declaration import PREFIX
from hullmark.model.errors import HullmarkError, nearest
from hullmark.model.finding import Subject
from hullmark.model.form import Form
from hullmark.model.resource import Resource
from hullmark.model.waiver import Waiver
from hullmark.model.workload import PodSet, Workload
from hullmark.sources.ignore import Ignore, compiled, ignored
from hullmark.text.regex import regex
from hullmark.text.source import Place, Problem, Source
from hullmark.text.tree import Margin, Node, dig
from hullmark.text.yaml import read as read_yaml

_LONGEST_NAME = 63
_NAME = regex(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?")


class _Scoped(NamedTuple):
    """A waiver of an annotation and the pod set it is for; None for the whole object."""

    waiver: Waiver
    podset: PodSet | None


class _Declared(NamedTuple):
    """A waiver of ``hullmark.yaml`` and its path patterns, ready for use."""

    waiver: Waiver
    paths: Ignore | None


@dataclass(frozen=True, eq=False)
class Waivers:
    """All valid waivers of a scan that have not expired, indexed; ``notes`` are about the others."""

    declared: Mapping[str, tuple[_Declared, ...]]
    annotated: Mapping[Resource, tuple[_Scoped, ...]]
    notes: tuple[WaiverNote, ...]

    def accepting(
        self, check: str, who: Subject, subject: Any, resource: Resource, workload: Workload | None
    ) -> Waiver | None:
        """The waiver that accepts what a check finds on a subject: the nearest annotation, else the first declared."""
        if not self.annotated and not self.declared:
            return None
        podset = subject.podset if isinstance(subject, Container) else subject if isinstance(subject, PodSet) else None
        if podset is None and workload is not None and len(workload.podsets) == 1:
            podset = workload.podsets[0]
        for found, scope in self.annotated.get(resource, ()):
            if found.check == check and (scope is None or scope is podset) and found.container in ("", who.container):
                return found
        return next((d.waiver for d in self.declared.get(check, ()) if _covers(d, who, resource.file)), None)

    def unused(self, used: Collection[Waiver]) -> Iterator[WaiverNote]:
        """Notes about the waivers that accepted nothing."""
        seen = set(used)
        for found in self._all():
            if found not in seen:
                seen.add(found)
                text = f"the waiver of '{found.check}' accepts nothing: the check finds nothing there"
                yield WaiverNote(found, "unused", found.place, text)

    def _all(self) -> Iterator[Waiver]:
        for scoped in self.annotated.values():
            yield from (s.waiver for s in scoped)
        for declared in self.declared.values():
            yield from (d.waiver for d in declared)


def collect(arch: Architecture, declared: Iterable[Waiver], names: Mapping[str, str], today: str) -> Waivers:
    """All waivers of a scan.

    Args:
        arch: where the annotations are.
        declared: those of ``hullmark.yaml``.
        names: the id of each check by every name it goes by.
        today: the ISO date that decides what has expired; a waiver holds on its last day.
    """
    notes: list[WaiverNote] = []
    by_check: dict[str, list[_Declared]] = {}
    for found in declared:
        if _holds(found, today, notes):
            by_check.setdefault(found.check, []).append(
                _Declared(found, compiled(found.paths) if found.paths else None)
            )
    annotated: dict[Resource, tuple[_Scoped, ...]] = {}
    for resource, scoped in _annotated(arch, names, notes):
        kept = tuple(s for s in scoped if _holds(s.waiver, today, notes))
        if kept:
            annotated[resource] = (*annotated.get(resource, ()), *kept)
    return Waivers({k: tuple(v) for k, v in by_check.items()}, annotated, tuple(dict.fromkeys(notes)))


def _holds(found: Waiver, today: str, notes: list[WaiverNote]) -> bool:
    if found.expires >= today:
        return True
    text = f"the waiver of '{found.check}' expired on {found.expires}; {found.owner} owns it"
    notes.append(WaiverNote(found, "expired", found.place, text))
    return False


def _covers(declared: _Declared, who: Subject, file: str) -> bool:
    found, paths = declared
    if paths is not None and not _below(file, paths):
        return False
    wanted = (found.kind, found.namespace, found.name, found.container)
    return all(want in ("", got) for want, got in zip(wanted, who[:4], strict=True))


def _below(file: str, paths: Ignore) -> bool:
    """Whether a file or a folder above it is meant."""
    parts = file.removeprefix("./").split("/")
    whole = ("/".join(parts[: n + 1]) for n in range(len(parts)))
    return any(ignored(path, (paths,), folder=n < len(parts) - 1) for n, path in enumerate(whole))


def _annotated(
    arch: Architecture, names: Mapping[str, str], notes: list[WaiverNote]
) -> Iterator[tuple[Resource, list[_Scoped]]]:
    """The waivers of annotations per object: those of its pod templates before its own."""
    for workload in arch.workloads:
        own = workload.resource.node.path
        for podset in workload.podsets:
            if podset.template is not None and podset.template.path != own:
                found = list(_read(podset.template, podset.containers, names, notes))
                if found:
                    yield workload.resource, [_Scoped(w, podset) for w in found]
    containers = {workload.resource: workload.containers for workload in arch.workloads}
    for resource in arch.resources:
        found = list(_read(resource.node, containers.get(resource, ()), names, notes))
        if found:
            yield resource, [_Scoped(w, None) for w in found]


def _read(
    holder: Node, containers: Iterable[Container], names: Mapping[str, str], notes: list[WaiverNote]
) -> Iterator[Waiver]:
    """The valid waivers among the annotations of an object or a pod template."""
    annotations = dig(holder.value, "metadata", "annotations")
    for key in annotations if isinstance(annotations, dict) else ():
        if not key.startswith(PREFIX + "waive"):
            continue
        place = holder.at("metadata", "annotations", key)
        for entry in _entries(key.removeprefix(PREFIX), annotations[key], place, names):
            fault = _stray(entry, containers) if isinstance(entry, Waiver) else entry
            if fault is not None:
                notes.append(WaiverNote(None, "invalid", fault.place or place, _said(fault)))
            elif isinstance(entry, Waiver):
                yield entry


def _stray(found: Waiver, containers: Iterable[Container]) -> HullmarkError | None:
    """What is wrong with a waiver for a container that is not there."""
    present = {c.name for c in containers}
    if not found.container or found.container in present:
        return None
    return HullmarkError(f"there is no container '{found.container}' here", nearest(found.container, present))


def _said(error: HullmarkError) -> str:
    return f"{error.message}; {error.hint}" if error.hint else error.message


def _entries(name: str, value: Any, place: Place, names: Mapping[str, str]) -> Iterator[Waiver | HullmarkError]:
    """What one annotation says, with an error in place of each waiver that is not one."""
    if not isinstance(value, str):
        yield HullmarkError("the value of an annotation is a string", "put it in quotes", place)
        return
    try:
        yield from _list(value, place, names) if name == "waivers" else (_single(name, value, place, names),)
    except HullmarkError as error:
        yield error


def _single(name: str, value: str, place: Place, names: Mapping[str, str]) -> Waiver:
    word, _, rest = name.partition(".")
    check, _, container = rest.partition(".")
    if word != "waive" or not check:
        raise HullmarkError(f"unknown annotation '{PREFIX}{name}'", f"write '{PREFIX}waive.CHECK'", place)
    if len(name) > _LONGEST_NAME or not _NAME.fullmatch(name):
        hint = f"list the waiver under '{PREFIX}waivers'"
        raise HullmarkError(f"Kubernetes does not accept '{name}' as the name of an annotation", hint, place)
    if check not in names:
        raise HullmarkError(f"there is no check '{check}'", nearest(check, names), place)
    said, fields = [], {"owner": "", "expires": ""}
    for part in map(str.strip, value.split(";")):
        key, equals, text = part.partition("=")
        if equals and key.strip() in fields:
            fields[key.strip()] = text.strip()
        elif part:
            said.append(part)
    for key, text in (("reason", "; ".join(said)), *fields.items()):
        if not text:
            hint = "write 'reason; owner=WHO; expires=YYYY-MM-DD'"
            raise HullmarkError(f"the waiver of '{check}' has no '{key}'", hint, place)
    expires = date(fields["expires"], place)
    return Waiver(names[check], "; ".join(said), fields["owner"], expires, place, container=container)


def _list(value: str, place: Place, names: Mapping[str, str]) -> Iterator[Waiver | HullmarkError]:
    """The waivers of a YAML list in an annotation; their places are the annotation's."""
    for document in read_yaml(Source(place.source.name, value)):
        if isinstance(document, Problem):
            raise HullmarkError(document.message, document.hint, place)
        if not isinstance(document.root, list):
            raise HullmarkError(f"'{PREFIX}waivers' is a list of waivers", "start each one with '- '", place)
        for node in document._replace(margin=Margin(place, 0, 0)).node.children():
            try:
                yield waiver(Form(node, "a waiver"), names, ("container",))
            except HullmarkError as error:
                yield error
