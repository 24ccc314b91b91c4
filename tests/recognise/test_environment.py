from __future__ import annotations

from textwrap import dedent, indent

from hullmark.model.container import Container
from hullmark.model.resource import Resource
from hullmark.recognise.recognition import recognise
from hullmark.sources.kubernetes import resources
from hullmark.text.source import Source

OBJECTS = """
apiVersion: v1
kind: ConfigMap
metadata: {name: config, namespace: ml}
data: {MODEL: big, PORT: "80"}
---
apiVersion: v1
kind: Secret
metadata: {name: secret}
stringData: {TOKEN: never-read}
data: {KEY: bmV2ZXI=}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: elsewhere, namespace: other}
data: {A: b}
"""


def container(fields: str) -> Container:
    pod = "---\napiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: ml}\nspec:\n  containers:\n    - name: c\n"
    text = OBJECTS + pod + indent(dedent(fields), " " * 6)
    found = [o for o in resources(Source("a.yaml", text)) if isinstance(o, Resource)]
    return recognise(found)[0].containers[0]


def test_no_environment_is_a_known_environment() -> None:
    found = container("image: a\n")
    assert (dict(found.environment), found.environment_known) == ({}, True)


def test_config_maps_are_read_and_own_variables_win() -> None:
    found = container(
        """
        envFrom: [{prefix: P_, configMapRef: {name: config}}, {configMapRef: {name: config}}]
        env: [{name: PORT, value: "81"}]
        """
    )
    assert {n: v.value for n, v in found.environment.items()} == {
        "P_MODEL": "big",
        "P_PORT": "80",
        "MODEL": "big",
        "PORT": "81",
    }
    assert found.environment_known
    model = found.environment["MODEL"]
    assert (model.origin, model.node.at().line) == ("config", 5)


def test_a_secret_brings_names_without_values() -> None:
    found = container(
        """
        envFrom: [{secretRef: {name: secret}}]
        env: [{name: ONE, valueFrom: {secretKeyRef: {name: unseen, key: k}}}]
        """
    )
    assert {(v.name, v.value, v.origin) for v in found.environment.values()} == {
        ("TOKEN", None, "secret"),
        ("KEY", None, "secret"),
        ("ONE", None, "secret"),
    }
    assert found.environment_known


def test_a_source_that_was_not_read_leaves_the_environment_open() -> None:
    for name in ("unseen", "elsewhere"):
        found = container(f"envFrom: [{{configMapRef: {{name: {name}}}}}]\nenv: [{{name: A, value: a}}]\n")
        assert not found.environment_known
        assert list(found.environment) == ["A"]


def test_references_are_expanded_to_what_came_before() -> None:
    found = container(
        """
        envFrom: [{configMapRef: {name: config}}]
        env:
          - {name: A, value: "$(MODEL)-$(LATER)-$$(MODEL)-${MODEL}"}
          - {name: LATER, value: x}
          - {name: S, valueFrom: {secretKeyRef: {name: secret, key: TOKEN}}}
          - {name: URL, value: "http://$(S)@host"}
        """
    )
    assert found.env("A") == "big-$(LATER)-$(MODEL)-${MODEL}"
    assert found.env("URL") is None, "it holds a secret"
    assert found.environment["URL"].origin == "literal"


def test_other_sources_and_values() -> None:
    found = container(
        """
        env:
          - {name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
          - {name: CM, valueFrom: {configMapKeyRef: {name: config, key: MODEL}}}
          - {name: NONE, valueFrom: {configMapKeyRef: {name: config, key: nothing}}}
          - {name: NUMBER, value: 5}
          - {name: EMPTY}
          - {name: ODD, valueFrom: {oddRef: {}}}
          - just text
        """
    )
    assert {(v.name, v.value, v.origin) for v in found.environment.values()} == {
        ("POD", None, "field"),
        ("CM", "big", "config"),
        ("NONE", None, "config"),
        ("NUMBER", None, "literal"),
        ("EMPTY", "", "literal"),
        ("ODD", None, "unknown"),
    }
