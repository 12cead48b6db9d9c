"""managedDevices, detectedApps and managedAppRegistrations, as an administrator sees them."""

import re

import pytest

from mdm_sim import tenant

DEVICES = "deviceManagement/managedDevices"
REGISTRATIONS = "deviceAppManagement/managedAppRegistrations"
DETECTED = "deviceManagement/detectedApps"
CORPORATE = "deviceEnrollmentManager"
BO = tenant.USERS[0]
FACTS = {
    "deviceName": "Phone",
    "serialNumber": "S-1",
    "imei": "490154203237518",
    "iccid": "8931440400000000008",
    "udid": "U-1",
    "osVersion": "17",
}
APPS = [
    {"id": "com.example.a", "name": "A", "version": "1", "sizeInBytes": 7},
    {"id": "com.example.b", "name": "B", "version": "2"},
]


def test_a_device_shows_its_facts_its_user_and_its_ownership(graph, enroll):
    device = enroll(FACTS, enrollment_type=CORPORATE)
    shown = graph("GET", f"{DEVICES}/{device['id']}")
    assert {name: shown[name] for name in FACTS} == FACTS
    assert (shown["userPrincipalName"], shown["userDisplayName"]) == (BO.upn, BO.display_name)
    assert (shown["userId"], shown["emailAddress"]) == (BO.id, BO.upn)
    assert (shown["managedDeviceOwnerType"], shown["managementState"]) == ("company", "managed")
    assert (shown["deviceEnrollmentType"], shown["operatingSystem"]) == (CORPORATE, "iOS")


def test_what_a_device_does_not_tell_shows_as_graph_shows_it(graph, enroll):
    shown = graph("GET", f"{DEVICES}/{enroll()['id']}")
    for name in ("imei", "meid", "phoneNumber", "subscriberCarrier"):
        assert shown[name] == ""
    for name in ("deviceName", "serialNumber", "wiFiMacAddress", "azureADDeviceId", "iccid"):
        assert shown[name] is None
    assert (shown["totalStorageSpaceInBytes"], shown["jailBroken"]) == (0, "Unknown")
    assert shown["complianceState"] == "unknown"


def test_dates_are_whole_seconds_in_utc(graph, enroll):
    shown = graph("GET", f"{DEVICES}/{enroll()['id']}")
    for name, value in shown.items():
        if name.endswith("DateTime") and value:
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value), name


def test_a_list_shows_some_properties_only_when_they_are_selected(graph, enroll):
    enroll(FACTS)
    [listed] = graph("GET", DEVICES)["value"]
    assert (listed["iccid"], listed["udid"]) == (None, None)
    [selected] = graph("GET", f"{DEVICES}?$select=iccid,udid")["value"]
    assert (selected["iccid"], selected["udid"]) == (FACTS["iccid"], "U-1")


def test_beta_shows_everything_of_v1_and_more(graph, enroll):
    device = enroll(FACTS)
    old = graph("GET", f"{DEVICES}/{device['id']}")
    new = graph("GET", f"/beta/{DEVICES}/{device['id']}")
    assert {name: new[name] for name in old if name != "@odata.context"} == {
        name: old[name] for name in old if name != "@odata.context"
    }
    assert (new["ownerType"], new["joinType"]) == ("personal", "unknown")


def test_an_enrollment_type_that_v1_does_not_know_shows_as_unknown_there(graph, enroll):
    device = enroll({}, "android", "androidEnterpriseFullyManaged")
    path = f"{DEVICES}/{device['id']}?$select=deviceEnrollmentType"
    assert graph("GET", path)["deviceEnrollmentType"] == "unknownFutureValue"
    shown = graph("GET", f"/beta/{path}")["deviceEnrollmentType"]
    assert shown == "androidEnterpriseFullyManaged"


def test_a_users_devices_are_that_users_only(graph, enroll, sign_in):
    mine = enroll()
    other = enroll(headers=sign_in(tenant.USERS[1].upn))
    for person, device in ((BO, mine), (tenant.USERS[1], other)):
        listed = graph("GET", f"users/{person.id}/managedDevices")["value"]
        assert [each["id"] for each in listed] == [device["id"]]


def test_an_admin_names_a_device(graph, enroll, newest):
    path = f"{DEVICES}/{enroll(FACTS)['id']}"
    assert graph("GET", path)["managedDeviceName"] == "Phone"
    assert graph("PATCH", path, {"managedDeviceName": "Front desk"})["deviceName"] == "Phone"
    assert graph("GET", path)["managedDeviceName"] == "Front desk"
    assert newest()["activityType"] == "Patch ManagedDevice"


@pytest.mark.parametrize("owner", ["company", "personal"])
def test_an_admin_marks_whose_a_device_is(graph, enroll, newest, owner):
    start = "unknown" if owner == "company" else CORPORATE
    path = f"{DEVICES}/{enroll(enrollment_type=start)['id']}"
    body = {"managedDeviceOwnerType": owner, "@odata.type": "#microsoft.graph.managedDevice"}
    assert graph("PATCH", path, body)["managedDeviceOwnerType"] == owner
    assert newest()["activityType"] == "changeOwnership ManagedDevice"


