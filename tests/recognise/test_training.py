from __future__ import annotations

import pytest
from manifests import deployment, job, shown, workload

from hullmark.model.terms import Role
from hullmark.model.workload import TrainingFacts


def facts(command: str, pod: str = "", more: str = "") -> TrainingFacts:
    found = job(
        f"{{name: c, image: pytorch/pytorch, command: {command}, resources: {{limits: {{nvidia.com/gpu: 8}}}}{more}}}",
        pod,
    )
    assert found.training is not None
    return found.training


def test_processes_and_nodes() -> None:
    found = facts("[torchrun, --nproc_per_node=8, --nnodes, '4', train.py]")
    assert found.processes_per_node is not None
    assert found.processes_per_node.value == "8"
    assert shown(found.processes_per_node.place) == "--nproc_per_node=8"
    assert found.nodes is not None
    assert found.nodes.value == "4"


def test_processes_of_all_nodes_are_another_thing() -> None:
    found = facts("[accelerate, launch, --num_processes, '16', --num_machines, '2', train.py]")
    assert found.processes_per_node is None
    assert found.processes is not None
    assert found.processes.value == "16"
    assert found.nodes is not None


def test_what_is_no_number_is_not_known() -> None:
    found = facts("[torchrun, --nproc-per-node=gpu, '--nnodes=1:4', train.py]")
    assert found.processes_per_node is None
    assert found.nodes is None


@pytest.mark.parametrize(
    ("command", "paths"),
    [
        ("[python, train.py, --output_dir, /out]", ["/out"]),
        ("[python, train.py, --checkpoint-dir=s3://b/c]", ["s3://b/c"]),
        ("[python, train.py, --save, /ckpt]", ["/ckpt"]),
        ("[python, train.py, exp_manager.exp_dir=/results]", ["/results"]),
        ("[python, train.py, --output-dir, $OUT]", []),
        ("[python, train.py]", []),
    ],
)
def test_checkpoints(command: str, paths: list[str]) -> None:
    assert [c.value for c in facts(command).checkpoints] == paths


def test_checkpoints_from_the_environment() -> None:
    found = facts("[python, train.py]", more=", env: [{name: CHECKPOINT_DIR, value: /c}, {name: NO_CKPT, value: /d}]")
    assert [c.value for c in found.checkpoints] == ["/c"]


@pytest.mark.parametrize(
    ("command", "resumes"),
    [
        ("[python, train.py, --resume_from_checkpoint, latest]", True),
        ("[python, train.py, --resume=false]", False),
        ("[python, train.py, exp_manager.resume_if_exists=True]", True),
        ("[python, train.py, exp_manager.resume_if_exists=False]", False),
        ("[python, train.py]", False),
    ],
)
def test_resume(command: str, resumes: bool) -> None:
    assert facts(command).resume is resumes


@pytest.mark.parametrize(
    ("pod", "sign"),
    [
        ('nodeSelector: {cloud.google.com/gke-spot: "true"}', "nodeSelector cloud.google.com/gke-spot"),
        ('nodeSelector: {cloud.google.com/gke-spot: "false"}', ""),
        ("nodeSelector: {karpenter.sh/capacity-type: on-demand}", ""),
        ("nodeSelector: {eks.amazonaws.com/capacityType: SPOT}", "nodeSelector eks.amazonaws.com/capacityType"),
        ("tolerations: [{key: cloud.google.com/gke-spot, operator: Exists}]", "toleration cloud.google.com/gke-spot"),
        ("tolerations: [{key: nvidia.com/gpu, operator: Exists}]", ""),
        (
            "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: ["
            "{matchExpressions: [{key: karpenter.sh/capacity-type, operator: In, values: [spot, on-demand]}]}]}}}",
            "node affinity karpenter.sh/capacity-type",
        ),
        ("nodeSelector: [wrong]", ""),
    ],
)
def test_spot(pod: str, sign: str) -> None:
    assert facts("[python, train.py]", pod).spot == sign


PYTORCH = """
apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata: {name: x%s}
spec:
  %s
  pytorchReplicaSpecs:
    Master: {replicas: 1, template: {metadata: {annotations: {%s}}, spec: {%scontainers: [{name: c, image: x}]}}}
    Worker: {replicas: 3, template: {spec: {containers: [{name: c, image: x}]}}}
"""


