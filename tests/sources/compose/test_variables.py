from __future__ import annotations

from pathlib import Path

import pytest
from reading import container, node, project, service, spoken, workload, written

from hullmark.sources.compose.dotenv import settings
from hullmark.sources.compose.variables import Filled, Setting, substitute
from hullmark.text.source import Problem, Source, Span

KNOWN = {
    name: Setting(value, Source(".env", ""), Span(0, 0))
    for name, value in {"SET": "value", "EMPTY": "", "DOLLAR": "$SET", "PASSED": None}.items()
}


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("plain", "plain"),
        ("$SET", "value"),
        ("a-${SET}-b", "a-value-b"),
        ("$SET.x", "value.x"),
        ("$$SET $${SET}", "$SET ${SET}"),
        ("$", "$"),
        ("$1 ${1}", "$1 ${1}"),
        ("$X ${X}", "${X} ${X}"),
        ("${PASSED}", "${PASSED}"),
        ("${DOLLAR}", "$SET"),
        ("${SET-d} ${EMPTY-d} ${X-d}", "value  d"),
        ("${SET:-d} ${EMPTY:-d} ${X:-d}", "value d d"),
        ("${X:-}", ""),
        ("${SET?e} ${EMPTY?e} ${X?e}", "value  ${X}"),
        ("${SET:?e} ${EMPTY:?e} ${X:?e}", "value ${EMPTY:?} ${X:?}"),
        ("${SET+r} ${EMPTY+r}", "r r"),
        ("${SET:+r}${EMPTY:+r}", "r"),
        ("${X:+r}", "${X}"),
        ("${X:-${SET}}", "value"),
        ("${X:-${Y:-deep}}", "deep"),
        ("${X:-a}b}", "ab}"),
        ("${X:-http://a:1}", "http://a:1"),
        ("${SET", "${SET"),
        ("${X Y}", "${X}"),
    ],
)
def test_substitution(text: str, result: str) -> None:
    assert substitute(text, KNOWN) == result


def test_only_what_env_files_gave_is_marked() -> None:
    whole = substitute("${SET}", KNOWN)
    assert isinstance(whole, Filled)
    assert whole.setting == KNOWN["SET"]
    part = substitute("a${SET}", KNOWN)
    assert isinstance(part, Filled)
    assert part.setting is None
    assert not isinstance(substitute("${X:-d}", KNOWN), Filled)


def test_the_environment_of_the_process_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAG", "9.9.9")
    unit = project(tmp_path, "services: {a: {image: 'a:${TAG}'}}")
    assert container(unit, "image") == "a:${TAG}"
    assert workload(unit).podsets[0].containers[0].image.tag != "9.9.9"


ENV = r"""
# comment
PLAIN=one two  # not part of it
export EXPORTED = spaced
COLON: yaml
HASH=a#b
EMPTY=
SINGLE='a $PLAIN "x" # y' # comment
DOUBLE="a ${PLAIN}\n\"q\" \$PLAIN"
MULTI="first
second"
USES=${PLAIN}!
ESCAPED=$$PLAIN
PASSED
DEFAULT=${NOTHING:-d}
"""


def test_env_files() -> None:
    problems: list[Problem] = []
    found = settings(Source(".env", ENV), {}, problems)
    assert problems == []
    assert {name: setting.value for name, setting in found.items()} == {
        "PLAIN": "one two",
        "EXPORTED": "spaced",
        "COLON": "yaml",
        "HASH": "a#b",
        "EMPTY": "",
        "SINGLE": 'a $PLAIN "x" # y',
        "DOUBLE": 'a one two\n"q" $PLAIN',
        "MULTI": "first\nsecond",
        "USES": "one two!",
        "ESCAPED": "$PLAIN",
        "PASSED": None,
        "DEFAULT": "d",
    }
    source = Source(".env", ENV)
    assert source.text[slice(*found["PLAIN"].span)] == "one two"
    assert source.text[slice(*found["MULTI"].span)].strip('"') == "first\nsecond"


def test_raw_env_files_are_taken_as_they_stand() -> None:
    found = settings(Source(".env", "A='x' # y\nB=$A\n"), {}, [], raw=True)
    assert {name: setting.value for name, setting in found.items()} == {"A": "'x' # y", "B": "$A"}


