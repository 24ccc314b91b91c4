"""Probe kills a model server before its model is loaded.

Loading weights takes minutes: their size over the speed of hub, disk or network, plus warming up. A liveness or startup probe that gives up earlier restarts the
container in a loop that never ends, and looks like a crash of the engine.

The need is estimated from the model's name and is never less than two minutes; what the name does not tell is not guessed. Operators that set these
probes themselves (NIM, KServe's LLM presets, KubeRay) are not asked.

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
and [vLLM: troubleshooting startup probes](https://docs.vllm.ai/en/stable/deployment/k8s.html).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.demand import load_seconds, probe_budget, weights_gigabytes
from hullmark.model.finding import Finding
from hullmark.model.terms import SERVING, Severity
from hullmark.model.truth import Undecided

_LOCAL = frozenset({"oci", "path", "ngc"})


@check(Container, severity=Severity.HIGH, roles=SERVING, containers=("app",))
def short_startup_budget(container: Container, arch: Architecture) -> Iterator[Finding]:
    if (
        not container.engine
        or not container.models
        or container.workload.injected & {"startup-probe", "liveness-probe"}
    ):
        return
    probe = "startupProbe" if container.node.get("startupProbe") is not None else "livenessProbe"
    if container.node.get(probe) is None:
        return
    budget = probe_budget(container.node.get(probe))
    if budget is None:
        raise Undecided(f"a field of the {probe} is no number")
    model = container.models[0]
    size = weights_gigabytes(model.id)
    vendors = {a.vendor for a in container.accelerators}
    need = load_seconds(size, engine=container.engine, vendors=vendors, local=model.scheme in _LOCAL)
    if size is not None and budget < need:
        yield Finding(
            f"container '{container.name}' is killed {budget} s after it starts, but loading may take {need} s",
            container.node.key(probe),
            advice="add a startupProbe whose periodSeconds times failureThreshold exceeds the need",
            related=((model.place, f"about {size:.0f} GB of weights"),),
        )
