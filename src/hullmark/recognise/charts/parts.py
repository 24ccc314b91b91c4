"""From the values of a chart to the pods that it makes, with the machinery of the tables of kinds."""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.model.resource import Resource
from hullmark.recognise.assemble import Fields, Parts, made_up, pair
from hullmark.recognise.charts.row import Chart, Part
from hullmark.recognise.charts.versions import unseen
from hullmark.recognise.kinds import Assembler, Count, Kind, Pod, Pods, Scene, path
from hullmark.text.source import Key
from hullmark.text.tree import Map, Node, PairMark, Seq, Value, dig

CHART_DEFAULT = "<chart default>"
"""What stands in an image for what the chart fills in: a placeholder, so that nothing is concluded from it."""

RELEASE = "hullmark.dev/release"
"""A label by which made-up Services select made-up pods; no cluster has it."""

_BY_CHART = frozenset(
    {
        "image", "command", "liveness-probe", "readiness-probe", "startup-probe", "dev-shm", "pre-stop", "grace-period",
        "tolerations",
    }
)  # fmt: skip
"""What a template may add that the values do not show (`hullmark.model.workload.Workload.injected`)."""


def kind(chart: Chart) -> Kind:
    """The row of a chart as recognition reads it."""
    return Kind(tuple(_pods(chart, part) for part in chart.parts), chart.role, injected=_BY_CHART)


def _pods(chart: Chart, part: Part) -> Pods:
    labels = {
        "app.kubernetes.io/name": chart.name,
        "app.kubernetes.io/instance": "{name}",
        RELEASE: "{name}.{pods}",
        **part.labels,
    }
    own = part.assemble is not None and part.at  # what assembles by itself starts at its own values
    return Pods(
        f"values.{part.each}.*" if part.each else f"values.{part.at}" if own else "values",
        name=".name" if part.each else part.name,
        replicas=_below(part) if part.at and not own else part.replicas,
        labels=labels,
        role=part.role,
        assemble=part.assemble or _assembler(part),
    )


def _below(part: Part) -> Count:
    """A count that is written from the values on, where the part's own values start deeper."""
    wanted = "|".join(f"{part.at}.{one}" for one in part.replicas.wanted.split("|") if one)
    return part.replicas._replace(wanted=wanted)


def _assembler(part: Part) -> Assembler:
    fields = Fields(
        part.name, part.container, part.pod, beside=part.beside, labels="podLabels", annotations="podAnnotations"
    )

    def assemble(carrier: Node, scene: Scene) -> Iterator[Pod]:
        if not exists(part, carrier):
            return
        start = carrier.child(*path(part.at)) if part.at else carrier
        if start is None or not isinstance(start.value, Map):
            start = Node(carrier.doc, Map(), carrier.span, carrier.path)
        start = _effective(part, start, scene.resource)
        yield made_up(start, container(part, start, carrier, scene.resource), fields)

    return assemble


CONTEXTS = ("containerSecurityContext", "podSecurityContext")


def switched_off(part: Part, values: Value, version: str) -> tuple[str, ...]:
    """The security contexts of a part that are written and yet are none, because their ``enabled`` is off."""
    if unseen(part.name, version, part.switched):
        return ()
    return tuple(key for key in CONTEXTS if dig(values, *path(part.at), key, "enabled") is False)


def _effective(part: Part, start: Node, resource: Resource) -> Node:
    """The values of a part with nothing in the security contexts that are off, at the place that says so."""
    release = resource.release
    off = switched_off(part._replace(at=""), start.value, release.version) if release is not None else ()
    if not off:
        return start
    made = Map(start.value, dict(start.value.marks))
    for key in off:
        made[key], made.marks[key] = Map(), start.value[key].marks["enabled"]
    return start._replace(value=made)


def exists(part: Part, values: Node) -> bool:
    """Whether the chart makes this part."""
    if not part.switch:
        return True
    said = dig(values.value, *path(part.switch))
    return part.default_on if said is None else said is not False and said != "false"


