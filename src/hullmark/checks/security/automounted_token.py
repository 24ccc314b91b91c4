"""Pod carries an API token it does not need.

Every pod gets a token of its ServiceAccount unless it is told otherwise. Model servers, trainers and vector stores
never talk to the Kubernetes API, so for them the token serves only whoever breaks in: it tells the API who may ask,
and with a role bound to the account it opens what the role allows.

The pod's field wins over the account's, the account's over the default, which is true. Where the identity is granted
a role in the scan, the finding is medium for servers, trainers and stores, and there is none for other roles, which
seem to use it. Left out are pods that are known to call the API: operators and controllers, inference routers,
pipeline steps, Ray clusters with an autoscaler, Spark drivers, and programs that mention `kubectl` or the token's
path.

To fix it, set `automountServiceAccountToken: false`: on the pod, or once on the ServiceAccount. Cloud identities
(IRSA, workload identity) bring a token of their own and still work.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: server
spec:
  selector:
    matchLabels: {app: server}
  template:
    metadata:
      labels: {app: server}
    spec:
      containers:  # finding: pods of 'server' carry the token of service account 'default'
        - name: vllm
          image: vllm/vllm-openai:v0.18.0
          command: [vllm, serve, Qwen/Qwen3-8B]
```

```yaml fixed
apiVersion: apps/v1
kind: Deployment
metadata:
  name: server
spec:
  selector:
    matchLabels: {app: server}
  template:
    metadata:
      labels: {app: server}
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.18.0
          command: [vllm, serve, Qwen/Qwen3-8B]
      automountServiceAccountToken: false
```

```yaml good
apiVersion: v1
kind: ServiceAccount
metadata:
  name: server
automountServiceAccountToken: false
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: server
spec:
  selector:
    matchLabels: {app: server}
  template:
    metadata:
      labels: {app: server}
    spec:
      serviceAccountName: server
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.18.0
```

See [opt out of API credential
automounting](https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#opt-out-of-api-credential-automounting),
CIS Kubernetes Benchmark v1.12 5.1.5 and 5.1.6, and MITRE ATLAS [AML.T0012, valid
accounts](https://atlas.mitre.org/techniques/AML.T0012).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.finding import Finding, Fix
from hullmark.model.terms import SERVING, TRAINERS, Confidence, Role, Safety, Severity, Theme
from hullmark.model.truth import Undecided
from hullmark.model.workload import PodSet
from hullmark.text.edit import put
from hullmark.text.regex import regex
from hullmark.text.tree import dig

_SELF_CONTAINED = (
    SERVING | TRAINERS | {Role.VECTOR_STORE, Role.BATCH_INFERENCE, Role.EVALUATION, Role.AI_UI, Role.GUARDRAIL}
)
"""Roles whose programs do not talk to the Kubernetes API."""

_CALLERS = frozenset({Role.ACCELERATOR_PLATFORM, Role.INFERENCE_ROUTER, Role.PIPELINE})
_CALLING_KINDS = frozenset(
    {
        "SparkApplication",
        "ScheduledSparkApplication",
        "SparkConnect",
        "Workflow",
        "CronWorkflow",
        "WorkflowTemplate",
        "ClusterWorkflowTemplate",
        "PipelineSpec",
        "PipelineJob",
        "PipelineVersion",
    }
)
_CALLING = ("kubectl", "leader-elect", "kubeconfig", "secrets/kubernetes.io/serviceaccount", "k8s_token_auth")
"""Words and no expression: all that the containers of a scan are told is searched for them."""

_CONTROLLER = regex(r"(?:operator|controller|controller-manager|webhook|autoscaler|scheduler|kubectl)$")


@check(PodSet, severity=Severity.LOW, roles=frozenset(Role) - _CALLERS, absence=Theme.HARDENING)
def automounted_token(podset: PodSet, arch: Architecture) -> Iterator[Finding]:
    workload, identity = podset.workload, arch.around(podset).identity
    if identity.token_mounted is False or workload.ref.kind in _CALLING_KINDS or _calls(podset):
        return
    sure = workload.role_confidence is Confidence.HIGH
    alone = sure and (podset.role in _SELF_CONTAINED or workload.role in _SELF_CONTAINED)
    if identity.grants and not alone:
        return
    if dig(podset.node.doc.root, *podset.node.path) is not podset.node.value:
        raise Undecided("the kind has no such field: its operator decides")
    if identity.name == "default" and _given(podset):
        raise Undecided("KServe gives these pods a service account of their own")
    if identity.token_mounted is None:
        raise Undecided("whether a token is mounted is filled in elsewhere")
    if (
        identity.account is None
        and identity.name != "default"
        and podset.node.get("automountServiceAccountToken") is None
    ):
        raise Undecided(f"service account '{identity.name}' is not in the scan")
    edits = put(podset.node, ("automountServiceAccountToken",), value=False)
    granted = f", which is granted '{identity.grants[0].role_name}'" if identity.grants else ""
    yield Finding(
        f"pods of '{workload.name}' carry the token of service account '{identity.name}'{granted}",
        podset.at("automountServiceAccountToken"),
        fix=Fix.of("do not mount the token", edits, Safety.SAFE if alone and not identity.grants else Safety.UNSAFE),
        severity=Severity.MEDIUM if identity.grants else None,
        advice="set automountServiceAccountToken to false",
    )


def _given(podset: PodSet) -> bool:
    """Whether KServe makes an identity for it: with prefill pods to pass requests on to, or as the leader of several nodes.

    Source: kserve/kserve ``pkg/controller/v1alpha2/llmisvc/workload_{single,multi}_node.go``.
    """
    names = {p.name for p in podset.workload.podsets}
    leads = {"main": "worker", "prefill": "prefill-worker"}.get(podset.name, "") in names
    passes_on = podset.name == "main" and "prefill" in names
    return podset.workload.ref.kind == "LLMInferenceService" and (leads or passes_on)


def _calls(podset: PodSet) -> bool:
    """Whether something says that its programs talk to the Kubernetes API."""
    if _autoscales(podset) or _CONTROLLER.search(podset.workload.name):
        return True
    return any(_CONTROLLER.search(c.image.repository) or _told(c) for c in podset.containers)


def _told(container: Container) -> bool:
    """Whether its command line or its variables have one of the words."""
    variables = (f"{v.name} {v.value or ''}" for v in container.environment.values())
    text = "\n".join((container.argv.text, *variables)).lower()
    return any(word in text for word in _CALLING)


def _autoscales(podset: PodSet) -> bool:
    """Whether it belongs to a Ray cluster whose head scales it."""
    node = podset.workload.resource.node
    paths: tuple[tuple[str, ...], ...] = (("spec",), ("spec", "rayClusterSpec"), ("spec", "rayClusterConfig"))
    return any(node.get(*path, "enableInTreeAutoscaling") is True for path in paths)
