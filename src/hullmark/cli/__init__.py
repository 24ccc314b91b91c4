"""The command line: the only place that prints or exits."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NoReturn


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line (by default the process's own) and give the exit code.

    0 clean, 1 findings at or above the threshold, 2 usage or configuration, 3 our fault, 4 nothing to scan.
    """
    from hullmark.cli.dispatch import run

    return run(sys.argv[1:] if argv is None else list(argv))


def program() -> NoReturn:
    """Run the process's command line and end the process with the exit code.

    Python would first take apart all that was made, piece by piece, which takes a twentieth of a small scan. Nothing here
    waits for that: files are closed where they are written, and ``atexit`` is not used.
    """
    code = main()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, OSError, ValueError):  # closed, or nobody reads any more, of which the command has told
            continue
    os._exit(code)
