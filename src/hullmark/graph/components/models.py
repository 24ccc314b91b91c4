"""Models: which are loaded, trained, evaluated and served by whom, and where they lie.

One model is one component, whatever path leads to it: a path in a mounted claim, ``pvc://`` and another mount of the
same claim are the same place. What lies below the output of a training run is taken to come from it, and said so.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from hullmark.graph.components.draft import NO_NAMESPACE, Why
from hullmark.graph.components.externals import external
from hullmark.graph.components.recipes import recipe
from hullmark.graph.components.scene import Scene
from hullmark.graph.components.volumes import bucket, claim_store, volume_store
from hullmark.model.component import Component, ComponentKind, EdgeKind
from hullmark.model.container import Container, ModelReference, Mount
from hullmark.model.credentials import spot
from hullmark.model.image import Image
from hullmark.model.terms import SERVING, TRAINERS, Role
from hullmark.model.truth import is_placeholder, string
from hullmark.model.workload import Setting, Workload
from hullmark.recognise.models import reference
from hullmark.recognise.parameters import parameters
from hullmark.recognise.training import CHECKPOINT_FLAGS, OUTPUT_FLAGS, OUTPUT_VARIABLES
from hullmark.text.regex import regex
from hullmark.text.source import Place

_KIND = ComponentKind.MODEL.value
_HUBS = {"hub": "huggingface.co", "ngc": "nvcr.io", "ollama": "registry.ollama.ai"}
_BUCKETS = ("s3", "gs", "azure", "oss")
_MOUNTED = "/mnt/models"
"""Where KServe puts what ``storageUri`` names (kserve ``pkg/constants``: DefaultModelLocalMountPath)."""


class Spot(NamedTuple):
    """Where a model lies: what keeps it, and the path in there. Two spots in one store may be one below the other."""

    store: str
    path: str
    name: str


class Models:
    """Makes models as they are found, and remembers where they lie."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self._spots: dict[str, Spot] = {}
        self._made: dict[str, str] = {}
        self.outputs: dict[str, str] = {}

    def loaded(self, owner: str, container: Container | None, workload: Workload, model: ModelReference) -> str | None:
        """A model that is loaded; None for a path that only repeats where a model of this pod is put."""
        if model.scheme == "path" and model.id.startswith(_MOUNTED) and _given(workload, container):
            return None
        made = self.model(model, container, workload)
        facts = {"revision": model.revision, "digest": model.digest, "pinned": "yes" if model.pinned else "no"}
        text = f"container '{container.name}' loads '{model.id}'" if container is not None else f"names '{model.id}'"
        self.scene.draft.edge(EdgeKind.LOADS_MODEL, owner, made, Why(text, model.place, facts=facts))
        if model.scheme == "pvc":
            why = Why(f"mounted for '{model.id}'", model.place, facts={"read-only": "yes"})
            self.scene.draft.edge(EdgeKind.MOUNTS, owner, self._spots[made].store, why)
            self.scene.draft.edge(EdgeKind.READS, owner, self._spots[made].store, why)
        return made

    def model(self, model: ModelReference, container: Container | None, workload: Workload) -> str:
        """The component of a model."""
        spot = self._spot(model, container, workload)
        made = f"{_KIND}/{spot.name}"
        if made not in self.scene.draft:
            label = model.id if model.scheme != "path" else posixpath.basename(spot.path.rstrip("/")) or spot.name
            facts = {"scheme": model.scheme, "revision": model.revision, "digest": model.digest, "where": spot.name}
            zone = self._zone(model.scheme, spot)
            component = Component(
                made, ComponentKind.MODEL, label, "", zone, model.place, declared=False,
                facts={k: v for k, v in facts.items() if v},
            )  # fmt: skip
            self.scene.draft.add(component)
            self._spots[made] = spot
            keeper = self._lies(made, model, spot)
            if keeper and (beside := self.scene.draft.get(keeper).zone) != zone:
                self.scene.draft.replace(replace(component, zone=beside))
        return made

    def store(self, component: str) -> str:
        """The id of what keeps a model, which need not be drawn."""
        return self._spots[component].store

    def _zone(self, scheme: str, spot: Spot) -> str:
        if spot.store in self.scene.draft:
            return self.scene.draft.get(spot.store).zone
        return self.scene.zones.basic("trust-boundary/internet" if scheme in _HUBS else "trust-boundary/cluster")

    def _spot(self, model: ModelReference, container: Container | None, workload: Workload) -> Spot:
        scheme, id_ = model.scheme, model.id.rstrip("/")
        if scheme == "pvc":
            claim, _, path = id_.partition("/")
            return self._in_claim(claim, path, workload, model.place)
        if scheme == "path":
            return self._in_volume(id_, container, workload)
        if scheme in _BUCKETS and "/" in id_:
            name, _, path = id_.partition("/")
            return Spot(f"data-store/bucket/{scheme}/{name}", path, f"{scheme}/{id_}")
        return Spot("", "", f"{scheme}/{id_}")

    def _in_claim(self, claim: str, path: str, workload: Workload, place: Place) -> Spot:
        store = claim_store(self.scene, claim, workload.namespace, workload.resource, place)
        clean = posixpath.normpath(path).strip("/.") if path else ""
        return Spot(store, clean, f"pvc/{store.removeprefix('data-store/')}/{clean}".rstrip("/"))

    def _in_volume(self, path: str, container: Container | None, workload: Workload) -> Spot:
        """A path: in a claim if one is mounted there, else in the pod's own files."""
        mount = container.mount_for(path) if container is not None else None
        if container is not None and mount is not None:
            found = volume_store(self.scene, container, mount)
            if found is not None:
                below = _below(path, mount)
                return Spot(found[0], below, f"{_short(found[0])}/{below}".rstrip("/"))
        ref = workload.ref
        own = f"path/{ref.namespace or NO_NAMESPACE}/{ref.kind}/{ref.name}"
        return Spot(own, path.strip("/"), f"{own}:{path}")

    def _lies(self, made: str, model: ModelReference, spot: Spot) -> str:
        """What keeps a model: a hub, a registry of images, a bucket, a volume; empty if that is not known."""
        draft = self.scene.draft
        if model.scheme in _HUBS:
            keeper = external(self.scene, _HUBS[model.scheme], model.place)
        elif model.scheme == "oci":
            registry = Image.parse(model.id).registry or "docker.io"
            keeper = external(self.scene, registry, model.place)
        elif model.scheme in _BUCKETS and spot.store:
            keeper = bucket(self.scene, model.scheme, spot.store.rpartition("/")[2], model.place)
        elif model.scheme in ("http", "azure"):
            host = (
                model.id.partition("://")[2].partition("/")[0].partition("@")[2]
                or model.id.partition("://")[2].partition("/")[0]
            )
            if not host:
                return ""
            keeper = external(self.scene, host.partition(":")[0].lower(), model.place)
        elif spot.store in draft:
            keeper = spot.store
        else:
            return ""
        draft.edge(EdgeKind.DEPENDS_ON, made, keeper, Why(f"'{model.id}' lies there", model.place))
        return keeper

    def derive(self) -> None:
        """Models that lie at or below the output of a training run."""
        outputs = {(self._spots[m].store, self._spots[m].path): m for m in self.outputs}
        for made, lies in self._spots.items():
            if not lies.store or made in self.outputs:
                continue
            parts = lies.path.split("/")
            for end in range(len(parts), -1, -1):
                produced = outputs.get((lies.store, "/".join(parts[:end])))
                if produced is not None and produced != made:
                    place = self.scene.draft.get(made).place
                    why = Why(
                        f"lies in '{self.scene.draft.get(produced).label}', which a run writes", place, certain=False
                    )
                    self.scene.draft.edge(EdgeKind.DEPENDS_ON, made, produced, why)
                    break


