"""What parameters of Argo workflows stand for, as far as it is written: ``{{workflow.parameters.x}}``, ``{{inputs.parameters.x}}``.

A step's inputs are what the tasks that run it hand over, else their defaults
(https://argo-workflows.readthedocs.io/en/latest/variables/). Whoever submits a workflow may still give other values; a
template of workflows is there to be given others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from hullmark.model.resource import Resource
from hullmark.model.truth import is_placeholder, string
from hullmark.text.regex import regex
from hullmark.text.tree import Node

_USE = regex(r"\{\{\s*(workflow|inputs)\.parameters\.([\w-]{1,80})\s*\}\}")
_PLAIN = regex(
    r"(?=[^\r\n]{1,300}\Z)(?!(?:true|false|yes|no|on|off|null|~|[-+.\d][\w.+:-]*)\Z).*[A-Za-z].*", re.IGNORECASE
)
"""What is a text whether it stands in quotes or not, and fits in a line."""

_RUN = frozenset({"Workflow", "CronWorkflow"})
"""Kinds that run as they are written."""

_MOST_VALUES, _MOST_DEPTH, _MOST_TASKS, _MOST_TRIED = 8, 6, 300, 500
"""Bounds on the work for one text: values it may have, how far they are handed on, tasks of one template, texts on the way."""


class Parameters:
    """The parameters of one workflow; for other kinds there are none."""

    def __init__(self, workflow: Resource) -> None:
        spec = ("spec", "workflowSpec") if workflow.ref.kind == "CronWorkflow" else ("spec",)
        root = workflow.node if workflow.ref.group == "argoproj.io" else None
        self._runs = workflow.ref.kind in _RUN
        templates = () if root is None else tuple(root.children(*spec, "templates"))
        self._given = {} if root is None else _parameters(root, *spec, "arguments")
        self._defaults = {string(t.value, "name"): _parameters(t, "inputs") for t in templates}
        self._tried, self._use_own = 0, True
        self._uses: dict[str, list[tuple[str, dict[str, str]]]] = {}
        for template in templates:
            for task in islice(_tasks(template), _MOST_TASKS):
                use = (string(template.value, "name"), _parameters(task, "arguments"))
                self._uses.setdefault(string(task.value, "template"), []).append(use)

    def settled(self, text: str, template: str) -> str:
        """What a text of a template says in the end; empty where it has several values, or others may give one."""
        found = self.filled(text, template, given=self._runs)
        return found[0] if len(found) == 1 and _PLAIN.fullmatch(found[0]) and not is_placeholder(found[0]) else ""

    def filled(self, text: str, template: str, *, given: bool = True) -> list[str]:
        """What a text of a template may say in the end; nothing if a parameter of it has no value that is written.

        ``given`` says that the workflow's own values and defaults count.
        """
        self._tried, self._use_own = 0, given
        return list(dict.fromkeys(islice(self._filled(text, template, 0), _MOST_VALUES)))

    def _filled(self, text: str, template: str, depth: int) -> Iterator[str]:
        found = _USE.search(text)
        self._tried += 1
        if found is None:
            yield text
        elif depth < _MOST_DEPTH and self._tried <= _MOST_TRIED:
            for value in islice(self._values(found[1], found[2], template, depth), _MOST_VALUES):
                whole = f"{text[: found.start()]}{value}{text[found.end() :]}"
                yield from self._filled(whole, template, depth + 1)

    def _values(self, scope: str, name: str, template: str, depth: int) -> Iterator[str]:
        if scope == "workflow":
            yield from (self._given[n] for n in (name,) if n in self._given and self._use_own)
            return
        handed = [(outer, given[name]) for outer, given in self._uses.get(template, ()) if name in given]
        for outer, value in handed[:_MOST_VALUES]:
            yield from self._filled(value, outer, depth + 1)
        default = self._defaults.get(template, {}).get(name)
        if not handed and default is not None and self._use_own:
            yield default


@lru_cache(maxsize=4)
def parameters(workflow: Resource) -> Parameters:
    """The parameters of a workflow, which its steps ask for one after the other."""
    return Parameters(workflow)


def _parameters(node: Node, *keys: str) -> dict[str, str]:
    """Parameters with the text they are given; longer ones are no names of places."""
    found = ((string(p.value, "name"), string(p.value, "value")) for p in node.children(*keys, "parameters"))
    return {name: value for name, value in found if name and value and len(value) <= 1_000}


def _tasks(template: Node) -> Iterator[Node]:
    yield from template.children("dag", "tasks")
    for group in template.children("steps"):
        yield from group.children()
