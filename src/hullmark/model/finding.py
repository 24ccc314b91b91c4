"""What is said about a subject: findings, fixes and verdicts."""

from __future__ import annotations

from typing import NamedTuple

from hullmark.model.terms import Confidence, Outcome, Safety, Severity
from hullmark.text.edit import Edit, Edits
from hullmark.text.source import Place


class Fix(NamedTuple):
    """A change of the user's text that removes a finding; ``title`` is in the imperative.

    ``opens`` names checks that it may leave undecided about the same subject: it refers to what somebody makes first.
    """

    title: str
    edits: tuple[Edit, ...]
    safety: Safety = Safety.UNSAFE
    opens: tuple[str, ...] = ()

    @classmethod
    def of(cls, title: str, edits: Edits, safety: Safety = Safety.UNSAFE) -> Fix | None:
        """A fix from what an edit builder gave: None where the place cannot be edited or nothing would change."""
        return cls(title, edits, safety) if edits else None


class Finding(NamedTuple):
    """One check failing on one subject, at one place, as the check itself puts it.

    ``message`` states a fact about this subject: lower case, no full stop, names in quotes.
    ``label`` stands beside the caret and says what the marked text does. ``severity`` and
    ``confidence`` are given only where they differ from the check's own. ``advice`` is one line for
    where there is no fix. ``secret`` says that the text at ``at`` is a secret: no report prints it in full.
    """

    message: str
    at: Place
    fix: Fix | None = None
    label: str = ""
    related: tuple[tuple[Place, str], ...] = ()
    severity: Severity | None = None
    confidence: Confidence | None = None
    advice: str = ""
    secret: bool = False


class Subject(NamedTuple):
    """What a verdict is about: an object, and within it a pod set and a container where that is meant."""

    kind: str
    namespace: str
    name: str
    container: str = ""
    podset: str = ""


class Verdict(NamedTuple):
    """The outcome of one check on one subject, which stands at ``at``; ``reason`` explains *unknown* and *error*."""

    check: str
    subject: Subject
    at: Place
    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    reason: str = ""


class NotChecked(NamedTuple):
    """Something that was seen but not checked: a file, a document or an object, why, and what to do about it.

    ``line`` is 1-based. Reasons are the same text for the same cause, so that reports can group them.
    """

    file: str
    line: int
    reason: str
    hint: str = ""
