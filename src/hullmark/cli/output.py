"""Where output goes: standard output, standard error and files."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TextIO


def write(text: str) -> None:
    """Write to standard output; a reader that has gone away (``| head``) is no error."""
    write_all((text,))


def write_all(texts: Iterable[str]) -> None:
    """Write a text that comes bit by bit to standard output, as `write` does."""
    _send(sys.stdout, texts)


def note(text: str) -> None:
    """Write a line to standard error."""
    _send(sys.stderr, (text + "\n",))


def _send(stream: TextIO, texts: Iterable[str]) -> None:
    try:
        for text in texts:
            try:
                stream.write(text)
            except UnicodeEncodeError:
                encoding = stream.encoding or "ascii"
                stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        stream.flush()
    except BrokenPipeError:
        # Python flushes once more when it exits, and must find something that takes it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def colored(choice: str, stream: TextIO) -> bool:
    """Whether to colour what goes to a stream: as chosen (``always``, ``never``), else on terminals.

    ``auto`` honours `NO_COLOR <https://no-color.org>`_ and ``TERM=dumb``.
    """
    if choice != "auto":
        return choice == "always"
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def width(stream: TextIO) -> int:
    """The columns of the terminal a stream goes to; 100 where it goes elsewhere."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or 100
    except (OSError, ValueError):
        return 100


def replace(path: str, data: Iterable[bytes]) -> None:
    """Write a file so that readers see either the old or the new one, with the mode of the old one.

    A symbolic link stays one: what it leads to is replaced.

    Raises:
        OSError: it cannot be written; the old file is then untouched.
    """
    path = os.path.realpath(path)
    temporary = f"{path}.{os.getpid()}.tmp"
    try:
        mode = os.stat(path).st_mode & 0o7777
    except FileNotFoundError:
        mode = 0
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(data)
            if mode:
                os.fchmod(descriptor, mode)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
