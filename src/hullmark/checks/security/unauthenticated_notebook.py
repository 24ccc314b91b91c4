"""Notebook asks for no token.

Access to a Jupyter server is access to a shell: with the data, the credentials and the accelerators of the pod. Without a
token, or with one that everybody knows, whoever reaches the port has it.

Jupyter makes a random token by itself; it is a finding when the token is set to nothing (and no password takes its place)
or to a well-known word. A published notebook is critical. Kubeflow sets an empty token on purpose, because its mesh
authenticates: that is a medium finding where no such policy is in the scan.

To fix it, delete the option, or read the token from a Secret.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: lab
spec:
  selector:
    matchLabels: {app: lab}
  template:
    metadata:
      labels: {app: lab}
    spec:
      containers:
        - name: notebook
          image: quay.io/jupyter/scipy-notebook:2025-10-20
          args: [start-notebook.py, "--ServerApp.token=''"]  # finding: notebook 'lab' asks for no token
```

```yaml good
apiVersion: apps/v1
kind: Deployment
metadata:
  name: lab
spec:
  selector:
    matchLabels: {app: lab}
  template:
    metadata:
      labels: {app: lab}
    spec:
      containers:
        - name: notebook
          image: quay.io/jupyter/scipy-notebook:2025-10-20
          args: [start-notebook.py]
```

See Jupyter Server's [security guide](https://jupyter-server.readthedocs.io/en/latest/operators/security.html) and MITRE
ATLAS [AML.T0049](https://atlas.mitre.org/techniques/AML.T0049).
"""

import re
from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.finding import Finding
from hullmark.model.terms import Reach, Severity
from hullmark.text.source import Place

_APPS = ("NotebookApp", "ServerApp", "IdentityProvider", "LabApp")
_TOKENS = tuple(f"--{app}.token" for app in _APPS)
_PASSWORDS = (*(f"--{app}.password" for app in _APPS), "--PasswordIdentityProvider.hashed_password")
_WEAK = frozenset({"jupyter", "password", "huggingface", "token", "admin", "secret", "123456", "test"})
_IN_SCRIPT = re.compile(r"c\.(?:ServerApp|NotebookApp|IdentityProvider)\.token\s*=\s*(?:''|\"\")(?!['\"])")


@check(Container, severity=Severity.HIGH, containers=("app", "sidecar"))
def unauthenticated_notebook(container: Container, arch: Architecture) -> Iterator[Finding]:
    token = _token(container)
    if token is None or token[0].lower() not in ("", *_WEAK) or _password(container):
        return
    exposure = arch.exposure(container.workload)
    if exposure.authenticated or exposure.reach is Reach.LOOPBACK:
        return
    name = container.workload.name
    kubeflow = container.workload.ref.group == "kubeflow.org"
    yield Finding(
        f"notebook '{name}' takes a token that everybody knows" if token[0] else f"notebook '{name}' asks for no token",
        token[1],
        severity=Severity.CRITICAL if exposure.reach is Reach.PUBLIC else Severity.MEDIUM if kubeflow else None,
        related=tuple((hop.place, hop.text) for hop in exposure.path),
        advice="let Jupyter make the token, or read it from a Secret",
    )


def _token(container: Container) -> tuple[str, Place] | None:
    """The token that is set, and where; None when Jupyter makes one or it is not known."""
    given = container.argv.flag(*_TOKENS)
    if given is not None:
        return given.strip("'\" "), container.argv.place(*_TOKENS)
    variable = container.environment.get("JUPYTER_TOKEN")
    if variable is not None and variable.value is not None:
        return variable.value.strip("'\" "), variable.node.at()
    if container.argv.script and _IN_SCRIPT.search(container.argv.script):
        return "", container.at("args" if container.node.get("args") is not None else "command")
    return None


def _password(container: Container) -> str:
    return (container.argv.flag(*_PASSWORDS) or "").strip("'\" ")
