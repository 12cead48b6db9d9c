"""managedDevices of both versions: what a device shows, what it leads to, what admins change."""

import pytest
from graph.graph_people import DEVICES, OWN, THEIR, people

from mdm_sim.graph.edm.model import model

VERSIONS = ("v1.0", "beta")
CATEGORIES, TAGS = "deviceManagement/deviceCategories", "deviceManagement/roleScopeTags"
WINDOWS = "microsoft.graph.windowsManagedDevice"


@pytest.fixture(scope="module")
def two(prepared, tmp_path_factory):
    """Two people's devices; tests leave them as they were."""
    with people(prepared, tmp_path_factory.mktemp("devices")) as found:
        yield found


@pytest.mark.parametrize("version", VERSIONS)
def test_a_device_has_every_property_of_its_type_and_no_other(two, version):
    names = list(model(version).types["managedDevice"].properties)
    for device in two.values(f"/{version}/{DEVICES}"):
        told = device.pop("@odata.type", None)
        assert list(device) == names
        assert (told is None) is (version == "v1.0")


def test_beta_tells_windows_devices_from_others(two):
    types = {each["deviceName"]: each["@odata.type"] for each in two.values(DEVICES)}
    assert types["own-desk"] == f"#{WINDOWS}"
    assert types["own-phone"] == "#microsoft.graph.managedDevice"


@pytest.mark.parametrize(
    "path", [f"{DEVICES}?$filter=isof('{WINDOWS}')", f"{DEVICES}/{WINDOWS}",
             f"{DEVICES}?$filter=not isof('{WINDOWS}') eq false"],
)  # fmt: skip
def test_windows_devices_are_asked_for_by_their_type(two, path):
    assert {each["deviceName"] for each in two.values(path)} == {"own-desk", "their-desk"}


@pytest.mark.parametrize("shown", ["", "?$select=id,hardwareInformation"])
def test_hardware_shows_where_one_device_is_read(two, shown):
    told = two.get(f"{DEVICES}/{two.own_phone}{shown}")["hardwareInformation"]
    assert (told["serialNumber"], told["model"]) == ("own-serial", "own-model")
    assert list(told) == list(model("beta").types["hardwareInformation"].properties)


def test_lists_show_hardware_on_request_alone(two):
    assert {each["hardwareInformation"] for each in two.values(DEVICES)} == {None}
    listed = two.values(f"{DEVICES}?$select=id,hardwareInformation")
    told = {each["id"]: each["hardwareInformation"]["serialNumber"] for each in listed}
    assert told[two.their_phone] == "their-serial"


PLACES = (
    DEVICES,
    "deviceManagement/comanagedDevices",
    f"users/{OWN.id}/managedDevices",
    f"users/{OWN.upn}/managedDevices",
)


@pytest.mark.parametrize("place", PLACES)
def test_a_device_is_the_same_at_every_place(two, place):
    plain = two.get(f"{DEVICES}/{two.own_phone}")
    found = two.get(f"{place}/{two.own_phone}")
    plain.pop("@odata.context")
    assert found.pop("@odata.context").endswith("/managedDevices/$entity") or "comanaged" in place
    assert found == plain


# fmt: off
BELOW = {
    "users":                        [{"id": OWN.id, "userPrincipalName": OWN.upn}],
    "detectedApps":                 [{"displayName": "own-game", "version": "1", "deviceCount": 1}],
    "deviceCompliancePolicyStates": [{"displayName": "Passcodes", "state": "compliant"}],
    "deviceConfigurationStates":    [{"displayName": "Cameras", "state": "unknown"}],
    "logCollectionRequests":        [],
    "securityBaselineStates":       [],
    "managedDeviceMobileAppConfigurationStates": [],
    "deviceHealthScriptStates":     [],
    "assignmentFilterEvaluationStatusDetails": [],
}
# fmt: on


@pytest.mark.parametrize("name", BELOW)
@pytest.mark.parametrize("place", PLACES)
def test_what_a_device_leads_to_is_its_own(two, place, name):
    listed = two.values(f"{place}/{two.own_phone}/{name}")
    expected = BELOW[name]
    assert len(listed) == len(expected)
    for item, told in zip(listed, expected, strict=True):
        assert {key: item[key] for key in told} == told
    number = two.client.get(f"/beta/{place}/{two.own_phone}/{name}/$count", headers=two.admin)
    assert int(number.text) == len(expected)


