"""Declarations: where they are read, which of them counts, and that hostile ones stay text."""

from __future__ import annotations

import time

import pytest
from graph_manifests import Scan, deployment

from hullmark.engine.config import settings
from hullmark.graph.build import build
from hullmark.graph.declared import declarations
from hullmark.model.architecture import Architecture
from hullmark.model.declaration import NOTHING, AiActClass, DataClass
from hullmark.model.resource import Resource
from hullmark.model.terms import Impact
from hullmark.sources.kubernetes import resources
from hullmark.text.source import Source


def joined(text: str, configuration: str) -> Architecture:
    found = [r for r in resources(Source("a.yaml", text)) if isinstance(r, Resource)]
    return build(found, declared=settings(Source("hullmark.yaml", configuration), {}).declarations)


def noted(name: str = "web", **notes: str) -> str:
    inner = ", ".join(f"hullmark.dev/{key.replace('_', '-')}: {value!r}" for key, value in notes.items())
    return deployment(name, metadata=f", annotations: {{{inner}}}")


def test_every_key_is_read_with_its_place(scan: Scan) -> None:
    text = noted(
        owner="team  a", data_class="PII", ai_act_class="High", purpose="internal: ranks", slo="99.90%", impact="medium"
    )
    arch = scan(a=text)
    found = arch.declared(arch.workloads[0])

    assert (found.data_class, found.ai_act_class) == (DataClass.PERSONAL, AiActClass.HIGH_RISK)
    assert (found.objective, found.impact, found.use) == (99.9, Impact.MODERATE, "internal")
    assert found.value("owner") == "team a"
    assert {key: s.word for key, s in found.said.items()} == {
        "owner": "team a",
        "data-class": "personal",
        "ai-act-class": "high-risk",
        "purpose": "internal: ranks",
        "slo": "99.9 %",
        "impact": "moderate",
    }
    for statement in found.said.values():
        start, end = statement.place.span
        assert statement.place.source.text[start:end].strip("'") == statement.text


def test_what_nobody_says_is_nothing(scan: Scan) -> None:
    arch = scan(a=deployment("web"))

    assert arch.declared(arch.workloads[0]) is NOTHING
    assert arch.declarations == {}


@pytest.mark.parametrize(
    ("configuration", "owner", "disagreeing"),
    [
        ("declarations: [{name: web, owner: b}]", "b", []),
        ("declarations: [{name: 'w*', owner: b}]", "b", []),
        ("declarations: [{kind: Deploymen?, owner: b}]", "b", []),
        ("declarations: [{name: WEB, owner: b}]", None, []),
        ("declarations: [{kind: StatefulSet, name: web, owner: b}]", None, []),
        ("declarations: [{namespace: other, owner: b}]", None, []),
        ("declarations: [{name: '*', owner: b}, {name: web, owner: c}]", "c", []),
        ("declarations: [{name: web, owner: b}, {name: '*', owner: c}]", "c", ["b"]),
        ("declarations: [{name: web, owner: b}, {name: web, owner: c}]", "c", ["b"]),
        ("declarations: [{name: web, owner: b}, {name: web, owner: b}]", "b", []),
    ],
)
def test_a_later_entry_wins_over_an_earlier_one(configuration: str, owner: str | None, disagreeing: list[str]) -> None:
    arch = joined(deployment("web"), configuration)
    found = arch.declared(arch.workloads[0])

    assert found.value("owner") == owner
    assert [s.value for s in found.others] == disagreeing


def test_annotations_win_and_only_what_is_about_the_object_disagrees() -> None:
    text = noted(owner="a")
    general = joined(text, "declarations: [{kind: Deployment, owner: b, data-class: personal}]")
    exact = joined(text, "declarations: [{name: web, owner: b}]")

    about = general.declared(general.workloads[0])
    assert (about.value("owner"), about.data_class, about.others) == ("a", DataClass.PERSONAL, ())
    about = exact.declared(exact.workloads[0])
    assert about.value("owner") == "a"
    assert [(s.value, s.origin, s.place.source.name) for s in about.others] == [("b", "configuration", "hullmark.yaml")]


def test_objects_that_hold_data_are_declared_too() -> None:
    claim = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: papers, namespace: a}\n"
    arch = joined(claim, "declarations: [{kind: PersistentVolumeClaim, namespace: a, data-class: health}]")

    assert arch.declared(arch.resources[0]).data_class is DataClass.HEALTH


@pytest.mark.parametrize("name", ["x" * 250_000, "*[" * 60 + "a", "a" * 10_000 + "!"])
def test_hostile_names_and_patterns_take_no_time(name: str) -> None:
    text = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: {name!r}}}\nspec: {{containers: [{{name: a, image: b}}]}}\n"
    entries = "declarations:\n" + f"- {{name: '{'*a' * 100}b', owner: x}}\n" * 20
    start = time.perf_counter()
    arch = joined(text, entries)

    assert arch.declarations == {}
    assert time.perf_counter() - start < 5


def test_many_entries_for_many_objects_are_looked_up_by_name() -> None:
    text = "---\n".join(deployment(f"w{i}") for i in range(300))
    entries = "declarations:\n" + "".join(f"- {{name: w{i}, owner: team-{i}}}\n" for i in range(300))
    found = [r for r in resources(Source("a.yaml", text)) if isinstance(r, Resource)]
    declared = settings(Source("hullmark.yaml", entries), {}).declarations

    assert {r.ref.name: d.value("owner") for r, d in declarations(found, (), declared).items()} == {
        f"w{i}": f"team-{i}" for i in range(300)
    }


def test_a_huge_value_is_a_flaw_and_not_kept(scan: Scan) -> None:
    arch = scan(a=noted(owner="x" * 100_000, data_class="y" * 100_000, slo="9" * 100_000))
    found = arch.declared(arch.workloads[0])

    assert found.said == {}
    assert len(found.flaws) == 3
    assert all(len(f.message) < 200 for f in found.flaws)
