"""Knative: revisions, which scale by annotations and whose containers need no names.

https://knative.dev/docs/serving/autoscaling/scale-bounds/; names by default are those of
https://github.com/knative/serving ``pkg/apis/config/defaults.go`` and ``pkg/apis/serving/v1/revision_defaults.go``
(``applyDefaultContainerNames``: numbered where there are several).
"""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.model.resource import Resource
from hullmark.model.truth import natural, string
from hullmark.model.workload import Replicas
from hullmark.recognise.assemble import containers
from hullmark.recognise.kinds import Part, Pod, Scene
from hullmark.text.tree import Node, dig, items

_NAMES = {"containers": "user-container", "initContainers": "init-container"}


def revision(carrier: Node, scene: Scene) -> Iterator[Pod]:
    """The pods of a revision, which is the template of a Service, or an object of its own."""
    template = carrier.child("template") if scene.resource.ref.kind != "Revision" else carrier
    spec = None if template is None else template.child("spec")
    if spec is not None:
        yield Pod(spec, tuple(_named(spec)), template)


def _named(spec: Node) -> Iterator[Part]:
    written = {string(c, "name") for field in _NAMES for c in items(spec.value, field)}
    numbers = dict.fromkeys(_NAMES, 0)
    for part in containers(spec):
        field = str(part.node.path[-2])
        name = _NAMES.get(field, "")
        if not name or string(part.node.value, "name"):
            yield part
            continue
        if len(items(spec.value, field)) > 1 or name in written:
            while (numbered := f"{name}-{numbers[field]}") in written:
                numbers[field] += 1
            name = numbered
            numbers[field] += 1
        yield part._replace(unnamed=name)


def replicas(carrier: Node, resource: Resource) -> Replicas:
    """As the annotations of the template say; without them from 0 to no bound, starting with 1."""
    del resource
    annotations = dig(carrier.value, "template", "metadata", "annotations")

    def scale(name: str) -> int | None:
        written = dig(annotations, f"autoscaling.knative.dev/{name}-scale")
        if written is None:
            written = dig(annotations, f"autoscaling.knative.dev/{name}Scale")
        return natural(written) if isinstance(written, str) else None

    least, most = scale("min"), scale("max")
    source = "default" if least is None and most is None else "declared"
    return Replicas(max(least or 0, 1), least or 0, most or None, source)
