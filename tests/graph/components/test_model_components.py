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


TRAINER = """
apiVersion: batch/v1
kind: Job
metadata: {name: t}
spec:
  template:
    spec:
      restartPolicy: Never
      volumes: [{name: out, persistentVolumeClaim: {claimName: models}}, {name: c, configMap: {name: recipe}}]
      containers:
        - name: main
          image: IMAGE
          command: [COMMAND]
          env: [ENV]
          volumeMounts: [{name: out, mountPath: /out}, {name: c, mountPath: /etc/recipe}]
"""
KEPT = "model/pvc/-/PersistentVolumeClaim/models"


def trained(command: str, env: str = "", image: str = "ml/trainer:1", more: str = "") -> set[str]:
    text = TRAINER.replace("COMMAND", command).replace("ENV", env).replace("IMAGE", f"'{image}'")
    graph = draw(*([text, more] if more else [text]))
    return {t for s, t in edges(graph, "trains") if s == "workload/-/Job/t"}


@pytest.mark.parametrize(
    "words",
    [
        "--output, /out/m",
        "--output_dir=/out/m",
        "--output-path, 's3://out/m'",
        "--model-output, /out/m",
        "--save-path, /out/m",
        "--save, /out/m",
        "--export_dir, /out/m",
        "--default_root_dir=/out/m",
        "--trainer.default_root_dir, /out/m",
        "exp_manager.explicit_log_dir=/out/m",
        "trainer.default_local_dir=/out/m",
        "save_folder=/out/m",
        "checkpointer.output_dir=/out/m",
        "--checkpoint.folder, /out/m",
        "--job.dump_folder, /out/m",
    ],
)
def test_how_frameworks_are_told_where_their_model_goes(words: str) -> None:
    assert trained(f"torchrun, train.py, {words}") == {"model/s3/out/m" if "s3:" in words else f"{KEPT}/m"}


@pytest.mark.parametrize(
    ("command", "env"),
    [
        ("torchrun, train.py, --output, /out/metrics.json", ""),
        ("torchrun, train.py, --output, /elsewhere", ""),
        ("torchrun, train.py, --log-dir, /out/logs", ""),
        ("torchrun, train.py", "{name: OUTPUT_PATH, value: /elsewhere}"),
        ("torchrun, train.py, --output, '$(OUT)'", ""),
        ("python, prepare.py, --output, /out/m", ""),
    ],
)
def test_what_need_not_be_a_model(command: str, env: str) -> None:
    assert trained(command, env) == set()


@pytest.mark.parametrize(
    "name", ["OUTPUT_DIR", "OUTPUT_PATH", "MODEL_OUTPUT_PATH", "OUTPUT_MODEL", "SAVE_DIR", "EXPORT_DIR"]
)
def test_variables_that_say_where_a_model_goes(name: str) -> None:
    assert trained("torchrun, train.py", f"{{name: {name}, value: /out/m}}") == {f"{KEPT}/m"}


def test_steps_of_pipelines_that_train_without_devices() -> None:
    flow = """
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: w}
spec:
  entrypoint: main
  volumes: [{name: out, persistentVolumeClaim: {claimName: models}}]
  templates:
    - name: main
      steps: [[{name: a, template: prepare}], [{name: b, template: train}]]
    - name: prepare
      container: {image: 'ml/prepare:1', command: [python, prepare.py, --output, /out/data], volumeMounts: [{name: out, mountPath: /out}]}
    - name: train
      container: {image: 'ml/train:1', command: [python, train.py, --output, /out/m], volumeMounts: [{name: out, mountPath: /out}]}
"""
    assert edges(draw(flow), "trains").keys() == {("workload/-/Workflow/w/train", f"{KEPT}/m")}


RECIPE = """
apiVersion: v1
kind: ConfigMap
metadata: {name: recipe}
data:
  tune.yaml: |
    base_model: meta-llama/Llama-3.1-8B
    datasets:
      - {path: tatsu-lab/alpaca, type: alpaca}
    output_dir: /out/m
"""


@pytest.mark.parametrize("path", ["/etc/recipe/tune.yaml", "/etc/recipe/other.yaml"])
def test_the_recipe_of_a_fine_tuning(path: str) -> None:
    job = TRAINER.replace("IMAGE", "axolotlai/axolotl:main-latest").replace("ENV", "")
    graph = draw(job.replace("COMMAND", f"axolotl, train, {path}"), RECIPE)
    named = path.endswith("tune.yaml")

    assert {t for _, t in edges(graph, "trains")} == ({f"{KEPT}/m"} if named else set())
    assert {t for _, t in edges(graph, "loads-model")} == ({"model/hub/meta-llama/Llama-3.1-8B"} if named else set())
    assert ("workload/-/Job/t", "data-store/dataset/hub/tatsu-lab/alpaca") in edges(graph, "reads") or not named
    if named:
        [edge] = edges(graph, "trains").values()
        assert [text.partition(":")[2] for text in lines(edge)] == ["/out/m"]
