"""What admins make: apps, compliance policies, connectors, corporate identifiers."""

import pytest

APPS = "deviceAppManagement/mobileApps"
POLICIES = "deviceManagement/deviceCompliancePolicies"
CONNECTORS = "/beta/deviceManagement/mobileThreatDefenseConnectors"
IDENTITIES = "/beta/deviceManagement/importedDeviceIdentities"
EVERYBODY = {"target": {"@odata.type": "#microsoft.graph.allDevicesAssignmentTarget"}}
GROUP = {"target": {"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": "g"}}
BLOCK = [{"ruleName": "x", "scheduledActionConfigurations": [{"actionType": "block"}]}]
APP = {"@odata.type": "#microsoft.graph.iosStoreApp", "displayName": "App", "bundleId": "com.x"}
POLICY = {
    "@odata.type": "#microsoft.graph.iosCompliancePolicy",
    "displayName": "Policy",
    "passcodeRequired": True,
    "scheduledActionsForRule": BLOCK,
}
CONNECTOR = {"partnerState": "enabled", "iosEnabled": True}
IDENTITY = {"importedDeviceIdentityType": "serialNumber", "importedDeviceIdentifier": "S-1"}

# Path, body, and the statuses of patch and delete that tools compare exactly.
# fmt: off
KINDS = (
    (APPS,       APP,       200, 204, "Application",         "MobileApp"),
    (POLICIES,   POLICY,    204, 200, "Compliance",          "DeviceCompliancePolicy"),
    (CONNECTORS, CONNECTOR, 200, 204, "DeviceConfiguration", "MobileThreatDefenseConnector"),
    (IDENTITIES, IDENTITY,  200, 204, "Enrollment",          "ImportedDeviceIdentity"),
)
# fmt: on


@pytest.mark.parametrize(("path", "body", "patch", "delete", "category", "entity"), KINDS)
def test_an_object_is_made_shown_changed_and_removed(
    graph, newest, path, body, patch, delete, category, entity
):
    made = graph("POST", path, body, 201)
    own = {name: value for name, value in body.items() if name != "scheduledActionsForRule"}
    assert {name: made[name] for name in own} == own
    one = f"{path}/{made['id']}"
    assert graph("GET", one) == made
    assert [each["id"] for each in graph("GET", path)["value"]] == [made["id"]]
    name, value = ("androidEnabled", True) if path == CONNECTORS else ("description", "Changed")
    graph("PATCH", one, {**body, name: value}, patch)
    assert graph("GET", one)[name] == value
    told = newest()
    assert (told["activityType"], told["category"]) == (f"Patch {entity}", category)
    graph("DELETE", one, status=delete)
    graph("GET", one, status=404)
    assert newest()["activityType"] == f"Delete {entity}"


@pytest.mark.parametrize(("path", "body", "patch", "delete", "category", "entity"), KINDS)
def test_what_the_server_sets_is_not_taken_from_a_body(
    graph, path, body, patch, delete, category, entity
):
    claim = {"id": "CANARY"}
    claim |= {} if path == CONNECTORS else {"createdDateTime": "2000-01-01T00:00:00Z"}
    made = graph("POST", path, {**body, **claim}, 201)
    told = made.get("createdDateTime", "")
    assert (made["id"] == "CANARY", told[:4] == "2000") == (False, False)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (APPS, {**APP, "@odata.type": "#microsoft.graph.mobileApp"}),
        (APPS, {"displayName": "x"}), (APPS, {"@odata.type": 7}), (APPS, {"@odata.type": "CANARY"}),
        (APPS, {**APP, "displayName": 7}), (APPS, {**APP, "a name": "CANARY"}),
        (POLICIES, {**POLICY, "scheduledActionsForRule": []}),
        (POLICIES, {**POLICY, "scheduledActionsForRule": "CANARY"}),
        (POLICIES, {**POLICY, "scheduledActionsForRule": [{"scheduledActionConfigurations": []}]}),
        (POLICIES, {**POLICY, "scheduledActionsForRule": [{"scheduledActionConfigurations": 7}]}),
        (POLICIES, {"displayName": "x", "scheduledActionsForRule": BLOCK}),
        (IDENTITIES, {**IDENTITY, "importedDeviceIdentityType": "CANARY"}),
        (IDENTITIES, {**IDENTITY, "importedDeviceIdentityType": ["imei"]}),
        (IDENTITIES, {**IDENTITY, "importedDeviceIdentifier": ""}),
        (IDENTITIES, {**IDENTITY, "importedDeviceIdentifier": 7}),
        (IDENTITIES, {**IDENTITY, "personalEmail": "CANARY"}), (IDENTITIES, {**IDENTITY, "x": 1}),
        (APPS, {**APP, "notes": {"contacts": ["CANARY"]}}), (CONNECTORS, {"unknown": "CANARY"}),
        (CONNECTORS, {"iosEnabled": "false"}), (CONNECTORS, {"iosEnabled": 1}),
        (CONNECTORS, {"iosEnabled": True, "partnerState": [1]}),
        (CONNECTORS, {"iosEnabled": True, "partnerState": "CANARY"}),
    ],
)  # fmt: skip
def test_a_wrong_object_is_refused(graph, dump, path, body):
    before = dump()
    answer = graph("POST", path, body, 400)
    assert ("CANARY" in str(answer), dump()) == (False, before)


