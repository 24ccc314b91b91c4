"""Engine uses another number of accelerators than its pod has.

With more devices than tensor × pipeline × data parallelism uses, the rest idle at full price; with fewer, the engine does not start at all.

Engines that shard over whatever they find, groups that span several pods, command lines that an operator writes, TPUs and Neuron devices are not compared, and a value
that is a placeholder is not guessed.

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

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.demand import parallelism
from hullmark.model.finding import Finding
from hullmark.model.terms import Severity


@check(Container, severity=Severity.HIGH, containers=("app",))
def mismatched_accelerator_count(container: Container, arch: Architecture) -> Iterator[Finding]:
    if not container.accelerators or any(
        a.vendor not in ("nvidia", "amd") or "mig" in a.resource for a in container.accelerators
    ):
        return
    if (
        container.default_name
        or container.workload.injected & {"command", "image"}
        or len(container.workload.podsets) > 1
    ):
        return  # an operator writes the command line, or the group spans several pods
    needed = parallelism(container)
    has = container.accelerator_count
    if needed is None or has == 0:
        return
    if int(needed.value) != has:
        short = int(needed.value) > has
        yield Finding(
            f"container '{container.name}' has {has} devices and uses {needed.value}",
            container.accelerators[0].place,
            label="too few to start" if short else f"{has - int(needed.value)} of them idle",
            related=((needed.place, "what the engine uses"),) if needed.place.exact else (),
        )
