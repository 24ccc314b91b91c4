"""Says in which deployable units of a scan a finding was found."""

from __future__ import annotations

from hullmark.engine.result import Result, Settled


def whereabouts(result: Result, settled: Settled) -> str:
    """Such as *in overlays/dev, charts/rag (only values-prod.yaml)*; empty where it goes without saying.

    It does for what stands in plain manifests, and for a unit that is the only one.
    """
    found = frozenset(settled.units)
    named: dict[str, list[tuple[str, bool]]] = {}
    for part in result.parts:
        named.setdefault(part.unit.name, []).append((part.unit.variant, part.unit.title in found))
    plain = {part.unit.name for part in result.parts if part.unit.form == "manifests"}
    said = []
    for name, variants in named.items():
        having = [variant for variant, has in variants if has]
        if len(having) < len(variants) and having:
            said.append(f"{name} (only {', '.join(having)})")
        elif having and name not in plain and len(named) > 1:
            said.append(name)
    return f"in {', '.join(said)}" if said else ""
