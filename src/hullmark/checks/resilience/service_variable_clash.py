"""Service's name sets a variable that the program reads.

Kubernetes tells every pod about the Services of its namespace by environment variables. One named `vllm` gives `VLLM_PORT` the
value `tcp://10.…:8000`, which vLLM reads as the port for its own processes, and it refuses to start. Because only Services that
exist before the pod are told, it works at first and fails at the next restart.

Meant are variables that a program takes a port from: `VLLM_PORT`, `SGLANG_PORT`, `MASTER_PORT` (Text Generation Inference),
`PROMETHEUS_PORT` (Text Embeddings Inference), `NIM_SERVER_PORT`, `MLSERVER_HTTP_PORT` and `MLSERVER_GRPC_PORT`, `BENTOML_PORT`,
`CHROMA_PORT`, `MLFLOW_PORT`, `JUPYTER_PORT` and `LANGFLOW_PORT`. Where a flag gives the port, the variable is not read. A Service
named `ollama`, `triton` or `ray` breaks nothing, because none of these reads what it sets. A headless Service gives no variables.
Pods that set the variable themselves or have `enableServiceLinks: false` are safe.

It is less certain where releases differ (SGLang, Text Embeddings Inference) and where the image starts a program that takes a
flag. Variables from a ConfigMap that is not in the scan leave the question open.

To fix it, set `enableServiceLinks: false`, or give the Service another name.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
spec:
  selector:
    matchLabels: {app: chat}
  template:
    metadata:
      labels: {app: chat}
    spec:
      containers:  # finding: service 'vllm' sets 'VLLM_PORT' in the pods of 'chat'
        - name: vllm
          image: vllm/vllm-openai:v0.18.0
---
apiVersion: v1
kind: Service
metadata:
  name: vllm
spec:
  selector: {app: chat}
  ports:
    - port: 8000
```

```yaml fixed
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
spec:
  selector:
    matchLabels: {app: chat}
  template:
    metadata:
      labels: {app: chat}
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.18.0
      enableServiceLinks: false
---
apiVersion: v1
kind: Service
metadata:
  name: vllm
spec:
  selector: {app: chat}
  ports:
    - port: 8000
```

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: tracking
spec:
  selector:
    matchLabels: {app: tracking}
  template:
    metadata:
      labels: {app: tracking}
    spec:
      containers:  # finding: service 'mlflow' sets 'MLFLOW_PORT' in the pods of 'tracking'
        - name: mlflow
          image: ghcr.io/mlflow/mlflow:v3.4.0
          command: [mlflow, server, --host, 0.0.0.0]
---
apiVersion: v1
kind: Service
metadata:
  name: mlflow
spec:
  selector: {app: tracking}
  ports:
    - port: 5000
```

```yaml fixed
apiVersion: apps/v1
kind: Deployment
metadata:
  name: tracking
spec:
  selector:
    matchLabels: {app: tracking}
  template:
    metadata:
      labels: {app: tracking}
    spec:
      containers:
        - name: mlflow
          image: ghcr.io/mlflow/mlflow:v3.4.0
          command: [mlflow, server, --host, 0.0.0.0]
      enableServiceLinks: false
---
apiVersion: v1
kind: Service
metadata:
  name: mlflow
spec:
  selector: {app: tracking}
  ports:
    - port: 5000
```

```yaml unknown
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
spec:
  selector:
    matchLabels: {app: chat}
  template:
    metadata:
      labels: {app: chat}
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.18.0
          envFrom:
            - configMapRef: {name: settings}  # unknown: whether 'VLLM_PORT' is set for container 'vllm' is not known
---
apiVersion: v1
kind: Service
metadata:
  name: vllm
spec:
  selector: {app: chat}
  ports:
    - port: 8000
```

See vLLM's [environment variables](https://docs.vllm.ai/en/stable/configuration/env_vars/), NIM's [environment
variables](https://docs.nvidia.com/nim/large-language-models/latest/reference/environment-variables.html), MLflow's
[command line](https://mlflow.org/docs/latest/api_reference/cli.html#mlflow-server) and
[Service: environment variables](https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables).
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.finding import Finding, Fix
from hullmark.model.resource import Resource
from hullmark.model.terms import Confidence, Safety, Severity
from hullmark.model.truth import Undecided, flag, string
from hullmark.model.workload import PodSet
from hullmark.text.edit import put


class _Port(NamedTuple):
    """A variable that a program takes a port from; not where one of these flags is given, nor before this version.

    ``sure`` is false where some releases do not read it, or do not mind what it says.
    """

    variable: str
    flags: tuple[str, ...] = ()
    since: tuple[int, ...] = ()
    sure: bool = True


_PORTS: Mapping[str, tuple[_Port, ...]] = {
    "vllm": (_Port("VLLM_PORT"),),
    "sglang": (_Port("SGLANG_PORT", sure=False),),
    "tgi": (_Port("MASTER_PORT", ("--master-port",)),),
    "tei": (_Port("PROMETHEUS_PORT", ("--prometheus-port",), sure=False),),
    "nim": (_Port("NIM_SERVER_PORT"),),
    "mlserver": (_Port("MLSERVER_HTTP_PORT"), _Port("MLSERVER_GRPC_PORT")),
    "bentoml": (_Port("BENTOML_PORT", ("--port", "-p")),),
    "chroma": (_Port("CHROMA_PORT", since=(1,)),),
    "mlflow": (_Port("MLFLOW_PORT", ("--port", "-p")),),
    "jupyter": (_Port("JUPYTER_PORT", ("--port", "--ServerApp.port")),),
    "langflow": (_Port("LANGFLOW_PORT", ("--port",)),),
}
"""Which programs read which: vLLM ``vllm/envs.py``, SGLang ``get_open_port`` in ``python/sglang/srt/utils``, TGI
``launcher/src/main.rs``, TEI ``router/src/main.rs``, MLServer ``mlserver/settings.py``, BentoML's and MLflow's ``cli_args.py``
and commands, Chroma ``rust/frontend/src/config.rs`` (from 1.0), Jupyter Server ``serverapp.py``, Langflow ``__main__.py``, and
NVIDIA's list for NIM. Ollama's ``envconfig/config.go`` has no port."""

_STARTS = {"mlflow": "mlflow"}
"""Engines whose images do other things as well; only this program reads the variable."""


@check(PodSet, severity=Severity.HIGH, aliases=("vllm-service-variable-clash",))
def service_variable_clash(podset: PodSet, arch: Architecture) -> Iterator[Finding]:
    if flag(podset.node.value, "enableServiceLinks") is False:
        return
    unknown = ""
    told: set[str] = set()
    for container, port in _reads(podset):
        service = _service(port.variable, podset, arch)
        if service is None or port.variable in told or port.variable in container.environment:
            continue
        if not container.environment_known:
            unknown = f"whether '{port.variable}' is set for container '{container.name}' is not known"
            continue
        told.add(port.variable)
        sure = port.sure and (container.argv.words or not port.flags)
        edits = put(podset.node, ("enableServiceLinks",), value=False)
        yield Finding(
            f"service '{service.ref.name}' sets '{port.variable}' in the pods of '{podset.workload.name}'",
            podset.at("enableServiceLinks"),
            fix=Fix.of("set enableServiceLinks to false", edits, Safety.SAFE),
            confidence=None if sure else Confidence.MEDIUM,
            related=((service.place, "the service"),),
            advice="set enableServiceLinks to false, or rename the service",
        )
    if unknown:
        raise Undecided(unknown)


def _reads(podset: PodSet) -> Iterator[tuple[Container, _Port]]:
    for container in podset.containers:
        wanted = _STARTS.get(container.engine)
        if wanted is not None and container.argv.launcher != wanted:
            continue
        for port in _PORTS.get(container.engine, ()):
            version = container.image.version
            old = version is not None and version < port.since
            if not old and not any(container.argv.flag(f) is not None for f in port.flags):
                yield container, port


def _service(variable: str, podset: PodSet, arch: Architecture) -> Resource | None:
    """The Service that sets it, by its name (`{SVCNAME}_PORT`)."""
    name = variable.removesuffix("_PORT").lower().replace("_", "-")
    return next((s for s in arch.by_name.get(("Service", name), ()) if _beside(s, podset, arch)), None)


def _beside(service: Resource, podset: PodSet, arch: Architecture) -> bool:
    """Whether its variables reach the pods: same namespace and, where none is written, the same folder."""
    if (
        service.ref.group
        or string(service.spec, "clusterIP") == "None"
        or string(service.spec, "type") == "ExternalName"
    ):
        return False
    if service in arch.around(podset).services:
        return True
    resource = podset.workload.resource
    if service.ref.namespace != resource.ref.namespace:
        return False
    return bool(service.ref.namespace) or service.file.rpartition("/")[0] == resource.file.rpartition("/")[0]
