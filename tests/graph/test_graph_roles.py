"""Roles, scope tags, enrollment configurations and filters, and what every tenant has at first."""

import pytest

from mdm_sim import tenant

B = "/beta/deviceManagement"
DEFINITIONS, TAGS = f"{B}/roleDefinitions", f"{B}/roleScopeTags"
HELP_DESK = "9e0cc482-82df-4ab2-a24c-0c23a3f52e1e"
CONFIGURATIONS = f"{B}/deviceEnrollmentConfigurations"
LIMIT = {"@odata.type": "#microsoft.graph.deviceEnrollmentLimitConfiguration", "limit": 3}
ROLE = {
    "@odata.type": "#microsoft.graph.deviceAndAppManagementRoleDefinition",
    "displayName": "Custom",
    "rolePermissions": [
        {"resourceActions": [{"allowedResourceActions": ["Microsoft.Intune_Roles_Read"]}]}
    ],
}


@pytest.mark.parametrize("version", ["v1.0", "beta"])
def test_built_in_roles_are_there_from_the_start(graph, version):
    path = f"/{version}/deviceManagement/roleDefinitions"
    listed = graph("GET", path)["value"]
    assert len(listed) == 7
    assert all(each["isBuiltIn"] for each in listed)
    [found] = graph("GET", f"{path}?$filter=displayName eq 'Help Desk Operator'")["value"]
    actions = found["rolePermissions"][0]["resourceActions"][0]["allowedResourceActions"]
    assert (found["id"], "Microsoft.Intune_RemoteTasks_RebootNow" in actions) == (HELP_DESK, True)
    operations = graph("GET", f"/{version}/deviceManagement/resourceOperations?$top=999")["value"]
    assert set(actions) <= {each["id"] for each in operations}


@pytest.mark.parametrize(
    ("method", "path"),
    [(method, path) for method in ("PATCH", "DELETE")
     for path in (f"{DEFINITIONS}/{HELP_DESK}", f"{TAGS}/0")],
)  # fmt: skip
def test_what_is_built_in_stays_as_it_is(graph, dump, method, path):
    before = dump()
    graph(method, path, {"displayName": "x"} if method == "PATCH" else None, 400)
    assert dump() == before


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_resource_operations_are_only_read(graph, method):
    path = f"{B}/resourceOperations"
    graph(method, path if method == "POST" else f"{path}/x", {}, 405)


def test_a_custom_role_is_changed_and_removed(graph):
    made = graph("POST", DEFINITIONS, {**ROLE, "isBuiltIn": True})
    assert (made["isBuiltIn"], made["permissions"][0]["actions"]) == (
        False, ["Microsoft.Intune_Roles_Read"],
    )  # fmt: skip
    path = f"{DEFINITIONS}/{made['id']}"
    graph("PATCH", path, {"@odata.type": ROLE["@odata.type"], "displayName": "Other"})
    assert graph("GET", path)["displayName"] == "Other"
    graph("DELETE", path)
    graph("GET", path, status=404)


def test_an_assignment_stands_below_its_role(graph):
    url = f"https://graph.microsoft.com/beta/deviceManagement/roleDefinitions('{HELP_DESK}')"
    body = {
        "@odata.type": "#microsoft.graph.deviceAndAppManagementRoleAssignment",
        "displayName": "A", "members": ["m"], "resourceScopes": ["s"],
        "roleDefinition@odata.bind": url, "roleScopeTags@odata.bind": [f"{B}/roleScopeTags('0')"],
    }  # fmt: skip
    made = graph("POST", f"{B}/roleAssignments", body, 201)
    path = f"{B}/roleAssignments/{made['id']}"
    assert graph("GET", f"{path}/roleDefinition")["id"] == HELP_DESK
    shown = graph("GET", f"{path}?$expand=roleDefinition,roleScopeTags")
    assert (shown["roleDefinition"]["id"], shown["roleScopeTags"][0]["id"]) == (HELP_DESK, "0")
    below = graph("GET", f"{DEFINITIONS}/{HELP_DESK}/roleAssignments")["value"]
    assert [each["id"] for each in below] == [made["id"]]
    expanded = graph("GET", f"{DEFINITIONS}/{HELP_DESK}?$expand=roleAssignments")
    assert [each["id"] for each in expanded["roleAssignments"]] == [made["id"]]
    graph("DELETE", path, status=204)
    assert graph("GET", f"{DEFINITIONS}/{HELP_DESK}/roleAssignments")["value"] == []


def test_tags_are_numbered_and_found_by_their_ids(graph):
    assert graph("GET", f"{TAGS}/hasCustomRoleScopeTag()")["value"] is False
    assert [graph("POST", TAGS, {"displayName": n})["id"] for n in "ab"] == ["1", "2"]
    assert graph("GET", f"{TAGS}/hasCustomRoleScopeTag()")["value"] is True
    assert [each["id"] for each in graph("GET", TAGS)["value"]] == ["0", "1", "2"]
    found = graph("POST", f"{TAGS}/getRoleScopeTagsById", {"roleScopeTagIds": ["2", "x"]})
    assert [each["displayName"] for each in found["value"]] == ["b"]
    by_ids = graph("GET", f"{B}/getRoleScopeTagsByIds(ids=['0','1'])")["value"]
    assert [each["id"] for each in by_ids] == ["0", "1"]
    graph("POST", f"{TAGS}/1/assign", {"assignments": [_group()]})
    assert len(graph("GET", f"{TAGS}/1/assignments")["value"]) == 1


