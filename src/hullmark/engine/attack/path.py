"""What an attack path is made of."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from hullmark.engine.result import Settled
from hullmark.model.workload import Evidence


class Hold(IntEnum):
    """How far an attacker has got with a component, each including those before."""

    REACH = 0
    """can open a connection to it"""
    USE = 1
    """can use it as its users do, without being one"""
    CONTROL = 2
    """runs code in it, or may do everything it may do"""

    __hash__ = int.__hash__  # the inherited one is a call in Python for every look-up of a stand


class Stand(NamedTuple):
    """Where an attacker stands: a component (by id) and how far it is held."""

    component: str
    hold: Hold


class Step(NamedTuple):
    """One step of an attacker.

    ``text`` says what is done, in the third person and without a subject; ``findings`` are those without which it could
    not be done; ``techniques`` are keys of `techniques.TECHNIQUES`. ``cost`` is how hard it is: 1 for what needs nothing
    but a request, more for what needs luck or skill. ``unknown`` says what had to be assumed.
    """

    source: Stand
    target: Stand
    text: str
    evidence: tuple[Evidence, ...]
    findings: tuple[Settled, ...] = ()
    techniques: tuple[str, ...] = ()
    cost: int = 1
    unknown: str = ""


class Entry(NamedTuple):
    """Where attackers come in: the stand they start from and who they are.

    ``given`` are the kinds of prizes of that component which they have anyway: a notebook is there to be computed in.
    """

    stand: Stand
    text: str
    cost: int = 0
    given: frozenset[str] = frozenset()


class Prize(NamedTuple):
    """What an attacker wants and has got at a stand; ``kind`` is a key of `prizes.KINDS`."""

    kind: str
    text: str
    weight: int


class Gain(NamedTuple):
    """A prize with what says that it is got; ``of`` is the component that it belongs to."""

    prize: Prize
    evidence: tuple[Evidence, ...] = ()
    of: str = ""


class Path(NamedTuple):
    """A way from an entry to a prize, with the steps in order and what says that the prize is got at their end.

    ``cost`` sums how hard its steps are: of two ways to one prize the cheaper is likelier.
    """

    entry: Entry
    steps: tuple[Step, ...]
    prize: Prize
    evidence: tuple[Evidence, ...] = ()

    @property
    def cost(self) -> int:
        """How hard the whole way is."""
        return self.entry.cost + sum(step.cost for step in self.steps)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Everything that had to be assumed."""
        return tuple(dict.fromkeys(step.unknown for step in self.steps if step.unknown))

    @property
    def findings(self) -> tuple[Settled, ...]:
        """The findings that open it, in the order of the steps."""
        return tuple(dict.fromkeys(f for step in self.steps for f in step.findings))

    @property
    def components(self) -> tuple[str, ...]:
        """The components it visits, in order, each once in a row."""
        visited = [self.entry.stand.component]
        for step in self.steps:
            if step.target.component != visited[-1]:
                visited.append(step.target.component)
        return tuple(visited)
