"""From the words of a command line to the command that runs them.

Nothing is imported here before it is known to be needed: ``hullmark --version`` is to cost no more than Python itself.
"""

from __future__ import annotations

import gc
from importlib import import_module
from typing import TYPE_CHECKING

from hullmark.version import __version__

if TYPE_CHECKING:
    from hullmark.cli.command import Command

COMMANDS = ("scan", "fix", "inventory", "map", "paths", "simulate", "report", "explain", "checks", "completion")
"""The commands in the order of the help; each is the module of its name and defines ``COMMAND``."""


def run(words: list[str]) -> int:
    """Run a command line and give its exit code; whatever goes wrong is told in words, never by a traceback."""
    try:
        if words[:1] in (["--version"], ["-V"]):
            return _say(f"hullmark {__version__}\n")
        if not words or words[0] in ("--help", "-h", "help"):
            return _help(words[1:])
        gc.disable()  # what is imported stays, and the collector would look through it again and again
        chosen = _command(words[0])
        gc.freeze()
        gc.enable()
        return chosen.main(words[1:])
    except (Exception, KeyboardInterrupt) as trouble:  # noqa: BLE001 - law 6: nothing ends in a traceback
        from hullmark.cli.trouble import told

        return told(trouble)


def command(name: str) -> Command:
    """The command of a name in `COMMANDS`."""
    found: Command = import_module(f"hullmark.cli.{name}").COMMAND
    return found


def _command(word: str) -> Command:
    if word in COMMANDS:
        return command(word)
    from hullmark.model.errors import HullmarkError, nearest

    what = "option" if word.startswith("-") else "command"
    raise HullmarkError(f"unknown {what} '{word}'", nearest(word, COMMANDS) or "`hullmark --help` lists the commands")


def _help(words: list[str]) -> int:
    if words:
        return _say(_command(words[0]).help())
    rows = "\n".join(f"  {name:<12}{command(name).summary}" for name in COMMANDS)
    return _say(
        f"Secure, compliant and resilient architecture for AI workloads on Kubernetes.\n\n"
        f"usage: hullmark COMMAND [options]\n\ncommands:\n{rows}\n\n"
        f"`hullmark COMMAND --help` says more about one, `hullmark --version` which version this is.\n"
    )


def _say(text: str) -> int:
    from hullmark.cli.output import write

    write(text)
    return 0
