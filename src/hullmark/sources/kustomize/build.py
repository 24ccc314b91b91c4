"""Builds kustomizations with the user's own kustomize."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from hullmark.model.finding import NotChecked
from hullmark.model.kustomization import patches
from hullmark.model.resource import Resource
from hullmark.model.truth import string
from hullmark.sources.cache import Cache
from hullmark.sources.helmcharts import referring
from hullmark.sources.kubernetes import resources
from hullmark.sources.kustomize.copy import Copy, marked
from hullmark.sources.kustomize.origins import Origins
from hullmark.sources.kustomize.tree import Tree, load
from hullmark.sources.kustomize.trouble import problem, stopped
from hullmark.sources.process import Ran, run
from hullmark.sources.reading import Reading
from hullmark.sources.tools import Tools, identity
from hullmark.sources.unit import Unit
from hullmark.text.source import Place, Problem, Source, Span

NO_TOOL = "a kustomization, and there is no kustomize to build it with"
"""Reason for a kustomization where neither kustomize nor kubectl is installed."""

_FORM = "1"
"""What is kept between runs: to be changed with `_Built` and the way copies are marked."""


class _Built(NamedTuple):
    """What came out of a kustomization: its objects and those of its marked copy, what kustomize says is wrong, or why it was stopped.

    What was stopped may come to its end another time, so it is not kept.
    """

    plain: str = ""
    marked: str = ""
    error: str = ""
    failure: str = ""


def build(folder: str, tools: Tools) -> Unit:
    """The kustomization in a folder, built; what keeps it from being built is told in the unit's reading.

    Nothing is fetched, no plugin and no chart is run, and nothing is written but the cache. Of one that names Helm charts
    there is at least the object that says which, with which values.
    """
    tree = load(folder)
    if tree.root not in tree.layers and not tree.problems:
        start = Place(Source(folder, ""), Span(0, 0))
        tree.problems.append(Problem("there is no kustomization here", start, "name its folder"))
    if tree.not_checked or tree.problems:
        return _unit(folder, tree, _charts(tree))
    layer = tree.layers[tree.root]
    if not tools.kustomize:
        hint = "install kustomize or kubectl"
        tree.not_checked.append(NotChecked(layer.name, layer.start.line, NO_TOOL, hint))
        return _unit(folder, tree, ())
    copy = marked(tree)
    built = _built(tree, copy, tools)
    if not built.plain and (built.error or built.failure):
        tree.problems.append(problem(tree, built.error) if built.error else stopped(tree, built.failure))
        return _unit(folder, tree, ())
    origins = Origins(tree, copy, built.marked)
    return _unit(folder, tree, resources(Source(layer.name, built.plain), origins.of))


def _charts(tree: Tree) -> Iterator[Resource]:
    """The kustomizations that name charts, as objects, unless another one may change what the charts make."""
    top = tree.layers.get(tree.root)
    space = "" if top is None else string(top.node.value, "namespace")
    for folder, layer in tree.layers.items():
        others = (each.node.value for key, each in tree.layers.items() if key != folder)
        found = referring(layer.document, space)
        if found is not None and not any(map(patches, others)):
            yield found


def _unit(folder: str, tree: Tree, found: Iterable[Resource | NotChecked | Problem]) -> Unit:
    objects, not_checked, problems = [], [*tree.not_checked], [*tree.problems]
    for each in found:
        if isinstance(each, Resource):
            objects.append(each)
        elif isinstance(each, NotChecked):
            not_checked.append(each)
        else:
            problems.append(each._replace(place=tree.layers[tree.root].start))
    files = len({resource.file for resource in objects})
    return Unit(folder, "kustomize", Reading(tuple(objects), tuple(not_checked), tuple(problems), files))


def _built(tree: Tree, copy: Copy | None, tools: Tools) -> _Built:
    """What is built, out of the cache if everything it depends on is the same."""
    cache = tools.cache
    if cache is None:
        return _run(tree, copy, tools)
    key = Cache.key("kustomize", _FORM, identity(tools.kustomize[0]), *tools.kustomize, *_inputs(tree))
    kept = cache.get(key)
    if kept is not None:
        return _Built(*json.loads(kept))
    built = _run(tree, copy, tools)
    if not built.failure:
        cache.put(key, json.dumps(built).encode())
    return built


def _inputs(tree: Tree) -> Iterator[str | bytes]:
    """Everything the output depends on: where things are, because messages say so, and what they hold."""
    yield tree.root
    for folder, layer in tree.layers.items():
        yield folder
        yield layer.document.source.text
    for path, file in tree.files.items():
        yield path
        yield file.data
    for entry, _ in tree.suspects:
        yield entry


def _run(tree: Tree, copy: Copy | None, tools: Tools) -> _Built:
    plain = run([*tools.kustomize, tree.root])
    if not plain.well:
        said = "" if plain.failure else plain.err or f"it ended with exit code {plain.code}"
        return _Built(error=said, failure=plain.failure)
    twin = _run_copy(tree.root, copy.files, tools) if copy is not None else None
    marked = twin.out if twin is not None and twin.well else b""
    failure = twin.failure if twin is not None else ""
    return _Built(plain.out.decode("utf-8", "replace"), marked.decode("utf-8", "replace"), failure=failure)


def _run_copy(root: str, files: Mapping[str, bytes], tools: Tools) -> Ran | None:
    """Build a copy, laid out in a temporary folder as the original is below the folder they have in common."""
    from tempfile import TemporaryDirectory

    top = os.path.commonpath([root, *map(os.path.dirname, files)])
    try:
        with TemporaryDirectory(prefix="hullmark-", ignore_cleanup_errors=True) as folder:
            for path, data in files.items():
                target = os.path.join(folder, os.path.relpath(path, top))
                os.makedirs(os.path.dirname(target), exist_ok=True)
                with open(target, "wb") as file:
                    file.write(data)
            return run([*tools.kustomize, os.path.join(folder, os.path.relpath(root, top))])
    except OSError:  # no room for it
        return None
