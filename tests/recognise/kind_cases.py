"""A small manifest for every row of the tables of kinds, with what is to be recognised in it: ``kinds/*.yaml``.

A case is a manifest below comments that tell its workload: the first line its role, lifetime and whether it is a template,
then a line for each pod set: its name, how many pods, its role and its containers with the path at which they stand, and if
the operator adds labels a line of these. Counts are what is wanted, with ``(least..most)`` where that may change; ``?`` is unknown.
To add a case, write the manifest and let the failing test tell you what is recognised; then think whether that is right.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from hullmark.model.workload import PodSet, Workload

KINDS = Path(__file__).parent / "kinds"


class Case(NamedTuple):
    """A manifest, where it stands, and what its comments tell."""

    file: Path
    line: int
    manifest: str
    told: list[str]

    def __str__(self) -> str:
        kind = next((line for line in self.manifest.splitlines() if line.startswith("kind:")), "kind: none")
        return f"{self.file.stem}:{self.line}-{kind.removeprefix('kind: ')}"


def cases() -> Iterator[Case]:
    """All cases of all files."""
    for file in sorted(KINDS.glob("*.yaml")):
        line = 1
        for text in file.read_text().split("---\n"):
            lines = text.splitlines()
            told = [comment[2:] for comment in lines if comment.startswith("# ")]
            yield Case(file, line, "\n".join(x for x in lines if not x.startswith("#")) + "\n", told)
            line += len(lines) + 1


def tell(workload: Workload) -> list[str]:
    """A workload in the words of a case."""
    template = ", template" if workload.template else ""
    return [f"{workload.role.value}, {workload.lifetime}{template}", *(t for p in workload.podsets for t in _pods(p))]


def _pods(podset: PodSet) -> Iterator[str]:
    wanted, *bounds, _ = ("?" if n is None else str(n) for n in podset.replicas)
    count = wanted if bounds == [wanted, wanted] else f"{wanted} ({'..'.join(bounds)})"
    containers = ", ".join(f"{c.name} at {'.'.join(map(str, c.node.path))}" for c in podset.containers)
    yield f"  {podset.name or '-'}: {count} {podset.role.value}, {containers}"
    if podset.labels:
        yield "    " + " ".join(f"{key}={value}" for key, value in sorted(podset.labels.items()))
