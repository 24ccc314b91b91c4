"""Secrets are shown so that their owner recognises them and nobody else can use them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from typing import NamedTuple

from hullmark.engine.result import Result, Settled
from hullmark.model.finding import Finding
from hullmark.text.source import Source, Span

_SHORT = 12
"""Of shorter secrets not even the beginning is shown: too few characters would be left to guess."""


def mask(secret: str) -> str:
    """The first three characters of a secret and an ellipsis; quotes around it stay."""
    quote = secret[:1] if secret[:1] in ("'", '"') else ""
    inner = secret[len(quote) :].removesuffix(quote)
    return f"{quote}{inner[:3] if len(inner) >= _SHORT else ''}…{quote}"


def redact(text: str, finding: Finding) -> str:
    """A text about a finding (its message, a label) without the secret the finding points at."""
    if not finding.secret:
        return text
    start, end = finding.at.span
    secret = finding.at.source.text[start:end].strip("\"'|>- \r\n")
    return text.replace(secret, mask(secret)) if len(secret) > 3 else text


class Veil(NamedTuple):
    """All stretches of a scan's texts that hold secrets, so that no excerpt shows them, whatever it is about."""

    spans: dict[Source, list[Span]]

    @classmethod
    def over(cls, result: Result) -> Veil:
        """The veil over everything the findings of a result call a secret."""
        return cls.of((*result.findings, *result.waived))

    @classmethod
    def of(cls, findings: Iterable[Settled]) -> Veil:
        """The veil over the secrets of these findings."""
        spans: dict[Source, set[Span]] = {}
        for settled in findings:
            if settled.finding.secret:
                spans.setdefault(settled.finding.at.source, set()).add(settled.finding.at.span)
        return cls({source: sorted(found) for source, found in spans.items()})

    def inside(self, source: Source, start: int, end: int) -> list[Span]:
        """The secret stretches between two offsets, cut to them, in order and without overlap."""
        spans, found, at = self.spans.get(source, []), [], start
        first = bisect_left(spans, Span(start, start))
        for span in (*spans[max(0, first - 1) : first], *spans[first : bisect_left(spans, Span(end, end))]):
            left, right = max(span.start, at), min(span.end, end)
            if left < right:
                found.append(Span(left, right))
                at = right
        return found


BARE = Veil({})
"""For texts that hold no secret."""
