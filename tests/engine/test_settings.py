from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from scanning import DEPLOYMENT, TOYS, result

from hullmark.engine import config
from hullmark.engine.config import Settings, enabled, identifiers, settings
from hullmark.engine.profiles import PROFILES, THRESHOLDS
from hullmark.model.declaration import KEYS, WORDS
from hullmark.model.errors import HullmarkError
from hullmark.model.terms import Severity
from hullmark.text.source import Source
from hullmark.text.tree import Document
from hullmark.text.yaml import read as read_yaml

SCHEMA = json.loads((Path(config.__file__).parent / "hullmark.schema.json").read_text())
VALIDATOR = jsonschema_rs.validator_for(SCHEMA, validate_formats=True)
NAMES = identifiers(TOYS)
WAIVER = "{check: open-toy, reason: ok, owner: me, expires: 2027-01-31}"


def read(text: str) -> Settings:
    return settings(Source("hullmark.yaml", text), NAMES)


def test_everything_is_read() -> None:
    found = read("""\
profile: production
fail-on: medium
gate-samples: true
exclude: [charts/, "*.tmp.yaml"]
checks:
  disable: [open-toy, privileged]
  severity: {single-toy: high}
waivers:
  - check: privileged
    reason: >
      the old driver needs it
    owner: team-vision
    expires: 2027-01-31
    kind: Deployment
    namespace: prod
    name: chat
    container: server
    paths: [deploy/]
""")

    (waiver,) = found.waivers
    assert (found.profile, found.fail_on, found.gate_samples) == ("production", "medium", True)
    assert found.exclude == ("charts/", "*.tmp.yaml")
    assert found.disabled == {"open-toy", "privileged-toy"}
    assert found.severities == {"single-toy": Severity.HIGH}
    assert waiver[:4] == ("privileged-toy", "the old driver needs it", "team-vision", "2027-01-31")
    assert waiver[5:] == ("Deployment", "prod", "chat", "server", ("deploy/",))
    assert waiver.place.line == 9


@pytest.mark.parametrize(
    "text", ["", "# nothing yet\n", "profile:\nchecks:\nwaivers: ~\nexclude: null\n", "{}", "null"]
)
def test_null_equals_absent(text: str) -> None:
    assert read(text) == Settings()


GOOD = [
    "",
    "profile: edge",
    "profile:",
    "fail-on: never",
    "gate-samples: false",
    "fail-on-unchecked: true",
    "exclude: []",
    "exclude: ['a/**', '!b']",
    "checks: {}",
    "checks: {disable: [], severity: }",
    "checks: {severity: {open-toy: info, single-toy: }}",
    f"waivers: [{WAIVER}]",
    "waivers: []",
    "waivers: [{check: open-toy, reason: ok, owner: me, expires: 2028-02-29, name: , paths: ~}]",
    "declarations:",
    "declarations: []",
    "declarations: [{name: chat, owner: team-a}]",
    "declarations: [{kind: Deployment, namespace: 'ml-*', data-class: pii, ai-act-class: high-risk-annex-iii}]",
    "declarations: [{name: '*', slo: 99.9}, {name: a, slo: 99}, {name: b, slo: '99.95 %', purpose: ~}]",
    "declarations: [{name: a, impact: medium, purpose: 'batch: scores the day'}]",
]

