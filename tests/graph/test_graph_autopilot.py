"""Autopilot's devices, profiles and people; and operations that only start or tell something."""

import pytest

from mdm_sim import tenant

B = "/beta/deviceManagement"
V1 = "/v1.0/deviceManagement"
IMPORTED = "importedWindowsAutopilotDeviceIdentities"
IDENTITIES = f"{B}/windowsAutopilotDeviceIdentities"
PROFILES = f"{B}/windowsAutopilotDeploymentProfiles"
PROFILE = {
    "@odata.type": "#microsoft.graph.azureADWindowsAutopilotDeploymentProfile",
    "displayName": "P",
}
BO = tenant.USERS[0]


def listed(serial="S-1", **more):
    return {"serialNumber": serial, "hardwareIdentifier": "QQ==", "groupTag": "T", **more}


@pytest.fixture
def identity(graph):
    """An identity that was imported; its path."""
    made = graph("POST", f"{B}/{IMPORTED}", listed(), 201)
    return f"{IDENTITIES}/{made['state']['deviceRegistrationId']}"


@pytest.mark.parametrize("root", [V1, B])
def test_an_imported_device_becomes_an_identity(graph, root, newest):
    made = graph("POST", f"{root}/{IMPORTED}", listed(), 201)
    assert made["state"]["deviceImportStatus"] == "complete"
    path = f"{root}/windowsAutopilotDeviceIdentities/{made['state']['deviceRegistrationId']}"
    shown = graph("GET", path)
    assert (shown["serialNumber"], shown["groupTag"]) == ("S-1", "T")
    again = graph("POST", f"{root}/{IMPORTED}", listed(), 201)["state"]
    assert (again["deviceImportStatus"], again["deviceErrorCode"]) == ("error", 806)
    assert newest()["activityType"] == "Create ImportedWindowsAutopilotDeviceIdentity"


@pytest.mark.parametrize("root", [V1, B])
def test_many_devices_are_imported_at_once(graph, root):
    body = {IMPORTED: [listed(f"S-{number}") for number in range(3)]}
    found = graph("POST", f"{root}/{IMPORTED}/import", body)["value"]
    assert [each["state"]["deviceImportStatus"] for each in found] == ["complete"] * 3
    assert len(graph("GET", IDENTITIES)["value"]) == 3
    [one] = graph("GET", f"{IDENTITIES}?$filter=contains(serialNumber,'S-2')")["value"]
    assert one["serialNumber"] == "S-2"


@pytest.mark.parametrize(
    "given",
    ["CANARY", [{"CANARY": 1}], [{}], [listed(), {"serialNumber": ""}],
     [listed(assignedUserPrincipalName="CANARY@x")], [listed(str(n)) for n in range(501)]],
)  # fmt: skip
def test_a_wrong_import_is_refused_whole(graph, dump, given):
    before = dump()
    answer = graph("POST", f"{B}/{IMPORTED}/import", {IMPORTED: given}, 400)
    assert ("CANARY" in str(answer), dump()) == (False, before)


def test_what_is_not_there_is_removed_as_intune_does(graph):
    graph("DELETE", f"{B}/{IMPORTED}/nothing")
    graph("DELETE", f"{IDENTITIES}/nothing", status=400)


def test_a_device_is_for_a_person_by_their_id_alone(graph, identity, table, newest):
    body = {"userPrincipalName": BO.upn, "addressableUserName": "CANARY"}
    graph("POST", f"{identity}/assignUserToDevice", body, 204)
    assert newest()["activityType"] == "assignUserToDevice WindowsAutopilotDeviceIdentity"
    shown = graph("GET", identity)
    assert (shown["userPrincipalName"], shown["addressableUserName"]) == (BO.upn, BO.display_name)
    [found] = graph("GET", f"{IDENTITIES}?$filter=userPrincipalName eq '{BO.upn}'")["value"]
    assert found["id"] == shown["id"]
    stored = str(table("documents"))
    assert (BO.upn in stored, "CANARY" in stored, BO.id in stored) == (False, False, True)
    graph("POST", f"{identity}/unassignUserFromDevice", status=204)
    assert graph("GET", identity)["userPrincipalName"] == ""
    graph("POST", f"{identity}/assignUserToDevice", {"userPrincipalName": "CANARY"}, 400)


