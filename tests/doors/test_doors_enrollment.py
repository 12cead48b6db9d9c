"""Enrolling through the plain doors: the answers' shape, ownership, and the same hardware again."""

from typing import Any

import pytest

from mdm_sim import tenant

CONDITIONS = {
    "workload", "ownership", "platform", "entraJoined", "mdmEnrolled", "workProfile",
    "mtdConnector", "compliantAppsFeature", "strictAppInventory", "locationOnRequestOnly",
    "locationRequested", "tenantDiagnostics", "userDiagnostics",
}  # fmt: skip
RECEIPT = {"policyVersion", "context", "kept", "reduced", "judged", "refused", "unknown"}
PLATFORMS = ("windows", "macos", "ios", "ipados", "android", "linux")
HARDWARE = {"serialNumber": "S-1", "imei": "490154203237518", "manufacturer": "Contoso, Ltd."}
IDENTITIES = "/beta/deviceManagement/importedDeviceIdentities"

C, P, X = "corporate", "personal", 422
# Windows, macOS, iOS, iPadOS, Android, Linux: what follows from the type alone.
# fmt: off
OWNERSHIP = {
    "unknown":                               (P, P, P, P, P, P),
    "userEnrollment":                        (P, P, P, P, P, P),
    "deviceEnrollmentManager":               (C, C, C, C, C, C),
    "appleBulkWithUser":                     (X, C, C, C, X, X),
    "appleBulkWithoutUser":                  (X, C, C, C, X, X),
    "appleUserEnrollment":                   (X, P, P, P, X, X),
    "appleUserEnrollmentWithServiceAccount": (X, P, P, P, X, X),
    "appleAccountDrivenUserEnrollment":      (X, P, P, P, X, X),
    "windowsAzureADJoin":                    (C, X, X, X, X, X),
    "windowsAzureADJoinUsingDeviceAuth":     (C, X, X, X, X, X),
    "windowsBulkUserless":                   (C, X, X, X, X, X),
    "windowsAutoEnrollment":                 (P, X, X, X, X, X),
    "windowsBulkAzureDomainJoin":            (C, X, X, X, X, X),
    "windowsCoManagement":                   (C, X, X, X, X, X),
    "azureAdJoinUsingAzureVmExtension":      (C, X, X, X, X, X),
    "androidEnterpriseDedicatedDevice":      (X, X, X, X, C, X),
    "androidEnterpriseFullyManaged":         (X, X, X, X, C, X),
    "androidEnterpriseCorporateWorkProfile": (X, X, X, X, C, X),
    "androidAOSPUserOwnedDeviceEnrollment":  (X, X, X, X, C, X),
    "androidAOSPUserlessDeviceEnrollment":   (X, X, X, X, C, X),
}
# fmt: on


def test_an_enrollment_is_answered_as_the_contract_says(enroll):
    answer = enroll({"deviceName": "Phone", "surprise": 1})
    assert answer.keys() - {"headers"} == {
        "id", "deviceToken", "ownership", "nextCheckInSeconds", "receipt",
    }  # fmt: skip
    assert answer["ownership"] == "personal"
    assert answer["nextCheckInSeconds"] == 900
    assert answer["receipt"].keys() == RECEIPT
    assert answer["receipt"]["context"].keys() == CONDITIONS


def test_a_registration_is_answered_as_the_contract_says(register):
    answer = register()
    assert answer.keys() - {"headers"} == {
        "id", "appToken", "result", "nextCheckInSeconds", "receipt",
    }  # fmt: skip
    assert answer["result"] == "ENROLLMENT_SUCCEEDED"
    assert answer["nextCheckInSeconds"] == 12 * 3600  # in no policy yet
    assert answer["receipt"]["context"].keys() == CONDITIONS


def test_a_device_check_in_is_answered_as_the_contract_says(enroll, check_in):
    answer = check_in(enroll(), facts={"model": "M", "surprise": 1})
    assert answer.keys() == {"orders", "nextCheckInSeconds", "receipt"}
    assert answer["receipt"].keys() == RECEIPT
    assert (answer["orders"], answer["receipt"]["kept"]) == ([], ["hardware.model"])
    assert answer["receipt"]["unknown"] == 1


def test_an_app_check_in_is_answered_as_the_contract_says(register, check_in):
    answer = check_in(register())
    assert answer.keys() == {"policies", "orders", "nextCheckInSeconds", "receipt"}
    assert (answer["policies"], answer["orders"]) == ([], [])
    assert answer["receipt"].keys() == RECEIPT


@pytest.mark.parametrize(
    ("platform", "seconds"),
    [("ios", 900), ("ipados", 900), ("macos", 900), ("android", 180), ("windows", 180)],
)
def test_a_new_device_checks_in_often_and_later_every_eight_hours(enroll, later, platform, seconds):
    device = enroll(platform=platform)
    assert device["nextCheckInSeconds"] == seconds
    answer = later(3 * 3600).post("/mdm/v1/check-ins", headers=device["headers"], json={})
    assert answer.json["nextCheckInSeconds"] == 8 * 3600


