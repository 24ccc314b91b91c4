import json
import subprocess
from pathlib import Path

import pytest
from shell import TRAINER, hullmark

import hullmark as api
from hullmark.cli.dispatch import COMMANDS, command

DOCS = Path(__file__).parents[2] / "docs" / "cli.md"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pod.yaml").write_text(TRAINER)
    return tmp_path


@pytest.mark.parametrize("name", COMMANDS)
def test_the_documentation_shows_the_help_of_every_command(name: str) -> None:
    assert f"```text\n{command(name).help()}```\n" in DOCS.read_text()


def test_help(folder: Path) -> None:
    overview = hullmark(folder, "--help")

    assert overview.returncode == 0
    assert all(f"  {name}" in overview.stdout for name in COMMANDS)
    assert hullmark(folder).stdout == hullmark(folder, "help").stdout == overview.stdout
    assert hullmark(folder, "help", "scan").stdout == hullmark(folder, "scan", "-h").stdout == command("scan").help()


def test_explain_prints_the_page_without_markers(folder: Path) -> None:
    done = hullmark(folder, "explain", "privileged-container")

    assert done.stdout.startswith("Container runs in privileged mode\n")
    assert "privileged: true\n" in done.stdout
    assert "# finding" not in done.stdout


def test_checks_are_listed(folder: Path) -> None:
    assert "privileged-container" in hullmark(folder, "checks").stdout
    assert "privileged-container" not in hullmark(folder, "checks", "--pillar", "cost").stdout
    assert "| [`privileged-container`]" in hullmark(folder, "checks", "--format", "markdown").stdout
    found = json.loads(hullmark(folder, "checks", "--format", "json", "--role", "training").stdout)["checks"]
    assert "privileged-container" in {c["id"] for c in found}
    assert all(not c["roles"] or "training" in c["roles"] for c in found)


def test_the_inventory(folder: Path) -> None:
    assert (
        hullmark(folder, "inventory", ".").stdout == "0 workloads in 1 resource; 1 more run no AI (--all shows them)\n"
    )
    table = hullmark(folder, "inventory", ".", "--all").stdout.splitlines()
    assert table[0].split() == [
        "workload",
        "namespace",
        "role",
        "engine",
        "models",
        "accelerators",
        "replicas",
        "exposure",
        "impact",
    ]
    assert table[1].split() == ["Pod/trainer", "-", "generic", "-", "-", "-", "1", "cluster", "low"]
    (found,) = json.loads(hullmark(folder, "inventory", ".", "--all", "-f", "json").stdout)["workloads"]
    assert found["ref"] == {"kind": "Pod", "namespace": "", "name": "trainer"}
    assert hullmark(folder, "inventory", ".", "--exclude", "*.yaml").returncode == 4


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("hullmark sc", ["scan"]),
        ("hullmark scan --form", ["--format"]),
        ("hullmark scan --format js", ["json"]),
        ("hullmark scan --format = js", ["json"]),
        ("hullmark scan --check privileged-c", ["privileged-container"]),
        ("hullmark explain privileged-c", ["privileged-container"]),
        ("hullmark scan po", ["pod.yaml"]),
        ("hullmark completion z", ["zsh"]),
    ],
)
def test_bash_completes(folder: Path, line: str, expected: list[str]) -> None:
    words = line.split()
    script = hullmark(folder, "completion", "bash").stdout
    program = (
        f"compopt() {{ :; }}\n{script}\nCOMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}\n"
        '_hullmark; printf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    done = subprocess.run(["bash", "-c", program], cwd=folder, capture_output=True, text=True, check=False)

    assert done.stderr == ""
    assert done.stdout.split() == expected


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_know_every_option(folder: Path, shell: str) -> None:
    script = hullmark(folder, "completion", shell).stdout

    for name in COMMANDS:
        for option in command(name).options:
            assert (option.flag if shell == "zsh" else f"-l {option.flag[2:]}") in script


def test_the_python_interface(folder: Path) -> None:
    assert sorted(api.__all__) == ["HullmarkError", "Result", "__version__", "scan"]
    assert all(hasattr(api, name) for name in api.__all__)
    with pytest.raises(AttributeError):
        _ = api.scna

    result = api.scan(str(folder), only=["privileged-container"])

    assert isinstance(result, api.Result)
    assert [s.check for s in result.findings] == ["privileged-container"]
    for wrong in ({"profile": "prod"}, {"only": ["x"]}, {"fail_on": "x"}):
        with pytest.raises(api.HullmarkError):
            api.scan(str(folder), **wrong)
