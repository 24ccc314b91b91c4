from __future__ import annotations

import pytest
from manifests import deployment, job, workload

from hullmark.model.terms import Role

GPU = "resources: {limits: {nvidia.com/gpu: 1}}"

SERVICES = {
    "image: vllm/vllm-openai": Role.ONLINE_INFERENCE,
    "image: ghcr.io/huggingface/text-embeddings-inference": Role.EMBEDDING,
    "image: vllm/vllm-openai, args: [--model, BAAI/bge-m3]": Role.EMBEDDING,
    "image: vllm/vllm-openai, args: [--model, org/chat-8B]": Role.ONLINE_INFERENCE,
    "image: lmcache/lmstack-router": Role.INFERENCE_ROUTER,
    "image: ghcr.io/berriai/litellm": Role.LLM_GATEWAY,
    "image: qdrant/qdrant": Role.VECTOR_STORE,
    "image: ghcr.io/open-webui/open-webui": Role.AI_UI,
    "image: mcp/github": Role.MCP_SERVER,
    "image: opea/guardrails": Role.GUARDRAIL,
    "image: opea/chatqna": Role.RAG_SERVICE,
    "image: jupyter/base-notebook": Role.NOTEBOOK,
    "image: ghcr.io/mlflow/mlflow, command: [mlflow, server]": Role.EXPERIMENT_TRACKING,
    "image: ghcr.io/kubeflow/model-registry/server": Role.MODEL_REGISTRY,
    "image: feastdev/feature-server": Role.FEATURE_STORE,
    "image: my/bot, env: [{name: OPENAI_API_KEY, value: x}, {name: GITHUB_MCP_URL, value: y}]": Role.AGENT,
    "image: my/bot, env: [{name: OPENAI_API_KEY, value: x}]": Role.GENERIC,
    "image: nginx": Role.GENERIC,
    "image: redis:7": Role.GENERIC,
    "image: postgres:17": Role.GENERIC,
    "image: elasticsearch:8": Role.GENERIC,
    "image: apache/spark:3.5": Role.GENERIC,
    f"image: nvidia/cuda:12.4, command: [nvidia-smi, -L], {GPU}": Role.GENERIC,
    f"image: my/app, {GPU}": Role.GENERIC,
    "image: my/app, env: [{name: NCCL_DEBUG, value: INFO}]": Role.GENERIC,
    "image: ghcr.io/llm-d/llm-d-inference-sim": Role.GENERIC,
    "image: tensorflow/tensorflow, command: [tensorboard, --logdir, /x]": Role.EXPERIMENT_TRACKING,
}

JOBS = {
    "image: vllm/vllm-openai, command: [vllm, run-batch, -i, x]": Role.BATCH_INFERENCE,
    "image: vllm/vllm-openai, command: [vllm, serve, a/b]": Role.BATCH_INFERENCE,
    "image: ollama/ollama, command: [ollama, pull, llama3]": Role.MODEL_LOADER,
    "image: python, command: [huggingface-cli, download, a/b]": Role.MODEL_LOADER,
    "image: tritonserver, command: [bash, -c, 'python convert_checkpoint.py && trtllm-build']": Role.MODEL_LOADER,
    "image: pytorch/pytorch, command: [bash, -c, 'hf download a/b; torchrun train.py']": Role.TRAINING,
    "image: pytorch/pytorch, command: [torchrun, --nnodes=2, finetune.py]": Role.FINE_TUNING,
    "image: my/image, command: [python, -m, torch.distributed.run, main.py]": Role.TRAINING,
    "image: pytorch/pytorch, command: [python, train.py]": Role.TRAINING,
    "image: axolotl, command: [axolotl, train, x.yml]": Role.FINE_TUNING,
    "image: python, command: [lm_eval, --model, hf]": Role.EVALUATION,
    f"image: pytorch/pytorch, command: [python, eval.py], {GPU}": Role.EVALUATION,
    f"image: pytorch/pytorch, command: [python, preprocess.py], {GPU}": Role.DATA_PREPARATION,
    f"image: nvcr.io/nvidia/pytorch, command: [python, main.py], {GPU}": Role.TRAINING,
    f"image: nvcr.io/nvidia/pytorch, command: [all_reduce_perf, -b, 8], {GPU}": Role.GENERIC,
    f"image: busybox, command: [sleep, '10'], {GPU}": Role.GENERIC,
    "image: busybox, command: [python, train.py]": Role.GENERIC,
    "image: php, command: [composer, install]": Role.GENERIC,
    "image: mpioperator/mpi-pi, command: [mpirun, /home/pi]": Role.GENERIC,
    "image: apache/spark, command: [spark-submit, etl.py]": Role.GENERIC,
    "image: pytorch/pytorch": Role.GENERIC,
}


