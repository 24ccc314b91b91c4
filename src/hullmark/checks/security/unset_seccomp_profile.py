"""Container sets no filter for system calls.

Without a seccomp profile a container may use every call of the kernel, unless the node is configured to apply one by
itself (the kubelet's `seccompDefault`, which a manifest cannot show). The runtime's default filter blocks the few
dozen calls that container escapes are made of and that frameworks for machine learning do not use.

To fix it, set `seccompProfile: {type: RuntimeDefault}`, best once for the pod. `Localhost` profiles are as good. The
annotations of old count for nothing since Kubernetes 1.27.

```yaml bad
apiVersion: v1
kind: Pod
metadata:
  name: server
spec:
  containers:
    - name: vllm  # finding: container 'vllm' sets no seccomp profile
      image: registry.example/vllm:0.18.0
```

```yaml fixed
apiVersion: v1
kind: Pod
metadata:
  name: server
spec:
  containers:
    - name: vllm
      image: registry.example/vllm:0.18.0
      securityContext:
        seccompProfile:
          type: RuntimeDefault
```

```yaml good
apiVersion: v1
kind: Pod
metadata:
  name: server
spec:
  securityContext:
    seccompProfile:
      type: Localhost
      localhostProfile: profiles/inference.json
  containers:
    - name: vllm
      image: registry.example/vllm:0.18.0
```

See [Restrict a container's syscalls with seccomp](https://kubernetes.io/docs/tutorials/security/seccomp/), [Pod
Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/) (*Restricted*, seccomp) and
CIS Kubernetes Benchmark v1.12 5.6.2.
"""

from collections.abc import Iterator

from hullmark.checks.security._hardening import could_harden
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.finding import Finding, Fix
from hullmark.model.terms import ORDINARY, Safety, Severity, Theme
from hullmark.text.edit import put


@check(Container, severity=Severity.LOW, roles=ORDINARY, absence=Theme.HARDENING, covered_by=("privileged-container",))
def unset_seccomp_profile(container: Container, arch: Architecture) -> Iterator[Finding]:
    if container.inherited("seccompProfile", "type") is not None or not could_harden(container):
        return
    edits = put(container.node, ("securityContext", "seccompProfile", "type"), "RuntimeDefault")
    yield Finding(
        f"container '{container.name}' sets no seccomp profile",
        container.at("securityContext", "seccompProfile"),
        fix=Fix.of("use the runtime's default filter", edits, Safety.SAFE),
        advice="set seccompProfile to RuntimeDefault",
    )
