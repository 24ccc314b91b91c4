"""The command line: the only place that prints or exits."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line (by default the process's own) and give the exit code.

    0 clean, 1 findings at or above the threshold, 2 usage or configuration, 3 our fault, 4 nothing to scan.
    """
    from hullmark.cli.dispatch import run

    return run(sys.argv[1:] if argv is None else list(argv))
