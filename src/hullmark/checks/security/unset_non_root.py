"""Nothing keeps the container from running as root.

Without `runAsNonRoot: true` or a user id the image decides, and most images for machine learning say nothing, which
means root. What the image says cannot be seen in a manifest, so this is something missing, not a proof that it does
run as root. Why root matters is told in `root-user`.

To fix it, set `runAsNonRoot: true`, and with images that name their user instead of numbering it, `runAsUser` too:
the kubelet cannot tell whether a name is root and refuses to start the container. That is why the fix is not a safe
one.

```yaml bad
apiVersion: v1
kind: Pod
metadata:
  name: server
spec:
  containers:
    - name: vllm  # finding: nothing keeps container 'vllm' from running as root
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
        runAsNonRoot: true
```

```yaml good
apiVersion: v1
kind: Pod
metadata:
  name: server
spec:
  securityContext:
    runAsUser: 1000
  containers:
    - name: vllm
      image: registry.example/vllm:0.18.0
```

See [Configure a security context](https://kubernetes.io/docs/tasks/configure-pod-container/security-context/), [Pod
Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/) (*Restricted*) and CIS
Kubernetes Benchmark v1.12 5.2.7.
"""

from collections.abc import Iterator

from hullmark.checks.security._hardening import could_harden
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.finding import Finding, Fix
from hullmark.model.terms import ORDINARY, Platform, Severity, Theme
from hullmark.model.truth import Undecided, flag
from hullmark.text.edit import put


@check(
    Container,
    severity=Severity.MEDIUM,
    roles=ORDINARY,
    absence=Theme.HARDENING,
    covered_by=("privileged-container",),
    compose="set user to a user id that is not 0",
)
def unset_non_root(container: Container, arch: Architecture) -> Iterator[Finding]:
    decided = container.run_as_user is not None or container.run_as_non_root is not None
    if decided or not could_harden(container) or flag(container.podset.node.value, "hostUsers") is False:
        return
    if container.workload.platform is Platform.COMPOSE:
        raise Undecided("which user the image runs as is not in the scan")
    edits = put(container.node, ("securityContext", "runAsNonRoot"), value=True)
    yield Finding(
        f"nothing keeps container '{container.name}' from running as root",
        container.at("securityContext", "runAsNonRoot"),
        fix=Fix.of("refuse to start it as root", edits),
        advice="set runAsNonRoot to true",
    )
