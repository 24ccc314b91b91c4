"""The one file that a team sends to a reviewer: a page with everything a scan found, that opens offline and prints.

It holds the figures, what to do first, the pictures, the inventory, every finding with its place and its check's page,
attack paths, and what was not checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import Any

from hullmark.checks.registry import checks
from hullmark.engine.attack.attack import Attack
from hullmark.engine.attack.path import Path
from hullmark.engine.attack.prizes import KINDS
from hullmark.engine.bundle import Group, bundles
from hullmark.engine.result import Result, Settled
from hullmark.model.check import Check
from hullmark.model.terms import Outcome
from hullmark.model.workload import Workload
from hullmark.report.markup import text
from hullmark.report.mask import Veil, redact
from hullmark.report.model_list import listed
from hullmark.report.page import plain
from hullmark.report.picture import svg
from hullmark.report.picture.html import policy
from hullmark.report.picture.layout import LACKING, available
from hullmark.report.picture.scene import Scene
from hullmark.report.picture.style import sheet
from hullmark.report.snippet import Frame, address, excerpt
from hullmark.report.steps import Told, likely, repair, told
from hullmark.report.style import painter
from hullmark.report.summary import Summary, summarise
from hullmark.report.visible import count, visible
from hullmark.report.whereabouts import whereabouts
from hullmark.report.workloads import declared, models, together

_COLUMNS = (
    "workload", "role", "engine", "models", "accelerators", "replicas", "exposure", "impact", "declared", "stands in",
)  # fmt: skip
_FIRST = 8
_MOST_TILES = 120
"""Of larger scenes the picture is left out: `hullmark map` draws them in parts."""


def render(result: Result, attacks: Sequence[Attack], scenes: Sequence[Scene], title: str) -> str:
    """The page.

    Args:
        result: what was found.
        attacks: attack paths, by deployable unit.
        scenes: what to draw, by deployable unit.
        title: what stands above it.
    """
    return "".join(_page(result, attacks, scenes, title))


def _page(result: Result, attacks: Sequence[Attack], scenes: Sequence[Scene], title: str) -> Iterator[str]:
    here = files("hullmark.report")
    script = here.joinpath("review.js").read_text("utf-8")
    yield (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{text(title)}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"{policy(script)}"
        f"<style>{sheet('auto')}{here.joinpath('review.css').read_text('utf-8')}</style>\n</head>\n<body>\n<main>\n"
    )
    yield from _head(result, title)
    yield from _first(result)
    yield from _pictures(scenes)
    yield from _inventory(result)
    yield from _models(attacks)
    yield from _paths(attacks)
    yield from _findings(result)
    yield from _open(result)
    yield f"</main>\n<script>{script}</script>\n</body>\n</html>\n"


def _head(result: Result, title: str) -> Iterator[str]:
    summary = summarise(result)
    yield f"<h1>{text(title)}</h1>\n"
    looked = (
        f"{count(summary.resources, 'object')} of {count(summary.files, 'file')}, profile {visible(result.profile)}"
    )
    yield f'<p class="faint">{text(looked)}</p>\n<ul class="figures">'
    yield from (f"<li{tone}><b>{number}</b>{text(name)}</li>" for number, name, tone in _figures(summary))
    yield "</ul>\n<nav>"
    sections = ("first", "picture", "inventory", "models", "paths", "findings", "open")
    titles = ("what to do first", "picture", "AI workloads", "models", "attack paths", "findings", "what is not known")
    yield "".join(f'<a href="#{name}">{label}</a>' for name, label in zip(sections, titles, strict=True))
    yield "</nav>\n"


def _figures(summary: Summary) -> Iterator[tuple[int, str, str]]:
    yield summary.ai_workloads, "AI workloads", ""
    yield summary.findings, "findings", ""
    for severity, number in summary.severities.items():
        if number:
            yield number, severity.word, f' data-tone="{severity.word}"'
    for number, name in ((summary.gating, "fail the scan"), (summary.waived, "waived"), (summary.unknown, "unknown")):
        if number:
            yield number, name, ""
    yield summary.not_checked, "not checked", ""


def _first(result: Result) -> Iterator[str]:
    yield '<h2 id="first">What to do first</h2>\n'
    urgent = sorted((s for s in result.findings if not s.known), key=lambda s: -s.priority)[:_FIRST]
    if not urgent:
        yield "<p>Nothing was found.</p>\n"
        return
    yield '<ol class="first">'
    for settled in urgent:
        fix = settled.finding.fix.title if settled.finding.fix is not None else settled.finding.advice
        more = f'<br><span class="faint">{text(redact(fix, settled.finding))}</span>' if fix else ""
        yield f"<li>{_tag(settled)} {_message(settled)} <code>{text(address(settled.finding.at))}</code>{more}</li>"
    yield "</ol>\n"


def _tag(settled: Settled) -> str:
    return f'<span class="tag {settled.severity.word}">{settled.severity.word}</span>'


def _message(settled: Settled) -> str:
    return text(redact(settled.finding.message, settled.finding))


def _pictures(scenes: Sequence[Scene]) -> Iterator[str]:
    yield '<h2 id="picture">Picture</h2>\n'
    if not available():
        yield f"<p>Left out: {text(LACKING[0])}.</p>\n"
        return
    for scene in scenes:
        if len(scenes) > 1:
            yield f"<h3>{text(scene.title)}</h3>\n"
        if len(scene.tiles) > _MOST_TILES:
            size = count(len(scene.tiles), "component")
            yield f"<p>{size}: too large for a page; <code>hullmark map -o map.html</code> draws it in parts.</p>\n"
        elif scene.tiles:
            yield f'<div class="picture">{svg.render(scene, embedded=True)}</div>\n'


def _inventory(result: Result) -> Iterator[str]:
    found = [w for w in result.architecture.workloads if w.is_ai]
    yield '<h2 id="inventory">AI workloads</h2>\n'
    if not found:
        yield "<p>There is none.</p>\n"
        return
    yield from _table(_COLUMNS, (_row(result, workload) for workload in found))


def _models(attacks: Sequence[Attack]) -> Iterator[str]:
    yield '<h2 id="models">Models</h2>\n'
    found = [known for attack in attacks for known in listed(attack.graph)]
    if found:
        yield from _table(("model", "lies in", "version", "who uses it", "named in"), found)
    else:
        yield "<p>None is named.</p>\n"


def _table(titles: Sequence[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """A table, whose last column has places: a path is broken after a slash, and not within a number."""
    yield f'<div class="scroll"><table><tr>{"".join(f"<th>{title}</th>" for title in titles)}</tr>'
    for row in rows:
        *cells, place = map(text, row)
        broken = place.replace("/", "/<wbr>")
        yield f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}<td>{broken}</td></tr>"
    yield "</table></div>\n"


def _row(result: Result, workload: Workload) -> Iterator[str]:
    arch = result.architecture
    unit = result.unit(workload.resource)
    variant = f" ({unit.variant})" if unit is not None and unit.variant else ""
    yield f"{workload.ref.kind} {workload.namespace + '/' if workload.namespace else ''}{workload.name}{variant}"
    yield workload.role_word
    yield workload.engine
    yield ", ".join(f"{m.id}{'' if m.pinned else ' (not pinned)'}" for m in models(workload))
    devices = sorted({a.resource for c in workload.containers for a in c.accelerators})
    total = workload.accelerator_total
    yield f"{'?' if total is None else total} {', '.join(devices)}" if devices else ""
    replicas = together(arch, workload)
    least, most = ("?" if n is None else str(n) for n in (replicas.least, replicas.most))
    yield least if least == most else f"{least}-{most}"
    exposure, importance = arch.exposure(workload), arch.impact(workload)
    yield f"{exposure.word}{f', {exposure.authenticated}' if exposure.authenticated else ''}"
    yield ": ".join(filter(None, (importance.impact.word, ", ".join(importance.reasons))))
    yield ", ".join(f"{key} {statement.word}" for key, statement in declared(arch, workload))
    yield address(workload.resource.place)


def _paths(attacks: Sequence[Attack]) -> Iterator[str]:
    yield '<h2 id="paths">Attack paths</h2>\n'
    if not any(attack.paths for attack in attacks):
        yield "<p>None was found; what is unknown or not checked may still hold one.</p>\n"
    for attack in attacks:
        if len(attacks) > 1 and attack.paths:
            yield f"<h3>{text(attack.unit.title)}</h3>\n"
        for path in attack.paths[:20]:
            yield from _path(path)
        if len(attack.paths) > 20:
            yield f"<p>and {len(attack.paths) - 20} more</p>\n"
        if attack.chokes:
            yield "<p>Repairs that cut most:</p><ol>"
            for choke in attack.chokes[:5]:
                yield f"<li>{choke.cut} of {choke.of}: <code>{text(repair(choke))}</code></li>"
            yield "</ol>\n"


def _path(path: Path) -> Iterator[str]:
    title = f"{path.entry.text} gets {path.prize.text}"
    yield f"<details><summary><b>{text(title)}</b> · {text(KINDS[path.prize.kind][0])}, {likely(path)}</summary><div>"
    yield f'<ol class="steps">{"".join(map(_step, told(path)))}</ol></div></details>\n'


def _step(step: Told) -> str:
    links = (f'<a href="{t.link}" rel="noreferrer">{t.id}</a>' for t in step.techniques)
    opened = f"opened by <code>{text(', '.join(step.checks))}</code>" if step.checks else ""
    parts = " ".join(filter(None, (*(f"<code>{text(place)}</code>" for place in step.places), opened, *links)))
    doubt = f"<br>assumed: {text(step.assumed)}" if step.assumed else ""
    return f'<li>{text(step.text)}<br><span class="faint">{parts}{doubt}</span></li>'


def _findings(result: Result) -> Iterator[str]:
    yield '<h2 id="findings">Findings</h2>\n'
    shown = [s for s in result.findings if not s.known]
    if not shown:
        yield "<p>There is none.</p>\n"
        return
    options = "".join(f'<option value="{w}">{w} and worse</option>' for w in ("critical", "high", "medium", "low"))
    yield (
        '<div class="bar"><input id="search" type="search" placeholder="search findings" aria-label="search findings">'
        f'<select id="tone" aria-label="severity"><option value="">any severity</option>{options}</select>'
        '<span id="count" class="faint"></span></div>\n'
    )
    frame = Frame(painter(color=False), 120, 1, Veil.over(result))
    known = {check.id: check for check in checks()}
    for number, group in enumerate(bundles(shown)):
        yield from _group(result, group, frame, is_open=number < 3)
    used = dict.fromkeys(s.check for s in shown)
    yield '<section class="checks"><h3>What the checks are about</h3>\n'
    for name in used:
        yield from _about(known, name)
    yield "</section>\n"


def _group(result: Result, group: Group, frame: Frame, *, is_open: bool) -> Iterator[str]:
    items = [s for entry in group.entries for s in ((entry,) if isinstance(entry, Settled) else entry.findings)]
    opened = " open" if is_open else ""
    name = text(str(group.resource.ref))
    yield f'<details class="subject"{opened}><summary><b>{name}</b> · {count(len(items), "finding")}</summary><div>'
    if group.workload is not None:
        importance = result.architecture.impact(group.workload)
        reasons = f" ({', '.join(importance.reasons)})" if importance.reasons else ""
        told = f"{group.workload.role_word}, impact {importance.impact.word}{reasons}"
        yield f'<p class="faint">{text(told)}</p>'
    for settled in items:
        yield from _finding(result, settled, frame)
    yield "</div></details>\n"


def _finding(result: Result, settled: Settled, frame: Frame) -> Iterator[str]:
    finding = settled.finding
    where = whereabouts(result, settled)
    more = f' <span class="faint">{text(where)}</span>' if where else ""
    yield f'<div class="finding" data-tone="{settled.severity.word}">{_tag(settled)} {_message(settled)}{more}<br>'
    yield f'<code>{text(address(finding.at))}</code> <a href="#check-{settled.check}"><code>{settled.check}</code></a>'
    lines = list(excerpt(frame, finding.at, redact(finding.label, finding), "error"))
    yield f"<pre>{text(chr(10).join(lines)).replace('␊', chr(10))}</pre>"
    if finding.fix is not None:
        yield f'<p class="faint">fix: {text(redact(finding.fix.title, finding))} ({finding.fix.safety.value})</p>'
    elif finding.advice:
        yield f'<p class="faint">{text(redact(finding.advice, finding))}</p>'
    for place, words in finding.related[:4]:
        yield f'<p class="faint">{text(redact(words, finding))}: <code>{text(address(place))}</code></p>'
    yield "</div>"


def _about(known: Mapping[str, Check[Any]], name: str) -> Iterator[str]:
    if name in known:
        page = escape(plain(known[name]))
        yield f'<details id="check-{name}"><summary><code>{name}</code></summary><div><pre>{page}</pre></div></details>\n'


def _open(result: Result) -> Iterator[str]:
    yield '<h2 id="open">What is not known</h2>\n'
    unknown = [v for v in result.undecided if v.outcome is Outcome.UNKNOWN]
    if not (result.not_checked or unknown or result.problems):
        yield "<p>Everything was checked.</p>\n"
    yield from _list("Diagnostics", (f"{address(p.place)}: {p.message}" for p in result.problems))
    yield from _list("Not checked", (f"{n.file}:{n.line}: {n.reason}" for n in result.not_checked))
    reasons: dict[str, int] = {}
    for verdict in unknown:
        reasons[verdict.reason] = reasons.get(verdict.reason, 0) + 1
    yield from _list(
        "Unknown", (f"{reason} ({n})" for reason, n in sorted(reasons.items(), key=lambda r: (-r[1], r[0])))
    )
    waived = (
        f"{address(s.finding.at)}: {redact(s.finding.message, s.finding)} [{s.check}], "
        f"until {s.waiver.expires} by {s.waiver.owner}: {s.waiver.reason}"
        for s in result.waived
        if s.waiver is not None
    )
    yield from _list("Waived", waived)


def _list(title: str, items: Iterable[str]) -> Iterator[str]:
    found = list(items)
    if found:
        rows = "".join(f"<li>{text(item)}</li>" for item in found[:300])
        more = f"<li>and {len(found) - 300} more</li>" if len(found) > 300 else ""
        yield f"<h3>{title}</h3>\n<ul>{rows}{more}</ul>\n"
