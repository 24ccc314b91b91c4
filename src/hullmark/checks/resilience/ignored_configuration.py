"""Setting stands where its controller ignores it.

The manifest says one thing and the cluster does another: the cluster of a finished job keeps its accelerators, the pod that must not be evicted is evicted, the
queue that should hold the job back never sees it. Nothing fails, so nobody looks.

Reported are combinations that the controllers' own code ignores: a RayJob's (or RayCronJob's) TTL without `shutdownAfterJobFinishes`, that switch together with `clusterSelector`, `podFailurePolicy` with
`restartPolicy: OnFailure`, an eviction annotation on the object where only pods count, KubeRay's former scheduler label and thresholds of a RayService, an accelerator without a quantity,
`resources` inside a Ray runtime environment, a Kueue queue for a kind that Kueue's configuration does not enable, a queue that is not among those of its namespace, and one whose
ClusterQueue has no quota of the accelerator that is asked for.
Configuration and queues outside the scan are not guessed: a job whose queue cannot be seen is *unknown*. Kinds whose controllers copy annotations to
their pods (InferenceService, Notebook, Volcano's Job) are not asked.

To fix it, move the setting to where it is read, or drop it.

```yaml bad
apiVersion: ray.io/v1
kind: RayJob
metadata:
  name: evaluate
spec:
  entrypoint: python evaluate.py
  ttlSecondsAfterFinished: 600  # finding: 'ttlSecondsAfterFinished' does nothing without 'shutdownAfterJobFinishes: true'
  rayClusterSpec:
    headGroupSpec:
      template:
        spec:
          containers:
            - name: head
              image: rayproject/ray:2.52.0
```

```yaml good
apiVersion: ray.io/v1
kind: RayJob
metadata:
  name: evaluate
spec:
  entrypoint: python evaluate.py
  shutdownAfterJobFinishes: true
  ttlSecondsAfterFinished: 600
  rayClusterSpec:
    headGroupSpec:
      template:
        spec:
          containers:
            - name: head
              image: rayproject/ray:2.52.0
```

```yaml bad
apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata:
  name: tune
  annotations:
    karpenter.sh/do-not-disrupt: "true"  # finding: annotation 'karpenter.sh/do-not-disrupt' on the PyTorchJob does not reach its pods
spec:
  pytorchReplicaSpecs:
    Worker:
      template:
        spec:
          containers:
            - name: pytorch
              image: registry.example/tuner:1.2.0
              resources:
                limits:
                  nvidia.com/gpu:  # finding: 'nvidia.com/gpu' has no quantity, so container 'pytorch' gets no device
```

```yaml bad
apiVersion: v1
kind: ConfigMap
metadata:
  name: kueue-manager-config
  namespace: kueue-system
data:
  controller_manager_config.yaml: |
    apiVersion: config.kueue.x-k8s.io/v1beta1
    kind: Configuration
    integrations:
      frameworks:
        - batch/job
---
apiVersion: kueue.x-k8s.io/v1beta1
kind: LocalQueue
metadata:
  name: research
  namespace: ml
spec:
  clusterQueue: gpus
---
apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata:
  name: tune
  namespace: ml
  labels:
    kueue.x-k8s.io/queue-name: research  # finding: queue 'research' does not hold PyTorchJobs back, since Kueue is not told to manage 'kubeflow.org/pytorchjob'
spec:
  pytorchReplicaSpecs:
    Worker:
      template:
        spec:
          containers:
            - name: pytorch
              image: registry.example/tuner:1.2.0
```

See [KubeRay: RayJob](https://docs.ray.io/en/latest/cluster/kubernetes/getting-started/rayjob-quick-start.html),
[pod failure policy](https://kubernetes.io/docs/tasks/job/pod-failure-policy/),
[Kueue: configuration](https://kueue.sigs.k8s.io/docs/reference/kueue-config.v1beta2/), [Kueue: ClusterQueue](https://kueue.sigs.k8s.io/docs/concepts/cluster_queue/) and
[Karpenter: disruption](https://karpenter.sh/docs/concepts/disruption/#pod-level-controls).
"""

from collections.abc import Iterator

from hullmark.checks.resilience._kueue import QUEUE_LABEL, disabled, uncovered
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.finding import Finding
from hullmark.model.ray import job
from hullmark.model.resource import Resource
from hullmark.model.terms import Severity
from hullmark.model.truth import Undecided, flag, is_placeholder, string
from hullmark.model.workload import Workload
from hullmark.text.tree import Node, dig, mapping

_POD_ANNOTATIONS = ("karpenter.sh/do-not-disrupt", "cluster-autoscaler.kubernetes.io/safe-to-evict")
_NOT_COPIED = frozenset({
    "apps", "batch", "ray.io", "jobset.x-k8s.io", "kubeflow.org", "trainer.kubeflow.org", "leaderworkerset.x-k8s.io",
    "argoproj.io",
})  # fmt: skip
"""Groups whose controllers leave the object's own annotations to the object."""

_NOT_READ = ("serviceUnhealthySecondThreshold", "deploymentUnhealthySecondThreshold")
"""Fields of a RayService without effect since KubeRay 1.1 (ray-project/kuberay, ``apis/ray/v1/rayservice_types.go`` and issue 1685)."""

