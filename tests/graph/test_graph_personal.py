"""Everything that Intune's own export of a person's data reads: of one of two people, and no more.

The endpoints are those of Microsoft's script IntuneDataExport. What it filters itself is filtered
here in its way.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from graph.graph_people import DEVICES, OWN, THEIR, people

DAM, DM = "deviceAppManagement", "deviceManagement"
COLUMNS = (
    "UserId,DisplayName,UserEmail,ApplicationName,ApplicationInstanceId,ApplicationVersion,"
    "DeviceName,DeviceType,DeviceManufacturer,DeviceModel,AndroidPatchVersion,AzureADDeviceId,"
    "MDMDeviceID,Platform,PlatformVersion,ManagementLevel,PolicyName,LastCheckInDate"
)


@pytest.fixture(scope="module")
def two(prepared, tmp_path_factory):
    """Two people's devices and apps, and objects that could tell of them."""
    with people(prepared, tmp_path_factory.mktemp("personal")) as found:
        terms = {"displayName": "Terms", "title": "t", "bodyText": "b", "acceptanceStatement": "c"}
        found.terms = found.send("POST", f"{DM}/termsAndConditions", 201, terms)["id"]
        script = {"displayName": "Script", "fileName": "x.ps1", "scriptContent": "eA=="}
        found.script = found.send("POST", f"{DM}/deviceManagementScripts", 201, script)["id"]
        book = {"@odata.type": "#microsoft.graph.iosVppEBook", "displayName": "Book"}
        found.book = found.send("POST", f"{DAM}/managedEBooks", 201, book)["id"]
        setting = {"@odata.type": "#microsoft.graph.iosMobileAppConfiguration", "displayName": "C"}
        path = f"{DAM}/mobileAppConfigurations"
        found.app_configuration = found.send("POST", path, 201, setting)["id"]
        yield found


# fmt: off
OF_PERSON = (
    "users/{upn}",
    "users/{upn}/memberOf/microsoft.graph.group",
    "users/{upn}/registeredDevices",
    "users/{id}/managedDevices?$select=id",
    DM + "/auditEvents?$filter=actor/userPrincipalName eq '{upn}'",
    "users/{id}/managedAppRegistrations?$expand=appliedPolicies,intendedPolicies,operations",
    DAM + "/managedEBooks?$filter=microsoft.graph.iosVppEBook/appleId eq '{upn}'",
    DM + "/depOnboardingSettings?$filter=appleIdentifier eq '{upn}'",
    DM + "/remoteActionAudits?$filter=initiatedByUserPrincipalName eq '{upn}'",
    "users/{id}/deviceManagementTroubleshootingEvents",
    "users/{upn}/exportDeviceAndAppManagementData()/content",
    DAM + "/managedAppStatuses('userstatus')?userId={id}",
    DAM + "/managedAppStatuses('userconfigstatus')?userId={id}",
)
OF_DEVICE = (
    DEVICES + "/{device}?$expand=detectedApps",
    DEVICES + "/{device}/deviceCategory",
    DEVICES + "/{device}/deviceConfigurationStates",
    DEVICES + "/{device}/deviceCompliancePolicyStates",
    DEVICES + "/{device}/?$select=id,hardwareInformation",
    DEVICES + "/{device}?$expand=windowsProtectionState",
    "users('{id}')/mobileAppIntentAndStates('{device}')",
    DAM + "/windowsManagementApp/healthStates?$filter=deviceName eq '{name}'",
)
OF_EVERYBODY = (
    DAM + "/managedEBooks?$expand=installSummary",
    DAM + "/managedEBooks/{book}/userStateSummary",
    DAM + "/managedEBooks/{book}/deviceStates",
    DM + "/iosUpdateStatuses",
    DAM + "/mobileAppConfigurations",
    DAM + "/mobileAppConfigurations/{app_configuration}/deviceStatuses",
    DAM + "/mobileAppConfigurations/{app_configuration}/userStatuses",
    DM + "/deviceManagementScripts",
    DM + "/deviceManagementScripts/{script}/userRunStates",
    DM + "/termsAndConditions",
    DM + "/termsAndConditions/{terms}/acceptanceStatuses",
)
# fmt: on
SUMMARY = f"{DAM}/managedAppStatuses('appregistrationsummary')?fetch=6000&policyMode=0"
STATES = ("deviceConfigurationStates", "deviceCompliancePolicyStates")


