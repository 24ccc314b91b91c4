"""Which entries of a kustomization kustomize would fetch."""

from __future__ import annotations

import re

_SCHEME = re.compile(r"(?:git::)?(?:ssh|https?|file|oci|oci-layout)://|git::|gh:", re.IGNORECASE)
_HOST = re.compile(r"(?:[a-z][a-z0-9-]*@[^/:]+|github\.com)[/:](?P<path>.+)", re.IGNORECASE)
_FILE = re.compile(r"https?://", re.IGNORECASE)
_AZURE = re.compile(r"[^/.][^/]*\.[^/]+/.*_git/")
_MARKS = ("//", ".git", "_git/")


def is_remote(entry: str) -> bool:
    """Whether a base, component or resource is fetched, if no file has this name.

    That is what kustomize takes for a repository
    (https://github.com/kubernetes-sigs/kustomize/blob/master/api/internal/git/repospec.go), in any of its versions: URLs, a
    user at a host, and ``github.com/owner/name``, with or without a folder of that name.
    """
    if entry.startswith("/"):
        return False
    if _SCHEME.match(entry):
        return True
    path = entry.partition("?")[0]
    host = _HOST.fullmatch(path)
    if host is not None:
        return host["path"].count("/") > 0 or any(mark in host["path"] for mark in _MARKS)
    return _AZURE.match(path) is not None


def is_remote_file(entry: str) -> bool:
    """Whether a file is fetched.

    Whatever kustomize loads may be an HTTP address (https://github.com/kubernetes-sigs/kustomize/blob/master/examples/remoteBuild.md).
    """
    return _FILE.match(entry) is not None
