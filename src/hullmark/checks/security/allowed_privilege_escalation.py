"""Container is allowed to gain privileges.

With `allowPrivilegeEscalation: true` a process may gain more rights than the one that started it, through set-user-id
programs or file capabilities. An intruder who comes in through a model file or a prompt starts with few rights; this
lets him look for more.

To fix it, set it to `false`. Only programs that call `sudo` or `su` at run time need it: do that work when the image
is built. Containers that are privileged or have `SYS_ADMIN` have it anyway (`privileged-container` and
`added-capability` report those). Where the field is missing, `unset-privilege-escalation` speaks.

```yaml bad
apiVersion: v1
kind: Pod
metadata:
  name: notebook
spec:
  containers:
    - name: jupyter
      image: registry.example/jupyter:4.2.0
      securityContext:
        allowPrivilegeEscalation: true  # finding: container 'jupyter' is allowed to gain privileges
```

```yaml fixed
apiVersion: v1
kind: Pod
metadata:
  name: notebook
spec:
  containers:
    - name: jupyter
      image: registry.example/jupyter:4.2.0
      securityContext:
        allowPrivilegeEscalation: false
```

See [Configure a security context](https://kubernetes.io/docs/tasks/configure-pod-container/security-context/), [Pod
Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/) (*Restricted*), CIS
Kubernetes Benchmark v1.12 5.2.6 and MITRE ATLAS [AML.T0105, escape to host](https://atlas.mitre.org/techniques/AML.T0105).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.finding import Finding, Fix
from hullmark.model.terms import ORDINARY, Safety, Severity
from hullmark.model.truth import flag
from hullmark.text.edit import put


@check(
    Container,
    severity=Severity.MEDIUM,
    roles=ORDINARY,
    covered_by=("privileged-container",),
    compose="set no-new-privileges:true in security_opt",
)
def allowed_privilege_escalation(container: Container, arch: Architecture) -> Iterator[Finding]:
    keys = ("securityContext", "allowPrivilegeEscalation")
    if container.windows or flag(container.node.value, *keys) is not True:
        return
    if container.privileged or not {"SYS_ADMIN", "ALL"}.isdisjoint(container.capabilities("add")):
        return
    edits = put(container.node, keys, value=False)
    safety = Safety.UNSAFE if "sudo" in container.argv.text else Safety.SAFE
    yield Finding(
        f"container '{container.name}' is allowed to gain privileges",
        container.at(*keys),
        fix=Fix.of("set allowPrivilegeEscalation to false", edits, safety),
        label="lets set-user-id programs raise their rights",
    )
