"""File names as services that know a repository want them."""

from __future__ import annotations

import os


def relative(name: str, root: str) -> str:
    """A name relative to the repository's folder ``root``, as far as it lies in it; without ``./`` and doubled slashes.

    Standard input is called ``stdin``.
    """
    if name == "-":
        return "stdin"
    path = os.path.normpath(name)
    if root and os.path.isabs(path) and path.startswith(root.rstrip("/") + "/"):
        return path[len(root.rstrip("/")) + 1 :]
    return path
