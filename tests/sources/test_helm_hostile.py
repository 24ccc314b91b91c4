"""Charts and programs that mean no good: bounded, told, and without a trace outside."""

from __future__ import annotations

import io
import os
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import pytest
from test_helm_render import META, POD, SMALL, chart, image, units

from hullmark.sources.files import LINK
from hullmark.sources.helm import HelmOptions, command, render
from hullmark.sources.helm.archive import MAX_CHART, Refused, unpack
from hullmark.sources.helm.rendering import FAILED
from hullmark.sources.tools import Tools
from hullmark.sources.unit import Unit


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing is left behind where temporary files go, and nothing of the chart changes."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield
    assert not list(folder.iterdir())


def failed(found: list[Unit]) -> str:
    """What the only problem of the only unit says."""
    (unit,) = found
    (problem,) = unit.reading.problems
    assert not unit.reading.resources
    assert [n.reason for n in unit.reading.not_checked] == [FAILED]
    return problem.message


def test_a_template_that_includes_itself(tools: Tools, tmp_path: Path) -> None:
    files = SMALL | {"templates/x.yaml": '{{ define "x" }}{{ include "x" . }}{{ end }}{{ include "x" . }}'}
    message = failed(units(tmp_path, files, tools))
    assert "nested reference name" in message
    assert len(message) < 500


@pytest.mark.long
def test_an_output_without_end(tools: Tools, tmp_path: Path) -> None:
    files = SMALL | {"templates/x.yaml": 'a: "{{ repeat 100000000 "x" }}"'}
    assert failed(units(tmp_path, files, tools)) == "helm printed more than 32 MB"


@pytest.mark.long
def test_a_template_that_loops(tools: Tools, tmp_path: Path) -> None:
    files = SMALL | {"templates/x.yaml": "a: {{ range until 1000000000 }}{{ end }}", "values-b.yaml": ""}
    start = monotonic()
    found = units(tmp_path, files, tools)
    assert monotonic() - start < command.TIMEOUT + 10
    assert [failed([unit]).partition(": ")[2][:5] for unit in found] == ["helm ", "helm "]


def test_marks_that_make_a_template_loop(tools: Tools, tmp_path: Path) -> None:
    """A value that is harmless as it is, and a burden as what it is replaced by."""
    loop = "{{ range until (int (mul .Values.count .Values.count .Values.count 50)) }}x{{ end }}"
    files = SMALL | {
        "values.yaml": "image: a:1\ncount: 2\n",
        "templates/x.yaml": f"a: {loop}\ncount: {{{{ .Values.count }}}}",
    }
    start = monotonic()
    (unit,) = units(tmp_path, files, tools)
    assert not unit.reading.problems
    assert image(unit) == ("a:1", "values.yaml", 1)
    assert monotonic() - start < 30


def program(folder: Path, body: str) -> Tools:
    path = folder / "helm"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return Tools(str(path))


def test_a_helm_that_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command.Helm.template, "__defaults__", (b"", 0.5))
    start = monotonic()
    found = units(tmp_path, SMALL | {"values-b.yaml": ""}, program(tmp_path, "sleep 60"))
    assert monotonic() - start < 5, "the second variant is not tried"
    assert [failed([unit]) for unit in found] == ["with values.yaml: helm took longer than 0.5 s"] * 2


@pytest.mark.parametrize("stream", ["", ">&2"])
def test_a_helm_that_floods(stream: str, tmp_path: Path) -> None:
    assert failed(units(tmp_path, SMALL, program(tmp_path, f"yes {stream}"))) == "helm printed more than 32 MB"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("exit 3", "exit code 3 and no message"),
        ("echo Error: >&2; exit 1", "exit code 1 and no message"),
        ("printf 'time=x level=WARN msg=y\\nError: \\377 really\\n' >&2; exit 1", "\ufffd really"),
    ],
)
def test_a_helm_that_says_little(body: str, message: str, tmp_path: Path) -> None:
    assert failed(units(tmp_path, SMALL, program(tmp_path, body))) == message


def test_a_helm_that_cannot_be_started(tmp_path: Path) -> None:
    assert failed(units(tmp_path, SMALL, Tools(str(tmp_path / "nothing")))).startswith("helm cannot be started")


@pytest.mark.parametrize(
    "output", ["", "not yaml: [", "---\n# Source: elsewhere/x.yaml\napiVersion: v1\nkind: Pod\n", "\\377"]
)
def test_a_helm_that_prints_anything(output: str, tmp_path: Path) -> None:
    (unit,) = units(tmp_path, SMALL, program(tmp_path, f"printf -- '{output}'"))
    for resource in unit.reading.resources:
        assert resource.node.at("metadata", "name").line == 1
        assert not resource.place.exact


