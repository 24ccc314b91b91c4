"""Fingerprints: what makes two findings of two scans the same finding.

A fingerprint is made of the check, the subject, the way to the place with list items called by their name, and an
ordinal among equals. It knows no file, line or message, so it survives moved lines and files, other formatting, and
lists and documents in another order. A finding about something absent has no way of its own: what stands nearest to it
changes too easily.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hullmark.model.finding import Finding, Subject
from hullmark.model.resource import Resource
from hullmark.text.tree import Value, dig

try:  # hashlib loads OpenSSL, which costs a short scan 8 ms
    from _blake2 import blake2b
except ImportError:  # pragma: no cover - builds of Python without the accelerator
    from hashlib import blake2b

_NAMES = ("name", "key", "groupName", "mountPath", "containerPort", "host", "path")
"""Fields that tell the items of a Kubernetes list apart, the most telling first."""

_ANY = "*"


def identity(check: str, subject: Subject, resource: Resource, finding: Finding) -> str:
    """Everything a fingerprint is made of but the ordinal, as text."""
    return "\x1f".join((check, *subject, *_way(resource, finding)))


def fingerprints(identities: Iterable[str]) -> Iterator[str]:
    """The fingerprints of findings with these identities, in their order: 16 hexadecimal digits each."""
    seen: dict[str, int] = {}
    for text in identities:
        seen[text] = ordinal = seen.get(text, -1) + 1
        data = f"{text}\x1f{ordinal}".encode("utf-8", "surrogatepass")
        yield blake2b(data, digest_size=8).hexdigest()


def _way(resource: Resource, finding: Finding) -> Iterator[str]:
    """The keys that lead to the place, from the top of the object if it is inside it, with list items named."""
    place, (doc, value, span, above) = finding.at, resource.node
    if not place.exact:
        return
    if doc.margin is not None:
        span, above = doc.margin.host.span, (*doc.margin.host.path, *above)
    # Places of a rendered text lie in other files than the text itself: there only the path tells.
    inside = doc.origin is not None or span.start <= place.span.start <= span.end
    inside = inside and place.path[: len(above)] == above
    path = place.path[len(above) :] if inside else place.path
    value = value if inside else None
    for key in path:
        value = dig(value, key)
        yield key if isinstance(key, str) else _item(value, secret=finding.secret)


def _item(value: Value, *, secret: bool) -> str:
    """What to call a list item; a secret must not be guessable from a fingerprint."""
    if isinstance(value, dict):
        found = (value.get(name) for name in _NAMES)
        return next((str(f) for f in found if f is not None and not isinstance(f, (dict, list))), _ANY)
    if not isinstance(value, str) or secret:
        return _ANY
    word = value.partition("=")[0] if value.startswith("-") else value
    return _ANY if len(word) > 100 or any(c.isspace() for c in word) else word
