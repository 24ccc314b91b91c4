"""Finds out what a folder holds: which files are deployed together, and how they are kept.

Each file belongs to the first of these that claims it:

1. **Helm**: a folder with a ``Chart.yaml``, or a packaged chart (``.tgz``), is a chart. Its ``Chart.yaml``, its values, and
   what lies in ``templates``, ``crds``, ``charts`` and ``ci`` belong to it; other files below it do not.
2. **Kustomize**: a kustomization that no other one in the scan builds on is built. Every file it uses, directly or through
   bases and components, belongs to it.
3. **Compose**: the Compose files of one folder are a project.
4. **Manifests**: everything else is read as it stands, all of it as one unit, as ``kubectl apply -R -f`` would take it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from hullmark.model.finding import NotChecked
from hullmark.sources.files import KUSTOMIZATIONS, STDIN, File, contents
from hullmark.text.source import Problem, Source, decode
from hullmark.text.tree import Document
from hullmark.text.yaml import read

CHART = "Chart.yaml"
"""The file that makes a folder a Helm chart (https://helm.sh/docs/topics/charts/#the-chartyaml-file)."""

PACKAGE = ".tgz"
"""How packaged charts are called (https://helm.sh/docs/helm/helm_package/)."""

_INSIDE = frozenset({"templates", "crds", "charts", "ci"})
_BESIDE = ("values", "requirements", "Chart")


class Layout(NamedTuple):
    """What belongs together.

    ``charts`` are folders and packaged files; ``kustomizations`` are the folders to build; ``compose`` are the Compose
    files; ``rest`` is everything else, with what could not be looked at.
    """

    charts: tuple[str, ...]
    kustomizations: tuple[str, ...]
    compose: tuple[str, ...]
    rest: tuple[File | NotChecked | Problem, ...]


def is_rendered(found: Iterable[File | NotChecked | Problem]) -> bool:
    """Whether anything of what was found is more than a manifest; plain scans need to know no more than that."""
    return any(isinstance(item, File) and _is_marked(item) for item in found)


def _is_marked(file: File) -> bool:
    base = os.path.basename(file.name)
    if base == CHART or base in KUSTOMIZATIONS or base.endswith(PACKAGE) or "compose" in base:
        return True
    return file.explicit and b"apiVersion" not in _sniffed(file) and _may_be_compose(file)


def _sniffed(file: File) -> bytes:
    """What is in a file that was named by itself; standard input can be read but once, and is a manifest."""
    data = b"" if file.name == STDIN else contents(file.name)
    return b"" if isinstance(data, Problem) else data


def _may_be_compose(file: File) -> bool:
    data = _sniffed(file)
    return b"services" in data or b"include" in data


def lay_out(found: Sequence[File | NotChecked | Problem], *, kustomize: bool) -> Layout:
    """Sort out what was found.

    Args:
        found: what a walk gave, in its order.
        kustomize: whether kustomizations can be built; else their files are left to be read as they stand.
    """
    names = [item.name for item in found if isinstance(item, File)]
    charts = _charts(names)
    built, owned, left = _kustomizations(names, charts) if kustomize else ((), frozenset(), ())
    compose: list[str] = []
    rest: list[File | NotChecked | Problem] = list(left)
    for item in found:
        if not isinstance(item, File):
            rest.append(item)
        elif item.name in charts or _in_chart(item.name, charts) or (owned and _real(item.name) in owned):
            continue
        elif _is_compose(item):
            compose.append(item.name)
        else:
            rest.append(item)
    return Layout(
        tuple(one or os.curdir for one in charts),
        built,
        tuple(compose),
        tuple(rest),
    )


def _charts(names: Iterable[str]) -> dict[str, None]:
    """The charts among these files that are not part of another: folders by name, packages by file."""
    folders = {os.path.dirname(name): None for name in names if os.path.basename(name) == CHART}
    packages = [name for name in names if name.endswith(PACKAGE)]
    found = {**folders, **dict.fromkeys(packages)}
    return {one: None for one in found if not _in_chart(one, folders)}


def _in_chart(name: str, charts: Iterable[str]) -> bool:
    """Whether a file or folder is part of one of these charts."""
    if not charts:
        return False
    folder, inner = os.path.split(name)
    if folder in charts and inner.startswith(_BESIDE):
        return True
    while folder or inner:
        if inner in _INSIDE and folder in charts:
            return True
        if not folder or folder == os.sep:
            return False
        folder, inner = os.path.split(folder)
    return False


def _kustomizations(
    names: Iterable[str], charts: Iterable[str]
) -> tuple[tuple[str, ...], frozenset[str], tuple[NotChecked, ...]]:
    files = [n for n in names if os.path.basename(n) in KUSTOMIZATIONS and not _in_chart(n, charts)]
    if not files:
        return (), frozenset(), ()
    from hullmark.sources.kustomize.roots import roots

    layout = roots(files)
    return layout.roots, frozenset(layout.owners), layout.not_checked


def _is_compose(file: File) -> bool:
    """Whether a file is a Compose file: it is called as one or was named by itself, and is shaped like one."""
    from hullmark.sources.compose.shape import is_compose, named

    if not (named(file.name) or file.explicit):
        return False
    if not _may_be_compose(file):
        return False
    source = decode(file.name, _sniffed(file))
    found = read(source) if isinstance(source, Source) else ()
    root = next((d.root for d in found if isinstance(d, Document)), None)
    return is_compose(file.name, root)


def _real(name: str) -> str:
    return os.path.realpath(name)
