"""Reads ``hullmark.yaml``: what a team wants of its scans, declared once.

``hullmark.schema.json`` beside this file describes the same for editors; a test holds the two together. Null equals
absent everywhere, as in Kubernetes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hullmark.engine.declarations import declarations
from hullmark.engine.fields import choice, entries, flag, mapping, nearest, only, text, texts, wrong
from hullmark.engine.profiles import DEFAULT, PROFILES, THRESHOLDS
from hullmark.model.check import Check
from hullmark.model.declaration import Entry
from hullmark.model.terms import Severity
from hullmark.model.waiver import Waiver
from hullmark.text.regex import regex
from hullmark.text.source import Place, Problem, Source
from hullmark.text.tree import Node
from hullmark.text.yaml import read as read_yaml

FILE = "hullmark.yaml"
"""The name of the file."""

_DATE = regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_KEYS = ("profile", "fail-on", "fail-on-unchecked", "gate-samples", "exclude", "checks", "waivers", "declarations")
_SELECTORS = ("kind", "namespace", "name", "container")
_DECISION = ("check", "reason", "owner", "expires")


@dataclass(frozen=True)
class Settings:
    """What ``hullmark.yaml`` says.

    ``fail_on`` is a severity or *never*, empty where the profile decides; ``exclude`` are file patterns in the syntax
    of ``.hullmarkignore``; ``disabled`` are the ids of checks that are not run; ``severities`` replace those of the
    checks; ``gate_samples`` lets samples and tests decide the exit code like anything else; ``fail_on_unchecked`` lets what
    could not be checked do so; ``declarations`` say of workloads and data stores what manifests cannot.
    """

    profile: str = DEFAULT
    fail_on: str = ""
    gate_samples: bool = False
    fail_on_unchecked: bool = False
    exclude: tuple[str, ...] = ()
    disabled: frozenset[str] = frozenset()
    severities: Mapping[str, Severity] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()
    declarations: tuple[Entry, ...] = ()


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
    only(root, _KEYS)
    checks = mapping(root, "checks", ("disable", "severity"))
    return Settings(
        profile=choice(root, "profile", PROFILES) or DEFAULT,
        fail_on=choice(root, "fail-on", THRESHOLDS),
        gate_samples=flag(root, "gate-samples"),
        fail_on_unchecked=flag(root, "fail-on-unchecked"),
        exclude=texts(root, "exclude"),
        disabled=frozenset(known[name] for name in _checks(checks, "disable", known)),
        severities=_severities(checks, known),
        waivers=tuple(
            waiver(item, known, (*_SELECTORS, "paths")) for item in entries(root, "waivers", "a list of waivers")
        ),
        declarations=declarations(root),
    )


def waiver(node: Node, known: Mapping[str, str], selectors: Collection[str]) -> Waiver:
    """One waiver; ``selectors`` are the keys it may have beside check, reason, owner and expires.

    Raises:
        HullmarkError: it is not one.
    """
    if not isinstance(node.value, dict):
        raise wrong(node.at(), "a waiver is a mapping", "give check, reason, owner and expires")
    only(node, (*_DECISION, *selectors))
    check, reason, owner, expires = (_required(node, key) for key in _DECISION)
    return Waiver(
        check=_check(check, node.at("check"), known),
        reason=reason.strip(),
        owner=owner.strip(),
        expires=date(expires, node.at("expires")),
        place=node.at("check"),
        **{key: text(node, key) for key in _SELECTORS},
        paths=texts(node, "paths"),
    )


def date(written: str, place: Place) -> str:
    """A date as written, if it is one of the calendar.

    Raises:
        HullmarkError: it is not.
    """
    import datetime

    try:
        if _DATE.fullmatch(written):
            return datetime.date.fromisoformat(written).isoformat()
    except ValueError:
        pass
    raise wrong(place, f"'{written}' is not a date", "write it as year-month-day, such as 2027-03-31")


def _root(source: Source) -> Node | None:
    documents = []
    for found in read_yaml(source):
        if isinstance(found, Problem):
            raise wrong(found.place, found.message, found.hint)
        documents.append(found.node)
    if not documents:
        return None
    if len(documents) > 1:
        raise wrong(documents[1].at(), "more than one document", "put everything in the first document")
    if not isinstance(documents[0].value, dict):
        raise wrong(documents[0].at(), "the configuration is a mapping", f"such as 'profile: {DEFAULT}'")
    return documents[0]


def _required(node: Node, key: str) -> str:
    found = text(node, key)
    if not found:
        raise wrong(node.at(key), f"the waiver has no '{key}'", f"every waiver has {', '.join(_DECISION)}")
    return found


def _check(name: str, place: Place, known: Mapping[str, str]) -> str:
    if name not in known:
        hint = nearest(name, known) or "`hullmark checks` lists them all"
        raise wrong(place, f"there is no check '{name}'", hint)
    return known[name]


def _checks(node: Node | None, key: str, known: Mapping[str, str]) -> tuple[str, ...]:
    if node is None:
        return ()
    names = texts(node, key)
    for index, name in enumerate(names):
        _check(name, node.at(key, index), known)
    return names


def _severities(checks: Node | None, known: Mapping[str, str]) -> dict[str, Severity]:
    node = None if checks is None else mapping(checks, "severity")
    if node is None:
        return {}
    words = {severity.word: severity for severity in Severity}
    found = {}
    for name in node.value:
        check = _check(name, node.key(name), known)
        if word := choice(node, name, words):
            found[check] = words[word]
    return found