@pytest.mark.parametrize("enrollment_type", OWNERSHIP)
def test_the_ownership_follows_from_the_enrollment_type(client, user, row, enrollment_type):
    for platform, expected in zip(PLATFORMS, OWNERSHIP[enrollment_type], strict=True):
        body = {"platform": platform, "enrollmentType": enrollment_type}
        answer = client.post("/mdm/v1/enrollments", headers=user, json=body)
        if expected == X:
            assert (answer.status_code, answer.json["error"]["code"]) == (422, "unprocessable")
        else:
            told = (answer.json["ownership"], answer.json["receipt"]["context"]["ownership"])
            assert (*told, row(answer.json["id"]).ownership) == (expected,) * 3


@pytest.mark.parametrize(
    ("kind", "identifier", "platform", "expected"),
    [
        ("serialNumber",            "S-1",                    "ios",     C),
        ("serialNumber",            " s-1 ",                  "macos",   C),
        ("serialNumber",            "S.-1",                   "android", C),
        ("serialNumber",            "S-2",                    "ios",     P),
        ("imei",                    "490154203237518",        "android", C),
        ("imei",                    "490154203237519",        "android", P),
        ("serialNumber",            "S-1",                    "windows", P),
        ("serialNumber",            "S-1",                    "linux",   P),
        ("manufacturerModelSerial", "Contoso,M 1,S-1",        "windows", C),
        ("manufacturerModelSerial", "contoso, m 1, s-1",      "windows", C),
        ("manufacturerModelSerial", "Contoso,M 2,S-1",        "windows", P),
        ("manufacturerModelSerial", "Contoso,M 1,S-1",        "ios",     P),
    ],
)  # fmt: skip
def test_a_listed_device_is_corporate(graph, enroll, kind, identifier, platform, expected):
    body = {"importedDeviceIdentityType": kind, "importedDeviceIdentifier": identifier}
    graph("POST", IDENTITIES, body, 201)
    device = enroll({**HARDWARE, "manufacturer": "Contoso", "model": "M 1"}, platform)
    assert device["ownership"] == expected


@pytest.mark.parametrize("listed", [True, False])
@pytest.mark.parametrize(
    ("enrollment_type", "always"),
    [
        ("windowsAzureADJoin", False),
        ("windowsAzureADJoinUsingDeviceAuth", False),
        ("windowsCoManagement", True),
        ("windowsBulkUserless", True),
        ("deviceEnrollmentManager", True),
    ],
)
def test_once_windows_identifiers_are_in_use_a_joining_device_has_to_be_listed(
    graph, enroll, listed, enrollment_type, always
):
    identifier = f"Contoso,M 1,{'S-1' if listed else 'S-2'}"
    body = {"importedDeviceIdentityType": "manufacturerModelSerial"}
    graph("POST", IDENTITIES, {**body, "importedDeviceIdentifier": identifier}, 201)
    facts = {"manufacturer": "Contoso", "model": "M 1", "serialNumber": "S-1"}
    device = enroll(facts, "windows", enrollment_type)
    assert device["ownership"] == (C if always or listed else P)


def test_other_identifiers_leave_joining_windows_devices_corporate(graph, enroll):
    body = {"importedDeviceIdentityType": "serialNumber", "importedDeviceIdentifier": "S-9"}
    graph("POST", IDENTITIES, body, 201)
    assert enroll(platform="windows", enrollment_type="windowsAzureADJoin")["ownership"] == C


def test_removing_an_identifier_leaves_an_enrolled_device_corporate(graph, enroll, row):
    body = {"importedDeviceIdentityType": "serialNumber", "importedDeviceIdentifier": "S-1"}
    identity = graph("POST", IDENTITIES, body, 201)["id"]
    device = enroll(HARDWARE)
    graph("DELETE", f"{IDENTITIES}/{identity}", status=204)
    assert row(device["id"]).ownership == C


@pytest.fixture
def enrollment_token(ask, sign_in):
    """Make an enrollment token of a type."""
    application = sign_in()

    def made(enrollment_type: str, **body: Any) -> dict[str, Any]:
        body = {"enrollmentType": enrollment_type, **body}
        return dict(ask("POST", "/mdm/v1/enrollment-tokens", application, 201, json=body).json)

    return made


def test_an_enrollment_token_is_told_once_and_stored_as_a_hash(enrollment_token, on_disk):
    made = enrollment_token("androidEnterpriseFullyManaged")
    assert made.keys() == {"id", "token", "enrollmentType", "expirationDateTime"}
    assert not on_disk(made["token"])


