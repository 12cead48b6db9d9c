"""Both listeners, over real sockets: readiness, TLS, limits, stopping, what is logged."""

from __future__ import annotations

import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

MEMBERS = {
    "pid",
    "base_url",
    "http_url",
    "tenant_id",
    "client_id",
    "client_secret",
    "authority_url",
    "admin_upn",
    "admin_password",
    "user_upn",
    "user_password",
    "ca_file",
    "console_url",
    "lab_url",
}


def test_the_ready_file_says_all_that_the_contract_names(running: Any) -> None:
    assert running.ready.keys() >= MEMBERS
    assert all(running.ready[name] for name in MEMBERS)
    assert running.ready_file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("listener", ["base_url", "http_url"])
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_both_listeners_answer(running: Any, listener: str, path: str) -> None:
    assert running.session.get(running.ready[listener] + path, timeout=10).status_code == 200


def test_listeners_are_on_loopback_only(running: Any) -> None:
    port = urlsplit(running.ready["http_url"]).port
    with socket.socket() as probe:
        probe.bind(("127.0.0.2", port))


def test_a_connection_that_never_speaks_holds_up_nobody(running: Any) -> None:
    where = urlsplit(running.ready["base_url"])
    with ExitStack() as idle:
        for _ in range(20):
            idle.enter_context(socket.create_connection(("127.0.0.1", where.port)))
        assert running.session.get(running.ready["base_url"] + "/readyz", timeout=5).ok


def test_tls_names_the_hosts_clients_use(running: Any) -> None:
    where = urlsplit(running.ready["base_url"])
    trust = ssl.create_default_context(cafile=running.ready["ca_file"])
    for name in ("localhost", "graph.microsoft.com", "login.microsoftonline.com"):
        with (
            socket.create_connection(("127.0.0.1", where.port)) as plain,
            trust.wrap_socket(plain, server_hostname=name) as secure,
        ):
            assert secure.version() in {"TLSv1.2", "TLSv1.3"}


def test_a_certificate_of_nobody_is_not_trusted(running: Any) -> None:
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(running.ready["base_url"] + "/readyz", timeout=10)


@pytest.mark.parametrize("listener", ["base_url", "http_url"])
def test_a_body_over_the_limit_is_413_on_both_listeners(running: Any, listener: str) -> None:
    headers = {"Authorization": "Bearer x", "Content-Type": "application/json"}
    url = running.ready[listener] + "/mdm/v1/check-ins"
    answer = running.session.post(url, data=b" " * 1_100_000, headers=headers, timeout=10)
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "payloadTooLarge"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_asked_and_leaves_no_process(
    started: Callable[..., Any], number: signal.Signals
) -> None:
    service = started()
    service.process.send_signal(number)
    assert service.process.wait(20) == 0
    with pytest.raises(requests.ConnectionError):
        service.session.get(service.ready["http_url"] + "/readyz", timeout=2)


def test_its_listeners_end_when_it_is_killed(started: Callable[..., Any]) -> None:
    service = started()
    data = str(service.ready_file.parent)
    service.process.kill()
    service.process.wait()
    deadline = time.monotonic() + 15
    while data in _processes() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert data not in _processes()


def _processes() -> str:
    return subprocess.run(
        ["ps", "axww", "-o", "args"], capture_output=True, text=True, check=True
    ).stdout


def test_what_was_acknowledged_survives_a_restart(started: Callable[..., Any]) -> None:
    first = started("--seed", "7")
    device = _enroll(first)
    first.stop()
    second = started("--seed", "7")
    headers = {"Authorization": f"Bearer {device['deviceToken']}"}
    answer = second.session.post(
        second.ready["http_url"] + "/mdm/v1/check-ins", json={}, headers=headers, timeout=10
    )
    assert answer.status_code == 200


def test_a_seed_gives_the_same_ids_and_tokens(started: Callable[..., Any]) -> None:
    first, second = started("--seed", "9", folder="a"), started("--seed", "9", folder="b")
    one, other = _enroll(first), _enroll(second)
    assert (one["id"], one["deviceToken"]) == (other["id"], other["deviceToken"])


def test_the_clock_starts_where_it_is_told(started: Callable[..., Any]) -> None:
    service = started("--clock", "2031-05-06T07:08:09Z", "--port", "off")
    assert service.ready["base_url"] is None
    device = _enroll(service)
    headers = {"Authorization": f"Bearer {service.token()}"}
    url = f"{service.ready['http_url']}/v1.0/deviceManagement/managedDevices/{device['id']}"
    shown = service.session.get(url, headers=headers, timeout=10).json()
    assert shown["enrolledDateTime"].startswith("2031-05-06T07:0")


def test_nothing_that_was_sent_is_printed(started: Callable[..., Any]) -> None:
    service = started()
    canary = "CANARY-5b1f"
    root, headers = service.ready["http_url"], {"X-Canary": canary, "Authorization": canary}
    for path in (f"/{canary}", f"/v1.0/{canary}?{canary}={canary}", "/mdm/v1/check-ins"):
        service.session.post(root + path, data=f'{{"{canary}', headers=headers, timeout=10)
    with socket.create_connection(("127.0.0.1", urlsplit(service.ready["base_url"]).port)) as raw:
        raw.sendall(canary.encode() * 10)
    _enroll(service, deviceName=canary)
    out, err = service.stop()
    assert canary not in out + err
    assert not re.search(r"127\.0\.0\.1[^:]", out + err)


def _enroll(service: Any, **facts: Any) -> dict[str, Any]:
    answer = service.session.post(
        service.ready["http_url"] + "/mdm/v1/enrollments",
        json={"platform": "ios", "enrollmentType": "userEnrollment", "facts": facts},
        headers={"Authorization": f"Bearer {service.user_token()}"},
        timeout=10,
    )
    assert answer.status_code == 201
    return dict(answer.json())


def test_a_port_that_is_taken_is_told_clearly(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        finished = subprocess.run(
            [
                sys.executable,
                "-m",
                "mdm_sim",
                "serve",
                "--data-dir",
                str(tmp_path),
                "--port",
                str(taken.getsockname()[1]),
                "--http-port",
                "off",
            ],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env=dict(os.environ),
        )
    assert finished.returncode == 1
    assert "is its port taken?" in finished.stderr


@pytest.mark.parametrize("listener", ["base_url", "http_url"])
@pytest.mark.parametrize(("size", "status"), [(10, 401), (1_200_000, 413)])
def test_a_chunked_body_is_read_and_limited_on_both_listeners(
    running: Any, listener: str, size: int, status: int
) -> None:
    body = (part for part in (b'{"facts": {}', b" " * size, b"}"))
    headers = {"Authorization": "Bearer x", "Content-Type": "application/json"}
    url = running.ready[listener] + "/mdm/v1/check-ins"
    assert running.session.post(url, data=body, headers=headers, timeout=10).status_code == status


@pytest.mark.parametrize("listener", ["base_url", "http_url"])
@pytest.mark.parametrize("size", [900, 8000])
def test_headers_have_a_limit_on_both_listeners(running: Any, listener: str, size: int) -> None:
    headers = {f"X-Much-{number}": "y" * size for number in range(80)}
    try:
        status = running.session.get(
            running.ready[listener] + "/readyz", headers=headers, timeout=10
        ).status_code
    except requests.ConnectionError:
        status = 431  # cut off before an answer
    assert status in {400, 413, 431}
