"""Compiled Kubeflow pipelines: the tasks of DAGs in DAGs, what each waits for, and the pods they run in."""

from __future__ import annotations

import time

import pytest
from manifests import workload

from hullmark.model.promotion import program
from hullmark.model.resource import Resource
from hullmark.recognise.kfp import Task, compiled, said, tasks, words
from hullmark.sources.kubernetes import resources
from hullmark.text.source import Source

HEAD = "pipelineInfo: {name: p}\nschemaVersion: 2.1.0\n"
NESTED = f"""{HEAD}
components:
  comp-train: {{executorLabel: exec-train}}
  comp-deploy: {{executorLabel: exec-deploy}}
  comp-inner:
    dag:
      tasks:
        train:
          componentRef: {{name: comp-train}}
          taskInfo: {{name: train}}
        tell: {{componentRef: {{name: comp-deploy}}, dependentTasks: [train]}}
      outputs:
        artifacts: {{best: {{artifactSelectors: [{{producerSubtask: train, outputArtifactKey: model}}]}}}}
        parameters:
          score: {{valueFromParameter: {{producerSubtask: train, outputParameterKey: quality}}}}
          either:
            valueFromOneof:
              parameterSelectors: [{{producerSubtask: tell, outputParameterKey: a}}, {{producerSubtask: gone, outputParameterKey: b}}]
  comp-condition:
    dag:
      tasks:
        train:
          componentRef: {{name: comp-deploy}}
          inputs: {{artifacts: {{model: {{componentInputArtifact: from-inner}}}}}}
deploymentSpec: {{executors: {{exec-train: {{container: {{image: 't:1'}}}}, exec-deploy: {{container: {{image: 'd:1'}}}}}}}}
root:
  dag:
    tasks:
      condition-1:
        componentRef: {{name: comp-condition}}
        dependentTasks: [inner]
        inputs:
          artifacts: {{from-inner: {{taskOutputArtifact: {{producerTask: inner, outputArtifactKey: best}}}}}}
          parameters:
            s: {{taskOutputParameter: {{producerTask: inner, outputParameterKey: score}}}}
            e: {{taskOutputParameter: {{producerTask: inner, outputParameterKey: either}}}}
            arg: {{componentInputParameter: arg}}
        triggerPolicy: {{condition: "inputs.parameter_values['s'] > 0.5 && inputs.parameter_values['arg'] && inputs.parameter_values['e']"}}
      inner: {{componentRef: {{name: comp-inner}}}}
"""


def read(text: str) -> tuple[Task, ...]:
    (one,) = resources(Source("a.yaml", text))
    assert isinstance(one, Resource)
    return tasks(one)


def test_dags_in_dags_are_flat() -> None:
    found = {task.name: task for task in read(NESTED)}

    assert list(found) == ["train", "train:2", "tell"]
    assert {n: sorted(w for w, _ in t.waits) for n, t in found.items()} == {
        "train": ["tell", "train:2"],
        "train:2": [],
        "tell": ["train:2"],
    }
    (taken,) = found["train"].inputs
    assert (taken.name, [(o.task, o.key) for o in taken.made]) == ("model", [("train:2", "model")])
    (condition,) = found["train"].conditions
    assert set(condition.results_of) == {"train:2", "tell"}
    assert [str(t.container.value["image"]) for t in found.values() if t.container] == ["d:1", "t:1", "d:1"]


def test_a_component_in_itself_ends() -> None:
    text = f"""{HEAD}
components: {{c: {{dag: {{tasks: {{a: {{componentRef: {{name: c}}}}, b: {{componentRef: {{name: d}}}}}}}}}}, d: {{executorLabel: e}}}}
root: {{dag: {{tasks: {{a: {{componentRef: {{name: c}}}}}}}}}}
"""
    assert [task.name for task in read(text)] == ["b"]


