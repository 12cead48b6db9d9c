"""managedAppRegistrations and what is asked of a user's apps: policies, wipes, blocks, reports."""

import pytest
from graph.graph_people import APPS, MAIL, OWN, PROTECTIONS, THEIR, people

from mdm_sim import tenant
from mdm_sim.graph.edm.model import model

VERSIONS = ("v1.0", "beta")
OF_USER = "managedAppRegistrations"
STATUSES = "deviceAppManagement/managedAppStatuses"
JOINED = "11111111-2222-4333-8444-555555555555"


@pytest.fixture(scope="module")
def two(prepared, tmp_path_factory):
    """Two people's apps; tests only read from it."""
    with people(prepared, tmp_path_factory.mktemp("apps")) as found:
        yield found


@pytest.mark.parametrize("version", VERSIONS)
def test_a_registration_has_every_property_of_its_type_and_no_other(two, version):
    listed = two.values(f"/{version}/{APPS}")
    assert {each["id"] for each in listed} == {two.own_mail, two.their_mail}
    for app in listed:
        kind = app.pop("@odata.type")
        assert kind == "#microsoft.graph.iosManagedAppRegistration"
        assert list(app) == list(model(version).types["iosManagedAppRegistration"].properties)


@pytest.mark.parametrize("path", [APPS, *(f"users/{key}/{OF_USER}" for key in (OWN.id, OWN.upn))])
@pytest.mark.parametrize("version", VERSIONS)
def test_a_registration_leads_to_the_policies_of_its_app(two, version, path):
    one = f"/{version}/{path}/{two.own_mail}"
    for name in ("appliedPolicies", "intendedPolicies"):
        [policy] = two.values(f"{one}/{name}")
        assert (policy["id"], policy["displayName"]) == (two.protection, "Mail")
        assert policy["@odata.type"] == "#microsoft.graph.iosManagedAppProtection"
    assert two.values(f"{one}/operations") == []
    expanded = two.get(f"{one}?$expand=appliedPolicies,intendedPolicies,operations")
    assert [each["id"] for each in expanded["intendedPolicies"]] == [two.protection]
    assert expanded["operations"] == []


@pytest.mark.parametrize("name", ["", "/intendedPolicies", "/operations"])
def test_the_app_of_another_is_not_among_a_users(two, name):
    two.get(f"users/{OWN.upn}/managedAppRegistrations/{two.their_mail}{name}", 404)
    two.get(f"{APPS}/{JOINED}{name}", 404)


def test_apps_are_asked_for_by_their_type(two):
    for kind, number in (("iosManagedAppRegistration", 2), ("androidManagedAppRegistration", 0)):
        path = f"{APPS}?$filter=isof('microsoft.graph.{kind}')"
        assert len(two.values(path)) == number
        assert len(two.values(f"{APPS}/microsoft.graph.{kind}")) == number


def test_v1_does_not_show_a_type_that_it_does_not_have(graph, register):
    register({"appIdentifier": {"windowsAppId": "com.x"}}, "windows")
    assert graph("GET", APPS)["value"] == []
    [app] = graph("GET", f"/beta/{APPS}")["value"]
    assert app["@odata.type"] == "#microsoft.graph.windowsManagedAppRegistration"


def test_androids_patch_version_is_never_collected(graph, register):
    register({"appIdentifier": {"packageId": "com.x"}}, "android")
    [app] = graph("GET", f"/beta/{APPS}")["value"]
    assert app["patchVersion"] is None
    assert "patchVersion" not in graph("GET", APPS)["value"][0]


def test_a_policy_applies_when_the_app_was_told_of_it(client, graph, register):
    app = register()
    body = {"displayName": "Later"}
    made = graph("POST", PROTECTIONS, body, 201)["id"]
    named = {"@odata.type": "#microsoft.graph.iosMobileAppIdentifier", "bundleId": MAIL}
    apps = {"apps": [{"mobileAppIdentifier": named}]}
    graph("POST", f"{PROTECTIONS}/{made}/targetApps", apps, 204)
    everybody = {"@odata.type": "#microsoft.graph.allLicensedUsersAssignmentTarget"}
    path = f"{APPS}/{app['id']}"
    assert graph("GET", f"{path}/intendedPolicies")["value"] == []
    graph("POST", f"{PROTECTIONS}/{made}/assign", {"assignments": [{"target": everybody}]}, 204)
    assert len(graph("GET", f"{path}/intendedPolicies")["value"]) == 1
    assert graph("GET", f"{path}/appliedPolicies")["value"] == []
    client.post("/mam/v1/check-ins", headers=app["headers"], json={"facts": {}})
    assert len(graph("GET", f"{path}/appliedPolicies")["value"]) == 1


