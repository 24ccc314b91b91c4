"""The user's own tools that render: helm, and kustomize or kubectl."""

from __future__ import annotations

import os
from typing import NamedTuple

from hullmark.model.errors import HullmarkError
from hullmark.sources.cache import Cache


class Tools(NamedTuple):
    """What there is to render with.

    ``helm`` is the path of the program, empty if there is none. ``kustomize`` begins the command that builds
    (``kustomize build`` or ``kubectl kustomize``), and is empty if there is neither. ``cache`` is None when nothing
    is to be kept between runs.
    """

    helm: str = ""
    kustomize: tuple[str, ...] = ()
    cache: Cache | None = None


def find_tools(helm: str = "", path: str | None = None, cache: Cache | None = None) -> Tools:
    """The tools on a search path.

    Args:
        helm: the helm to use, a path or a name, instead of the first ``helm``.
        path: folders in the form of the variable PATH, which is taken if None.
        cache: what to keep renderings in.

    Raises:
        HullmarkError: the helm that was asked for cannot be run.
    """
    folders = os.environ.get("PATH", os.defpath) if path is None else path
    found = (os.path.abspath(helm) if _runs(helm) else "") if "/" in helm else _which(helm or "helm", folders)
    if helm and not found:
        raise HullmarkError(f"there is no program '{helm}'", "give the path of a helm that can be run")
    kustomize = _which("kustomize", folders)
    if kustomize:
        return Tools(found, (kustomize, "build"), cache)
    kubectl = _which("kubectl", folders)
    return Tools(found, (kubectl, "kustomize") if kubectl else (), cache)


def identity(program: str) -> str:
    """What tells one version of a program from another without running it: where it really is, its size and its time.

    Empty if it is not there.
    """
    try:
        real = os.path.realpath(program)
        status = os.stat(real)
    except (OSError, ValueError):
        return ""
    return f"{real} {status.st_size} {status.st_mtime_ns}"


def _which(name: str, folders: str) -> str:
    """The first program of this name; relative folders, which would follow the scan into foreign trees, do not count."""
    for folder in folders.split(os.pathsep):
        path = os.path.join(folder, name)
        if os.path.isabs(folder) and _runs(path):
            return path
    return ""


def _runs(path: str) -> bool:
    return os.path.isfile(path) and os.access(path, os.X_OK)
