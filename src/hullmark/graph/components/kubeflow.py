"""Compiled Kubeflow pipelines: tasks in their order, the models they hand to each other, and who tests and releases these.

An artifact of a type that is a model is a component of its own: what trains makes it, what evaluates takes it, and what
registers or deploys it promotes it (https://www.kubeflow.org/docs/components/pipelines/user-guides/data-handling/artifacts/).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from hullmark.graph.components.draft import NO_NAMESPACE, Why
from hullmark.graph.components.models import Models
from hullmark.graph.components.scene import Scene
from hullmark.model.component import Component, ComponentKind, EdgeKind
from hullmark.model.promotion import (
    NO_TRAINING,
    RELEASES,
    RELEASING_CALLS,
    TESTING_CALLS,
    TESTS,
    THRESHOLD,
    TRAINS,
    program,
)
from hullmark.model.terms import SERVING, TRAINERS, Role
from hullmark.model.truth import string
from hullmark.model.workload import Workload
from hullmark.recognise.kfp import Output, Task, compiled, image, said, tasks, words
from hullmark.recognise.kfp_pods import purpose
from hullmark.recognise.models import reference
from hullmark.text.source import Place

_MODELS = frozenset({"system.Model", "google.VertexModel", "google.UnmanagedContainerModel", "google.BQMLModel"})
"""Types of artifacts that are models."""


def kubeflow(scene: Scene) -> None:
    """Every compiled pipeline of the scan."""
    serving = {scene.owner(w) for w in scene.arch.workloads if w.role in SERVING}
    makers = {source for _, source, target in scene.draft.edges(EdgeKind.DEPENDS_ON) if target in serving}
    for workload in scene.arch.workloads:
        if compiled(workload.resource) is not None:
            _pipeline(scene, workload, makers)


def _pipeline(scene: Scene, workload: Workload, makers: Collection[str]) -> None:
    known = tasks(workload.resource)
    own = {p.name: scene.owner(p) for p in workload.podsets}
    steps = {task.name: _step(scene, workload, task, own.get(task.name)) for task in known}
    for task in known:
        for other, place in task.waits:
            if steps[other] != steps[task.name]:
                why = Why(f"runs after task '{other}'", place)
                scene.draft.edge(EdgeKind.DEPENDS_ON, steps[task.name], steps[other], why)
        _told(scene, task, steps, makers)
    made = {o: m for task in known for o, m in _models(scene, workload, task, steps[task.name]).items()}
    for task in known:
        _imported(scene, workload, task, steps[task.name])
        _taken(scene, task, steps[task.name], made)


def step_that_holds(scene: Scene, pipeline: Workload, place: Place) -> str | None:
    """The step of a compiled pipeline in whose task or container an object is written."""
    own = {p.name: scene.owner(p) for p in pipeline.podsets}
    for task in tasks(pipeline.resource):
        for node in (task.node, task.container):
            if node is not None and node.path and place.path[: len(node.path)] == node.path and task.name in own:
                return own[task.name]
    return None


def _step(scene: Scene, workload: Workload, task: Task, own: str | None) -> str:
    """A task, which stands where its DAG names it; an importer has no pods, and a second task of a component none of its own."""
    place = task.node.at("taskInfo", "name")
    if own is not None:
        scene.draft.replace(replace(scene.draft.get(own), place=place))
        return own
    whole = scene.owner(workload)
    facts = {"kind": workload.ref.kind, "role": purpose(task).value}
    if task.container is not None and (run := string(task.container.value, "image")):
        facts["image"] = run
    return scene.draft.add(
        Component(
            f"{whole}/{task.name}", ComponentKind.WORKLOAD, task.name, workload.namespace, scene.draft.get(whole).zone,
            place, workload.resource, workload, None, whole, facts=facts,
        )
    )  # fmt: skip


def _models(scene: Scene, workload: Workload, task: Task, step: str) -> Mapping[Output, str]:
    """The models that a task makes."""
    made: dict[Output, str] = {}
    outputs = task.component.children("outputDefinitions", "artifacts") if task.component is not None else ()
    for artifact in outputs:
        kind = string(artifact.value, "artifactType", "schemaTitle")
        if kind not in _MODELS or task.importer is not None:
            continue
        key = str(artifact.path[-1])
        where = f"{workload.namespace or NO_NAMESPACE}/{workload.ref.kind}/{workload.name}/{task.name}/{key}"
        place = artifact.at("artifactType", "schemaTitle")
        facts = {"scheme": "artifact", "where": where}
        model = Component(
            f"model/artifact/{where}", ComponentKind.MODEL, key, "", scene.draft.get(step).zone, place, facts=facts
        )
        made[Output(task.name, key)] = scene.draft.add(model)
        edge = EdgeKind.TRAINS if _trains(task) else EdgeKind.WRITES
        scene.draft.edge(edge, step, model.id, Why(f"output '{key}' of type {kind}", place))
    return made


def _imported(scene: Scene, workload: Workload, task: Task, step: str) -> None:
    """A model that an importer brings in, wherever it lies."""
    uri = task.importer.child("artifactUri", "constant") if task.importer is not None else None
    found = reference(uri.value, uri.at()) if uri is not None and isinstance(uri.value, str) else None
    kind = string(task.importer.value, "typeSchema", "schemaTitle") if task.importer is not None else ""
    if found is not None and kind in _MODELS:
        Models(scene).loaded(step, None, workload, found)


def _taken(scene: Scene, task: Task, step: str, made: Mapping[Output, str]) -> None:
    """What a task does with the models that it takes."""
    kind = EdgeKind.PROMOTES if _releases(task) else EdgeKind.EVALUATES if _tests(task) else EdgeKind.LOADS_MODEL
    for taken in task.inputs:
        for output in taken.made:
            if output in made:
                why = Why(f"takes '{output.key}' of task '{output.task}'", taken.place)
                scene.draft.edge(kind, step, made[output], why)


# -- what tasks are for --------------------------------------------------------------------------


def _told(scene: Scene, task: Task, steps: Mapping[str, str], makers: Collection[str]) -> None:
    """Say of a step what it does with models, what bounds it keeps, and whose results decide whether it runs.

    ``makers`` make what serves.
    """
    step = steps[task.name]
    does = (("trains", _trains), ("tests", _tests), ("releases", lambda t: step in makers or _releases(t)))
    results = dict.fromkeys(steps[name] for c in task.conditions for name in c.results_of)
    bound = THRESHOLD.search(f"{said(task)} {program(task.container)}")
    scene.tell(
        step,
        does=", ".join(word for word, is_so in does if is_so(task)),
        bound=bound[0] if bound is not None else "",
        decided_by=", ".join(results),
        missing="" if task.component is not None else "component",
    )


def _trains(task: Task) -> bool:
    """Whether a task trains, by its role or what it is called."""
    trains = purpose(task) in TRAINERS or TRAINS.search(" ".join(words(task))) is not None
    return trains and not NO_TRAINING.search(task.name)


def _tests(task: Task) -> bool:
    """Whether a task evaluates, compares or approves, by its role or what it is called and runs."""
    if purpose(task) is Role.EVALUATION or TESTS.search(said(task)) is not None:
        return True
    return TESTING_CALLS.search(program(task.container)) is not None


def _releases(task: Task) -> bool:
    """Whether a task registers a model or puts it into service, by what it is called or what its program calls."""
    if RELEASES.search(" ".join((*words(task), image(task)))) is not None:
        return True
    return RELEASING_CALLS.search(program(task.container)) is not None
