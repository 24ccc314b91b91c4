"""What a model learns from may be written by those who face strangers.

Whoever can change the training data decides what the model will do, and nothing in the run shows it. A chat interface, an agent, a notebook or a model server that may write where
training reads turns each hole of its own into a poisoned model; so do many hands: with three sorts of writers nobody knows who put what there.

Looked at are claims, shares and buckets that training reads as data, by what they, their mounts or their settings are called; caches, checkpoints, outputs and staging areas are not.
Those who keep to another folder of the same store (another `subPath`, another prefix of the bucket) are left out. Where one that writes is public, it is high.

To fix it, mount the data `readOnly` there, or give each its own bucket or prefix and let one pipeline bring into the data what has been looked at.

```yaml bad
apiVersion: batch/v1
kind: Job
metadata:
  name: train  # finding: 'train' learns from 'dataset', which notebook 'lab' may write
spec:
  template:
    spec:
      containers:
        - {name: train, image: 'registry.example/train:1.0.0', command: [torchrun, train.py], volumeMounts: [{name: d, mountPath: /data, readOnly: true}]}
      volumes: [{name: d, persistentVolumeClaim: {claimName: dataset}}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: lab}
spec:
  selector: {matchLabels: {app: lab}}
  template:
    metadata: {labels: {app: lab}}
    spec:
      containers: [{name: lab, image: 'quay.io/jupyter/scipy-notebook:2026-01-05', volumeMounts: [{name: d, mountPath: /home/jovyan/data}]}]
      volumes: [{name: d, persistentVolumeClaim: {claimName: dataset}}]
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: dataset}
spec: {accessModes: [ReadWriteMany], storageClassName: shared, resources: {requests: {storage: 100Gi}}}
```

```yaml good
apiVersion: batch/v1
kind: Job
metadata: {name: train}
spec:
  template:
    spec:
      containers:
        - {name: train, image: 'registry.example/train:1.0.0', command: [torchrun, train.py], volumeMounts: [{name: d, mountPath: /data, readOnly: true}]}
      volumes: [{name: d, persistentVolumeClaim: {claimName: dataset}}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: lab}
spec:
  selector: {matchLabels: {app: lab}}
  template:
    metadata: {labels: {app: lab}}
    spec:
      containers:
        - name: lab
          image: quay.io/jupyter/scipy-notebook:2026-01-05
          volumeMounts: [{name: d, mountPath: /home/jovyan/data, readOnly: true}]
      volumes: [{name: d, persistentVolumeClaim: {claimName: dataset}}]
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: dataset}
spec: {accessModes: [ReadWriteMany], storageClassName: shared, resources: {requests: {storage: 100Gi}}}
```

See MITRE ATLAS [AML.T0020, training data poisoning](https://atlas.mitre.org/techniques/AML.T0020), [AML.M0005, control access to AI models and data at
rest](https://atlas.mitre.org/mitigations/AML.M0005), and OWASP [LLM04:2025 Data and Model Poisoning](https://genai.owasp.org/llmrisk/llm042025-data-and-model-poisoning/).
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.component import Component, ComponentKind, Edge, EdgeKind
from hullmark.model.finding import Finding
from hullmark.model.terms import SERVING, TRAINERS, Confidence, Reach, Role, Severity
from hullmark.model.truth import string
from hullmark.model.workload import Workload
from hullmark.text.regex import regex

_OUTWARD = SERVING | {Role.AI_UI, Role.RAG_SERVICE, Role.AGENT, Role.MCP_SERVER, Role.NOTEBOOK}
"""Roles that answer strangers, or run whatever somebody types."""

_WORDS = {
    Role.AI_UI: "interface", Role.RAG_SERVICE: "RAG service", Role.AGENT: "agent", Role.MCP_SERVER: "tool server",
    Role.NOTEBOOK: "notebook",
}  # fmt: skip
_DATA = regex(
    r"(?:^|[^a-z])(?:data|datasets?|corpus|corpora|train(?:ing)?[-_]?(?:data|set|files?)|samples|raw|labels)(?:$|[^a-z])",
    re.IGNORECASE,
)
_NO_DATA = regex(
    r"model|weight|checkpoint|ckpt|cache|huggingface|output|result|log(?:s|ging)?(?:$|[^a-z])|staging|scratch|tmp|temp(?:$|[^a-z])|shm|dshm|workspace"
    r"|artifact|pgdata|redis|mlflow|tensorboard",
    re.IGNORECASE,
)
_BUCKET = regex(r"\b(?:s3a?|s3n|gs|gcs|abfss?|wasbs?|oss|az)://[^\s'\"]{1,300}")
_MANY, _MOST = 3, 200
"""From how many sorts of writers on a store is reported, and how many writers of one are looked at."""


@check(Workload, severity=Severity.MEDIUM, confidence=Confidence.MEDIUM, roles=TRAINERS)
def many_dataset_writers(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    if workload.template or _names(workload, arch).isdisjoint(_written(arch)):
        return
    own = arch.wiring.of(workload)
    for read in arch.wiring.out(own.id, EdgeKind.READS) if own is not None else ():
        store = arch.wiring.by_id[read.target]
        if store.kind is not ComponentKind.DATA_STORE or not _is_data(store, read):
            continue
        writers = list(_writers(store, read, workload, arch))
        outward = next((w for w, _ in writers if w.role in _OUTWARD), None)
        sorts = {w.role for w, _ in writers} - {Role.GENERIC}
        if outward is None and len(sorts) < _MANY:
            continue
        public = any(arch.exposure(w).least is Reach.PUBLIC for w, _ in writers)
        yield Finding(
            f"'{workload.name}' learns from '{store.label}', which {_said(outward, len(writers))} may write",
            workload.at("metadata", "name"),
            severity=Severity.HIGH if public else None,
            related=tuple(
                (e.evidence[0].place, f"'{w.name}' may write it") for w, e in writers if e.evidence[0].place is not None
            ),
            advice="mount the data readOnly there, or let one pipeline bring it in",
        )
        return


def _said(outward: Workload | None, number: int) -> str:
    if outward is None:
        return f"{number} workloads of different purpose"
    return f"{_WORDS.get(outward.role, 'model server')} '{outward.name}'"


def _is_data(store: Component, read: Edge) -> bool:
    texts = [store.label, *(e.text for e in read.evidence)]
    return any(_DATA.search(t) for t in texts) and not any(_NO_DATA.search(t) for t in texts)


def _writers(store: Component, read: Edge, trainer: Workload, arch: Architecture) -> Iterator[tuple[Workload, Edge]]:
    """What else may write the part of a store that training reads; of several variants of one object the first."""
    seen = {trainer.ref}
    mine = _parts(trainer, store, read)
    for edge in islice(arch.wiring.into(store.id, EdgeKind.WRITES), _MOST):
        writer = arch.wiring.by_id[edge.source].workload
        if writer is None or writer.template or writer.ref in seen:
            continue
        seen.add(writer.ref)
        parts = _parts(writer, store, edge)
        if any(a.startswith(b) or b.startswith(a) for a in mine for b in parts):
            yield writer, edge


def _parts(workload: Workload, store: Component, edge: Edge) -> set[str]:
    """The folders of a store that a workload names: sub-paths of mounts, prefixes in addresses; the empty one is all."""
    found: set[str] = set()
    for container in workload.containers:
        for mount in container.mounts:
            if (
                mount.volume is not None
                and string(mount.volume.value, "persistentVolumeClaim", "claimName") == store.label
            ):
                found.add(f"{string(mount.node.value, 'subPath').strip('/')}/".lstrip("/"))
    for evidence in edge.evidence:
        for address in _BUCKET.findall(evidence.text):
            found.add(address.partition("://")[2].partition("/")[2])
    return found or {""}


@lru_cache(maxsize=1)
def _written(arch: Architecture) -> frozenset[str]:
    """The claims and buckets that any program but a trainer names: told before any graph is drawn."""
    others = (w for w in arch.workloads if w.role not in TRAINERS and not w.template)
    return frozenset(name for w in others for name in _names(w, arch))


def _names(workload: Workload, arch: Architecture) -> set[str]:
    """The claims, shares and buckets that a workload names."""
    found = {claim.name for p in workload.podsets for claim in arch.around(p).claims.values()}
    for podset in workload.podsets:
        for volume in podset.volumes.values():
            found.update(string(volume.value, *keys) for keys in _VOLUMES)
    for container in workload.containers:
        for text in (container.argv.text, *(v.value or "" for v in container.environment.values())):
            if "://" in text:
                found.update(address.partition("://")[2].partition("/")[0] for address in _BUCKET.findall(text))
    return found - {""}


_VOLUMES = (
    ("csi", "volumeAttributes", "bucketName"), ("csi", "volumeAttributes", "bucket"),
    ("csi", "volumeAttributes", "containerName"), ("nfs", "path"), ("hostPath", "path"),
)  # fmt: skip
"""Where volumes name what is not a claim."""
