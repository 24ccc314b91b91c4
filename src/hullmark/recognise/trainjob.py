"""TrainJobs: pods of a (Cluster)TrainingRuntime, with the trainer's fields of the job laid over them.

https://trainer.kubeflow.org (``pkg/apis/trainer/v1alpha1``). What comes from the runtime stands in another file; in
the job it is shown at the ``runtimeRef`` and cannot be edited from there.
"""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.model.resource import Resource
from hullmark.model.truth import string
from hullmark.model.workload import Replicas
from hullmark.recognise.assemble import Parts, containers
from hullmark.recognise.kinds import Part, Pod, Scene, whole
from hullmark.text.tree import Map, Margin, Node, PairMark, Seq, Value, dig

_STEP = "trainer.kubeflow.org/trainjob-ancestor-step"
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
    container = Parts(carrier).take(_FIELDS, carrier.get("trainer")).node("trainer")
    spec = Node(carrier.doc, Map(), carrier.span, carrier.path)
    return Pod(
        spec,
        (Part(container, "app", "node"),),
        name="node",
        replicas=Replicas(count, count, count, "declared" if nodes is not None else "the runtime"),
        injected=frozenset({"image", "command", "resources", "security-context"}),
    )


def _merged(carrier: Node, runtime: Resource, job: Node, *, is_trainer: bool) -> Pod:
    name = string(job.value, "name")
    template = job.child("template", "spec", "template")
    found = None if template is None else template.child("spec")
    here = carrier.at("runtimeRef", "name")
    shown = job.doc._replace(margin=Margin(here, 0, 0))
    spec = Node(shown, Map(), job.span, job.path) if found is None else found._replace(doc=shown)
    parts = tuple(containers(spec))
    if is_trainer:
        parts = tuple(_overlaid(carrier, part, sole=len(parts) == 1) for part in parts)
    nodes = _nodes(carrier, runtime, job) if is_trainer else Replicas(1, 1, 1, "default")
    return Pod(spec, parts, None if template is None else template._replace(doc=shown), name=name, replicas=nodes)


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
    place = carrier.child("runtimeRef") or carrier
    start, end = place.span
    mark = (start, end, start, end)
    made = Parts(trainer).take(_FIELDS)
    if isinstance(part.node.value, Map):
        for key, value in part.node.value.items():
            if key == "env" and "env" in made.map:
                made.map["env"] = _joined(made.map["env"], relocated(value, mark))
            made.put(key, relocated(value, mark), mark)
    doc = carrier.doc._replace(anchored=(*carrier.doc.anchored, place.span))
    return Part(made.node()._replace(doc=doc), part.kind, part.name)


def _joined(own: Value, runtime: Value) -> Value:
    """Both lists of variables, the job's winning by coming last."""
    if not isinstance(own, Seq) or not isinstance(runtime, Seq):
        return own
    return Seq([*runtime, *own], [*runtime.marks, *own.marks])


def relocated(value: Value, mark: PairMark) -> Value:
    """A copy of a value all of whose marks are one place."""
    if isinstance(value, Map):
        return Map({k: relocated(v, mark) for k, v in value.items()}, dict.fromkeys(value, mark))
    if isinstance(value, Seq):
        return Seq([relocated(v, mark) for v in value], [mark[2:]] * len(value))
    return value
