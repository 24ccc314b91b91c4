"""The Services that operators make for their objects: how they are called and what stands behind them.

Add a row to teach a new one. ``{name}`` is the object's name; the first name is the one to show. Of
two Services of an object that claim one name the first has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Made(NamedTuple):
    """A Service of an operator.

    ``part`` tells several Services of one object apart; ``pods`` is the pod set it leads to, where it is not all of
    them, and without such a pod set there is no such Service. ``ports`` are those it offers by default. ``named_at`` is
    where the object may name it. Only an object with the annotation ``asked_by`` set to ``true``, and with one of the fields
    ``asked_at``, has one, and none where the field ``off_at`` is false.
    """

    names: tuple[str, ...]
    part: str = ""
    pods: str = ""
    ports: tuple[int, ...] = ()
    named_at: tuple[str, ...] = ()
    asked_by: str = ""
    asked_at: tuple[tuple[str, ...], ...] = ()
    off_at: tuple[str, ...] = ()


_SAME = (Made(("{name}",)),)
_RAY_HEAD = Made(("{name}-head-svc",), "head", "head", (8265, 6379, 10001, 8000))

MADE: Mapping[str, tuple[Made, ...]] = {
    # https://github.com/kserve/kserve/blob/master/pkg/constants/constants.go
    "InferenceService.serving.kserve.io": (
        Made(("{name}-transformer", "{name}", "{name}-transformer-default"), "transformer", "transformer", (80,)),
        Made(("{name}-predictor", "{name}", "{name}-predictor-default"), ports=(80,)),
        Made(("{name}-explainer", "{name}-explainer-default"), "explainer", "explainer", (80,)),
    ),
    "InferenceService.serving.kubeflow.org": (
        Made(("{name}-transformer-default", "{name}"), "transformer", "transformer", (80,)),
        Made(("{name}-predictor-default", "{name}"), ports=(80,)),
        Made(("{name}-explainer-default",), "explainer", "explainer", (80,)),
    ),
    "InferenceGraph.serving.kserve.io": (Made(("{name}",), ports=(80,)),),
    "LLMInferenceService.serving.kserve.io": (
        Made(("{name}-kserve-workload-svc",), ports=(8000,)),
        Made(("{name}-epp-service",), "scheduler", "scheduler", (9002, 9003)),
    ),
    # https://knative.dev/docs/serving/services/
    "Service.serving.knative.dev": (Made(("{name}",), ports=(80,)),),
    # https://github.com/ray-project/kuberay/blob/master/ray-operator/controllers/ray/utils/util.go
    "RayCluster.ray.io": (
        _RAY_HEAD._replace(named_at=("spec", "headGroupSpec", "headService", "metadata", "name")),
        Made(("{name}-serve-svc",), "serve", "", (8000,), asked_by="ray.io/enable-serve-service"),
    ),
    "RayService.ray.io": (
        Made(("{name}-serve-svc",), ports=(8000,), named_at=("spec", "serveService", "metadata", "name")),
        _RAY_HEAD,
    ),
    # https://github.com/NVIDIA/k8s-nim-operator (Service named after the object)
    "NIMService.apps.nvidia.com": (Made(("{name}",), ports=(8000,)),),
    "NemoGuardrail.apps.nvidia.com": _SAME,
    "NemoCustomizer.apps.nvidia.com": _SAME,
    "NemoDatastore.apps.nvidia.com": _SAME,
    "NemoEvaluator.apps.nvidia.com": _SAME,
    "NemoEntitystore.apps.nvidia.com": _SAME,
    # https://github.com/kagent-dev/kagent, https://github.com/stacklok/toolhive
    "Agent.kagent.dev": (Made(("{name}",), ports=(8080,)),),
    "MCPServer.kagent.dev": _SAME,
    "MCPServer.toolhive.stacklok.dev": (Made(("mcp-{name}-proxy",), ports=(8080,)),),
    "MCPRemoteProxy.toolhive.stacklok.dev": (Made(("mcp-{name}-proxy",)),),
    "VirtualMCPServer.toolhive.stacklok.dev": (Made(("vmcp-{name}",), ports=(4483,)),),
    "EmbeddingServer.toolhive.stacklok.dev": _SAME,
    # https://github.com/bentoml/yatai-deployment (Service named after the object)
    "BentoDeployment.serving.yatai.ai": (Made(("{name}",), ports=(3000,)),),
    # https://www.kubeflow.org/docs/components/notebooks/
    "Notebook.kubeflow.org": (Made(("{name}",), ports=(80,)),),
    "Tensorboard.tensorboard.kubeflow.org": (Made(("{name}",), ports=(80,)),),
    # https://docs.feast.dev/how-to-guides/feast-on-kubernetes
    "FeatureStore.feast.dev": (
        Made(("feast-{name}-online",), "online"),
        Made(("feast-{name}-offline",), "offline"),
        Made(("feast-{name}-registry",), "registry"),
    ),
    # https://milvus.io/docs/install_cluster-milvusoperator.md
    "Milvus.milvus.io": (Made(("{name}-milvus",), ports=(19530,)),),
    # https://kubernetes.dask.org/en/latest/operator_resources.html
    "DaskCluster.kubernetes.dask.org": (Made(("{name}-scheduler",), "", "scheduler", (8786, 8787)),),
    # groups whose pods find each other by name: https://jobset.sigs.k8s.io (``spec.network``), https://lws.sigs.k8s.io,
    # https://github.com/volcano-sh/volcano/blob/master/pkg/webhooks/admission/jobs/mutate/mutate_job.go (plugins that bring "svc")
    "JobSet.jobset.x-k8s.io": (
        Made(("{name}",), named_at=("spec", "network", "subdomain"), off_at=("spec", "network", "enableDNSHostnames")),
    ),
    "LeaderWorkerSet.leaderworkerset.x-k8s.io": _SAME,
    "Job.batch.volcano.sh": (
        Made(
            ("{name}",),
            asked_at=tuple(("spec", "plugins", plugin) for plugin in ("svc", "tensorflow", "mpi", "pytorch")),
        ),
    ),
    "MPIJob.kubeflow.org": _SAME,
    # databases and queues
    "Cluster.postgresql.cnpg.io": (Made(("{name}-rw", "{name}-ro", "{name}-r"), ports=(5432,)),),
    "postgresql.acid.zalan.do": (Made(("{name}", "{name}-repl"), ports=(5432,)),),
    "PostgresCluster.postgres-operator.crunchydata.com": (Made(("{name}-primary", "{name}-ha"), ports=(5432,)),),
    "Kafka.kafka.strimzi.io": (Made(("{name}-kafka-bootstrap", "{name}-kafka-brokers"), ports=(9092, 9093)),),
    "RabbitmqCluster.rabbitmq.com": (Made(("{name}",), ports=(5672, 15672)),),
    "Elasticsearch.elasticsearch.k8s.elastic.co": (Made(("{name}-es-http",), ports=(9200,)),),
    "MongoDBCommunity.mongodbcommunity.mongodb.com": (Made(("{name}-svc",), ports=(27017,)),),
    "ClickHouseInstallation.clickhouse.altinity.com": (Made(("clickhouse-{name}",), ports=(8123, 9000)),),
    # https://github.com/open-telemetry/opentelemetry-operator
    "OpenTelemetryCollector.opentelemetry.io": (Made(("{name}-collector",), ports=(4317, 4318)),),
}
"""By ``Kind.group``."""

STORES: Mapping[str, str] = {
    "Cluster.postgresql.cnpg.io": "postgresql",
    "postgresql.acid.zalan.do": "postgresql",
    "PostgresCluster.postgres-operator.crunchydata.com": "postgresql",
    "Kafka.kafka.strimzi.io": "kafka",
    "RabbitmqCluster.rabbitmq.com": "rabbitmq",
    "Elasticsearch.elasticsearch.k8s.elastic.co": "elasticsearch",
    "MongoDBCommunity.mongodbcommunity.mongodb.com": "mongodb",
    "ClickHouseInstallation.clickhouse.altinity.com": "clickhouse",
    "Milvus.milvus.io": "milvus",
    "QdrantCluster.qdrant.io": "qdrant",
    "FeatureStore.feast.dev": "feature-store",
}
"""Objects that are a data store, and which."""
