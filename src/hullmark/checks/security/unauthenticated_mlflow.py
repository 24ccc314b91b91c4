"""MLflow lets anyone read and change experiments and models.

The tracking server has no login unless its auth app is switched on. Whoever reaches it lists every run with its parameters and artefacts, and can register another model under a
name that serving trusts.

A server with `--app-name basic-auth` (or an OIDC app), or behind something that authenticates, is not reported. Pods that merely use MLflow are not servers.

To fix it, start it with `--app-name basic-auth` and a password of your own, or put an authenticating proxy in front.

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
        - name: mlflow  # finding: MLflow server 'mlflow' has no login
          image: ghcr.io/mlflow/mlflow:v3.4.0
          command: [mlflow, server, --host, 0.0.0.0]
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
          image: ghcr.io/mlflow/mlflow:v3.4.0
          command: [mlflow, server, --host, 0.0.0.0, --app-name, basic-auth]
```

See [MLflow: authentication](https://mlflow.org/docs/latest/self-hosting/security/basic-http-auth/).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.finding import Finding
from hullmark.model.terms import Reach, Role, Severity


@check(
    Container,
    severity=Severity.HIGH,
    roles=(Role.EXPERIMENT_TRACKING, Role.MODEL_REGISTRY),
    engines=("mlflow",),
    containers=("app",),
)
def unauthenticated_mlflow(container: Container, arch: Architecture) -> Iterator[Finding]:
    workload = container.workload
    exposure = arch.exposure(workload)
    if exposure.authenticated or container.argv.flag("--app-name") is not None:
        return
    yield Finding(
        f"MLflow server '{workload.name}' has no login",
        container.node.at(),
        severity=Severity.CRITICAL if exposure.reach is Reach.PUBLIC else None,
        advice="start it with --app-name basic-auth, or put an authenticating proxy in front",
    )