def test_an_erased_person_has_no_device_left(graph, table):
    body = listed(assignedUserPrincipalName=BO.upn)
    made = graph("POST", f"{B}/{IMPORTED}", body, 201)
    assert made["assignedUserPrincipalName"] == BO.upn
    named = {"userPrincipalName": BO.upn}
    held = graph("POST", "/privacy/v1/rights/export", named)
    registered = made["state"]["deviceRegistrationId"]
    assert set(held["listedDevices"]) == {made["id"], registered}
    erased = graph("POST", "/privacy/v1/rights/erase", named)
    assert erased["counts"]["listedDevices"] == 2
    assert BO.id not in str(table("documents"))
    assert graph("GET", f"{B}/{IMPORTED}/{made['id']}")["assignedUserPrincipalName"] is None


def test_properties_of_a_device_are_updated_and_secrets_are_not_kept(graph, identity, on_disk):
    body = {"groupTag": "U", "displayName": "Desk", "deviceAccountUpn": "CANARY@x",
            "deviceAccountPassword": "CANARY", "addressableUserName": "CANARY"}  # fmt: skip
    graph("POST", f"{identity}/updateDeviceProperties", body, 204)
    shown = graph("GET", identity)
    assert (shown["groupTag"], shown["displayName"]) == ("U", "Desk")
    assert not on_disk("CANARY")


def test_a_profile_is_assigned_to_groups_and_to_devices(graph, identity):
    path = f"{PROFILES}/{graph('POST', PROFILES, PROFILE, 201)['id']}"
    group = {"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": "g"}
    made = graph("POST", f"{path}/assignments", {"target": group}, 201)
    assert [each["id"] for each in graph("GET", f"{path}/assignments")["value"]] == [made["id"]]
    graph("DELETE", f"{path}/assignments/{made['id']}")
    device_id = identity.rsplit("/", 1)[-1]
    graph("POST", f"{path}/assign", {"deviceIds": [device_id]}, 204)
    assert [each["id"] for each in graph("GET", f"{path}/assignedDevices")["value"]] == [device_id]
    shown = graph("GET", f"{identity}?$expand=deploymentProfile,intendedDeploymentProfile")
    assert shown["deploymentProfile"]["displayName"] == "P"
    other = f"{PROFILES}/{graph('POST', PROFILES, PROFILE, 201)['id']}"
    graph("POST", f"{other}/assign", {"deviceIds": [device_id]}, 204)
    assert graph("GET", f"{path}/assignedDevices")["value"] == []


def test_a_sync_of_autopilot_leaves_its_moment(graph, newest):
    path = f"{B}/windowsAutopilotSettings"
    graph("POST", f"{path}/sync", status=204)
    assert newest()["activityType"] == "sync WindowsAutopilotSettings"
    shown = graph("GET", path)
    assert (shown["syncStatus"], shown["lastSyncDateTime"][:2]) == ("completed", "20")


APPS = "/beta/deviceAppManagement"
# Where, body, action, its parameters, status, and what is then shown.
# fmt: off
ACTIONS = (
    (f"{APPS}/vppTokens", {"appleId": "a"}, "syncLicenses", {}, 200,
     {"lastSyncStatus": "completed"}),
    (f"{B}/depOnboardingSettings", {"tokenName": "t"}, "syncWithAppleDeviceEnrollmentProgram", {},
     204, {"tokenName": "t"}),
    (f"{B}/remoteAssistancePartners", {"displayName": "p"}, "beginOnboarding",
     {"partnerDomain": "CANARY"}, 204, {"onboardingStatus": "onboarding"}),
    (f"{B}/remoteAssistancePartners", {"displayName": "p"}, "disconnect", {}, 204,
     {"onboardingStatus": "notOnboarded"}),
    (f"{B}/deviceManagementPartners", {"displayName": "p"}, "terminate", {}, 204,
     {"partnerState": "terminated"}),
    (f"{B}/exchangeConnectors", {"serverName": "s"}, "sync", {"syncType": "fullSync"}, 204, {}),
    (f"{APPS}/deviceAppManagementTasks",
     {"@odata.type": "#microsoft.graph.appVulnerabilityTask"}, "updateStatus",
     {"status": "active", "note": "CANARY"}, 204, {"status": "active"}),
)
# fmt: on


@pytest.mark.parametrize(("path", "body", "action", "given", "status", "shown"), ACTIONS)
def test_an_action_leaves_its_mark_and_its_entry(
    graph, newest, on_disk, path, body, action, given, status, shown
):
    one = f"{path}/{graph('POST', path, body, 201)['id']}"
    graph("POST", f"{one}/{action}", given, status)
    assert newest()["activityType"].startswith(f"{action} ")
    found = graph("GET", one)
    assert {name: found[name] for name in shown} == shown
    assert not on_disk("CANARY")
    graph("POST", f"{path}/nothing/{action}", given, 404)


