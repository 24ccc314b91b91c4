"""Hullmark: secure, compliant and resilient architecture for AI workloads on Kubernetes.

    import hullmark

    result = hullmark.scan("deploy/", profile="production")
    for settled in result.findings:
        print(settled.check, settled.finding.message)

What is in ``__all__`` is the public interface. It is loaded on first use, because the command line must start fast.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hullmark.version import __version__

__all__ = ["HullmarkError", "Result", "__version__", "scan"]

if TYPE_CHECKING:
    from hullmark.cli.pipeline import scan
    from hullmark.engine.result import Result
    from hullmark.model.errors import HullmarkError

_HOMES = {"HullmarkError": "model.errors", "Result": "engine.result", "scan": "cli.pipeline"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"hullmark.{_HOMES[name]}"), name)
