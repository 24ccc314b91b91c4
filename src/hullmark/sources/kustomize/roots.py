"""Which kustomizations of a scan are built, and which are only parts of others."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from hullmark.model.finding import NotChecked
from hullmark.sources.kustomize.kustomization import Kustomization
from hullmark.sources.kustomize.tree import Tree, load

UNUSED = "a component that no kustomization here uses"
"""Reason for a component on its own, which cannot be built."""


class Layout(NamedTuple):
    """The kustomizations of a scan.

    Attributes:
        roots: the folders to build, as the user knows them, in the order of the files they were found by.
        owners: all that belongs to them, kustomizations included: real paths, each with the roots that use it.
        not_checked: what can neither be built nor is part of anything.
    """

    roots: tuple[str, ...]
    owners: Mapping[str, tuple[str, ...]]
    not_checked: tuple[NotChecked, ...]


def roots(files: Iterable[str]) -> Layout:
    """The layout of a set of kustomization files.

    A kustomization is a root unless another one of them builds on it, directly or through any others. Of those that build
    on each other in a circle, and on which nothing else builds, the first is one: building it says what is wrong. Files
    that are no kustomizations after all (Flux has objects of the same kind) belong to nobody.
    """
    known: dict[str, Kustomization] = {}
    trees: dict[str, Tree] = {}
    shown: dict[str, str] = {}
    for file in files:
        folder = os.path.dirname(file) or os.curdir
        tree = load(folder, whole=False, known=known)
        if tree.root not in trees and (tree.layers or tree.problems):
            trees[tree.root], shown[tree.root] = tree, folder
    chosen = list(_chosen(trees))
    owners: dict[str, list[str]] = {}
    for root in chosen:
        for path in trees[root].sources():
            owners.setdefault(path, []).append(shown[root])
    alone = [trees[r].layers[r] for r in chosen if r in trees[r].layers and trees[r].layers[r].component]
    left = tuple(NotChecked(k.name, k.start.line, UNUSED, "scan what uses it too") for k in alone)
    components = {k.folder for k in alone}
    return Layout(
        tuple(shown[root] for root in chosen if root not in components),
        {path: tuple(dict.fromkeys(users)) for path, users in owners.items()},
        left,
    )


def _chosen(trees: Mapping[str, Tree]) -> Iterator[str]:
    used_by: dict[str, set[str]] = {root: set() for root in trees}
    for root, tree in trees.items():
        for part in tree.layers:
            if part != root and part in used_by:
                used_by[part].add(root)
    taken: set[str] = set()
    for root, users in used_by.items():
        # Whoever uses it and is used by it stands in a circle with it.
        if all(root in used_by[user] for user in users) and not users & taken:
            taken.add(root)
            yield root
