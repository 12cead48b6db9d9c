"""How devices speak HTTP."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import ThreadingHTTPServer
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from typing import Any

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from mdm_devices.connection import Connection
from mdm_devices.summary import percentile
from mdm_devices.wire import (
    LONGEST_WAIT,
    Exchange,
    RefusedError,
    UnreachableError,
    Wire,
    code_of,
    wait_of,
)


@dataclass
class Secure:
    """An https address, and the file of its authority."""

    url: str
    ca_file: str


def connect(url: str, ca_file: str | None = None) -> Connection:
    return Connection(url, "tenant", "client", (), ca_file)


@pytest.fixture
def secure(service: Any, tmp_path: Path) -> Iterator[Secure]:
    """The doors of the service over TLS; it forwards nothing, and answers 401."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = SSLContext(PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with ThreadingHTTPServer(("127.0.0.1", 0), service.handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield Secure(f"https://localhost:{server.server_port}", str(tmp_path / "ca.pem"))
        server.shutdown()
        thread.join()


def test_https_is_trusted_with_the_authoritys_file(secure: Secure) -> None:
    with (
        Wire(connect(secure.url, secure.ca_file)) as wire,
        pytest.raises(RefusedError, match="401 unauthenticated"),
    ):
        wire.post("/mdm/v1/check-ins", "nobody", {})


def test_https_is_not_trusted_without_it(secure: Secure) -> None:
    with Wire(connect(secure.url)) as wire, pytest.raises(UnreachableError, match="--ca-file"):
        wire.post("/mdm/v1/check-ins", "nobody", {})


def test_a_busy_service_is_asked_five_times_at_most(service: Any) -> None:
    waits: list[float] = []
    service.faults = [(429, {"Retry-After": "7"}, "")] * 5
    with Wire(connect(service.url), sleep=waits.append) as wire, pytest.raises(RefusedError):
        wire.post("/mdm/v1/check-ins", "nobody", {})
    assert (waits, service.faults) == ([7.0] * 4, [])


@given(st.none() | st.text(max_size=12), st.integers(0, 4))
def test_a_wait_is_never_long(retry_after: str | None, attempt: int) -> None:
    assert 0 <= wait_of(retry_after, attempt) <= LONGEST_WAIT


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"error": {"code": "gone"}}, "gone"),
        ({"error": "invalid_grant"}, "invalid_grant"),
        ({"error": {"code": "a value, with words"}}, "http422"),
        ({}, "http422"),
    ],
)
def test_an_error_is_shown_by_its_code_alone(body: dict[str, Any], code: str) -> None:
    assert code_of(422, body) == code


def test_the_95th_percentile_is_by_nearest_rank() -> None:
    times = [float(number) for number in range(100, 0, -1)]
    assert (percentile(times, 50), percentile(times, 95)) == (50.0, 95.0)
    assert percentile([], 50) is None


def test_every_try_is_told_of_without_a_value(service: Any) -> None:
    told: list[Exchange] = []
    service.faults.append((503, {"Retry-After": "0"}, '{"error": {"code": "busy"}}'))
    service.user_tokens["user-1"] = "someone"
    body = {"facts": {"model": "Secret 1"}}
    with Wire(connect(service.url), lambda _seconds: None, told.append) as wire:
        wire.post("/mdm/v1/enrollments", "user-1", body)
        with pytest.raises(RefusedError):
            wire.post("/mdm/v1/devices/4711/wipe", "user-1", {}, "/mdm/v1/devices/{id}/wipe")
    names = [(each.method, each.name, each.code) for each in told]
    assert names == [
        ("POST", "/mdm/v1/enrollments", "busy"),
        ("POST", "/mdm/v1/enrollments", None),
        ("POST", "/mdm/v1/devices/{id}/wipe", "unauthenticated"),
    ]
    assert "Secret" not in repr(told)
    assert "4711" not in repr(told)
    assert all(each.milliseconds > 0 and each.size > 0 for each in told)


def test_an_address_where_nobody_is_is_told_of_too() -> None:
    told: list[Exchange] = []
    with Wire(connect("http://127.0.0.1:9"), observe=told.append) as wire:
        with pytest.raises(UnreachableError):
            wire.delete("/mdm/v1/enrollments/self", "token")
        assert [each.code for each in told] == ["unreachable"]


def test_after_hanging_up_a_request_makes_a_connection_of_its_own(service: Any) -> None:
    service.enrolled["device-0"] = {}
    with Wire(connect(service.url)) as wire:
        wire.hang_up()  # there is none yet
        for _ in range(2):
            wire.post("/mdm/v1/check-ins", "device-0", {"facts": {}})
            wire.hang_up()
    assert len(service.check_ins) == 2
    assert len(service.connections) == 2


def test_requests_in_a_row_share_a_connection(service: Any) -> None:
    service.enrolled["device-0"] = {}
    with Wire(connect(service.url)) as wire:
        for _ in range(2):
            wire.post("/mdm/v1/check-ins", "device-0", {"facts": {}})
    assert len(service.connections) == 1
