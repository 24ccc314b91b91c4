import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from shell import TRAINER, hullmark

import hullmark as api

FORBIDDEN = {
    "pathlib", "logging", "subprocess", "importlib.metadata", "tomllib", "difflib", "jsonschema", "concurrent.futures",
    "asyncio", "email", "urllib", "urllib.parse", "http", "shutil", "glob",
    "hullmark.report.sarif", "hullmark.report.json",
    "hullmark.engine.fix", "hullmark.cli.fix", "hullmark.cli.completion",
}  # fmt: skip

ONLY = ("--check", "privileged-container", "--fail-on", "high")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pod.yaml").write_text(TRAINER)
    return tmp_path


def test_a_finding_in_full(folder: Path) -> None:
    done = hullmark(folder, "scan", "pod.yaml", *ONLY)

    assert done.returncode == 1
    assert done.stderr == ""
    assert "error[privileged-container]: container 'train' is privileged\n" in done.stdout
    assert "--> pod.yaml:10:21\n" in done.stdout
    assert "= fix: set privileged to false (unsafe):" in done.stdout
    assert "hullmark fix --unsafe --check privileged-container pod.yaml\n" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("1 finding in 1 resource of 1 file: 1 critical")


def test_standard_input(folder: Path) -> None:
    done = hullmark(folder, "scan", "-", *ONLY, stdin=TRAINER)

    assert done.returncode == 1
    assert "--> <stdin>:10:21\n" in done.stdout


def test_clean(folder: Path) -> None:
    (folder / "pod.yaml").write_text(TRAINER.replace("privileged: true", "privileged: false"))
    done = hullmark(folder, "scan", ".", *ONLY)

    assert done.returncode == 0
    assert done.stdout.startswith("no findings in 1 resource of 1 file")


@pytest.mark.parametrize("words", [("--fail-on", "never"), ("--skip", "privileged-container")])
def test_what_does_not_count_does_not_fail(folder: Path, words: tuple[str, ...]) -> None:
    assert hullmark(folder, "scan", ".", "--check", "privileged-container", *words).returncode == 0


def test_min_severity_hides_and_does_not_decide(folder: Path) -> None:
    shown = hullmark(folder, "scan", ".", "--min-severity", "critical", "--fail-on", "low", "--format", "json")
    found = json.loads(shown.stdout)["findings"]

    assert {f["severity"] for f in found} == {"critical"}
    assert shown.returncode == 1


@pytest.mark.parametrize("name", ["notes.txt", "empty"])
def test_nothing_to_scan_is_not_clean(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("nothing")
    done = hullmark(tmp_path, "scan", name)

    assert done.returncode == 4
    assert "error: nothing to scan\n  help: " in done.stderr


def test_broken_input_is_told_and_the_rest_is_read(folder: Path) -> None:
    (folder / "broken.yaml").write_text("apiVersion: v1\nkind: Pod\nmetadata: [\n")
    done = hullmark(folder, "scan", ".", *ONLY)

    assert done.returncode == 1
    assert "--> broken.yaml:" in done.stdout
    assert "privileged" in done.stdout


def test_what_cannot_be_read_is_not_clean(folder: Path) -> None:
    (folder / "pod.yaml").write_text(TRAINER.replace("privileged: true", "privileged: false"))
    (folder / "broken.yaml").write_text("apiVersion: v1\nkind: Pod\nmetadata: [\n")
    done = hullmark(folder, "scan", ".", *ONLY)

    assert done.returncode == 2
    assert "1 diagnostic" in done.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (("scan",), "PATH is missing", "see `hullmark scan --help`"),
        (("scan", "missing.yaml"), "there is no file or folder 'missing.yaml'", "give files"),
        (("scan", ".", "--fromat", "json"), "unknown option '--fromat'", "did you mean '--format'?"),
        (("scan", ".", "--format", "jsn"), "unknown format 'jsn'", "did you mean 'json'?"),
        (("scan", ".", "--format", "json="), "'json=' names no file", "write --format json=FILE"),
        (("scan", ".", "--format"), "--format/-f: expected one argument", "see `hullmark scan --help`"),
        (
            ("scan", ".", "--format", "json", "--format", "sarif"),
            "more than one format goes to standard output",
            "write",
        ),
        (("scan", ".", "--check", "privleged-container"), "unknown check 'privleged-container'", "did you mean"),
        (("scan", ".", "--fail-on", "hihg"), "unknown severity 'hihg'", "did you mean 'high'?"),
        (("scan", ".", "--profile", "prod"), "unknown profile 'prod'", ""),
        (("scan", ".", "--config", "none.yaml"), "'none.yaml' cannot be read", "check that it exists"),
        (("scan", ".", "--baseline", "none.json"), "'none.json' cannot be read", "check that it exists"),
        (("scan", ".", "--output", "no/such/x", "--format", "json"), "'no/such/x' cannot be written", "check that"),
        (("scn", "."), "unknown command 'scn'", "did you mean 'scan'?"),
        (("--vresion",), "unknown option '--vresion'", "`hullmark --help`"),
        (("explain", "privileged"), "unknown check 'privileged'", "did you mean 'privileged-container'?"),
        (("explain", "a", "b"), "one CHECK is enough, 2 were given", "see"),
        (("completion", "bsh"), "unknown shell 'bsh'", "did you mean 'bash'?"),
    ],
)
def test_wrong_usage_says_what_would_be_right(folder: Path, words: tuple[str, ...], message: str, hint: str) -> None:
    done = hullmark(folder, *words)

    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    first, second = done.stderr.splitlines()[:2]
    assert message in first.replace("-f/--format", "--format/-f")
    assert second.startswith("  help: ")
    assert hint in second


