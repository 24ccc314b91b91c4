from pathlib import Path

import pytest
from shell import TRAINER, hullmark

POD = TRAINER.replace("privileged: true", "allowPrivilegeEscalation: true")
FIXED = POD.replace("Escalation: true", "Escalation: false")
ONLY = ("--check", "allowed-privilege-escalation")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pod.yaml").write_text(POD)
    return tmp_path


def test_a_diff_is_shown_and_nothing_written(folder: Path) -> None:
    done = hullmark(folder, "fix", ".", *ONLY)

    assert done.returncode == 0
    assert done.stdout == (
        "--- a/pod.yaml\n+++ b/pod.yaml\n@@ -7,4 +7,4 @@\n"
        "     - name: train\n       image: registry.example/train:1.4.2\n"
        "       securityContext:\n-        allowPrivilegeEscalation: true  # needed once\n"
        "+        allowPrivilegeEscalation: false  # needed once\n"
    )
    assert done.stderr == "1 finding in 1 file can be repaired; --write does it\n"
    assert (folder / "pod.yaml").read_text() == POD


def test_writing_keeps_all_other_bytes_mode_and_links(folder: Path) -> None:
    file = folder / "pod.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + POD.replace("\n", "\r\n").encode())
    file.chmod(0o640)
    (folder / "link.yaml").symlink_to("pod.yaml")
    done = hullmark(folder, "fix", "link.yaml", *ONLY, "--write")

    assert done.stderr == "1 finding in 1 file repaired; a new scan proves it\n"
    assert file.read_bytes() == b"\xef\xbb\xbf" + FIXED.replace("\n", "\r\n").encode()
    assert file.stat().st_mode & 0o777 == 0o640
    assert (folder / "link.yaml").is_symlink()
    assert sorted(p.name for p in folder.iterdir()) == ["link.yaml", "pod.yaml"]
    assert hullmark(folder, "fix", ".", *ONLY).stderr == "nothing to fix\n"


def test_standard_input_gives_a_diff(folder: Path) -> None:
    assert "+        allowPrivilegeEscalation: false" in hullmark(folder, "fix", "-", *ONLY, stdin=POD).stdout
    assert hullmark(folder, "fix", "-", *ONLY, "--write", stdin=POD).returncode == 1


def test_nothing_to_scan(tmp_path: Path) -> None:
    assert hullmark(tmp_path, "fix", ".").returncode == 4


def test_a_file_changed_meanwhile_is_left_alone(folder: Path) -> None:
    from hullmark.cli.fix import _written
    from hullmark.text.source import Source

    (folder / "pod.yaml").write_text("someone else's\n")
    (reason,) = _written([(Source(str(folder / "pod.yaml"), POD), FIXED)])

    assert "changed by someone else meanwhile" in reason
    assert (folder / "pod.yaml").read_text() == "someone else's\n"


def test_what_privilege_had_covered_up_does_not_keep_it(folder: Path) -> None:
    (folder / "pod.yaml").write_text(TRAINER)
    done = hullmark(folder, "fix", "pod.yaml", "--check", "privileged-container", "--unsafe", "--write")

    assert done.stderr == "1 finding in 1 file repaired; a new scan proves it\n"
    assert "privileged: false" in (folder / "pod.yaml").read_text()


def test_what_is_rendered_is_left_out_and_said_so(tmp_path: Path) -> None:
    project = tmp_path / "compose.yaml"
    project.write_text("services: {chat: {image: 'vllm/vllm-openai:v0.18.0', privileged: true}}\n")

    done = hullmark(tmp_path, "fix", ".", "--unsafe", "--write")

    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "1 rendered unit left out: what it is made of is for you to change\n"
    assert "privileged: true" in project.read_text()
