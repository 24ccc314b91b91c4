"""The whole way from paths to a result; `hullmark.scan` and all commands that scan go it."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from hullmark.checks.registry import AnyCheck, checks
from hullmark.cli.command import one_of
from hullmark.cli.options import check_id
from hullmark.engine import baseline as baselines
from hullmark.engine.config import FILE, Settings, enabled, identifiers, settings
from hullmark.engine.merge import merge
from hullmark.engine.profiles import PROFILES, THRESHOLDS
from hullmark.engine.result import Result
from hullmark.engine.run import evaluate
from hullmark.engine.settle import Terms, settle
from hullmark.graph.build import build
from hullmark.model.architecture import Architecture
from hullmark.model.errors import HullmarkError, nearest
from hullmark.model.finding import NotChecked
from hullmark.model.resource import Resource
from hullmark.recognise.releases import refers
from hullmark.sources.files import contents
from hullmark.sources.reading import Progress, Reading
from hullmark.sources.unit import Rendering, Unit
from hullmark.sources.units import units
from hullmark.text.source import Problem, Source, decode


class Request(NamedTuple):
    """What to scan and how; what is empty is left to ``hullmark.yaml`` and the defaults.

    ``only`` and ``skip`` are ids of checks; ``config`` and ``baseline`` are file names; ``rendering`` says how charts
    and kustomizations are rendered; ``unit`` is the only deployable unit to scan; ``complete`` says that everything
    that is deployed is in the scan, so that what is referred to and not there is missing.
    """

    paths: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    config: str = ""
    profile: str = ""
    fail_on: str = ""
    baseline: str = ""
    only: frozenset[str] = frozenset()
    skip: frozenset[str] = frozenset()
    rendering: Rendering = Rendering()
    unit: str = ""
    complete: bool = False


class Plan(NamedTuple):
    """A request with everything looked up: the checks to run and what findings are judged by."""

    request: Request
    checks: tuple[AnyCheck, ...]
    terms: Terms

    def read(self, progress: Progress | None = None) -> tuple[Unit, ...]:
        """Read what is to be scanned, by deployable unit.

        Raises:
            HullmarkError: a path does not exist, or no unit is called as the one that is asked for.
        """
        request = self.request
        found = units(request.paths, (*self.terms.settings.exclude, *request.exclude), request.rendering, progress)
        return _chosen(found, request.unit) if request.unit else found

    def judge(self, found: Sequence[Unit]) -> Result:
        """The result for what was read: every unit is judged as an architecture of its own."""
        return merge([(unit, self._judged(unit.reading)) for unit in found], self.terms.baseline)

    def _judged(self, reading: Reading) -> Result:
        declared = self.terms.settings.declarations
        architecture = build(reading.resources, complete=self.request.complete, declared=declared)
        unknown = tuple(_unknown(architecture))
        accounted = reading._replace(not_checked=(*reading.not_checked, *unknown))
        return settle(architecture, evaluate(architecture, self.checks), self.terms, accounted)


def _chosen(found: Sequence[Unit], name: str) -> tuple[Unit, ...]:
    """The units of a name or a title.

    Raises:
        HullmarkError: there is none.
    """
    chosen = tuple(u for u in found if name in (u.name, u.title))
    if not chosen:
        known = list(dict.fromkeys(u.name for u in found))
        raise HullmarkError(f"no unit is called '{name}'", nearest(name, known) or "`--list-sources` lists them")
    return chosen


def plan(request: Request) -> Plan:
    """Look up everything a request refers to.

    Raises:
        HullmarkError: the configuration, the baseline or the name of a check is wrong.
    """
    known = checks()
    names = identifiers(known)
    declared = _settings(request, names)
    chosen = tuple(c for c in enabled(known, declared) if c.id not in request.skip)
    if request.only:
        # Who names a check wants it, whatever the configuration says.
        chosen = tuple(c for c in known if c.id in request.only and c.id not in request.skip)
    before = baselines.read(source_of(request.baseline)) if request.baseline else None
    return Plan(request, chosen, Terms(declared, names, time.strftime("%Y-%m-%d"), before))


def _settings(request: Request, names: Mapping[str, str]) -> Settings:
    file = request.config or (FILE if os.path.exists(FILE) else "")
    declared = settings(source_of(file), names) if file else Settings()
    return replace(
        declared,
        profile=request.profile or declared.profile,
        fail_on=request.fail_on or declared.fail_on,
        # Who says on the command line what fails, means it for whatever is scanned.
        gate_samples=declared.gate_samples or bool(request.fail_on),
    )


def source_of(name: str) -> Source:
    """The text of a file that the user names.

    Raises:
        HullmarkError: it cannot be read.
    """
    data = contents(name)
    source = decode(name, data) if isinstance(data, bytes) else data
    if isinstance(source, Problem):
        raise HullmarkError(f"'{name}' {source.message}", source.hint)
    return source


_KUBERNETES = frozenset({"", "apps", "batch", "autoscaling", "policy", "extensions"})
"""Kubernetes' own groups besides ``*.k8s.io``, whose kinds are all known."""

