"""Runs a command and measures it: wall time, processor time and peak memory of the whole process tree's largest member."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Sequence
from typing import NamedTuple


class Run(NamedTuple):
    """Median wall seconds, processor seconds and peak resident megabytes, and the last exit code."""

    wall: float
    cpu: float
    megabytes: float
    code: int


def measure(command: Sequence[str], times: int = 5) -> Run:
    """The medians over several runs after one that is thrown away (it warms the file cache and compiles modules)."""
    runs = [once(command) for _ in range(times + 1)][1:]
    return Run(
        statistics.median(r.wall for r in runs),
        statistics.median(r.cpu for r in runs),
        max(r.megabytes for r in runs),
        runs[-1].code,
    )


def once(command: Sequence[str]) -> Run:
    """One run."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, process.returncode)
