# ruff: noqa: ARG001 - checks take the architecture, needed or not

from __future__ import annotations

import re
from collections import Counter
from hashlib import blake2b

import pytest
from scanning import DEPLOYMENT, TOYS, Found, result, toy

from hullmark.engine.fingerprint import fingerprints
from hullmark.engine.result import Result
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.finding import Finding
from hullmark.model.terms import Severity


def prints(found: Result) -> Counter[str]:
    return Counter(s.fingerprint for s in found.findings)


ENV = DEPLOYMENT.replace(
    "          image: registry.example/chat:1\n",
    """\
          image: registry.example/chat:1
          env:
            - name: HF_TOKEN
              value: hf_a
            - name: MODE
              value: fast
            - {name: WANDB_TOKEN, value: b}
""",
)
SERVER, PROXY = re.findall(r"        - name: (?:.|\n)*?privileged: true.*\n", DEPLOYMENT)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (DEPLOYMENT, "# a new head\n\n" + DEPLOYMENT),
        (DEPLOYMENT, DEPLOYMENT.replace("registry.example/chat:1", '"registry.example/chat:2"')),
        (DEPLOYMENT, DEPLOYMENT.replace(SERVER + PROXY, PROXY + SERVER)),
        (DEPLOYMENT, DEPLOYMENT.replace("\n", "\r\n")),
        (DEPLOYMENT, DEPLOYMENT.replace("privileged: true  #", "runAsUser: 0\n            privileged: true #")),
        (DEPLOYMENT, f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\n---\n{DEPLOYMENT}"),
        (DEPLOYMENT, DEPLOYMENT.replace("name: proxy\n", "name: proxy\n          env: [{name: A, value: b}]\n")),
        (ENV, re.sub(r"(?s)( +- name: HF.*?)( +- name: MODE.*?)( +- \{name)", r"\2\1\3", ENV)),
        (ENV, ENV.replace("hf_a", "hf_b")),
    ],
)
def test_survives_moves_formats_and_orders(before: str, after: str) -> None:
    assert before != after
    assert prints(result(before)) == prints(result(after))


def test_survives_a_move_to_another_file_and_into_a_list() -> None:
    body = "".join(f"    {line}\n" for line in DEPLOYMENT.splitlines())
    listed = f"apiVersion: v1\nkind: List\nitems:\n  - apiVersion: v1\n    kind: ConfigMap\n  -\n{body}"

    assert prints(result(DEPLOYMENT)) == prints(result({"other/place.yaml": DEPLOYMENT}))
    assert prints(result(DEPLOYMENT)) == prints(result(listed))


def test_all_findings_of_a_scan_have_their_own() -> None:
    found = prints(result({"a.yaml": ENV, "b.yaml": ENV}))

    assert len(result(ENV).findings) == 9
    assert len(found) == 18
    assert all(re.fullmatch("[0-9a-f]{16}", text) for text in found)


@pytest.mark.parametrize(
    "change", [("name: chat", "name: talk"), ("name: server", "name: main"), ("HF_TOKEN", "HUB_TOKEN"), ("prod", "dev")]
)
def test_another_subject_or_item_is_another_finding(change: tuple[str, str]) -> None:
    assert prints(result(ENV)) != prints(result(ENV.replace(*change)))


def test_a_new_equal_finding_leaves_those_there_were() -> None:
    one, two = prints(result({"a.yaml": DEPLOYMENT})), prints(result({"a.yaml": DEPLOYMENT, "b.yaml": DEPLOYMENT}))

    assert set(one) < set(two)


def test_they_are_the_same_on_every_machine() -> None:
    assert list(fingerprints(["a", "a", "b"])) == [
        blake2b(text.encode(), digest_size=8).hexdigest() for text in ("a\x1f0", "a\x1f1", "b\x1f0")
    ]


def test_a_secret_is_no_part_of_a_fingerprint() -> None:
    @check(Container, severity=Severity.HIGH)
    @toy
    def secret_toy(container: Container, arch: Architecture) -> Found:
        yield Finding("a secret", container.at("args", 0), secret=True)

    text = DEPLOYMENT.replace("          image: registry.example/chat:1\n", "          args: [hunter2]\n")

    assert prints(result(text, [secret_toy])) == prints(result(text.replace("hunter2", "letmein"), [secret_toy]))


@pytest.mark.parametrize(
    ("kind", "body", "name"),
    [
        ("serving.knative.dev/v1 Service", "template: {spec: {containers: [CONTAINER]}}", "user-container"),
        ("serving.kserve.io/v1beta1 InferenceService", "predictor: {containers: [CONTAINER]}", "kserve-container"),
        ("tekton.dev/v1 Task", "steps: [CONTAINER]", "unnamed-0"),
        ("apps/v1 Deployment", "template: {spec: {containers: [CONTAINER]}}", "containers[0]"),
    ],
)
def test_a_container_without_a_name_is_called_as_its_controller_calls_it(kind: str, body: str, name: str) -> None:
    api, _, what = kind.partition(" ")
    text = f"apiVersion: {api}\nkind: {what}\nmetadata: {{name: x}}\nspec: {{{body}}}\n"
    (unnamed,) = result(text.replace("CONTAINER", "{image: i, securityContext: {privileged: true}}"), TOYS[:1]).findings
    (named,) = result(
        text.replace("CONTAINER", "{name: own, image: i, securityContext: {privileged: true}}"), TOYS[:1]
    ).findings

    assert (unnamed.subject.container, unnamed.finding.message) == (name, f"'{name}' is privileged")
    assert named.subject.container == "own"