def test_the_same_mark_again_is_not_noted(graph, enroll, newest):
    path = f"{DEVICES}/{enroll(enrollment_type=CORPORATE)['id']}"
    graph("PATCH", path, {"managedDeviceOwnerType": "company"})
    assert newest()["activityType"] == "Create ManagedDevice"


@pytest.mark.parametrize(
    "body",
    [
        {"deviceName": "CANARY"}, {"id": "CANARY"}, {"CANARY": "CANARY"},
        {"managedDeviceOwnerType": "CANARY"}, {"managedDeviceOwnerType": "unknown"},
        {"managedDeviceOwnerType": 1}, {"managedDeviceName": ""}, {"managedDeviceName": 7},
        {"managedDeviceName": "C" * 257}, {"ownerType": "company"},
        {"managedDeviceOwnerType": ["company"]},
        {"managedDeviceOwnerType": "company", "serialNumber": "CANARY"},
    ],
)  # fmt: skip
def test_a_wrong_patch_of_a_device_changes_nothing(graph, enroll, dump, body):
    path = f"{DEVICES}/{enroll(FACTS)['id']}"
    before = dump()
    answer = graph("PATCH", path, body, 400)
    assert (answer["error"]["code"], "CANARY" in str(answer)) == ("BadRequest", False)
    assert dump() == before


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", [DEVICES, "users", "deviceAppManagement/mobileApps", "devices"])
def test_what_is_not_there_is_not_found(graph, method, path):
    body = {} if method == "PATCH" else None
    graph(method, f"{path}/11111111-2222-4333-8444-555555555555", body, 404)


def test_devices_are_not_made_through_graph(graph, dump):
    before = dump()
    graph("POST", DEVICES, {"deviceName": "CANARY"}, 405)
    assert dump() == before


def test_detected_apps_count_corporate_devices_that_hold_them(graph, enroll):
    first = enroll({"applications": APPS}, enrollment_type=CORPORATE)
    second = enroll({"applications": [APPS[0]]}, enrollment_type=CORPORATE)
    enroll({"applications": APPS})
    listed = graph("GET", f"{DETECTED}?$orderby=displayName")["value"]
    assert [(each["displayName"], each["deviceCount"]) for each in listed] == [("A", 2), ("B", 1)]
    assert (listed[0]["version"], listed[0]["sizeInByte"], listed[0]["platform"]) == ("1", 7, "ios")
    holders = graph("GET", f"{DETECTED}/{listed[0]['id']}/managedDevices")["value"]
    assert {each["id"] for each in holders} == {first["id"], second["id"]}
    assert graph("GET", f"{DETECTED}/{listed[1]['id']}")["deviceCount"] == 1


def test_detected_apps_are_filtered_and_go_with_their_devices(graph, enroll):
    device = enroll({"applications": APPS}, enrollment_type=CORPORATE)
    [found] = graph("GET", f"{DETECTED}?$filter=displayName eq 'b'")["value"]
    assert found["displayName"] == "B"
    graph("DELETE", f"{DEVICES}/{device['id']}", status=204)
    assert graph("GET", DETECTED)["value"] == []
    graph("GET", f"{DETECTED}/{found['id']}", status=404)


@pytest.mark.parametrize(
    ("platform", "member", "kind"),
    [("ios", "bundleId", "ios"), ("android", "packageId", "android"),
     ("windows", "windowsAppId", "windows")],
)  # fmt: skip
def test_a_registration_shows_as_its_platforms_type(graph, register, platform, member, kind):
    app = register({"appIdentifier": {member: "com.example.x"}, "jailBroken": True}, platform)
    shown = graph("GET", f"/beta/{REGISTRATIONS}/{app['id']}")
    assert shown["@odata.type"] == f"#microsoft.graph.{kind}ManagedAppRegistration"
    assert shown["appIdentifier"][member] == "com.example.x"
    assert shown["appIdentifier"]["@odata.type"].endswith("AppIdentifier")
    assert (shown["flaggedReasons"], shown["userId"]) == (["rootedDevice"], BO.id)


def test_registrations_are_listed_for_all_and_for_a_user(graph, register, sign_in):
    mine = register({"deviceTag": "t", "applicationVersion": "3"})
    register(headers=sign_in(tenant.USERS[1].upn))
    assert len(graph("GET", REGISTRATIONS)["value"]) == 2
    [shown] = graph("GET", f"users/{BO.upn}/managedAppRegistrations")["value"]
    assert (shown["id"], shown["deviceTag"]) == (mine["id"], "t")
    found = graph("GET", f"{REGISTRATIONS}?$filter=applicationVersion eq '3'")["value"]
    assert [each["id"] for each in found] == [mine["id"]]


def test_registrations_are_read_only(graph, register):
    app = register()
    graph("DELETE", f"{REGISTRATIONS}/{app['id']}", status=405)
    graph("POST", REGISTRATIONS, {}, 405)
