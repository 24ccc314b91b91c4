"""From the component graph of a scan to a scene: what is worth showing, and how it is named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from hullmark.engine.attack.attack import Attack
from hullmark.engine.attack.path import Path as AttackPath
from hullmark.engine.attack.rules import INTERNAL, INTERNET
from hullmark.engine.result import Result, Settled
from hullmark.model.component import Component, ComponentKind, Edge, EdgeKind, Graph
from hullmark.model.terms import Reach, Role, Severity
from hullmark.model.workload import Workload
from hullmark.report.picture.scene import Arrow, Path, Scene, Shape, Tile, Tone, Zone
from hullmark.report.snippet import address
from hullmark.report.steps import likely, told
from hullmark.report.workloads import declared, models, together

_HIDDEN = frozenset({EdgeKind.MAY_REACH})
"""Edges of which there are too many to mean anything in a picture; the reports and the graph have them."""

_ALONE = frozenset({ComponentKind.CONFIG, ComponentKind.SECRET, ComponentKind.IDENTITY, ComponentKind.BOUNDARY})
"""Components that are shown only where they are joined to something."""

_SHAPES: Mapping[ComponentKind, Shape] = {
    ComponentKind.DATA_STORE: "store",
    ComponentKind.MODEL: "store",
    ComponentKind.EXTERNAL: "outside",
    ComponentKind.MANAGED_SERVICE: "outside",
    ComponentKind.ROUTE: "outside",
    ComponentKind.SERVICE: "small",
    ComponentKind.SECRET: "small",
    ComponentKind.CONFIG: "small",
    ComponentKind.IDENTITY: "small",
    ComponentKind.BOUNDARY: "entry",
}
_KINDS = {
    ComponentKind.DATA_STORE: "data store",
    ComponentKind.MODEL: "model",
    ComponentKind.EXTERNAL: "third party",
    ComponentKind.MANAGED_SERVICE: "managed service",
    ComponentKind.ROUTE: "route",
    ComponentKind.SERVICE: "service",
    ComponentKind.SECRET: "secret",
    ComponentKind.CONFIG: "configuration",
    ComponentKind.IDENTITY: "service account",
    ComponentKind.BOUNDARY: "trust boundary",
}
_TONES: Mapping[Severity, Tone] = {
    Severity.INFO: "info",
    Severity.LOW: "low",
    Severity.MEDIUM: "medium",
    Severity.HIGH: "high",
    Severity.CRITICAL: "critical",
}
_TELLING = (
    EdgeKind.ROUTES,
    EdgeKind.TRAINS,
    EdgeKind.PROMOTES,
    EdgeKind.EVALUATES,
    EdgeKind.LOADS_MODEL,
    EdgeKind.WRITES,
    EdgeKind.READS,
    EdgeKind.CALLS,
    EdgeKind.SERVES,
    EdgeKind.DEPENDS_ON,
    EdgeKind.MOUNTS,
    EdgeKind.RUNS_AS,
    EdgeKind.MAY_REACH,
)
"""Kinds of edges, the most telling first."""

_MOST_BETWEEN = 2
"""Tiles between two steps of a path that are taken to belong to it: a route, a service."""

_ON_HOST = "volume/host-path"
"""How names of models begin that lie in a directory of the host."""

_EVIDENCE, _FINDINGS = 12, 20
"""How many pieces of evidence and findings the details of a tile list."""


def scene(attack: Attack, result: Result, title: str) -> Scene:
    """The scene of one deployable unit, with its attack paths."""
    graph = attack.graph
    stand_ins = dict(_stand_ins(graph))
    edges = [edge for edge in map(_moved(stand_ins), graph.edges) if _matters(edge, graph)]
    joined = {end for edge in edges for end in (edge.source, edge.target)}
    shown = [
        c
        for c in graph.components
        if not c.parent and c.id not in stand_ins and (c.kind not in _ALONE or c.id in joined)
    ]
    known = {component.id for component in shown}
    found = _findings(graph, result, stand_ins)
    zones = tuple(_zones(graph, shown))
    names = {zone.id for zone in zones}
    tiles = tuple(_tile(c, graph, result, found.get(c.id, ()), names) for c in shown)
    arrows = _arrows(e for e in edges if e.source in known and e.target in known and e.source != e.target)
    drawn = tuple(arrows)
    return Scene(title, tiles, drawn, zones, tuple(_paths(attack.paths, known, stand_ins, drawn)))


def _stand_ins(graph: Graph) -> Iterator[tuple[str, str]]:
    """What is shown by another tile: a service by the one workload behind it, a store by who serves it, a part by its whole."""
    yield from ((component.id, component.parent) for component in graph.components if component.parent in graph.by_id)
    for service in graph.kinds(ComponentKind.SERVICE):
        behind = {e.target for e in graph.out(service.id, EdgeKind.ROUTES)}
        if len(behind) == 1 and service.declared:
            yield service.id, behind.pop()
    for store in graph.kinds(ComponentKind.DATA_STORE):
        servers = {e.source for e in graph.into(store.id, EdgeKind.SERVES)}
        if len(servers) == 1:
            yield store.id, servers.pop()
        for edge in graph.out(store.id, EdgeKind.DEPENDS_ON):
            host = graph.by_id.get(edge.target)
            if host is not None and host.label == store.label and not host.declared:
                yield host.id, store.id  # a database is known by the host that it is reached at, and drawn once


def _shown_by(stand_ins: Mapping[str, str], component: str) -> str:
    for _ in range(4):  # a service in front of a service in front of a workload
        component = stand_ins.get(component, component)
    return component


def _moved(stand_ins: Mapping[str, str]) -> Callable[[Edge], Edge]:
    return lambda edge: edge._replace(
        source=_shown_by(stand_ins, edge.source), target=_shown_by(stand_ins, edge.target)
    )


def _matters(edge: Edge, graph: Graph) -> bool:
    """Whether an edge says something in a picture; who may reach whom is shown only for who comes from outside."""
    source, target = graph.by_id.get(edge.source), graph.by_id.get(edge.target)
    if source is None or target is None:
        return False
    if edge.kind in _HIDDEN:
        if target.kind not in (ComponentKind.ROUTE, ComponentKind.WORKLOAD, ComponentKind.SERVICE):
            return False
        near = source.id == INTERNAL and any(e.source == INTERNET for e in graph.into(target.id, *_HIDDEN))
        return source.id == INTERNET or (source.id == INTERNAL and not near)
    if edge.kind is EdgeKind.RUNS_AS:
        return target.id in graph.powers or target.label != "default"
    loads = {e.target for e in graph.out(source.id, EdgeKind.LOADS_MODEL)} if edge.kind is EdgeKind.SERVES else ()
    return edge.target not in loads


def _findings(graph: Graph, result: Result, stand_ins: Mapping[str, str]) -> Mapping[str, Sequence[Settled]]:
    found: dict[str, list[Settled]] = {}
    for settled in result.findings:
        component = graph.of(settled.resource)
        if component is not None:
            found.setdefault(_shown_by(stand_ins, component.id), []).append(settled)
    return found


def _zones(graph: Graph, shown: Iterable[Component]) -> Iterator[Zone]:
    """The boundaries that hold something, each within the one that it lies in."""
    wanted = {component.zone for component in shown if component.kind is not ComponentKind.BOUNDARY}
    for zone in sorted(wanted):
        boundary = graph.by_id.get(zone)
        if boundary is not None and boundary.namespace:
            yield Zone(zone, boundary.label, "namespace")
        elif boundary is not None and boundary.label not in ("cluster", "internet"):
            yield Zone(zone, boundary.label, "boundary")


def _tile(component: Component, graph: Graph, result: Result, found: Sequence[Settled], zones: Iterable[str]) -> Tile:
    workload = component.workload
    parts = 0 if workload is None or workload.lifetime != "task" else graph.parts(component.id)
    worst = max((settled.severity for settled in found), default=None)
    kept = _keeps(component, graph)
    title, subtitle = _names(component)
    icon = workload.role.value if workload is not None else component.kind.value.replace("trust-boundary", "entry")
    return Tile(
        component.id,
        title,
        f"{_KINDS[ComponentKind.DATA_STORE]} · {kept}" if kept else subtitle,
        tuple(_chips(result, workload, parts)) if workload is not None else (),
        ComponentKind.DATA_STORE.value if kept else icon,
        _SHAPES.get(component.kind, "card"),
        component.zone if component.zone in zones and component.kind is not ComponentKind.BOUNDARY else "",
        _TONES[worst] if worst is not None else "",
        len(found),
        workload.role.value if workload is not None else component.kind.value,
        dict(_details(component, graph, result, found)),
    )


def _keeps(component: Component, graph: Graph) -> str:
    """What a workload of no other role keeps for those who call it, such as *postgresql*; empty for nothing."""
    if component.workload is None or component.workload.role is not Role.GENERIC:
        return ""
    stores = (graph.by_id[edge.target] for edge in graph.out(component.id, EdgeKind.SERVES))
    return next((s.facts.get("type", "") for s in stores if s.kind is ComponentKind.DATA_STORE), "")


def _names(component: Component) -> tuple[str, str]:
    """Title and subtitle of a tile: what it is called in short, then what it is."""
    label, workload = component.label, component.workload
    if workload is not None:
        return label, f"{workload.role.value.replace('-', ' ')} · {workload.engine or workload.ref.kind}"
    kind = _KINDS.get(component.kind, component.kind.value)
    told = component.facts.get("protocol") or component.facts.get("engine") or component.facts.get("type", "")
    if told.startswith(("directory", "path", "file")):
        return label, told
    if component.kind in (ComponentKind.EXTERNAL, ComponentKind.MANAGED_SERVICE) and label.endswith(")"):
        label, _, told = label[:-1].partition(" (")
    elif component.kind is ComponentKind.MODEL and label.count("/") == 1:
        told, _, label = label.partition("/")
    elif component.kind is ComponentKind.MODEL and label.startswith(_ON_HOST):
        told, label = "on the host", label.removeprefix(_ON_HOST)
    elif component.kind in (ComponentKind.CONFIG, ComponentKind.SECRET) and "/" in label:
        told, _, label = label.rpartition("/")
        told = told.partition(":")[0]
    return label, f"{kind} · {told}" if told else kind


def _chips(result: Result, workload: Workload, steps: int) -> Iterator[str]:
    devices = {
        a.resource.rpartition("/")[2].partition(".")[0].replace("gpu", "GPU")
        for c in workload.containers
        for a in c.accelerators
    }
    if devices:
        total = workload.accelerator_total
        yield f"{'?' if total is None else total} {', '.join(sorted(devices))}"
    replicas = together(result.architecture, workload)
    if steps:
        yield f"{steps} step{'' if steps == 1 else 's'}"  # one after another: their pods are no replicas
    elif workload.podsets and replicas.least is not None:
        most = f"-{replicas.most}" if replicas.most else "+"
        span = str(replicas.least) if replicas.least == replicas.most else f"{replicas.least}{most}"
        yield f"{span} replica{'' if span == '1' else 's'}"
    elif workload.ref.kind == "DaemonSet":
        yield "on each node"
    exposure = result.architecture.exposure(workload)
    if exposure.reach > Reach.CLUSTER:
        yield f"{exposure.word}, asks who calls" if exposure.authenticated else exposure.word


def _details(
    component: Component, graph: Graph, result: Result, found: Sequence[Settled]
) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    facts = [("id", component.id), *((name, text) for name, text in component.facts.items() if text)]
    if component.place is not None:
        facts.append(("declared" if component.declared else "mentioned", address(component.place)))
    if component.workload is not None:
        facts += _about(result, component.workload)
    yield "facts", tuple(facts)
    if found:
        rows = (
            (s.severity.word, f"{s.finding.message} ({address(s.finding.at)}) [{s.check}]") for s in found[:_FINDINGS]
        )
        more = (("", f"and {len(found) - _FINDINGS} more"),) if len(found) > _FINDINGS else ()
        yield "findings", (*rows, *more)
    powers = graph.powers.get(component.id, ())
    if powers:
        yield "may do", tuple((power.kind, f"it {power.text}") for power in powers)
    edges = [*graph.out(component.id), *graph.into(component.id)]
    told = tuple(_relation(edge, component, graph) for edge in edges if edge.kind not in _HIDDEN)
    if told:
        yield "connections", told[:_EVIDENCE]


def _about(result: Result, workload: Workload) -> Iterator[tuple[str, str]]:
    for model in models(workload):
        pin = model.digest or model.revision
        yield "model", f"{model.id} at {pin}" if pin else f"{model.id}, not pinned"
    impact = result.architecture.impact(workload)
    yield "impact", f"{impact.impact.word}: {', '.join(impact.reasons)}" if impact.reasons else impact.impact.word
    for key, statement in declared(result.architecture, workload):
        yield f"declared {key}", f"{statement.word} ({address(statement.place)})"
    for hop in result.architecture.exposure(workload).path:
        yield "exposed", f"{hop.text} ({address(hop.place)})"


def _relation(edge: Edge, component: Component, graph: Graph) -> tuple[str, str]:
    away = edge.source == component.id
    other = graph.by_id.get(edge.target if away else edge.source)
    name = other.label if other is not None else (edge.target if away else edge.source)
    place = next((address(e.place) for e in edge.evidence if e.place is not None), "")
    verb = edge.kind.value if away else f"{edge.kind.value} (from)"
    return verb, f"{name} ({place})" if place else name


def _arrows(edges: Iterable[Edge]) -> Iterator[Arrow]:
    """One arrow for each pair, drawn as the most telling of what joins them and labelled with all of it."""
    pairs: dict[tuple[str, str], list[Edge]] = {}
    for edge in edges:
        pairs.setdefault((edge.source, edge.target), []).append(edge)
    for (source, target), joined in pairs.items():
        main = min(joined, key=lambda edge: _TELLING.index(edge.kind))
        kinds = [kind for kind in _TELLING if any(edge.kind is kind for edge in joined)]
        evidence = next(
            (address(e.place) for edge in (main, *joined) for e in edge.evidence if e.place is not None), ""
        )
        drawn = EdgeKind.ROUTES if main.kind is EdgeKind.MAY_REACH else main.kind
        label = ", ".join(kind.value.replace("-", " ") for kind in kinds)
        certain = any(edge.certain and not edge.unknown for edge in joined)
        yield Arrow(
            source, target, drawn.value, label if len(kinds) > 1 or drawn is not main.kind else "", certain, evidence
        )


def _paths(
    paths: Iterable[AttackPath], known: Iterable[str], stand_ins: Mapping[str, str], arrows: Iterable[Arrow]
) -> Iterator[Path]:
    """The attack paths as far as the picture shows them, with what lies between two components of one as it is drawn."""
    kept, leaving = frozenset(known), dict[str, list[str]]()
    for arrow in arrows:
        leaving.setdefault(arrow.source, []).append(arrow.target)
    for path in paths:
        ways = (_shown_by(stand_ins, component) for component in path.components)
        visited = tuple(dict.fromkeys(component for component in ways if component in kept))
        if len(visited) > 1:
            between = (step for a, b in pairwise(visited) for step in _between(a, b, leaving))
            tiles = tuple(dict.fromkeys((visited[0], *between)))
            yield Path(f"{path.entry.text} gets {path.prize.text}", tiles, likely(path), {"steps": tuple(_steps(path))})


def _steps(path: AttackPath) -> Iterator[tuple[str, str]]:
    for number, step in enumerate(told(path), 1):
        yield f"{number}.", f"{step.text} ({', '.join(step.places)})" if step.places else step.text
        if step.checks:
            yield "", f"opened by {', '.join(step.checks)}"
        if step.techniques:
            yield "", ", ".join(t.id for t in step.techniques)
        if step.assumed:
            yield "assumed", step.assumed


def _between(start: str, end: str, leaving: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The tiles after ``start`` on the shortest drawn way to ``end``; only ``end`` where there is no short one."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen = {start}
    for _ in range(_MOST_BETWEEN + 1):
        ways = [(*way, to) for way in ways for to in leaving.get(way[-1], ()) if to not in seen]
        if found := next((way for way in ways if way[-1] == end), None):
            return found[1:]
        seen.update(way[-1] for way in ways)
    return (end,)


def side_by_side(scenes: Sequence[Scene], title: str) -> Scene:
    """Several scenes in one, each in a frame of its own."""
    if len(scenes) == 1:
        return scenes[0]._replace(title=title)
    tiles: list[Tile] = []
    arrows: list[Arrow] = []
    zones: list[Zone] = []
    paths: list[Path] = []
    for number, one in enumerate(scenes):
        frame = f"unit {number}"
        zones.append(Zone(frame, one.title, "boundary"))
        zones += (
            z._replace(id=f"{frame} {z.id}", parent=f"{frame} {z.parent}" if z.parent else frame) for z in one.zones
        )
        tiles += (t._replace(id=f"{frame} {t.id}", zone=f"{frame} {t.zone}" if t.zone else frame) for t in one.tiles)
        arrows += (a._replace(source=f"{frame} {a.source}", target=f"{frame} {a.target}") for a in one.arrows)
        paths += (
            p._replace(title=f"{p.title} ({one.title})", tiles=tuple(f"{frame} {tile}" for tile in p.tiles))
            for p in one.paths
        )
    return Scene(title, tuple(tiles), tuple(arrows), tuple(zones), tuple(paths))
