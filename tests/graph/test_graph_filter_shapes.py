"""Every shape of $filter that public Intune tools send, against a plain recomputation.

What is asked of a list is computed again here from the whole list, as it is shown.
"""

from collections.abc import Callable, Iterator

import pytest
from graph.conftest import token

from mdm_sim import tenant
from mdm_sim.app import create_app
from mdm_sim.settings import Settings

APPS = "deviceAppManagement/mobileApps"
BOOKS = "deviceAppManagement/managedEBooks"
POLICIES = "deviceManagement/configurationPolicies"
CONFIGURATIONS = "deviceManagement/deviceConfigurations"
APP_CONFIGURATIONS = "deviceAppManagement/mobileAppConfigurations"
SCRIPTS = "deviceManagement/deviceHealthScripts"
ENROLLMENT = "deviceManagement/deviceEnrollmentConfigurations"
AUDIT = "deviceManagement/auditEvents"
IDENTIFIERS = "deviceManagement/importedDeviceIdentities"
NAMESPACE = "#microsoft.graph."


def app(kind: str, name: str, **more: object) -> dict:
    return {"@odata.type": NAMESPACE + kind, "displayName": name, "publisher": "x", **more}


def named(kind: str, name: str, **more: object) -> dict:
    return {"@odata.type": NAMESPACE + kind, "displayName": name, **more}


STORED: dict[str, list[dict]] = {
    APPS: [
        app("win32LobApp", "Zip", notes="abc"),
        app("win32LobApp", "O'Brien's", notes="xyz"),
        app("iosVppApp", "Books"),
        app("macOsVppApp", "Numbers"),
        app("managedIOSStoreApp", "Global", appAvailability="global"),
        app("managedAndroidLobApp", "Own", appAvailability="lineOfBusiness"),
        app("webApp", "Page", appUrl="https://page.example"),
    ],
    POLICIES: [
        {"name": "P", "platforms": "windows10", "technologies": "mdm,microsoftSense"},
        {"name": "Q", "platforms": "macOS,iOS", "technologies": "mdm"},
        {
            "name": "R",
            "platforms": "windows10",
            "technologies": "endpointPrivilegeManagement",
            "templateReference": {"templateFamily": "baseline"},
        },
    ],
    CONFIGURATIONS: [
        named("windowsUpdateForBusinessConfiguration", "Rings"),
        named("iosUpdateConfiguration", "Updates"),
        named("windows10CustomConfiguration", "Custom"),
    ],
    APP_CONFIGURATIONS: [
        named("androidManagedStoreAppConfiguration", "A", appSupportsOemConfig=True),
        named("androidManagedStoreAppConfiguration", "B", appSupportsOemConfig=False),
        named("iosMobileAppConfiguration", "C"),
    ],
    BOOKS: [
        named("iosVppEBook", "One", appleId="a@books.example", publisher="x"),
        named("iosVppEBook", "Two", appleId="b@books.example", publisher="x"),
    ],
    ENROLLMENT: [
        named("deviceEnrollmentLimitConfiguration", "Five", priority=0, limit=5),
        named("deviceEnrollmentLimitConfiguration", "Six", priority=1, limit=6),
    ],
    SCRIPTS: [{"displayName": "S"}, {"displayName": "T"}],
    IDENTIFIERS: [
        {"importedDeviceIdentityType": "serialNumber", "importedDeviceIdentifier": "S-1"},
        {"importedDeviceIdentityType": "serialNumber", "importedDeviceIdentifier": "T-2"},
    ],
}


def is_of(*kinds: str) -> Callable[[dict], bool]:
    return lambda item: item["@odata.type"].removeprefix(NAMESPACE) in kinds


def holds(name: str, part: str) -> Callable[[dict], bool]:
    return lambda item: part.lower() in (item.get(name) or "").lower()


def flags(item: dict, name: str) -> list[str]:
    return item[name].split(",")


def availability(item: dict) -> str | None:
    return item.get("appAvailability")


WIN32, UPDATES = is_of("win32LobApp"), is_of("iosUpdateConfiguration")
RINGS = is_of("windowsUpdateForBusinessConfiguration")
STORE_CONFIGURATION = is_of("androidManagedStoreAppConfiguration")
OEM = "microsoft.graph.androidManagedStoreAppConfiguration"

