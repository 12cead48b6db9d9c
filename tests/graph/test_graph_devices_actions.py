"""Remote actions in Graph's manner: at every place, of many devices at once, and their results."""

import pytest
from graph.conftest import CORPORATE, PERSONAL

from mdm_sim import tenant
from mdm_sim.graph.edm.model import model

USER = tenant.USERS[0]
DEVICES = "deviceManagement/managedDevices"
UNKNOWN = "11111111-2222-4333-8444-555555555555"
_ORDERS = "DeviceManagementManagedDevices.PrivilegedOperations.All"


@pytest.fixture
def send(client, admin):
    """Ask as the administrator and insist on a status; returns the JSON."""

    def sent(method, path, json=None, status=200):
        url = path if path.startswith("/") else f"/beta/{path}"
        answer = client.open(url, method=method, headers=admin, json=json)
        assert answer.status_code == status, (path, answer.text)
        return answer.json if answer.data else None

    return sent


@pytest.fixture
def results(send):
    """The results of a device's actions by name."""

    def told(device, version="beta"):
        found = send("GET", f"/{version}/{DEVICES}/{device['id']}")["deviceActionResults"]
        return {each["actionName"]: each for each in found}

    return told


@pytest.mark.parametrize(
    "place",
    [DEVICES, "deviceManagement/comanagedDevices", f"users/{USER.id}/managedDevices",
     f"users/{USER.upn}/managedDevices"],
)  # fmt: skip
def test_an_action_is_asked_wherever_the_device_is(send, enroll, results, place):
    device = enroll({}, "ios", CORPORATE)
    send("POST", f"{place}/{device['id']}/rebootNow", None, 204)
    assert results(device)["rebootNow"]["actionState"] == "pending"


def test_an_action_is_asked_through_an_app_that_a_device_has(send, enroll, results):
    device = enroll({"applications": [{"id": "com.x", "name": "X"}]}, "ios", CORPORATE)
    [app] = send("GET", "deviceManagement/detectedApps")["value"]
    path = f"deviceManagement/detectedApps/{app['id']}/managedDevices"
    send("POST", f"{path}/{device['id']}/syncDevice", None, 204)
    send("POST", f"{path}/{enroll({}, 'windows', CORPORATE)['id']}/syncDevice", None, 404)
    assert set(results(device)) == {"syncDevice"}


@pytest.mark.parametrize("place", [DEVICES, f"users/{tenant.USERS[1].id}/managedDevices"])
def test_an_action_of_no_device_or_of_anothers_is_not_found(send, enroll, place):
    device = UNKNOWN if place == DEVICES else enroll({}, "ios", CORPORATE)["id"]
    send("POST", f"{place}/{device}/syncDevice", None, 404)


REMOVED = {"userPrincipalName": "CANARY@x.example"}
# fmt: off
RESULTS = (
    ("remoteLock",             "ios",     {},                   {"unlockPin": None}),
    ("resetPasscode",          "ios",     {},                   {"passcode": None, "errorCode": 0}),
    ("windowsDefenderScan",    "windows", {"quickScan": True},  {"scanType": "quick"}),
    ("windowsDefenderScan",    "windows", {"quickScan": False}, {"scanType": "full"}),
    ("deleteUserFromSharedAppleDevice", "ipados", REMOVED,      {"userPrincipalName": None}),
    ("rotateBitLockerKeys",    "windows", {},                   {"errorCode": 0}),
    ("locateDevice",           "ios",     {},                   {"deviceLocation": None}),
    ("revokeAppleVppLicenses", "ios",     {},                   {"totalLicensesCount": 0}),
    ("syncDevice",             "ios",     {},                   {}),
)
# fmt: on


@pytest.mark.parametrize(("action", "platform", "body", "more"), RESULTS)
def test_a_result_has_the_form_of_its_type(send, enroll, results, action, platform, body, more):
    device = enroll({}, platform, CORPORATE)
    send("POST", f"{DEVICES}/{device['id']}/{action}", body, 204)
    found = results(device)[action]
    kind = found.get("@odata.type", "#microsoft.graph.deviceActionResult").rpartition(".")[2]
    assert found["actionState"] == "pending"
    assert set(found) - {"@odata.type"} == set(model("beta").types[kind].properties)
    assert {name: found[name] for name in more} == more
    assert "CANARY" not in str(found)


def test_v1_has_no_types_of_results_but_its_own(send, enroll, results):
    device = enroll({}, "ios", CORPORATE)
    send("POST", f"{DEVICES}/{device['id']}/revokeAppleVppLicenses", None, 204)
    assert "@odata.type" not in results(device, "v1.0")["revokeAppleVppLicenses"]


