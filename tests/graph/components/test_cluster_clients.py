"""Who asks the cluster's own API: by a client on a command line, in a script, or as a step that makes objects."""

from __future__ import annotations

import pytest
from drawing import deployment, draw, edges, lines, pairs

API = "external/kubernetes-api"


def script(text: str) -> str:
    inside = text.replace("\n", "\n            ")
    return f"command: [sh, -c]\n          args:\n          - |\n            {inside}"


@pytest.mark.parametrize(
    "more",
    [
        "command: [kubectl, get, pods]",
        "command: [/usr/bin/kubectl, -n, x, wait, pod, --for=condition=Ready]",
        script("set -e\nuntil kubectl get job x; do sleep 2; done"),
        script('until [ -n "$POD" ]; do\n  POD=$(kubectl get pods -n $NS)\ndone'),
        "command: [oc, apply, -f, /manifests]",
        "command: [kubectl, version]",
    ],
)
def test_a_client_asks_the_api(more: str) -> None:
    [edge] = edges(draw(deployment("app", more)), "calls").values()

    assert edge.target == API
    assert edge.certain
    assert "kubectl" in lines(edge)[0] or "oc" in lines(edge)[0]


def test_an_image_that_is_the_client_asks_the_api() -> None:
    asks = draw(deployment("app", "args: [get, pods]", image="bitnami/kubectl:1.31"))

    assert pairs(asks, "calls") == {("Deployment/app", API)}
    assert pairs(draw(deployment("app", image="bitnami/kubectl:1.31")), "calls") == set()


@pytest.mark.parametrize(
    "more",
    [
        "command: [kubectl, version, --client]",
        "command: [kubectl, kustomize, /base]",
        "command: [kubectl, --kubeconfig=/other, get, pods]",
        "command: [kubectl, get, pods, --context, other]",
        "command: [echo, kubectl, get, pods]",
        "command: [kubectl, get, pods]\n          env: [{name: KUBECONFIG, value: /other}]",
        script("# kubectl get pods\necho done"),
    ],
)
def test_what_stays_at_home_or_asks_another_cluster(more: str) -> None:
    assert edges(draw(deployment("app", more)), "calls") == {}


def test_steps_of_a_workflow() -> None:
    text = """
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: flow}
spec:
  entrypoint: all
  templates:
  - name: all
    steps: [[{name: a, template: make}], [{name: b, template: watch}], [{name: c, template: say}]]
  - name: make
    resource:
      action: create
      manifest: |
        apiVersion: batch/v1
        kind: Job
        metadata: {name: made}
        spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: 'x:1'}]}}}
  - name: watch
    script: {image: 'x:1', command: [bash], source: "kubectl get job made"}
  - name: say
    script: {image: 'x:1', command: [python], source: "print('kubectl')"}
"""
    assert pairs(draw(text), "calls") == {("Workflow/flow/make", API), ("Workflow/flow/watch", API)}
