"""Slurm's pods: a template completed by the container the operator is about (SlinkyProject/slurm-operator)."""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.recognise.assemble import containers
from hullmark.recognise.kinds import Part, Pod, Scene
from hullmark.text.tree import Map, Node


def slurmd(carrier: Node, scene: Scene) -> Iterator[Pod]:
    """A NodeSet's compute pods, with ``slurmd`` (and ``logfile``) beside the template's containers."""
    del scene
    yield _completed(carrier, "slurmd", "logfile")


def login(carrier: Node, scene: Scene) -> Iterator[Pod]:
    """A LoginSet's pods."""
    del scene
    yield _completed(carrier, "login", "initconf")


def controller(carrier: Node, scene: Scene) -> Iterator[Pod]:
    """A Controller's pod with ``slurmctld`` and its companions."""
    del scene
    yield _completed(carrier, "slurmctld", "reconfigure", "logfile")


def server(carrier: Node, scene: Scene) -> Iterator[Pod]:
    """An Accounting's or RestApi's pods."""
    del scene
    yield _completed(carrier, "slurmdbd", "slurmrestd", "initconf")


def _completed(carrier: Node, *names: str) -> Pod:
    template = carrier.child("template")
    spec = None if template is None else template.child("spec") or template.child("podSpec")
    found = spec or Node(carrier.doc, Map(), carrier.span, carrier.path)
    own = ((name, carrier.child(name)) for name in names)
    parts = tuple(Part(node, "app", name) for name, node in own if node is not None and isinstance(node.value, Map))
    return Pod(found, (*parts, *containers(found)), template)
