"""Pipelines: which step waits for which, what steps make, what they read and write, and which model they promote.

Argo Workflows (https://argo-workflows.readthedocs.io/en/latest/fields/), Tekton
(https://tekton.dev/docs/pipelines/pipelines/), Volcano's JobFlow; Kubeflow's are read in `kubeflow`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice

from hullmark.graph.components.calls import Calls
from hullmark.graph.components.draft import Why
from hullmark.graph.components.externals import kubernetes_api
from hullmark.graph.components.given import secrets
from hullmark.graph.components.idle import idle
from hullmark.graph.components.kubeflow import kubeflow, step_that_holds
from hullmark.graph.components.scene import Scene
from hullmark.graph.components.settings import Setting, named, texts
from hullmark.graph.components.volumes import bucket
from hullmark.model.component import Component, ComponentKind, EdgeKind
from hullmark.model.resource import Resource
from hullmark.model.terms import SERVING
from hullmark.model.truth import is_placeholder, string
from hullmark.model.workload import PodSet, Workload
from hullmark.text.regex import regex
from hullmark.text.source import Key, Place
from hullmark.text.tree import Node, items

_NAME = regex(r"[A-Za-z0-9][\w-]*")
_TASK_RESULT = regex(r"\$\(tasks\.([\w-]{1,80})\.")
_WORDS = frozenset({"Succeeded", "Failed", "Errored", "Skipped", "Omitted", "Daemoned", "AnySucceeded", "AllFailed"})
_MOST_STEPS, _MOST_WAITS, _MOST_LEAVES, _MOST_DEPTH = 300, 64, 32, 8
"""Bounds on the work for one template: tasks, what each waits for, the pods each runs in the end, nesting."""

_PROMOTES = regex(
    r"register[-_ ]?model|model[-_ ]?regist(?:er|ration)|promot(?:e|ion)|publish[-_ ]?model|push[-_]to[-_]hub"
    r"|(?:huggingface-cli|\bhf) upload|upload[-_]model|deploy[-_]model|model[-_]deploy|transition_model|oras push",
    re.IGNORECASE,
)
"""What steps are called, or run, that hand a model on: register it, push it, put it into service."""


def pipelines(calls: Calls) -> None:
    """Every pipeline of the scan."""
    scene = calls.scene
    hosts = {w.ref: w for w in scene.arch.workloads}
    served: dict[str, list[str]] = {}
    for _, source, target in scene.draft.edges(EdgeKind.SERVES):
        served.setdefault(source, []).append(target)
    for workload in scene.arch.workloads:
        ref = workload.ref
        if ref.group == "argoproj.io":
            _argo(calls, workload)
        elif ref.group == "tekton.dev":
            _tekton(scene, workload)
        host = hosts.get(workload.resource.host) if workload.resource.host is not None else None
        if host is not None:
            _made_by_step(scene, workload, host, served)
    for flow in scene.arch.kinds("JobFlow"):
        _job_flow(scene, flow)
    kubeflow(scene)
    _promotions(scene)


# -- Argo ----------------------------------------------------------------------------------------


def _argo(calls: Calls, workload: Workload) -> None:
    scene = calls.scene
    at = ("spec", "workflowSpec") if workload.ref.kind == "CronWorkflow" else ("spec",)
    templates = {string(t.value, "name"): t for t in workload.resource.node.children(*at, "templates")}
    left = {template.path for template in idle(workload)}
    for template in (t for t in templates.values() if t.path not in left):
        _artifacts(calls, workload, template)
        _request(calls, workload, template)
        tasks = {string(t.value, "name"): t for t in islice(template.children("dag", "tasks"), _MOST_STEPS)}
        for task in tasks.values():
            for other in islice(_waits_for(task), _MOST_WAITS):
                if other in tasks:
                    _ordered(scene, workload, templates, (task, tasks[other]), f"task '{other}'")
        previous: list[Node] = []
        for group in islice(template.children("steps"), _MOST_STEPS):
            current = list(islice(group.children(), _MOST_WAITS))
            for later in current:
                for earlier in previous:
                    text = f"step '{string(earlier.value, 'name')}'"
                    _ordered(scene, workload, templates, (later, earlier), text)
            previous = current


def _waits_for(task: Node) -> Iterator[str]:
    """The tasks that a task of a DAG waits for: ``dependencies``, or the names in ``depends``."""
    yield from (d for d in items(task.value, "dependencies") if isinstance(d, str))
    yield from (n for n in _NAME.findall(string(task.value, "depends")) if n not in _WORDS)


def _ordered(
    scene: Scene, workload: Workload, templates: Mapping[str, Node], pair: tuple[Node, Node], text: str
) -> None:
    """One task or step runs after another: so do the pods that they run in the end."""
    later, earlier = pair
    key = next((k for k in ("dependencies", "depends", "template") if later.get(k) is not None), "name")
    why = Why(f"runs after {text}", later.at(key))
    for after in _leaves(scene, workload, templates, later):
        for before in _leaves(scene, workload, templates, earlier):
            if after != before:
                scene.draft.edge(EdgeKind.DEPENDS_ON, after, before, why)


def _leaves(scene: Scene, workload: Workload, templates: Mapping[str, Node], task: Node) -> list[str]:
    """The components of the pods that a task runs, through templates that only order others."""
    found: dict[str, None] = {}
    stack: list[tuple[Node, int]] = [(task, 0)]
    seen: set[str] = set()
    while stack and len(found) < _MOST_LEAVES:
        node, depth = stack.pop()
        name = string(node.value, "template")
        template = node.child("inline") or templates.get(name)
        if template is None or name in seen or depth > _MOST_DEPTH:
            continue
        seen.add(name)
        own = _step_of(scene, workload, template)
        if own is not None:
            found[own] = None
        stack.extend((t, depth + 1) for t in template.children("dag", "tasks"))
        stack.extend((s, depth + 1) for group in template.children("steps") for s in group.children())
    return list(found)


def _step_of(scene: Scene, workload: Workload, template: Node) -> str | None:
    """The component of a template that runs pods or makes an object."""
    podset = _by_template(workload).get(template.path)
    if podset is not None:
        return scene.owner(podset)
    if template.get("resource") is not None or template.get("http") is not None or template.get("plugin") is not None:
        return _bare_step(scene, workload, template)
    return None


@lru_cache(maxsize=8)
def _by_template(workload: Workload) -> Mapping[tuple[Key, ...], PodSet]:
    """The pods of a workflow by where their template stands; of several at one place the first."""
    return {p.template.path: p for p in reversed(workload.podsets) if p.template is not None}


def _bare_step(scene: Scene, workload: Workload, template: Node) -> str:
    """A step without pods of its own to look at: it makes an object, or sends a request."""
    whole = scene.owner(workload)
    name = string(template.value, "name")
    made = f"{whole}/{name or 'step'}"
    if made not in scene.draft:
        zone = scene.draft.get(whole).zone
        facts = {"kind": workload.ref.kind, "role": "generic"}
        scene.draft.add(
            Component(
                made, ComponentKind.WORKLOAD, name, workload.namespace, zone, template.at("name"), workload.resource,
                workload, None, whole, facts=facts,
            )
        )  # fmt: skip
        _step_account(scene, workload, template, made)
        if string(template.value, "resource", "action"):
            place = template.at("resource", "action")
            why = Why(f"{string(template.value, 'resource', 'action')}s an object", place)
            scene.draft.edge(EdgeKind.CALLS, made, kubernetes_api(scene, place), why)
    return made


def _step_account(scene: Scene, workload: Workload, template: Node, step: str) -> None:
    """The account of the pod that makes the object: the template's, else the workflow's, else ``default``."""
    at = ("spec", "workflowSpec") if workload.ref.kind == "CronWorkflow" else ("spec",)
    for node, path in ((template, ()), (workload.resource.node, at)):
        if name := string(node.value, *path, "serviceAccountName"):
            place = node.at(*path, "serviceAccountName")
            break
    else:
        name, place = "default", template.at("name")
    account = scene.mentioned(
        ComponentKind.IDENTITY, "ServiceAccount", name, workload.namespace, workload.resource, place
    )
    scene.draft.edge(EdgeKind.RUNS_AS, step, account, Why(f"runs as '{name}'", place))


_ARTIFACTS = (("inputs", EdgeKind.READS, "input"), ("outputs", EdgeKind.WRITES, "output"))


def _artifacts(calls: Calls, workload: Workload, template: Node) -> None:
    """What a step reads from and writes to buckets and servers, and the credentials it takes for that."""
    scene, step = calls.scene, _step_of(calls.scene, workload, template)
    for field, kind, word in _ARTIFACTS if step is not None else ():
        for artifact in template.children(field, "artifacts"):
            text = f"{word} '{string(artifact.value, 'name')}'"
            for store, scheme in (("s3", "s3"), ("gcs", "gs"), ("oss", "oss")):
                name = string(artifact.value, store, "bucket")
                if name and not is_placeholder(name) and step is not None:
                    place = artifact.at(store, "bucket")
                    scene.draft.edge(kind, step, bucket(scene, scheme, name, place), Why(text, place))
            for name, node, _ in texts(artifact) if step is not None else ():
                for setting in named(name, node, text):
                    said = setting._replace(name=f"{word}.{setting.name}")  # which way the data goes
                    calls.setting(step or "", said, workload.resource)
            if step is not None:
                secrets(scene, step, artifact, workload.resource)
    for parameter in template.children("inputs", "parameters") if step is not None else ():
        name = string(parameter.value, "valueFrom", "configMapKeyRef", "name")
        if name and step is not None:
            place = parameter.at("valueFrom", "configMapKeyRef", "name")
            config = scene.mentioned(
                ComponentKind.CONFIG, "ConfigMap", name, workload.namespace, workload.resource, place
            )
            why = Why(f"parameter '{string(parameter.value, 'name')}'", place)
            scene.draft.edge(EdgeKind.READS, step, config, why)


def _request(calls: Calls, workload: Workload, template: Node) -> None:
    """The request that an ``http`` template sends."""
    url = template.child("http", "url") if template.get("http", "url") is not None else None
    step = _step_of(calls.scene, workload, template) if url is not None else None
    if url is not None and step is not None and isinstance(url.value, str):
        text = f"request of step '{string(template.value, 'name')}'"
        calls.setting(step, Setting("url", url.value, text, url), workload.resource)


def _made_by_step(scene: Scene, workload: Workload, host: Workload, served: Mapping[str, list[str]]) -> None:
    """An object whose manifest a step of a workflow holds: the step makes it, and puts its model into service."""
    place = workload.resource.place
    step = step_that_holds(scene, host, place)
    if step is None and "templates" not in place.path:
        why = Why(f"{host.ref.kind} '{host.name}' makes {workload.ref.kind} '{workload.name}'", place)
        scene.draft.edge(EdgeKind.DEPENDS_ON, scene.owner(host), scene.owner(workload), why)
        return
    if step is None:
        at = place.path.index("templates")
        template = host.resource.node.child(*_relative(host.resource, place.path[: at + 2]))
        step = None if template is None else _step_of(scene, host, template)
    if step is None:
        return
    made = scene.owner(workload)
    why = Why(f"step '{scene.draft.get(step).label}' makes {workload.ref.kind} '{workload.name}'", place)
    scene.draft.edge(EdgeKind.DEPENDS_ON, step, made, why)
    if workload.role in SERVING:
        for model in served.get(made, ()):
            scene.draft.edge(EdgeKind.PROMOTES, step, model, why)


def _relative(resource: Resource, path: tuple[Key, ...]) -> tuple[Key, ...]:
    return path[len(resource.node.path) :]


# -- Tekton, Volcano -------------------------------------------------------------------


def _tekton(scene: Scene, workload: Workload) -> None:
    at = ("spec", "pipelineSpec") if workload.ref.kind == "PipelineRun" else ("spec",)
    tasks = {string(t.value, "name"): t for t in workload.resource.node.children(*at, "tasks")}
    for name, task in tasks.items():
        waits = [(w, task.at("runAfter")) for w in items(task.value, "runAfter") if isinstance(w, str)]
        waits += [
            (found, param.at("value"))
            for param in task.children("params")
            for found in _TASK_RESULT.findall(string(param.value, "value"))
        ]
        later = _tekton_step(scene, workload, name, task)
        for other, place in waits:
            if other in tasks and other != name and later is not None:
                earlier = _tekton_step(scene, workload, other, tasks[other])
                if earlier is not None and earlier != later:
                    scene.draft.edge(EdgeKind.DEPENDS_ON, later, earlier, Why(f"runs after task '{other}'", place))


def _tekton_step(scene: Scene, workload: Workload, name: str, task: Node) -> str | None:
    for podset in workload.podsets:
        if podset.template is not None and podset.template.path[: len(task.path)] == task.path:
            return scene.owner(podset)
    used = scene.find("Task", string(task.value, "taskRef", "name"), workload.namespace, workload.resource)
    run = None if used is None else scene.arch.workload(used)
    if run is not None:
        return scene.owner(run)
    return _bare_step(scene, workload, task) if name else None


def _job_flow(scene: Scene, flow: Resource) -> None:
    """JobFlow, https://volcano.sh/en/docs/jobflow/: flows name job templates and those they wait for."""
    for step in islice(flow.node.children("spec", "flows"), _MOST_STEPS):
        name = string(step.value, "name")
        for index, other in enumerate(items(step.value, "dependsOn", "targets")[:_MOST_WAITS]):
            if isinstance(other, str) and name:
                place = step.at("dependsOn", "targets", index)
                later, earlier = (_template(scene, flow, n, p) for n, p in ((name, step.at("name")), (other, place)))
                scene.draft.edge(EdgeKind.DEPENDS_ON, later, earlier, Why(f"runs after '{other}'", place))


