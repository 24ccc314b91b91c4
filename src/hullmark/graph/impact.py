"""What it would cost if a workload failed or leaked: the worst of its reasons, each with where it stands.

A declaration is one reason among the others. It can raise an impact and never lower what is seen: who finds it too high has
to change what makes it so, or waive what follows from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from hullmark.graph.powers import powers
from hullmark.model.architecture import Architecture, Exposure, Identity, Importance, Reason
from hullmark.model.declaration import AiActClass, DataClass, Declarations, Statement
from hullmark.model.kubeai import devices
from hullmark.model.terms import Impact, Reach, Role
from hullmark.model.workload import Workload
from hullmark.text.source import Place

_HIGH, _MODERATE, _LOW = Impact.HIGH, Impact.MODERATE, Impact.LOW

_ROLES = {
    Role.AGENT: "acts through tools",
    Role.MCP_SERVER: "offers tools to agents",
    Role.LLM_GATEWAY: "holds the keys of model providers",
    Role.MODEL_REGISTRY: "keeps the models others load",
    Role.VECTOR_STORE: "keeps indexed documents",
    Role.FEATURE_STORE: "keeps features of people and things",
    Role.ACCELERATOR_PLATFORM: "serves the accelerators of every node",
}
"""Roles that weigh by themselves."""

_MANY_ACCELERATORS, _MANY_DEPENDANTS = 8, 3
"""From when accelerators (one full node) and dependants weigh high."""


def importance(workload: Workload, arch: Architecture) -> Importance:
    """The impact of a workload with its reasons, the weightiest first. Reasons that weigh nothing are left out."""
    found: dict[tuple[Impact, str], Reason] = {}
    for reason in _reasons(workload, arch):
        if reason.impact > _LOW:
            found.setdefault(reason[:2], reason)
    kept = sorted(found.values(), key=lambda r: -r.impact)
    return Importance(max((r.impact for r in kept), default=_LOW), tuple(kept))


def _reasons(workload: Workload, arch: Architecture) -> Iterator[Reason]:
    yield from _declared(arch.declared(workload))
    yield from _exposed(workload, arch.exposure(workload))
    yield from _held(workload, arch)
    yield from _powers(workload, arch)
    if workload.role is Role.AGENT:
        yield from _tools(workload, arch)
    callers = arch.dependants(workload)
    if callers:
        text = "1 workload depends on it" if len(callers) == 1 else f"{len(callers)} workloads depend on it"
        yield Reason(_HIGH if len(callers) >= _MANY_DEPENDANTS else _MODERATE, text, callers[0].resource.place)
    if workload.role in _ROLES:
        place = next((e.place for e in workload.evidence if e.place is not None), None)
        yield Reason(_MODERATE, _ROLES[workload.role], place)


def _declared(declarations: Declarations) -> Iterator[Reason]:
    """Statements that disagree all count: none takes back what another one says."""
    for statement in (*declarations.said.values(), *declarations.others):
        impact, text = _weight(statement)
        yield Reason(impact, text, statement.place)


def _weight(statement: Statement) -> tuple[Impact, str]:
    value = statement.value
    if isinstance(value, DataClass):
        return value.impact, f"declared data class {value.value}"
    if isinstance(value, AiActClass):
        return value.impact, f"declared AI Act class {value.value}"
    if isinstance(value, Impact):
        return value, f"declared impact {value.word}"
    return (_MODERATE, f"declared objective {value:g} %") if isinstance(value, float) else (_LOW, "")


def _exposed(workload: Workload, exposure: Exposure) -> Iterator[Reason]:
    """Only what is certainly open counts as such; what runs no AI weighs less."""
    place = exposure.path[0].place if exposure.path else None
    if exposure.reach is Reach.PUBLIC:
        if exposure.authenticated:
            yield Reason(_MODERATE, "public with authentication", place)
        elif exposure.unknown:
            yield Reason(_MODERATE, "public" if exposure.sure is None else "perhaps public", place)
        else:
            yield Reason(_HIGH if workload.is_ai else _MODERATE, "public without authentication", place)
    elif exposure.reach is Reach.INTERNAL and workload.is_ai and workload.lifetime == "service":
        yield Reason(_MODERATE, "reachable from the internal network", place)


def _held(workload: Workload, arch: Architecture) -> Iterator[Reason]:
    """The devices it holds, or takes when somebody asks what is scaled down to nothing."""
    held = [a.place for c in workload.containers for a in c.accelerators]
    total = workload.accelerator_total if held else 0
    asked = _taken(workload, arch) if total == 0 else 0
    place = held[0] if held else workload.at("spec", "resourceProfile")
    if total is None:
        yield Reason(_MODERATE, "accelerators", place)
    elif total or asked:
        text = "1 accelerator" if (total or asked) == 1 else f"{total or asked} accelerators"
        impact = _HIGH if (total or asked) >= _MANY_ACCELERATORS else _MODERATE
        yield Reason(impact, text if total else f"{text} when somebody asks", place)


def _taken(workload: Workload, arch: Architecture) -> int:
    """The devices of one pod of each set that is scaled from nothing; what is switched off takes none."""
    if workload.ref.group == "kubeai.org":
        return devices(workload, arch) or 0
    return sum(p.accelerator_count for p in workload.podsets if arch.links[p].replicas.most != 0)


def _powers(workload: Workload, arch: Architecture) -> Iterator[Reason]:
    for podset in workload.podsets:
        identity = arch.links[podset].identity
        yield from _power(identity)
        if identity.cloud:  # it does not hang on the token of the cluster
            account = identity.account
            place = podset.at("serviceAccountName") if account is None else account.node.at("metadata", "annotations")
            yield Reason(_MODERATE, "carries a cloud identity", place)


_HARMLESS = frozenset({"read-config", "change-config", "read-logs", "forward-ports", "unknown"})
"""Rights that say little of what it would cost; what a role that is not in the scan allows is unknown, and no reason."""


def _power(identity: Identity) -> Iterator[Reason]:
    """What the identity may do; nothing where no token is mounted."""
    if identity.token_mounted is False or not identity.grants:
        return
    for power in _rights(identity.grants):
        if power.kind in _HARMLESS or (power.names and power.kind in ("read-secrets", "write-secrets")):
            continue
        wide = power.everywhere and not power.names
        yield Reason(_HIGH if wide else _MODERATE, power.text, power.evidence[0].place)


_rights = lru_cache(maxsize=1024)(powers)
"""Many pods run as one account, whose grants are worked out once."""


def _tools(workload: Workload, arch: Architecture) -> Iterator[Reason]:
    """The tools an agent holds: the tool servers it calls, and what those may do for whoever talks to it."""
    servers = [called for called in arch.calls(workload) if called.role is Role.MCP_SERVER]
    if servers:
        place: Place = servers[0].resource.place
        text = "holds the tools of 1 server" if len(servers) == 1 else f"holds the tools of {len(servers)} servers"
        yield Reason(_MODERATE, text, place)
    for server in servers:
        for reason in _powers(server, arch):
            yield reason._replace(text=f"through '{server.name}': {reason.text}")
