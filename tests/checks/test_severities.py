"""Where a check weighs: the severity and confidence of a finding depend on what is around it, which pages do not show."""

from __future__ import annotations

import pytest

from hullmark.checks.registry import checks
from hullmark.engine.run import verdicts
from hullmark.graph.build import build
from hullmark.model.finding import Finding
from hullmark.model.resource import Resource
from hullmark.model.terms import Confidence, Safety, Severity
from hullmark.sources.kubernetes import resources
from hullmark.text.source import Source

BY_ID = {check.id: check for check in checks()}


def findings(check: str, text: str) -> list[Finding]:
    objects = [r for r in resources(Source("example.yaml", text)) if isinstance(r, Resource)]
    return [f for v in verdicts(build(objects), [BY_ID[check]]) for f in v.findings]


def _run(replicas: int, args: str, pod: str = "", mounts: str = "") -> str:
    return f"""
apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata: {{name: tune}}
spec:
  pytorchReplicaSpecs:
    Worker:
      replicas: {replicas}
      template:
        spec:
          {pod}
          containers:
            - {{name: pytorch, image: "pytorch/pytorch:2.6.0", command: [torchrun, train.py, {args}],
               resources: {{limits: {{nvidia.com/gpu: 8}}}}, volumeMounts: [{mounts}]}}
"""


_HOST = "volumes: [{name: a, hostPath: {path: /mnt}}]"
_PVC = "volumes: [{name: a, persistentVolumeClaim: {claimName: a}}]"
_TCPX = "{name: tcpx, image: gke.gcr.io/gpudirect-tcpx:1}"


@pytest.mark.parametrize(
    ("replicas", "args", "pod", "mounts", "severity", "confidence"),
    [
        (2, "--output-dir=/out", "", "", None, None),
        (2, "--output-dir=/a/out", _HOST, "{name: a, mountPath: /a}", None, None),
        (1, "--output-dir=/a/out", _HOST, "{name: a, mountPath: /a}", Severity.MEDIUM, None),
        (2, "--output-dir=./out", "", "", None, None),
        (2, "--output-dir=./out", _PVC, "{name: a, mountPath: /a}", Severity.MEDIUM, Confidence.MEDIUM),
        (2, "--output-dir=./out", _PVC, "{name: a, mountPath: /dev/shm}", None, None),
    ],
)
def test_a_checkpoint_weighs_by_where_it_may_lie(
    replicas: int, args: str, pod: str, mounts: str, severity: Severity | None, confidence: Confidence | None
) -> None:
    (found,) = findings("ephemeral-checkpoint", _run(replicas, args, pod, mounts))

    assert (found.severity, found.confidence) == (severity, confidence)


@pytest.mark.parametrize(("beside", "severity"), [("", None), (_TCPX, Severity.INFO)])
def test_what_a_vendor_asks_for_is_a_note(beside: str, severity: Severity | None) -> None:
    text = _run(2, "--epochs=1", "hostNetwork: true").replace(
        "containers:\n", f"containers:\n            - {beside}\n" if beside else "containers:\n"
    )

    (found,) = findings("privileged-fabric-access", text)

    assert found.severity is severity


_SERVER = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: chat}
spec:
  replicas: 2
  selector: {matchLabels: {app: chat}}
  template:
    metadata: {labels: {app: chat}}
    spec:
      containers:
        - {name: vllm, image: "vllm/vllm-openai:v0.11.0", args: [--model=m/m-7b], resources: {limits: {nvidia.com/gpu: 1}}}
      volumes: [{name: m, persistentVolumeClaim: {claimName: m}}]
"""
_SCALER = """
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: chat}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: chat}
  minReplicas: 2
  maxReplicas: 4
  metrics: [{type: Resource, resource: {name: cpu}}, {type: Pods, pods: {metric: {name: waiting}}}]
