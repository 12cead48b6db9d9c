"""The primary user of a device: changed by reference, with what the device told of the last."""

import pytest
from graph.graph_people import DEVICES, OWN, THEIR, people

USERS = "https://graph.microsoft.com/v1.0/users"


@pytest.fixture
def two(prepared, tmp_path):
    """Two people's devices."""
    with people(prepared, tmp_path) as found:
        yield found


@pytest.mark.parametrize("version", ["v1.0", "beta"])
def test_another_person_becomes_the_primary_user(two, version):
    path = f"/{version}/{DEVICES}/{two.own_phone}"
    assert two.get(path)["userPrincipalName"] == OWN.upn
    two.send("POST", f"{path}/users/$ref", 204, {"@odata.id": f"{USERS}('{THEIR.id}')"})
    shown = two.get(path)
    assert (shown["userPrincipalName"], shown["userId"]) == (THEIR.upn, THEIR.id)
    assert [each["id"] for each in two.values(f"{path}/users")] == [THEIR.id]
    assert two.own_phone in {each["id"] for each in two.values(f"users/{THEIR.id}/managedDevices")}
    entry = two.values("deviceManagement/auditEvents?$top=1")[0]
    assert entry["activityType"] == "Add ManagedDevice"


def test_what_a_device_told_of_its_user_goes_with_them(two):
    path = f"{DEVICES}/{two.own_phone}"
    told = {"facts": {"phoneNumber": "+31612345678"}, "results": []}
    assert two.client.post("/mdm/v1/check-ins", headers=two.own_token, json=told).status_code == 200
    assert two.get(path)["phoneNumber"].endswith("5678")
    two.send("POST", f"{path}/users/$ref", 204, {"@odata.id": f"{USERS}/{THEIR.id}"})
    after = two.get(path)
    assert after["phoneNumber"] == ""
    assert after["deviceName"] != ""


def test_a_device_without_a_primary_user_is_shared(two):
    path = f"{DEVICES}/{two.own_phone}"
    two.send("DELETE", f"{path}/users/$ref", 204)
    assert two.values(f"{path}/users") == []
    assert two.get(path)["userPrincipalName"] == ""
    assert two.values("deviceManagement/auditEvents?$top=1")[0]["activityType"] == (
        "Remove ManagedDevice"
    )


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 400), ({"@odata.id": 7}, 400), ({"@odata.id": f"{USERS}/CANARY"}, 404)],
)
def test_nobody_else_becomes_it(two, body, status):
    path = f"/beta/{DEVICES}/{two.own_phone}"
    answer = two.client.post(f"{path}/users/$ref", headers=two.admin, json=body)
    assert (answer.status_code, "CANARY" in answer.text) == (status, False)
    assert two.get(path)["userPrincipalName"] == OWN.upn
