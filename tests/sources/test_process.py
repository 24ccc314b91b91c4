from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hullmark.sources import process
from hullmark.sources.process import Ran, environment, run
from hullmark.sources.tools import Tools

MB = 1 << 20


def python(code: str, **options: object) -> Ran:
    return run([sys.executable, "-S", "-c", code], **options)  # type: ignore[arg-type]


def lives(pid: int) -> bool:
    """Whether a process runs; one that has ended but whom nobody has waited for yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def dies(pid: int) -> bool:
    for _ in range(100):
        if not lives(pid):
            return True
        time.sleep(0.02)
    return False


def test_what_is_printed_and_the_exit_code() -> None:
    ran = python("import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)")

    assert ran == Ran(3, b"out\n", "err\n", "")
    assert not ran.well
    assert python("").well


def test_standard_input_of_any_size_is_fed() -> None:
    data = bytes(range(256)) * 4 * 4096
    ran = python("import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())", stdin=data)

    assert ran.out == data
    assert python("import sys; print(len(sys.stdin.read()))").out == b"0\n"


def test_a_child_that_reads_nothing_does_not_stop_us() -> None:
    assert python("print('done')", stdin=b"x" * (4 * MB)) == Ran(0, b"done\n", "", "")


def test_a_hanging_child_is_stopped() -> None:
    started = time.monotonic()
    ran = python("import os, time; print(os.getpid(), flush=True); time.sleep(60)", timeout=0.5)

    assert ran.failure == "took longer than 0.5 s"
    assert ran.code < 0
    assert time.monotonic() - started < 10
    assert dies(int(ran.out))


def test_a_child_that_hangs_with_its_outputs_closed_is_stopped() -> None:
    ran = python("import os, time; os.close(1); os.close(2); time.sleep(60)", timeout=0.5)

    assert ran.failure == "took longer than 0.5 s"


def test_a_child_that_will_not_be_interrupted_is_stopped() -> None:
    code = "import signal, time\nfor s in (2, 15): signal.signal(s, signal.SIG_IGN)\ntime.sleep(60)"

    assert python(code, timeout=0.5).failure == "took longer than 0.5 s"


def test_a_child_that_floods_its_output_is_stopped() -> None:
    code = "import sys\nwhile True: sys.stdout.write('x' * 65536)"
    ran = python(code, limit=MB)

    assert ran.failure == "printed more than 1 MB"
    assert len(ran.out) < 2 * MB
    assert python("import sys; sys.stdout.write('x' * 1048576)", limit=MB).well


def test_a_child_that_floods_its_errors_is_stopped() -> None:
    code = "import sys\nwhile True: sys.stderr.write('x' * 65536)"
    ran = python(code, limit=MB)

    assert ran.failure == "printed more than 1 MB"
    assert len(ran.err) < 100_000


def test_both_ends_of_long_errors_are_kept() -> None:
    ran = python("import sys; sys.stderr.write('first\\n' + 'x' * 500_000 + '\\nlast')")

    assert ran.failure == ""
    assert ran.err.startswith("first\nxxx")
    assert ran.err.endswith("xxx\nlast")
    assert "x\n...\nx" in ran.err
    assert len(ran.err) < 66_000


@pytest.mark.parametrize("size", [10, 32 * 1024, 64 * 1024])
def test_short_errors_are_kept_whole(size: int) -> None:
    assert python(f"import sys; sys.stderr.write('ab' * {size // 2})").err == "ab" * (size // 2)


def test_errors_and_output_together_do_not_block() -> None:
    code = "import sys\nfor _ in range(40): sys.stderr.write('e' * 65536); sys.stdout.write('o' * 65536)"
    ran = python(code)

    assert ran.failure == ""
    assert ran.out == b"o" * 65536 * 40


FORK = """
import os, sys, time
pid = os.fork()
if pid == 0:
    {child}
    time.sleep(60)
    os._exit(0)
