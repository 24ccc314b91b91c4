"""``hullmark completion SHELL``: completion scripts, made from the tables of the commands."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence

from hullmark.cli.command import FILES, Argument, Command, Option, one_of
from hullmark.cli.dispatch import COMMANDS, command
from hullmark.cli.options import HELP
from hullmark.cli.output import write

SHELLS = ("bash", "zsh", "fish")


def run(options: argparse.Namespace) -> int:
    """Print the script of a shell."""
    shell = one_of("shell", SHELLS)(options.argument[0])
    made = {"bash": _bash, "zsh": _zsh, "fish": _fish}[shell]
    write("\n".join(made([command(name) for name in COMMANDS])) + "\n")
    return 0


def _words(words: Sequence[str] | Callable[[], Sequence[str]]) -> Sequence[str]:
    return words() if callable(words) else words


def _flags(option: Option) -> list[str]:
    return [flag for flag in (option.short, option.flag) if flag]


def _quoted(text: str) -> str:
    """A text as one word, for all three shells: it holds no quote of its own."""
    return "'" + text.replace("'", "") + "'"


def _bash(commands: list[Command]) -> Iterator[str]:
    yield '# eval "$(hullmark completion bash)"'
    yield "_hullmark() {"
    yield "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} words"
    yield "    # Bash takes '=' for a word of its own."
    yield '    [[ $current == "=" ]] && current=""'
    yield '    [[ $previous == "=" ]] && previous=${COMP_WORDS[COMP_CWORD-2]}'
    yield "    COMPREPLY=()"
    yield "    if ((COMP_CWORD == 1)); then"
    yield f"        words={_quoted(' '.join((*COMMANDS, '--help', '--version')))}"
    yield "    else"
    yield '        case "${COMP_WORDS[1]} $previous" in'
    for one in commands:
        for option in one.options:
            if option.metavar:
                patterns = "|".join(f"'{one.name} {flag}'" for flag in _flags(option))
                yield f"            {patterns}) {_bash_words(_words(option.words))} ;;"
    for one in commands:
        yield f"            '{one.name} '*)"
        yield f"                if [[ $current == -* ]]; then words={_quoted(' '.join(o.flag for o in one.options))}"
        yield f"                else {_bash_words(() if one.argument is None else _words(one.argument.words))}; fi ;;"
    yield "        esac"
    yield "    fi"
    yield '    COMPREPLY=($(compgen -W "$words" -- "$current"))'
    yield "}"
    yield "complete -F _hullmark hullmark"


def _bash_words(words: Sequence[str]) -> str:
    if tuple(words) == FILES:
        return 'compopt -o filenames; COMPREPLY=($(compgen -f -- "$current")); return'
    return f"words={_quoted(' '.join(words))}"


def _zsh(commands: list[Command]) -> Iterator[str]:
    yield "#compdef hullmark"
    yield "_hullmark() {"
    yield "    local -a commands"
    yield f"    commands=({' '.join(_quoted(f'{c.name}:{c.summary}') for c in commands)})"
    yield "    if ((CURRENT == 2)); then _describe command commands; return; fi"
    yield "    local chosen=$words[2]"
    yield "    shift words; ((CURRENT--))"
    yield "    case $chosen in"
    for one in commands:
        yield f"        {one.name}) _arguments -S \\"
        for option in one.options:
            for flag in _flags(option):
                yield f"            {_quoted(_zsh_option(option, flag))} \\"
        yield f"            {_quoted(_zsh_argument(one.argument))} ;;" if one.argument else "            ;;"
    yield "    esac"
    yield "}"
    yield "compdef _hullmark hullmark"


def _zsh_option(option: Option, flag: str) -> str:
    repeat = "*" if option.many else ""
    help_ = option.help.replace("[", "(").replace("]", ")").replace(":", " -")
    value = (
        f":{option.metavar.replace('[', '').replace(']', '')}:{_zsh_words(_words(option.words))}"
        if option.metavar
        else ""
    )
    return f"{repeat}{flag}[{help_}]{value}"


def _zsh_argument(argument: Argument) -> str:
    return f"{'*' if argument.many else '1'}:{argument.metavar}:{_zsh_words(_words(argument.words))}"


def _zsh_words(words: Sequence[str]) -> str:
    if tuple(words) == FILES:
        return "_files"
    return f"({' '.join(words)})" if words else " "


def _fish(commands: list[Command]) -> Iterator[str]:
    yield "complete -c hullmark -f"
    for one in commands:
        yield f"complete -c hullmark -n __fish_use_subcommand -a {one.name} -d {_quoted(one.summary)}"
    for one in commands:
        inside = f"complete -c hullmark -n '__fish_seen_subcommand_from {one.name}'"
        if one.argument is not None:
            yield f"{inside} {_fish_words(_words(one.argument.words))}"
        for option in one.options:
            short = f" -s {option.short[1:]}" if option.short else ""
            value = f" -r {_fish_words(_words(option.words))}" if option.metavar else ""
            yield f"{inside}{short} -l {option.flag[2:]}{value} -d {_quoted(option.help)}"


def _fish_words(words: Sequence[str]) -> str:
    return "-F" if tuple(words) == FILES else f"-f -a {_quoted(' '.join(words))}"


COMMAND = Command(
    "completion",
    "print a completion script for a shell",
    run,
    Argument("SHELL", f"{', '.join(SHELLS)}", words=SHELLS),
    (("options", (HELP,)),),
    notes='bash: eval "$(hullmark completion bash)" in ~/.bashrc\n'
    "zsh:  hullmark completion zsh > a folder of $fpath, as _hullmark\n"
    "fish: hullmark completion fish > ~/.config/fish/completions/hullmark.fish",
)
