"""Command lines as programs see them (the predicate ARGV)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from hullmark.model.flags import ABBREVIABLE, rank
from hullmark.model.shell import SHELLS, commands, kubernetes_expand
from hullmark.model.truth import string
from hullmark.text.lazy import cached_property
from hullmark.text.regex import regex
from hullmark.text.source import Key, Place
from hullmark.text.tree import Node, Value, items

Command = tuple[str, ...]
_Found = tuple[str, bool, int]
"""A flag's value, whether a word of its own holds that value, and the index of the flag's word."""

_MAX_DEPTH = 4
"""How deep shells in shells are unwrapped."""

_PYTHON_FILE = 2
"""The rank of Python with a program of one's own (`hullmark.model.flags.rank`)."""

_WORD = r"(?:'[^']*'|\"[^\"\n]*\"|[^\s;&|<>()'\"\\`])+"
_SHORTEST_ABBREVIATION = 6
_NEGATIVE_NUMBER = regex(r"-\.?\d")
_MENTIONED = regex(r"\$\{?([A-Za-z_]\w*)")
_SETTING = regex(r"\+{0,2}([A-Za-z_][\w.]*)=")


@dataclass(frozen=True, eq=False)
class Argv:
    """The command line of a container.

    ``segments`` are all commands it runs, in order: one where a program is started directly, several where a
    shell runs a script. ``node`` is the container; ``origins`` says for each segment which keys of it the words
    came from, one per word, or the script's for all. ``script`` is the shell script as written, if there is one.
    """

    node: Node
    segments: tuple[Command, ...] = ()
    origins: tuple[tuple[tuple[Key, ...], ...], ...] = ()
    script: str = ""

    @classmethod
    def of(cls, node: Node, variables: Mapping[str, str], appended: str = "") -> Argv:
        """The command line of a container's ``command`` and ``args``, with known variables expanded.

        ``appended`` names the variable whose words an operator's own command ends with.
        """
        raw = [*_raw(node.value), *_appended(node.value, appended)]
        if not raw:
            return cls(node)
        words = tuple(kubernetes_expand(text, variables) for text, _ in raw)
        keys = tuple(key for _, key in raw)
        at = _script_at(words)
        if at is None:
            return cls(node, (words,), (keys,))
        segments = tuple(_unwrap(words, at, variables))
        return cls(node, segments, tuple((keys[at],) * len(s) for s in segments), words[at])

    @classmethod
    def of_script(cls, text: Node, variables: Mapping[str, str], words: Command = (), *, complete: bool = True) -> Argv:
        """The commands of a script in a file of its own; ``words`` are its name and what it is given.

        Where the variables are not ``complete``, any may be set: then defaults of the script say nothing.
        """
        script = str(text.value)
        used = tuple(
            (name, variables.get(name, f"${name}")) for name in _mentioned(script) if name in variables or not complete
        )
        segments = _segments(script, used, words)
        return cls(text, segments, tuple(((),) * len(segment) for segment in segments), script)

    @cached_property
    def _main(self) -> int:
        """Which segment the container is there for: the best-known launcher, the last among equals."""
        return max(range(len(self.segments)), key=lambda i: (rank(self.segments[i]), i), default=-1)

    @cached_property
    def words(self) -> Command:
        """The words of the command that the container is there for."""
        return self.segments[self._main] if self.segments else ()

    @cached_property
    def text(self) -> str:
        """All words of all commands joined by blanks, for searching."""
        return " ".join(word for segment in self.segments for word in segment)

    @cached_property
    def launcher(self) -> str:
        """The name of the program or Python module that the container is there for; empty when the image decides."""
        return next(programs(self.words), ("", ""))[0]

    @cached_property
    def script_file(self) -> str:
        """The file of commands that it runs instead of a known program, so that nobody sees with which options; else empty."""
        if not self.words or rank(self.words) > _PYTHON_FILE:
            return ""
        name, following = next(programs(self.words), ("", ""))
        found = following if name in SHELLS else name
        return found if found.endswith((".sh", ".bash", ".py")) else ""

    @cached_property
    def _flags(self) -> dict[str, list[_Found]]:
        found: dict[str, list[_Found]] = {}
        for index, word in enumerate(self.words):
            name, given, value = word.partition("=")
            if word[:1] == "-" and len(word) > 1 and not _NEGATIVE_NUMBER.match(word):
                follows = not given and self._is_value(index + 1)
                value = self.words[index + 1] if follows else value
                found.setdefault(_canonical(name), []).append((value, follows, index))
            elif given and _SETTING.match(word):
                found.setdefault(name.lstrip("+"), []).append((value, False, index))
        for name in [n for n in found if n not in ABBREVIABLE]:
            if (full := _unabbreviated(name)) is not None:
                found.setdefault(full, found[name])
        return found

    def _is_value(self, index: int) -> bool:
        if index >= len(self.words):
            return False
        word = self.words[index]
        return word[:1] != "-" or len(word) == 1 or _NEGATIVE_NUMBER.match(word) is not None

    def _find(self, flags: tuple[str, ...]) -> tuple[str, _Found] | None:
        for flag in flags if self._flags else ():
            if (given := self._flags.get(_canonical(flag))) is not None:
                return flag, given[-1]
        return None

    @property
    def flagged(self) -> bool:
        """Whether any flag or setting is given, for those who look for many."""
        return bool(self._flags)

    def has(self, *flags: str) -> bool:
        """Whether a flag is given, in any accepted spelling (``--a-b``, ``--a_b``), and not as ``=false``."""
        return any((value := self.flag(f)) is not None and value.lower() != "false" for f in flags)

    def flag(self, *flags: str) -> str | None:
        """The value of the first of these flags that is given; empty for a bare switch, None when absent.

        Where a flag is repeated the last one counts. Names without dashes are looked up as ``name=value`` words.
        """
        found = self._find(flags)
        return None if found is None else found[1][0]

    def values(self, *flags: str) -> tuple[str, ...]:
        """All values given for these flags, in order; repeated flags give several."""
        return tuple(value for f in flags for value, _, _ in self._flags.get(_canonical(f), ()))

    def place(self, *flags: str) -> Place:
        """Where a flag stands: its list item, or the stretch of a script with its value; else the nearest thing."""
        found = self._find(flags)
        return self._nearest() if found is None else self._at(found[1], value=False)

    def value_place(self, *flags: str) -> Place:
        """Where a flag's value stands; the flag's own place when they are one word."""
        found = self._find(flags)
        return self._nearest() if found is None else self._at(found[1], value=True)

    def word_place(self, word: str) -> Place:
        """Where a word stands: its list item, or its first stretch in the script; else the nearest thing."""
        for segment, keys in zip(self.segments, self.origins, strict=True):
            if word in segment:
                key = keys[segment.index(word)]
                return (
                    self._stretch(key, rf"(?<![\w./-]){re.escape(word)}(?![\w-])")
                    if self._inside(key)
                    else self.node.at(*key)
                )
        return self._nearest()

    def _at(self, found: _Found, *, value: bool) -> Place:
        text, follows, index = found
        key = self.origins[self._main][index]
        if not self._inside(key):
            return self.node.at(*self.origins[self._main][index + (value and follows)])
        name = self.words[index].partition("=")[0]
        tail = rf"(?:[ \t]|\\?\r?\n)+(?:\\\r?\n\s*)*{_WORD}" if follows else rf"={_WORD}" if text else ""
        return self._stretch(key, rf"(?<![\w-]){re.escape(name)}(?![\w-]){tail}")

    def _inside(self, key: tuple[Key, ...]) -> bool:
        """Whether words with this origin are parts of a longer string."""
        return bool(self.script) or len(key) == 1 or key[0] == "env"

    def _stretch(self, key: tuple[Key, ...], pattern: str) -> Place:
        node = self.node.child(*key)
        if node is None:
            return self._nearest()
        source, at, end = node.doc.source.text, node.span.start, node.span.end
        searched = re.compile(pattern)
        while at >= 0 and (found := searched.search(source, at, end)) is not None:
            line = source.rfind("\n", 0, found.start()) + 1
            if not source[line : found.start()].lstrip().startswith("#"):
                return node.doc.place(found.start(), found.end(), node.path)
            at = source.find("\n", found.start(), end)
        return node.at()

    def _nearest(self) -> Place:
        key = "args" if self.node.get("args") is not None else "command"
        return self.node.at(key)._replace(exact=False)


