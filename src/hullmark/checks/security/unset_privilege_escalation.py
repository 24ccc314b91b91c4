"""Nothing keeps the container from gaining privileges.

Kubernetes allows privilege escalation unless it is told otherwise. See `allowed-privilege-escalation` for what that
means; this check is about containers that say nothing. Windows containers have no such field, and privileged ones
cannot use it.

To fix it, set `allowPrivilegeEscalation: false`. It changes nothing for programs that do not call `sudo` or `su`.

```yaml bad
apiVersion: v1
kind: Pod
metadata:
  name: server
spec:
  containers:
    - name: vllm
      image: registry.example/vllm:0.18.0
      securityContext:  # finding: nothing keeps container 'vllm' from gaining privileges
        runAsNonRoot: true
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
        runAsNonRoot: true
        allowPrivilegeEscalation: false
```

```yaml good
apiVersion: v1
kind: Pod
metadata:
  name: server
spec:
  os:
    name: windows
  containers:
    - name: onnx
      image: registry.example/onnx-windows:1.19.0
```

See [Configure a security context](https://kubernetes.io/docs/tasks/configure-pod-container/security-context/), [Pod
Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/) (*Restricted*) and CIS
Kubernetes Benchmark v1.12 5.2.6.
"""

from collections.abc import Iterator

from hullmark.checks.security._hardening import could_harden
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.finding import Finding, Fix
from hullmark.model.terms import ORDINARY, Safety, Severity, Theme
from hullmark.model.truth import flag
from hullmark.text.edit import put


@check(
    Container,
    severity=Severity.LOW,
    roles=ORDINARY,
    absence=Theme.HARDENING,
    covered_by=("privileged-container",),
    compose="add no-new-privileges:true to security_opt",
)
def unset_privilege_escalation(container: Container, arch: Architecture) -> Iterator[Finding]:
    keys = ("securityContext", "allowPrivilegeEscalation")
    if flag(container.node.value, *keys) is not None or not could_harden(container):
        return
    if not {"SYS_ADMIN", "ALL"}.isdisjoint(container.capabilities("add")):
        return
    edits = put(container.node, keys, value=False)
    safety = Safety.UNSAFE if "sudo" in container.argv.text else Safety.SAFE
    yield Finding(
        f"nothing keeps container '{container.name}' from gaining privileges",
        container.at(*keys),
        fix=Fix.of("set allowPrivilegeEscalation to false", edits, safety),
        advice="set allowPrivilegeEscalation to false",
    )
