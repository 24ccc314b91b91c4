"""Which units a chart has, what is said of one that cannot be rendered, and what is kept between runs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from charted import CHARTS, actual, expected

from hullmark.model.errors import HullmarkError
from hullmark.sources.cache import Cache
from hullmark.sources.helm import NO_HELM, HelmOptions, render
from hullmark.sources.helm.archive import pack
from hullmark.sources.helm.manifests import TEST_HOOK
from hullmark.sources.helm.rendering import FAILED, LIBRARY, TOO_MANY
from hullmark.sources.tools import Tools
from hullmark.sources.unit import Unit

META = "apiVersion: v2\nname: small\nversion: 1.0.0\n"
POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: {{ .Release.Name }}
spec:
  containers:
    - name: main
      image: {{ .Values.image }}
"""
SMALL = {"Chart.yaml": META, "values.yaml": "image: a:1\n", "templates/pod.yaml": POD}


def chart(folder: Path, files: Mapping[str, str]) -> str:
    """A chart with these files."""
    for name, content in files.items():
        path = folder / "small" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return str(folder / "small")


def units(folder: Path, files: Mapping[str, str], tools: Tools, **options: tuple[str, ...] | str) -> list[Unit]:
    return list(render(chart(folder, files), HelmOptions(**options), tools))  # type: ignore[arg-type]


def image(unit: Unit) -> tuple[str, str, int]:
    """The image of the only container, and where it is written."""
    (resource,) = unit.reading.resources
    place = resource.node.at("spec", "containers", 0, "image")
    return resource.node.get("spec", "containers", 0, "image"), os.path.basename(place.source.name), place.line


# Units and variants


def test_a_chart_with_one_file_of_values_is_one_unit(tools: Tools, tmp_path: Path) -> None:
    (unit,) = units(tmp_path, SMALL, tools)
    assert (unit.name, unit.form, unit.variant, unit.reading.files) == (str(tmp_path / "small"), "helm", "", 1)
    assert unit.reading.resources[0].ref.name == "small", "the release is called like the chart"
    assert image(unit) == ("a:1", "values.yaml", 1)


def test_every_file_of_values_is_a_variant(tools: Tools, tmp_path: Path) -> None:
    more = {"values-b.yaml": "image: b:1\n", "values.a.yml": "\nimage: a:1\n", "other.yaml": "", "x/values.yaml": ""}
    found = units(tmp_path, SMALL | more, tools)
    assert [unit.variant for unit in found] == ["values.yaml", "values-b.yaml", "values.a.yml"]
    assert [image(unit) for unit in found] == [
        ("a:1", "values.yaml", 1),
        ("b:1", "values-b.yaml", 1),
        ("a:1", "values.a.yml", 2),
    ]


