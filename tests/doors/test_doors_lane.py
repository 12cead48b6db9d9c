"""The lane and Flask are two callers of one door: the same bytes for the same request."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
from databases import Prepared
from drawn import BODIES, FACTS
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from werkzeug.test import TestResponse

from mdm_sim import tenant
from mdm_sim.app import create_app
from mdm_sim.settings import Settings

# A header that nobody minds here, and that sends a request past the lane.
PAST = {"X-Forwarded-For": "192.0.2.1"}
OWN = re.compile(rb'"(date|request-id|client-request-id)":"[^"]*"')
CHECK_INS = {"mdm": "/mdm/v1/check-ins", "mam": "/mam/v1/check-ins"}
LENIENT = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@contextmanager
def over_wsgi(given: Settings) -> Iterator[FlaskClient]:
    """The service over WSGI; its store is closed at the end."""
    app = create_app(given)
    yield app.test_client()
    app.extensions["mdm_sim"].store.close()


class Twins:
    """The same service twice, and the same device and app in each."""

    def __init__(self, clients: list[FlaskClient], user: dict[str, str]) -> None:
        self.clients, self.user = clients, user
        device = {"platform": "windows", "enrollmentType": "windowsBulkUserless"}
        app = {"platform": "ios", "facts": {"appIdentifier": {"bundleId": "com.example.mail"}}}
        device_token = self.both("POST", "/mdm/v1/enrollments", user, device).json["deviceToken"]
        app_token = self.both("POST", "/mam/v1/registrations", user, app).json["appToken"]
        self.headers = {
            "mdm": {"Authorization": f"Bearer {device_token}"},
            "mam": {"Authorization": f"Bearer {app_token}"},
        }

    def both(self, method: str, path: str, headers: dict[str, str], body: Any) -> TestResponse:
        """Ask the one through the lane and the other past it; they have to say the same."""
        data = body if isinstance(body, bytes) else orjson.dumps(body)
        given = {"Content-Type": "application/json", **headers}
        one, other = (
            client.open(path, method=method, data=data, headers={**given, **more})
            for client, more in zip(self.clients, ({}, PAST), strict=True)
        )
        assert one.status == other.status
        assert list(one.headers) == list(other.headers)
        assert OWN.sub(b"", one.data) == OWN.sub(b"", other.data)
        return one


@pytest.fixture(scope="module")
def twins(
    prepared: Prepared, tmp_path_factory: pytest.TempPathFactory, sign_in: Callable[..., Any]
) -> Iterator[Twins]:
    """Two services with the same seed on two copies of a database."""
    with ExitStack() as served:
        clients = []
        for name in ("lane", "flask"):
            url = prepared.copy(tmp_path_factory.mktemp(name))
            given = dataclasses.replace(Settings(url), seed=3)
            clients.append(served.enter_context(over_wsgi(given)))
        yield Twins(clients, sign_in(tenant.USERS[0].upn))


@pytest.mark.parametrize("workload", CHECK_INS)
@given(body=BODIES)
@LENIENT
def test_any_check_in_is_answered_alike(twins: Twins, workload: str, body: dict[str, Any]) -> None:
    twins.both("POST", CHECK_INS[workload], twins.headers[workload], body)


@pytest.mark.parametrize("workload", CHECK_INS)
@given(facts=FACTS)
@LENIENT
def test_any_report_is_answered_alike(twins: Twins, workload: str, facts: dict[str, Any]) -> None:
    twins.both("POST", CHECK_INS[workload], twins.headers[workload], {"facts": facts})


@given(body=BODIES)
@LENIENT
def test_any_enrollment_is_answered_alike(twins: Twins, body: dict[str, Any]) -> None:
    twins.both("POST", "/mdm/v1/enrollments", twins.user, body)


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": ""}, {"Authorization": "Basic x"}, {"Authorization": "bearer "},
        {"Authorization": "Bearer x"}, {"Authorization": "Bearer a.b.c"},
        {"Content-Type": "text/plain"}, {"Content-Type": "application/json; charset=utf-8"},
        {"Content-Encoding": "gzip"}, {"Content-Encoding": "br"}, {"Host": "a b"}, {"Host": ""},
        {"Host": ".."}, {"Host": "a..b"}, {"Host": f"{'a' * 64}.b"}, {"Host": "a:0"},
        {"Host": "a:65536"}, {"Host": "a:8080"},
        {"Accept-Encoding": "gzip"}, {"Accept-Encoding": "gzip, deflate"},
        {"Accept-Encoding": "gzip;q=0"}, {"Accept-Encoding": "*"}, {"X-Long": "y" * 70_000},
        {"client-request-id": "6f1c6bde-0000-4000-8000-000000000001"}, {"Expect": "100-continue"},
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("size", [0, 40])
def test_any_header_is_minded_alike(twins: Twins, headers: dict[str, str], size: int) -> None:
    apps = [{"id": f"app {number}", "sizeInBytes": number} for number in range(size)]
    body = {"facts": {"applications": apps, "photos": "x", "contacts": []}}
    twins.both("POST", CHECK_INS["mdm"], {**twins.headers["mdm"], **headers}, body)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH"])
@pytest.mark.parametrize("path", [*CHECK_INS.values(), "/mdm/v1/enrollments"])
def test_any_method_is_answered_alike(twins: Twins, method: str, path: str) -> None:
    twins.both(method, path, twins.headers["mdm"], {})


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b" " * 1_100_000, b"\xff", b'{"facts":{"a":NaN}}']
)
def test_any_bytes_are_answered_alike(twins: Twins, data: bytes) -> None:
    twins.both("POST", CHECK_INS["mdm"], twins.headers["mdm"], data)
    twins.both("POST", "/mdm//v1/check-ins", twins.headers["mdm"], data)


def test_a_crash_behind_the_lane_is_told_as_any_is(twins: Twins, tmp_path: Path) -> None:
    given = Settings(f"sqlite:///{tmp_path / 'no-schema.db'}")
    with over_wsgi(given) as client:
        told = [
            client.post(CHECK_INS["mdm"], json={}, headers={**twins.headers["mdm"], **more})
            for more in ({}, PAST)
        ]
    one, other = told
    assert one.status_code == 500
    assert OWN.sub(b"", one.data) == OWN.sub(b"", other.data)
    assert list(one.headers) == list(other.headers)


def test_what_comes_every_day_does_not_reach_flask(twins: Twins) -> None:
    client, reached = twins.clients[0], []
    hooks = client.application.before_request_funcs[None]
    hooks.append(lambda: reached.append(1))
    for more, number in (({}, 0), (PAST, 1)):
        given = {**twins.headers["mdm"], **more}
        assert client.post(CHECK_INS["mdm"], json={}, headers=given).status_code == 200
        assert len(reached) == number
    hooks.pop()
