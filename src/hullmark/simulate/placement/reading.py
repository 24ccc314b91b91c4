"""Reads nodes, pods and what selects them from Kubernetes objects.

Fields of the wrong type are read as absent: whoever has to tell the user so looks before (`hullmark.simulate.pods`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from hullmark.model.resource import strings
from hullmark.model.selectors import Expression, Selector, label_selector
from hullmark.model.truth import string
from hullmark.simulate.placement.amounts import amounts
from hullmark.simulate.placement.nodes import image_name
from hullmark.simulate.placement.ports import ANY_ADDRESS
from hullmark.simulate.placement.requests import requests
from hullmark.simulate.placement.shape import (
    Node,
    NodeTerm,
    Peers,
    Port,
    Requirement,
    Shape,
    Spread,
    Taint,
    Term,
    Toleration,
    Volume,
)
from hullmark.text.tree import Value, dig, items, mapping

_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"


def node(value: Value) -> Node:
    """A Node object. Its capacity counts where it has no ``allocatable``."""
    free = mapping(value, "status", "allocatable") or mapping(value, "status", "capacity")
    images = {
        name: _whole(image, "sizeBytes", 0)
        for image in items(value, "status", "images")
        for name in items(image, "names")
        if isinstance(name, str)
    }
    return Node(
        string(value, "metadata", "name"),
        strings(dig(value, "metadata", "labels")),
        amounts(free),
        tuple(_taint(t) for t in items(value, "spec", "taints")),
        dig(value, "spec", "unschedulable") is True,
        images,
    )


def _taint(value: Value) -> Taint:
    return Taint(string(value, "key"), string(value, "value"), string(value, "effect"))


class Around(NamedTuple):
    """What decides about pods and does not stand in their spec.

    ``defaults`` selects the pods that the system's default spread counts (see `default_selector`), ``volumes`` says
    where its volumes can be reached, ``singles`` are its ReadWriteOncePod claims, ``priority`` is the value of its
    priority class (None: the number in the spec).
    """

    defaults: Selector | None = None
    volumes: tuple[Volume, ...] = ()
    singles: frozenset[str] = frozenset()
    priority: int | None = None


ALONE = Around()


def shape(spec: Value, labels: Mapping[str, str], namespace: str, around: Around = ALONE) -> Shape:
    """The shape of pods with this PodSpec and these labels in a namespace."""
    wanted = requests(spec)
    nodes = mapping(spec, "affinity", "nodeAffinity")
    near, apart = mapping(spec, "affinity", "podAffinity"), mapping(spec, "affinity", "podAntiAffinity")
    required = nodes.get(_REQUIRED)
    return Shape(
        namespace=namespace,
        labels=labels,
        requests=wanted.amounts,
        scored=wanted.scored,
        asked=wanted.asked,
        node_selector=tuple(strings(dig(spec, "nodeSelector")).items()),
        required=None if required is None else tuple(node_term(t) for t in items(required, "nodeSelectorTerms")),
        preferred=tuple(_preferred(nodes)),
        tolerations=tuple(_toleration(t) for t in items(spec, "tolerations")),
        affinity=tuple(_term(t, labels, namespace) for t in items(near, _REQUIRED)),
        anti_affinity=tuple(_term(t, labels, namespace) for t in items(apart, _REQUIRED)),
        liking=(*_weighted(near, labels, namespace, 1), *_weighted(apart, labels, namespace, -1)),
        spread=tuple(_spread(c, labels, namespace) for c in items(spec, "topologySpreadConstraints")),
        defaults=around.defaults,
        ports=frozenset(_ports(spec)),
        volumes=around.volumes,
        singles=around.singles,
        images=tuple(image_name(i) for c in _containers(spec) if (i := string(c, "image"))),
        node_name=string(spec, "nodeName"),
        priority=_whole(spec, "priority", 0) if around.priority is None else around.priority,
        preempts=string(spec, "preemptionPolicy") != "Never",
        blocked="Scheduling is blocked due to non-empty scheduling gates" if items(spec, "schedulingGates") else "",
    )


def node_term(value: Value) -> NodeTerm:
    """A node selector term."""
    return tuple(
        Requirement(
            string(e, "key"),
            string(e, "operator"),
            tuple(str(v) for v in items(e, "values")),
            field=field == "matchFields",
        )
        for field in ("matchExpressions", "matchFields")
        for e in items(value, field)
    )


def _preferred(nodes: Value) -> Iterator[tuple[int, NodeTerm]]:
    for entry in items(nodes, _PREFERRED):
        weight, term = _whole(entry, "weight", 0), node_term(dig(entry, "preference"))
        if weight and term:
            yield weight, term


def _toleration(value: Value) -> Toleration:
    seconds = dig(value, "tolerationSeconds")
    return Toleration(
        string(value, "key"),
        string(value, "operator") or "Equal",
        string(value, "value"),
        string(value, "effect"),
        seconds if isinstance(seconds, int) and not isinstance(seconds, bool) else None,
    )


def _term(value: Value, labels: Mapping[str, str], namespace: str, weight: int = 0) -> Term:
    """A pod affinity term.

    Without namespaces and namespace selector it is about the pod's own namespace. The API server merges
    ``matchLabelKeys`` and ``mismatchLabelKeys`` into the selector (``pkg/registry/core/pod/strategy.go``).
    """
    listed = frozenset(n for n in items(value, "namespaces") if isinstance(n, str))
    spaces = label_selector(dig(value, "namespaceSelector"))
    selector = label_selector(dig(value, "labelSelector"))
    selector = with_keys(selector, items(value, "matchLabelKeys"), labels, "In")
    selector = with_keys(selector, items(value, "mismatchLabelKeys"), labels, "NotIn")
    own = frozenset({namespace}) if not listed and spaces is None else listed
    return Term(Peers(own, selector, spaces), string(value, "topologyKey"), weight)


def _weighted(value: Value, labels: Mapping[str, str], namespace: str, sign: int) -> Iterator[Term]:
    for entry in items(value, _PREFERRED):
        weight = sign * _whole(entry, "weight", 0)
        if weight:
            yield _term(dig(entry, "podAffinityTerm"), labels, namespace, weight)


def _spread(value: Value, labels: Mapping[str, str], namespace: str) -> Spread:
    selector = label_selector(dig(value, "labelSelector"))
    selector = with_keys(selector, items(value, "matchLabelKeys"), labels, "In")
    return Spread(
        string(value, "topologyKey"),
        _whole(value, "maxSkew", 1),
        string(value, "whenUnsatisfiable") != "ScheduleAnyway",
        Peers(frozenset({namespace}), selector),
        _whole(value, "minDomains", 1),
        string(value, "nodeAffinityPolicy") != "Ignore",
        string(value, "nodeTaintsPolicy") == "Honor",
    )


def with_keys(
    selector: Selector | None, keys: Iterable[Value], labels: Mapping[str, str], operator: str
) -> Selector | None:
    """A selector that asks besides for (or against) the pod's own values of some labels; keys it lacks are ignored."""
    own = tuple(Expression(k, operator, (labels[k],)) for k in keys if isinstance(k, str) and k in labels)
    return selector if selector is None or not own else selector._replace(expressions=(*selector.expressions, *own))


