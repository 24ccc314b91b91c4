"""Runs the user's own tools: bounded in time, output and memory, without a shell, offline, and gone without a trace.

What a chart or a kustomization makes its tool do is not known, so a run gets a folder of its own for everything it may
want to write, none of the user's configuration or credentials, and proxies that lead nowhere. When it ends, in whatever
way, its whole process group ends and the folder is removed.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from typing import IO, TYPE_CHECKING, NamedTuple, Self

from hullmark.text.source import MAX_SIZE

if TYPE_CHECKING:
    from subprocess import Popen

TIMEOUT = 60.0
"""How long a run may take, in seconds."""

MAX_MEMORY = 4 << 30
"""How much address space a process of a run may use, in bytes, where the system can limit it (Linux)."""

_ERROR_ENDS = 32 * 1024
"""How much of either end of what is written to standard error is kept: Go says first that memory is short, tools say last
what is wrong."""

_CHUNK = 1 << 16
_TICK = 0.1
_LAST_TICK = 0.002
_DRAIN = 1.0
"""Seconds to wait for the end of the output once the process has ended: only what left its group can hold it back."""

_OUT_OF_MEMORY = ("runtime: out of memory", "cannot allocate memory", "runtime: cannot map pages")
"""What Go's runtime dies with (https://github.com/golang/go/blob/master/src/runtime/mem_linux.go)."""


class Ran(NamedTuple):
    """How a run went: exit code (negative: the signal), both outputs, and why it was stopped (empty when it was not).

    ``err`` is shortened in the middle when it is long. ``failure`` reads on from "the tool".
    """

    code: int
    out: bytes
    err: str
    failure: str

    @property
    def well(self) -> bool:
        """Whether the tool ran to its end and says that all is well."""
        return self.code == 0 and not self.failure


def run(
    argv: Sequence[str], *, cwd: str | None = None, stdin: bytes = b"", timeout: float = TIMEOUT, limit: int = MAX_SIZE
) -> Ran:
    """Run a program and wait for it.

    Args:
        argv: the program and its arguments.
        cwd: its working directory, ours if None.
        stdin: what it reads on standard input.
        timeout: after how many seconds it is stopped.
        limit: after how many bytes on either output it is stopped.
    """
    from tempfile import TemporaryDirectory

    try:
        with TemporaryDirectory(prefix="hullmark-", ignore_cleanup_errors=True) as folder:
            process = _started(argv, cwd, folder, stdin=bool(stdin))
            with process:
                try:
                    return _watched(process, stdin, timeout, limit)
                finally:
                    if process.returncode is None:
                        _kill_group(process)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        return Ran(-1, b"", "", f"cannot be started: {reason}")


def _started(argv: Sequence[str], cwd: str | None, folder: str, *, stdin: bool) -> Popen[bytes]:
    from subprocess import DEVNULL, PIPE, Popen

    process = Popen(  # noqa: S603 - no shell; what is run is the user's choice
        argv,
        cwd=cwd,
        env=environment(folder, os.environ),
        stdin=PIPE if stdin else DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
        start_new_session=True,
    )
    _bound_memory(process.pid)
    return process


def environment(folder: str, outer: Mapping[str, str]) -> dict[str, str]:
    """The variables of a run: only PATH is the user's, all that may be written lies in ``folder``, nothing is fetched.

    Go's HTTP client and git take the proxies (https://pkg.go.dev/net/http#ProxyFromEnvironment); git refuses every
    protocol that is not in GIT_ALLOW_PROTOCOL (https://git-scm.com/docs/git#Documentation/git.txt-GITALLOWPROTOCOL); Helm
    reads HELM_* (https://helm.sh/docs/helm/helm/).
    """
    nowhere = "http://127.0.0.1:9"
    proxies = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy")
    return {
        "PATH": outer.get("PATH", os.defpath),
        "LC_ALL": "C",
        "HOME": folder,
        "TMPDIR": folder,
        "XDG_CACHE_HOME": os.path.join(folder, "cache"),
        "XDG_CONFIG_HOME": os.path.join(folder, "config"),
        "XDG_DATA_HOME": os.path.join(folder, "data"),
        "KUSTOMIZE_PLUGIN_HOME": os.path.join(folder, "plugins"),
        "HELM_CACHE_HOME": os.path.join(folder, "helm", "cache"),
        "HELM_CONFIG_HOME": os.path.join(folder, "helm", "config"),
        "HELM_DATA_HOME": os.path.join(folder, "helm", "data"),
        "HELM_PLUGINS": os.path.join(folder, "helm", "plugins"),
        "KUBECONFIG": os.path.join(folder, "none"),
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_CONFIG_NOSYSTEM": "1",
        **dict.fromkeys(proxies, nowhere),
    }


