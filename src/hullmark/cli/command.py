"""What a command is made of. Parsing, help, completion and the documentation all come from the same tables."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, NoReturn

from hullmark.cli.output import write
from hullmark.model.errors import HullmarkError, nearest
from hullmark.report.visible import wrap

WIDTH = 100
"""Columns of the help, the same on every terminal."""


class Option(NamedTuple):
    """An option of a command.

    ``metavar`` is empty for a switch. ``parse`` makes a value of a word, or raises `HullmarkError`. ``many`` collects a
    list. ``words`` are what completion offers: the values themselves, or what gives them; ``*files`` means files.
    """

    flag: str
    help: str
    metavar: str = ""
    parse: Callable[[str], Any] = str
    default: Any = None
    many: bool = False
    words: Sequence[str] | Callable[[], Sequence[str]] = ()
    short: str = ""

    @property
    def spelled(self) -> str:
        """How the help writes it."""
        short = f"{self.short}, " if self.short else ""
        return f"{short}{self.flag} {self.metavar}".rstrip()


class Argument(NamedTuple):
    """The positional arguments of a command: at least one, or exactly one unless ``many``."""

    metavar: str
    help: str
    many: bool = False
    words: Sequence[str] | Callable[[], Sequence[str]] = ()

    def check(self, given: Sequence[str], hint: str) -> None:
        """Refuse too few or too many.

        Raises:
            HullmarkError: there are.
        """
        if not given:
            raise HullmarkError(f"{self.metavar} is missing", hint)
        if len(given) > 1 and not self.many:
            raise HullmarkError(f"one {self.metavar} is enough, {len(given)} were given", hint)


FILES = ("*files",)
"""What completion offers where files are meant."""


class Command(NamedTuple):
    """A command: its tables and the function that runs it and gives the exit code."""

    name: str
    summary: str
    run: Callable[[argparse.Namespace], int]
    argument: Argument | None
    groups: tuple[tuple[str, tuple[Option, ...]], ...]
    notes: str = ""

    @property
    def options(self) -> Iterator[Option]:
        """All options, in the order of the help."""
        return (option for _, options in self.groups for option in options)

    def main(self, words: list[str]) -> int:
        """Parse the words after the command's name and run it."""
        if "--help" in words or "-h" in words:
            write(self.help())
            return 0
        return self.run(self.parse(words))

    def parse(self, words: list[str]) -> argparse.Namespace:
        """The options of a command line.

        Raises:
            HullmarkError: it is not one of this command's.
        """
        parser = _Parser(f"hullmark {self.name}")
        if self.argument is not None:
            parser.add_argument("argument", metavar=self.argument.metavar, nargs="*")
        for option in self.options:
            parser.add_option(option)
        options, unknown = parser.parse_known_intermixed_args(words)
        if unknown:
            known = [o.flag for o in self.options]
            hint = nearest(unknown[0].partition("=")[0], known) or parser.hint
            raise HullmarkError(f"unknown option '{unknown[0]}'", hint)
        if self.argument is not None:
            self.argument.check(options.argument, parser.hint)
        return options

    def help(self) -> str:
        """The help page."""
        argument = self.argument
        usage = f"usage: hullmark {self.name}{' [options]' if self.groups else ''}"
        lines = [f"{self.summary[:1].upper()}{self.summary[1:]}.", ""]
        if argument is None:
            lines.append(usage)
        else:
            lines += [f"{usage} {argument.metavar}{'...' if argument.many else ''}", "", "arguments:"]
            lines += _row(argument.metavar, argument.help)
        for title, options in self.groups:
            lines += ["", f"{title}:"]
            for option in options:
                lines += _row(option.spelled, option.help + (" (repeatable)" if option.many else ""))
        if self.notes:
            lines += ["", self.notes]
        return "\n".join(lines) + "\n"


_INDENT = 28


def _row(left: str, right: str) -> Iterator[str]:
    lines = list(wrap(right, WIDTH - _INDENT))
    if len(left) + 4 > _INDENT:
        yield f"  {left}"
    else:
        yield f"  {left:<{_INDENT - 2}}{lines.pop(0)}"
    yield from (" " * _INDENT + line for line in lines)


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints are ours."""

    def __init__(self, prog: str) -> None:
        # With a usage and a width given, it does not load shutil to measure the terminal; it never prints either.
        super().__init__(prog, usage=prog, formatter_class=_formatter, add_help=False, allow_abbrev=False)
        self.hint = f"see `{prog} --help`"

    def add_option(self, option: Option) -> None:
        """Add an option of a table."""
        flags = [option.short, option.flag] if option.short else [option.flag]
        if not option.metavar:
            self.add_argument(*flags, action="store_true")
        elif option.many:
            self.add_argument(*flags, type=_parsing(option), action="append", default=[])
        else:
            self.add_argument(*flags, type=_parsing(option), default=option.default)

    def error(self, message: str) -> NoReturn:
        """Complain as everything else does."""
        raise HullmarkError(message.removeprefix("argument "), self.hint)


def _parsing(option: Option) -> Callable[[str], Any]:
    """What makes a value of a word; its complaints name the option."""

    def parsed(word: str) -> Any:
        try:
            return option.parse(word)
        except HullmarkError as error:
            raise HullmarkError(f"{option.flag}: {error.message}", error.hint, error.place) from None

    return parsed


def _formatter(prog: str) -> argparse.HelpFormatter:
    return argparse.HelpFormatter(prog, width=WIDTH)


def one_of(noun: str, known: Sequence[str]) -> Callable[[str], str]:
    """A parser of words that must be one of a few."""

    def parsed(word: str) -> str:
        if word in known:
            return word
        raise HullmarkError(f"unknown {noun} '{word}'", nearest(word, known) or f"choose from {', '.join(known)}")

    return parsed
