"""From manifests to the pods that are placed."""

from __future__ import annotations

from random import Random

import pytest
from building import architecture
from making import node

from hullmark.model.selectors import Selector
from hullmark.simulate.budgets import Promise, promise, scaled
from hullmark.simulate.generated import generated
from hullmark.simulate.placement.cluster import Cluster
from hullmark.simulate.placement.gang import place, place_daemons
from hullmark.simulate.placement.shape import ZONE, Requirement, Volume
from hullmark.simulate.pods import Fleet, Member, fleet, grouped

GIB = 1024**3


def made(*texts: str) -> Fleet:
    return fleet(architecture(*texts))


def only(*texts: str) -> Member:
    (member,) = made(*texts).members
    return member


def deployment(spec: str = "", more: str = "", kind: str = "Deployment", container: str = "") -> str:
    return f"""---
apiVersion: apps/v1
kind: {kind}
metadata: {{name: web, namespace: shop}}
spec:
  replicas: 3
  selector: {{matchLabels: {{app: web}}}}
  {more}
  template:
    metadata: {{labels: {{app: web, tier: front}}}}
    spec:
      {spec}
      containers:
        - name: c
          image: registry.example/web
          resources: {{requests: {{cpu: 500m, memory: 1Gi}}, limits: {{nvidia.com/gpu: 2}}}}
          {container}
"""


def texts(found: Fleet) -> list[str]:
    return [a.text for a in found.assumptions]


def test_a_deployment_is_so_many_pods_of_one_shape() -> None:
    member = only(deployment())
    assert [p.name for p in member.pods] == ["web-0", "web-1", "web-2"]
    assert member.declared == 3
    shape = member.shape
    assert shape.namespace == "shop"
    assert shape.requests == {"cpu": 500, "memory": GIB, "nvidia.com/gpu": 2}
    assert shape.images == ("registry.example/web:latest",)
    assert shape.labels == {"app": "web", "tier": "front", "pod-template-hash": "web"}
    assert (member.groups, member.together, member.tolerates, member.tolerates_forever) == ((), False, None, False)


SERVICE = """---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {tier: front}}
"""


def test_default_spread_counts_what_service_and_owner_select() -> None:
    revision = ("pod-template-hash", "web")
    assert only(deployment()).shape.defaults == Selector((("app", "web"), revision))
    assert only(deployment(), SERVICE).shape.defaults == Selector((("tier", "front"), ("app", "web"), revision))
    assert only(deployment(kind="StatefulSet")).shape.defaults == Selector((("app", "web"),))
    job = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\nspec: {template: {spec: {containers: [{name: c}]}}}"
    assert only(job).shape.defaults is None


def test_spread_by_revision_knows_the_revision() -> None:
    spread = """topologySpreadConstraints:
        - topologyKey: topology.kubernetes.io/zone
          maxSkew: 1
          whenUnsatisfiable: DoNotSchedule
          labelSelector: {matchLabels: {app: web}}
          matchLabelKeys: [pod-template-hash]"""
    (found,) = only(deployment(spread)).shape.spread
    assert found.peers.selector is not None
    assert found.peers.selector.matches({"app": "web", "pod-template-hash": "web"})
    assert not found.peers.selector.matches({"app": "web", "pod-template-hash": "older"})


def test_autoscalers_decide_the_number() -> None:
    scaler = """---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web, namespace: shop}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, minReplicas: 5, maxReplicas: 9}
"""
    assert len(only(deployment(), scaler).pods) == 5


def test_what_is_not_known_is_carried_and_told() -> None:
    text = deployment("nodeSelector: {pool: '${POOL}', disk: ssd}").replace("replicas: 3", "replicas: ${N}")
    text = text.replace("cpu: 500m", "cpu: '{{ .cpu }}'")
    found = made(text)
    (member,) = found.members
    assert member.declared is None
    assert len(member.pods) == 1
    assert member.shape.node_selector == (("disk", "ssd"),)
    assert member.shape.requests == {"memory": GIB, "nvidia.com/gpu": 2}
    assert texts(found) == [
        "container 'c': the request of 'cpu' is not known and counts nothing",
        "Deployment 'web': the node selector 'pool' is filled in elsewhere and asks for nothing here",
        "Deployment 'web': the number of pods is not known; 1 assumed",
    ]
    assert [a.place.line for a in found.assumptions if a.place is not None] == [16, 12, 6]


def test_limit_ranges_fill_in_requests() -> None:
    limits = """---
apiVersion: v1
kind: LimitRange
metadata: {name: l, namespace: shop}
spec: {limits: [{type: Container, default: {cpu: 2, ephemeral-storage: 1Gi}, defaultRequest: {cpu: 100m, memory: 9Gi}}]}
"""
    text = deployment().replace("cpu: 500m, ", "")
    assert only(text, limits).shape.requests == {
        "cpu": 100,
        "memory": GIB,
        "ephemeral-storage": GIB,
        "nvidia.com/gpu": 2,
    }