def test_a_location_is_in_the_result_of_the_order_that_asked(client, send, enroll, results):
    device = enroll({}, "ios", CORPORATE)
    send("POST", f"{DEVICES}/{device['id']}/locateDevice", None, 204)
    place = {"latitude": 52.5, "longitude": 5.25}
    body = {"facts": {"location": place}, "results": []}
    answer = client.post("/mdm/v1/check-ins", headers=device["headers"], json=body)
    [order] = answer.json["orders"]
    body["results"] = [{"id": order["id"], "status": "done"}]
    client.post("/mdm/v1/check-ins", headers=device["headers"], json=body)
    found = results(device)["locateDevice"]["deviceLocation"]
    assert (found["latitude"], found["longitude"]) == (52.5, 5.25)
    assert set(found) == set(model("beta").types["deviceGeoLocation"].properties)


@pytest.fixture
def fleet(enroll):
    """A device of the company, one of a person, and one that Intune only wipes."""
    return {
        "phone": enroll({}, "ios", CORPORATE)["id"],
        "own": enroll({}, "ios", PERSONAL)["id"],
        "desk": enroll({}, "windows", CORPORATE)["id"],
        "kiosk": enroll({}, "android", "androidEnterpriseDedicatedDevice")["id"],
    }


MESSAGE = {"notificationTitle": "a", "notificationBody": "b"}
# Which devices take an action of many, and which do not.
# fmt: off
BULK = (
    ("syncDevice",             {},                    "phone own desk kiosk", ""),
    ("retire",                 {},                    "phone own desk",       "kiosk"),
    ("quickScan",              {},                    "desk",                 "phone own kiosk"),
    ("setDeviceName",          {"deviceName": "New"}, "phone desk kiosk",     "own"),
    ("customTextNotification", MESSAGE,               "phone own kiosk",      "desk"),
    ("delete",                 {},                    "phone own desk kiosk", ""),
)
# fmt: on


@pytest.mark.parametrize(("action", "more", "taken", "unsupported"), BULK)
def test_an_action_of_many_tells_how_it_went_with_each(
    send, fleet, action, more, taken, unsupported
):
    ids = [*fleet.values(), UNKNOWN, UNKNOWN]
    body = {"actionName": action, "deviceIds": ids, **more}
    told = send("POST", f"{DEVICES}/executeAction", body)
    assert set(told["successfulDeviceIds"]) == {fleet[each] for each in taken.split()}
    assert set(told["notSupportedDeviceIds"]) == {fleet[each] for each in unsupported.split()}
    assert told["failedDeviceIds"] == []
    left = send("GET", DEVICES)["value"]
    assert len(left) == (0 if action == "delete" else len(fleet))


# fmt: off
WRONG = (
    {},
    {"actionName": "syncDevice"},
    {"actionName": "syncDevice", "deviceIds": []},
    {"actionName": "syncDevice", "deviceIds": ["CANARY"] * 2 + [f"x{n}" for n in range(100)]},
    {"actionName": "CANARY", "deviceIds": [UNKNOWN]},
    {"actionName": "moveDeviceToOrganizationalUnit", "deviceIds": [UNKNOWN]},
    {"actionName": "syncDevice", "deviceIds": "CANARY"},
    {"actionName": "syncDevice", "deviceIds": [UNKNOWN], "CANARY": 1},
)
# fmt: on


@pytest.mark.parametrize("body", WRONG)
def test_a_wrong_action_of_many_is_refused(client, admin, dump, body):
    before = dump()
    answer = client.post(f"/beta/{DEVICES}/executeAction", headers=admin, json=body)
    assert (answer.status_code, "CANARY" in answer.text, dump()) == (400, False, before)


def test_an_id_that_is_no_devices_is_not_repeated(client, admin):
    body = {"actionName": "syncDevice", "deviceIds": ["CANARY"]}
    answer = client.post(f"/beta/{DEVICES}/executeAction", headers=admin, json=body)
    assert (answer.status_code, "CANARY" in answer.text) == (200, False)


def test_a_name_that_is_missing_stops_all_of_them(send, fleet, dump):
    before = dump()
    body = {"actionName": "setDeviceName", "deviceIds": list(fleet.values())}
    send("POST", f"{DEVICES}/executeAction", body, 400)
    assert dump() == before


@pytest.mark.parametrize("version", ["v1.0", "beta"])
def test_all_of_a_users_devices_leave_management(send, fleet, sign_in, enroll, version):
    theirs = enroll({}, "ios", CORPORATE, headers=sign_in(tenant.USERS[1].upn))["id"]
    send("POST", f"/{version}/users/{USER.upn}/removeAllDevicesFromManagement", None, 204)
    states = {each["id"]: each["managementState"] for each in send("GET", DEVICES)["value"]}
    assert states.pop(theirs) == "managed"
    assert states.pop(fleet["kiosk"]) == "wipePending"
    assert set(states.values()) == {"retirePending"}


