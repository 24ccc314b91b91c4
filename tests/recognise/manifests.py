"""Workloads from a few lines of YAML."""

from __future__ import annotations

from textwrap import dedent, indent

from hullmark.model.container import Container
from hullmark.model.resource import Resource
from hullmark.model.workload import Workload
from hullmark.recognise.recognition import recognise
from hullmark.sources.kubernetes import resources
from hullmark.text.source import Place, Source


def workload(text: str) -> Workload:
    """The first workload of a manifest."""
    objects = [o for o in resources(Source("test.yaml", dedent(text))) if isinstance(o, Resource)]
    return recognise(objects)[0]


def deployment(
    container: str, pod: str = "", kind: str = "apps/v1 Deployment", name: str = "x", labels: str = ""
) -> Workload:
    """A workload of a built-in kind with one container, given its fields."""
    api, _, what = kind.partition(" ")
    lines = indent(dedent(container).strip(), " " * 10).lstrip()
    more = indent(dedent(pod).strip(), " " * 6)
    return workload(
        f"apiVersion: {api}\nkind: {what}\nmetadata:\n  name: {name}\n  labels: {{{labels}}}\n"
        "spec:\n  selector: {}\n  template:\n"
        f"    metadata:\n      labels: {{{labels}}}\n    spec:\n{more}\n      containers:\n        - {lines}\n"
    )


def job(container: str, pod: str = "", name: str = "x") -> Workload:
    """A batch Job with one container."""
    return deployment(container, pod, "batch/v1 Job", name)


def container(fields: str) -> Container:
    """One container of a Deployment."""
    return deployment(fields).containers[0]


def shown(place: Place) -> str:
    """The text a place marks."""
    return place.source.text[place.span.start : place.span.end]
