"""A service that is killed in the middle of a stream: the stream is sent again, nothing is lost."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from databases import Plain

from mdm_sim import tenant, tokens
from mdm_sim.settings import Settings
from mdm_sim.store import audit
from mdm_sim.store.work import Desk

LINES = 6000
FACTS = {"deviceName": "x" * 200, "phoneNumber": "+31612345678"}
Ready = dict[str, Any]


@contextmanager
def serving(settings: Settings, folder: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """The service by its own command, at a port."""
    ready = folder / "ready.json"
    ready.unlink(missing_ok=True)
    command = [sys.executable, "-m", "mdm_sim", "serve", "--port", "off", "--http-port", "0"]
    command += ["--database", settings.database, "--data-dir", str(folder)]
    with subprocess.Popen(
        [*command, "--ready-file", str(ready)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            until = time.monotonic() + 30
            while not ready.exists() and time.monotonic() < until:
                time.sleep(0.02)
            url = json.loads(ready.read_text())["http_url"]
            yield int(urllib.parse.urlsplit(url).port or 0), process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)


def user_token(port: int) -> str:
    form = {
        "client_id": tenant.CLIENT_ID,
        "scope": f"{tokens.GRAPH}/.default",
        "grant_type": "password",
        "username": tenant.USERS[0].upn,
        "password": tenant.PASSWORD,
    }
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    path = f"/{tenant.TENANT_ID}/oauth2/v2.0/token"
    connection.request("POST", path, urllib.parse.urlencode(form), headers)
    told = json.loads(connection.getresponse().read())
    connection.close()
    return str(told["access_token"])


class Streaming:
    """A stream of enrollments under way: answers are read by a thread while lines are sent."""

    def __init__(self, port: int, token: str) -> None:
        self.told: list[Any] = []
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.connection.putrequest("POST", "/mdm/v1/enrollments:bulk")
        self.connection.putheader("Content-Type", "application/x-ndjson")
        self.connection.putheader("Authorization", f"Bearer {token}")
        self.connection.putheader("Transfer-Encoding", "chunked")
        self.connection.endheaders()
        self._reader = threading.Thread(target=self._read)

    def send(self, first: int, count: int = 500) -> None:
        """So many lines in one chunk; whoever was killed reads no more."""
        lines = enrollments(count, first)
        data = "".join(json.dumps(line) + "\n" for line in lines).encode()
        with suppress(OSError):
            self.connection.send(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        if not self._reader.is_alive():
            self._reader.start()

    def end(self) -> list[Any]:
        """Every answer there was."""
        with suppress(OSError):
            self.connection.send(b"0\r\n\r\n")
        self._reader.join(60)
        self.connection.close()
        return self.told

    def _read(self) -> None:
        with suppress(OSError, http.client.HTTPException), self.connection.getresponse() as answer:
            while line := answer.readline():
                self.told.append(json.loads(line))


def enrollments(count: int, first: int = 0) -> list[dict[str, Any]]:
    body = {"platform": "ios", "enrollmentType": "appleBulkWithUser"}
    return [
        {**body, "key": f"k-{n}", "facts": {**FACTS, "serialNumber": f"S-{n}"}}
        for n in range(first, first + count)
    ]


def test_a_stream_that_was_cut_off_by_a_kill_is_sent_again(
    settings: Settings, desk: Desk, plain: Plain, tmp_path: Path
) -> None:
    with serving(settings, tmp_path) as (port, process):
        stream = Streaming(port, user_token(port))
        for first in range(0, LINES // 2, 500):
            stream.send(first)
        while len(stream.told) < 700:
            time.sleep(0.005)
        os.killpg(process.pid, signal.SIGKILL)
        told = stream.end()
    assert 700 <= len(told) < LINES // 2
    assert {each["status"] for each in told} == {201}
    stored = {found for (found,) in plain.execute("SELECT id FROM managed_devices")}
    assert stored >= {each["id"] for each in told}
    with serving(settings, tmp_path) as (port, _process):
        stream = Streaming(port, user_token(port))
        for first in range(0, LINES, 500):
            stream.send(first)
        again = stream.end()
    assert [each["line"] for each in again] == [*range(1, LINES + 1)]
    assert {each["status"] for each in again} == {200, 201}
    assert [each["id"] for each in again[: len(told)]] == [each["id"] for each in told]
    (count,) = plain.execute("SELECT count(*) FROM managed_devices").fetchone() or (0,)
    (live,) = plain.execute(
        "SELECT count(*) FROM credentials WHERE kind = 'device' AND state = 'live'"
    ).fetchone() or (0,)
    (made,) = plain.execute(
        "SELECT count(*) FROM audit_events WHERE activity_type = 'Create ManagedDevice'"
    ).fetchone() or (0,)
    assert (count, live, made) == (LINES, LINES, LINES)
    with desk.store.read() as connection:
        assert list(audit.verify(connection)) == []


def resident(pid: int) -> int:
    """Bytes of memory of a process and of those it started, as Linux has it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    status = Path(f"/proc/{pid}/status").read_text()
    mine = next(int(line.split()[1]) for line in status.splitlines() if "RssAnon" in line) * 1024
    return mine + sum(resident(int(child)) for child in children)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc is Linux's")
def test_memory_does_not_grow_with_the_stream(settings: Settings, tmp_path: Path) -> None:
    used = []
    with serving(settings, tmp_path) as (port, process):
        stream = Streaming(port, user_token(port))
        for first in range(0, 20_000, 500):
            while len(stream.told) < first - 1000:
                time.sleep(0.005)
            used.append(resident(process.pid))
            stream.send(first)
        assert [each["status"] for each in stream.end()] == [201] * 20_000
    assert max(used[20:]) - max(used[:8]) < 24 * 1024 * 1024
