"""What rendering costs, and that a second scan of an unchanged repository runs no tool. Run: ``make tools bench-rendering``.

The repository is the examples' chart and overlays, copied a few times. The tools are wrapped so that every start is
counted.
"""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
from pathlib import Path

from measure import once

ROOT = Path(__file__).resolve().parent.parent
HULLMARK = str(Path(sys.executable).parent / "hullmark")
COPIES = 5


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        here = Path(name)
        starts = here / "starts"
        os.environ["PATH"] = str(_wrapped(here / "bin", starts))
        os.environ["XDG_CACHE_HOME"] = str(here / "cache")
        repository = here / "repository"
        for copy in range(COPIES):
            for example in ("model-server-chart", "document-agent-overlays"):
                shutil.copytree(ROOT / "examples" / example / "flawed", repository / f"{example}-{copy}")
        command = [HULLMARK, "scan", str(repository), "--format", "json"]
        for what, extra in (("cold", ()), ("warm", ()), ("no cache", ("--no-cache",))):
            before = _count(starts)
            run = once([*command, *extra])
            print(f"{what:>9}  {run.wall:7.3f} s   {_count(starts) - before:4} tools started   {run.megabytes:5.0f} MB")


def _wrapped(folder: Path, starts: Path) -> Path:
    """Scripts that note each start of a tool and become it."""
    folder.mkdir()
    for tool in ("helm", "kubectl"):
        script = folder / tool
        script.write_text(f'#!/bin/sh\necho {tool} >> {starts}\nexec {ROOT}/.tools/bin/{tool} "$@"\n')
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return folder


def _count(starts: Path) -> int:
    return len(starts.read_text().splitlines()) if starts.exists() else 0


if __name__ == "__main__":
    main()
