"""Settings catalogue, group policy, intents: actions that copy, number, merge and compare."""

import pytest

B = "/beta/deviceManagement"
POLICIES = f"{B}/configurationPolicies"
NAMESPACE = "#microsoft.graph."
CHOICE = f"{NAMESPACE}deviceManagementConfigurationChoiceSettingInstance"
TEXT = f"{NAMESPACE}deviceManagementStringSettingInstance"
EVERYBODY = {"target": {"@odata.type": f"{NAMESPACE}allDevicesAssignmentTarget"}}
PRESENTATION = f"{NAMESPACE}groupPolicyPresentationText"
PRESENTED = f"{NAMESPACE}groupPolicyPresentationValueText"


def setting(number):
    value = {"value": f"v{number}", "children": []}
    instance = {
        "@odata.type": CHOICE, "settingDefinitionId": f"d{number}", "choiceSettingValue": value,
    }  # fmt: skip
    return {"settingInstance": instance}


def policy(count):
    settings = [setting(number) for number in range(count)]
    return {
        "name": "P", "platforms": "windows10", "technologies": "mdm", "settings": settings,
    }  # fmt: skip


def text(definition, value):
    return {"@odata.type": TEXT, "definitionId": definition, "value": value}


def test_settings_are_numbered_in_the_order_given(graph):
    made = graph("POST", POLICIES, policy(12), 201)
    path = f"{POLICIES}/{made['id']}"
    assert made["settingCount"] == 12
    listed = graph("GET", f"{path}/settings")["value"]
    assert [each["id"] for each in listed] == [str(number) for number in range(12)]
    expanded = graph("GET", f"{path}?$expand=settings")["settings"]
    assert [each["settingInstance"]["settingDefinitionId"] for each in expanded] == [
        f"d{number}" for number in range(12)
    ]
    graph("PUT", path, {**policy(2), "name": "Q"}, 204)
    assert [each["id"] for each in graph("GET", f"{path}/settings")["value"]] == ["0", "1"]


def test_settings_lead_to_the_definitions_of_the_catalogue(graph):
    body = {"id": "d0", "name": "zero", "displayName": "Zero"}
    graph("POST", f"{B}/configurationSettings", body, 201)
    path = f"{POLICIES}/{graph('POST', POLICIES, policy(2), 201)['id']}"
    graph("POST", POLICIES, policy(2), 201)
    first, second = graph("GET", f"{path}/settings?$expand=settingDefinitions")["value"]
    assert [each["id"] for each in first["settingDefinitions"]] == ["d0"]
    assert second["settingDefinitions"] == []
    assert graph("GET", f"{path}/settings/0/settingDefinitions")["value"][0]["name"] == "zero"


def test_a_policy_is_copied_with_its_settings_and_without_assignments(graph, newest):
    path = f"{POLICIES}/{graph('POST', POLICIES, policy(3), 201)['id']}"
    graph("POST", f"{path}/assign", {"assignments": [EVERYBODY]})
    copy = graph("POST", f"{path}/createCopy", {"displayName": "Copy", "description": "d"})
    assert (copy["name"], copy["description"], copy["settingCount"]) == ("Copy", "d", 3)
    assert copy["isAssigned"] is False
    assert newest()["activityType"] == "createCopy DeviceManagementConfigurationPolicy"
    ids = [each["id"] for each in graph("GET", f"{POLICIES}/{copy['id']}/settings")["value"]]
    assert ids == ["0", "1", "2"]
    graph("DELETE", path)
    assert graph("GET", f"{POLICIES}/{copy['id']}")["settingCount"] == 3
    graph("POST", f"{POLICIES}/{copy['id']}/createCopy", {"displayName": ""}, 400)


def test_a_policy_is_given_a_priority(graph):
    path = f"{POLICIES}/{graph('POST', POLICIES, policy(1), 201)['id']}"
    graph("POST", f"{path}/reorder", {"priority": 3}, 204)
    assert graph("GET", path)["priorityMetaData"] == {"priority": 3}
    graph("POST", f"{path}/reorder", {"priority": -1}, 400)


def test_a_reusable_setting_is_cloned(graph):
    path = f"{B}/reusablePolicySettings"
    made = graph("POST", path, {"displayName": "R", "settingDefinitionId": "d"}, 201)
    clone = graph("POST", f"{path}/{made['id']}/clone")
    assert (clone["displayName"], clone["id"] == made["id"]) == ("R", False)