# fmt: off
SHAPES: list[tuple[str, str, Callable[[dict], object]]] = [
    (APPS, "displayName eq 'Zip'", lambda it: it["displayName"] == "Zip"),
    (APPS, "displayname eq 'Zip'", lambda it: it["displayName"] == "Zip"),
    (APPS, "displayName eq 'O''Brien''s'", lambda it: it["displayName"] == "O'Brien's"),
    (APPS, "contains(displayName,'o')", holds("displayName", "o")),
    (APPS, "isAssigned eq true", lambda it: it["isAssigned"]),
    (APPS, "isof('microsoft.graph.win32LobApp')", WIN32),
    (APPS, "(isof('microsoft.graph.win32LobApp'))", WIN32),
    (APPS, "isof(microsoft.graph.win32lobapp)", WIN32),
    (APPS, "isof('microsoft.graph.mobileLobApp')", is_of("win32LobApp")),
    (APPS, "isof('microsoft.graph.mobileApp')", lambda it: it),
    (APPS, "isof('microsoft.graph.iosVppApp') or isof('microsoft.graph.macOsVppApp')",
     is_of("iosVppApp", "macOsVppApp")),
    (APPS, "isof('microsoft.graph.win32LobApp') eq false", lambda it: not WIN32(it)),
    (APPS, "isof('microsoft.graph.win32LobApp') and (contains(notes, 'a') or contains(notes, 'b'))",
     lambda it: WIN32(it) and {"a", "b"} & set(it["notes"])),
    (APPS, (
     "(microsoft.graph.managedApp/appAvailability eq null or microsoft.graph.managedApp/"
     "appAvailability eq 'lineOfBusiness' or isAssigned eq true)"
     ),
     lambda it: availability(it) in {None, "lineOfBusiness"} or it["isAssigned"]),
    (APPS, (
     "(microsoft.graph.managedApp/appAvailability) eq null or (microsoft.graph.managedApp/"
     "appAvailability) eq 'lineOfBusiness' or isAssigned eq true"
     ),
     lambda it: availability(it) in {None, "lineOfBusiness"} or it["isAssigned"]),
    (APPS, (
     "microsoft.graph.managedApp/appAvailability eq microsoft.graph.managedAppAvailability"
     "'global'"
     ), lambda it: availability(it) == "global"),
    (POLICIES, "platforms has 'windows10' and technologies has 'mdm'",
     lambda it: "windows10" in flags(it, "platforms") and "mdm" in flags(it, "technologies")),
    (POLICIES, "platforms has 'macOS'", lambda it: "macOS" in flags(it, "platforms")),
    (POLICIES, "platforms eq 'iOS,macOS'",
     lambda it: {*flags(it, "platforms")} == {"iOS", "macOS"}),
    (POLICIES, "templateReference/templateFamily eq 'baseline'",
     lambda it: (it["templateReference"] or {}).get("templateFamily") == "baseline"),
    (CONFIGURATIONS, (
     "not isof('microsoft.graph.windowsUpdateForBusinessConfiguration') and "
     "not isof('microsoft.graph.iosUpdateConfiguration')"
     ),
     lambda it: not RINGS(it) and not UPDATES(it)),
    (CONFIGURATIONS, "isof('microsoft.graph.windowsUpdateForBusinessConfiguration')", RINGS),
    (APP_CONFIGURATIONS, f"{OEM}/appSupportsOemConfig eq false or isof('{OEM}') eq false",
     lambda it: not STORE_CONFIGURATION(it) or not it["appSupportsOemConfig"]),
    (BOOKS, "microsoft.graph.iosVppEBook/appleId eq 'a@books.example'",
     lambda it: it["appleId"] == "a@books.example"),
    (ENROLLMENT, "priority eq 0", lambda it: it["priority"] == 0),
    (SCRIPTS, "isGlobalScript eq false", lambda it: not it["isGlobalScript"]),
    (IDENTIFIERS, "contains(importedDeviceIdentifier,'s-')",
     holds("importedDeviceIdentifier", "S-")),
    (AUDIT, "actor/userPrincipalName eq 'nobody@example.com'",
     lambda it: it["actor"]["userPrincipalName"] == "nobody@example.com"),
    (AUDIT, "category eq 'Application' and activityDateTime gt 2024-01-01",
     lambda it: it["category"] == "Application"),
    (AUDIT, (
     "componentName eq 'MobileApp' and activityDateTime gt 2024-01-01T00:00:00.000000Z "
     "and activityDateTime le 2099-01-01T00:00:00.000000Z and activityOperationType ne 'Get'"
     ),
     lambda it: it["componentName"] == "MobileApp" and it["activityOperationType"] != "Get"),
    ("users", "userPrincipalName eq 'BO.DEBOER@mdmsim.example'",
     lambda it: it["userPrincipalName"] == tenant.USERS[0].upn),
    ("users", "startsWith(displayName, 'b') or startsWith(displayName, 'c')",
     lambda it: it["displayName"][0].lower() in "bc"),
    ("users", "accountEnabled eq true", lambda it: it["accountEnabled"]),
]
# On these sets nothing has to be stored: that the shape is understood is what is asked.
UNDERSTOOD = (
    ("devices", "deviceId eq guid'11111111-2222-4333-8444-555555555555'"),
    ("devices", "ApproximateLastSignInDateTime le 2024-01-01T00:00:00Z"),
    ("groups", "groupTypes/any(c:c eq 'Unified')"),
    ("groups", "not(groupTypes/any(g:g eq 'DynamicMembership'))"),
    ("deviceManagement/depOnboardingSettings", "tokenExpirationDateTime gt 2024-01-01T00:00:00z"),
    ("deviceManagement/depOnboardingSettings", "appleIdentifier eq 'a@b.example'"),
    ("deviceManagement/roleDefinitions", "isBuiltIn eq false"),
    ("deviceManagement/groupPolicyDefinitionFiles", "displayName eq 'x'"),
    ("deviceManagement/configurationSettings", (
     "categoryId eq 'x' and applicability/platform has 'windows10' and applicability/technologies "
     "has 'mdm'")),
    ("deviceManagement/templates", "(isof('microsoft.graph.securityBaselineTemplate'))"),
    ("deviceManagement/autopilotEvents",
     "microsoft.graph.DeviceManagementAutopilotEvent/enrollmentStartDateTime ge 2024-01-01"),
    ("deviceManagement/windowsAutopilotDeviceIdentities", "contains(serialNumber,'x')"),
    ("deviceAppManagement/mobileAppRelationships",
     "targetType eq microsoft.graph.mobileAppRelationshipType'child'"),
    ("deviceManagement/auditEvents", "resources/any(s:s/auditResourceType eq 'X')"),
    ("deviceManagement/auditEvents", "resources/any(s:s/resourceId eq 'X')"),
    ("deviceManagement/managedDevices", "isof('microsoft.graph.windowsManagedDevice')"),
    ("deviceManagement/remoteActionAudits", "initiatedByUserPrincipalName eq 'u@x.example'"),
    ("deviceManagement/androidDeviceOwnerEnrollmentProfiles",
     "EnrollmentMode eq 'corporateOwnedFullyManaged'"),
    ("deviceManagement/groupPolicyConfigurations", "policyConfigurationIngestionType eq 'custom'"),
)
# fmt: on


