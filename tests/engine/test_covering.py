"""A finding that another one covers up: it comes to light when that is repaired, and does not keep it from being repaired."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from scanning import result

from hullmark.checks.registry import checks
from hullmark.engine.fix import Repair, repair
from hullmark.engine.result import Result, Settled
from hullmark.model.terms import Safety

FILE = "deploy/app.yaml"
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: bare}
spec:
  hostNetwork: true
  containers:
    - name: main
      image: registry.example/train:1.4.2
      ports: [{containerPort: 80, hostPort: 8080}]
      securityContext:
        privileged: true
        allowPrivilegeEscalation: true
        capabilities: {add: [SYS_PTRACE]}
        seccompProfile: {type: Unconfined}
"""
EMPTY = POD.partition("        allow")[0]
CHECKS = checks()
PAIRS = [(check.id, cover) for check in CHECKS for cover in check.covered_by]


def scan(texts: Mapping[str, str]) -> Result:
    return result(texts, CHECKS)


def found(of: Result) -> set[str]:
    return {s.check for s in of.findings}


def mended(text: str, cover: str) -> Repair:
    def wanted(settled: Settled) -> bool:
        return settled.check == cover

    return repair({FILE: text}, scan, wanted, Safety.UNSAFE)


@pytest.mark.parametrize(("covered", "cover"), PAIRS)
def test_what_is_declared_covered_is_silent_before_and_said_after(covered: str, cover: str) -> None:
    text = POD if covered in found(scan(mended(POD, cover).texts)) else EMPTY

    repaired = mended(text, cover)

    assert cover in found(scan({FILE: text}))
    assert covered not in found(scan({FILE: text}))
    assert [s.check for s in repaired.applied] == [cover]
    assert not repaired.declined
    assert covered in found(scan(repaired.texts))


def test_what_comes_to_light_is_repaired_in_turn() -> None:
    repaired = repair({FILE: POD}, scan, lambda s: s.check in ("host-network", "host-port"), Safety.UNSAFE)

    assert [s.check for s in repaired.applied] == ["host-network", "host-port"]
    assert not {"host-network", "host-port"} & found(scan(repaired.texts))


def test_what_is_worse_than_its_cover_keeps_it() -> None:
    fabric = POD.replace("image:", "resources: {limits: {rdma/ib: 1}}\n      image:")

    repaired = mended(fabric, "host-network")

    assert repaired.texts == {}
    assert [d.reason for d in repaired.declined] == [
        "it would bring a new finding (host-port on Pod 'bare' container 'main')"
    ]
