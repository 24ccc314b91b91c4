"""The graph as a whole: ids, look-ups, joining, and when it is drawn."""

from __future__ import annotations

import subprocess
import sys

from drawing import deployment, draw, one, service

from hullmark.graph.build import build
from hullmark.model.architecture import side_by_side
from hullmark.model.component import ComponentKind, EdgeKind
from hullmark.model.resource import Resource
from hullmark.sources.kubernetes import resources
from hullmark.text.source import Source

APP = deployment("app", "env: [{name: DB_URL, value: 'postgresql://u:p@db:5432/x'}]") + "---" + service("app")


def read(name: str, text: str) -> list[Resource]:
    return [r for r in resources(Source(name, text)) if isinstance(r, Resource)]


def test_look_ups() -> None:
    arch = build(read("a.yaml", APP))
    graph = arch.graph
    workload = arch.workloads[0]
    component = graph.of(workload)

    assert component is not None
    assert component.id == "workload/-/Deployment/app"
    assert graph.of(workload.podsets[0]) is component
    assert graph.of(workload.resource) is component
    assert [e.target for e in graph.out(component.id, EdgeKind.CALLS)] == ["service/-/Service/db"]
    assert {e.source for e in graph.into(component.id, EdgeKind.ROUTES)} == {"service/-/Service/app"}
    assert [c.label for c in graph.kinds(ComponentKind.DATA_STORE)] == ["db", "db/x"]
    assert list(graph.out("nothing")) == []


def test_ids_do_not_move_when_a_file_is_added() -> None:
    before = {c.id for c in draw(a_yaml=APP).components}
    after = {c.id for c in draw(a_yaml=APP, b_yaml=deployment("other")).components}

    assert before <= after


def test_variants_have_ids_of_their_own() -> None:
    graph = draw(dev__a=APP, prod__a=APP)

    assert {c.id for c in graph.components if c.kind is ComponentKind.WORKLOAD} == {
        "workload/-/Deployment/app",
        "workload/-/Deployment/app@prod/a",
    }


def test_one_file_with_two_objects_of_one_name() -> None:
    graph = draw(deployment("app"), deployment("app"), deployment("app"))

    assert len([c for c in graph.components if c.kind is ComponentKind.WORKLOAD]) == 3


def test_the_graph_is_drawn_once_and_only_when_asked_for() -> None:
    arch = build(read("a.yaml", APP))

    assert "graph" not in vars(arch)
    assert arch.graph is arch.graph


def test_architectures_side_by_side() -> None:
    whole = side_by_side([build(read("a.yaml", APP)), build(read("b.yaml", deployment("other")))])

    assert {c.label for c in whole.graph.kinds(ComponentKind.WORKLOAD)} == {"app", "other"}


def test_building_an_architecture_does_not_load_the_builders() -> None:
    code = (
        "import hullmark.graph.build, sys; print(any(m.startswith('hullmark.graph.components') for m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"


def test_what_is_mentioned_and_what_is_declared() -> None:
    graph = draw(APP)

    assert one(graph, "Service/app").declared
    assert not one(graph, "Service/db").declared
    assert one(graph, "Service/db").place is not None


def test_every_edge_has_evidence() -> None:
    graph = draw(APP)

    assert all(e.evidence for e in graph.edges)
    assert all(v.place is not None or "policy" in v.text for e in graph.edges for v in e.evidence)
