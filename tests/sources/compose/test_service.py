"""What the fields of a service become, and where each of them is shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from reading import CONTAINER, container, node, pod, project, service, spoken, workload, written

from hullmark.graph.build import build
from hullmark.model.architecture import Architecture
from hullmark.model.terms import Reach
from hullmark.model.workload import Workload


@pytest.mark.parametrize(
    ("port", "made"),
    [
        ('"8000:80"', {"containerPort": 80, "hostPort": "8000"}),
        ('"80"', {"containerPort": 80, "hostPort": "any"}),
        ("80", {"containerPort": 80, "hostPort": "any"}),
        ('"127.0.0.1:8000:80"', {"containerPort": 80, "hostPort": "8000", "hostIP": "127.0.0.1"}),
        ('"127.0.0.1::80"', {"containerPort": 80, "hostPort": "any", "hostIP": "127.0.0.1"}),
        ('"[::1]:8000:80"', {"containerPort": 80, "hostPort": "8000", "hostIP": "::1"}),
        ('"::1:8000:80"', {"containerPort": 80, "hostPort": "8000", "hostIP": "::1"}),
        ('"8000-8010:80-90/udp"', {"containerPort": 80, "hostPort": "8000-8010", "protocol": "udp"}),
        ('"${PORT}:80"', {"containerPort": 80, "hostPort": "${PORT}"}),
        ('"${PORT:-81}:80"', {"containerPort": 80, "hostPort": "81"}),
        ('"${BIND:?}:81:80"', {"containerPort": 80, "hostPort": "81", "hostIP": "${BIND}"}),
        ("{target: 80}", {"containerPort": 80, "hostPort": "any"}),
        (
            "{target: 80, published: 81, host_ip: 10.0.0.1, protocol: tcp, mode: host, name: web}",
            {"containerPort": 80, "hostPort": "81", "hostIP": "10.0.0.1", "protocol": "tcp", "name": "web"},
        ),
    ],
)
def test_ports(port: str, made: dict[str, Any], tmp_path: Path) -> None:
    unit = service(tmp_path, f"ports:\n  - {port}\nexpose: ['9000']")
    assert container(unit, "ports") == [made, {"containerPort": 9000}]
    assert node(unit).at(*CONTAINER, "ports", 0, "hostPort").line == 5


REACHES = [
    ("", Reach.CLUSTER),
    ("expose: ['80']", Reach.CLUSTER),
    ("ports: ['80:80']", Reach.PUBLIC),
    ("ports: ['80']", Reach.PUBLIC),
    ("ports: ['0.0.0.0:80:80']", Reach.PUBLIC),
    ("ports: ['[::]:80:80']", Reach.PUBLIC),
    ("ports: ['127.0.0.1:80:80']", Reach.LOOPBACK),
    ("ports: ['127.1.2.3:80:80']", Reach.LOOPBACK),
    ("ports: ['[::1]:80:80']", Reach.LOOPBACK),
    ("ports: ['10.0.0.1:80:80']", Reach.INTERNAL),
    ("ports: ['8.8.8.8:80:80']", Reach.PUBLIC),
    ("ports: ['127.0.0.1:80:80', '81:81']", Reach.PUBLIC),
    ("ports: [{target: 80, published: 80, host_ip: 127.0.0.1}]", Reach.LOOPBACK),
    ("network_mode: host", Reach.PUBLIC),
    ("network_mode: host\ncommand: vllm serve m --host 127.0.0.1", Reach.LOOPBACK),
    ("network_mode: none\nports: ['80:80']", Reach.PUBLIC),
    ("network_mode: none", Reach.LOOPBACK),
    ("network_mode: service:b", Reach.PUBLIC),
    ("network_mode: service:c", Reach.CLUSTER),
    ("networks: [inner]", Reach.ISOLATED),
    ("networks: [inner]\nports: ['80:80']", Reach.ISOLATED),
    ("networks: [inner, default]\nports: ['80:80']", Reach.PUBLIC),
    ("networks: [lan]", Reach.INTERNAL),
    ("networks: [hosts]", Reach.PUBLIC),
]


@pytest.mark.parametrize(("fields", "reach"), REACHES)
def test_how_far_a_service_reaches(fields: str, reach: Reach, tmp_path: Path) -> None:
    indented = fields.replace("\n", "\n    ")
    text = f"""
services:
  a:
    image: vllm/vllm-openai:v0.9.1
    {indented}
  b: {{image: "b:1.2.3", ports: ["8000:8000"]}}
  c: {{image: "c:1.2.3"}}