# fmt: off
ASSIGNED = ((APPS, APP, "mobileAppAssignments", 204), (POLICIES, POLICY, "assignments", 200))
# fmt: on


@pytest.mark.parametrize(("path", "body", "key", "status"), ASSIGNED)
def test_assigning_replaces_the_whole_set(graph, newest, path, body, key, status):
    one = f"{path}/{graph('POST', path, body, 201)['id']}"
    graph("POST", f"{one}/assign", {key: [EVERYBODY, GROUP]}, status)
    assert len(graph("GET", f"{one}/assignments")["value"]) == 2
    graph("POST", f"{one}/microsoft.graph.assign", {key: [GROUP]}, status)
    [left] = graph("GET", f"{one}/assignments")["value"]
    assert left["target"] == GROUP["target"]
    assert newest()["activityOperationType"] == "Action"
    expanded = graph("GET", f"{one}?$expand=assignments")
    assert (expanded["assignments"], "assignments@odata.context" in expanded) == ([left], True)


@pytest.mark.parametrize(("path", "body", "key", "status"), ASSIGNED)
@pytest.mark.parametrize("given", [None, {}, ["CANARY"], [{}], [{"target": {}}], [{"target": 7}]])
def test_a_wrong_assignment_is_refused(graph, dump, path, body, key, status, given):
    made = graph("POST", path, body, 201)
    before = dump()
    answer = graph("POST", f"{path}/{made['id']}/assign", {key: given}, 400)
    assert ("CANARY" in str(answer), dump()) == (False, before)


def test_assignments_go_with_their_object(graph):
    made = graph("POST", POLICIES, POLICY, 201)
    graph("POST", f"{POLICIES}/{made['id']}/assign", {"assignments": [EVERYBODY]})
    graph("DELETE", f"{POLICIES}/{made['id']}", status=200)
    graph("GET", f"{POLICIES}/{made['id']}/assignments", status=404)


def test_identifiers_exist_on_beta_only(graph):
    graph("GET", "deviceManagement/importedDeviceIdentities", status=400)


def test_many_identifiers_are_imported_at_once(graph, enroll):
    many = [{**IDENTITY, "importedDeviceIdentifier": f"S-{number}"} for number in range(3)]
    body = {"importedDeviceIdentities": many, "overwriteImportedDeviceIdentities": True}
    answer = graph("POST", f"{IDENTITIES}/importDeviceIdentityList", body)
    assert [each["status"] for each in answer["value"]] == [True] * 3
    assert len(graph("GET", IDENTITIES)["value"]) == 3
    assert enroll({"serialNumber": "S-2"})["ownership"] == "corporate"


@pytest.mark.parametrize("given", [None, "CANARY", ["CANARY"], [{}], [IDENTITY] * 5001])
def test_a_wrong_import_is_refused_whole(graph, dump, given):
    before = dump()
    body = {"importedDeviceIdentities": given}
    graph("POST", f"{IDENTITIES}/importDeviceIdentityList", body, 400)
    assert dump() == before


@pytest.mark.parametrize(
    ("options", "names"),
    [("$filter=displayName eq 'b'", ["b"]), ("$orderby=displayName desc", ["c", "b", "a"]),
     ("$filter=contains(displayName,'C')", ["c"]), ("$top=1&$orderby=displayName", ["a"])],
)  # fmt: skip
def test_objects_are_filtered_and_sorted(graph, options, names):
    for name in ("b", "c", "a"):
        graph("POST", APPS, {**APP, "displayName": name}, 201)
    assert [each["displayName"] for each in graph("GET", f"{APPS}?{options}")["value"]] == names


