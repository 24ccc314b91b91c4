"""Container runs without a filter for system calls.

`Unconfined` opens the kernel's whole interface, with the calls that container escapes have used. For sandboxes that
run code of agents, this is a common wrong turn: nesting a sandbox in the container needs some calls that the default
filter blocks, so the filter is switched off for all of them. It is worse than saying nothing, where the node's
default may still apply.

To fix it, use `RuntimeDefault`; where a few calls more are needed, a `Localhost` profile that allows just those; for
untrusted code a sandboxed `runtimeClassName`. The annotations of old (`seccomp.security.alpha.kubernetes.io/…`) are
reported too: clusters before 1.27 still honour them.

```yaml bad
apiVersion: v1
kind: Pod
metadata:
  name: sandbox
spec:
  securityContext:
    seccompProfile:
      type: RuntimeDefault
  containers:
    - name: executor
      image: registry.example/executor:0.9.1
      securityContext:
        seccompProfile:
          type: Unconfined  # finding: container 'executor' runs without a seccomp filter
```

```yaml fixed
apiVersion: v1
kind: Pod
metadata:
  name: sandbox
spec:
  securityContext:
    seccompProfile:
      type: RuntimeDefault
  containers:
    - name: executor
      image: registry.example/executor:0.9.1
      securityContext:
        seccompProfile:
          type: RuntimeDefault
```

See [Restrict a container's syscalls with seccomp](https://kubernetes.io/docs/tutorials/security/seccomp/), [Pod
Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/) (*Baseline*, seccomp), CIS
Kubernetes Benchmark v1.12 5.6.2 and MITRE ATLAS [AML.T0105, escape to host](https://atlas.mitre.org/techniques/AML.T0105).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.finding import Finding, Fix
from hullmark.model.terms import ORDINARY, Severity
from hullmark.text.edit import put
from hullmark.text.source import Place

_FOR_POD = "seccomp.security.alpha.kubernetes.io/pod"
_FOR_CONTAINER = "container.seccomp.security.alpha.kubernetes.io/"


@check(
    Container,
    severity=Severity.MEDIUM,
    roles=ORDINARY,
    covered_by=("privileged-container",),
    compose="drop seccomp:unconfined from security_opt: the default filter applies then",
)
def unconfined_seccomp(container: Container, arch: Architecture) -> Iterator[Finding]:
    if container.windows or container.privileged:
        return
    message = f"container '{container.name}' runs without a seccomp filter"
    profile = container.inherited("seccompProfile", "type")
    if profile == "Unconfined":
        own = container.node.get("securityContext", "seccompProfile", "type") is not None
        keys = ("securityContext", "seccompProfile", "type")
        edits = put(container.node if own else container.podset.node, keys, "RuntimeDefault")
        fix = Fix.of("use the runtime's default filter", edits)
        yield Finding(message, container.inherited_at("seccompProfile", "type"), fix, label="opens every system call")
    elif profile is None and (at := _annotated(container)) is not None:
        yield Finding(message, at, advice="remove the annotation and set seccompProfile to RuntimeDefault")


def _annotated(container: Container) -> Place | None:
    """Where an old annotation says so: the container's own, which wins, or the pod's."""
    podset = container.podset
    key = _FOR_CONTAINER + container.name
    if key not in podset.annotations:
        key = _FOR_POD
    if podset.annotations.get(key) != "unconfined":
        return None
    return podset.at() if podset.template is None else podset.template.at("metadata", "annotations", key)
