"""The life of an order: asked by an admin, handed out, ended by its result."""

import orjson
import pytest

from mdm_sim import tenant

MANAGED_DEVICES = "deviceManagement/managedDevices"
BO = tenant.USERS[0].upn
CORPORATE = "deviceEnrollmentManager"
PLACE = {"location": {"latitude": 52.5, "longitude": 4.25, "accuracyInMeters": 9}}
RESULT = {"actionName", "actionState", "startDateTime", "lastUpdatedDateTime"}


@pytest.fixture
def order(graph):
    """Order an action of a device."""

    def ordered(device, action, status=204, **parameters):
        path = f"/beta/{MANAGED_DEVICES}/{device['id']}/{action}"
        return graph("POST", path, parameters, status)

    return ordered


@pytest.fixture
def hand_out(order, check_in):
    """Order an action of a device and let it fetch the order."""

    def handed(device, action, **parameters):
        order(device, action, **parameters)
        return check_in(device)["orders"][-1]

    return handed


@pytest.fixture
def shown(graph):
    """A device as Graph shows it."""
    return lambda device: graph("GET", f"{MANAGED_DEVICES}/{device['id']}")


def ended(order, status="done"):
    return [{"id": order["id"], "status": status}]


def states(device):
    return {each["actionName"]: each["actionState"] for each in device["deviceActionResults"]}


@pytest.mark.parametrize("status", ["done", "failed", "notSupported"])
def test_an_order_is_pending_then_active_then_ended(enroll, order, check_in, shown, status):
    device = enroll()
    order(device, "syncDevice")
    assert states(shown(device)) == {"syncDevice": "pending"}
    [given] = check_in(device)["orders"]
    assert states(shown(device)) == {"syncDevice": "active"}
    check_in(device, results=ended(given, status))
    assert states(shown(device)) == {"syncDevice": status}
    assert check_in(device)["orders"] == []


def test_an_order_without_a_result_is_handed_out_again(enroll, hand_out, check_in):
    device = enroll()
    given = hand_out(device, "remoteLock")
    assert check_in(device)["orders"] == [given]
    assert given.keys() == {"id", "action", "parameters"}


def test_orders_are_handed_out_in_the_order_they_were_asked(enroll, order, check_in):
    device, actions = enroll(), ["syncDevice", "remoteLock", "resetPasscode"]
    for action in actions:
        order(device, action)
    assert [each["action"] for each in check_in(device)["orders"]] == actions


def test_a_newer_order_of_the_same_name_cancels_the_older(enroll, order, hand_out, table, check_in):
    device = enroll(platform="windows")
    hand_out(device, "windowsDefenderScan", quickScan=True)
    order(device, "windowsDefenderScan", quickScan=False)
    told = [(each["state"], each["parameters"]) for each in table("orders")]
    assert sorted(told) == [("canceled", "{}"), ("pending", '{"quickScan":false}')]
    [given] = check_in(device)["orders"]
    assert given["parameters"] == {"quickScan": False}


@pytest.mark.parametrize("status", ["done", "failed", "notSupported"])
def test_parameters_are_emptied_when_an_order_ends(enroll, hand_out, check_in, table, status):
    device = enroll(enrollment_type=CORPORATE)
    told = {"message": "Lost", "phoneNumber": "+31600000000"}
    given = hand_out(device, "enableLostMode", **told)
    assert given["parameters"] == told
    check_in(device, results=ended(given, status))
    assert [each["parameters"] for each in table("orders")] == ["{}"]


def test_the_parameters_of_an_ended_order_leave_the_disk(enroll, hand_out, check_in, on_disk):
    device = enroll(enrollment_type=CORPORATE)
    given = hand_out(device, "enableLostMode", message="CANARY")
    check_in(device, results=ended(given))
    assert not on_disk("CANARY")


def test_the_detail_of_a_result_is_not_kept(enroll, hand_out, check_in, on_disk):
    device = enroll()
    given = hand_out(device, "syncDevice")
    check_in(device, results=[{**ended(given)[0], "detail": {"why": "CANARY"}}])
    assert not on_disk("CANARY")