@pytest.mark.parametrize("name", BELOW)
def test_expanding_gives_the_same_objects(two, name):
    plain = two.values(f"{DEVICES}/{two.own_phone}/{name}")
    assert two.get(f"{DEVICES}/{two.own_phone}?$select=id&$expand={name}")[name] == plain
    listed = two.values(f"{DEVICES}?$select=id&$expand={name}")
    assert {each["id"]: each[name] for each in listed}[two.own_phone] == plain


@pytest.mark.parametrize("name", ["", "/users", "/detectedApps", "/deviceCompliancePolicyStates"])
def test_the_device_of_another_is_not_among_a_users(two, name):
    two.get(f"users/{OWN.upn}/managedDevices/{two.their_phone}{name}", 404)
    two.get(f"{DEVICES}/11111111-2222-4333-8444-555555555555{name}", 404)


def test_nothing_is_held_of_a_devices_protection(two):
    two.get(f"{DEVICES}/{two.own_desk}/windowsProtectionState", 404)
    found = two.get(f"{DEVICES}/{two.own_desk}?$expand=windowsProtectionState")
    assert found["windowsProtectionState"] is None


@pytest.mark.parametrize(
    ("member", "value"), [("deviceName", "own-phone"), ("operatingSystem", "iOS")]
)
def test_a_property_is_read_by_itself(two, member, value):
    assert two.get(f"{DEVICES}/{two.own_phone}/{member}")["value"] == value
    raw = two.client.get(f"/beta/{DEVICES}/{two.own_phone}/{member}/$value", headers=two.admin)
    assert raw.text == value


def test_an_app_leads_to_the_devices_that_have_it(two):
    apps = two.values("deviceManagement/detectedApps?$filter=displayName eq 'their-game'")
    [app] = apps
    path = f"deviceManagement/detectedApps/{app['id']}/managedDevices"
    assert [each["id"] for each in two.values(path)] == [two.their_phone]
    assert two.values(f"{path}/{two.their_phone}/users")[0]["id"] == THEIR.id
    two.get(f"{path}/{two.own_phone}", 404)
    expanded = two.values("deviceManagement/detectedApps?$expand=managedDevices($select=id)")
    told = {each["displayName"]: each["managedDevices"] for each in expanded}
    assert [each["id"] for each in told["own-game"]] == [two.own_phone]


@pytest.mark.parametrize("place", PLACES)
def test_a_device_is_put_into_a_category_and_taken_out(two, place):
    made = two.send("POST", CATEGORIES, 201, {"displayName": f"Sales {PLACES.index(place)}"})
    path = f"{place}/{two.own_phone}/deviceCategory"
    assert two.get(path)["displayName"] == "Unknown"
    two.get(f"{path}/$ref", 404)
    link = {"@odata.id": f"http://localhost/beta/{CATEGORIES}/{made['id']}"}
    two.send("PUT", f"{path}/$ref", 204, link)
    assert two.get(path)["id"] == made["id"]
    assert two.get(f"{path}/$ref")["@odata.id"].endswith(f"{CATEGORIES}('{made['id']}')")
    named = f"{DEVICES}?$filter=deviceCategoryDisplayName eq '{made['displayName']}'"
    assert [each["id"] for each in two.values(named)] == [two.own_phone]
    expanded = two.get(f"{DEVICES}/{two.own_phone}?$expand=deviceCategory")["deviceCategory"]
    assert expanded["displayName"] == made["displayName"]
    [entry] = two.values("deviceManagement/auditEvents?$top=1")
    assert entry["resources"][0]["resourceId"] == two.own_phone
    two.send("DELETE", f"{path}/$ref", 204)
    two.send("DELETE", f"{path}/$ref", 404)
    assert two.get(f"{DEVICES}/{two.own_phone}")["deviceCategoryDisplayName"] == "Unknown"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"@odata.id": 7}, 400),
        ({"@odata.id": f"http://localhost/beta/{CATEGORIES}/CANARY"}, 404),
    ],
)
def test_a_category_that_there_is_not_is_refused(two, body, status):
    path = f"/beta/{DEVICES}/{two.own_phone}/deviceCategory/$ref"
    answer = two.client.put(path, headers=two.admin, json=body)
    assert (answer.status_code, "CANARY" in answer.text) == (status, False)


def test_a_deleted_category_leaves_none(two):
    made = two.send("POST", CATEGORIES, 201, {"displayName": "Gone"})
    path = f"{DEVICES}/{two.own_phone}/deviceCategory"
    two.send("PUT", f"{path}/$ref", 204, {"@odata.id": f"{CATEGORIES}('{made['id']}')"})
    two.send("DELETE", f"{CATEGORIES}/{made['id']}", 200)
    assert two.get(path)["displayName"] == "Unknown"
    two.send("DELETE", f"{path}/$ref", 404)


