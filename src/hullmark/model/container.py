"""A container with its *effective* values: what Kubernetes makes of container, pod and defaults together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from hullmark.model.argv import Argv
from hullmark.model.image import Image
from hullmark.model.quantity import quantity
from hullmark.model.terms import Platform, Sign
from hullmark.model.truth import Undecided, flag, number, string
from hullmark.text.lazy import cached_property
from hullmark.text.regex import regex
from hullmark.text.source import Key, Place
from hullmark.text.tree import Map, Node, Value, dig, items, mapping

if TYPE_CHECKING:
    from hullmark.model.workload import Evidence, PodSet, Workload

ContainerKind = Literal["app", "init", "sidecar", "ephemeral"]


Origin = Literal["literal", "secret", "config", "field", "unknown"]
"""How the value of a variable comes about."""

SHARED_MEMORY = "/dev/shm"  # noqa: S108 - a path to look for, not a place for temporary files
"""Where POSIX shared memory is mounted (https://man7.org/linux/man-pages/man7/shm_overview.7.html)."""

_FILLED_IN = regex(r"\$(?:[@*]|\{\w+\[[@*]\]\}|\{?\w*(?:ARG|OPT|FLAG|PARAM)\w*\}?)$", re.IGNORECASE)
"""Words that stand for several options at once (``$EXTRA_ARGS``)."""

_APPENDED = {"LLMInferenceService": "VLLM_ADDITIONAL_ARGS"}
"""Variables that an operator's command line ends with (kserve ``config/llmisvcconfig``)."""


class Variable(NamedTuple):
    """One environment variable: its value where it is known, and how it comes about.

    ``origin`` is *literal*, *secret*, *config* (a ConfigMap key, ``value`` known if that map was read),
    *field* (downward API) or *unknown*. ``node`` is the entry; for values from a ConfigMap, the entry there.
    """

    name: str
    value: str | None
    origin: Origin
    node: Node


class File(NamedTuple):
    """A text that a container finds at a path."""

    path: str
    text: Node


class Mount(NamedTuple):
    """A volume as a container sees it. ``volume`` is the pod's volume, or None if it declares none of that name."""

    path: str
    read_only: bool
    volume: Node | None
    node: Node

    @property
    def type(self) -> str:
        """The volume's type (``emptyDir``, ``persistentVolumeClaim``…); empty when unknown."""
        if self.volume is None:
            return ""
        return next((key for key, value in self.volume.value.items() if key != "name" and value is not None), "")


@dataclass(frozen=True, slots=True)
class Accelerator:
    """Devices a container asks for. ``count`` is None when it cannot be known (DRA ``All``, a placeholder)."""

    resource: str
    vendor: str
    count: int | None
    via: Literal["resource", "dra"]
    place: Place


class ModelReference(NamedTuple):
    """A model that is loaded: where from (hub, oci, s3, gs, azure, pvc, path, ngc, ollama, http), which, and how it is pinned."""

    scheme: str
    id: str
    revision: str
    digest: str
    place: Place

    @property
    def pinned(self) -> bool:
        """Whether the reference always yields the same bytes: a digest or a 40-digit commit."""
        return bool(self.digest) or (len(self.revision) == 40 and all(c in "0123456789abcdef" for c in self.revision))


@dataclass(frozen=True, eq=False)
class Container:
    """One container of a pod set.

    ``node`` stands for the container mapping, also where an operator's flattened fields were seen as one
    (then its marks point at the originals). ``environment`` includes what ``envFrom`` brings in as far as
    known; ``environment_known`` is false when some of it is not.
    """

    node: Node
    kind: ContainerKind
    podset: PodSet
    engine: str = ""
    evidence: tuple[Evidence, ...] = ()
    """What its engine is told by."""
    models: tuple[ModelReference, ...] = ()
    accelerators: tuple[Accelerator, ...] = ()
    environment: Mapping[str, Variable] = field(default_factory=dict)
    environment_known: bool = True
    default_name: str = ""
    """What its controller calls it where the manifest does not say (``user-container``), else its position (``containers[0]``)."""
    completed: bool = False
    """Whether its operator writes what is missing of it: image, command, probes."""
    given: Mapping[Sign, Evidence] = field(default_factory=dict)
    """What it is given to work with, looked for where nothing else tells what its workload is for."""
    script: File | None = None
    """The script of a ConfigMap that its command runs and that starts a known program."""

    @property
    def workload(self) -> Workload:
        """The workload the container belongs to."""
        return self.podset.workload

    @property
    def spec(self) -> Map:
        """The container mapping."""
        value = self.node.value
        return value if isinstance(value, Map) else mapping(None)

    @cached_property
    def name(self) -> str:
        """The container's name, written or given by its controller; its position if it has none."""
        return string(self.node.value, "name") or self.default_name

    @cached_property
    def image(self) -> Image:
        """The image reference, taken apart."""
        return Image.parse(string(self.node.value, "image"))

    @property
    def built(self) -> bool:
        """Whether its image is made from sources beside its file, as a Compose service may say; a name is then its own."""
        return self.workload.platform is Platform.COMPOSE and self.node.get("build") is not None

    @property
    def long_running(self) -> bool:
        """Whether it runs as long as its pod: an ordinary container or a sidecar (a restartable init container)."""
        return self.kind in ("app", "sidecar")

    def at(self, *keys: Key) -> Place:
        """The place of a field of the container, or the nearest that exists."""
        return self.node.at(*keys)

    # -- security context ---------------------------------------------------------------------

    def inherited(self, *keys: Key) -> Value:
        """A security-context field where the container's value wins over the pod's, and null equals absent.

        Only runAsUser, runAsGroup, runAsNonRoot, seLinuxOptions, seccompProfile, appArmorProfile and windowsOptions inherit
        (https://kubernetes.io/docs/tasks/configure-pod-container/security-context/#set-the-security-context-for-a-container).
        """
        own = dig(self.node.value, "securityContext", *keys)
        return own if own is not None else dig(self.podset.node.value, "securityContext", *keys)

    def inherited_at(self, *keys: Key) -> Place:
        """Where the effective value of an inherited field stands, else the container's nearest place."""
        if (
            self.node.get("securityContext", *keys) is None
            and self.podset.node.get("securityContext", *keys) is not None
        ):
            return self.podset.node.at("securityContext", *keys)
        return self.node.at("securityContext", *keys)

    @cached_property
    def privileged(self) -> bool:
        """Effective ``privileged``."""
        return flag(self.node.value, "securityContext", "privileged") is True

    @cached_property
    def run_as_user(self) -> int | None:
        """Effective user id; None leaves it to the image."""
        return number({"runAsUser": self.inherited("runAsUser")}, "runAsUser")

    @cached_property
    def run_as_non_root(self) -> bool | None:
        """Effective ``runAsNonRoot``."""
        return flag({"runAsNonRoot": self.inherited("runAsNonRoot")}, "runAsNonRoot")

    @property
    def windows(self) -> bool:
        """Whether the pod declares Windows (most Linux hardening does not apply there)."""
        return self.podset.windows

    def capabilities(self, verb: Literal["add", "drop"]) -> tuple[str, ...]:
        """Capabilities added or dropped, upper case and without the ``CAP_`` prefix."""
        found = items(self.node.value, "securityContext", "capabilities", verb)
        return tuple(c.upper().removeprefix("CAP_") for c in found if isinstance(c, str))

    # -- resources ----------------------------------------------------------------------------

    def request(self, resource: str) -> str | None:
        """The effective request as written: its own, its limit (which the API server copies), or the pod's."""
        own = self._quantity("requests", resource)
        if own is None:
            own = self._quantity("limits", resource)
        if own is None:
            own = _quantity(self.podset.node.value, "requests", resource)
        return own if own is not None else _quantity(self.podset.node.value, "limits", resource)

    def limit(self, resource: str) -> str | None:
        """The effective limit as written: its own or the pod's."""
        own = self._quantity("limits", resource)
        return own if own is not None else _quantity(self.podset.node.value, "limits", resource)

    def _quantity(self, bound: str, resource: str) -> str | None:
        return _quantity(self.node.value, bound, resource)

    # -- volumes ------------------------------------------------------------------------------

    @cached_property
    def mounts(self) -> tuple[Mount, ...]:
        """Its volume mounts with the pod's volumes."""
        return tuple(self._mounts())

    def _mounts(self) -> Iterator[Mount]:
        volumes = self.podset.volumes
        for node in self.node.children("volumeMounts"):
            path = string(node.value, "mountPath")
            try:
                read_only = flag(node.value, "readOnly") is True
            except Undecided:
                read_only = False
            yield Mount(path, read_only, volumes.get(string(node.value, "name")), node)

    def mount_for(self, path: str) -> Mount | None:
        """The mount a path lies on: the longest mount path that is a prefix of it."""
        best: Mount | None = None
        for mount in self.mounts:
            root = mount.path.rstrip("/")
            longer = best is None or len(root) > len(best.path.rstrip("/"))
            if root and (path == root or path.startswith(root + "/")) and longer:
                best = mount
        return best

    # -- what it runs -------------------------------------------------------------------------

    @cached_property
    def argv(self) -> Argv:
        """What the program sees that it is there for: of the script that its command runs, else of the command (ARGV)."""
        return self.written if self.script is None else self.running(self.script)

    @cached_property
    def written(self) -> Argv:
        """Command and arguments as they stand: shell scripts in them unwrapped, literal variables expanded."""
        own = self.node.get("command") is not None
        return Argv.of(self.node, self._known, "" if own else _APPENDED.get(self.workload.ref.kind, ""))

    def running(self, script: File) -> Argv:
        """The commands of a script that its command runs, with what is handed to it."""
        words, name = self.written.words, script.path.rpartition("/")[2]
        at = next((i for i, word in enumerate(words) if word.rpartition("/")[2] == name), len(words))
        given = {v.name: f"${v.name}" if v.value is None else v.value for v in self.environment.values()}
        return Argv.of_script(script.text, given, words[at:], complete=self.environment_known)

    @property
    def _known(self) -> dict[str, str]:
        return {v.name: v.value for v in self.environment.values() if v.value is not None}

    @cached_property
    def unseen(self) -> str:
        """Why its command does not show with which options its engine runs: a file of commands or settings; else empty."""
        if file := self.argv.script_file:
            return f"what '{file.rpartition('/')[2]}' runs is not read"
        if self.engine and (word := next(filter(_FILLED_IN.match, self.argv.words), "")):
            return f"what '{word}' on its command line stands for is not known"
        settings = self.argv.flag("--config") if self.engine == "vllm" else ""
        return f"the options in '{settings}' are not read" if settings else ""

    def env(self, name: str) -> str | None:
        """The known value of an environment variable; None when unset or not known (see `environment`)."""
        variable = self.environment.get(name)
        return None if variable is None else variable.value

    @property
    def accelerator_count(self) -> int:
        """How many devices it asks for.

        Raises:
            Undecided: a count is not known.
        """
        total = 0
        for accelerator in self.accelerators:
            if accelerator.count is None:
                raise Undecided(f"how many '{accelerator.resource}' the container gets is not known")
            total += accelerator.count
        return total


def _quantity(value: Value, bound: str, resource: str) -> str | None:
    found = dig(value, "resources", bound, resource)
    if found is None or isinstance(found, (dict, list)):
        return None
    text = str(found)
    return None if not text.strip() or quantity(text) == 0 else text
