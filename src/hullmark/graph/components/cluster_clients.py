"""Programs that ask the API of the cluster they run in: ``kubectl`` in commands, in scripts and in what these substitute."""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.model.argv import programs
from hullmark.model.container import Container
from hullmark.model.shell import commands
from hullmark.model.truth import string
from hullmark.text.regex import regex
from hullmark.text.source import Place

_CLIENTS = frozenset({"kubectl", "oc"})
_MENTIONED = regex(r"\b(?:kubectl|oc)\b")
_SUBSTITUTED = regex(r"(?:\$\(|`)\s*((?:kubectl|oc)\s[^()`]{1,2000})")
_OFFLINE = frozenset({"completion", "config", "explain", "help", "kustomize", "options", "plugin"})
"""Commands that need no cluster, https://kubernetes.io/docs/reference/kubectl/generated/."""
_ELSEWHERE = frozenset({"--context", "--cluster", "--kubeconfig", "-s", "--server"})
"""Options that send it to a cluster that need not be its own, https://kubernetes.io/docs/reference/kubectl/kubectl/."""


def asking(container: Container) -> Iterator[tuple[str, Place]]:
    """The programs of a container that ask the cluster's own API, and where they stand."""
    if "KUBECONFIG" in container.environment:
        return
    argv, image = container.argv, container.image.repository.rpartition("/")[2]
    if image in _CLIENTS and not container.node.get("command"):
        words = (image, *(word for segment in argv.segments for word in segment))
        yield from ((image, container.at("args")) for _ in (words,) if len(words) > 1 and _asks(words))
    for segment in argv.segments if _MENTIONED.search(argv.text) else ():
        program = next(programs(segment), ("", ""))[0]
        if program in _CLIENTS and _asks(segment):
            yield program, argv.word_place(program)
    if (found := _substituted(argv.script)) is not None:
        yield found, argv.word_place(found)
    for key in ("source", "script"):
        text = string(container.node.value, key)
        found = _in_script(text) if text and _MENTIONED.search(text) else None
        if found is not None:
            yield found, container.at(key)


def _in_script(text: str) -> str | None:
    for words in commands(text, {}):
        program = next(programs(words), ("", ""))[0]
        if program in _CLIENTS and _asks(words):
            return program
    return _substituted(text)


def _substituted(script: str) -> str | None:
    """The client that a script runs for its output, ``$(kubectl get ...)``."""
    for found in _SUBSTITUTED.finditer(script):
        words: tuple[str, ...] = tuple(str(found[1]).split())
        if _asks(words):
            return words[0]
    return None


def _asks(words: tuple[str, ...]) -> bool:
    if any(word.partition("=")[0] in _ELSEWHERE for word in words):
        return False
    first = next((w for w in words[1:] if w[:1] != "-" and w not in _CLIENTS), "help")
    return first not in _OFFLINE and not (first == "version" and "--client" in words)
