"""Where reports go: ``--format FORMAT[=FILE]``, several at once, and ``--output FILE``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import NamedTuple

from hullmark.cli.command import one_of
from hullmark.cli.output import colored, note, replace, width, write, write_all
from hullmark.engine.result import Result
from hullmark.model.errors import HullmarkError

FORMATS = ("terminal", "json", "sarif", "markdown", "junit", "gitlab")
"""The formats of a scan's report; each is a module of `hullmark.report` with a function ``render``, and ``pieces`` where it may be long."""


class Target(NamedTuple):
    """One report: its format, and the file it goes to (empty for standard output)."""

    format: str
    file: str = ""


def target(word: str) -> Target:
    """The target a ``FORMAT`` or ``FORMAT=FILE`` means.

    Raises:
        HullmarkError: there is no such format, or the file's name is missing.
    """
    name, equals, file = word.partition("=")
    if equals and not file:
        raise HullmarkError(f"'{word}' names no file", f"write --format {name}=FILE, or --format {name} to print it")
    return Target(one_of("format", FORMATS)(name), "" if file == "-" else file)


def targets(formats: Sequence[Target], output: str) -> tuple[Target, ...]:
    """All reports that were asked for; ``output`` is the file of the one format that has none of its own.

    Raises:
        HullmarkError: two reports would go to one place.
    """
    wanted = list(formats) or [Target("terminal")]
    if output and output != "-":
        bare = [number for number, one in enumerate(wanted) if not one.file]
        if len(bare) != 1:
            hint = "write --format FORMAT=FILE for each"
            raise HullmarkError("--output takes exactly one format without a file", hint)
        wanted[bare[0]] = wanted[bare[0]]._replace(file=output)
    places = [one.file for one in wanted]
    for one in wanted:
        if places.count(one.file) > 1:
            where = f"to '{one.file}'" if one.file else "to standard output"
            raise HullmarkError(f"more than one format goes {where}", "write --format FORMAT=FILE")
    return tuple(wanted)


def deliver(result: Result, one: Target, *, color: str, complete: bool) -> None:
    """Write one report.

    Raises:
        HullmarkError: its file cannot be written.
    """
    module = import_module(f"hullmark.report.{one.format}")
    texts: Iterable[str]
    if one.format == "terminal":
        shown = colored(color, sys.stdout) if not one.file else color == "always"
        columns = 100 if one.file else width(sys.stdout)
        texts = module.pieces(result, color=shown, width=columns, verbose=complete)
    elif one.format == "markdown":
        texts = (module.render(result, root=os.getcwd()),)
    elif one.format in ("sarif", "gitlab"):
        texts = module.pieces(result, root=os.getcwd())
    else:
        texts = module.pieces(result)
    if one.file:
        save_all(one.file, texts)
    else:
        write_all(texts)


def put(text: str, options: argparse.Namespace, what: str) -> None:
    """Write the one thing a command makes to its ``--output`` and say so, or print it.

    Raises:
        HullmarkError: the file cannot be written.
    """
    if options.output in ("", "-"):
        write(text)
        return
    save(options.output, text)
    if not options.quiet:
        note(f"{what} was written to '{options.output}'")


def save(file: str, text: str) -> None:
    """Write a file that the user named.

    Raises:
        HullmarkError: it cannot be written.
    """
    save_all(file, (text,))


def save_all(file: str, texts: Iterable[str]) -> None:
    """Write a file that the user named with a text that comes bit by bit.

    Raises:
        HullmarkError: it cannot be written.
    """
    try:
        replace(file, (text.encode("utf-8", "backslashreplace") for text in texts))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        hint = "check that its folder exists and that you may write there"
        raise HullmarkError(f"'{file}' cannot be written: {reason}", hint) from None