"""
_CLAIM = """
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: m}
spec: {accessModes: [%s]}
"""


@pytest.mark.parametrize("check", ["undrained-generation", "download-at-start"])
def test_an_autoscaler_makes_every_start_and_stop_count(check: str) -> None:
    (alone,), (scaled,) = findings(check, _SERVER), findings(check, _SERVER + _SCALER)

    assert (alone.severity, scaled.severity) == (None, Severity.HIGH)


def test_a_useless_metric_beside_a_good_one_is_a_note() -> None:
    (found,) = findings("cpu-scaled-accelerator", _SERVER + _SCALER)

    assert found.severity is Severity.LOW


@pytest.mark.parametrize(
    ("modes", "severity"),
    [("ReadWriteMany", None), ("ReadWriteOnce", Severity.HIGH), ("ReadWriteOncePod", Severity.HIGH)],
)
def test_a_volume_of_one_node_makes_a_rollout_sure_to_wait(modes: str, severity: Severity | None) -> None:
    (found,) = findings("accelerator-rollout-deadlock", _SERVER + _CLAIM % modes)

    assert found.severity is severity


def test_a_budget_over_a_run_is_a_note() -> None:
    text = """
apiVersion: batch/v1
kind: Job
metadata: {name: train}
spec: {template: {metadata: {labels: {app: train}}, spec: {containers: [{name: a, image: "pytorch/pytorch:2.6.0"}]}}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: run}
spec: {maxUnavailable: 0, selector: {matchLabels: {app: train}}}
"""
    (found,) = findings("eviction-blocking-budget", text)

    assert found.severity is Severity.LOW


def test_a_budget_of_another_namespace_is_named() -> None:
    text = (
        _SERVER.replace("{name: chat}", "{name: chat, namespace: ml}", 1)
        + """
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: chat, namespace: other}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: chat}}}
"""
    )
    (found,) = findings("missing-disruption-budget", text)

    assert [why for _, why in found.related] == ["this budget does not cover it: the same labels in namespace 'ml'"]


_CODE = """
apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  containers: [{name: v, image: "%s", args: ["--model=%s", %s], env: [%s]}]
"""
_VLLM = "vllm/vllm-openai:v0.18.0"


@pytest.mark.parametrize(
    ("image", "model", "flag", "variable", "safety"),
    [
        (_VLLM, "Qwen/Qwen2.5-7B-Instruct", "--trust-remote-code", "", Safety.SAFE),
        (_VLLM, "meta-llama/Llama-3.1-8B", "--trust_remote_code", "", Safety.SAFE),
        ("vllm/vllm-openai:v0.6.0", "google/gemma-3-27b-it", "--trust-remote-code", "", Safety.UNSAFE),
        ("vllm/vllm-openai", "mistralai/Mixtral-8x7B-v0.1", "--trust-remote-code", "", Safety.UNSAFE),
        (_VLLM, "acme/chat", "--trust-remote-code", "", None),
        (_VLLM, "microsoft/Phi-4-multimodal-instruct", "--trust-remote-code", "", None),
        (_VLLM, "Qwen/Qwen3-8B", "--trust-remote-code, 'True'", "", None),
        (_VLLM, "Qwen/Qwen3-8B", "--trust-remote-code", "{name: VLLM_USE_MODELSCOPE, value: 'True'}", None),
    ],
)
def test_code_that_is_not_needed_can_be_dropped(
    image: str, model: str, flag: str, variable: str, safety: Safety | None
) -> None:
    (found,) = findings("trusted-remote-code", _CODE % (image, model, flag, variable))

    assert (found.fix and found.fix.safety) == safety


_PICKLED = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: a}
spec:
  selector: {matchLabels: {app: a}}
  template:
    metadata: {labels: {app: a%s}}
    spec:
      initContainers: [%s]
      containers: [{name: v, image: "vllm/vllm-openai:v0.18.0", args: ["--model=%s", --load-format=pt]}]
"""
_LABEL = ", validation.ml.sigstore.dev/ml: chat"
_VALIDATION = """---
apiVersion: ml.sigstore.dev/v1alpha1
kind: ModelValidation
metadata: {name: chat}
spec:
  config: {sigstoreConfig: {certificateIdentity: a, certificateOidcIssuer: b}}
  model: {path: %s, signaturePath: /models/chat/model.sig%s}
"""
_VERIFIER = "{name: verify, image: 'r.example/verify:1', command: [model_signing, verify, sigstore, /models/chat]}"
_FETCHER = "{name: fetch, image: 'r.example/fetch:1', command: [model_signing, sign, /models/chat]}"


