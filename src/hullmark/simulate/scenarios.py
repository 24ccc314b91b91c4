"""Failures that are simulated on request, by the names that users give them."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import NamedTuple

from hullmark.model.errors import HullmarkError, suggestion
from hullmark.simulate.faults import Failure


class Scenario(NamedTuple):
    """A kind of failure under a name: what happens, and what its target is."""

    kind: str
    what: str
    target: str


SCENARIOS = {
    "node": Scenario("node", "a node crashes", "a node"),
    "crash": Scenario("crash", "a container ends by itself and is started again where it is", "a node or a pod"),
    "hang": Scenario("hang", "a container answers no more but does not end", "a node or a pod"),
    "spot-reclaim": Scenario(
        "reclaim", "the cloud takes spot nodes back, one or all of a pool in a zone", "a node or a pool"
    ),
    "zone": Scenario("zone", "a zone is lost", "a zone"),
    "partition": Scenario("partition", "a zone is cut off from the control plane and runs on", "a zone"),
    "region": Scenario("region", "a region is lost", "a region"),
    "pool": Scenario("pool", "all nodes of an accelerator pool stop, as by a bad driver", "a pool"),
    "control-plane": Scenario("control-plane", "the API server does not answer", "its kind"),
    "registry": Scenario("start-only", "image registries or a model hub do not answer", "their name"),
    "provider": Scenario("third-party", "a service of others does not answer", "its name"),
    "accelerator": Scenario("device", "an accelerator fails (an XID that needs a reset)", "a node or a pod"),
    "lemon": Scenario("lemon", "a node fails ten times as often as its neighbours", "a node"),
    "certificate": Scenario("certificate", "a certificate expires because nothing renews it", "a Certificate"),
    "rollout": Scenario("rollout", "a version that does not work is rolled out", "a workload"),
    "stockout": Scenario("stockout", "a node or zone is lost while no node can be had", "a node or a zone"),
}
"""What ``--scenario NAME[=TARGET]`` knows."""


class NoTargetError(HullmarkError):
    """Nothing of an architecture is what a scenario hits."""


def scenario(text: str) -> Scenario:
    """What ``NAME`` or ``NAME=TARGET`` names.

    Raises:
        HullmarkError: there is no scenario of that name.
    """
    name = text.partition("=")[0]
    if name not in SCENARIOS:
        raise HullmarkError(f"there is no scenario '{name}'", suggestion(name, SCENARIOS))
    return SCENARIOS[name]


def chosen(text: str, every: Iterable[Failure]) -> tuple[Failure, ...]:
    """The failures that ``NAME`` or ``NAME=TARGET`` means; a target may hold ``*`` and ``?``.

    Raises:
        HullmarkError: there is no scenario of that name.
        NoTargetError: there is nothing that it can hit.
    """
    name, equals, target = text.partition("=")
    meant = scenario(text)
    alike = [failure for failure in every if failure.kind == meant.kind]
    if not alike:
        raise NoTargetError(f"nothing here that scenario '{name}' could hit", f"its target is {meant.target}")
    found = tuple(failure for failure in alike if not equals or _meant(target, failure.name))
    if not found:
        names = [failure.name for failure in alike]
        raise NoTargetError(f"scenario '{name}' has no target '{target}'", _hint(target, names))
    return found


def _hint(target: str, names: list[str]) -> str:
    return suggestion(target, names[:50])


def _meant(target: str, name: str) -> bool:
    """Whether a target names a failure: all of its name, a part between slashes, or what stands before a namespace."""
    bare = name.partition(" (")[0]
    return any(fnmatchcase(each, target) for each in (name, bare, *bare.split("/")))
