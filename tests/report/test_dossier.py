"""The dossier of a workload with values that want to be more than text."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from hullmark.checks.registry import checks
from hullmark.engine.config import Settings, identifiers, settings
from hullmark.engine.merge import merge
from hullmark.engine.profiles import PROFILES, chosen
from hullmark.engine.result import Result
from hullmark.engine.run import evaluate
from hullmark.engine.settle import Terms, settle
from hullmark.graph.build import build
from hullmark.model.resource import Resource
from hullmark.report.dossier import Dossier, as_json, render
from hullmark.sources import Reading
from hullmark.sources.kubernetes import resources
from hullmark.sources.unit import Unit
from hullmark.text.source import Source

POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: chat
  annotations:
    hullmark.dev/owner: "{owner}"
    hullmark.dev/purpose: "{owner}"
spec:
  containers:
    - name: vllm
      image: vllm/vllm-openai:v0.18.0
      securityContext: {{privileged: true}}
"""
HOSTILE = [
    r"\e[2J\e[31mred",
    "<img src=x onerror=alert(1)>",
    "](https://evil.example) `x` | y",
    r"one\ntwo\r\nthree",
    r"\u202Egnp.exe",
    "x" * 300,
]


def scanned(text: str, declared: Settings) -> Result:
    found = tuple(r for r in resources(Source("app.yaml", text)) if isinstance(r, Resource))
    arch = build(found, declared=declared.declarations)
    reading = Reading(found, (), (), 1)
    terms = Terms(declared, identifiers(checks()), "2026-06-01", None)
    return merge([(Unit("deploy", "manifests", reading), settle(arch, evaluate(arch, checks()), terms, reading))])


def dossier(text: str, declared: Settings | None = None, profile: str = "baseline") -> Dossier:
    result = scanned(text, replace(declared or Settings(), profile=profile))
    (part,) = result.parts
    return Dossier(part, part.architecture.workloads[0], chosen(profile))


@pytest.mark.parametrize("owner", HOSTILE)
def test_hostile_values_stay_text(owner: str) -> None:
    found = dossier(POD.format(owner=owner))
    shown = render(found, color=False)

    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", shown)
    assert "owner" in shown
    told = json.loads(as_json(found))
    assert not re.search(r"[\x00-\x1f\u202a-\u202e]", told["workload"]["declared"]["owner"]["value"])


def test_every_profile_is_told() -> None:
    for name in PROFILES:
        told = json.loads(as_json(dossier(POD.format(owner="a"), profile=name)))
        assert told["scrutiny"]["profile"] == name
        assert set(told["scrutiny"]["gates_from"]) == set(PROFILES)


def test_a_threshold_of_the_settings_takes_the_place_of_the_profile() -> None:
    found = replace(dossier(POD.format(owner="a")), profile=chosen("production", "never"))

    assert "profile production: nothing gates" in render(found, color=False)
    assert json.loads(as_json(found))["scrutiny"]["gates_from"]["production"] == "never"


def test_the_points_of_impact_and_exposure_are_those_of_the_findings() -> None:
    told = json.loads(as_json(dossier(POD.format(owner="a").replace("hullmark.dev/purpose", "hullmark.dev/slo").replace(
        'slo: "a"', 'slo: "99"'))))  # fmt: skip

    points = told["scrutiny"]["priority_points"]
    assert points == {"impact": 5, "exposure": 3}
    (worst,) = (f for f in told["findings"] if f["check"] == "privileged-container")
    base = {"critical": 80, "high": 60, "medium": 40}[worst["severity"]]
    assert worst["priority"] == base + points["impact"] + points["exposure"]


def test_what_disagrees_is_shown_with_both_places() -> None:
    declared = settings(Source("hullmark.yaml", "declarations:\n- {name: chat, owner: team-b}\n"), {})
    found = dossier(POD.format(owner="team-a"), declared)

    assert "owner team-a (app.yaml:6:25)" in render(found, color=False)
    assert "disagrees: owner team-b (hullmark.yaml:2:23)" in render(found, color=False)
    assert json.loads(as_json(found))["disagreeing"] == [
        {"key": "owner", "value": "team-b", "file": "hullmark.yaml", "line": 2}
    ]
    assert "conflicting-declaration" in {s.check for s in found.findings}


def test_colour_is_only_added() -> None:
    found = dossier(POD.format(owner="a"))

    colored = re.sub(r"\x1b\[[0-9;]*m", "", render(found, color=True, width=500))
    assert colored == render(found, color=False, width=500)
