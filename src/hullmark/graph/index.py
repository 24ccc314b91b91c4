"""Look-ups by hash: what lies in a namespace, carries a label, has a name or uses an account.

Two things make more of this than a dictionary. A namespace may be left out (``""``: the one that is chosen when
the manifest is applied), and a repository may hold several variants of one object (overlays, copies of an
example). Both are settled by nearness in the folder tree: an unnamed namespace means the things that
lie nearest, and of several variants the nearest is meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Generic, NamedTuple, TypeVar

from hullmark.model.resource import Resource
from hullmark.model.selectors import Selector
from hullmark.model.workload import PodSet, Workload

T = TypeVar("T", PodSet, Resource)

Chain = tuple[str, ...]
"""A file and the folders around it, from the inside out; the last is the root, ``""``."""

_MOST_VARIANTS = 16
"""How many equally near variants of one object are told apart; bounds the work on trees full of copies."""

ACCOUNT, TARGET, ALL, ANYWHERE = ":account", ":target", ":all", ":anywhere"
"""Pseudo label keys, and the pseudo namespace of everything; a colon occurs in no real one."""


class Entry(NamedTuple, Generic[T]):
    """Something to be found, where it stands, and what makes it a variant of another."""

    item: T
    chain: Chain
    identity: tuple[str, ...]


class Shelf(Generic[T]):
    """The things that answer to one look-up."""

    __slots__ = ("_below", "entries")

    def __init__(self) -> None:
        self.entries: list[Entry[T]] = []
        self._below: dict[str, dict[tuple[str, ...], list[T]]] | None = None

    def _folders(self) -> dict[str, dict[tuple[str, ...], list[T]]]:
        if self._below is None:
            self._below = {}
            for item, chain, identity in self.entries:
                for folder in chain:
                    variants = self._below.setdefault(folder, {}).setdefault(identity, [])
                    if len(variants) < _MOST_VARIANTS:
                        variants.append(item)
        return self._below

    def within(self, folder: str) -> list[T]:
        """What lies in a folder or file."""
        return [item for variants in self._folders().get(folder, {}).values() for item in variants]

    def holds(self, folder: str) -> bool:
        """Whether anything lies in a folder."""
        return folder in self._folders()

    def everything(self, chain: Chain, keep: Callable[[T], bool]) -> list[T]:
        """All that is kept, the nearest variants of each."""
        if len(self.entries) == 1:
            item = self.entries[0].item
            return [item] if keep(item) else []
        found: dict[tuple[str, ...], list[T]] = {}
        for folder in chain:
            for identity, variants in self._folders().get(folder, {}).items():
                if identity not in found and (kept := [v for v in variants if keep(v)]):
                    found[identity] = kept
        return [item for variants in found.values() for item in variants]

    def nearest(self, chain: Chain, keep: Callable[[T], bool]) -> list[T]:
        """What is kept in the innermost folder around ``chain`` that has any, the nearest variants of each."""
        if len(self.entries) == 1:
            return self.everything(chain, keep)
        folders = self._folders()
        own = folders.get(chain[0], {})
        for folder in chain[1:]:
            found = [
                item
                for identity, variants in folders.get(folder, {}).items()
                for item in own.get(identity, variants)
                if keep(item)
            ]
            if found:
                return found
        return []


class Chains:
    """The chains of files, each worked out once."""

    def __init__(self) -> None:
        self._known: dict[str, Chain] = {}

    def of(self, resource: Resource) -> Chain:
        """The file of a resource and the folders around it."""
        name = resource.file
        found = self._known.get(name)
        if found is None:
            parts = [name]
            while "/" in parts[-1]:
                parts.append(parts[-1].rpartition("/")[0])
            found = self._known[name] = (*parts, "") if parts[-1] else tuple(parts)
        return found


class Names:
    """Objects of one sort by namespace and name."""

    def __init__(self, chains: Chains, resources: Iterable[Resource]) -> None:
        self._chains = chains
        self._shelves: dict[tuple[str, str], Shelf[Resource]] = {}
        for resource in resources:
            self.add(resource.ref.name, resource)

    def add(self, name: str, resource: Resource) -> None:
        """File an object under a name, its own or that of what it is attached to."""
        entry = Entry(resource, self._chains.of(resource), tuple(resource.ref))
        for space in (resource.ref.namespace, ANYWHERE):
            self._shelves.setdefault((space, name), Shelf()).entries.append(entry)

    def find(self, name: str, namespace: str, near: Resource) -> Resource | None:
        """The object of this name in the namespace, else where one of the two leaves its namespace out."""
        found = self.all(name, namespace, near)
        return found[0] if found else None

    def all(self, name: str, namespace: str, near: Resource) -> Sequence[Resource]:
        """All objects that the name may mean, best first in order of namespaces."""
        for space in (namespace, "" if namespace else ANYWHERE):
            shelf = self._shelves.get((space, name))
            if shelf is not None and (found := shelf.nearest(self._chains.of(near), _anything)):
                return found
        return ()


def _anything(_: object) -> bool:
    return True


class Hits(NamedTuple):
    """Pod sets that were found. ``exact`` is false when one side left its namespace out."""

    podsets: tuple[PodSet, ...]
    exact: bool = True


class Pods:
    """Pod sets by namespace and label, account and controller."""

    def __init__(self, chains: Chains, workloads: Iterable[Workload], *, complete: bool = False) -> None:
        self.chains = chains
        self.complete = complete
        self._shelves: dict[tuple[str, str, str], Shelf[PodSet]] = {}
        self._entries: list[Entry[PodSet]] = []
        self._anywhere = False
        self.keys: set[str] = set()
        for workload in workloads:
            if not workload.template:
                for podset in workload.podsets:
                    self._add(podset)

    def _add(self, podset: PodSet) -> None:
        ref = podset.workload.ref
        entry = Entry(podset, self.chains.of(podset.workload.resource), (*ref, podset.name))
        self._entries.append(entry)
        self.keys.update(podset.labels)
        self._file(ref.namespace, entry)

    def _file(self, space: str, entry: Entry[PodSet]) -> None:
        podset = entry.item
        shelves = self._shelves
        ref = podset.workload.ref
        keys = [
            (ALL, ""),
            (ACCOUNT, podset.service_account),
            (TARGET, f"{ref.kind}/{ref.name}"),
            *podset.labels.items(),
        ]
        for key, value in keys:
            shelf = shelves.get((space, key, value))
            if shelf is None:
                shelf = shelves[space, key, value] = Shelf()
            shelf.entries.append(entry)

    def shelf(self, namespace: str, key: str, value: str) -> Shelf[PodSet] | None:
        """Pod sets of a namespace with a label (or pseudo label); `ANYWHERE` is filled on first use."""
        if namespace == ANYWHERE and not self._anywhere:
            self._anywhere = True
            for entry in self._entries:
                self._file(ANYWHERE, entry)
        return self._shelves.get((namespace, key, value))

    def populated(self, namespace: str) -> bool:
        """Whether the scan holds pod sets that are written to be of this namespace, or any if it is left out.

        One that is complete holds them all, be they none.
        """
        return self.complete or (bool(self._entries) and (not namespace or self.shelf(namespace, ALL, "") is not None))

    def select(self, selector: Selector, namespace: str, near: Resource) -> Hits:
        """The pod sets that a selector selects in a namespace, else those that a left-out namespace allows."""
        if selector.unknown:
            return Hits(())
        return self._hits(lambda space: self._shelves_for(selector, space), _by_labels(selector), namespace, near)

    def having(
        self, key: str, value: str, namespace: str, near: Resource, keep: Callable[[PodSet], bool] = _anything
    ) -> Hits:
        """The pod sets of a namespace with one (pseudo) label."""
        return self._hits(lambda space: [self.shelf(space, key, value)], keep, namespace, near)

    def elsewhere(self, key: str, value: str, near: Resource) -> list[PodSet]:
        """The pod sets with one (pseudo) label in all namespaces."""
        shelf = self.shelf(ANYWHERE, key, value)
        return [] if shelf is None else shelf.everything(self.chains.of(near), _anything)

    def everywhere(self, selector: Selector, near: Resource) -> tuple[PodSet, ...]:
        """The pod sets that a selector selects in all namespaces."""
        chain, keep = self.chains.of(near), _by_labels(selector)
        return tuple(p for s in self._shelves_for(selector, ANYWHERE) if s for p in s.everything(chain, keep))

    def _hits(
        self,
        shelves: Callable[[str], list[Shelf[PodSet] | None]],
        keep: Callable[[PodSet], bool],
        namespace: str,
        near: Resource,
    ) -> Hits:
        chain = self.chains.of(near)
        if namespace:
            found = [p for s in shelves(namespace) if s for p in s.everything(chain, keep)]
        else:
            found = [p for s in shelves("") if s for p in s.nearest(chain, keep)]
        if found:
            return Hits(tuple(found))
        loose = [p for s in shelves("" if namespace else ANYWHERE) if s for p in s.nearest(chain, keep)]
        return Hits(tuple(loose), exact=False)

    def _shelves_for(self, selector: Selector, space: str) -> list[Shelf[PodSet] | None]:
        if selector.pairs:
            shelves = [self.shelf(space, key, value) for key, value in selector.pairs]
            return [min((s for s in shelves if s), key=_size)] if all(shelves) else []
        lists = [e for e in selector.expressions if e.operator == "In"]
        if lists:
            shortest = min(lists, key=lambda e: len(e.values))
            return [self.shelf(space, shortest.key, value) for value in dict.fromkeys(shortest.values)]
        return [self.shelf(space, ALL, "")]


def _by_labels(selector: Selector) -> Callable[[PodSet], bool]:
    return lambda podset: selector.matches(podset.labels)


def _size(shelf: Shelf[PodSet]) -> int:
    return len(shelf.entries)
