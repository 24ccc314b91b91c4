"""What a service may do on its host, as a container's ``securityContext`` and a pod's namespaces.

https://github.com/compose-spec/compose-spec/blob/main/05-services.md; the words of ``security_opt`` are those of
https://docs.docker.com/reference/cli/docker/container/run/#security-opt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hullmark.sources.compose.layer import RESET
from hullmark.sources.compose.made import Entry, at, nested, several
from hullmark.sources.compose.sheet import Mark
from hullmark.sources.compose.values import Item, boolean, listed, text, whole
from hullmark.text.tree import Map, PairMark, Value, mapping

_ROOT = ("root", "0")


def security(service: Map, title: PairMark) -> Iterator[Entry]:
    """``securityContext``; what a service leaves out is shown at its name."""
    yield from nested("securityContext", _context(service, title), title)


def _context(service: Map, title: PairMark) -> Iterator[Entry]:
    for key, field in (("privileged", "privileged"), ("read_only", "readOnlyRootFilesystem")):
        if key in service:
            yield field, boolean(service[key]), service.marks[key]
    if user := text(service.get("user")):
        yield _user(user, service.marks["user"])
    capabilities: list[Entry] = []
    for key, field in (("cap_add", "add"), ("cap_drop", "drop")):
        if service.get(key) is not None:
            found = ((item.value, item.mark) for item in _items(service, key) if isinstance(item.value, str))
            capabilities += several(field, found, service.marks[key])
    yield from nested("capabilities", capabilities, title)
    yield from _options(service)


def _user(user: str, mark: PairMark) -> Entry:
    """A number is a user id; a name is somebody, and only root is root."""
    name = user.partition(":")[0] if "${" not in user else user
    if name in _ROOT:
        return "runAsUser", 0, mark
    number = whole(name)
    return ("runAsUser", number, mark) if isinstance(number, int) or "$" in name else ("runAsNonRoot", True, mark)


def _options(service: Map) -> Iterator[Entry]:
    """``security_opt``: ``no-new-privileges``, ``seccomp`` and ``apparmor``, with ``:`` or ``=`` before the value."""
    for item in _items(service, "security_opt"):
        name, *rest = re.split("[:=]", text(item.value).strip(), maxsplit=1)
        value, mark = "".join(rest), at(item.mark)
        if name == "no-new-privileges":
            switch = boolean(value or "true")
            yield "allowPrivilegeEscalation", (not switch) if isinstance(switch, bool) else switch, mark
        elif name == "seccomp" and value:
            kind = "Unconfined" if value == "unconfined" else "Localhost"
            yield "seccompProfile", Map({"type": kind}, {"type": mark}), mark
        elif name == "apparmor" and value:
            kind = "Unconfined" if value == "unconfined" else "Localhost"
            yield "appArmorProfile", Map({"type": kind}, {"type": mark}), mark


def namespaces(service: Map, root: Map) -> Iterator[Entry]:
    """``hostNetwork``, ``hostPID`` and ``hostIPC``, for what is shared with the host."""
    mark = host_network(service, root)
    if mark is not None:
        yield "hostNetwork", True, mark
    elif "${" in text(service.get("network_mode")):
        yield "hostNetwork", text(service["network_mode"]), service.marks["network_mode"]
    for key, field in (("pid", "hostPID"), ("ipc", "hostIPC")):
        value = text(service.get(key))
        if value == "host" or "${" in value:
            yield field, True if value == "host" else value, service.marks[key]


def host_network(service: Map, root: Map) -> PairMark | None:
    """Where a service says that it uses its host's network: by its mode, or by the external network ``host``."""
    if text(service.get("network_mode")) == "host":
        return service.marks["network_mode"]
    networks = mapping(service, "networks")
    for name in networks:
        network = mapping(root, "networks", name)
        if boolean(network.get("external")) is True and text(network.get("name")) == "host":
            return networks.marks[name]
    return None


def _items(service: Map, key: str) -> Iterator[Item]:
    value: Value = service.get(key)
    mark: Mark = service.marks[key][2:] if key in service else (0, 0)
    if value is not RESET:
        yield from listed(value, mark)