def test_hostile_pipelines_are_bounded() -> None:
    levels = "\n".join(
        f"  c{i}: {{dag: {{tasks: {{{', '.join(f't{j}: {{componentRef: {{name: c{i + 1}}}}}' for j in range(40))}}}}}}}"
        for i in range(12)
    )
    named = ", ".join(f"a{i}" for i in range(2000))
    flat = ", ".join(f"a{i}: {{componentRef: {{name: z}}, dependentTasks: [{named}]}}" for i in range(60))
    root = f"root: {{dag: {{tasks: {{x: {{componentRef: {{name: c0}}}}, {flat}}}}}}}"
    text = f"{HEAD}\ncomponents:\n{levels}\n  z: {{executorLabel: e}}\n{root}\n"
    started = time.perf_counter()

    assert len(read(text)) <= 500
    assert time.perf_counter() - started < 5


PIPELINE = f"""{HEAD}
components: {{comp-fit: {{executorLabel: exec-fit}}}}
deploymentSpec:
  executors:
    exec-fit:
      container:
        image: 'fit:1'
        command: [python, fit.py]
        args: [--data, /data]
        env: [{{name: A, value: b}}]
        resources:
          cpuLimit: 4.0
          memoryLimit: 16.0
          resourceCpuRequest: '2'
          resourceMemoryRequest: 8Gi
          accelerator: {{type: NVIDIA_TESLA_T4, count: '2'}}
root: {{dag: {{tasks: {{fit: {{componentRef: {{name: comp-fit}}}}}}}}}}
---
platforms:
  kubernetes:
    deploymentSpec:
      executors:
        exec-fit:
          imagePullPolicy: Always
          nodeSelector: {{labels: {{gpu: a100}}}}
          tolerations: [{{key: nvidia.com/gpu, operator: Exists}}]
          securityContext: {{runAsUser: 0}}
          podMetadata: {{labels: {{team: ml}}, annotations: {{a: b}}}}
          secretAsEnv:
            - secretName: s3
              keyToEnv: [{{secretKey: key, envVar: AWS_KEY}}]
            - secretNameParameter: {{componentInputParameter: later}}
              keyToEnv: [{{secretKey: other, envVar: LATER}}]
          configMapAsEnv: [{{configMapNameParameter: {{runtimeValue: {{constant: conf}}}}, keyToEnv: [{{configMapKey: k, envVar: CONF}}]}}]
          secretAsVolume: [{{secretName: tls, mountPath: /tls}}]
          pvcMount: [{{constant: data, mountPath: /data, subPath: x}}, {{taskOutputParameter: {{producerTask: made}}, mountPath: /made}}]
          emptyDirMounts: [{{volumeName: tmp, mountPath: /scratch, sizeLimit: 1Gi}}]
          enabledSharedMemory: {{volumeName: shm, size: 4Gi}}
          initContainers: [{{name: wait, image: 'wait:1', restartPolicy: Always}}]
"""


def test_the_pod_of_a_task() -> None:
    found = workload(PIPELINE)
    (podset,) = found.podsets
    main, wait = podset.containers
    resources_ = main.node.value["resources"]

    assert resources_ == {
        "limits": {"cpu": 4.0, "memory": "16G", "nvidia.com/gpu": "2"},
        "requests": {"cpu": "2", "memory": "8Gi"},
    }
    assert (found.accelerator_total, wait.name) == (2, "wait")
    assert wait.kind == "sidecar"
    assert main.limit("memory") == "16G"
    assert {n: v.origin for n, v in main.environment.items()} == {
        "A": "literal", "AWS_KEY": "secret", "LATER": "secret", "CONF": main.environment["CONF"].origin,
    }  # fmt: skip
    assert main.environment["AWS_KEY"].node.value["valueFrom"] == {"secretKeyRef": {"name": "s3", "key": "key"}}
    assert [(m.path, m.node.get("subPath")) for m in main.mounts] == [
        ("/tls", None), ("/data", "x"), ("/scratch", None), ("/dev/shm", None),  # noqa: S108
    ]  # fmt: skip
    assert podset.node.value["volumes"][3] == {
        "name": "emptyDir-1",
        "emptyDir": {"medium": "Memory", "sizeLimit": "4Gi"},
    }
    assert podset.node.get("nodeSelector") == {"gpu": "a100"}
    assert podset.node.get("tolerations")[0]["key"] == "nvidia.com/gpu"
    assert (dict(podset.labels), dict(podset.annotations)) == ({"team": "ml"}, {"a": "b"})
    assert main.at("securityContext", "runAsUser").line == PIPELINE[: PIPELINE.index("runAsUser")].count("\n") + 1


