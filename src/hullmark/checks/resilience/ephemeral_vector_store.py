"""Vector store keeps its index in the pod.

When the pod moves, the index is gone, and every document has to be embedded again: hours of accelerator time in which
retrieval answers with nothing.

An emptyDir, a volume that is deleted with the pod and the container's own layer all go with the pod. Where another volume of
the container is durable, the data may lie there, and the answer is unknown. Milvus keeps its segments in object storage; it
is meant only where it is told to store locally.

Redis Stack that is told to evict (`maxmemory-policy` with `allkeys`) is a cache and not meant; a store whose name says
cache is a low finding. An index that can be rebuilt in minutes is a reason to waive it.

To fix it, run a StatefulSet with a `volumeClaimTemplates` entry mounted at the data path.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: qdrant
spec:
  selector:
    matchLabels: {app: qdrant}
  template:
    metadata:
      labels: {app: qdrant}
    spec:
      containers:
        - name: qdrant
          image: qdrant/qdrant:v1.15.0
          volumeMounts:
            - name: data
              mountPath: /qdrant/storage  # finding: the index of 'qdrant' is lost with its pod (emptyDir)
      volumes:
        - name: data
          emptyDir: {}
```

```yaml good
apiVersion: apps/v1
kind: Deployment
metadata:
  name: qdrant
spec:
  selector:
    matchLabels: {app: qdrant}
  template:
    metadata:
      labels: {app: qdrant}
    spec:
      containers:
        - name: qdrant
          image: qdrant/qdrant:v1.15.0
          volumeMounts:
            - name: data
              mountPath: /qdrant/storage
      volumes:
        - name: data
          persistentVolumeClaim: {claimName: qdrant}
```

See Qdrant's [installation](https://qdrant.tech/documentation/installation/), Weaviate on
[persistence](https://docs.weaviate.io/deploy/configuration/persistence) and Kubernetes on
[StatefulSets](https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-storage).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.durability import Keeping, durability
from hullmark.model.finding import Finding
from hullmark.model.release import chosen
from hullmark.model.terms import Role, Severity
from hullmark.model.truth import Undecided
from hullmark.text.regex import regex

_DATA = {
    "qdrant": ("/qdrant/storage", ("QDRANT__STORAGE__STORAGE_PATH",)),
    "weaviate": ("/var/lib/weaviate", ("PERSISTENCE_DATA_PATH",)),
    "milvus": ("/var/lib/milvus", ()),
    "chroma": ("/data", ("PERSIST_DIRECTORY", "CHROMA_PERSIST_PATH")),
    "pgvector": ("/var/lib/postgresql/data", ("PGDATA",)),
    "postgres": ("/var/lib/postgresql/data", ("PGDATA",)),
    "redis-stack": ("/data", ()),
    "opensearch": ("/usr/share/opensearch/data", ()),
    "elasticsearch": ("/usr/share/elasticsearch/data", ()),
}
"""Where each store keeps its data by default, from its image's documentation, and the variables that move it."""

_EVICTS = regex(r"maxmemory-policy[ =]allkeys-")
_LOST = (Keeping.EMPTY_DIR, Keeping.EPHEMERAL_VOLUME, Keeping.CONTAINER_LAYER)


@check(
    Container,
    severity=Severity.HIGH,
    roles=[Role.VECTOR_STORE],
    engines=list(_DATA),
    containers=("app", "sidecar"),
    compose="mount a named volume at the data path",
)
def ephemeral_vector_store(container: Container, arch: Architecture) -> Iterator[Finding]:
    workload = container.workload
    if workload.resource.release is not None:
        yield from chosen("ephemeral-vector-store", workload, arch, container.podset.name)
        return
    if (
        workload.ref.group not in ("", "apps", "compose-spec.io")
        or workload.lifetime == "task"
        or not _stores_here(container)
    ):
        return
    if container.engine == "redis-stack" and _EVICTS.search(f"{container.argv.text} {container.env('REDIS_ARGS')}"):
        return
    kept = durability(arch, container, _path(container))
    if kept.keeping is Keeping.UNKNOWN:
        raise Undecided("what keeps the store's data is not known")
    if kept.keeping not in _LOST:
        return
    if kept.keeping is Keeping.CONTAINER_LAYER and any(
        durability(arch, container, m.path).durable for m in container.mounts
    ):
        raise Undecided("the data may lie on another volume of the container")
    yield Finding(
        f"the index of '{workload.name}' is lost with its pod ({kept.keeping.value})",
        kept.place,
        severity=Severity.LOW if "cache" in workload.name.lower().split("-") else None,
        advice="run a StatefulSet with a volumeClaimTemplates entry at the data path",
    )


def _path(container: Container) -> str:
    default, variables = _DATA[container.engine]
    moved = next((value for name in variables if (value := container.env(name))), "")
    version = container.image.version
    old = container.engine == "chroma" and version is not None and version < (1, 0, 0)
    return moved or ("/chroma/chroma" if old else default)


def _stores_here(container: Container) -> bool:
    if container.engine != "milvus":
        return True
    local = (container.env("COMMON_STORAGETYPE") or "").lower() == "local"
    return local or (container.env("ETCD_USE_EMBED") or "").lower() == "true"
