"""auditEvents: what each change leaves behind, and how entries are found again."""

import pytest

from mdm_sim import tenant
from mdm_sim.graph.edm.model import model

EVENTS = "deviceManagement/auditEvents"
EVENT = {
    "id", "displayName", "componentName", "activity", "activityDateTime", "activityType",
    "activityOperationType", "activityResult", "correlationId", "category", "actor", "resources",
}  # fmt: skip
ACTOR = {
    "auditActorType", "userPermissions", "applicationId", "applicationDisplayName",
    "userPrincipalName", "servicePrincipalName", "ipAddress", "userId",
}  # fmt: skip
APPS = "deviceAppManagement/mobileApps"
APP = {"@odata.type": "#microsoft.graph.iosStoreApp", "displayName": "CANARY", "bundleId": "CANARY"}


def test_an_entry_has_graphs_shape_and_no_value(graph, newest):
    made = graph("POST", APPS, APP, 201)
    entry = newest()
    assert (entry.keys(), entry["actor"].keys()) == (EVENT, ACTOR)
    assert (entry["activityType"], entry["activityResult"]) == ("Create MobileApp", "Success")
    [resource] = entry["resources"]
    assert (resource["resourceId"], resource["displayName"]) == (made["id"], made["id"])
    named = {each["displayName"]: each["newValue"] for each in resource["modifiedProperties"]}
    assert named == {"displayName": "set", "bundleId": "set"}
    assert "CANARY" not in str(entry)


def test_the_actor_is_the_admin_or_the_application_and_never_an_address(client, admin, graph):
    client.post(f"/v1.0/{APPS}", headers=admin, json=APP)
    graph("POST", APPS, APP, 201)
    by_application, by_admin = [each["actor"] for each in graph("GET", EVENTS)["value"]]
    assert by_admin["userPrincipalName"] == tenant.ADMIN.upn
    assert (by_admin["auditActorType"], by_admin["userId"]) == ("ItPro", tenant.ADMIN.id)
    assert by_application["auditActorType"] == "Application"
    assert (by_application["userId"], by_application["applicationId"]) == (None, tenant.CLIENT_ID)
    assert (by_admin["ipAddress"], by_application["ipAddress"]) == (None, None)


def test_an_end_user_is_in_no_entry(graph, enroll, register, client):
    for record, door in ((enroll(), "mdm/v1/enrollments"), (register(), "mam/v1/registrations")):
        client.delete(f"/{door}/self", headers=record["headers"])
    entries = str(graph("GET", EVENTS)["value"])
    assert tenant.USERS[0].upn not in entries
    assert tenant.USERS[0].id not in entries


def test_the_correlation_id_is_the_requests(client, admin, newest):
    given = "11111111-2222-4333-8444-555555555555"
    headers = {**admin, "client-request-id": given}
    client.post(f"/v1.0/{APPS}", headers=headers, json=APP)
    assert newest()["correlationId"] == given


@pytest.fixture
def history(client, admin, graph, enroll):
    """A device that enrolled, was ordered to sync by the admin, and an app by the application."""
    device = enroll()
    path = f"/v1.0/deviceManagement/managedDevices/{device['id']}"
    client.post(f"{path}/syncDevice", headers=admin)
    graph("POST", APPS, APP, 201)
    return device


ENROLLED, SYNCED, MADE = "Create ManagedDevice", "syncDevice ManagedDevice", "Create MobileApp"


def test_the_newest_entry_comes_first_also_over_pages(graph, history):
    page, seen = graph("GET", f"{EVENTS}?$top=1"), []
    while page["value"]:
        seen += [each["activityType"] for each in page["value"]]
        link = page.get("@odata.nextLink", "")
        page = graph("GET", link.removeprefix("http://localhost")) if link else {"value": []}
    assert seen == [MADE, SYNCED, ENROLLED]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"actor/userPrincipalName eq '{tenant.ADMIN.upn}'",          [SYNCED]),
        (f"actor/userPrincipalName eq '{tenant.ADMIN.upn.upper()}'",  [SYNCED]),
        ("actor/userPrincipalName eq null",                           [MADE, ENROLLED]),
        (f"actor/applicationId eq '{tenant.CLIENT_ID}'",              [MADE, SYNCED]),
        ("category eq 'Device'",                                      [SYNCED]),
        ("category ne 'Device'",                                      [MADE, ENROLLED]),
        ("activityType eq 'create mobileapp'",                        [MADE]),
        ("activityOperationType in ('Create')",                       [MADE, ENROLLED]),
        ("activityDateTime gt 2020-01-01T00:00:00.000000Z",           [MADE, SYNCED, ENROLLED]),
        ("activityDateTime lt 2020-01-01T00:00:00.000000Z",           []),
        ("activityResult eq 'Success' and category eq 'Application'", [MADE]),
    ],
)  # fmt: skip
def test_entries_are_found(graph, history, text, found):
    listed = graph("GET", f"{EVENTS}?$filter={text}")["value"]
    assert [each["activityType"] for each in listed] == found