networks:
  inner: {{internal: true}}
  lan: {{driver: macvlan}}
  hosts: {{external: true, name: host}}
"""
    unit = project(tmp_path, text)
    arch = build(unit.reading.resources)
    assert arch.around(named(arch, "a").podsets[0]).exposure.reach is reach


def named(arch: Architecture, name: str) -> Workload:
    return next(w for w in arch.workloads if w.name == name)


def test_an_address_that_is_not_known_is_said_to_be(tmp_path: Path) -> None:
    unit = service(tmp_path, "ports: ['${BIND}:80:80']")
    arch = build(unit.reading.resources)
    exposure = arch.around(arch.workloads[0].podsets[0]).exposure
    assert exposure.unknown == "the address of the host that it is published on is filled in elsewhere"


@pytest.mark.parametrize(
    ("volume", "kind", "volume_made", "path", "read_only"),
    [
        ("./data:/data", "hostPath", {"path": "data"}, "/data", None),
        ("/srv/../etc:/etc:ro", "hostPath", {"path": "/etc"}, "/etc", True),
        ("~/x:/x:rw,z", "hostPath", {"path": "~/x"}, "/x", None),
        ("${DATA}:/data", "hostPath", {"path": "${DATA}"}, "/data", None),
        ("${DATA:-./d}:/data", "hostPath", {"path": "d"}, "/data", None),
        ("named:/data:ro", "persistentVolumeClaim", {"claimName": "named"}, "/data", True),
        ("unknown:/data", "persistentVolumeClaim", {"claimName": "unknown"}, "/data", None),
        ("bound:/data", "hostPath", {"path": "/srv/models"}, "/data", None),
        ("memory:/data", "emptyDir", {"medium": "Memory"}, "/data", None),
        ("share:/data", "nfs", {}, "/data", None),
        ("/data", "ephemeral", {}, "/data", None),
        ("./set.yaml:/etc/set.yaml", "configMap", None, "/etc/set.yaml", True),
        ("{type: bind, source: ./data, target: /d, read_only: true}", "hostPath", {"path": "data"}, "/d", True),
        ("{type: volume, source: named, target: /d}", "persistentVolumeClaim", {"claimName": "named"}, "/d", None),
        ("{type: volume, target: /d}", "ephemeral", {}, "/d", None),
        ("{type: tmpfs, target: /d, tmpfs: {size: 1g}}", "emptyDir", {"medium": "Memory", "sizeLimit": "1073741824"}, "/d", None),
        ("{type: image, source: models:1, target: /d}", "image", {}, "/d", True),
        ("{source: ./data, target: /d}", "hostPath", {"path": "data"}, "/d", None),
    ],
)  # fmt: skip
def test_volumes(
    volume: str, kind: str, volume_made: dict[str, Any] | None, path: str, read_only: bool | None, tmp_path: Path
) -> None:
    text = f"""
services:
  a:
    image: a:1.2.3
    volumes:
      - {volume}
volumes:
  named:
  bound: {{driver_opts: {{type: none, o: "bind,rw", device: /srv/models}}}}
  memory: {{driver_opts: {{type: tmpfs, device: tmpfs}}}}
  share: {{driver_opts: {{type: nfs, o: "addr=10.0.0.1", device: ":/models"}}}}
"""
    unit = project(tmp_path, text, {"set.yaml": "a: 1\n"})
    (tmp_path / "data").mkdir()
    (made,) = pod(unit, "volumes")
    (mount,) = container(unit, "volumeMounts")
    assert kind in made
    assert volume_made is None or made[kind] == volume_made
    assert (mount["mountPath"], mount.get("readOnly")) == (path, read_only)
    assert node(unit).at(*CONTAINER, "volumeMounts", 0, "mountPath").line == 6


def test_tmpfs_devices_and_volumes_of_others(tmp_path: Path) -> None:
    text = """
services:
  a:
    image: a:1.2.3
    tmpfs: ["/run:size=1m", /tmp]
    devices: ["/dev/sda:/dev/sda", "/dev/ttyUSB0"]
    volumes_from: ["b:ro"]
    use_api_socket: true
    shm_size: 2gb
  b: {image: "b:1.2.3", volumes: ["./b:/b", "/var/run/docker.sock:/s"], volumes_from: [a]}
