"""Claims and durability."""

from __future__ import annotations

import pytest
from graph_manifests import Scan

from hullmark.model.durability import Keeping, durability

POD = """apiVersion: v1
kind: Pod
metadata: {{name: p}}
spec:
  volumes: [{{name: v, {volume}}}]
  containers: [{{name: c, image: x, volumeMounts: [{{name: v, mountPath: /data}}]}}]
"""
CLAIM = (
    "---\n"
    "apiVersion: v1\n"
    "kind: PersistentVolumeClaim\n"
    "metadata: {name: d}\n"
    "spec: {storageClassName: local, accessModes: [ReadWriteOnce]}\n"
)
CLASS = (
    "---\n"
    "apiVersion: storage.k8s.io/v1\n"
    "kind: StorageClass\n"
    "metadata: {name: local}\n"
    "provisioner: rancher.io/local-path\n"
)


@pytest.mark.parametrize(
    ("volume", "more", "path", "keeping"),
    [
        ("emptyDir: {}", "", "/data/x", Keeping.EMPTY_DIR),
        ("hostPath: {path: /x}", "", "/data", Keeping.HOST_PATH),
        ("ephemeral: {}", "", "/data", Keeping.EPHEMERAL_VOLUME),
        ("nfs: {server: x}", "", "/data", Keeping.VOLUME),
        ("csi: {driver: gcsfuse.csi.storage.gke.io}", "", "/data", Keeping.VOLUME),
        ("persistentVolumeClaim: {claimName: d}", "", "/data", Keeping.VOLUME),
        ("persistentVolumeClaim: {claimName: d}", CLAIM + CLASS, "/data", Keeping.NODE_VOLUME),
        ("emptyDir: {}", "", "/other", Keeping.CONTAINER_LAYER),
        ("emptyDir: {}", "", "data/x", Keeping.CONTAINER_LAYER),
        ("emptyDir: {}", "", "s3://bucket/x", Keeping.OBJECT_STORE),
        ("emptyDir: {}", "", "$(DIR)/x", Keeping.UNKNOWN),
    ],
)
def test_durability(scan: Scan, volume: str, more: str, path: str, keeping: Keeping) -> None:
    arch = scan(a=POD.format(volume=volume) + more)
    found = durability(arch, arch.workloads[0].containers[0], path)

    assert found.keeping is keeping
    assert found.durable is (
        None if keeping is Keeping.UNKNOWN else keeping in (Keeping.OBJECT_STORE, Keeping.VOLUME, Keeping.NODE_VOLUME)
    )


def test_claim_facts(scan: Scan) -> None:
    arch = scan(a=POD.format(volume="persistentVolumeClaim: {claimName: d}") + CLAIM + CLASS)
    claim = arch.around(arch.workloads[0].podsets[0]).claims["v"]

    assert (claim.name, claim.access_modes, claim.storage_class, claim.provisioner) == (
        "d",
        ("ReadWriteOnce",),
        "local",
        "rancher.io/local-path",
    )


@pytest.mark.parametrize(
    ("policy", "keeping"),
    [("", Keeping.DELETED_WITH_OBJECT), ("retentionPolicy: {whenDeleted: Retain}, ", Keeping.VOLUME)],
)
def test_claims_of_a_runtime_are_its_jobs(scan: Scan, policy: str, keeping: Keeping) -> None:
    arch = scan(
        a=f"""apiVersion: trainer.kubeflow.org/v1alpha1
kind: ClusterTrainingRuntime
metadata: {{name: tune}}
spec:
  template:
    spec:
      volumeClaimPolicies: [{{{policy}templates: [{{metadata: {{name: v}}}}]}}]
      replicatedJobs:
        - name: node
          template:
            spec:
              template:
                spec: {{containers: [{{name: node, image: x, volumeMounts: [{{name: v, mountPath: /data}}]}}]}}
---
apiVersion: trainer.kubeflow.org/v1alpha1
kind: TrainJob
metadata: {{name: job, namespace: team}}
spec: {{runtimeRef: {{name: tune}}}}
---
apiVersion: trainer.kubeflow.org/v1alpha1
kind: TrainJob
metadata: {{name: other, namespace: team}}
spec: {{runtimeRef: {{name: nowhere}}}}
"""
    )
    kept = {w.name: durability(arch, w.containers[0], "/data/x").keeping for w in arch.workloads}

    assert kept == {"tune": keeping, "job": keeping, "other": Keeping.CONTAINER_LAYER}
