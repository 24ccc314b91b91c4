"""Container mounts a directory that gives its node away.

Some directories of a node hold the keys to it: its configuration and the kubelet's credentials (`/etc`,
`/var/lib/kubelet`, where the secrets of all its pods lie), devices and kernel switches (`/dev`, `/proc`, `/sys`),
programs that root runs (`/usr/bin`), homes with `.ssh`, `.aws` or `.kube`, the container runtime's storage, and
everything above them. Writable, each is a way to become root there; read-only, they still tell secrets, so that is a
lower finding. Time zones, certificates of authorities, kernel modules and the like are harmless when read-only.

Paths are compared after normalising (`/etc/`, `/data/../etc`, `subPath`). A path that a template fills in leaves the
question open. For accelerators, ask the device plugin for the device in place of mounting `/dev`. The shared memory of the
node is reported by `host-path-shared-memory`. Device plugins, drivers and exporters of accelerators are left out.

```yaml bad
apiVersion: v1
kind: Pod
metadata:
  name: trainer
spec:
  containers:
    - name: train
      image: registry.example/train:1.4.2
      volumeMounts:
        - name: node
          mountPath: /host  # finding: container 'train' mounts '/etc/kubernetes' of its node, writable
  volumes:
    - name: node
      hostPath:
        path: /data/../etc/kubernetes/
```

```yaml good
apiVersion: v1
kind: Pod
metadata:
  name: trainer
spec:
  containers:
    - name: train
      image: registry.example/train:1.4.2
      volumeMounts:
        - name: zone
          mountPath: /etc/localtime
          readOnly: true
        - name: data
          mountPath: /data
  volumes:
    - name: zone
      hostPath:
        path: /etc/localtime
    - name: data
      hostPath:
        path: /etcetera
```

```yaml unknown
apiVersion: v1
kind: Pod
metadata:
  name: trainer
spec:
  containers:
    - name: train
      image: registry.example/train:1.4.2
      volumeMounts:
        - name: data
          mountPath: /data
  volumes:
    - name: data
      hostPath:
        path: ${DATA_FOLDER}
```

See [hostPath](https://kubernetes.io/docs/concepts/storage/volumes/#hostpath), [Pod Security
Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/) (*Baseline*, host path volumes), CIS
Kubernetes Benchmark v1.12 5.2.11 and MITRE ATLAS [AML.T0105, escape to host](https://atlas.mitre.org/techniques/AML.T0105).
"""

from collections.abc import Iterator

from hullmark.checks.security._hostpath import NodeMount, node_mounts
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.finding import Finding
from hullmark.model.terms import ORDINARY, Severity
from hullmark.model.truth import Undecided
from hullmark.text.source import Place


@check(
    Container,
    severity=Severity.HIGH,
    roles=ORDINARY,
    compose="mount only what the program reads, read-only, or a named volume",
)
def sensitive_host_path(container: Container, arch: Architecture) -> Iterator[Finding]:
    unknown = ""
    for node in node_mounts(container):
        if not node.known:
            unknown = node.mount.path
        elif node.is_sensitive and not node.is_runtime_socket and not node.is_shared_memory:
            manner = "read-only" if node.mount.read_only else "writable"
            yield Finding(
                f"container '{container.name}' mounts '{node.path}' of its node, {manner}",
                node.mount.node.at("mountPath"),
                severity=_severity(node),
                advice=_advice(node.path),
                related=_declared(node),
            )
    if unknown:
        raise Undecided(f"which directory of the node is mounted at '{unknown}' is filled in elsewhere")


def _severity(node: NodeMount) -> Severity:
    if node.mount.read_only:
        return Severity.MEDIUM
    return Severity.CRITICAL if node.path in ("/", "/etc", "/var/lib/kubelet", "/root") else Severity.HIGH


def _advice(path: str) -> str:
    return (
        "ask a device plugin for the device"
        if path.startswith("/dev")
        else "mount only what the program reads, from a volume"
    )


def _declared(node: NodeMount) -> tuple[tuple[Place, str], ...]:
    volume = node.mount.volume
    return () if volume is None else ((volume.at("hostPath", "path"), "the directory"),)
