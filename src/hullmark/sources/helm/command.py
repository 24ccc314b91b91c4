"""Runs ``helm template``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hullmark.sources.process import Ran, run

TIMEOUT = 30.0
"""How long one rendering may take, in seconds: real charts take less than five."""


class HelmOptions(NamedTuple):
    """What is said to helm besides the chart. ``values`` are files, of which the last wins; ``set`` is as for ``--set``."""

    values: tuple[str, ...] = ()
    set: tuple[str, ...] = ()
    namespace: str = ""
    release_name: str = ""
    kube_version: str = ""
    api_versions: tuple[str, ...] = ()
    root: str = ""
    """The folder that symbolic links in a chart may lead to; the chart's own if empty."""


_UNCHECKED = "--skip-schema-validation"
"""A schema may refer to addresses, which helm would fetch, and marked values satisfy none (helm 3.16 and newer)."""


class Helm(NamedTuple):
    """A helm program with what it is told for every rendering of a chart."""

    program: str
    arguments: tuple[str, ...]

    @classmethod
    def of(cls, program: str, options: HelmOptions) -> Helm:
        """The program with the arguments for these options, values files apart."""
        found = [_UNCHECKED]
        if options.namespace:
            found.append(f"--namespace={options.namespace}")
        if options.kube_version:
            found.append(f"--kube-version={options.kube_version}")
        found += (f"--api-versions={version}" for version in options.api_versions)
        found += (f"--set={values}" for values in options.set)
        return cls(program, tuple(found))

    def debugging(self) -> Helm:
        """The same, made to print what it renders even where that is no YAML."""
        return self._replace(arguments=("--debug", *self.arguments))

    def template(
        self, release: str, chart: str, files: Sequence[str], values: bytes = b"", timeout: float = TIMEOUT
    ) -> Ran:
        """Render the chart in a folder or an archive with these files of values, and with values that win over them."""
        named = [f"--values={file}" for file in (*files, *(["-"] if values else []))]
        tail = [*named, "--", release, chart]
        ran = run([self.program, "template", *self.arguments, *tail], stdin=values, timeout=timeout)
        if ran.code != 0 and f"unknown flag: {_UNCHECKED}" in ran.err:
            known = [argument for argument in self.arguments if argument != _UNCHECKED]
            ran = run([self.program, "template", *known, *tail], stdin=values, timeout=timeout)
        return ran
