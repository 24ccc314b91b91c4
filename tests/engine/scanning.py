"""Scans texts with a few small checks, so that the engine's tests do not hang on the catalogue."""

# ruff: noqa: ARG001 - checks take the architecture, needed or not

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from hullmark.engine.config import Settings, identifiers
from hullmark.engine.result import Result
from hullmark.engine.run import evaluate
from hullmark.engine.settle import Terms, settle
from hullmark.graph.build import build
from hullmark.model.architecture import Architecture
from hullmark.model.check import Check, check
from hullmark.model.container import Container
from hullmark.model.finding import Finding, Fix
from hullmark.model.resource import Resource
from hullmark.model.terms import Confidence, Safety, Severity, Theme
from hullmark.model.workload import Workload
from hullmark.sources import Reading
from hullmark.sources.kubernetes import resources
from hullmark.text.edit import put
from hullmark.text.source import Problem, Source

Found = Iterator[Finding]


def toy(function: Callable[..., Found]) -> Callable[..., Found]:
    """Let a function of a test pass for one in the catalogue's folders."""
    function.__module__ = "hullmark.checks.security.toy"
    return function


@check(Container, severity=Severity.CRITICAL, aliases=("privileged",))
@toy
def privileged_toy(container: Container, arch: Architecture) -> Found:
    if container.privileged:
        edits = put(container.node, ("securityContext", "privileged"), False)
        yield Finding(
            f"'{container.name}' is privileged",
            container.at("securityContext", "privileged"),
            fix=None if edits is None else Fix("set privileged to false", edits, Safety.SAFE),
        )


@check(Container, severity=Severity.MEDIUM, absence=Theme.HARDENING)
@toy
def writable_toy(container: Container, arch: Architecture) -> Found:
    keys = ("securityContext", "readOnlyRootFilesystem")
    if container.node.get(*keys) is not True:
        edits = put(container.node, keys, True)
        yield Finding(
            f"'{container.name}' can write",
            container.at(*keys),
            None if edits is None else Fix("close", edits, Safety.UNSAFE),
        )


@check(Container, severity=Severity.HIGH, absence=Theme.HARDENING)
@toy
def escalating_toy(container: Container, arch: Architecture) -> Found:
    keys = ("securityContext", "allowPrivilegeEscalation")
    if container.node.get(*keys) is not False:
        edits = put(container.node, keys, False)
        yield Finding(
            f"'{container.name}' can escalate",
            container.at(*keys),
            None if edits is None else Fix("deny", edits, Safety.SAFE),
        )


@check(Container, severity=Severity.HIGH)
@toy
def listed_toy(container: Container, arch: Architecture) -> Found:
    for index, variable in enumerate(container.node.children("env")):
        if "token" in variable.value["name"].lower():
            yield Finding(f"'{variable.value['name']}' is a token", container.at("env", index, "value"))


@check(Workload, severity=Severity.LOW, confidence=Confidence.LOW, absence=Theme.AVAILABILITY)
@toy
def single_toy(workload: Workload, arch: Architecture) -> Found:
    if workload.resource.node.get("spec", "replicas") == 1:
        yield Finding(f"'{workload.name}' has one replica", workload.at("spec", "replicas"))


@check(Resource, severity=Severity.HIGH, kinds=("Service",))
@toy
def open_toy(resource: Resource, arch: Architecture) -> Found:
    if resource.spec.get("type") == "LoadBalancer":
        yield Finding(f"'{resource.ref.name}' is open", resource.node.at("spec", "type"))


TOYS: tuple[Check[Any], ...] = (privileged_toy, writable_toy, escalating_toy, listed_toy, single_toy, open_toy)


def objects(texts: Mapping[str, str]) -> tuple[list[Resource], list[Problem]]:
    found = [item for name, text in texts.items() for item in resources(Source(name, text))]
    return [r for r in found if isinstance(r, Resource)], [p for p in found if isinstance(p, Problem)]


def architecture(text: str) -> Architecture:
    return build(objects({"deploy/app.yaml": text})[0])


def result(
    texts: str | Mapping[str, str],
    checks: Sequence[Check[Any]] = TOYS,
    settings: Settings | None = None,
    today: str = "2026-06-01",
    baseline: frozenset[str] | None = None,
) -> Result:
    found, problems = objects({"deploy/app.yaml": texts} if isinstance(texts, str) else texts)
    arch = build(found)
    terms = Terms(settings or Settings(), identifiers(TOYS), today, baseline)
    return settle(arch, evaluate(arch, checks), terms, Reading(tuple(found), (), tuple(problems), 1))


DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
  namespace: prod
spec:
  replicas: 1
  template:
    metadata:
      labels: {app: chat}
    spec:
      containers:
        - name: server
          image: registry.example/chat:1
          securityContext:
            privileged: true  # for the old driver
        - name: proxy
          image: registry.example/proxy:1
          securityContext:
            privileged: true
"""
"""A workload on which four of the checks find something, two of them in both containers."""