def test_users_of_rooted_devices_are_told(graph, register, sign_in):
    register({"jailBroken": True})
    register({"jailBroken": False}, headers=sign_in(THEIR.upn))
    path = f"{APPS}/getUserIdsWithFlaggedAppRegistration()"
    assert graph("GET", path)["value"] == [OWN.id]
    flagged = {each["userId"]: each["flaggedReasons"] for each in graph("GET", APPS)["value"]}
    assert flagged == {OWN.id: ["rootedDevice"], THEIR.id: []}


# fmt: off
WIPES = (
    ("v1.0", "wipeManagedAppRegistrationsByDeviceTag",       {"deviceTag": "tag-1"}),
    ("beta", "wipeManagedAppRegistrationsByDeviceTag",       {"deviceTag": "tag-1"}),
    ("beta", "wipeManagedAppRegistrationByDeviceTag",        {"deviceTag": "tag-1"}),
    ("beta", "wipeManagedAppRegistrationsByAzureAdDeviceId", {"azureAdDeviceId": JOINED}),
)
# fmt: on


@pytest.mark.parametrize(("version", "action", "body"), WIPES)
def test_a_wipe_is_an_operation_of_the_users_apps_alone(
    graph, register, sign_in, version, action, body
):
    device = {"deviceId": JOINED, "trustType": "AzureAd", "displayName": "x"}
    made = graph("POST", "devices", device, 201)["id"]
    link = {"@odata.id": f"http://localhost/v1.0/directoryObjects/{OWN.id}"}
    graph("POST", f"devices/{made}/registeredOwners/$ref", link, 204)
    own = register({"azureADDeviceId": JOINED})
    theirs = register(headers=sign_in(THEIR.upn))
    graph("POST", f"/{version}/users/{OWN.upn}/{action}", body, 204)
    [operation] = graph("GET", f"{APPS}/{own['id']}/operations")["value"]
    assert (operation["state"], operation["displayName"]) == ("pending", "Selective wipe")
    assert graph("GET", f"{APPS}/{theirs['id']}/operations")["value"] == []


@pytest.mark.parametrize(("version", "action", "body"), WIPES)
def test_a_wipe_of_nothing_is_refused(client, admin, dump, version, action, body):
    before = dump()
    path = f"/{version}/users/{OWN.upn}/{action}"
    [name] = body
    for given, status in (({}, 400), ({name: ""}, 400), ({name: 7}, 400), ({name: "CANARY"}, 404)):
        answer = client.post(path, headers=admin, json=given)
        assert (answer.status_code, "CANARY" in answer.text) == (status, False)
    assert dump() == before


def test_a_blocked_user_registers_no_app_until_unblocked(client, graph, register, user, newest):
    app = register()
    path = f"/beta/users/{OWN.upn}"
    assert graph("GET", f"{path}/isManagedAppUserBlocked()")["value"] is False
    graph("POST", f"{path}/wipeAndBlockManagedApps", None, 204)
    assert graph("GET", f"{path}/isManagedAppUserBlocked()")["value"] is True
    assert [each["state"] for each in graph("GET", f"{APPS}/{app['id']}/operations")["value"]] == [
        "pending"
    ]
    facts = {"appIdentifier": {"bundleId": "com.example.other"}, "deviceTag": "t"}
    body = {"platform": "ios", "facts": facts}
    answer = client.post("/mam/v1/registrations", headers=user, json=body)
    assert answer.status_code == 403
    graph("POST", f"{path}/unblockManagedApps", None, 204)
    assert newest()["activityType"] == "Unblock ManagedAppUser"
    assert client.post("/mam/v1/registrations", headers=user, json=body).status_code == 201


def test_a_block_is_exported_and_erased_with_its_user(client, admin, graph, table):
    graph("POST", f"/beta/users/{OWN.upn}/wipeAndBlockManagedApps", None, 204)
    body = {"userPrincipalName": OWN.upn}
    held = client.post("/privacy/v1/rights/export", headers=admin, json=body).json
    assert held["managedAppsBlocked"] is True
    assert client.post("/privacy/v1/rights/erase", headers=admin, json=body).status_code == 200
    assert [row for row in table("object_references") if OWN.id in str(row)] == []


