"""The shape of the cases of known charts, and the checks they name."""

from __future__ import annotations

from typing import NamedTuple


class Case(NamedTuple):
    """The cases of one chart; ``absent`` are the checks that blame its defaults."""

    bad: str = ""
    good: str = ""
    absent: tuple[str, ...] = ()


VECTORS, MLFLOW, NOTEBOOK = "unauthenticated-vector-store", "unauthenticated-mlflow", "unauthenticated-notebook"
RISKY = "risky-chart-value"
