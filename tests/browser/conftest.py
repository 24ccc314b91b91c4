"""A real browser for pages that Hullmark writes: Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request, sync_playwright

PROJECT = Path(__file__).parents[2]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the browser."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where Chromium is, installed if need be (`make browser`)."""
    done = subprocess.run(
        [sys.executable, str(PROJECT / "scripts" / "browser.py")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """One browser for all tests of a process."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium has none for root
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=chromium, args=sandbox)
        yield started
        started.close()


@dataclass
class Opened:
    """An open page with all that went wrong on it and all that it asked the network for."""

    page: Page
    troubles: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        self.page.on("dialog", self._asked)
        self.page.on("request", self._requested)

    def _said(self, message: ConsoleMessage) -> None:
        self.troubles.append(f"{message.type}: {message.text}")

    def _asked(self, dialog: Dialog) -> None:
        self.troubles.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _requested(self, request: Request) -> None:
        self.requests.append(request.url)


Open = Callable[..., Opened]


@pytest.fixture
def look(browser: Browser) -> Iterator[Open]:
    """Opens a file, with the taste for light or dark that is asked for; every page must have been without trouble."""
    opened: list[tuple[Opened, Path]] = []

    def look(file: Path, *, scheme: str = "light", wide: int = 1400, high: int = 900) -> Opened:
        context = browser.new_context(viewport={"width": wide, "height": high}, color_scheme=scheme)  # type: ignore[arg-type]
        context.set_default_timeout(10_000)
        one = Opened(context.new_page())
        one.page.goto(file.as_uri())
        opened.append((one, file))
        return one

    yield look
    for one, file in opened:
        one.page.context.close()
        assert one.troubles == []
        assert one.requests == [file.as_uri()]
