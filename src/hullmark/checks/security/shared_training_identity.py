"""A model server runs as the same identity as a training job.

Training runs arbitrary code over data and packages from elsewhere. Whoever gets hold of it holds all that its identity may do; if that is also the identity of the model server, it
may replace what serves, and a captured model server may change the next training. Two identities keep the two apart.

Identities are ServiceAccounts that may do something (RBAC rules, or roles that are not in the scan) and whose token the pods mount, and cloud identities: AWS roles, Google service
accounts and Azure clients that accounts carry, also when two accounts carry the same one. An account that nothing is granted to is no power to share and not reported. Where an
account that is named for both is not in the scan, nobody can know what it may do.

To fix it, give each its own ServiceAccount and its own cloud role, and let only the step that promotes a model write where models are served from.

```yaml bad
apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata: {name: tune, namespace: ml}
spec:
  pytorchReplicaSpecs:
    Master:
      template:
        spec:
          serviceAccountName: models
          containers: [{name: pytorch, image: ml/tune, command: [torchrun, train.py]}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: chat, namespace: ml}
spec:
  selector: {matchLabels: {app: chat}}
  template:
    metadata: {labels: {app: chat}}
    spec:
      serviceAccountName: models  # finding: 'chat' serves and 'tune' trains as one identity, AWS role 'arn:aws:iam::111122223333:role/models'
      containers: [{name: vllm, image: 'vllm/vllm-openai:v0.11.0'}]
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: models
  namespace: ml
  annotations:
    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/models
```

```yaml good
apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata: {name: tune, namespace: ml}
spec:
  pytorchReplicaSpecs:
    Master:
      template:
        spec:
          serviceAccountName: tune
          containers: [{name: pytorch, image: ml/tune, command: [torchrun, train.py]}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: chat, namespace: ml}
spec:
  selector: {matchLabels: {app: chat}}
  template:
    metadata: {labels: {app: chat}}
    spec:
      serviceAccountName: chat
      containers: [{name: vllm, image: 'vllm/vllm-openai:v0.11.0'}]
```

```yaml unknown
apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata: {name: tune, namespace: ml}
spec:
  pytorchReplicaSpecs:
    Master:
      template:
        spec:
          serviceAccountName: models
          containers: [{name: pytorch, image: ml/tune, command: [torchrun, train.py]}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: chat, namespace: ml}  # unknown: what service account 'models' may do, as which 'tune' trains too, is not in the scan
spec:
  selector: {matchLabels: {app: chat}}
  template:
    metadata: {labels: {app: chat}}
    spec:
      serviceAccountName: models
      containers: [{name: vllm, image: 'vllm/vllm-openai:v0.11.0'}]
```

See MITRE ATLAS [AML.M0005, control access to AI models and data at rest](https://atlas.mitre.org/mitigations/AML.M0005), [AML.T0018, manipulate AI
model](https://atlas.mitre.org/techniques/AML.T0018) and [Service accounts](https://kubernetes.io/docs/concepts/security/service-accounts/).
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.component import Component, EdgeKind
from hullmark.model.finding import Finding
from hullmark.model.terms import SERVING, TRAINERS, Severity
from hullmark.model.truth import Undecided, is_placeholder
from hullmark.model.workload import PodSet, Workload


@check(Workload, severity=Severity.HIGH, roles=SERVING)
def shared_training_identity(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    trainers = {} if workload.template or not _in_common(arch) else _trainers(arch)
    unknown = ""
    for podset in workload.podsets if trainers else ():
        for identity in _identities(podset, arch):
            trainer = trainers.get(identity.id)
            if trainer is None or trainer.workload is workload:
                continue
            name = f"{_title(identity)} '{identity.label}'"
            powerful = _powerful(identity, arch)
            if powerful:
                yield Finding(
                    f"'{workload.name}' serves and '{trainer.workload.name}' trains as one identity, {name}",
                    podset.at("serviceAccountName"),
                    related=((trainer.at("serviceAccountName"), "the training that runs as it"),),
                    advice="give each a ServiceAccount and a cloud role of its own",
                )
                return
            if powerful is None:
                unknown = f"what {name} may do, as which '{trainer.workload.name}' trains too, is not in the scan"
    if unknown:
        raise Undecided(unknown)


@lru_cache(maxsize=1)
def _in_common(arch: Architecture) -> bool:
    """Whether training and serving may share an identity at all: most scans need no graph to tell."""
    serving, training = (
        {
            mark
            for w in arch.workloads
            if w.role in roles and not w.template
            for p in w.podsets
            for mark in _marks(p, arch)
        }
        for roles in (SERVING, TRAINERS)
    )
    return not serving.isdisjoint(training)


def _marks(podset: PodSet, arch: Architecture) -> Iterator[str]:
    """What two pod sets of one identity have in common, whatever namespace they are in."""
    identity = arch.around(podset).identity
    yield from (cloud.rpartition(" ")[2] for cloud in identity.cloud)
    if role := podset.annotations.get("iam.amazonaws.com/role"):
        yield role
    if identity.grants or identity.name != "default":
        yield identity.name


@lru_cache(maxsize=1)
def _trainers(arch: Architecture) -> Mapping[str, PodSet]:
    """The first training pods of each identity."""
    found: dict[str, PodSet] = {}
    for workload in arch.workloads:
        if workload.role in TRAINERS and not workload.template:
            for podset in workload.podsets:
                for identity in _identities(podset, arch):
                    found.setdefault(identity.id, podset)
    return found


def _identities(podset: PodSet, arch: Architecture) -> Iterator[Component]:
    """The cloud identities that pods and their account carry, and the account itself where they hold its token."""
    own = arch.wiring.of(podset)
    for edge in arch.wiring.out(own.id, EdgeKind.RUNS_AS) if own is not None else ():
        identity = arch.wiring.by_id[edge.target]
        carried = (arch.wiring.by_id[e.target] for e in arch.wiring.out(identity.id, EdgeKind.RUNS_AS))
        yield from (c for c in carried if not is_placeholder(c.label))
        if edge.certain and edge.facts.get("token") != "not mounted" and not is_placeholder(identity.label):
            yield identity


def _powerful(identity: Component, arch: Architecture) -> bool | None:
    """Whether an identity may do anything: a cloud identity is there for that. None if that cannot be seen."""
    if _title(identity) != _ACCOUNT:
        return True
    powers = arch.wiring.powers.get(identity.id, ())
    if any(not power.unknown for power in powers):
        return True
    return None if powers or not (identity.declared or identity.label == "default") else False


_ACCOUNT = "service account"


def _title(identity: Component) -> str:
    kind = identity.facts.get("kind", "")
    return _ACCOUNT if kind == "ServiceAccount" else kind
