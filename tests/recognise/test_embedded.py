from __future__ import annotations

from textwrap import dedent

import pytest
from manifests import shown

from hullmark.model.resource import Resource
from hullmark.recognise.embedded import expand
from hullmark.recognise.recognition import recognise
from hullmark.sources.kubernetes import resources
from hullmark.text.source import Source


def read(text: str) -> tuple[Resource, ...]:
    return expand([o for o in resources(Source("a.yaml", dedent(text))) if isinstance(o, Resource)])


ARGO = """\
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: w, namespace: ml}
spec:
  templates:
    - name: train
      resource:
        action: create
        manifest: |
          apiVersion: batch/v1
          kind: Job
          metadata:
            name: {{workflow.name}}-train
          spec:
            parallelism: {{inputs.parameters.n}}
            template:
              spec:
                containers:
                  - name: main
                    image: repo/train:{{workflow.parameters.tag}}
"""


def test_a_manifest_in_a_block_scalar_keeps_its_lines() -> None:
    host, job = read(ARGO)
    assert (job.provenance, job.host, job.ref.kind, job.ref.namespace) == ("embedded", host.ref, "Job", "ml")
    (workload,) = (w for w in recognise([job]))
    image = workload.containers[0].at("image")
    assert (image.line, image.start.column, image.editable) == (20, 28, False)
    assert shown(image) == "repo/train:{{workflow.parameters.tag}}"
    assert workload.podsets[0].replicas.wanted is None, "a placeholder is no number"
    assert (job.ref.name, workload.containers[0].spec["image"]) == (
        "{{workflow.name}}-train",
        "repo/train:{{workflow.parameters.tag}}",
    )


def test_a_manifest_in_a_quoted_string_is_shown_as_a_whole() -> None:
    text = (
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  a: "apiVersion: v1\\nkind: Pod\\nspec: {}\\n"\n'
    )
    _, pod = read(text)
    place = pod.node.at("kind")
    assert (pod.ref.kind, pod.ref.name, place.line, place.exact) == ("Pod", "c", 5, False)


def test_several_documents_and_a_broken_one() -> None:
    found = read(
        """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: trials}
        data:
          good: |
            apiVersion: v1
            kind: Service
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: inner}
          bad: |
            apiVersion: v1
            kind: [
        """
    )
    assert [r.ref.kind for r in found] == ["ConfigMap", "Service", "Deployment"]
    assert found[2].node.at("metadata", "name").line == 12


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        (
            "kind: AppWrapper\napiVersion: workload.codeflare.dev/v1beta2\nspec:\n  components:\n    - template: {POD}\n",
            "Pod",
        ),
        (
            "kind: EdgeApplication\napiVersion: apps.kubeedge.io/v1alpha1\n"
            "spec:\n  workloadTemplate:\n    manifests:\n      - {POD}\n",
            "Pod",
        ),
        ("kind: Experiment\napiVersion: kubeflow.org/v1beta1\nspec:\n  trialTemplate:\n    trialSpec: {POD}\n", "Pod"),
    ],
)
def test_nested_objects_are_resources_and_can_be_edited(text: str, inner: str) -> None:
    text = text.replace("{POD}", "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{image: a}]}}")
    _, found = read(text)
    place = found.node.at("spec", "containers", 0, "image")
    assert (found.ref.kind, found.provenance, place.exact, place.editable) == (inner, "embedded", True, True)


@pytest.mark.parametrize(
    "text",
    [
        # The annotation repeats the object itself.
        "kind: Pod\napiVersion: v1\nmetadata:\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: |\n"
        '      {"apiVersion":"v1","kind":"Pod"}\n',
        # A Secret's values are not read.
        "kind: Secret\napiVersion: v1\nstringData:\n  a: |\n    apiVersion: v1\n    kind: Pod\n",
        # A Rollouts Experiment is none of Katib's.
        "kind: Experiment\napiVersion: argoproj.io/v1alpha1\nspec:\n  trialTemplate:\n"
        "    trialSpec: {apiVersion: v1, kind: Pod}\n",
        # Prose.
        "kind: ConfigMap\napiVersion: v1\ndata:\n  readme: set apiVersion and kind as you like\n",
    ],
)
def test_what_is_not_embedded(text: str) -> None:
    assert len(read(text)) == 1


def test_depth_is_bounded() -> None:
    text = "{apiVersion: v1, kind: Pod}"
    for _ in range(12):
        text = (
            f"{{apiVersion: workload.codeflare.dev/v1, kind: AppWrapper, spec: {{components: [{{template: {text}}}]}}}}"
        )
    assert len(read(text)) == 4


def test_a_manifest_in_an_object_in_an_object_is_found_once_and_belongs_to_the_inner() -> None:
    inner = ARGO.replace("\n", "\n          ")
    text = f"""\
apiVersion: argoproj.io/v1alpha1
kind: Sensor
metadata: {{name: s}}
spec:
  triggers:
    - template:
        argoWorkflow:
          source:
            resource:
              {inner.replace(chr(10), chr(10) + "    ")}
"""
    host, workflow, job = read(text)

    assert [r.ref.kind for r in (host, workflow, job)] == ["Sensor", "Workflow", "Job"]
    assert job.host == workflow.ref
