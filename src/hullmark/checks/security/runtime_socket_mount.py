"""Container mounts the container runtime's socket.

Whoever can talk to the container runtime can start a privileged container with the node's root file system in it.
Mounting the socket, or a folder that has it such as `/var/run`, is giving away the node; read-only makes no
difference, because a socket is talked to, not written. Jobs that build images of models and tools that watch GPUs per
container are where it is found.

To fix it, build images with a daemonless builder (BuildKit rootless, Buildah, Kaniko's successors), and read
container metadata from the Kubernetes API or the kubelet's pod-resources socket. The container toolkits of
accelerators are left out: setting up the runtime is their job.

```yaml bad
apiVersion: v1
kind: Pod
metadata:
  name: build-image
spec:
  containers:
    - name: build
      image: registry.example/build:1.0.3
      volumeMounts:
        - name: docker
          mountPath: /docker.sock  # finding: container 'build' mounts the container runtime at '/var/run/docker.sock'
          readOnly: true
  volumes:
    - name: docker
      hostPath:
        path: /var/run/docker.sock
```

```yaml good
apiVersion: batch/v1
kind: Job
metadata:
  name: build-image
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: build
          image: registry.example/buildkit-rootless:0.21.0
```

See [hostPath](https://kubernetes.io/docs/concepts/storage/volumes/#hostpath), [Docker's protect the daemon
socket](https://docs.docker.com/engine/security/#docker-daemon-attack-surface), CIS Kubernetes Benchmark v1.12 5.2.11 and
MITRE ATLAS [AML.T0105, escape to host](https://atlas.mitre.org/techniques/AML.T0105).
"""

from collections.abc import Iterator

from hullmark.checks.security._hostpath import node_mounts
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.finding import Finding
from hullmark.model.terms import ORDINARY, Severity


@check(
    Container,
    severity=Severity.CRITICAL,
    roles=ORDINARY,
    compose="put a proxy before the socket that lets only the needed calls through, or do without it",
)
def runtime_socket_mount(container: Container, arch: Architecture) -> Iterator[Finding]:
    for node in node_mounts(container):
        if node.is_runtime_socket:
            yield Finding(
                f"container '{container.name}' mounts the container runtime at '{node.path}'",
                node.mount.node.at("mountPath"),
                label="lets it start any container on the node",
                advice="build images without a daemon; read container metadata from the API",
            )