def test_runtime_classes_add_overhead_and_where_they_run() -> None:
    runtime = """---
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: kata}
handler: kata
overhead: {podFixed: {cpu: 250m, memory: 1Gi}}
scheduling: {nodeSelector: {kata: "yes"}, tolerations: [{key: kata, operator: Exists}]}
"""
    member = only(deployment("runtimeClassName: kata"), runtime)
    assert member.shape.requests["cpu"] == 750
    assert member.shape.requests["memory"] == 2 * GIB
    assert member.shape.node_selector == (("kata", "yes"),)
    assert [t.key for t in member.shape.tolerations] == ["kata"]
    assert "runtime class 'kata' is not in the scan" in texts(made(deployment("runtimeClassName: kata")))[0]


def test_priorities_come_from_their_classes() -> None:
    classes = """---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: high}
value: 1000
preemptionPolicy: Never
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: usual}
value: 10
globalDefault: true
"""
    shape = only(deployment("priorityClassName: high"), classes).shape
    assert (shape.priority, shape.preempts) == (1000, False)
    shape = only(deployment(), classes).shape
    assert (shape.priority, shape.preempts) == (10, True)
    assert only(deployment("priorityClassName: system-node-critical")).shape.priority == 2_000_001_000
    assert "priority class 'high' is not in the scan" in texts(made(deployment("priorityClassName: high")))[0]


@pytest.mark.parametrize(
    ("tolerations", "seconds", "forever"),
    [
        ("[]", None, False),
        (
            "[{key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 30}]",
            30,
            False,
        ),
        ("[{operator: Exists}]", None, True),
        ("[{key: gpu, operator: Exists}]", None, False),
    ],
)
def test_how_long_pods_stay_on_a_dead_node(tolerations: str, seconds: int | None, *, forever: bool) -> None:
    member = only(deployment(f"tolerations: {tolerations}"))
    assert (member.tolerates, member.tolerates_forever) == (seconds, forever)


STATEFUL = deployment(
    kind="StatefulSet",
    more="volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], storageClassName: fast}}]",
)


def storage_class(provisioner: str, more: str = "") -> str:
    return f"---\napiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {{name: fast}}\nprovisioner: {provisioner}\n{more}"


@pytest.mark.parametrize(
    ("provisioner", "more", "reach"),
    [
        ("ebs.csi.aws.com", "", "zone"),
        ("pd.csi.storage.gke.io", "parameters: {replication-type: regional-pd}", "region"),
        ("disk.csi.azure.com", "parameters: {skuName: Premium_ZRS}", "region"),
        ("topolvm.io", "", "node"),
        ("efs.csi.aws.com", "", "anywhere"),
        ("example.com/unheard-of", "", "unknown"),
    ],
)
def test_volumes_follow_their_pods_as_far_as_they_reach(provisioner: str, more: str, reach: str) -> None:
    found = made(STATEFUL, storage_class(provisioner, more))
    (member,) = found.members
    assert (member.volumes.reach, member.volumes.attached) == (reach, True)
    assert any("volume 'data'" in t for t in texts(found)) == (reach == "unknown")


def test_topologies_that_a_class_allows_bind_its_pods() -> None:
    zones = "allowedTopologies: [{matchLabelExpressions: [{key: topology.kubernetes.io/zone, values: [a, b]}]}]"
    assert only(STATEFUL, storage_class("ebs.csi.aws.com", zones)).shape.volumes == (
        Volume(((Requirement(ZONE, "In", ("a", "b")),),), "unbound"),
    )


def test_a_bound_volume_binds_its_pods() -> None:
    bound = """---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: models, namespace: shop}
spec: {accessModes: [ReadWriteOncePod], volumeName: pv}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: pv, labels: {topology.kubernetes.io/zone: a__b}}
spec:
  csi: {driver: ebs.csi.aws.com}
  nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: rack, operator: Exists}]}]}}
"""
    member = only(deployment("volumes: [{name: m, persistentVolumeClaim: {claimName: models}}]"), bound)
    assert member.shape.volumes == (
        Volume(((Requirement("rack", "Exists"),),)),
        Volume(((Requirement(ZONE, "In", ("a", "b")),),), "zone"),
    )
    assert member.shape.singles == {"shop/models"}


def test_claimed_devices_are_counted() -> None:
    claim = """---
apiVersion: resource.k8s.io/v1
kind: ResourceClaimTemplate
metadata: {name: two, namespace: shop}
spec: {spec: {devices: {requests: [{name: g, exactly: {deviceClassName: gpu.nvidia.com, count: 2}}]}}}
"""
    text = deployment("resourceClaims: [{name: g, resourceClaimTemplateName: two}]").replace(
        "limits: {nvidia.com/gpu: 2}", "claims: [{name: g}]"
    )
    assert only(text, claim).shape.requests["nvidia.com/gpu"] == 2