@pytest.mark.parametrize(
    ("path", "kind", "name", "action", "parameter", "status"),
    [
        (f"{B}/compliancePolicies", None, "name", "setScheduledActions", "scheduledActions", 200),
        (f"{B}/deviceCompliancePolicies", f"{NAMESPACE}iosCompliancePolicy", "displayName",
         "scheduleActionsForRules", "deviceComplianceScheduledActionForRules", 200),
    ],
)  # fmt: skip
def test_scheduled_actions_are_replaced_with_what_is_in_them(
    graph, path, kind, name, action, parameter, status
):
    rules = [{"ruleName": "x", "scheduledActionConfigurations": [{"actionType": "block"}]}]
    body = {name: "C", "scheduledActionsForRule": rules, **({"@odata.type": kind} if kind else {})}
    one = f"{path}/{graph('POST', path, body, 201)['id']}"
    retire = {"actionType": "retire", "gracePeriodHours": 24}
    given = [{"ruleName": "y", "scheduledActionConfigurations": [rules[0], retire][1:]}]
    graph("POST", f"{one}/{action}", {parameter: given}, status)
    expand = "$expand=scheduledActionsForRule($expand=scheduledActionConfigurations)"
    [rule] = graph("GET", f"{one}?{expand}")["scheduledActionsForRule"]
    [configuration] = rule["scheduledActionConfigurations"]
    assert (rule["ruleName"], configuration["actionType"]) == ("y", "retire")


@pytest.fixture
def catalogue(graph):
    """A definition of group policy with one presentation; their ids."""
    body = {"id": "def", "displayName": "D", "classType": "machine"}
    graph("POST", f"{B}/groupPolicyDefinitions", body, 201)
    one = {"@odata.type": PRESENTATION, "id": "pres", "label": "L"}
    graph("POST", f"{B}/groupPolicyDefinitions/def/presentations", one, 201)
    return "def", "pres"


def bound(root="https://graph.microsoft.com/beta", value="v"):
    path = f"{root}/deviceManagement/groupPolicyDefinitions('def')"
    presented = {
        "@odata.type": PRESENTED,
        "value": value,
        "presentation@odata.bind": f"{path}/presentations('pres')",
    }
    return {"enabled": True, "definition@odata.bind": path, "presentationValues": [presented]}


def test_definition_values_are_added_updated_and_removed_together(graph, catalogue, newest):
    definition, presentation = catalogue
    configurations = f"{B}/groupPolicyConfigurations"
    path = f"{configurations}/{graph('POST', configurations, {'displayName': 'G'}, 201)['id']}"
    other = {**bound(), "definition@odata.bind": f"{B}/groupPolicyDefinitions('other')"}
    added = {"added": [bound(value="before"), bound(), other]}
    graph("POST", f"{path}/updateDefinitionValues", added, 204)
    assert newest()["activityType"] == "updateDefinitionValues GroupPolicyConfiguration"
    kept, gone = graph("GET", f"{path}/definitionValues?$expand=definition")["value"]
    assert kept["definition"]["id"] == definition
    values = f"{path}/definitionValues/{kept['id']}/presentationValues?$expand=presentation"
    [presented] = graph("GET", values)["value"]
    assert (presented["value"], presented["presentation"]["id"]) == ("v", presentation)
    changed = {**bound(value="w"), "id": kept["id"], "enabled": False}
    body = {"updated": [changed], "deletedIds": [gone["id"]], "added": []}
    graph("POST", f"{path}/updateDefinitionValues", body, 204)
    [left] = graph("GET", f"{path}/definitionValues")["value"]
    assert (left["id"], left["enabled"]) == (kept["id"], False)
    assert graph("GET", values)["value"][0]["value"] == "w"


@pytest.mark.parametrize(
    ("body", "status"),
    [({"deletedIds": ["CANARY"]}, 404), ({"updated": [{"enabled": True}]}, 400),
     ({"updated": [{"id": "CANARY"}]}, 404), ({"added": [{"CANARY": 1}]}, 400),
     ({"added": [{"presentationValues": [{"CANARY": 1}]}]}, 400), ({"added": "CANARY"}, 400)],
)  # fmt: skip
def test_a_wrong_change_of_definition_values_changes_nothing(graph, dump, body, status):
    configurations = f"{B}/groupPolicyConfigurations"
    path = f"{configurations}/{graph('POST', configurations, {'displayName': 'G'}, 201)['id']}"
    before = dump()
    answer = graph("POST", f"{path}/updateDefinitionValues", body, status)
    assert ("CANARY" in str(answer), dump()) == (False, before)


