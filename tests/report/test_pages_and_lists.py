"""The pages and lists of checks, for terminals, Markdown and programs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hullmark.checks.registry import checks
from hullmark.model.check import Check
from hullmark.report import listing, page, site

PRIVILEGED = next(c for c in checks() if c.id == "privileged-container")


@pytest.mark.parametrize("check", checks(), ids=lambda c: c.id)
def test_no_page_shows_the_markers_of_its_tests(check: Check[Any]) -> None:
    for text in (page.render(check, color=False), page.markdown(check), page.plain(check)):
        assert "# finding:" not in text
        assert "# unknown:" not in text
        assert "yaml bad" not in text


def test_prose_fits_the_terminal_and_examples_stay_whole() -> None:
    lines = page.render(PRIVILEGED, color=False, width=60).split("\n")

    assert "            privileged: true" in lines
    assert all(len(line) <= 60 for line in lines if "http" not in line)
    assert "`" not in "".join(lines)


def test_markdown_has_balanced_fences() -> None:
    text = page.markdown(PRIVILEGED)

    assert text.startswith("# Container runs in privileged mode\n")
    assert text.count("```yaml\n") * 2 == text.count("```")


def test_every_check_is_listed_in_every_form() -> None:
    ids = [c.id for c in checks()]

    assert [c["id"] for c in json.loads(listing.as_json(checks()))["checks"]] == ids
    told, written = listing.render(checks(), color=False, width=200), listing.markdown(checks())
    assert all(f"  {i} " in told and f"[`{i}`]({i}.md)" in written for i in ids)


def test_the_site_has_a_page_for_each_check() -> None:
    assert set(site.pages(checks())) == {"README.md", *(f"{c.id}.md" for c in checks())}
