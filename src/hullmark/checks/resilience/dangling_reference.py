"""Pods refer to a ConfigMap, Secret, volume claim or service account that is not there.

Kubernetes accepts such a pod and then cannot start it: it stays in `CreateContainerConfigError` or `ContainerCreating`, or is never even created, until
someone looks. After a rollout that is an outage that no manifest shows.

What a scan does not hold may be in the cluster all the same: Secrets are rarely kept in Git, and other teams own other objects. So an absent object is
*unknown*, unless `--complete` says that the scan holds everything that is deployed. What is known either way is an object that is in the scan without the
key that is asked of it. References marked `optional` are not reported, nor is what another object in the scan makes (an ExternalSecret, a Certificate…).

To fix it, correct the name or the key, add the object, or mark the reference `optional` if the program can do without.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
  namespace: ml
spec:
  selector:
    matchLabels: {app: chat}
  template:
    metadata:
      labels: {app: chat}
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
          env:
            - name: VLLM_LOGGING_LEVEL
              valueFrom:
                configMapKeyRef:
                  name: chat-settings
                  key: log-level  # finding: ConfigMap 'chat-settings' has no key 'log-level'
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: chat-settings
  namespace: ml
data:
  loglevel: INFO
```

```yaml good
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
  namespace: ml
spec:
  selector:
    matchLabels: {app: chat}
  template:
    metadata:
      labels: {app: chat}
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
          env:
            - name: VLLM_LOGGING_LEVEL
              valueFrom:
                configMapKeyRef:
                  name: chat-settings
                  key: loglevel
            - name: HF_TOKEN
              valueFrom:
                secretKeyRef:
                  name: hub
                  key: token
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: chat-settings
  namespace: ml
data:
  loglevel: INFO
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: hub-token
  namespace: ml
spec:
  target:
    name: hub
```

```yaml unknown
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
  namespace: ml
spec:
  selector:
    matchLabels: {app: chat}
  template:
    metadata:
      labels: {app: chat}
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
          envFrom:
            - secretRef:
                name: hub
```

See [ConfigMaps](https://kubernetes.io/docs/concepts/configuration/configmap/#using-configmaps),
[Secrets](https://kubernetes.io/docs/concepts/configuration/secret/#restriction-secret-must-exist) and
[configure service accounts](https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/).
"""

from collections.abc import Iterator
from typing import NamedTuple

from hullmark.checks.resilience._made import GIVEN, maker, operators
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.references import references
from hullmark.model.resource import Resource
from hullmark.model.terms import Severity
from hullmark.model.truth import Undecided, string
from hullmark.model.workload import PodSet
from hullmark.text.source import Place
from hullmark.text.tree import mapping

ELSEWHERE = "what it refers to is not in the scan and may be elsewhere; --complete says that everything is here"


class _Mention(NamedTuple):
    kind: str
    name: str
    place: Place
    found: Resource | None
    key: str = ""
    key_place: Place | None = None


@check(PodSet, severity=Severity.HIGH)
def dangling_reference(podset: PodSet, arch: Architecture) -> Iterator[Finding]:
    open_names = False
    seen: set[tuple[str, str, str]] = set()
    for mention in _mentions(podset, arch):
        if (mention.kind, mention.name, mention.key) in seen:
            continue
        seen.add((mention.kind, mention.name, mention.key))
        if mention.found is not None:
            if mention.key and not _holds(mention.found, mention.key):
                yield Finding(
                    f"{mention.kind} '{mention.name}' has no key '{mention.key}'",
                    mention.key_place or mention.place,
                    label="no such key",
                    related=((mention.found.place, f"the {mention.kind}"),),
                )
        elif (mention.kind, mention.name) not in GIVEN and not _made(mention, podset, arch):
            if not arch.complete or operators(arch):
                open_names = True
                continue
            yield Finding(
                f"{mention.kind} '{mention.name}' is not there",
                mention.place,
                label="nothing in this complete scan is called so",
                related=tuple(
                    (other.place, f"one of this name is in namespace '{other.ref.namespace}'")
                    for other in arch.by_name.get((mention.kind, mention.name), ())[:1]
                ),
            )
    if open_names:
        raise Undecided(ELSEWHERE)


def _made(mention: _Mention, podset: PodSet, arch: Architecture) -> bool:
    return "{{" in mention.name or maker(arch, mention.kind, podset.workload.namespace, mention.name) is not None


def _mentions(podset: PodSet, arch: Architecture) -> Iterator[_Mention]:
    for reference in references(arch, podset):
        if not reference.optional:
            yield _Mention(
                reference.kind,
                reference.name,
                reference.place,
                reference.found,
                reference.key,
                reference.key_place,
            )
    links = arch.around(podset)
    for name, volume in podset.volumes.items():
        wanted = string(volume.value, "persistentVolumeClaim", "claimName")
        if wanted and (claim := links.claims.get(name)) is not None and not claim.made:
            place = volume.at("persistentVolumeClaim", "claimName")
            yield _Mention("PersistentVolumeClaim", wanted, place, claim.claim)
    if links.identity.name != "default":
        field = "serviceAccountName" if string(podset.node.value, "serviceAccountName") else "serviceAccount"
        if string(podset.node.value, field):
            yield _Mention("ServiceAccount", links.identity.name, podset.at(field), links.identity.account)


def _holds(resource: Resource, key: str) -> bool:
    """Whether a ConfigMap or Secret has a key; one that another program fills in may have any."""
    value = resource.node.value
    fields = [mapping(value, field) for field in ("data", "stringData", "binaryData")]
    return not any(fields) or any(key in field for field in fields)
