from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from scanning import architecture

from hullmark.checks.security.privileged_container import privileged_container
from hullmark.engine import config, priority
from hullmark.engine.config import Settings, identifiers, settings
from hullmark.engine.waivers import collect
from hullmark.model.declaration import KEYS, WORDS, AiActClass
from hullmark.text.source import Source

DOCS = Path(__file__).parents[2] / "docs"
NAMES = identifiers([privileged_container])

PODS = """
  template:
    spec:
      containers: [{name: driver, image: registry.example/driver:1}]
"""


def blocks(page: str) -> list[str]:
    return re.findall(r"^```yaml\n(.*?)^```$", (DOCS / page).read_text(), re.MULTILINE | re.DOTALL)


def test_the_configuration_shown_is_read_and_uses_every_key() -> None:
    (text,) = blocks("configuration.md")
    schema = json.loads((Path(config.__file__).parent / "hullmark.schema.json").read_text())
    keys = {*schema["properties"], *schema["properties"]["checks"]["properties"]}
    keys |= set(schema["properties"]["waivers"]["items"]["properties"])
    keys |= set(schema["properties"]["declarations"]["items"]["properties"])

    found = settings(Source("hullmark.yaml", text), NAMES)

    assert found != Settings()
    assert found.waivers[0].paths == ("deploy/edge/",)
    assert keys <= set(re.findall(r"^[ -]*([a-z-]+):", text, re.MULTILINE))


def test_the_waivers_shown_are_valid() -> None:
    on_object, on_template, listed, declared = blocks("waivers.md")
    head = "apiVersion: apps/v1\nkind: Deployment\n"
    texts = [
        f"{on_object}spec:{PODS}",
        f"{head}metadata: {{name: cameras}}\n{on_template}{PODS.partition('template:')[2][1:]}",
        f"{head}{listed}  name: cameras\nspec:{PODS}",
    ]

    for text in texts:
        waivers = collect(architecture(text), (), NAMES, "2026-06-01")
        assert waivers.notes == ()
        (scoped,) = next(iter(waivers.annotated.values()))
        assert (scoped.waiver.owner, scoped.waiver.expires) == ("team-vision", "2027-01-31")
    assert settings(Source("hullmark.yaml", declared), NAMES).waivers[0].namespace == "edge"


@pytest.mark.parametrize("line", [line for line in (priority.__doc__ or "").splitlines() if line.startswith("|")])
def test_the_table_of_priorities_is_the_documented_one(line: str) -> None:
    assert line in (DOCS / "configuration.md").read_text().splitlines()


def test_the_declarations_shown_are_read() -> None:
    annotated, declared = blocks("declarations.md")
    arch = architecture(f"apiVersion: apps/v1\nkind: Deployment\n{annotated}  name: screening\nspec:{PODS}")
    found = arch.declared(arch.workloads[0])

    assert set(found.said) == set(KEYS)
    assert (found.flaws, found.others) == ((), ())
    assert [e.kind for e in settings(Source("hullmark.yaml", declared), NAMES).declarations] == ["", "Deployment"]


def test_the_words_of_declarations_are_documented() -> None:
    page = (DOCS / "declarations.md").read_text()

    for key, words in WORDS.items():
        assert f"| `{key}` |" in page
        for word, value in words.items():
            (row,) = (line for line in _value_rows(page, key) if f"`{word}`" in line)
            assert row.endswith(("| the same |", f"| {getattr(value, 'impact', value).word} |")), (word, row)
    for css in AiActClass:
        assert f"| `{css.value}` | {css.meaning} |" in page


def _value_rows(page: str, key: str) -> list[str]:
    """The rows of the table of values that belong to a key: its own and those that leave the key out."""
    lines = page.splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith(f"| `{key}` |"))
    rows = [lines[first]]
    for line in lines[first + 1 :]:
        if not line.startswith("| | "):
            break
        rows.append(line)
    return rows