def container(part: Part, start: Node, carrier: Node, resource: Resource) -> Node:
    """The container of a part: ``start`` are its own values, ``carrier`` all values."""
    here = carrier.span.start
    mark = (here, here + 1, here, here + 1)
    parts = Parts(start)
    parts.put("name", part.name, mark)
    _image(parts, part, start, carrier, mark)
    environment = _environment(part, start, carrier)
    if environment:
        parts.put("env", environment, mark)
    parts.take(part.container)
    release = resource.release
    if release is not None and release.gap:
        parts.put("envFrom", Seq([Map({"chart": release.chart})], [(here, here + 1)]), mark)  # what the chart adds
    made = parts.node()
    return made._replace(span=carrier.span, path=carrier.path)


def _at(start: Node, carrier: Node, text: str) -> tuple[Value, tuple[str, ...]]:
    """Where a path of a row begins and its keys."""
    return (carrier.value, path(text[1:])) if text.startswith("/") else (start.value, path(text))


def _image(parts: Parts, part: Part, start: Node, carrier: Node, mark: PairMark) -> None:
    """The image, with a placeholder for what the chart fills in; its place is the tag's, else the repository's."""
    if part.image == ".":
        found: tuple[Value, PairMark] | None = (start.value, mark)
    else:
        found = pair(*_at(start, carrier, part.image)) if part.image else None
    if found is None:
        if part.software:
            parts.put("image", f"{part.software}:{CHART_DEFAULT}", mark)
        return
    value, own = found
    if isinstance(value, str) and value:
        parts.put("image", value, own)
        return
    if not isinstance(value, Map):
        return
    text, key = _written(value, part.software)
    if text:
        parts.put("image", text, value.marks.get(key, own))
    parts.take("imagePullPolicy=pullPolicy", value)


def _written(value: Map, software: str) -> tuple[str, str]:
    """The image of its parts, and which of them says most about it."""
    words: dict[str, str] = {
        key: str(found)
        for key in ("registry", "repository", "repo", "image", "name", "tag", "version", "digest", "sha")
        if isinstance(found := value.get(key), (str, int, float)) and not isinstance(found, bool) and found != ""
    }
    repository = next((words[key] for key in ("repository", "repo", "image", "name") if key in words), None)
    name = "/".join(w for w in (words.get("registry"), repository) if w) if repository else software
    if not name:
        return "", ""
    tagged = next((key for key in ("tag", "version") if key in words), "")
    digest = words.get("digest") or words.get("sha") or ""
    whole = repository is not None and ":" in repository.rpartition("/")[2] and not tagged
    text = name if whole else f"{name}:{words[tagged] if tagged else CHART_DEFAULT}"
    named = next((key for key in ("repository", "repo", "image", "name") if key in words), "")
    return text + (f"@{digest}" if digest else ""), tagged or named


def _environment(part: Part, start: Node, carrier: Node) -> Seq:
    """All variables that the values set: lists as they are, mappings of names to values or sources."""
    made = Seq()
    for text in part.env.split():
        value: Value = dig(*_flat(_at(start, carrier, text)))
        if isinstance(value, Seq):
            made.extend(value)
            made.marks.extend(value.marks)
        elif isinstance(value, Map):
            for name, item in value.items():
                entry = _entry(name, item, value.marks[name]) if name in value.marks else None
                if entry is not None:
                    made.append(entry)
                    made.marks.append(value.marks[name][2:])
    for word in part.sets.split():
        name, _, text = word.partition("=")
        found = pair(*_at(start, carrier, text))
        entry = _entry(name, found[0], found[1]) if found is not None and found[0] not in (False, "") else None
        if found is not None and entry is not None:
            made.append(entry)
            made.marks.append(found[1][2:])
    return made


def _flat(found: tuple[Value, tuple[str, ...]]) -> tuple[Value, *tuple[Key, ...]]:
    return (found[0], *found[1])


def _entry(name: str, value: Value, mark: PairMark) -> Map | None:
    field = "value"
    if isinstance(value, Map):
        field = "valueFrom"
        value = value.get("valueFrom", value)
    elif isinstance(value, bool):
        value = str(value).lower()
    elif isinstance(value, (int, float)):
        value = str(value)
    elif not isinstance(value, str):
        return None
    start, end = mark[0], mark[1]
    return Map({"name": name, field: value}, {"name": (start, end, start, end), field: mark})
