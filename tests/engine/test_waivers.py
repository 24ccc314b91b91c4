from __future__ import annotations

import pytest
from scanning import DEPLOYMENT, TOYS, privileged_toy, result, single_toy

from hullmark.engine.config import Settings, identifiers, settings
from hullmark.engine.result import Result
from hullmark.model.terms import Outcome
from hullmark.text.source import Source

GOOD = "the old driver needs it; owner=team-vision; expires=2027-01-31"


def annotated(*lines: str, template: bool = False) -> str:
    """The deployment with annotations on the object or on its pod template."""
    indent = 6 if template else 2
    anchor = "      labels: {app: chat}\n" if template else "  namespace: prod\n"
    text = "".join(f"{' ' * (indent + 2)}{line}\n" for line in lines)
    return DEPLOYMENT.replace(anchor, f"{anchor}{' ' * indent}annotations:\n{text}")


def scan(text: str, today: str = "2026-06-01") -> Result:
    return result(text, [privileged_toy, single_toy], today=today)


def open_containers(found: Result) -> list[str]:
    return sorted(s.subject.container for s in found.findings if s.check == "privileged-toy")


def notes(found: Result) -> list[tuple[str, int, str]]:
    return [(n.state, n.place.line, n.message) for n in found.waiver_notes]


@pytest.mark.parametrize("template", [False, True], ids=["object", "pod template"])
def test_an_annotation_waives_the_check_in_all_containers(template: bool) -> None:
    found = scan(annotated(f'hullmark.dev/waive.privileged-toy: "{GOOD}"', template=template))

    assert open_containers(found) == []
    assert [s.subject.container for s in found.waived] == ["server", "proxy"]
    assert {s.waiver.owner for s in found.waived if s.waiver} == {"team-vision"}
    assert not any(s.gates for s in found.waived)
    assert found.tallies["privileged-toy"][Outcome.WAIVED] == 2
    assert found.tallies["privileged-toy"][Outcome.FAIL] == 0
    assert [s.check for s in found.findings] == ["single-toy"]
    assert notes(found) == []


@pytest.mark.parametrize("template", [False, True], ids=["object", "pod template"])
def test_an_annotation_waives_the_check_in_one_container(template: bool) -> None:
    found = scan(annotated(f'hullmark.dev/waive.privileged-toy.proxy: "{GOOD}"', template=template))

    assert open_containers(found) == ["server"]
    assert found.tallies["privileged-toy"][Outcome.FAIL] == 1
    assert notes(found) == []


def test_an_alias_of_the_check_is_as_good() -> None:
    assert open_containers(scan(annotated(f'hullmark.dev/waive.privileged: "{GOOD}"'))) == []


def test_a_pod_template_speaks_for_a_workload_that_has_only_this_one() -> None:
    found = scan(annotated(f'hullmark.dev/waive.single-toy: "{GOOD}"', template=True))

    assert [s.check for s in found.waived] == ["single-toy"]


def test_a_pod_template_does_not_speak_for_another() -> None:
    pods = """\
        template:
          metadata:
            annotations: {ANNOTATION}
          spec:
            containers:
              - {name: trainer, image: registry.example/t:1, securityContext: {privileged: true}}
"""
    text = f"""\
apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata: {{name: tune}}
spec:
  pytorchReplicaSpecs:
      Master:
{pods.replace("ANNOTATION", f'hullmark.dev/waive.privileged-toy: "{GOOD}"')}
      Worker:
{pods.replace("ANNOTATION", "a: b")}
"""
    found = scan(text)

    assert len(found.waived) == len(found.findings) == 1
    assert found.waived[0].subject.podset != found.findings[0].subject.podset


def test_a_list_takes_what_is_too_long_for_a_name() -> None:
    entry = "check: privileged-toy, reason: old driver, owner: me, expires: 2027-01-31"
    found = scan(
        annotated(
            "hullmark.dev/waivers: |",
            f"  - {{{entry}, container: proxy}}",
            "  - {check: single-toy, reason: a, owner: b, expires: 2027-02-31}",
        )
    )

    assert open_containers(found) == ["server"]
    assert notes(found) == [
        ("invalid", 7, "'2027-02-31' is not a date; write it as year-month-day, such as 2027-03-31")
    ]


