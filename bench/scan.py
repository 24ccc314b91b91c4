"""How fast and how large a scan is: start-up, throughput, memory, growth. Run: ``make bench``.

Figures are medians of several whole commands, cold start included, JSON to nowhere; a large scan is measured in the
other formats that people and services read as well.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from corpus import ONE, lay_out
from measure import measure

HULLMARK = str(Path(sys.executable).parent / "hullmark")
TARGETS = {1: 0.12, 300: 0.45, 3_000: 1.5}
GROWTH = (3_000, 6_000, 12_000, 24_000)


def main() -> None:
    version = measure([HULLMARK, "--version"], 15)
    print(f"{'--version':>12}  {version.wall:7.3f} s   target 0.050 s")
    with tempfile.TemporaryDirectory() as name:
        one = Path(name, "one.yaml")
        one.write_text(ONE)
        _report("one file", measure([HULLMARK, "scan", str(one), "--format", "json"], 15), TARGETS[1])
        before = 0.0
        for files in (300, *GROWTH):
            folder = Path(name, str(files))
            size = lay_out(folder, files)
            run = measure([HULLMARK, "scan", str(folder), "--format", "json"], 5 if files <= 3_000 else 2)
            ratio = f"   {run.wall / before:.2f}x for twice the files" if before and files > 3_000 else ""
            _report(f"{files:,} files", run, TARGETS.get(files), f"   {size / 1e6:.1f} MB{ratio}")
            before = run.wall
            if files == GROWTH[0]:
                for form in ("terminal", "sarif"):
                    run = measure([HULLMARK, "scan", str(folder), "--format", form], 3)
                    _report(f"as {form}", run, TARGETS[files])


def _report(what: str, run: object, target: float | None, more: str = "") -> None:
    from measure import Run

    assert isinstance(run, Run)
    aim = f"   target {target:.3f} s" if target else ""
    print(
        f"{what:>12}  {run.wall:7.3f} s   cpu {run.cpu:7.3f} s   {run.megabytes:6.0f} MB{aim}{more}   exit {run.code}",
        flush=True,
    )


if __name__ == "__main__":
    main()
