"""The RayCluster that KubeRay's chart ``ray-cluster`` makes, as far as its values say.

Source: ``helm-chart/ray-cluster`` of ray-project/kuberay (02095682): ``templates/raycluster-cluster.yaml`` and ``values.yaml``, and
the values of ray-project/kuberay-helm (15be8a29).
"""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.model.resource import Ref, Resource
from hullmark.model.truth import string
from hullmark.recognise.assemble import Parts
from hullmark.recognise.charts.parts import container
from hullmark.recognise.charts.row import Part
from hullmark.text.tree import Map, Node, PairMark, Seq

_POD = (
    "nodeSelector tolerations affinity volumes serviceAccountName priorityClassName securityContext=podSecurityContext"
)
_OWN = "resources envFrom volumeMounts securityContext"


def cluster(release: Resource) -> Iterator[Resource]:
    """The RayCluster: a head, the worker group, and further worker groups that are not disabled."""
    values = release.node
    here = values.span.start
    mark = (here, here + 1, here, here + 1)
    spec = Parts(values)
    head = _group(release, ("head",), "ray-head", mark)
    head.take("serviceType=service.type", values.value)
    spec.put("headGroupSpec", head.map, mark)
    spec.take("enableInTreeAutoscaling=head.enableInTreeAutoscaling", values.value)
    paths: list[tuple[str, ...]] = [("worker",)]
    paths += [("additionalWorkerGroups", name) for name in _names(values)]
    workers = Seq()
    for path in paths:
        if values.get(*path, "disabled") is True or values.child(*path) is None:
            continue
        group = _group(release, path, "ray-worker", mark).take("groupName replicas minReplicas maxReplicas")
        group.put("groupName", path[-1], mark)
        workers.append(group.map)
        workers.marks.append(mark[:2])
    spec.put("workerGroupSpecs", workers, mark)
    name = string(values.value, "fullnameOverride") or f"{release.ref.name}-kuberay"
    root = Map({"kind": "RayCluster", "metadata": Map({"name": name}, {"name": mark}), "spec": spec.map})
    root.marks.update(dict.fromkeys(("kind", "metadata", "spec"), mark))
    node = Node(values.doc._replace(root=root), root, values.span, ())
    ref = Ref("RayCluster", release.ref.namespace, name, "ray.io")
    yield Resource(ref, "v1", node, "chart", release.host, release.release)


def _names(values: Node) -> list[str]:
    found = values.get("additionalWorkerGroups")
    return [str(name) for name in found][:64] if isinstance(found, Map) else []


def _group(release: Resource, path: tuple[str, ...], name: str, mark: PairMark) -> Parts:
    """A group of the cluster: its template has the one container that runs Ray."""
    values = release.node
    start = values.child(*path)
    if start is None or not isinstance(start.value, Map):
        start = Node(values.doc, Map(), values.span, values.path)
    image = "image" if start.get("image", "repository") else "/image"
    part = Part(name, "rayproject/ray", image=image, container=_OWN, env="/common.containerEnv containerEnv")
    inside = container(part, start, values, release)
    pod = Parts(start).take(_POD)
    pod.put("containers", Seq([inside.value], [mark[:2]]), mark)
    template = Map({"spec": pod.map}, {"spec": mark})
    group = Parts(start).take("rayStartParams")
    group.put("template", template, mark)
    return group