@pytest.mark.parametrize(("fields", "role"), SERVICES.items())
def test_services(fields: str, role: Role) -> None:
    assert deployment(f"{{name: c, {fields}}}").role is role


@pytest.mark.parametrize(("fields", "role"), JOBS.items())
def test_jobs(fields: str, role: Role) -> None:
    assert job(f"{{name: c, {fields}}}").role is role


def test_a_pod_that_never_restarts_serves_nobody() -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\n"
    pod += "spec: {restartPolicy: %s, containers: [{name: c, image: ollama/ollama}]}\n"
    assert workload(pod % "Never").role is Role.BATCH_INFERENCE
    assert workload(pod % "Always").role is Role.ONLINE_INFERENCE


def test_serving_at_the_edge() -> None:
    found = deployment("{name: c, image: ollama/ollama}", 'nodeSelector: {node-role.kubernetes.io/edge: ""}')
    assert found.role is Role.EDGE_INFERENCE
    affinity = """
    affinity:
      nodeAffinity:
        requiredDuringSchedulingIgnoredDuringExecution:
          nodeSelectorTerms: [{matchExpressions: [{key: node-role.kubernetes.io/edge, operator: Exists}]}]
    """
    assert deployment("{name: c, image: tensorflow/serving}", affinity).role is Role.EDGE_INFERENCE


def test_platform() -> None:
    plugin = deployment("{name: c, image: nvcr.io/nvidia/k8s-device-plugin}", kind="apps/v1 DaemonSet")
    assert plugin.role is Role.ACCELERATOR_PLATFORM


def test_devices_without_an_engine_are_named_as_evidence() -> None:
    found = deployment(f"{{name: c, image: my/app, {GPU}}}")
    assert found.engine == ""
    assert any("nvidia.com/gpu" in e.text for e in found.evidence)


def test_a_sidecar_does_not_make_the_role() -> None:
    pod = "initContainers: [{name: r, restartPolicy: Always, image: ghcr.io/llm-d/llm-d-routing-sidecar}]"
    assert deployment("{name: c, image: vllm/vllm-openai}", pod).engine == "vllm"
    assert deployment("{name: c, image: my/app}", pod).role is Role.GENERIC


RAY = """
apiVersion: ray.io/v1
kind: %s
metadata: {name: x}
spec:
  %s
  headGroupSpec: {template: {spec: {containers: [{name: h, image: %s%s}]}}}
"""


@pytest.mark.parametrize(
    ("kind", "image", "more", "role"),
    [
        ("RayCluster", "rayproject/ray", "", Role.GENERIC),
        ("RayCluster", "rayproject/ray-ml", "", Role.TRAINING),
        ("RayCluster", "rayproject/ray", f", {GPU}", Role.TRAINING),
    ],
)
def test_ray_clusters(kind: str, image: str, more: str, role: Role) -> None:
    found = workload(RAY % (kind, "rayVersion: '2.52'", image, more))
    assert found.role is role
    assert found.engine == "ray"


@pytest.mark.parametrize(
    ("entrypoint", "role"),
    [
        ("python train.py", Role.TRAINING),
        ("python finetune.py", Role.FINE_TUNING),
        ("python batch_inference.py", Role.BATCH_INFERENCE),
        ("python evaluate.py", Role.EVALUATION),
        ("python preprocess.py", Role.DATA_PREPARATION),
        ("python main.py", Role.GENERIC),
    ],
)
def test_ray_jobs(entrypoint: str, role: Role) -> None:
    text = RAY.replace("headGroupSpec:", "rayClusterSpec: {headGroupSpec:").replace("}]}}}\n", "}]}}}}\n")
    assert workload(text % ("RayJob", f"entrypoint: {entrypoint}", "rayproject/ray", "")).role is role


def test_embedding_pods_of_a_pipeline() -> None:
    service = "{name: %s, enabled: true, spec: {image: {repository: nvcr.io/nim/nvidia/%s, tag: '1'}}}"
    text = "apiVersion: apps.nvidia.com/v1alpha1\nkind: NIMPipeline\nmetadata: {name: x}\nspec:\n  services:\n"
    text += "".join(f"    - {service % (m, m)}\n" for m in ("llama-3-8b", "nv-embedqa-e5-v5"))
    found = workload(text)
    assert found.role is Role.ONLINE_INFERENCE
    assert [p.role for p in found.podsets] == [Role.ONLINE_INFERENCE, Role.EMBEDDING]


def test_serving_wins_in_a_job_set() -> None:
    text = """
    apiVersion: jobset.x-k8s.io/v1alpha2
    kind: JobSet
    metadata: {name: x}
    spec:
      replicatedJobs:
        - name: a
          template:
            spec: {template: {spec: {containers: [{name: c, image: x, command: [vllm, serve, a/b]}]}}}
    """
    assert workload(text).role is Role.ONLINE_INFERENCE
