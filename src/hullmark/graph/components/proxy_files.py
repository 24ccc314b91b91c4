"""Whom reverse proxies send requests to, by files of their own that are no trees: nginx's, HAProxy's and Caddy's.

https://docs.haproxy.org/3.0/configuration.html (``server``, ``server-template``, ``nameserver``, ``log``),
https://caddyserver.com/docs/caddyfile/directives/reverse_proxy. Envoy's, Traefik's and Caddy's JSON are read as trees.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from hullmark.graph.components.addresses import MAX_TEXT
from hullmark.graph.components.nginx import HOST, Said, is_nginx, nginx
from hullmark.graph.components.settings import MOST_LINES, Setting
from hullmark.text.regex import regex
from hullmark.text.tree import Node

_HAPROXY = regex(r"^(?:backend|listen)[ \t]+\S", re.MULTILINE)
_CADDY = regex(r"\b(?:reverse_proxy|php_fastcgi|forward_auth)\s")
_FAMILY = regex(r"^(?:ipv4|ipv6|udp|tcp|tcp4|udp4)@")
_CADDY_PASSES = frozenset({"reverse_proxy", "php_fastcgi", "forward_auth", "to"})
_CADDY_CALLS = frozenset({"acme_ca", "acme_server", "issuer", "endpoint"})
_LOCAL = ("stdout", "stderr", "/", "ring@", "fd@", "unix@", "global")

Reader = Callable[[str, Sequence[str]], Said]


def reader(key: str, text: str) -> Reader | None:
    """What reads a file, by its name and what is in it; None for files that are no such configuration."""
    lower = key.lower()
    if lower.startswith("caddyfile") or lower.endswith(".caddyfile"):
        return _caddy if _CADDY.search(text) else None
    if lower.endswith(".cfg") and _HAPROXY.search(text):
        return _haproxy
    named = lower.endswith((".conf", ".conf.template", ".nginx", ".vhost")) or "nginx" in lower
    return nginx if named and is_nginx(text) else None


def proxy_file(read: Reader, node: Node, label: str, beside: Sequence[str]) -> Iterator[Setting]:
    """The addresses that such a file names; ``beside`` are the other files of its configuration."""
    for name, value, line in read(node.value[:MAX_TEXT], beside):
        yield Setting(name, value, label, node, line=line)


def _haproxy(text: str, beside: Sequence[str]) -> Said:
    del beside
    section = ""
    for raw in text.splitlines()[:MOST_LINES]:
        words = raw.partition(" #")[0].split()
        if not words or words[0].startswith("#"):
            continue
        if not raw[:1].isspace():
            section = words[0]
            continue
        at = {"server": 2, "server-template": 3, "nameserver": 2, "peer": 2, "log": 1}.get(words[0])
        if at is None or len(words) <= at or (words[0] == "peer" and section != "peers"):
            continue
        host = _FAMILY.sub("", words[at])
        if not host.startswith(_LOCAL) and "$" not in host:
            yield HOST, host, raw.strip()


def _caddy(text: str, beside: Sequence[str]) -> Said:
    del beside
    for raw in text.splitlines()[:MOST_LINES]:
        words = raw.split()
        name, values = (words[0], words[1:]) if words else ("", [])
        if name == "dynamic" and len(values) > 1 and values[0] == "a":
            yield HOST, ":".join(values[1:3]), raw.strip()
        elif name in _CADDY_PASSES:
            yield from ((_called(v), v, raw.strip()) for v in values if _is_upstream(v))
        elif name in _CADDY_CALLS:
            yield from ((name, v, raw.strip()) for v in values if "://" in v)


def _called(value: str) -> str:
    return "upstream" if "://" in value else HOST


def _is_upstream(value: str) -> bool:
    """Not so a matcher, the beginning of a block, a socket, the proxy's own port, or what the environment fills in."""
    return value[:1] not in "/*@{:#" and not value.startswith("unix") and "{" not in value
