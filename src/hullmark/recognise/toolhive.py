"""ToolHive's servers: an image and arguments, and a pod template whose container of a known name they complete.

An MCPServer's pods are those of its backend; the proxy before them is the operator's. Sources, in
https://github.com/stacklok/toolhive ``cmd/thv-operator``: ``api/v1beta1``, ``controllers`` (``mcpContainerName``,
``embeddingContainerName``, ``labelsForMCPServer``).
"""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.recognise.assemble import Fields, Parts, containers, image, made_up, variables
from hullmark.recognise.kinds import Assembler, Part, Pod, Scene
from hullmark.text.tree import Map, Node

_CONTAINER = "args resources"


def server(name: str) -> Assembler:
    """An assembler for the pod that runs the object's image in the container of this name."""
    fields = Fields(name, pod="serviceAccountName=serviceAccount volumes")

    def assemble(carrier: Node, scene: Scene) -> Iterator[Pod]:
        del scene
        if not isinstance(carrier.value, Map):
            return
        template = carrier.child("podTemplateSpec")
        spec = None if template is None else template.child("spec")
        written = () if spec is None else tuple(containers(spec))
        own = next((p.node for p in written if p.kind == "app" and p.node.get("name") == name), None)
        parts = variables(image(Parts(carrier))).take(_CONTAINER)
        parts.merge(None if own is None else own.value)
        made = made_up(carrier, parts.node(), fields)
        if spec is None:
            yield made
            return
        others = tuple(p for p in written if p.node is not own)
        yield Pod(spec, (Part(made.parts[0].node, "app", name), *others), template)

    return assemble
