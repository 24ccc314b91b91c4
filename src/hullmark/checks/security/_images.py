"""Which image tags move."""

from __future__ import annotations

import re

from hullmark.model.image import Image
from hullmark.text.regex import regex

_FLOATING = regex(
    r"(?:^|[-_.])(?:latest|main|master|nightly|dev|develop|edge|head|tip|trunk|canary|snapshot|rolling|stable|unstable|lts)(?:$|[-_.])",
    re.IGNORECASE,
)
_FIXED = regex(
    r"\d+\.\d+\.\d+|\d{8}|\d{4}[-.]\d{2}[-.]\d{2}|(?=[0-9a-f]*\d)(?<![0-9a-z])[0-9a-f]{7,40}(?![0-9a-z])", re.IGNORECASE
)
"""A full version, a date or a commit in a tag says which build it is (``nightly-20260115``, ``main-3f2c1ab``)."""

_VERSION_IN_NAME = regex(r"cu\d+\.\d+-\d+")
"""Google's deep learning containers carry CUDA and framework versions in the repository's name."""

_PLACEHOLDER_TAGS = frozenset({"replace", "tag", "version", "placeholder"})
"""What kustomizations put where their ``images:`` section fills in the tag (KServe's runtimes do)."""


def undecided(image: Image) -> str:
    """Why nothing can be said about an image reference; empty when something can."""
    if not image.text:
        return "the container names no image: something else fills it in"
    if image.unknown or image.tag.lower() in _PLACEHOLDER_TAGS:
        return f"the image '{image.text}' is filled in elsewhere"
    return ""


def floats(image: Image) -> bool:
    """Whether the reference means another image tomorrow by design: no digest, and no tag or one that moves."""
    if image.digest:
        return False
    if not image.tag:
        return _VERSION_IN_NAME.search(image.repository.rpartition("/")[2]) is None
    return _FLOATING.search(image.tag) is not None and _FIXED.search(image.tag) is None