BAD = [
    ("[]", 1, "the configuration is a mapping"),
    ("production", 1, "the configuration is a mapping"),
    ("profil: edge", 1, "unknown key 'profil'", "did you mean 'profile'?"),
    (
        "x1: 1",
        1,
        "unknown key 'x1'",
        "known are profile, fail-on, fail-on-unchecked, gate-samples, exclude, checks, waivers, declarations",
    ),
    ("profile: prodcution", 1, "'profile' has no value 'prodcution'", "did you mean 'production'?"),
    ("profile: ' edge'", 1, "'profile' has no value ' edge'"),
    ("profile: ''", 1, "'profile' is empty"),
    ("profile: 7", 1, "'profile' is not a string"),
    ("fail-on: true", 1, "'fail-on' is not a string"),
    ("fail-on: all", 1, "'fail-on' has no value 'all'"),
    ("gate-samples: 'no'", 1, "'gate-samples' is neither true nor false"),
    ("exclude: charts", 1, "'exclude' is a list of strings"),
    ("exclude:\n- charts\n- 7", 3, "an item of 'exclude' is not a string"),
    ("exclude:\n- charts\n-", 3, "an item of 'exclude' is empty"),
    ("exclude: ['  ']", 1, "an item of 'exclude' is empty"),
    ("checks: [open-toy]", 1, "'checks' is a mapping"),
    ("checks:\n  enable: []", 2, "unknown key 'enable'"),
    ("checks:\n  severity:\n    open-toy: bad", 3, "'open-toy' has no value 'bad'"),
    ("checks:\n  severity: [low]", 2, "'severity' is a mapping"),
    ("waivers: {}", 1, "'waivers' is a list of waivers"),
    ("waivers: [open-toy]", 1, "a waiver is a mapping"),
    ("waivers: [~]", 1, "an item of 'waivers' is empty"),
    ("waivers:\n- reason: ok\n  owner: me\n  expires: 2027-01-31", 2, "a waiver has no 'check'"),
    ("waivers: [{check: open-toy, owner: me, expires: 2027-01-31}]", 1, "a waiver has no 'reason'"),
    ("waivers: [{check: open-toy, reason: , owner: me, expires: 2027-01-31}]", 1, "a waiver has no 'reason'"),
    ("waivers: [{check: open-toy, reason: ok, expires: 2027-01-31}]", 1, "a waiver has no 'owner'"),
    ("waivers: [{check: open-toy, reason: ok, owner: me}]", 1, "a waiver has no 'expires'"),
    ("waivers: [{check: open-toy, reason: ok, owner: me, expires: 2027-02-30}]", 1, "'2027-02-30' is not a date"),
    ("waivers: [{check: open-toy, reason: ok, owner: me, expires: 20270131}]", 1, "'expires' is not a string"),
    ("waivers: [{check: open-toy, reason: ok, owner: me, expires: 31.1.2027}]", 1, "'31.1.2027' is not a date"),
    (f"waivers: [{WAIVER[:-1]}, image: x}}]", 1, "unknown key 'image'"),
    (f"waivers: [{WAIVER[:-1]}, paths: x}}]", 1, "'paths' is a list of strings"),
    (f"waivers: [{WAIVER[:-1]}, kind: 1}}]", 1, "'kind' is not a string"),
    ("declarations: {}", 1, "'declarations' is a list of declarations"),
    ("declarations: [chat]", 1, "a declaration is a mapping"),
    ("declarations: [~]", 1, "an item of 'declarations' is empty"),
    ("declarations:\n- owner: me", 2, "the declaration is about nothing", "say what it is about: kind"),
    ("declarations:\n- name: chat", 2, "the declaration says nothing", "declare owner"),
    ("declarations:\n- name: chat\n  owner: ~", 2, "the declaration says nothing"),
    ("declarations:\n- name: chat\n  data-clas: pii", 3, "unknown key 'data-clas'", "did you mean 'data-class'?"),
    ("declarations:\n- name: chat\n  data-class: persnal", 3, "'data-class': there is no data class", "'personal'?"),
    (
        "declarations:\n- name: a\n  ai-act-class: high-rsk",
        3,
        "'ai-act-class': there is no AI Act class",
        "'high-risk'?",
    ),
    ("declarations:\n- name: a\n  ai-act-class: zzz", 3, "'ai-act-class': there is no AI Act class", "choose one of"),
    ("declarations:\n- name: a\n  slo: 100", 3, "'slo': '100' is no objective: no error budget is left"),
    ("declarations:\n- name: a\n  slo: '100.0 %'", 3, "'slo': '100.0 %' is no objective"),
    ("declarations:\n- name: a\n  slo: 0", 3, "'slo': '0' is no objective: less than half of the time"),
    ("declarations:\n- name: a\n  slo: 0.999", 3, "'slo': '0.999' is no objective: less than half", "write 99.9"),
    ("declarations:\n- name: a\n  slo: -1", 3, "'slo': '-1' is no percentage"),
    ("declarations:\n- name: a\n  slo: 200ms", 3, "'slo': '200ms' is no percentage"),
    ("declarations:\n- name: a\n  slo: true", 3, "'slo' is not a string"),
    ("declarations:\n- name: a\n  owner: 7", 3, "'owner' is not a string"),
    ("declarations:\n- name: a\n  owner: ' '", 3, "'owner': it is empty"),
    (f"declarations:\n- name: a\n  purpose: {'x' * 301}", 3, "'purpose': it is longer than 300 characters"),
    (f"declarations:\n- name: {'x' * 254}\n  owner: me", 2, "'name' is longer than any name"),
    ("declarations:\n- name: a\n  impact: huge", 3, "'impact': there is no impact 'huge'"),
]

