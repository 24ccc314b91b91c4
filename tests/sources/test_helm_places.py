"""Where the findings of the written charts point, and that no value is ever traced to a wrong line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from charted import CHARTS, NAMES, Spot, actual, expected, findings, rendered

from hullmark.sources.helm.marks import text
from hullmark.sources.tools import Tools
from hullmark.sources.unit import Unit
from hullmark.text.source import Place
from hullmark.text.tree import Map, Node, Seq

_OPTIONS = ("--model", "--model-id")


@pytest.fixture(scope="module", autouse=True)
def patience() -> Iterator[None]:
    """However busy the machine is, all that can be traced is traced."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hullmark.sources.helm.tracing.MAX_SECONDS", 600.0)
        yield


@pytest.fixture(scope="module")
def units(tools: Tools) -> dict[str, tuple[Unit, ...]]:
    return {name: rendered(name, tools) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_every_finding_is_where_the_chart_says(name: str, units: dict[str, tuple[Unit, ...]]) -> None:
    assert not [problem for unit in units[name] for problem in unit.reading.problems]
    assert actual(units[name]) == expected(CHARTS / name, [unit.variant for unit in units[name]])


def test_figures(units: dict[str, tuple[Unit, ...]]) -> None:
    """Of what comes from values 95 % is found there, everything else in its template, and nothing in a wrong line."""
    wanted: set[Spot] = set()
    found: set[Spot] = set()
    for name in NAMES:
        wanted |= expected(CHARTS / name, [unit.variant for unit in units[name]])
        found |= actual(units[name])
    in_values = {spot for spot in wanted if spot.in_values}
    assert len(in_values) >= 50
    assert len(in_values & found) >= 0.95 * len(in_values)
    assert found <= wanted


@pytest.mark.parametrize("name", NAMES)
def test_whatever_is_traced_is_written_there(name: str, units: dict[str, tuple[Unit, ...]]) -> None:
    for unit in units[name]:
        for resource in unit.reading.resources:
            for node in _leaves(resource.node):
                _check(node, node.at())


@pytest.mark.parametrize("name", NAMES)
def test_values_come_with_their_template(name: str, units: dict[str, tuple[Unit, ...]]) -> None:
    for unit in units[name]:
        for check, finding in findings(unit):
            place, via = finding.at, finding.at.via
            assert not place.editable, check
            assert (via is None) == ("/templates/" in place.source.name), check
            assert via is None or "/templates/" in via.source.name, check


def _leaves(node: Node) -> Iterator[Node]:
    if isinstance(node.value, (Map, Seq)) and node.value:
        for child in node.children():
            yield from _leaves(child)
    else:
        yield node


def _check(node: Node, place: Place) -> None:
    """A value's line holds the value; a template's line holds it, or an action that prints it."""
    shown = text(node.value)
    if place.via is None:
        assert place.exact, node.path
        line = place.source.line(place.line)
        assert "{{" in line or shown.partition("\n")[0] in line or str(node.path[-1]) in line, node.path
        return
    written = place.source.text[place.span.start : place.span.end].strip("\"'")
    if shown in _OPTIONS or "{{" in written:
        return
    flat = " ".join(written.removeprefix("|").split())
    assert flat in " ".join(shown.split()) or float(flat) == float(shown), (node.path, flat, shown)


TRAPS = """\
engine: vllm
vllm:
  port: 8000 # branch fallback number quoted
tgi:
  port: 8000
both: {a: true, b: true}
off: false
empty: ""
digits: "8000" # parsed
name: llama # named
repo: registry.example/server
tag: v1 # composed
host: gateway
guard: true # guard
other: true
long: abcdefghij
choices: [first, second] # indexed
"odd.key": odd # got
secret: c2VjcmV0
script: |
  set -e
  serve --fast
template: "{{ .Release.Name }}-models" # template
settings:
  nested: # nested
    level: 3
    gone: null
nothing: {} # nothing
labels:
  zone: a # ranged
ratio: 0.9 # ratio
unit: 16Gi # unit
memory: 16Gi
"""

TRAP = """\
apiVersion: example.com/v1
kind: Thing
metadata:
  name: traps
spec:
  branch: {{ if eq .Values.engine "vllm" }}{{ .Values.vllm.port }}{{ else }}{{ .Values.tgi.port }}{{ end }}
  literal: {{ if eq .Values.engine "vllm" }}8000{{ else }}{{ .Values.tgi.port }}{{ end }}
  conjunction: {{ and .Values.both.a .Values.both.b }}
  negation: {{ not .Values.off }}
  fallback: {{ .Values.absent | default .Values.vllm.port }}
  filled: {{ .Values.empty | default "x" }}
  number: {{ .Values.vllm.port | int }}
  quoted: {{ .Values.vllm.port | quote }}
  parsed: {{ .Values.digits | int }}
  sum: {{ add .Values.vllm.port 1 }}
  named: {{ .Values.name }}
  upper: {{ .Values.name | upper }}
  composed: "{{ .Values.repo }}:{{ .Values.tag }}"
  containerImage: "{{ .Values.repo }}:{{ .Values.tag }}"
  image: "{{ .Values.repo }}:stable"
  model: --model={{ .Values.name }}/{{ .Values.tag }}
  flag: --port={{ .Values.vllm.port }}
  listen: "{{ .Values.host }}:{{ .Values.vllm.port }}"
  url: http://{{ .Values.host }}:{{ .Values.vllm.port }}
  choice: {{ ternary "high" "low" .Values.other }}
  {{- if .Values.guard }}
  guard: {{ .Values.guard }}
  {{- end }}
  {{- if .Values.other }}
  privileged: true
  {{- end }}
  short: {{ .Values.long | trunc 5 }}
  indexed: {{ index .Values.choices 1 }}
  got: {{ get .Values "odd.key" }}
  decoded: {{ .Values.secret | b64dec }}
  script: {{ .Values.script | quote }}
  template: {{ tpl .Values.template . }}
  nested: {{- toYaml .Values.settings.nested | nindent 4 }}
  nothing: {{ toJson .Values.nothing }}
  ranged:
    {{- range $key, $value := .Values.labels }}
    {{ $key }}: {{ $value }}
    {{- end }}
  random: {{ randAlphaNum 12 }}
  ratio: {{ .Values.ratio }}
  unit: {{ .Values.unit }}
  multi: {{ if .Values.other }}{{ .Values.unit }}{{ else }}{{ .Values.memory }}{{ end }}
  nightly: {{ if or (eq .Values.tag "nightly") (hasPrefix "x" .Values.repo) }}a{{ else }}b{{ end }}
  helped: {{ include "help" . }}
{{- define "help" }}{{ .Values.name }}-{{ .Values.tag }}{{ end }}
"""

IN_VALUES = {
    "branch": "branch",
    "fallback": "branch",
    "number": "branch",
    "quoted": "branch",
    "parsed": "parsed",
    "named": "named",
    "model": "composed",
    "flag": "branch",
    "containerImage": "composed",
    "guard": "guard",
    "indexed": "indexed",
    "got": "got",
    "script": "script: |",
    "template": "# template",
    "nested": "level: 3",
    "nothing": "# nothing",
    "ranged": "ranged",
    "ratio": "ratio",
    "unit": "# unit",
    "multi": "# unit",
}
"""What comes from values, with words of the line; everything else in the chart of traps comes from its template."""


def test_traps(tools: Tools, tmp_path: Path) -> None:
    from hullmark.sources.helm import HelmOptions, render

    (tmp_path / "templates").mkdir()
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: traps\nversion: 1.0.0\n")
    (tmp_path / "values.yaml").write_text(TRAPS)
    (tmp_path / "templates" / "trap.yaml").write_text(TRAP)
    (unit,) = render(str(tmp_path), HelmOptions(), tools)
    (resource,) = unit.reading.resources
    for node in resource.node.children("spec"):
        leaf = next(_leaves(node))
        place, key = leaf.at(), str(node.path[-1])
        line = place.source.line(place.line)
        if key in IN_VALUES:
            assert place.via is not None, key
            assert IN_VALUES[key] in line, key
            assert f"{key}:" in place.via.source.line(place.via.line) or key in ("nested", "ranged"), key
        else:
            assert place.via is None, (key, line)
            assert place.exact, key
            assert line.strip().startswith(f"{key}:"), key


MADE = """
apiVersion: v1
kind: Secret
metadata: {name: a}
data:
  made: "{{ randAlphaNum 20 | b64enc }}"
  kept: {{ default (randAlphaNum 20) .Values.kept | b64enc | quote }}
  given: {{ .Values.given | b64enc }}
  key: {{ genPrivateKey "ed25519" | b64enc }}
  written: {{ "correct-horse" | b64enc }}
"""


def test_credentials_that_a_template_makes_are_written_nowhere(tools: Tools, tmp_path: Path) -> None:
    from hullmark.checks.registry import checks
    from hullmark.engine.run import verdicts
    from hullmark.graph.build import build
    from hullmark.sources.helm import HelmOptions, render

    (tmp_path / "templates").mkdir()
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: made\nversion: 1.0.0\n")
    (tmp_path / "values.yaml").write_text('kept: ""\ngiven: battery-staple\n')
    (tmp_path / "templates" / "secret.yaml").write_text(MADE)
    (unit,) = render(str(tmp_path), HelmOptions(), tools)
    (check,) = (c for c in checks() if c.id == "secret-in-manifest")

    found = [f for v in verdicts(build(unit.reading.resources), [check]) for f in v.findings]

    assert [(Path(f.at.source.name).name, f.at.line) for f in found] == [("secret.yaml", 8), ("secret.yaml", 10)]