def test_a_pod_has_one_metadata_and_so_one_waiver() -> None:
    text = f"""\
apiVersion: v1
kind: Pod
metadata:
  name: p
  annotations: {{hullmark.dev/waive.privileged-toy: "{GOOD}", hullmark.dev/waive.single-toy: "{GOOD}"}}
spec:
  containers: [{{name: c, image: registry.example/c:1, securityContext: {{privileged: true}}}}]
"""
    found = scan(text)

    assert len(found.waived) == 1
    assert [n.state for n in found.waiver_notes] == ["unused"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('hullmark.dev/waive.privileged-toy: "owner=a; expires=2027-01-31"', "has no 'reason'"),
        ('hullmark.dev/waive.privileged-toy: "ok; expires=2027-01-31"', "has no 'owner'"),
        ('hullmark.dev/waive.privileged-toy: "ok; owner=a"', "has no 'expires'"),
        ('hullmark.dev/waive.privileged-toy: "ok; owner=; expires=2027-01-31"', "has no 'owner'"),
        ('hullmark.dev/waive.privileged-toy: "ok; owner=a; expires=soon"', "'soon' is not a date"),
        ('hullmark.dev/waive.privileged-toy: "ok; owner=a; expires=2027-13-01"', "'2027-13-01' is not a date"),
        ("hullmark.dev/waive.privileged-toy: true", "is a string"),
        ("hullmark.dev/waive.privileged-toy: ", "is a string"),
        (f'hullmark.dev/waive.privileged-toi: "{GOOD}"', "no check 'privileged-toi'; did you mean 'privileged-toy'?"),
        (f'hullmark.dev/waive.privileged-toy.prox: "{GOOD}"', "no container 'prox' here; did you mean 'proxy'?"),
        (f'hullmark.dev/waiver.privileged-toy: "{GOOD}"', "unknown annotation 'hullmark.dev/waiver.privileged-toy'"),
        (f'hullmark.dev/waive: "{GOOD}"', "unknown annotation 'hullmark.dev/waive'"),
        (f'hullmark.dev/waive.privileged-toy.{"x" * 43}: "{GOOD}"', "Kubernetes does not accept"),
        (f'hullmark.dev/waive.privileged-toy.: "{GOOD}"', "Kubernetes does not accept"),
        ("hullmark.dev/waivers: privileged-toy", "is a list of waivers"),
        ('hullmark.dev/waivers: "[}"', "; "),
        ('hullmark.dev/waivers: "- open-toy"', "a waiver is a mapping"),
        ('hullmark.dev/waivers: "- {check: open-toy, kind: Pod}"', "unknown key 'kind'"),
    ],
)
def test_what_is_not_a_waiver_is_reported_and_waives_nothing(line: str, message: str) -> None:
    found = scan(annotated(line))

    (note,) = found.waiver_notes
    assert open_containers(found) == ["proxy", "server"]
    assert found.waived == ()
    assert (note.state, note.place.line) == ("invalid", 7)
    assert message in note.message


def test_a_name_of_63_characters_is_accepted() -> None:
    name = "c" * (63 - len("waive.privileged-toy."))
    text = annotated(f'hullmark.dev/waive.privileged-toy.{name}: "{GOOD}"').replace("name: proxy", f"name: {name}")

    assert open_containers(scan(text)) == ["server"]


def test_a_waiver_holds_on_its_last_day_and_not_after() -> None:
    text = annotated(f'hullmark.dev/waive.privileged-toy: "{GOOD}"')

    assert open_containers(scan(text, "2027-01-31")) == []
    late = scan(text, "2027-02-01")
    assert open_containers(late) == ["proxy", "server"]
    assert late.tallies["privileged-toy"][Outcome.FAIL] == 2
    assert notes(late) == [("expired", 7, "the waiver of 'privileged-toy' expired on 2027-01-31; team-vision owns it")]


def test_reason_may_have_semicolons_and_equal_signs() -> None:
    found = scan(
        annotated('hullmark.dev/waive.privileged-toy: "driver=legacy; see GPU-7; owner=a; expires=2027-01-31"')
    )

    assert {s.waiver.reason for s in found.waived if s.waiver} == {"driver=legacy; see GPU-7"}


def test_an_object_that_runs_nothing_can_be_waived_too() -> None:
    text = f"""\
apiVersion: v1
kind: Service
metadata:
  name: chat
  annotations:
    hullmark.dev/waive.open-toy: "{GOOD}"
spec: {{type: LoadBalancer}}
"""
    found = result(text)

    assert [s.check for s in found.waived] == ["open-toy"]
    assert found.findings == ()


def declared(selector: str) -> Settings:
    text = f"waivers:\n  - {{check: privileged, reason: ok, owner: me, expires: 2027-01-31, {selector}}}\n"
    return settings(Source("hullmark.yaml", text), identifiers(TOYS))


@pytest.mark.parametrize(
    "selector",
    [
        "",
        "kind: Deployment",
        "kind: Deployment, namespace: prod, name: chat",
        "paths: [deploy]",
        "paths: [deploy/]",
        "paths: ['*.yaml']",
        "paths: [/deploy/app.yaml]",
        "paths: ['deploy/**']",
    ],
)
def test_a_declared_waiver_accepts_what_it_selects(selector: str) -> None:
    found = result(DEPLOYMENT, [privileged_toy], declared(selector))

    assert open_containers(found) == []
    assert found.waiver_notes == ()


@pytest.mark.parametrize(
    "selector", ["kind: Pod", "namespace: dev", "name: chatbot", "paths: [other/]", "paths: ['*.json']"]
)
def test_a_declared_waiver_that_selects_nothing_is_reported(selector: str) -> None:
    found = result(DEPLOYMENT, [privileged_toy], declared(selector))

    assert open_containers(found) == ["proxy", "server"]
    assert notes(found) == [
        ("unused", 2, "the waiver of 'privileged-toy' accepts nothing: the check finds nothing there")
    ]


def test_a_declared_waiver_may_name_a_container() -> None:
    assert open_containers(result(DEPLOYMENT, [privileged_toy], declared("container: proxy"))) == ["server"]


def test_an_expired_declared_waiver_is_reported_once() -> None:
    found = result(DEPLOYMENT, [privileged_toy], declared(""), today="2028-01-01")

    assert [n.state for n in found.waiver_notes] == ["expired"]
    assert len(found.findings) == 2