@pytest.fixture
def policy(graph):
    """Make a compliance policy for everybody; returns its path."""

    def made(**rules):
        body = {**POLICY, **rules}
        if body["@odata.type"] != POLICY["@odata.type"] or "passcodeRequired" not in rules:
            del body["passcodeRequired"]
        path = f"{POLICIES}/{graph('POST', POLICIES, body, 201)['id']}"
        graph("POST", f"{path}/assign", {"assignments": [EVERYBODY]})
        return path

    return made


@pytest.mark.parametrize(
    ("rules", "facts", "verdict"),
    [
        ({"passcodeRequired": True},        {"passcodePresent": True},     "compliant"),
        ({"passcodeRequired": True},        {"passcodePresent": False},    "noncompliant"),
        ({"passcodeRequired": True},        {"isEncrypted": True},         "unknown"),
        ({"@odata.type": "#microsoft.graph.macOSCompliancePolicy", "passwordRequired": True},
                                            {"passcodePresent": False},    "compliant"),
        ({"osMinimumVersion": "17.2"},      {"osVersion": "17.10", "isEncrypted": True},
                                                                           "compliant"),
        ({"osMinimumVersion": "17.2"},      {"osVersion": "17.1", "isEncrypted": True},
                                                                           "noncompliant"),
        ({"securityBlockJailbrokenDevices": True}, {"jailBroken": True, "isEncrypted": True},
                                                                           "noncompliant"),
        ({"@odata.type": "#microsoft.graph.androidCompliancePolicy", "passwordRequired": True},
                                            {"passcodePresent": False},    "compliant"),
        ({"passcodeRequired": True},        {},                            "unknown"),
    ],
)  # fmt: skip
def test_the_verdict_follows_an_assigned_policy(graph, policy, enroll, rules, facts, verdict):
    policy(**rules)
    device = enroll(facts)
    shown = graph("GET", f"deviceManagement/managedDevices/{device['id']}")
    assert shown["complianceState"] == verdict


def test_only_the_verdict_is_stored(policy, enroll, on_disk, graph):
    policy(passcodeRequired=True)
    device = enroll({"passcodePresent": True, "securityPatchLevel": "CANARY"})
    assert device["receipt"]["judged"] == ["passcodePresent", "securityPatchLevel"]
    assert not on_disk("CANARY")
    held = graph("GET", f"/privacy/v1/records/{device['id']}")
    assert held["facts"] == {}


def test_a_verdict_changes_with_the_next_report(graph, policy, enroll, client):
    policy(passcodeRequired=True)
    device = enroll({"passcodePresent": True})
    body = {"facts": {"passcodePresent": False}}
    client.post("/mdm/v1/check-ins", headers=device["headers"], json=body)
    path = f"deviceManagement/managedDevices/{device['id']}"
    assert graph("GET", path)["complianceState"] == "noncompliant"
    client.post("/mdm/v1/check-ins", headers=device["headers"], json={"facts": {"model": "M"}})
    assert graph("GET", path)["complianceState"] == "noncompliant"


def test_a_policy_that_is_assigned_to_nobody_judges_nobody(graph, enroll):
    graph("POST", POLICIES, POLICY, 201)
    device = enroll({"passcodePresent": False})
    path = f"deviceManagement/managedDevices/{device['id']}"
    assert graph("GET", path)["complianceState"] == "compliant"


def test_an_app_refers_to_its_categories(graph):
    app = graph("POST", APPS, APP, 201)["id"]
    category = graph("POST", "deviceAppManagement/mobileAppCategories", {"displayName": "C"}, 201)
    link = (
        f"https://graph.microsoft.com/v1.0/deviceAppManagement/mobileAppCategories/{category['id']}"
    )
    graph("POST", f"{APPS}/{app}/categories/$ref", {"@odata.id": link}, 204)
    assert [each["id"] for each in graph("GET", f"{APPS}/{app}/categories")["value"]] == [
        category["id"]
    ]
    [shown] = graph("GET", f"{APPS}/{app}?$expand=categories")["categories"]
    assert shown["displayName"] == "C"
    graph("DELETE", f"{APPS}/{app}/categories/{category['id']}/$ref", status=204)
    assert graph("GET", f"{APPS}/{app}/categories")["value"] == []