def test_there_is_a_bound_to_variants(tools: Tools, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hullmark.sources.helm.rendering.MAX_VARIANTS", 2)
    more = {f"values-{number}.yaml": "" for number in range(2)}
    found = units(tmp_path, SMALL | more, tools)
    assert len(found) == 2
    assert [n.reason for n in found[0].reading.not_checked] == [TOO_MANY]


def test_given_values_make_one_variant(tools: Tools, tmp_path: Path) -> None:
    given = tmp_path / "given.yaml"
    given.write_text("# mine\nimage: given:1\n")
    last = tmp_path / "last.yaml"
    last.write_text("image: last:1\n")
    files = SMALL | {"values-b.yaml": "image: b:1\n"}
    (unit,) = units(tmp_path, files, tools, values=(str(given),))
    assert (unit.variant, image(unit)) == ("", ("given:1", "given.yaml", 2))
    (unit,) = units(tmp_path, files, tools, values=(str(given), str(last)))
    assert image(unit) == ("last:1", "last.yaml", 1)


def test_what_is_set_comes_from_no_file(tools: Tools, tmp_path: Path) -> None:
    (unit,) = units(tmp_path, SMALL, tools, set=("image=a:1",))
    assert image(unit) == ("a:1", "pod.yaml", 8)


def test_lists_that_are_set_in_part_are_not_traced(tools: Tools, tmp_path: Path) -> None:
    values = "images: [{image: a:1}, {image: b:1}]\nimage: c:1\n"
    template = POD.replace(".Values.image", "(first .Values.images).image")
    given = tmp_path / "given.yaml"
    given.write_text(values)
    files = SMALL | {"templates/pod.yaml": template}
    (unit,) = units(tmp_path, files, tools, values=(str(given),), set=("images[0].image=a:1",))
    assert image(unit) == ("a:1", "pod.yaml", 8)


def test_options_are_passed_to_helm(tools: Tools, tmp_path: Path) -> None:
    template = POD.replace(
        "{{ .Values.image }}",
        '{{ .Release.Namespace }}/{{ .Capabilities.KubeVersion.Minor }}:{{ .Capabilities.APIVersions.Has "ray.io/v1" }}',
    )
    (unit,) = units(
        tmp_path,
        SMALL | {"templates/pod.yaml": template},
        tools,
        namespace="ml",
        release_name="llama",
        kube_version="1.29.0",
        api_versions=("ray.io/v1",),
    )
    assert unit.reading.resources[0].ref.name == "llama"
    assert image(unit)[0] == "ml/29:true"


def test_options_are_no_flags_of_helm(tools: Tools, tmp_path: Path) -> None:
    (unit,) = units(tmp_path, SMALL, tools, release_name="--help")
    assert unit.reading.problems
    assert not unit.reading.resources


def test_a_file_of_values_that_is_not_there(tools: Tools, tmp_path: Path) -> None:
    with pytest.raises(HullmarkError, match="values"):
        units(tmp_path, SMALL, tools, values=("https://example.com/values.yaml",))


def test_the_layers_of_values(tools: Tools, tmp_path: Path) -> None:
    """The variant over the chart's own, those over a sub-chart's; null takes away; globals reach down."""
    sub = {
        "charts/sub/Chart.yaml": META.replace("small", "sub"),
        "charts/sub/values.yaml": "one: s1\ntwo: s2\nthree: s3\nfour: s4\nglobal: {five: s5, six: s6}\n",
        "charts/sub/templates/x.yaml": "apiVersion: example.com/v1\nkind: X\nspec:\n"
        + "".join(f"  {key}: {{{{ .Values.{key} | default 0 }}}}\n" for key in ("one", "two", "three", "four"))
        + "".join(f"  {key}: {{{{ .Values.global.{key} }}}}\n" for key in ("five", "six")),
    }
    own = {"values.yaml": "sub:\n  one: p1\n  two: p2\nglobal:\n  five: p5\n", "templates/pod.yaml": ""}
    variant = {"values-v.yaml": "sub:\n  one: v1\n  three: null\n"}
    _, unit = units(tmp_path, SMALL | own | sub | variant, tools)
    (resource,) = unit.reading.resources
    found = {}
    for key in ("one", "two", "three", "four", "five", "six"):
        place = resource.node.at("spec", key)
        file = place.source.name.removeprefix(f"{tmp_path}/small/")
        found[key] = resource.node.get("spec", key), file, place.line
    assert found == {
        "one": ("v1", "values-v.yaml", 2),
        "two": ("p2", "values.yaml", 3),
        "three": (0, "charts/sub/templates/x.yaml", 6),
        "four": ("s4", "charts/sub/values.yaml", 4),
        "five": ("p5", "values.yaml", 5),
        "six": ("s6", "charts/sub/values.yaml", 5),
    }


def test_the_schema_of_values_is_not_enforced(tools: Tools, tmp_path: Path) -> None:
    """It may lead helm to an address, and says nothing about what is deployed."""
    schema = '{"$ref": "http://localhost:1/schema.json", "properties": {"image": {"type": "number"}}}'
    (unit,) = units(tmp_path, SMALL | {"values.schema.json": schema}, tools)
    assert image(unit) == ("a:1", "values.yaml", 1)


def test_a_library_chart_renders_nothing_itself(tools: Tools, tmp_path: Path) -> None:
    (unit,) = units(tmp_path, SMALL | {"Chart.yaml": META + "type: library\n"}, tools)
    assert [n.reason for n in unit.reading.not_checked] == [LIBRARY]
    assert not unit.reading.problems


def test_hooks_are_scanned_and_tests_are_not(tools: Tools, tmp_path: Path) -> None:
    def hook(events: str) -> str:
        return POD.replace("spec:", f'  annotations:\n    "helm.sh/hook": {events}\nspec:').replace(
            "}}", f"}}}}-{events[:4]}", 1
        )

    definition = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: x}\n"
    files = {
        "templates/install.yaml": hook("post-install,post-upgrade"),
        "templates/tests/try.yaml": hook("test"),
        "templates/tests/old.yaml": hook("pre-install, test-success"),
        "crds/x.yaml": definition,
        "templates/NOTES.txt": "Hello",
    }
    (unit,) = units(tmp_path, SMALL | files, tools)
    assert {resource.ref.name for resource in unit.reading.resources} == {"small", "small-post"}
    left = {os.path.basename(n.file): (n.reason, n.line) for n in unit.reading.not_checked}
    assert left == {"try.yaml": (TEST_HOOK, 4), "old.yaml": (TEST_HOOK, 4)}


