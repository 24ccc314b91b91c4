"""What applications of a team's own are for: as expected in manifests that were written before the code."""

from __future__ import annotations

from pathlib import Path

import pytest

from hullmark.graph.build import build
from hullmark.model.terms import Role
from hullmark.model.workload import Workload
from hullmark.sources import read

DATA = Path(__file__).parent.parent / "data" / "behaviour"


def _cases(name: str) -> list[Workload]:
    return [w for w in build(read([str(DATA / name)]).resources).workloads if "expected" in w.resource.annotations]


ARE, ARE_NOT = _cases("are.yaml"), _cases("are-not.yaml")


@pytest.mark.parametrize("workload", [*ARE, *ARE_NOT], ids=lambda w: f"{w.namespace}-{w.name}")
def test_as_expected(workload: Workload) -> None:
    assert workload.role is Role(workload.resource.annotations["expected"])
    if (engine := workload.resource.annotations.get("engine")) is not None:
        assert workload.engine == engine