print(pid, flush=True)
{parent}
"""


def test_grandchildren_end_with_the_child() -> None:
    started = time.monotonic()
    ran = python(FORK.format(child="pass", parent=""))

    assert ran.failure == ""
    assert dies(int(ran.out))
    assert time.monotonic() - started < 10


def test_grandchildren_end_when_the_child_hangs() -> None:
    ran = python(FORK.format(child="pass", parent="time.sleep(60)"), timeout=0.5)

    assert ran.failure == "took longer than 0.5 s"
    assert dies(int(ran.out))


def test_a_grandchild_that_left_the_group_holds_nobody_up() -> None:
    started = time.monotonic()
    ran = python(FORK.format(child="os.setsid()", parent="time.sleep(0.3)"))
    os.kill(int(ran.out), 9)

    assert ran.failure == ""
    assert ran.code == 0
    assert time.monotonic() - started < 10


def test_what_cannot_be_started(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("")

    assert run([str(tmp_path / "none")]).failure == "cannot be started: no such file or directory"
    assert run([str(plain)]).failure == "cannot be started: permission denied"
    assert run(["a\0b"]).failure == "cannot be started: embedded null byte"
    assert run([sys.executable], cwd=str(tmp_path / "none")).failure.startswith("cannot be started: ")


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux only")
def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    code = "import time; time.sleep(0.2); x = bytearray(5 << 30)"

    assert "MemoryError" in python(code).err
    monkeypatch.setattr(process, "_OUT_OF_MEMORY", ("MemoryError",))
    assert python(code).failure == "needed more than 4 GB of memory"


def test_the_environment_is_minimal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KUBECONFIG", "HELM_PLUGINS", "AWS_SECRET_ACCESS_KEY", "KUSTOMIZE_PLUGIN_HOME", "GIT_SSH_COMMAND"):
        monkeypatch.setenv(name, "/mine")
    code = "import os; print('\\n'.join(f'{k}={v}' for k, v in os.environ.items()))"
    found = dict(line.split("=", 1) for line in python(code).out.decode().splitlines())

    assert "/mine" not in found.values()
    assert found["PATH"] == os.environ["PATH"]
    assert set(found) - {"LC_CTYPE"} == set(environment("", {}))
    home = found["HOME"]
    assert not Path(home).exists()
    assert all(found[n].startswith(home) for n in found if n.startswith(("XDG_", "HELM_", "KUBE", "KUSTOMIZE")))


def test_nothing_is_left_behind() -> None:
    code = "import os; open(os.path.join(os.environ['HOME'], 'x'), 'w'); print(os.environ['HOME'])"
    ran = python(code)

    assert ran.well
    assert not Path(ran.out.decode().strip()).exists()


def test_an_interrupt_ends_the_child_too(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    child = f"import os, time; open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    listen = (
        "signal.signal(signal.SIGINT, signal.default_int_handler)"  # which tests in the background are started without
    )
    code = f"import signal, sys; from hullmark.sources.process import run; {listen}; run([sys.executable, '-c', {child!r}])"
    ours = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE)
    while not note.exists() or not note.read_text():
        time.sleep(0.02)
    ours.send_signal(2)
    _, err = ours.communicate(timeout=20)

    assert b"KeyboardInterrupt" in err
    assert dies(int(note.read_text()))


def test_nothing_is_imported_until_something_is_run() -> None:
    code = "import sys, hullmark.sources.process, hullmark.sources.tools, hullmark.sources.cache; print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True,
                             env={"PYTHONPATH": os.pathsep.join(sys.path)}).stdout.split()  # fmt: skip

    assert "hullmark.sources.process" in modules
    assert not {"subprocess", "selectors", "tempfile", "shutil", "pathlib", "threading"} & set(modules)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux only")
def test_helm_that_wants_too_much_memory(tools: Tools, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "MAX_MEMORY", 1 << 30)
    (tmp_path / "templates").mkdir()
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: greedy\nversion: 1.0.0\n")
    (tmp_path / "templates" / "a.yaml").write_text("{{ range until 300000000 }}x{{ end }}")
    ran = run([tools.helm, "template", str(tmp_path)])

    assert ran.failure == "needed more than 1 GB of memory"


def test_nothing_is_fetched(tools: Tools) -> None:
    started = time.monotonic()
    ran = run([*tools.kustomize, "https://github.com/example/none.git"])

    assert ran.failure == ""
    assert ran.code != 0
    assert time.monotonic() - started < 10