WORKFLOW = """
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: p-%s}
spec:
  entrypoint: entrypoint
%s
"""
PIECES = {
    "components-comp-hello": '{"executorLabel":"exec-hello","inputDefinitions":{}}',
    "implementations-comp-hello": '{"image":"hello:1","command":["python"],"args":["{{$.inputs.parameters[\'\'x\'\']}}"]}',
    "components-root": '{"dag":{"tasks":{"hello":{"componentRef":{"name":"comp-hello"}}}}}',
}


def test_a_workflow_that_keeps_the_pieces_in_arguments() -> None:
    rows = "\n".join(f"      - {{name: {n}, value: '{v}'}}" for n, v in PIECES.items())
    (podset,) = workload(WORKFLOW % ("", f"  arguments:\n    parameters:\n{rows}")).podsets

    assert (podset.name, podset.containers[0].image.text) == ("hello", "hello:1")


def test_a_workflow_that_keeps_the_pieces_in_annotations() -> None:
    rows = "".join(f", pipelines.kubeflow.org/{n}: '{v}'" for n, v in PIECES.items())
    (podset,) = workload(WORKFLOW % (f", annotations: {{a: b{rows}}}", "")).podsets

    assert (podset.name, podset.containers[0].image.text) == ("hello", "hello:1")


@pytest.mark.parametrize("value", ["'no json'", "'[1]'", "'{}'", "3", "'{\"dag\": 3}'"])
def test_broken_pieces_are_no_pipeline(value: str) -> None:
    text = WORKFLOW % ("", f"  arguments: {{parameters: [{{name: components-root, value: {value}}}]}}")
    found = workload(text)

    assert found.podsets == ()
    assert tasks(found.resource) == ()


def test_other_objects_hold_no_pipeline() -> None:
    found = workload("apiVersion: v1\nkind: Pod\nmetadata: {name: components-root}\nspec: {containers: []}\n")

    assert compiled(found.resource) is None


def test_the_words_of_a_lightweight_component_are_its_names() -> None:
    text = f"""{HEAD}
components: {{comp-go: {{executorLabel: exec-go}}}}
deploymentSpec:
  executors:
    exec-go:
      container:
        image: python:3.12
        command: [sh, -c, 'pip install x', "def train_it():\\n    evaluate(1)\\n"]
        args: [--executor_input, '{{{{$}}}}', --function_to_execute, train_it]
root: {{dag: {{tasks: {{go: {{componentRef: {{name: comp-go}}, taskInfo: {{name: Go now}}}}}}}}}}
"""
    (task,) = read(text)

    assert words(task) == ("go", "Go now", "train_it")
    assert program(task.container).startswith("def train_it")


def test_arguments_are_not_what_a_task_is_for() -> None:
    text = f"""{HEAD}
components: {{comp-prepare: {{executorLabel: exec-prepare}}}}
deploymentSpec:
  executors:
    exec-prepare: {{container: {{image: 'reg/prep:1', command: [python, -m, pkg.split], args: [--out, /data/train/x]}}}}
root: {{dag: {{tasks: {{prepare: {{componentRef: {{name: comp-prepare}}, inputs: {{parameters: {{min_score: {{}}}}}}}}}}}}}}
"""
    (task,) = read(text)

    assert words(task) == ("prepare", "python", "-m", "pkg.split")
    assert said(task) == "prepare python -m pkg.split min_score python -m pkg.split --out /data/train/x"
