"""Who waits for whose answer: the calls between workloads, without those that nobody waits for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from hullmark.model.architecture import Architecture
from hullmark.model.component import ComponentKind, Edge, EdgeKind, Graph
from hullmark.model.truth import string
from hullmark.model.workload import Workload
from hullmark.text.regex import regex
from hullmark.text.source import Place
from hullmark.text.tree import mapping


class Call(NamedTuple):
    """One workload asks another and waits; ``text`` and ``place`` are what says so."""

    caller: Workload
    called: Workload
    text: str
    place: Place


_UNAWAITED = regex(
    r"(?:^|[_.\-\s])(?:otel|otlp|trac(?:e|es|er|ing)|telemetry|metrics?|prometheus|grafana|statsd|log(?:s|ger|ging)?|langfuse"
    r"|phoenix|callback|callbacks|webhooks?|redirect|origins?|cors|issuer|public|external|frontend|ui|site|web|sink|broker"
    r"|queue|events?|dashboard|proxy|no_proxy|exporter|collector|allowed|trusted)(?:$|[_.\-\s:=])",
    re.IGNORECASE,
)
"""Words in the names of settings whose address nobody waits for (telemetry, events), or that only others are told."""

_CAMEL = regex(r"(?<=[a-z0-9])(?=[A-Z])")
_QUOTED = regex(r"'([^']*)'")
_MESSAGES = frozenset({"amqp", "amqps", "kafka", "nats", "mqtt", "mqtts", "pulsar", "otlp", "statsd", "syslog", "smtp"})
"""Schemes of what is sent and not answered."""

_WORD = regex(r"[a-z0-9][a-z0-9-]{0,62}")
_LONGEST = 262_144
"""Characters of one text that are searched for names."""

_DEEPEST, _WIDEST = 6, 50
"""How many Services and routes may stand between a caller and the pods, and how many workloads behind one address count."""


@lru_cache(maxsize=1)
def nameable(arch: Architecture) -> Mapping[Workload, frozenset[Workload]]:
    """Which workloads the settings of each may name: more than it calls, and told without drawing the graph.

    Any word that is the name of a Service or of what an operator makes counts, wherever it stands.
    """
    behind: dict[str, dict[str, dict[Workload, None]]] = {}
    for service, found in arch.selections.items():
        if service.ref.kind == "Service":
            spaces = behind.setdefault(service.ref.name, {})
            spaces.setdefault(service.ref.namespace, {}).update((p.workload, None) for p in found.podsets)
    for workload in arch.workloads:
        if workload.ref.group not in _PLAIN:
            behind.setdefault(workload.name, {}).setdefault(workload.namespace, {})[workload] = None
    named: dict[Workload, frozenset[Workload]] = {}
    for workload in arch.workloads if behind else ():
        if workload.lifetime != "task" and not workload.template:
            words = frozenset[str]().union(*map(_words, _texts(workload, arch)))
            targets = set(arch.calls(workload))
            for name in words & behind.keys():
                spaces = behind[name]
                for space, called in spaces.items():
                    if not workload.namespace or space in ("", workload.namespace) or space in words:
                        targets.update(islice(called, _WIDEST))
            named[workload] = frozenset(t for t in targets if t.lifetime != "task" and t.ref != workload.ref)
    return named


@lru_cache(maxsize=32)
def _words(text: str) -> frozenset[str]:
    """The words of a text, and what stands before each hyphen in them; pods of one team are given the same texts."""
    words = set(_WORD.findall(text, 0, _LONGEST))
    heads = [word for word in words if "-" in word]
    while heads := [head for word in heads if (head := word.rpartition("-")[0])]:
        words.update(heads)
    return frozenset(words)


_PLAIN = frozenset({"", "apps", "batch"})
"""Groups of the kinds that are called by Services alone; operators name Services after their objects."""


def _texts(workload: Workload, arch: Architecture) -> Iterator[str]:
    """All that may hold an address: variables, command lines, files, and the fields of an operator's object."""
    for container in workload.containers:
        variables = (v.value or string(v.node.value, "value") for v in container.environment.values())
        yield "\n".join((container.argv.text, *variables))
    for podset in workload.podsets:
        for volume in podset.volumes.values():
            sources = [volume, *volume.children("projected", "sources")]
            for name in filter(None, (string(s.value, "configMap", "name") for s in sources)):
                config = arch.find("ConfigMap", workload.namespace, name)
                if config is not None:
                    yield from (text for text in mapping(config.node.value, "data").values() if isinstance(text, str))
    if workload.ref.group not in _PLAIN:
        yield from _strings(mapping(workload.resource.node.value, "spec"))


def _strings(value: object) -> Iterator[str]:
    """The texts in a value that look like addresses."""
    stack = [value]
    while stack:
        one = stack.pop()
        if isinstance(one, str):
            if "." in one or ":" in one:
                yield one
        elif isinstance(one, dict):
            stack.extend(one.values())
        elif isinstance(one, list):
            stack.extend(one)


@lru_cache(maxsize=1)
def awaited(arch: Architecture) -> Mapping[Workload, tuple[Call, ...]]:
    """The calls of each workload that runs all the time, as far as addresses in its settings tell."""
    found: dict[Workload, dict[Workload, Call]] = {}
    behind: dict[str, tuple[Workload, ...]] = {}
    for edge in arch.wiring.edges:
        if edge.kind is not EdgeKind.CALLS or not edge.certain:
            continue
        caller, evidence = arch.wiring.by_id[edge.source].workload, edge.evidence[0]
        if caller is None or caller.lifetime == "task" or caller.template or evidence.place is None:
            continue
        if not _waits(edge):
            continue
        if edge.target not in behind:
            behind[edge.target] = tuple(islice(_behind(edge.target, arch.wiring), _WIDEST))
        for called in behind[edge.target]:
            if called.ref != caller.ref and called.lifetime != "task":
                found.setdefault(caller, {}).setdefault(called, Call(caller, called, evidence.text, evidence.place))
    return {caller: tuple(calls.values()) for caller, calls in found.items()}


def _waits(edge: Edge) -> bool:
    """Whether one of the settings that say so is not one of telemetry, of messages or for others."""
    return edge.facts.get("scheme", "") not in _MESSAGES and any(
        e.place is not None and not _unawaited(_setting(e.text, e.place)) for e in edge.evidence
    )


@lru_cache(maxsize=1024)
def _unawaited(name: str) -> bool:
    """Whether what an address is called says that nobody waits for it; teams call theirs alike."""
    return _UNAWAITED.search(_CAMEL.sub("_", name)) is not None


def _setting(text: str, place: Place) -> str:
    """What an address is called: its variable or flag, the keys that lead there, and what precedes it on its line."""
    quoted = _QUOTED.search(text)
    keys = [str(k) for k in place.path[-4:] if isinstance(k, str)]
    whole, start = place.source.text, place.span.start
    line = whole[max(whole.rfind("\n", 0, start) + 1, start - 100) : start]
    return " ".join([quoted[1] if quoted is not None else "", *keys, line.partition("://")[0]])


def _behind(target: str, graph: Graph) -> Iterator[Workload]:
    """The workloads at an address, through Services and routes."""
    seen, level = {target}, [target]
    for _ in range(_DEEPEST):
        following: list[str] = []
        for one in level:
            component = graph.by_id[one]
            if component.kind is ComponentKind.WORKLOAD:
                if component.workload is not None and not component.workload.template:
                    yield component.workload
                continue
            following += [e.target for e in graph.out(one, EdgeKind.ROUTES)]
        level = [one for one in dict.fromkeys(following) if one not in seen]
        seen.update(level)
