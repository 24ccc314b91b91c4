"""Compiled Kubeflow pipelines: the tasks of their DAGs, flat, with what each waits for, takes and depends on.

A pipeline is compiled to a ``PipelineSpec``
(https://github.com/kubeflow/pipelines/blob/master/api/v2alpha1/pipeline_spec.proto), which is kept as a file of its own, in a
PipelineVersion, in a Vertex ``PipelineJob``, or, once the API server has compiled it again, piece by piece in the
arguments of an Argo Workflow (https://github.com/kubeflow/pipelines/tree/master/backend/src/v2/compiler/argocompiler).
DAGs hold DAGs: a condition, a loop and a pipeline in a pipeline are components with tasks of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice, takewhile
from typing import NamedTuple

from hullmark.model.image import Image
from hullmark.model.promotion import command, program
from hullmark.model.resource import Resource
from hullmark.model.truth import string
from hullmark.recognise.merge import written_in
from hullmark.text.regex import regex
from hullmark.text.source import Place
from hullmark.text.tree import Node, items

GROUP = "pipelines.kubeflow.org"
SPECS: Mapping[str, tuple[str, ...]] = {
    "PipelineSpec": (),
    "PipelineVersion": ("spec", "pipelineSpec"),
    "PipelineJob": ("pipelineSpec",),
}
"""Where kinds keep the PipelineSpec; what is added for Kubernetes stands beside it, in ``platforms``."""

STAND_IN = "gcr.io/ml-pipeline/should-be-overridden-during-runtime"
"""The image of the template that a compiled Workflow runs all its tasks by: each brings a container of its own."""

_MOST_TASKS, _MOST_INPUTS, _MOST_WAITS, _MOST_DEPTH, _MOST_PIECES = 500, 200, 64, 8, 2000
"""Bounds: tasks of a pipeline, inputs of one, what one waits for, DAGs in DAGs, pieces in a Workflow."""

_LONGEST = 2000
"""Characters of a word that are looked at for what a task is for."""

_IN_CONDITION = regex(r"\[\s*['\"]([^'\"\]]{1,300})['\"]\s*\]")
_KINDS = ("parameters", "artifacts")
"""The kinds of inputs."""

_FUNCTION = "--function_to_execute"


class Compiled(NamedTuple):
    """A pipeline: its main DAG, its components by name, and by label of executors what runs them.

    ``platforms`` is what Kubernetes is told besides, by the same labels.
    """

    root: Node
    components: Mapping[str, Node]
    containers: Mapping[str, Node]
    importers: Mapping[str, Node]
    platforms: Mapping[str, Node]


class Output(NamedTuple):
    """Something that a task makes."""

    task: str
    key: str


class Input(NamedTuple):
    """An artifact that a task takes, and which tasks may have made it."""

    name: str
    made: tuple[Output, ...]
    place: Place


class Condition(NamedTuple):
    """A condition that a task runs under, and the tasks whose results it looks at: none if it only looks at arguments."""

    node: Node
    results_of: tuple[str, ...]


class Task(NamedTuple):
    """A task that runs something.

    ``name`` is unique in its pipeline; ``waits`` are names of tasks and where that is said; ``beside`` is what Kubernetes
    is told about its pod.
    """

    name: str
    node: Node
    label: str
    component: Node | None
    container: Node | None
    importer: Node | None
    waits: tuple[tuple[str, Place], ...]
    conditions: tuple[Condition, ...]
    inputs: tuple[Input, ...]
    beside: Node | None = None


@lru_cache(maxsize=32)
def compiled(resource: Resource) -> Compiled | None:
    """The compiled pipeline that an object holds, if it holds one."""
    ref = resource.ref
    if ref.group == GROUP and ref.kind in SPECS:
        path = SPECS[ref.kind]
        spec = resource.node.child(*path)
        beside = resource.node.child(*path[:-1], "platformSpec", "platforms") or resource.node.child("platforms")
        return None if spec is None else _of_spec(spec, beside)
    if ref.group == "argoproj.io" and ref.kind == "Workflow":
        return _of_workflow(resource.node)
    return None


def _of_spec(spec: Node, platforms: Node | None) -> Compiled | None:
    root = spec.child("root")
    if root is None or root.get("dag") is None:
        return None
    executors = {str(e.path[-1]): e for e in spec.children("deploymentSpec", "executors")}
    beside = platforms.children("kubernetes", "deploymentSpec", "executors") if platforms is not None else iter(())
    return Compiled(
        root,
        {str(c.path[-1]): c for c in spec.children("components")},
        {label: found for label, e in executors.items() if (found := e.child("container")) is not None},
        {label: found for label, e in executors.items() if (found := e.child("importer")) is not None},
        {str(e.path[-1]): e for e in beside},
    )


def _of_workflow(workflow: Node) -> Compiled | None:
    """The pieces are JSON in arguments, or in annotations (KFP 2.0); containers are told by a hash or by a component's name."""
    if not _mentions_root(workflow):
        return None
    pieces = dict(_pieces(workflow))
    if "components-root" not in pieces or (root := written_in(pieces["components-root"])) is None:
        return None
    components, containers = {}, {}
    for name, node in islice(pieces.items(), _MOST_PIECES):
        kind, _, key = name.partition("-")
        found = written_in(node) if kind == "components" and key != "root" else None
        if found is None:
            continue
        label = string(found.value, "executorLabel")
        components[f"comp-{label.removeprefix('exec-')}" if label else key] = found
        container = written_in(pieces[f"implementations-{key}"]) if f"implementations-{key}" in pieces else None
        if label and container is not None and container.get("image") is not None:
            containers[label] = container
    return Compiled(root, components, containers, {}, {})


