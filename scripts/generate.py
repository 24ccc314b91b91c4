"""Writes what is made from code: pages of checks and known charts, help of commands, outputs in READMEs. Run: ``make docs``.

``--check`` writes nothing and exits 1 when something lags.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from hullmark.checks.registry import checks
from hullmark.cli.dispatch import COMMANDS, command
from hullmark.report.charts import page as known_charts
from hullmark.report.site import pages

sys.path.insert(0, str(Path(__file__).parent))

import update_examples

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "checks"
COMMANDS_PAGE = ROOT / "docs" / "cli.md"
PICTURE = ROOT / "docs" / "pictures" / "rag-assistant.svg"
CHARTS = ROOT / "docs" / "charts.md"


def stale(*, write: bool) -> list[str]:
    """The names of the pages that differ from what checks and tables say now; rewritten if asked."""
    wanted = pages(checks())
    found = {path.name: path.read_text() for path in FOLDER.glob("*.md")}
    lagging = [name for name in {**found, **wanted} if found.get(name) != wanted.get(name)]
    if write:
        FOLDER.mkdir(parents=True, exist_ok=True)
        for name in lagging:
            if name in wanted:
                (FOLDER / name).write_text(wanted[name])
            else:
                (FOLDER / name).unlink()
    charts = known_charts()
    if not CHARTS.exists() or CHARTS.read_text() != charts:
        lagging.append(CHARTS.name)
        if write:
            CHARTS.write_text(charts)
    return lagging


def stale_help(*, write: bool) -> list[str]:
    """The page of the commands if it shows another help than they give; rewritten if asked."""
    shown = text = COMMANDS_PAGE.read_text()
    for name in COMMANDS:
        block = re.search(rf"```text\n[^`]*?\nusage: hullmark {name} .*?```\n", text, re.DOTALL)
        if block is not None:
            text = text[: block.start()] + f"```text\n{command(name).help()}```\n" + text[block.end() :]
    if write:
        COMMANDS_PAGE.write_text(text)
    return [COMMANDS_PAGE.name] if text != shown else []


def stale_picture(*, write: bool) -> list[str]:
    """The picture of the README if it is not what `hullmark map` draws now; redrawn if asked."""
    drawn = update_examples.printed("map", "examples/rag-assistant/flawed", "--title", "RAG assistant", "--quiet")
    shown = PICTURE.read_text() if PICTURE.exists() else ""
    if write and drawn != shown:
        PICTURE.parent.mkdir(exist_ok=True)
        PICTURE.write_text(drawn)
    return [PICTURE.name] if drawn != shown else []


def main() -> int:
    """Rewrite, or with ``--check`` only tell."""
    only_check = "--check" in sys.argv
    lagging = [*stale(write=not only_check), *stale_help(write=not only_check)]
    lagging += stale_picture(write=not only_check)
    lagging += map(str, update_examples.update(write=not only_check))
    for name in lagging:
        print(f"{'lags' if only_check else 'rewritten'}: {name}")
    return int(only_check and bool(lagging))


if __name__ == "__main__":
    raise SystemExit(main())