GROUPS = """---
apiVersion: leaderworkerset.x-k8s.io/v1
kind: LeaderWorkerSet
metadata: {name: lws}
spec:
  replicas: 2
  leaderWorkerTemplate:
    size: 3
    leaderTemplate: {spec: {containers: [{name: l, resources: {limits: {nvidia.com/gpu: 8}}}]}}
    workerTemplate: {spec: {containers: [{name: w, resources: {limits: {nvidia.com/gpu: 8}}}]}}
---
apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata: {name: train, labels: {kueue.x-k8s.io/queue-name: q}}
spec:
  pytorchReplicaSpecs:
    Master: {replicas: 1, template: {spec: {containers: [{name: pytorch, image: x, resources: {limits: {nvidia.com/gpu: 8}}}]}}}
    Worker: {replicas: 3, template: {spec: {containers: [{name: pytorch, image: x, resources: {limits: {nvidia.com/gpu: 8}}}]}}}
"""


def test_groups_stand_and_fall_together() -> None:
    found = made(GROUPS)
    assert [(m.podset.name, len(m.pods), m.together) for m in found.members] == [
        ("leader", 2, True),
        ("worker", 4, True),
        ("Master", 1, True),
        ("Worker", 3, True),
    ]
    groups = {name: sorted(p.name for p in pods) for name, pods in grouped(found.members).items()}
    assert groups == {
        "default/lws-0": ["lws-leader-0", "lws-worker-0", "lws-worker-2"],
        "default/lws-1": ["lws-leader-1", "lws-worker-1", "lws-worker-3"],
        "default/train": ["train-Master-0", "train-Worker-0", "train-Worker-1", "train-Worker-2"],
    }


CRON = """apiVersion: batch/v1
kind: CronJob
metadata: {name: c}
spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: c}]}}}}}
"""


def test_daemons_templates_and_schedules_are_no_pods_of_their_own() -> None:
    found = made(
        deployment(kind="DaemonSet"),
        CRON,
    )
    assert found.pods == ()
    assert [m.workload.name for m in found.daemons] == ["web"]
    assert found.daemons[0].tolerates_forever
    cordoned = [
        node("n0", unschedulable=True, extra={"nvidia.com/gpu": 2}),
        node("n1"),
        node("n2", extra={"nvidia.com/gpu": 8}),
    ]
    placed = place_daemons(Cluster(cordoned), "web", found.daemons[0].shape)
    assert [p.name for p in placed] == ["web-n0", "web-n2"]
    assert texts(found) == ["CronJob 'c' runs now and then and is left out"]


def test_a_made_up_topology_holds_what_it_was_made_for() -> None:
    apart = """affinity:
        podAntiAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            - {topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: web}}}
      nodeSelector: {disk: ssd}"""
    found = made(deployment(apart).replace("replicas: 3", "replicas: 10"), GROUPS)
    topology = generated(found.pods)
    assert topology.zones == ("zone-a", "zone-b", "zone-c")
    assert place(Cluster(topology.nodes), found.pods, Random(1)).pending == {}
    per_pool = {p.name: len(p.nodes) for p in topology.pools}
    assert per_pool["gpu-1"] == 12, "ten pods that share no node, in equal zones"
    assert "12 nodes of 16 cores, 64 GiB, 8 nvidia.com/gpu in pool 'gpu-1'" in topology.assumptions[0]
    assert generated(()).nodes[0].allocatable["cpu"] == 16_000


def test_what_can_be_placed_nowhere_does_not_make_a_topology_grow_for_ever() -> None:
    impossible = deployment(
        "topologySpreadConstraints: [{topologyKey: none, maxSkew: 1, whenUnsatisfiable: DoNotSchedule}]"
    )
    found = made(impossible)
    topology = generated(found.pods)
    assert len(topology.nodes) <= 9
    assert len(place(Cluster(topology.nodes), found.pods, Random(1)).pending) == 3


@pytest.mark.parametrize(
    ("spec", "expected", "healthy", "allowed"),
    [
        ("minAvailable: 2", 3, 3, 1),
        ("minAvailable: 2", 3, 1, 0),
        ("minAvailable: 50%", 5, 5, 2),  # three of five must stay: rounded up
        ("maxUnavailable: 1", 3, 3, 1),
        ("maxUnavailable: 30%", 5, 5, 2),  # two of five may go: rounded up
        ("maxUnavailable: 30%", 5, 4, 1),
        ("maxUnavailable: 0", 3, 3, 0),
        ("minAvailable: '3'", 3, 3, 0),
    ],
)
def test_budgets_allow_what_the_controller_would(spec: str, expected: int, healthy: int, allowed: int) -> None:
    found = budget(f"{spec}, selector: {{matchLabels: {{app: web}}}}")
    assert found is not None
    assert found.allowed(expected, healthy) == allowed
    assert found.budget(expected, healthy).allowed == allowed
    assert found.budget(expected, healthy).namespace == "shop"


@pytest.mark.parametrize(
    "spec",
    [
        "minAvailable: 1",
        "selector: {}",
        "selector: {}, minAvailable: x",
        "selector: {}, minAvailable: 1, maxUnavailable: 1",
    ],
)
def test_budgets_that_say_nothing(spec: str) -> None:
    assert budget(spec) is None


def budget(spec: str) -> Promise | None:
    text = f"apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {{name: b, namespace: shop}}\nspec: {{{spec}}}"
    return promise(architecture(text).resources[0])


def test_percentages_are_rounded_up() -> None:
    assert [scaled("50%", n) for n in (0, 1, 2, 3)] == [0, 1, 1, 2]
