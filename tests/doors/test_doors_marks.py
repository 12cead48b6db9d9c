"""An admin's mark and what hangs on it: open orders, re-enrollment, hardware of others, tokens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from mdm_sim import tenant
from mdm_sim.store.work import Desk

DEVICES = "/v1.0/deviceManagement/managedDevices"
PLACE = {"latitude": 52.125, "longitude": 5.5}
Headers = dict[str, str]


@pytest.fixture
def mark(client: FlaskClient, admin: Headers) -> Callable[[str, str], Any]:
    """An admin marks a device as `company` or `personal`."""

    def marked(device_id: str, owner: str) -> Any:
        body = {"managedDeviceOwnerType": owner}
        return client.patch(f"{DEVICES}/{device_id}", headers=admin, json=body).json

    return marked


def check_in(client: FlaskClient, device: dict[str, Any], **body: Any) -> Any:
    return client.post("/mdm/v1/check-ins", headers=device["headers"], json=body)


def test_a_device_that_became_personal_is_not_asked_for_its_location(
    client: FlaskClient, admin: Headers, enroll: Callable[..., Any], mark: Callable[..., Any]
) -> None:
    device = enroll(enrollment_type="appleBulkWithUser")
    path = f"{DEVICES}/{device['id']}"
    for name, body in (("locateDevice", None), ("syncDevice", None)):
        assert client.post(f"{path}/{name}", headers=admin, json=body).status_code == 204
    mark(device["id"], "personal")
    orders = check_in(client, device).json["orders"]
    assert [order["action"] for order in orders] == ["syncDevice"]


def test_a_wipe_that_is_no_longer_supported_is_taken_back(
    client: FlaskClient, admin: Headers, enroll: Callable[..., Any], mark: Callable[..., Any]
) -> None:
    device = enroll(platform="android", enrollment_type="androidEnterpriseCorporateWorkProfile")
    client.post(f"{DEVICES}/{device['id']}/wipe", headers=admin, json={})
    shown = mark(device["id"], "personal")
    assert shown["managementState"] == "managed"
    assert check_in(client, device).json["orders"] == []


@pytest.mark.parametrize(("owner", "kept"), [("personal", "personal"), ("company", "corporate")])
def test_an_admins_mark_outlives_a_re_enrollment(
    enroll: Callable[..., Any], mark: Callable[..., Any], owner: str, kept: str
) -> None:
    how = {"personal": "deviceEnrollmentManager", "company": "userEnrollment"}[owner]
    device = enroll({"serialNumber": "S1"}, enrollment_type=how)
    mark(device["id"], owner)
    again = enroll({"serialNumber": "S1"}, enrollment_type=how)
    assert (again["id"], again["ownership"]) == (device["id"], kept)


def test_a_device_cannot_take_the_hardware_of_another(
    client: FlaskClient, enroll: Callable[..., Any], sign_in: Callable[..., Headers]
) -> None:
    mine = enroll({"serialNumber": "S1"})
    other = enroll({"serialNumber": "S2"}, headers=sign_in(tenant.USERS[1].upn))
    answer = check_in(client, other, facts={"serialNumber": "S1"})
    assert (answer.status_code, answer.json["error"]["code"]) == (409, "conflict")
    assert check_in(client, mine, facts={"serialNumber": "S1"}).status_code == 200


def test_the_check_in_that_ends_a_record_keeps_nothing_and_says_so(
    client: FlaskClient, admin: Headers, enroll: Callable[..., Any]
) -> None:
    device = enroll()
    client.post(f"{DEVICES}/{device['id']}/retire", headers=admin)
    order = check_in(client, device).json["orders"][0]
    told = check_in(
        client, device, facts={"deviceName": "x"}, results=[{"id": order["id"], "status": "done"}]
    ).json["receipt"]
    assert (told["kept"], told["refused"]) == ([], {"hardware.device_name": "not_mdm_enrolled"})


def test_null_takes_a_diagnostic_report_back(
    client: FlaskClient, admin: Headers, enroll: Callable[..., Any], desk: Desk
) -> None:
    client.patch("/privacy/v1/settings", headers=admin, json={"diagnostics": True})
    device = enroll({"diagnosticUsage": {"sessions": 7}}, diagnosticsConsent=True)
    assert check_in(client, device, facts={"diagnosticUsage": None}).status_code == 200
    with desk.store.read() as connection:
        rows = connection.exec_driver_sql("SELECT count(*) FROM diagnostics").scalar()
    assert rows == 0


def test_an_end_user_is_in_no_audit_entry(
    client: FlaskClient, admin: Headers, enroll: Callable[..., Any], register: Callable[..., Any]
) -> None:
    enroll(platform="windows", enrollment_type="windowsAzureADJoin")
    register()
    events = client.get("/v1.0/deviceManagement/auditEvents", headers=admin).text
    assert all(user.upn not in events and user.id not in events for user in tenant.USERS)


def test_a_device_cannot_write_into_the_audit_log_through_its_request_id(
    client: FlaskClient, admin: Headers, enroll: Callable[..., Any]
) -> None:
    device, smuggled = enroll(), "49015420-3237-5180-0000-000000000000"
    headers = {**device["headers"], "client-request-id": smuggled}
    client.post("/mdm/v1/check-ins", headers=headers, json={"facts": {"photos": []}})
    events = client.get("/v1.0/deviceManagement/auditEvents", headers=admin).text
    assert smuggled not in events


@pytest.mark.parametrize("change", ["disabled", "deleted"])
def test_an_enrollment_token_of_a_user_who_may_not_sign_in_is_of_no_use(
    client: FlaskClient, admin: Headers, change: str
) -> None:
    upn, path = tenant.USERS[2].upn, f"/v1.0/users/{tenant.USERS[2].upn}"
    body = {"enrollmentType": "deviceEnrollmentManager", "userPrincipalName": upn}
    token = client.post("/mdm/v1/enrollment-tokens", headers=admin, json=body).json["token"]
    if change == "disabled":
        client.patch(path, headers=admin, json={"accountEnabled": False})
    else:
        client.delete(path, headers=admin)
    answer = client.post(
        "/mdm/v1/enrollments",
        headers={"Authorization": f"Bearer {token}"},
        json={"platform": "ios", "facts": {}},
    )
    assert answer.status_code == 403


def test_an_enrollment_token_of_another_user_is_of_no_use(
    client: FlaskClient, admin: Headers, user: Headers
) -> None:
    body = {"enrollmentType": "deviceEnrollmentManager", "userPrincipalName": tenant.USERS[2].upn}
    token = client.post("/mdm/v1/enrollment-tokens", headers=admin, json=body).json["token"]
    answer = client.post(
        "/mdm/v1/enrollments",
        headers=user,
        json={"platform": "ios", "enrollmentToken": token, "facts": {}},
    )
    assert answer.status_code == 403


def test_a_location_takes_both_of_its_coordinates(client: FlaskClient, user: Headers) -> None:
    answer = client.post(
        "/mdm/v1/enrollments",
        headers=user,
        json={
            "platform": "ios",
            "enrollmentType": "deviceEnrollmentManager",
            "facts": {"location": {"latitude": 52.125}},
        },
    )
    assert answer.status_code == 400
    assert answer.json["error"]["details"][0]["target"] == "/facts/location/longitude"


@pytest.mark.parametrize("name", ["Jan\u2019s\u00a0iPhone", "\U0001f469\u200d\U0001f4bb phone"])
def test_a_name_as_people_write_it_is_taken(
    client: FlaskClient, admin: Headers, enroll: Callable[..., Any], name: str
) -> None:
    device = enroll({"deviceName": name})
    shown = client.get(f"{DEVICES}/{device['id']}", headers=admin).json
    assert shown["deviceName"] == name


def test_an_enrollment_that_joins_lets_the_users_other_record_be_judged_as_joined(
    client: FlaskClient, admin: Headers, enroll: Callable[..., Any]
) -> None:
    stated = {"azureADDeviceId": "aaaaaaaa-2222-4333-8444-555555555555"}
    first = enroll(stated, platform="windows")
    assert first["receipt"]["context"]["entraJoined"] is False
    enroll(stated, platform="windows", enrollment_type="windowsAzureADJoin")
    record = client.get(f"/privacy/v1/records/{first['id']}", headers=admin).json
    assert record["context"]["entraJoined"] is True
