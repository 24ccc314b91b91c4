# ruff: noqa: ARG001 - checks take the architecture, needed or not

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from scanning import DEPLOYMENT, Found, escalating_toy, privileged_toy, result, toy, writable_toy

from hullmark.checks.registry import checks as registered
from hullmark.engine.fix import ROUNDS, Repair, plan, repair
from hullmark.engine.result import Result, Settled
from hullmark.model.architecture import Architecture
from hullmark.model.check import Check, check
from hullmark.model.container import Container
from hullmark.model.finding import Finding, Fix
from hullmark.model.terms import Safety, Severity
from hullmark.model.truth import Undecided
from hullmark.text.edit import Edit, put
from hullmark.text.source import Source, Span

FILE = "deploy/app.yaml"


def everything(settled: Settled) -> bool:
    return True


def rescanning(checks: Sequence[Check[Any]], log: list[int] | None = None) -> Callable[[Mapping[str, str]], Result]:
    def rescan(texts: Mapping[str, str]) -> Result:
        if log is not None:
            log.append(len(texts))
        return result(texts, checks)

    return rescan


def mended(text: str, checks: Sequence[Check[Any]], safety: Safety = Safety.SAFE) -> Repair:
    return repair({FILE: text}, rescanning(checks), everything, safety)


def fixing(message: str, edits: Callable[[Container], tuple[Edit, ...]], **kwargs: Any) -> Check[Any]:
    """A check that finds every container without ``done`` and offers these edits."""

    def fixing_toy(container: Container, arch: Architecture) -> Found:
        if container.node.get("done") is None:
            yield Finding(message, container.at(), Fix("mend", edits(container), Safety.SAFE))

    return check(Container, severity=Severity.LOW, **kwargs)(toy(fixing_toy))


def test_a_fix_changes_its_span_and_nothing_else() -> None:
    text = DEPLOYMENT.replace("\n", "\r\n").replace("chat:1", "ché:1")
    log: list[int] = []

    found = repair({FILE: text}, rescanning([privileged_toy], log), everything)

    assert found.texts == {FILE: text.replace("privileged: true", "privileged: false")}
    assert len(found.applied) == 2
    assert found.declined == ()
    assert len(log) == 2, "one scan before, one to prove it"


def test_fixes_that_touch_each_other_follow_in_rounds() -> None:
    text = DEPLOYMENT.replace("          securityContext:\n            privileged: true\n", "")

    found = mended(text, [privileged_toy, escalating_toy, writable_toy], Safety.UNSAFE)

    assert result(found.texts, [privileged_toy, escalating_toy, writable_toy]).findings == ()
    assert len(found.applied) == 5
    assert found.declined == ()
    assert "privileged: false  # for the old driver" in found.texts[FILE]
    assert result(found.texts).problems == ()


def test_files_without_a_change_are_left_out() -> None:
    other = DEPLOYMENT.replace("privileged: true", "privileged: false")

    found = repair({FILE: DEPLOYMENT, "other.yaml": other}, rescanning([privileged_toy]), everything)

    assert set(found.texts) == {FILE}


def test_only_what_is_wanted_is_mended() -> None:
    def wanted(settled: Settled) -> bool:
        return settled.subject.container == "proxy"

    found = repair({FILE: DEPLOYMENT}, rescanning([privileged_toy, escalating_toy]), wanted)

    assert {s.subject.container for s in found.applied} == {"proxy"}
    assert found.texts[FILE].startswith(DEPLOYMENT.partition("        - name: proxy")[0])


def test_a_fix_that_needs_a_look_is_declined_unless_asked_for() -> None:
    found = mended(DEPLOYMENT, [writable_toy])

    assert found.texts == {}
    assert [d.reason for d in found.declined] == ["not safe without a human look"] * 2
    assert len(mended(DEPLOYMENT, [writable_toy], Safety.UNSAFE).applied) == 2


def test_a_waived_finding_is_not_mended() -> None:
    waived = DEPLOYMENT.replace(
        "  namespace: prod\n",
        '  namespace: prod\n  annotations: {hullmark.dev/waive.privileged: "ok; owner=me; expires=2027-01-31"}\n',
    )

    assert mended(waived, [privileged_toy]) == ({}, (), ())


def test_a_fix_that_does_not_help_is_undone() -> None:
    useless = fixing("useless", lambda c: put(c.node, ("image",), "registry.example/other:1") or ())

    found = mended(DEPLOYMENT, [useless, privileged_toy])

    assert found.texts[FILE] == DEPLOYMENT.replace("privileged: true", "privileged: false")
    assert [d.reason for d in found.declined] == [
        "the finding would still be there (fixing-toy on Deployment 'chat' container 'server')",
        "the finding would still be there (fixing-toy on Deployment 'chat' container 'proxy')",
    ]


def test_a_fix_that_brings_a_new_finding_is_undone() -> None:
    def careless(container: Container) -> tuple[Edit, ...]:
        done = put(container.node, ("done",), True) or ()
        return (*done, *(put(container.node, ("securityContext", "privileged"), True) or ()))

    safe = DEPLOYMENT.replace("privileged: true", "privileged: false")

    found = mended(safe, [fixing("careless", careless), privileged_toy])

    assert found.texts == {}
    assert {d.reason.partition(" (")[0] for d in found.declined} == {"it would bring a new finding"}


