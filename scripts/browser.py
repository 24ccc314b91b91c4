"""Finds the browser that the tests look at pages with, Chromium, and installs Debian's if there is none. Run: ``make browser``.

Prints where it is. Installing takes apt-get and the rights for it: root's, or sudo's without a question.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str:
    """The browser's program; empty if there is none."""
    return next((path for name in NAMES if (path := shutil.which(name))), "")


def install() -> None:
    """Install Debian's Chromium, as far as this user can."""
    apt = shutil.which("apt-get")
    sudo = [] if os.geteuid() == 0 else [shutil.which("sudo") or "", "-n"]
    if apt is None or "" in sudo:
        return
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.STDOUT}
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update"], ["install", "--yes", "--no-install-recommends", "chromium", "fonts-liberation"]):
        subprocess.run([*sudo, apt, *words], check=False, env=environment, **quiet)  # type: ignore[call-overload]  # noqa: S603


def main() -> int:
    """Say where the browser is, and install it first if it is nowhere."""
    if not find():
        install()
    path = find()
    print(path or f"there is no browser: install one of {', '.join(NAMES)}")
    return 0 if path else 1


if __name__ == "__main__":
    sys.exit(main())
