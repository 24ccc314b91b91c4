"""What a workflow of Argo hands to its steps: parameters in their commands and variables, artifacts of the entry.

https://argo-workflows.readthedocs.io/en/latest/fields/#arguments
"""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.graph.components.scene import Scene
from hullmark.graph.components.settings import Setting, Word, taken, worth_reading
from hullmark.model.container import Container
from hullmark.model.truth import string
from hullmark.model.workload import PodSet, Workload
from hullmark.recognise.parameters import parameters
from hullmark.text.source import Key


def is_workflow(workload: Workload) -> bool:
    """Whether it is one of Argo, whose steps are given arguments."""
    return workload.ref.group == "argoproj.io"


def handed(podset: PodSet, container: Container) -> Iterator[Setting]:
    """The words and variables of a step that parameters are filled into."""
    known, called = parameters(podset.workload.resource), f"of container '{container.name}'"
    template = "" if podset.template is None else string(podset.template.value, "name")
    for segment in container.argv.segments:
        flag = ""
        for word in segment:
            name, value, flag = taken(word, flag)
            if "{{" in value:
                text = f"flag '{name}' {called}" if name else f"command line {called}"
                filled = known.filled(value, template)
                yield from (Setting(name, v, text, Word(container, word)) for v in filled if worth_reading(name, v))
    for variable in container.environment.values():
        if variable.value and "{{" in variable.value:
            node = variable.node.child("value") or variable.node
            for value in known.filled(variable.value, template):
                yield Setting(variable.name, value, f"variable '{variable.name}' {called}", node)


def argument(workload: Workload, path: tuple[Key, ...]) -> tuple[Key, ...]:
    """Where a field stands in the arguments of a workflow; nothing for other fields and other kinds."""
    own = path[len(workload.resource.node.path) :]
    at = 2 if own[1:2] == ("workflowSpec",) else 1
    return own[at + 1 :] if is_workflow(workload) and own[at : at + 1] == ("arguments",) else ()


def entry(scene: Scene, workload: Workload) -> str:
    """The step that a workflow starts with, which is handed its artifacts; the workflow where that is no pod."""
    first = string(workload.resource.spec, "entrypoint") or string(workload.resource.spec, "workflowSpec", "entrypoint")
    for podset in workload.podsets if first else ():
        if podset.template is not None and string(podset.template.value, "name") == first:
            return scene.owner(podset)
    return scene.owner(workload)
