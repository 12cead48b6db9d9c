"""What the tools of administrators insist on beyond the type model: ids, codes, defaults, paths."""

import pytest

B, DM = "/beta", "/beta/deviceManagement"
NOBODY = "00000000-0000-0000-0000-000000000000"
EVERYBODY = {"target": {"@odata.type": "#microsoft.graph.allDevicesAssignmentTarget"}}
BLOCK = {"ruleName": "x", "scheduledActionConfigurations": [{"actionType": "block"}]}
SETTING = {"@odata.type": "#microsoft.graph.deviceManagementBooleanSettingInstance"}


def test_the_tenants_settings_are_there_from_the_start(graph):
    shown = graph("GET", f"{DM}/settings")
    assert (shown["deviceComplianceCheckinThresholdDays"], shown["secureByDefault"]) == (30, False)
    graph("PATCH", DM, {"settings": {"secureByDefault": True}}, 204)
    assert graph("GET", f"{DM}/settings")["secureByDefault"] is True


def test_whole_objects_and_selected_ones_count_the_same(graph):
    body = {"name": "P", "platforms": "windows10", "technologies": "mdm", "settings": []}
    made = graph("POST", f"{DM}/configurationPolicies", body, 201)
    one = f"{DM}/configurationPolicies/{made['id']}"
    for expected in (False, True):
        whole, part = graph("GET", one), graph("GET", f"{one}?$select=isAssigned")
        assert (whole["isAssigned"], part["isAssigned"]) == (expected, expected)
        graph("POST", f"{one}/assign", {"assignments": [EVERYBODY]})
    assert whole["templateReference"]["templateFamily"] == "none"


@pytest.mark.parametrize(
    ("path", "body", "action", "key"),
    [
        (
            "deviceCompliancePolicies",
            {"@odata.type": "#microsoft.graph.iosCompliancePolicy", "displayName": "P"},
            "scheduleActionsForRules",
            "deviceComplianceScheduledActionForRules",
        ),
        (
            "compliancePolicies",
            {"name": "P", "platforms": "linux", "technologies": "linuxMdm"},
            "setScheduledActions",
            "scheduledActions",
        ),
    ],
)
def test_actions_without_a_message_have_the_id_of_none(graph, path, body, action, key):
    made = graph("POST", f"{DM}/{path}", {**body, "scheduledActionsForRule": [BLOCK]}, 201)
    one = f"{DM}/{path}/{made['id']}"
    given = {**BLOCK["scheduledActionConfigurations"][0], "notificationTemplateId": ""}
    graph("POST", f"{one}/{action}", {key: [{**BLOCK, "scheduledActionConfigurations": [given]}]})
    expanded = "scheduledActionsForRule?$expand=scheduledActionConfigurations"
    [rule] = graph("GET", f"{one}/{expanded}")["value"]
    [shown] = rule["scheduledActionConfigurations"]
    assert shown["notificationTemplateId"] == NOBODY


@pytest.mark.parametrize("kind", ["deviceShellScripts", "deviceCustomAttributeShellScripts"])
def test_scripts_of_every_kind_are_assigned_at_one_path(graph, kind):
    body = {"displayName": "S", "fileName": "s.sh", "scriptContent": "QQ=="}
    made = graph("POST", f"{DM}/{kind}", body, 201)
    one = f"{DM}/deviceManagementScripts/{made['id']}"
    graph("POST", f"{one}/assign", {"deviceManagementScriptAssignments": [EVERYBODY]})
    assert len(graph("GET", f"{one}/assignments")["value"]) == 1
    assert len(graph("GET", f"{DM}/{kind}/{made['id']}/assignments")["value"]) == 1
    graph("GET", one, status=404)
    graph("GET", f"{DM}/deviceManagementScripts/none/assignments", status=404)


def test_a_configuration_has_one_value_for_a_definition(graph):
    definitions = f"{DM}/groupPolicyDefinitions"
    for name in ("one", "two"):
        graph("POST", definitions, {"id": name, "displayName": name}, 201)
    bound = [
        {"enabled": enabled, "definition@odata.bind": f"http://localhost{definitions}('{name}')"}
        for name, enabled in (("one", True), ("two", True), ("one", False))
    ]
    made = graph("POST", f"{DM}/groupPolicyConfigurations", {"displayName": "C"}, 201)
    one = f"{DM}/groupPolicyConfigurations/{made['id']}"
    for value in bound:
        graph("POST", f"{one}/updateDefinitionValues", {"added": [value]}, 204)
    found = graph("GET", f"{one}/definitionValues?$expand=definition")["value"]
    told = {each["definition"]["id"]: each["enabled"] for each in found}
    assert (told, len(found)) == ({"one": False, "two": True}, 2)


def test_a_change_of_a_conditional_access_policy_leaves_other_conditions(graph):
    policies = f"{B}/identity/conditionalAccess/policies"
    conditions = {"clientAppTypes": ["all"], "users": {"includeUsers": ["All"]}}
    body = {"displayName": "P", "state": "disabled", "conditions": conditions}
    made = graph("POST", policies, body, 201)
    assert made["modifiedDateTime"] is None
    changed = {"conditions": {"clientAppTypes": ["browser"]}}
    graph("PATCH", f"{policies}/{made['id']}", changed, 204)
    shown = graph("GET", f"{policies}/{made['id']}")
    assert shown["conditions"]["clientAppTypes"] == ["browser"]
    assert shown["conditions"]["users"]["includeUsers"] == ["All"]
    assert shown["modifiedDateTime"] is not None


def test_an_intent_has_its_templates_categories_with_its_own_settings(graph):
    camera = {**SETTING, "definitionId": "camera"}
    category = {"id": "c", "displayName": "C", "recommendedSettings": [{**camera, "value": False}]}
    graph("POST", f"{DM}/templates", {"id": "t", "displayName": "T"}, 201)
    graph("POST", f"{DM}/templates/t/categories", category, 201)
    given = {"displayName": "I", "settingsDelta": [{**camera, "value": True}]}
    made = graph("POST", f"{DM}/templates/t/createInstance", given)
    one = f"{DM}/intents/{made['id']}"
    for expected in (True, False):
        for path in ("settings", "categories/c/settings"):
            [shown] = graph("GET", f"{one}/{path}")["value"]
            assert (shown["value"], shown["valueJson"]) == (expected, str(expected).lower())
        graph("POST", f"{one}/updateSettings", {"settings": [{**camera, "value": False}]}, 204)