def _below(path: str, mount: Mount) -> str:
    """The path in a volume: below the mount point, and below the part of the volume that is mounted there."""
    inner = path.rstrip("/").removeprefix(mount.path.rstrip("/")).strip("/")
    return "/".join(p for p in (string(mount.node.value, "subPath").strip("/"), inner) if p)


def _short(store: str) -> str:
    kind = "pvc" if "/PersistentVolumeClaim/" in store else "volume"
    return f"{kind}/{store.removeprefix('data-store/')}"


def _given(workload: Workload, container: Container | None) -> bool:
    models = container.models if container is not None and len(container.models) > 1 else workload.models
    return any(m.scheme != "path" for m in models)


_RUNTIMES = ("TrainingRuntime", "ClusterTrainingRuntime")
"""Templates that name the model they are for; others are filled in by what uses them."""


def models(scene: Scene) -> Models:
    """Every model with who loads, serves, evaluates and trains it."""
    made = Models(scene)
    for workload in scene.arch.workloads:
        if workload.template and workload.ref.kind not in _RUNTIMES:
            continue
        seen = set[ModelReference]()
        for container in scene.containers(workload):
            for model in container.models:
                seen.add(model)
                _use(scene, made, workload, container, model)
        for model in workload.models:
            if model not in seen:
                _use(scene, made, workload, None, model)
        for holder, model in (*_entered(workload), *_given_to_runs(scene, workload)):
            if all(model.id != m.id for m in seen):
                _use(scene, made, workload, holder, model)
        _produced(scene, made, workload)
        _datasets(scene, workload)
    made.derive()
    return made


