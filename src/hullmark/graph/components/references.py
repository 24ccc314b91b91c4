"""Objects that objects name in their own fields: runtimes, caches, templates, models of agents, makers of secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from hullmark.graph.components.addresses import urls
from hullmark.graph.components.draft import Why
from hullmark.graph.components.scene import Scene
from hullmark.graph.components.settings import texts
from hullmark.graph.components.store_table import BUCKETS
from hullmark.graph.components.volumes import bucket, claim_store
from hullmark.graph.components.workloads import parted
from hullmark.graph.selection import BUILT_IN
from hullmark.model.component import ComponentKind, EdgeKind
from hullmark.model.resource import Resource
from hullmark.model.truth import is_placeholder, string
from hullmark.model.workload import Workload
from hullmark.text.source import Key
from hullmark.text.tree import Node


class Field(NamedTuple):
    """A field that names another object: where, of which kinds (the first that is found), and what that means.

    ``kind_at`` is where the kind is written, beside the name. ``own`` says that the name is looked up in the object's
    own namespace.
    """

    path: tuple[str, ...]
    kinds: tuple[str, ...]
    text: str
    kind_at: str = ""


def _field(path: str, kinds: str, text: str, kind_at: str = "") -> Field:
    return Field(tuple(path.split(".")), tuple(kinds.split()), text, kind_at)


_WORKFLOW = (
    _field("spec.workflowTemplateRef.name", "WorkflowTemplate ClusterWorkflowTemplate", "workflow template"),
    _field(
        "spec.templates.*.dag.tasks.*.templateRef.name",
        "WorkflowTemplate ClusterWorkflowTemplate",
        "template of a task",
    ),
    _field(
        "spec.templates.*.steps.*.*.templateRef.name", "WorkflowTemplate ClusterWorkflowTemplate", "template of a step"
    ),
)
FIELDS: Mapping[str, tuple[Field, ...]] = {
    "InferenceService.serving.kserve.io": (
        _field("spec.predictor.model.runtime", "ServingRuntime ClusterServingRuntime", "serving runtime"),
    ),
    "LLMInferenceService.serving.kserve.io": (_field("spec.baseRefs.*.name", "LLMInferenceServiceConfig", "preset"),),
    "TrainedModel.serving.kserve.io": (_field("spec.inferenceService", "InferenceService", "server that loads it"),),
    "TrainJob.trainer.kubeflow.org": (
        _field("spec.runtimeRef.name", "ClusterTrainingRuntime TrainingRuntime", "training runtime", "spec.runtimeRef.kind"),
    ),
    "OptimizationJob.trainer.kubeflow.org": (
        _field("spec.trainJobTemplate.spec.runtimeRef.name", "ClusterTrainingRuntime TrainingRuntime", "training runtime"),
    ),
    "NIMService.apps.nvidia.com": (_field("spec.storage.nimCache.name", "NIMCache", "model cache"),),
    "NIMPipeline.apps.nvidia.com": (_field("spec.services.*.spec.storage.nimCache.name", "NIMCache", "model cache"),),
    "Workflow.argoproj.io": _WORKFLOW,
    "WorkflowTemplate.argoproj.io": _WORKFLOW,
    "ClusterWorkflowTemplate.argoproj.io": _WORKFLOW,
    "CronWorkflow.argoproj.io": tuple(f._replace(path=("spec", "workflowSpec", *f.path[1:])) for f in _WORKFLOW),
    "PipelineRun.tekton.dev": (_field("spec.pipelineRef.name", "Pipeline", "pipeline"),),
    "TaskRun.tekton.dev": (_field("spec.taskRef.name", "Task ClusterTask", "task"),),
    "Pipeline.tekton.dev": (_field("spec.tasks.*.taskRef.name", "Task ClusterTask", "task"),),
    "Agent.kagent.dev": (
        _field("spec.declarative.modelConfig", "ModelConfig", "model of the agent"),
        _field("spec.modelConfig", "ModelConfig", "model of the agent"),
    ),
    "SandboxClaim.extensions.agents.x-k8s.io": (
        _field("spec.sandboxTemplateRef.name", "SandboxTemplate", "sandbox template"),
    ),
    "SandboxWarmPool.extensions.agents.x-k8s.io": (
        _field("spec.sandboxTemplateRef.name", "SandboxTemplate", "sandbox template"),
    ),
    "NemoCustomizer.apps.nvidia.com": (_field("spec.modelConfig.name", "ConfigMap", "models it may tune"),),
    "LoraAdapter.production-stack.vllm.ai": (_field("spec.baseModel", "VLLMRuntime", "base model server"),),
    "MCPServer.toolhive.stacklok.dev": (_field("spec.groupRef.name", "MCPGroup", "group"),),
    "JobFlow.flow.volcano.sh": (_field("spec.flows.*.name", "JobTemplate", "step"),),
    "IncrementalLearningJob.sedna.io": (
        _field("spec.initialModel.name", "Model", "model it starts from"),
        _field("spec.dataset.name", "Dataset", "dataset"),
        _field("spec.deploySpec.model.name", "Model", "model it deploys"),
    ),
    "JointInferenceService.sedna.io": (
        _field("spec.edgeWorker.model.name", "Model", "model at the edge"),
        _field("spec.cloudWorker.model.name", "Model", "model in the cloud"),
    ),
}  # fmt: skip
"""By ``Kind.group``; the fields are those of the projects' CRDs."""


