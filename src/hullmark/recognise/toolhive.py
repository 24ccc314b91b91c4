"""ToolHive's servers: an image and arguments, and a pod template whose container ``mcp`` they complete."""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.recognise.assemble import Fields, Parts, containers, image, made_up, variables
from hullmark.recognise.kinds import Part, Pod, Scene
from hullmark.text.tree import Map, Node

_FIELDS = Fields("mcp", pod="serviceAccountName=serviceAccount volumes")
_CONTAINER = "args resources"


def server(carrier: Node, scene: Scene) -> Iterator[Pod]:
    """The pod that runs the MCP server's image."""
    del scene
    if not isinstance(carrier.value, Map):
        return
    template = carrier.child("podTemplateSpec")
    spec = None if template is None else template.child("spec")
    written = () if spec is None else tuple(containers(spec))
    own = next((p.node for p in written if p.kind == "app" and p.node.get("name") == "mcp"), None)
    parts = variables(image(Parts(carrier))).take(_CONTAINER)
    parts.merge(None if own is None else own.value)
    made = made_up(carrier, parts.node(), _FIELDS)
    if spec is None:
        yield made
        return
    others = tuple(p for p in written if p.node is not own)
    yield Pod(spec, (Part(made.parts[0].node, "app", "mcp"), *others), template)