def _use(scene: Scene, made: Models, workload: Workload, container: Container | None, model: ModelReference) -> None:
    owner = scene.owner(workload if container is None else container)
    component = made.loaded(owner, container, workload, model)
    if component is None:
        return
    role = scene.role(owner)
    text = f"{role.value} with '{model.id}'"
    if role in SERVING or role is Role.BATCH_INFERENCE:
        if role in SERVING:
            scene.draft.edge(EdgeKind.SERVES, owner, component, Why(text, model.place))
    elif role is Role.EVALUATION:
        scene.draft.edge(EdgeKind.EVALUATES, owner, component, Why(text, model.place))


_ENTRY = regex(r"--(model(?:[-_](?:id|path|name[-_]or[-_]path|uri|dir))?|base[-_]model)[ =]([^\s'\"]{2,300})")


def _entered(workload: Workload) -> Iterator[tuple[Container | None, ModelReference]]:
    """Models that the entry point of a Ray job names; a path is looked up in whichever of its pods mounts it."""
    entry = workload.resource.node.child("spec", "entrypoint")
    if entry is None or not isinstance(entry.value, str):
        return
    for found in _ENTRY.finditer(entry.value[:20_000]):
        model = reference(found[2], spot(entry, found[2]))
        if model is not None:
            holders = (c for c in workload.containers if model.scheme == "path" and c.mount_for(model.id) is not None)
            yield next(holders, None), model


_MODEL_FLAGS = ("--model-path", "--model-name-or-path", "--model", "--base-model", "--model-dir", "--checkpoint-path")
_PRETRAINED = regex(r"(?:^|,)(?:pretrained|path)=([^,\s]{2,300})")


def _given_to_runs(scene: Scene, workload: Workload) -> Iterator[tuple[Container | None, ModelReference]]:
    """Models on volumes that runs are given: a flag for a model, with a path that a volume is mounted at."""
    for container in scene.containers(workload):
        if scene.role(scene.owner(container)) not in (*_LEARNERS, Role.BATCH_INFERENCE):
            continue
        for flag in _MODEL_FLAGS:
            for value in container.argv.values(flag):
                if value.startswith("/") and container.mount_for(value) is not None:
                    yield container, ModelReference("path", value, "", "", container.argv.place(flag))
            for value in _filled(container, flag):
                model = reference(value, container.argv.place(flag))
                if model is not None:
                    yield container, model
        yield from ((container, model) for model in _of_recipe(scene, container))
        for value in (*container.argv.values("--model-args"), *_filled(container, "--model-args")):
            found = _PRETRAINED.search(value)
            model = None if found is None else reference(found[1], container.argv.place("--model-args"))
            if model is not None:
                yield container, model


def _of_recipe(scene: Scene, container: Container) -> Iterator[ModelReference]:
    """The models that a run's recipe starts from; a path is one where a volume is mounted."""
    for node in recipe(scene, container).models:
        model = reference(str(node.value), node.at())
        if model is not None and (model.scheme != "path" or container.mount_for(model.id) is not None):
            yield model


_DATASET_FLAGS = (
    "--dataset",
    "--dataset-name",
    "--dataset-id",
    "--dataset-path",
    "--dataset-name-or-path",
    "--data-path",
)
_DATASET_VARIABLES = ("DATASET", "DATASET_NAME", "DATASET_ID", "DATASET_URI", "HF_DATASET", "DATASET_NAME_OR_PATH")
_LEARNERS = (*TRAINERS, Role.EVALUATION, Role.DATA_PREPARATION)


