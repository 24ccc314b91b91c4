"""What it would cost if a workload failed or leaked: the worst of its reasons, each said in a few words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hullmark.model.architecture import Exposure, Grant, Identity, Importance
from hullmark.model.terms import Impact, Reach, Role
from hullmark.model.workload import Workload

Reason = tuple[Impact, str]

_HIGH, _MODERATE, _LOW = Impact.HIGH, Impact.MODERATE, Impact.LOW

_DATA = {
    "public": _LOW, "internal": _LOW, "confidential": _MODERATE, "personal": _HIGH, "pii": _HIGH, "phi": _HIGH,
    "health": _HIGH, "financial": _HIGH, "special": _HIGH, "restricted": _HIGH, "secret": _HIGH, "regulated": _HIGH,
}  # fmt: skip
"""Classes of data people declare; others count as moderate."""

_AI_ACT = {"prohibited": _HIGH, "high": _HIGH, "high-risk": _HIGH, "limited": _MODERATE, "minimal": _LOW, "none": _LOW}
"""Classes of the EU AI Act."""

_WORDS = {"low": _LOW, "moderate": _MODERATE, "medium": _MODERATE, "high": _HIGH}

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


def importance(workload: Workload, exposure: Exposure, identities: Sequence[Identity], callers: int) -> Importance:
    """The impact of a workload with its reasons, the weightiest first. Reasons that weigh nothing are left out."""
    found = [*_declared(workload), *_exposed(workload, exposure), *_held(workload)]
    for one in identities:
        found.extend(_power(one))
    if callers:
        one_or_more = "1 workload depends on it" if callers == 1 else f"{callers} workloads depend on it"
        found.append((_HIGH if callers >= _MANY_DEPENDANTS else _MODERATE, one_or_more))
    if workload.role in _ROLES:
        found.append((_MODERATE, _ROLES[workload.role]))
    kept = sorted((r for r in dict.fromkeys(found) if r[0] > _LOW), key=lambda r: -r[0])
    impact = max((r[0] for r in kept), default=_LOW)
    own = _annotations(workload).get("hullmark.dev/impact", "").lower()
    return Importance(_WORDS.get(own, impact), tuple(text for _, text in kept))


def _annotations(workload: Workload) -> dict[str, str]:
    """Of the object and of its pod templates; the object's win."""
    if not workload.resource.annotations and not any(p.annotations for p in workload.podsets):
        return {}
    below = {k: v for p in workload.podsets for k, v in p.annotations.items()}
    return {**below, **workload.resource.annotations}


def _declared(workload: Workload) -> Iterator[Reason]:
    notes = _annotations(workload)
    if data := notes.get("hullmark.dev/data-class"):
        yield _DATA.get(data.lower(), _MODERATE), f"declared data class {data}"
    if css := notes.get("hullmark.dev/ai-act-class"):
        yield _AI_ACT.get(css.lower(), _MODERATE), f"declared AI Act class {css}"
    if own := notes.get("hullmark.dev/impact"):
        yield _WORDS.get(own.lower(), _LOW), f"declared impact {own}"
    if slo := notes.get("hullmark.dev/slo"):
        yield _MODERATE, f"declared objective {slo}"


def _exposed(workload: Workload, exposure: Exposure) -> Iterator[Reason]:
    """Only what is certainly open counts as such; what runs no AI weighs less."""
    if exposure.reach is Reach.PUBLIC:
        if exposure.authenticated:
            yield _MODERATE, "public with authentication"
        elif exposure.unknown:
            yield _MODERATE, "public"
        else:
            yield _HIGH if workload.is_ai else _MODERATE, "public without authentication"
    elif exposure.reach is Reach.INTERNAL and workload.is_ai and workload.lifetime == "service":
        yield _MODERATE, "reachable from the internal network"


def _held(workload: Workload) -> Iterator[Reason]:
    total = workload.accelerator_total
    if total is None:
        if any(c.accelerators for c in workload.containers):
            yield _MODERATE, "accelerators"
    elif total:
        plural = "accelerator" if total == 1 else "accelerators"
        yield _HIGH if total >= _MANY_ACCELERATORS else _MODERATE, f"{total} {plural}"


_MAKERS = (("pods", ""), ("deployments", "apps"), ("jobs", "batch"))


def _power(identity: Identity) -> Iterator[Reason]:
    """What the identity may do; nothing where no token is mounted."""
    if identity.token_mounted is False:
        return
    for grant in identity.grants:
        where = "cluster-wide" if grant.cluster_wide else "in its namespace"
        if grant.allows("*", "*", "*"):
            yield _HIGH if grant.cluster_wide else _MODERATE, f"may do anything {where}"
            continue
        if _reads_secrets(grant):
            yield _HIGH if grant.cluster_wide else _MODERATE, f"reads secrets {where}"
        if any(grant.allows("create", kind, group) for kind, group in _MAKERS):
            yield _HIGH if grant.cluster_wide else _MODERATE, f"creates workloads {where}"
        if grant.allows("create", "pods/exec") or grant.allows("get", "pods/exec"):
            yield _HIGH if grant.cluster_wide else _MODERATE, f"runs commands in pods {where}"
    if identity.cloud:
        yield _MODERATE, "carries a cloud identity"


def _reads_secrets(grant: Grant) -> bool:
    """Whether it reads secrets that are not named one by one."""
    return any(not r.names and any(r.allows(v, "secrets") for v in ("get", "list", "watch")) for r in grant.rules)
