"""How a release is reached: the Services, Ingresses and HTTPRoutes that a chart makes of its values."""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.model.resource import Ref, Resource
from hullmark.model.truth import string
from hullmark.recognise.assemble import Parts
from hullmark.recognise.charts.parts import RELEASE, exists
from hullmark.recognise.charts.reference import Reference
from hullmark.recognise.charts.row import Chart, Front
from hullmark.recognise.kinds import path
from hullmark.text.tree import Map, Node, PairMark, Seq, Value, dig

_CLASSES = ("ingressClassName", "className", "class", "ingressClass")
_HOSTS = ("hosts", "host", "hostname", "hostName", "rules")
_HOST = ("host", "name")
"""How charts call the class, the hosts, and the host in an item of a list of them."""


def fronts(chart: Chart, reference: Reference, release: Resource) -> Iterator[Resource]:
    """The Services, Ingresses and HTTPRoutes of a release; the node of ``release`` is its values."""
    values = release.node
    parts = {part.name: part for part in chart.parts}
    for front in chart.fronts:
        part = parts.get(front.part, chart.parts[0]) if chart.parts else None
        if part is None or not exists(part, values):
            continue
        name = front.name.replace("{full}", fullname(chart, reference, values)).replace("{release}", reference.release)
        if front.service:
            yield _service(front, name, part.name, release)
        if front.ingress:
            yield from _ingress(front, name, release)
        if front.route:
            yield from _route(front, name, release)


def hidden(chart: Chart, values: Node) -> bool:
    """Whether the values leave open how some part is published."""
    for front in chart.fronts:
        for where, key in ((front.service, front.type), (front.ingress, "enabled")):
            if where and dig(values.value, *path(where), *path(key)) is None:
                return True
    return False


def fullname(chart: Chart, reference: Reference, values: Node) -> str:
    """What the usual helper of charts calls their objects (``helm create``)."""
    own = string(values.value, "fullnameOverride")
    if own:
        return own[:63].rstrip("-")
    name = string(values.value, "nameOverride") or chart.name
    release = reference.release
    return (release if name in release else f"{release}-{name}")[:63].rstrip("-")


def _mark(node: Node) -> PairMark:
    return (node.span.start, node.span.start + 1, node.span.start, node.span.start + 1)


def _object(kind: str, group: str, name: str, release: Resource, metadata: Map, spec: Parts) -> Resource:
    values = release.node
    mark = _mark(values)
    root = Map(
        {"kind": kind, "metadata": metadata, "spec": spec.map}, dict.fromkeys(("kind", "metadata", "spec"), mark)
    )
    node = Node(values.doc, root, values.span, ())
    return Resource(Ref(kind, release.ref.namespace, name, group), "v1", node, "chart", release.host, release.release)


def _metadata(name: str, at: Node, mark: PairMark) -> Map:
    parts = Parts(at)
    parts.put("name", name, mark)
    return parts.take("annotations").map


def _below(front: str, values: Node) -> Node:
    """The mapping of a Service or Ingress; an empty one where the values have none."""
    found = values.child(*path(front))
    return found if found is not None and isinstance(found.value, Map) else Node(values.doc, Map(), values.span, ())


def _service(front: Front, name: str, pods: str, release: Resource) -> Resource:
    at, mark = _below(front.service, release.node), _mark(release.node)
    spec = Parts(at)
    spec.take(f"type={front.type} loadBalancerClass loadBalancerSourceRanges externalIPs")
    label = f"{release.ref.name}.{pods}"
    spec.put("selector", Map({RELEASE: label}, {RELEASE: mark}), mark)
    ports = Seq([Map({"port": port}, {"port": mark}) for port in front.ports], [mark[:2]] * len(front.ports))
    spec.put("ports", ports, mark)
    return _object("Service", "", name, release, _metadata(name, at, mark), spec)