def test_entries_are_sorted_by_time(graph, history):
    listed = graph("GET", f"{EVENTS}?$orderby=activityDateTime asc")["value"]
    assert [each["activityType"] for each in listed] == [ENROLLED, SYNCED, MADE]


def test_an_entry_is_read_by_its_id_and_never_changed(graph, history):
    [entry] = graph("GET", f"{EVENTS}?$top=1")["value"]
    one = graph("GET", f"{EVENTS}/{entry['id']}")
    assert {name: one[name] for name in EVENT} == {name: entry[name] for name in EVENT}
    for method in ("PATCH", "DELETE"):
        graph(method, f"{EVENTS}/{entry['id']}", {}, 405)


def test_a_refused_request_leaves_no_entry(graph, newest, history):
    before = newest()
    graph("POST", APPS, {"displayName": "x"}, 400)
    graph("DELETE", f"{APPS}/nothing", status=404)
    assert newest() == before


GUID = "aaaaaaaa-2222-4333-8444-555555555555"
# fmt: off
CHANGES = (
    ("POST",   "users", {"displayName": "x", "userPrincipalName": "x@x.example",
                         "passwordProfile": {"password": "y"}},   201, "Create User", "Create"),
    ("PATCH",  f"users/{tenant.USERS[3].id}", {"displayName": "y"}, 204, "Patch User", "Patch"),
    ("DELETE", f"users/{tenant.USERS[3].id}", None,                204, "Delete User", "Delete"),
    ("POST",   "devices", {"deviceId": GUID},                      201, "Create Device", "Create"),
    ("POST",   "deviceManagement/mobileThreatDefenseConnectors", {},
                                       201, "Create MobileThreatDefenseConnector", "Create"),
    ("PATCH",  "/privacy/v1/settings", {"diagnostics": True},
                                       200, "Manage PrivacySettings", "Action"),
    ("POST",   "/mdm/v1/enrollment-tokens", {"enrollmentType": "unknown"},
                                       201, "Create EnrollmentToken", "Create"),
)
# fmt: on


@pytest.mark.parametrize(("method", "path", "body", "status", "activity", "operation"), CHANGES)
def test_each_change_leaves_its_entry(
    graph, newest, method, path, body, status, activity, operation
):
    graph(method, path, body, status)
    entry = newest()
    assert (entry["activityType"], entry["activityOperationType"]) == (activity, operation)


def test_a_refusal_of_facts_is_noted_by_row_and_reason(enroll, newest):
    device = enroll(
        {"location": {"latitude": 52.125, "longitude": 5.5}, "phoneNumber": "+31612345678"}
    )
    entry = newest()
    changes = {
        each["displayName"]: each["newValue"]
        for each in entry["resources"][0]["modifiedProperties"]
    }
    assert changes == {
        "device.location": "refused:ownership_personal",
        "user.phone_number": "reduced:keep_last4",
    }
    assert (entry["actor"]["userId"], "52.125" in str(entry)) == (device["id"], False)


@pytest.mark.parametrize("version", ["v1.0", "beta"])
def test_an_entry_has_every_property_of_its_type(graph, history, version):
    known = model(version)
    [entry] = graph("GET", f"/{version}/{EVENTS}?$top=1")["value"]
    assert list(entry) == list(known.types["auditEvent"].properties)
    assert set(entry["actor"]) == set(known.types["auditActor"].properties)
    assert set(entry["resources"][0]) == set(known.types["auditResource"].properties)
    chosen = graph("GET", f"/{version}/{EVENTS}?$top=1&$select=actor,resources")["value"][0]
    assert (chosen["actor"], chosen["resources"]) == (entry["actor"], entry["resources"])


def test_entries_are_found_by_what_they_are_about(graph, history):
    text = f"resources/any(r:r/resourceId eq '{history['id']}')"
    listed = graph("GET", f"{EVENTS}?$filter={text}")["value"]
    assert [each["activityType"] for each in listed] == [SYNCED, ENROLLED]