def _containers(spec: Value) -> Iterator[Value]:
    yield from items(spec, "initContainers")
    yield from items(spec, "containers")


def _ports(spec: Value) -> Iterator[Port]:
    """Host ports of containers and sidecars; with the host's network every container port is one."""
    sidecars = [c for c in items(spec, "initContainers") if dig(c, "restartPolicy") == "Always"]
    for port in (p for c in (*sidecars, *items(spec, "containers")) for p in items(c, "ports")):
        number = _whole(port, "hostPort", 0)
        if not number and dig(spec, "hostNetwork") is True:
            number = _whole(port, "containerPort", 0)
        if number:
            yield string(port, "protocol") or "TCP", string(port, "hostIP") or ANY_ADDRESS, number


def default_selector(
    labels: Mapping[str, str], services: Iterable[Mapping[str, str]], owner: Selector | None = None
) -> Selector | None:
    """What the system's default spread counts: the selectors of all Services that select the pod, and its owner's.

    None when that selects by nothing (``DefaultSelector`` of ``plugins/helper/spread.go``). ``services`` are the
    selectors of Services in the pod's namespace, ``owner`` that of its ReplicaSet, StatefulSet or ReplicationController.
    """
    merged: dict[str, str] = {}
    for selector in services:
        if all(labels.get(k) == v for k, v in selector.items()):
            merged.update(selector)
    own = owner or Selector()
    found = Selector((*merged.items(), *own.pairs), own.expressions)
    return found if found.pairs or found.expressions else None


def _whole(value: Value, key: str, default: int) -> int:
    found = dig(value, key)
    return found if isinstance(found, int) and not isinstance(found, bool) else default
