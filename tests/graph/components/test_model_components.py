"""Models: one component whatever the path, and who trains, evaluates, promotes and serves it."""

from __future__ import annotations

import pytest
from drawing import deployment, draw, edges, lines, one, pairs, short

CLAIM = "volumes: [{name: m, persistentVolumeClaim: {claimName: models}}]"
MOUNT = "volumeMounts: [{name: m, mountPath: /models}]"


def vllm(name: str, model: str, more: str = "", spec: str = "") -> str:
    return deployment(name, f"args: ['--model={model}']\n          {more}", "vllm/vllm-openai:v0.11.0", spec)


@pytest.mark.parametrize(
    ("uri", "model", "keeper"),
    [
        ("hf://org/name", "model/hub/org/name", "external/huggingface.co"),
        ("s3://bucket/a/b", "model/s3/bucket/a/b", "data-store/bucket/s3/bucket"),
        ("gs://bucket/a", "model/gs/bucket/a", "data-store/bucket/gs/bucket"),
        ("oci://ghcr.io/org/model:v1", "model/oci/ghcr.io/org/model", "external/ghcr.io"),
        ("pvc://models/a", "model/pvc/-/PersistentVolumeClaim/models/a", "data-store/-/PersistentVolumeClaim/models"),
        ("https://files.example.com/m.bin", "model/http/https://files.example.com/m.bin", "external/files.example.com"),
    ],
)
def test_every_scheme(uri: str, model: str, keeper: str) -> None:
    text = f"""
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {{name: s}}
spec: {{predictor: {{model: {{modelFormat: {{name: sklearn}}, storageUri: '{uri}'}}}}}}
"""
    graph = draw(text)
    [edge] = edges(graph, "loads-model").values()

    assert edge.target == model
    assert (model, keeper) in edges(graph, "depends-on")
    assert one(graph, model).zone == one(graph, keeper).zone
    assert ("workload/-/InferenceService/s", model) in edges(graph, "serves")


def test_revisions_stand_on_the_edge() -> None:
    graph = draw(vllm("a", "org/name", "command: [vllm, serve, org/name, '--revision=abc']"))
    [edge] = edges(graph, "loads-model").values()

    assert edge.facts == {"revision": "abc", "pinned": "no"}


def test_one_place_is_one_model() -> None:
    served = """
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: s}
spec: {predictor: {model: {modelFormat: {name: vllm}, storageUri: 'pvc://models/chat'}}}
"""
    other = vllm("other", "/data/chat", "volumeMounts: [{name: m, mountPath: /data}]", CLAIM)
    deeper = vllm("deeper", "/m", "volumeMounts: [{name: m, mountPath: /m, subPath: chat}]", CLAIM)
    graph = draw(served, other, deeper, vllm("plain", "/models/chat", MOUNT, CLAIM))

    assert {t for _, t in edges(graph, "loads-model")} == {"model/pvc/-/PersistentVolumeClaim/models/chat"}
    assert ("workload/-/InferenceService/s", "data-store/-/PersistentVolumeClaim/models") in edges(graph, "mounts")


def test_a_path_of_its_own() -> None:
    graph = draw(vllm("a", "/opt/model"))

    assert {t for _, t in edges(graph, "loads-model")} == {"model/path/-/Deployment/a:/opt/model"}


def test_where_kserve_puts_a_model_is_no_second_model() -> None:
    text = """
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: s}
spec: {predictor: {model: {modelFormat: {name: vllm}, storageUri: 'hf://org/m', args: ['--model=/mnt/models']}}}
"""
    assert pairs(draw(text), "loads-model") == {("InferenceService/s", "model/hub/org/m")}


def job(name: str, command: str, more: str = MOUNT) -> str:
    return f"""
apiVersion: batch/v1
kind: Job
metadata: {{name: {name}}}
spec:
  template:
    spec:
      restartPolicy: Never
      {CLAIM}
      containers:
        - name: main
          image: example/pytorch:1
          command: [{command}]
          resources: {{limits: {{nvidia.com/gpu: 1}}}}
          {more}
"""


