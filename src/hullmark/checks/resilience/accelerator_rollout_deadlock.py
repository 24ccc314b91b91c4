"""Rolling update waits for an accelerator that is never free.

By default a Deployment starts a new pod before it stops an old one, and with up to three replicas it stops none until the new one is ready. Where all accelerators
are taken, the new pod stays Pending for want of one and the rollout never ends.

An autoscaled pool may add a node, which no manifest shows; so this is a finding of medium severity, unless a ReadWriteOnce volume makes it certain. A
LeaderWorkerSet replaces whole groups and by default adds none; vLLM's production stack makes an ordinary Deployment. So does KServe, unless the service runs on Knative,
where a whole new revision is ready before the old one goes; with four replicas and more the outcome depends on which it is, and is unknown where the object does not say.
KubeAI adds pods as its own configuration says (`modelRollouts.surge`), which has to be in the scan. Several nodes a replica are not judged for KServe's InferenceService.

To fix it, set `maxSurge: 0` and `maxUnavailable: 1` with two or more replicas; with one, `strategy.type: Recreate`, which means downtime.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
spec:
  replicas: 2  # finding: a rollout of 'chat' needs 1 more accelerator before it gives one back
  selector:
    matchLabels: {app: chat}
  template:
    metadata:
      labels: {app: chat}
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
          resources:
            limits: {nvidia.com/gpu: 1}
```

```yaml good
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
spec:
  replicas: 2
  strategy:
    rollingUpdate:
      maxSurge: 0
      maxUnavailable: 1
  selector:
    matchLabels: {app: chat}
  template:
    metadata:
      labels: {app: chat}
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
          resources:
            limits: {nvidia.com/gpu: 1}
```

```yaml bad
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata:
  name: chat
spec:
  predictor:
    minReplicas: 1  # finding: a rollout of 'chat' needs 2 more accelerators before it gives one back
    model:
      modelFormat: {name: huggingface}
      storageUri: hf://meta-llama/Llama-3.1-8B-Instruct
      resources:
        limits: {nvidia.com/gpu: 2}
```

See [Knative: rolling out](https://knative.dev/docs/serving/rolling-out-latest-revision/), [KubeAI: pod plan](https://github.com/kubeai-project/kubeai/blob/main/internal/modelcontroller/pod_plan.go) and [Deployment: rolling update](https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment).
"""

from collections.abc import Iterator
from math import ceil, floor

from hullmark.checks.resilience._rollouts import rollout
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.terms import Severity
from hullmark.model.truth import Undecided, natural
from hullmark.model.workload import Workload
from hullmark.text.tree import Value

_SINGLE = frozenset({"ReadWriteOnce", "ReadWriteOncePod"})
_KINDS = ("Deployment", "LeaderWorkerSet", "VLLMRuntime", "InferenceService", "LLMInferenceService", "Model")


@check(Workload, severity=Severity.MEDIUM, kinds=_KINDS)
def accelerator_rollout_deadlock(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    found = rollout(workload, arch)
    if found is None or found.surge in (0, "0%") or not found.devices or not found.copies:
        return
    extra, fewer = _pods(found.surge, found.copies, up=True), _pods(found.gone, found.copies, up=False)
    if not extra or fewer:
        return
    claims = arch.around(found.podset).claims.values()
    locked = any(c.access_modes and set(c.access_modes) <= _SINGLE for c in claims)
    more = extra * found.devices
    yield Finding(
        f"a rollout of '{workload.name}' needs {more} more {'accelerator' if more == 1 else 'accelerators'} before it gives one back",
        workload.resource.node.at(*found.at),
        severity=Severity.HIGH if locked else None,
        advice=_ADVICE.get(workload.ref.kind)
        or (
            "set maxSurge: 0 and maxUnavailable: 1"
            if found.copies > 1
            else "set strategy.type to Recreate, or keep one device spare"
        ),
    )


_ADVICE = {
    "InferenceService": "as a Deployment set deploymentStrategy of the predictor; Knative needs spare devices",
    "LLMInferenceService": "set rolloutStrategy with maxSurge: 0 and maxUnavailable: 1",
    "Model": "set modelRollouts.surge to 0 in KubeAI's configuration",
}


def _pods(bound: Value, replicas: int, *, up: bool) -> int:
    """A rollout bound in pods: a percentage of the replicas; surge rounds up, unavailable down."""
    if isinstance(bound, int):
        return bound
    if isinstance(bound, str) and bound.endswith("%") and (percent := natural(bound[:-1])) is not None:
        share = replicas * percent / 100
        return ceil(share) if up else floor(share)
    raise Undecided("a bound of the rolling update is not known")
