"""All attack paths of a scan, and the repairs that cut most of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from hullmark.engine.attack.choke import Choke, chokes
from hullmark.engine.attack.ground import Ground
from hullmark.engine.attack.path import Path
from hullmark.engine.attack.prizes import Prizes
from hullmark.engine.attack.rules import Rules
from hullmark.engine.attack.search import search
from hullmark.engine.result import Result, Settled
from hullmark.model.component import Graph
from hullmark.sources.unit import Unit


class Attack(NamedTuple):
    """What an attacker could do to one deployable unit: the ways, worst first, and the repairs that cut most."""

    unit: Unit
    graph: Graph
    paths: tuple[Path, ...]
    chokes: tuple[Choke, ...]


def attacks(result: Result) -> Iterator[Attack]:
    """The attack paths of every unit of a scan; a path never leaves its unit."""
    for part in result.parts:
        graph = part.architecture.graph
        yield Attack(part.unit, graph, *_attacked(graph, part.result))


def _attacked(graph: Graph, result: Result) -> tuple[tuple[Path, ...], tuple[Choke, ...]]:
    ground = Ground(graph, result)

    def paths(repaired: frozenset[Settled] = frozenset()) -> Sequence[Path]:
        rules = Rules(ground.without(repaired))
        return search(list(rules.entries()), rules.steps, Prizes(ground).at)

    found = paths()
    return tuple(found), tuple(chokes(found, paths))
