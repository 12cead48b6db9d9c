"""What decides is server state: the directory, the device link, managed apps, connectors, marks."""

import pytest

from mdm_sim import tenant

JOINED_ID = "11111111-2222-4333-8444-555555555555"
BO, CAS = tenant.USERS[0].upn, tenant.USERS[1].upn
ENTRA = "managed_app.entra_device_id"
APPS = [{"id": "com.example.work", "name": "Work"}, {"id": "com.example.play", "name": "Play"}]
MOBILE_APPS = "deviceAppManagement/mobileApps"
CONNECTORS = "/beta/deviceManagement/mobileThreatDefenseConnectors"
CORPORATE = "deviceEnrollmentManager"
PHONE = {"phoneNumber": "+31612345678"}
PLACE = {"location": {"latitude": 52.0, "longitude": 4.0}}
INVENTORY = {"applications": APPS}


@pytest.mark.parametrize(
    ("trust_type", "upn", "relation", "joined"),
    [
        ("AzureAd",   BO,  "registeredOwners", True),
        ("AzureAd",   BO,  "registeredUsers",  True),
        ("ServerAd",  BO,  "registeredOwners", True),
        ("Workplace", BO,  "registeredOwners", False),   # registered, not joined
        ("AzureAd",   CAS, "registeredOwners", False),   # somebody else's
        ("AzureAd",   "",  "registeredOwners", False),   # nobody's
    ],
)  # fmt: skip
def test_an_app_may_tell_the_id_of_its_users_joined_device(
    directory_device, register, stored, trust_type, upn, relation, joined
):
    directory_device(trust_type, upn, relation)
    app = register({"azureADDeviceId": JOINED_ID.upper()})
    assert app["receipt"]["context"]["entraJoined"] is joined
    assert stored(app["id"]).get("azureADDeviceId") == (JOINED_ID if joined else None)
    assert app["receipt"]["refused"].get(ENTRA) == (None if joined else "not_entra_joined")


def test_an_unknown_device_id_is_not_joined(register, stored):
    app = register({"azureADDeviceId": JOINED_ID})
    assert "azureADDeviceId" not in stored(app["id"])


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH",  "",                                 {"trustType": "Workplace"}),
        ("DELETE", "",                                 None),
        ("DELETE", f"/registeredOwners/{BO}/$ref",     None),
    ],
)  # fmt: skip
def test_a_device_that_is_joined_no_more_loses_its_id_at_once(
    directory_device, register, graph, stored, method, path, body
):
    object_id = directory_device("AzureAd", BO)
    app = register({"azureADDeviceId": JOINED_ID})
    graph(method, f"devices/{object_id}{path}", body, 204)
    assert "azureADDeviceId" not in stored(app["id"])


@pytest.mark.parametrize(
    ("enrollment_type", "trust_type"),
    [
        ("windowsAzureADJoin", "AzureAd"),
        ("windowsBulkAzureDomainJoin", "AzureAd"),
        ("windowsCoManagement", "ServerAd"),
    ],
)
def test_a_type_that_joins_puts_the_device_in_the_directory(
    enroll, graph, stored, enrollment_type, trust_type
):
    device = enroll({"deviceName": "Laptop"}, "windows", enrollment_type)
    [found] = graph("GET", "devices")["value"]
    assert (found["trustType"], found["operatingSystem"]) == (trust_type, "Windows")
    assert stored(device["id"])["azureADDeviceId"] == found["deviceId"]
    assert device["receipt"]["context"]["entraJoined"]
    owners = graph("GET", f"devices/{found['id']}/registeredOwners")["value"]
    assert [owner["userPrincipalName"] for owner in owners] == [BO]


@pytest.mark.parametrize("enrollment_type", ["windowsAutoEnrollment", "windowsBulkUserless"])
def test_other_types_put_nothing_in_the_directory(enroll, graph, enrollment_type):
    device = enroll({}, "windows", enrollment_type)
    assert graph("GET", "devices")["value"] == []
    assert not device["receipt"]["context"]["entraJoined"]


def test_joining_under_anothers_device_id_joins_nothing(directory_device, enroll):
    directory_device("AzureAd", CAS)
    device = enroll({"azureADDeviceId": JOINED_ID}, "windows", "windowsAzureADJoin")
    assert not device["receipt"]["context"]["entraJoined"]