def test_a_wrong_configuration_is_shown_at_its_line(folder: Path) -> None:
    (folder / "hullmark.yaml").write_text("profile: baseline\nfail_on: high\n")
    done = hullmark(folder, "scan", "pod.yaml")

    assert done.returncode == 2
    assert "--> hullmark.yaml:2:1" in done.stderr
    assert "did you mean 'fail-on'?" in done.stderr


def test_options_may_stand_anywhere(folder: Path) -> None:
    (folder / "other.yaml").write_text(TRAINER)
    done = hullmark(folder, "scan", "pod.yaml", *ONLY, "other.yaml")

    assert "2 findings in 2 resources of 2 files" in done.stdout


def test_several_formats_at_once(folder: Path) -> None:
    done = hullmark(
        folder, "scan", ".", *ONLY, "-f", "json=a.json", "-f", "sarif=a.sarif", "-f", "junit=a.xml", "-f", "gitlab"
    )

    assert done.stderr.splitlines() == [
        f"{n} report written to 'a.{s}'" for n, s in (("json", "json"), ("sarif", "sarif"), ("junit", "xml"))
    ]
    assert json.loads((folder / "a.json").read_text())["schema"] == "hullmark.scan/v1"
    assert json.loads((folder / "a.sarif").read_text())["version"] == "2.1.0"
    assert (folder / "a.xml").read_text().startswith("<?xml")
    assert json.loads(done.stdout)[0]["check_name"] == "privileged-container"
    assert sorted(os.listdir(folder)) == ["a.json", "a.sarif", "a.xml", "pod.yaml"]


def test_output_takes_the_one_format_without_a_file(folder: Path) -> None:
    done = hullmark(folder, "scan", ".", "--format", "json", "--output", "out.json", "--quiet")

    assert (done.stdout, done.stderr) == ("", "")
    assert json.loads((folder / "out.json").read_text())["summary"]["files"] == 1


def test_same_input_same_bytes(folder: Path) -> None:
    (folder / "other.yaml").write_text(TRAINER.replace("trainer", "other"))
    once, twice = (hullmark(folder, "scan", ".", "-f", "json", PYTHONHASHSEED=seed) for seed in ("1", "2"))

    assert once.stdout == twice.stdout


def test_a_baseline_lets_only_new_findings_count(folder: Path) -> None:
    assert hullmark(folder, "scan", ".", "--fail-on", "low", "--write-baseline", "known.json").returncode == 0
    assert hullmark(folder, "scan", ".", "--fail-on", "low", "--baseline", "known.json").returncode == 0
    (folder / "new.yaml").write_text(TRAINER.replace("trainer", "new"))
    assert hullmark(folder, "scan", ".", "--fail-on", "low", "--baseline", "known.json").returncode == 1


def test_colour_is_for_terminals_unless_asked_for(folder: Path) -> None:
    assert "\x1b[" not in hullmark(folder, "scan", ".").stdout
    assert "\x1b[" in hullmark(folder, "scan", ".", "--color", "always").stdout


def test_a_reader_that_goes_away_is_no_error(folder: Path) -> None:
    command = f"{sys.executable} -m hullmark scan . --check privileged-container; echo $? >&2"
    done = subprocess.run(["sh", "-c", f"({command}) | true"], cwd=folder, capture_output=True, text=True, check=False)

    assert done.stderr == "1\n"


def test_a_name_that_is_no_unicode_is_shown_all_the_same(folder: Path) -> None:
    (folder / "pod.yaml").rename(folder / os.fsdecode(b"\xff.yaml"))
    done = hullmark(folder, "scan", ".", *ONLY, LC_ALL="C")

    assert done.returncode == 1


def test_our_own_faults_are_told_in_words(folder: Path) -> None:
    code = "import hullmark.cli.dispatch as d, sys; d.command = lambda n: 1 / 0; sys.exit(d.run(['scan', '.']))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=folder)

    assert done.returncode == 3
    assert done.stderr.startswith(
        "error: this is a bug in hullmark, please report it: ZeroDivisionError: division by zero\n"
    )
    assert "Traceback" not in done.stderr


def test_the_hot_path_imports_little(folder: Path) -> None:
    done = hullmark(folder, "scan", "pod.yaml", options=("-X", "importtime"))
    imported = set(re.findall(r"\| +(\S+)$", done.stderr, re.MULTILINE))

    assert "hullmark.engine.settle" in imported
    assert not imported & FORBIDDEN
    assert not [name for name in imported if name.startswith("hullmark.recognise.charts")], (
        "only for who refers to charts"
    )


def test_who_refers_to_charts_gets_the_table(folder: Path) -> None:
    (folder / "pod.yaml").write_text("apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\n")
    done = hullmark(folder, "scan", "pod.yaml", options=("-X", "importtime"))

    assert "hullmark.recognise.charts.table" in done.stderr
    assert "what this Application deploys is not in the scan, and no known chart" in done.stdout


def test_the_version_imports_next_to_nothing(folder: Path) -> None:
    done = hullmark(folder, "--version", options=("-X", "importtime"))
    imported = set(re.findall(r"\| +(\S+)$", done.stderr, re.MULTILINE))

    assert done.stdout == f"hullmark {api.__version__}\n"
    assert not imported & {"argparse", "dataclasses", "yaml", "hullmark.model", "hullmark.cli.command"}