# fmt: off
NOTHING = (
    ("v1.0", "getManagedAppDiagnosticStatuses"),
    ("v1.0", "getManagedDevicesWithAppFailures"),
    ("beta", "getManagedDevicesWithFailedOrPendingApps"),
    ("beta", "retrieveManagedDevicesWithAppInstallationIssues"),
    ("beta", "getLoggedOnManagedDevices"),
)
# fmt: on


@pytest.mark.parametrize(("version", "name"), NOTHING)
def test_what_is_not_collected_of_a_user_is_an_empty_list(two, version, name):
    assert two.values(f"/{version}/users/{OWN.upn}/{name}()") == []
    two.get(f"/{version}/users/nobody@mdmsim.example/{name}()", 404)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_policies_of_a_user_are_those_assigned_to_everybody(two, version):
    listed = two.values(f"/{version}/users/{OWN.id}/getManagedAppPolicies()")
    assert [each["id"] for each in listed] == [two.protection]


def test_configurations_of_enrollment_that_concern_everybody_concern_a_user(two):
    path = f"users/{OWN.id}/getEffectiveDeviceEnrollmentConfigurations()"
    every = two.values("deviceManagement/deviceEnrollmentConfigurations")
    defaults = {each["id"] for each in every if "_Default" in each["id"]}
    assert {each["id"] for each in two.values(path)} == defaults


@pytest.mark.parametrize("version", VERSIONS)
def test_reports_are_listed_without_what_is_in_them(two, version):
    listed = two.values(f"/{version}/{STATUSES}")
    assert {each["id"] for each in listed} == {
        "userstatus",
        "userconfigstatus",
        "appregistrationsummary",
        "managedAppList",
        "windowsprotectionreport",
    }
    assert {each["content"] for each in listed} == {None}
    answer = two.client.get(f"/{version}/{STATUSES}/$count", headers=two.admin)
    assert int(answer.text) == len(listed)


def content(two, name, options=""):
    """The rows of a report, by the names of its columns."""
    told = two.get(f"{STATUSES}('{name}'){options}")["content"]
    return [dict(zip(told["header"], row["values"], strict=True)) for row in told["body"]]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_users_status_is_of_that_user(two, version):
    told = two.get(f"/{version}/{STATUSES}('userstatus')?userId={OWN.id}")["content"]
    assert told["header"][0] == "UserId"
    [row] = content(two, "userstatus", f"?userId={OWN.id}")
    assert (row["UserId"], row["DeviceName"], row["PolicyName"]) == (OWN.id, "own-tablet", "Mail")
    assert content(two, "userstatus", "?userId=CANARY") == []
    assert content(two, "userstatus") == []


def test_a_summary_has_the_columns_that_are_asked_for(two):
    columns = "UserId,ApplicationName,CANARY,PolicyName,managementlevel"
    answer = two.get(f"{STATUSES}('appregistrationsummary')?columns={columns}")
    assert answer["content"]["header"] == [
        "UserId",
        "ApplicationName",
        "PolicyName",
        "ManagementLevel",
    ]
    rows = sorted(each["values"] for each in answer["content"]["body"])
    assert rows == sorted([[user.id, MAIL, "Mail", "Unmanaged"] for user in (OWN, THEIR)])
    assert "CANARY" not in str(answer)


@pytest.mark.parametrize(("fetch", "rows"), [("1", 1), ("6000", 2), ("x", 2), ("9" * 30, 2)])
def test_a_summary_has_as_many_rows_as_are_asked_for(two, fetch, rows):
    assert len(content(two, "appregistrationsummary", f"?fetch={fetch}&policyMode=0")) == rows


def test_other_reports_hold_what_there_is(two):
    assert content(two, "managedAppList") == [{"ApplicationName": MAIL, "Platform": "ios"}]
    assert content(two, "userconfigstatus", f"?userId={OWN.id}") == []
    assert content(two, "windowsprotectionreport") == []
    two.get(f"{STATUSES}('CANARY')", 404)


def test_reports_take_a_permission(client, user, sign_in):
    assert client.get(f"/beta/{STATUSES}", headers=user).status_code == 403
    scope = "https://graph.microsoft.com/DeviceManagementManagedDevices.Read.All"
    headers = sign_in(tenant.ADMIN.upn, scope)
    assert client.get(f"/beta/{STATUSES}('userstatus')", headers=headers).status_code == 403
