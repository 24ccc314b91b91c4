"""Which files are Compose files, and which of them make a project together."""

from __future__ import annotations

from pathlib import Path

import pytest
from reading import write

from hullmark.sources.compose import is_compose, projects
from hullmark.text.source import Source
from hullmark.text.tree import Document
from hullmark.text.yaml import read

WHOLE = "services: {a: {image: 'a:1.2.3'}}\n"
FRAGMENT = "services: {a: {user: '1'}}\n"


def grouped(folder: Path, files: dict[str, str]) -> list[tuple[list[str], str]]:
    write(folder, files)
    names = [str(folder / name) for name in files if name.endswith((".yaml", ".yml"))]
    return [([str(Path(f).relative_to(folder)) for f in p.files], p.variant) for p in projects(names, root=str(folder))]


@pytest.mark.parametrize(
    ("files", "result"),
    [
        ({"compose.yaml": WHOLE}, [(["compose.yaml"], "")]),
        ({"compose.yaml": WHOLE, "docker-compose.yml": WHOLE}, [(["compose.yaml"], ""), (["docker-compose.yml"], "")]),
        (
            {"docker-compose.yml": WHOLE, "docker-compose.override.yml": FRAGMENT},
            [(["docker-compose.yml", "docker-compose.override.yml"], "")],
        ),
        (
            {"compose.yaml": WHOLE, "compose.gpu.yaml": FRAGMENT},
            [(["compose.yaml"], "compose.yaml"), (["compose.yaml", "compose.gpu.yaml"], "compose.gpu.yaml")],
        ),
        (
            {"compose.yaml": WHOLE, "compose.override.yaml": FRAGMENT, "compose.prod.yaml": FRAGMENT},
            [
                (["compose.yaml", "compose.override.yaml"], "compose.override.yaml"),
                (["compose.yaml", "compose.prod.yaml"], "compose.prod.yaml"),
            ],
        ),
        ({"compose.yaml": WHOLE, "compose.dev.yaml": WHOLE}, [(["compose.yaml"], ""), (["compose.dev.yaml"], "")]),
        ({"compose.gpu.yaml": FRAGMENT}, [(["compose.gpu.yaml"], "")]),
        ({"compose.override.yaml": WHOLE}, [(["compose.override.yaml"], "")]),
        (
            {"compose.yaml": WHOLE, "prod.yaml": WHOLE, ".env": "COMPOSE_FILE=prod.yaml:compose.yaml\n"},
            [(["prod.yaml", "compose.yaml"], "")],
        ),
        (
            {"compose.yaml": WHOLE, ".env": "COMPOSE_FILE=compose.yaml:none.yaml\n"},
            [(["compose.yaml"], "")],
        ),
        ({"compose.yaml": WHOLE, "sub/compose.yaml": WHOLE}, [(["compose.yaml"], ""), (["sub/compose.yaml"], "")]),
    ],
)
def test_projects(files: dict[str, str], result: list[tuple[list[str], str]], tmp_path: Path) -> None:
    assert grouped(tmp_path, files) == result


@pytest.mark.parametrize(
    ("fragment", "alone"),
    [
        ("services: {a: {build: .}}", True),
        ("services: {a: {extends: {file: x.yaml, service: y}}}", True),
        ("services: {a: {extends: b}}", False),
        ("services: {a: {image: i, depends_on: [b]}}", False),
        ("services: {a: {image: i, depends_on: [b]}, b: {image: i}}", True),
        ("services: {a: {image: i, networks: [net]}}", False),
        ("services: {a: {image: i, networks: [net]}}\nnetworks: {net: }", True),
        ("services: {a: {image: i, secrets: [s]}}", False),
        ("services: {a: }", False),
        ("include: [x.yaml]", True),
    ],
)
def test_what_cannot_stand_alone_lies_over_the_main_file(fragment: str, alone: bool, tmp_path: Path) -> None:
    found = grouped(tmp_path, {"compose.yaml": WHOLE, "compose.x.yaml": fragment})
    assert ((["compose.x.yaml"], "") in found) is alone


COMPOSE = "services: {a: {image: i}}"
WORKFLOW = """
name: ci
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    services: {postgres: {image: "postgres:16", ports: ["5432:5432"]}}
"""
GITLAB = "image: python\nservices: [postgres]\ntest: {script: [pytest]}"
VALUES = """
replicaCount: 1
services:
  api: {image: {repository: a, tag: b}, service: {type: ClusterIP, port: 80}}
"""
SWARM = 'version: "3.8"\nservices: {a: {image: i, deploy: {replicas: 2}}}\nx-a: 1'
OPENAPI = "openapi: 3.1.0\nservices: {a: {url: x}}"
KUBERNETES = "apiVersion: v1\nkind: ConfigMap\nservices: {a: {image: i}}"


@pytest.mark.parametrize(
    ("name", "text", "result"),
    [
        ("compose.yaml", COMPOSE, True),
        ("docker-compose.yml", COMPOSE, True),
        ("docker-compose.gpu.yml", "services: {a: {user: '1'}}", True),
        ("rag-compose.yaml", COMPOSE, True),
        ("compose.json", COMPOSE, True),
        ("compose.yaml", "include: [a.yaml]", True),
        ("compose.yaml", "services: {a: }", True),
        ("stack.yaml", SWARM, True),
        ("stack.yaml", "services: {a: {user: '1'}}", False),
        ("stack.yaml", "services: {a: {image: i, port: 80}}", False),
        ("stack.yaml", "services: {a: {image: i}}\nother: 1", False),
        ("include.yaml", "include: [a.yaml]", False),
        (".github/workflows/ci.yaml", WORKFLOW, False),
        (".github/workflows/compose.yaml", WORKFLOW, False),
        (".gitlab-ci.yml", GITLAB, False),
        ("compose.yaml", GITLAB, False),
        ("values.yaml", VALUES, False),
        ("values-compose.yaml", VALUES, False),
        ("openapi.yaml", OPENAPI, False),
        ("compose.yaml", KUBERNETES, False),
        ("compose.yaml", "services: {}", False),
        ("compose.yaml", "services: [a]", False),
        ("compose.yaml", "a: 1", False),
        ("compose.yaml", "[1]", False),
        ("decompose.yaml", "services: {a: {user: '1'}}", False),
    ],
)
def test_what_a_compose_file_is(name: str, text: str, result: bool) -> None:
    (document,) = read(Source(name, text))
    assert isinstance(document, Document)
    assert is_compose(name, document.root) is result
