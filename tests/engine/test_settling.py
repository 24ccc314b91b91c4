from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scanning import DEPLOYMENT, TOYS, architecture, open_toy, privileged_toy, result, toy

from hullmark.engine.bundle import Bundle, bundles, ranked
from hullmark.engine.config import Settings, identifiers
from hullmark.engine.run import evaluate
from hullmark.engine.settle import Terms, settle
from hullmark.model.architecture import Architecture, Exposure, Importance, Isolation, Links
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.finding import Finding
from hullmark.model.terms import Confidence, Impact, Outcome, Reach, Role, Severity, Theme
from hullmark.sources import Reading

SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: chat, namespace: prod}
spec: {type: LoadBalancer}
"""
HARMLESS = (
    "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: c, image: registry.example/c:1}]}\n"
)

SHARED = """\
apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata: {name: tune}
spec:
  pytorchReplicaSpecs:
    Master: &pods
      template:
        spec:
          containers:
            - {name: pytorch, image: registry.example/t:1, securityContext: {privileged: true}}
    Worker: *pods
"""


def test_what_pod_sets_share_is_found_once() -> None:
    found = result(SHARED, [privileged_toy])

    assert len(found.findings) == 1
    assert found.tallies["privileged-toy"][Outcome.FAIL] == 2


AGENT = (
    "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: c, image: registry.example/c:1, "
    "securityContext: {privileged: true}, env: [{name: OPENAI_API_KEY, value: x}, {name: MCP_SERVERS, value: y}]}]}\n"
)


@check(Container, severity=Severity.HIGH, roles=[Role.AGENT])
@toy
def agent_toy(container: Container, arch: Architecture) -> Iterator[Finding]:  # noqa: ARG001 - checks take it
    yield Finding("an agent", container.at("name"))


def test_what_is_found_for_a_role_is_no_surer_than_the_role() -> None:
    found = {s.check: s.confidence for s in result(AGENT, [agent_toy, privileged_toy]).findings}

    assert found == {"agent-toy": Confidence.MEDIUM, "privileged-toy": Confidence.HIGH}


def test_two_messages_at_one_place_are_two_findings() -> None:
    found = result(HARMLESS)

    assert len({s.finding.at for s in found.findings}) == 1
    assert len(found.findings) == 2


def test_the_most_urgent_workload_comes_first_and_on_it_the_most_urgent_finding() -> None:
    found = result({"a.yaml": HARMLESS, "b.yaml": DEPLOYMENT})

    assert [(s.resource.ref.name, s.check, s.subject.container) for s in found.findings] == [
        ("chat", "privileged-toy", "server"),
        ("chat", "privileged-toy", "proxy"),
        ("chat", "escalating-toy", "server"),
        ("chat", "escalating-toy", "proxy"),
        ("chat", "writable-toy", "server"),
        ("chat", "writable-toy", "proxy"),
        ("chat", "single-toy", ""),
        ("a", "escalating-toy", "c"),
        ("a", "writable-toy", "c"),
    ]
    assert [s.priority for s in found.findings] == sorted((s.priority for s in found.findings[:7]), reverse=True) + [
        s.priority for s in found.findings[7:]
    ]


FINDINGS = result({"a.yaml": HARMLESS, "b.yaml": DEPLOYMENT, "c.yaml": SERVICE, "d.yaml": SHARED}).findings


@given(st.permutations(FINDINGS))
def test_the_order_does_not_depend_on_the_order_of_the_scan(shuffled: list[object]) -> None:
    assert ranked(shuffled) == FINDINGS  # type: ignore[arg-type]


def test_absences_of_one_theme_are_one_entry() -> None:
    (group,) = bundles(result(DEPLOYMENT).findings)

    kinds = [e.theme if isinstance(e, Bundle) else e.check for e in group.entries]
    assert kinds == ["privileged-toy", "privileged-toy", Theme.HARDENING, "single-toy"]
    bundle = group.entries[2]
    assert isinstance(bundle, Bundle)
    assert len(bundle.findings) == 4
    assert bundle.priority == max(s.priority for s in bundle.findings)


def test_bundles_lose_and_reorder_nothing() -> None:
    groups = [*bundles(FINDINGS)]

    flat = [s for g in groups for e in g.entries for s in (e.findings if isinstance(e, Bundle) else (e,))]
    assert sorted(map(id, flat)) == sorted(map(id, FINDINGS))
    assert len({id(g.resource) for g in groups}) == len(groups)
    for group in groups:
        urgencies = [e.priority for e in group.entries]
        assert urgencies == sorted(urgencies, reverse=True)


def test_a_severity_of_the_settings_replaces_that_of_the_check() -> None:
    found = result(DEPLOYMENT, [privileged_toy], Settings(severities={"privileged-toy": Severity.INFO}))

    assert {s.severity for s in found.findings} == {Severity.INFO}


@pytest.mark.parametrize("impact", Impact)
@pytest.mark.parametrize("reach", Reach)
def test_an_object_matters_as_much_as_the_workload_it_serves(impact: Impact, reach: Reach) -> None:
    arch = architecture(f"{DEPLOYMENT}---\n{SERVICE}")
    (workload,) = arch.workloads
    (service,) = arch.kinds("Service")
    links = Links((service,), (), Isolation(False, (), (), False), exposure=Exposure(reach))
    linked = dataclasses.replace(
        arch, links=dict.fromkeys(workload.podsets, links), importance={workload: Importance(impact, ())}
    )
    terms = Terms(Settings(), identifiers(TOYS), "2026-06-01")

    found = settle(linked, evaluate(linked, [open_toy, privileged_toy]), terms, Reading(arch.resources, (), (), 1))

    assert {(s.check, s.impact, s.reach) for s in found.findings} == {
        ("open-toy", impact, reach),
        ("privileged-toy", impact, reach),
    }


def test_an_object_that_serves_nothing_seen_is_in_the_middle() -> None:
    (finding,) = result(SERVICE).findings

    assert (finding.impact, finding.reach, finding.workload) == (Impact.MODERATE, Reach.CLUSTER, None)


def test_the_same_input_gives_the_same_result() -> None:
    one, two = result(DEPLOYMENT), result(DEPLOYMENT)

    def key(found: object) -> list[tuple[str, int, str]]:
        return [(s.fingerprint, s.priority, s.finding.message) for s in found.findings]  # type: ignore[attr-defined]

    assert key(one) == key(two)
    assert one.tallies == two.tallies
