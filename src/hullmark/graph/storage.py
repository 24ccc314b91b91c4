"""Storage of pods: volumes to claims to volumes and classes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from hullmark.graph.index import Chains, Names
from hullmark.model.architecture import Claim
from hullmark.model.resource import Resource
from hullmark.model.truth import string
from hullmark.model.workload import PodSet
from hullmark.text.tree import Node, Value, dig, items

_NO_CLAIMS: Mapping[str, Claim] = {}
_RUNTIMES = ("ClusterTrainingRuntime", "TrainingRuntime")
_JOB_SETS = (("spec", "volumeClaimPolicies"), ("spec", "template", "spec", "volumeClaimPolicies"))
"""Where a JobSet and a training runtime, which holds one, have them."""


_WITHOUT_TEMPLATES = frozenset({"Deployment", "ReplicaSet", "DaemonSet", "Job", "CronJob", "Pod"})
"""Kinds that have none, of which most pods are."""


class Storage:
    """Claims, volumes and classes of a scan."""

    def __init__(self, by_kind: Mapping[str, Sequence[Resource]], chains: Chains) -> None:
        def core(kind: str, group: str = "") -> Names:
            return Names(chains, (r for r in by_kind.get(kind, ()) if r.ref.group == group))

        self._claims, self._volumes = core("PersistentVolumeClaim"), core("PersistentVolume")
        self._classes = core("StorageClass", "storage.k8s.io")
        self._runtimes = {kind: core(kind, "trainer.kubeflow.org") for kind in _RUNTIMES}

    def claims(self, podset: PodSet) -> Mapping[str, Claim]:
        """The claims of a pod set by the volume's name: those it names, and those made from templates, which come first.

        https://kubernetes.io/docs/reference/kubernetes-api/apps/stateful-set-v1/ (``volumeClaimTemplates``).
        """
        found = {
            name: self._named(claim, podset)
            for name, volume in podset.volumes.items()
            if (claim := string(volume.value, "persistentVolumeClaim", "claimName"))
        }
        resource = podset.workload.resource
        for owner in (resource, self._runtime(resource)):
            for name, template, retained in () if owner is None else _templates(owner):
                found[name] = self._claim(name, None, template.value, resource, retained=retained)._replace(made=True)
        return found or _NO_CLAIMS

    def _runtime(self, resource: Resource) -> Resource | None:
        """What a TrainJob is made from, whose claims are made with it."""
        if resource.ref.kind != "TrainJob":
            return None
        kind = string(resource.spec, "runtimeRef", "kind") or "ClusterTrainingRuntime"
        runtimes = self._runtimes.get(kind)
        return (
            None
            if runtimes is None
            else runtimes.find(string(resource.spec, "runtimeRef", "name"), resource.ref.namespace, resource)
        )

    def _named(self, name: str, podset: PodSet) -> Claim:
        near = podset.workload.resource
        claim = self._claims.find(name, podset.workload.namespace, near)
        if claim is None:
            return Claim(name, None, (), "", "")
        return self._claim(name, claim, claim.node.value, near, retained=True)

    def _claim(self, name: str, claim: Resource | None, value: Value, near: Resource, *, retained: bool) -> Claim:
        """A claim with what stands behind it; a static volume's own type is told like a provisioner."""
        css = string(value, "spec", "storageClassName")
        modes = tuple(m for m in items(value, "spec", "accessModes") if isinstance(m, str))
        volume = (
            self._volumes.find(string(value, "spec", "volumeName"), "", near)
            if dig(value, "spec", "volumeName")
            else None
        )
        if volume is not None:
            return Claim(name, claim, modes, css, _behind(volume), retained)
        found = self._classes.find(css, "", near) if css else None
        provisioner = "" if found is None else string(found.node.value, "provisioner")
        return Claim(name, claim, modes, css, provisioner, retained)


def _behind(volume: Resource) -> str:
    for local in ("local", "hostPath"):
        if dig(volume.spec, local) is not None:
            return local
    return string(volume.spec, "csi", "driver") or next(
        (k for k in ("nfs", "cephfs", "azureFile") if dig(volume.spec, k)), ""
    )


def _templates(resource: Resource) -> Iterator[tuple[str, Node, bool]]:
    """``volumeClaimTemplates`` of a StatefulSet and its kin, and of the volume claim policies of a JobSet or a runtime.

    With each, whether its claims outlive the object: by default a StatefulSet's do and a JobSet's do not.
    """
    if resource.ref.kind in _WITHOUT_TEMPLATES:
        return
    kept = string(resource.spec, "persistentVolumeClaimRetentionPolicy", "whenDeleted") != "Delete"
    for path in (("spec", "volumeClaimTemplates"), ("spec", "leaderWorkerTemplate", "volumeClaimTemplates")):
        for template in resource.node.children(*path):
            yield string(template.value, "metadata", "name"), template, kept
    for policy in (p for path in _JOB_SETS for p in resource.node.children(*path)):
        kept = string(policy.value, "retentionPolicy", "whenDeleted") == "Retain"
        for template in policy.children("templates"):
            yield string(template.value, "metadata", "name"), template, kept
