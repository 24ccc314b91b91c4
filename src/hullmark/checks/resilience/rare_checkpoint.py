"""A run saves nothing before it ends, or far too rarely.

A run of N nodes that fail λ times an hour is interrupted every 1/(N·λ) hours, and each interruption loses what was done since the last checkpoint. A run whose checkpoints
are switched off, or come after more steps than it has, loses everything each time.

`--save_strategy no` and an interval of at least the number of steps count; the final model that a program saves when it is done does not help before. Only runs on accelerators
are asked, and no benchmarks. One pod is said with less weight: its node fails rarely within a short run.

The most progress comes from an interval near √(2·δ·M), for a dump that stops the work for δ and M hours between failures. An interval is found where it is more than twice as long
as the best one even for the fewest failures that were published of nodes with eight GPUs and for dumps of five minutes; a failure then loses half of it in the mean. That is
asked where the time is known: by a flag in seconds, or by one in steps where the annotation `hullmark.dev/step-time` (or `step-time` in `hullmark.yaml`) says how long a step takes.
Only NVIDIA's devices are counted, since the failures of others are not published. `hullmark simulate PATH` works out how far an interval is from the best, too long or too
short, and what that costs.

To fix it, save so often that the time between checkpoints is near the best: for 64 GPUs and dumps of one minute every four to six hours.

```yaml bad
apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata:
  name: tune
spec:
  pytorchReplicaSpecs:
    Worker:
      replicas: 4
      template:
        spec:
          containers:
            - name: pytorch
              image: registry.example/tuner:1.2.0
              command:
                - torchrun
                - --nproc_per_node=8
                - train.py
                - --max_steps=2000
                - --save_steps=5000  # finding: 'tune' saves after 5000 steps and is done after 2000: a failure loses all of it
              resources:
                limits: {nvidia.com/gpu: 8}
```

```yaml bad
apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata:
  name: tune
spec:
  pytorchReplicaSpecs:
    Worker:
      replicas: 4
      template:
        spec:
          containers:
            - name: pytorch
              image: registry.example/tuner:1.2.0
              command:
                - torchrun
                - --nproc_per_node=8
                - train.py
                - --save_strategy=no  # finding: 'tune' saves nothing while it runs: a failure loses all of it
              resources:
                limits: {nvidia.com/gpu: 8}
```

```yaml bad
apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata:
  name: pretrain
  annotations:
    hullmark.dev/step-time: 30s
spec:
  pytorchReplicaSpecs:
    Worker:
      replicas: 16
      template:
        spec:
          containers:
            - name: pytorch
              image: registry.example/trainer:1.2.0
              command:
                - torchrun
                - --nproc_per_node=8
                - train.py
                - --max_steps=100000
                - --save_steps=5000  # finding: 'pretrain' saves every 41.7 h, at least 4.1 times as rarely as is best with 128 GPUs: a failure loses 20.8 h in the mean
              resources:
                limits: {nvidia.com/gpu: 8}
```

```yaml good
apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata:
  name: tune
spec:
  pytorchReplicaSpecs:
    Worker:
      replicas: 4
      template:
        spec:
          containers:
            - name: pytorch
              image: registry.example/tuner:1.2.0
              command:
                - torchrun
                - --nproc_per_node=8
                - train.py
                - --max_steps=2000
                - --save_steps=200
              resources:
                limits: {nvidia.com/gpu: 8}
```

See [Transformers: TrainingArguments](https://huggingface.co/docs/transformers/main_classes/trainer#transformers.TrainingArguments) and
[Daly: a higher order estimate of the optimum checkpoint interval](https://doi.org/10.1016/j.future.2004.11.016).
"""

from collections.abc import Iterator
from itertools import chain

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.checkpoints import best, between_failures
from hullmark.model.container import Container
from hullmark.model.finding import Finding
from hullmark.model.saving import interval
from hullmark.model.terms import Role, Severity
from hullmark.model.truth import Undecided, natural
from hullmark.model.workload import Workload

_STEPS = ("--max_steps", "--max-steps", "--train-iters", "--train_iters", "--max_train_steps", "--max-train-steps")
"""How many steps there are, by the same programs."""

_STRATEGY = ("--save_strategy", "--save-strategy")


_NODES = ("gpu_node", "gpu_node_a100", "gpu_node_a100_small")
"""The published rates of nodes with eight GPUs (`hullmark.model.rates`)."""

_DUMP = 300 / 3600
"""Hours that a checkpoint stops the work for at most, as is assumed: 100 GB a node at 350 MB/s."""

_OFF = 2.0
"""How many times too long an interval must be to be found (`hullmark simulate` says the same of it)."""


@check(Workload, severity=Severity.MEDIUM, roles=frozenset({Role.TRAINING, Role.FINE_TUNING}))
def rare_checkpoint(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    if workload.training is None or workload.training.benchmark or workload.template:
        return
    one = sum(p.replicas.wanted or 0 for p in workload.podsets) == 1
    said: set[str] = set()
    for podset in workload.podsets:
        if not podset.accelerators:
            continue
        for container in podset.containers:
            for finding in chain(_of(container, workload.name), _seldom(container, arch)):
                if finding.message not in said:  # a master's and a worker's pod say the same
                    said.add(finding.message)
                    yield finding._replace(severity=Severity.LOW) if one else finding


def _of(container: Container, name: str) -> Iterator[Finding]:
    argv = container.argv
    advice = "save so often that a failure loses little"
    if argv.flag(*_STRATEGY) == "no":
        text = f"'{name}' saves nothing while it runs: a failure loses all of it"
        yield Finding(text, argv.place(*_STRATEGY), advice=advice)
        return
    found, steps = interval(container), natural(argv.flag(*_STEPS) or "")
    if found is not None and found.steps is not None and steps and found.steps >= steps:
        text = f"'{name}' saves after {found.steps} steps and is done after {steps}: a failure loses all of it"
        yield Finding(text, found.place, advice=advice)


def _seldom(container: Container, arch: Architecture) -> Iterator[Finding]:
    """An interval that is too long whatever the nodes and the storage, as far as has been seen."""
    workload, found = container.workload, interval(container)
    step = arch.declared(workload).step_time
    hours = None if found is None else found.hours(None if step is None else step / 3600)
    if found is None or not hours or any(a.vendor != "nvidia" for c in workload.containers for a in c.accelerators):
        return
    devices = workload.accelerator_total
    if not devices:
        raise Undecided("how many accelerators the run gets is not known")
    rarely = hours / best(_DUMP, between_failures(devices / 8, _fewest()))
    if rarely > _OFF:
        yield Finding(
            f"'{workload.name}' saves every {hours:.3g} h, at least {rarely:.2g} times as rarely as is best with {devices} GPUs: "
            f"a failure loses {hours / 2:.3g} h in the mean",
            found.place,
            advice="save so often that a failure loses little",
        )


def _fewest() -> float:
    """The lowest published failure rate of a node, per hour: the lower ends of the intervals count."""
    from hullmark.model.rates import shipped  # few scans need it, and it reads a file

    known = shipped()
    return min(known[name].low or known[name].per_hour for name in _NODES)