def test_a_fix_that_makes_the_outcome_unknown_is_undone() -> None:
    @check(Container, severity=Severity.LOW)
    @toy
    def doubting_toy(container: Container, arch: Architecture) -> Found:
        if container.node.get("done"):
            raise Undecided("nobody knows")
        yield from ()

    found = mended(DEPLOYMENT, [fixing("x", lambda c: put(c.node, ("done",), True) or ()), doubting_toy])

    assert found.texts == {}
    assert found.declined[0].reason == (
        "the outcome would be unknown (doubting-toy on Deployment 'chat' container 'server'): nobody knows"
    )


def test_a_fix_may_leave_undecided_what_it_says_it_does() -> None:
    checks = {c.id: c for c in registered()}
    names = ("plaintext-secret-in-env", "dangling-reference")
    text = DEPLOYMENT.replace("privileged: true", "privileged: false").replace(
        "chat:1\n", "chat:1\n          env: [{name: DB_PASSWORD, value: correct-horse}]\n", 1
    )
    assert "DB_PASSWORD" in text

    found = mended(text, [checks[name] for name in names], Safety.UNSAFE)

    assert [s.check for s in found.applied] == ["plaintext-secret-in-env"]
    assert "secretKeyRef" in found.texts[FILE]
    assert "correct-horse" not in found.texts[FILE]
    assert result(found.texts, [checks["dangling-reference"]]).undecided


def test_a_fix_that_breaks_the_text_is_undone() -> None:
    def breaking(container: Container) -> tuple[Edit, ...]:
        place = container.at("image")
        return (Edit(place.source, place.span, "[oops"),)

    found = mended(DEPLOYMENT, [fixing("breaking", breaking)])

    assert found.texts == {}
    assert all(d.reason.startswith("the text would be broken by it") for d in found.declined)


def test_one_bad_fix_among_many_costs_few_scans() -> None:
    containers = "".join(
        f"    - {{name: c{n}, image: registry.example/c:1, securityContext: {{privileged: true}}}}\n" for n in range(32)
    )
    text = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  containers:\n{containers}"

    def sometimes(container: Container) -> tuple[Edit, ...]:
        key = "image" if container.name == "c20" else "done"
        return put(container.node, (key,), "x") or ()

    log: list[int] = []
    found = repair({FILE: text}, rescanning([fixing("x", sometimes)], log), everything)

    assert len(found.applied) == 31
    assert [d.settled.subject.container for d in found.declined] == ["c20"]
    assert len(log) <= 2 + 2 * 6


def test_a_change_of_another_text_is_refused() -> None:
    def foreign(container: Container) -> tuple[Edit, ...]:
        return (Edit(Source("inside", "embedded"), Span(0, 8), "changed"),)

    found = mended(DEPLOYMENT, [fixing("foreign", foreign)])

    assert {d.reason for d in found.declined} == {"what it changes is not a file of this scan, or not as it was read"}


@pytest.mark.parametrize(
    ("count", "reason"), [(0, "it changes nothing"), (2, "its own edits overlap")], ids=["no edits", "overlapping"]
)
def test_a_fix_that_cannot_be_made_is_refused(count: int, reason: str) -> None:
    def edits(container: Container) -> tuple[Edit, ...]:
        place = container.at("image")
        return tuple(Edit(place.source, place.span, f"x{n}") for n in range(count))

    assert {d.reason for d in mended(DEPLOYMENT, [fixing("x", edits)]).declined} == {reason}


def test_it_ends_even_when_fixes_always_touch_each_other() -> None:
    checks = []
    for number in range(ROUNDS + 2):

        def touching(container: Container, arch: Architecture, key: str = f"done{number}") -> Found:
            if container.name == "server" and container.node.get(key) is None:
                yield Finding(key, container.at(), Fix("mend", put(container.node, (key,), True) or (), Safety.SAFE))

        touching.__name__ = f"touching_{number}"
        checks.append(check(Container, severity=Severity.LOW)(toy(touching)))

    found = mended(DEPLOYMENT, checks)

    assert len(found.applied) == ROUNDS
    assert [d.reason for d in found.declined] == [f"not reached in {ROUNDS} rounds"] * 2


def test_a_plan_puts_off_what_overlaps_and_shares_what_is_equal() -> None:
    text = DEPLOYMENT.replace("          securityContext:\n            privileged: true\n", "")
    found = result(text, [escalating_toy, writable_toy])

    chosen = plan(found.findings, everything, Safety.UNSAFE, {FILE: text})

    assert [(s.check, s.subject.container) for s in chosen.now] == [
        ("escalating-toy", "server"),
        ("escalating-toy", "proxy"),
    ]
    assert {s.check for s in chosen.later} == {"writable-toy"}
    twice = plan((*found.findings[:1], *found.findings[:1]), everything, Safety.UNSAFE, {FILE: text})
    assert len(twice.now) == 2
