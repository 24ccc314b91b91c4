"""Pod sees the processes of its node.

With `hostPID` a container sees every process of the node, and as root can read their memory and environment: the
tokens, keys and prompts of all pods that run there. GPU monitors ask for it to name the processes on a device; the
DCGM exporter gets the same from the kubelet's pod-resources API.

To fix it, drop the field. Device plugins, drivers and exporters of accelerators are left out.

```yaml bad
apiVersion: v1
kind: Pod
metadata:
  name: profiler
spec:
  hostPID: true  # finding: pods of 'profiler' share the process table of their node
  containers:
    - name: profiler
      image: registry.example/profiler:3.1.0
```

```yaml fixed
apiVersion: v1
kind: Pod
metadata:
  name: profiler
spec:
  hostPID: false
  containers:
    - name: profiler
      image: registry.example/profiler:3.1.0
```

See [Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/) (*Baseline*, host
namespaces), CIS Kubernetes Benchmark v1.12 5.2.3 and MITRE ATLAS [AML.T0105, escape to
host](https://atlas.mitre.org/techniques/AML.T0105).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding, Fix
from hullmark.model.terms import ORDINARY, Severity
from hullmark.model.truth import flag
from hullmark.model.workload import PodSet
from hullmark.text.edit import put


@check(PodSet, severity=Severity.HIGH, roles=ORDINARY, compose="drop pid: host")
def host_pid(podset: PodSet, arch: Architecture) -> Iterator[Finding]:
    if flag(podset.node.value, "hostPID") is True:
        edits = put(podset.node, ("hostPID",), value=False)
        yield Finding(
            f"pods of '{podset.workload.name}' share the process table of their node",
            podset.at("hostPID"),
            fix=Fix.of("give the pods a process table of their own", edits),
            label="shows the processes of every other pod on the node",
        )
