"""Techniques are those of the frameworks, by the names and ids of the versions that are said."""

from __future__ import annotations

import csv
import inspect
import re
from pathlib import Path

import pytest

from hullmark.engine.attack import rules
from hullmark.engine.attack.prizes import KINDS
from hullmark.engine.attack.techniques import ATLAS, ATTACK, TECHNIQUES

DATA = Path(__file__).parents[1] / "data" / "techniques.csv"


def recorded() -> dict[str, tuple[str, str]]:
    """Version and full name by id, as the frameworks' data has them."""
    with DATA.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {r["id"]: (r["version"], f"{r['parent']}: {r['name']}" if r["parent"] else r["name"]) for r in rows}


def test_every_technique_is_one_of_its_framework() -> None:
    known = recorded()
    ours = {t.id: t.name for techniques in TECHNIQUES.values() for t in techniques}

    assert ours == {identity: name for identity, (_, name) in known.items()}
    for identity, (version, _) in known.items():
        assert version == (ATLAS if identity.startswith("AML.") else ATTACK)


def test_every_technique_is_used() -> None:
    used = {name for _, _, names in KINDS.values() for name in names}
    used |= set(re.findall(r'"([a-z-]+)"', inspect.getsource(rules)))

    assert set(TECHNIQUES) <= used


@pytest.mark.parametrize(
    ("identity", "link"),
    [
        ("AML.T0010.003", "https://atlas.mitre.org/techniques/AML.T0010.003"),
        ("T1021", "https://attack.mitre.org/techniques/T1021"),
        ("T1098.006", "https://attack.mitre.org/techniques/T1098/006"),
    ],
)
def test_links_lead_to_the_pages(identity: str, link: str) -> None:
    (found,) = {t.link for techniques in TECHNIQUES.values() for t in techniques if t.id == identity}

    assert found == link