ONLY_THE_READER_REFUSES = [
    ("checks:\n  disable:\n  - open-toi", 3, "there is no check 'open-toi'", "did you mean 'open-toy'?"),
    ("checks:\n  severity:\n    open-toi: low", 3, "there is no check 'open-toi'"),
    ("waivers:\n- {check: zzz, reason: a, owner: b, expires: 2027-01-31}", 2, "there is no check 'zzz'"),
    ("profile: edge\nprofile: baseline", 2, ""),
    ("profile: edge\n---\nprofile: baseline", 3, "the configuration is one document"),
    ("profile: [", 1, ""),
]


@pytest.mark.parametrize("text", GOOD)
def test_reader_and_schema_accept(text: str) -> None:
    read(text)
    VALIDATOR.validate(_plain(text))


@pytest.mark.parametrize("case", BAD, ids=lambda c: c[0])
def test_reader_and_schema_refuse(case: tuple[Any, ...]) -> None:
    _refused(*case)
    assert not VALIDATOR.is_valid(_plain(case[0]))


@pytest.mark.parametrize("case", ONLY_THE_READER_REFUSES, ids=lambda c: c[0])
def test_reader_refuses_what_a_schema_cannot_know(case: tuple[Any, ...]) -> None:
    _refused(*case)


def test_schema_knows_the_same_words() -> None:
    properties = SCHEMA["properties"]
    severities = properties["checks"]["properties"]["severity"]["additionalProperties"]["enum"]

    declared = properties["declarations"]["items"]["properties"]
    assert properties["profile"]["enum"] == [*PROFILES, None]
    assert {key: [*words, None] for key, words in WORDS.items()} == {key: declared[key]["enum"] for key in WORDS}
    assert set(declared) == {"kind", "namespace", "name", *KEYS}
    assert properties["fail-on"]["enum"] == [*THRESHOLDS, None]
    assert severities == [*(s.word for s in Severity), None]
    jsonschema_rs.meta.validate(SCHEMA)


def test_disabled_checks_are_not_run() -> None:
    found = enabled(TOYS, read("checks: {disable: [privileged]}"))

    assert [c.id for c in TOYS if c not in found] == ["privileged-toy"]
    assert "privileged-toy" not in result(DEPLOYMENT, found).tallies


def _refused(text: str, line: int, message: str, hint: str = "") -> None:
    with pytest.raises(HullmarkError) as caught:
        read(text)

    assert caught.value.place is not None
    assert caught.value.place.line == line
    assert message in caught.value.message
    assert hint in caught.value.hint
    assert caught.value.hint


def _plain(text: str) -> Any:
    """The values of a YAML text as the house's own reader gives them."""
    return next((d.root for d in read_yaml(Source("hullmark.yaml", text)) if isinstance(d, Document)), None)
