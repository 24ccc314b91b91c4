"""Compiled Kubeflow pipelines, which have no ``apiVersion``: what ``kfp.compiler`` writes, as an object of its own.

A package is one document with the pipeline and perhaps a second with what Kubernetes is told besides (``platforms``); for
Vertex AI it is a ``PipelineJob`` that holds the pipeline
(https://github.com/kubeflow/pipelines/blob/master/api/v2alpha1/pipeline_spec.proto).
"""

from __future__ import annotations

from collections.abc import Sequence

from hullmark.model.resource import Ref, Resource
from hullmark.model.truth import string
from hullmark.text.tree import Map, Node, Value, dig

SIGN = b"pipelineInfo"
"""What a file has in it that holds a compiled pipeline."""

_GROUP = "pipelines.kubeflow.org"


def compiled(documents: Sequence[Node]) -> tuple[list[Resource], list[Node]]:
    """The compiled pipelines among documents, each with what is said beside it, and the documents that are none."""
    found: list[Resource] = []
    others: list[Node] = []
    for node in documents:
        pipeline = _pipeline(node)
        if pipeline is not None:
            found.append(pipeline)
        elif found and _is_beside(node, found[-1].node):
            found[-1] = Resource(found[-1].ref, found[-1].version, _with(found[-1].node, node))
        else:
            others.append(node)
    return found, others


def _pipeline(node: Node) -> Resource | None:
    for kind, path in (("PipelineSpec", ()), ("PipelineJob", ("pipelineSpec",))):
        spec = dig(node.value, *path)
        name = string(spec, "pipelineInfo", "name")
        if name and isinstance(dig(spec, "root"), Map) and _holds(spec):
            return Resource(Ref(kind, "", name, _GROUP), string(spec, "schemaVersion"), node)
    return None


def _holds(spec: Value) -> bool:
    return isinstance(dig(spec, "deploymentSpec"), Map) or isinstance(dig(spec, "components"), Map)


def _is_beside(node: Node, pipeline: Node) -> bool:
    """Whether a document is what Kubernetes is told besides a pipeline that stands in the same text."""
    same = node.doc.source is pipeline.doc.source and node.doc.origin is None and "platforms" not in pipeline.value
    return same and isinstance(dig(node.value, "platforms"), Map)


def _with(pipeline: Node, beside: Node) -> Node:
    """A pipeline with the platforms of another document of its text, whose places count in that text as well."""
    made = Map(pipeline.value, dict(pipeline.value.marks))
    made["platforms"], made.marks["platforms"] = beside.value["platforms"], beside.value.marks["platforms"]
    return pipeline._replace(value=made)
