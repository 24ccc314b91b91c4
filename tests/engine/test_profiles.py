from __future__ import annotations

from pathlib import Path

import pytest
from scanning import DEPLOYMENT, escalating_toy, privileged_toy, result, single_toy, writable_toy

from hullmark.engine import profiles
from hullmark.engine.config import Settings
from hullmark.engine.profiles import DEFAULT, PROFILES, Profile, chosen, is_sample
from hullmark.model.terms import Confidence, Impact, Severity, Theme

DOCS = Path(__file__).parents[2] / "docs" / "configuration.md"


def rows(text: str) -> dict[str, list[str]]:
    """The rows of the table of profiles, by profile."""
    cells = [[c.strip() for c in line.strip("| \n").split("|")] for line in text.splitlines() if line.startswith("| `")]
    return {row[0].strip("`"): row[1:] for row in cells if row[0].strip("`") in PROFILES}


@pytest.mark.parametrize("text", [profiles.__doc__ or "", DOCS.read_text()], ids=["docstring", "docs"])
def test_the_documented_table_is_the_true_one(text: str) -> None:
    found = rows(text)

    assert set(found) == set(PROFILES)
    for name, row in found.items():
        profile = PROFILES[name]
        thresholds = [Severity(profile.gates[impact]).word for impact in Impact]
        reported = ", ".join(sorted(theme.value for theme in profile.reported))
        assert [*row, ""][:5] == [*thresholds, profile.confidence.word, reported]


def test_no_profile_is_laxer_at_a_higher_impact() -> None:
    for profile in PROFILES.values():
        assert profile.gates[Impact.LOW] >= profile.gates[Impact.MODERATE] >= profile.gates[Impact.HIGH]


def test_the_default_gates_high_and_critical_at_every_impact() -> None:
    for impact in Impact:
        gates = {s for s in Severity if PROFILES[DEFAULT].gate(s, Confidence.HIGH, impact, None)}
        assert gates == {Severity.HIGH, Severity.CRITICAL}


def test_low_confidence_gates_only_where_the_profile_says_so() -> None:
    asked = (Severity.CRITICAL, Confidence.LOW, Impact.HIGH, None)

    assert [name for name, p in PROFILES.items() if p.gate(*asked)] == ["regulated"]


def test_edge_reports_missing_availability_without_gating() -> None:
    asked = (Severity.CRITICAL, Confidence.HIGH, Impact.HIGH)

    assert not PROFILES["edge"].gate(*asked, Theme.AVAILABILITY)
    assert PROFILES["edge"].gate(*asked, Theme.HARDENING)
    assert PROFILES["production"].gate(*asked, Theme.AVAILABILITY)


def test_an_explicit_threshold_is_all_that_counts() -> None:
    profile = chosen("edge", "low")

    assert profile.gate(Severity.LOW, Confidence.LOW, Impact.LOW, Theme.AVAILABILITY)
    assert not profile.gate(Severity.INFO, Confidence.HIGH, Impact.HIGH, None)
    assert not chosen("regulated", "never").gate(Severity.CRITICAL, Confidence.HIGH, Impact.HIGH, None)


@pytest.mark.parametrize(
    ("settings", "gating"),
    [
        (Settings(), {"privileged-toy", "escalating-toy"}),
        (Settings(fail_on="critical"), {"privileged-toy"}),
        (Settings(fail_on="low"), {"privileged-toy", "escalating-toy", "writable-toy", "single-toy"}),
        (Settings(fail_on="never"), set()),
        (Settings(severities={"escalating-toy": Severity.INFO}), {"privileged-toy"}),
        (
            Settings(severities={"writable-toy": Severity.CRITICAL}),
            {"privileged-toy", "escalating-toy", "writable-toy"},
        ),
    ],
)
def test_settings_decide_what_gates(settings: Settings, gating: set[str]) -> None:
    found = result(DEPLOYMENT, [privileged_toy, writable_toy, escalating_toy, single_toy], settings)

    assert {s.check for s in found.findings if s.gates} == gating
    assert len(found.findings) == 7


@pytest.mark.parametrize(
    ("file", "namespace", "sample"),
    [
        ("deploy/app.yaml", "prod", False),
        ("deploy/app.yaml", "", False),
        ("examples/app.yaml", "", True),
        ("charts/Test/app.yaml", "", True),
        ("tests/e2e/app.yaml", "prod", True),
        ("latest/attest.yaml", "", False),
        ("test.yaml", "", False),
        ("/home/dev/tests/app.yaml", "", False),
        ("deploy/app.yaml", "dev", True),
        ("deploy/app.yaml", "ml-dev", True),
        ("deploy/app.yaml", "test-team", True),
        ("deploy/app.yaml", "devices", False),
        ("-", "", False),
    ],
)
def test_samples_are_told_by_folder_and_namespace(file: str, namespace: str, sample: bool) -> None:
    assert is_sample(file, namespace) is sample


def test_samples_are_reported_and_gate_only_on_request() -> None:
    texts = {"examples/app.yaml": DEPLOYMENT}

    assert [s.gates for s in result(texts, [privileged_toy]).findings] == [False, False]
    assert all(s.gates for s in result(texts, [privileged_toy], Settings(gate_samples=True)).findings)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda p: p.name)
@pytest.mark.parametrize("impact", Impact)
@pytest.mark.parametrize("severity", Severity)
def test_what_gates_for_the_impact_would_not_at_low_impact(
    profile: Profile, severity: Severity, impact: Impact
) -> None:
    here, low = (profile.gate(severity, Confidence.HIGH, i, None) for i in (impact, Impact.LOW))

    assert profile.by_impact(severity, impact) == (here and not low)
