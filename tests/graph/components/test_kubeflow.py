"""Compiled Kubeflow pipelines in the graph: who trains, tests and releases which model, by file and line."""

from __future__ import annotations

from drawing import draw, edges, lines, one, pairs

PIPELINE = """
pipelineInfo: {name: churn}
components:
  comp-train:
    executorLabel: exec-train
    outputDefinitions: {artifacts: {model: {artifactType: {schemaTitle: system.Model}}, log: {artifactType: {schemaTitle: x}}}}
  comp-evaluate: {executorLabel: exec-evaluate}
  comp-deploy: {executorLabel: exec-deploy}
  comp-import: {executorLabel: exec-import, outputDefinitions: {artifacts: {a: {artifactType: {schemaTitle: system.Model}}}}}
  comp-condition-1:
    dag:
      tasks:
        deploy:
          componentRef: {name: comp-deploy}
          inputs: {artifacts: {model: {componentInputArtifact: trained}}}
          taskInfo: {name: deploy}
deploymentSpec:
  executors:
    exec-train: {container: {image: 'train:1', command: [python, train.py]}}
    exec-evaluate:
      container: {image: 'eval:1', command: [python, evaluate.py], env: [{name: TRACKING_URI, value: 'http://mlflow:5000'}]}
    exec-deploy: {container: {image: 'deploy:1', command: [python, rollout.py]}}
    exec-import: {importer: {artifactUri: {constant: 's3://models/base'}, typeSchema: {schemaTitle: system.Model}}}
root:
  dag:
    tasks:
      importer: {componentRef: {name: comp-import}, taskInfo: {name: importer}}
      train:
        componentRef: {name: comp-train}
        dependentTasks: [importer]
        taskInfo: {name: train}
      evaluate:
        componentRef: {name: comp-evaluate}
        inputs:
          artifacts: {model: {taskOutputArtifact: {producerTask: train, outputArtifactKey: model}}}
          parameters: {min_auc: {runtimeValue: {constant: 0.8}}}
        taskInfo: {name: evaluate}
      condition-1:
        componentRef: {name: comp-condition-1}
        inputs:
          artifacts: {trained: {taskOutputArtifact: {producerTask: train, outputArtifactKey: model}}}
          parameters: {auc: {taskOutputParameter: {producerTask: evaluate, outputParameterKey: auc}}}
        triggerPolicy: {condition: "inputs.parameter_values['auc'] > 0.8"}
"""
WHOLE = "workload/-/PipelineSpec/churn"
MODEL = "model/artifact/-/PipelineSpec/churn/train/model"


def test_from_training_over_a_test_to_a_release() -> None:
    graph = draw(PIPELINE)

    assert edges(graph, "trains").keys() == {(f"{WHOLE}/train", MODEL)}
    assert edges(graph, "evaluates").keys() == {(f"{WHOLE}/evaluate", MODEL)}
    assert edges(graph, "promotes").keys() == {(f"{WHOLE}/deploy", MODEL)}
    assert lines(edges(graph, "trains")[f"{WHOLE}/train", MODEL]) == ["5:system.Model"]
    assert lines(edges(graph, "promotes")[f"{WHOLE}/deploy", MODEL])[0].startswith("14:{componentInputArtifact")
    assert [e.evidence[0].text for e in edges(graph, "evaluates").values()] == ["takes 'model' of task 'train'"]


def test_the_order_of_the_tasks() -> None:
    graph = draw(PIPELINE)
    found = {(s.rpartition("/")[2], t.rpartition("/")[2]) for s, t in edges(graph, "depends-on") if WHOLE in t}

    assert found == {("train", "importer"), ("evaluate", "train"), ("deploy", "train"), ("deploy", "evaluate")}
    assert lines(edges(graph, "depends-on")[f"{WHOLE}/train", f"{WHOLE}/importer"]) == ["29:importer"]


def test_what_tasks_are_told_to_be() -> None:
    graph = draw(PIPELINE)
    facts = {name: one(graph, f"churn/{name}").facts for name in ("importer", "train", "evaluate", "deploy")}

    assert {n: f.get("does") for n, f in facts.items()} == {
        "importer": None, "train": "trains", "evaluate": "tests", "deploy": "releases",
    }  # fmt: skip
    assert facts["evaluate"]["bound"] == "min_auc"
    assert facts["deploy"]["decided-by"] == f"{WHOLE}/evaluate"
    assert one(graph, "churn/deploy").place is not None
    assert one(graph, "churn/deploy").parent == WHOLE


def test_imported_models_calls_and_accounts() -> None:
    graph = draw(PIPELINE)

    assert edges(graph, "loads-model").keys() == {(f"{WHOLE}/importer", "model/s3/models/base")}
    assert ("PipelineSpec/churn/evaluate", "Service/mlflow") in pairs(graph, "calls")
    assert edges(graph, "runs-as") == {}


def test_a_component_that_two_tasks_run_is_two_steps() -> None:
    text = """
pipelineInfo: {name: p}
components: {comp-a: {executorLabel: exec-a}}
deploymentSpec: {executors: {exec-a: {container: {image: 'a:1'}}}}
root:
  dag:
    tasks:
      a: {componentRef: {name: comp-a}}
      a-2: {componentRef: {name: comp-a}, dependentTasks: [a]}
"""
    graph = draw(text)

    assert pairs(graph, "depends-on") == {("PipelineSpec/p/a-2", "PipelineSpec/p/a")}
    assert (one(graph, "p/a").podset is not None, one(graph, "p/a-2").podset) == (True, None)
    assert one(graph, "p/a-2").facts["image"] == "a:1"


def test_a_step_that_makes_what_serves_promotes_its_model() -> None:
    made = """
        inputs:
          parameters:
            manifest:
              runtimeValue:
                constant: |
                  apiVersion: serving.kserve.io/v1beta1
                  kind: InferenceService
                  metadata: {name: churn}
                  spec: {predictor: {model: {modelFormat: {name: sklearn}, storageUri: 's3://m/final'}}}
"""
    text = """
pipelineInfo: {name: p}
components: {comp-a: {executorLabel: exec-a}}
deploymentSpec: {executors: {exec-a: {container: {image: 'a:1'}}}}
root:
  dag:
    tasks:
      a:
        componentRef: {name: comp-a}
"""
    graph = draw(f"{text.rstrip()}{made}")

    assert pairs(graph, "promotes") == {("PipelineSpec/p/a", "model/s3/m/final")}
    assert pairs(graph, "serves") == {("InferenceService/churn", "model/s3/m/final")}
    assert ("PipelineSpec/p/a", "InferenceService/churn") in pairs(graph, "depends-on")
    assert one(graph, "p/a").facts["does"] == "releases"
