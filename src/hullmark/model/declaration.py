"""What manifests cannot say and people declare: owner, data class, AI Act class, purpose, objective, impact, time of a step.

A declaration is a statement, with the place where it was made. It stands in an annotation (``hullmark.dev/owner``) of an
object or a pod template, or in ``hullmark.yaml``; the keys and the words are the same in both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal, NamedTuple, TypeVar

from hullmark.model import duration
from hullmark.model.promise import flaw
from hullmark.model.terms import Impact
from hullmark.text.regex import regex
from hullmark.text.source import Place

PREFIX = "hullmark.dev/"
"""The prefix of our annotations."""


class DataClass(Enum):
    """How much harm it would do if the data a workload handles leaked, in the words people use for it."""

    PUBLIC = "public"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    FINANCIAL = "financial"
    PERSONAL = "personal"
    REGULATED = "regulated"
    HEALTH = "health"
    SPECIAL = "special"
    RESTRICTED = "restricted"
    SECRET = "secret"  # noqa: S105 - a word, not a password

    @property
    def level(self) -> int:
        """Their order: public, internal, confidential, what a law protects, what is protected most."""
        return _LEVELS[self]

    @property
    def impact(self) -> Impact:
        """What it makes of a workload."""
        return (Impact.LOW, Impact.LOW, Impact.MODERATE, Impact.HIGH, Impact.HIGH)[self.level]


_LEVELS = {
    DataClass.PUBLIC: 0, DataClass.INTERNAL: 1, DataClass.CONFIDENTIAL: 2,
    DataClass.FINANCIAL: 3, DataClass.PERSONAL: 3, DataClass.REGULATED: 3,
    DataClass.HEALTH: 4, DataClass.SPECIAL: 4, DataClass.RESTRICTED: 4, DataClass.SECRET: 4,
}  # fmt: skip
"""A judgement of this project: *special* and *health* are the special categories of Article 9 GDPR, and so above
personal data (https://eur-lex.europa.eu/eli/reg/2016/679/oj)."""


class AiActClass(Enum):
    """What an AI system or model is under Regulation (EU) 2024/1689 (https://eur-lex.europa.eu/eli/reg/2024/1689/oj)."""

    NONE = "none"
    MINIMAL = "minimal"
    TRANSPARENCY = "transparency"
    GPAI = "gpai"
    GPAI_SYSTEMIC = "gpai-systemic"
    HIGH_RISK = "high-risk"
    HIGH_RISK_ANNEX_I = "high-risk-annex-i"
    HIGH_RISK_ANNEX_III = "high-risk-annex-iii"
    PROHIBITED = "prohibited"

    @property
    def impact(self) -> Impact:
        """What it makes of a workload."""
        return _CLASSES[self][0]

    @property
    def meaning(self) -> str:
        """What the class is, in our words."""
        return _CLASSES[self][1]


_CLASSES: Mapping[AiActClass, tuple[Impact, str]] = {
    AiActClass.NONE: (Impact.LOW, "no AI system in the sense of Article 3(1)"),
    AiActClass.MINIMAL: (Impact.LOW, "an AI system that no specific duty applies to; codes of conduct are voluntary (Article 95)"),
    AiActClass.TRANSPARENCY: (Impact.MODERATE, "people must be told that they deal with AI or its output (Article 50)"),
    AiActClass.GPAI: (Impact.MODERATE, "a general-purpose AI model (Article 53)"),
    AiActClass.GPAI_SYSTEMIC: (Impact.HIGH, "a general-purpose AI model with systemic risk (Articles 51 and 55)"),
    AiActClass.HIGH_RISK: (Impact.HIGH, "a high-risk AI system (Article 6)"),
    AiActClass.HIGH_RISK_ANNEX_I: (Impact.HIGH, "high risk as a product, or its safety component, under Annex I (Article 6(1))"),
    AiActClass.HIGH_RISK_ANNEX_III: (Impact.HIGH, "high risk for a use that Annex III lists (Article 6(2))"),
    AiActClass.PROHIBITED: (Impact.HIGH, "a practice that Article 5 prohibits"),
}  # fmt: skip

_DATA_WORDS = {**{c.value: c for c in DataClass}, "pii": DataClass.PERSONAL, "phi": DataClass.HEALTH}
_AI_ACT_WORDS = {**{c.value: c for c in AiActClass}, "high": AiActClass.HIGH_RISK, "limited": AiActClass.TRANSPARENCY}
_IMPACT_WORDS = {**{i.word: i for i in Impact}, "medium": Impact.MODERATE}

Value = str | float | DataClass | AiActClass | Impact
"""The value of a statement: text for owner and purpose, percent for the objective, a `Duration` for the time of a step, a member of its
enumeration otherwise."""


class DeclarationError(ValueError):
    """A text that is no value of its key; ``hint`` says what would be."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


W = TypeVar("W")


def _one_of(what: str, words: Mapping[str, W]) -> Callable[[str], W]:
    def read(text: str) -> W:
        found = words.get(text.strip().lower())
        if found is None:
            from difflib import get_close_matches

            near = get_close_matches(text[:64].lower(), words, 1)
            hint = f"did you mean '{near[0]}'?" if near else f"choose one of {', '.join(words)}"
            raise DeclarationError(f"there is no {what} '{_short(text)}'", hint)
        return found

    return read


def _text(text: str) -> str:
    found = " ".join(text.split())
    if not found:
        raise DeclarationError("it is empty", "give it a value or remove it")
    if len(found) > _LONGEST:
        raise DeclarationError(
            f"it is longer than {_LONGEST} characters", "say it in a sentence and keep the rest elsewhere"
        )
    return found


_LONGEST = 300
_PERCENT = regex(r"[0-9]{1,3}(?:\.[0-9]{1,9})?")


def _objective(text: str) -> float:
    word = text.strip().removesuffix("%").rstrip()
    if not _PERCENT.fullmatch(word):
        raise DeclarationError(
            f"'{_short(text)}' is no percentage", "write the availability that is promised, such as 99.9"
        )
    wrong = flaw(float(word))
    if wrong is not None:
        raise DeclarationError(f"'{_short(text)}' is no objective: {wrong.why}", wrong.hint)
    return float(word)


class Duration(float):
    """A length of time in seconds."""


def _duration(text: str) -> Duration:
    found = duration.seconds(text.strip())
    if found is None:
        raise DeclarationError(f"'{_short(text)}' is no duration", duration.HINT)
    return Duration(found)


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"


KEYS: Mapping[str, Callable[[str], Value]] = {
    "owner": _text,
    "data-class": _one_of("data class", _DATA_WORDS),
    "ai-act-class": _one_of("AI Act class", _AI_ACT_WORDS),
    "purpose": _text,
    "slo": _objective,
    "impact": _one_of("impact", _IMPACT_WORDS),
    "step-time": _duration,
}
"""What can be declared, and what reads it; each raises `DeclarationError`."""

WORDS = {"data-class": _DATA_WORDS, "ai-act-class": _AI_ACT_WORDS, "impact": _IMPACT_WORDS}
"""The words of the keys that have some."""


class Statement(NamedTuple):
    """One thing that somebody declares.

    ``text`` is as written. ``exact`` says that it is about this object alone: an annotation, or an entry of
    ``hullmark.yaml`` that gives its name; what holds for many may be overridden without a contradiction.
    """

    key: str
    text: str
    value: Value
    place: Place
    origin: Literal["annotation", "configuration"]
    exact: bool = True

    @property
    def word(self) -> str:
        """The value in one spelling: ``personal`` for *PII*, ``99.9 %`` for *99.90*."""
        if isinstance(self.value, Impact):
            return self.value.word
        if isinstance(self.value, float):
            return f"{self.value:g} {'s' if isinstance(self.value, Duration) else '%'}"
        return self.value.value if isinstance(self.value, Enum) else self.value


class Flaw(NamedTuple):
    """An annotation of ours that declares nothing; ``unknown`` says that something fills it in later."""

    key: str
    place: Place
    message: str
    hint: str = ""
    unknown: bool = False


class Entry(NamedTuple):
    """An item of ``declarations`` in ``hullmark.yaml``: what it says of the objects that its patterns match.

    ``kind``, ``namespace`` and ``name`` are shell patterns, empty for any. ``place`` is where it stands.
    """

    kind: str
    namespace: str
    name: str
    statements: tuple[Statement, ...]
    place: Place


@dataclass(frozen=True, eq=False)
class Declarations:
    """All that is declared about one object.

    ``said`` holds what counts, by key; ``others`` the statements about this very object that disagree with that;
    ``flaws`` the annotations that declare nothing; ``entries`` the places of the entries of ``hullmark.yaml`` about it.
    """

    said: Mapping[str, Statement] = field(default_factory=dict)
    others: tuple[Statement, ...] = ()
    flaws: tuple[Flaw, ...] = ()
    entries: frozenset[Place] = frozenset()

    @property
    def data_class(self) -> DataClass | None:
        """The class of its data."""
        found = self.value("data-class")
        return found if isinstance(found, DataClass) else None

    @property
    def ai_act_class(self) -> AiActClass | None:
        """Its class under the AI Act."""
        found = self.value("ai-act-class")
        return found if isinstance(found, AiActClass) else None

    @property
    def impact(self) -> Impact | None:
        """The impact its owners see."""
        found = self.value("impact")
        return found if isinstance(found, Impact) else None

    @property
    def objective(self) -> float | None:
        """The availability that is promised, in percent."""
        found = self.value("slo")
        return found if isinstance(found, float) else None

    @property
    def step_time(self) -> float | None:
        """How many seconds a step of training takes."""
        found = self.value("step-time")
        return found if isinstance(found, Duration) else None

    @property
    def use(self) -> str:
        """The word that a purpose begins with, alone or before a colon (``internal: ranks tickets``); else empty."""
        word, _, _ = str(self.value("purpose") or "").partition(":")
        return word.strip().lower() if len(word.split()) == 1 else ""

    def value(self, key: str) -> Value | None:
        """What counts for a key; None where nothing is declared."""
        found = self.said.get(key)
        return None if found is None else found.value


NOTHING = Declarations()
"""What is declared where nobody says anything."""


def weighed(
    statements: Iterable[Statement], flaws: tuple[Flaw, ...] = (), entries: frozenset[Place] = frozenset()
) -> Declarations:
    """The declarations of an object from all statements about it, those that count before others first."""
    said: dict[str, Statement] = {}
    others = []
    for statement in statements:
        first = said.setdefault(statement.key, statement)
        if statement.exact and statement.value != first.value:
            others.append(statement)
    return Declarations(said, tuple(others), flaws, entries)
