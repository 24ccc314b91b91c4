"""Several pods need a volume that only one node may mount.

A claim with ReadWriteOnce attaches to one node at a time. The second replica, or the second worker of a gang, waits in ContainerCreating until it
happens to land on the same node; a rollout waits for a pod that will not go.

Counted are all pods of a workload that mount the claim, up to an autoscaler's maximum, whatever their role; a JobSet's claims are shared by its pods, as is the cache of a
NIMService. Claims that a StatefulSet makes from its templates are one each and fine, and so are pods that must stand on one node. A claim that is not in the scan is not judged.

Two workloads that need the claim at the same time are found too, at the one that is read later: services, and a training run beside a service. Jobs that fill a claim or follow
each other are not taken for that. It is a step lower, since one node may hold both; pods that must stand on the same node are fine.

To fix it, use a class that offers ReadWriteMany or ReadOnlyMany, an image volume, or one claim a pod.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
spec:
  replicas: 2
  selector:
    matchLabels: {app: chat}
  template:
    metadata:
      labels: {app: chat}
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
      volumes:
        - name: models
          persistentVolumeClaim:
            claimName: models  # finding: 2 pods of 'chat' share claim 'models', which one node at a time may mount
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: models
spec:
  accessModes: [ReadWriteOnce]
  resources:
    requests: {storage: 100Gi}
```

```yaml good
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
spec:
  replicas: 2
  selector:
    matchLabels: {app: chat}
  template:
    metadata:
      labels: {app: chat}
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
      volumes:
        - name: models
          persistentVolumeClaim:
            claimName: models
            readOnly: true
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: models
spec:
  accessModes: [ReadOnlyMany]
  resources:
    requests: {storage: 100Gi}
```

See [Persistent volumes: access modes](https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes).
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.resource import Resource
from hullmark.model.selectors import label_selector
from hullmark.model.terms import TRAINERS, Confidence, Severity
from hullmark.model.truth import string
from hullmark.model.workload import PodSet, Workload
from hullmark.text.source import Place
from hullmark.text.tree import Node, items

_SINGLE = frozenset({"ReadWriteOnce", "ReadWriteOncePod"})
_HOST = "kubernetes.io/hostname"
_ADVICE = "use a class and access mode for many (ReadWriteMany, ReadOnlyMany), or a claim for each"


class _Use(NamedTuple):
    """A claim that pods of a workload share: its name, its modes, who uses it and where both is said."""

    claim: str
    modes: tuple[str, ...]
    podsets: tuple[PodSet, ...]
    place: Place
    modes_place: Place


@check(Workload, severity=Severity.HIGH)
def shared_single_writer_volume(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    for use in (*_claims(workload, arch), *_of_set(workload), *_of_operator(workload, arch)):
        counts = [_most(p, arch) for p in use.podsets]
        pods = max(counts, default=0) if _in_turn(workload) else sum(counts)
        if pods < 2 or not use.modes or not set(use.modes) <= _SINGLE:
            continue
        one_pod = "ReadWriteOnce" not in use.modes
        if not one_pod and all(_on_one_node(p) for p in use.podsets) and len({_node_of(p) for p in use.podsets}) < 2:
            continue
        who = "one pod" if one_pod else "one node"
        yield Finding(
            f"{pods} pods of '{workload.name}' share claim '{use.claim}', which {who} at a time may mount",
            use.place,
            related=((use.modes_place, "its access modes"),) if use.modes_place != use.place else (),
            advice=_ADVICE,
        )
    yield from _beside(workload, arch)


def _beside(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    """Claims that another workload, read before this one, needs at the same time."""
    for podset in workload.podsets:
        for name, claim in arch.around(podset).claims.items():
            if claim.claim is None or not claim.access_modes or not set(claim.access_modes) <= _SINGLE:
                continue
            first = next((u for u in _users(arch)[claim.claim] if _at_once(u.workload, workload)), None)
            if first is None or _index(arch)[first.workload] >= _index(arch)[workload]:
                continue
            one_pod = "ReadWriteOnce" not in claim.access_modes
            if not _most(first, arch) or not _most(podset, arch) or (not one_pod and _pinned_together(first, podset)):
                continue
            sure = first.workload.resource.file == workload.resource.file
            yield Finding(
                f"'{workload.name}' and '{first.workload.name}' share claim '{claim.name}', which one "
                f"{'pod' if one_pod else 'node'} at a time may mount",
                podset.volumes[name].at("persistentVolumeClaim", "claimName"),
                severity=None if one_pod else Severity.MEDIUM,
                confidence=None if sure else Confidence.MEDIUM,
                related=(
                    (claim.claim.node.at("spec", "accessModes"), "its access modes"),
                    (first.workload.resource.place, "the other workload"),
                ),
                advice=_ADVICE,
            )


@lru_cache(maxsize=1)
def _users(arch: Architecture) -> Mapping[Resource, Sequence[PodSet]]:
    """The pod sets that name each claim."""
    found: dict[Resource, list[PodSet]] = {}
    for workload in arch.workloads:
        for podset in () if workload.template else workload.podsets:
            for name, claim in arch.around(podset).claims.items():
                if claim.claim is not None and name in podset.volumes:
                    found.setdefault(claim.claim, []).append(podset)
    return found


@lru_cache(maxsize=1)
def _index(arch: Architecture) -> Mapping[Workload, int]:
    return {workload: at for at, workload in enumerate(arch.workloads)}


def _at_once(one: Workload, other: Workload) -> bool:
    """Whether two workloads run at the same time: services, and a run that trains beside what shows how it goes."""
    if one is other or other.template:
        return False
    tasks = [w for w in (one, other) if w.lifetime == "task"]
    return not tasks or (len(tasks) == 1 and tasks[0].role in TRAINERS)


def _pinned_together(one: PodSet, other: PodSet) -> bool:
    """Whether both must stand on the same node: by name, or one beside the other."""
    named = _node_of(one)
    return (bool(named) and named == _node_of(other)) or _beside_pods(one, other) or _beside_pods(other, one)


def _node_of(podset: PodSet) -> str:
    """The node that its pods are bound to by name; empty where none is."""
    return string(podset.node.value, "nodeName") or string(podset.node.value, "nodeSelector", _HOST)


def _most(podset: PodSet, arch: Architecture) -> int:
    replicas = arch.around(podset).replicas
    return (replicas.most if replicas.most is not None else replicas.wanted) or 0


def _in_turn(workload: Workload) -> bool:
    """Whether jobs of a JobSet wait for each other, so that not all pods run at once."""
    return any(job.get("dependsOn") for job in workload.resource.node.children("spec", "replicatedJobs"))


def _claims(workload: Workload, arch: Architecture) -> Iterator[_Use]:
    """Claims that the pods name, each with all pod sets that name it."""
    uses: dict[str, _Use] = {}
    for podset in workload.podsets:
        for name, volume in podset.volumes.items():
            claim_name = string(volume.value, "persistentVolumeClaim", "claimName")
            claim = arch.around(podset).claims.get(name) if claim_name else None
            if claim is None or claim.claim is None:
                continue
            place = volume.at("persistentVolumeClaim", "claimName")
            found = uses.get(claim_name)
            if found is None:
                modes = claim.claim.node.at("spec", "accessModes")
                uses[claim_name] = _Use(claim_name, claim.access_modes, (podset,), place, modes)
            elif podset not in found.podsets:
                uses[claim_name] = found._replace(podsets=(*found.podsets, podset))
    yield from uses.values()


def _of_set(workload: Workload) -> Iterator[_Use]:
    """The claims that a JobSet makes once for all its pods; those of a StatefulSet are one each."""
    if workload.ref.kind != "JobSet":
        return
    for policy in workload.resource.node.children("spec", "volumeClaimPolicies"):
        for template in policy.children("templates"):
            name = string(template.value, "metadata", "name")
            users = tuple(
                p
                for p in workload.podsets
                if any(string(m.node.value, "name") == name for c in p.containers for m in c.mounts)
            )
            place = template.at("spec", "accessModes")
            yield _Use(name, _modes(template, "spec", "accessModes"), users, place, place)


def _of_operator(workload: Workload, arch: Architecture) -> Iterator[_Use]:
    """Claims that operators make for a service: NVIDIA's of a cache or by itself, the production stack's."""
    node, kind = workload.resource.node, workload.ref.kind
    if kind == "VLLMRuntime" and node.get("spec", "storageConfig", "enabled") is True:
        place = node.at("spec", "storageConfig", "accessMode")
        mode = string(node.value, "spec", "storageConfig", "accessMode")
        yield _Use(workload.name, (mode,) if mode else (), workload.podsets, place, place)
    if kind == "NIMService":
        yield from _of_nim(workload, workload.name, node, workload.podsets, arch)
    for service in node.children("spec", "services") if kind == "NIMPipeline" else ():
        name = string(service.value, "name")
        yield from _of_nim(workload, name, service, tuple(p for p in workload.podsets if p.name == name), arch)


def _of_nim(workload: Workload, name: str, node: Node, users: tuple[PodSet, ...], arch: Architecture) -> Iterator[_Use]:
    """The claim of a NIM: that of its cache, or its own; without a name of its own it is called after what has it made."""
    cache_name = string(node.value, "spec", "storage", "nimCache", "name")
    holder, at, owner = node, node.at("spec", "storage", "pvc", "volumeAccessMode"), name
    if cache_name:
        cache = _cache(workload, cache_name, arch)
        if cache is None:
            return
        holder, at, owner = cache.node, node.at("spec", "storage", "nimCache", "name"), cache_name
    claim = string(holder.value, "spec", "storage", "pvc", "name") or f"{owner}-pvc"
    mode = string(holder.value, "spec", "storage", "pvc", "volumeAccessMode")
    yield _Use(claim, (mode,) if mode else (), users, at, holder.at("spec", "storage", "pvc", "volumeAccessMode"))


def _cache(workload: Workload, name: str, arch: Architecture) -> Resource | None:
    """The cache a service means: the one beside it, or the only one of that name in its namespace."""
    named = arch.by_name.get(("NIMCache", name), ())
    folder = workload.resource.file.rpartition("/")[0]
    beside = [c for c in named if c.file == workload.resource.file] or [
        c for c in named if c.file.rpartition("/")[0] == folder
    ]
    found = beside or [c for c in named if c.ref.namespace == workload.namespace]
    return found[0] if len(found) == 1 else None


def _modes(node: Node, *keys: str) -> tuple[str, ...]:
    return tuple(m for m in items(node.value, *keys) if isinstance(m, str))


def _on_one_node(podset: PodSet) -> bool:
    """Whether its pods must stand beside each other, so that one node is enough."""
    return bool(_node_of(podset)) or _beside_pods(podset, podset)


def _beside_pods(podset: PodSet, other: PodSet) -> bool:
    terms = podset.node.children("affinity", "podAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
    return any(
        term.get("topologyKey") == _HOST
        and (selector := label_selector(term.get("labelSelector"))) is not None
        and selector.matches(other.labels)
        for term in terms
    )
