"""Everyday reads: the lane and Flask show the same, and what is kept of them holds no value."""

from __future__ import annotations

import gc
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mdm_sim import tenant
from mdm_sim.graph.odata.keeping import KEPT, Kept
from mdm_sim.memo import Memo

DEVICES = "/deviceManagement/managedDevices"
AUDIT = "/deviceManagement/auditEvents"
# A header that nobody minds here, and that sends a request past the lane.
PAST = {"X-Forwarded-For": "192.0.2.1"}
OWN = re.compile(rb'"(date|request-id|client-request-id)":"[^"]*"|Activity ID: [0-9a-f-]*')
IDS = {"request-id", "client-request-id"}
FACTS = {"deviceName": "Machine", "serialNumber": "CANARY-SERIAL", "osVersion": "10.0.1"}
Reads = Callable[..., TestResponse]


@pytest.fixture
def ids(enroll: Callable[..., dict[str, Any]]) -> list[str]:
    """The ids of three devices."""
    kinds = [("ios", "userEnrollment"), ("windows", "windowsBulkUserless")]
    kinds.append(("android", "androidEnterpriseFullyManaged"))
    return [enroll(FACTS, *kind)["id"] for kind in kinds]


@pytest.fixture
def both(client: FlaskClient, admin: dict[str, str]) -> Reads:
    """Asks through the lane and past it; they have to say the same."""

    def asked(path: str, headers: dict[str, str] | None = None) -> TestResponse:
        given = {**admin, **(headers or {})}
        one, other = (client.get(path, headers={**given, **more}) for more in ({}, PAST))
        assert one.status == other.status
        assert [each for each in one.headers if each[0] not in IDS] == [
            each for each in other.headers if each[0] not in IDS
        ]
        assert [name for name, _ in one.headers] == [name for name, _ in other.headers]
        assert OWN.sub(b"", one.data) == OWN.sub(b"", other.data)
        return one

    return asked


@pytest.mark.parametrize("version", ["/v1.0", "/beta"])
@pytest.mark.parametrize(
    "query",
    [
        "", "?", "?$top=2", "?$top=1&$count=true", "?$skip=1", "?$skip=1&$top=1", "?$top=0",
        "?$select=id,deviceName", "?$select=osVersion&$top=1", "?$select=*", "?$select=",
        "?$select=hardwareInformation,iccid", "?$select=deviceName/x", "?$orderby=deviceName desc",
        "?$filter=deviceName eq 'Machine'", "?$filter=startswith(serialNumber,'CAN')&$top=1",
        "?$filter=", "?$filter=deviceName eq '%C3%A4'", "?$filter=deviceName eq '%E4'", "?top=1",
        "?$top=1&$top=2", "?$top=x", "?$skiptoken=x", "?$skiptoken=WyJ4Il0", "?$skiptoken=WzFd",
        "?$expand=users", "?$search=Machine", "?$format=json", "?$format=xml", "?x=y", "?$count=x",
    ],
)  # fmt: skip
def test_any_query_is_answered_alike(both: Reads, ids: list[str], version: str, query: str) -> None:
    for path in (DEVICES, f"{DEVICES}/{ids[1]}", AUDIT):
        both(f"{version}{path}{query}")


@pytest.mark.parametrize("version", ["/v1.0", "/beta"])
def test_every_page_and_every_object_is_shown_alike(
    both: Reads, ids: list[str], version: str
) -> None:
    for path, most in ((DEVICES, 3), (AUDIT, 6)):
        found, url = [], f"{version}{path}?$top=1"
        while url and len(found) < most:
            page = both(url).json
            found += page["value"]
            url = page.get("@odata.nextLink", "").partition("localhost")[2]
        assert len({each["id"] for each in found}) == len(found) == min(most, len(found))
        for each in found:
            shown = both(f"{version}{path}/{each['id']}").json
            assert shown["id"] == each["id"]
    assert {each["id"] for each in both(f"{version}{DEVICES}").json["value"]} == set(ids)


