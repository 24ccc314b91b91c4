"""Vector store keeps its index in the pod.

When the pod moves, the index is gone, and the corpus must be read, split and embedded again: hours without answers, and the cost of every embedding once more.

A store whose data directory lies on a claim is fine, also one made from a template. Directories of a node are for one node only. Where a store is only a cache, waive the finding.

To fix it, run it as a StatefulSet with `volumeClaimTemplates`, and take snapshots.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: vectors
spec:
  selector:
    matchLabels: {app: vectors}
  template:
    metadata:
      labels: {app: vectors}
    spec:
      containers:
        - name: qdrant
          image: qdrant/qdrant:v1.15.4
          volumeMounts:
            - name: data
              mountPath: /qdrant/storage  # finding: vector store 'vectors' keeps '/qdrant/storage' in an emptyDir
      volumes:
        - name: data
          emptyDir: {}
```

```yaml good
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: vectors
spec:
  serviceName: vectors
  selector:
    matchLabels: {app: vectors}
  template:
    metadata:
      labels: {app: vectors}
    spec:
      containers:
        - name: qdrant
          image: qdrant/qdrant:v1.15.4
          volumeMounts:
            - name: data
              mountPath: /qdrant/storage
  volumeClaimTemplates:
    - metadata:
        name: data
      spec:
        accessModes: [ReadWriteOnce]
        resources:
          requests: {storage: 10Gi}
```

See [Qdrant: storage](https://qdrant.tech/documentation/concepts/storage/) and [StatefulSets](https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.durability import Keeping, durability
from hullmark.model.finding import Finding
from hullmark.model.terms import Role, Severity

_DATA = {
    "qdrant": "/qdrant/storage",
    "weaviate": "/var/lib/weaviate",
    "milvus": "/var/lib/milvus",
    "chroma": "/data",
    "pgvector": "/var/lib/postgresql",
    "opensearch": "/usr/share/opensearch/data",
    "redis-stack": "/data",
}
"""Where the projects' own images keep their data."""
_LOST = {
    Keeping.CONTAINER_LAYER: "the container's own layer",
    Keeping.EMPTY_DIR: "an emptyDir",
    Keeping.EPHEMERAL_VOLUME: "a volume that is deleted with the pod",
}


@check(Container, severity=Severity.HIGH, roles=(Role.VECTOR_STORE,), engines=tuple(_DATA), containers=("app",))
def ephemeral_vector_store(container: Container, arch: Architecture) -> Iterator[Finding]:
    root = container.env("PERSIST_DIRECTORY") or container.env("PERSISTENCE_DATA_PATH") or _DATA[container.engine]
    below = [m for m in container.mounts if m.path.startswith(root)]
    path = below[0].path if below else root
    kept = durability(arch, container, path)
    if kept.keeping in _LOST:
        mount = container.mount_for(path)
        yield Finding(
            f"vector store '{container.workload.name}' keeps '{path}' in {_LOST[kept.keeping]}",
            container.node.at() if mount is None else mount.node.at("mountPath"),
            advice="use a StatefulSet with volumeClaimTemplates",
        )