@pytest.mark.parametrize(
    ("label", "init", "model", "beside", "severity", "confidence"),
    [
        ("", "", "acme/chat", "", None, None),
        ("", "", "/models/chat", "", Severity.MEDIUM, None),
        ("", _VERIFIER, "acme/chat", "", Severity.MEDIUM, None),
        ("", _VERIFIER, "/models/chat", "", Severity.LOW, None),
        ("", _FETCHER, "/models/chat", "", Severity.MEDIUM, None),
        (_LABEL, "", "/models/chat", "", Severity.MEDIUM, Confidence.MEDIUM),
        (_LABEL, "", "/models/chat", _VALIDATION % ("/models", ""), Severity.LOW, None),
        (_LABEL, "", "/models/chat", _VALIDATION % ("/models/other", ""), Severity.MEDIUM, None),
        (_LABEL, "", "/models/chat", _VALIDATION % ("/models", ", ignoreUnsignedFiles: true"), Severity.MEDIUM, None),
    ],
)
def test_a_verified_signature_lowers_what_a_pickle_weighs(
    label: str, init: str, model: str, beside: str, severity: Severity | None, confidence: Confidence | None
) -> None:
    (found,) = findings("unsafe-weight-format", _PICKLED % (label, init, model) + beside)

    assert (found.severity, found.confidence) == (severity, confidence)


@pytest.mark.parametrize(
    ("rules", "severity", "confidence"),
    [
        ("[{from: [{podSelector: {matchLabels: {app: ui}}}]}]", Severity.HIGH, Confidence.MEDIUM),
        ("[]", Severity.HIGH, Confidence.MEDIUM),
        ("[{from: [{ipBlock: {cidr: 198.51.100.0/24}}]}]", None, None),
        ("[{}]", None, None),
    ],
)
def test_a_load_balancer_weighs_less_before_pods_that_admit_pods_only(
    rules: str, severity: Severity | None, confidence: Confidence | None
) -> None:
    text = f"""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: n}}
spec: {{podSelector: {{}}, policyTypes: [Ingress], ingress: {rules}}}
---
apiVersion: v1
kind: Service
metadata: {{name: s}}
spec: {{type: LoadBalancer, selector: {{app: a}}, ports: [{{port: 80}}]}}
---
apiVersion: v1
kind: Pod
metadata: {{name: a, labels: {{app: a}}}}
spec: {{containers: [{{name: v, image: 'vllm/vllm-openai:v0.18.0'}}]}}
"""
    (found,) = findings("unauthenticated-public-inference", text)
    assert (found.severity, found.confidence) == (severity, confidence)
    assert bool(found.related) == bool(severity)


@pytest.mark.parametrize(
    ("agent", "severity"), [("", None), ("{name: BEDROCK_AGENT_ID, value: KLMNOPQRST}", Severity.LOW)]
)
def test_what_is_tied_in_three_respects_weighs_more(agent: str, severity: Severity | None) -> None:
    text = f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{name: assistant}}
spec:
  template:
    spec:
      containers:
        - name: agent
          image: langchain/langgraph-api:3.12
          env:
            - {{name: BEDROCK_MODEL_ID, value: amazon.nova-pro-v1:0}}
            - {{name: BEDROCK_KNOWLEDGE_BASE_ID, value: ABCDEFGHIJ}}
            - {agent or "{name: A, value: b}"}
"""
    (found,) = findings("proprietary-only-path", text)

    assert found.severity is severity
    assert len(found.related) == (3 if agent else 2)
