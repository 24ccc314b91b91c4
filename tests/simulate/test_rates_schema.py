"""The schema of a file of one's own rates agrees with what is read."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import jsonschema_rs
import pytest

from hullmark.model.errors import HullmarkError
from hullmark.model.form import document
from hullmark.model.rates import overridden, shipped
from hullmark.text.source import Source
from hullmark.text.yaml import read as read_yaml

SCHEMA = json.loads(files("hullmark.simulate").joinpath("rates.schema.json").read_text())


def valid(text: str) -> bool:
    value: Any = json.loads(json.dumps(next(iter(read_yaml(Source("t", text)))).root))  # type: ignore[union-attr]
    return bool(jsonschema_rs.validator_for(SCHEMA).is_valid(value))


def is_read(text: str) -> bool:
    try:
        overridden(shipped(), document(Source("rates.yaml", text), "a file of rates"))
    except HullmarkError:
        return False
    return True


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("gpu_node: {events: 3, exposure: 400d, repair: 2h}\npod_crash: {per_year: 12}", True),
        ("llm_api: {unavailability: 0.001, repair: 30 m}", True),
        ("zone: {repair: 1.5h, events: null}", True),
        ("zoen: {per_year: 1}", False),
        ("zone: {per_year: -1}", False),
        ("zone: {events: -3, exposure: 1y}", False),
        ("zone: {events: 2.5, exposure: 1y}", False),
        ("zone: {events: 3}", False),
        ("zone: {events: 3, exposure: soon}", False),
        ("zone: {events: 3, exposure: 1y, per_year: 2}", False),
        ("zone: {per_year: 3, unavailability: 0.1}", False),
        ("zone: {unavailability: 1}", False),
        ("zone: {rate: 1}", False),
        ("zone: 3", False),
    ],
)
def test_the_schema_takes_what_is_read_and_no_more(text: str, right: bool) -> None:
    assert (valid(text), is_read(text)) == (right, right)


def test_the_schema_knows_every_rate() -> None:
    assert SCHEMA["$defs"]["rate"]["additionalProperties"] is False
    assert SCHEMA["propertyNames"]["enum"] == list(shipped())