def _mentions_root(workflow: Node) -> bool:
    """Whether the text of a workflow has the piece that every compiled pipeline has; most have not."""
    start, end = workflow.span
    return workflow.doc.source.text.find("components-root", start, end) >= 0


def _pieces(workflow: Node) -> Iterator[tuple[str, Node]]:
    prefix = f"{GROUP}/"
    for node in workflow.children("metadata", "annotations"):
        key = str(node.path[-1])
        if key.startswith(prefix) and isinstance(node.value, str):
            yield key.removeprefix(prefix), node
    for parameter in workflow.children("spec", "arguments", "parameters"):
        value = parameter.child("value")
        if value is not None and isinstance(value.value, str):
            yield string(parameter.value, "name"), value


# -- tasks ---------------------------------------------------------------------------------------


@dataclass(eq=False)
class _Item:
    """A task of a DAG while the tree of DAGs is walked: one that runs something has a name, another has tasks inside."""

    node: Node
    component: Node | None
    name: str = ""
    inside: dict[str, _Item] = field(default_factory=dict)

    def leaves(self) -> Iterator[str]:
        """The names of all tasks in it that run something."""
        if self.name:
            yield self.name
        for item in self.inside.values():
            yield from item.leaves()

    def made(self, key: str) -> Iterator[Output]:
        """What one of its outputs is made by."""
        stack, seen = [(self, key)], set[tuple[int, str]]()
        while stack:
            item, wanted = stack.pop()
            if item.name:
                yield Output(item.name, wanted)
            elif item.component is not None and (id(item), wanted) not in seen:
                seen.add((id(item), wanted))
                selected = islice(_selected(item.component, wanted), _MOST_WAITS)
                stack.extend((item.inside[p], inner) for p, inner in selected if p in item.inside)


def _selected(component: Node, key: str) -> Iterator[tuple[str, str]]:
    """The tasks in a component, and their outputs, that become an output of its own."""
    outputs = ("dag", "outputs")
    for chosen in component.children(*outputs, "artifacts", key, "artifactSelectors"):
        yield string(chosen.value, "producerSubtask"), string(chosen.value, "outputArtifactKey")
    one = component.child(*outputs, "parameters", key, "valueFromParameter")
    for chosen in (
        *((one,) if one is not None else ()),
        *component.children(*outputs, "parameters", key, "valueFromOneof", "parameterSelectors"),
    ):
        yield string(chosen.value, "producerSubtask"), string(chosen.value, "outputParameterKey")


class _Around(NamedTuple):
    """What the DAGs around a task say: what they wait for, on what conditions they run, what their inputs are made by."""

    waits: tuple[tuple[str, Place], ...] = ()
    conditions: tuple[Condition, ...] = ()
    given: Mapping[str, tuple[Output, ...]] = {}


@lru_cache(maxsize=32)
def tasks(resource: Resource) -> tuple[Task, ...]:
    """The tasks of a compiled pipeline that run something, in the order written; empty for anything else."""
    found = compiled(resource)
    if found is None:
        return ()
    return tuple(_walk(found, _tree(found, found.root, frozenset(), {}), _Around()))


def _tree(pipeline: Compiled, holder: Node, above: frozenset[str], names: dict[str, int]) -> dict[str, _Item]:
    """The tasks of a DAG; a component that contains itself, or lies too deep, is left out.

    ``names`` counts how often a name was met, of what runs something and of what has tasks inside.
    """
    made: dict[str, _Item] = {}
    for node in holder.children("dag", "tasks"):
        if sum(names.values()) >= _MOST_TASKS:
            break
        used, key = string(node.value, "componentRef", "name"), str(node.path[-1])
        component = pipeline.components.get(used)
        item = made[key] = _Item(node, component)
        names[key] = names.get(key, 0) + 1
        if component is None or component.get("dag") is None:
            item.name = key if names[key] == 1 else f"{key}:{names[key]}"
        elif used not in above and len(above) < _MOST_DEPTH:
            item.inside = _tree(pipeline, component, above | {used}, names)
    return made


