"""The parts that charts are traced with, each by itself."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hullmark.sources.helm import helmignore
from hullmark.sources.helm.chart import load
from hullmark.sources.helm.marks import Marking, codes, could_print, mark, numbers, same
from hullmark.sources.helm.output import documents
from hullmark.sources.helm.raw import in_text, in_value, runs
from hullmark.sources.helm.tags import owners, tagged, tags
from hullmark.sources.helm.template import lines, pieces
from hullmark.sources.helm.values import Held, overriding
from hullmark.sources.tools import Tools
from hullmark.text.source import Source, Span

# Templates


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a {{ .x }} b", ["a ", ".x", " b"]),
        ("{{- .x -}}", [".x"]),
        ("{{-x}}", ["-x"]),
        ('{{ "}}" }}{{ `}}` }}', ['"}}"', "`}}`"]),
        ("{{ '}' }}", ["'}'"]),
        ('{{ "\\"}}" }}', ['"\\"}}"']),
        ("{{/* }} */}}x", ["/* }} */", "x"]),
        ("{{- /* a */ -}}", ["/* a */"]),
        ("{{ .a\n  .b }}", [".a\n  .b"]),
        ("{{ never", ["{{ never"]),
        ("{{/* never }}", ["{{/* never }}"]),
        ("{a} }} {{{ .x }}}", ["{a} }} ", "{ .x", "}"]),
    ],
)
def test_pieces(text: str, found: list[str]) -> None:
    got = list(pieces(text))
    assert [piece.body if piece.action else text[piece.start : piece.end] for piece in got] == found
    assert "".join(text[piece.start : piece.end] for piece in got) == text


@given(st.text(alphabet="{}-\"`'/* \nax\\"))
def test_pieces_are_all_of_a_text(text: str) -> None:
    assert "".join(text[piece.start : piece.end] for piece in pieces(text)) == text
    assert all(line.start is None or line.start <= line.first for line in lines(text))


def test_long_templates_take_linear_time() -> None:
    for text in ('{{ "' * 50_000, "{{/*" * 50_000, "{{ `" * 50_000, "{{ x }}\n" * 20_000):
        assert sum(piece.end - piece.start for piece in pieces(text)) == len(text)


TEMPLATE = """\
{{- define "name" -}}
{{ .Release.Name }}-x
{{- end -}}
{{- define "labels" -}}
app: {{ include "name" . }}
{{ include "more" . }}
{{- end }}
kind: Thing # one
---
spec:
  {{- with .Values.labels }}
  labels:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{ $x := 1 }}
  {{ .Values.key }}: literal
  {{- if .a }}{{ toYaml .b | nindent 2 }}{{ end }}
  {{- if .a }}{{ .b }}{{ else }}{{ .c }}{{ end }}
  last: |
    text
      {{ .y }} {{ .z }}
