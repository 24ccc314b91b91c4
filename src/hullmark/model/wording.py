"""How findings read to people of another platform.

Checks speak of pods and nodes. Whoever writes Compose files has containers and a host, and fields of other names: the
words of a message are exchanged here, once for all checks; what to do about a finding a check says itself (``compose``).
"""

from __future__ import annotations

import re

from hullmark.model.finding import Finding
from hullmark.text.regex import regex

_PHRASES = {
    "every other pod on the node": "everything else on the host",
    "the node and its other pods": "the host and all that runs on it",
    "lets every pod": "lets whoever reaches it",
    "a readiness probe": "a health check",
    "whether a network policy isolates": "whether a network isolates",
    "at every start": "whenever it is created anew",
    "the claim behind the volume": "the named volume",
    "an emptyDir": "a tmpfs",
    "emptyDir": "tmpfs",
    "network policies": "its networks",
    "pods of": "containers of",
    "a pod": "a container",
    "pods": "containers",
    "pod": "container",
    "nodes": "hosts",
    "node": "host",
    "a ConfigMap or Secret": "an env file",
    "ConfigMap": "file",
}
"""Words of Kubernetes and what they are here; longer ones first."""

_FIELDS = {
    "hostNetwork": "network_mode",
    "hostPID": "pid",
    "hostIPC": "ipc",
    "runAsUser": "user",
    "readOnlyRootFilesystem": "read_only",
    "allowPrivilegeEscalation": "no-new-privileges",
}
"""Fields that a reason may name, and what they are called in a Compose file."""

_WORDS = regex(rf"'([^']*)'|\b(?:{'|'.join(map(re.escape, _PHRASES))})\b")


def for_compose(finding: Finding, advice: str) -> Finding:
    """A finding on a Compose service in the words of Compose."""
    return finding._replace(
        message=said(finding.message),
        label=said(finding.label),
        advice=advice or said(finding.advice),
        related=tuple((place, said(text)) for place, text in finding.related),
        fix=None,
    )


def said(text: str) -> str:
    """A text of a check in the words of Compose; what stands in quotes is a name and stays."""
    return _WORDS.sub(_word, text) if text else text


def _word(found: re.Match[str]) -> str:
    if found[1] is None:
        return _PHRASES[found[0]]
    return f"'{_FIELDS.get(found[1], found[1])}'"
