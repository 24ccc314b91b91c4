"""A service as an object shaped like a Deployment: kind ``ComposeService`` of the group ``compose-spec.io``.

Everything in it that was written points at where it was written. What Compose alone knows (networks, names, what it waits
for) lies under ``spec``.
"""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.sources.compose.commands import commands, health
from hullmark.sources.compose.devices import resources
from hullmark.sources.compose.dotenv import settings
from hullmark.sources.compose.environment import variables
from hullmark.sources.compose.hardening import namespaces, security
from hullmark.sources.compose.layer import RESET
from hullmark.sources.compose.made import Entry, at, mapping, sequence, several
from hullmark.sources.compose.mounts import mounts
from hullmark.sources.compose.paths import joined
from hullmark.sources.compose.ports import ports
from hullmark.sources.compose.project import Loader
from hullmark.sources.compose.texts import Texts
from hullmark.sources.compose.values import boolean, listed, seconds, text, whole
from hullmark.text.tree import EMPTY_MAP, Map, PairMark, Value, dig
from hullmark.text.tree import mapping as inside

GROUP = "compose-spec.io"
"""The API group of what Compose files define; no cluster knows it."""

SERVICE, MODEL = "ComposeService", "ComposeModel"
"""The kinds of what Compose files define."""

ENDS = "service_completed_successfully"