@pytest.mark.parametrize(
    "headers",
    [
        {"Accept": "application/json"}, {"Accept": "application/json;odata.metadata=full"},
        {"Accept": "application/json;q=0.5"}, {"Accept": "text/plain"},
        {"Accept-Encoding": "gzip"}, {"Accept-Encoding": "gzip;q=0"}, {"Accept-Encoding": "br"},
        {"Prefer": "odata.maxpagesize=1"}, {"Origin": "https://example.com"},
        {"client-request-id": "6f1c6bde-0000-4000-8000-000000000001"}, {"client-request-id": "x"},
        {"Authorization": ""}, {"Authorization": "Bearer x"}, {"Authorization": "Bearer a.b.c"},
        {"Host": "graph.example"}, {"Host": "graph.example:80"}, {"Host": "graph.example:8080"},
        {"Host": "a b"}, {"Host": ""}, {"Host": ".."}, {"Host": "a:0"}, {"X-Long": "y" * 70_000},
        {"Content-Length": "x"}, {"Content-Encoding": "br"}, {"ConsistencyLevel": "eventual"},
    ],
    ids=str,
)  # fmt: skip
def test_any_header_is_minded_alike(both: Reads, ids: list[str], headers: dict[str, str]) -> None:
    for path in (DEVICES, f"{DEVICES}/{ids[0]}", AUDIT):
        both(f"/v1.0{path}", headers)
        both(f"/beta{path}", headers)


@pytest.mark.parametrize(
    "path",
    [
        f"{DEVICES}/", f"{DEVICES}/00000000-0000-4000-8000-000000000000", f"{DEVICES}/x",
        f"{DEVICES}('x')", f"/{DEVICES}", f"{DEVICES}/$count", f"{AUDIT}/x", DEVICES.lower(),
        f"{DEVICES}/00000000-0000-4000-8000-000000000000/users", "/deviceManagement",
    ],
)  # fmt: skip
def test_any_path_is_answered_alike(both: Reads, ids: list[str], path: str) -> None:
    assert ids
    both(f"/v1.0{path}")
    both(f"/beta{path}")


def test_who_may_not_read_is_told_so_alike(both: Reads, user: dict[str, str]) -> None:
    assert both(f"/v1.0{DEVICES}", user).status_code == 403
    assert both(f"/v1.0{AUDIT}", user).status_code == 403


def test_what_comes_every_day_does_not_reach_flask(
    client: FlaskClient, admin: dict[str, str], ids: list[str]
) -> None:
    reached: list[int] = []
    hooks = client.application.before_request_funcs[None]
    hooks.append(lambda: reached.append(1))
    for path in (DEVICES, f"{DEVICES}/{ids[0]}", f"{DEVICES}?$top=1", AUDIT):
        for more, number in (({}, 0), (PAST, 1)):
            reached.clear()
            assert client.get(f"/beta{path}", headers={**admin, **more}).status_code == 200
            assert len(reached) == number
    hooks.pop()


def test_a_change_is_seen_at_once(
    client: FlaskClient, admin: dict[str, str], both: Reads, ids: list[str]
) -> None:
    path = f"/v1.0{DEVICES}/{ids[0]}"
    assert both(path).json["managedDeviceName"] == "Machine"
    client.patch(path, headers=admin, json={"managedDeviceName": "Another"})
    assert both(path).json["managedDeviceName"] == "Another"
    client.delete(path, headers=admin)
    assert both(path).status_code == 404


def test_no_value_is_in_what_is_kept(both: Reads, ids: list[str]) -> None:
    for version in ("/v1.0", "/beta"):
        for path in (DEVICES, f"{DEVICES}/{ids[0]}", AUDIT):
            assert both(f"{version}{path}").status_code == 200
        second = both(f"{version}{DEVICES}?$top=1&$select=serialNumber").json["@odata.nextLink"]
        assert "CANARY-SERIAL" in both(second.partition("localhost")[2]).text
    held = texts(KEPT)
    assert any("SELECT" in each for each in held)
    values = (*ids, *FACTS.values(), tenant.TENANT_ID, tenant.ADMIN.upn, tenant.CLIENT_ID)
    assert not [value for value in values if any(value in each for each in held)]


def texts(root: object) -> set[str]:
    """Every text that can be reached from what is kept, but through modules, types and code."""
    seen: set[int] = set()
    found, left = set(), [root]
    while left:
        one = left.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, str):
            found.add(one)
        elif isinstance(one, (dict, list, tuple, set, frozenset, Kept, Memo)) or hasattr(
            one, "__slots__"
        ):
            left += gc.get_referents(one)
        elif hasattr(one, "__dict__") and type(one).__module__.startswith(
            ("mdm_sim", "sqlalchemy")
        ):
            left += list(vars(one).values())
    return found
