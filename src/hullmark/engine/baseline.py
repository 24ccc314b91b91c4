"""Baselines: findings that are known already, so that only new ones decide the exit code.

A baseline is a JSON file of schema ``hullmark.baseline/v1``: one line a finding, sorted, so that a change of it reads
well in review. Only the fingerprints count; the rest tells people what they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from hullmark.engine.result import Settled
from hullmark.model.errors import HullmarkError
from hullmark.text.source import Place, Source, Span

SCHEMA = "hullmark.baseline/v1"
"""The format and its version, as the file names it."""

_HINT = "write it anew with --write-baseline"


def write(findings: Iterable[Settled]) -> str:
    """The text of a baseline that knows these findings."""
    rows = sorted((s.check, *s.subject, s.fingerprint) for s in findings)
    lines = (json.dumps(_entry(row), ensure_ascii=False) for row in rows)
    body = ",\n".join(f"    {line}" for line in lines)
    return f'{{\n  "schema": "{SCHEMA}",\n  "findings": [{f"{chr(10)}{body}{chr(10)}  " if body else ""}]\n}}\n'


def read(source: Source) -> frozenset[str]:
    """The fingerprints that a baseline knows.

    Raises:
        HullmarkError: it is not a baseline.
    """
    try:
        root: Any = json.loads(source.text)
    except json.JSONDecodeError as error:
        at = min(error.pos, len(source.text))
        raise HullmarkError(f"the baseline is not JSON: {error.msg}", _HINT, Place(source, Span(at, at))) from None
    except RecursionError:
        raise _wrong(source, "the baseline is nested too deeply") from None
    if not isinstance(root, dict) or root.get("schema") != SCHEMA:
        raise _wrong(source, f"the baseline is not of schema {SCHEMA}")
    entries = root.get("findings")
    if not isinstance(entries, list):
        raise _wrong(source, "the baseline has no list of findings")
    found = [e.get("fingerprint") for e in entries if isinstance(e, dict)]
    prints = frozenset(f for f in found if isinstance(f, str))
    if len(found) < len(entries) or not all(isinstance(f, str) for f in found):
        raise _wrong(source, "a finding of the baseline has no fingerprint")
    return prints


def _wrong(source: Source, message: str) -> HullmarkError:
    return HullmarkError(message, _HINT, Place(source, Span(0, 0)))


def _entry(row: tuple[str, ...]) -> dict[str, str]:
    names = ("check", "kind", "namespace", "name", "container", "podset", "fingerprint")
    return {name: value for name, value in zip(names, row, strict=True) if value}
