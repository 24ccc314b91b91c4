"""Who waits for whose answer: the calls between workloads, without those that nobody waits for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from hullmark.model.architecture import Architecture
from hullmark.model.component import ComponentKind, Edge, EdgeKind, Graph
from hullmark.model.workload import Workload
from hullmark.text.source import Place


class Call(NamedTuple):
    """One workload asks another and waits; ``text`` and ``place`` are what says so."""

    caller: Workload
    called: Workload
    text: str
    place: Place


_UNAWAITED = re.compile(
    r"(?:^|[_.\-\s])(?:otel|otlp|trac(?:e|es|er|ing)|telemetry|metrics?|prometheus|grafana|statsd|log(?:s|ger|ging)?|langfuse"
    r"|phoenix|callback|callbacks|webhooks?|redirect|origins?|cors|issuer|public|external|frontend|ui|site|web|sink|broker"
    r"|queue|events?|dashboard|proxy|no_proxy|exporter|collector|allowed|trusted)(?:$|[_.\-\s:=])",
    re.IGNORECASE,
)
"""Words in the names of settings whose address nobody waits for (telemetry, events), or that only others are told."""

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_QUOTED = re.compile(r"'([^']*)'")
_MESSAGES = frozenset({"amqp", "amqps", "kafka", "nats", "mqtt", "mqtts", "pulsar", "otlp", "statsd", "syslog", "smtp"})
"""Schemes of what is sent and not answered."""

_DEEPEST = 6
"""How many Services and routes may stand between a caller and the pods."""


@lru_cache(maxsize=1)
def awaited(arch: Architecture) -> Mapping[Workload, tuple[Call, ...]]:
    """The calls of each workload that runs all the time, as far as addresses in its settings tell."""
    found: dict[Workload, dict[Workload, Call]] = {}
    for edge in arch.graph.edges:
        if edge.kind is not EdgeKind.CALLS or not edge.certain:
            continue
        caller, evidence = arch.graph.by_id[edge.source].workload, edge.evidence[0]
        if caller is None or caller.lifetime == "task" or caller.template or evidence.place is None:
            continue
        if not _waits(edge):
            continue
        for called in _behind(edge.target, arch.graph):
            if called is not caller and called.lifetime != "task":
                found.setdefault(caller, {}).setdefault(called, Call(caller, called, evidence.text, evidence.place))
    return {caller: tuple(calls.values()) for caller, calls in found.items()}


def _waits(edge: Edge) -> bool:
    """Whether one of the settings that say so is not one of telemetry, of messages or for others."""
    return edge.facts.get("scheme", "") not in _MESSAGES and any(
        e.place is not None and not _UNAWAITED.search(_CAMEL.sub("_", _setting(e.text, e.place))) for e in edge.evidence
    )


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
