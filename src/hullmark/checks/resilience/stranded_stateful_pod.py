"""A stateful pod waits until somebody deletes its dead node.

The pod of a StatefulSet on a node that is not heard of is marked for deletion and stays: Kubernetes makes no second one of its name before it knows that the first is gone. It
knows once the object of the node is deleted, or carries the taint `node.kubernetes.io/out-of-service`. Clouds delete the node when its machine is gone, but not while the machine
stands and is merely dead inside.

Whether something does it can be told only where the scan holds the machines themselves: `MachineDeployment` or `MachineSet` of Cluster API or OpenShift. There a
`MachineHealthCheck`, or medik8s' `NodeHealthCheck`, has to be beside them. Nothing is said about other scans. StatefulSets with a volume are asked.

To see it happen: `hullmark simulate PATH --topology FILE --scenario node`, where the topology says `deletes_dead_nodes_after: never` or how long it takes.

To fix it, add a `MachineHealthCheck` for the machines.

```yaml bad
apiVersion: cluster.x-k8s.io/v1beta1
kind: MachineDeployment
metadata:
  name: workers
spec:
  clusterName: ml
  replicas: 3
  template:
    spec:
      clusterName: ml
      version: v1.34.0
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: qdrant
spec:
  serviceName: qdrant
  selector:
    matchLabels: {app: qdrant}
  template:
    metadata:
      labels: {app: qdrant}
    spec:
      containers:
        - name: qdrant
          image: qdrant/qdrant:v1.15.4
  volumeClaimTemplates:  # finding: pods of 'qdrant' on a dead node come back when its object is deleted, which nothing in the scan does
    - metadata:
        name: data
      spec:
        accessModes: [ReadWriteOnce]
        resources:
          requests: {storage: 50Gi}
```

```yaml good
apiVersion: cluster.x-k8s.io/v1beta1
kind: MachineDeployment
metadata:
  name: workers
spec:
  clusterName: ml
  replicas: 3
  template:
    spec:
      clusterName: ml
      version: v1.34.0
---
apiVersion: cluster.x-k8s.io/v1beta1
kind: MachineHealthCheck
metadata:
  name: workers
spec:
  clusterName: ml
  selector:
    matchLabels: {pool: workers}
  unhealthyConditions:
    - {type: Ready, status: Unknown, timeout: 300s}
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: qdrant
spec:
  serviceName: qdrant
  selector:
    matchLabels: {app: qdrant}
  template:
    metadata:
      labels: {app: qdrant}
    spec:
      containers:
        - name: qdrant
          image: qdrant/qdrant:v1.15.4
  volumeClaimTemplates:
    - metadata:
        name: data
      spec:
        accessModes: [ReadWriteOnce]
        resources:
          requests: {storage: 50Gi}
```

See [Force delete StatefulSet pods](https://kubernetes.io/docs/tasks/run-application/force-delete-stateful-set-pod/),
[Non-graceful node shutdown](https://kubernetes.io/docs/concepts/cluster-administration/node-shutdown/#non-graceful-node-shutdown) and
[Cluster API: MachineHealthCheck](https://cluster-api.sigs.k8s.io/developer/core/controllers/machine-health-check).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.terms import Severity
from hullmark.model.workload import Workload

_MACHINES = ("MachineDeployment", "MachineSet")
_GROUPS = frozenset({"cluster.x-k8s.io", "machine.openshift.io"})
_HEALTH = ("MachineHealthCheck", "NodeHealthCheck")
"""Of the same groups, and of ``remediation.medik8s.io``: what replaces a node that does not answer."""


@check(Workload, severity=Severity.MEDIUM, kinds=frozenset({"StatefulSet"}))
def stranded_stateful_pod(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    if not any(m.ref.group in _GROUPS for m in arch.kinds(*_MACHINES)) or any(True for _ in arch.kinds(*_HEALTH)):
        return
    if workload.resource.node.get("spec", "volumeClaimTemplates"):
        yield Finding(
            f"pods of '{workload.name}' on a dead node come back when its object is deleted, which nothing in the scan does",
            workload.resource.node.key("spec", "volumeClaimTemplates"),
            advice="add a MachineHealthCheck for the machines",
        )
