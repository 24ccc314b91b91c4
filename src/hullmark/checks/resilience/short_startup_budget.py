"""Probe kills a model server before its model is loaded.

Loading weights takes minutes: their size over the speed of hub, disk or network, plus warming up. A liveness or startup probe that gives up earlier restarts the
container in a loop that never ends, and looks like a crash of the engine.

The need is estimated from the model's name and is never less than two minutes; where the name does not tell, two minutes are asked of a large engine on accelerators, with
less confidence. Groups of pods get two more to find each other. Probes that an operator adds by itself (NIM, KServe, KubeRay) are not asked about, but a startup probe
that is written in its object is. A RayService has no such limit: its thresholds do nothing any more, which `ignored-configuration` says. KServe fetches the model before the container starts, so only reading it counts there.

To fix it, add a startup probe with `periodSeconds` × `failureThreshold` above the need; liveness starts counting only after it.

```yaml bad
apiVersion: v1
kind: Pod
metadata:
  name: chat
spec:
  containers:
    - name: vllm
      image: vllm/vllm-openai:v0.11.0
      args: [--model=meta-llama/Llama-3.1-70B-Instruct]
      livenessProbe:  # finding: container 'vllm' is killed 90 s after it starts, but loading may take 700 s
        httpGet: {path: /health, port: 8000}
        initialDelaySeconds: 60
```

```yaml good
apiVersion: v1
kind: Pod
metadata:
  name: chat
spec:
  containers:
    - name: vllm
      image: vllm/vllm-openai:v0.11.0
      args: [--model=meta-llama/Llama-3.1-70B-Instruct]
      startupProbe:
        httpGet: {path: /health, port: 8000}
        failureThreshold: 120
      livenessProbe:
        httpGet: {path: /health, port: 8000}
```

See [Protect slow starting containers](https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#define-startup-probes)
and [vLLM: troubleshooting startup probes](https://docs.vllm.ai/en/stable/deployment/k8s/).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container, ModelReference
from hullmark.model.demand import LEAST_LOAD_SECONDS, load_seconds, probe_budget, weights_gigabytes
from hullmark.model.finding import Finding
from hullmark.model.terms import SERVING, Confidence, Severity
from hullmark.model.truth import Undecided

_LOCAL = frozenset({"oci", "path"})
_FETCHED_BEFORE = frozenset({"InferenceService", "LLMInferenceService"})
"""Kinds whose operator fetches the model in an init container, which probes do not watch."""

_JOIN_SECONDS = 120
"""How long the pods of one engine may need to find each other."""

_HEAVY = frozenset({"vllm", "sglang", "tgi", "nim", "triton"})


@check(Container, severity=Severity.HIGH, roles=SERVING, containers=("app",))
def short_startup_budget(container: Container, arch: Architecture) -> Iterator[Finding]:
    probe = _killer(container)
    if probe is None or not container.engine or not container.models:
        return
    model = container.models[0]
    size = weights_gigabytes(model.id)
    if size is None and not (container.engine in _HEAVY and container.accelerators):
        return
    budget = probe_budget(container.node.get(probe))
    if budget is None:
        raise Undecided(f"a field of the {probe} is no number")
    need = _need(container, model, size)
    if budget < need:
        yield Finding(
            f"container '{container.name}' is killed {budget} s after it starts, but loading may take {need} s",
            container.node.key(probe),
            confidence=Confidence.MEDIUM if size is None else None,
            advice="add a startupProbe whose periodSeconds times failureThreshold exceeds the need",
            related=((model.place, f"about {size:.0f} GB of weights" if size is not None else "the model"),),
        )


def _killer(container: Container) -> str | None:
    """The probe that can kill the container while it starts, where the manifest writes it and no operator's comes first."""
    if container.node.get("startupProbe") is not None:
        return "startupProbe"
    injected = "startup-probe" in container.workload.injected
    return "livenessProbe" if container.node.get("livenessProbe") is not None and not injected else None


def _need(container: Container, model: ModelReference, size: float | None) -> int:
    join = _JOIN_SECONDS if container.workload.ref.kind == "LeaderWorkerSet" else 0
    if size is None:
        return LEAST_LOAD_SECONDS + join
    local = model.scheme in _LOCAL or container.workload.ref.kind in _FETCHED_BEFORE
    vendors = {a.vendor for a in container.accelerators}
    return load_seconds(size, engine=container.engine, vendors=vendors, local=local) + join
