"""From outages to who is away when, twice: as the cluster goes, and as if each failure recovered by itself.

Most failures meet nothing else that is broken. What such a one does is simulated once for each order in which its mending
can fall among the other events, and looked up from then on; only *crowded* spells, in which a failure comes before the one
before it is over, or a notice while the control plane is down, are simulated event by event each time. The second course
joins what each failure does by itself, as the estimators of `hullmark.simulate.overlap` do. The difference is what they
leave out: competition for room, and pods that are hit where they moved to.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

from hullmark.simulate.sequence.hazards import CONTROL, Calm, Coming, Hazard, Outage
from hullmark.simulate.sequence.world import Absence, World

LOOKED_UP = 10
"""What it costs to look up who is away and to go through it twice, in the unit of `World.work`: about a microsecond."""


@dataclass
class Course:
    """What becomes of one stretch: absences ``together`` and ``apart``, and when spells begin and end.

    ``crowded`` is when crowded ones began. ``end`` is where it had to stop, infinite where it did not.
    """

    together: list[Absence] = field(default_factory=list)
    apart: list[Absence] = field(default_factory=list)
    spells: list[tuple[float, float]] = field(default_factory=list)
    crowded: list[float] = field(default_factory=list)
    end: float = math.inf


@dataclass
class Spells:
    """Spells of one world, with what single failures do once it is known."""

    world: World
    _moments: dict[Hazard, list[float]] = field(default_factory=dict)
    _alone: dict[tuple[Hazard, int], tuple[float, list[Absence]]] = field(default_factory=dict)

    def course(self, outages: Sequence[Outage]) -> Course:
        """What becomes of these outages, in their order; those that take no pods or room only hold others up."""
        calm = Calm(outages)
        taking = [outage for outage in outages if outage.hazard.takes]
        found, over = Course(), -math.inf
        for index, outage in enumerate(taking):
            alone = self._held(outage, calm)
            found.apart += alone
            self.world.work += LOOKED_UP * (len(alone) + 2)
            if outage.start >= over:  # else it is part of the spell before it
                over = max([outage.end, *(absence.up for absence in alone)])
                unheeded = outage.hazard.notice and calm.after(CONTROL, outage.start) > outage.start
                if unheeded or (index + 1 < len(taking) and taking[index + 1].start < over):
                    found.crowded.append(outage.start)
                    alone = self.world.run(outage, Coming(taking, index + 1), calm)
                    over = self.world.now
                found.together += alone
                found.spells.append((outage.start, over))
            if self.world.spent:
                found.end = found.spells[-1][0]
                break
        return found

    def _held(self, outage: Outage, calm: Calm) -> list[Absence]:
        """Who is away by one outage alone, in its place in time, with what holds up their return."""
        start, names, member = outage.start, self.world.names, self.world.standing.member
        return [
            Absence(pod, down + start, sent + start, calm.back(names[member[pod]], sent + start, up + start))
            for pod, down, sent, up in self.alone(outage.hazard, outage.end - start)
        ]

    def alone(self, hazard: Hazard, lasting: float) -> list[Absence]:
        """Who is away by one outage that lasts so long, in seconds since it began.

        Until the mending everything goes as if it never came; what follows moves with it.
        """
        moments = self._moments.get(hazard)
        if moments is None:
            self.world.run(Outage(0.0, math.inf, hazard), Coming(), Calm())
            moments = self._moments[hazard] = sorted(self.world.moments)
        key = hazard, bisect_left(moments, lasting)
        if key not in self._alone:
            self._alone[key] = lasting, self.world.run(Outage(0.0, lasting, hazard), Coming(), Calm())
        mended, known = self._alone[key]
        shift = lasting - mended
        return known if not shift else [_moved(absence, mended, shift) for absence in known]


def _moved(absence: Absence, mended: float, shift: float) -> Absence:
    """The same when the mending comes so much later."""
    pod, down, sent, up = absence
    if sent < mended:
        return absence
    return Absence(pod, down + shift if down >= mended else down, sent + shift, up + shift)