@pytest.mark.parametrize("action", ["retire", "wipe"])
def test_the_management_state_follows_an_order_that_ends_a_record(
    enroll, order, check_in, shown, action
):
    device = enroll()
    order(device, action)
    assert shown(device)["managementState"] == f"{action}Pending"
    [given] = check_in(device)["orders"]
    assert shown(device)["managementState"] == f"{action}Issued"
    check_in(device, results=ended(given, "failed"))
    assert shown(device)["managementState"] == f"{action}Failed"


def test_a_device_wiped_with_its_enrollment_kept_stays_managed(enroll, hand_out, check_in, shown):
    device = enroll(platform="windows")
    given = hand_out(device, "wipe", keepEnrollmentData=True)
    assert check_in(device, results=ended(given))["nextCheckInSeconds"] > 0
    assert shown(device)["managementState"] == "managed"


@pytest.mark.parametrize("action", ["retire", "wipe"])
def test_when_it_is_done_nothing_of_the_device_is_left(
    enroll, hand_out, check_in, graph, table, on_disk, ask, action
):
    device = enroll({"deviceName": "CANARY", "serialNumber": "CANARY"})
    given = hand_out(device, action)
    assert check_in(device, results=ended(given))["orders"] == []
    assert (table("managed_devices"), table("orders"), on_disk("CANARY")) == ([], [], False)
    answer = ask("POST", "/mdm/v1/check-ins", device["headers"], 410, json={})
    assert answer.json["error"]["code"] == "gone"
    graph("GET", f"{MANAGED_DEVICES}/{device['id']}", status=404)


def test_facts_beside_the_last_result_are_not_kept_either(enroll, hand_out, check_in, on_disk):
    device = enroll()
    given = hand_out(device, "retire")
    check_in(device, results=ended(given), facts={"deviceName": "CANARY"})
    assert not on_disk("CANARY")


def test_a_retired_device_enrolls_anew_under_another_id(enroll, hand_out, check_in):
    device = enroll({"serialNumber": "S-1"})
    check_in(device, results=ended(hand_out(device, "retire")))
    assert enroll({"serialNumber": "S-1"})["id"] != device["id"]


@pytest.mark.parametrize(
    ("platform", "enrollment_type", "action"),
    [
        ("ios",     "userEnrollment",                        "retire"),
        ("windows", "windowsAzureADJoin",                    "retire"),
        ("linux",   "userEnrollment",                        "retire"),
        ("android", "userEnrollment",                        "retire"),
        ("android", "androidEnterpriseCorporateWorkProfile", "retire"),
        ("android", "androidEnterpriseFullyManaged",         "wipe"),
        ("android", "androidEnterpriseDedicatedDevice",      "wipe"),
        ("android", "androidAOSPUserlessDeviceEnrollment",   "wipe"),
    ],
)  # fmt: skip
def test_a_deleted_device_is_seen_by_nobody_and_told_to_leave(
    enroll, graph, check_in, row, on_disk, platform, enrollment_type, action
):
    device = enroll({"serialNumber": "CANARY"}, platform, enrollment_type)
    path = f"{MANAGED_DEVICES}/{device['id']}"
    graph("DELETE", path, status=204)
    graph("GET", path, status=404)
    assert (graph("GET", MANAGED_DEVICES)["value"], on_disk("CANARY")) == ([], False)
    assert [each["action"] for each in check_in(device)["orders"]] == [action]
    assert row(device["id"]).facts == "{}"


def test_a_deleted_device_stores_nothing_more_and_is_gone_in_the_end(
    enroll, graph, check_in, row, ask
):
    device = enroll(enrollment_type=CORPORATE)
    graph("DELETE", f"{MANAGED_DEVICES}/{device['id']}", status=204)
    told = check_in(device, facts={"model": "M", **PLACE, "photos": "p"})
    assert told["receipt"]["refused"] == {
        "hardware.model": "not_mdm_enrolled",
        "device.location": "not_mdm_enrolled",
        "never.photos": "never_collected",
    }
    assert (told["receipt"]["kept"], row(device["id"]).facts) == ([], "{}")
    check_in(device, results=ended(told["orders"][0]))
    assert row(device["id"]) is None
    ask("POST", "/mdm/v1/check-ins", device["headers"], 410, json={})