_JOINED = (".istio.io", "keda.sh", "cilium.io", "projectcalico.org", "knative.dev", "route.openshift.io")
"""Ends of the groups whose kinds the graph reads although they run nothing."""

_MAKERS = (
    "external-secrets.io",
    "bitnami.com",
    "cert-manager.io",
    "secrets.hashicorp.com",
    "onepassword.com",
    "secrets.infisical.com",
    "objectbucket.io",
)
"""Groups of kinds that only make Secrets and ConfigMaps, which references to these know."""

_QUEUES = (
    "kueue.x-k8s.io",
    "scheduling.volcano.sh",
    "scheduling.run.ai",
    "scheduling.x-k8s.io",
    "gateway.networking.k8s.io",
)
"""Groups of queues, quotas and pod groups: recognition reads what workloads say of them, and they run nothing themselves."""


def _unknown(architecture: Architecture) -> Iterator[NotChecked]:
    """Objects of kinds that nothing here knows and in which no pods were found."""
    running = {workload.resource for workload in architecture.workloads}
    hosts = {resource.host for resource in architecture.resources if resource.host is not None}
    for kind, resources in architecture.by_kind.items():
        for resource in resources:
            if resource not in running and resource.ref not in hosts and not _is_known(resource):
                reason = f"kind {kind} is not known and holds no pods"
                if refers(resource):
                    reason = f"what this {kind} deploys is not in the scan, and no known chart"
                yield NotChecked(resource.file, resource.place.line, reason)


def _is_known(resource: Resource) -> bool:
    group = resource.ref.group
    return group in _KUBERNETES or group.endswith((".k8s.io", *_JOINED, *_MAKERS, *_QUEUES))


def scan(  # noqa: PLR0913 - the public interface: keywords with defaults read best there
    *paths: str,
    exclude: Sequence[str] = (),
    config: str = "",
    profile: str = "",
    fail_on: str = "",
    baseline: str = "",
    only: Collection[str] = (),
    skip: Collection[str] = (),
) -> Result:
    """Scan files, folders or globs (``-`` is standard input).

    Args:
        paths: what to read.
        exclude: patterns of what to leave out, in gitignore's syntax.
        config: settings to use instead of ``hullmark.yaml`` in the working directory.
        profile: the profile that decides which findings gate, instead of the configured one.
        fail_on: the least severity that gates, or *never*, instead of the profile's thresholds.
        baseline: a file of known findings.
        only: ids of the only checks to run.
        skip: ids of checks not to run.

    Raises:
        HullmarkError: a path, the configuration or a name is wrong.
    """
    profile = profile and one_of("profile", tuple(PROFILES))(profile)
    fail_on = fail_on and one_of("severity", tuple(THRESHOLDS))(fail_on)
    names = frozenset(map(check_id, only)), frozenset(map(check_id, skip))
    chosen = plan(Request(paths, tuple(exclude), config, profile, fail_on, baseline, *names))
    return chosen.judge(chosen.read())
