"""Secrets are shown so that their owner recognises them and nobody else can use them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from hullmark.engine.result import Result, Settled
from hullmark.model.credentials import tokens
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
        """The veil over everything the findings of a result call a secret, and over tokens where a text is broken.

        No check has looked at a broken text, so there the issuers' shapes have to do.
        """
        veil = cls.of((*result.findings, *result.waived))
        for problem in result.problems:
            source, line = problem.place.source, problem.place.line
            found = veil.spans.get(source, [])
            veil.spans[source] = sorted({*found, *_tokens(source, line)})
        return veil

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


def _tokens(source: Source, number: int) -> Iterator[Span]:
    """The stretches of a line that look like credentials."""
    line, offset = source.line(number), source.starts[number - 1]
    for token in {found.text for found in tokens(line)}:
        at = line.find(token)
        while at >= 0:
            yield Span(offset + at, offset + at + len(token))
            at = line.find(token, at + len(token))


BARE = Veil({})
"""For texts that hold no secret."""
