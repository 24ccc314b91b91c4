"""When a missing field of a security context is really missing."""

from __future__ import annotations

from hullmark.model.container import Container
from hullmark.model.truth import Undecided


def could_harden(container: Container) -> bool:
    """Whether a container could be hardened where it is written.

    Linux hardening means nothing to Windows and to privileged containers, and some operators do it by themselves.

    Raises:
        Undecided: the container is filled in from elsewhere (a serving runtime, a preset), perhaps hardened.
    """
    if container.windows or container.privileged or "security-context" in container.workload.injected:
        return False
    if not container.image.text and not container.built:
        raise Undecided(f"what fills in container '{container.name}' is not in the scan")
    return True
