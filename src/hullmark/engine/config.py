"""Reads ``hullmark.yaml``: what a team wants of its scans, declared once.

``hullmark.schema.json`` beside this file describes the same for editors; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hullmark.engine.declarations import declarations
from hullmark.engine.profiles import DEFAULT, PROFILES, THRESHOLDS
from hullmark.model.check import Check
from hullmark.model.declaration import Entry
from hullmark.model.errors import HullmarkError, nearest
from hullmark.model.form import Form, document
from hullmark.model.terms import Severity
from hullmark.model.waiver import Waiver
from hullmark.text.regex import regex
from hullmark.text.source import Place, Source

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
    root = document(source, "the configuration", may_be_empty=True)
    root.only(*_KEYS)
    checks = root.form("checks")
    if checks is not None:
        checks.only("disable", "severity")
    return Settings(
        profile=root.choice("profile", PROFILES) or DEFAULT,
        fail_on=root.choice("fail-on", THRESHOLDS),
        gate_samples=root.flag("gate-samples"),
        fail_on_unchecked=root.flag("fail-on-unchecked"),
        exclude=root.texts("exclude"),
        disabled=frozenset(known[name] for name in _checks(checks, "disable", known)),
        severities=_severities(checks, known),
        waivers=tuple(waiver(form, known, (*_SELECTORS, "paths")) for form in root.forms("waivers", "waiver")),
        declarations=declarations(root),
    )


def waiver(form: Form, known: Mapping[str, str], selectors: Collection[str]) -> Waiver:
    """One waiver; ``selectors`` are the keys it may have beside check, reason, owner and expires.

    Raises:
        HullmarkError: it is not one.
    """
    form.only(*_DECISION, *selectors)
    check, reason, owner, expires = (form.needed(key) for key in _DECISION)
    return Waiver(
        check=_check(check, form.at("check"), known),
        reason=reason.strip(),
        owner=owner.strip(),
        expires=date(expires, form.at("expires")),
        place=form.at("check"),
        **{key: form.text(key) for key in _SELECTORS},
        paths=form.texts("paths"),
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
    raise HullmarkError(f"'{written}' is not a date", "write it as year-month-day, such as 2027-03-31", place)


def _check(name: str, place: Place, known: Mapping[str, str]) -> str:
    if name not in known:
        hint = nearest(name, known) or "`hullmark checks` lists them all"
        raise HullmarkError(f"there is no check '{name}'", hint, place)
    return known[name]


def _checks(form: Form | None, key: str, known: Mapping[str, str]) -> tuple[str, ...]:
    if form is None:
        return ()
    names = form.texts(key)
    for index, name in enumerate(names):
        _check(name, form.at(key, index), known)
    return names


def _severities(checks: Form | None, known: Mapping[str, str]) -> dict[str, Severity]:
    form = None if checks is None else checks.form("severity")
    if form is None:
        return {}
    words = {severity.word: severity for severity in Severity}
    found = {}
    for name in form.node.value:
        check = _check(name, form.node.key(name), known)
        if word := form.choice(name, words):
            found[check] = words[word]
    return found
