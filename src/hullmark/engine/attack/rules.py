"""What an attacker can do next: the rules by which one stand leads to another.

Costs are a judgement, not a measurement: 1 for what needs a request and no luck, 2 or 3 for what needs a way with words
or a token found, 4 and more for what needs somebody else's mistake.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from hullmark.engine.attack.ground import CLUSTER, Ground, here
from hullmark.engine.attack.path import Entry, Hold, Stand, Step
from hullmark.engine.result import Settled
from hullmark.graph.applications import open_to_all
from hullmark.model.component import Component, ComponentKind, EdgeKind, Power
from hullmark.model.resource import Resource
from hullmark.model.terms import Reach, Role
from hullmark.model.workload import Evidence

INTERNET, INTERNAL = (f"trust-boundary/{name}" for name in ("internet", "internal-network"))
NODE = "node"
"""The stand of somebody who has left a container for its node; nodes are no components."""

OPEN_API = (
    "unauthenticated-public-inference",
    "unauthenticated-mcp-server",
    "unauthenticated-mcp-route",
    "unauthenticated-mlflow",
    "unauthenticated-notebook",
    "unauthenticated-ray-control-plane",
    "exposed-ray-control-plane",
    "unauthenticated-vector-store",
    "shared-ollama",
)
"""Findings that let anybody who reaches a component use it."""

RUNS_CODE = {
    "unauthenticated-notebook": ("runs code in the notebook", "interpreter"),
    "unauthenticated-ray-control-plane": ("submits a job to Ray", "interpreter"),
    "exposed-ray-control-plane": ("submits a job to Ray", "interpreter"),
}
"""Findings on what runs the code of its users by design."""

ESCAPES = (
    "privileged-container",
    "runtime-socket-mount",
    "sensitive-host-path",
    "host-pid",
    "added-capability",
    "host-path-volume",
)
"""Findings that lead from a container to its node."""

FOREIGN_CODE = ("trusted-remote-code", "unsafe-weight-format")
"""Findings by which whoever changes a model runs code where it is loaded."""

RBAC = (
    "cluster-admin-binding",
    "wildcard-rbac-rule",
    "secrets-access",
    "overpowered-agent-identity",
    "unconfined-agent",
)
_ADMIN = frozenset(
    {"become-admin", "impersonate", "modify-webhooks", "nodes-proxy", "mount-nodes", "sign-certificates"}
)
"""Powers that end in being administrator of the cluster, wherever they hold in all of it."""

_BECOMES = {
    "run-pods": ("runs a pod as '{}'", "deploy-container"),
    "impersonate": ("acts as '{}'", "valid-accounts"),
    "create-tokens": ("makes a token of '{}'", "valid-accounts"),
    "write-secrets": ("makes a token of '{}'", "valid-accounts"),
}
"""Powers that are those of every account of the namespace they hold in.

https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks.
"""

_MOST_ACCOUNTS, _MOST_CHOOSY = 64, 200
"""Accounts of a namespace that are looked at, and workloads with policies that are asked about each who looks around."""

_OF_NOTEBOOKS = frozenset({"accelerators", "data", "poisoning"})
"""Kinds of prizes that who works in a notebook has anyway, as far as they are the notebook's own."""

_FILES = ("volume", "directory")
"""How types of data stores begin that are mounted, not connected to."""

_ANSWERS = frozenset(
    {Role.ONLINE_INFERENCE, Role.EMBEDDING, Role.LLM_GATEWAY, Role.INFERENCE_ROUTER, Role.RAG_SERVICE, Role.AGENT}
)
"""Roles that are asked with the words of whoever uses what stands in front of them."""

_FOR_EVERYONE = frozenset({Role.AI_UI, Role.RAG_SERVICE, Role.AGENT, Role.LLM_GATEWAY})
"""Roles whose users are whoever reaches them, as long as nothing asks who they are."""