def test_a_message_reaches_the_members_of_groups_on_what_can_show_it(send, fleet, results):
    group = {"displayName": "g", "mailEnabled": False, "mailNickname": "g", "securityEnabled": True}
    made = send("POST", "/v1.0/groups", group, 201)["id"]
    link = {"@odata.id": f"http://localhost/v1.0/directoryObjects/{USER.id}"}
    send("POST", f"/v1.0/groups/{made}/members/$ref", link, 204)
    body = {"notificationTitle": "t", "notificationBody": "b", "groupsToNotify": [made]}
    name = "sendCustomNotificationToCompanyPortal"
    send("POST", f"deviceManagement/{name}", body, 204)
    told = {each: name in results({"id": device}) for each, device in fleet.items()}
    assert told == {"phone": True, "own": True, "desk": False, "kiosk": True}
    for missing in body:
        given = {key: value for key, value in body.items() if key != missing}
        send("POST", f"deviceManagement/{name}", given, 400)


SECRETS = (
    "getFileVaultKey",
    "retrieveDeviceLocalAdminAccountDetail",
    "retrieveMacOSManagedDeviceLocalAdminAccountDetail",
    "retrieveRecoveryLockPasscode",
)


@pytest.mark.parametrize("name", SECRETS)
def test_no_secret_of_a_device_is_held(send, enroll, name):
    device = enroll({}, "macos", CORPORATE)["id"]
    send("GET", f"{DEVICES}/{device}/{name}()", None, 404)
    send("GET", f"/v1.0/{DEVICES}/{device}/{name}()", None, 400)


def test_how_a_device_synchronises_is_told_of_no_component(send, enroll):
    device = enroll()["id"]
    told = send("GET", f"{DEVICES}/{device}/getSyncStatus()")
    assert (told["deviceId"], told["components"]) == (device, [])
    send("GET", f"{DEVICES}/{UNKNOWN}/getSyncStatus()", None, 404)


@pytest.mark.parametrize("version", ["v1.0", "beta"])
def test_a_request_for_logs_is_told_and_no_log_is_kept(client, send, enroll, version):
    device = enroll({}, "windows", CORPORATE)
    path = f"{DEVICES}/{device['id']}"
    made = send("POST", f"{path}/createDeviceLogCollectionRequest", {})
    below = f"/{version}/{path}/logCollectionRequests"
    [listed] = send("GET", below)["value"]
    assert (listed["id"], listed["status"]) == (made["id"], "pending")
    assert set(listed) == set(model(version).types["deviceLogCollectionResponse"].properties)
    send("POST", f"{below}/{made['id']}/createDownloadUrl", None, 400)
    body = {"facts": {}, "results": []}
    [order] = client.post("/mdm/v1/check-ins", headers=device["headers"], json=body).json["orders"]
    body["results"] = [{"id": order["id"], "status": "done"}]
    client.post("/mdm/v1/check-ins", headers=device["headers"], json=body)
    assert send("GET", f"{below}/{made['id']}")["status"] == "completed"


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("downloadAppDiagnostics", {}),
        ("moveDevicesToOU", {"deviceIds": [UNKNOWN], "organizationalUnitPath": "CANARY"}),
    ],
)
def test_what_there_is_nothing_for_is_refused(client, admin, dump, name, body):
    before = dump()
    answer = client.post(f"/beta/{DEVICES}/{name}", headers=admin, json=body)
    assert (answer.status_code, "CANARY" in answer.text, dump()) == (400, False, before)


def test_diagnostics_of_apps_are_none(send):
    assert send("GET", f"{DEVICES}/appDiagnostics(upn='{USER.upn}')")["value"] == []


ROLES = (
    ("syncDevice", "DeviceManagementManagedDevices.ReadWrite.All", 403),
    ("syncDevice", _ORDERS, 204),
    ("wipe", "DeviceManagementManagedDevices.ReadWrite.All", 204),
    ("getFileVaultKey", "DeviceManagementManagedDevices.Read.All", 403),
    ("getFileVaultKey", _ORDERS, 404),
    ("getSyncStatus", "DeviceManagementManagedDevices.Read.All", 200),
)


@pytest.mark.parametrize(("name", "scope", "status"), ROLES)
def test_orders_take_a_permission_of_their_own(client, sign_in, enroll, name, scope, status):
    headers = sign_in(tenant.ADMIN.upn, f"https://graph.microsoft.com/{scope}")
    path = f"/beta/{DEVICES}/{enroll({}, 'macos', CORPORATE)['id']}/{name}"
    method = "GET" if name.startswith("get") else "POST"
    assert client.open(path, method=method, headers=headers).status_code == status


def test_an_operation_is_asked_by_its_own_method(client, admin, enroll):
    path = f"/beta/{DEVICES}/{enroll()['id']}"
    assert client.get(f"{path}/syncDevice", headers=admin).status_code == 405
    assert client.post(f"{path}/getSyncStatus()", headers=admin).status_code == 405