class Assembly:
    """Puts the services of one project together."""

    def __init__(self, loader: Loader, root: Map, namespace: str) -> None:
        self.loader, self.root, self.namespace = loader, root, namespace
        self.texts = Texts(loader, root)
        self.services = inside(root, "services")
        self._awaited = frozenset(_awaited(self.services))

    def service(self, name: str) -> Map:
        """The object of a service."""
        service, mark = self.services[name], self.services.marks[name]
        title: PairMark = (*mark[:2], *mark[:2])
        labels = self._labels(service)
        notes = _strings({**inside(service, "annotations"), **labels}, inside(service, "annotations"), labels)
        template = [
            ("metadata", mapping([("labels", _strings(labels, labels), title), ("annotations", notes, title)]), title),
            ("spec", self._pod(name, service, title), title),
        ]
        spec = [*self._spec(name, service, title), ("template", mapping(template), title)]
        return self._object(SERVICE, name, title, mapping(spec), notes, _strings(labels, labels))

    def _object(self, kind: str, name: str, title: PairMark, spec: Map, notes: Map, labels: Map) -> Map:
        metadata: list[Entry] = [("name", name, title), ("namespace", self.namespace or None, title)]
        metadata += [("labels", labels or None, title), ("annotations", notes or None, title)]
        return mapping(
            [
                ("apiVersion", f"{GROUP}/v1", title),
                ("kind", kind, title),
                ("metadata", mapping(metadata), title),
                ("spec", spec, title),
            ]
        )

    def model(self, name: str) -> Map:
        """The object of a model that Docker runs beside the services: an OCI artifact, or one of a hub."""
        models = inside(self.root, "models")
        mark = models.marks[name]
        title: PairMark = (*mark[:2], *mark[:2])
        written = text(models[name].get("model")) if isinstance(models[name], Map) else ""
        hub = written.removeprefix("hf.co/").removeprefix("huggingface.co/")
        value = f"hf://{hub}" if hub != written else f"oci://{written}" if written else None
        place = models[name].marks["model"] if value else title
        return self._object(MODEL, name, title, mapping([("model", value, place)]), Map(), Map())

    def _labels(self, service: Map) -> Map:
        """Labels of a service: its own, over those of the files it names."""
        found = Map()
        for item in listed(service.get("label_file"), (0, 0)):
            asked = self.loader.place(item.mark)
            source = self.loader.source(joined(self.loader.home, text(item.value)), asked)
            labels = {} if source is None else settings(source, {}, self.loader.problems)
            for name, setting in labels.items():
                start = self.loader.sheet.add(setting.source, setting.span, via=asked)
                found[name] = setting.value
                found.marks[name] = at((start, start + setting.span.end - setting.span.start))
        own = inside(service, "labels")
        return Map({**found, **own}, {**found.marks, **own.marks})

    # -- what Compose alone knows -------------------------------------------------------------

    def _spec(self, name: str, service: Map, title: PairMark) -> Iterator[Entry]:
        deploy = inside(service, "deploy")
        if text(deploy.get("mode")) == "global":
            yield "replicas", "one on each host", deploy.marks["mode"]
        for holder, key in ((deploy, "replicas"), (service, "scale")):
            yield "replicas", whole(holder.get(key)), holder.marks.get(key, title)
        mode = text(service.get("network_mode"))
        yield "networkMode", mode or None, service.marks.get("network_mode", title)
        if not mode:
            yield "networks", self._networks(service, title), title
        names = {name: title, **dict(self._aliases(service))}
        yield "names", sequence((alias, mark[2:]) for alias, mark in names.items()), title
        yield "dependsOn", _of_mappings(service.get("depends_on")), service.marks.get("depends_on", title)
        yield "models", _of_mappings(service.get("models")), service.marks.get("models", title)
        links = ((link, place) for link, place in listed(service.get("links"), (0, 0)) if isinstance(link, str))
        yield from several("links", links, title)
        if text(dig(deploy, "labels")) == "" and isinstance(deploy.get("labels"), Map):
            yield "labels", _strings(deploy["labels"], deploy["labels"]), deploy.marks["labels"]

    def _networks(self, service: Map, title: PairMark) -> Map:
        """The networks of a service by name, each with what says how far it reaches."""
        written = service.get("networks")
        joined = written if isinstance(written, Map) and written else Map({"default": None}, {"default": title})
        found = Map()
        for name in joined:
            described = inside(self.root, "networks", name)
            place = joined.marks[name]
            entries = [
                (key, boolean(described.get(key)), described.marks.get(key, place)) for key in ("internal", "external")
            ]
            entries.append(("driver", text(described.get("driver")) or None, described.marks.get("driver", place)))
            found[name], found.marks[name] = mapping(entries), place
        return found

    def _aliases(self, service: Map) -> Iterator[tuple[str, PairMark]]:
        if alias := text(service.get("container_name")):
            yield alias, service.marks["container_name"]
        networks = inside(service, "networks")
        for name in networks:
            for alias, place in listed(dig(networks, name, "aliases"), (0, 0)):
                if isinstance(alias, str):
                    yield alias, (*place, *place)

    # -- what it runs -------------------------------------------------------------------------

    def _pod(self, name: str, service: Map, title: PairMark) -> Map:
        volumes, volume_mounts = mounts(service, self.root, self.texts, title)
        container = [*self._container(name, service, title), *volume_mounts]
        grace = seconds(service.get("stop_grace_period"))
        entries = [
            ("containers", sequence([(mapping(container), title[2:])]), title),
            *volumes,
            *namespaces(service, self.root),
            ("restartPolicy", self._restarts(name, service), service.marks.get("restart", title)),
            ("terminationGracePeriodSeconds", grace, service.marks.get("stop_grace_period", title)),
            ("runtimeClassName", text(service.get("runtime")) or None, service.marks.get("runtime", title)),
        ]
        return mapping(entries)

    def _container(self, name: str, service: Map, title: PairMark) -> Iterator[Entry]:
        yield "name", name, title
        yield "image", text(service.get("image")) or None, service.marks.get("image", title)
        built = service.get("build")
        if built is not None and built is not RESET:
            yield "build", built, service.marks["build"]
        yield "workingDir", text(service.get("working_dir")) or None, service.marks.get("working_dir", title)
        yield from commands(service, self.loader.sheet)
        yield from variables(service, self.loader, title)
        yield from ports(service, self.loader.sheet, title)
        yield from resources(service, title)
        yield from security(service, title)
        yield from health(service)

    def _restarts(self, name: str, service: Map) -> str:
        """``Never`` for what is there to end: others wait for that, or it says that it is not started again."""
        policy = text(dig(service, "deploy", "restart_policy", "condition"))
        ends = policy == "none" if policy else text(service.get("restart")) == "no"
        return "Never" if ends or name in self._awaited else "Always"


def _awaited(services: Map) -> Iterator[str]:
    """The services that others wait for to end."""
    for service in services.values():
        for name, how in inside(service, "depends_on").items():
            if isinstance(how, Map) and how.get("condition") == ENDS:
                yield name


def _of_mappings(value: Value) -> Map | None:
    """The entries of a mapping of names to settings, with an empty mapping where there are none."""
    if not isinstance(value, Map) or not value:
        return None
    entries = ((k, v if isinstance(v, Map) else EMPTY_MAP, value.marks[k]) for k, v in value.items() if v is not RESET)
    return mapping(entries)


def _strings(value: dict[str, Value], *holders: Map) -> Map:
    """The entries that are texts, as labels are; true and false as words, nothing as the empty text."""
    marks = {key: mark for holder in holders for key, mark in holder.marks.items()}
    kept = {k: text(v) for k, v in value.items() if k in marks and not isinstance(v, (dict, list)) and v is not RESET}
    return Map(kept, {key: marks[key] for key in kept})
