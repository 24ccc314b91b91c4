"""What is recognised in real manifests, as read by eye once and kept since.

Rewrite the snapshot with ``python tests/recognise/test_snapshot.py`` and read the difference before accepting it.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hullmark.graph.build import build
from hullmark.model.workload import Workload
from hullmark.sources import read

HERE = Path(__file__).parent
CORPUS = HERE.parent.parent.parent / "shared" / "corpus"
SNAPSHOT = HERE / "corpus_snapshot.json"

pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="the corpus of other projects' manifests is not beside the project"
)


def recognised() -> dict[str, list[str]]:
    """Per file, a line for each workload: kind, name, role, engine and pods."""
    found: dict[str, list[str]] = {}
    for workload in build(read([str(CORPUS)]).resources).workloads:
        file = str(Path(workload.resource.file).relative_to(CORPUS))
        found.setdefault(file, []).append(_line(workload))
    return found


def _line(workload: Workload) -> str:
    pods = ", ".join(
        f"{p.name or '-'} x{'?' if p.replicas.wanted is None else p.replicas.wanted}" for p in workload.podsets
    )
    marks = "".join(f" {m}" for m in ("template", "inferred") if getattr(workload, m))
    return f"{workload.ref.kind}/{workload.name}: {workload.role.value} {workload.engine or '-'} [{pods}]{marks}"


def test_recognition_is_as_read() -> None:
    assert recognised() == json.loads(SNAPSHOT.read_text())


if __name__ == "__main__":
    SNAPSHOT.write_text(json.dumps(recognised(), indent=1, ensure_ascii=False) + "\n")
