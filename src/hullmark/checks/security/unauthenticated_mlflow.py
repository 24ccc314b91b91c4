"""MLflow server asks nobody who he is.

The tracking server hands out every run, parameter and model, and lets everyone who reaches it register another version of
the model that is deployed next. It has a sign-in, but only when it is asked for.

It is a finding when `mlflow server` or `mlflow ui` runs without `--app-name` on an address others reach, and nothing in
front authenticates. Without `--host` it listens on the pod's own loopback.

To fix it, start it with `--app-name basic-auth` and a first password of your own, or put a proxy such as oauth2-proxy in
front.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: mlflow
spec:
  selector:
    matchLabels: {app: mlflow}
  template:
    metadata:
      labels: {app: mlflow}
    spec:
      containers:
        - name: mlflow
          image: ghcr.io/mlflow/mlflow:v3.5.0
          command:
            - mlflow
            - server  # finding: 'mlflow' serves every run and model without a sign-in
            - --host=0.0.0.0
```

```yaml good
apiVersion: apps/v1
kind: Deployment
metadata:
  name: mlflow
spec:
  selector:
    matchLabels: {app: mlflow}
  template:
    metadata:
      labels: {app: mlflow}
    spec:
      containers:
        - name: mlflow
          image: ghcr.io/mlflow/mlflow:v3.5.0
          command:
            - mlflow
            - server
            - --host=0.0.0.0
            - --app-name=basic-auth
```

See MLflow's [authentication](https://mlflow.org/docs/latest/self-hosting/security/basic-http-auth) and MITRE ATLAS
[AML.T0035](https://atlas.mitre.org/techniques/AML.T0035).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.finding import Finding
from hullmark.model.terms import Reach, Severity
from hullmark.model.truth import Undecided

_LOOPBACK = ("", "127.0.0.1", "localhost")
_SEVERITIES = {Reach.PUBLIC: Severity.CRITICAL, Reach.ISOLATED: Severity.MEDIUM}


@check(Container, severity=Severity.HIGH, engines=["mlflow"], containers=("app", "sidecar"))
def unauthenticated_mlflow(container: Container, arch: Architecture) -> Iterator[Finding]:
    words = container.argv.words
    action = next((w for w in words if w in ("server", "ui")), "")
    if container.argv.launcher != "mlflow" or not action or container.argv.flag("--app-name"):
        return
    if (container.argv.flag("--host", "-h") or container.env("MLFLOW_HOST") or "") in _LOOPBACK:
        return
    exposure = arch.exposure(container.workload)
    if exposure.authenticated or exposure.reach is Reach.LOOPBACK:
        return
    if exposure.unknown:
        raise Undecided(exposure.unknown)
    yield Finding(
        f"'{container.workload.name}' serves every run and model without a sign-in",
        container.argv.word_place(action),
        severity=_SEVERITIES.get(exposure.reach),
        related=tuple((hop.place, hop.text) for hop in exposure.path),
        advice="start it with --app-name basic-auth, or put a proxy that authenticates in front",
    )
