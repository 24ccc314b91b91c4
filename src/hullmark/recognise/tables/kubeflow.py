"""Training: Kubeflow's operators and Trainer, JobSet, Volcano, HyperPod, Slurm, Katib, notebooks.

Sources: the CRDs and Go types of kubeflow/trainer (v1 and v2), kubeflow/mpi-operator, kubernetes-sigs/jobset,
volcano-sh/apis, SlinkyProject/slurm-operator, kubeflow/katib and kubeflow/kubeflow (notebooks).
"""

from __future__ import annotations

from hullmark.model.terms import Role
from hullmark.recognise import kfp
from hullmark.recognise.kfp_pods import pods
from hullmark.recognise.kinds import CLUSTER_DECIDES, ONE, Count, Kind, Pods, Table
from hullmark.recognise.slurm import controller, login, server, slurmd
from hullmark.recognise.trainjob import trial_pods

_REPLICA = {"training.kubeflow.org/job-name": "{name}"}


def _replicated(field: str) -> Kind:
    """A job of the first training operator: pods by replica type."""
    return Kind((Pods(f"spec.{field}.*", name="*", labels=_REPLICA),), Role.TRAINING, "task")


_MPI = Kind((Pods("spec.mpiReplicaSpecs.*", name="*", labels=_REPLICA),), Role.TRAINING, "task")
_JOBS = Count("replicas*template.spec.parallelism")
_JOBSET = Kind(
    (
        Pods(
            "spec.replicatedJobs.*",
            "template.spec.template",
            name=".name",
            replicas=_JOBS,
            labels={
                "jobset.sigs.k8s.io/jobset-name": "{name}",
                "jobset.sigs.k8s.io/replicatedjob-name": "{pods}",
            },
        ),
    ),
    lifetime="task",
)
_RUNTIME = Kind(
    (
        Pods(
            "spec.template.spec.replicatedJobs.*",
            "template.spec.template",
            name=".name",
            replicas=CLUSTER_DECIDES,
        ),
    ),
    Role.TRAINING,
    "task",
    template=True,
)
_TASK = {"volcano.sh/job-name": "{name}", "volcano.sh/task-spec": "{pods}"}
_VOLCANO = Kind((Pods("spec.tasks.*", name=".name", labels=_TASK),), lifetime="task")
_NOTEBOOK = Kind((Pods(replicas=ONE, labels={"notebook-name": "{name}", "statefulset": "{name}"}),), Role.NOTEBOOK)


def _pipeline(*path: str) -> Kind:
    """A compiled pipeline: the API server that runs it hardens its pods and chooses their account."""
    rows = (Pods(".".join(path), replicas=ONE, assemble=pods),)
    return Kind(rows, Role.PIPELINE, "task", injected=frozenset({"security-context"}))


KINDS: Table = {
    "PyTorchJob.kubeflow.org": _replicated("pytorchReplicaSpecs"),
    "TFJob.kubeflow.org": _replicated("tfReplicaSpecs"),
    "XGBoostJob.kubeflow.org": _replicated("xgbReplicaSpecs"),
    "PaddleJob.kubeflow.org": _replicated("paddleReplicaSpecs"),
    "JAXJob.kubeflow.org": _replicated("jaxReplicaSpecs"),
    "MXJob.kubeflow.org": _replicated("mxReplicaSpecs"),
    "MPIJob.kubeflow.org": _MPI,
    "TrainJob.trainer.kubeflow.org": Kind((Pods("spec", assemble=trial_pods),), Role.TRAINING, "task"),
    "OptimizationJob.trainer.kubeflow.org": Kind(
        (Pods("spec.trainJobTemplate.spec", assemble=trial_pods),), Role.HYPERPARAMETER_SEARCH, "task"
    ),
    "TrainingRuntime.trainer.kubeflow.org": _RUNTIME,
    "ClusterTrainingRuntime.trainer.kubeflow.org": _RUNTIME,
    "TrainingRuntime.kubeflow.org": _RUNTIME,
    "ClusterTrainingRuntime.kubeflow.org": _RUNTIME,
    "TrainJob.kubeflow.org": Kind((Pods("spec", assemble=trial_pods),), Role.TRAINING, "task"),
    "JobSet.jobset.x-k8s.io": _JOBSET,
    "Job.batch.volcano.sh": _VOLCANO,
    "CronJob.batch.volcano.sh": Kind((Pods("spec.jobTemplate.spec.tasks.*", name=".name"),), lifetime="task"),
    "JobTemplate.flow.volcano.sh": Kind((Pods("spec.tasks.*", name=".name"),), lifetime="task", template=True),
    "JobTemplate.batch.volcano.sh": Kind((Pods("spec.tasks.*", name=".name"),), lifetime="task", template=True),
    "JobFlow.flow.volcano.sh": Kind((), Role.PIPELINE, "task"),
    "JobFlow.batch.volcano.sh": Kind((), Role.PIPELINE, "task"),
    "HyperPodPyTorchJob.sagemaker.amazonaws.com": Kind(
        (Pods("spec.replicaSpecs.*", name=".name"),), Role.TRAINING, "task"
    ),
    "NodeSet.slinky.slurm.net": Kind((Pods(assemble=slurmd),)),
    "LoginSet.slinky.slurm.net": Kind((Pods(assemble=login),)),
    "Controller.slinky.slurm.net": Kind((Pods(replicas=ONE, assemble=controller),)),
    "Accounting.slinky.slurm.net": Kind((Pods(replicas=ONE, assemble=server),)),
    "RestApi.slinky.slurm.net": Kind((Pods(assemble=server),)),
    "Experiment.kubeflow.org": Kind((), Role.HYPERPARAMETER_SEARCH, "task"),
    "Suggestion.kubeflow.org": Kind((), Role.HYPERPARAMETER_SEARCH, "task"),
    "Trial.kubeflow.org": Kind((), Role.HYPERPARAMETER_SEARCH, "task"),
    "Notebook.kubeflow.org": _NOTEBOOK,
    "Workspace.kubeflow.org": Kind((), Role.NOTEBOOK),
    "WorkspaceKind.kubeflow.org": Kind((), Role.NOTEBOOK, template=True),
    "Tensorboard.tensorboard.kubeflow.org": Kind((), Role.EXPERIMENT_TRACKING),
    "ScheduledWorkflow.kubeflow.org": Kind((), Role.PIPELINE, "task"),
    "Pipeline.pipelines.kubeflow.org": Kind((), Role.PIPELINE, "task"),
    **{f"{kind}.{kfp.GROUP}": _pipeline(*path) for kind, path in kfp.SPECS.items()},
}
"""Kinds that train, search, queue as jobs, or hold notebooks."""
