"""Adapters (LoRA) that a server loads beside its model: by its arguments, or as a sidecar tells it from a ConfigMap.

Sources: vLLM https://docs.vllm.ai/en/stable/features/lora/, Text Generation Inference
``server/text_generation_server/utils/adapter.py`` (``id[=path][@revision]``), the LoRA syncer
https://github.com/kubernetes-sigs/gateway-api-inference-extension/blob/main/tools/dynamic-lora-sidecar/README.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

from hullmark.model.architecture import Architecture
from hullmark.model.container import Container, File
from hullmark.model.files import files
from hullmark.model.references import hub_id
from hullmark.text.regex import regex
from hullmark.text.source import Place

_TGI = regex(r"([^=@]+)(?:=([^@]+))?(?:@(.+))?")
_SYNCER = ("DYNAMIC_LORA_ROLLOUT_CONFIG", "lora-syncer", "vLLMLoRAConfig")
"""The syncer's variable, the end of its image's name, and the key its configuration starts with."""

_WANTED = regex(r"\bensureExist\b.*?(?=\bensureNotExist\b|\Z)", re.DOTALL)
_SOURCE = regex(r"^[^#\n]*?\bsource[\"']?\s*:\s*[\"']?([^\s\"',}#]+)", re.MULTILINE)


class Adapter(NamedTuple):
    """An adapter from a hub, its revision (empty where it cannot or does not have one), and where it is named."""

    id: str
    revision: str
    place: Place


def adapters(container: Container, arch: Architecture) -> Iterator[Adapter]:
    """The adapters from a hub that a container's server is told to load."""
    if container.engine in ("vllm", "sglang"):
        yield from _by_arguments(container)
    if container.engine == "tgi":
        yield from _of_tgi(container)
    for file in files(container, arch):
        if _SYNCER[2] in file.text.value:
            yield from _synced(file)


def unread(container: Container, arch: Architecture) -> bool:
    """Whether a syncer's configuration is not in the scan."""
    syncer = _SYNCER[0] in container.environment or container.image.repository.endswith(_SYNCER[1])
    return syncer and not any(_SYNCER[2] in file.text.value for file in files(container, arch))


def _by_arguments(container: Container) -> Iterator[Adapter]:
    """``name=org/adapter``, or JSON with a ``path``, after the flag."""
    words = container.argv.words
    for at, word in enumerate(words):
        flag, given, value = word.partition("=")
        if flag.replace("_", "-") not in ("--lora-modules", "--lora-paths"):
            continue
        texts = [(value, word)] if given else []
        for text in words[at + 1 :]:
            if text.startswith("-"):
                break
            texts.append((text, text))
        for text, shown in texts:
            if hub_id(source := _source(text)):
                yield Adapter(source, "", container.argv.word_place(shown))


def _source(text: str) -> str:
    if not text.startswith("{"):
        return text.partition("=")[2] or text
    try:
        source = json.loads(text).get("path", "")
    except (ValueError, AttributeError):
        return ""
    return source if isinstance(source, str) else ""


def _of_tgi(container: Container) -> Iterator[Adapter]:
    variable = container.environment.get("LORA_ADAPTERS")
    flag = container.argv.flag("--lora-adapters")
    text = flag or (variable.value if variable is not None else None) or ""
    place = container.argv.place("--lora-adapters") if flag or variable is None else variable.node.at()
    for item in text.split(","):
        found = _TGI.fullmatch(item.strip())
        if found is not None and hub_id(source := found[2] or found[1]):
            yield Adapter(source, found[3] or "", place)


def _synced(file: File) -> Iterator[Adapter]:
    """What the syncer has the server load; it knows no revisions."""
    for wanted in _WANTED.findall(file.text.value):
        for source in _SOURCE.findall(wanted):
            if hub_id(source):
                yield Adapter(source, "", _within(file, source))


def _within(file: File, word: str) -> Place:
    node = file.text
    at = node.doc.source.text.find(word, node.span.start, node.span.end)
    return node.at() if at < 0 else node.doc.place(at, at + len(word), node.path)