"""
    unit = project(tmp_path, text)
    mounts = {m["mountPath"]: m.get("readOnly") for m in container(unit, "volumeMounts")}
    assert mounts == {
        "/run": None,
        "/tmp": None,  # noqa: S108
        "/dev/sda": None,
        "/b": True,
        "/s": True,
        "/var/run/docker.sock": None,
        "/dev/shm": None,  # noqa: S108
    }
    paths = [v["hostPath"]["path"] for v in pod(unit, "volumes") if "hostPath" in v]
    assert sorted(paths) == ["/dev/sda", "/var/run/docker.sock", "b"]
    index = [m["mountPath"] for m in container(unit, "volumeMounts")].index("/b")
    assert written(node(unit).at(*CONTAINER, "volumeMounts", index)) == 'compose.yaml:7 "b:ro"'


def reserved(device: str) -> str:
    return f"deploy: {{resources: {{reservations: {{devices: [{device}]}}}}}}"


@pytest.mark.parametrize(
    ("fields", "limits"),
    [
        ("gpus: all", {"nvidia.com/gpu": "all"}),
        ("gpus: [{count: 2}]", {"nvidia.com/gpu": 2}),
        ("gpus: [{device_ids: ['0', '3']}]", {"nvidia.com/gpu": 2}),
        ("gpus: [{driver: amd, count: all}]", {"amd.com/gpu": "all"}),
        ("runtime: nvidia", {"nvidia.com/gpu": "all"}),
        ("runtime: nvidia\nenvironment: {NVIDIA_VISIBLE_DEVICES: '0,1'}", {"nvidia.com/gpu": 2}),
        ("runtime: nvidia\nenvironment: {NVIDIA_VISIBLE_DEVICES: none}", {}),
        ("runtime: runc", {}),
        ("devices: [/dev/kfd, /dev/dri]", {"amd.com/gpu": "all"}),
        ("devices: ['/dev/nvidia0:/dev/nvidia0', /dev/nvidia1, /dev/nvidiactl]", {"nvidia.com/gpu": 2}),
        ("devices: ['nvidia.com/gpu=all']", {"nvidia.com/gpu": "all"}),
        ("devices: [/dev/accel0]", {"google.com/tpu": 1}),
        (reserved("{driver: nvidia, count: 1, capabilities: [gpu]}"), {"nvidia.com/gpu": 1}),
        (reserved("{driver: nvidia, count: all, capabilities: [gpu]}"), {"nvidia.com/gpu": "all"}),
        (reserved("{capabilities: [[gpu, compute]], device_ids: ['1']}"), {"nvidia.com/gpu": 1}),
        (reserved("{capabilities: [gpu]}"), {"nvidia.com/gpu": "all"}),
        (reserved("{driver: cdi, device_ids: ['nvidia.com/gpu=0'], capabilities: [gpu]}"), {"nvidia.com/gpu": 1}),
        (reserved("{capabilities: [tpu], count: 4}"), {"google.com/tpu": 4}),
        (reserved("{driver: nvidia, count: 0, capabilities: [gpu]}"), {}),
        (reserved("{driver: usb, count: 1, capabilities: [camera]}"), {}),
        ("deploy: {resources: {limits: {memory: 8g, cpus: '2.5'}}}", {"memory": "8589934592", "cpu": "2.5"}),
        ("mem_limit: 512m\ncpus: 1", {"memory": "536870912", "cpu": "1"}),
        ("mem_limit: ${MEM}", {"memory": "${MEM}"}),
        ("mem_limit: 0\ncpus: '0.0'", {}),
        ("mem_reservation: 1g", {}),
    ],
)  # fmt: skip
def test_resources(fields: str, limits: dict[str, Any], tmp_path: Path) -> None:
    unit = service(tmp_path, fields)
    assert (container(unit, "resources", "limits") or {}) == limits


@pytest.mark.parametrize(
    ("fields", "context"),
    [
        ("privileged: true", {"privileged": True}),
        ("privileged: 'yes'", {"privileged": True}),
        ("privileged: ${P}", {"privileged": "${P}"}),
        ("read_only: true", {"readOnlyRootFilesystem": True}),
        ("user: root", {"runAsUser": 0}),
        ("user: 'root:root'", {"runAsUser": 0}),
        ("user: 0", {"runAsUser": 0}),
        ("user: 1000:1000", {"runAsUser": 1000}),
        ("user: app", {"runAsNonRoot": True}),
        ("user: ${UID}:${GID}", {"runAsUser": "${UID}:${GID}"}),
        ("user: ${UID:-1000}:${GID:-1000}", {"runAsUser": 1000}),
        ("cap_add: [NET_ADMIN]\ncap_drop: [ALL]", {"capabilities": {"add": ["NET_ADMIN"], "drop": ["ALL"]}}),
        ("security_opt: ['no-new-privileges:true']", {"allowPrivilegeEscalation": False}),
        ("security_opt: [no-new-privileges]", {"allowPrivilegeEscalation": False}),
        ("security_opt: ['no-new-privileges=false']", {"allowPrivilegeEscalation": True}),
        ("security_opt: ['seccomp:unconfined']", {"seccompProfile": {"type": "Unconfined"}}),
        ("security_opt: ['seccomp=./profile.json']", {"seccompProfile": {"type": "Localhost"}}),
        ("security_opt: ['apparmor=unconfined']", {"appArmorProfile": {"type": "Unconfined"}}),
        ("security_opt: ['label:disable']", None),
    ],
)
def test_security(fields: str, context: dict[str, Any] | None, tmp_path: Path) -> None:
    unit = service(tmp_path, fields)
    assert container(unit, "securityContext") == context
    if context:
        first = next(iter(context))
        keys = ("capabilities", "add") if first == "capabilities" else (first,)
        assert node(unit).at(*CONTAINER, "securityContext", *keys).line == 4


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ("pid: host", {"hostPID": True}),
        ("ipc: host", {"hostIPC": True}),
        ("network_mode: host", {"hostNetwork": True}),
        ("pid: service:b\nipc: shareable\nnetwork_mode: bridge", {}),
        ("pid: ${PID}", {"hostPID": "${PID}"}),
        ("network_mode: ${NET}", {"hostNetwork": "${NET}"}),
    ],
)
def test_namespaces_of_the_host(fields: str, found: dict[str, Any], tmp_path: Path) -> None:
    spec = pod(service(tmp_path, fields))
    assert {key: value for key, value in spec.items() if key.startswith("host")} == found


def test_the_memory_of_another_container_may_be_large_enough(tmp_path: Path) -> None:
    (mount,) = container(service(tmp_path, "ipc: service:b"), "volumeMounts")
    assert mount["mountPath"] == "/dev/shm"  # noqa: S108


@pytest.mark.parametrize(
    ("fields", "key", "words"),
    [
        ("command: --model a --port 8000", "args", ["--model", "a", "--port", "8000"]),
        ("command: [--model, 'a b']", "args", ["--model", "a b"]),
        ("command: sh -c 'pip install x && run'", "args", ["sh", "-c", "pip install x && run"]),
        ("entrypoint: ['/bin/sh', '-c']", "command", ["/bin/sh", "-c"]),
        ("entrypoint: python -m vllm", "command", ["python", "-m", "vllm"]),
        ('command: run "unclosed', "args", ["run", '"unclosed']),
        ("command: run $$HOME", "args", ["run", "$HOME"]),
        ("command: [8000, true]", "args", ["8000", "true"]),
    ],
)
def test_commands(fields: str, key: str, words: list[str], tmp_path: Path) -> None:
    assert container(service(tmp_path, fields), key) == words


def test_every_word_of_a_command_is_found(tmp_path: Path) -> None:
    unit = service(tmp_path, "command: >-\n  vllm serve\n  --model 'Qwen/Qwen3-8B'\n  --port ${PORT:-8000}")
    places = [node(unit).at(*CONTAINER, "args", at) for at in range(5)]
    assert [written(place) for place in places[:4]] == [
        "compose.yaml:5 vllm",
        "compose.yaml:5 serve",
        "compose.yaml:6 --model",
        "compose.yaml:6 Qwen/Qwen3-8B",
    ]


@pytest.mark.parametrize(
    ("fields", "probe", "disabled"),
    [
        ("healthcheck: {test: [CMD, x]}", ["CMD", "x"], None),
        ("healthcheck: {test: curl -f http://localhost}", ["curl -f http://localhost"], None),
        ("healthcheck: {test: [NONE]}", None, "disabled"),
        ("healthcheck: {disable: true}", None, "disabled"),
        ("healthcheck: {disable: true, test: [CMD, x]}", None, "disabled"),
        ("healthcheck: null", None, None),
    ],
)
def test_health_checks(fields: str, probe: list[str] | None, disabled: str | None, tmp_path: Path) -> None:
    unit = service(tmp_path, fields)
    assert container(unit, "readinessProbe", "exec", "command") == probe
    assert container(unit, "healthcheck") == disabled


@pytest.mark.parametrize(
    ("fields", "replicas"),
    [
        ("", (1, 1, 1)),
        ("deploy: {replicas: 3}", (3, 3, 3)),
        ("scale: 2", (2, 2, 2)),
        ("deploy: {replicas: '${N}'}", (None, None, None)),
        ("deploy: {mode: global}", (None, None, None)),
    ],
)
def test_replicas(fields: str, replicas: tuple[int | None, ...], tmp_path: Path) -> None:
    assert tuple(workload(service(tmp_path, fields)).podsets[0].replicas)[:3] == replicas


@pytest.mark.parametrize(
    ("fields", "lifetime"),
    [
        ("", "service"),
        ("restart: always", "service"),
        ("restart: on-failure", "service"),
        ('restart: "no"', "task"),
        ("restart: no", "task"),
        ("deploy: {restart_policy: {condition: none}}", "task"),
        ("restart: 'no'\ndeploy: {restart_policy: {condition: any}}", "service"),
    ],
)
def test_what_ends(fields: str, lifetime: str, tmp_path: Path) -> None:
    assert workload(service(tmp_path, fields)).lifetime == lifetime


def test_what_others_wait_for_to_end_ends(tmp_path: Path) -> None:
    text = """
