"""Whatever the bytes: no crash, no check that fails to run, nothing harmful and no secret in any report."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from whole import SYSTEMS, judged, reports

from hullmark import sources
from hullmark.checks.page import page
from hullmark.checks.registry import checks
from hullmark.sources.kubernetes import resources
from hullmark.text.source import Source, decode

pytestmark = pytest.mark.slow

SECRET = "hf_" + "Qz7Lk2Xw9Rb4Tn8Vc3Md6Pj1Hg5Sf0Ya"

POD: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "chat", "namespace": "prod", "labels": {"app": "chat"}, "annotations": {"a/b": "c"}},
    "spec": {
        "serviceAccountName": "chat",
        "automountServiceAccountToken": True,
        "hostNetwork": True,
        "hostPID": True,
        "nodeSelector": {"gpu": "a100"},
        "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists"}],
        "affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "zone"}]}},
        "topologySpreadConstraints": [{"maxSkew": 1, "labelSelector": {"matchLabels": {"app": "chat"}}}],
        "securityContext": {"runAsUser": 0, "seccompProfile": {"type": "Unconfined"}, "sysctls": [{"name": "a"}]},
        "terminationGracePeriodSeconds": 30,
        "resources": {"limits": {"cpu": "4"}},
        "resourceClaims": [{"name": "gpu", "resourceClaimTemplateName": "one"}],
        "volumes": [
            {"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": "2Gi"}},
            {"name": "sock", "hostPath": {"path": "/var/run/docker.sock", "type": "Socket"}},
            {"name": "data", "persistentVolumeClaim": {"claimName": "data"}},
            {"name": "cfg", "configMap": {"name": "cfg", "items": [{"key": "a", "path": "b"}]}},
            {"name": "t", "projected": {"sources": [{"serviceAccountToken": {"path": "t"}}]}},
        ],
        "initContainers": [{"name": "get", "image": "x", "restartPolicy": "Always", "command": ["sh", "-c", "wget x"]}],
        "containers": [
            {
                "name": "server",
                "image": "vllm/vllm-openai:latest",
                "command": ["vllm", "serve"],
                "args": ["meta-llama/Llama-3.1-8B", "--tensor-parallel-size", "2", "--api-key=$(KEY)"],
                "env": [
                    {"name": "HF_TOKEN", "value": SECRET},
                    {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "k", "key": "v"}}},
                ],
                "envFrom": [{"configMapRef": {"name": "cfg"}}],
                "ports": [{"name": "http", "containerPort": 8000, "hostPort": 80}],
                "resources": {
                    "requests": {"cpu": "1", "memory": "1Gi"},
                    "limits": {"nvidia.com/gpu": 2, "memory": "64Gi"},
                    "claims": [{"name": "gpu"}],
                },
                "securityContext": {"privileged": True, "capabilities": {"add": ["SYS_ADMIN"], "drop": ["ALL"]}},
                "volumeMounts": [{"name": "shm", "mountPath": "/dev/shm", "readOnly": False}],  # noqa: S108
                "readinessProbe": {"httpGet": {"path": "/health", "port": "http"}, "periodSeconds": 5},
                "startupProbe": {"exec": {"command": ["true"]}, "failureThreshold": 3},
                "livenessProbe": {"tcpSocket": {"port": 8000}},
                "lifecycle": {"preStop": {"exec": {"command": ["sleep", "5"]}}},
            }
        ],
    },
}
"""A pod that uses most of what checks look at."""

KINDS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "Pod": lambda pod: {"spec": pod},
    "Deployment": lambda pod: {"spec": {"replicas": 2, "selector": {}, "template": {"spec": pod}}},
    "Job": lambda pod: {"spec": {"parallelism": 2, "template": {"spec": pod}}},
    "CronJob": lambda pod: {"spec": {"jobTemplate": {"spec": {"template": {"spec": pod}}}}},
    "PyTorchJob": lambda pod: {"spec": {"pytorchReplicaSpecs": {"Worker": {"replicas": 2, "template": {"spec": pod}}}}},
    "RayCluster": lambda pod: {"spec": {"headGroupSpec": {"template": {"spec": pod}}, "workerGroupSpecs": [pod]}},
    "InferenceService": lambda pod: {"spec": {"predictor": {**pod, "model": {}} if isinstance(pod, dict) else pod}},
}
APIS = {"Deployment": "apps/v1", "Job": "batch/v1", "CronJob": "batch/v1", "PyTorchJob": "kubeflow.org/v1"}
APIS |= {"RayCluster": "ray.io/v1", "InferenceService": "serving.kserve.io/v1beta1"}

WRONG: tuple[Any, ...] = (
    *(None, "", 0, -1, True, 1.5, 1e308, 2**70, 10**400, [], {}, [None], [[]], [{}], {"": None}, {"name": None}),
    *(
        "x" * 5_000,
        "${X}",
        "{{ x }}",
        "\x1b]0;owned\x07\x1b[31mred",
        "\u202eevil",
        "a\nb\r\n\tc\x00",
        "-",
        "9" * 5_000,
        "9" * 5_000 + "%",
    ),
)


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value below this one."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in entries:
        yield (*path, key)
        yield from paths(inner, (*path, key))


PATHS = tuple(paths(POD))


def put(tree: Any, path: tuple[Any, ...], value: Any) -> None:
    """Set a value, unless an earlier change took the path away."""
    for key in path[:-1]:
        try:
            tree = tree[key]
        except (KeyError, IndexError, TypeError):
            return
    if isinstance(tree, dict) or (isinstance(tree, list) and isinstance(path[-1], int) and path[-1] < len(tree)):
        tree[path[-1]] = deepcopy(value)


@st.composite
def mistyped(draw: st.DrawFn) -> bytes:
    """A workload in which up to four values are wrong."""
    pod = deepcopy(POD)
    for path in draw(st.lists(st.sampled_from(PATHS), min_size=1, max_size=4)):
        put(pod, path, draw(st.sampled_from(WRONG)))
    kind = draw(st.sampled_from(sorted(KINDS)))
    head = {"apiVersion": APIS.get(kind, "v1"), "kind": kind, "metadata": pod.get("metadata")}
    whole = pod if kind == "Pod" else {**head, **KINDS[kind](pod.get("spec"))}
    return json.dumps(whole, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")


TEXTS = tuple(e.text.encode() for c in checks() for e in page(c).examples if len(e.text) < 4_000)
TEXTS += tuple(f.read_bytes() for s in SYSTEMS for f in sorted(s.glob("*.yaml")))

BREAKERS = (
    *(b"", b"\x00", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\xc3\x28", b"\xed\xa0\x80", b"\r", b"\t", b"\x85"),
    *(b"---\n", b"...\n", b"%YAML 9.9\n", b"!!python/object:os.system ", b"!x ", b"&a ", b"*a", b"<<: *a\n", b"? "),
    *(
        b"{",
        b"}",
        b"[",
        b"]",
        b"|+9\n",
        b">-\n",
        b"'",
        b'"',
        b"#",
        b": ",
        b"- ",
        b"\xe2\x80\xae",
        b"\x1b[2J",
        b"{{ x }}",
    ),
    *(b"[" * 1_500, b'{"a":' * 1_500, b"- " * 1_500, b"x" * 70_000, b"\n" * 5_000, b'"\\ud800"', b"0x" + b"f" * 9_000),
)


@st.composite
def broken(draw: st.DrawFn) -> bytes:
    """A manifest with up to five stretches cut out, doubled or replaced."""
    data = draw(st.sampled_from(TEXTS))
    random = Random(draw(st.integers(0, 2**32)))  # noqa: S311 - cheap positions, and hypothesis still shrinks the seed
    for change in draw(st.lists(st.sampled_from(("cut", "end", "twice", "insert", "bytes", "insert")), max_size=5)):
        start = random.randint(0, len(data))
        end = min(len(data), start + random.randint(0, 60))
        if change == "cut":
            data = data[:start] + data[end:]
        elif change == "end":
            data = data[:start]
        elif change == "twice":
            data = data[:end] + data[start:]
        elif change == "insert":
            data = data[:start] + draw(st.sampled_from(BREAKERS)) + data[end:]
        else:
            data = data[:start] + draw(st.binary(max_size=20)) + data[end:]
    return data


def survives(data: bytes, folder: Path) -> None:
    """Go the whole way from a file of these bytes to every report."""
    file = folder / "hostile.yaml"
    file.write_bytes(data)
    reading = sources.read([str(file)])
    reports(judged((*reading.resources, *reading.not_checked, *reading.problems)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile")


BOUND = timedelta(seconds=20)
"""Nothing may take longer; far more than any case needs, so that a busy machine does not fail the test."""

FEW = settings(max_examples=120, deadline=BOUND, derandomize=True, database=None)
MANY = settings(max_examples=4_000, deadline=BOUND, database=None, suppress_health_check=list(HealthCheck))


@FEW
@given(data=mistyped())
def test_wrong_types(folder: Path, data: bytes) -> None:
    survives(data, folder)


@FEW
@given(data=broken())
def test_broken_bytes(folder: Path, data: bytes) -> None:
    survives(data, folder)


@pytest.mark.long
@MANY
@given(data=mistyped())
def test_wrong_types_at_length(folder: Path, data: bytes) -> None:
    survives(data, folder)


@pytest.mark.long
@MANY
@given(data=broken())
def test_broken_bytes_at_length(folder: Path, data: bytes) -> None:
    survives(data, folder)


@pytest.mark.long
def test_every_wrong_type_at_every_path(folder: Path) -> None:
    for path in PATHS:
        for value in WRONG:
            pod = deepcopy(POD)
            put(pod, path, value)
            survives(json.dumps(pod).encode(), folder)


MESH = """
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: p}
spec: {selector: {matchLabels: {app: x}}, action: CUSTOM, provider: {name: p}, rules: [{}]}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: g}
spec: {selector: {app: [x]}, servers: [{port: {number: 80, protocol: HTTP}, hosts: ["*"]}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: v}
spec: {hosts: [a.b], gateways: [g], http: [{route: [{destination: {host: s}}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: s}
spec: {selector: {app: x}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Pod
metadata: {name: x, labels: {app: x}}
spec: {containers: [{name: a, image: "vllm/vllm-openai:v0.18.0"}]}
"""
PROXIED = """
apiVersion: v1
kind: Service
metadata: {name: s}
spec: {type: LoadBalancer, selector: {app: x}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Pod
metadata: {name: x, labels: {app: x}}
spec:
  containers:
    - {name: p, image: "quay.io/oauth2-proxy/oauth2-proxy:v7.6.0"}
    - {name: a, image: "vllm/vllm-openai:v0.18.0", ports: [{containerPort: [8000]}, {name: {a: b}}]}
"""
VOLUMES = """
apiVersion: v1
kind: Pod
metadata: {name: x}
spec:
  volumes: [[{name: m}], m, 5, {name: m}]
  containers:
    - {name: a, image: "qdrant/qdrant:v1.15.4", volumeMounts: [{name: m, mountPath: /m}, {name: "", mountPath: /n}]}
"""


@pytest.mark.parametrize("text", [MESH, PROXIED, VOLUMES])
def test_wrong_types_where_objects_meet(folder: Path, text: str) -> None:
    survives(text.encode(), folder)


HEAD = b"apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n"
BOMB = b"".join(b"  l%d: &l%d [%s]\n" % (n, n, b", ".join([b"*l%d" % (n - 1)] * 9)) for n in range(1, 12))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(HEAD + b"  l0: &l0 [lol]\n" + BOMB, id="billion laughs"),
        pytest.param(HEAD + b"  x: &x {a: *x}\n", id="an anchor inside itself"),
        pytest.param(HEAD + b"  x: " + b"[" * 100_000, id="lists, deep"),
        pytest.param(HEAD + b"  x: " + b'{"a": ' * 100_000, id="mappings, deep"),
        pytest.param(b'{"apiVersion": "v1", "kind": "Pod", "spec": ' + b'{"a":' * 100_000, id="JSON, deep"),
        pytest.param(HEAD + b"  x: " + b"[" * 900 + b"]" * 900, id="as deep as is read"),
        pytest.param(b"apiVersion: v1\nkind: List\nitems:\n" + b"- kind: List\n  items:\n" * 500, id="lists of lists"),
        pytest.param(HEAD + b"  x: '" + b"y" * 5_000_000 + b"'\n", id="a huge string"),
        pytest.param(HEAD + b"  hostNetwork: " + b"9" * 200_000 + b"\n", id="a huge number"),
        pytest.param(HEAD + b"  x: 1" + b"_1:" * 50_000 + b"1\n", id="a long sexagesimal"),
        pytest.param(HEAD.replace(b"name: a", b"name: " + b"n" * 100_000) + b"  hostPID: true\n", id="a huge name"),
        pytest.param(b"---\n" * 20_000 + HEAD, id="many documents"),
        pytest.param(HEAD + b"  x: {" + b"a: 1, " * 20_000 + b"}\n", id="one key many times"),
    ],
)
def test_bombs(folder: Path, data: bytes) -> None:
    survives(data, folder)


ANSI = "\x1b]8;;http://evil\x07\x1b[2J\x1b[31m\x9b1m\u202e"


@pytest.mark.parametrize("path", [p for p in PATHS if p[-1] in ("name", "image", "path", "key", "app", "namespace")])
def test_no_escape_sequence_reaches_a_report(folder: Path, path: tuple[Any, ...]) -> None:
    pod = deepcopy(POD)
    put(pod, path, f"a{ANSI}b")
    survives(json.dumps(pod).encode(), folder)


def holders() -> Iterator[Any]:
    """Manifests in which a secret stands in the open, in ways that checks see."""
    env = "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  containers:\n  - name: c\n    env:\n{}"
    config = "apiVersion: v1\nkind: {}\nmetadata: {{name: a}}\n{}:\n  HF_TOKEN: {}\n"
    for quoted in (SECRET, f"'{SECRET}'", f'"{SECRET}"', f"|-\n          {SECRET}"):
        yield pytest.param(env.format(f"    - name: HF_TOKEN\n      value: {quoted}\n"), id=f"env {quoted[:2]}")
        yield pytest.param(config.format("ConfigMap", "data", quoted), id=f"ConfigMap {quoted[:2]}")
        yield pytest.param(config.format("Secret", "stringData", quoted), id=f"Secret {quoted[:2]}")
    noted = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: a, annotations: {{note: 'use {SECRET}'}}}}\nspec: {{containers: []}}\n"
    yield pytest.param(noted, id="annotation")
    ran = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - name: c\n"
    yield pytest.param(
        f"{ran}    command: [sh, -c, 'export HF_TOKEN={SECRET}; hf auth login --token {SECRET}']\n", id="script"
    )
    asked = f"{{httpGet: {{port: 80, httpHeaders: [{{name: Authorization, value: Bearer {SECRET}}}]}}}}"
    yield pytest.param(f"{ran}    readinessProbe: {asked}\n", id="header of a probe")
    yield pytest.param(f"{ran}    livenessProbe: {{exec: {{command: [curl, -H, 'X-Key: {SECRET}']}}}}\n", id="probe")
    flow = f"    - {{name: HF_TOKEN, value: {SECRET}}}\n    securityContext: {{privileged: true}}\n"
    yield pytest.param(env.format(flow), id="beside another finding")
    yield pytest.param(env.format(f"    - {{name: HF_TOKEN, value: {SECRET}, name: x"), id="in a broken line")
    yield pytest.param(env.format(f"    - name: HF_TOKEN\n      value: '{SECRET}\n"), id="in an open quote")
    yield pytest.param(json.dumps(POD), id="JSON")


@pytest.mark.parametrize("text", list(holders()))
def test_no_report_shows_a_secret(text: str) -> None:
    source = decode("a.yaml", text.encode())
    assert isinstance(source, Source)
    for name, shown in reports(judged(resources(source))).items():
        assert SECRET not in shown, name
        assert SECRET[:12] not in shown, name
