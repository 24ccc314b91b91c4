"""Container can write to its own file system.

What can be written can be changed: an intruder replaces a program, a library or a tokenizer and stays until the
container restarts. A read-only root leaves him only the volumes you chose.

It is a low finding because it takes work: caches of Hugging Face, Triton, torch.compile and `/tmp` each need an
`emptyDir`. Containers that get an NVIDIA accelerator are left out: its container hook has to write into the root file
system when the container starts.

To fix it, set `readOnlyRootFilesystem: true` and mount an `emptyDir` with a size limit where the program writes.

```yaml bad
apiVersion: v1
kind: Pod
metadata:
  name: gateway
spec:
  containers:
    - name: gateway  # finding: container 'gateway' can write to its root file system
      image: registry.example/gateway:2.0.1
```

```yaml good
apiVersion: v1
kind: Pod
metadata:
  name: gateway
spec:
  containers:
    - name: gateway
      image: registry.example/gateway:2.0.1
      securityContext:
        readOnlyRootFilesystem: true
      volumeMounts:
        - name: tmp
          mountPath: /tmp
    - name: on-gpu
      image: registry.example/vllm:0.18.0
      resources:
        limits:
          nvidia.com/gpu: 1
  volumes:
    - name: tmp
      emptyDir:
        sizeLimit: 1Gi
```

See [Configure a security context](https://kubernetes.io/docs/tasks/configure-pod-container/security-context/), CIS
Kubernetes Benchmark v1.12 5.6.3 and MITRE ATLAS [AML.T0018.002, embed
malware](https://atlas.mitre.org/techniques/AML.T0018.002).
"""

from collections.abc import Iterator

from hullmark.checks.security._hardening import could_harden
from hullmark.model.architecture import Architecture
from hullmark.model.check import LONG_RUNNING, check
from hullmark.model.container import Container
from hullmark.model.finding import Finding
from hullmark.model.terms import ORDINARY, Severity, Theme
from hullmark.model.truth import flag
from hullmark.text.tree import mapping


@check(
    Container,
    severity=Severity.LOW,
    roles=ORDINARY,
    containers=LONG_RUNNING,
    absence=Theme.HARDENING,
    covered_by=("privileged-container",),
    compose="set read_only: true and mount a tmpfs where the program writes",
)
def writable_root_filesystem(container: Container, arch: Architecture) -> Iterator[Finding]:
    read_only = flag(container.node.value, "securityContext", "readOnlyRootFilesystem") is True
    if read_only or _has_hook(container) or not could_harden(container):
        return
    yield Finding(
        f"container '{container.name}' can write to its root file system",
        container.at("securityContext", "readOnlyRootFilesystem"),
        advice="make the root file system read-only and mount an emptyDir where the program writes",
    )


def _has_hook(container: Container) -> bool:
    """Whether NVIDIA's container hook prepares it."""
    devices = (*mapping(container.node.value, "resources", "limits"), *(a.resource for a in container.accelerators))
    return any("nvidia.com" in name for name in devices) or container.podset.node.get("runtimeClassName") == "nvidia"
