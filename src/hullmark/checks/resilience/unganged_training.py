"""Distributed training may start in part.

Each pod of the run is scheduled by itself. When accelerators are short, some start and hold their devices while they wait for peers that never come; two such runs
can block each other for good.

Any sign of all-or-nothing scheduling counts: a Kueue queue, a Volcano or coscheduling PodGroup, KAI, YuniKorn, a provisioning request, exclusive topology, the
runtime of a TrainJob, or an operator in the scan that gangs all its jobs. A group of fewer pods than the run has is said as such. An operator or a Kueue setting outside
the scan may gang everything, so confidence is medium. KubeRay's label `ray.io/scheduler-name` no longer does anything and is no sign. Elastic runs
start with fewer pods by design; single pods have no gang.

To see it happen: `hullmark simulate PATH` says which pods of a run fit nowhere while the others hold their devices.

To fix it, add the signal your cluster understands, such as the label `kueue.x-k8s.io/queue-name`.

```yaml bad
apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata:
  name: tune  # finding: the 4 pods of 'tune' may start in part and wait for each other
spec:
  pytorchReplicaSpecs:
    Worker:
      replicas: 4
      template:
        spec:
          containers:
            - name: pytorch
              image: registry.example/tuner:1.2.0
              command: [torchrun, --nproc_per_node=8, train.py]
              resources:
                limits: {nvidia.com/gpu: 8}
```

```yaml good
apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata:
  name: tune
  labels:
    kueue.x-k8s.io/queue-name: research
spec:
  pytorchReplicaSpecs:
    Worker:
      replicas: 4
      template:
        spec:
          containers:
            - name: pytorch
              image: registry.example/tuner:1.2.0
              command: [torchrun, --nproc_per_node=8, train.py]
              resources:
                limits: {nvidia.com/gpu: 8}
```

See [Kueue: all-or-nothing with ready pods](https://kueue.sigs.k8s.io/docs/tasks/manage/setup_wait_for_pods_ready/) and
[Kubeflow: job scheduling](https://www.kubeflow.org/docs/components/trainer/operator-guides/job-scheduling/).
"""

from collections.abc import Iterator
from functools import lru_cache

from hullmark.checks.resilience._kueue import holds_all
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.terms import TRAINERS, Confidence, Severity
from hullmark.model.truth import Undecided, string
from hullmark.model.workload import PodSet, Workload
from hullmark.text.source import Place
from hullmark.text.tree import dig

_ADVICE = "add the label kueue.x-k8s.io/queue-name, or the signal of your scheduler"
_LEAST = (("spec", "runPolicy", "schedulingPolicy", "minAvailable"), ("spec", "minAvailable"))
"""Where Kubeflow's and Volcano's jobs say how many pods start together."""


@check(Workload, severity=Severity.MEDIUM, confidence=Confidence.MEDIUM, roles=TRAINERS)
def unganged_training(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    facts = workload.training
    if facts is None or facts.benchmark or workload.template or workload.lifetime != "task" or _elastic(workload):
        return
    working = [p for p in workload.podsets if any(a.count != 0 for a in p.accelerators)]
    if not working:
        return
    pods = sum(_pods(p) for p in working)
    partial = _partial(workload)
    if pods < 2:
        return
    if partial is not None:
        started, place = partial
        if started < pods:
            yield Finding(
                f"only {started} of the {pods} pods of '{workload.name}' start together",
                place,
                advice="let all of them start together",
            )
    elif not facts.gang and not _ganged(workload, arch):
        yield Finding(
            f"the {pods} pods of '{workload.name}' may start in part and wait for each other",
            workload.at(),
            advice=_ADVICE,
        )


def _pods(podset: PodSet) -> int:
    if podset.replicas.wanted is None:
        raise Undecided(f"how many pods '{podset.workload.name}' has is not known")
    return podset.replicas.wanted


def _partial(workload: Workload) -> tuple[int, Place] | None:
    """How many pods start together where the object says a number."""
    for keys in _LEAST:
        number = workload.resource.node.get(*keys)
        if isinstance(number, int) and not isinstance(number, bool):
            return number, workload.resource.node.at(*keys)
    return None


def _ganged(workload: Workload, arch: Architecture) -> bool:
    """Whether something other than the object itself starts its pods all or nothing."""
    ref = workload.ref
    if ref.group == "batch.volcano.sh":
        return True  # without a number Volcano waits for all of them
    if any(
        dig(p.node.value, field) is not None for p in workload.podsets for field in ("workloadRef", "schedulingGroup")
    ):
        return True
    return holds_all(arch) or _by_operator(workload, arch) or _by_runtime(workload, arch)


def _by_operator(workload: Workload, arch: Architecture) -> bool:
    """Whether the operator of Kubeflow's jobs, where it is in the scan, is told to gang all of them."""
    return workload.ref.group == "kubeflow.org" and _operator_gangs(arch)


@lru_cache(maxsize=1)
def _operator_gangs(arch: Architecture) -> bool:
    flags = ("--gang-scheduler-name", "--gang-scheduling")
    return any(c.argv.flag(*flags) for w in arch.workloads for c in w.containers)


def _by_runtime(workload: Workload, arch: Architecture) -> bool:
    """Whether the runtime of a TrainJob makes a group of its pods."""
    spec = workload.resource.spec
    if workload.ref.kind != "TrainJob":
        return False
    name = string(spec, "runtimeRef", "name")
    runtime = arch.find(string(spec, "runtimeRef", "kind") or "ClusterTrainingRuntime", workload.namespace, name)
    if runtime is None:
        raise Undecided(f"runtime '{name}', which may start all pods together, is not in the scan")
    return runtime.node.get("spec", "podGroupPolicy") is not None


def _elastic(workload: Workload) -> bool:
    policy = dig(workload.resource.spec, "elasticPolicy")
    least, most = dig(policy, "minReplicas"), dig(policy, "maxReplicas")
    if isinstance(least, int) and isinstance(most, int) and least < most:
        return True
    return any(":" in (c.argv.flag("--nnodes") or "") for c in workload.containers)