def _ingress(front: Front, name: str, release: Resource) -> Iterator[Resource]:
    at, mark = _below(front.ingress, release.node), _mark(release.node)
    if at.get("enabled") is not True:
        return
    spec = Parts(at)
    for key in _CLASSES:
        spec.take(f"ingressClassName={key}")
    shown = at.value.marks["enabled"]
    hosts = list(_hosts(at))
    rules = Seq()
    for host, own in hosts:
        rules.append(_rule(host, own, name, front))
        rules.marks.append(own[2:])
    if rules:
        spec.put("rules", rules, shown)
    else:
        spec.put("defaultBackend", _backend(name, front, shown), shown)
    _tls(spec, at, [host for host, _ in hosts], mark, known=not (release.release and release.release.gap))
    yield _object("Ingress", "networking.k8s.io", name, release, _metadata(name, at, shown), spec)


_PARENTS = (
    "name=gatewayName namespace=gatewayNamespace kind=gatewayKind sectionName=gatewaySectionName",
    "name=gateway.name namespace=gateway.namespace sectionName=gateway.sectionName",
)
"""How charts that do not take ``parentRefs`` name the Gateway."""


def _route(front: Front, name: str, release: Resource) -> Iterator[Resource]:
    """The HTTPRoute; a Gateway that the chart makes itself is called like everything else of it."""
    at, mark = _below(front.route, release.node), _mark(release.node)
    if at.get("enabled") is not True:
        return
    shown = at.value.marks["enabled"]
    spec = Parts(at)
    if at.get("parentRefs"):
        spec.take("parentRefs")
    parent = Parts(at)
    for fields in _PARENTS:
        parent.take(fields)
    parent.put("name", name, mark)
    spec.put("parentRefs", Seq([parent.map], [mark[:2]]), shown)
    spec.take("hostnames")
    rules = Seq()
    for rule in [*at.children("rules")] or [at]:
        made = Parts(rule).take("backendRefs matches filters")
        target = Map({"name": name, "port": next(iter(front.ports), 80)}, dict.fromkeys(("name", "port"), mark))
        made.put("backendRefs", Seq([target], [shown[2:]]), shown)
        rules.append(made.map)
        rules.marks.append(shown[2:])
    spec.put("rules", rules, shown)
    yield _object("HTTPRoute", "gateway.networking.k8s.io", name, release, _metadata(name, at, shown), spec)


def _backend(name: str, front: Front, mark: PairMark) -> Map:
    service = Map({"name": name, "port": Map({"number": next(iter(front.ports), 80)}, {"number": mark})})
    service.marks.update(dict.fromkeys(("name", "port"), mark))
    return Map({"service": service}, {"service": mark})


def _rule(host: str, mark: PairMark, name: str, front: Front) -> Map:
    every = Map({"path": "/", "backend": _backend(name, front, mark)}, {"path": mark, "backend": mark})
    http = Map({"paths": Seq([every], [mark[2:]])}, {"paths": mark})
    return Map({"host": host, "http": http}, {"host": mark, "http": mark})


def _hosts(at: Node) -> Iterator[tuple[str, PairMark]]:
    """The hosts with their places: one, a list of names, or a list of mappings that name one."""
    for key in _HOSTS:
        value = at.get(key)
        if isinstance(value, str) and value:
            yield value, at.value.marks[key]
        for node in at.children(key) if isinstance(value, Seq) else ():
            if isinstance(node.value, str):
                yield node.value, (*node.span, *node.span)
            elif isinstance(node.value, Map):
                named = next((k for k in _HOST if string(node.value, k)), "")
                if named:
                    yield string(node.value, named), node.value.marks[named]


def _tls(spec: Parts, at: Node, hosts: list[str], mark: PairMark, *, known: bool) -> None:
    """``tls`` as Kubernetes has it: charts also write a switch, or a mapping with one."""
    value: Value = at.get("tls")
    entry = Map({"hosts": Seq(hosts, [mark[:2]] * len(hosts))} if hosts else {}, {"hosts": mark} if hosts else {})
    every = Seq([entry], [mark[:2]])
    if isinstance(value, Seq):
        spec.put("tls", value, at.value.marks["tls"])
    elif value is True or (isinstance(value, Map) and value.get("enabled") is True):
        spec.put("tls", every, at.value.marks["tls"])
    elif value is None and not known:
        spec.put("tls", every, mark)  # whether the chart adds it is not known: no finding may come of it
