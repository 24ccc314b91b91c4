"""What Ray is told to run: the entry point of a RayJob, and jobs that a container submits to a cluster elsewhere.

https://docs.ray.io/en/latest/cluster/running-applications/job-submission/quickstart.html and KubeRay's
``ray-operator/apis/ray/v1/rayjob_types.go`` and ``raycronjob_types.go``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from hullmark.model.argv import Argv
from hullmark.model.container import Container
from hullmark.model.resource import Resource
from hullmark.model.truth import string
from hullmark.text.regex import regex
from hullmark.text.source import Place, Span
from hullmark.text.tree import Map, Node, Seq, mapping

_SPECS = {"RayJob": ("spec",), "RayCronJob": ("spec", "jobTemplate")}
"""Where the specification of a job stands in KubeRay's kinds."""

_VARIABLE = regex(r"^[ \t]+[\"']?([A-Z][A-Z0-9_]*)[\"']?[ \t]*:[ \t]*[\"']?([^\s\"'#]+)", re.MULTILINE)


def job(resource: Resource) -> Node | None:
    """The specification of a Ray job; None for other kinds."""
    path = _SPECS.get(resource.ref.kind) if resource.ref.group == "ray.io" else None
    return resource.node.child(*path) if path else None


def entrypoint(resource: Resource) -> Argv | None:
    """The command line that a RayJob runs on its cluster; places lie in its ``entrypoint``."""
    spec = job(resource)
    text = "" if spec is None else string(spec.value, "entrypoint")
    if spec is None or not text:
        return None
    mark = spec.value.marks["entrypoint"]
    words = Seq(["sh", "-c", text], [(mark[2], mark[3])] * 3)
    made = Map({"command": words}, {"command": mark})
    return Argv.of(Node(spec.doc, made, Span(mark[2], mark[3]), (*spec.path, "entrypoint")), {})


def variables(resource: Resource) -> Iterator[tuple[str, str, Place]]:
    """The variables that a RayJob's runtime environment sets for what it runs, with the places of their values."""
    spec = job(resource)
    node = None if spec is None else spec.child("runtimeEnvYAML")
    if node is None:
        return
    for found in _VARIABLE.finditer(node.doc.source.text, node.span.start, node.span.end):
        yield found[1], found[2], node.doc.place(found.start(2), found.end(2), node.path)


def submits(container: Container) -> bool:
    """Whether a container only hands a job to a Ray cluster (``ray job submit``)."""
    words = container.argv.words
    return len(words) > 2 and words[0].rpartition("/")[2] == "ray" and tuple(words[1:3]) == ("job", "submit")


def submitted_environment(container: Container) -> Map:
    """The runtime environment that ``ray job submit --runtime-env-json`` gives, empty where none is or can be read."""
    text = container.argv.flag("--runtime-env-json") or ""
    try:
        found = json.loads(text) if text.startswith("{") else {}
    except ValueError:
        return mapping(None)
    return Map(found) if isinstance(found, dict) else mapping(None)
