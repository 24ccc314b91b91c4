"""A model server may write where its model lies.

A server parses what strangers send. If it is captured and the volume with its weights is mounted for writing, the intruder can leave a poisoned model there: it outlives the pod, and
every replica, rollout and other server that loads from the volume serves it.

Looked at is where the model that a server names lies: a claim, a network share or a bucket that is mounted. Caches of what comes from a hub, directories of the pod and of the node, and
claims that each pod has to itself are not judged here; steps that fetch the weights before the server starts may write, the server need not.

To fix it, mount the volume with `readOnly: true` in the server, and let only the step that promotes a model write to it.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata: {name: chat}
spec:
  selector: {matchLabels: {app: chat}}
  template:
    metadata: {labels: {app: chat}}
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
          args: [--model, /models/support]
          volumeMounts:
            - name: models
              mountPath: /models  # finding: 'chat' may write where its model '/models/support' lies, claim 'models'
      volumes:
        - name: models
          persistentVolumeClaim: {claimName: models}
```

```yaml good
apiVersion: apps/v1
kind: Deployment
metadata: {name: chat}
spec:
  selector: {matchLabels: {app: chat}}
  template:
    metadata: {labels: {app: chat}}
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
          args: [--model, /models/support]
          volumeMounts:
            - name: models
              mountPath: /models
              readOnly: true
      volumes:
        - name: models
          persistentVolumeClaim: {claimName: models}
```

See MITRE ATLAS [AML.T0018, manipulate AI model](https://atlas.mitre.org/techniques/AML.T0018) and [AML.M0005, control access to AI models and data at
rest](https://atlas.mitre.org/mitigations/AML.M0005), and [Volumes: read-only mounts](https://kubernetes.io/docs/concepts/storage/volumes/#read-only-mounts).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import LONG_RUNNING, check
from hullmark.model.container import Container, Mount
from hullmark.model.finding import Finding
from hullmark.model.terms import SERVING, Severity
from hullmark.model.truth import flag, is_placeholder, string


@check(Container, severity=Severity.HIGH, roles=SERVING, containers=LONG_RUNNING)
def writable_served_model(container: Container, arch: Architecture) -> Iterator[Finding]:
    seen = set[str]()
    for model in container.models:
        mount = container.mount_for(model.id) if model.scheme == "path" and not is_placeholder(model.id) else None
        if mount is None or mount.path in seen or mount.read_only:
            continue
        seen.add(mount.path)
        where = _shared_store(container, mount, arch)
        if where:
            yield Finding(
                f"'{container.workload.name}' may write where its model '{model.id}' lies, {where}",
                mount.node.at("mountPath"),
                related=((model.place, "the model that it loads"),),
                advice="mount it with readOnly: true",
            )


def _shared_store(container: Container, mount: Mount, arch: Architecture) -> str:
    """What is mounted for writing and outlives the pod, in words; empty for all else."""
    volume = mount.volume
    if volume is None or mount.type not in ("persistentVolumeClaim", "nfs", "csi"):
        return ""
    if flag(volume.value, mount.type, "readOnly") is True:
        return ""
    if mount.type == "persistentVolumeClaim":
        name = string(volume.value, "persistentVolumeClaim", "claimName")
        claim = arch.around(container.podset).claims.get(string(volume.value, "name"))
        modes = set(claim.access_modes) if claim is not None else set()
        return "" if not name or (modes and modes <= {"ReadOnlyMany"}) else f"claim '{name}'"
    if mount.type == "nfs":
        return f"share '{string(volume.value, 'nfs', 'server')}:{string(volume.value, 'nfs', 'path')}'"
    driver = string(volume.value, "csi", "driver")
    return f"a volume of '{driver}'" if driver in _BUCKETS else ""


_BUCKETS = frozenset(
    {"gcsfuse.csi.storage.gke.io", "s3.csi.aws.com", "blob.csi.azure.com", "ossplugin.csi.alibabacloud.com"}
)
"""CSI drivers that mount buckets: https://github.com/GoogleCloudPlatform/gcs-fuse-csi-driver,
https://github.com/awslabs/mountpoint-s3-csi-driver, https://github.com/kubernetes-sigs/blob-csi-driver,
https://github.com/kubernetes-sigs/alibaba-cloud-csi-driver/blob/master/docs/oss.md."""
