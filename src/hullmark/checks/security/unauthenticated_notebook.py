"""Notebook asks for no token.

Access to a Jupyter server is access to a shell: with the data, the credentials and the accelerators of the pod. Without a
token, or with one that everybody knows, whoever reaches the port has it.

Jupyter makes a random token by itself; it is a finding when the token is set to nothing (and no password takes its place)
or to a well-known word. An empty `JUPYTER_TOKEN` is as good as none and does no harm. A published notebook is critical.
Kubeflow sets an empty token on purpose, because its mesh authenticates: that is a medium finding where no such policy is
in the scan.

RStudio in Rocker's images and code-server ask for a password unless they are told not to: `DISABLE_AUTH`, `--auth none`.

With a token, it is still a medium finding to switch off the protection of its users' browsers: `disable_check_xsrf`, or
`allow_origin` with `*`, lets any web page they open act in their name.

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

from hullmark.checks.security._reach import severity
from hullmark.model.architecture import Architecture, Exposure
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.files import files
from hullmark.model.finding import Finding
from hullmark.model.release import chosen
from hullmark.model.terms import Severity
from hullmark.text.regex import regex
from hullmark.text.source import Place

_APPS = ("NotebookApp", "ServerApp", "IdentityProvider", "LabApp")
_TOKENS = tuple(f"--{app}.token" for app in _APPS)
_PASSWORDS = (
    *(f"--{app}.password" for app in _APPS),
    "--PasswordIdentityProvider.hashed_password",
    "--PasswordIdentityProvider.password",
)
_UNCHECKED = tuple(f"--{app}.disable_check_xsrf" for app in _APPS)
_ORIGINS = tuple(f"--{app}.allow_origin" for app in _APPS)
_WEAK = frozenset({"jupyter", "password", "huggingface", "token", "admin", "secret", "123456", "test"})
_IN_CODE = regex(
    r"^[ \t]*c\.(?:ServerApp|NotebookApp|IdentityProvider)\.token\s*=\s*(?:''|\"\")(?!['\"])", re.MULTILINE
)
_PASSWORD_IN_CODE = regex(r"^[ \t]*c\.\w+\.(?:hashed_)?password\s*=\s*u?['\"][^'\"]", re.MULTILINE)


@check(
    Container,
    severity=Severity.HIGH,
    containers=("app", "sidecar"),
    compose="let Jupyter make the token, or give one by a variable from outside of the repository",
)
def unauthenticated_notebook(container: Container, arch: Architecture) -> Iterator[Finding]:
    if container.workload.resource.release is not None:
        yield from chosen("unauthenticated-notebook", container.workload, arch, container.podset.name)
    token, shut_off = _token(container, arch), _shut_off(container)
    unguarded = _unguarded(container)
    if token is None and unguarded is None and shut_off is None:
        return
    exposure = arch.exposure(container.workload)
    if exposure.authenticated or not exposure.reached:
        return
    if shut_off is not None:
        yield Finding(
            f"notebook '{container.workload.name}' asks for no password",
            shut_off,
            severity=severity(exposure),
            related=tuple((hop.place, hop.text) for hop in exposure.path),
            advice="drop the option, and read the password from a Secret",
        )
    elif token is not None and token[0].lower() in ("", *_WEAK) and not _password(container, arch):
        yield _open(container, token, exposure)
    elif unguarded is not None:
        yield Finding(
            f"notebook '{container.workload.name}' lets any web page act in its users' names",
            unguarded,
            severity=Severity.MEDIUM,
            related=tuple((hop.place, hop.text) for hop in exposure.path),
            advice="drop the option, or name the origins that may",
        )


def _open(container: Container, token: tuple[str, Place], exposure: Exposure) -> Finding:
    name = container.workload.name
    kubeflow = container.workload.ref.group == "kubeflow.org"
    return Finding(
        f"notebook '{name}' takes a token that everybody knows" if token[0] else f"notebook '{name}' asks for no token",
        token[1],
        severity=severity(exposure) or (Severity.MEDIUM if kubeflow else None),
        related=tuple((hop.place, hop.text) for hop in exposure.path),
        advice="let Jupyter make the token, or read it from a Secret",
    )


def _token(container: Container, arch: Architecture) -> tuple[str, Place] | None:
    """The token that is set, and where; None when Jupyter makes one or it is not known.

    An empty ``JUPYTER_TOKEN`` is passed over, as Jupyter does (jupyter_server/auth/identity.py).
    """
    given = container.argv.flag(*_TOKENS)
    if given is not None:
        return given.strip("'\" "), container.argv.place(*_TOKENS)
    variable = container.environment.get("JUPYTER_TOKEN")
    if variable is not None and variable.value and variable.value.strip("'\" "):
        return variable.value.strip("'\" "), variable.node.at()
    if container.argv.script and _IN_CODE.search(container.argv.script):
        return "", container.at("args" if container.node.get("args") is not None else "command")
    for file in files(container, arch):
        if file.path.endswith(".py") and _IN_CODE.search(file.text.value):
            return "", file.text.at()
    return None


def _shut_off(container: Container) -> Place | None:
    """Where RStudio or code-server is told to let everybody in."""
    if container.engine == "rstudio" and (container.env("DISABLE_AUTH") or "").lower() == "true":
        return container.environment["DISABLE_AUTH"].node.at()
    if container.engine == "code-server" and container.argv.flag("--auth") == "none":
        return container.argv.place("--auth")
    return None


def _password(container: Container, arch: Architecture) -> bool:
    given = (container.argv.flag(*_PASSWORDS) or "").strip("'\" ")
    texts = [container.argv.script, *(f.text.value for f in files(container, arch))]
    return bool(given) or any(_PASSWORD_IN_CODE.search(text) for text in texts)


def _unguarded(container: Container) -> Place | None:
    """Where the protection of browsers is switched off."""
    if (container.argv.flag(*_UNCHECKED) or "").strip("'\"").lower() in ("true", "1"):
        return container.argv.place(*_UNCHECKED)
    if (container.argv.flag(*_ORIGINS) or "").strip("'\"") == "*":
        return container.argv.place(*_ORIGINS)
    return None
