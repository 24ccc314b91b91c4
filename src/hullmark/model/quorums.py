"""How many members of a store must stand because it decides by majority.

Only where the manifest shows that members form one cluster: some stores run the same image alone. Data to extend, one
row a store; ``signs`` are variables or flags one of which must be there (none: every member is one of a cluster).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from hullmark.model.container import Container
from hullmark.model.workload import PodSet


class Quorum(NamedTuple):
    """A store that needs most of its members: how its images end, what shows that they are a cluster, and for what."""

    name: str
    images: str
    signs: tuple[tuple[str, str], ...]
    purpose: str
    source: str


QUORUMS = (
    Quorum("etcd", r"etcd", (), "answers", "https://etcd.io/docs/v3.6/faq/"),
    Quorum("ZooKeeper", r"(?:cp-)?zookeeper", (), "answers", "https://zookeeper.apache.org/doc/current/zookeeperAdmin.html"),
    Quorum("Consul", r"consul", (("-server", ""),), "answers", "https://developer.hashicorp.com/consul/docs/concept/consensus"),
    Quorum("Kafka's controllers", r"kafka|cp-kafka|cp-server",
           (("KAFKA_PROCESS_ROLES", "controller"), ("KAFKA_CFG_PROCESS_ROLES", "controller")),
           "elects leaders of partitions", "https://github.com/apache/kafka/blob/trunk/docs/operations/kraft.md"),
    Quorum("Redis Sentinel", r"redis-sentinel|redis|valkey", (("--sentinel", ""), ("REDIS_SENTINEL_QUORUM", "")),
           "fails over", "https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/"),
    Quorum("MongoDB", r"mongo|mongodb", (("--replSet", ""), ("MONGODB_REPLICA_SET_NAME", "")), "takes writes",
           "https://www.mongodb.com/docs/manual/core/replica-set-elections/"),
    Quorum("Elasticsearch", r"elasticsearch", (("cluster.initial_master_nodes", ""),), "has a master",
           "https://www.elastic.co/docs/deploy-manage/distributed-architecture/discovery-cluster-formation/modules-discovery-quorums"),
    Quorum("OpenSearch", r"opensearch", (("cluster.initial_cluster_manager_nodes", ""), ("cluster.initial_master_nodes", "")),
           "has a cluster manager",
           "https://docs.opensearch.org/latest/tuning-your-cluster/discovery-cluster-formation/voting-configuration"),
    Quorum("Qdrant", r"qdrant(?:-unprivileged)?",
           (("QDRANT__CLUSTER__ENABLED", "true"), ("--bootstrap", ""), ("--uri", "")),
           "changes collections", "https://qdrant.tech/documentation/scaling/horizontal-scaling/"),
    Quorum("Weaviate", r"weaviate", (("RAFT_JOIN", ""), ("RAFT_BOOTSTRAP_EXPECT", "")), "changes collections",
           "https://docs.weaviate.io/weaviate/concepts/replication-architecture/cluster-architecture"),
)  # fmt: skip

_SENTINEL = "redis-sentinel"


def quorum(podset: PodSet, count: int) -> tuple[int, str] | None:
    """How many of so many pods of a StatefulSet must stand, and why.

    None where it is no such store, or not seen to be a cluster.
    """
    if count < 2 or podset.workload.ref.kind != "StatefulSet":
        return None
    for container in podset.containers:
        for row in QUORUMS:
            if container.long_running and _runs(container, row):
                return count // 2 + 1, f"{row.name} {row.purpose} only with most of its {count} members"
    return None


def _runs(container: Container, row: Quorum) -> bool:
    name = container.image.repository
    if re.search(rf"(?:^|/)(?:{row.images})$", name) is None:
        return False
    return not row.signs or name.endswith(_SENTINEL) or any(_shows(container, *sign) for sign in row.signs)


def _shows(container: Container, key: str, part: str) -> bool:
    """Whether a variable or flag is set, to something that holds ``part``."""
    found = container.argv.flag(key) if key.startswith("-") else container.env(key)
    return found is not None and part in found.lower()
