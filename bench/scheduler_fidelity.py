"""How faithfully placement follows kube-scheduler. Run: ``python bench/scheduler_fidelity.py FILE [VERSION]``.

FILE holds recorded decisions, one cluster a line (JSON, perhaps gzipped): ``nodes``, ``services``, ``pods`` in order, and
where each was ``placed`` (null: nowhere); perhaps ``namespaces``, and the ``owners`` of pods (ReplicaSets…).

Each question is put in the state that the real answers led to, so that a tie decided otherwise does not spoil what
follows. Filters agree when the real choice is feasible (or nothing is, where the pod stayed pending); choices agree when
the real one is among the best. Exits 1 unless both agree in all cases.
"""

from __future__ import annotations

import gzip
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from hullmark.model.resource import strings  # noqa: E402
from hullmark.model.selectors import Selector, label_selector, map_selector  # noqa: E402
from hullmark.simulate.placement import reading  # noqa: E402
from hullmark.simulate.placement.cluster import Cluster  # noqa: E402
from hullmark.simulate.placement.decide import feasible, rank, why_pending  # noqa: E402
from hullmark.simulate.placement.profile import V1_34, Profile, profile_of  # noqa: E402
from hullmark.simulate.placement.shape import Pod, Shape  # noqa: E402
from hullmark.text.source import Problem, Source  # noqa: E402
from hullmark.text.tree import Value, dig, items, mapping  # noqa: E402
from hullmark.text.yaml import read as read_text  # noqa: E402

SHOWN = 20
"""Mismatches that are told one by one."""


@dataclass
class Report:
    """What came out: decisions, those whose filters and choices agree, and the mismatches with what the pods asked."""

    decisions: int = 0
    placed: int = 0
    filters: int = 0
    choices: int = 0
    mismatches: list[str] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)

    @property
    def perfect(self) -> bool:
        """Whether there was something to compare and all of it agrees."""
        return self.decisions == self.filters and self.placed == self.choices and self.decisions > 0

    def lines(self) -> Iterator[str]:
        """The report, for people."""
        yield f"decisions         {self.decisions:8,}   placed {self.placed:,}, pending {self.decisions - self.placed:,}"
        yield f"filter agreement  {_share(self.filters, self.decisions)}"
        yield f"choice agreement  {_share(self.choices, self.placed)}"
        yield "feature               decisions  mismatches"
        for feature, number in sorted(self.asked.items()):
            yield f"  {feature:<20}{number:9,}{self.missed[feature]:12,}"
        yield from self.mismatches[:SHOWN]


def _share(part: int, whole: int) -> str:
    return f"{part:8,} of {whole:,}   {100 * part / whole:.2f} %" if whole else "nothing to compare"


