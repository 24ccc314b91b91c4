"""Workloads: every pod, wherever it hides, in the same shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from hullmark.model.container import Accelerator, Container, ModelReference
from hullmark.model.resource import Ref, Resource
from hullmark.model.terms import Confidence, Platform, Role
from hullmark.model.truth import Undecided, flag, string
from hullmark.text.lazy import cached_property
from hullmark.text.source import Key, Place
from hullmark.text.tree import Node, dig, items


class Evidence(NamedTuple):
    """One reason for a classification, and where it stands."""

    text: str
    place: Place | None = None


class Replicas(NamedTuple):
    """How many pods: between ``least`` and ``most``, starting with ``wanted``; None where nobody can know.

    ``source`` says who decides: ``declared``, ``default``, ``HorizontalPodAutoscaler x``, ``ScaledObject x``, the kind's own field.
    """

    wanted: int | None
    least: int | None
    most: int | None
    source: str = "declared"


Lifetime = Literal["service", "task", "daemon"]


class Setting(NamedTuple):
    """A value found on a command line or in the environment, and where it stands."""

    value: str
    place: Place
    container: Container | None = None


class Port(NamedTuple):
    """A port of pods."""

    number: int
    protocol: str = "TCP"


class TrainingFacts(NamedTuple):
    """What a multi-process run declares (NPROC, NNODES, CKPT_PATHS, RESUME, GANG, SPOT, BENCH).

    ``processes_per_node``, ``nodes`` and ``processes`` (of all nodes together: accelerate's ``--num_processes``, mpirun's
    ``-np``) are None when not written as a literal. ``gang`` names the signal that makes its pods
    start all or nothing, empty if there is none. ``spot`` names the sign of preemptible capacity.
    """

    processes_per_node: Setting | None = None
    nodes: Setting | None = None
    checkpoints: tuple[Setting, ...] = ()
    resume: bool = False
    gang: str = ""
    gang_size: int | None = None
    spot: str = ""
    benchmark: bool = False
    processes: Setting | None = None


@dataclass(frozen=True, eq=False)
class PodSet:
    """Pods made from one template: a Deployment has one, a PyTorchJob a master's and a worker's.

    ``node`` is the PodSpec (also one assembled from an operator's flattened fields), ``path`` where it was found,
    ``labels`` what its pods carry as far as declared. ``role`` differs from the workload's only where a kind mixes roles.
    ``unsettled`` is why nobody can know all of the pod (a patch that is filled in when it runs); empty for most.
    ``made_account`` is the ServiceAccount that the kind's operator makes for pods that name none; empty where it makes none.
    """

    name: str
    node: Node
    workload: Workload
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    template: Node | None
    replicas: Replicas
    role: Role
    containers: tuple[Container, ...] = ()
    unsettled: str = ""
    made_account: str = ""

    def at(self, *keys: Key) -> Place:
        """The place of a field of the pod spec, or the nearest that exists."""
        return self.node.at(*keys)

    def template_place(self, field: str) -> Place:
        """The place of a field of the pod template's metadata (``labels``, ``annotations``)."""
        return self.node.at() if self.template is None else self.template.at("metadata", field)

    @cached_property
    def windows(self) -> bool:
        """Whether its pods run on Windows: they say so, or their node selector asks for its nodes."""
        asked = (("os", "name"), ("nodeSelector", "kubernetes.io/os"), ("nodeSelector", "beta.kubernetes.io/os"))
        return any(string(self.node.value, *path) == "windows" for path in asked)

    @cached_property
    def volumes(self) -> Mapping[str, Node]:
        """Its volumes by name."""
        return {string(v.value, "name"): v for v in self.node.children("volumes") if isinstance(v.value, dict)}

    @cached_property
    def ports(self) -> tuple[tuple[Port, str], ...]:
        """The ports that its containers declare, each with its name."""
        found: list[tuple[Port, str]] = []
        for container in self.containers:
            for port in items(container.node.value, "ports"):
                number = dig(port, "containerPort")
                if isinstance(number, int) and not isinstance(number, bool):
                    found.append((Port(number, string(port, "protocol").upper() or "TCP"), string(port, "name")))
        return tuple(found)

    @property
    def service_account(self) -> str:
        """The name of the ServiceAccount its pods run as: named, else made by the operator, else ``default``."""
        named = string(self.node.value, "serviceAccountName") or string(self.node.value, "serviceAccount")
        return named or self.made_account or "default"

    @cached_property
    def host_network(self) -> bool:
        """Whether its pods share the node's network."""
        return flag(self.node.value, "hostNetwork") is True

    @property
    def accelerators(self) -> tuple[Accelerator, ...]:
        """The devices of one pod."""
        return tuple(a for c in self.containers for a in c.accelerators)

    @property
    def accelerator_count(self) -> int:
        """How many devices one pod gets (ACC).

        Raises:
            Undecided: a count is not known.
        """
        return sum(c.accelerator_count for c in self.containers)


@dataclass(frozen=True, eq=False)
class Workload:
    """Something that runs: one object with its pod sets, and what it is for.

    ``template`` marks objects that only shape others (ServingRuntime, SandboxTemplate, PodTemplate): what is wrong in them is wrong, what
    is missing may be added later. ``inferred`` marks a kind that is in no table, recognised by the shape of a pod spec in it.
    ``injected`` names what the kind's operator adds by itself: ``liveness-probe``, ``readiness-probe``, ``startup-probe``, ``dev-shm``,
    ``pre-stop``, ``grace-period``, ``resources``, ``security-context``, ``image``, ``command``, ``dashboard-host``, ``tolerations``.
    ``role_confidence`` is lower where the role is only concluded from what the workload is given to work with.
    """

    resource: Resource
    role: Role
    evidence: tuple[Evidence, ...]
    engine: str
    lifetime: Lifetime
    template: bool
    inferred: bool
    injected: frozenset[str]
    podsets: tuple[PodSet, ...] = ()
    models: tuple[ModelReference, ...] = ()
    training: TrainingFacts | None = None
    role_confidence: Confidence = Confidence.HIGH

    @cached_property
    def ref(self) -> Ref:
        """The identity of its object."""
        return self.resource.ref

    @property
    def name(self) -> str:
        """The name of its object."""
        return self.resource.ref.name

    @cached_property
    def namespace(self) -> str:
        """The namespace as declared; empty when none is."""
        return self.resource.ref.namespace

    @cached_property
    def platform(self) -> Platform:
        """What it runs on."""
        return self.resource.platform

    @cached_property
    def containers(self) -> tuple[Container, ...]:
        """The containers of all its pod sets."""
        return tuple(c for p in self.podsets for c in p.containers)

    @property
    def role_word(self) -> str:
        """Its role as reports say it to people."""
        return self.role.value if self.role_confidence is Confidence.HIGH else f"probably {self.role.value}"

    @property
    def is_ai(self) -> bool:
        """Whether it runs or supports AI: it has a role, an engine or accelerators."""
        return self.role is not Role.GENERIC or bool(self.engine) or any(c.accelerators for c in self.containers)

    @property
    def accelerator_total(self) -> int | None:
        """Devices over all pods at the wanted number of replicas; None when not known."""
        total = 0
        for podset in self.podsets:
            try:
                per_pod = podset.accelerator_count
            except Undecided:
                return None
            if per_pod and podset.replicas.wanted is None:
                return None
            total += per_pod * (podset.replicas.wanted or 0)
        return total

    def at(self, *keys: Key) -> Place:
        """The place of a field of the object, or the nearest that exists."""
        return self.resource.node.at(*keys) if keys else self.resource.place