def test_links_that_lead_out(tools: Tools, tmp_path: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text(POD.replace("main", "stolen"))
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "x.yaml").write_text(secret.read_text())
    path = Path(chart(tmp_path, SMALL))
    (path / "templates" / "link.yaml").symlink_to(secret)
    (path / "templates" / "folder").symlink_to(tmp_path / "outside")
    (path / "templates" / "up").symlink_to("../../outside")
    (path / "templates" / "nowhere.yaml").symlink_to("nothing")
    (path / "templates" / "cycle").symlink_to(path)
    (path / "values-link.yaml").symlink_to(secret)
    (path / "inside.txt").symlink_to("values.yaml")
    os.mkfifo(path / "pipe")
    (unit,) = render(str(path), HelmOptions(), tools)
    assert image(unit) == ("a:1", "values.yaml", 1)
    left = {n.file.removeprefix(f"{path}/"): n.reason for n in unit.reading.not_checked}
    links = ["link.yaml", "folder", "up", "cycle"]
    assert left.pop("pipe") == "no regular file"
    assert left.pop("templates/nowhere.yaml") in (LINK, "no regular file")
    assert left == {**{f"templates/{name}": LINK for name in links}, "values-link.yaml": LINK}


def test_links_within_the_root_are_followed(tools: Tools, tmp_path: Path) -> None:
    (tmp_path / "shared.yaml").write_text(POD)
    path = Path(chart(tmp_path, SMALL | {"templates/pod.yaml": ""}))
    (path / "templates" / "link.yaml").symlink_to("../../shared.yaml")
    (unit,) = render(str(path), HelmOptions(root=str(tmp_path)), tools)
    assert image(unit) == ("a:1", "values.yaml", 1)
    assert unit.reading.resources[0].file == str(path / "templates" / "link.yaml")


def test_names_that_are_no_text(tools: Tools, tmp_path: Path) -> None:
    path = Path(chart(tmp_path, SMALL))
    (path / "templates" / os.fsdecode(b"\xff.yaml")).write_text(POD.replace("}}", "}}-b", 1))
    (unit,) = render(str(path), HelmOptions(), tools)
    assert len(unit.reading.resources) == 2


def test_ignored_files_are_not_helms(tools: Tools, tmp_path: Path) -> None:
    ignored = {
        ".helmignore": "templates/old*\nextra/\n",
        "templates/old.yaml": "{{ broken",
        "templates/.swp": "{{ broken",
    }
    (unit,) = units(tmp_path, SMALL | ignored, tools)
    assert not unit.reading.problems
    assert len(unit.reading.resources) == 1


# Archives


def archive(*members: tuple[str, bytes, bytes]) -> bytes:
    """An archive of these members: name, type, and content or target."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, kind, content in members:
            member = tarfile.TarInfo(name)
            member.type = kind
            if kind == tarfile.REGTYPE:
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
            else:
                member.linkname = content.decode()
                tar.addfile(member)
    return buffer.getvalue()


FILE = tarfile.REGTYPE


@pytest.mark.parametrize(
    "name",
    [
        "small/../up.yaml",
        "small/a/../../../up.yaml",
        "/../up.yaml",
        "small//etc/x",
        "top.yaml",
        "small\\..\\up.yaml",
        "small/c:/x",
    ],
)
def test_archives_that_lead_out(name: str, tools: Tools, tmp_path: Path) -> None:
    path = tmp_path / "small.tgz"
    path.write_bytes(archive(("small/Chart.yaml", FILE, META.encode()), (name, FILE, b"a: 1")))
    assert (
        failed(list(render(str(path), HelmOptions(), tools)))
        == f"the chart is not read: '{name}' in it lies outside of it"
    )
    assert not (tmp_path.parent / "up.yaml").exists()


def test_only_regular_files_of_an_archive_are_read() -> None:
    data = archive(
        ("small/Chart.yaml", FILE, META.encode()),
        ("small/templates/link.yaml", tarfile.SYMTYPE, b"/etc/passwd"),
        ("small/templates/hard.yaml", tarfile.LNKTYPE, b"small/Chart.yaml"),
        ("small/device", tarfile.CHRTYPE, b""),
        ("small/templates/a.yaml", FILE, b"8"),
    )
    assert unpack(data) == {"Chart.yaml": META.encode(), "templates/a.yaml": b"8"}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: b"no archive", "no gzipped tar archive"),
        (lambda: b"", "no gzipped tar archive"),
        (lambda: archive(("a/b", FILE, b"x" * 2000))[:-60], "no gzipped tar archive"),
        (lambda: archive(("a/b", FILE, bytes(MAX_CHART + 1))), "larger than 100 MB"),
        (lambda: archive(*((f"a/{n}", FILE, b"") for n in range(10_001))), "more than 10,000 files"),
    ],
)
def test_archives_that_are_not_read(make: Callable[[], bytes], message: str, tools: Tools, tmp_path: Path) -> None:
    data = make()
    with pytest.raises(Refused, match=message):
        unpack(data)
    path = tmp_path / "small.tgz"
    path.write_bytes(data)
    assert message in failed(list(render(str(path), HelmOptions(), tools)))


def test_charts_in_charts_without_end(tools: Tools, tmp_path: Path) -> None:
    folder = "".join(f"charts/c{number}/" for number in range(60))
    files = {f"{folder}Chart.yaml": META}
    assert "nested" in failed(units(tmp_path, SMALL | files, tools))


def test_values_with_more_aliases_than_anyone_can_hold(tools: Tools, tmp_path: Path) -> None:
    levels = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
    (unit,) = units(tmp_path, SMALL | {"values.yaml": "image: a:1\na0: &a0 [x]\n" + levels}, tools)
    assert len(unit.reading.problems) + len(unit.reading.resources) == 1