@pytest.mark.parametrize("path", ["", "/syncDevice"])
def test_a_deleted_device_takes_no_more_from_an_admin(enroll, graph, path):
    device = enroll()
    graph("DELETE", f"{MANAGED_DEVICES}/{device['id']}", status=204)
    method = "POST" if path else "DELETE"
    graph(method, f"{MANAGED_DEVICES}/{device['id']}{path}", status=404)


@pytest.mark.parametrize("key", [BO, tenant.USERS[0].id])
def test_a_selective_wipe_reaches_every_app_with_the_tag(register, graph, check_in, ask, row, key):
    tagged = [register(), register({"appIdentifier": {"bundleId": "com.example.two"}})]
    other = register({"deviceTag": "tag-2"})
    graph(
        "POST", f"users/{key}/wipeManagedAppRegistrationsByDeviceTag", {"deviceTag": "tag-1"}, 204
    )
    assert check_in(other)["orders"] == []
    for app in tagged:
        [given] = check_in(app)["orders"]
        assert (given["action"], given["parameters"]) == ("selectiveWipe", {})
        check_in(app, results=ended(given))
        ask("POST", "/mam/v1/check-ins", app["headers"], 410, json={})
        assert row(app["id"]) is None


def test_a_selective_wipe_leaves_the_device_alone(enroll, register, graph, check_in):
    device = enroll()
    app = register(deviceToken=device["deviceToken"])
    graph("POST", f"users/{BO}/wipeManagedAppRegistrationsByDeviceTag", {"deviceTag": "tag-1"}, 204)
    check_in(app, results=ended(check_in(app)["orders"][0]))
    assert check_in(device)["orders"] == []


@pytest.mark.parametrize(
    ("key", "body", "status"),
    [(BO, {"deviceTag": "none"}, 404), (BO, {}, 400), (BO, {"deviceTag": 7}, 400),
     ("nobody@mdmsim.example", {"deviceTag": "tag-1"}, 404),
     (tenant.USERS[1].upn, {"deviceTag": "tag-1"}, 404)],
)  # fmt: skip
def test_a_selective_wipe_of_nothing_is_refused(register, graph, dump, key, body, status):
    register()
    before = dump()
    graph("POST", f"users/{key}/wipeManagedAppRegistrationsByDeviceTag", body, status)
    assert dump() == before


def test_action_results_have_graphs_shape(enroll, order, shown):
    device = enroll()
    order(device, "syncDevice")
    [result] = shown(device)["deviceActionResults"]
    assert result.keys() == RESULT
    assert result["startDateTime"].endswith("Z")


def test_a_location_shows_in_the_result_of_locating_only(enroll, hand_out, check_in, shown):
    device = enroll(PLACE, enrollment_type=CORPORATE)
    assert "latitude" not in orjson.dumps(shown(device)).decode()
    given = hand_out(device, "locateDevice")
    assert shown(device)["deviceActionResults"][0]["deviceLocation"] is None
    check_in(device, facts=PLACE, results=ended(given))
    [result] = shown(device)["deviceActionResults"]
    assert result.keys() == {*RESULT, "@odata.type", "deviceLocation"}
    assert result["@odata.type"] == "#microsoft.graph.locateDeviceActionResult"
    place = result["deviceLocation"]
    assert (place["latitude"], place["longitude"]) == (52.5, 4.25)
    assert place["horizontalAccuracy"] == 9


@pytest.mark.parametrize(("seconds", "is_shown"), [(86_300, True), (86_401, False)])
def test_a_location_is_shown_for_24_hours(
    enroll, hand_out, check_in, graph_later, seconds, is_shown
):
    device = enroll(enrollment_type=CORPORATE)
    given = hand_out(device, "locateDevice")
    check_in(device, facts=PLACE, results=ended(given))
    [result] = graph_later(seconds, f"/v1.0/{MANAGED_DEVICES}/{device['id']}")[
        "deviceActionResults"
    ]
    record = graph_later(seconds, f"/privacy/v1/records/{device['id']}")
    assert (result["deviceLocation"] is not None) is is_shown
    assert ("location" in record["facts"]) is is_shown
