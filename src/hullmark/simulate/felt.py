"""Who feels a failure beyond the services that it takes: whoever needs them, and users on their journeys."""

from __future__ import annotations

from typing import NamedTuple

from hullmark.simulate.blast import Blast
from hullmark.simulate.dependencies import Network


class Felt(NamedTuple):
    """Services that are down because what they need is, and journeys that stop; ``users`` is the largest share of them."""

    services: tuple[str, ...]
    journeys: tuple[str, ...]
    users: float | None


def felt(network: Network, blast: Blast) -> Felt:
    """Who feels a failure at its worst moment: what is short then, and what needs that, down every chain."""
    lost = {impact.service.name for impact in blast.impacts if impact.times and impact.times[0] > 0}
    if blast.failure.kind == "third-party":
        lost.add(blast.failure.name)
    gone, journeys = network.down(lost), network.broken(lost)
    shares = [journey.users for journey in journeys if journey.users is not None]
    names = tuple(name for name in network.services if name in gone and name not in lost)
    return Felt(names, tuple(journey.name for journey in journeys), max(shares) if shares else None)
