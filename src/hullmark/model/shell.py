"""Just enough of the shell's grammar to see which commands a script runs.

It follows POSIX word splitting and quoting (https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html)
as far as scripts in manifests go, and never fails: what is malformed is skipped. Nothing is executed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from hullmark.text.regex import regex

SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh"})
"""Programs that take a script after an option with a ``c`` in it."""

_HEREDOC = regex(r"<<-?[ \t]*(['\"]?)(\w+)\1([^\n]*)\n(?:.*?\n)??[ \t]*\2[ \t]*(?=\n|$)", re.DOTALL)
_TOKEN = regex(
    r"(?P<skip>\\\r?\n|[ \t\r]+|(?<![^\s;&|()])\#[^\n]*)"
    r"|(?P<redirect>\d*(?:&>>?|>>|>&|<&|<<<|[<>])[ \t]*[^\s;&|<>()]*)"
    r"|(?P<end>[;\n()]|&&?|\|\|?)"
    r"|(?P<word>(?:'[^']*'|\"(?:[^\"\\]|\\.)*\"|\\.|\$\((?:[^()]|\([^()]*\))*\)|`[^`]*`|\$\{[^}]*\}|[^\s;&|<>()'\"\\`])+)"
    r"|(?P<stray>.)",
    re.DOTALL,
)
_PART = regex(r"'([^']*)'|\"((?:[^\"\\]|\\.)*)\"|\\(.)|((?:\$\((?:[^()]|\([^()]*\))*\)|[^'\"\\])+)", re.DOTALL)
_ESCAPED = regex(r'\\(?:\r?\n|([$`"\\]))')
_VARIABLE = regex(r"\$\{(\w+)(?::?-([^}]*))?\}|\$(\w+)")
_KUBERNETES = regex(r"\$(\$)?\(([A-Za-z_][\w.-]*)\)")
_ASSIGNMENT = regex(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
_KEYWORDS = frozenset(
    ["if", "then", "else", "elif", "do", "while", "until", "!", "{", "exec", "time", "nohup", "command", "builtin"]
)
_PARAMETERS = frozenset({"$@", "$*", "${@}", "${*}"})


def kubernetes_expand(text: str, variables: Mapping[str, str]) -> str:
    """Replace ``$(NAME)`` as the kubelet does: unknown names stay as written, ``$$(NAME)`` is an escape.

    https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
    """
    if "$" not in text:
        return text
    return _KUBERNETES.sub(lambda m: m[0][1:] if m[1] else variables.get(m[2], m[0]), text)


def commands(script: str, variables: Mapping[str, str], parameters: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The simple commands of a script, in order, each as the words its program would see.

    Comments, redirections, here-documents and control keywords are dropped; pipelines and lists are cut into their
    commands. ``variables`` and what the script itself assigns are expanded; unknown ones stay as written.
    ``parameters`` are ``$0``, ``$1`` and so on.
    """
    known = {**variables, **{str(i): p for i, p in enumerate(parameters)}}
    for tokens in _simple(_HEREDOC.sub(r"\3", script) if "<<" in script else script):
        words = [w for t in tokens for w in (parameters[1:] if t.strip('"') in _PARAMETERS else (_unquote(t, known),))]
        words = _assign(words, known)
        if words and words[0] == "eval":
            yield from commands(" ".join(words[1:]), known)
        elif words:
            yield tuple(words)


def _simple(script: str) -> Iterator[list[str]]:
    tokens: list[str] = []
    for found in _TOKEN.finditer(script):
        if found.lastgroup == "word":
            tokens.append(found[0])
        elif found.lastgroup == "end" and tokens:
            yield tokens
            tokens = []
    if tokens:
        yield tokens


def _assign(words: list[str], known: dict[str, str]) -> list[str]:
    """Drop keywords and assignments in front, and remember what a command that only assigns sets."""
    at, assigned = 0, {}
    export = bool(words) and words[0] in ("export", "local", "readonly", "declare")
    while at < len(words):
        found = _ASSIGNMENT.fullmatch(words[at])
        if found is not None:
            assigned[found[1]] = found[2]
        elif words[at] not in _KEYWORDS and not export:
            break
        at += 1
    if at == len(words):
        known.update(assigned)
    return words[at:]


def _unquote(token: str, known: Mapping[str, str]) -> str:
    if not any(c in token for c in "'\"\\$"):
        return token
    return "".join(_part(found, known) for found in _PART.finditer(token))


def _part(found: re.Match[str], known: Mapping[str, str]) -> str:
    single, double, escaped, bare = found.groups()
    if single is not None:
        return single
    if escaped is not None:
        return escaped.strip("\n")
    if double is not None:
        return _ESCAPED.sub(lambda m: m[1] or "", _expand(double, known))
    return _expand(bare, known)


def _expand(text: str, known: Mapping[str, str]) -> str:
    if "$" not in text:
        return text
    return _VARIABLE.sub(lambda m: known.get(m[1] or m[3], m[0] if m[2] is None else m[2]), text)
