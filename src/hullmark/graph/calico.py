"""Calico's selector language, as far as it says what label selectors can say.

Grammar: https://docs.tigera.io/calico/latest/reference/resources/networkpolicy#selectors. Conjunctions of
comparisons are read; disjunctions, negations of groups and string operators make the selector unknown.
"""

from __future__ import annotations

from hullmark.model.selectors import EVERYTHING, Expression, Selector
from hullmark.text.regex import regex

_KEY = r"([\w./-]+)"
_TEXT = r"""(?:'([^']*)'|"([^"]*)")"""
_COMPARISON = regex(rf"{_KEY}\s*(==|!=)\s*{_TEXT}")
_HAS = regex(rf"(!?)\s*has\(\s*{_KEY}\s*\)")
_MEMBER = regex(rf"{_KEY}\s+(not\s+in|in)\s*\{{([^}}]*)\}}")
_LITERAL = regex(_TEXT)


def calico_selector(text: str) -> Selector:
    """Read a selector string; an empty one and ``all()`` select everything."""
    pairs: list[tuple[str, str]] = []
    expressions: list[Expression] = []
    for raw in text.split("&&"):
        term = raw.strip()
        if term in ("", "all()"):
            continue
        read = _term(term)
        if read is None:
            return Selector(unknown="its selector is not one that can be read")
        if isinstance(read, Expression):
            expressions.append(read)
        else:
            pairs.append(read)
    return Selector(tuple(pairs), tuple(expressions)) if pairs or expressions else EVERYTHING


def _term(term: str) -> Expression | tuple[str, str] | None:
    if found := _COMPARISON.fullmatch(term):
        value = found[3] if found[3] is not None else found[4]
        return (found[1], value) if found[2] == "==" else Expression(found[1], "NotIn", (value,))
    if found := _HAS.fullmatch(term):
        return Expression(found[2], "DoesNotExist" if found[1] else "Exists", ())
    if found := _MEMBER.fullmatch(term):
        values = tuple(a or b for a, b in _LITERAL.findall(found[3]))
        return Expression(found[1], "In" if found[2] == "in" else "NotIn", values)
    return None
