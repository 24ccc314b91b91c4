"""The reviewer's page in a real browser: offline, complete, searchable and fit to print."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Open
from tests.browser.writing import ROOT, written

EXAMPLE = ROOT / "examples" / "rag-assistant" / "flawed"
SECTIONS = ("first", "picture", "inventory", "paths", "findings", "open")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written("report", EXAMPLE, tmp_path_factory.mktemp("report"))


@pytest.fixture
def page(look: Open, file: Path) -> Page:
    return look(file).page


def findings(page: Page) -> int:
    """How many findings are not filtered out, folded or not."""
    return int(page.locator(".finding:not([hidden])").count())


def test_every_section_is_there_and_the_links_lead_to_it(page: Page) -> None:
    for name in SECTIONS:
        page.locator(f"nav a[href='#{name}']").click()
        expect(page.locator(f"h2#{name}")).to_be_in_viewport()


def test_search_and_severity_filter_the_findings(page: Page) -> None:
    everything = findings(page)
    page.fill("#search", "vllm")
    some = findings(page)
    page.select_option("#tone", "critical")
    few = findings(page)

    assert 0 < few < some < everything
    expect(page.locator("#count")).to_have_text(f"{few} shown")
    page.fill("#search", "no such thing")
    assert findings(page) == 0
    assert page.locator("details.subject:not([hidden])").count() == 0


def test_a_finding_leads_to_its_check(page: Page) -> None:
    link = page.locator("details.subject[open] .finding a").first
    name = (link.get_attribute("href") or "").removeprefix("#")
    link.click()

    expect(page.locator(f"#{name}")).to_be_in_viewport()
    assert page.locator(f"#{name}").evaluate("(one) => one.open")


def test_keys_open_what_is_folded(page: Page) -> None:
    path = page.locator("#paths ~ details").first
    path.locator("summary").focus()
    page.keyboard.press("Enter")

    expect(path.locator("ol.steps")).to_be_visible()


def test_light_and_dark_follow_the_reader(look: Open, file: Path) -> None:
    for scheme, paper in (("light", "rgb(255, 255, 255)"), ("dark", "rgb(15, 20, 27)")):
        page = look(file, scheme=scheme).page
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == paper
        assert page.locator(".picture .paper").evaluate("(one) => getComputedStyle(one).fill") == paper


def test_print_shows_all_of_it_without_controls(page: Page) -> None:
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")

    expect(page.locator("#search")).to_be_hidden()
    expect(page.locator("nav")).to_be_hidden()
    assert page.locator("details:not(.checks *):not([open])").count() == 0
    expect(page.locator(".checks")).to_be_hidden()
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_paper_is_white_whatever_the_screen_is(look: Open, file: Path) -> None:
    page = look(file, scheme="dark").page
    page.emulate_media(media="print", color_scheme="dark")

    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_nothing_is_cut_off_on_paper(look: Open, file: Path) -> None:
    page = look(file, wide=690).page  # what A4 leaves between the margins
    page.emulate_media(media="print")

    for part in (".picture svg", "table"):
        ends = page.locator(part).evaluate_all("(found) => found.map((one) => one.getBoundingClientRect().right)")
        assert ends
        assert max(ends) <= 690


@pytest.mark.parametrize("wide", [360, 800, 1400])
def test_nothing_sticks_out_of_the_page(look: Open, file: Path, wide: int) -> None:
    page = look(file, wide=wide).page

    assert page.evaluate("document.documentElement.scrollWidth") <= wide
