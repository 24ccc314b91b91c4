"""Container runs as root on purpose.

Root in a container is root on the node as soon as one barrier fails: a flaw in the kernel, the container runtime or
the accelerator driver's hook. Model servers and trainers parse files that others made (weights, pickles, images), so
code of others does get to run in them. A container that is said to run as user 0, or that switches off a check
against root that the pod asks for, takes that barrier away knowingly. Asking for both `runAsUser: 0` and
`runAsNonRoot: true` can never start.

Init containers count: most of these findings are a `chown` before the start, for which `fsGroup` on the pod is the
better way. In a user namespace of its own (`hostUsers: false`) root is nobody on the node, so nothing is reported.
Device plugins and driver installers are left out: they work on the node itself.

To fix it, give the user id that the image was built for (Triton 1000, Ray 1000, Spark 185) and `runAsNonRoot: true`.

```yaml bad
apiVersion: v1
kind: Pod
metadata:
  name: trainer
spec:
  securityContext:
    runAsNonRoot: true
    runAsUser: 1000
  initContainers:
    - name: own-cache
      image: registry.example/tools:1.2.0
      securityContext:
        runAsNonRoot: false
        runAsUser: 0  # finding: container 'own-cache' runs as root
  containers:
    - name: train
      image: registry.example/train:1.4.2
```

```yaml good
apiVersion: v1
kind: Pod
metadata:
  name: trainer
spec:
  securityContext:
    runAsNonRoot: true
    runAsUser: 1000
    fsGroup: 1000
  containers:
    - name: train
      image: registry.example/train:1.4.2
```

See [Configure a security context](https://kubernetes.io/docs/tasks/configure-pod-container/security-context/), [Pod
Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/) (*Restricted*, running as
non-root), CIS Kubernetes Benchmark v1.12 5.2.7 and MITRE ATLAS [AML.T0105, escape to
host](https://atlas.mitre.org/techniques/AML.T0105).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.finding import Finding
from hullmark.model.terms import ORDINARY, Severity
from hullmark.model.truth import flag


@check(Container, severity=Severity.HIGH, roles=ORDINARY, compose="give the user id the image was built for")
def root_user(container: Container, arch: Architecture) -> Iterator[Finding]:
    if container.windows or flag(container.podset.node.value, "hostUsers") is False:
        return
    user, non_root = container.run_as_user, container.run_as_non_root
    who = f"container '{container.name}'"
    if user == 0 and non_root is True:
        where = container.inherited_at("runAsUser")
        yield Finding(
            f"{who} asks for user 0 and for no root, so it never starts", where, label="contradicts runAsNonRoot"
        )
    elif user == 0:
        yield Finding(
            f"{who} runs as root",
            container.inherited_at("runAsUser"),
            advice="give the user id the image was built for",
        )
    elif non_root is False and user is None:
        where = container.inherited_at("runAsNonRoot")
        advice = "give the user id the image was built for, and set runAsNonRoot to true"
        yield Finding(f"{who} is allowed to run as root", where, severity=Severity.MEDIUM, advice=advice)
