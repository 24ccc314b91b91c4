"""MLflow server asks nobody who he is.

The tracking server hands out every run, parameter and model, and lets everyone who reaches it register another version of
the model that is deployed next. It has a sign-in, but only when it is asked for.

It is a finding when `mlflow server` or `mlflow ui` runs without `--app-name` on an address others reach, and nothing in
front authenticates. Without `--host` it listens on the pod's own loopback.

Two things are medium. The sign-in starts with an administrator whose password stands in the manual, unless
`MLFLOW_AUTH_CONFIG_PATH` names a file with another. And since 3.5 the server refuses hosts and origins it does not know,
which protects its users' browsers: `--allowed-hosts "*"`, `--cors-allowed-origins "*"` and
`--disable-security-middleware` (or their variables) switch that off.

To fix it, start it with `--app-name basic-auth` and a first password of your own, or put a proxy such as oauth2-proxy in
front; name the hosts and origins you use.

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
          env:
            - name: MLFLOW_AUTH_CONFIG_PATH
              value: /etc/mlflow/basic_auth.ini
          volumeMounts:
            - {name: auth, mountPath: /etc/mlflow, readOnly: true}
      volumes:
        - name: auth
          secret: {secretName: mlflow-auth}
```

See MLflow's [authentication](https://mlflow.org/docs/3.5.0/self-hosting/security/basic-http-auth) and [network
protection](https://mlflow.org/docs/latest/self-hosting/security/network), and MITRE ATLAS
[AML.T0035](https://atlas.mitre.org/techniques/AML.T0035).
"""

from collections.abc import Iterator

from hullmark.checks.security._reach import severity
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.finding import Finding
from hullmark.model.release import chosen
from hullmark.model.terms import Confidence, Severity
from hullmark.model.truth import Undecided

_LOOPBACK = ("", "127.0.0.1", "localhost", "::1")
_ANYONE = {
    "--allowed-hosts": "MLFLOW_SERVER_ALLOWED_HOSTS",
    "--cors-allowed-origins": "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS",
}
_DISABLED = ("--disable-security-middleware", "MLFLOW_SERVER_DISABLE_SECURITY_MIDDLEWARE")


@check(Container, severity=Severity.HIGH, engines=["mlflow"], containers=("app", "sidecar"), compose="")
def unauthenticated_mlflow(container: Container, arch: Architecture) -> Iterator[Finding]:
    if container.workload.resource.release is not None:
        yield from chosen("unauthenticated-mlflow", container.workload, arch, container.podset.name)
        return
    words = container.argv.words
    action = next((w for w in words if w in ("server", "ui")), "")
    if container.argv.launcher != "mlflow" or not action:
        return
    if (container.argv.flag("--host", "-h") or container.env("MLFLOW_HOST") or "") in _LOOPBACK:
        return
    exposure = arch.exposure(container.workload)
    if not exposure.reached:
        return
    yield from _unguarded(container)
    if exposure.authenticated:
        return
    if container.argv.flag("--app-name"):
        yield from _first_password(container)
        return
    if exposure.unknown:
        raise Undecided(exposure.unknown)
    yield Finding(
        f"'{container.workload.name}' serves every run and model without a sign-in",
        container.argv.word_place(action),
        severity=severity(exposure),
        related=tuple((hop.place, hop.text) for hop in exposure.path),
        advice="start it with --app-name basic-auth, or put a proxy that authenticates in front",
    )


def _unguarded(container: Container) -> Iterator[Finding]:
    """What lets web pages of others use the server through its users' browsers."""
    place = None
    for flag, variable in _ANYONE.items():
        if (container.argv.flag(flag) or "").strip("'\"") == "*":
            place = container.argv.place(flag)
        elif container.env(variable) == "*":
            place = container.environment[variable].node.at()
    if container.argv.has(_DISABLED[0]):
        place = container.argv.place(_DISABLED[0])
    elif (container.env(_DISABLED[1]) or "").lower() in ("true", "1"):
        place = container.environment[_DISABLED[1]].node.at()
    if place is not None:
        yield Finding(
            f"'{container.workload.name}' answers any host and any web page",
            place,
            severity=Severity.MEDIUM,
            advice="name the hosts and origins that may use it",
        )


def _first_password(container: Container) -> Iterator[Finding]:
    if container.argv.flag("--app-name") != "basic-auth" or "MLFLOW_AUTH_CONFIG_PATH" in container.environment:
        return
    if not container.environment_known:
        raise Undecided("part of the environment is not in the scan")
    yield Finding(
        f"'{container.workload.name}' starts with the administrator's password of the manual",
        container.argv.place("--app-name"),
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        advice="name a file with a first password of your own in MLFLOW_AUTH_CONFIG_PATH",
    )
