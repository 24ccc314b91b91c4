"""Who answers from a model outside, and what may answer instead."""

from __future__ import annotations

import re

from hullmark.model.architecture import Architecture
from hullmark.model.component import Component, ComponentKind, Edge, EdgeKind
from hullmark.model.terms import Role
from hullmark.model.workload import Workload
from hullmark.text.regex import regex

MODELS = "model API"
"""What the graph calls the business of those who answer from a model."""

_ANSWERING = frozenset({Role.ONLINE_INFERENCE, Role.EDGE_INFERENCE, Role.INFERENCE_ROUTER, Role.LLM_GATEWAY})
_SOUNDS = regex(
    r"llm|llama|api_base|/v1\b|model|openai|ollama|inference|gateway|router|provider|\btgi\b|triton|\bnim\b",
    re.IGNORECASE,
)
"""What a setting or a host is called that may lead to another model."""


def own(workload: Workload, arch: Architecture) -> tuple[Component, ...]:
    """The components that stand for a workload: itself, and its pods where they are parts of their own."""
    found = (arch.wiring.of(workload), *(arch.wiring.of(p) for p in workload.podsets))
    return tuple(dict.fromkeys(c for c in found if c is not None))


def category(edge: Edge, arch: Architecture) -> str:
    """What a host outside is for; empty where nobody knows."""
    return arch.wiring.by_id[edge.target].facts.get("category", "")


def may_answer(edge: Edge, arch: Architecture) -> bool:
    """Whether a call that leads to no known provider may lead to another model."""
    graph = arch.wiring
    target = graph.by_id[edge.target]
    behind = [graph.by_id[e.target] for e in graph.out(target.id, EdgeKind.ROUTES)]
    if behind:
        return any(
            Role(b.facts.get("role", "generic")) in _ANSWERING for b in behind if b.kind is ComponentKind.WORKLOAD
        )
    return not category(edge, arch) and any(
        _SOUNDS.search(text) for text in (edge.facts.get("path", ""), *(e.text for e in edge.evidence))
    )


def unseen(read: Component, edge: Edge) -> bool:
    """Whether configuration that may name another provider is not in the scan: files, and whole sets of variables."""
    if read.declared:
        return False
    if read.kind is ComponentKind.SECRET:
        return edge.kind is EdgeKind.READS and any(e.text.startswith("all variables") for e in edge.evidence)
    return read.kind is ComponentKind.CONFIG