ENTERPRISE = f"{B}/androidManagedStoreAccountEnterpriseSettings"
TOLD = (
    (f"{B}/verifyWindowsEnrollmentAutoDiscovery(domainName='x')", True),
    (f"{V1}/verifyWindowsEnrollmentAutoDiscovery(domainName='x')", True),
    (f"{B}/deviceHealthScripts/areGlobalScriptsAvailable()", "enabled"),
    (f"{B}/deviceConfigurations/getIosAvailableUpdateVersions()", []),
    (f"{ENTERPRISE}/retrieveStoreLayout()", "basic"),
)


@pytest.mark.parametrize(("path", "value"), TOLD)
def test_a_function_tells_a_plain_value(graph, path, value):
    assert graph("GET", path)["value"] == value


def test_the_tenants_own_object_has_its_id(graph):
    for root in (V1, B):
        assert graph("GET", root)["intuneAccountId"] == tenant.TENANT_ID
    graph("PATCH", B, {"intuneAccountId": "CANARY0", "settings": {"secureByDefault": True}}, 400)
    graph("PATCH", B, {"settings": {"secureByDefault": True}}, 204)
    shown = graph("GET", B)
    assert (shown["settings"]["secureByDefault"], shown["intuneAccountId"]) == (
        True, tenant.TENANT_ID,
    )  # fmt: skip


def test_the_store_account_is_one_object(graph):
    graph("POST", f"{ENTERPRISE}/syncApps", status=204)
    assert graph("GET", ENTERPRISE)["lastAppSyncStatus"] == "success"
    body = {"enabled": True}
    graph("POST", f"{ENTERPRISE}/setAndroidDeviceOwnerFullyManagedEnrollmentState", body, 204)
    assert graph("GET", ENTERPRISE)["androidDeviceOwnerFullyManagedEnrollmentEnabled"] is True


def test_the_push_certificate_is_missing_until_it_is_given(graph):
    path = f"{B}/applePushNotificationCertificate"
    graph("GET", path, status=404)
    request = graph("GET", f"{path}/downloadApplePushNotificationCertificateSigningRequest()")
    assert len(request["value"]) > 500
    graph("PATCH", path, {"appleIdentifier": "a@x", "certificate": "c"})
    assert graph("GET", path)["appleIdentifier"] == "a@x"


def test_a_secret_setting_is_told_in_plain(graph):
    path = f"{B}/deviceConfigurations"
    setting = {"@odata.type": "#microsoft.graph.omaSettingString", "displayName": "s", "value": "v",
               "omaUri": "./x", "isEncrypted": True, "secretReferenceValueId": "r"}  # fmt: skip
    kind = "#microsoft.graph.windows10CustomConfiguration"
    made = graph(
        "POST", path, {"@odata.type": kind, "displayName": "C", "omaSettings": [setting]}, 201
    )
    one = f"{path}/{made['id']}/getOmaSettingPlainTextValue(secretReferenceValueId="
    held = graph("GET", f"{path}/{made['id']}")["omaSettings"][0]["secretReferenceValueId"]
    assert graph("GET", f"{one}'{held}')")["value"] == "v"
    graph("GET", f"{one}'CANARY')", status=404)


def test_links_of_payloads_are_assignments(graph):
    path = f"{B}/deviceManagementScripts"
    made = graph("POST", path, {"displayName": "S"}, 201)["id"]
    asked = {"payloadIds": [made]}
    assert graph("POST", f"{path}/hasPayloadLinks", asked)["value"][0]["hasLink"] is False
    group = {"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": "g"}
    body = {"deviceManagementScriptAssignments": [{"target": group}]}
    graph("POST", f"{path}/{made}/assign", body)
    assert graph("POST", f"{path}/hasPayloadLinks", asked)["value"][0]["hasLink"] is True


@pytest.mark.parametrize("is_on", [True, False])
def test_roles_on_attached_tenants_are_as_they_were_set(graph, is_on):
    path = f"{B}/tenantAttachRBAC"
    assert graph("GET", f"{path}/getState()")["enabled"] is False
    graph("POST", f"{path}/enable", {"enable": is_on}, 204)
    assert graph("GET", f"{path}/getState()")["enabled"] is is_on


def test_an_operation_without_behaviour_says_so(graph):
    graph("POST", f"{ENTERPRISE}/requestSignupUrl", {"hostName": "x"}, 501)
