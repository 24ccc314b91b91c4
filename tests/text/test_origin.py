"""Places of a rendered text lie in the files it was rendered from."""

from __future__ import annotations

from hullmark.text.edit import put
from hullmark.text.source import Key, Place, Source, Span
from hullmark.text.tree import Document, Node
from hullmark.text.yaml import read

VALUES = Source("values.yaml", "replicas: 1\n")
TEMPLATE = Source("templates/a.yaml", "spec:\n  replicas: {{ .Values.replicas }}\n")


def _from_values(_span: Span, path: tuple[Key, ...], exact: bool) -> Place:
    return Place(VALUES, Span(10, 11), path, exact, editable=False, via=Place(TEMPLATE, Span(8, 16)))


def _rendered() -> Node:
    (document,) = (found for found in read(Source("rendered", "spec:\n  replicas: 1\n")) if isinstance(found, Document))
    return document._replace(origin=_from_values).node


def test_a_rendered_value_points_at_what_made_it() -> None:
    place = _rendered().at("spec", "replicas")

    assert (place.source.name, place.line, place.path, place.exact) == ("values.yaml", 1, ("spec", "replicas"), True)
    assert place.via is not None
    assert (place.via.source.name, place.via.line) == ("templates/a.yaml", 2)


def test_what_is_absent_from_a_rendered_text_is_not_exact() -> None:
    assert not _rendered().at("spec", "paused").exact


def test_a_rendered_text_is_never_edited() -> None:
    assert not put(_rendered(), ("spec", "replicas"), 2)
