"""Too many at once, an end in the middle of a request, a worker that dies: over real sockets."""

from __future__ import annotations

import os
import select
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest

from mdm_sim.serving.http_listener import MOST_CONNECTIONS
from mdm_sim.serving.overflow import WAITING

ASKED = b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
SURPLUS = 20


def connect(url: str, ca_file: str) -> socket.socket:
    """A connection to a listener, in TLS where its URL says so."""
    where = urlsplit(url)
    plain = socket.create_connection(("127.0.0.1", where.port), timeout=20)
    if where.scheme == "http":
        return plain
    return ssl.create_default_context(cafile=ca_file).wrap_socket(
        plain, server_hostname="localhost"
    )


def read_all(connection: socket.socket) -> bytes:
    """What comes until the other side closes."""
    return b"".join(iter(lambda: connection.recv(65_536), b""))


def post(path: str, token: str, body: bytes) -> tuple[bytes, bytes]:
    """A POST in two pieces: the head with half of the body, and the rest."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body[:5], body[5:]


def test_who_finds_no_room_is_told_when_to_come_again(started: Callable[..., Any]) -> None:
    service = started("--port", "off")
    url = service.ready["http_url"]
    with ExitStack() as open_:
        idle = [open_.enter_context(connect(url, "")) for _ in range(MOST_CONNECTIONS)]
        time.sleep(1)
        late = [open_.enter_context(connect(url, "")) for _ in range(WAITING + SURPLUS)]
        for each in late:
            each.sendall(ASKED)
        _await(lambda: len(select.select(late, [], [], 0.1)[0]) >= SURPLUS)
        for each in idle:
            each.close()
        answers = [read_all(each).partition(b"\r\n\r\n") for each in late]
    refused = [(head, body) for head, _, body in answers if head.startswith(b"HTTP/1.1 503 ")]
    assert SURPLUS <= len(refused) < len(late)
    for head, body in refused:
        assert b"\r\nRetry-After: 1\r\n" in head
        assert orjson.loads(body)["error"]["code"] == "serviceUnavailable"
    assert sum(head.startswith(b"HTTP/1.1 200 ") for head, *_ in answers) == len(late) - len(
        refused
    )


@pytest.mark.parametrize("listener", ["base_url", "http_url"])
def test_a_request_under_way_is_finished_before_it_stops(
    started: Callable[..., Any], listener: str
) -> None:
    service = started()
    body = orjson.dumps({"platform": "ios", "enrollmentType": "userEnrollment"})
    first, rest = post("/mdm/v1/enrollments", service.user_token(), body)
    with closing(connect(service.ready[listener], service.ready["ca_file"])) as connection:
        connection.sendall(first)
        time.sleep(0.3)
        service.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        connection.sendall(rest)
        assert read_all(connection).startswith(b"HTTP/1.1 201 ")
    assert service.process.wait(20) == 0


def worker(pid: int) -> int:
    """The worker of the plain listener below a service's process."""
    told = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    for line in told.stdout.splitlines():
        found, _, command = line.strip().partition(" ")
        if "multiprocessing.spawn" in command:
            return int(found)
        if below := worker(int(found)):
            return below
    return 0


def test_a_killed_worker_is_replaced_and_nothing_acknowledged_is_lost(
    started: Callable[..., Any],
) -> None:
    service = started("--port", "off")
    url, headers = service.ready["http_url"], {"Authorization": f"Bearer {service.user_token()}"}
    body = {"platform": "ios", "enrollmentType": "userEnrollment"}
    acknowledged: list[str] = []
    over = threading.Event()

    def enroll() -> None:
        while not over.is_set():
            try:
                answer = service.session.post(
                    f"{url}/mdm/v1/enrollments", json=body, headers=headers, timeout=5
                )
            except OSError:
                time.sleep(0.05)
                continue
            if answer.status_code == 201:
                acknowledged.append(answer.json()["id"])

    enrolling = threading.Thread(target=enroll)
    enrolling.start()
    for _ in range(3):
        before = len(acknowledged)
        _await(lambda before=before: len(acknowledged) > before + 3)
        found = worker(service.process.pid)
        assert found
        os.kill(found, signal.SIGKILL)
    before = len(acknowledged)
    _await(lambda: len(acknowledged) > before + 3)
    over.set()
    enrolling.join()
    asked = {"Authorization": f"Bearer {service.token()}"}
    shown: list[str] = []
    link = f"{url}/v1.0/deviceManagement/managedDevices?$select=id"
    while link:
        page = service.session.get(link, headers=asked, timeout=20).json()
        shown += [each["id"] for each in page["value"]]
        link = page.get("@odata.nextLink")
    assert set(acknowledged) <= set(shown)
    assert len(shown) == len(set(shown)) <= len(acknowledged) + 4


def _await(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)