def _group():
    return {"target": {"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": "g"}}


@pytest.mark.parametrize("version", ["v1.0", "beta"])
def test_callers_see_what_they_may_do(graph, version):
    path = f"/{version}/deviceManagement/getEffectivePermissions(scope='x')"
    [found] = graph("GET", path)["value"]
    allowed = found["resourceActions"][0]["allowedResourceActions"]
    assert "Microsoft.Intune_ManagedDevices_Read" in allowed


def test_a_persons_roles_are_those_of_their_assignments(graph):
    person = tenant.USERS[0].id
    path = f"{B}/retrieveUserRoleDetail(userid='{person}')"
    assert graph("GET", path)["roleDefinitions"] == []
    body = {"displayName": "A", "members": [person], "resourceScopes": [],
            "roleDefinition@odata.bind": f"{B}/roleDefinitions('{HELP_DESK}')"}  # fmt: skip
    graph("POST", f"{B}/roleAssignments", body, 201)
    [role] = graph("GET", path)["roleDefinitions"]
    assert role["roleDefinitionDisplayName"] == "Help Desk Operator"


@pytest.mark.parametrize("version", ["v1.0", "beta"])
def test_default_enrollment_configurations_are_there_and_stay(graph, version):
    path = f"/{version}/deviceManagement/deviceEnrollmentConfigurations"
    listed = {each["id"]: each for each in graph("GET", path)["value"]}
    endings = ("DefaultLimit", "DefaultPlatformRestrictions", "DefaultWindowsHelloForBusiness",
               "DefaultWindows10EnrollmentCompletionPageConfiguration")  # fmt: skip
    assert set(listed) == {f"{tenant.TENANT_ID}_{each}" for each in endings}
    assert {each["priority"] for each in listed.values()} == {0}
    one = f"{path}/{tenant.TENANT_ID}_DefaultLimit"
    graph("DELETE", one, status=400)
    kind = listed[f"{tenant.TENANT_ID}_DefaultLimit"]["@odata.type"]
    graph("PATCH", one, {"@odata.type": kind, "limit": 9})
    assert graph("GET", one)["limit"] == 9


def _priorities(graph):
    mine = [each for each in graph("GET", CONFIGURATIONS)["value"] if each["priority"]]
    return {each["displayName"]: each["priority"] for each in mine}


def test_priorities_are_counted_within_a_kind_and_moved(graph, newest):
    ids = {
        name: graph("POST", CONFIGURATIONS, {**LIMIT, "displayName": name, "priority": 7}, 201)[
            "id"
        ]
        for name in "abc"
    }
    assert all(each.endswith("_Limit") for each in ids.values())
    assert _priorities(graph) == {"a": 1, "b": 2, "c": 3}
    graph("POST", f"{CONFIGURATIONS}/{ids['c']}/setPriority", {"priority": 1})
    assert _priorities(graph) == {"c": 1, "a": 2, "b": 3}
    assert newest()["activityType"] == "setPriority DeviceEnrollmentConfiguration"
    for wrong in (0, 4, -1):
        graph("POST", f"{CONFIGURATIONS}/{ids['c']}/setPriority", {"priority": wrong}, 400)
    body = {"enrollmentConfigurationAssignments": [_group()]}
    graph("POST", f"{CONFIGURATIONS}/{ids['a']}/assign", body)
    assert len(graph("GET", f"{CONFIGURATIONS}/{ids['a']}/assignments")["value"]) == 1


FILTERS = f"{B}/assignmentFilters"
RULES = [
    ('(device.deviceName -eq "x")', True),
    ('(device.manufacturer -in ["a","b"]) and not (device.osVersion -startsWith "10")', True),
    ("(app.appVersion -ne '1') or ((device.model -contains 'x'))", True),
    ("device.model -eq", False),
    ("(device.model -eq 'x'", False),
    ("(device.CANARY -eq 'x')", False),
    ("CANARY", False),
    ("", False),
    ("(" * 100 + "device.model -eq 'x'" + ")" * 100, False),
]


@pytest.mark.parametrize(("rule", "is_valid"), RULES)
def test_a_rule_is_judged(graph, rule, is_valid):
    body = {"deviceAndAppManagementAssignmentFilter": {
        "displayName": "F", "platform": "iOS", "rule": rule}}  # fmt: skip
    assert graph("POST", f"{FILTERS}/validateFilter", body)["isValidRule"] is is_valid


def test_filters_tell_what_rules_may_name(graph):
    made = graph(
        "POST",
        FILTERS,
        {"displayName": "F", "platform": "windows10AndLater", "rule": '(device.model -eq "x")'},
        201,
    )  # fmt: skip
    own = graph("GET", f"{FILTERS}/{made['id']}/getSupportedProperties()")["value"]
    of_platform = "getPlatformSupportedProperties(platform='windows10AndLater')"
    assert own == graph("GET", f"{FILTERS}/{of_platform}")["value"]
    assert "operatingSystemSKU" in {each["name"] for each in own}
    graph("GET", f"{FILTERS}/getPlatformSupportedProperties(platform='CANARY')", status=400)
    assert graph("GET", f"{FILTERS}/getState()")["enabled"] is True
    graph("POST", f"{FILTERS}/enable", {"enable": True}, 204)
