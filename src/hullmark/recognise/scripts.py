"""Scripts of ConfigMaps that a container's command runs: what they start is what the container is there for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hullmark.model.files import Finds, files, is_shell
from hullmark.model.flags import ENGINE, LAUNCHERS, rank
from hullmark.model.shell import SHELLS
from hullmark.model.truth import string
from hullmark.recognise.words import LEARNING_PROGRAMS
from hullmark.text.regex import regex

if TYPE_CHECKING:
    from hullmark.model.argv import Command
    from hullmark.model.container import Container, File

_ENGINES = [name for name, known in LAUNCHERS.items() if known == ENGINE]

_RUNNERS = SHELLS | {"tini", "dumb-init", "env", "exec", "nice", "timeout", "su-exec", "gosu", "stdbuf", "catchsegv"}
"""Shells, and programs that start another one."""

_LONGEST = 16_000
"""Characters of a script that are read."""

_STARTS = regex(
    rf"(?<![\w-])(?:{'|'.join(map(re.escape, _ENGINES))})(?![\w-])|torch\.distributed|vllm|sglang|dynamo\.|tensorrt|trtllm|ray\."
    r"|accelerate|axolotl|lm[_-]eval|lighteval|download|convert_checkpoint"
)
"""What a script mentions that is worth to be read as one."""


def followed(container: Container, scan: Finds) -> File | None:
    """The script that a container runs, if it is in the scan and starts a program that is known.

    Others are left where they are: their commands say nothing about what the container is for.
    """
    if container.node.get("volumeMounts") is None or not container.written.words:
        return None
    path = _path(container.written.words, string(container.node.value, "workingDir"))
    for file in files(container, scan) if path else ():
        if (file.path == path or _copied(file, path, container.written.text)) and _worth_reading(file):
            argv = container.running(file)
            if argv.words and (rank(argv.words) >= ENGINE or LEARNING_PROGRAMS.search(argv.text)):
                return file
    return None


def _copied(file: File, path: str, commands: str) -> bool:
    """Whether a file is run from elsewhere by its own name: copied there, or after its folder was entered."""
    folder, _, name = file.path.rpartition("/")
    return name == _name(path) and (file.path in commands or (path[:1] != "/" and folder in commands.split()))


def _worth_reading(file: File) -> bool:
    text = file.text.value
    shell = not file.path.endswith(".py") and (is_shell(text) or text[:2] != "#!")
    return shell and len(text) <= _LONGEST and _STARTS.search(text) is not None


def _path(words: Command, folder: str) -> str:
    """The path of the file that a command runs: by itself, or behind a shell or a wrapper."""
    if rank(words) >= ENGINE:
        return ""
    runner = _name(words[0]) in _RUNNERS
    for word in words[:6]:
        if word[:1] == "/" and _name(word) not in _RUNNERS:
            return word
        if word[:1] not in "-/" and word.endswith((".sh", ".bash")):
            return f"{folder.rstrip('/')}/{word.removeprefix('./')}" if folder else word
        if not runner:
            break
    return ""


def _name(path: str) -> str:
    return path.rpartition("/")[2]
