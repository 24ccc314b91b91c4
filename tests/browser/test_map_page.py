"""The interactive map in a real browser: it opens offline and without a word of complaint, and everything on it works."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Open
from tests.browser.writing import ROOT, estate, written

EXAMPLE = ROOT / "examples" / "rag-assistant" / "flawed"
WORKLOAD = "workload/assistant/Deployment/"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written("map", EXAMPLE, tmp_path_factory.mktemp("map"))


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("large")
    return written("map", estate(folder, 33), folder)


@pytest.fixture
def page(look: Open, file: Path) -> Page:
    return look(file).page


def lit(page: Page) -> set[str]:
    """The ids of the tiles in view that are not dimmed."""
    return set(
        page.eval_on_selector_all(".view.shown .tile:not(.dim)", "found => found.map((tile) => tile.dataset.id)")
    )


def shown(page: Page) -> str | None:
    return page.locator(".view.shown").get_attribute("data-view")


def test_search_dims_what_does_not_fit_and_says_when_nothing_does(page: Page) -> None:
    everything = lit(page)
    page.fill("#search", "LiteLLM")
    some = lit(page)

    assert f"{WORKLOAD}litellm" in some < everything
    page.fill("#search", "no such thing")
    assert lit(page) == set()
    expect(page.get_by_text("nothing fits these filters")).to_be_visible()
    page.fill("#search", "")
    assert lit(page) == everything


def test_words_of_findings_are_found_too(page: Page) -> None:
    page.fill("#search", "unauthenticated-public-inference")

    assert f"{WORKLOAD}vllm" in lit(page)
    assert f"{WORKLOAD}litellm" not in lit(page)


@pytest.mark.parametrize(
    ("name", "value", "attribute"),
    [
        ("role", "vector-store", "role"),
        ("zone", "trust-boundary/namespace/assistant", "zone"),
        ("tone", "critical", "tone"),
    ],
)
def test_each_filter_keeps_what_it_names(page: Page, name: str, value: str, attribute: str) -> None:
    wanted = {
        tile["id"]
        for tile in page.eval_on_selector_all(".view.shown .tile", "found => found.map((tile) => ({...tile.dataset}))")
        if tile[attribute] == value
    }
    page.select_option(f"#{name}", value)

    assert lit(page) == wanted != set()


def test_severities_include_the_worse(page: Page) -> None:
    page.select_option("#tone", "high")
    high = lit(page)
    page.select_option("#tone", "critical")

    assert lit(page) < high


def test_filters_hold_together(page: Page) -> None:
    page.select_option("#role", "online-inference")
    page.fill("#search", "qdrant")

    assert lit(page) == set()


def test_a_click_opens_details_with_evidence_and_findings(page: Page) -> None:
    page.locator(f".view.shown .tile[data-id='{WORKLOAD}vllm']").click()
    details = page.locator("aside")

    expect(details).to_be_visible()
    expect(details.locator("h2")).to_have_text("vllm")
    expect(details).to_contain_text("unauthenticated-public-inference")
    expect(details).to_contain_text(re.compile(r"model\.yaml:\d+:\d+"))
    expect(details.locator("h3")).to_contain_text(["facts", "findings", "connections"])
    details.get_by_label("close").click()
    expect(details).to_be_hidden()


def test_a_path_is_highlighted_from_its_entry_to_its_end(page: Page) -> None:
    title = page.locator("#path option").nth(1).text_content() or ""
    page.select_option("#path", "0")

    assert "anybody on the internet" in title
    assert "trust-boundary/internet" in lit(page)
    assert page.locator(".view.shown .edge.hot").count() == len(lit(page)) - 1
    red = page.locator(".view.shown .edge.hot path").first.evaluate("(line) => getComputedStyle(line).stroke")
    page.select_option("#path", "")
    assert page.locator(".hot").count() == 0
    assert red == "rgb(210, 4, 45)"


def test_a_path_tells_its_steps_with_evidence_findings_and_techniques(page: Page) -> None:
    page.select_option("#path", label="anybody on the internet gets time of the accelerators of 'vllm'")
    details = page.locator("aside")

    expect(details.locator("h2")).to_contain_text("accelerators of 'vllm'")
    expect(details).to_contain_text("opened by unauthenticated-public-inference")
    expect(details).to_contain_text("AML.T0132, T1133")
    expect(details).to_contain_text("model.yaml:48:9")
    page.select_option("#path", "")
    expect(details).to_be_hidden()


def test_a_path_within_one_collapsed_namespace_is_shown_there(look: Open, large: Path) -> None:
    page = look(large).page
    page.select_option("#path", label="whoever works in notebook 'app-3' gets all secrets of namespace 'team-7'")

    assert shown(page) == "zone trust-boundary/namespace/team-7"
    assert len(lit(page)) > 1


@pytest.mark.parametrize("view", ["all", "overview"])
def test_arrows_have_heads_in_every_view(page: Page, view: str) -> None:
    page.select_option("#view", view)
    heads = page.evaluate(
        """() => [...document.querySelectorAll(".view.shown .edge path")].map((line) => {
          const name = getComputedStyle(line).markerEnd.match(/#([^"]+)/)[1];
          const head = document.getElementById(name);
          return [document.querySelectorAll(`[id="${name}"]`).length, head.closest("svg").checkVisibility()];
        })"""
    )

    assert heads
    assert all(head == [1, True] for head in heads)


def test_keys_move_the_camera(page: Page) -> None:
    box = page.locator(".view.shown svg")
    whole = box.get_attribute("viewBox")
    page.keyboard.press("+")
    near = box.get_attribute("viewBox")
    page.keyboard.press("ArrowRight")
    moved = box.get_attribute("viewBox")
    page.keyboard.press("/")
    page.keyboard.type("a-0")
    typed = box.get_attribute("viewBox")
    page.locator("#search").blur()
    page.keyboard.press("0")

    assert len({whole, near, moved}) == 3
    assert typed == moved
    assert box.get_attribute("viewBox") == whole


def test_two_fingers_zoom(page: Page) -> None:
    box = page.locator(".view.shown svg")
    wide = float((box.get_attribute("viewBox") or "").split()[2])
    page.evaluate(
        """() => {
          const svg = document.querySelector(".view.shown svg");
          const touch = (name, pointerId, clientX) =>
            svg.dispatchEvent(new PointerEvent(name, { pointerId, clientX, clientY: 400, bubbles: true }));
          touch("pointerdown", 1, 600); touch("pointerdown", 2, 700);
          touch("pointermove", 2, 800); touch("pointerup", 1, 600); touch("pointerup", 2, 800);
        }"""
    )

    assert float((box.get_attribute("viewBox") or "").split()[2]) == pytest.approx(wide / 2, rel=0.01)


def test_a_telephone_starts_where_letters_can_be_read(look: Open, file: Path) -> None:
    page = look(file, wide=390, high=844).page
    title = page.locator(".view.shown .tile[data-id='trust-boundary/internet'] .title")

    assert title.bounding_box()["height"] > 7  # type: ignore[index]
    page.fill("#search", "vllm")
    page.press("#search", "Enter")
    tile = page.locator(f".view.shown .tile[data-id='{WORKLOAD}vllm']").bounding_box()
    assert tile is not None
    assert 0 <= tile["x"] <= 390


def test_keys_reach_everything(page: Page) -> None:
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("qdrant")
    page.keyboard.press("Enter")
    expect(page.locator("aside h2")).to_have_text("qdrant")
    page.keyboard.press("Escape")
    expect(page.locator("aside")).to_be_hidden()
    page.locator(f".view.shown .tile[data-id='{WORKLOAD}open-webui']").focus()
    page.keyboard.press("Enter")
    expect(page.locator("aside h2")).to_have_text("open-webui")


def test_every_control_has_a_name(page: Page) -> None:
    for role in ("button", "combobox", "searchbox"):
        for control in page.get_by_role(role).all():  # type: ignore[arg-type]
            if control.is_visible():
                name = control.get_attribute("aria-label") or control.text_content() or ""
                assert name.strip(), control.evaluate("(one) => one.outerHTML")


def test_it_zooms_pans_and_shows_all_again(page: Page) -> None:
    box = page.locator(".view.shown svg")
    whole = box.get_attribute("viewBox")
    page.mouse.move(600, 500)
    page.mouse.wheel(0, -300)
    near = box.get_attribute("viewBox")
    page.mouse.down()
    page.mouse.move(700, 560, steps=4)
    page.mouse.up()
    moved = box.get_attribute("viewBox")
    page.locator("#fit").click()

    assert len({whole, near, moved}) == 3
    assert box.get_attribute("viewBox") == whole
    expect(page.locator("aside")).to_be_hidden()


def test_namespaces_collapse_and_open(page: Page) -> None:
    page.select_option("#view", "overview")
    assert "zone:trust-boundary/namespace/assistant" in lit(page)
    assert f"{WORKLOAD}vllm" not in lit(page)
    page.locator(".view.shown .tile[data-role='zone']").click()

    assert shown(page) == "zone trust-boundary/namespace/assistant"
    assert f"{WORKLOAD}vllm" in lit(page)
    page.keyboard.press("Escape")
    assert shown(page) == "all"


def test_light_and_dark_follow_the_reader_and_the_button(look: Open, file: Path) -> None:
    paper: Callable[[Page], str] = lambda page: page.evaluate("getComputedStyle(document.body).backgroundColor")  # noqa: E731
    light, dark = look(file).page, look(file, scheme="dark").page

    assert (paper(light), paper(dark)) == ("rgb(255, 255, 255)", "rgb(15, 20, 27)")
    light.locator("#theme").click()
    dark.locator("#theme").click()
    assert (paper(light), paper(dark)) == ("rgb(15, 20, 27)", "rgb(255, 255, 255)")


def test_it_prints_the_picture_without_controls(page: Page) -> None:
    page.select_option("#role", "vector-store")
    page.emulate_media(media="print")

    expect(page.locator("#search")).to_be_hidden()
    expect(page.locator(".buttons")).to_be_hidden()
    expect(page.locator(".view.shown svg")).to_be_visible()
    assert page.locator(".view.shown .dim").first.evaluate("(one) => getComputedStyle(one).opacity") == "1"
    picture = page.locator(".view.shown svg").bounding_box()
    legend = page.locator(".legend").bounding_box()
    assert picture is not None
    assert legend is not None
    assert legend["y"] >= picture["y"] + picture["height"]
    assert page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 1


def test_nothing_runs_over_the_rim_of_its_tile(page: Page) -> None:
    over = page.evaluate(
        """() => [...document.querySelectorAll(".view.shown .tile")].flatMap((tile) => {
          const face = tile.querySelector(".face").getBoundingClientRect();
          return [...tile.querySelectorAll("text")].filter((text) => text.getBoundingClientRect().right > face.right)
            .map((text) => text.textContent);
        })"""
    )
    assert over == []


def test_five_hundred_components_start_collapsed_and_are_found(look: Open, large: Path) -> None:
    page = look(large).page

    assert page.evaluate("Object.keys(JSON.parse(document.querySelector('#details').textContent)).length") >= 500
    assert shown(page) == "overview"
    assert page.locator(".view.shown .tile").count() <= 50
    page.fill("#search", "team-7/deployment/app-3")
    assert lit(page) == {"zone:trust-boundary/namespace/team-7"}
    page.keyboard.press("Enter")
    assert shown(page) == "zone trust-boundary/namespace/team-7"
    expect(page.locator("aside h2")).to_have_text("app-3")


def test_a_role_is_found_in_collapsed_namespaces(look: Open, large: Path) -> None:
    page = look(large).page
    page.select_option("#role", "notebook")

    assert len(lit(page)) == 33
    assert all(one.startswith("zone:") for one in lit(page))
