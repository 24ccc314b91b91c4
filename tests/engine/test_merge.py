"""Several deployable units: each is judged by itself, and one thing to mend is told once."""

from __future__ import annotations

from collections.abc import Mapping

from tests.engine.scanning import DEPLOYMENT, result

from hullmark.engine.config import Settings
from hullmark.engine.merge import merge
from hullmark.engine.result import Result
from hullmark.model.terms import Outcome, Severity
from hullmark.model.waiver import Waiver
from hullmark.report.terminal import render
from hullmark.report.whereabouts import whereabouts
from hullmark.sources import Reading
from hullmark.sources.unit import Form, Unit
from hullmark.text.source import Place, Source, Span


def unit(name: str, form: Form = "kustomize", variant: str = "") -> Unit:
    return Unit(name, form, Reading((), (), (), 1), variant)


DEV, PROD, PLAIN = unit("overlays/dev"), unit("overlays/prod"), unit("deploy", "manifests")
OTHER = DEPLOYMENT.replace("name: chat", "name: other")


def merged(*texts: tuple[Unit, str | Mapping[str, str]], settings: Settings | None = None) -> Result:
    return merge([(u, result(text, settings=settings)) for u, text in texts])


def shared(one: Unit = DEV, other: Unit = PROD) -> Result:
    """Two units that both have the same text, and one of them another beside it."""
    return merged((one, DEPLOYMENT), (other, {"deploy/app.yaml": DEPLOYMENT, "deploy/own.yaml": OTHER}))


def test_one_unit_is_its_own_result() -> None:
    alone = merged((PLAIN, DEPLOYMENT))

    assert [s.fingerprint for s in alone.findings] == [s.fingerprint for s in result(DEPLOYMENT).findings]
    assert {alone.where(s) for s in alone.findings} == {("deploy",)}


def test_what_units_share_is_one_finding_that_names_them() -> None:
    single = len(result(DEPLOYMENT).findings)
    both = shared()

    assert len(both.findings) == 2 * single
    units = {s.finding.at.source.name: s.units for s in both.findings}
    assert units == {"deploy/app.yaml": ("overlays/dev", "overlays/prod"), "deploy/own.yaml": ("overlays/prod",)}


def test_architectures_stay_apart() -> None:
    both = shared()

    assert len(both.architecture.workloads) == 3
    assert [u.title for w in both.architecture.workloads if (u := both.unit(w.resource))] == [
        "overlays/dev",
        "overlays/prod",
        "overlays/prod",
    ]


def test_outcomes_are_summed() -> None:
    single, both = result(DEPLOYMENT).tallies, merged((DEV, DEPLOYMENT), (PROD, DEPLOYMENT)).tallies

    assert both["privileged-toy"][Outcome.FAIL] == 2 * single["privileged-toy"][Outcome.FAIL] > 0


def test_what_is_not_known_is_told_once_for_each_place() -> None:
    unsure = DEPLOYMENT.replace("privileged: true  #", "privileged: ${PRIVILEGED}  #")
    both = merge(
        [(u, result(dict.fromkeys(files, unsure))) for u, files in ((DEV, ("a.yaml",)), (PROD, ("a.yaml", "b.yaml")))]
    )

    assert [(v.subject.container, v.at.source.name, v.at.line) for v in both.undecided] == [
        ("server", "a.yaml", 13),
        ("server", "b.yaml", 13),
    ]


def test_reports_say_where() -> None:
    both = shared()
    told = {s.finding.at.source.name: whereabouts(both, s) for s in both.findings}

    assert told == {"deploy/app.yaml": "in overlays/dev, overlays/prod", "deploy/own.yaml": "in overlays/prod"}
    assert "· in overlays/dev, overlays/prod" in render(both, color=False, width=200)


def test_reports_say_which_variant() -> None:
    chart = [unit("chart", "helm", file) for file in ("values.yaml", "values-prod.yaml")]
    both = shared(*chart)
    told = {s.finding.at.source.name: whereabouts(both, s) for s in both.findings}

    assert told == {"deploy/app.yaml": "", "deploy/own.yaml": "in chart (only values-prod.yaml)"}


def test_manifests_go_without_saying() -> None:
    both = shared(DEV, PLAIN)
    told = {s.finding.at.source.name: whereabouts(both, s) for s in both.findings}

    assert told == {"deploy/app.yaml": "in overlays/dev", "deploy/own.yaml": ""}


def test_a_waiver_is_unused_only_if_no_unit_uses_it() -> None:
    place = Place(Source("hullmark.yaml", "x"), Span(0, 1))
    used, unused = (
        Waiver("privileged-toy", "driver", "me", "2030-01-01", place._replace(span=Span(n, n)), name=name)
        for n, name in enumerate(("other", "nobody"))
    )
    both = merged((DEV, DEPLOYMENT), (PROD, OTHER), settings=Settings(waivers=(used, unused)))

    assert [n.waiver for n in both.waiver_notes if n.state == "unused"] == [unused]
    assert {s.subject.name for s in both.waived} == {"other"}


def test_the_most_urgent_copy_counts() -> None:
    public = DEPLOYMENT + "---\napiVersion: v1\nkind: Service\nmetadata: {name: chat, namespace: prod}\nspec:\n"
    public += "  type: LoadBalancer\n  selector: {app: chat}\n  ports: [{port: 80}]\n"
    alone, both = merged((DEV, DEPLOYMENT)), merged((DEV, DEPLOYMENT), (PROD, public))
    first = {s.check: s.priority for s in alone.findings if s.severity is Severity.CRITICAL}
    urgent = {s.check: s.priority for s in both.findings if s.severity is Severity.CRITICAL}

    assert urgent["privileged-toy"] > first["privileged-toy"]


def test_a_shared_finding_gates_for_its_impact_only_if_it_does_so_wherever_it_gates() -> None:
    text = DEPLOYMENT.replace("  namespace: prod", "  namespace: prod\n  annotations: {hullmark.dev/impact: high}")
    lax, strict, always = (
        result(text, settings=s) for s in (Settings(), Settings(profile="production"), Settings(fail_on="low"))
    )
    medium = {s.fingerprint for s in strict.findings if s.by_impact}

    def gating(*results: Result) -> set[tuple[bool, bool]]:
        both = merge([(u, r) for u, r in zip((DEV, PROD), results, strict=True)])
        return {(s.gates, s.by_impact) for s in both.findings if s.fingerprint in medium}

    assert medium
    assert gating(lax, strict) == gating(strict, lax) == gating(strict, strict) == {(True, True)}
    assert gating(strict, always) == gating(always, strict) == {(True, False)}
    assert gating(lax, lax) == {(False, False)}