def test_an_uploaded_definition_file_is_changed_and_removed(graph, newest):
    files = f"{B}/groupPolicyUploadedDefinitionFiles"
    language = {"fileName": "a.adml", "languageCode": "en-US", "content": "QQ=="}
    body = {"fileName": "a.admx", "content": "QQ==", "groupPolicyUploadedLanguageFiles": [language]}
    made = graph("POST", files, body, 201)
    assert made["status"] == "available"
    path = f"{files}/{made['id']}"
    dutch = {**language, "languageCode": "nl-NL"}
    graph("POST", f"{path}/addLanguageFiles", {"groupPolicyUploadedLanguageFiles": [dutch]}, 204)
    assert graph("GET", path)["languageCodes"] == ["en-US", "nl-NL"]
    graph(
        "POST", f"{path}/removeLanguageFiles", {"groupPolicyUploadedLanguageFiles": [language]}, 204
    )
    assert graph("GET", path)["languageCodes"] == ["nl-NL"]
    graph("POST", f"{path}/uploadNewVersion", {"content": "Qg=="}, 204)
    assert graph("GET", path)["content"] == "Qg=="
    graph("POST", f"{path}/remove", status=204)
    assert newest()["activityType"] == "remove GroupPolicyUploadedDefinitionFile"
    graph("GET", path, status=404)


@pytest.fixture
def template(graph):
    """A template with two settings; its path."""
    body = {"id": "tpl", "displayName": "T", "settings": [text("a", "1"), text("b", "2")]}
    return f"{B}/templates/{graph('POST', f'{B}/templates', body, 201)['id']}"


@pytest.fixture
def intent(graph, template):
    """An intent of the template that differs in one setting; its path."""
    body = {"displayName": "I", "settingsDelta": [text("b", "9")], "roleScopeTagIds": ["0"]}
    made = graph("POST", f"{template}/createInstance", body)
    assert (made["displayName"], made["templateId"]) == ("I", "tpl")
    return f"{B}/intents/{made['id']}"


def held(graph, intent):
    found = graph("GET", f"{intent}/settings")["value"]
    return {each["definitionId"]: (each["value"], each["valueJson"]) for each in found}


def test_an_intent_is_made_of_a_templates_settings(graph, intent):
    assert held(graph, intent) == {"a": ("1", '"1"'), "b": ("9", '"9"')}


def test_settings_are_merged_by_their_definition(graph, intent, newest):
    changed = {"@odata.type": TEXT, "definitionId": "a", "valueJson": '"5"'}
    graph("POST", f"{intent}/updateSettings", {"settings": [changed, text("c", "3")]}, 204)
    assert newest()["activityType"] == "updateSettings DeviceManagementIntent"
    assert held(graph, intent) == {"a": ("5", '"5"'), "b": ("9", '"9"'), "c": ("3", '"3"')}
    wrong = {"settings": [{**changed, "valueJson": "CANARY"}]}
    assert "CANARY" not in str(graph("POST", f"{intent}/updateSettings", wrong, 400))


def test_an_intent_is_compared_with_a_template(graph, intent):
    found = graph("GET", f"{intent}/compare(templateId='tpl')")["value"]
    results = {each["definitionId"]: each["comparisonResult"] for each in found}
    assert results == {"a": "equal", "b": "notEqual"}
    [customised] = graph("GET", f"{intent}/getCustomizedSettings()")["value"]
    assert (customised["customizedJson"], customised["defaultJson"]) == ('"9"', '"2"')


def test_an_intent_is_copied_and_moved_to_another_template(graph, intent):
    copy = graph("POST", f"{intent}/createCopy", {"displayName": "C", "description": None})
    path = f"{B}/intents/{copy['id']}"
    assert held(graph, path) == held(graph, intent)
    other = {"id": "new", "displayName": "N", "settings": [text("b", "0"), text("z", "7")]}
    graph("POST", f"{B}/templates", other, 201)
    move = {"newTemplateId": "new", "preserveCustomValues": True}
    graph("POST", f"{path}/migrateToTemplate", move, 204)
    assert graph("GET", path)["templateId"] == "new"
    assert held(graph, path)["b"] == ("9", '"9"')
    graph("POST", f"{path}/migrateToTemplate", {**move, "preserveCustomValues": False}, 204)
    assert held(graph, path) == {"b": ("0", '"0"'), "z": ("7", '"7"')}
    graph("POST", f"{path}/migrateToTemplate", {"newTemplateId": "CANARY"}, 404)


PLATFORMS = ("ios", "android")


@pytest.mark.parametrize("version", ["v1.0", "beta"])
@pytest.mark.parametrize("platform", PLATFORMS)
def test_app_protection_is_assigned_by_its_own_action(graph, version, platform):
    path = f"/{version}/deviceAppManagement/{platform}ManagedAppProtections"
    made = graph("POST", path, {"displayName": "P"}, 201)
    graph("POST", f"{path}/{made['id']}/assign", {"assignments": [EVERYBODY]}, 204)
    [assigned] = graph("GET", f"{path}/{made['id']}/assignments")["value"]
    assert assigned["target"].items() >= EVERYBODY["target"].items()