def _datasets(scene: Scene, workload: Workload) -> None:
    """Datasets that runs name: of a hub, or in a bucket."""
    initializer = workload.resource.node.child("spec", "initializer", "dataset", "storageUri")
    if initializer is not None and isinstance(initializer.value, str):
        _dataset(scene, scene.owner(workload), initializer.value, initializer.at())
    for container in scene.containers(workload):
        if scene.role(scene.owner(container)) not in _LEARNERS:
            continue
        for flag in _DATASET_FLAGS:
            for value in (*container.argv.values(flag), *_filled(container, flag)):
                _dataset(scene, scene.owner(container), value, container.argv.place(flag))
        for node in recipe(scene, container).datasets:
            _dataset(scene, scene.owner(container), str(node.value), node.at())
        for name in _DATASET_VARIABLES:
            variable = container.environment.get(name)
            if variable is not None and variable.value:
                _dataset(scene, scene.owner(container), variable.value, variable.node.at("value"))


def _dataset(scene: Scene, owner: str, value: str, place: Place) -> None:
    named = reference(value, place)
    if named is None or named.scheme not in ("hub", *_BUCKETS):
        return
    if named.scheme == "hub":
        made = f"data-store/dataset/hub/{named.id}"
        zone = scene.zones.basic("trust-boundary/internet")
        if made not in scene.draft:
            scene.draft.add(
                Component(
                    made, ComponentKind.DATA_STORE, named.id, "", zone, place, declared=False,
                    facts={"type": "dataset"},
                )
            )  # fmt: skip
            hub = external(scene, "huggingface.co", place)
            scene.draft.edge(EdgeKind.DEPENDS_ON, made, hub, Why(f"'{named.id}' lies there", place))
    else:
        made = bucket(scene, named.scheme, named.id.partition("/")[0], place)
    scene.draft.edge(EdgeKind.READS, owner, made, Why(f"reads the dataset '{value}'", place))


def _produced(scene: Scene, made: Models, workload: Workload) -> None:
    """Where training writes: the models it makes. Checkpoints are models that are not finished."""
    for setting in _outputs(scene, workload):
        owner = scene.owner(setting.container if setting.container is not None else workload)
        if scene.role(owner) not in TRAINERS:
            continue
        model = reference(setting.value, setting.place)
        if model is None or model.scheme == "hub":
            continue
        component = made.model(model, setting.container, workload)
        made.outputs[component] = owner
        why = Why(f"writes its model to '{setting.value}'", setting.place)
        scene.draft.edge(EdgeKind.TRAINS, owner, component, why)
        store = made.store(component)
        if store in scene.draft:
            scene.draft.edge(EdgeKind.WRITES, owner, store, why)


_NO_MODEL = regex(r"\.(?:jsonl?|csv|tsv|txt|log|html?|png|ya?ml|parquet|md)$")
"""How files are called that a run writes besides its model."""


def _outputs(scene: Scene, workload: Workload) -> Iterator[Setting]:
    """The places that a workload's runs are told to write to, each once for a container."""
    known = workload.training.checkpoints if workload.training is not None else ()
    run = (s for s in known if s.container is None or s.container.podset not in scene.idle)
    found = {(s.value, s.container): s for s in run}
    for container in scene.containers(workload):
        if scene.role(scene.owner(container)) in TRAINERS:
            for setting in _told(scene, container):
                found.setdefault((setting.value, container), setting)
    yield from found.values()


def _told(scene: Scene, container: Container) -> Iterator[Setting]:
    """Where a run is told to write: by flags, by variables, in its recipe.

    A path that programs of one's own are given counts where a volume is mounted.
    """
    argv = container.argv
    for flag in (*CHECKPOINT_FLAGS, *OUTPUT_FLAGS):
        values = (*(v for v in argv.values(flag) if "{{" not in v), *_filled(container, flag))
        for value in values:
            if flag in CHECKPOINT_FLAGS or _kept(container, value):
                yield Setting(value, argv.place(flag), container)
    for name, variable in container.environment.items():
        if variable.value and OUTPUT_VARIABLES.fullmatch(name) and _kept(container, variable.value):
            yield Setting(variable.value, variable.node.at("value"), container)
    yield from (Setting(str(node.value), node.at(), container) for node in recipe(scene, container).outputs)


def _kept(container: Container, value: str) -> bool:
    """Whether a value is a place outside the pod that may hold a model."""
    return not _NO_MODEL.search(value) and (value[:1] != "/" or container.mount_for(value) is not None)


def _filled(container: Container, flag: str) -> Iterator[str]:
    """What a flag of a step says once the parameters of its workflow are filled in, where it has any."""
    for value in container.argv.values(flag):
        if "{{" in value:
            template, workflow = container.podset.template, container.workload.resource
            name = "" if template is None else string(template.value, "name")
            yield from (v for v in parameters(workflow).filled(value, name) if not is_placeholder(v))
