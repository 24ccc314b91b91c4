"""Placement is fast, and grows with the number of pods alone."""

from __future__ import annotations

import placement as bench
import pytest


@pytest.mark.long
def test_two_thousand_pods_on_two_hundred_nodes_take_less_than_two_seconds() -> None:
    best = {pods: min(bench.run(pods)[0] for _ in range(3)) for pods in (1_000, 2_000, 4_000)}
    assert best[2_000] < 2.0
    assert best[4_000] < 4 * best[1_000] * 1.5
