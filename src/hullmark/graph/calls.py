"""Who calls whom, as far as addresses in variables and command lines tell."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache

from hullmark.graph.compose import Networks
from hullmark.graph.index import Chains, Names
from hullmark.model.architecture import Selection
from hullmark.model.container import Container
from hullmark.model.resource import Resource
from hullmark.model.truth import string
from hullmark.model.workload import Workload
from hullmark.text.regex import regex
from hullmark.text.tree import items

_ADDRESS = regex(
    r"(?:\b[a-z][a-z0-9+]{1,15}://(?:[^\s/@]{1,128}@)?)?\b([a-z][a-z0-9-]{0,62})(?:\.([a-z0-9][a-z0-9-]{0,62}))?(?:\.svc\b[\w.]{0,64})?(?::\d{1,5}\b|(?=/|$))"
)
"""A host of the cluster: ``http://name.namespace.svc:8000``, ``name:6379``, ``redis://name/0``."""

_WORD = regex(
    r"://(?:[^\s/@]{1,128}@)?([a-z0-9][a-z0-9_-]{0,62})(?![\w.-])(?![^\s/@]{0,128}@)"
    r"|(?<![\w./@:-])([a-z0-9][a-z0-9_-]{0,62}):(?:80|\d{3,5})\b"
    r"|\bhost=([a-z0-9][a-z0-9_-]{0,62})(?![\w.-])",
    re.IGNORECASE,
)
"""A host of one word, as Compose services have them: ``http://name``, ``name:6379``, ``host=name``."""


def callers(
    workloads: Sequence[Workload],
    by_kind: Mapping[str, Sequence[Resource]],
    selections: Mapping[Resource, Selection],
    chains: Chains,
    networks: Networks,
) -> dict[Workload, tuple[Workload, ...]]:
    """The workloads whose settings name a Service, or a service of their project, by the workloads behind it."""
    found: dict[Workload, dict[Workload, None]] = {}
    for workload in networks.services:
        texts = [t for c in workload.containers for t in (*_texts(c), *(n.value for n in networks.configured(c)))]
        hosts = [name for text in texts for name in hosts_in(text, networks.names)]
        named = (other for name in dict.fromkeys(hosts) for other in networks.find(name, workload))
        for other in (*networks.called(workload), *named):
            found.setdefault(other, {})[workload] = None
    services = [s for s in by_kind.get("Service", ()) if not s.ref.group and s in selections]
    known = {s.ref.name for s in services}
    names = Names(chains, services)

    @cache
    def called(text: str) -> tuple[tuple[str, str], ...]:
        """The names of Services in a text, each with its namespace; the pods of a system have much of theirs in common."""
        return tuple((found[1], found[2] or "") for found in _ADDRESS.finditer(text) if found[1] in known)

    for workload in workloads if known else ():
        for name, space in dict.fromkeys(h for c in workload.containers for text in _texts(c) for h in called(text)):
            service = names.find(name, space or workload.namespace, workload.resource)
            for podset in selections[service].podsets if service is not None else ():
                if podset.workload is not workload:
                    found.setdefault(podset.workload, {})[workload] = None
    return {w: tuple(c) for w, c in found.items()}


def hosts_in(text: str, known: Collection[str]) -> list[str]:
    """The names among these that a text uses as addresses, each once."""
    return list(dict.fromkeys(name for name, _ in _written(text, 0, len(text)) if name in known))


def host_at(text: str, name: str, start: int, end: int) -> tuple[int, int] | None:
    """Where a stretch of a text uses a name as an address for the first time; None where it does not."""
    return next(((at, at + len(name)) for found, at in _written(text, start, end) if found == name), None)


def _written(text: str, start: int, end: int) -> Iterator[tuple[str, int]]:
    """Hosts in a text that are one word, each with where it starts; what is commented out says nothing."""
    at = start
    while at < end:
        stop = text.find("\n", at, end)
        stop = end if stop < 0 else stop
        if text[at:stop].lstrip()[:1] != "#":
            for found in _WORD.finditer(text, at, stop):
                yield found[found.lastindex or 0], found.start(found.lastindex or 0)
        at = stop + 1


def _texts(container: Container) -> Iterator[str]:
    """Values that may hold an address: those with a colon, or what names a host. A bare word is too weak a sign."""
    for variable in container.environment.values():
        # Of a value that is not known as a whole, the part that is written may still name a host.
        value = variable.value or string(variable.node.value, "value")
        if (":" in value or "host=" in value) and len(value) < 2048:
            yield value
    for key in ("command", "args"):
        for word in items(container.node.value, key):
            if isinstance(word, str) and ":" in word and len(word) < 8192:
                yield word
