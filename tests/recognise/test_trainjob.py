"""TrainJobs: the pods of their runtimes, with what the job lays over them."""

from __future__ import annotations

import pytest
from manifests import shown, workload

from hullmark.model.resource import Resource
from hullmark.model.workload import Workload
from hullmark.recognise.recognition import recognise
from hullmark.sources.kubernetes import resources
from hullmark.text.source import Source


def workloads(text: str) -> tuple[Workload, ...]:
    return recognise([o for o in resources(Source("a.yaml", text)) if isinstance(o, Resource)])


RUNTIME = """\
apiVersion: trainer.kubeflow.org/v1alpha1
kind: ClusterTrainingRuntime
metadata: {name: torch}
spec:
  mlPolicy: {numNodes: 2}
  template:
    spec:
      replicatedJobs:
        - name: model-initializer
          template: {spec: {template: {spec: {containers: [{name: model-initializer, image: init}]}}}}
        - name: node
          template:
            metadata: {labels: {trainer.kubeflow.org/trainjob-ancestor-step: trainer}}
            spec: {template: {spec: {containers: [{name: node, image: runtime, env: [{name: A, value: a}]}]}}}
"""

JOB = """\
apiVersion: trainer.kubeflow.org/v1alpha1
kind: TrainJob
metadata: {name: j}
spec:
  runtimeRef: {name: torch}
  trainer:
    command: [train]
    numNodes: 4
    env: [{name: B, value: b}]
"""


def test_a_train_job_is_its_runtime_with_the_trainer_laid_over() -> None:
    runtime, job = workloads(f"{RUNTIME}---\n{JOB}")
    assert runtime.template
    assert [(p.name, p.replicas.wanted) for p in job.podsets] == [("model-initializer", 1), ("node", 4)]
    (node,) = job.podsets[1].containers
    assert (node.spec["image"], node.env("A"), node.env("B")) == ("runtime", "a", "b")
    assert shown(node.at("command", 0)) == "train"
    image = node.at("image")
    assert (shown(image), image.editable) == ("{name: torch}", False)


def test_a_train_job_without_its_runtime_is_unknown_not_wrong() -> None:
    job = workload(JOB.replace("    numNodes: 4\n", ""))
    assert [(p.name, p.replicas.wanted) for p in job.podsets] == [("node", None)]
    assert "image" in job.injected


# -- patches -------------------------------------------------------------------------------------

SPEC = "{serviceAccountName: own, containers: [{name: node, securityContext: {privileged: true}}, {name: strange, image: s}]}"
RUNTIME_PATCHES = f"""\
  runtimePatches:
    - manager: example.com/quota
      trainingRuntimeSpec:
        template:
          spec:
            replicatedJobs:
              - name: node
                template: {{spec: {{template: {{metadata: {{labels: {{team: a}}}}, spec: {SPEC}}}}}}}
"""
TEMPLATE_OVERRIDES = f"""\
  podTemplateOverrides:
    - targetJobs: [{{name: node}}]
      metadata: {{labels: {{team: a}}}}
      spec: {SPEC}
"""
SPEC_OVERRIDES = f"""\
  podSpecOverrides:
    - {{targetJobs: [{{name: node}}], {SPEC[1:]}
"""
PATCHES = (RUNTIME_PATCHES, TEMPLATE_OVERRIDES, SPEC_OVERRIDES)


@pytest.mark.parametrize("patch", PATCHES)
def test_a_patch_lies_over_the_pods_it_names(patch: str) -> None:
    _, job = workloads(f"{RUNTIME}---\n{JOB}{patch}")
    first, second = job.podsets
    (node,) = second.containers

    assert (first.service_account, second.service_account) == ("default", "own")
    assert not first.containers[0].privileged
    assert (node.privileged, node.spec["image"], node.env("B")) == (True, "runtime", "b")
    assert shown(node.at("securityContext", "privileged")) == "true"
    assert (shown(node.at("image")), node.at("image").editable) == ("{name: torch}", False)
    assert dict(second.labels).get("team") == ("a" if "labels" in patch else None)


@pytest.mark.parametrize("patch", PATCHES)
def test_a_patch_over_a_runtime_that_was_not_read(patch: str) -> None:
    (podset,) = workload(JOB + patch).podsets
    assert [c.name for c in podset.containers] == ["node", "strange"]
    assert (podset.service_account, podset.containers[0].privileged) == ("own", True)
    assert shown(podset.containers[0].at("command", 0)) == "train"


def test_as_many_patches_as_a_job_may_hold() -> None:
    patches = "".join(
        f"    - {{targetJobs: [{{name: node}}], spec: {{nodeSelector: {{k{i}: v}}}}}}\n" for i in range(30)
    )
    _, job = workloads(f"{RUNTIME}---\n{JOB}  podTemplateOverrides:\n{patches}")
    assert len(job.podsets[1].node.get("nodeSelector")) == 16
