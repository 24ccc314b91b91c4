"""The check interface: a function over one subject that sees everything and reports only its subject."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from hullmark.model.architecture import Architecture
from hullmark.model.container import Container
from hullmark.model.finding import Finding
from hullmark.model.resource import Resource
from hullmark.model.terms import Confidence, Pillar, Platform, Role, Severity, Theme
from hullmark.model.workload import PodSet, Workload
from hullmark.text.lazy import cached_property

S = TypeVar("S", Container, PodSet, Workload, Resource)


@dataclass(frozen=True, eq=False)
class Check(Generic[S]):
    """One unit of best practice.

    Its ``id`` is the function's name in kebab case and names the bad pattern; its ``pillar`` is the
    folder it lies in; its page is the docstring of its module. The filters say which subjects it is
    about (others are *not applicable*): ``roles`` of the workload, ``kinds`` of the object, ``engines`` of
    the workload or container. ``containers`` are the kinds of container a container check looks at.
    ``absence`` marks a check for something missing, with the theme it is bundled under; such checks
    skip templates, which are completed elsewhere. ``covered_by`` names the checks under whose finding this
    one keeps silent, because that says it all: repairing those may bring this one to light. Every check is
    about Kubernetes; ``compose`` is there for those that mean something for a Compose service too, and says
    what to do about a finding there (empty where the finding itself says it in words that hold for both).
    """

    function: Callable[[S, Architecture], Iterator[Finding]]
    subject: type[S]
    severity: Severity
    confidence: Confidence
    roles: frozenset[Role]
    kinds: frozenset[str]
    engines: frozenset[str]
    containers: frozenset[str]
    absence: Theme | None
    aliases: tuple[str, ...]
    covered_by: tuple[str, ...]
    compose: str | None = None

    @property
    def platforms(self) -> tuple[Platform, ...]:
        """What it means something for."""
        return (Platform.KUBERNETES,) if self.compose is None else (Platform.KUBERNETES, Platform.COMPOSE)

    @cached_property
    def id(self) -> str:
        """The kebab-case name."""
        return self.function.__name__.replace("_", "-")

    @property
    def module(self) -> str:
        """The dotted name of the module, whose docstring is the page."""
        return self.function.__module__

    @cached_property
    def pillar(self) -> Pillar:
        """The pillar, from the folder."""
        return Pillar(self.module.rsplit(".", 2)[-2])


ALL_CONTAINERS = frozenset({"app", "init", "sidecar", "ephemeral"})
"""Every kind of container."""

LONG_RUNNING = frozenset({"app", "sidecar"})
"""Containers that run as long as the pod does."""


def check(  # noqa: PLR0913 - each is a word of the decorator
    subject: type[S],
    *,
    severity: Severity,
    confidence: Confidence = Confidence.HIGH,
    roles: Collection[Role] = (),
    kinds: Collection[str] = (),
    engines: Collection[str] = (),
    containers: Collection[str] = ALL_CONTAINERS,
    absence: Theme | None = None,
    aliases: tuple[str, ...] = (),
    covered_by: tuple[str, ...] = (),
    compose: str | None = None,
) -> Callable[[Callable[[S, Architecture], Iterator[Finding]]], Check[S]]:
    """Make a function a check over one kind of subject; empty filters let everything through."""

    def made(function: Callable[[S, Architecture], Iterator[Finding]]) -> Check[S]:
        return Check(
            function,
            subject,
            severity,
            confidence,
            frozenset(roles),
            frozenset(kinds),
            frozenset(engines),
            frozenset(containers),
            absence,
            aliases,
            covered_by,
            compose,
        )

    return made
