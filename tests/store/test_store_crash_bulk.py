"""A service that is killed in the middle of a stream: the stream is sent again, nothing is lost."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
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
    return str(json.loads(connection.getresponse().read())["access_token"])


class Streaming:
    """A stream under way: lines are sent a part at a time, answers read as they come."""

    def __init__(self, port: int, path: str, headers: dict[str, str]) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.connection.putrequest("POST", path)
        for name, text in {"Content-Type": "application/x-ndjson", **headers}.items():
            self.connection.putheader(name, text)
        self.connection.putheader("Transfer-Encoding", "chunked")
        self.connection.endheaders()

    def send(self, lines: list[dict[str, Any]]) -> None:
        data = "".join(json.dumps(line) + "\n" for line in lines).encode()
        self.connection.send(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def end(self) -> None:
        self.connection.send(b"0\r\n\r\n")


def enrollments(count: int, first: int = 0) -> list[dict[str, Any]]:
    body = {"platform": "ios", "enrollmentType": "appleBulkWithUser"}
    return [
        {**body, "key": f"k-{n}", "facts": {**FACTS, "serialNumber": f"S-{n}"}}
        for n in range(first, first + count)
    ]


def sent_until_killed(port: int, process: subprocess.Popen[bytes], token: str) -> list[Any]:
    """The answers to a stream whose service is killed once the first of them have come."""
    told: list[Any] = []
    stream = Streaming(port, "/mdm/v1/enrollments:bulk", {"Authorization": f"Bearer {token}"})
    with suppress(OSError, http.client.HTTPException):
        stream.send(enrollments(1500))
        answer = stream.connection.getresponse()
        told += [json.loads(answer.readline()) for _ in range(700)]
        stream.send(enrollments(LINES - 1500, 1500))
        os.killpg(process.pid, signal.SIGKILL)
        while line := answer.readline():
            told.append(json.loads(line))
    os.killpg(process.pid, signal.SIGKILL)
    return told


def test_a_stream_that_was_cut_off_by_a_kill_is_sent_again(
    settings: Settings, desk: Desk, plain: Plain, tmp_path: Path
) -> None:
    with serving(settings, tmp_path) as (port, process):
        told = sent_until_killed(port, process, user_token(port))
    assert 700 <= len(told) < LINES
    assert {each["status"] for each in told} == {201}
    stored = {found for (found,) in plain.execute("SELECT id FROM managed_devices")}
    assert stored >= {each["id"] for each in told}
    lines, again = enrollments(LINES), []
    with serving(settings, tmp_path) as (port, _process):
        headers = {"Authorization": f"Bearer {user_token(port)}"}
        stream = Streaming(port, "/mdm/v1/enrollments:bulk", headers)
        stream.send(lines[:500])
        answer = stream.connection.getresponse()
        for first in range(500, LINES, 500):
            again += [json.loads(answer.readline()) for _ in range(500)]
            stream.send(lines[first : first + 500])
        stream.end()
        again += [json.loads(line) for line in answer.read().splitlines()]
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
        headers = {"Authorization": f"Bearer {user_token(port)}"}
        stream = Streaming(port, "/mdm/v1/enrollments:bulk", headers)
        stream.send(enrollments(500))
        answer = stream.connection.getresponse()
        for first in range(500, 20_000, 500):
            for _ in range(500):
                assert json.loads(answer.readline())["status"] == 201
            used.append(resident(process.pid))
            stream.send(enrollments(500, first))
        stream.end()
        assert len(answer.read().splitlines()) == 500
    assert max(used[20:]) - max(used[:8]) < 24 * 1024 * 1024