def _walk(pipeline: Compiled, dag: Mapping[str, _Item], around: _Around) -> Iterator[Task]:
    for item in dag.values():
        given = {
            str(entry.path[-1]): _sources(entry, dag, around.given)
            for kind in _KINDS
            for entry in islice(item.node.children("inputs", kind), _MOST_INPUTS)
        }
        inner = _Around(
            (*around.waits, *islice(_waits(item, dag), _MOST_WAITS)),
            (*around.conditions, *_conditions(item, given)),
            given,
        )
        if not item.name:
            yield from _walk(pipeline, item.inside, inner)
            continue
        label = string(item.component.value, "executorLabel") if item.component is not None else ""
        taken = (
            Input(str(e.path[-1]), given[str(e.path[-1])], e.at()) for e in item.node.children("inputs", "artifacts")
        )
        yield Task(
            item.name, item.node, label, item.component, pipeline.containers.get(label), pipeline.importers.get(label),
            tuple(dict.fromkeys(inner.waits)), inner.conditions, tuple(taken), pipeline.platforms.get(label),
        )  # fmt: skip


def _sources(entry: Node, dag: Mapping[str, _Item], given: Mapping[str, tuple[Output, ...]]) -> tuple[Output, ...]:
    """The tasks that an input comes from."""
    for where, key in (
        ("taskOutputArtifact", "outputArtifactKey"),
        ("taskOutputParameter", "outputParameterKey"),
        ("taskFinalStatus", ""),
    ):
        producer = dag.get(string(entry.value, where, "producerTask"))
        if producer is not None:
            return tuple(islice(producer.made(string(entry.value, where, key) if key else ""), _MOST_WAITS))
    name = string(entry.value, "componentInputArtifact") or string(entry.value, "componentInputParameter")
    return given.get(name, ())


def _waits(item: _Item, dag: Mapping[str, _Item]) -> Iterator[tuple[str, Place]]:
    """What a task runs after: the tasks it names, and those whose outputs it takes."""
    after = items(item.node.value, "dependentTasks")[:_MOST_INPUTS]
    named = [(n, item.node.at("dependentTasks", i)) for i, n in enumerate(after)]
    named += [
        (string(entry.value, where, "producerTask"), entry.at(where, "producerTask"))
        for kind in _KINDS
        for entry in islice(item.node.children("inputs", kind), _MOST_INPUTS)
        for where in ("taskOutputArtifact", "taskOutputParameter", "taskFinalStatus")
    ]
    seen = set[str]()
    for name, place in named:
        other = dag.get(name) if isinstance(name, str) and name not in seen else None
        if other is not None and other is not item:
            seen.add(name)
            yield from ((leaf, place) for leaf in other.leaves())


def _conditions(item: _Item, given: Mapping[str, tuple[Output, ...]]) -> Iterator[Condition]:
    found = item.node.child("triggerPolicy", "condition")
    if found is not None and isinstance(found.value, str):
        names = dict.fromkeys(_IN_CONDITION.findall(found.value[:10_000]))
        yield Condition(found, tuple(dict.fromkeys(o.task for name in names for o in given.get(name, ()))))


# -- words ---------------------------------------------------------------------------------------


def words(task: Task) -> tuple[str, ...]:
    """What a task is called, and what it runs: a lightweight component's function, another one's program."""
    found = [task.name.partition(":")[0], string(task.node.value, "taskInfo", "name"), task.label.removeprefix("exec-")]
    run = list(islice(command(task.container), _MOST_INPUTS))
    if not program(task.container):
        found += takewhile(lambda word: not word.startswith("--"), run)
    elif _FUNCTION in run[:-1]:
        found.append(run[run.index(_FUNCTION) + 1])
    return tuple(dict.fromkeys(w[:_LONGEST] for w in found if w))


def image(task: Task) -> str:
    """The image that a task runs, without its tag; empty for what runs none."""
    text = string(task.container.value, "image") if task.container is not None else ""
    return Image.parse(text).repository if text else ""


def said(task: Task) -> str:
    """All that is said of a task: its words, what it is given, and the command of what is no lightweight component."""
    named = (str(entry.path[-1]) for kind in _KINDS for entry in task.node.children("inputs", kind))
    run = () if program(task.container) else (w[:_LONGEST] for w in command(task.container))
    return " ".join((*words(task), *islice(named, _MOST_INPUTS), *islice(run, _MOST_INPUTS)))
