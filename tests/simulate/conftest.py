"""Makes the benchmarks' replay available to tests: it is what judges placement outside them too."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))