services:
  a: {image: "a:1.2.3", restart: always}
  b: {image: "b:1.2.3", depends_on: {a: {condition: service_completed_successfully}}}
"""
    assert workload(project(tmp_path, text)).lifetime == "task"


def test_what_is_built_has_no_image_that_is_known(tmp_path: Path) -> None:
    unit = project(
        tmp_path,
        "services: {a: {build: .}, b: {build: {context: .}, image: 'b:1.2.3'}, c: {}, d: {provider: {type: x}}}",
    )
    assert workload(unit).containers[0].image.text == ""
    assert workload(unit, "b").containers[0].image.text == "b:1.2.3"
    assert "a service with neither image nor build: only a fragment" in spoken(unit)
    assert "a service of a provider" in spoken(unit)


def test_models_are_services_of_docker(tmp_path: Path) -> None:
    text = """
services:
  a: {image: "a:1.2.3", models: {llm: {endpoint_var: URL}, embed-it: {}}}
models:
  llm: {model: ai/smollm2}
  embed-it: {model: hf.co/BAAI/bge-small-en-v1.5}
"""
    unit = project(tmp_path, text)
    found = workload(unit).containers[0].environment
    assert list(found) == ["URL", "LLM", "EMBED_IT_URL", "EMBED_IT"]
    assert [(m.scheme, m.id) for m in workload(unit, "llm").models] == [("oci", "ai/smollm2")]
    assert [(m.scheme, m.id) for m in workload(unit, "embed-it").models] == [("hub", "BAAI/bge-small-en-v1.5")]
    arch = build(unit.reading.resources)
    assert [w.name for w in arch.dependants(named(arch, "llm"))] == ["a"]


def test_configurations_are_read_and_secrets_are_not(tmp_path: Path) -> None:
    text = """
