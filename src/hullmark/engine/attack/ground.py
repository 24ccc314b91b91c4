"""What an attacker walks on: the component graph with the findings on each component, looked up by id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import copy

from hullmark.engine.result import Result, Settled
from hullmark.graph.network.reach import Reachability, Verdict
from hullmark.model.architecture import Architecture
from hullmark.model.component import Component, ComponentKind, EdgeKind, Graph
from hullmark.model.resource import Resource
from hullmark.model.terms import Outcome
from hullmark.model.truth import string
from hullmark.model.workload import Evidence, PodSet
from hullmark.text.lazy import cached_property

CLUSTER = "trust-boundary/cluster"
"""The stand of somebody who may send packets inside the cluster."""


class Ground:
    """A graph and what was found on it, but for findings that are taken for repaired.

    ``repairs`` are these, ``repaired`` the objects that they were found on.
    """

    def __init__(self, graph: Graph, result: Result) -> None:
        self.graph = graph
        self.result = result
        self.repaired: frozenset[Resource] = frozenset()
        self.repairs: frozenset[Settled] = frozenset()
        self._refused: dict[tuple[str, str], tuple[bool, str]] = {}

    def without(self, findings: frozenset[Settled]) -> Ground:
        """The same ground with these findings repaired; what does not hang on them is worked out once for all."""
        made = copy(self)
        made.repairs, made.repaired = findings, frozenset(s.resource for s in findings)
        return made

    @property
    def _findings(self) -> Iterator[Settled]:
        yield from self.result.findings
        yield from self.result.waived

    def _left(self, findings: Iterable[Settled]) -> tuple[Settled, ...]:
        return tuple(s for s in findings if s not in self.repairs) if self.repairs else tuple(findings)

    @property
    def architecture(self) -> Architecture:
        """What the graph was made of."""
        return self.result.architecture

    @cached_property
    def _by_component(self) -> Mapping[str, Mapping[str, tuple[Settled, ...]]]:
        found: dict[str, dict[str, tuple[Settled, ...]]] = {}
        for settled in self._findings:
            component = self.graph.of(settled.resource)
            if component is not None:
                checks = found.setdefault(component.id, {})
                checks[settled.check] = (*checks.get(settled.check, ()), settled)
        return found

    @cached_property
    def _by_resource(self) -> Mapping[Resource, tuple[Settled, ...]]:
        found: dict[Resource, tuple[Settled, ...]] = {}
        for settled in self._findings:
            found[settled.resource] = (*found.get(settled.resource, ()), settled)
        return found

    @cached_property
    def _unknown(self) -> frozenset[tuple[str, str, str, str]]:
        return frozenset(
            (v.check, v.subject.kind, v.subject.namespace, v.subject.name)
            for v in self.result.undecided
            if v.outcome is Outcome.UNKNOWN
        )

    def found(self, component: str, checks: Iterable[str]) -> tuple[Settled, ...]:
        """The findings of these checks on a component; waived ones count, for waiving closes no way."""
        here = self._by_component.get(component)
        return () if here is None else self._left(settled for check in checks for settled in here.get(check, ()))

    def mended(self, component: str, check: str) -> bool:
        """Whether a finding of this check on a component is taken for repaired."""
        return any(s.check == check and self.graph.of(s.resource) == self.graph.by_id[component] for s in self.repairs)

    def on(self, resource: Resource, checks: Iterable[str]) -> tuple[Settled, ...]:
        """The findings of these checks on an object."""
        wanted = frozenset(checks)
        return self._left(s for s in self._by_resource.get(resource, ()) if s.check in wanted)

    def undecided(self, component: Component, checks: Iterable[str]) -> bool:
        """Whether one of these checks could not be decided on a component."""
        if component.resource is None:
            return False
        ref = component.resource.ref
        return any((check, ref.kind, ref.namespace, ref.name) in self._unknown for check in checks)

    def workloads(self) -> Iterable[Component]:
        """The workloads that stand for themselves, not the parts of one."""
        return (c for c in self.graph.kinds(ComponentKind.WORKLOAD) if c.workload is not None and not c.parent)

    def targets(self, component: str, *kinds: EdgeKind) -> Iterable[tuple[Component, tuple[Evidence, ...], str]]:
        """Where the edges of these kinds lead, with their evidence and what is unknown about them."""
        for edge in self.graph.out(component, *kinds):
            target = self.graph.by_id.get(edge.target)
            if target is not None:
                yield (
                    target,
                    edge.evidence,
                    edge.unknown or ("" if edge.certain else "that this is so is concluded, not written"),
                )

    @cached_property
    def choosy(self) -> Mapping[str, Component]:
        """Workloads that are open to the cluster, but for those whom a policy refuses by name."""
        edges = (e for e in self.graph.out(CLUSTER, EdgeKind.MAY_REACH) if e.facts.get("refuses"))
        found = (self.graph.by_id[e.target] for e in edges)
        return {c.id: c for c in found if c.workload is not None and not c.parent}

    def admitted(self, component: Component) -> Iterator[tuple[Component, tuple[Evidence, ...]]]:
        """Workloads that a policy opens to this one by name, or to its whole namespace."""
        for source in dict.fromkeys((component.id, component.zone)) if component.zone != CLUSTER else ():
            for edge in self.graph.out(source, EdgeKind.MAY_REACH):
                target = self.graph.by_id[edge.target]
                whole = self.graph.by_id.get(target.parent, target)
                if whole.workload is not None and whole.id not in (component.id, component.parent):
                    yield whole, edge.evidence

    @cached_property
    def _reachability(self) -> Reachability:
        return Reachability(self.architecture)

    def refused(self, source: Component, target: Component) -> tuple[bool, str]:
        """Whether policies keep one workload's pods from all pods of another, and what is not known about it."""
        known = self._refused.get((source.id, target.id))
        if known is None:
            verdicts = [self._reachability.may(one, other) for one in _podsets(source) for other in _podsets(target)]
            known = self._refused[source.id, target.id] = _refusal(verdicts)
        return known

    @cached_property
    def _accounts(self) -> Mapping[str, list[Component]]:
        found: dict[str, list[Component]] = {}
        for account in self.graph.kinds(ComponentKind.IDENTITY):
            if account.id in self.graph.powers:
                found.setdefault(account.namespace, []).append(account)
        return found

    def accounts(self, namespace: str) -> Iterable[Component]:
        """The accounts of a namespace that may do something."""
        return self._accounts.get(namespace, ())

    @cached_property
    def _bindings(self) -> Mapping[tuple[str, str], list[Resource]]:
        found: dict[tuple[str, str], list[Resource]] = {}
        for binding, grants in self.architecture.grants.items():
            roles = [g.role for g in grants if g.role is not None]
            for subject in binding.node.children("subjects"):
                space = string(subject.value, "namespace") or binding.ref.namespace
                found.setdefault((space, string(subject.value, "name")), []).extend((binding, *roles))
        return found

    def bindings(self, account: Component) -> Iterable[Resource]:
        """The bindings that name an account, and their roles; something may run as it or not."""
        return self._bindings.get((account.namespace, account.label), ())


def here(component: Component) -> tuple[Evidence, ...]:
    """Where a component is declared, or mentioned, as evidence that there is such a thing."""
    return (Evidence("declared here", component.place),) if component.place is not None else ()


def _refusal(verdicts: list[Verdict]) -> tuple[bool, str]:
    if any(v.allowed for v in verdicts):
        return False, ""
    unknown = next((v.unknown for v in verdicts if v.allowed is None), "")
    return bool(verdicts) and not unknown, unknown


def _podsets(component: Component) -> tuple[PodSet, ...]:
    if component.podset is not None:
        return (component.podset,)
    return () if component.workload is None else tuple(component.workload.podsets)
