"""Hosts on the command lines of programs whose whole business it is to reach one: clients, and those that wait for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_CLIENTS = frozenset({
    "psql", "pg_isready", "pg_dump", "pg_restore", "createdb", "dropdb", "vacuumdb", "mysql", "mysqladmin", "mysqldump",
    "mysqlcheck", "mariadb", "mariadb-admin", "mariadb-dump", "redis-cli", "valkey-cli", "clickhouse-client", "mosquitto_pub",
    "mosquitto_sub",
})  # fmt: skip
"""Programs that take the host they reach with ``-h`` or ``--host`` and its port with ``-p`` or ``--port``."""

_DIALLERS = frozenset({
    "nc", "ncat", "netcat", "telnet", "wait-for-it", "wait-for-it.sh", "wait-for", "wait-for.sh", "wait-port", "wait4ports",
})  # fmt: skip
"""Programs whose first words are a host and its port."""

_TAKES = frozenset({"-w", "-i", "-p", "-s", "-q", "-t", "-W", "-G", "-x", "-X", "-T", "-e", "-c"})
"""Options of these that a value follows."""

_LOOKS_UP = frozenset({"nslookup", "getent", "dig"})


def dialled(program: str, words: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """The addresses that a command reaches: what to call the setting, the host with its port, and the word it stands in."""
    if program in _CLIENTS:
        host, port = _option(words, "-h", "--host"), _option(words, "-p", "--port", "-P")
        if host:
            yield f"{program} host", f"{host}:{port}" if port.isdecimal() and ":" not in host else host, host
    elif program in _DIALLERS:
        given = list(_positional(words))
        if given and ":" in given[0]:
            yield f"{program} host", given[0], given[0]
        elif len(given) > 1 and given[1].isdecimal():
            yield f"{program} host", f"{given[0]}:{given[1]}", given[0]
    elif program in _LOOKS_UP:
        yield from (("host", word, word) for word in _positional(words) if word != "hosts")


def _option(words: Sequence[str], *names: str) -> str:
    for index, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name in names:
            return value if equals else words[index + 1] if index + 1 < len(words) else ""
    return ""


def _positional(words: Sequence[str]) -> Iterator[str]:
    """The words after the program that are neither options nor their values; what follows ``--`` is another command."""
    skipped = False
    for index, word in enumerate(words):
        if word == "--":
            return
        if index and not skipped and word[:1] != "-":
            yield word
        skipped = word in _TAKES
