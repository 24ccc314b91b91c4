"""NVIDIA: NIM and NeMo microservices, Dynamo, the GPU operator.

Sources: NVIDIA/k8s-nim-operator ``api/apps/v1alpha1``, ai-dynamo/dynamo ``deploy/operator/api``, NVIDIA/gpu-operator.
"""

from __future__ import annotations

from hullmark.model.resource import Resource
from hullmark.model.terms import Role
from hullmark.model.workload import Replicas
from hullmark.recognise import dynamo
from hullmark.recognise.assemble import flat
from hullmark.recognise.kinds import ONE, Count, Kind, Pods, Table, whole
from hullmark.recognise.nim import SERVICE, cache, nemo, service
from hullmark.text.tree import Node

_NEMO = SERVICE._replace(name="nemo")


def scaled(carrier: Node, resource: Resource) -> Replicas:
    """``replicas``, or the bounds of ``scale.hpa``, times the pods of one multi-node replica."""
    del resource
    start = carrier.child("spec") or carrier if carrier.path[-2:-1] == ("services",) else carrier
    written = start.get("replicas")
    wanted = 1 if written is None else whole(written)
    nodes = start.get("multiNode", "parallelism", "pipeline") or start.get("multiNode", "size")
    group = 1 if nodes is None else whole(nodes)
    if wanted is None or group is None:
        return Replicas(None, None, None, "declared")
    if start.get("scale", "enabled") is not True:
        return Replicas(wanted * group, wanted * group, wanted * group, "default" if written is None else "declared")
    least, most = start.get("scale", "hpa", "minReplicas"), whole(start.get("scale", "hpa", "maxReplicas"))
    low = 1 if least is None else whole(least)
    return Replicas(
        wanted * group, None if low is None else low * group, None if most is None else most * group, "scale.hpa"
    )


_PROBES = frozenset({"startup-probe", "liveness-probe", "readiness-probe", "security-context"})
_NIM_DEFAULTS = _PROBES | {"dev-shm"}
_APP = {"app.kubernetes.io/name": "{name}"}


def _nemo(role: Role) -> Kind:
    return Kind((Pods(labels=_APP, assemble=nemo(_NEMO)),), role, injected=_PROBES)


_GRAPH = (
    Pods("spec.services.*", name="*", replicas=Count("replicas*multinode.nodeCount"), assemble=dynamo.service),
    Pods("spec.components.*", name=".name", replicas=Count("replicas*multinode.nodeCount"), assemble=dynamo.component),
)
_DYNAMO = frozenset({"liveness-probe", "readiness-probe", "startup-probe", "dev-shm"})
_PLATFORM = Kind((), Role.ACCELERATOR_PLATFORM, "daemon")

KINDS: Table = {
    "NIMService.apps.nvidia.com": Kind(
        (Pods(replicas=scaled, assemble=service()),), Role.ONLINE_INFERENCE, injected=_NIM_DEFAULTS
    ),
    "NIMPipeline.apps.nvidia.com": Kind(
        (Pods("spec.services.*", name=".name", replicas=scaled, assemble=service(SERVICE._replace(at="spec"))),),
        Role.ONLINE_INFERENCE,
        injected=_NIM_DEFAULTS,
    ),
    "NIMCache.apps.nvidia.com": Kind(
        (Pods(replicas=ONE, assemble=cache),),
        Role.MODEL_LOADER,
        "task",
        injected=frozenset({"security-context", "command"}),
    ),
    "NIMBuild.apps.nvidia.com": Kind((Pods(replicas=ONE, assemble=flat(SERVICE)),), Role.MODEL_LOADER, "task"),
    "NemoGuardrail.apps.nvidia.com": _nemo(Role.GUARDRAIL),
    "NemoCustomizer.apps.nvidia.com": _nemo(Role.FINE_TUNING),
    "NemoDatastore.apps.nvidia.com": _nemo(Role.MODEL_REGISTRY),
    "NemoEntitystore.apps.nvidia.com": _nemo(Role.MODEL_REGISTRY),
    "NemoEvaluator.apps.nvidia.com": _nemo(Role.EVALUATION),
    "DynamoGraphDeployment.nvidia.com": Kind(_GRAPH, Role.ONLINE_INFERENCE, injected=_DYNAMO),
    "DynamoComponentDeployment.nvidia.com": Kind(
        (Pods("spec", assemble=dynamo.service),), Role.ONLINE_INFERENCE, injected=_DYNAMO
    ),
    "DynamoGraphDeploymentRequest.nvidia.com": Kind((), Role.ONLINE_INFERENCE),
    "ClusterPolicy.nvidia.com": _PLATFORM,
    "NVIDIADriver.nvidia.com": _PLATFORM,
    "GPUCluster.nvidia.com": _PLATFORM,
}
"""NVIDIA's kinds."""