"""


def test_tags() -> None:
    found = tags("t.yaml", TEMPLATE)
    assert [(tag.line, tag.opens, tag.clean) for tag in found] == [
        (5, True, True),
        (6, False, True),
        (8, True, True),
        (10, True, True),
        (12, True, True),
        (13, False, True),
        (16, True, True),
        (17, False, True),
        (19, True, False),
        (20, True, True),
        (21, False, True),
    ]
    text = tagged(TEMPLATE, enumerate(found))
    assert '\n#~0~\napp: {{ include "name" . }}\n{{ include "more" . }} #=1~\n' in text
    assert "\n    #~9~\n    text\n      {{ .y }} {{ .z }} #=10~\n" in text
    assert not tags("t.yaml", TEMPLATE + "# #~1~"), "such a template could not be told from its tags"


def test_owners() -> None:
    known = tags("t.yaml", "a: 1\nb: {{ .x }}\n{{- .y }}\nc: 2\n")
    document = "#~0~\na: 1\n#~1~\nb: 2\n  more: 3\n  y: 4 #=2~\n#~3~\nc: 2\n"
    plain = "a: 1\nb: 2\n  more: 3\n  y: 4\nc: 2\n"
    assert [tag and tag.line for tag in owners(document, plain, known) or ()] == [1, 2, 3, 3, 4, None]
    assert owners(document, plain.replace("more", "less"), known) is None
    assert owners(document, plain + "d: 5\n", known) is None
    assert owners(document, plain.replace("1", "#~1~"), known) is None
    changed = owners(document, plain.replace("y: 4", "y: 5"), known)
    assert changed is not None, "a checksum that saw the tags is still in its line"
    assert changed[3] == known[2]


# Values and marks


def test_a_mark_is_of_the_kind_of_its_value() -> None:
    marks = {value: mark(value, 3001) for value in ("word", "80Gi", "v1.2.3", "8000", "0.5", "100m", "true", "")}
    shown = {value: one.value for value, one in marks.items() if one is not None}
    assert shown == {
        "word": "zq3001",
        "80Gi": "3001Gi",
        "v1.2.3": "v3001.0.0",
        "8000": "3001",
        "0.5": "3001.0",
        "100m": "3001m",
        "true": "false",
        "": "zq3001",
    }
    assert [mark(value, 3001) for value in (7, 0.5, 2.5, True)] == [
        (3001, "3001"),
        (0.3001, "0.3001"),
        (3001.5, "3001.5"),
        (False, ""),
    ]
    assert mark(None, 1) is None
    assert mark({}, 3001) == ({"zq3001": "zq3001"}, "zq3001")


def test_numbers_are_not_those_of_the_output() -> None:
    found = numbers({3001, 3003})
    assert [next(found), next(found)] == [3002, 3004]


@pytest.mark.parametrize("number", [0, 1, 2, 3, 20, 70, 500])
def test_codes_tell_any_two_values_apart(number: int) -> None:
    size, found = codes(number)
    assert len(set(found)) == number == len(found)
    assert all(0 < code < 1 << size for code in found)
    assert all(a & ~b for a in found for b in found if a != b)
    assert size <= 12


def test_marks_are_taken_back() -> None:
    values = {1: "repo", 2: "v1", 3: 8000, 4: "{{ .x }}-models"}
    made = {number: mark(value, 3000 + number) for number, value in values.items()}
    marking = Marking.of({n: (one, values[n]) for n, one in made.items() if one is not None})
    assert marking.unmarked("a/zq3001:v3002", "a/repo:v1") == ("a/repo:v1", [(2, 6, 1), (7, 9, 2)])
    assert marking.unmarked("3003", 8000) == ("8000", [(0, 4, 3)])
    assert marking.unmarked("zq3004", "my-models") == ("my-models", [(0, 9, 4)])
    assert marking.unmarked("zq3009 03001 30011 ZQ3001", "") == ("zq3009 03001 30011 ZQ3001", [])


def test_same() -> None:
    assert same(8000, "8000")
    assert same("8000", 8000)
    assert same("a\n", "a")
    assert same(1, 1.0)
    assert same(True, "true")
    assert same({}, {})
    assert not same(1, True)
    assert not same({}, [])
    assert not same("", {})


def test_could_print() -> None:
    assert could_print("{{ .x }}-models", "a-models")
    assert not could_print("{{ .x }}-models", "a-models-b")
    assert not could_print("{{ .x }}", "anything"), "nothing in it can be found again"
    assert not could_print("models", "models")


def test_overriding_values() -> None:
    nowhere = Span(0, 0)
    found = {
        path: Held("values.yaml", nowhere, nowhere, value)
        for path, value in {
            ("a",): {"b": 1, "c": 2},
            ("a", "b"): 1,
            ("list",): [{"x": 1, "y": None}, 2],
            ("list", 0): {"x": 1, "y": None},
            ("list", 0, "x"): 1,
        }.items()
    }
    assert overriding(found, {("a", "b"): 9, ("list", 0, "x"): 8}) == {
        "a": {"b": 9},
        "list": [{"x": 8, "y": None}, 2],
    }
    assert found["list",].value == [{"x": 1, "y": None}, 2], "the values themselves do not change"


# Texts


@pytest.mark.parametrize(
    ("text", "value", "part", "stretch"),
    [
        ("plain", "plain", (1, 3), (1, 3)),
        ('"quoted"', "quoted", (0, 2), (1, 3)),
        ("|\n  one\n  two\n", "one\ntwo\n", (4, 7), (10, 13)),
        ("|-\n  one\n\n    two", "one\n\n  two", (7, 10), (14, 17)),
        ('"a\\nb"', "a\nb", (0, 1), None),
        (">\n  one\n  two\n", "one two\n", (0, 3), None),
    ],
)
def test_parts_of_strings(text: str, value: str, part: tuple[int, int], stretch: tuple[int, int] | None) -> None:
    found = runs(Source("x", text), Span(0, len(text)), value)
    assert in_text(found, *part) == stretch
    if stretch is not None:
        assert in_value(found, *stretch) == part
        assert text[slice(*stretch)] == value[slice(*part)]


def test_documents() -> None:
    text = "---\n# Source: a/x.yaml\nkind: A\n---\n# Source: a/y.yaml\nk: |\n  # Source: z\n---\n# Source: a/x.yaml\nkind: B\n"
    assert [(doc.key, doc.text) for doc in documents(text)] == [
        (("a/x.yaml", 0), "kind: A\n"),
        (("a/y.yaml", 0), "k: |\n  # Source: z\n"),
        (("a/x.yaml", 1), "kind: B\n"),
    ]


# What helm leaves out

PATTERNS = """\
# comment
*.bak
/top.txt
sub/*.md
deep/
!keep*
"""
PLAIN = PATTERNS.replace("!keep*\n", "[ab]?.log\n\\*.star\nx*y*z\n")


@pytest.mark.parametrize("rules", [PLAIN, "*.txt\n!*.md\n", "**\n", "/sub\n", "", "[z-a]\n[^k]*.txt\n"])
def test_helmignore_is_read_as_helm_reads_it(rules: str, tools: Tools, tmp_path: Path) -> None:
    listing = 'kind: List\nnames:{{ range $path, $_ := .Files.Glob "**" }}\n- {{ $path | quote }}{{ end }}\n'
    names = ["top.txt", "a.bak", "ax.log", "cx.log", "*.star", "b.star", "x1y2z", "xyz.txt", "keep.txt", "keep.md"]
    names += [
        f"{folder}/{name}" for folder in ("sub", "deep", "deep/er") for name in ("top.txt", "a.md", "a.bak", "keep")
    ]
    for name, content in {
        "Chart.yaml": "apiVersion: v2\nname: x\nversion: 1.0.0\n",
        "templates/x.yaml": listing,
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / helmignore.NAME).write_text(rules)
    done = subprocess.run([tools.helm, "template", "x", str(tmp_path)], capture_output=True, text=True, check=False)
    if rules == "**\n":
        assert "not supported" in done.stderr
        return
    raw = load(str(tmp_path)).raw
    seen = {line.removeprefix("- ").strip('"') for line in done.stdout.splitlines() if line.startswith("- ")}
    if "templates/x.yaml" not in raw or "Chart.yaml" not in raw:
        assert not seen
        return
    assert seen == {name for name in raw if name not in ("Chart.yaml", "templates/x.yaml")}
