"""Reads ``hullmark.yaml``: what a team wants of its scans, declared once.

``hullmark.schema.json`` beside this file describes the same for editors; a test holds the two together. Null equals
absent everywhere, as in Kubernetes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hullmark.engine.profiles import DEFAULT, PROFILES, THRESHOLDS
from hullmark.model.check import Check
from hullmark.model.errors import HullmarkError
from hullmark.model.terms import Severity
from hullmark.model.waiver import Waiver
from hullmark.text.source import Place, Problem, Source
from hullmark.text.tree import Node
from hullmark.text.yaml import read as read_yaml

FILE = "hullmark.yaml"
"""The name of the file."""

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SELECTORS = ("kind", "namespace", "name", "container")
_DECISION = ("check", "reason", "owner", "expires")


@dataclass(frozen=True)
class Settings:
    """What ``hullmark.yaml`` says.

    ``fail_on`` is a severity or *never*, empty where the profile decides; ``exclude`` are file patterns in the syntax
    of ``.hullmarkignore``; ``disabled`` are the ids of checks that are not run; ``severities`` replace those of the
    checks; ``gate_samples`` lets samples and tests decide the exit code like anything else; ``fail_on_unchecked`` lets what
    could not be checked do so.
    """

    profile: str = DEFAULT
    fail_on: str = ""
    gate_samples: bool = False
    fail_on_unchecked: bool = False
    exclude: tuple[str, ...] = ()
    disabled: frozenset[str] = frozenset()
    severities: Mapping[str, Severity] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()


def identifiers(checks: Iterable[Check[Any]]) -> dict[str, str]:
    """The id of each check by every name it goes by: its id and its aliases."""
    return {name: check.id for check in checks for name in (*check.aliases, check.id)}


def enabled(checks: Iterable[Check[Any]], settings: Settings) -> tuple[Check[Any], ...]:
    """The checks that are to be run."""
    return tuple(c for c in checks if c.id not in settings.disabled)


def settings(source: Source, known: Mapping[str, str]) -> Settings:
    """What a configuration file says; ``known`` are the names of checks (see `identifiers`).

    Raises:
        HullmarkError: something in it is wrong; the error says where and what would be right.
    """
    root = _root(source)
    if root is None:
        return Settings()
    only(root, ("profile", "fail-on", "fail-on-unchecked", "gate-samples", "exclude", "checks", "waivers"))
    checks = _mapping(root, "checks", ("disable", "severity"))
    return Settings(
        profile=_choice(root, "profile", PROFILES) or DEFAULT,
        fail_on=_choice(root, "fail-on", THRESHOLDS),
        gate_samples=_flag(root, "gate-samples"),
        fail_on_unchecked=_flag(root, "fail-on-unchecked"),
        exclude=_texts(root, "exclude"),
        disabled=frozenset(known[name] for name in _checks(checks, "disable", known)),
        severities=_severities(checks, known),
        waivers=tuple(
            waiver(item, known, (*_SELECTORS, "paths")) for item in entries(root, "waivers", "a list of waivers")
        ),
    )


def waiver(node: Node, known: Mapping[str, str], selectors: Collection[str]) -> Waiver:
    """One waiver; ``selectors`` are the keys it may have beside check, reason, owner and expires.

    Raises:
        HullmarkError: it is not one.
    """
    if not isinstance(node.value, dict):
        raise _wrong(node.at(), "a waiver is a mapping", "give check, reason, owner and expires")
    only(node, (*_DECISION, *selectors))
    check, reason, owner, expires = (_required(node, key) for key in _DECISION)
    return Waiver(
        check=_check(check, node.at("check"), known),
        reason=reason.strip(),
        owner=owner.strip(),
        expires=date(expires, node.at("expires")),
        place=node.at("check"),
        **{key: _text(node, key) for key in _SELECTORS},
        paths=_texts(node, "paths"),
    )


def date(text: str, place: Place) -> str:
    """A date as written, if it is one of the calendar.

    Raises:
        HullmarkError: it is not.
    """
    import datetime

    try:
        if _DATE.fullmatch(text):
            return datetime.date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    raise _wrong(place, f"'{text}' is not a date", "write it as year-month-day, such as 2027-03-31")


def nearest(word: str, words: Iterable[str]) -> str:
    """A hint that names the most similar of these words; empty when none is similar."""
    from difflib import get_close_matches

    found = get_close_matches(word, sorted(words), 1)
    return f"did you mean '{found[0]}'?" if found else ""


def only(node: Node, keys: Collection[str]) -> None:
    """Refuse a mapping with other keys than these.

    Raises:
        HullmarkError: it has one, and even a null one is a misunderstanding.
    """
    for key in node.value:
        if key not in keys:
            hint = nearest(key, keys) or f"known are {', '.join(keys)}"
            raise _wrong(node.key(key), f"unknown key '{key}'", hint)


def _root(source: Source) -> Node | None:
    documents = []
    for found in read_yaml(source):
        if isinstance(found, Problem):
            raise _wrong(found.place, found.message, found.hint)
        documents.append(found.node)
    if not documents:
        return None
    if len(documents) > 1:
        raise _wrong(documents[1].at(), "more than one document", "put everything in the first document")
    if not isinstance(documents[0].value, dict):
        raise _wrong(documents[0].at(), "the configuration is a mapping", f"such as 'profile: {DEFAULT}'")
    return documents[0]


def _wrong(place: Place, message: str, hint: str) -> HullmarkError:
    return HullmarkError(message, hint, place)


def _mapping(node: Node, key: str, keys: Collection[str] = ()) -> Node | None:
    """The mapping below a key, if there is one; ``keys`` are those it may have, if they are fixed."""
    found = node.child(key)
    if found is None:
        return None
    if not isinstance(found.value, dict):
        raise _wrong(found.at(), f"'{key}' is a mapping", f"indent its keys below it: {', '.join(keys)}".rstrip(": "))
    if keys:
        only(found, keys)
    return found


def entries(node: Node, key: str, what: str) -> tuple[Node, ...]:
    """The items of the list below a key; a null item is refused like any other that is not what is wanted.

    Raises:
        HullmarkError: there is something else.
    """
    found = node.child(key)
    if found is None:
        return ()
    if not isinstance(found.value, list):
        raise _wrong(found.at(), f"'{key}' is {what}", "start each item with '- '")
    items = [found.child(index) for index in range(len(found.value))]
    if None in items:
        raise _wrong(found.at(items.index(None)), f"an item of '{key}' is empty", "give it a value or remove it")
    return tuple(item for item in items if item is not None)


def _texts(node: Node | None, key: str) -> tuple[str, ...]:
    items = () if node is None else entries(node, key, "a list of strings")
    return tuple(_string(item, f"an item of '{key}'") for item in items)


def _text(node: Node, key: str) -> str:
    """The string below a key; empty when absent."""
    found = node.child(key)
    return "" if found is None else _string(found, f"'{key}'")


def _string(node: Node, what: str) -> str:
    if not isinstance(node.value, str):
        raise _wrong(node.at(), f"{what} is not a string", "put it in quotes")
    if not node.value.strip():
        raise _wrong(node.at(), f"{what} is empty", "give it a value or remove it")
    return str(node.value)


def _required(node: Node, key: str) -> str:
    found = _text(node, key)
    if not found:
        raise _wrong(node.at(key), f"the waiver has no '{key}'", f"every waiver has {', '.join(_DECISION)}")
    return found


def _choice(node: Node, key: str, words: Iterable[str]) -> str:
    found = _text(node, key)
    if found and found not in words:
        hint = nearest(found, words) or f"choose one of {', '.join(words)}"
        raise _wrong(node.at(key), f"'{key}' has no value '{found}'", hint)
    return found


def _flag(node: Node, key: str) -> bool:
    found = node.get(key)
    if found is not None and not isinstance(found, bool):
        raise _wrong(node.at(key), f"'{key}' is neither true nor false", "write true or false, without quotes")
    return found is True


def _check(name: str, place: Place, known: Mapping[str, str]) -> str:
    if name not in known:
        hint = nearest(name, known) or "`hullmark checks` lists them all"
        raise _wrong(place, f"there is no check '{name}'", hint)
    return known[name]


def _checks(node: Node | None, key: str, known: Mapping[str, str]) -> tuple[str, ...]:
    if node is None:
        return ()
    names = _texts(node, key)
    for index, name in enumerate(names):
        _check(name, node.at(key, index), known)
    return names


def _severities(checks: Node | None, known: Mapping[str, str]) -> dict[str, Severity]:
    node = None if checks is None else _mapping(checks, "severity")
    if node is None:
        return {}
    words = {severity.word: severity for severity in Severity}
    found = {}
    for name in node.value:
        check = _check(name, node.key(name), known)
        if word := _choice(node, name, words):
            found[check] = words[word]
    return found