# As a backup tool asks who changed an object last.
CHANGES_OF = (
    "componentName eq 'MobileApp' and activityDateTime gt 2020-01-01T00:00:00.000000Z and "
    "activityDateTime le 2999-01-01T00:00:00.000000Z and activityOperationType ne 'Get'"
)
WHO = "$select=actor,activityDateTime,activityType,activityOperationType,resources"


def test_the_last_change_of_an_object_is_found(graph, history):
    path = f"{EVENTS}?$filter={CHANGES_OF}&{WHO}&$orderby=activityDateTime desc"
    [entry] = graph("GET", path)["value"]
    assert (entry["activityType"], entry["actor"]["auditActorType"]) == (MADE, "Application")
    assert entry["resources"][0]["resourceId"]


def test_a_part_of_an_entry_is_read_by_itself(graph, history):
    [entry] = graph("GET", f"{EVENTS}?$top=1")["value"]
    told = graph("GET", f"{EVENTS}/{entry['id']}/actor/applicationId")
    assert told["value"] == tenant.CLIENT_ID


@pytest.mark.parametrize("version", ["v1.0", "beta"])
@pytest.mark.parametrize("name", ["Device", "device"])
def test_the_activities_of_a_category_are_told(graph, history, version, name):
    categories = graph("GET", f"/{version}/{EVENTS}/getAuditCategories()")["value"]
    assert {"Device", "Enrollment", "Application"} <= set(categories)
    told = graph("GET", f"/{version}/{EVENTS}/getAuditActivityTypes(category='{name}')")
    assert told["value"] == [SYNCED]


def test_a_category_that_there_is_not_is_refused_and_not_repeated(client, admin):
    path = f"/v1.0/{EVENTS}/getAuditActivityTypes(category='CANARY')"
    answer = client.get(path, headers=admin)
    assert (answer.status_code, "CANARY" in answer.text) == (400, False)


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_nobody_writes_an_entry(graph, newest, history, method):
    before = newest()
    path = EVENTS if method == "POST" else f"{EVENTS}/{before['id']}"
    graph(method, f"/beta/{path}", {"displayName": "x"}, 405)
    assert newest() == before


AUDITS = "/beta/deviceManagement/remoteActionAudits"


def test_an_order_is_audited_with_who_gave_it(client, admin, graph, history):
    [audit] = graph("GET", AUDITS)["value"]
    assert list(audit) == list(model("beta").types["remoteActionAudit"].properties)
    assert (audit["managedDeviceId"], audit["actionState"]) == (history["id"], "pending")
    assert audit["initiatedByUserPrincipalName"] == audit["userName"] == tenant.ADMIN.upn
    assert audit["deviceOwnerUserPrincipalName"] is None
    path = f"{AUDITS}?$filter=initiatedByUserPrincipalName eq"
    assert graph("GET", f"{path} '{tenant.ADMIN.upn.upper()}'")["value"] == [audit]
    assert graph("GET", f"{path} '{tenant.USERS[0].upn}'")["value"] == []
    one = graph("GET", f"{AUDITS}/{audit['id']}")
    assert {name: one[name] for name in audit} == audit


@pytest.mark.parametrize(
    ("action", "name"),
    [("wipe", "factoryReset"), ("retire", "removeCompanyData"), ("rebootNow", "rebootNow")],
)
def test_an_audited_order_has_graphs_name_and_its_state(client, graph, enroll, action, name):
    device = enroll({"deviceName": "x"}, "windows", "deviceEnrollmentManager")
    graph("POST", f"deviceManagement/managedDevices/{device['id']}/{action}", {}, 204)
    [audit] = graph("GET", AUDITS)["value"]
    assert (audit["action"], audit["actionState"]) == (name, "pending")
    assert audit["deviceDisplayName"] == "x"
    headers, body = device["headers"], {"facts": {}, "results": []}
    [order] = client.post("/mdm/v1/check-ins", headers=headers, json=body).json["orders"]
    assert graph("GET", AUDITS)["value"][0]["actionState"] == "active"
    body["results"] = [{"id": order["id"], "status": "done"}]
    client.post("/mdm/v1/check-ins", headers=headers, json=body)
    [audit] = graph("GET", AUDITS)["value"]
    # A device that left takes its name and its orders with it.
    gone = action != "rebootNow"
    assert (audit["actionState"], audit["deviceDisplayName"]) == (
        ("none", None) if gone else ("done", "x")
    )


def test_v1_has_no_audits_of_orders(graph):
    graph("GET", AUDITS.replace("beta", "v1.0"), None, 400)