def test_a_device_enrolls_with_an_enrollment_token_alone(enrollment_token, enroll, row):
    token = enrollment_token("androidEnterpriseDedicatedDevice")["token"]
    headers = {"Authorization": f"Bearer {token}"}
    device = enroll(platform="android", enrollment_type="userEnrollment", headers=headers)
    assert device["ownership"] == C
    held = row(device["id"])
    assert (held.enrollment_type, held.user_id) == ("androidEnterpriseDedicatedDevice", None)


def test_an_enrollment_token_may_name_the_user(enrollment_token, enroll, row):
    upn = tenant.USERS[1].upn
    token = enrollment_token("appleBulkWithUser", userPrincipalName=upn.upper())["token"]
    device = enroll(enrollment_type="enrollmentToken", headers={"Authorization": f"Bearer {token}"})
    assert row(device["id"]).user_id == tenant.USERS[1].id


def test_a_user_enrolls_with_an_enrollment_token_in_the_body(enrollment_token, enroll, row):
    token = enrollment_token("androidEnterpriseCorporateWorkProfile")["token"]
    device = enroll({}, "android", "enrollmentToken", enrollmentToken=token)
    assert (device["ownership"], row(device["id"]).user_id) == (C, tenant.USERS[0].id)


@pytest.mark.parametrize(
    "claim",
    [
        {"ownership": "corporate"},
        {"managedDeviceOwnerType": "company"},
        {"ownerType": "company"},
        {"entraJoined": True, "mdmEnrolled": True, "workload": "mdm"},
        {"context": {"ownership": "corporate"}, "policyVersion": "0"},
    ],
)
def test_what_a_payload_claims_of_the_context_changes_nothing(enroll, check_in, row, claim):
    plain = enroll({"phoneNumber": "+31612345678"})["receipt"]
    device = enroll({"phoneNumber": "+31612345678", **claim}, **claim)
    assert (device["ownership"], row(device["id"]).ownership) == (P, P)
    assert device["receipt"] == {**plain, "unknown": len(claim)}
    told = check_in(device, facts=claim, **claim)["receipt"]
    assert (told["context"], told["unknown"]) == (plain["context"], len(claim))


def test_the_same_hardware_of_the_same_user_keeps_its_id(enroll, ask, check_in, stored):
    first = enroll({**HARDWARE, "model": "Old", "udid": "U-1"})
    second = enroll({**HARDWARE, "osVersion": "18"})
    assert second["id"] == first["id"]
    assert stored(first["id"]) == {**HARDWARE, "osVersion": "18"}
    ask("POST", "/mdm/v1/check-ins", first["headers"], 401, json={})
    check_in(second)


@pytest.mark.parametrize("name", ["serialNumber", "imei"])
def test_either_number_tells_hardware_apart(enroll, name):
    first = enroll(HARDWARE)
    assert enroll({name: HARDWARE[name]})["id"] == first["id"]
    assert enroll({name: HARDWARE[name]}, "android")["id"] != first["id"]


def test_enrolling_again_forgets_open_orders(enroll, graph, check_in, table):
    device = enroll(HARDWARE)
    graph("POST", f"deviceManagement/managedDevices/{device['id']}/syncDevice", status=204)
    assert check_in(enroll(HARDWARE))["orders"] == []
    assert table("orders") == []


def test_another_users_hardware_is_a_conflict_and_nothing_changes(
    enroll, sign_in, ask, dump, check_in
):
    device = enroll({**HARDWARE, "model": "Mine"})
    other, body = sign_in(tenant.USERS[1].upn), {"platform": "ios", "facts": HARDWARE}
    before = dump()
    answer = ask(
        "POST", "/mdm/v1/enrollments", other, 409, json={**body, "enrollmentType": "userEnrollment"}
    )
    assert (answer.json["error"]["code"], dump()) == ("conflict", before)
    check_in(device)


def test_the_same_app_of_the_same_user_keeps_its_registration(register, ask, stored):
    first = register({"model": "Old"})
    second = register({"osVersion": "18"})
    assert (second["id"], "model" in stored(first["id"])) == (first["id"], False)
    ask("POST", "/mam/v1/check-ins", first["headers"], 401, json={})


def test_an_enrollment_is_in_the_audit_log_without_a_value(enroll, graph):
    device = enroll(HARDWARE)
    newest = graph("GET", "deviceManagement/auditEvents?$top=1")["value"][0]
    assert newest["activityType"] == "Create ManagedDevice"
    assert newest["resources"][0]["resourceId"] == device["id"]
    assert newest["actor"]["userPrincipalName"] is None
    assert not any(value in str(newest) for value in HARDWARE.values())


def test_an_app_with_an_empty_tag_and_one_without_a_tag_are_both_served(register):
    for tag in ("", None, ""):
        assert register({"deviceTag": tag})["result"] == "ENROLLMENT_SUCCEEDED"
