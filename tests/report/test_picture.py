"""Pictures: complete, well-formed, and deaf to what foreign text tries."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path as FilePath
from xml.etree import ElementTree

import pytest

from hullmark.cli import main
from hullmark.report.picture import dot, html, mermaid, svg
from hullmark.report.picture.layout import lay_out
from hullmark.report.picture.lettering import clipped, width
from hullmark.report.picture.scene import Arrow, Path, Scene, Tile, Zone
from hullmark.report.picture.views import close_up, overview

DATABASE = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: db}
spec:
  replicas: 1
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: db, image: 'postgres:16', ports: [{containerPort: 5432}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: db}
spec: {selector: {app: db}, ports: [{port: 5432}]}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec: {containers: [{name: agent, image: 'acme/agent:1', env: [{name: DATABASE_URL, value: 'postgresql://a:b@db:5432/x'}]}]}
"""
EVIL = "<script>alert(1)</script>\"' onload=x ]]> --> \x1b[31m \u202e </svg> ${x}"


def scene(tiles: int = 6) -> Scene:
    every = [Tile("internet", "Internet", icon="entry", shape="entry")]
    every += [
        Tile(
            f"t{n}",
            f"service-{n}",
            "Online inference",
            ("2 replicas",),
            "agent",
            zone=f"z{n % 2}",
            tone="high",
            badge=n,
        )
        for n in range(tiles)
    ]
    every.append(Tile("db", "qdrant", "Vector store", shape="store"))
    arrows = [Arrow("internet", "t0", "routes")]
    arrows += [Arrow(f"t{n}", f"t{n + 1}", "calls") for n in range(tiles - 1)]
    arrows.append(Arrow(f"t{tiles - 1}", "db", "reads", evidence="app.yaml:3"))
    zones = (Zone("z0", "assistant"), Zone("z1", "models"))
    return Scene("estate", tuple(every), tuple(arrows), zones, (Path("in", ("internet", "t0", "t1")),))


def elements(text: str, name: str) -> list[ElementTree.Element]:
    root = ElementTree.fromstring(text)
    return [e for e in root.iter() if e.tag.endswith(name)]


def test_everything_is_drawn() -> None:
    drawn = svg.render(scene())
    groups = elements(drawn, "}g")
    shown = {g.get("data-id") for g in groups if g.get("data-id")}
    joined = {(g.get("data-from"), g.get("data-to")) for g in groups if g.get("data-from")}

    assert shown == {tile.id for tile in scene().tiles}
    assert joined == {(arrow.source, arrow.target) for arrow in scene().arrows}


def test_the_same_scene_is_the_same_picture() -> None:
    assert svg.render(scene()) == svg.render(scene())


def test_tiles_do_not_overlap_and_lie_in_their_frames() -> None:
    laid = lay_out(scene(40))
    boxes = [box for _, box in laid.tiles]
    for number, one in enumerate(boxes):
        for other in boxes[:number]:
            apart = one.x + one.width <= other.x or other.x + other.width <= one.x
            assert apart or one.y + one.height <= other.y or other.y + other.height <= one.y
    frames = {zone.id: box for zone, box in laid.zones}
    for tile, box in laid.tiles:
        if frame := frames.get(tile.zone):
            assert frame.x <= box.x
            assert box.x + box.width <= frame.x + frame.width
            assert frame.y <= box.y
            assert box.y + box.height <= frame.y + frame.height


def test_arrows_start_and_end_at_their_tiles() -> None:
    laid = lay_out(scene())
    boxes = {tile.id: box for tile, box in laid.tiles}
    for arrow, points in laid.arrows:
        for end, (x, y) in ((arrow.source, points[0]), (arrow.target, points[-1])):
            box = boxes[end]
            assert box.x - 1 <= x <= box.x + box.width + 1
            assert box.y - 1 <= y <= box.y + box.height + 1


def test_a_path_is_highlighted() -> None:
    drawn = svg.render(scene(), path=scene().paths[0])
    hot = {
        g.get("data-id") for g in elements(drawn, "}g") if "hot" in (g.get("class") or "").split() and g.get("data-id")
    }

    assert hot == {"internet", "t0", "t1"}
    assert ">in<" in drawn


@pytest.mark.parametrize("theme", ["auto", "light", "dark"])
def test_themes_differ_in_style_only(theme: str) -> None:
    drawn = svg.render(scene(), theme=theme)

    assert ("prefers-color-scheme" in drawn) == (theme == "auto")
    assert "http" not in drawn.replace("http://www.w3.org/2000/svg", "")


