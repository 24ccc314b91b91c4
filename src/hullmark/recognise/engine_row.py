"""The shape of a row in the tables of engines."""

from __future__ import annotations

from typing import NamedTuple

from hullmark.model.terms import Role


class Engine(NamedTuple):
    """How to tell one engine.

    ``images`` are regular expressions for the end of an image's name, from a ``/`` on (``vllm-openai`` fits
    ``docker.io/vllm/vllm-openai``). ``commands`` are programs or Python modules, where it takes one with their
    first argument. ``environment`` are beginnings of the names of variables that only the engine itself reads.
    ``labels`` are values of the labels that name engines. ``health`` are beginnings of paths of probes. ``role`` is
    what a service of it is for; None if that depends. ``second`` is for engines that are used for much else: a
    pattern of names, labels or images that shows that this one serves AI.
    """

    id: str
    role: Role | None
    images: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    health: tuple[str, ...] = ()
    ports: frozenset[int] = frozenset()
    second: str = ""


def row(identifier: str, role: Role | None, **signs: str) -> Engine:
    """An engine as the tables write it: words separated by blanks, commands by commas."""
    words = {key: tuple(text.split()) for key, text in signs.items()}
    return Engine(
        identifier,
        role,
        words.get("images", ()),
        tuple(command.strip() for command in signs.get("commands", "").split(",") if command.strip()),
        words.get("environment", ()),
        words.get("labels", ()),
        words.get("health", ()),
        frozenset(int(port) for port in words.get("ports", ())),
        signs.get("second", ""),
    )