def recordings(raw: bytes) -> Iterator[Value]:
    """The recorded clusters of a file."""
    text = (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode()
    for number, line in enumerate(filter(str.strip, text.splitlines()), 1):
        for document in read_text(Source(f"line {number}", line)):
            if isinstance(document, Problem):
                raise SystemExit(f"line {number}: {document.message}")
            yield document.root


def replay(recording: Value, name: str, report: Report, profile: Profile = V1_34) -> None:
    """Ask for every pod of a recording in turn, compare, and adopt the real answer."""
    cluster = Cluster([reading.node(n) for n in items(recording, "nodes")], profile, dict(_spaces(recording)))
    shapes: dict[str, Shape] = {}
    answers = zip(items(recording, "pods"), items(recording, "placed"), strict=True)
    for number, (value, placed) in enumerate(answers):
        shape = shapes.setdefault(_alike(value), _shape(value, recording))
        pod = Pod(str(dig(value, "metadata", "name")), shape, number)
        _compare(cluster, pod, placed, f"{name} pod {number} '{pod.name}'", report)
        if placed is not None:
            cluster.add(pod, cluster.index[placed])


def _alike(value: Value) -> str:
    meta = mapping(value, "metadata")
    return str((meta.get("namespace"), meta.get("labels"), meta.get("ownerReferences"), value["spec"]))


def _compare(cluster: Cluster, pod: Pod, placed: Value, where: str, report: Report) -> None:
    features = list(_features(pod.shape))
    report.decisions += 1
    report.placed += placed is not None
    report.asked.update(features)
    found = feasible(cluster, pod)
    names = [cluster.nodes[n].name for n in found]
    if (placed in names) if placed is not None else not names:
        report.filters += 1
    else:
        report.missed.update(features)
        real = why_pending(cluster, pod) if placed is not None else f"{len(names)} nodes are feasible"
        report.mismatches.append(f"filter: {where} was placed {placed}; {real} [{', '.join(features)}]")
        return
    if placed is not None:
        ranking = rank(cluster, pod, found)
        best = [cluster.nodes[n].name for n in ranking.best]
        if placed in best:
            report.choices += 1
        else:
            report.missed.update(features)
            totals = dict(zip(names, ranking.scores, strict=True))
            text = f"choice: {where} went to {placed} ({totals[placed]}), best {best} ({totals[best[0]]})"
            report.mismatches.append(f"{text} [{', '.join(features)}]")


def _features(shape: Shape) -> Iterator[str]:
    """What a pod asks for, to tell mismatches apart."""
    asked: Mapping[str, object] = {
        "node selector": shape.node_selector,
        "node affinity": shape.required,
        "preferred nodes": shape.preferred,
        "tolerations": shape.tolerations,
        "pod affinity": shape.affinity,
        "anti-affinity": shape.anti_affinity,
        "preferred pods": shape.liking,
        "hard spread": [s for s in shape.spread if s.hard],
        "soft spread": [s for s in shape.spread if not s.hard],
        "default spread": not shape.spread and shape.defaults,
        "minDomains": [s for s in shape.spread if s.min_domains > 1],
        "policies": [s for s in shape.spread if s.honor_taints or not s.honor_affinity],
        "namespaces": [t for t in (*shape.affinity, *shape.anti_affinity, *shape.liking) if t.peers.spaces],
        "host ports": shape.ports,
        "best effort": not shape.requests,
        "other resources": set(shape.requests) - {"cpu", "memory"},
    }
    yield "any"
    yield from (name for name, value in asked.items() if value)


def _shape(value: Value, recording: Value) -> Shape:
    namespace = str(dig(value, "metadata", "namespace") or "default")
    labels = strings(dig(value, "metadata", "labels"))
    found = (map_selector(dig(s, "spec", "selector")) for s in items(recording, "services") if _in(s, namespace))
    services = [dict(selector.pairs) for selector in found if selector is not None]
    owner = _owner(value, recording, namespace)
    return reading.shape(
        value["spec"], labels, namespace, reading.Around(reading.default_selector(labels, services, owner))
    )


def _in(value: Value, namespace: str) -> bool:
    return (dig(value, "metadata", "namespace") or "default") == namespace


def _owner(value: Value, recording: Value, namespace: str) -> Selector | None:
    for reference in items(value, "metadata", "ownerReferences"):
        for other in _all(items(recording, "owners"), namespace):
            same = dig(other, "metadata", "name") == reference.get("name") and other.get("kind") == reference.get(
                "kind"
            )
            if same and dig(reference, "controller") is True:
                selector = dig(other, "spec", "selector")
                return map_selector(selector) if other["kind"] == "ReplicationController" else label_selector(selector)
    return None


def _all(values: Iterable[Value], namespace: str) -> Iterator[Value]:
    return (v for v in values if _in(v, namespace))


def _spaces(recording: Value) -> Iterator[tuple[str, Mapping[str, str]]]:
    for space in items(recording, "namespaces"):
        yield str(dig(space, "metadata", "name")), strings(dig(space, "metadata", "labels"))


def main() -> int:
    if not 2 <= len(sys.argv) <= 3:
        print(__doc__, file=sys.stderr)
        return 2
    report = Report()
    profile = profile_of(sys.argv[2]) if len(sys.argv) > 2 else V1_34
    for number, recording in enumerate(recordings(Path(sys.argv[1]).read_bytes())):
        replay(recording, f"cluster {number}", report, profile)
    print("\n".join(report.lines()))
    return 0 if report.perfect else 1


if __name__ == "__main__":
    raise SystemExit(main())
