"""Templates of Argo workflows that nothing runs: what the entry point leads to does not reach them.

That can be proved of a Workflow or CronWorkflow alone, which no other refers to, and only where all names on the way are
written; whoever submits one may still choose another entry point
(https://argo-workflows.readthedocs.io/en/latest/fields/, ``entrypoint``, ``onExit``, ``hooks``).
"""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.model.truth import is_placeholder, string
from hullmark.model.workload import PodSet, Workload
from hullmark.text.source import Key
from hullmark.text.tree import Node

_SPECS: dict[str, tuple[Key, ...]] = {"Workflow": ("spec",), "CronWorkflow": ("spec", "workflowSpec")}
_MOST = 2_000
"""Templates, tasks and hooks of one workflow that are looked at; one with more is left as it is."""


def idle(workload: Workload) -> tuple[Node, ...]:
    """The templates of a workflow that nothing runs; none where that cannot be told."""
    at = _SPECS.get(workload.ref.kind) if workload.ref.group == "argoproj.io" else None
    spec = None if at is None else workload.resource.node.child(*at)
    if spec is None or not string(spec.value, "entrypoint") or spec.get("workflowTemplateRef") is not None:
        return ()
    templates = {string(t.value, "name"): t for t in spec.children("templates")}
    waiting = [string(spec.value, "entrypoint"), string(spec.value, "onExit"), *_hooked(spec)]
    seen: set[str] = set()
    looked = 0
    while waiting:
        name = waiting.pop()
        if is_placeholder(name) or looked > _MOST:
            return ()
        if name and name not in seen and name in templates:
            seen.add(name)
            for task in _tasks(templates[name]):
                looked += 1
                waiting += (string(task.value, "template"), string(task.value, "onExit"), *_hooked(task))
    if string(spec.value, "entrypoint") not in templates:
        return ()
    return tuple(template for name, template in templates.items() if name not in seen)


def idle_pods(workload: Workload) -> Iterator[PodSet]:
    """The pods of a workflow that nothing runs."""
    left = {template.path for template in idle(workload)}
    length = len(next(iter(left), ()))
    for podset in workload.podsets if left else ():
        if podset.template is not None and podset.template.path[:length] in left:
            yield podset


def _hooked(node: Node) -> Iterator[str]:
    yield from (string(hook.value, "template") for hook in node.children("hooks"))


def _tasks(template: Node) -> Iterator[Node]:
    """What a template runs: tasks and steps, with those of templates that are written inside them."""
    stack = [template]
    while stack:
        node = stack.pop()
        found = [*node.children("dag", "tasks"), *(s for group in node.children("steps") for s in group.children())]
        yield from found
        stack += (inner for task in found if (inner := task.child("inline")) is not None)
