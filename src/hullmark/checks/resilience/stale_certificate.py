"""A renewed certificate never reaches the pods that use it.

cert-manager renews a certificate by writing a new one into its Secret. A volume of that Secret follows within a minute or two, but a file mounted by `subPath`, and a value in an
environment variable, stays what it was when the container started. The day the old certificate ends, all pods that have run since before the renewal stop at once.

Asked are pods whose Secret is that of a `Certificate` of cert-manager in the scan. Pods that something restarts when their Secret changes are fine: the annotations of
Stakater's Reloader count. A program also has to read the file anew, which no manifest tells.

To see it happen: `hullmark simulate PATH --scenario certificate`.

To fix it, mount the volume as a directory, or have the pods restarted after each renewal.

```yaml bad
apiVersion: cert-manager.io/v1
kind: Certificate
metadata:
  name: gateway
  namespace: ml
spec:
  secretName: gateway-tls
  issuerRef: {name: ca}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: gateway
  namespace: ml
spec:
  selector:
    matchLabels: {app: gateway}
  template:
    metadata:
      labels: {app: gateway}
    spec:
      containers:
        - name: main
          image: ghcr.io/berriai/litellm:v1.77.0
          volumeMounts:
            - name: tls
              mountPath: /app/tls.crt
              subPath: tls.crt  # finding: 'gateway' keeps the certificate 'gateway' it started with: a file mounted by subPath is not renewed
      volumes:
        - name: tls
          secret: {secretName: gateway-tls}
```

```yaml good
apiVersion: cert-manager.io/v1
kind: Certificate
metadata:
  name: gateway
  namespace: ml
spec:
  secretName: gateway-tls
  issuerRef: {name: ca}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: gateway
  namespace: ml
spec:
  selector:
    matchLabels: {app: gateway}
  template:
    metadata:
      labels: {app: gateway}
    spec:
      containers:
        - name: main
          image: ghcr.io/berriai/litellm:v1.77.0
          volumeMounts:
            - name: tls
              mountPath: /tls
      volumes:
        - name: tls
          secret: {secretName: gateway-tls}
```

See [Secrets: using Secrets as files from a Pod](https://kubernetes.io/docs/concepts/configuration/secret/#using-secrets-as-files-from-a-pod) and
[cert-manager: renewal](https://cert-manager.io/docs/usage/certificate/).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.resource import strings
from hullmark.model.terms import Severity
from hullmark.model.workload import PodSet
from hullmark.text.source import Place
from hullmark.text.tree import dig

_RELOADER = "reloader.stakater.com/"
"""What annotations of https://github.com/stakater/Reloader begin with, which restarts pods when a Secret changes."""


@check(PodSet, severity=Severity.MEDIUM)
def stale_certificate(podset: PodSet, arch: Architecture) -> Iterator[Finding]:
    workload = podset.workload
    if workload.lifetime == "task" or _restarted(podset):
        return
    secrets = {
        secret: c.ref.name
        for c in arch.within("Certificate", workload.namespace)
        if c.ref.group == "cert-manager.io" and isinstance(secret := c.node.get("spec", "secretName"), str)
    }
    if not secrets:
        return
    for secret, how, place in _kept(podset):
        if secret in secrets:
            text = f"'{workload.name}' keeps the certificate '{secrets[secret]}' it started with: {how} is not renewed"
            yield Finding(text, place, advice="mount the volume as a directory")


def _kept(podset: PodSet) -> Iterator[tuple[str, str, Place]]:
    """The Secrets whose values a container holds as they were at its start, how, and where that is said."""
    for container in podset.containers:
        for mount in container.mounts:
            secret = None if mount.volume is None else dig(mount.volume.value, "secret", "secretName")
            if isinstance(secret, str) and mount.node.get("subPath"):
                yield secret, "a file mounted by subPath", mount.node.at("subPath")
        for entry in container.node.children("env"):
            secret = entry.get("valueFrom", "secretKeyRef", "name")
            if isinstance(secret, str) and container.long_running:
                yield secret, "a variable", entry.at("valueFrom", "secretKeyRef", "name")


def _restarted(podset: PodSet) -> bool:
    """Whether annotations have its pods restarted when a Secret changes."""
    resource = podset.workload.resource.node
    keys = [
        *strings(resource.get("metadata", "annotations")),
        *strings(resource.get("spec", "template", "metadata", "annotations")),
    ]
    return any(_RELOADER in key for key in keys)