services:
  a:
    image: a:1.2.3
    configs: [set, {source: other, target: /etc/other.yaml}]
    secrets: [key]
configs:
  set: {content: "a: ${TAG}"}
  other: {file: other.yaml}
secrets:
  key: {file: key.txt}
"""
    unit = project(tmp_path, text, {"other.yaml": "b: 2\n", "key.txt": "hunter2", ".env": "TAG=t"})
    texts = {r.ref.name: r.node.get("data") for r in unit.reading.resources if r.ref.kind == "ConfigMap"}
    assert {name.rpartition("/")[2]: data for name, data in texts.items()} == {
        ".env": {"TAG": "t"},
        "config:set": {"set": "a: t"},
        "config:other": {"other.yaml": "b: 2\n"},
    }
    mounts = [(m["mountPath"], m["readOnly"]) for m in container(unit, "volumeMounts")]
    assert mounts == [("/set", True), ("/etc/other.yaml", True), ("/run/secrets/key", True)]
    assert "hunter2" not in str([r.node.value for r in unit.reading.resources])


def test_profiles_hide_nothing(tmp_path: Path) -> None:
    unit = service(tmp_path, "profiles: [never]")
    assert workload(unit).name == "a"


def test_the_name_of_a_project_is_its_namespace(tmp_path: Path) -> None:
    unit = project(tmp_path, "name: My App\nservices: {a: {image: 'a:1.2.3'}}")
    assert unit.reading.resources[0].ref.namespace == "myapp"
    unit = project(tmp_path, "services: {a: {image: 'a:1.2.3'}}", {".env": "COMPOSE_PROJECT_NAME=other"})
    assert unit.reading.resources[0].ref.namespace == "other"
    unit = project(tmp_path, "name: ${X}\nservices: {a: {image: 'a:1.2.3'}}", {".env": ""})
    assert unit.reading.resources[0].ref.namespace == ""
