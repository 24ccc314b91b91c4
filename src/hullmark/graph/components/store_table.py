"""Data stores by what runs them and by how their addresses begin. Data to extend, one row a store.

Images are matched on the last parts of the repository; schemes are those of data source names and URLs.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from hullmark.model.image import Image
from hullmark.text.regex import regex


class Store(NamedTuple):
    """A sort of data store: its type, its sort, its schemes, its default ports."""

    type: str
    sort: str
    images: str
    schemes: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()


DATABASE, CACHE, VECTORS, OBJECTS, QUEUE, SEARCH = (
    "database",
    "cache",
    "vector store",
    "object storage",
    "queue",
    "search",
)

STORES: tuple[Store, ...] = (
    Store("postgresql", DATABASE, r"postgres(?:ql)?(?:-\w+)?|postgis|pgvector|timescaledb(?:-ha)?|spilo-\d+|pgbouncer|pg-cluster",
          ("postgres", "postgresql"), (5432,)),
    Store("mysql", DATABASE, r"mysql(?:-server)?|mariadb|percona-server|percona-xtradb-cluster", ("mysql", "mariadb"), (3306,)),
    Store("mongodb", DATABASE, r"mongo|mongodb(?:-community-server|-sharded)?", ("mongodb", "mongodb+srv"), (27017,)),
    Store("cassandra", DATABASE, r"cassandra|scylla", ("cassandra",), (9042,)),
    Store("clickhouse", DATABASE, r"clickhouse(?:-server)?", ("clickhouse",), (8123, 9000)),
    Store("neo4j", DATABASE, r"neo4j", ("neo4j", "bolt", "neo4j+s", "bolt+s"), (7687,)),
    Store("cockroachdb", DATABASE, r"cockroach(?:db)?", ("cockroachdb",), (26257,)),
    Store("influxdb", DATABASE, r"influxdb", (), (8086,)),
    Store("etcd", DATABASE, r"etcd", ("etcd",), (2379,)),
    Store("redis", CACHE, r"redis(?:-stack(?:-server)?|-cluster|-sentinel|/redis-vector[\w.-]*)?|valkey(?:-\w+)?|keydb|dragonfly",
          ("redis", "rediss", "valkey", "redis+sentinel"), (6379,)),
    Store("memcached", CACHE, r"memcached", ("memcached",), (11211,)),
    Store("qdrant", VECTORS, r"qdrant(?:-unprivileged)?", (), (6333, 6334)),
    Store("weaviate", VECTORS, r"weaviate", (), ()),
    Store("milvus", VECTORS, r"milvus(?:-gpu)?", ("milvus",), (19530,)),
    Store("chroma", VECTORS, r"chroma(?:db)?(?:/chroma)?|chroma-core/chroma", (), ()),
    Store("marqo", VECTORS, r"marqo", (), (8882,)),
    Store("vespa", VECTORS, r"vespa", (), (19071,)),
    Store("minio", OBJECTS, r"minio(?:/minio)?|seaweedfs|rook/ceph|ceph", (), (9000,)),
    Store("kafka", QUEUE, r"kafka|cp-kafka|cp-server|redpanda", ("kafka",), (9092, 9093, 9094)),
    Store("rabbitmq", QUEUE, r"rabbitmq", ("amqp", "amqps", "pyamqp"), (5672, 5671)),
    Store("nats", QUEUE, r"nats(?:-server)?|nats-streaming", ("nats",), (4222,)),
    Store("pulsar", QUEUE, r"pulsar(?:-all)?", ("pulsar", "pulsar+ssl"), (6650,)),
    Store("mqtt", QUEUE, r"eclipse-mosquitto|mosquitto|emqx|vernemq|hivemq", ("mqtt", "mqtts"), (1883, 8883)),
    Store("zookeeper", DATABASE, r"zookeeper|cp-zookeeper", ("zk",), (2181,)),
    Store("elasticsearch", SEARCH, r"elasticsearch", (), (9200,)),
    Store("opensearch", SEARCH, r"opensearch", (), ()),
    Store("solr", SEARCH, r"solr", (), (8983,)),
    Store("meilisearch", SEARCH, r"meilisearch", (), (7700,)),
)  # fmt: skip
"""Images as their projects publish them; schemes as their clients take them (SQLAlchemy, libpq, redis-py, aio-pika…)."""

_BY_SCHEME: Mapping[str, Store] = {scheme: store for store in STORES for scheme in store.schemes}
_IMAGES = [(store, regex(rf"(?:^|/)(?:{store.images})$")) for store in STORES]
_NOT = regex(r"(?:exporter|operator|client|backup|proxy|ui|admin|insight|console|migrat\w*|init|connect|bridge)")

WEB = frozenset({"http", "https", "ws", "wss", "grpc", "grpcs", "tcp", "udp", "tls", "dns"})
"""Schemes that say nothing of what answers."""


@lru_cache(maxsize=1024)
def by_image(text: str) -> Store | None:
    """The store that an image runs."""
    image = Image.parse(text)
    repository = image.repository.lower()
    if image.unknown or _NOT.search(repository.rpartition("/")[2]):
        return None
    return next((store for store, pattern in _IMAGES if pattern.search(repository)), None)


def by_scheme(scheme: str) -> Store | None:
    """The store that an address with this scheme leads to (``postgresql+psycopg`` is one of PostgreSQL)."""
    return _BY_SCHEME.get(scheme) or _BY_SCHEME.get(scheme.partition("+")[0])


def by_name(type_: str) -> Store | None:
    """The store of a type."""
    return next((s for s in STORES if s.type == type_), None)


BUCKETS: Mapping[str, str] = {
    "s3": "s3", "s3a": "s3", "s3n": "s3", "gs": "gs", "gcs": "gs", "abfs": "azure", "abfss": "azure", "wasb": "azure",
    "wasbs": "azure", "az": "azure", "azure": "azure", "oss": "oss", "cos": "cos", "obs": "obs", "minio": "s3", "hdfs": "hdfs",
}  # fmt: skip
"""Schemes of object stores and file systems, and which."""