_DEVICES = ("nvidia.com/", "amd.com/gpu", "google.com/tpu", "aws.amazon.com/neuron", "habana.ai/")


@check(Workload, severity=Severity.MEDIUM)
def ignored_configuration(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    resource = workload.resource
    if resource.ref.group == "ray.io":
        yield from _ray(resource)
    for made in _jobs(resource):
        yield from _failure_policy(made)
    if resource.ref.group in _NOT_COPIED and resource.ref.kind != "Notebook":
        yield from _eviction(workload)
    for container in workload.containers:
        yield from _quantities(container)
    if (queue := resource.labels.get(QUEUE_LABEL)) and not is_placeholder(queue):
        yield from _queue(workload, queue, arch)


def _ray(resource: Resource) -> Iterator[Finding]:
    spec = job(resource)
    if spec is not None:
        shuts_down = flag(spec.value, "shutdownAfterJobFinishes") is True
        if spec.get("ttlSecondsAfterFinished") and not shuts_down:
            yield Finding(
                "'ttlSecondsAfterFinished' does nothing without 'shutdownAfterJobFinishes: true'",
                spec.key("ttlSecondsAfterFinished"),
            )
        if shuts_down and mapping(spec.value, "clusterSelector"):
            yield Finding(
                "'shutdownAfterJobFinishes' does nothing for a cluster chosen by 'clusterSelector'",
                spec.key("shutdownAfterJobFinishes"),
            )
        if "\nresources:" in "\n" + string(spec.value, "runtimeEnvYAML"):
            yield Finding("a Ray runtime environment has no 'resources'", spec.key("runtimeEnvYAML"))
    if resource.ref.kind == "RayService":
        for field in _NOT_READ:
            if dig(resource.spec, field) is not None:
                yield Finding(
                    f"'{field}' is no longer read by KubeRay",
                    resource.node.key("spec", field),
                    advice="drop it; a RayService that loads slowly is not replaced any more",
                )
    if "ray.io/scheduler-name" in resource.labels:
        yield Finding(
            "label 'ray.io/scheduler-name' is no longer read by KubeRay",
            resource.node.key("metadata", "labels", "ray.io/scheduler-name"),
        )


def _queue(workload: Workload, queue: str, arch: Architecture) -> Iterator[Finding]:
    """A Kueue queue that does not hold this object back."""
    ref, place = workload.ref, workload.resource.node.at("metadata", "labels", QUEUE_LABEL)
    if (found := disabled(arch, ref)) is not None:
        framework, configuration = found
        yield Finding(
            f"queue '{queue}' does not hold {ref.kind}s back, since Kueue is not told to manage '{framework}'",
            place,
            related=((configuration.node.at("integrations", "frameworks"), "what it manages"),),
        )
    queues = arch.within("LocalQueue", ref.namespace)
    if not queues:
        raise Undecided(f"whether there is a LocalQueue '{queue}' is not known")
    found_queue = next((q for q in queues if q.ref.name == queue), None)
    if found_queue is not None and (lacking := uncovered(workload, found_queue, arch)) is not None:
        device, cluster = lacking
        yield Finding(
            f"queue '{queue}' has no quota of '{device.resource}', so a workload that asks for it waits for good",
            place,
            related=((cluster.node.at("spec", "resourceGroups"), "what it covers"), (device.place, "asked for here")),
        )
    if found_queue is None:
        yield Finding(
            f"there is no queue '{queue}' among those of its namespace, so it waits for good",
            place,
            related=tuple((q.place, "a queue that is there") for q in queues[:3]),
        )


def _jobs(resource: Resource) -> Iterator[Node]:
    """The specifications of the Jobs that it is or makes."""
    alone = {"Job": ("spec",), "CronJob": ("spec", "jobTemplate", "spec")}.get(resource.ref.kind)
    if resource.ref.group == "batch" and alone is not None and (spec := resource.node.child(*alone)) is not None:
        yield spec
    if resource.ref.kind == "JobSet":
        for part in resource.node.children("spec", "replicatedJobs"):
            if (spec := part.child("template", "spec")) is not None:
                yield spec


def _failure_policy(spec: Node) -> Iterator[Finding]:
    if spec.get("podFailurePolicy") is not None and spec.get("template", "spec", "restartPolicy") == "OnFailure":
        yield Finding(
            "'podFailurePolicy' is refused with 'restartPolicy: OnFailure'",
            spec.key("podFailurePolicy"),
            related=((spec.at("template", "spec", "restartPolicy"), "must be Never"),),
        )


def _eviction(workload: Workload) -> Iterator[Finding]:
    for name in _POD_ANNOTATIONS:
        if (
            name in workload.resource.annotations
            and not any(name in p.annotations for p in workload.podsets)
            and workload.podsets
        ):
            yield Finding(
                f"annotation '{name}' on the {workload.ref.kind} does not reach its pods",
                workload.resource.node.key("metadata", "annotations", name),
                advice="put it on the pod template",
            )


def _quantities(container: Container) -> Iterator[Finding]:
    for bound in ("limits", "requests"):
        for name, amount in mapping(container.spec, "resources", bound).items():
            if amount is None and name.startswith(_DEVICES):
                yield Finding(
                    f"'{name}' has no quantity, so container '{container.name}' gets no device",
                    container.node.key("resources", bound, name),
                )
