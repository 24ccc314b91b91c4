"""Selectors as the Kubernetes APIs define them: label selectors and the plain maps of Services."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from hullmark.model.truth import is_placeholder, string
from hullmark.text.tree import Value, dig, items


class Expression(NamedTuple):
    """One of ``matchExpressions``."""

    key: str
    operator: str
    values: tuple[str, ...]

    def holds(self, labels: Mapping[str, str]) -> bool:
        """Whether labels satisfy it: NotIn also holds where the key is absent."""
        value = labels.get(self.key)
        if self.operator == "In":
            return value in self.values
        if self.operator == "NotIn":
            return value not in self.values
        return (value is not None) == (self.operator == "Exists")


class Selector(NamedTuple):
    """What labels are asked for; nothing asked for selects everything.

    ``unknown`` says why the selector cannot be read in full; it then selects nothing for certain.
    Semantics: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors.
    """

    pairs: tuple[tuple[str, str], ...] = ()
    expressions: tuple[Expression, ...] = ()
    unknown: str = ""

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether these labels are selected."""
        if self.unknown:
            return False
        for key, value in self.pairs:  # a loop, for this is asked of every pair of policy and pods
            if labels.get(key) != value:
                return False
        return not self.expressions or all(e.holds(labels) for e in self.expressions)

    @property
    def keys(self) -> tuple[str, ...]:
        """The label keys that must be there."""
        return (*(k for k, _ in self.pairs), *(e.key for e in self.expressions if e.operator in ("In", "Exists")))

    @property
    def keys_all(self) -> tuple[str, ...]:
        """All label keys it mentions, also those that must not be there; one entry a demand."""
        return (*(k for k, _ in self.pairs), *(e.key for e in self.expressions))

    @property
    def placeholder(self) -> str:
        """The first value that something else fills in, or empty."""
        return next((v for _, v in self.pairs if is_placeholder(v)), "")


EVERYTHING = Selector()
"""The selector that asks for nothing."""

_OPERATORS = frozenset({"In", "NotIn", "Exists", "DoesNotExist"})


def map_selector(value: Value) -> Selector | None:
    """A plain map of labels, as Services have it; None when null, absent or empty (there is nothing to select by)."""
    if value is None or value == {}:
        return None
    if not isinstance(value, dict):
        return Selector(unknown="its selector is not a mapping")
    return _with_pairs(value, ())


def label_selector(value: Value) -> Selector | None:
    """A ``LabelSelector``; None when null or absent, `EVERYTHING` when empty. What that means is each API's own rule."""
    if value is None:
        return None
    if not isinstance(value, dict):
        return Selector(unknown="its selector is not a mapping")
    labels = value.get("matchLabels")
    if labels is not None and not isinstance(labels, dict):
        return Selector(unknown="its 'matchLabels' is not a mapping")
    expressions = tuple(
        Expression(string(e, "key"), string(e, "operator"), tuple(v for v in items(e, "values") if isinstance(v, str)))
        for e in items(value, "matchExpressions")
    )
    if any(not e.key or e.operator not in _OPERATORS for e in expressions) or _odd(value.get("matchExpressions")):
        return Selector(unknown="its 'matchExpressions' cannot be read")
    return _with_pairs(labels or {}, expressions)


def _odd(value: Value) -> bool:
    return value is not None and not isinstance(value, list)


def _with_pairs(labels: Value, expressions: tuple[Expression, ...]) -> Selector:
    wanted = {k: v for k, v in labels.items() if v is not None}
    if any(not isinstance(v, str) for v in wanted.values()):
        return Selector(unknown="a label value in its selector is not a string")
    return Selector(tuple(wanted.items()), expressions)


def any_of(value: Value, *keys: str) -> bool:
    """Whether a mapping has a non-null value under one of these keys."""
    return any(dig(value, key) is not None for key in keys)
