"""Whom nginx sends requests to: the directives of its configuration that pass them on.

https://nginx.org/en/docs/http/ngx_http_proxy_module.html, https://nginx.org/en/docs/http/ngx_http_upstream_module.html,
https://nginx.org/en/docs/http/ngx_http_map_module.html, https://nginx.org/en/docs/stream/ngx_stream_proxy_module.html.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from hullmark.graph.components.addresses import MAX_TEXT
from hullmark.text.regex import regex

HOST = "upstream_host"
"""The name of a setting whose value is a host for sure."""

_IS = regex(r"\b(?:proxy|grpc|fastcgi|uwsgi|scgi|memcached)_pass\s|\bupstream\s+[\w.-]+\s*\{")
_UPSTREAM = regex(r"\bupstream\s+([\w.-]+)\s*\{")
_WORD = regex(
    r"[ \t\r]+|\n|#[^\n]*|\"((?:[^\"\\]|\\.){0,500})\"|'((?:[^'\\]|\\.){0,500})'|([;{}])|((?:\$\{\w{1,80}\}|[^\s;{}\"'])+)"
)
_VARIABLE = regex(r"\$(?:\{(\w{1,80})\}|(\w{1,80}))")
_PASSES = frozenset({"proxy_pass", "grpc_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass", "memcached_pass"})
_NO_CALLS = frozenset({
    "return", "rewrite", "add_header", "error_page", "proxy_redirect", "proxy_set_header", "sub_filter", "server_name",
    "valid_referers", "if", "proxy_cookie_domain", "more_set_headers", "map", "set", "location",
})  # fmt: skip
"""Directives whose addresses nginx itself never calls: what clients are told, and what is compared."""

_MOST_WORDS, _MOST_VALUES, _LONGEST = 20_000, 16, 200
"""Words of a file that are read, values that one directive may have in the end, characters by which its line is found."""

Said = Iterator[tuple[str, str, str]]
"""Names, values, and the lines that they stand in."""


class _Directive(NamedTuple):
    """A directive with the name and the argument of the block it stands in."""

    words: tuple[str, ...]
    block: tuple[str, ...]
    line: str


def is_nginx(text: str) -> bool:
    """Whether a text is a configuration of nginx that passes requests on."""
    return _IS.search(text) is not None


def nginx(text: str, beside: Sequence[str]) -> Said:
    """The addresses that a configuration names; ``beside`` are the files it may be included with."""
    directives = tuple(_directives(text))
    groups = {*_UPSTREAM.findall(text), *_groups(tuple(beside))}
    variables = _variables(directives)
    for words, block, line in directives:
        name, values = words[0], words[1:]
        if name in _PASSES and values:
            yield from _passed(values[0], variables, groups, line)
        elif name == "server" and block[:1] == ("upstream",) and values:
            yield from () if values[0].startswith("unix:") else ((HOST, values[0], line),)
        elif name == "resolver":
            yield from ((HOST, v, line) for v in values if "=" not in v)
        elif name not in _NO_CALLS and block[:1] != ("map",):
            for value in values:
                log = value.partition("syslog:server=")[2].partition(",")[0]
                if log or "://" in value or name == "endpoint":
                    yield (HOST if log or name == "endpoint" else name), log or value, line


@lru_cache(maxsize=8)
def _groups(texts: tuple[str, ...]) -> frozenset[str]:
    """The groups of servers that files define; they are asked for once for each of them."""
    return frozenset(name for text in texts for name in _UPSTREAM.findall(text[:MAX_TEXT]))


def _passed(value: str, variables: dict[str, list[str]], groups: set[str], line: str) -> Said:
    """Where a directive passes requests: to addresses, once what is written of its variables is filled in."""
    for whole in _filled(value, variables):
        scheme, separator, rest = whole.rpartition("://")
        host = rest.partition("/")[0]
        if "$" not in host and host and not host.startswith("unix:") and host not in groups:
            yield (scheme + separator and "proxy_pass") or HOST, whole if separator else host, line


def _filled(value: str, variables: dict[str, list[str]]) -> list[str]:
    """What a value may be in the end; variables that a request sets stay as they are."""
    found = [value]
    for match in list(_VARIABLE.finditer(value))[:4]:
        known = variables.get(match[1] or match[2])
        if known:
            found = [text.replace(match[0], one, 1) for text in found for one in known][:_MOST_VALUES]
    return found


def _variables(directives: Sequence[_Directive]) -> dict[str, list[str]]:
    """What variables are set to: by ``set``, or by the values of a ``map``."""
    found: dict[str, list[str]] = {}
    for words, block, _ in directives:
        name, value = "", ""
        if words[0] == "set" and len(words) == 3:
            name, value = words[1], words[2]
        elif block[:1] == ("map",) and len(block) == 3 and len(words) == 2 and words[0] != "include":
            name, value = block[2], words[1]
        if name[:1] == "$" and value and "$" not in value and len(found.get(name[1:], ())) < _MOST_VALUES:
            found.setdefault(name[1:], []).append(value)
    return found


def _directives(text: str) -> Iterator[_Directive]:
    """The directives of a configuration, one after the other; it need not be whole."""
    blocks: list[tuple[str, ...]] = []
    words: list[str] = []
    line, read = "", 0
    for found in _WORD.finditer(text):
        mark = found[3]
        word = found[1] if found[1] is not None else found[2] if found[2] is not None else found[4]
        if mark is None and word is not None:
            if not words:
                line = text[found.start() : found.start() + _LONGEST].partition("\n")[0].strip()
            words.append(word)
            read += 1
        elif mark == "}":
            words = []
            del blocks[-1:]
        elif mark is not None and words:
            yield _Directive(tuple(words), blocks[-1] if blocks else (), line)
            if mark == "{":
                blocks.append(tuple(words))
            words = []
        elif mark == "{":
            blocks.append(())
        if read > _MOST_WORDS:
            return