def test_without_helm(tmp_path: Path) -> None:
    (unit,) = units(tmp_path, SMALL, Tools())
    assert [(n.file, n.line, n.reason) for n in unit.reading.not_checked] == [
        (str(tmp_path / "small" / "Chart.yaml"), 1, NO_HELM)
    ]


# Archives


def packed(name: str, folder: Path) -> Path:
    """A written chart as an archive."""
    source = CHARTS / name
    files = {str(path.relative_to(source)): path.read_bytes() for path in source.rglob("*") if path.is_file()}
    target = folder / f"{name}.tgz"
    target.write_bytes(pack(files))
    return target


def test_an_archive_is_rendered_where_it_is(tools: Tools, tmp_path: Path) -> None:
    archive = packed("gateway", tmp_path)
    found = list(render(str(archive), HelmOptions(), tools))
    assert [unit.variant for unit in found] == ["values.yaml", "values-prod.yaml", "values-staging.yaml"]
    wanted = expected(CHARTS / "gateway", [unit.variant for unit in found])
    moved = {s._replace(file=s.file.replace(f"{CHARTS / 'gateway'}/", f"{archive}!")) for s in wanted}
    assert actual(found) == moved
    assert [path.name for path in tmp_path.iterdir()] == ["gateway.tgz"]


def test_sub_charts_may_be_archives(tools: Tools, tmp_path: Path) -> None:
    shutil.copytree(CHARTS / "rag-stack", tmp_path / "rag-stack")
    for name in ("embedder", "vector-store"):
        inner = CHARTS / "rag-stack" / "charts" / name
        files = {str(path.relative_to(inner)): path.read_bytes() for path in inner.rglob("*") if path.is_file()}
        shutil.rmtree(tmp_path / "rag-stack" / "charts" / name)
        (tmp_path / "rag-stack" / "charts" / f"{name}-1.tgz").write_bytes(pack(files))
    wanted = {
        s._replace(
            file=s.file.replace(str(CHARTS), str(tmp_path))
            .replace("/embedder/", "/embedder-1.tgz!")
            .replace("/vector-store/", "/vector-store-1.tgz!")
        )
        for s in expected(CHARTS / "rag-stack", [""])
    }
    assert actual(render(str(tmp_path / "rag-stack"), HelmOptions(), tools)) == wanted


# What goes wrong

