"""What the policies with a say about one direction make of a connection.

They are asked in tiers: rules of administrators, then namespaced policies (Kubernetes' and Cilium's together), then the
baseline. Each decides or passes on; what no tier settles is open.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from hullmark.graph.network.policies import Held
from hullmark.graph.network.rules import Rule, Truth, both
from hullmark.model.resource import Resource

Matches = Callable[[Rule, Resource], Truth]
"""Whether a rule of a policy matches the connection that is asked about."""


class Answer(NamedTuple):
    """Whether one direction lets a connection through, the policies that decide, and what is not known."""

    allowed: Truth
    policies: tuple[Resource, ...] = ()
    unknown: str = ""


OPEN = Answer(allowed=True)
"""What holds where no policy has a say."""


def settle(held: Sequence[Held], matches: Matches) -> Answer:
    """The answer of one direction."""
    if not held:
        return OPEN
    for one in held:
        if one.policy.tier != "namespace":
            break
    else:
        return _additive(held, matches, OPEN)
    below = _in_order([h for h in held if h.policy.tier == "baseline"], matches, OPEN, OPEN)
    middle = _additive([h for h in held if h.policy.tier == "namespace"], matches, below)
    return _in_order([h for h in held if h.policy.tier == "admin"], matches, middle, middle._replace())


def _in_order(held: list[Held], matches: Matches, rest: Answer, passed: Answer) -> Answer:
    """Policies in which the first rule that matches decides; ``passed`` is what a rule to pass leads to."""
    for priority in sorted({h.policy.priority for h in held}, reverse=True):
        answers = [_first(h, matches, rest, passed) for h in held if h.policy.priority == priority]
        decided = [a for a in answers if a is not rest]
        if not decided:
            continue
        allowed = {a.allowed for a in decided}
        if len(allowed) == 1 and None not in allowed:
            rest = decided[0]
        else:
            reason = next((a.unknown for a in decided if a.unknown), "policies of one priority contradict each other")
            rest = Answer(None, tuple(dict.fromkeys(p for a in decided for p in a.policies)), reason)
    return rest


def _first(held: Held, matches: Matches, rest: Answer, passed: Answer) -> Answer:
    """What the rules of one policy make of a connection, read from the last to the first."""
    answer = rest
    for rule in reversed(held.side.rules):
        found = both(None if held.policy.unknown else held.certain, matches(rule, held.policy.resource))
        if found is False:
            continue
        taken = passed if rule.action == "pass" else Answer(rule.action == "allow", (held.policy.resource,))
        if found:
            answer = taken
        elif answer.allowed != taken.allowed:
            answer = Answer(None, (held.policy.resource,), _why(held))
    return answer


def _additive(held: Sequence[Held], matches: Matches, rest: Answer) -> Answer:
    """Policies that close what they select and open it again by any rule of any of them; denials come first."""
    if not held:
        return rest
    open_ = [h for h in held if not h.policy.unknown]
    denied = _denied(open_, matches)
    if denied is not None and denied.allowed is False:
        return denied
    answer = _allowed(open_, matches, rest)
    for dark in (h for h in held if h.policy.unknown) if len(open_) < len(held) else ():
        answer = Answer(None, (*answer.policies, dark.policy.resource), dark.policy.unknown)
    if denied is not None and answer.allowed is not False:
        return denied
    return answer


def _denied(held: list[Held], matches: Matches) -> Answer | None:
    """The answer of the rules that deny; None if none of them may match."""
    unsure: Answer | None = None
    for one in held:
        for rule in one.side.rules:
            if rule.action == "deny":
                found = both(one.certain, matches(rule, one.policy.resource))
                if found:
                    return Answer(allowed=False, policies=(one.policy.resource,))
                if found is None:
                    unsure = Answer(None, (one.policy.resource,), _why(one))
    return unsure


def _allowed(held: list[Held], matches: Matches, rest: Answer) -> Answer:
    """What the rules that allow make of it, and what closes it if none does."""
    opened = [(h, _opens(h, matches)) for h in held]
    sure = [h for h, opens in opened if h.certain and opens]
    if sure:
        return Answer(allowed=True, policies=_named(sure))
    closing = [h for h in held if h.side.closes]
    if not closing:
        return rest
    policies = _named(closing)
    if any(h.certain for h in closing):
        maybe = next((h for h, opens in opened if opens is not False), None)
        return Answer(allowed=False, policies=policies) if maybe is None else Answer(None, policies, _why(maybe))
    answers = {rest.allowed, *(opens for h, opens in opened if h.side.closes)}
    if len(answers) == 1 and None not in answers:
        return rest
    return Answer(None, policies, _why(closing[0]))


def _opens(held: Held, matches: Matches) -> Truth:
    """Whether a rule of a policy allows it; loops, for this is asked of every pair of pod sets."""
    unknown = False
    for rule in held.side.rules:
        if rule.action == "allow":
            found = matches(rule, held.policy.resource)
            if found:
                return True
            unknown = unknown or found is None
    return None if unknown else False


def _named(held: list[Held]) -> tuple[Resource, ...]:
    return tuple(dict.fromkeys(h.policy.resource for h in held))


def _why(held: Held) -> str:
    ref = held.policy.resource.ref
    if held.policy.unknown:
        return f"{ref.kind} '{ref.name}' cannot be read: {held.policy.unknown}"
    if not held.certain:
        return f"whether {ref.kind} '{ref.name}' selects these pods is not known"
    return f"whom a rule of {ref.kind} '{ref.name}' means cannot be told from the files"