class _Attributes(HTMLParser):
    """Collects the names of all attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the interface
        self.names += [name for name, _ in attrs]


def attributes(page: str) -> list[str]:
    parser = _Attributes()
    parser.feed(page)
    return parser.names


def evil() -> Scene:
    tile = Tile(
        EVIL, EVIL, EVIL, (EVIL,), EVIL, role=EVIL, zone=EVIL, details={EVIL: ((EVIL, EVIL),)}, tone="high", badge=1
    )
    arrows = (Arrow(EVIL, "b", EVIL, EVIL, evidence=EVIL),)
    return Scene(EVIL, (tile, Tile("b", "b")), arrows, (Zone(EVIL, EVIL),), (Path(EVIL, (EVIL, "b")),))


def test_foreign_text_never_becomes_markup() -> None:
    drawn = svg.render(evil(), path=evil().paths[0])

    assert elements(drawn, "}script") == []
    assert not any(name.startswith("on") for e in elements(drawn, "") for name in e.attrib)
    assert "\x1b" not in drawn
    assert "\u202e" not in drawn


def test_foreign_text_never_becomes_a_script_of_the_page() -> None:
    page = html.render(evil())

    assert page.count("<script") == 5  # four of data and our own
    assert page.count("</script") == 5
    assert "<script>alert" not in page
    assert not any(name.startswith("on") for name in attributes(page))
    assert "\u202e" not in page


def test_the_page_needs_nothing_from_elsewhere() -> None:
    page = html.render(scene())

    assert "default-src &#x27;none&#x27;" in page
    assert not {"src", "href"} & set(attributes(page))


def test_what_nothing_joins_stands_in_rows() -> None:
    tiles = tuple(Tile(f"t{n}", f"service-{n}", zone="z") for n in range(12))
    laid = lay_out(Scene("estate", tiles, zones=(Zone("z", "prod"),)))
    (frame,) = (box for _, box in laid.zones)

    assert len({box.x for _, box in laid.tiles}) == 4
    assert frame.height < frame.width
    assert laid.arrows == ()


def test_one_of_something_is_not_several() -> None:
    drawn = svg.render(Scene("one", (Tile("a", "a", tone="low", badge=1), Tile("b", "b")), (Arrow("a", "b", "calls"),)))

    assert "2 components · 1 connection · 1 finding<" in drawn
    assert "findings, worst low" in drawn


def test_a_kept_database_and_a_daemon_are_drawn_as_such(
    tmp_path: FilePath, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "system").mkdir()
    monkeypatch.chdir(tmp_path / "system")
    FilePath("all.yaml").write_text(DATABASE)
    assert main(["map", ".", "-f", "json", "-o", "-", "--quiet"]) == 0
    told = json.loads(capsys.readouterr().out)
    shown = {one["title"]: one for one in told["components"]}

    assert told["title"] == "system"
    assert shown["db"]["subtitle"] == "data store · postgresql"
    assert shown["agent"]["facts"] == ["on each node"]


def test_an_overview_counts_what_it_hides() -> None:
    small = overview(scene())
    summaries = [t for t in small.tiles if t.role == "zone"]

    assert [(t.title, t.subtitle, t.badge) for t in summaries] == [
        ("assistant", "3 components", 0 + 2 + 4),
        ("models", "3 components", 1 + 3 + 5),
    ]
    assert {(a.source, a.target) for a in small.arrows} == {
        ("internet", "zone:z0"),
        ("zone:z0", "zone:z1"),
        ("zone:z1", "zone:z0"),
        ("zone:z1", "db"),
    }


def test_a_close_up_keeps_the_neighbours() -> None:
    near = close_up(scene(), scene().zones[0])

    assert {t.id for t in near.tiles} == {"internet", "t0", "t2", "t4", "zone:z1"}
    assert svg.render(near)


def test_an_empty_scene_is_a_picture_too() -> None:
    assert elements(svg.render(Scene("nothing", ())), "}text")
    assert html.render(Scene("nothing", ()))


def test_long_names_are_cut_in_the_middle() -> None:
    short = clipped("a-very-long-name-of-a-predictor-default", 120, 13)

    assert short.startswith("a-ve")
    assert short.endswith("ult")
    assert width(short, 13) <= 120


def test_mermaid_names_everything_and_takes_words_literally() -> None:
    drawn = mermaid.render(scene())
    assert drawn.startswith("flowchart LR\n")
    assert 'subgraph z0 ["assistant"]' in drawn
    assert drawn.count("-->|") + drawn.count("==>|") == len(scene().arrows)

    hostile = mermaid.render(evil())
    assert "<script" not in hostile
    assert hostile.count('"') % 2 == 0
    assert len(hostile.splitlines()) == 6  # head, frame with its tile, the other tile, the arrow


def test_dot_names_everything_and_takes_words_literally() -> None:
    drawn = dot.render(scene())
    assert drawn.count(" -> ") == len(scene().arrows)
    assert 'label="assistant"' in drawn

    hostile = dot.render(evil())
    quotes = re.sub(r'\\\\|\\"', "", hostile).count('"')
    assert quotes % 2 == 0
    assert "\x1b" not in hostile