@pytest.mark.parametrize(
    ("labels", "spec", "annotations", "pod", "gang"),
    [
        ("", "nprocPerNode: '4'", "", "", ""),
        (", labels: {kueue.x-k8s.io/queue-name: q}", "a: b", "", "", "kueue.x-k8s.io/queue-name"),
        (
            "",
            "runPolicy: {schedulingPolicy: {minAvailable: 4}}",
            "",
            "",
            "spec.runPolicy.schedulingPolicy.minAvailable",
        ),
        (
            "",
            "a: b",
            "autoscaling.x-k8s.io/consume-provisioning-request: r",
            "",
            "autoscaling.x-k8s.io/consume-provisioning-request",
        ),
        ("", "a: b", "", "schedulerName: volcano, ", "schedulerName volcano"),
        ("", "a: b", "", "schedulerName: default-scheduler, ", ""),
        (", labels: {ray.io/gang-scheduling-enabled: 'false'}", "a: b", "", "", ""),
    ],
)
def test_gang(labels: str, spec: str, annotations: str, pod: str, gang: str) -> None:
    found = workload(PYTORCH % (labels, spec, annotations, pod)).training
    assert found is not None
    assert found.gang == gang
    assert found.gang_size == 4


def test_fields_of_the_kind() -> None:
    found = workload(PYTORCH % ("", "nprocPerNode: '4'", "", "")).training
    assert found is not None
    assert found.processes_per_node is not None
    assert shown(found.processes_per_node.place) == "'4'"


@pytest.mark.parametrize(
    ("command", "benchmark"),
    [
        ("[all_reduce_perf, -b, '8']", True),
        ("[sleep, infinity]", True),
        ("[bash, -c, 'sleep 5; torchrun train.py']", False),
        ("[nvidia-smi]", True),
        ("[bash, -c, 'nvidia-smi && torchrun train.py']", False),
        ("[bash, -c, 'nvidia-smi -L; sleep 10']", True),
        ("[mpirun, -np, '16', /opt/nccl_tests/build/sendrecv_perf, -b, '8']", True),
        ("[mpirun, python, tf_cnn_benchmarks.py, --model=resnet101]", True),
        ("[horovodrun, -np, '2', python, /examples/tensorflow2/tensorflow2_synthetic_benchmark.py]", True),
        ("[/usr/bin/dcgmproftester12, --no-dcgm-validation, -t, '1004']", True),
        ("[ib_read_lat, -d, mlx5_0]", True),
        ("[vllm, bench, throughput, --model, a/b]", True),
        ("[python, train.py, --metrics=perf, --reduce-lr]", False),
        ("[torchrun, train.py]", False),
    ],
)
def test_benchmarks(command: str, benchmark: bool) -> None:
    assert facts(command).benchmark is benchmark


def test_a_benchmark_that_learns_is_training_all_the_same() -> None:
    found = job("{name: c, image: mpioperator/tensorflow-benchmarks, command: [mpirun, python, tf_cnn_benchmarks.py]}")
    assert (found.role, found.training is not None and found.training.benchmark) == (Role.TRAINING, True)


@pytest.mark.parametrize(("launched", "benchmark"), [("train.py", False), ("/opt/all_reduce_perf", True), ("", True)])
def test_workers_that_wait_say_nothing(launched: str, benchmark: bool) -> None:
    command = f"[mpirun, python, {launched}]" if launched else "[sleep, '60']"
    found = workload(f"""
        apiVersion: kubeflow.org/v2beta1
        kind: MPIJob
        metadata: {{name: m}}
        spec:
          mpiReplicaSpecs:
            Launcher: {{template: {{spec: {{containers: [{{name: l, image: x, command: {command}}}]}}}}}}
            Worker: {{template: {{spec: {{containers: [{{name: w, image: x, command: [sleep, infinity]}}]}}}}}}
    """)
    assert found.training is not None
    assert found.training.benchmark is benchmark


def test_services_have_no_training_facts() -> None:
    assert deployment("{name: c, image: vllm/vllm-openai, resources: {limits: {nvidia.com/gpu: 1}}}").training is None
    assert deployment("{name: c, image: nginx}").training is None
    assert job("{name: c, image: busybox}").training is None
