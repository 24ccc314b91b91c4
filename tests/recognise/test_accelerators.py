from __future__ import annotations

import pytest
from manifests import container, deployment, shown

from hullmark.model.container import Accelerator
from hullmark.model.resource import Resource
from hullmark.recognise.accelerators import accelerators_of, vendor_of
from hullmark.recognise.recognition import recognise
from hullmark.sources.kubernetes import resources
from hullmark.text.source import Source


@pytest.mark.parametrize(
    ("resource", "vendor"),
    [
        ("nvidia.com/gpu", "nvidia"),
        ("nvidia.com/gpu.shared", "nvidia"),
        ("nvidia.com/mig-1g.12gb.me", "nvidia"),
        ("amd.com/gpu", "amd"),
        ("google.com/tpu", "google"),
        ("aws.amazon.com/neuron", "aws"),
        ("aws.amazon.com/neuroncore", "aws"),
        ("habana.ai/gaudi", "habana"),
        ("gpu.intel.com/i915", "intel"),
        ("gpu.intel.com/xe", "intel"),
        ("rebellions.ai/ATOM", "rebellions"),
        ("furiosa.ai/npu", "furiosa"),
        ("huawei.com/Ascend910", "huawei"),
        ("vpc.amazonaws.com/efa", ""),
        ("rdma/ib", ""),
        ("nvidia.com/rdma-vf", ""),
        ("networking.gke.io.networks/rdma-0", ""),
        ("cpu", ""),
        ("example.com/foo", ""),
    ],
)
def test_vendors(resource: str, vendor: str) -> None:
    assert vendor_of(resource) == vendor


def counts(resources: str) -> list[tuple[str, int | None]]:
    return [(a.resource, a.count) for a in container(f"{{name: c, image: x, resources: {resources}}}").accelerators]


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ("{limits: {nvidia.com/gpu: 2, cpu: 4}}", [("nvidia.com/gpu", 2)]),
        ("{limits: {nvidia.com/gpu: '2'}, requests: {nvidia.com/gpu: 2}}", [("nvidia.com/gpu", 2)]),
        ("{requests: {google.com/tpu: 4}}", [("google.com/tpu", 4)]),
        ("{limits: {nvidia.com/gpu: null}}", []),
        ("{limits: {nvidia.com/gpu: 0}}", []),
        ("{limits: {nvidia.com/gpu: 1, nvidia.com/gpumem: 4000}}", [("nvidia.com/gpu", 1)]),
        ("{limits: {nvidia.com/gpu: '${GPUS}'}}", [("nvidia.com/gpu", None)]),
        ("{limits: {nvidia.com/gpu: [1]}}", [("nvidia.com/gpu", None)]),
        ("{limits: [nvidia.com/gpu]}", []),
        ("{limits: {vpc.amazonaws.com/efa: 4, rdma/ib: 1}}", []),
        ("none", []),
    ],
)
def test_extended_resources(resources: str, expected: list[tuple[str, int | None]]) -> None:
    assert counts(resources) == expected


def test_place_is_the_quantity() -> None:
    found = container("{name: c, image: x, resources: {limits: {nvidia.com/gpu: 8}}}").accelerators
    assert shown(found[0].place) == "8"


TEMPLATE = """
apiVersion: resource.k8s.io/v1
kind: ResourceClaimTemplate
metadata: {name: t}
spec:
  spec:
    devices:
      requests:
        - name: gpu
          %s
"""
POD = """
---
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  resourceClaims: [{name: c, %s}]
  containers: [{name: x, image: x, resources: {claims: [{name: c%s}]}}]
"""


def claimed(
    request: str, entry: str = "resourceClaimTemplateName: t", more: str = ""
) -> list[tuple[str, str, int | None]]:
    text = TEMPLATE % request + POD % (entry, more)
    workloads = recognise([o for o in resources(Source("x.yaml", text)) if isinstance(o, Resource)])
    return [(a.resource, a.vendor, a.count) for a in workloads[0].containers[0].accelerators]


@pytest.mark.parametrize(
    ("request_fields", "expected"),
    [
        ("exactly: {deviceClassName: gpu.nvidia.com, count: 2}", [("gpu.nvidia.com", "nvidia", 2)]),
        ("exactly: {deviceClassName: mig.nvidia.com}", [("mig.nvidia.com", "nvidia", 1)]),
        ("exactly: {deviceClassName: gpu.intel.com, allocationMode: All}", [("gpu.intel.com", "intel", None)]),
        ("deviceClassName: gaudi.intel.com", [("gaudi.intel.com", "habana", 1)]),
        (
            "firstAvailable: [{deviceClassName: gpu.amd.com}, {deviceClassName: gpu.nvidia.com}]",
            [("gpu.amd.com", "amd", 1)],
        ),
        ("exactly: {deviceClassName: compute-domain-daemon.nvidia.com}", []),
        ("exactly: {deviceClassName: dranet.rdma}", []),
        ("exactly: {deviceClassName: strange.example}", [("strange.example", "unknown", 1)]),
        ("exactly: {deviceClassName: gpu.nvidia.com, count: many}", [("gpu.nvidia.com", "nvidia", None)]),
    ],
)
def test_claims(request_fields: str, expected: list[tuple[str, str, int | None]]) -> None:
    assert claimed(request_fields) == expected


def test_a_claim_that_is_elsewhere_is_unknown() -> None:
    assert claimed("exactly: {}", "resourceClaimName: other") == [("other", "unknown", None)]


def test_only_the_request_that_is_named() -> None:
    assert claimed("exactly: {deviceClassName: gpu.nvidia.com}", more=", request: nic") == []


def test_a_claim_the_container_does_not_use() -> None:
    pod = "resourceClaims: [{name: c, resourceClaimName: y}]"
    assert deployment("{name: x, image: x}", pod).containers[0].accelerators == ()


def test_types_that_are_wrong() -> None:
    subject = container("{name: c, image: x, resources: {claims: [1, {name: []}]}}")
    found: tuple[Accelerator, ...] = accelerators_of(subject.node, subject.podset.node, lambda _kind, _name: None)
    assert found == ()