def test_a_line_that_is_none_is_told(tmp_path: Path) -> None:
    unit = service(tmp_path, "env_file: x.env", {"x.env": "A=1\n= nothing\nB=2\n"})
    assert "x.env:2" in spoken(unit)
    assert workload(unit).podsets[0].containers[0].env("B") == "2"


ENVIRONMENT = """
environment:
  MADE: "1"
  FROM_DOTENV: ${TAG}
  PART: x-${TAG}
  UNKNOWN: ${NOWHERE}
  REQUIRED: ${NOWHERE:?give it}
  DEFAULT: ${NOWHERE:-d}
  PASSED:
  TAG:
  NUMBER: 1.10
  SWITCH: true
  WORD: yes
  PRICE: $$5
"""


def test_every_variable_is_as_known_as_it_is(tmp_path: Path) -> None:
    unit = service(tmp_path, ENVIRONMENT, {".env": "TAG=v1\n"})
    found = workload(unit).podsets[0].containers[0].environment
    assert {name: (variable.value, variable.origin) for name, variable in found.items()} == {
        "MADE": ("1", "literal"),
        "FROM_DOTENV": ("v1", "config"),
        "PART": ("x-v1", "config"),
        "UNKNOWN": (None, "unknown"),
        "REQUIRED": (None, "secret"),
        "DEFAULT": ("d", "literal"),
        "PASSED": (None, "unknown"),
        "TAG": ("v1", "config"),
        "NUMBER": ("1.10", "literal"),
        "SWITCH": ("true", "literal"),
        "WORD": ("yes", "literal"),
        "PRICE": ("$5", "literal"),
    }
    assert written(found["FROM_DOTENV"].node.at("value")) == ".env:1 v1"
    via = found["FROM_DOTENV"].node.at("value").via
    assert via is not None
    assert written(via) == "compose.yaml:6 ${TAG}"
    assert written(found["MADE"].node.at("value")) == 'compose.yaml:5 "1"'


def test_lists_and_mappings_of_variables_are_the_same(tmp_path: Path) -> None:
    unit = service(tmp_path, 'environment: [A=1, "B=x y", C, "D=${E}", "F=", "=g"]')
    found = workload(unit).podsets[0].containers[0].environment
    assert {name: variable.value for name, variable in found.items()} == {
        "A": "1",
        "B": "x y",
        "C": None,
        "D": None,
        "F": "",
    }
    assert written(found["B"].node.at("value")) == "compose.yaml:4 x y"


def test_the_file_of_a_variable_is_where_it_stands(tmp_path: Path) -> None:
    files = {"one.env": "A=1\nB=1\n", "two.env": "B=2\nC=${TAG}\n", ".env": "TAG=t\n"}
    unit = service(
        tmp_path,
        "env_file: [one.env, {path: two.env}, {path: none.env, required: false}]\nenvironment: {C: own}",
        files,
    )
    found = workload(unit).podsets[0].containers[0].environment
    assert {name: variable.value for name, variable in found.items()} == {"A": "1", "B": "2", "C": "own"}
    assert written(found["B"].node.at()) == "two.env:1 2"
    assert spoken(unit) == ""


def test_an_env_file_that_is_missing_leaves_the_environment_unknown(tmp_path: Path) -> None:
    unit = service(tmp_path, "env_file: none.env")
    assert "compose.yaml:4 there is no file" in spoken(unit)
    assert not workload(unit).podsets[0].containers[0].environment_known


def test_variables_stand_in_keys_for_nothing(tmp_path: Path) -> None:
    unit = service(tmp_path, "labels: {'$TAG': '$TAG'}", {".env": "TAG=t"})
    assert node(unit).get("metadata", "labels") == {"$TAG": "t"}


def test_labels_of_files_lie_under_a_services_own(tmp_path: Path) -> None:
    unit = service(tmp_path, "label_file: x.labels\nlabels: [b=own]", {"x.labels": "a=1\nb=2\n"})
    assert node(unit).get("metadata", "labels") == {"a": "1", "b": "own"}
    assert written(node(unit).at("metadata", "labels", "a")) == "x.labels:1 1"