class Rules:
    """The steps that lead on from a stand."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.graph = ground.graph

    def entries(self) -> Iterator[Entry]:
        """Where attackers come in."""
        reaches = {self.ground.architecture.exposure(c.workload).reach for c in self.ground.workloads() if c.workload}
        if Reach.PUBLIC in reaches:
            yield Entry(Stand(INTERNET, Hold.REACH), "anybody on the internet")
        if Reach.INTERNAL in reaches:
            yield Entry(Stand(INTERNAL, Hold.REACH), "anybody in the internal network", 2)
        for component in self.ground.workloads():
            role = component.workload.role if component.workload is not None else None
            if role is Role.NOTEBOOK:
                who = f"whoever works in notebook '{component.label}'"
                yield Entry(Stand(component.id, Hold.CONTROL), who, 2, _OF_NOTEBOOKS)
            elif role is Role.AGENT and any(self._reads_outside(component)):
                yield Entry(Stand(component.id, Hold.USE), f"a text from outside that '{component.label}' reads", 3)
        for model in self.graph.kinds(ComponentKind.MODEL):
            if any(self._changed(Stand(model.id, Hold.CONTROL))):
                who = f"whoever can change model '{model.label}' where it is published"
                yield Entry(Stand(model.id, Hold.CONTROL), who, 4, frozenset({"model-weights"}))

    def _reads_outside(self, component: Component) -> Iterator[bool]:
        for target, _, _ in self.ground.targets(component.id, EdgeKind.CALLS, EdgeKind.READS):
            yield target.kind in (ComponentKind.EXTERNAL, ComponentKind.DATA_STORE)

    def steps(self, stand: Stand) -> Iterator[Step]:
        """Every step from exactly this stand; what less allows is found from the lesser stand."""
        if stand.component in (INTERNET, INTERNAL, CLUSTER):
            if stand.hold is Hold.REACH:
                yield from self._connected(stand)
            return
        component = self.graph.by_id.get(stand.component)
        if component is None:
            return
        if stand.hold is Hold.REACH:
            yield from self._reached(stand, component)
        elif stand.hold is Hold.USE:
            yield from self._used(stand, component)
        elif component.kind is ComponentKind.IDENTITY:
            yield from self._acted_as(stand, component)
        elif component.kind is ComponentKind.MODEL:
            yield from self._changed(stand)
        else:
            yield from self._controlled(stand, component)

    def _connected(self, stand: Stand) -> Iterator[Step]:
        """From a network to what can be reached in it."""
        least = {INTERNET: Reach.PUBLIC, INTERNAL: Reach.INTERNAL, CLUSTER: Reach.CLUSTER}[stand.component]
        where = {INTERNET: "from the internet", INTERNAL: "from the internal network", CLUSTER: "inside the cluster"}
        for component in self.ground.workloads():
            if component.workload is None:
                continue
            exposure = self.ground.architecture.exposure(component.workload)
            asked = stand.component == CLUSTER and component.id in self.ground.choosy
            if exposure.reach < least or (asked and len(self.ground.choosy) <= _MOST_CHOOSY):
                continue
            unknown = exposure.unknown if least > Reach.CLUSTER else ""
            findings = self.ground.found(component.id, ("unrestricted-ingress",)) if stand.component == CLUSTER else ()
            yield Step(
                stand,
                Stand(component.id, Hold.REACH),
                f"reaches '{component.label}' {where[stand.component]}",
                tuple(Evidence(hop.text, hop.place) for hop in exposure.path),
                findings,
                ("network-discovery",) if stand.component == CLUSTER else ("public-application",),
                1,
                "policies refuse it to some, and who was not looked at" if asked else unknown,
            )

    def _around(self, stand: Stand, component: Component, findings: tuple[Settled, ...]) -> Iterator[Step]:
        """From a workload to those inside the cluster that policies do not refuse to it."""
        for target in self.ground.choosy.values() if len(self.ground.choosy) <= _MOST_CHOOSY else ():
            refused, unknown = self.ground.refused(component, target)
            if target.workload is None or target.id == component.id or refused:
                continue
            opened = (*findings, *self.ground.found(target.id, ("unrestricted-ingress",)))
            hops = self.ground.architecture.exposure(target.workload).path
            evidence = tuple(Evidence(hop.text, hop.place) for hop in hops)
            text = f"reaches '{target.label}' inside the cluster"
            yield Step(stand, Stand(target.id, Hold.REACH), text, evidence, opened, ("network-discovery",), 3, unknown)

    def _admitted(self, stand: Stand, component: Component) -> Iterator[Step]:
        """From a workload to those that policies close to others and open to it."""
        for target, evidence in islice(self.ground.admitted(component), _MOST_CHOOSY):
            refused, unknown = self.ground.refused(component, target)
            if not refused:
                text = f"reaches '{target.label}', which is open to it"
                yield Step(stand, Stand(target.id, Hold.REACH), text, evidence, (), ("network-discovery",), 3, unknown)

    def _reached(self, stand: Stand, component: Component) -> Iterator[Step]:
        """From reaching a component to using it, or to what stands behind it."""
        for target, evidence, unknown in self.ground.targets(component.id, EdgeKind.ROUTES):
            yield Step(
                stand, Stand(target.id, Hold.REACH), f"is led on to '{target.label}'", evidence, cost=0, unknown=unknown
            )
        if component.workload is None:
            return
        use = Stand(component.id, Hold.USE)
        exposure = self.ground.architecture.exposure(component.workload)
        findings = self.ground.found(component.id, OPEN_API)
        if findings:
            yield Step(
                stand,
                use,
                f"uses '{component.label}' without being asked who it is",
                (),
                findings,
                ("exposed-service",),
            )
        elif component.workload.role in _FOR_EVERYONE and not exposure.authenticated:
            variables = filter(None, map(open_to_all, component.workload.containers))
            off = tuple(Evidence(f"{v.name} switches its sign-in off", v.node.at("value")) for v in variables)
            unknown = "" if off else "whether it asks its users for a name cannot be seen"
            text = f"uses '{component.label}' as anybody does"
            yield Step(stand, use, text, off or here(component), (), ("inference-api",), 1, unknown)
        elif self.ground.undecided(component, OPEN_API):
            unknown = f"whether '{component.label}' asks who calls cannot be seen"
            text = f"uses '{component.label}'"
            yield Step(stand, use, text, here(component), (), ("exposed-service",), 3, unknown)

    def _used(self, stand: Stand, component: Component) -> Iterator[Step]:
        """From using a component to running code in it or acting with its rights."""
        control = Stand(component.id, Hold.CONTROL)
        for check, (text, technique) in RUNS_CODE.items():
            if findings := self.ground.found(component.id, (check,)):
                yield Step(stand, control, f"{text} '{component.label}'", (), findings, (technique,))
                return
        role = component.workload.role if component.workload is not None else None
        tools = f"how far the tools of '{component.label}' go cannot be seen"
        if role is Role.AGENT:
            text = f"talks agent '{component.label}' into doing what it wants"
            yield Step(stand, control, text, here(component), (), ("prompt-injection", "agent-tools"), 2, tools)
        elif role is Role.MCP_SERVER:
            text = f"calls the tools of '{component.label}'"
            yield Step(stand, control, text, here(component), (), ("agent-tools",), 1, tools)
        elif role in (Role.AI_UI, Role.RAG_SERVICE, Role.LLM_GATEWAY, Role.INFERENCE_ROUTER):
            yield from self._passed_on(stand, component)

    def _passed_on(self, stand: Stand, component: Component) -> Iterator[Step]:
        """From using what stands in front to what it calls: it passes prompts on, and shows its own key for them."""
        for target, evidence, unknown in self.ground.targets(component.id, EdgeKind.CALLS):
            text = f"sends requests through '{component.label}' to '{target.label}'"
            behind = self._behind(target)
            answering = [one for one in behind if one.workload is not None and one.workload.role in _ANSWERS]
            for one in answering:
                yield Step(stand, Stand(one.id, Hold.USE), text, evidence, (), ("inference-api",), 1, unknown)
            if not answering:
                kept = bool(behind) and all(map(_keeps_data, behind))
                doubt = f"that '{component.label}' asks '{target.label}' for whatever it is told" if kept else ""
                techniques = () if kept else ("inference-api",)
                yield Step(stand, Stand(target.id, Hold.REACH), text, evidence, (), techniques, 1, unknown or doubt)

    def _behind(self, component: Component) -> list[Component]:
        """What answers for a component: the workloads behind a Service, else itself."""
        if component.kind is not ComponentKind.SERVICE:
            return [component]
        routes = self.ground.targets(component.id, EdgeKind.ROUTES)
        return [target for target, _, _ in routes if target.kind is not ComponentKind.SERVICE]

    def _controlled(self, stand: Stand, component: Component) -> Iterator[Step]:
        """From running code in a workload to everything that it may do."""
        for target, evidence, unknown in self.ground.targets(
            component.id, EdgeKind.CALLS, EdgeKind.READS, EdgeKind.WRITES, EdgeKind.DEPENDS_ON
        ):
            if target.kind in (ComponentKind.EXTERNAL, ComponentKind.SECRET, ComponentKind.CONFIG):
                continue
            # It connects as the workload does, with the credentials that the workload has.
            hold = Hold.USE if target.kind is ComponentKind.DATA_STORE else Hold.REACH
            mounted = hold is Hold.USE and target.facts.get("type", "").startswith(_FILES)
            text = f"opens '{target.label}'" if mounted else f"connects to '{target.label}'"
            technique = "local-data" if mounted else "remote-services"
            yield Step(stand, Stand(target.id, hold), text, evidence, (), (technique,), 1, unknown)
        yield from self._identity(stand, component)
        if findings := self.ground.found(component.id, ESCAPES):
            text = f"leaves the container of '{component.label}' for its node"
            yield Step(stand, Stand(NODE, Hold.CONTROL), text, (), findings, ("escape",), 2)
        if findings := self.ground.found(component.id, ("unrestricted-egress",)):
            text = f"looks around in the cluster from '{component.label}'"
            yield Step(stand, Stand(CLUSTER, Hold.REACH), text, (), findings, ("network-discovery",), 2)
            yield from self._around(stand, component, findings)
        yield from self._admitted(stand, component)

    def _identity(self, stand: Stand, component: Component) -> Iterator[Step]:
        if component.workload is None:
            return
        tokens = [self.ground.architecture.around(p).identity.token_mounted for p in component.workload.podsets]
        if not any(token is not False for token in tokens):
            return
        unknown = "" if True in tokens else "whether a token is mounted cannot be seen"
        findings = self.ground.found(component.id, ("automounted-token",))
        for target, evidence, doubt in self.ground.targets(component.id, EdgeKind.RUNS_AS):
            if target.id in self.graph.powers:
                text = f"takes the token of account '{target.label}'"
                place = Stand(target.id, Hold.CONTROL)
                yield Step(stand, place, text, evidence, findings, ("token",), 1, unknown or doubt)

    def _acted_as(self, stand: Stand, component: Component) -> Iterator[Step]:
        """From an account to what its roles allow; a repaired role allows none of it."""
        if not self.ground.repaired.isdisjoint(self._rbac_objects(component.id)):
            return
        for power in self.graph.powers.get(component.id, ()):
            if power.kind in _ADMIN and (power.everywhere or power.kind == "become-admin"):
                technique = "account-manipulation" if power.kind == "become-admin" else "valid-accounts"
                text = f"{power.text}, as '{component.label}'"
                yield self._by_power(stand, Stand(CLUSTER, Hold.CONTROL), text, power, technique)
            elif power.kind in ("run-pods", "exec-into-pods") and power.everywhere:
                text = f"{power.text} wherever it likes, as '{component.label}'"
                technique = "deploy-container" if power.kind == "run-pods" else "container-command"
                yield self._by_power(stand, Stand(CLUSTER, Hold.CONTROL), text, power, technique)
            elif power.kind in _BECOMES and power.namespace and not power.everywhere:
                yield from self._become(stand, power)

    def _become(self, stand: Stand, power: Power) -> Iterator[Step]:
        """From an account to the others of a namespace in which it may take their place."""
        text, technique = _BECOMES[power.kind]
        if power.names and power.kind == "write-secrets":
            return
        named = () if power.kind == "run-pods" else power.names
        for account in islice(self.ground.accounts(power.namespace), _MOST_ACCOUNTS):
            if account.id != stand.component and (not named or account.label in named):
                place = Stand(account.id, Hold.CONTROL)
                yield self._by_power(stand, place, text.format(account.label), power, technique)

    def _by_power(self, stand: Stand, target: Stand, text: str, power: Power, technique: str) -> Step:
        return Step(stand, target, text, power.evidence, self._rbac(stand.component), (technique,), 1, power.unknown)

    def _rbac(self, identity: str) -> tuple[Settled, ...]:
        """The findings on an account's roles and bindings, and on what runs as it."""
        runners = (edge.source for edge in self.graph.into(identity, EdgeKind.RUNS_AS))
        found = [s for runner in runners for s in self.ground.found(runner, RBAC)]
        found += (s for resource in self._rbac_objects(identity) for s in self.ground.on(resource, RBAC))
        return tuple(dict.fromkeys(found))

    def _rbac_objects(self, identity: str) -> tuple[Resource, ...]:
        """The roles and bindings of an account."""
        runners = (self.graph.by_id.get(edge.source) for edge in self.graph.into(identity, EdgeKind.RUNS_AS))
        podsets = [p for r in runners if r is not None and r.workload is not None for p in r.workload.podsets]
        grants = [g for podset in podsets for g in self.ground.architecture.around(podset).identity.grants]
        named = self.graph.by_id.get(identity)
        bound = () if named is None else self.ground.bindings(named)
        return tuple(dict.fromkeys((*(r for g in grants for r in (g.binding, g.role) if r is not None), *bound)))

    def _changed(self, stand: Stand) -> Iterator[Step]:
        """From a model to where it is loaded; a commit or digest that is named stays what it is."""
        for edge in self.graph.into(stand.component, EdgeKind.LOADS_MODEL):
            target = self.graph.by_id.get(edge.source)
            findings = self.ground.found(edge.source, FOREIGN_CODE)
            if target is None or not findings or self._same_bytes(target, stand.component):
                continue
            pinned = self.ground.found(edge.source, ("unpinned-model",))
            text = f"runs code in '{target.label}' when it loads the model"
            techniques = ("model-supply-chain", "unsafe-artifact")
            yield Step(
                stand, Stand(edge.source, Hold.CONTROL), text, edge.evidence, (*findings, *pinned), techniques, 1
            )

    def _same_bytes(self, component: Component, model: str) -> bool:
        """Whether a workload names exactly which version of a model it loads, or would once that is repaired."""
        if self.ground.mended(component.id, "unpinned-model"):
            return True
        label = self.graph.by_id[model].label
        containers = component.workload.containers if component.workload is not None else ()
        named = [m.pinned for c in containers for m in c.models if m.id == label]
        return bool(named) and all(named)


def _keeps_data(component: Component) -> bool:
    role = component.workload.role if component.workload is not None else None
    return component.kind is ComponentKind.DATA_STORE or role is Role.VECTOR_STORE
