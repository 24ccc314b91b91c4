"""Scripts of ConfigMaps that a container's command runs: what they start is what the container is there for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hullmark.model.files import Finds, files, is_shell
from hullmark.model.flags import ENGINE, rank
from hullmark.model.shell import SHELLS
from hullmark.model.truth import string
from hullmark.recognise.words import LEARNING_PROGRAMS

if TYPE_CHECKING:
    from hullmark.model.argv import Command
    from hullmark.model.container import Container, File

_LONGEST = 100_000
"""Characters of a script that are read."""


def followed(container: Container, scan: Finds) -> File | None:
    """The script that a container runs, if it is in the scan and starts a program that is known.

    Others are left where they are: their commands say nothing about what the container is for.
    """
    if container.node.get("volumeMounts") is None or not container.written.words:
        return None
    path = _path(container.written.words, string(container.node.value, "workingDir"))
    for file in files(container, scan) if path else ():
        if file.path == path or (file.path in container.written.text and _name(file.path) == _name(path)):
            text = file.text.value
            if len(text) <= _LONGEST and not file.path.endswith(".py") and (is_shell(text) or text[:2] != "#!"):
                argv = container.running(file)
                if argv.words and (rank(argv.words) >= ENGINE or LEARNING_PROGRAMS.search(argv.text)):
                    return file
    return None


def _path(words: Command, folder: str) -> str:
    """The path of the file that a command runs: by itself, or behind a shell or a wrapper."""
    for word in words[:6]:
        if word[:1] == "/" and _name(word) not in SHELLS:
            return word
        if word[:1] not in "-/" and word.endswith((".sh", ".bash")) and folder:
            return f"{folder.rstrip('/')}/{word.removeprefix('./')}"
    return ""


def _name(path: str) -> str:
    return path.rpartition("/")[2]
