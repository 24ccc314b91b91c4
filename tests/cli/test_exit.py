"""The end of the process: what was printed is there, and the exit code is the command's."""

from pathlib import Path

from shell import TRAINER, hullmark


def test_everything_is_printed_before_the_process_ends(tmp_path: Path) -> None:
    (tmp_path / "many.yaml").write_text("---\n".join(TRAINER.replace("trainer", f"trainer-{n}") for n in range(300)))
    done = hullmark(tmp_path, "scan", "many.yaml", "--format", "json")

    assert done.returncode == 1
    assert done.stdout.endswith("\n}\n")
    assert len(done.stdout) > 1_000_000


def test_the_code_is_the_command_s(tmp_path: Path) -> None:
    assert hullmark(tmp_path, "--version").returncode == 0
    assert hullmark(tmp_path, "scan", "nothing.yaml").returncode == 2
    assert hullmark(tmp_path, "scan", ".").returncode == 4
