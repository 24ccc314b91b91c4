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
