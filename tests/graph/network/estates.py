"""Small estates of namespaces, pods and policies as plain objects, for the tests of reachability."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from hullmark.graph.build import build
from hullmark.graph.network.reach import Reachability
from hullmark.model.architecture import Architecture
from hullmark.model.resource import Resource
from hullmark.model.workload import PodSet
from hullmark.sources.kubernetes import resources
from hullmark.text.source import Source

Object = dict[str, Any]


def built(objects: Iterable[Object]) -> Architecture:
    text = "\n---\n".join(json.dumps(o) for o in objects)
    found = list(resources(Source("estate.yaml", text)))
    assert all(isinstance(r, Resource) for r in found), found
    return build([r for r in found if isinstance(r, Resource)])


def asked(objects: Iterable[Object]) -> tuple[Reachability, dict[str, PodSet]]:
    arch = built(objects)
    return Reachability(arch), {f"{p.workload.namespace}/{p.workload.name}": p for p in arch.links}


def namespace(name: str, **labels: str) -> Object:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def pod(name: str, space: str, labels: dict[str, str], *ports: Object, **spec: Any) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": space, "labels": labels},
        "spec": {"containers": [{"name": "main", "image": "x:1", "ports": list(ports)}], **spec},
    }


def policy(name: str, space: str, spec: Object) -> Object:
    meta = {"name": name, "namespace": space}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": meta, "spec": spec}


def admin(name: str, spec: Object, kind: str = "ClusterNetworkPolicy") -> Object:
    version = "v1alpha2" if kind == "ClusterNetworkPolicy" else "v1alpha1"
    return {
        "apiVersion": f"policy.networking.k8s.io/{version}",
        "kind": kind,
        "metadata": {"name": name},
        "spec": spec,
    }


def cilium(name: str, space: str, spec: Object) -> Object:
    kind = "CiliumNetworkPolicy" if space else "CiliumClusterwideNetworkPolicy"
    meta = {"name": name, "namespace": space} if space else {"name": name}
    return {"apiVersion": "cilium.io/v2", "kind": kind, "metadata": meta, "spec": spec}
