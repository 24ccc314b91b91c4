"""Recipes of fine-tuning: files of settings that a run mounts and names on its command line.

Axolotl (https://docs.axolotl.ai/docs/config-reference.html), LLaMA-Factory
(https://llamafactory.readthedocs.io/en/latest/getting_started/sft.html), torchtune
(https://docs.pytorch.org/torchtune/stable/deep_dives/configs.html) and TRL (https://huggingface.co/docs/trl/clis) take
the base model, the dataset and where they write from one YAML file.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from hullmark.graph.components import configuration
from hullmark.graph.components.scene import Scene
from hullmark.model.container import Container
from hullmark.recognise.embedded import documents
from hullmark.text.tree import Node


class Recipe(NamedTuple):
    """The values of a recipe that are written: base models, outputs, datasets."""

    models: tuple[Node, ...] = ()
    outputs: tuple[Node, ...] = ()
    datasets: tuple[Node, ...] = ()


_TAKE = frozenset({"axolotl", "llama-factory", "torchtune", "trl"})
"""The engines that take one."""

_MODELS = (("base_model",), ("model_name_or_path",))
_OUTPUTS = (("output_dir",),)
_DATASETS = (("datasets", "*", "path"), ("dataset_name",))
_MOST = 32
"""Files, and values of one kind in a file, that are looked at."""


def recipe(scene: Scene, container: Container) -> Recipe:
    """What the recipe of a run says; nothing for programs that take none, and where it is not in the scan."""
    if container.engine not in _TAKE:
        return Recipe()
    roots = list(islice(_roots(scene, container), _MOST))
    return Recipe(*(tuple(_written(roots, paths)) for paths in (_MODELS, _OUTPUTS, _DATASETS)))


def _roots(scene: Scene, container: Container) -> Iterator[Node]:
    """The files that a container mounts and names."""
    said = container.argv.text
    for _, key, node in configuration.files(scene, container.podset):
        if key.endswith((".yaml", ".yml")) and key in said:
            yield from (document.node for document in documents(node))


def _written(roots: list[Node], paths: tuple[tuple[str, ...], ...]) -> Iterator[Node]:
    for root in roots:
        for path in paths:
            yield from (node for node in islice(root.select(path), _MOST) if isinstance(node.value, str))
