"""Addresses in texts: URLs, data source names, hosts with ports, and what only looks like one.

Nothing is resolved here. Every pattern is bounded, so that the work is linear in the text.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from hullmark.model.truth import natural
from hullmark.text.regex import regex

MAX_TEXT = 200_000
"""Longest text that is searched, in characters; the rest of a longer one is left out."""

_NEXT = r"[,;](?=[A-Za-z][A-Za-z0-9+.-]{1,24}://)"
"""What separates URLs in a list; a comma or semicolon elsewhere belongs to one."""

_URL = regex(
    r"(?<![A-Za-z0-9+.-])([A-Za-z][A-Za-z0-9+.-]{1,24})://"
    rf"((?:(?!{_NEXT})[^\s/?#\"'<>`\\|^{{}}()\[\]]|\[[0-9A-Fa-f:.]{{2,45}}\]){{1,512}})"
    rf"((?:(?!{_NEXT})[^\s\"'<>`|{{}}]){{0,512}})"
)
_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?){0,10}"
_ONLY_HOST = regex(_HOST)
_BARE = regex(rf"(?<![\w./:@$%+~-])({_HOST})\.?:(\d{{2,5}}|[a-z](?:[a-z0-9-]{{0,13}}[a-z0-9])?)(?![\w:.-])")
_DOTTED = regex(rf"(?<![\w./:@$%+~-])({_HOST}\.svc(?:\.[A-Za-z0-9-]{{1,63}}){{0,6}})\.?(?![\w:.-])")
_ALONE = regex(rf"({_HOST})\.?(?::(\d{{1,5}}|[a-z](?:[a-z0-9-]{{0,13}}[a-z0-9])?))?(/.{{0,512}})?")
_INJECTED = regex(r"\$[({]?([A-Z][A-Z0-9_]{0,62}?)_SERVICE_HOST(?![A-Z0-9_])[)}]?")
_UNFINISHED = frozenset("${<%")
_AZURE = frozenset({"abfs", "abfss", "wasb", "wasbs"})


class Address(NamedTuple):
    """An address as written. ``port`` is a number or a name, empty if none is written; ``path`` starts with a slash.

    ``text`` is the host and port as they stand in the source; ``shown`` is the whole without user and password.
    ``open`` says that a placeholder follows the host, which is then only its beginning. ``container`` is what stands
    before the host of an Azure storage account.
    """

    scheme: str
    host: str
    port: str
    path: str
    text: str
    shown: str
    open: bool = False
    container: str = ""

    @property
    def database(self) -> str:
        """The database that a data source name ends in, if any."""
        name = self.path.partition("?")[0].strip("/")
        return name if name and "/" not in name else ""


def urls(text: str) -> Iterator[Address]:
    """Every URL of a text; one with several hosts (Kafka, MongoDB) gives several."""
    for found in _URL.finditer(text[:MAX_TEXT]):
        scheme, authority, rest = found[1].lower(), found[2], found[3]
        following = text[found.end() : found.end() + 1]
        user, _, hosts = authority.rpartition("@")
        if scheme == "jdbc" or not hosts:
            continue
        path = rest.rstrip(".,;:)")
        for one in hosts.split(","):
            host, port, text_ = _split(one)
            if not host:
                continue
            unfinished = not rest and (following in _UNFINISHED or any(c in one for c in "$%"))
            shown = f"{scheme}://{'***@' if user else ''}{text_}{path}"
            container = user if scheme in _AZURE else ""
            yield Address(scheme, host, port, path, text_, shown[:200], unfinished, container)


def _split(authority: str) -> tuple[str, str, str]:
    """Host, port and both as written; an empty host for what is none."""
    if authority.startswith("["):
        host, _, port = authority[1:].partition("]")
        return host.lower(), port.lstrip(":"), authority
    authority = authority.partition(";")[0]  # ends a directive of nginx; parameters follow it in some data sources
    host, _, port = authority.partition(":")
    clean = host.rstrip(".").lower()
    return (clean, port, authority) if _ONLY_HOST.fullmatch(clean) else ("", "", "")


def bare(text: str) -> Iterator[Address]:
    """Hosts with a port but without a scheme (``redis:6379``), and names that end in ``.svc`` and its kin."""
    short = text[:MAX_TEXT]
    for found in _BARE.finditer(short):
        yield Address("", found[1].lower(), found[2], "", f"{found[1]}:{found[2]}", found[0])
    if ".svc" in short:
        for found in _DOTTED.finditer(short):
            yield Address("", found[1].lower(), "", "", found[1], found[0])
    yield from injected(short)


def injected(text: str) -> Iterator[Address]:
    """Services whose address Kubernetes puts into a variable that a text uses: ``$(API_SERVICE_HOST)``."""
    if "_SERVICE_HOST" in text:
        for found in _INJECTED.finditer(text[:MAX_TEXT]):
            name = found[1].lower().replace("_", "-")
            yield Address("", name, "", "", found[0], found[0])


def alone(text: str) -> Iterator[Address]:
    """The hosts that a value consists of, where its name says that it holds hosts: ``redis``, ``a:9092,b:9092``."""
    if len(text) > 2_000:
        return
    for part in text.split(","):
        found = _ALONE.fullmatch(part.strip())
        if found is not None and (ip(found[1]) is not None or not found[1].replace(".", "").isdigit()):
            host, port = found[1], found[2] or ""
            text = f"{host}:{port}" if port else host
            yield Address("", host.lower(), port, found[3] or "", text, part.strip()[:200])


def ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that a host is, if it is one."""
    if not (":" in host or host.replace(".", "").isdigit()):
        return None
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