def test_from_training_to_serving() -> None:
    train = job(
        "tune",
        "torchrun, train.py, '--model_name_or_path=org/base', '--output_dir=/models/run', '--dataset_name=org/data'",
    )
    evaluate = job("evaluate", "lm_eval, --model, vllm, '--model_path=/models/run/final'")
    graph = draw(train, evaluate, vllm("chat", "/models/run/final", MOUNT, CLAIM))
    run, final = (f"model/pvc/-/PersistentVolumeClaim/models/run{end}" for end in ("", "/final"))

    assert pairs(graph, "trains") == {("Job/tune", "PersistentVolumeClaim/models/run")}
    assert edges(graph, "writes")["workload/-/Job/tune", "data-store/-/PersistentVolumeClaim/models"].certain
    assert ("workload/-/Job/tune", "model/hub/org/base") in edges(graph, "loads-model")
    assert ("workload/-/Job/tune", "data-store/dataset/hub/org/data") in edges(graph, "reads")
    assert ("workload/-/Job/evaluate", final) in edges(graph, "evaluates")
    assert ("workload/-/Deployment/chat", final) in edges(graph, "serves")
    derived = edges(graph, "depends-on")[final, run]
    assert not derived.certain
    assert lines(edges(graph, "trains")["workload/-/Job/tune", run]) == ["12:'--output_dir=/models/run'"]


def test_the_entry_point_of_a_ray_job() -> None:
    text = """
apiVersion: ray.io/v1
kind: RayJob
metadata: {name: eval}
spec:
  entrypoint: python evaluate.py --model /models/candidate
  rayClusterSpec:
    headGroupSpec: {template: {spec: {containers: [{name: h, image: 'rayproject/ray:2.46.0'}]}}}
    workerGroupSpecs:
      - groupName: gpu
        template:
          spec:
            containers: [{name: w, image: 'rayproject/ray:2.46.0', volumeMounts: [{name: m, mountPath: /models}]}]
            volumes: [{name: m, persistentVolumeClaim: {claimName: models}}]
"""
    graph = draw(text)
    [edge] = edges(graph, "evaluates").values()

    assert edge.target == "model/pvc/-/PersistentVolumeClaim/models/candidate"
    assert lines(edge) == ["5:/models/candidate"]


def test_steps_that_hand_a_model_on() -> None:
    graph = draw(
        job("push", "sh, -c, 'python push_to_hub.py && hf upload org/tuned /models/run && hf download org/tuned'")
    )
    found = edges(graph, "promotes")

    assert {t for _, t in found} == {"model/hub/org/tuned"}
    assert not next(iter(found.values())).certain


def test_a_model_that_two_serve_is_one_component() -> None:
    graph = draw(vllm("a", "org/name"), vllm("b", "org/name"))

    assert one(graph, "hub/org/name").zone == "trust-boundary/internet"
    assert pairs(graph, "serves") == {("Deployment/a", "model/hub/org/name"), ("Deployment/b", "model/hub/org/name")}


SERVER = """
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: shared}
spec: {predictor: {sklearn: {resources: {limits: {cpu: 1}}}}}
"""


def test_a_server_loads_the_models_that_others_add_to_it() -> None:
    added = """
apiVersion: serving.kserve.io/v1alpha1
kind: TrainedModel
metadata: {name: iris}
spec:
  inferenceService: shared
  model: {framework: sklearn, memory: 256Mi, storageUri: 's3://models/iris'}
"""
    graph = draw(SERVER, added, added.replace("shared", "elsewhere").replace("iris", "other"))
    found = edges(graph, "serves")

    assert {t for s, t in found if s.endswith("/shared")} == {"model/s3/models/iris"}
    assert lines(found["workload/-/InferenceService/shared", "model/s3/models/iris"]) == ["13:'s3://models/iris'"]
    assert ("workload/-/InferenceService/shared", "model/s3/models/iris") in edges(graph, "loads-model")


