"""How long pictures take, and how long a browser takes with a large one. Run: ``make bench-pictures``.

The map is measured as wall time of the whole command, start-up included, for about 60 components (target: 1 second). Of the
page of 500 components are measured: writing it, the time until it has loaded in Chromium, and one search in it.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from estate import teams
from measure import measure
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[1]
TARGET = 1.0


def write(folder: Path, number: int) -> None:
    for name, text in teams(number, careless=True):
        (folder / name).write_text(text)


def picture(folder: Path, file: str) -> float:
    run = measure([sys.executable, "-m", "hullmark", "map", str(folder), "-o", str(folder / file), "--quiet"], times=3)
    assert run.code == 0
    size = (folder / file).stat().st_size // 1024
    print(f"map of {folder.name} as {file}: {run.wall:.2f} s, {run.cpu:.2f} s of processor, {size:,} KB", flush=True)
    return run.wall


def searched(page: Page) -> float:
    """Milliseconds in which the page answers a letter of a search, repainting included."""
    return float(
        page.evaluate(
            """() => new Promise((done) => {
              const search = document.querySelector("#search"), start = performance.now();
              search.value += "a";
              search.dispatchEvent(new Event("input"));
              requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - start)));
            })"""
        )
    )


def browse(file: Path) -> None:
    found = subprocess.run(
        [sys.executable, str(ROOT / "scripts/browser.py")], capture_output=True, text=True, check=True
    )
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found.stdout.strip(), args=sandbox)
        page = browser.new_page()
        start = time.perf_counter()
        page.goto(file.as_uri())
        page.locator(".view.shown svg").wait_for()
        loaded = time.perf_counter() - start
        answer = statistics.median(searched(page) for _ in range(5))
        print(f"in the browser: loaded after {loaded:.2f} s, a search answers in {answer:.0f} ms")
        browser.close()


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        small, large = Path(scratch) / "60 components", Path(scratch) / "500 components"
        for folder, number in ((small, 3), (large, 33)):
            folder.mkdir()
            write(folder, number)
        wall = picture(small, "map.svg")
        picture(small, "map.html")
        picture(large, "map.html")
        browse(large / "map.html")
    sys.exit(wall > TARGET)


if __name__ == "__main__":
    main()
