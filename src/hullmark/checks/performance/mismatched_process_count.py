"""Launcher and pods disagree about processes or nodes.

With more processes than devices, the extra ranks stop at "invalid device ordinal"; with more nodes in the launcher than pods in the manifest, the rendezvous waits for
peers that do not exist until it times out. Fewer leave accelerators idle.

Counted are processes a node (`torchrun`), all processes (`accelerate launch`, and `mpirun` against the slots of an MPIJob), nodes, and the pods of a JobSet that run at once.
Only literal values are compared, and torchrun's own: without `--nnodes` or `PET_NNODES` it runs one node, so the pods of a Job, JobSet, StatefulSet or
LeaderWorkerSet that are all given one address to meet at each train alone. Kubeflow's operators set `PET_NNODES`. TPU and Neuron devices hold several cores each and MIG slices are parts of a device, so these are left out. An elastic run has no number of
nodes, so a launcher that fixes one defeats it.

For Ray the workers of a `ScalingConfig` with literal numbers, in code that the scan sees, are compared with the devices its cluster may have at most, and a RayJob's
`entrypointNumGpus` with those of its largest pod: Ray waits for good for what it cannot place. What `ray job submit` hands over runs elsewhere and is not compared.

To fix it, make processes a node equal to devices a pod, and nodes equal to the pods that take part.

```yaml bad
apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata:
  name: tune
spec:
  pytorchReplicaSpecs:
    Worker:
      replicas: 2
      template:
        spec:
          containers:
            - name: pytorch
              image: registry.example/tuner:1.2.0
              command:
                - torchrun
                - --nnodes=3  # finding: the launcher of 'tune' expects 3 nodes, but 2 pods take part
                - --nproc_per_node=4  # finding: the launcher of 'tune' starts 4 processes a node, but a pod has 1 device
                - train.py
              resources:
                limits: {nvidia.com/gpu: 1}
```

```yaml good
apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata:
  name: tune
spec:
  pytorchReplicaSpecs:
    Worker:
      replicas: 2
      template:
        spec:
          containers:
            - name: pytorch
              image: registry.example/tuner:1.2.0
              command:
                - torchrun
                - --nnodes=2
                - --nproc_per_node=4
                - train.py
              resources:
                limits: {nvidia.com/gpu: 4}
```

```yaml bad
apiVersion: ray.io/v1
kind: RayJob
metadata:
  name: tune
spec:
  entrypoint: python train.py
  entrypointNumGpus: 2  # finding: the entry point of 'tune' waits for 2 devices on one node, but the largest has 1
  rayClusterSpec:
    headGroupSpec:
      template:
        spec:
          containers:
            - name: head
              image: rayproject/ray:2.52.0
    workerGroupSpecs:
      - groupName: gpu
        replicas: 4
        template:
          spec:
            containers:
              - name: worker
                image: rayproject/ray:2.52.0-gpu
                resources:
                  limits: {nvidia.com/gpu: 1}
```

See [Ray Train: using GPUs](https://docs.ray.io/en/latest/train/user-guides/using-gpus.html), [torchrun](https://docs.pytorch.org/docs/stable/elastic/run.html).
"""

from collections.abc import Iterator

from hullmark.checks.performance._ray_train import unplaceable
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.finding import Finding
from hullmark.model.terms import TRAINERS, Role, Severity
from hullmark.model.truth import Undecided, natural
from hullmark.model.workload import PodSet, Setting, TrainingFacts, Workload
from hullmark.text.tree import Value, dig

_ROLES = TRAINERS | {Role.EVALUATION, Role.BATCH_INFERENCE}
_TORCHRUN = frozenset({"torchrun", "torch.distributed.run", "torch.distributed.launch"})
_BARE = frozenset({"Job", "CronJob", "JobSet", "LeaderWorkerSet", "StatefulSet"})
"""Kinds that tell torchrun nothing, unlike Kubeflow's, whose operators set ``PET_NNODES``."""

_MEET = ("--master-addr", "--rdzv-endpoint")
_HERE = frozenset({"", "localhost", "127.0.0.1"})
_STEPS = frozenset(
    {"Workflow", "WorkflowTemplate", "ClusterWorkflowTemplate", "CronWorkflow", "Task", "TaskRun", "PipelineRun"}
)
"""Kinds whose pod sets are steps that run one after the other."""


