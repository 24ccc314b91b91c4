"""What applications of a team's own are for: as expected in manifests that were written before the code."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent

import pytest
from manifests import shown

from hullmark.graph.build import build
from hullmark.model.container import Container
from hullmark.model.resource import Resource
from hullmark.model.terms import Role
from hullmark.model.workload import Workload
from hullmark.sources import read
from hullmark.sources.kubernetes import resources
from hullmark.text.source import Source

DATA = Path(__file__).parent.parent / "data" / "behaviour"


def _cases(name: str) -> list[Workload]:
    return [w for w in build(read([str(DATA / name)]).resources).workloads if "expected" in w.resource.annotations]


ARE, ARE_NOT = _cases("are.yaml"), _cases("are-not.yaml")


@pytest.mark.parametrize("workload", [*ARE, *ARE_NOT], ids=lambda w: f"{w.namespace}-{w.name}")
def test_as_expected(workload: Workload) -> None:
    assert workload.role is Role(workload.resource.annotations["expected"])
    if (engine := workload.resource.annotations.get("engine")) is not None:
        assert workload.engine == engine


SCRIPT = """
apiVersion: v1
kind: ConfigMap
metadata: {{name: start}}
data:
  start.sh: |
{script}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: model}}
spec:
  template:
    spec:
      containers:
        - name: server
          image: acme/gpu-base:12
          {command}
          env: [{{name: KEY, valueFrom: {{secretKeyRef: {{name: k, key: k}}}}}}, {{name: PORT, value: "9000"}}]
          volumeMounts: [{{name: scripts, mountPath: {path}}}]
      volumes: [{{name: scripts, configMap: {{name: start}}}}]
"""


def _model(script: str, command: str = "command: [bash, /scripts/start.sh]", path: str = "/scripts") -> Container:
    text = SCRIPT.format(script=indent(dedent(script), " " * 4), command=command, path=path)
    objects = [o for o in resources(Source("test.yaml", text)) if isinstance(o, Resource)]
    return build(objects).workloads[0].containers[0]


def test_options_in_a_script_are_read_where_they_stand() -> None:
    found = _model('#!/bin/bash\n# --api-key none\nexec vllm serve a/b --port $PORT \\\n  --api-key "$KEY" "$@"\n')
    assert (found.engine, found.argv.flag("--port"), found.argv.has("--api-key")) == ("vllm", "9000", True)
    assert [(m.id, shown(m.place), m.place.line) for m in found.models] == [("a/b", "a/b", 9)]
    assert shown(found.argv.place("--port")) == "--port $PORT"
    assert found.argv.place("--api-key").line == 10
    assert [(e.text, e.place.line) for e in found.evidence if e.place] == [("runs 'vllm serve'", 9)]
    assert not found.unseen


@pytest.mark.parametrize(
    ("command", "path"),
    [
        ("command: [/scripts/start.sh]", "/scripts"),
        ("command: [tini, --, /scripts/start.sh]", "/scripts"),
        ("command: [sh, -c, 'sleep 1; exec /scripts/start.sh']", "/scripts"),
        ("command: [sh, -c, 'cp /scripts/start.sh /tmp/start.sh && sh /tmp/start.sh']", "/scripts"),
        ("workingDir: /scripts\n          command: [bash, ./start.sh]", "/scripts"),
    ],
)
def test_ways_to_run_a_script(command: str, path: str) -> None:
    assert _model("vllm serve a/b", command, path).engine == "vllm"


@pytest.mark.parametrize(
    ("script", "command"),
    [
        ("exec nginx", "command: [bash, /scripts/start.sh]"),
        ("vllm serve a/b", "command: [bash, /app/start.sh]"),
        ("vllm serve a/b", "command: [bash, /scripts/other.sh]"),
        ("vllm serve a/b", "args: [--port, '1']"),
        ("#!/usr/bin/python3\nvllm serve a/b", "command: [/scripts/start.sh]"),
        ("# vllm serve a/b\nsleep 1", "command: [bash, /scripts/start.sh]"),
    ],
)
def test_scripts_that_start_no_engine_or_are_not_run(script: str, command: str) -> None:
    found = _model(script, command)
    assert (found.engine, found.script) == ("", None)


def test_what_a_script_is_given_stands_for_its_parameters() -> None:
    found = _model('exec vllm serve "$@"', "command: [/scripts/start.sh]\n          args: [a/b, --api-key, x]")
    assert (found.argv.flag("--api-key"), [m.id for m in found.models], found.unseen) == ("x", ["a/b"], "")


def test_options_that_are_filled_in_elsewhere_are_not_known() -> None:
    assert (
        _model("vllm serve a/b $EXTRA_ARGS").unseen == "what '$EXTRA_ARGS' on its command line stands for is not known"
    )