def _template(scene: Scene, flow: Resource, name: str, place: Place) -> str:
    found = scene.find("JobTemplate", name, flow.ref.namespace, flow)
    workload = None if found is None else scene.arch.workload(found)
    if workload is not None:
        return scene.owner(workload)
    return scene.mentioned(ComponentKind.CONFIG, "JobTemplate", name, flow.ref.namespace, flow, place)


# -- promotion -----------------------------------------------------------------------------------


def _promotions(scene: Scene) -> None:
    """Steps and jobs that hand on the models they name."""
    named: dict[str, list[str]] = {}
    for _, source, target in scene.draft.edges(EdgeKind.LOADS_MODEL, EdgeKind.TRAINS):
        named.setdefault(source, []).append(target)
    for podset in scene.podsets():
        if podset.workload.lifetime != "task":
            continue
        owner = scene.owner(podset)
        for container in podset.containers:
            found = _PROMOTES.search(container.argv.text)
            if found is not None:
                why = Why(f"runs '{found[0]}'", container.argv.word_place(_word(container.argv.text, found)))
                for target in named.get(owner, ()):
                    scene.draft.edge(EdgeKind.PROMOTES, owner, target, why._replace(certain=False))


def _word(text: str, found: re.Match[str]) -> str:
    start = text.rfind(" ", 0, found.start()) + 1
    end = text.find(" ", found.end())
    return text[start : end if end >= 0 else len(text)]