FAILURES = {
    "missing dependency": (
        {"Chart.yaml": META + "dependencies:\n  - name: redis\n    version: 1.0.0\n"},
        "dependencies that are not in 'charts/': redis",
        ("Chart.yaml", 5),
        "helm dependency build",
    ),
    "missing dependency of an old chart": (
        {
            "Chart.yaml": META.replace("v2", "v1"),
            "requirements.yaml": "dependencies:\n  - {name: redis, version: 1.0.0}\n",
        },
        "dependencies that are not in 'charts/': redis",
        ("requirements.yaml", 2),
        "helm dependency build",
    ),
    "required value": (
        {"templates/pod.yaml": POD.replace(".Values.image", 'required "name an image" .Values.nothing')},
        "name an image",
        ("templates/pod.yaml", 8),
        "--values or --set",
    ),
    "failure in a named template": (
        {
            "templates/pod.yaml": POD + '{{ include "x" . }}',
            "templates/_x.tpl": '{{- define "x" }}\n{{ fail "no" }}{{ end }}',
        },
        "no",
        ("templates/pod.yaml", 9),
        "--values or --set",
    ),
    "nil": (
        {"templates/pod.yaml": POD + "\n{{ .Values.a.b }}"},
        "nil pointer evaluating interface {}.b at <.Values.a.b>",
        ("templates/pod.yaml", 10),
        "--values or --set",
    ),
    "nil in a named template": (
        {
            "templates/pod.yaml": POD + '{{ include "x" . }}',
            "templates/_x.tpl": '{{- define "x" }}\n{{ .Values.a.b }}{{ end }}',
        },
        "nil pointer evaluating interface {}.b at <.Values.a.b>",
        ("templates/_x.tpl", 2),
        "--values or --set",
    ),
    "syntax": (
        {"templates/pod.yaml": POD + "{{ if }}"},
        "missing value for if",
        ("templates/pod.yaml", 9),
        "helm template",
    ),
    "unknown function": (
        {"templates/pod.yaml": POD + "{{ nothing }}"},
        'function "nothing" not defined',
        ("templates/pod.yaml", 9),
        "helm template",
    ),
    "no YAML": (
        {"templates/pod.yaml": POD + "a: ["},
        "what the template prints is no YAML: did not find expected node content",
        ("templates/pod.yaml", 9),
        "helm template",
    ),
    "no YAML from values": (
        {"values.yaml": "image: 'a: b'\n", "templates/pod.yaml": "# A pod\n" + POD},
        "what the template prints is no YAML: mapping values are not allowed in this context",
        ("templates/pod.yaml", 9),
        "helm template",
    ),
    "broken values": (
        {"values.yaml": "image: a\nb: [\n"},
        "cannot load values.yaml",
        ("values.yaml", 3),
        "helm template",
    ),
    "broken values of a sub-chart": (
        {"charts/sub/Chart.yaml": META.replace("small", "sub"), "charts/sub/values.yaml": "a: b: c\n"},
        "error unpacking subchart sub in small",
        ("charts/sub/values.yaml", 1),
        "helm template",
    ),
    "broken chart": (
        {"Chart.yaml": "apiVersion: v2\nname: [\n"},
        "cannot load Chart.yaml",
        ("Chart.yaml", 3),
        "helm template",
    ),
    "another Kubernetes": (
        {"Chart.yaml": META + 'kubeVersion: ">=9.9.0"\n'},
        "chart requires kubeVersion: >=9.9.0",
        ("Chart.yaml", 2),
        "--kube-version",
    ),
}


@pytest.mark.parametrize("case", FAILURES)
def test_a_failed_rendering_is_said_of_the_chart(case: str, tools: Tools, tmp_path: Path) -> None:
    files, message, (file, line), hint = FAILURES[case]
    (unit,) = units(tmp_path, SMALL | files, tools)
    (problem,) = unit.reading.problems
    assert problem.message.startswith(message)
    assert (problem.place.source.name, problem.place.line) == (str(tmp_path / "small" / file), line)
    assert hint in problem.hint
    assert "\n" not in problem.message
    assert [(n.file, n.reason) for n in unit.reading.not_checked] == [(str(tmp_path / "small" / "Chart.yaml"), FAILED)]


def test_only_the_variant_that_fails_is_not_checked(tools: Tools, tmp_path: Path) -> None:
    good, bad, _ = units(tmp_path, SMALL | {"values-a.yaml": "image: [\n", "values-b.yaml": ""}, tools)
    assert good.reading.resources
    (problem,) = bad.reading.problems
    assert problem.message.startswith("with values-a.yaml: failed to parse ")
    assert str(tmp_path / "small" / "values-a.yaml") in problem.message
    assert (problem.place.source.name, problem.place.line) == (str(tmp_path / "small" / "values-a.yaml"), 2)


