"""What applications of a team's own are for, told by what runs behind the addresses that they are given.

`hullmark.recognise.behaviour` knows addresses by their names only. Here ``http://brain:8000`` is a model API because the
Service ``brain`` leads to pods of vLLM, whatever it and the variable are called.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from hullmark.model.architecture import Selection
from hullmark.model.container import Container
from hullmark.model.resource import Resource
from hullmark.model.terms import Role, Sign
from hullmark.model.workload import Evidence, Workload
from hullmark.recognise import behaviour
from hullmark.recognise.recognition import recast
from hullmark.text.regex import regex
from hullmark.text.source import Place

_SIGNS = {
    Role.VECTOR_STORE: Sign.VECTORS,
    Role.MCP_SERVER: Sign.TOOLS,
    Role.EMBEDDING: Sign.EMBEDDINGS,
    Role.LLM_GATEWAY: Sign.MODEL,
    Role.INFERENCE_ROUTER: Sign.MODEL,
}
_LANGUAGE = frozenset(
    {"vllm", "tgi", "sglang", "nim", "ollama", "llama-cpp", "lmdeploy", "fastchat", "localai", "deepspeed-mii"}
)
"""Engines that serve language models; others may look at pictures as well."""

_MOST_NAMES = 16
"""Services of one workload that are looked for."""

_PASSES_ON = regex(
    r"nginx|envoy|haproxy|traefik|caddy|gateway|proxy|ingress|(?:^|[-_/])(?:edge|router|portal|dashboard)(?:$|[-_])"
)
"""What is called that passes requests on to whatever is behind it."""


def conclude(called: Mapping[Workload, tuple[Workload, ...]], selections: Mapping[Resource, Selection]) -> None:
    """Complete the roles of workloads that nothing else tells, from what they call."""
    found: dict[Workload, dict[Workload, Sign]] = {}
    for target, callers in called.items():
        sign = _sign(target)
        if sign is None:
            continue
        for caller in callers:
            if behaviour.is_open(caller):
                found.setdefault(caller, {})[target] = sign
    telling = {caller: targets for caller, targets in found.items() if _tell(caller, targets)}
    names = _names({t for targets in telling.values() for t in targets}, selections) if telling else {}
    for caller, targets in telling.items():
        _conclude(caller, targets, names)


def _tell(caller: Workload, targets: Mapping[Workload, Sign]) -> bool:
    """Whether what a workload calls, wherever it says so, can tell at all what it is for; most call but one sort."""
    led = {sign: Evidence("") for sign in targets.values()}
    if _PASSES_ON.search(f"{caller.name} {caller.containers[0].image.repository}"):
        return False
    return any(behaviour.concluded(c, {**led, **c.given}) is not None for c in caller.containers if c.kind == "app")


def _sign(target: Workload) -> Sign | None:
    if target.role is Role.ONLINE_INFERENCE:
        return Sign.MODEL if target.engine in _LANGUAGE else None
    return _SIGNS.get(target.role)


def _names(targets: set[Workload], selections: Mapping[Resource, Selection]) -> dict[Workload, list[str]]:
    """What these workloads are called by: their Services, and the names of Compose services."""
    found = {target: [target.name] for target in targets if target.ref.kind == "ComposeService"}
    for service, selection in selections.items():
        for podset in selection.podsets:
            if podset.workload in targets:
                found.setdefault(podset.workload, []).append(service.ref.name)
    return found


def _conclude(caller: Workload, targets: Mapping[Workload, Sign], names: Mapping[Workload, list[str]]) -> None:
    for container in caller.containers:
        if container.kind != "app":
            continue
        led: dict[Sign, Evidence] = {}
        for target, sign in targets.items():
            for what, place in _mentions(container, names.get(target, [])):
                led.setdefault(sign, Evidence(f"probably: {what} leads to '{target.name}', {sign.value}", place))
        verdict = behaviour.concluded(container, {**led, **container.given}) if led else None
        if verdict is not None:
            recast(caller, *verdict)
            return


def _mentions(container: Container, names: list[str]) -> Iterator[tuple[str, Place]]:
    """Where a container is given an address with one of these names."""
    if not names:
        return
    host = re.compile(
        rf"(?<![\w.-])(?:{'|'.join(map(re.escape, names[:_MOST_NAMES]))})(?:\.[\w.-]{{1,99}})?(?::\d|/|$)"
    )
    for value, what, place in behaviour.addresses(container):
        if host.search(value[:2048]):
            yield what, place()
