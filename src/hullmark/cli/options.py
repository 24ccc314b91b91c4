"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Sequence

from hullmark.cli.command import FILES, Argument, Option, one_of
from hullmark.engine.profiles import PROFILES
from hullmark.model.errors import HullmarkError, nearest

PATHS = Argument("PATH", "files, folders, globs, or '-' for standard input", many=True, words=FILES)


def check_ids() -> Sequence[str]:
    """The ids of all checks."""
    from hullmark.checks.registry import checks

    return [check.id for check in checks()]


def check_id(word: str) -> str:
    """The id of the check that goes by a name: its id or an alias.

    Raises:
        HullmarkError: there is none.
    """
    from hullmark.checks.registry import checks
    from hullmark.engine.config import identifiers

    known = identifiers(checks())
    if word not in known:
        raise HullmarkError(f"unknown check '{word}'", nearest(word, known) or "`hullmark checks` lists them")
    return known[word]


INPUT = (
    Option("--exclude", "leave out what this pattern matches, in gitignore's syntax", "GLOB", many=True),
    Option("--config", "settings to use instead of ./hullmark.yaml", "FILE", words=FILES),
)
"""What is read."""

UNIT = Option("--unit", "read only this deployable unit; `scan --list-sources` lists them", "NAME")

RENDERING = (
    Option("--helm", "the helm to render charts with, instead of the one on PATH", "PROGRAM", words=FILES),
    Option(
        "--values",
        "render charts with the values of this file, instead of each values file of theirs",
        "FILE",
        many=True,
        words=FILES,
    ),
    Option("--set", "render charts with this value", "PATH=VALUE", many=True),
    Option("--namespace", "render charts for a release in this namespace", "NAME"),
    Option("--release-name", "render charts for a release of this name", "NAME"),
    Option("--kube-version", "render charts for this version of Kubernetes", "VERSION"),
    Option("--api-versions", "render charts for a cluster with this API", "GROUP/VERSION", many=True),
    Option("--no-cache", "render anew, and keep nothing for the next run"),
)
"""How charts and kustomizations are rendered."""

COMPLETE = Option("--complete", "everything that is deployed is here: what is referred to and not found is missing")

CHECK = Option("--check", "run only this check", "ID", check_id, many=True, words=check_ids)
SKIP = Option("--skip", "do not run this check", "ID", check_id, many=True, words=check_ids)
PROFILE = Option(
    "--profile",
    f"{', '.join(PROFILES)}: which findings decide the exit code",
    "NAME",
    one_of("profile", tuple(PROFILES)),
    words=tuple(PROFILES),
)

COLOR = Option(
    "--color",
    "auto (the default), always or never; auto honours NO_COLOR",
    "WHEN",
    one_of("choice", ("auto", "always", "never")),
    "auto",
    words=("auto", "always", "never"),
)
QUIET = Option("--quiet", "print results and errors, but no notes and no progress", short="-q")
NO_PROGRESS = Option("--no-progress", "never draw a progress bar")
HELP = Option("--help", "print this page", short="-h")