@pytest.fixture(scope="module")
def get(prepared, tmp_path_factory) -> Iterator[Callable[..., list[dict]]]:
    """The objects of a list of a service where those above are stored."""
    url = prepared.copy(tmp_path_factory.mktemp("shapes"))
    made = create_app(Settings(url))
    client = made.test_client()
    secret = {"grant_type": "client_credentials", "client_secret": tenant.CLIENT_SECRET}
    headers = token(client, **secret)

    def lists(url: str, status: int = 200, **options: str) -> list[dict]:
        named_options = {f"${name}": text for name, text in options.items()}
        answer = client.get(f"/beta/{url}", headers=headers, query_string=named_options)
        assert answer.status_code == status, answer.text
        return answer.json["value"] if status == 200 else answer.json["error"]

    for collection, bodies in STORED.items():
        for body in bodies:
            answer = client.post(f"/beta/{collection}", headers=headers, json=body)
            assert answer.status_code == 201, answer.text
    first = lists(APPS)[0]["id"]
    target = {"@odata.type": f"{NAMESPACE}allDevicesAssignmentTarget"}
    assigned = {"mobileAppAssignments": [{"intent": "required", "target": target}]}
    answer = client.post(f"/beta/{APPS}/{first}/assign", headers=headers, json=assigned)
    assert answer.status_code == 204, answer.text
    yield lists
    made.extensions["mdm_sim"].store.close()


def ids(found: list[dict]) -> list[str]:
    return [each["id"] for each in found]


@pytest.mark.parametrize(("path", "text", "is_meant"), SHAPES, ids=range(len(SHAPES)))
def test_a_filter_of_a_tool_finds_what_it_means(get, path, text, is_meant):
    assert ids(get(path, filter=text)) == ids([each for each in get(path) if is_meant(each)])


@pytest.mark.parametrize(("path", "text"), UNDERSTOOD, ids=range(len(UNDERSTOOD)))
def test_a_filter_of_a_tool_is_understood(get, path, text):
    found, others = get(path, filter=text), get(path, filter=f"not ({text})")
    assert sorted(ids(found) + ids(others)) == sorted(ids(get(path)))


@pytest.mark.parametrize("form", ["id eq '{}'", "id eq guid'{}'", "id eq {}", "ID EQ '{}'"])
def test_an_id_is_found_in_every_form(get, form):
    wanted = get(APPS)[2]["id"]
    assert ids(get(APPS, filter=form.format(wanted))) == [wanted]


def test_members_of_enums_come_in_any_case_and_others_are_refused(get):
    assert get(POLICIES, filter="platforms has 'WINDOWS10'")
    error = get(POLICIES, 400, filter="platforms has 'CANARY'")
    assert "CANARY" not in str(error)


def test_a_cast_selects_what_objects_of_that_type_have(get):
    cast = "microsoft.graph.managedApp/appAvailability"
    for item in get(APPS, select=f"displayName,{cast}", orderby="displayName"):
        is_managed = item["@odata.type"].startswith(f"{NAMESPACE}managed")
        assert ("appAvailability" in item) is is_managed
        assert item.keys() - {"appAvailability"} == {"@odata.type", "id", "displayName"}


def test_select_takes_parts_of_a_complex_property(get):
    actors = [each["actor"] for each in get(AUDIT, select="actor/applicationId,ACTOR/userId")]
    assert actors
    assert {name for actor in actors for name in actor} == {"applicationId", "userId"}
