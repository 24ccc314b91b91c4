from __future__ import annotations

from itertools import product

import pytest

from hullmark.engine.priority import priority
from hullmark.model.terms import Confidence, Impact, Reach, Severity

AXES = (Severity, Impact, Reach, Confidence)
ALL = list(product(*AXES))


def test_priority_is_monotone_in_every_axis() -> None:
    for values in ALL:
        for axis, kind in enumerate(AXES):
            higher = values[axis] + 1
            if higher in list(kind):
                raised = (*values[:axis], kind(higher), *values[axis + 1 :])
                assert priority(*raised) >= priority(*values), (values, raised)  # type: ignore[arg-type]


def test_priority_stays_between_0_and_100_and_reaches_the_top() -> None:
    found = {priority(*values) for values in ALL}

    assert min(found) >= 0
    assert max(found) == 100


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((Severity.CRITICAL, Impact.HIGH, Reach.PUBLIC, Confidence.HIGH), 100),
        ((Severity.HIGH, Impact.HIGH, Reach.PUBLIC, Confidence.HIGH), 80),
        ((Severity.CRITICAL, Impact.LOW, Reach.LOOPBACK, Confidence.HIGH), 80),
        ((Severity.MEDIUM, Impact.MODERATE, Reach.CLUSTER, Confidence.MEDIUM), 40),
        ((Severity.INFO, Impact.LOW, Reach.LOOPBACK, Confidence.LOW), 3),
    ],
)
def test_priority_follows_the_table(values: tuple[Severity, Impact, Reach, Confidence], expected: int) -> None:
    assert priority(*values) == expected
