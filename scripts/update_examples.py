"""Rewrites the output shown in README.md and examples/ to what the commands print now; `--check` only tells what lags.

A block is a marker and a fence: ``<!-- output: hullmark inventory PATH -->`` is followed by what the command prints,
``<!-- checks: PATH -->`` by the checks that find something there.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from hullmark.cli import main

ROOT = Path(__file__).resolve().parent.parent
_BLOCK = re.compile(r"(?<=<!-- )(output|checks): ([^\n]*?)( -->\n```text\n)(.*?)(?=^```$)", re.DOTALL | re.MULTILINE)
_SEVERITIES = ("critical", "high", "medium", "low", "info")


def pages() -> Iterator[Path]:
    """Every page that may hold blocks."""
    yield ROOT / "README.md"
    yield from sorted((ROOT / "examples").glob("**/README.md"))


def refreshed(text: str) -> str:
    """A page with all its blocks made anew; commands run in the root of the repository."""
    with contextlib.chdir(ROOT):
        return _BLOCK.sub(lambda m: f"{m[1]}: {m[2]}{m[3]}{_made(m[1], m[2])}", text)


def printed(*words: str) -> str:
    """What a command prints on standard output; charts and overlays are rendered with the project's own tools."""
    out = io.StringIO()
    os.environ["PATH"] = f"{ROOT / '.tools' / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        main(words)
    return out.getvalue()


def _made(kind: str, what: str) -> str:
    return _checks(what) if kind == "checks" else printed(*what.split()[1:])


def _checks(path: str) -> str:
    findings = json.loads(printed("scan", path, "--format", "json"))["findings"]
    counts = Counter((finding["severity"], finding["check"]) for finding in findings)
    lines = []
    for severity in _SEVERITIES:
        names = sorted(f"{check} x{n}" if n > 1 else check for (s, check), n in counts.items() if s == severity)
        if names:
            lines += [f"{severity:<10}{name}" if i == 0 else f"{'':<10}{name}" for i, name in enumerate(names)]
    return "".join(f"{line}\n" for line in lines)


def update(*, write: bool) -> list[str]:
    """The pages that lag behind, by their path in the repository; they are rewritten if asked."""
    lagging = []
    for page in pages():
        old = page.read_text(encoding="utf-8")
        new = refreshed(old)
        if new != old:
            lagging.append(str(page.relative_to(ROOT)))
            if write:
                page.write_text(new, encoding="utf-8")
    return lagging


if __name__ == "__main__":
    os.environ["NO_COLOR"] = "1"
    write = "--check" not in sys.argv[1:]
    names = update(write=write)
    sys.stdout.write("".join(f"{'rewritten' if write else 'lags behind'}: {name}\n" for name in names))
    sys.exit(bool(names) and not write)
