"""Rollouts cut generations off.

A generation takes seconds to minutes. When a pod is replaced, endpoints and load balancers keep sending to it for a while. vLLM gives up what is running at SIGTERM; others are
killed when the grace ends, thirty seconds by default. Users see truncated answers at every rollout, and under an autoscaler all day, which makes it severe.

A `preStop` that sleeps counts, as an action or a command; together with vLLM's `--shutdown-timeout` it must fit into the grace. That flag exists from vLLM 0.18 on; before, the engine
refuses it, and the sleep is all there is. Containers that an operator writes (KServe, NIM, KubeAI) are not asked, since their objects cannot say it; nor are the workers
behind a leader. Spot capacity gives two minutes at most, whatever grace says.

A router or gateway passes the answers on, so it must not go before the servers do: its grace is compared with the longest of the servers behind it, found by addresses, mounted
configuration, InferencePools and selectors. Which servers are behind a router may not be in the scan; then the outcome is unknown.

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

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: router
spec:
  selector:
    matchLabels: {app: router}
  template:
    metadata:
      labels: {app: router}
    spec:
      containers:  # finding: container 'router' is killed 30 s after SIGTERM, but servers behind it may take 120 s
        - name: router
          image: lmcache/lmstack-router:v0.1.8
          args: [--static-backends=http://chat:8000]
---
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
---
apiVersion: v1
kind: Service
metadata:
  name: chat
spec:
  selector: {app: chat}
  ports:
    - port: 8000
```

See [Pod termination](https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination),
[container lifecycle hooks](https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/) and
[llm-d: graceful shutdown](https://llm-d.ai/docs/dev/operations/lifecycle/graceful-shutdown).
"""

from collections.abc import Iterator

from hullmark.checks.resilience._backends import backends
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.ending import GRACE
from hullmark.model.ending import grace as grace_of
from hullmark.model.ending import sleep as sleep_of
from hullmark.model.finding import Finding
from hullmark.model.terms import Role, Severity, Theme
from hullmark.model.truth import Undecided, natural
from hullmark.text.regex import regex

_GENERATING = frozenset({"vllm", "tgi", "sglang", "nim", "llama-cpp", "ollama", "triton", "huggingface-server"})
_ROUTING = frozenset({
    "vllm-router", "endpoint-picker", "litellm", "bifrost", "portkey", "one-api", "helicone", "agentgateway", "kong-ai", "higress-ai",
    "envoy-ai-gateway",
})  # fmt: skip
"""What stands between clients and servers in pods of its own; a sidecar has the grace of its server."""

_ROLES = (Role.ONLINE_INFERENCE, Role.EDGE_INFERENCE, Role.INFERENCE_ROUTER, Role.LLM_GATEWAY)
_FLAG = "--shutdown-timeout"
_LONGER = "raise terminationGracePeriodSeconds above the time it takes, or take less"
_FLAG_SINCE = (0, 18)
_VERSION = regex(r"v?(\d+)\.(\d+)")


@check(
    Container,
    severity=Severity.MEDIUM,
    roles=_ROLES,
    engines=_GENERATING | _ROUTING,
    containers=("app",),
    absence=Theme.AVAILABILITY,
)
def undrained_generation(container: Container, arch: Architecture) -> Iterator[Finding]:
    workload, podset = container.workload, container.podset
    if (
        workload.lifetime != "service"
        or container.completed
        or workload.injected & {"pre-stop", "grace-period", "command"}
        or (podset.name == "worker" and any(p.name == "leader" for p in workload.podsets))
    ):
        return  # the operator writes the container and its object has no field for this, or the leader answers
    grace = grace_of(podset)
    if container.engine in _ROUTING:
        yield from _outlived(container, grace, arch)
        return
    sleep, place = sleep_of(container)
    drain = natural(container.argv.flag(_FLAG) or "") or 0
    busier = Severity.HIGH if arch.around(podset).scalers else None
    told = podset.node.get("terminationGracePeriodSeconds") is not None
    related = ((podset.at("terminationGracePeriodSeconds"), "the grace period"),) if told else ()
    if drain and _too_old(container):
        yield Finding(
            f"the vLLM of container '{container.name}' is older than '{_FLAG}' and refuses to start",
            container.argv.place(_FLAG),
            related=((container.at("image"), "its version"),),
        )
    elif drain and sleep + drain >= grace:
        yield Finding(
            f"container '{container.name}' takes {sleep + drain} s to drain, but is killed after {grace} s",
            container.argv.place(_FLAG),
            related=related,
            severity=busier,
            advice=_LONGER,
        )
    elif sleep and sleep >= grace:
        yield Finding(
            f"container '{container.name}' sleeps {sleep} s before it stops, but is killed after {grace} s",
            place,
            related=related,
            severity=busier,
            advice=_LONGER,
        )
    elif not drain and container.node.get("lifecycle", "preStop") is None and _cuts(container, grace):
        yield Finding(
            f"container '{container.name}' is stopped {grace} s after SIGTERM, with no time to drain"
            if grace <= GRACE
            else f"container '{container.name}' stops at SIGTERM and makes nothing of its {grace} s",
            container.at("lifecycle"),
            severity=busier,
            advice="add a preStop sleep and a longer terminationGracePeriodSeconds",
        )


def _outlived(container: Container, grace: int, arch: Architecture) -> Iterator[Finding]:
    """Where the servers behind a router are given longer to finish than the router through which they answer."""
    behind = backends(container, arch)
    if not behind and container.workload.role is Role.INFERENCE_ROUTER:
        raise Undecided(f"which servers are behind '{container.workload.name}' is not known")
    slowest = max(behind, key=grace_of, default=None)
    if slowest is not None and grace_of(slowest) > grace:
        yield Finding(
            f"container '{container.name}' is killed {grace} s after SIGTERM, but servers behind it may take {grace_of(slowest)} s",
            container.podset.at("terminationGracePeriodSeconds"),
            related=((slowest.at("terminationGracePeriodSeconds"), f"the grace of '{slowest.workload.name}'"),),
            advice="give it at least the terminationGracePeriodSeconds of the servers",
        )


def _cuts(container: Container, grace: int) -> bool:
    """Whether running requests are lost: vLLM gives them up at SIGTERM, the others are killed when the grace ends."""
    return grace <= GRACE or container.engine == "vllm"


def _too_old(container: Container) -> bool:
    found = _VERSION.match(container.image.tag) if container.image.name.endswith("vllm-openai") else None
    return found is not None and (int(found[1]), int(found[2])) < _FLAG_SINCE
