"""Distributed training may start in part.

Each pod of the run is scheduled by itself. When accelerators are short, some start and hold their devices while they wait for peers that never come; two such runs
can block each other for good.

Any sign of all-or-nothing scheduling counts: a Kueue queue, a Volcano or coscheduling PodGroup, KAI, YuniKorn, a provisioning request, exclusive topology. An
operator or a Kueue setting outside the scan may gang everything, so confidence is medium. Elastic runs start with fewer pods by design; single pods have no gang.

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

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.terms import TRAINERS, Confidence, Severity
from hullmark.model.truth import Undecided
from hullmark.model.workload import PodSet, Workload
from hullmark.text.tree import dig


@check(Workload, severity=Severity.MEDIUM, confidence=Confidence.MEDIUM, roles=TRAINERS)
def unganged_training(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    facts = workload.training
    if facts is None or facts.gang or facts.benchmark or workload.template or workload.lifetime != "task":
        return
    working = [p for p in workload.podsets if any(a.count != 0 for a in p.accelerators)]
    if not working or _elastic(workload):
        return
    pods = 0
    for podset in working:
        pods += _pods(podset)
    if pods > 1:
        yield Finding(
            f"the {pods} pods of '{workload.name}' may start in part and wait for each other",
            workload.at(),
            advice="add the label kueue.x-k8s.io/queue-name, or the signal of your scheduler",
        )


def _pods(podset: PodSet) -> int:
    if podset.replicas.wanted is None:
        raise Undecided(f"how many pods '{podset.workload.name}' has is not known")
    return podset.replicas.wanted


def _elastic(workload: Workload) -> bool:
    policy = dig(workload.resource.spec, "elasticPolicy")
    least, most = dig(policy, "minReplicas"), dig(policy, "maxReplicas")
    return isinstance(least, int) and isinstance(most, int) and least < most
