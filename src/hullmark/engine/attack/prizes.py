"""What an attacker wants, and where it is got."""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.engine.attack.ground import CLUSTER, Ground, here
from hullmark.engine.attack.path import Gain, Hold, Prize, Stand
from hullmark.engine.attack.rules import NODE
from hullmark.model.component import Component, ComponentKind, EdgeKind
from hullmark.model.terms import Role
from hullmark.model.workload import Evidence

KINDS = {
    "cluster-admin": ("the whole cluster", 6, ("valid-accounts",)),
    "node": ("a node, and all that runs on it", 5, ("escape",)),
    "secrets": ("secrets", 5, ("unsecured-credentials",)),
    "model-weights": ("the weights of a model of one's own", 4, ("collect-artifacts", "full-model")),
    "data": ("data", 4, ("repositories",)),
    "poisoning": ("a say in what models learn from or answer with", 3, ("poison-data", "poison-rag")),
    "accelerators": ("time of accelerators", 2, ("compute",)),
    "third-party-bill": ("calls that somebody else pays for", 2, ("bill",)),
}
"""Kinds of prizes: what they are, how much they weigh, and the techniques that getting them amounts to."""

_OWN = ("s3", "gs", "azure", "pvc", "path", "oci", "http")
"""Schemes of models that are not simply downloaded from a public hub."""

_POWERS = ("read-secrets", "create-tokens", "write-secrets", "run-pods")
"""Powers that give secrets: whoever runs pods in a namespace mounts whichever of its secrets they like."""


class Prizes:
    """The prizes of a stand."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.graph = ground.graph

    def at(self, stand: Stand) -> Iterator[Gain]:
        """Everything got by standing there."""
        if stand == Stand(CLUSTER, Hold.CONTROL):
            yield _gain("cluster-admin", "administrator of the whole cluster")
        elif stand == Stand(NODE, Hold.CONTROL):
            yield _gain("node", "a node and everything that runs on it")
        component = self.graph.by_id.get(stand.component)
        if component is None:
            return
        if component.kind is ComponentKind.IDENTITY and stand.hold is Hold.CONTROL:
            yield from self._by_powers(component)
        elif component.kind is ComponentKind.DATA_STORE and stand.hold >= Hold.USE:
            yield _gain("data", f"the data in '{component.label}'", here(component), self._owner(component))
        elif component.workload is not None:
            yield from self._of_workload(stand, component)

    def _owner(self, store: Component) -> str:
        """The one workload that uses a store, else the store itself."""
        if store.facts.get("sharing") != "owned":
            return store.id
        users = {e.source for e in self.graph.into(store.id, EdgeKind.READS, EdgeKind.WRITES, EdgeKind.MOUNTS)}
        return users.pop() if len(users) == 1 else store.id

    def _by_powers(self, component: Component) -> Iterator[Gain]:
        for power in self.graph.powers.get(component.id, ()):
            if power.kind in _POWERS:
                where = "of the whole cluster" if power.everywhere else f"of namespace '{power.namespace}'"
                names = () if power.kind == "run-pods" else power.names
                which = ", ".join(f"'{name}'" for name in names) or "all secrets"
                yield _gain("secrets", f"{which} {where}", power.evidence, component.id)

    def _of_workload(self, stand: Stand, component: Component) -> Iterator[Gain]:
        workload = component.workload
        if workload is None or stand.hold < Hold.USE:
            return
        if workload.role is Role.VECTOR_STORE:
            yield _gain("data", f"the documents in '{component.label}'", here(component), component.id)
        held = [a for c in workload.containers for a in c.accelerators]
        if held:
            told = tuple(Evidence(f"asks for {a.resource}", a.place) for a in held)
            yield _gain("accelerators", f"time of the accelerators of '{component.label}'", told, component.id)
        if workload.role in (Role.LLM_GATEWAY, Role.AGENT, Role.RAG_SERVICE, Role.AI_UI):
            for target, evidence, _ in self.ground.targets(component.id, EdgeKind.CALLS):
                if target.kind is ComponentKind.EXTERNAL:
                    text = f"calls to '{target.label}' at the owner's expense"
                    yield _gain("third-party-bill", text, evidence, target.id)
        if stand.hold is Hold.CONTROL:
            yield from self._inside(component)

    def _inside(self, component: Component) -> Iterator[Gain]:
        """What is got by running code in a workload."""
        for target, evidence, _ in self.ground.targets(
            component.id, EdgeKind.READS, EdgeKind.MOUNTS, EdgeKind.DEPENDS_ON
        ):
            if target.kind is ComponentKind.SECRET:
                yield _gain("secrets", f"secret '{target.label}'", evidence, target.id)
        for target, evidence, _ in self.ground.targets(component.id, EdgeKind.WRITES):
            if target.kind is ComponentKind.DATA_STORE:
                yield _gain("poisoning", f"a say in what is written to '{target.label}'", evidence, self._owner(target))
        if component.workload is not None:
            loaded = {t.label: t.id for t, _, _ in self.ground.targets(component.id, EdgeKind.LOADS_MODEL)}
            models = {m.id: m for c in component.workload.containers for m in c.models if m.scheme in _OWN}
            for model in models.values():
                told = (Evidence("loads it", model.place),)
                yield _gain("model-weights", f"the weights of '{model.id}'", told, loaded.get(model.id, ""))


def _gain(kind: str, text: str, evidence: tuple[Evidence, ...] = (), of: str = "") -> Gain:
    return Gain(Prize(kind, text, KINDS[kind][1]), evidence, of)
