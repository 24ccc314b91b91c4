"""What clients of an InferencePool may ask for: names of models, and the models of the pool's servers that they mean.

InferenceModel names a model of a pool, InferenceModelRewrite what it is asked for as, InferenceObjective only how
urgent requests to the pool are (https://gateway-api-inference-extension.sigs.k8s.io/reference/x-v1a2-spec/). The names
are those that vLLM serves under: ``--served-model-name``, else the model itself, and those of ``--lora-modules``
(https://docs.vllm.ai/en/stable/features/lora.html).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import islice

from hullmark.graph.components.draft import Why
from hullmark.graph.components.scene import Scene
from hullmark.model.component import ComponentKind, EdgeKind
from hullmark.model.container import Container
from hullmark.model.resource import Resource
from hullmark.model.truth import is_placeholder, string
from hullmark.text.tree import Node

_KINDS = ("InferenceModel", "InferenceModelRewrite", "InferenceObjective")
_GROUPS = ("inference.networking.k8s.io", "inference.networking.x-k8s.io", "llm-d.ai")
_MOST_NAMES = 64


def pooled(scene: Scene) -> None:
    """Every such object, with its pool and the models it names."""
    loaded: dict[str, list[str]] = {}
    known: dict[str, Mapping[str, str]] = {}
    for resource in scene.arch.kinds(*_KINDS):
        name = string(resource.spec, "poolRef", "name")
        if resource.ref.group not in _GROUPS or not name or is_placeholder(name):
            continue
        if not loaded:
            for _, source, model in scene.draft.edges(EdgeKind.LOADS_MODEL):
                loaded.setdefault(source, []).append(model)
        own, place = scene.object(ComponentKind.CONFIG, resource), resource.node.at("spec", "poolRef", "name")
        pool = scene.mentioned(ComponentKind.SERVICE, "InferencePool", name, resource.ref.namespace, resource, place)
        scene.draft.edge(EdgeKind.DEPENDS_ON, own, pool, Why(f"is for InferencePool '{name}'", place))
        if pool not in known:
            known[pool] = dict(_served(scene, scene.draft.get(pool).resource, loaded))
        for node in islice(_named(resource), _MOST_NAMES):
            if model := known[pool].get(string(node.value), ""):
                why = Why(f"'{node.value}' is served from it", node.at(), facts={"model-name": string(node.value)})
                scene.draft.edge(EdgeKind.DEPENDS_ON, own, model, why)


def _named(resource: Resource) -> Iterator[Node]:
    """The names of models at the pool's servers."""
    targets = [t.child("name") for t in resource.node.children("spec", "targetModels")]
    targets = targets or [resource.node.child("spec", "modelName")]
    for rule in resource.node.children("spec", "rules"):
        targets += [t.child("modelRewrite") for t in rule.children("targets")]
    yield from (t for t in targets if t is not None and isinstance(t.value, str))


def _served(scene: Scene, pool: Resource | None, loaded: Mapping[str, list[str]]) -> Iterator[tuple[str, str]]:
    """The names that the servers of a pool answer to, with the components of the models behind them."""
    for podset in scene.arch.selected(pool).podsets if pool is not None else ():
        models = loaded.get(scene.owner(podset), [])
        for container in podset.containers:
            for name, base in _names(container):
                found = [m for m in models if scene.draft.get(m).label == base] or (models if len(models) == 1 else [])
                yield from ((name, m) for m in found[:1])


def _names(container: Container) -> Iterator[tuple[str, str]]:
    """The names a server answers to, each with the model that it means."""
    base = next((m.id for m in container.models), "")
    words = container.argv.words
    adapters = [name for word in _after(words, "--lora-modules") if (name := _adapter(word))]
    names = _after(words, "--served-model-name") or ([base] if base else [])
    yield from ((name, base) for name in (*names, *adapters))


def _after(words: tuple[str, ...], flag: str) -> list[str]:
    """The values of a flag that takes several."""
    found: list[str] = []
    for at, word in enumerate(words):
        if word.replace("_", "-") == flag:
            for value in words[at + 1 : at + 1 + _MOST_NAMES]:
                if value[:1] == "-":
                    break
                found.append(value)
        elif word.partition("=")[0].replace("_", "-") == flag:
            found.append(word.partition("=")[2])
    return found


def _adapter(word: str) -> str:
    """The name of an adapter: ``name=path``, or an object with it."""
    if word[:1] != "{":
        return word.partition("=")[0]
    try:
        found = json.loads(word)
    except (ValueError, RecursionError):
        return ""
    return str(found.get("name", "")) if isinstance(found, dict) else ""
