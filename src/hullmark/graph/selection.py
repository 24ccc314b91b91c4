"""What a selecting object selects, what it nearly selects, and why more may be selected than can be seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hullmark.graph.index import ANYWHERE, Names, Pods
from hullmark.model.architecture import Selection
from hullmark.model.resource import Resource
from hullmark.model.selectors import Selector
from hullmark.model.workload import PodSet

_MOST_NEAR = 3
"""Near misses worth naming."""

_LOOKED_AT = 32
"""Candidates for near misses that are looked at."""

_PEOPLE = ("app.kubernetes.io", "helm.sh", "k8s-app")
"""Label prefixes that people write, https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/."""

_CONTROLLERS = frozenset({"job-name", "controller-uid", "pod-template-hash", "statefulset.kubernetes.io/pod-name"})
"""Label keys that controllers of Kubernetes itself put on pods."""

BUILT_IN = frozenset({
    "", "apps", "batch", "policy", "autoscaling", "networking.k8s.io", "extensions", "rbac.authorization.k8s.io",
    "storage.k8s.io", "scheduling.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io", "coordination.k8s.io",
    "admissionregistration.k8s.io", "node.k8s.io", "discovery.k8s.io", "gateway.networking.k8s.io", "resource.k8s.io",
    "kustomize.config.k8s.io", "events.k8s.io", "certificates.k8s.io", "flowcontrol.apiserver.k8s.io",
})  # fmt: skip
"""API groups whose objects make no pods beyond those we know."""


def set_by_controller(key: str) -> bool:
    """Whether controllers of Kubernetes itself put a label with this key on pods."""
    return key in _CONTROLLERS


class Selections:
    """Turns selectors into selections, with what the explanations need."""

    def __init__(self, pods: Pods, resources: Iterable[Resource]) -> None:
        self.pods = pods
        self._customs = Names(pods.chains, (r for r in resources if r.ref.group not in BUILT_IN and r.ref.name))

    def of(self, resource: Resource, selector: Selector, namespace: str | None = None) -> Selection:
        """What a namespaced object selects by labels; ``namespace`` differs from its own for some kinds only."""
        space = resource.ref.namespace if namespace is None else namespace
        hits = self.pods.select(selector, space, resource)
        if hits.podsets:
            return Selection(hits.podsets)
        unknown = self._unknown(resource, selector, space)
        return Selection((), tuple(self._near(resource, selector, space))[:_MOST_NEAR], unknown)

    def _unknown(self, resource: Resource, selector: Selector, namespace: str) -> str:
        if selector.unknown:
            return selector.unknown
        if selector.placeholder:
            return f"its selector holds the placeholder '{selector.placeholder}'"
        for key in selector.keys:
            if set_by_controller(key) or ("/" in key and key not in self.pods.keys and not key.startswith(_PEOPLE)):
                return f"label '{key}' may be set by a controller"
        for _, value in selector.pairs:
            if (maker := self._customs.find(value, namespace, resource)) is not None and maker is not resource:
                return f"its pods may be made by {maker.ref.kind} '{maker.ref.name}'"
        return self._empty(resource, namespace)

    def _empty(self, resource: Resource, namespace: str) -> str:
        if not self.pods.populated(namespace):
            where = f" of namespace '{namespace}'" if namespace else ""
            return f"the scan holds no workload{where}"
        if not namespace and not self.pods.complete and not self._neighbours(resource):
            return "no workload is declared beside it"
        return ""

    def _neighbours(self, resource: Resource) -> bool:
        shelf = self.pods.shelf(ANYWHERE, ":all", "")
        folder = self.pods.chains.of(resource)[1:2]
        return shelf is not None and bool(shelf.holds(folder[0] if folder else ""))

    def _near(self, resource: Resource, selector: Selector, namespace: str) -> Iterator[tuple[PodSet, str]]:
        elsewhere = self.pods.everywhere(selector, resource) if selector.pairs else ()
        for podset in elsewhere:
            yield podset, f"the same labels in namespace '{podset.workload.namespace}'"
        if elsewhere:
            return
        if len(selector.pairs) > 1 and not selector.unknown:
            yield from self._all_but_one(resource, selector, namespace)
        elif selector.pairs:
            yield from self._other_value(resource, selector.pairs[0])

    def _all_but_one(self, resource: Resource, selector: Selector, namespace: str) -> Iterator[tuple[PodSet, str]]:
        """Whoever has all labels but one has one of the first two."""
        seen: set[PodSet] = set()
        for key, value in selector.pairs[:2]:
            for podset in self.pods.having(key, value, namespace, resource).podsets[:_LOOKED_AT]:
                wrong = [(k, v) for k, v in selector.pairs if podset.labels.get(k) != v]
                if len(wrong) == 1 and podset not in seen:
                    seen.add(podset)
                    yield podset, _difference(*wrong[0], podset)

    def _other_value(self, resource: Resource, pair: tuple[str, str]) -> Iterator[tuple[PodSet, str]]:
        shelf = self.pods.shelf(ANYWHERE, ":all", "")
        for podset in shelf.within(resource.file)[:_LOOKED_AT] if shelf is not None else ():
            if pair[0] in podset.labels:
                yield podset, _difference(*pair, podset)


def _difference(key: str, value: str, podset: PodSet) -> str:
    has = podset.labels.get(key)
    return f"label '{key}' is {'absent' if has is None else repr(has)}, not {value!r}"