def references(scene: Scene) -> None:
    """Every such field, as a dependency, and what else custom objects name: Secrets, ConfigMaps, claims, accounts."""
    for workload in scene.arch.workloads:
        spec = workload.resource.node.child("spec")
        if spec is not None and not workload.template and workload.ref.group not in BUILT_IN:
            _given(scene, workload, spec)
    for resource in scene.arch.resources:
        for field in FIELDS.get(f"{resource.ref.kind}.{resource.ref.group}", ()):
            for node in _select(resource.node, field.path):
                if isinstance(node.value, str) and node.value and not is_placeholder(node.value):
                    _refer(scene, resource, field, node)
    for maker in scene.arch.kinds(*SECRET_MAKERS):
        _makes_secret(scene, maker)
    for dataset in scene.arch.kinds("Dataset"):
        if dataset.ref.group == "data.fluid.io":
            _fluid(scene, dataset)
    for resource in scene.arch.resources:
        if resource.ref.group not in BUILT_IN and scene.arch.workload(resource) is None:
            _operated(scene, resource)


_SECRET = re.compile(r"(?!client|app|consumer|shared|webhook|signing)(?:.*)[sS]ecrets?(?:Name|Ref|KeyRef)?")
_CONFIG = re.compile(r"(?:.*C|c)onfigMap(?:Name|Ref|KeyRef)?")
_CLAIM = re.compile(r".*PVC|pvc|(?:.*P|p)ersistentVolumeClaim")
_ACCOUNTS = frozenset({"serviceAccount", "serviceAccountName"})
_OBJECT = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")


def _given(scene: Scene, workload: Workload, spec: Node) -> None:
    """What an operator gives to the pods it makes, because a field says so."""
    near = workload.resource
    for name, node, _ in texts(spec):
        if not _OBJECT.fullmatch(node.value):
            continue
        user, place = _part(scene, workload, node.path), node.at()
        field = _field_of(name, node)
        if _SECRET.fullmatch(field):
            _uses_secret(scene, user, field, node, near)
        elif _CONFIG.fullmatch(field):
            made = scene.mentioned(ComponentKind.CONFIG, "ConfigMap", node.value, near.ref.namespace, near, place)
            scene.draft.edge(EdgeKind.READS, user, made, Why(f"field '{field}'", place))
        elif _CLAIM.fullmatch(field) and name in ("name", "claimName"):
            store = claim_store(scene, node.value, near.ref.namespace, near, place)
            scene.draft.edge(EdgeKind.MOUNTS, user, store, Why(f"field '{field}'", place))
        elif (
            name in _ACCOUNTS
            and not parted(workload)
            and all(p.service_account != node.value for p in workload.podsets)
        ):
            made = scene.mentioned(
                ComponentKind.IDENTITY, "ServiceAccount", node.value, near.ref.namespace, near, place
            )
            scene.draft.edge(EdgeKind.RUNS_AS, user, made, Why(f"field '{name}'", place, certain=False))


def _fluid(scene: Scene, dataset: Resource) -> None:
    """Fluid makes a claim of a Dataset's name for what it mounts, https://fluid-cloudnative.github.io/."""
    store = claim_store(scene, dataset.ref.name, dataset.ref.namespace, dataset, dataset.place)
    scene.tell(store, made_by=f"Dataset '{dataset.ref.name}'")
    spec = dataset.node.child("spec")
    if spec is None:
        return
    secrets(scene, store, spec, dataset)
    for mount in spec.children("mounts"):
        for address in urls(string(mount.value, "mountPoint")):
            if address.scheme in BUCKETS and not address.open:
                place = mount.at("mountPoint")
                made = bucket(scene, BUCKETS[address.scheme], address.host, place)
                scene.draft.edge(EdgeKind.DEPENDS_ON, store, made, Why(f"mounts '{address.shown}'", place))


def _operated(scene: Scene, resource: Resource) -> None:
    """An object of another group that is no known workload, but for whose pods it names an account."""
    name = string(resource.spec, "serviceAccountName")
    if name and not is_placeholder(name):
        place, space = resource.node.at("spec", "serviceAccountName"), resource.ref.namespace
        zone = scene.zones.namespace(space)
        made = scene.draft.object(ComponentKind.WORKLOAD, resource, zone, {"role": "generic", "inferred": "yes"})
        account = scene.mentioned(ComponentKind.IDENTITY, "ServiceAccount", name, space, resource, place)
        scene.draft.edge(EdgeKind.RUNS_AS, made, account, Why(f"runs as '{name}'", place))


def _field_of(name: str, node: Node) -> str:
    """The field that a name belongs to: ``x: name``, ``x: {name: name}``, ``x: [{name: name}]``."""
    keys = [k for k in node.path if isinstance(k, str)]
    return keys[-2] if name in ("name", "claimName") and len(keys) > 1 else name


