"""What a pod requests: containers, init containers, sidecars, pod-level resources and overhead taken together.

Rules: ``PodRequests`` of ``k8s.io/component-helpers/resource/helpers.go``, and the API server's defaults
(``pkg/apis/core/v1/defaults.go``): a limit is a request where none is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from hullmark.simulate.placement.amounts import amounts
from hullmark.simulate.placement.resources import DEFAULT_BYTES, DEFAULT_MILLICORES
from hullmark.text.tree import Value, dig, items, mapping

Amounts = dict[str, int]

_POD_LEVEL = ("cpu", "memory")
"""Resources that a whole pod can request, huge pages aside."""


class Requests(NamedTuple):
    """What a pod requests by resource, and the cpu and memory it counts in scores, placed and while being placed.

    The two differ for pod-level requests alone, which v1.34 leaves out of what is being placed
    (``resourceAllocationScorer.enablePodLevelResources`` is not set for ``NodeResourcesFit``).
    """

    amounts: Amounts
    scored: tuple[int, int]
    asked: tuple[int, int]


def requests(spec: Value) -> Requests:
    """What a pod requests, zeros left out."""
    plain = _whole_pod(spec, _total(spec, dict))
    containers = _total(spec, _with_defaults)
    scored, asked = _whole_pod(spec, containers), _with_overhead(spec, containers)
    return Requests({k: v for k, v in plain.items() if v}, _pair(scored), _pair(asked))


def _pair(amounts: Amounts) -> tuple[int, int]:
    return amounts.get("cpu", 0), amounts.get("memory", 0)


def _whole_pod(spec: Value, containers: Amounts) -> Amounts:
    return _with_overhead(spec, {**containers, **_pod_level(spec, containers)})


def _with_overhead(spec: Value, own: Amounts) -> Amounts:
    return _sum((own, amounts(mapping(spec, "overhead"))))


def _with_defaults(own: Amounts) -> Amounts:
    return {"cpu": DEFAULT_MILLICORES, "memory": DEFAULT_BYTES, **own}


def _total(spec: Value, complete: Callable[[Amounts], Amounts]) -> Amounts:
    total = _sum(complete(of_container(c)) for c in items(spec, "containers"))
    sidecars: Amounts = {}
    most: Amounts = {}
    for container in items(spec, "initContainers"):
        own = complete(of_container(container))
        if dig(container, "restartPolicy") == "Always":
            total, sidecars = _sum((total, own)), _sum((sidecars, own))
            most = _most(most, sidecars)
        else:
            most = _most(most, _sum((own, sidecars)))
    return _most(total, most)


def of_container(container: Value) -> Amounts:
    """The requests of one container, limits in their place where they are missing."""
    return {
        **amounts(mapping(container, "resources", "limits")),
        **amounts(mapping(container, "resources", "requests")),
    }


def _pod_level(spec: Value, total: Mapping[str, int]) -> Amounts:
    """Requests written for the whole pod; a limit counts where no container requests the resource."""
    own = amounts(mapping(spec, "resources", "requests"))
    limits = amounts(mapping(spec, "resources", "limits"))
    found = {**{k: v for k, v in limits.items() if k not in total}, **own}
    return {k: v for k, v in found.items() if k in _POD_LEVEL or k.startswith("hugepages-")}


def _sum(parts: Iterable[Mapping[str, int]]) -> Amounts:
    total: Amounts = {}
    for part in parts:
        for name, number in part.items():
            total[name] = total.get(name, 0) + number
    return total


def _most(one: Mapping[str, int], other: Mapping[str, int]) -> Amounts:
    return {name: max(one.get(name, 0), other.get(name, 0)) for name in {**one, **other}}