@lru_cache(maxsize=128)
def _mentioned(script: str) -> tuple[str, ...]:
    """The variables that a script may expand, each once."""
    return tuple(dict.fromkeys(_MENTIONED.findall(script)))


@lru_cache(maxsize=128)
def _segments(script: str, variables: tuple[tuple[str, str], ...], words: Command) -> tuple[Command, ...]:
    """The commands of a script; pods that run the same one mostly set the same variables."""
    return tuple(commands(script, dict(variables), words))


def programs(words: Command) -> Iterator[tuple[str, str]]:
    """The programs a command starts, each with its first argument: itself, and what a wrapper such as ``mpirun`` runs.

    For ``python -m x`` that is the module, for ``python x.py`` the script's file name.
    """
    for index, word in enumerate(words):
        if word[:1] == "-" or "=" in word:
            continue
        name = word.rpartition("/")[2]
        following = words[index + 1] if index + 1 < len(words) else ""
        if _PYTHON.fullmatch(name):
            yield from _python(words[index + 1 :])
            return
        yield name, following
        if name not in _WRAPPERS and not (index and words[0].rpartition("/")[2] in _WRAPPERS):
            return


_PYTHON = regex(r"(?:python|pypy)[\d.]*")
_WRAPPERS = frozenset(
    [
        "env",
        "tini",
        "dumb-init",
        "numactl",
        "timeout",
        "nice",
        "stdbuf",
        "sudo",
        "mpirun",
        "mpiexec",
        "horovodrun",
        "nsys",
        "uv",
        "poetry",
        "run",
        "xvfb-run",
        "srun",
        "catchsegv",
        "ionice",
        "taskset",
        "orterun",
        "gosu",
        "su-exec",
        "setpriv",
        "unshare",
    ]
)


