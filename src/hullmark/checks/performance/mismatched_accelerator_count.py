"""Engine uses another number of accelerators than its pod has.

With more devices than tensor × pipeline × data parallelism uses, the rest idle at full price; with fewer, the engine does not start at all.

Engines that shard over whatever they find, groups that span several pods, command lines that an operator writes, TPUs and Neuron devices are not compared, and a value
that is a placeholder is not guessed. KServe's `VLLM_ADDITIONAL_ARGS` is read as part of the command line; a Model of KubeAI's has as many devices as its `resourceProfile`,
which is one of the chart's or stands in a ConfigMap of the scan.

To fix it, make the two agree: raise the parallel size, run more replicas with fewer devices each, or give devices back.

```yaml bad
apiVersion: v1
kind: Pod
metadata:
  name: chat
spec:
  containers:
    - name: vllm
      image: vllm/vllm-openai:v0.11.0
      args:
        - --model=meta-llama/Llama-3.1-8B-Instruct
        - --tensor-parallel-size=4
      resources:
        limits:
          nvidia.com/gpu: 8  # finding: container 'vllm' has 8 devices and uses 4
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
      args:
        - --model=meta-llama/Llama-3.1-8B-Instruct
        - --tensor-parallel-size=4
      resources:
        limits:
          nvidia.com/gpu: 4
```

See [vLLM: parallelism and scaling](https://docs.vllm.ai/en/stable/serving/parallelism_scaling/).
"""

from collections.abc import Iterator
from functools import lru_cache

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.demand import parallelism
from hullmark.model.finding import Finding
from hullmark.model.flags import rank
from hullmark.model.kubeai import devices
from hullmark.model.terms import Severity
from hullmark.model.truth import Undecided, natural
from hullmark.model.workload import Setting, Workload
from hullmark.text.source import Place
from hullmark.text.tree import Value, dig

_APART = frozenset({"DynamoGraphDeployment", "DynamoComponentDeployment", "NIMPipeline", "LeaderWorkerSet"})
"""Kinds whose pod sets are not the ranks of one engine, or whose groups are counted below."""

_LAUNCHER = 3
"""From which rank on a command is an engine's (`hullmark.model.flags.rank`)."""


@check(Container, severity=Severity.HIGH, containers=("app",), compose="")
def mismatched_accelerator_count(container: Container, arch: Architecture) -> Iterator[Finding]:
    kind = container.workload.ref.kind
    if kind == "VLLMRuntime":
        yield from _by_fields(container)
        return
    if container.workload.ref.group == "kubeai.org":
        yield from _by_profile(container, arch)
        return
    if not container.accelerators or any(
        a.vendor not in ("nvidia", "amd") or "mig" in a.resource or "shared" in a.resource
        for a in container.accelerators
    ):
        return
    needed = (_declared(container) or _said(container)) if kind == "LLMInferenceService" else _needed(container)
    if needed is None and container.unseen and container.engine in ("vllm", "sglang"):
        raise Undecided(container.unseen)
    pods = _pods(container) if needed is not None else None
    if needed is None or pods is None:
        return
    has = container.accelerator_count * pods
    if has and int(needed.value) != has:
        who = f"container '{container.name}'" if pods == 1 else f"group of {pods} pods of '{container.workload.name}'"
        yield _finding(who, has, needed, container.accelerators[0].place)


def _finding(who: str, has: int, needed: Setting, place: Place) -> Finding:
    short = int(needed.value) > has
    noun = "device" if has == 1 else "devices"
    return Finding(
        f"{who} has {has} {noun} and uses {needed.value}",
        place,
        label="too few to start" if short else f"{has - int(needed.value)} of them idle",
        related=((needed.place, "what the engine uses"),) if needed.place.exact else (),
        advice="ask for as many devices as the engine's parallel sizes multiply to, or change the sizes",
    )


