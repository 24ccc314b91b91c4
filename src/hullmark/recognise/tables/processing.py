"""Data processing and features: Spark, Dask, Feast.

Sources: kubeflow/spark-operator ``api/v1beta2``, dask/dask-kubernetes CRDs, feast-dev/feast ``infra/feast-operator``.
"""

from __future__ import annotations

from hullmark.model.terms import Role
from hullmark.recognise import feast
from hullmark.recognise.kinds import ONE, Count, Kind, Pods, Table
from hullmark.recognise.spark import executors, process


def _spark(at: str) -> tuple[Pods, Pods]:
    labels = {"sparkoperator.k8s.io/app-name": "{name}"} if at == "spec" else {}
    return (
        Pods(f"{at}.driver", name="driver", replicas=ONE, labels={**labels, "spark-role": "driver"}, assemble=process),
        Pods(
            f"{at}.executor",
            name="executor",
            replicas=executors,
            labels={**labels, "spark-role": "executor"},
            assemble=process,
        ),
    )


_CONNECT = (
    Pods(
        "spec.server",
        name="server",
        replicas=ONE,
        labels={"sparkoperator.k8s.io/connect-name": "{name}", "spark-role": "connect-server"},
        assemble=process,
    ),
    _spark("spec")[1]._replace(labels={"sparkoperator.k8s.io/connect-name": "{name}", "spark-role": "executor"}),
)
_JVM = frozenset({"command", "resources"})


def _dask(at: str) -> tuple[Pods, Pods]:
    labels = {"dask.org/cluster-name": "{name}"} if at == "spec" else {}
    return (
        Pods(
            f"{at}.scheduler", "", name="scheduler", replicas=ONE, labels={**labels, "dask.org/component": "scheduler"}
        ),
        Pods(f"{at}.worker", "", name="worker", labels={**labels, "dask.org/component": "worker"}),
    )


_FEAST = {"feast.dev/name": "{name}"}

KINDS: Table = {
    "SparkApplication.sparkoperator.k8s.io": Kind(_spark("spec"), lifetime="task", injected=_JVM),
    "ScheduledSparkApplication.sparkoperator.k8s.io": Kind(_spark("spec.template"), lifetime="task", injected=_JVM),
    "SparkConnect.sparkoperator.k8s.io": Kind(_CONNECT, injected=_JVM),
    "DaskCluster.kubernetes.dask.org": Kind(_dask("spec")),
    "DaskWorkerGroup.kubernetes.dask.org": Kind((Pods("spec.worker", "", name="worker"),)),
    "DaskJob.kubernetes.dask.org": Kind(
        (Pods("spec.job", "", name="job", replicas=ONE), *_dask("spec.cluster.spec")), lifetime="task"
    ),
    "FeatureStore.feast.dev": Kind(
        (
            Pods(replicas=feast.scaled, labels=_FEAST, assemble=feast.servers),
            Pods("spec.cronJob", name="cronjob", replicas=Count("jobSpec.parallelism"), assemble=feast.upkeep),
        ),
        Role.FEATURE_STORE,
        injected=frozenset({"image", "command", "liveness-probe", "readiness-probe", "startup-probe"}),
    ),
}
"""Kinds that prepare data."""