def of_device(two: Any, whose: str, person: Any, name: str) -> Iterator[str]:
    """What is read of one device."""
    device = getattr(two, f"{whose}_{name}")
    for path in OF_DEVICE:
        yield path.format(id=person.id, device=device, name=f"{whose}-{name}")
    for states in STATES:
        for state in two.values(f"{DEVICES}/{device}/{states}"):
            yield f"{DEVICES}/{device}/{states}/{state['id']}/settingStates"


def paths(two: Any, whose: str) -> list[str]:
    """Everything that the export of a person reads."""
    person = OWN if whose == "own" else THEIR
    made = vars(two)
    return [
        *(path.format(id=person.id, upn=person.upn) for path in OF_PERSON),
        *(each for name in ("phone", "desk") for each in of_device(two, whose, person, name)),
        *(path.format(**made) for path in OF_EVERYBODY),
    ]


def values(two: Any, whose: str) -> set[str]:
    """The ids and values that belong to a person alone."""
    person = OWN if whose == "own" else THEIR
    names = ("phone", "desk", "tablet", "serial", "maker", "model", "tag", "game")
    told = {f"{whose}-{name}" for name in names} | {f"com.{whose}.game"}
    ids = {getattr(two, f"{whose}_{name}") for name in ("phone", "desk", "mail")}
    return told | ids | {person.id, person.upn, person.display_name}


@pytest.mark.parametrize(("whose", "other"), [("own", "their"), ("their", "own")])
def test_an_export_has_what_is_one_persons_and_nothing_of_the_others(two, whose, other):
    told = {path: orjson.dumps(two.get(path)).decode() for path in paths(two, whose)}
    leaks = [(path, each) for path in told for each in values(two, other) if each in told[path]]
    assert leaks == []
    everything = "".join(told.values())
    assert {each for each in values(two, whose) if each not in everything} == set()


@pytest.mark.parametrize(("person", "other"), [(OWN, "their"), (THEIR, "own")])
def test_the_rows_of_a_summary_are_told_apart_by_their_first_value(two, person, other):
    content = two.get(f"{SUMMARY}&columns={COLUMNS}")["content"]
    assert ",".join(content["header"]) == COLUMNS
    [row] = [each["values"] for each in content["body"] if each["values"][0] == person.id]
    assert not values(two, other) & set(row)
    assert {person.display_name, person.upn} <= set(row)


def test_the_sets_of_an_export_are_named(two):
    sets = two.values(f"users/{OWN.upn}/exportDeviceAndAppManagementData()/content")
    named = {each["displayName"]: each["data"] for each in sets}
    assert [each["id"] for each in named["Users"]] == [OWN.id]
    assert {each["id"] for each in named["Devices"]} == {two.own_phone, two.own_desk}
    assert [each["id"] for each in named["ManagedAppRegistrations"]] == [two.own_mail]
    assert all(isinstance(each, list) for each in named.values())


def test_what_an_admin_marked_a_device_with_is_exported(two):
    made = two.send("POST", f"{DM}/deviceCategories", 201, {"displayName": "Sales"})["id"]
    link = {"@odata.id": f"http://localhost/beta/{DM}/deviceCategories/{made}"}
    two.send("PUT", f"{DEVICES}/{two.own_desk}/deviceCategory/$ref", 204, link)
    sets = two.values(f"users/{OWN.upn}/exportDeviceAndAppManagementData()/content")
    [devices] = [each["data"] for each in sets if each["displayName"] == "Devices"]
    marks = {each["id"]: each["marks"] for each in devices}
    assert marks == {two.own_phone: {}, two.own_desk: {"deviceCategory": [made]}}
    two.send("DELETE", f"{DEVICES}/{two.own_desk}/deviceCategory/$ref", 204)


@pytest.mark.parametrize("how", ["erase", "delete"])
def test_marks_go_with_the_device(client, admin, enroll, table, how):
    device = enroll()["id"]
    made = client.post(
        f"/beta/{DM}/deviceCategories", headers=admin, json={"displayName": "Sales"}
    ).json
    path = f"/beta/{DEVICES}/{device}"
    link = {"@odata.id": f"http://localhost/beta/{DM}/deviceCategories/{made['id']}"}
    assert client.put(f"{path}/deviceCategory/$ref", headers=admin, json=link).status_code == 204
    tags = {"roleScopeTagIds": ["0"]}
    assert client.patch(path, headers=admin, json=tags).status_code == 200
    assert len([row for row in table("object_references") if row["source_id"] == device]) == 2
    if how == "delete":
        assert client.delete(path, headers=admin).status_code == 204
    else:
        body = {"userPrincipalName": OWN.upn}
        assert client.post("/privacy/v1/rights/erase", headers=admin, json=body).status_code == 200
    assert [row for row in table("object_references") if row["source_id"] == device] == []