def _needed(container: Container) -> Setting | None:
    """What the engine is told to use; nothing where an operator may tell it more, or several engines share the devices."""
    workload = container.workload
    needed = parallelism(container)
    written = needed is not None and needed.place.exact
    by_operator = bool(container.completed or workload.injected & {"command", "image"})
    together = workload.ref.kind not in _APART and _with_devices(workload) > 1
    engines = sum(1 for segment in container.argv.segments if rank(segment) > _LAUNCHER)
    return None if together or engines > 1 or (by_operator and not written) else needed


@lru_cache(maxsize=8)
def _with_devices(workload: Workload) -> int:
    """How many of its pod sets have devices; each of thousands of steps asks."""
    return sum(1 for podset in workload.podsets if podset.accelerators)


def _pods(container: Container) -> int | None:
    """How many pods make one group of ranks; None where that cannot be told."""
    resource = container.workload.resource
    if any(resource.node.get("spec", field) is not None for field in ("multiNode", "multinode")):
        return None
    if resource.ref.kind == "DynamoGraphDeployment":
        return None if "multinode" in str(dig(resource.spec, "services", container.podset.name)) else 1
    if resource.ref.kind != "LeaderWorkerSet":
        return 1
    size = resource.node.get("spec", "leaderWorkerTemplate", "size")
    counts = {c.accelerator_count for p in container.workload.podsets for c in p.containers if c.accelerators}
    alone = container.argv.has("--data-parallel-size", "-dp", "--data-parallel-size-local", "-dpl")
    if alone or len(counts) != 1 or not isinstance(size, int):
        return None
    with_devices = [p for p in container.workload.podsets if p.accelerators]
    leads = container.podset.name == "leader" or len(container.workload.podsets) == 1
    return size if leads and len(with_devices) == len(container.workload.podsets) else None


def _declared(container: Container) -> Setting | None:
    """The devices one pod of an LLMInferenceService uses, from which KServe writes the command line."""
    part = ("spec", "prefill") if container.podset.name.startswith("prefill") else ("spec",)
    node = container.workload.resource.node.child(*part, "parallelism")
    if node is None or container.podset.name not in ("main", "worker", "prefill", "prefill-worker"):
        return None
    sizes = [(key, _whole(node.get(key))) for key in ("tensor", "dataLocal") if node.get(key) is not None]
    if not sizes or any(size is None for _, size in sizes):
        return None
    total = 1
    for _, size in sizes:
        total *= size or 1
    if node.get("dataLocal") is None and node.get("data") is not None:
        return None
    return Setting(str(total), node.at(sizes[0][0]), container)


def _said(container: Container) -> Setting | None:
    """What the arguments of an LLMInferenceService say, where one pod is the whole engine."""
    rest = {"main": "worker", "prefill": "prefill-worker"}.get(container.podset.name)
    needed = parallelism(container)
    grouped = any(p.name == rest for p in container.workload.podsets)
    return None if rest is None or grouped or needed is None or not needed.place.exact else needed


def _by_fields(container: Container) -> Iterator[Finding]:
    """A VLLMRuntime says both in fields of its own."""
    node = container.workload.resource.node
    has = _whole(node.get("spec", "deploymentConfig", "resources", "gpu"))
    uses = _whole(node.get("spec", "vllmConfig", "tensorParallelSize"))
    more = container.argv.has("--pipeline-parallel-size", "-pp", "--data-parallel-size", "-dp")
    if has and uses and has != uses and not more:
        setting = Setting(str(uses), node.at("spec", "vllmConfig", "tensorParallelSize"), container)
        place = node.at("spec", "deploymentConfig", "resources", "gpu")
        yield _finding(f"container '{container.name}'", has, setting, place)


def _by_profile(container: Container, arch: Architecture) -> Iterator[Finding]:
    """A Model of KubeAI's has as many devices as its profile, times a number."""
    has, uses = devices(container.workload, arch), parallelism(container)
    if has and uses is not None and int(uses.value) != has:
        place = container.workload.resource.node.at("spec", "resourceProfile")
        yield _finding(f"model '{container.workload.name}'", has, uses, place)


def _whole(value: Value) -> int | None:
    if isinstance(value, str):
        return natural(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
