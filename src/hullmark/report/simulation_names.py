"""Short names: where all services are of one namespace, nobody needs to read it each time."""

from __future__ import annotations

from collections.abc import Callable

from hullmark.report.visible import visible
from hullmark.simulate.simulation import Simulation

Name = Callable[[str], str]
"""Gives the name of a service, or of what a repair is about, as the page shows it."""


def names(one: Simulation) -> Name:
    """How the services of a simulation are called on its page."""
    spaces = {service.member.workload.namespace or "" for service in one.services}
    known = {service.name for service in one.services}
    ending = f" ({spaces.pop()})" if len(spaces) == 1 else ""

    def name(full: str) -> str:
        return visible(full.removesuffix(ending) if ending and full in known else full)

    return name
