"""What a cluster gives out: a workload stands there with what its controllers made of it, and is judged once."""

from __future__ import annotations

from graph_manifests import Scan

LIVE = """
apiVersion: v1
kind: List
items:
- apiVersion: apps/v1
  kind: Deployment
  metadata: {name: web, namespace: x, uid: u1}
  spec:
    replicas: 2
    selector: {matchLabels: {app: web}}
    template: {metadata: {labels: {app: web}}, spec: {containers: [{name: a, image: "r.example/a:1.0.0"}]}}
- apiVersion: apps/v1
  kind: ReplicaSet
  metadata:
    name: web-abc
    namespace: x
    ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, controller: true}]
  spec:
    replicas: 2
    selector: {matchLabels: {app: web, pod-template-hash: abc}}
    template: {metadata: {labels: {app: web}}, spec: {containers: [{name: a, image: "r.example/a:1.0.0"}]}}
- apiVersion: v1
  kind: Pod
  metadata:
    name: web-abc-x
    namespace: x
    labels: {app: web}
    ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-abc, controller: true}]
  spec: {containers: [{name: a, image: "r.example/a:1.0.0"}]}
- apiVersion: v1
  kind: Service
  metadata: {name: web, namespace: x}
  spec: {selector: {app: web}, ports: [{port: 80}]}
"""


def test_what_a_workload_of_the_scan_controls_is_left_to_it(scan: Scan) -> None:
    arch = scan(a=LIVE)

    assert [str(w.ref) for w in arch.workloads] == ["Deployment x/web"]
    assert len(arch.resources) == 4
    assert arch.around(arch.workloads[0].podsets[0]).services


def test_the_nearest_owner_that_is_there_counts(scan: Scan) -> None:
    arch = scan(a=LIVE.replace("kind: Deployment\n", "kind: Widget\n"))
    assert [w.ref.kind for w in arch.workloads] == ["ReplicaSet"]


def test_an_owner_elsewhere_or_that_does_not_control_is_none(scan: Scan) -> None:
    assert len(scan(a=LIVE.replace("controller: true", "controller: false")).workloads) == 3
    assert len(scan(a=LIVE.replace("kind: Deployment, name: web,", "kind: Deployment, name: other,")).workloads) == 2


def test_objects_that_own_themselves_or_each_other_are_judged(scan: Scan) -> None:
    own = LIVE.replace(
        "uid: u1", "ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, controller: true}]"
    )
    assert "Deployment" in {w.ref.kind for w in scan(a=own).workloads}
    ring = own.replace("kind: Deployment, name: web,", "kind: ReplicaSet, name: web-abc,", 1)
    assert {"Deployment", "ReplicaSet"} <= {w.ref.kind for w in scan(a=ring).workloads}


def test_an_owner_of_another_uid_is_not_the_one_that_is_there(scan: Scan) -> None:
    named = "kind: Deployment, name: web, "
    assert len(scan(a=LIVE.replace(named, f"{named}uid: u1, ")).workloads) == 1
    assert len(scan(a=LIVE.replace(named, f"{named}uid: u2, ")).workloads) == 2
