"""Rollouts cut generations off.

A generation takes seconds to minutes. When a pod is replaced, endpoints and load balancers keep sending to it for a while, and the engine stops at SIGTERM; after
thirty seconds, the default grace, whatever is still running is killed. Users see truncated answers at every rollout and scale-in.

Containers that an operator writes (KServe, NIM, KubeAI) are not asked, since their objects cannot say it. `--shutdown-timeout` exists in vLLM from 0.18 on; before, a `preStop` sleep is all there is.

To fix it, let `preStop` sleep until traffic has moved away (10 to 30 s), and set `terminationGracePeriodSeconds` above sleep plus the longest generation.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
spec:
  selector:
    matchLabels: {app: chat}
  template:
    metadata:
      labels: {app: chat}
    spec:
      containers:
        - name: vllm  # finding: container 'vllm' is stopped 30 s after SIGTERM, with no time to drain
          image: vllm/vllm-openai:v0.11.0
```

```yaml good
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
spec:
  selector:
    matchLabels: {app: chat}
  template:
    metadata:
      labels: {app: chat}
    spec:
      terminationGracePeriodSeconds: 120
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
          lifecycle:
            preStop:
              sleep: {seconds: 20}
```

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
spec:
  selector:
    matchLabels: {app: chat}
  template:
    metadata:
      labels: {app: chat}
    spec:
      terminationGracePeriodSeconds: 15
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
          lifecycle:
            preStop:
              sleep:
                seconds: 20  # finding: container 'vllm' sleeps 20 s before it stops, but is killed after 15 s
```

See [Pod termination](https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination) and
[container lifecycle hooks](https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.finding import Finding
from hullmark.model.terms import Role, Severity, Theme
from hullmark.model.truth import number

_GENERATING = frozenset({"vllm", "tgi", "sglang", "nim", "llama-cpp", "ollama", "triton", "huggingface-server"})
_ROLES = (Role.ONLINE_INFERENCE, Role.EDGE_INFERENCE)
_DEFAULT_GRACE = 30


@check(
    Container,
    severity=Severity.MEDIUM,
    roles=_ROLES,
    engines=_GENERATING,
    containers=("app",),
    absence=Theme.AVAILABILITY,
)
def undrained_generation(container: Container, arch: Architecture) -> Iterator[Finding]:
    workload, podset = container.workload, container.podset
    if (
        workload.lifetime != "service"
        or container.default_name
        or workload.injected & {"pre-stop", "grace-period", "command"}
    ):
        return  # the operator writes the container, and its object has no field for this
    written = number(podset.node.value, "terminationGracePeriodSeconds")
    grace = _DEFAULT_GRACE if written is None else written
    sleep = number(container.spec, "lifecycle", "preStop", "sleep", "seconds")
    if sleep is not None and sleep >= grace:
        yield Finding(
            f"container '{container.name}' sleeps {sleep} s before it stops, but is killed after {grace} s",
            container.at("lifecycle", "preStop", "sleep", "seconds"),
            related=((podset.at("terminationGracePeriodSeconds"), "the grace period"),) if written is not None else (),
        )
    elif grace <= _DEFAULT_GRACE and container.node.get("lifecycle", "preStop") is None and not _drains(container):
        yield Finding(
            f"container '{container.name}' is stopped {grace} s after SIGTERM, with no time to drain",
            container.at("lifecycle"),
            advice="add a preStop sleep and a longer terminationGracePeriodSeconds",
        )


def _drains(container: Container) -> bool:
    """Whether the engine itself waits for running requests (vLLM 0.18 and later)."""
    return container.argv.has("--shutdown-timeout")