def test_an_app_is_linked_by_the_devices_own_token(enroll, register, row, graph):
    device = enroll(enrollment_type=CORPORATE)
    app = register(deviceToken=device["deviceToken"])
    context = app["receipt"]["context"]
    assert (context["mdmEnrolled"], context["ownership"]) == (True, "corporate")
    assert row(app["id"]).device_id == device["id"]
    [shown] = graph("GET", "/beta/deviceAppManagement/managedAppRegistrations")["value"]
    assert shown["managedDeviceId"] == device["id"]


def test_an_app_alone_is_personal_and_not_enrolled(register):
    context = register({"mdmEnrolled": True, "managedDeviceId": JOINED_ID})["receipt"]["context"]
    assert (context["mdmEnrolled"], context["ownership"]) == (False, "personal")


def test_another_users_device_links_no_app(enroll, sign_in, ask, dump):
    device, other = enroll(), sign_in(CAS)
    body = {"platform": "ios", "facts": {"appIdentifier": {"bundleId": "com.example.x"}}}
    before = dump()
    body["deviceToken"] = device["deviceToken"]
    answer = ask("POST", "/mam/v1/registrations", other, 403, json=body)
    assert (answer.json["error"]["code"], dump()) == ("forbidden", before)


def test_an_app_of_a_device_that_leaves_is_an_app_alone(enroll, register, ask, row):
    device = enroll()
    app = register(deviceToken=device["deviceToken"])
    ask("DELETE", "/mdm/v1/enrollments/self", device["headers"], 204)
    held = row(app["id"])
    assert (held.device_id, bool(held.mdm_enrolled), held.ownership) == (None, False, "personal")


@pytest.mark.parametrize(
    ("kind", "name"), [("iosStoreApp", "bundleId"), ("androidLobApp", "packageId")]
)
def test_an_app_in_the_tenants_list_is_managed(register, graph, stored, kind, name):
    body = {"@odata.type": f"#microsoft.graph.{kind}", "displayName": "Work"}
    graph("POST", "deviceAppManagement/mobileApps", {**body, name: "com.example.work"}, 201)
    app = register(INVENTORY)
    assert stored(app["id"])["applications"] == [APPS[0]]
    assert app["receipt"]["refused"]["app_inventory.app_id"] == "unmanaged_app"


def test_the_registering_app_is_managed_itself(register, check_in, stored):
    own = {"id": "com.example.mail", "name": "Mail"}
    app = register({"applications": [own, *APPS]})
    assert stored(app["id"])["applications"] == [own]
    check_in(app, facts={"applications": [*APPS, own]})
    assert stored(app["id"])["applications"] == [own]


@pytest.mark.parametrize(
    ("method", "body", "status"), [("DELETE", None, 204), ("PATCH", {"bundleId": "x.y"}, 200)]
)
def test_an_app_that_is_managed_no_more_is_purged(
    register, graph, stored, on_disk, method, body, status
):
    new = {"@odata.type": "#microsoft.graph.iosStoreApp", "bundleId": "com.example.work"}
    path = f"{MOBILE_APPS}/{graph('POST', MOBILE_APPS, new, 201)['id']}"
    app = register({"applications": [{**APPS[0], "name": "PURGE-ME"}]})
    assert on_disk("PURGE-ME")
    graph(method, path, body, status)
    assert ("applications" in stored(app["id"]), on_disk("PURGE-ME")) == (False, False)


@pytest.mark.parametrize(
    ("connector", "workload", "platform", "kept"),
    [
        ({"iosEnabled": True},                                 "mdm", "ios",     True),
        ({"iosEnabled": True},                                 "mdm", "ipados",  True),
        ({"iosEnabled": True},                                 "mam", "ios",     True),
        ({"iosEnabled": True},                                 "mdm", "android", False),
        ({"iosEnabled": True},                                 "mdm", "macos",   False),
        ({"androidEnabled": True},                             "mdm", "android", True),
        ({"windowsEnabled": True},                             "mdm", "windows", True),
        ({"macEnabled": True},                                 "mdm", "macos",   True),
        ({"iosMobileApplicationManagementEnabled": True},      "mam", "ios",     True),
        ({"iosMobileApplicationManagementEnabled": True},      "mdm", "ios",     False),
        ({"iosEnabled": False},                                "mdm", "ios",     False),
        ({"iosEnabled": True, "partnerState": "notSetUp"},     "mdm", "ios",     False),
        ({"iosEnabled": True, "partnerState": "unavailable"},  "mdm", "ios",     False),
        ({"iosEnabled": True, "partnerState": "enabled"},      "mdm", "ios",     True),
        ({"iosEnabled": True},                                 "mdm", "linux",   False),
    ],
)  # fmt: skip
def test_a_threat_state_needs_a_connector_for_the_platform(
    graph, enroll, register, stored, connector, workload, platform, kept
):
    graph("POST", CONNECTORS, connector, 201)
    begin = enroll if workload == "mdm" else register
    record = begin({"threatState": "secured"}, platform)
    assert ("threatState" in stored(record["id"])) is kept
    assert record["receipt"]["context"]["mtdConnector"] is kept