def test_scope_tags_are_those_that_there_are(two):
    tag = two.send("POST", TAGS, 200, {"displayName": "Site"})["id"]
    path = f"{DEVICES}/{two.own_phone}"
    assert two.get(path)["roleScopeTagIds"] == ["0"]
    two.send("PATCH", path, 200, {"roleScopeTagIds": [tag]})
    assert two.get(path)["roleScopeTagIds"] == [tag]
    found = two.values(f"{DEVICES}?$filter=roleScopeTagIds/any(t:t eq '{tag}')")
    assert [each["id"] for each in found] == [two.own_phone]
    answer = two.client.patch(
        f"/beta/{path}", headers=two.admin, json={"roleScopeTagIds": ["CANARY"]}
    )
    assert (answer.status_code, "CANARY" in answer.text) == (400, False)
    assert two.send("PATCH", path, 200, {"roleScopeTagIds": []})["roleScopeTagIds"] == ["0"]


@pytest.mark.parametrize("place", PLACES)
def test_the_name_that_an_admin_gives_is_kept(two, place):
    path = f"{place}/{two.own_phone}"
    changed = two.send("PATCH", path, 200, {"managedDeviceName": f"Desk {PLACES.index(place)}"})
    assert changed["managedDeviceName"] == f"Desk {PLACES.index(place)}"
    assert changed["deviceName"] == "own-phone"


# fmt: off
REFUSED = (
    ("v1.0", {"notes": "CANARY"}),                 # free text about a device: no row permits it
    ("beta", {"notes": "CANARY"}),
    ("beta", {"deviceName": "CANARY"}),
    ("beta", {"CANARY": "CANARY"}),
    ("v1.0", {"roleScopeTagIds": ["0"]}),          # beta's alone
    ("v1.0", {"ownerType": "company"}),
    ("beta", {"ownerType": "unknown"}),
    ("beta", {"ownerType": "CANARY"}),
    ("beta", {"managedDeviceName": ""}),
    ("beta", {"managedDeviceName": "x" * 257}),
    ("beta", {"managedDeviceName": 7}),
    ("beta", {"roleScopeTagIds": ["0"] * 101}),
)
# fmt: on


@pytest.mark.parametrize(("version", "body"), REFUSED)
def test_a_change_that_an_admin_may_not_make_is_refused(two, version, body):
    path = f"/{version}/{DEVICES}/{two.their_phone}"
    before = two.get(path)
    answer = two.client.patch(path, headers=two.admin, json=body)
    assert (answer.status_code, "CANARY" in answer.text) == (400, False)
    assert two.get(path) == before


@pytest.mark.parametrize("version", VERSIONS)
def test_devices_are_counted(two, version):
    overview = two.get(f"/{version}/deviceManagement/managedDeviceOverview")
    systems = overview["deviceOperatingSystemSummary"]
    assert (overview["enrolledDeviceCount"], overview["mdmEnrolledCount"]) == (4, 4)
    assert {name: number for name, number in systems.items() if number} == {
        "iosCount": 2,
        "windowsCount": 2,
    }
    verdicts = two.get(f"/{version}/deviceManagement/deviceCompliancePolicyDeviceStateSummary")
    named = ("compliantDeviceCount", "nonCompliantDeviceCount", "unknownDeviceCount")
    assert [verdicts[name] for name in named] == [1, 1, 2]
    states = two.get(f"/{version}/deviceManagement/deviceConfigurationDeviceStateSummaries")
    assert [states[name] for name in named] == [0, 0, 2]
    updates = two.get(f"/{version}/deviceManagement/softwareUpdateStatusSummary")
    assert [updates[name] for name in named] == [0, 0, 0]


def test_beta_tells_what_devices_are_made(two):
    overview = two.get("deviceManagement/managedDeviceOverview")
    told = overview["managedDeviceModelsAndManufacturers"]
    assert told == {
        "deviceManufacturers": ["own-maker", "their-maker"],
        "deviceModels": ["own-model", "their-model"],
    }


@pytest.mark.parametrize(
    "name", ["getComanagedDevicesSummary", "getComanagementEligibleDevicesSummary"]
)
def test_no_device_is_comanaged_with_configuration_manager(two, name):
    counts = two.get(f"deviceManagement/{name}()")
    assert {value for key, value in counts.items() if not key.startswith("@")} == {0}
