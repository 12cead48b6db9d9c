"""Receipts over time: what was refused of a device, and why, without a value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from databases import Plain, Refused
from flask.testing import FlaskClient

from mdm_sim import receipts

Headers = dict[str, str]
OWN = {"mdm": "/mdm/v1/enrollments/self/receipts", "mam": "/mam/v1/registrations/self/receipts"}


@pytest.fixture
def told(ask: Callable[..., Any]) -> Callable[[dict[str, Any]], list[dict[str, Any]]]:
    """The receipts of a record, as it reads them itself."""

    def read(record: dict[str, Any]) -> list[dict[str, Any]]:
        path = OWN["mdm" if "deviceToken" in record else "mam"]
        return list(ask("GET", path, record["headers"]).json["value"])

    return read


def test_a_device_is_told_what_was_refused_over_time(
    enroll: Callable[..., Any], check_in: Callable[..., Any], told: Callable[..., Any]
) -> None:
    device = enroll({"deviceName": "phone", "location": {"latitude": 52.1, "longitude": 5.1}})
    for _ in range(3):
        check_in(device, facts={"photos": ["beach"], "whatever": 1})
    checked, enrolled = told(device)
    assert (checked["cause"], checked["times"], checked["unknown"]) == ("checkIn", 3, 3)
    assert checked["refused"] == {"never.photos": "never_collected"}
    assert (enrolled["cause"], enrolled["times"]) == ("enrollment", 1)
    assert enrolled["refused"] == {"device.location": "ownership_personal"}
    assert enrolled["context"]["ownership"] == "personal"


def test_an_app_reads_its_own(
    register: Callable[..., Any], check_in: Callable[..., Any], told: Callable[..., Any]
) -> None:
    app = register({"serialNumber": "S-1"})
    check_in(app, facts={"osVersion": "18.1"})
    assert [each["cause"] for each in told(app)] == ["checkIn", "enrollment"]
    assert told(app)[1]["refused"] == {"hardware.serial_number": "mam_not_permitted"}


def test_an_admin_reads_them_and_no_other_device_does(
    enroll: Callable[..., Any],
    ask: Callable[..., Any],
    admin: Headers,
    user: Headers,
    told: Callable[..., Any],
) -> None:
    one, other = enroll({"photos": []}), enroll({"contacts": []})
    path = f"/privacy/v1/records/{one['id']}/receipts"
    assert ask("GET", path, admin).json["value"] == told(one) != told(other)
    ask("GET", path, user, 403)
    ask("GET", path, other["headers"], 401)
    ask("GET", OWN["mdm"], user, 401)
    ask("GET", path.replace(one["id"], other["id"][::-1].replace("-", "0")), admin, 404)


def test_a_change_of_context_leaves_a_receipt(
    enroll: Callable[..., Any], graph: Callable[..., Any], told: Callable[..., Any]
) -> None:
    facts = {"phoneNumber": "+31612345678", "applications": [{"id": "a", "name": "A"}]}
    device = enroll(facts, "ios", "appleBulkWithUser")
    path = f"deviceManagement/managedDevices/{device['id']}"
    graph("PATCH", path, {"managedDeviceOwnerType": "personal"})
    changed = next(each for each in told(device) if each["cause"] == "contextChange")
    assert changed["reduced"] == {"user.phone_number": "keep_last4"}
    assert set(changed["refused"].values()) == {"ownership_personal"}


def test_different_outcomes_are_bounded(
    enroll: Callable[..., Any],
    check_in: Callable[..., Any],
    told: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(receipts, "MOST", 3)
    device = enroll()
    never = ("photos", "contacts", "callHistory", "textMessages", "personalEmail")
    for name in never:
        check_in(device, facts={name: []})
    held = [next(iter(each["refused"])) for each in told(device)]
    assert held == [
        "never.personal_email",
        "never.text_messages",
        "never.calling_or_browsing_history",
    ]


def test_they_go_with_the_record(
    enroll: Callable[..., Any], ask: Callable[..., Any], table: Callable[..., Any]
) -> None:
    device = enroll({"photos": []})
    assert table("receipts")
    ask("DELETE", "/mdm/v1/enrollments/self", device["headers"], 204)
    assert table("receipts") == []


@pytest.mark.parametrize(
    "document",
    [
        '{"kept":["Ada Admin"]}',
        '{"refused":{"never.photos":"a photo of Ada"}}',
        '{"refused":{"Ada":"never_collected"}}',
        '{"judged":["Ada"]}',
        '{"reduced":{"user.phone_number":"+31612345678"}}',
        '{"note":"Ada"}',
    ],
)
def test_the_database_takes_no_receipt_with_a_value(
    client: FlaskClient, plain: Plain, enroll: Callable[..., Any], document: str
) -> None:
    enroll()
    with pytest.raises(Refused, match="policy"):
        plain.execute("UPDATE receipts SET document = ?", (document,))
