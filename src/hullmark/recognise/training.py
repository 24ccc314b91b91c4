"""What a training run declares: processes, nodes, checkpoints, gang scheduling, preemptible capacity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from hullmark.model import ray
from hullmark.model.terms import SERVING, TRAINERS, Role
from hullmark.model.truth import is_placeholder, string
from hullmark.model.workload import Setting, TrainingFacts
from hullmark.recognise.roles import is_benchmark
from hullmark.text.regex import regex
from hullmark.text.tree import dig, items, mapping

if TYPE_CHECKING:
    from hullmark.model.argv import Argv
    from hullmark.model.container import Container
    from hullmark.model.workload import PodSet, Workload
    from hullmark.text.source import Key
    from hullmark.text.tree import Value

_RUNS = frozenset({*TRAINERS, Role.EVALUATION, Role.DATA_PREPARATION, Role.BATCH_INFERENCE})
"""Roles with training facts even without devices."""

_PER_NODE = (
    "--nproc-per-node",
    "trainer.devices",
    "--num-gpus-per-node",
    "--gpus-per-node",
    "--num-gpus",
    "--trainer.devices",
)
_NODES = ("--nnodes", "--num-machines", "trainer.num_nodes", "--num-nodes", "--trainer.num_nodes")
_TOTAL = ("--num-processes", "-np", "-n")
_STARTERS = frozenset({"mpirun", "mpiexec", "orterun", "horovodrun", "accelerate", "accelerate.commands.launch"})
"""Programs whose count of processes is that of all nodes together."""

_PER_NODE_FIELDS: tuple[tuple[Key, ...], ...] = (
    ("spec", "nprocPerNode"),
    ("spec", "trainer", "numProcPerNode"),
    ("spec", "slotsPerWorker"),
    ("spec", "mlPolicy", "torch", "numProcPerNode"),
    ("spec", "mlPolicy", "mpi", "numProcPerNode"),
)
_NODE_FIELDS: tuple[tuple[Key, ...], ...] = (("spec", "trainer", "numNodes"), ("spec", "mlPolicy", "numNodes"))

CHECKPOINT_FLAGS = (
    *(
        f"--{a}-{b}"
        for a in ("checkpoint", "checkpoints", "ckpt")
        for b in ("dir", "path", "folder", "location", "file")
    ),
    "--output-dir",
    "--save",
    "--save-dir",
    "--save-path",
    "--save-folder",
    "--default-root-dir",
    "--storage-path",
    "--base-output-directory",
    "--trainer.default-root-dir",
    "--checkpoint.folder",
    "--dump-folder",
    "--job.dump-folder",
    "exp_manager.exp_dir",
    "exp_manager.explicit_log_dir",
    "trainer.default_root_dir",
    "trainer.default_local_dir",
    "base_output_directory",
    "checkpoint_dir",
    "output_dir",
    "save_folder",
    "checkpointer.output_dir",
    "checkpointing.checkpoint_dir",
)
"""Flags that say where a run keeps its state (CKPT_PATHS): PyTorch, Megatron-LM and DeepSpeed, transformers with what is
built on it, Lightning, NeMo (https://docs.nvidia.com/nemo-framework/user-guide/24.07/nemotoolkit/core/exp_manager.html), MaxText,
Ray, verl (https://verl.readthedocs.io/en/latest/examples/config.html), torchtune
(https://docs.pytorch.org/torchtune/stable/deep_dives/checkpointer.html), torchtitan
(https://github.com/pytorch/torchtitan/blob/main/docs/checkpoint.md) and LLM Foundry."""

OUTPUT_FLAGS = (
    "--output",
    *(
        f"--{a}-{b}"
        for a in ("output", "model-output", "output-model", "export", "saved-model")
        for b in ("dir", "path")
    ),
    "--output-model",
    "--model-output",
)
"""Flags by which programs of one's own are told where the finished model goes; in steps that train, they mean nothing else."""

OUTPUT_VARIABLES = regex(r"(?:MODEL_OUTPUT|OUTPUT_MODEL|EXPORT|OUTPUT|SAVE)_(?:DIR|PATH|URI)|OUTPUT_MODEL|MODEL_OUTPUT")
"""Variables that say the same."""

CHECKPOINT_VARIABLES = regex(
    r"CHECKPOINTS?_(?:DIR|PATH|FOLDER)|CKPT_(?:DIR|PATH)|OUTPUT_DIR|MODEL_PATH|MODEL_DIR|RAY_\w*STORAGE\w*|SM_CHECKPOINT_\w+"
)
RESUME_FLAGS = (
    "--resume",
    "--resume-from-checkpoint",
    "--resume-from",
    "--load",
    "--auto-resume",
    "--load-checkpoint",
    "--continue-from-checkpoint",
)
RESUME_SETTINGS = (
    "exp_manager.resume_if_exists",
    "resume_if_exists",
    "auto_resume_from_checkpoints",
    "trainer.resume_mode",
)

GANG_LABELS = (
    "kueue.x-k8s.io/queue-name",
    "kueue.x-k8s.io/pod-group-name",
    "scheduling.x-k8s.io/pod-group",
    "pod-group.scheduling.sigs.k8s.io",
    "kai.scheduler/queue",
    "runai/queue",
    "ray.io/gang-scheduling-enabled",
    "yunikorn.apache.org/app-id",
    "volcano.sh/queue-name",
    "alpha.jobset.sigs.k8s.io/exclusive-topology",
    "leaderworkerset.sigs.k8s.io/exclusive-topology",
    "cluster-autoscaler.kubernetes.io/consume-provisioning-request",
    "autoscaling.x-k8s.io/consume-provisioning-request",
    "scheduling.k8s.io/group-name",
    "scheduling.volcano.sh/group-name",
    "yunikorn.apache.org/task-group-name",
)
"""Labels and annotations, on the object or its pods, that make pods start all or nothing (GANG)."""

GANG_SCHEDULERS = frozenset({"volcano", "kai-scheduler", "yunikorn", "scheduler-plugins-scheduler", "coscheduling"})
_GANG_FIELDS: tuple[tuple[Key, ...], ...] = (
    ("spec", "runPolicy", "schedulingPolicy", "minAvailable"),
    ("spec", "podGroupPolicy", "coscheduling"),
    ("spec", "podGroupPolicy", "volcano"),
    ("spec", "batchScheduler"),
)
_GANG_KINDS = {
    ("batch.volcano.sh", "Job"): ("spec", "minAvailable"),
    ("leaderworkerset.x-k8s.io", "LeaderWorkerSet"): ("spec",),
}

SPOT: dict[str, frozenset[str]] = {
    "cloud.google.com/gke-spot": frozenset({"true"}),
    "cloud.google.com/gke-preemptible": frozenset({"true"}),
    "eks.amazonaws.com/capacityType": frozenset({"SPOT"}),
    "karpenter.sh/capacity-type": frozenset({"spot"}),
    "kubernetes.azure.com/scalesetpriority": frozenset({"spot"}),
    "node.kubernetes.io/lifecycle": frozenset({"spot"}),
}
"""Node labels and taints of capacity that may vanish, with their values (SPOT). A toleration without value counts."""


def facts_of(workload: Workload) -> TrainingFacts | None:
    """What a run of many processes declares; None for workloads that train nothing and ask for no devices."""
    if not _runs(workload):
        return None
    apps = [c for c in workload.containers if c.kind == "app"]
    containers = [c for c in apps if not ray.submits(c)]
    lines = [(c.argv, c) for c in apps]
    if apps and (entry := ray.entrypoint(workload.resource)) is not None:
        lines.append((entry, apps[0]))
    return TrainingFacts(
        processes_per_node=_first(containers, _PER_NODE, ("PET_NPROC_PER_NODE",)) or _field(workload, _PER_NODE_FIELDS),
        nodes=_first(containers, _NODES, ("PET_NNODES",)) or _field(workload, _NODE_FIELDS),
        checkpoints=(*_by_flag(lines), *_by_variable(apps), *_by_runtime(workload, apps)),
        resume=any(
            argv.has(*RESUME_FLAGS) or (argv.flag(*RESUME_SETTINGS) or "").lower() in ("true", "auto")
            for argv, _ in lines
        ),
        gang=_gang(workload),
        gang_size=_gang_size(workload),
        spot=next((s for p in workload.podsets if (s := _spot(p))), ""),
        benchmark=is_benchmark(workload),
        processes=_first([c for c in containers if c.argv.launcher in _STARTERS], _TOTAL, ()),
    )


def _runs(workload: Workload) -> bool:
    """Whether it is a run: a service of a training kind (NeMo's APIs) without devices is none."""
    if workload.role in _RUNS:
        return workload.lifetime == "task" or bool(workload.engine) or _devices(workload)
    return workload.lifetime == "task" and workload.role not in SERVING and _devices(workload)


def _devices(workload: Workload) -> bool:
    return any(c.accelerators for c in workload.containers)


def _first(containers: list[Container], flags: tuple[str, ...], variables: tuple[str, ...]) -> Setting | None:
    """The first literal whole number that one of these flags or variables gives."""
    for container in containers:
        value = container.argv.flag(*flags)
        if value is not None and value.isdecimal():
            return Setting(value, container.argv.place(*flags), container)
        for name in variables:
            variable = container.environment.get(name)
            if variable is not None and (variable.value or "").isdecimal():
                return Setting(variable.value or "", variable.node.at("value"), container)
    return None


def _field(workload: Workload, paths: tuple[tuple[Key, ...], ...]) -> Setting | None:
    node = workload.resource.node
    for keys in paths:
        value = node.get(*keys)
        if isinstance(value, (int, str)) and not isinstance(value, bool) and str(value).isdecimal():
            return Setting(str(value), node.at(*keys))
    return None


def _by_flag(lines: Iterable[tuple[Argv, Container]]) -> Iterator[Setting]:
    for argv, container in lines:
        for flag in CHECKPOINT_FLAGS:
            value = argv.flag(flag)
            if value and not is_placeholder(value) and not value.startswith("$"):
                yield Setting(value, argv.place(flag), container)


def _by_variable(containers: list[Container]) -> Iterator[Setting]:
    for container in containers:
        for name, variable in container.environment.items():
            if variable.value and CHECKPOINT_VARIABLES.fullmatch(name) and not is_placeholder(variable.value):
                yield Setting(variable.value, variable.node.at("value"), container)


def _by_runtime(workload: Workload, containers: list[Container]) -> Iterator[Setting]:
    """What a Ray job's runtime environment sets, in its object or on the command line that submits it."""
    found = [(n, v, p, c) for c in containers[:1] for n, v, p in ray.variables(workload.resource)]
    for container in (c for c in containers if ray.submits(c)):
        place = container.argv.place("--runtime-env-json")
        given = ray.submitted_environment(container).get("env_vars")
        found += [(n, str(v), place, container) for n, v in (given.items() if isinstance(given, dict) else ())]
    for name, value, place, container in found:
        if CHECKPOINT_VARIABLES.fullmatch(name) and not is_placeholder(value):
            yield Setting(value, place, container)


def _gang(workload: Workload) -> str:
    resource = workload.resource
    held = [resource.labels, resource.annotations, *(m for p in workload.podsets for m in (p.labels, p.annotations))]
    named = next((label for label in GANG_LABELS if any(_set(m, label) for m in held)), "")
    if named:
        return named
    scheduler = next(
        (s for p in workload.podsets if (s := string(p.node.value, "schedulerName")) in GANG_SCHEDULERS), ""
    )
    scheduler = scheduler or next((s for s in (string(resource.spec, "schedulerName"),) if s in GANG_SCHEDULERS), "")
    if scheduler:
        return f"schedulerName {scheduler}"
    field = next((keys for keys in _GANG_FIELDS if resource.node.get(*keys) is not None), None)
    own = _GANG_KINDS.get((resource.ref.group, resource.ref.kind))
    if field is None and own is not None and resource.node.get(*own) is not None:
        field = own if len(own) > 1 else (resource.ref.kind,)
    return "" if field is None else ".".join(str(k) for k in field)


def _set(held: Mapping[str, str], label: str) -> bool:
    return held.get(label, "").lower() not in ("", "false")


def _gang_size(workload: Workload) -> int | None:
    """How many pods run together: all replicas of all pod sets (GANGSIZE)."""
    wanted = [p.replicas.wanted for p in workload.podsets]
    known = [w for w in wanted if w is not None]
    return sum(known) if wanted and len(known) == len(wanted) else None


def _spot(podset: PodSet) -> str:
    spec = podset.node.value
    for label, value in mapping(spec, "nodeSelector").items():
        if str(value) in SPOT.get(label, ()):
            return f"nodeSelector {label}"
    terms = items(
        spec, "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"
    )
    for expression in (e for t in terms for e in items(t, "matchExpressions")):
        if _may_be_spot(expression):
            return f"node affinity {string(expression, 'key')}"
    for toleration in items(spec, "tolerations"):
        key = string(toleration, "key")
        value = dig(toleration, "value")
        if key in SPOT and (value is None or str(value) in SPOT[key]):
            return f"toleration {key}"
    return ""


def _may_be_spot(expression: Value) -> bool:
    values = SPOT.get(string(expression, "key"), frozenset())
    operator = string(expression, "operator")
    return bool(values) and (
        operator == "Exists" or (operator == "In" and any(str(v) in values for v in items(expression, "values")))
    )