def _bound_memory(pid: int) -> None:
    """Bound the memory of a process and of those it starts."""
    if sys.platform == "linux":
        import resource

        try:
            _, hard = resource.prlimit(pid, resource.RLIMIT_AS)
            most = MAX_MEMORY if hard == resource.RLIM_INFINITY else min(MAX_MEMORY, hard)
            resource.prlimit(pid, resource.RLIMIT_AS, (most, hard))
        except OSError:  # it has ended already, or limits are not ours to set
            return


def _watched(process: Popen[bytes], stdin: bytes, timeout: float, limit: int) -> Ran:
    """How a process went, which is fed and drained until it ends or has to be stopped."""
    from time import monotonic

    deadline = monotonic() + timeout
    ended, failure = False, ""
    with _Pipes(process, stdin) as pipes:
        while pipes.open or not ended:
            if not ended and _has_ended(process):
                # Whoever is left of the group would hold the outputs open; what the process wrote is in the pipes.
                ended = True
                _kill_group(process)
                deadline = min(deadline, monotonic() + _DRAIN)
            pipes.step()
            if pipes.longest > limit:
                failure = f"printed more than {limit >> 20} MB"
                break
            if monotonic() > deadline:
                failure = "" if ended else f"took longer than {timeout:g} s"
                break
        if not ended:
            _kill_group(process)
        code = process.wait()
    err = pipes.err.text
    if code != 0 and not failure and any(sign in err for sign in _OUT_OF_MEMORY):
        failure = f"needed more than {MAX_MEMORY >> 30} GB of memory"
    return Ran(code, b"".join(pipes.out), err, failure)


def _has_ended(process: Popen[bytes]) -> bool:
    """Whether a process has ended; it is left a zombie where that can be done, so that its group's id stays its own."""
    if process.returncode is None and hasattr(os, "waitid"):
        return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    return process.poll() is not None


def _kill_group(process: Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # nobody is left; macOS says so of zombies in the latter way
        return


class _Ends:
    """The beginning and the end of what is written to standard error."""

    def __init__(self) -> None:
        self.head = bytearray()
        self.tail = bytearray()
        self.size = 0

    def add(self, data: bytes) -> None:
        self.size += len(data)
        room = _ERROR_ENDS - len(self.head)
        self.head += data[:room] if room > 0 else b""
        self.tail += data[max(room, 0) :]
        del self.tail[: max(len(self.tail) - _ERROR_ENDS, 0)]

    @property
    def text(self) -> str:
        cut = b"\n...\n" if self.size > len(self.head) + len(self.tail) else b""
        return (bytes(self.head) + cut + bytes(self.tail)).decode("utf-8", "replace")


class _Pipes:
    """The three pipes of a process, moved along a step at a time, so that none can block the others."""

    def __init__(self, process: Popen[bytes], stdin: bytes) -> None:
        from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector

        self.out: list[bytes] = []
        self.err = _Ends()
        self._printed = 0
        self._rest = memoryview(stdin)
        self._selector = DefaultSelector()
        for pipe, events, move in (
            (process.stdout, EVENT_READ, self._read_out),
            (process.stderr, EVENT_READ, self._read_err),
            (process.stdin, EVENT_WRITE, self._write),
        ):
            if pipe is not None:
                os.set_blocking(pipe.fileno(), False)
                self._selector.register(pipe, events, move)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._selector.close()

    @property
    def open(self) -> bool:
        """Whether any is still open."""
        return bool(self._selector.get_map())

    @property
    def longest(self) -> int:
        """How many bytes have come on the output that gave most."""
        return max(self._printed, self.err.size)

    def step(self) -> None:
        """Wait a moment for any of them and move what can be moved."""
        # Once all are closed the process is about to end.
        for key, _ in self._selector.select(_TICK if self.open else _LAST_TICK):
            pipe: IO[bytes] = key.fileobj  # type: ignore[assignment]  # what was registered
            if not key.data(pipe.fileno()):
                self._selector.unregister(pipe)
                pipe.close()

    def _read_out(self, pipe: int) -> bool:
        data = os.read(pipe, _CHUNK)
        self._printed += len(data)
        self.out.append(data)
        return bool(data)

    def _read_err(self, pipe: int) -> bool:
        data = os.read(pipe, _CHUNK)
        self.err.add(data)
        return bool(data)

    def _write(self, pipe: int) -> bool:
        try:
            self._rest = self._rest[os.write(pipe, self._rest[:_CHUNK]) :]
        except BrokenPipeError:  # it does not want to hear more
            return False
        return bool(self._rest)