@check(Workload, severity=Severity.HIGH, roles=_ROLES, compose="")
def mismatched_process_count(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    facts = workload.training
    if facts is None or workload.template or facts.benchmark:
        return
    yield from _processes(workload, facts)
    yield from _total(workload, facts)
    yield from _nodes(workload, facts)
    yield from _parts(workload)
    yield from unplaceable(workload, arch)


def _processes(workload: Workload, facts: TrainingFacts) -> Iterator[Finding]:
    setting = facts.processes_per_node
    wanted = _whole(setting)
    if setting is None or wanted is None:
        return
    devices = _devices(_together(workload, setting.container))
    if devices and wanted != devices:
        yield Finding(
            f"the launcher of '{workload.name}' starts {wanted} processes a node, but a pod has {_count(devices, 'device')}",
            setting.place,
            advice="start one process for each device of the pod",
        )


def _total(workload: Workload, facts: TrainingFacts) -> Iterator[Finding]:
    """What a launcher starts over all nodes: accelerate one process a device, mpirun one a slot."""
    setting = facts.processes
    wanted = _whole(setting)
    if setting is None or wanted is None or setting.container is None or _elastic(workload):
        return
    podsets = [p for p in _together(workload, setting.container) if p.accelerators]
    slots = _number(dig(workload.resource.spec, "slotsPerWorker"))
    if workload.ref.kind == "MPIJob":
        launches = dig(workload.resource.spec, "runLauncherAsWorker") is True
        podsets = [p for p in workload.podsets if launches or p.name.lower() == "worker"]
        each, noun = slots or 1, "slot"
    else:
        each, noun = _devices(podsets), "device"
    pods = _pods(podsets, workload)
    if each and pods and wanted != each * pods:
        yield Finding(
            f"the launcher of '{workload.name}' starts {wanted} processes, but {_count(pods, 'pod')} of {_count(each, noun)} take part",
            setting.place,
            advice="start as many as the pods have together, or leave the number out",
        )


def _nodes(workload: Workload, facts: TrainingFacts) -> Iterator[Finding]:
    setting = facts.nodes
    wanted = _whole(setting)
    if setting is None:
        yield from _untold(workload)
    if setting is None or wanted is None:
        return
    if dig(workload.resource.spec, "elasticPolicy") is not None:
        if _elastic(workload) and setting.container is not None:
            policy = dig(workload.resource.spec, "elasticPolicy")
            bounds = f"{dig(policy, 'minReplicas')} to {dig(policy, 'maxReplicas')}"
            yield Finding(
                f"the launcher of '{workload.name}' expects exactly {wanted} nodes, but the run is elastic from {bounds}",
                setting.place,
            )
        return
    podsets = _together(workload, setting.container)
    pods = _pods([p for p in podsets if p.accelerators] or podsets, workload)
    size = _number(dig(workload.resource.spec, "leaderWorkerTemplate", "size"))
    pods = size or pods
    if pods and pods != wanted:
        yield Finding(
            f"the launcher of '{workload.name}' expects {wanted} nodes, but {_count(pods, 'pod')} {'takes' if pods == 1 else 'take'} part",
            setting.place,
            advice="tell the launcher the number of pods",
        )


def _untold(workload: Workload) -> Iterator[Finding]:
    """Pods that torchrun is to join, but is not told how many: it takes itself for the only one."""
    if workload.ref.kind not in _BARE:
        return
    for container in workload.containers:
        argv = container.argv
        if argv.launcher not in _TORCHRUN or argv.has("--standalone") or argv.flag("--nnodes") is not None:
            continue
        met = next((flag for flag in _MEET if _elsewhere(argv.flag(flag), container)), None)
        if met is None or "PET_NNODES" in container.environment:
            continue
        pods = _number(dig(workload.resource.spec, "leaderWorkerTemplate", "size")) or container.podset.replicas.wanted
        if not pods or pods == 1:
            continue
        if not container.environment_known:
            raise Undecided(f"whether 'PET_NNODES' is set for container '{container.name}' is not known")
        yield Finding(
            f"the launcher of '{workload.name}' expects 1 node as '--nnodes' is not given, but {pods} pods take part",
            argv.place(met),
            advice="tell the launcher the number of pods",
            severity=None if any(c.accelerators for c in container.podset.containers) else Severity.MEDIUM,
        )


def _elsewhere(address: str | None, container: Container) -> bool:
    """Whether an address is that of one pod for all, rather than each pod's own."""
    if address is None:
        return False
    host = address.partition(":")[0]
    name = host.strip("${}()")
    value = container.env(name) if host[:1] == "$" else host
    return value is not None and value.partition(":")[0] not in _HERE


def _parts(workload: Workload) -> Iterator[Finding]:
    """Jobs of a JobSet that do not run all their pods at once, so that ranks wait for pods that come later."""
    if workload.ref.kind != "JobSet" or not any(c.accelerators for c in workload.containers):
        return
    for job in workload.resource.node.children("spec", "replicatedJobs"):
        spec = job.child("template", "spec")
        at_once = None if spec is None else _number(spec.get("parallelism"))
        in_all = None if spec is None else _number(spec.get("completions"))
        if spec is not None and at_once and in_all and at_once < in_all:
            yield Finding(
                f"{in_all} pods of '{workload.name}' are to complete, but {at_once} run at once",
                spec.at("parallelism"),
                related=((spec.at("completions"), "how many are to complete"),),
            )


def _together(workload: Workload, container: Container | None) -> list[PodSet]:
    """The pod sets that run as one."""
    if container is not None and workload.ref.kind in _STEPS:
        return [container.podset]
    return list(workload.podsets)


def _devices(podsets: list[PodSet]) -> int:
    """The devices of one pod where all have as many, and each is one for a process; else 0."""
    counts = {
        p.accelerator_count
        for p in podsets
        if p.accelerators
        and all(
            a.vendor in ("nvidia", "amd") and "mig" not in a.resource and "shared" not in a.resource
            for a in p.accelerators
        )
    }
    odd = any(a.vendor not in ("nvidia", "amd") for p in podsets for a in p.accelerators)
    return counts.pop() if len(counts) == 1 and not odd else 0


def _pods(podsets: list[PodSet], workload: Workload) -> int:
    total = 0
    for podset in podsets:
        if podset.replicas.wanted is None:
            raise Undecided(f"how many pods '{workload.name}' has is not known")
        total += podset.replicas.wanted
    return total


def _elastic(workload: Workload) -> bool:
    policy = dig(workload.resource.spec, "elasticPolicy")
    least, most = _number(dig(policy, "minReplicas")), _number(dig(policy, "maxReplicas"))
    return least is not None and most is not None and least < most


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _number(value: Value) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _whole(setting: Setting | None) -> int | None:
    return natural(setting.value) if setting is not None else None