RUNTIME = """
apiVersion: trainer.kubeflow.org/v1alpha1
kind: ClusterTrainingRuntime
metadata: {name: tune}
spec:
  template:
    spec:
      replicatedJobs:
        - name: model-initializer
          template:
            spec:
              template:
                spec:
                  containers:
                    - name: model-initializer
                      image: ghcr.io/kubeflow/trainer/model-initializer
                      env: [{name: STORAGE_URI, value: 'hf://org/base'}]
        - name: node
          template: {spec: {template: {spec: {containers: [{name: node, image: 'x:1', command: [tune, run]}]}}}}
"""
JOB = """
apiVersion: trainer.kubeflow.org/v1alpha1
kind: TrainJob
metadata: {name: j}
spec: {runtimeRef: {name: tune}}
"""


def test_what_the_initializer_of_a_runtime_fetches() -> None:
    graph = draw(RUNTIME, JOB)

    assert {(short(s), t) for s, t in edges(graph, "loads-model")} == {
        ("ClusterTrainingRuntime/tune", "model/hub/org/base"),
        ("TrainJob/j", "model/hub/org/base"),
    }


def test_a_job_that_names_its_own_model_does_not_load_that_of_its_runtime() -> None:
    own = JOB.replace("}}", "}, initializer: {model: {storageUri: 'hf://org/own'}}}")

    assert {t for s, t in edges(draw(RUNTIME, own), "loads-model") if "TrainJob" in s} == {"model/hub/org/own"}


def test_files_of_weights_are_models_whatever_program_reads_them() -> None:
    more = (
        "command: [python3, serve.py, --weights, /data/pallets.pt]\n          resources: {limits: {nvidia.com/gpu: 1}}"
    )
    found = edges(draw(deployment("app", more)), "loads-model")
    other = edges(draw(deployment("app", more.replace("pallets.pt", "settings"))), "loads-model")

    assert [t.rpartition(":")[2] for _, t in found] == ["/data/pallets.pt"]
    assert other == {}


FLOW = """
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: tune}
spec:
  entrypoint: main
  arguments: {parameters: [{name: bucket, value: models}, {name: open}]}
  templates:
    - name: main
      dag:
        tasks:
          - name: fit
            template: train
            arguments: {parameters: [{name: to, value: 's3://{{workflow.parameters.bucket}}/support'}]}
          - {name: check, template: test, dependencies: [fit]}
    - name: train
      inputs: {parameters: [{name: to}, {name: more, value: pvc://spare/x}]}
      container: {image: 'ml/train:1', command: [torchrun, train.py, --output-dir, 'OUTPUT']}
    - name: test
      container: {image: 'ml/test:1', command: [lm_eval, --model_args, 'pretrained=s3://{{workflow.parameters.bucket}}/support']}
"""


def test_parameters_of_a_workflow_are_filled_in() -> None:
    graph = draw(FLOW.replace("OUTPUT", "{{inputs.parameters.to}}"))

    assert pairs(graph, "trains") == {("Workflow/tune/train", "model/s3/models/support")}
    assert pairs(graph, "evaluates") == {("Workflow/tune/test", "model/s3/models/support")}


@pytest.mark.parametrize(
    ("output", "models"),
    [
        ("s3://{{ workflow.parameters.bucket }}/{{workflow.parameters.bucket}}", ["model/s3/models/models"]),
        ("{{inputs.parameters.more}}", ["model/pvc/-/PersistentVolumeClaim/spare/x"]),
        ("s3://{{workflow.parameters.open}}/a", []),
        ("s3://{{workflow.name}}/a", []),
        ("{{inputs.parameters.nowhere}}", []),
    ],
)
def test_of_parameters_only_what_is_written_is_taken(output: str, models: list[str]) -> None:
    assert [target for _, target in edges(draw(FLOW.replace("OUTPUT", output)), "trains")] == models


def test_parameters_that_hand_each_other_on_come_to_an_end() -> None:
    text = FLOW.replace(
        "{name: open}", "{name: open, value: '{{workflow.parameters.open}}{{workflow.parameters.open}}'}"
    )

    assert not edges(draw(text.replace("OUTPUT", "s3://{{workflow.parameters.open}}")), "trains")
