"""Servers as the operating system sees them: start, readiness, CPU and memory of the whole tree."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
_STOP_SECONDS = 20


class CannotStart(Exception):
    """A server did not come up; the message says what it printed last."""


@dataclass(frozen=True)
class Memory:
    """Bytes: resident in the largest process, how many of them its own, resident in all."""

    largest: int
    private: int
    together: int


@dataclass
class Running:
    """A started server. `ready_seconds` is from the command to its first answer."""

    process: subprocess.Popen[bytes]
    port: int
    ready_seconds: float
    folder: Path
    beside: list[int] = field(default_factory=list)  # other processes that work for it

    def cpu(self) -> float:
        """Seconds of CPU that the server and its children have used so far."""
        return used([self.process.pid, *self.beside])

    def _pids(self) -> list[int]:
        return [pid for root in (self.process.pid, *self.beside) for pid in tree(root)]

    def memory(self) -> Memory:
        """What the largest process holds, and all of them together."""
        each = sorted((_resident(pid) for pid in self._pids()), reverse=True)
        return Memory(*each[0], sum(resident for resident, _private in each))

    def stop(self) -> None:
        """End it, by force when it does not listen."""
        if self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            for pid in tree(self.process.pid):
                os.kill(pid, signal.SIGKILL)
            self.process.wait()

    def settle(self, patience: float = 120.0) -> None:
        """Wait until the server has nothing to do of itself (its first upkeep, for one)."""
        deadline = time.monotonic() + patience
        before = self.cpu()
        while time.monotonic() < deadline:
            time.sleep(0.5)
            now = self.cpu()
            if now - before < 0.03:
                return
            before = now


def start(
    command: Sequence[str],
    folder: Path,
    port: int,
    path: str = "/",
    environment: Mapping[str, str] | None = None,
    patience: float = 120.0,
) -> Running:
    """Start a server whose working directory and log are in `folder`; returns when it answers."""
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "log"
    started = time.perf_counter()
    with log.open("wb") as out:
        process = subprocess.Popen(
            list(command),
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    running = Running(process, port, 0.0, folder)
    deadline = started + patience
    while not _answers(port, path):
        if process.poll() is not None or time.perf_counter() > deadline:
            running.stop()
            message = log.read_text(errors="replace").strip()[-500:] or "it printed nothing"
            raise CannotStart(message)
        time.sleep(0.01)
    running.ready_seconds = time.perf_counter() - started
    return running


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def tree(root: int) -> list[int]:
    """A process and all below it that live now."""
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            try:
                waiting += [int(child) for child in task.read_text().split()]
            except OSError:  # it ended meanwhile
                continue
    return found


def used(roots: Sequence[int]) -> float:
    """Seconds of CPU that processes and all below them have used so far."""
    return sum(_ticks(pid) for root in roots for pid in tree(root)) / _TICK


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # it ended meanwhile
        return 0
    return int(fields[11]) + int(fields[12])  # utime and stime, proc(5)


def _resident(pid: int) -> tuple[int, int]:
    """Resident bytes of a process, and those without the files it has mapped."""
    try:
        _size, resident, shared = Path(f"/proc/{pid}/statm").read_text().split()[:3]
    except OSError:  # it ended meanwhile
        return 0, 0
    page = os.sysconf("SC_PAGE_SIZE")
    return int(resident) * page, (int(resident) - int(shared)) * page
