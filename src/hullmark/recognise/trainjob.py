"""TrainJobs: pods of a (Cluster)TrainingRuntime, with the job's patches and the trainer's fields laid over them.

https://trainer.kubeflow.org (``pkg/apis/trainer/v1alpha1``). What comes from the runtime stands in another file; in
the job it is shown at the ``runtimeRef`` and cannot be edited from there. Patches of pods are ``podSpecOverrides`` in Trainer 2.0,
``podTemplateOverrides`` in 2.1 and ``runtimePatches`` since 2.2 (https://github.com/kubeflow/trainer/pull/3309).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from hullmark.model.resource import Resource
from hullmark.model.truth import string
from hullmark.model.workload import Replicas
from hullmark.recognise.assemble import Parts, containers
from hullmark.recognise.kinds import Part, Pod, Scene, whole
from hullmark.recognise.merge import merged, relocated
from hullmark.text.tree import Document, Map, Margin, Node, Seq, Value, dig, items, mapping

_STEP = "trainer.kubeflow.org/trainjob-ancestor-step"
_POD_SPEC = ("template", "spec", "template", "spec")
_LISTS = ("containers", "initContainers")
_MOST_PATCHES = 16
"""How many patches a TrainJob holds (``MaxItems`` of ``runtimePatches``)."""

_FIELDS = "image command args env resources=resourcesPerNode"


def trial_pods(carrier: Node, scene: Scene) -> Iterator[Pod]:
    """The pods of a TrainJob's spec: one group for each job of its runtime, or the trainer alone when that is not known."""
    runtime = _runtime(carrier, scene)
    jobs = () if runtime is None else tuple(runtime.node.children("spec", "template", "spec", "replicatedJobs"))
    if runtime is None or not jobs:
        yield _alone(carrier)
        return
    trainer = _trainer(jobs)
    for job in jobs:
        yield _merged(carrier, runtime, job, is_trainer=job is trainer)


def _runtime(carrier: Node, scene: Scene) -> Resource | None:
    kind = string(carrier.value, "runtimeRef", "kind") or "ClusterTrainingRuntime"
    return scene.find(kind, scene.resource.ref.namespace, string(carrier.value, "runtimeRef", "name"))


def _trainer(jobs: tuple[Node, ...]) -> Node | None:
    """The job that trains: labelled so, else named ``node``, else the only one."""
    for job in jobs:
        labels = (
            job.get("template", "metadata", "labels"),
            job.get("template", "spec", "template", "metadata", "labels"),
        )
        if any(dig(found, _STEP) == "trainer" for found in labels):
            return job
    named = next((job for job in jobs if job.get("name") == "node"), None)
    return named or (jobs[0] if len(jobs) == 1 else None)


def _alone(carrier: Node) -> Pod:
    """The trainer with what the job itself says; image, command and count are the runtime's."""
    nodes = carrier.get("trainer", "numNodes")
    count = whole(nodes)
    template = Node(carrier.doc, Map(), carrier.span, carrier.path)
    for patch in islice(_patches(carrier, "node"), _MOST_PATCHES):
        template = template._replace(value=merged(template.value, patch))
    spec = template.child("spec") or template
    written = tuple(containers(spec))
    own = next((part.node.value for part in written if part.node.get("name") == "node"), None)
    container = Parts(carrier).take(_FIELDS, carrier.get("trainer")).merge(own).node("trainer")
    others = (part for part in written if part.node.get("name") != "node")
    return Pod(
        spec,
        (Part(container, "app", "node"), *others),
        template,
        name="node",
        replicas=Replicas(count, count, count, "declared" if nodes is not None else "the runtime"),
        injected=frozenset({"image", "command", "resources", "security-context"}),
    )


def _merged(carrier: Node, runtime: Resource, job: Node, *, is_trainer: bool) -> Pod:
    name = string(job.value, "name")
    template = _template(carrier, job, name, is_own=is_trainer)
    spec = template.child("spec") or template._replace(value=Map())
    known = {string(c, "name") for kind in _LISTS for c in items(job.value, *_POD_SPEC, kind)}
    parts = tuple(part for part in containers(spec) if string(part.node.value, "name") in known)
    if is_trainer:
        parts = tuple(_overlaid(carrier, part, sole=len(parts) == 1) for part in parts)
    nodes = _nodes(carrier, runtime, job) if is_trainer else Replicas(1, 1, 1, "default")
    return Pod(spec, parts, template, name=name, replicas=nodes)


def _template(carrier: Node, job: Node, name: str, *, is_own: bool) -> Node:
    """The pod template of one of the runtime's jobs, as the TrainJob changes it."""
    found = job.child("template", "spec", "template") or job._replace(value=Map())
    patches = tuple(islice(_patches(carrier, name), _MOST_PATCHES))
    if not (patches or is_own):
        return found._replace(doc=job.doc._replace(margin=Margin(carrier.at("runtimeRef", "name"), 0, 0)))
    place = carrier.child("runtimeRef") or carrier
    template = relocated(found.value, place.span)
    for patch in patches:
        template = merged(template, patch)
    return Node(_shown(carrier), template, place.span, found.path)


def _patches(carrier: Node, job: str) -> Iterator[Map]:
    """What a TrainJob lays over the pod template of a job of its runtime, in any version's words."""
    for override in items(carrier.value, "podSpecOverrides"):
        if _targets(override, job) and isinstance(override, Map):
            start = override.marks.get("targetJobs", (0, 0, 0, 0))
            yield Map({"spec": override}, {"spec": start})
    for override in items(carrier.value, "podTemplateOverrides"):
        if _targets(override, job):
            yield mapping(override)
    for patch in items(carrier.value, "runtimePatches"):
        for found in items(patch, "trainingRuntimeSpec", "template", "spec", "replicatedJobs"):
            if string(found, "name") == job:
                yield mapping(found, "template", "spec", "template")


def _targets(override: Value, job: str) -> bool:
    return any(string(target, "name") == job for target in items(override, "targetJobs"))


def _shown(carrier: Node) -> Document:
    """The job's document for what comes from its runtime, which stands at the reference and cannot be edited there."""
    place = carrier.child("runtimeRef") or carrier
    return carrier.doc._replace(anchored=(*carrier.doc.anchored, place.span))


def _nodes(carrier: Node, runtime: Resource, job: Node) -> Replicas:
    for written in (
        carrier.get("trainer", "numNodes"),
        runtime.node.get("spec", "mlPolicy", "numNodes"),
        job.get("template", "spec", "parallelism"),
    ):
        if written is not None:
            count = whole(written)
            return Replicas(count, count, count, "declared")
    return Replicas(1, 1, 1, "default")


def _overlaid(carrier: Node, part: Part, *, sole: bool) -> Part:
    """The runtime's container with the trainer's fields over it, as a mapping that stands in the job."""
    trainer = carrier.child("trainer")
    if trainer is None or not (sole or part.node.get("name") == "node"):
        return part
    made = Parts(trainer).take(_FIELDS)
    own = made.map.get("env")
    made.merge(part.node.value)
    if own is not None:
        made.map["env"] = _joined(own, part.node.get("env"))
    return Part(made.node()._replace(doc=part.node.doc), part.kind, part.name)


def _joined(own: Value, runtime: Value) -> Value:
    """Both lists of variables, the job's winning by coming last."""
    if not isinstance(own, Seq) or not isinstance(runtime, Seq):
        return own
    return Seq([*runtime, *own], [*runtime.marks, *own.marks])
