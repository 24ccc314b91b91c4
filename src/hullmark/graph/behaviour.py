"""What applications of a team's own are for, told by what runs behind the addresses that they are given.

`hullmark.recognise.behaviour` knows addresses by their names only. Here ``http://brain:8000`` is a model API because the
Service ``brain`` leads to pods of vLLM, whatever it and the variable are called.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from hullmark.model.architecture import Selection
from hullmark.model.container import Container
from hullmark.model.files import Finds
from hullmark.model.resource import Resource
from hullmark.model.terms import Role
from hullmark.model.workload import Evidence, Workload
from hullmark.recognise import behaviour
from hullmark.recognise.recognition import recast
from hullmark.recognise.scan import Scan
from hullmark.recognise.signs import WATCHING, Sign
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


def conclude(
    called: Mapping[Workload, tuple[Workload, ...]],
    selections: Mapping[Resource, Selection],
    resources: Sequence[Resource],
) -> None:
    """Complete the roles of workloads that nothing else tells, from what they call."""
    found: dict[Workload, dict[Workload, Sign]] = {}
    for target, callers in called.items():
        sign = _sign(target)
        if sign is None:
            continue
        for caller in callers:
            if behaviour.is_open(caller) and not _PASSES_ON.search(
                f"{caller.name} {caller.containers[0].image.repository}"
            ):
                found.setdefault(caller, {})[target] = sign
    if found:
        scan = Scan(resources)
        names = _names({t for targets in found.values() for t in targets}, selections)
        for caller, targets in found.items():
            _conclude(caller, targets, names, scan)


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


def _conclude(
    caller: Workload, targets: Mapping[Workload, Sign], names: Mapping[Workload, list[str]], scan: Finds
) -> None:
    for container in caller.containers:
        if container.kind != "app":
            continue
        signs: dict[Sign, Evidence] = {}
        for target, sign in targets.items():
            for what, place in _mentions(container, names.get(target, [])):
                text = f"probably: {what} leads to '{target.name}', {sign.value}"
                signs.setdefault(sign, Evidence(text, place))
        verdict = behaviour.concluded(container, {**signs, **behaviour.signs(container, scan)}) if signs else None
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
    for variable in container.environment.values():
        if (
            variable.value
            and ":" in variable.value
            and not WATCHING.search(variable.name)
            and host.search(variable.value[:2048])
        ):
            yield f"variable '{variable.name}'", variable.node.at()
    for word in (w for segment in container.argv.segments for w in segment):
        if ":" in word and host.search(word[:2048]):
            flag, given, _ = word.partition("=")
            what = f"argument '{flag}'" if given and flag[:2] == "--" else "an argument"
            yield what, container.argv.word_place(word)
