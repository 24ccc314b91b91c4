"""Engines told by images: looking them up by their first letter gives what trying all patterns in order gives."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from hullmark.recognise.engines import _image_engine
from hullmark.recognise.engines_table import ENGINES, LOOKALIKES

WHOLE = re.compile(
    f"(?:^|/)(?:(?P<none>{'|'.join(LOOKALIKES)})|"
    + "|".join(f"(?P<e{i}>{'|'.join(e.images)})" for i, e in enumerate(ENGINES) if e.images)
    + ")$",
    re.IGNORECASE,
)
PATTERNS = [*LOOKALIKES, *(p for e in ENGINES for p in e.images)]
WORDS = sorted({word for pattern in PATTERNS for word in re.findall(r"[a-z0-9]+(?:[-./][a-z0-9]+)*", pattern)})


def wanted(name: str) -> str | None:
    found = WHOLE.search(name)
    return ENGINES[int(found.lastgroup[1:])].id if found and found.lastgroup and found.lastgroup != "none" else None


@given(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=4), st.lists(st.sampled_from("/-."), min_size=3, max_size=3)
)
@example(["vllm", "vllm-openai"], list("///"))
@example(["agent"], list("///"))
def test_the_first_pattern_that_fits_counts(words: list[str], joints: list[str]) -> None:
    name = words[0] + "".join(joint + word for joint, word in zip(joints, words[1:], strict=False))
    for spelled in (name, name.upper()):
        found = _image_engine(spelled)
        assert (found and found.id) == wanted(spelled)


def test_every_word_of_the_patterns_alone() -> None:
    found = {word: _image_engine(word) for word in WORDS}

    assert {word: one and one.id for word, one in found.items()} == {word: wanted(word) for word in WORDS}
    assert sum(one is not None for one in found.values()) > 100
