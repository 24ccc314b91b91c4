"""Container keeps the default Linux capabilities.

A container runtime gives about a dozen of root's rights to every container: to change owners, to forge network
packets, to make device files. Serving a model or training one needs none of them.

To fix it, drop `ALL` and add back what is really needed. A process that is not root has no use of these rights, so
the fix is safe where the container is known not to run as root; where the image decides, try it first: web servers
that start as root and change to another user need `SETUID` and `SETGID`.

```yaml bad
apiVersion: v1
kind: Pod
metadata:
  name: server
spec:
  securityContext:
    runAsNonRoot: true
  containers:
    - name: vllm  # finding: container 'vllm' keeps the default capabilities
      image: registry.example/vllm:0.18.0
```

```yaml fixed
apiVersion: v1
kind: Pod
metadata:
  name: server
spec:
  securityContext:
    runAsNonRoot: true
  containers:
    - name: vllm
      image: registry.example/vllm:0.18.0
      securityContext:
        capabilities:
          drop:
            - ALL
```

```yaml good
apiVersion: v1
kind: Pod
metadata:
  name: server
spec:
  containers:
    - name: vllm
      image: registry.example/vllm:0.18.0
      securityContext:
        capabilities:
          drop: ["all"]
```

See [Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/) (*Restricted*,
capabilities), [capabilities(7)](https://man7.org/linux/man-pages/man7/capabilities.7.html) and CIS Kubernetes
Benchmark v1.12 5.2.8 and 5.2.9.
"""

from collections.abc import Iterator

from hullmark.checks.security._hardening import could_harden
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.finding import Finding, Fix
from hullmark.model.terms import ORDINARY, Safety, Severity, Theme
from hullmark.text.edit import append


@check(
    Container,
    severity=Severity.LOW,
    roles=ORDINARY,
    absence=Theme.HARDENING,
    covered_by=("privileged-container",),
    compose="drop ALL in cap_drop and add back in cap_add what is needed",
)
def undropped_capabilities(container: Container, arch: Architecture) -> Iterator[Finding]:
    if "ALL" in container.capabilities("drop") or not could_harden(container):
        return
    edits = append(container.node, ("securityContext", "capabilities", "drop"), "ALL")
    safety = Safety.SAFE if container.run_as_non_root or container.run_as_user else Safety.UNSAFE
    yield Finding(
        f"container '{container.name}' keeps the default capabilities",
        container.at("securityContext", "capabilities", "drop"),
        fix=Fix.of("drop all capabilities", edits, safety),
        advice="drop ALL and add back what is needed",
    )