@pytest.mark.parametrize(
    ("method", "body", "status"), [("DELETE", None, 204), ("PATCH", {"iosEnabled": False}, 200)]
)
def test_a_threat_state_goes_with_its_connector(
    graph, enroll, check_in, stored, method, body, status
):
    connector = graph("POST", CONNECTORS, {"iosEnabled": True}, 201)["id"]
    device = enroll({"threatState": "secured"})
    graph(method, f"{CONNECTORS}/{connector}", body, status)
    assert "threatState" not in stored(device["id"])
    check_in(device, facts={"threatState": "secured"})
    assert "threatState" not in stored(device["id"])


def test_a_connector_is_in_force_from_the_next_check_in(graph, enroll, check_in, stored):
    device = enroll({"threatState": "secured"})
    graph("POST", CONNECTORS, {"iosEnabled": True}, 201)
    assert stored(device["id"]) == {}
    check_in(device, facts={"threatState": "secured"})
    assert stored(device["id"]) == {"threatState": "secured"}


@pytest.fixture
def mark(graph):
    """An admin's mark of whose a device is."""

    def marked(device, owner):
        path = f"deviceManagement/managedDevices/{device['id']}"
        return graph("PATCH", path, {"managedDeviceOwnerType": owner})

    return marked


def test_marked_personal_a_device_loses_what_only_corporate_ones_tell(
    enroll, mark, stored, row, on_disk
):
    place = {"location": {"latitude": 52.125125, "longitude": 4.0}}
    facts = {**PHONE, **INVENTORY, **place, "model": "M"}
    device = enroll(facts, enrollment_type=CORPORATE)
    assert stored(device["id"]) == facts
    mark(device, "personal")
    assert stored(device["id"]) == {"model": "M", "phoneNumber": "5678"}
    held = row(device["id"])
    assert (held.ownership, held.location_expires_at) == ("personal", None)
    assert not any(map(on_disk, (PHONE["phoneNumber"], "com.example.play", "52.125125")))


def test_a_late_check_in_is_judged_by_the_new_state(enroll, mark, check_in, stored):
    device = enroll(INVENTORY, enrollment_type=CORPORATE)
    mark(device, "personal")
    told = check_in(device, facts={**PHONE, **INVENTORY, **PLACE})["receipt"]
    assert told["context"]["ownership"] == "personal"
    assert told["refused"]["device.location"] == "ownership_personal"
    assert stored(device["id"]) == {"phoneNumber": "5678"}


def test_marked_corporate_nothing_is_filled_in_until_the_next_check_in(
    enroll, mark, check_in, stored
):
    device = enroll({**PHONE, **INVENTORY})
    mark(device, "company")
    assert stored(device["id"]) == {"phoneNumber": "5678"}
    check_in(device, facts={**PHONE, **INVENTORY})
    assert stored(device["id"]) == {**PHONE, **INVENTORY}


def test_the_beta_name_of_the_mark_does_the_same(enroll, graph, row):
    device = enroll()
    path = f"/beta/deviceManagement/managedDevices/{device['id']}"
    assert graph("PATCH", path, {"ownerType": "company"})["ownerType"] == "company"
    assert row(device["id"]).ownership == "corporate"


def test_the_apps_of_a_marked_device_are_judged_with_it(enroll, register, mark, row):
    device = enroll(enrollment_type=CORPORATE)
    app = register(deviceToken=device["deviceToken"])
    mark(device, "personal")
    assert row(app["id"]).ownership == "personal"
    mark(device, "company")
    assert row(app["id"]).ownership == "corporate"
