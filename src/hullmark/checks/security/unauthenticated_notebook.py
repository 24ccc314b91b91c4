"""Notebook server asks for no password.

Access to a notebook is access to run code, with the identity of the pod, its data and its accelerators. An empty token or password gives it to whoever reaches the port; disabled
cross-site checks give it to any page that its user opens.

A Kubeflow Notebook runs with an empty token by design, since the mesh authenticates: there it is of lower severity. A proxy that authenticates in front counts.

To fix it, drop the flags and keep the generated token, or put an OIDC proxy in front and let only that proxy connect.

```yaml bad
apiVersion: v1
kind: Pod
metadata:
  name: notebook
spec:
  containers:
    - name: jupyter
      image: quay.io/jupyter/pytorch-notebook:2025-06-30
      args:
        - start-notebook.py
        - --ServerApp.token=''  # finding: notebook 'notebook' lets anyone in without a token
```

```yaml good
apiVersion: v1
kind: Pod
metadata:
  name: notebook
spec:
  containers:
    - name: jupyter
      image: quay.io/jupyter/pytorch-notebook:2025-06-30
      args:
        - start-notebook.py
        - --ServerApp.root_dir=/work
```

See [Jupyter Server: security](https://jupyter-server.readthedocs.io/en/latest/operators/security.html).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import LONG_RUNNING, check
from hullmark.model.container import Container
from hullmark.model.finding import Finding
from hullmark.model.terms import Reach, Role, Severity

_TOKENS = tuple(f"--{app}.token" for app in ("ServerApp", "NotebookApp", "IdentityProvider", "LabApp"))
_PASSWORDS = tuple(
    f"--{app}.password" for app in ("ServerApp", "NotebookApp", "PasswordIdentityProvider.hashed_password")
)
_WEAK = frozenset({"jupyter", "password", "huggingface", "notebook", "token", "secret"})


@check(Container, severity=Severity.HIGH, roles=(Role.NOTEBOOK,), containers=LONG_RUNNING)
def unauthenticated_notebook(container: Container, arch: Architecture) -> Iterator[Finding]:
    workload = container.workload
    exposure = arch.exposure(workload)
    if exposure.authenticated:
        return
    fronted = workload.ref.kind == "Notebook"
    severity = Severity.MEDIUM if fronted else Severity.CRITICAL if exposure.reach is Reach.PUBLIC else None
    token = container.argv.flag(*_TOKENS)
    password = (container.argv.flag(*_PASSWORDS) or "").strip("'\"")
    if token is not None and not token.strip("'\"") and not password:
        place = container.argv.place(*_TOKENS)
        yield Finding(f"notebook '{workload.name}' lets anyone in without a token", place, severity=severity)
    elif token is not None and token.strip("'\"").lower() in _WEAK:
        place = container.argv.place(*_TOKENS)
        yield Finding(
            f"notebook '{workload.name}' has a token that anyone would guess", place, severity=severity, secret=True
        )
    elif token is None and container.env("JUPYTER_TOKEN") == "":
        place = container.environment["JUPYTER_TOKEN"].node.at()
        yield Finding(f"notebook '{workload.name}' lets anyone in without a token", place, severity=severity)
    if container.argv.flag("--ServerApp.disable_check_xsrf", "--NotebookApp.disable_check_xsrf") in ("True", "true"):
        place = container.argv.place("--ServerApp.disable_check_xsrf", "--NotebookApp.disable_check_xsrf")
        yield Finding(f"notebook '{workload.name}' takes requests from any web page", place, severity=severity)
