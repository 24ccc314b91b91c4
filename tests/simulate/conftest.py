"""Makes the benchmarks' replay, which judges placement outside the tests too, and small makers available to tests."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1] / "bench"), str(HERE / "placement")]
