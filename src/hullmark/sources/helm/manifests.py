"""Rendered documents as resources whose places are in the chart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from hullmark.model.finding import NotChecked
from hullmark.model.resource import Resource
from hullmark.model.truth import string
from hullmark.sources.helm.chart import Texts
from hullmark.sources.helm.places import Sheet, Translation
from hullmark.sources.helm.record import Page
from hullmark.sources.helm.trouble import line_of
from hullmark.sources.kubernetes import resources
from hullmark.sources.reading import Reading
from hullmark.text.source import Place, Problem, Source

TEST_HOOK = "a test of a chart: it runs only when someone asks for it"
"""Reason for a pod that ``helm test`` starts."""

_HOOK = "helm.sh/hook"
_LINE = re.compile(r"\bline (\d+)")


def reading(pages: Sequence[Page], texts: Texts) -> Reading:
    """All objects of rendered documents."""
    found: list[Resource] = []
    not_checked: list[NotChecked] = []
    problems: list[Problem] = []
    files = set()
    for page in pages:
        for item in _items(page, texts):
            if isinstance(item, Resource):
                found.append(item)
                files.add(page.sheet.template)
            elif isinstance(item, NotChecked):
                not_checked.append(item)
            else:
                problems.append(item)
    return Reading(tuple(found), tuple(not_checked), tuple(problems), len(files))


def _items(page: Page, texts: Texts) -> Iterator[Resource | NotChecked | Problem]:
    rendered, sheet = page
    source = Source(sheet.template, rendered.text)
    # helm prints one document at a time; if there should be another all the same, nothing is known of its values.
    bare = sheet._replace(scalars={}, wholes={})
    for item in resources(source, lambda doc: Translation(doc, bare if doc.index else sheet, texts)):
        if isinstance(item, Problem):
            yield _told(item, sheet, texts)
        elif isinstance(item, Resource) and _is_test(item):
            yield NotChecked(item.file, item.place.line, TEST_HOOK)
        else:
            yield item


def _is_test(resource: Resource) -> bool:
    """Whether it is a hook of ``helm test`` (https://helm.sh/docs/topics/chart_tests/)."""
    hooks = string(resource.node.value, "metadata", "annotations", _HOOK).replace(" ", "").lower().split(",")
    return not {"test", "test-success", "test-failure"}.isdisjoint(hooks)


def _told(problem: Problem, sheet: Sheet, texts: Texts) -> Problem:
    """What is wrong with a rendered text, said of the template."""

    def place(line: int) -> Place:
        owner = sheet.lines[line - 1] if line <= len(sheet.lines) else None
        file, number = owner or (sheet.template, 1)
        return line_of(texts[file], number)._replace(exact=owner is not None)

    message = _LINE.sub(lambda match: f"line {place(int(match.group(1))).line}", problem.message)
    return problem._replace(message=message, place=place(problem.place.line))