_LOOPBACK = frozenset({"localhost", "localhost.localdomain", "ip6-localhost"})


def is_self(host: str) -> bool:
    """Whether a host is the pod itself, or every address it has."""
    found = ip(host)
    return host in _LOOPBACK or (found is not None and (found.is_loopback or found.is_unspecified))


def port_number(port: str) -> int | None:
    """The number a port is written as."""
    found = natural(port) if port else None
    return found if found is not None and 0 < found < 65_536 else None


# -- what the name of a setting says of its value --------------------------------------------------

_SEPARATORS = regex(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])")

_HOLDS_HOSTS = frozenset({
    "host", "hosts", "hostname", "server", "servers", "addr", "addrs", "address", "addresses", "endpoint", "endpoints",
    "url", "urls", "uri", "uris", "dsn", "broker", "brokers", "upstream", "upstreams", "backend", "bootstrap", "target",
    "sink", "baseurl", "apibase", "proxy", "collector", "connect", "quorum", "dial", "serverurl",
})  # fmt: skip
"""Last words of names that hold an address."""

_NEVER = frozenset({
    "callback", "redirect", "cors", "origin", "origins", "no", "allow", "allowed", "trusted", "bypass", "whitelist",
    "allowlist", "iframe", "xmlns", "doc", "docs", "documentation", "homepage", "help", "license", "image", "images",
    "tag", "version", "example", "description", "comment", "referer", "hostaliases", "issuer", "audience", "audiences",
    "scope", "scopes", "csp", "favicon", "logo", "icon", "avatar", "terms", "privacy", "imprint", "licenses", "contact",
})  # fmt: skip
"""Words in names of what is never a call: who may call, prose, names of images, names that only identify."""

_NEVER_ENDS = frozenset({
    "prompt", "prompts", "message", "instructions", "text", "title", "note", "notes", "notice", "placeholder", "summary",
    "attributes", "labels", "annotations", "policy",
})  # fmt: skip
"""Last words of names of what people or models read, or of what only describes."""

_MAY_BE_ABOVE = frozenset({"doc", "docs", "no", "image", "images", "tag", "version", "help", "example", "origin"})
"""Words that say nothing of what stands below a name with them: an index of ``docs`` has an address."""

_OWN = frozenset({
    "public", "external", "root", "site", "listen", "listener", "listeners", "bind", "advertise", "advertised", "domain",
    "domains", "vhost", "webhook", "editor", "frontend", "ingress", "canonical", "nextauth", "self", "hostname", "webui",
})  # fmt: skip
"""Words in names of where a program itself listens or is found from outside."""

_OWN_NAMES = frozenset({
    "HOST", "ADDRESS", "ADDR", "BASE_URL", "APP_URL", "SERVER_NAME", "SERVER_HOST", "HTTP_HOST", "HTTP_ADDRESS", "POD_IP",
    "NODE_IP", "HOST_IP", "GRADIO_SERVER_NAME", "UVICORN_HOST", "VLLM_HOST_IP", "N8N_HOST", "WEB_HOST", "NODE_NAME",
    "CONSOLE_API_URL", "CONSOLE_WEB_URL", "APP_WEB_URL",
})  # fmt: skip
"""Whole names of the same; the last are Dify's (https://docs.dify.ai/en/getting-started/install-self-hosted/environments)."""


@lru_cache(maxsize=8192)
def words(name: str) -> tuple[str, ...]:
    """The words of a name, in lower case: ``OPENAI_API_BASE_URL``, ``--qdrant-url``, ``redisAddress``."""
    return tuple(w.lower() for w in _SEPARATORS.split(name) if w)


@lru_cache(maxsize=8192)
def holds_hosts(name: str) -> bool:
    """Whether the name of a setting says that its value is the address of something else."""
    found = words(name)
    return bool(found) and found[-1] in _HOLDS_HOSTS and not never_called(name) and not its_own(name)


@lru_cache(maxsize=8192)
def never_called(name: str) -> bool:
    """Whether the name of a setting says that what it holds is no address to call, whatever it looks like."""
    found = words(name)
    return name in ("$schema", "$id") or any(w in _NEVER for w in found) or (bool(found) and found[-1] in _NEVER_ENDS)


@lru_cache(maxsize=8192)
def shuts(name: str) -> bool:
    """Whether the name above other settings says that nothing below it is called."""
    return never_called(name) and not set(words(name)) <= _MAY_BE_ABOVE


@lru_cache(maxsize=8192)
def its_own(name: str) -> bool:
    """Whether the name of a setting says that it holds where the program itself listens or is found."""
    found = words(name)
    whole = (
        name == name.upper() or name[:1] == "-"
    )  # in a file, ``host`` stands in the section of what it is the host of
    return (whole and "_".join(found).upper() in _OWN_NAMES) or any(w in _OWN for w in found)
