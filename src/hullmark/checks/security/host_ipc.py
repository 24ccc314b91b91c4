"""Pod shares the memory segments of its node.

NCCL and PyTorch data loaders need more shared memory than the 64 MiB a container gets, and `hostIPC: true` is the
copied answer. It shares System V segments, semaphores and message queues with the node and every other pod that does
the same, so one tenant reads or corrupts another's tensors.

To fix it, drop the field and mount an `emptyDir` with `medium: Memory` and a `sizeLimit` at `/dev/shm`: the same
memory, for this pod alone. The fix does the first half.

```yaml bad
apiVersion: batch/v1
kind: Job
metadata:
  name: finetune
spec:
  template:
    spec:
      hostIPC: true  # finding: pods of 'finetune' share the memory segments of their node
      restartPolicy: Never
      containers:
        - name: train
          image: registry.example/train:1.4.2
```

```yaml fixed
apiVersion: batch/v1
kind: Job
metadata:
  name: finetune
spec:
  template:
    spec:
      hostIPC: false
      restartPolicy: Never
      containers:
        - name: train
          image: registry.example/train:1.4.2
```

```yaml good
apiVersion: batch/v1
kind: Job
metadata:
  name: finetune
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: train
          image: registry.example/train:1.4.2
          volumeMounts:
            - name: shm
              mountPath: /dev/shm
      volumes:
        - name: shm
          emptyDir:
            medium: Memory
            sizeLimit: 16Gi
```

See [Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/) (*Baseline*, host
namespaces), [emptyDir](https://kubernetes.io/docs/concepts/storage/volumes/#emptydir), CIS Kubernetes Benchmark v1.12 5.2.4
and MITRE ATLAS [AML.T0105, escape to host](https://atlas.mitre.org/techniques/AML.T0105).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding, Fix
from hullmark.model.terms import ORDINARY, Severity
from hullmark.model.truth import flag
from hullmark.model.workload import PodSet
from hullmark.text.edit import put


@check(PodSet, severity=Severity.HIGH, roles=ORDINARY, compose="set shm_size instead, for memory of its own")
def host_ipc(podset: PodSet, arch: Architecture) -> Iterator[Finding]:
    if flag(podset.node.value, "hostIPC") is True:
        edits = put(podset.node, ("hostIPC",), value=False)
        yield Finding(
            f"pods of '{podset.workload.name}' share the memory segments of their node",
            podset.at("hostIPC"),
            fix=Fix.of("use memory of its own (mount a memory-backed emptyDir at /dev/shm as well)", edits),
            label="shares memory with the node and its other pods",
        )