def _python(words: Command) -> Iterator[tuple[str, str]]:
    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else ""
        if word == "-m":
            yield following, words[index + 2] if index + 2 < len(words) else ""
            return
        if word == "-c":
            yield "python", word
            return
        if word[:1] != "-":
            yield word.rpartition("/")[2], following
            return
    yield "python", ""


def _raw(value: Value) -> Iterator[tuple[str, tuple[Key, ...]]]:
    if not isinstance(value, dict):
        return
    for key in ("command", "args"):
        found = value.get(key)
        if isinstance(found, str):
            for words in commands(found, {}):
                yield from ((word, (key,)) for word in words)
        elif isinstance(found, list):
            for index, item in enumerate(found):
                if isinstance(item, (str, int, float)):
                    yield str(item).lower() if isinstance(item, bool) else str(item), (key, index)


def _appended(value: Value, name: str) -> Iterator[tuple[str, tuple[Key, ...]]]:
    for index, variable in enumerate(items(value, "env") if name else ()):
        if string(variable, "name") == name:
            first = next(commands(string(variable, "value"), {}), ())
            yield from ((word, ("env", index, "value")) for word in first)


def _script_at(words: Command) -> int | None:
    """Where the script stands: after the ``-c`` of a shell that starts the line, perhaps behind wrappers."""
    for index, word in enumerate(words[:8]):
        if word.rpartition("/")[2] in SHELLS:
            for at in range(index + 1, len(words)):
                option = words[at]
                if option[:1] not in "-+" or not option:
                    break
                if option[1:2] != "-" and "c" in option:
                    return at + 1 if at + 1 < len(words) else None
    return None


def _unwrap(words: Command, at: int, variables: Mapping[str, str], depth: int = 0) -> Iterator[Command]:
    for segment in commands(words[at], variables, words[at + 1 :]):
        inner = _script_at(segment)
        if inner is None or depth >= _MAX_DEPTH:
            yield segment
        else:
            yield from _unwrap(segment, inner, variables, depth + 1)


@lru_cache(maxsize=4096)
def _canonical(name: str) -> str:
    """One spelling for a flag: ``-`` for ``_``, two dashes before names of two letters or more."""
    if name[:1] != "-":
        return name
    bare = name.lstrip("-").replace("_", "-")
    return f"--{bare}" if len(bare) > 1 else name


@lru_cache(maxsize=4096)
def _unabbreviated(name: str) -> str | None:
    if len(name.lstrip("-")) < _SHORTEST_ABBREVIATION:
        return None
    full = [flag for flag in ABBREVIABLE if flag.startswith(name)]
    return full[0] if len(full) == 1 else None
