"""A run saves nothing before it ends.

A run of N nodes that fail λ times an hour is interrupted every 1/(N·λ) hours, and each interruption loses what was done since the last checkpoint. A run whose checkpoints
are switched off, or come after more steps than it has, loses everything each time.

`--save_strategy no` and an interval of at least the number of steps count; the final model that a program saves when it is done does not help before. Only runs on accelerators
are asked, and no benchmarks. One pod is said with less weight: its node fails rarely within a short run.

How far an interval is from the best cannot be told from manifests, which say steps and not how long one takes. `hullmark simulate PATH --topology FILE` compares it: with
`runs: {NAME: {step: 4.2s}}` in the topology it prints by how much the interval is too long or too short and what that costs.

To fix it, save so often that the time between checkpoints is near √(2·δ·M), for a dump of δ and M hours between failures.

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

from hullmark.model.architecture import Architecture
from hullmark.model.argv import Argv
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.finding import Finding
from hullmark.model.terms import Role, Severity
from hullmark.model.truth import natural
from hullmark.model.workload import Workload

_EVERY = (
    "--save_steps",
    "--save-steps",
    "--save-interval",
    "--save_interval",
    "--checkpointing_steps",
    "--checkpointing-steps",
)
"""After how many steps it saves: transformers, Megatron-LM, diffusers."""

_STEPS = ("--max_steps", "--max-steps", "--train-iters", "--train_iters", "--max_train_steps", "--max-train-steps")
"""How many steps there are, by the same programs."""

_STRATEGY = ("--save_strategy", "--save-strategy")


@check(Workload, severity=Severity.MEDIUM, roles=frozenset({Role.TRAINING, Role.FINE_TUNING}))
def rare_checkpoint(workload: Workload, _arch: Architecture) -> Iterator[Finding]:
    if workload.training is None or workload.training.benchmark or workload.template:
        return
    one = sum(p.replicas.wanted or 0 for p in workload.podsets) == 1
    said: set[str] = set()
    for podset in workload.podsets:
        if not podset.accelerators:
            continue
        for container in podset.containers:
            for finding in _of(container, workload.name):
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
    every, steps = _count(argv, *_EVERY), _count(argv, *_STEPS)
    if every is not None and steps is not None and every >= steps:
        text = f"'{name}' saves after {every} steps and is done after {steps}: a failure loses all of it"
        yield Finding(text, argv.place(*_EVERY), advice=advice)


def _count(argv: Argv, *flags: str) -> int | None:
    found = argv.flag(*flags)
    number = None if found is None else natural(found)
    return number or None
