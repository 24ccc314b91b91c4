"""Addresses that code and documentation cite are well-formed, and lead to places that are known to exist.

Nothing is fetched. Anchors of kubernetes.io were looked up in the sources of its pages (https://github.com/kubernetes/website) and stand in
``data/kubernetes-anchors.txt``: who cites another one looks it up first.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).parents[1]
TEXTS = sorted(
    file
    for folder, suffixes in (("src", (".py", ".yaml")), ("docs", (".md",)), (".", (".md",)))
    for file in ((ROOT / folder).glob("*") if folder == "." else (ROOT / folder).rglob("*"))
    if file.suffix in suffixes
)
ADDRESS = re.compile(r"https?://[^\s<>\"'`\[\]}|,]+")
HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
MADE_UP = re.compile(r"(?:^|\.)(?:example|example\.(?:com|org)|svc|ml|hullmark\.dev)$|a1b2|^127\.")
"""Hosts of examples; ``ml`` is a namespace in some of them."""

MOVED = (
    "https://kubernetes.io/docs/concepts/configuration/overview/",
    "https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",
    "https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/",
    "https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/",
    "https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/",
    "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/",
    "https://gateway-api.sigs.k8s.io/api-types/",
    "https://gateway-api.sigs.k8s.io/concepts/",
    "https://gateway-api.sigs.k8s.io/reference/spec/",
    "https://doc.traefik.io/traefik/middlewares/",
    "https://doc.traefik.io/traefik/https/",
    "https://docs.seldon.io/",
    "https://docs.sglang.ai/",
    "https://docs.wandb.ai/guides/",
)
"""Where pages were once."""


def cited() -> dict[str, str]:
    """Every address, with the file that cites it first; addresses of examples and patterns are none."""
    found: dict[str, str] = {}
    for file in TEXTS:
        for text in ADDRESS.findall(file.read_text(encoding="utf-8")):
            address = trimmed(text)
            host = urlsplit(address).hostname or ""
            if "." in host and not MADE_UP.search(host) and not re.search(r"[\\{$^]", text):
                found.setdefault(address, str(file.relative_to(ROOT)))
    return found


def trimmed(text: str) -> str:
    """An address without the punctuation that ends a sentence or closes a link."""
    while text and (text[-1] in ".;:*" or (text[-1] == ")" and text.count(")") > text.count("("))):
        text = text[:-1]
    return text.partition("](")[0]


CITED = cited()


def test_addresses_are_found() -> None:
    assert len(CITED) > 400
    assert trimmed("https://doi.org/10.1016/0167-6687(93)90997-4.") == "https://doi.org/10.1016/0167-6687(93)90997-4"
    assert trimmed("https://kubernetes.io/docs/).") == "https://kubernetes.io/docs/"


def test_addresses_are_well_formed() -> None:
    wrong = []
    for address, file in CITED.items():
        parts = urlsplit(address)
        sound = HOST.fullmatch(parts.netloc) and "//" not in parts.path and address.count("#") <= 1
        secure = parts.scheme == "https" or address == "http://www.w3.org/2000/svg"
        if not (sound and secure):
            wrong.append((address, file))

    assert wrong == []


@pytest.mark.parametrize("start", MOVED)
def test_pages_are_cited_where_they_are_now(start: str) -> None:
    assert {address: file for address, file in CITED.items() if address.startswith(start)} == {}


def test_anchors_of_kubernetes_are_known() -> None:
    known = set((ROOT / "tests/data/kubernetes-anchors.txt").read_text(encoding="utf-8").split())
    used = {
        a.removeprefix("https://kubernetes.io/") for a in CITED if a.startswith("https://kubernetes.io/") and "#" in a
    }

    assert used - known == set(), "look them up, then add them"
    assert known - used == set(), "no longer cited"


def test_pages_of_kubernetes_end_as_they_are_served() -> None:
    paths = {a: urlsplit(a).path for a in CITED if a.startswith("https://kubernetes.io/")}

    assert [a for a, path in paths.items() if not path.endswith("/")] == []


def test_revisions_of_files_are_whole() -> None:
    pattern = re.compile(r"https://github\.com/[\w.-]+/[\w.-]+/(?:blob|tree)/([^/]+)/.")
    short = [a for a in CITED if (m := pattern.match(a)) and re.fullmatch(r"[0-9a-f]{7,39}", m[1])]

    assert short == []


def test_the_version_of_the_benchmark_is_said() -> None:
    pages = [file for file in TEXTS if "checks" in file.parts and file.suffix == ".py"]
    mentions = [
        m[0] for f in pages for m in re.finditer(r"CIS\s+Kubernetes\s+Benchmark\s+\S+", f.read_text(encoding="utf-8"))
    ]

    assert len(mentions) > 15
    assert [m for m in mentions if not m.endswith(" v1.12") and not m.endswith("\nv1.12")] == []