def _uses_secret(scene: Scene, user: str, field: str, node: Node, near: Resource) -> None:
    made = scene.mentioned(ComponentKind.SECRET, "Secret", node.value, near.ref.namespace, near, node.at())
    scene.draft.edge(EdgeKind.READS, user, made, Why(f"field '{field}'", node.at()))


def secrets(scene: Scene, owner: str, root: Node, near: Resource) -> None:
    """The Secrets that fields below a node name: ``authSecret: x``, ``passwordSecret: {name: x}``, ``pullSecrets: [x]``."""
    for name, node, _ in texts(root):
        field = _field_of(name, node)
        if _SECRET.fullmatch(field) and _OBJECT.fullmatch(node.value):
            _uses_secret(scene, owner, field, node, near)


def _refer(scene: Scene, resource: Resource, field: Field, node: Node) -> None:
    workload = scene.arch.workload(resource)
    if workload is None:
        source = scene.draft.object(ComponentKind.CONFIG, resource, scene.zones.namespace(resource.ref.namespace))
    else:
        source = _part(scene, workload, node.path)
    target = _target(scene, resource, field, node)
    if target != source:
        scene.draft.edge(EdgeKind.DEPENDS_ON, source, target, Why(f"{field.text} '{node.value}'", node.at()))


def _part(scene: Scene, workload: Workload, path: tuple[Key, ...]) -> str:
    for podset in workload.podsets:
        own = podset.node.path
        if len(own) > 2 and path[: len(own)] == own:
            return scene.owner(podset)
    return scene.owner(workload)


def _target(scene: Scene, resource: Resource, field: Field, node: Node) -> str:
    """The component of what is named: a workload where it is one, else its configuration."""
    kinds = field.kinds
    if field.kind_at and (written := string(resource.node.value, *field.kind_at.split("."))):
        kinds = (written,)
    for kind in kinds:
        for space in (resource.ref.namespace, ""):
            found = scene.find(kind, node.value, space, resource)
            if found is not None:
                workload = scene.arch.workload(found)
                if workload is not None:
                    return scene.owner(workload)
                return scene.draft.object(ComponentKind.CONFIG, found, scene.zones.namespace(found.ref.namespace))
    made = ComponentKind.CONFIG if kinds[0] in _PLAIN else ComponentKind.WORKLOAD
    return scene.mentioned(made, kinds[0], node.value, resource.ref.namespace, resource, node.at())


_PLAIN = frozenset({"ConfigMap", "ModelConfig", "Model", "Dataset", "MCPGroup", "JobTemplate"})


def _select(node: Node, path: tuple[str, ...]) -> Iterator[Node]:
    if "*" not in path:
        if (found := node.child(*path)) is not None:
            yield found
        return
    at = path.index("*")
    for item in node.children(*path[:at]):
        yield from _select(item, path[at + 1 :])


SECRET_MAKERS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "ExternalSecret": (("spec", "target", "name"), "external-secrets.io"),
    "SealedSecret": (("spec", "template", "metadata", "name"), "bitnami.com"),
    "Certificate": (("spec", "secretName"), "cert-manager.io"),
    "VaultStaticSecret": (("spec", "destination", "name"), "secrets.hashicorp.com"),
    "VaultDynamicSecret": (("spec", "destination", "name"), "secrets.hashicorp.com"),
    "OnePasswordItem": (("metadata", "name"), "onepassword.com"),
    "InfisicalSecret": (("spec", "managedSecretReference", "secretName"), "infisical.com"),
}
"""Kinds whose operators make Secrets: where they name it (else it has their name), and their API group."""


def _makes_secret(scene: Scene, maker: Resource) -> None:
    path, group = SECRET_MAKERS[maker.ref.kind]
    if not maker.ref.group.endswith(group):
        return
    name = string(maker.node.value, *path) or maker.ref.name
    place = maker.node.at(*path) if string(maker.node.value, *path) else maker.place
    secret = scene.mentioned(ComponentKind.SECRET, "Secret", name, maker.ref.namespace, maker, place)
    known = scene.draft.get(secret)
    if not known.declared:
        scene.draft.replace(replace(known, declared=True, place=place))
    scene.tell(secret, made_by=f"{maker.ref.kind} '{maker.ref.name}'")
    keeper = string(maker.spec, "secretStoreRef", "name") or string(maker.spec, "issuerRef", "name")
    if keeper:
        field = "secretStoreRef" if string(maker.spec, "secretStoreRef", "name") else "issuerRef"
        at = maker.node.at("spec", field, "name")
        kind = string(maker.spec, field, "kind") or ("SecretStore" if field == "secretStoreRef" else "Issuer")
        target = scene.mentioned(ComponentKind.MANAGED_SERVICE, kind, keeper, maker.ref.namespace, maker, at)
        scene.draft.edge(EdgeKind.DEPENDS_ON, secret, target, Why(f"{maker.ref.kind} takes it from there", at))
