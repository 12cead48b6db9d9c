"""The bulk doors: each line is done as its single door does it, in order, and once."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from doors.bulk_lines import CHECK_IN, ENROLL, SECRET, Headers, Stream, device, keyed
from flask.testing import FlaskClient
from sqlalchemy import select

from mdm_sim import tenant
from mdm_sim.bodies.parsing import DEEPEST
from mdm_sim.clock import Clock
from mdm_sim.settings import Settings
from mdm_sim.store import audit
from mdm_sim.store.tables import metadata
from mdm_sim.store.work import Desk
from mdm_sim.upkeep import job

KEPT = ("managed_devices", "receipts", "audit_events", "directory_devices", "credentials")
JOINED = re.compile(r'"azureADDeviceId":"[^"]*",?')
# Made anew each time, or a moment.
MADE = {
    "id",
    "record_id",
    "subject_id",
    "token_hash",
    "hash",
    "previous_hash",
    "enrolled_at",
    "last_sync_at",
    "first_at",
    "last_at",
    "recorded_at",
    "created_at",
    "location_expires_at",
    "device_id",
    "display_name",
    "directory_device_id",
    "document",
}


def same(rows: list[dict[str, Any]]) -> list[str]:
    """Rows without what is made anew each time, in no order."""
    told = [{n: v for n, v in row.items() if n not in MADE} for row in rows]
    for row in told:
        if "facts" in row:
            row["facts"] = JOINED.sub("", row["facts"])
    return sorted(map(repr, told))


def apart(answer: dict[str, Any]) -> dict[str, Any]:
    own = {"line", "status", "id", "deviceToken"}
    return {name: value for name, value in answer.items() if name not in own}


@pytest.fixture
def single(serve: Callable[..., FlaskClient], prepared: Any, tmp_path_factory: Any) -> Any:
    """The service once more, on a database of its own, for the single doors."""
    settings = Settings(prepared.copy(tmp_path_factory.mktemp("single")))
    return serve(settings)


def _rows(client: FlaskClient, name: str) -> list[dict[str, Any]]:
    desk = client.application.extensions["mdm_sim"]
    with desk.store.read() as connection:
        return [dict(row._mapping) for row in connection.execute(select(metadata.tables[name]))]


def test_lines_store_and_answer_what_the_single_doors_do(
    client: FlaskClient, single: FlaskClient, stream: Stream, user: Headers
) -> None:
    bodies = [device(number) for number in range(40)]
    one = [single.post("/mdm/v1/enrollments", json=body, headers=user).json for body in bodies]
    many = stream(ENROLL, keyed(bodies))
    assert [each["line"] for each in many] == [*range(1, 41)]
    assert {each["status"] for each in many} == {201}
    assert [apart(each) for each in many] == [apart(each) for each in one]
    changed = [
        {"facts": body["facts"] | {"deviceName": f"New {place}", "osVersion": f"1.{place}"}}
        for place, body in enumerate(bodies)
    ]
    reports = [*changed, *({"facts": {"phoneNumber": None}} for _ in bodies)]
    tokens_one = [each["deviceToken"] for each in one] * 2
    tokens_many = [each["deviceToken"] for each in many] * 2
    told_one = [
        single.post(
            "/mdm/v1/check-ins", json=body, headers={"Authorization": f"Bearer {token}"}
        ).json
        for body, token in zip(reports, tokens_one, strict=True)
    ]
    lines = [
        {**body, "deviceToken": token, "key": f"c-{place}"}
        for place, (body, token) in enumerate(zip(reports, tokens_many, strict=True))
    ]
    told_many = stream(CHECK_IN, lines, headers={})
    assert [apart(each) for each in told_many] == [apart(each) for each in told_one]
    for name in KEPT:
        assert same(_rows(client, name)) == same(_rows(single, name)), name
    with client.application.extensions["mdm_sim"].store.read() as connection:
        assert list(audit.verify(connection)) == []


BAD = {
    b"{": 400,
    b"[]": 400,
    b"\xff": 400,
    b'{"key": "a"}': 400,
    json.dumps({"platform": "ios", "enrollmentType": "userEnrollment", "facts": {}}).encode(): 400,
    json.dumps({**device(0), "key": "not a key " + SECRET}).encode(): 400,
    json.dumps({**device(0), "key": "k" * 65}).encode(): 400,
    json.dumps({**device(0), "key": "line\n"}).encode(): 400,
    json.dumps({**device(0), "key": 7}).encode(): 400,
    json.dumps({**device(0, deviceName=[SECRET]), "key": "a"}).encode(): 400,
    json.dumps({**device(0), "key": "a", "enrollmentType": None}).encode(): 400,
    json.dumps(
        {**device(0), "key": "a", "platform": "macos", "enrollmentType": "windowsAzureADJoin"}
    ).encode(): 422,
    json.dumps({**device(0), "key": "a", "enrollmentToken": SECRET}).encode(): 401,
    b'{"x": ' + b"[" * DEEPEST + b"]" * DEEPEST + b', "key": "a"}': 413,
    b'{"x": "' + b"x" * 1024 * 1024 + b'"}': 413,
}


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad[:60].decode(errors="replace"))
def test_a_bad_line_is_answered_in_its_place_and_changes_nothing(
    stream: Stream, dump: Callable[[], Any], bad: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    before = dump()
    (told,) = stream(ENROLL, [bad])
    assert (told["line"], told["status"]) == (1, BAD[bad])
    assert told["error"]["code"]
    assert SECRET not in json.dumps(told) + caplog.text
    assert dump() == before
    told = stream(ENROLL, [{**device(4), "key": "x"}, b"", bad, {**device(8), "key": "y"}])
    assert [(each["line"], each["status"]) for each in told] == [(1, 201), (3, BAD[bad]), (4, 201)]


def test_a_bad_line_says_what_the_single_door_says(
    client: FlaskClient, stream: Stream, user: Headers
) -> None:
    body = device(0, deviceName=7, serialNumber=[]) | {"diagnosticsConsent": 1}
    alone = client.post("/mdm/v1/enrollments", json=body, headers=user).json["error"]
    (told,) = stream(ENROLL, [{**body, "key": "a"}])
    for each in (alone, told["error"]):
        del each["innerError"]
    assert told["error"] == alone


def test_the_same_hardware_twice_in_a_stream_is_one_device(
    stream: Stream, table: Callable[[str], Any]
) -> None:
    lines = keyed([device(0), device(4), device(0, deviceName="Again"), device(8)])
    told = stream(ENROLL, lines)
    assert [each["status"] for each in told] == [201] * 4
    assert told[0]["id"] == told[2]["id"]
    names = [json.loads(row["facts"])["deviceName"] for row in table("managed_devices")]
    assert sorted(names) == ["Again", "Device 4", "Device 8"]
    by_imei = [device(0, imei="490154203237518"), device(1, imei="490154203237518")]
    del by_imei[1]["facts"]["serialNumber"]
    by_imei[1] |= {"platform": "ios", "enrollmentType": "userEnrollment"}
    assert len(stream(ENROLL, [{**body, "key": f"i{n}"} for n, body in enumerate(by_imei)])) == 2


def test_hardware_of_another_user_is_a_conflict_and_the_lines_beside_it_stand(
    stream: Stream, sign_in: Callable[..., Headers], table: Callable[[str], Any]
) -> None:
    corporate = [device(number) for number in (1, 5, 9)]
    stream(ENROLL, keyed(corporate[1:2]))
    told = stream(ENROLL, keyed(corporate), headers=sign_in(tenant.USERS[1].upn))
    assert [each["status"] for each in told] == [201, 409, 201]
    assert len(table("managed_devices")) == 3


def test_two_devices_cannot_take_one_serial_number_in_one_stream(stream: Stream) -> None:
    made = stream(ENROLL, keyed([device(1), device(5)]))
    facts = {"serialNumber": "SN-taken"}
    lines = [
        {"deviceToken": each["deviceToken"], "facts": facts, "key": f"t{place}"}
        for place, each in enumerate(made)
    ]
    assert [each["status"] for each in stream(CHECK_IN, lines)] == [200, 409]


def test_a_line_that_is_refused_after_it_wrote_undoes_itself_alone(
    stream: Stream, graph: Any, table: Callable[[str], Any]
) -> None:
    made = stream(ENROLL, keyed([device(1), device(5)]))
    path = f"deviceManagement/managedDevices/{made[1]['id']}"
    graph("POST", f"{path}/syncDevice", status=204)
    (order,) = table("orders")
    before = order["state"], order["updated_at"]
    lines = [
        {"deviceToken": made[0]["deviceToken"], "facts": {"deviceName": "Kept"}, "key": "a"},
        {
            "deviceToken": made[1]["deviceToken"],
            "facts": {"serialNumber": "SN-1"},
            "results": [{"id": order["id"], "status": "done"}],
            "key": "b",
        },
    ]
    assert [each["status"] for each in stream(CHECK_IN, lines)] == [200, 409]
    (order,) = table("orders")
    assert (order["state"], order["updated_at"]) == before
    names = {json.loads(row["facts"]).get("deviceName") for row in table("managed_devices")}
    assert names == {"Kept", "Device 5"}


def test_a_stream_that_is_sent_again_does_nothing_twice(
    stream: Stream, table: Callable[[str], Any], client: FlaskClient
) -> None:
    lines = keyed([device(number) for number in range(6)])
    first = stream(ENROLL, lines[:4])
    again = stream(ENROLL, lines)
    assert [each["status"] for each in again] == [200] * 4 + [201] * 2
    assert [each["id"] for each in again[:4]] == [each["id"] for each in first]
    assert all(each["again"] and each["receipt"] is None for each in again[:4])
    assert len(table("managed_devices")) == 6
    reports = [
        {"deviceToken": each["deviceToken"], "facts": {"deviceName": "N"}, "key": "one"}
        for each in again
    ]
    stale = [{**reports[0], "deviceToken": first[0]["deviceToken"]}]
    assert [each["status"] for each in stream(CHECK_IN, stale)] == [401]
    assert all("receipt" in each for each in stream(CHECK_IN, reports))
    counted = [row["times"] for row in table("receipts")]
    assert stream(CHECK_IN, reports) == [
        {"line": line, "status": 200, "again": True} for line in range(1, 7)
    ]
    assert [row["times"] for row in table("receipts")] == counted
    # The same key twice in one stream.
    twice = [{**device(10), "key": "twin"}, {**device(14), "key": "twin"}]
    told = stream(ENROLL, twice)
    assert [each["status"] for each in told] == [201, 200]
    assert told[0]["id"] == told[1]["id"]
    with client.application.extensions["mdm_sim"].store.read() as connection:
        assert list(audit.verify(connection)) == []


def test_a_key_is_its_callers_own_and_is_not_stored(
    stream: Stream, sign_in: Callable[..., Headers], on_disk: Callable[[str], bool]
) -> None:
    lines = [{**device(0), "key": SECRET}]
    assert stream(ENROLL, lines)[0]["status"] == 201
    other = [{**device(4), "key": SECRET}]
    assert stream(ENROLL, other, headers=sign_in(tenant.USERS[1].upn))[0]["status"] == 201
    assert not on_disk(SECRET)


def test_a_key_of_a_device_that_is_gone_says_so(client: FlaskClient, stream: Stream) -> None:
    lines = keyed([device(0)])
    (made,) = stream(ENROLL, lines)
    headers = {"Authorization": f"Bearer {made['deviceToken']}"}
    assert client.delete("/mdm/v1/enrollments/self", headers=headers).status_code == 204
    assert stream(ENROLL, lines)[0]["status"] == 410
    report = {"deviceToken": made["deviceToken"], "key": "a"}
    assert stream(CHECK_IN, [report])[0]["status"] == 410


def test_keys_are_kept_for_a_day(stream: Stream, desk: Desk, table: Callable[[str], Any]) -> None:
    stream(ENROLL, keyed([device(number) for number in range(3)]))
    job.run(replace(desk, clock=Clock(24 * 3600 - 60)))
    assert len(table("bulk_keys")) == 3
    job.run(replace(desk, clock=Clock(24 * 3600 + 60)))
    assert table("bulk_keys") == []


def test_an_enrollment_token_in_the_header_enrolls_every_line(
    stream: Stream, ask: Any, admin: Headers, table: Callable[[str], Any]
) -> None:
    body = {"enrollmentType": "androidEnterpriseDedicatedDevice"}
    token = ask("POST", "/mdm/v1/enrollment-tokens", admin, 201, json=body).json["token"]
    lines = [{"platform": "android", "facts": device(n)["facts"], "key": str(n)} for n in range(3)]
    headers = {"Authorization": f"Bearer {token}"}
    assert [each["status"] for each in stream(ENROLL, lines, headers=headers)] == [201] * 3
    assert [each["status"] for each in stream(ENROLL, lines, headers=headers)] == [200] * 3
    assert {row["user_id"] for row in table("managed_devices")} == {None}