def test_repeated_keys_are_told_in_lines_of_the_template(tools: Tools, tmp_path: Path) -> None:
    template = POD.replace("      image", "      {{- /* twice */}}\n      name: again\n      image")
    (unit,) = units(tmp_path, SMALL | {"templates/pod.yaml": template}, tools)
    (problem,) = unit.reading.problems
    assert "the one in line 7" in problem.message
    assert (problem.place.source.name.rpartition("/")[2], problem.place.line) == ("pod.yaml", 9)


# What is kept


def counting(tools: Tools, folder: Path) -> Tools:
    """A helm that writes down that it ran."""
    program = folder / "helm"
    program.write_text(f'#!/bin/sh\necho run >> "{folder}/runs"\nexec "{tools.helm}" "$@"\n')
    program.chmod(0o755)
    return Tools(str(program), (), Cache(str(folder / "cache")))


def runs(folder: Path) -> int:
    path = folder / "runs"
    return len(path.read_text().split()) if path.exists() else 0


def told(found: list[Unit]) -> list[object]:
    """All that a report could show of units."""
    return [
        (
            unit.title,
            unit.reading.not_checked,
            [(p.message, p.hint, p.place.source.name, p.place.span) for p in unit.reading.problems],
            [(s.check, s.file, s.line) for s in sorted(actual([unit]))],
            [
                (via.source.name, via.line)
                for resource in unit.reading.resources
                for node in resource.node.children("spec")
                if (via := node.at().via)
            ],
        )
        for unit in found
    ]


@pytest.mark.parametrize("name", ["platform", "broken"])
def test_a_second_run_starts_no_process(name: str, tools: Tools, tmp_path: Path) -> None:
    kept = counting(tools, tmp_path)
    if name == "broken":
        path = chart(tmp_path, SMALL | {"templates/pod.yaml": "{{ fail .Values.image }}"})
    else:
        path = shutil.copytree(CHARTS / name, tmp_path / name)
    first = told(list(render(str(path), HelmOptions(), kept)))
    before = runs(tmp_path)
    assert before > 0
    assert told(list(render(str(path), HelmOptions(), kept))) == first
    assert runs(tmp_path) == before


def test_what_a_rendering_depends_on(tools: Tools, tmp_path: Path) -> None:
    kept = counting(tools, tmp_path)
    given = tmp_path / "given.yaml"
    given.write_text("image: given:1\n")
    small = SMALL | {"files/x.txt": "1"}

    def fresh(**options: tuple[str, ...] | str) -> bool:
        before = runs(tmp_path)
        list(render(str(tmp_path / "small"), HelmOptions(**options), kept))  # type: ignore[arg-type]
        return runs(tmp_path) > before

    chart(tmp_path, small)
    assert fresh()
    assert not fresh()
    assert fresh(set=("image=b",))
    assert fresh(namespace="x")
    assert fresh(kube_version="1.30.0")
    assert fresh(api_versions=("v9",))
    assert fresh(release_name="y")
    assert fresh(values=(str(given),))
    assert not fresh(values=(str(given),))
    given.write_text("image: given:2\n")
    assert fresh(values=(str(given),))
    (tmp_path / "small" / "files" / "x.txt").write_text("2")
    assert fresh()
    (tmp_path / "helm").touch()
    assert fresh()
    assert not fresh()
    shutil.rmtree(tmp_path / "cache")
    assert fresh()


def test_damaged_entries_are_rendered_again(tools: Tools, tmp_path: Path) -> None:
    kept = counting(tools, tmp_path)
    path = chart(tmp_path, SMALL)
    list(render(path, HelmOptions(), kept))
    assert kept.cache is not None
    (entry,) = (tmp_path / "cache").iterdir()
    for content in (b"[]", b'{"pages": 1}', b'{"written": [], "pages": [{}]}', b"\xff"):
        kept.cache.put(entry.name, content)
        before = runs(tmp_path)
        (unit,) = render(path, HelmOptions(), kept)
        assert image(unit) == ("a:1", "values.yaml", 1)
        assert runs(tmp_path) > before
