"""What operators lay over a pod or below it: Argo's patches and defaults, Tekton's step templates, NVIDIA's claims."""

from __future__ import annotations

from textwrap import indent

import pytest
from manifests import shown, workload

from hullmark.model.workload import PodSet


def workflow(spec: str, template: str = "", main: str = "{name: '', image: 'i:1'}") -> PodSet:
    """The pod of a workflow's only template."""
    text = "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: w}\nspec:\n"
    text += indent(f"{spec}\ntemplates:\n  - name: t\n    container: {main}\n", "  ") + indent(template, " " * 6)
    (podset,) = workload(text).podsets
    return podset


PATCH = """\
podSpecPatch: |
  hostPID: true
  containers:
    - name: main
      image: 'i:2'
      resources:
        limits: {nvidia.com/gpu: 4}
    - name: wait
      resources: {limits: {memory: 1Gi}}
    - name: proxy
      image: 'p:1'
"""


def test_a_patch_lies_over_the_pod() -> None:
    podset = workflow(PATCH)
    main, proxy = podset.containers

    assert (main.name, main.image.text, main.accelerator_count) == ("main", "i:2", 4)
    assert (shown(main.at("image")), main.at("image").line) == ("'i:2'", 9)
    assert not main.at("image").editable
    assert (shown(podset.at("hostPID")), podset.at("hostPID").editable) == ("true", False)
    assert (proxy.name, proxy.image.text) == ("proxy", "p:1")
    assert podset.unsettled == ""


def test_what_a_patch_says_nothing_of_can_still_be_edited() -> None:
    podset = workflow("podSpecPatch: 'hostPID: true'", main="\n          image: 'i:1'")
    assert podset.containers[0].at("image").editable


def test_a_template_s_patch_wins_and_defaults_lose() -> None:
    defaults = (
        "templateDefaults:\n  container: {image: 'd:1', workingDir: /d}\n  podSpecPatch: 'hostIPC: true'\n"
        "  serviceAccountName: d\n  script: {image: none}\npodSpecPatch: '{hostPID: true, hostNetwork: true}'"
    )
    podset = workflow(defaults, "podSpecPatch: '{hostPID: false}'\n", main="{image: 'i:1'}")
    (main,) = podset.containers

    assert (main.image.text, main.spec["workingDir"], podset.service_account) == ("i:1", "/d", "d")
    assert [podset.node.get(k) for k in ("hostPID", "hostNetwork", "hostIPC")] == [False, True, None]


def test_defaults_of_another_type_make_no_pod() -> None:
    text = """
        apiVersion: argoproj.io/v1alpha1
        kind: Workflow
        metadata: {name: w}
        spec:
          templateDefaults: {container: {image: 'd:1'}}
          templates: [{name: a, dag: {tasks: []}}, {name: b, script: {image: 's:1'}}]
    """
    assert [(p.name, [c.image.text for c in p.containers]) for p in workload(text).podsets] == [("b", ["s:1"])]


@pytest.mark.parametrize(
    ("patch", "unsettled"),
    [
        ("'{{workflow.parameters.patch}}'", True),
        ("'{\"containers\": {{inputs.parameters.c}}}'", True),
        ('\'{"containers": [{"name": "main", "image": "{{inputs.parameters.i}}"}]}\'', False),
        ("'{hostPID: {{inputs.parameters.p}}}'", False),
        ("'not: [yaml'", True),
        ("''", False),
        ("null", False),
    ],
)
def test_a_patch_that_is_filled_in_leaves_the_pod_open(patch: str, *, unsettled: bool) -> None:
    podset = workflow(f"podSpecPatch: {patch}")
    assert (podset.unsettled != "") is unsettled
    assert [c.name for c in podset.containers] == ["main"]


def test_more_than_a_cluster_takes_is_not_laid_over_every_template() -> None:
    templates = ", ".join(f"{{name: t{i}, container: {{image: i}}}}" for i in range(60))
    text = "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: w}\nspec:\n"
    text += f"  podSpecPatch: '{{hostPID: true, x: {'y' * 100_000}}}'\n  templates: [{templates}]\n"
    podsets = workload(text).podsets
    assert len(podsets) == 60
    assert {p.unsettled for p in podsets} == {"what the workflow adds to its templates is too large"}
    assert podsets[0].node.get("hostPID") is None


def test_steps_share_their_template() -> None:
    task = """\
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: t}
spec:
  stepTemplate:
    image: 's:1'
    env: [{name: A, value: a}, {name: B, value: b}]
    securityContext: {privileged: true}
    computeResources: {limits: {nvidia.com/gpu: 2}}
  steps:
    - name: own
      image: 'i:1'
      env: [{name: B, value: c}]
      securityContext: {privileged: false}
    - script: train
      computeResources: {limits: {nvidia.com/gpu: 1}}
  sidecars: [{name: log, image: 'l:1'}]
"""
    own, second, log = workload(task).containers

    assert [(c.name, c.image.text, c.accelerator_count) for c in (own, second, log)] == [
        ("own", "i:1", 2),
        ("unnamed-1", "s:1", 1),
        ("log", "l:1", 0),
    ]
    assert (own.env("A"), own.env("B"), second.env("B"), log.env("A")) == ("a", "c", "b", None)
    assert (own.privileged, second.privileged, log.privileged) == (False, True, False)
    assert (second.at("securityContext", "privileged").line, second.accelerators[0].place.line) == (8, 16)


NIM = """\
apiVersion: apps.nvidia.com/v1alpha1
kind: NIMService
metadata: {name: llm}
spec:
  image: {repository: nvcr.io/nim/meta/llama, tag: '1.3'}
  draResources:
CLAIMS
"""


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        (
            "- claimCreationSpec: {devices: [{name: gpu, count: 4, deviceClassName: gpu.nvidia.com}]}",
            [("gpu.nvidia.com", 4)],
        ),
        ("- claimCreationSpec: {devices: [{name: gpu}]}", [("gpu.nvidia.com", 1)]),
        (
            "- claimCreationSpec: {devices: [{name: a, count: 2}, {name: b, deviceClassName: mig.nvidia.com}]}",
            [("gpu.nvidia.com", 2), ("mig.nvidia.com", 1)],
        ),
        ("- resourceClaimName: shared", [("shared", None)]),
        (
            "- resourceClaimTemplateName: other\n- claimCreationSpec: {devices: [{}]}",
            [("other", None), ("gpu.nvidia.com", 1)],
        ),
        ("- claimCreationSpec: 5", []),
    ],
)
def test_claims_of_a_nim(claims: str, expected: list[tuple[str, int | None]]) -> None:
    found = workload(NIM.replace("CLAIMS", indent(claims, "    "))).containers[0]
    assert [(a.resource, a.count) for a in found.accelerators] == expected
    assert all(a.place.line >= 6 for a in found.accelerators)


def test_a_nim_s_claim_template_that_was_read() -> None:
    template = """\
---
apiVersion: resource.k8s.io/v1
kind: ResourceClaimTemplate
metadata: {name: eight}
spec: {spec: {devices: {requests: [{name: gpu, exactly: {deviceClassName: gpu.nvidia.com, count: 8}}]}}}
"""
    claims = "    - resourceClaimTemplateName: eight\n      requests: [gpu]"
    found = workload(NIM.replace("CLAIMS", claims) + template).containers[0]
    assert [(a.resource, a.count) for a in found.accelerators] == [("gpu.nvidia.com", 8)]
