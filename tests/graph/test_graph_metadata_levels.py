"""odata.metadata=full and none, on every kind of answer."""

from types import SimpleNamespace

import pytest

from mdm_sim import tenant
from mdm_sim.app import create_app
from mdm_sim.settings import Settings

DM = "deviceManagement"
PROFILE = {
    "@odata.type": "#microsoft.graph.windows10CustomConfiguration",
    "displayName": "Custom",
    "omaSettings": [
        {"@odata.type": "#microsoft.graph.omaSettingInteger", "displayName": "One",
         "omaUri": "./Device/One", "value": 1},
    ],
}  # fmt: skip
EVERYONE = {"target": {"@odata.type": "#microsoft.graph.allDevicesAssignmentTarget"}}
SETTING = {
    "settingInstance": {
        "@odata.type": "#microsoft.graph.deviceManagementConfigurationSimpleSettingInstance",
        "settingDefinitionId": "a",
        "simpleSettingValue": {
            "@odata.type": "#microsoft.graph.deviceManagementConfigurationIntegerSettingValue",
            "value": 1,
        },
    }
}
POLICY = {"name": "Catalog", "platforms": "windows10", "technologies": "mdm,microsoftSense",
          "templateReference": {"templateId": "", "templateFamily": "none"},
          "settings": [SETTING]}  # fmt: skip
GROUP = {"displayName": "Group", "mailEnabled": False, "mailNickname": "group",
         "securityEnabled": True}  # fmt: skip


@pytest.fixture(scope="module")
def service(prepared, tmp_path_factory, sign_in):
    """A service with an object of each kind; `ask` it at a level, `ids` of what it has."""
    url = prepared.copy(tmp_path_factory.mktemp("levels"))
    app = create_app(Settings(url))
    client, admin, person = app.test_client(), sign_in(), sign_in(tenant.USERS[0].upn)

    def ask(method, path, level=None, json=None, **headers):
        accept = {"Accept": f"application/json;odata.metadata={level}"} if level else {}
        told = {**admin, **accept, **headers}
        return client.open(path, method=method, headers=told, json=json)

    def made(path, body):
        answer = ask("POST", path, json=body)
        assert answer.status_code == 201, answer.text
        return answer.json["id"]

    enrolled = {"platform": "ios", "enrollmentType": "deviceEnrollmentManager",
                "facts": {"deviceName": "Alpha", "totalStorageSpaceInBytes": 64_000}}  # fmt: skip
    ids = {
        "profile": made(f"/beta/{DM}/deviceConfigurations", PROFILE),
        "policy": made(f"/beta/{DM}/configurationPolicies", POLICY),
        "group": made("/v1.0/groups", GROUP),
        "device": client.post("/mdm/v1/enrollments", headers=person, json=enrolled).json["id"],
        "user": tenant.USERS[0].id,
    }
    linked = {"@odata.id": f"http://localhost/v1.0/users/{ids['user']}"}
    answer = ask("POST", f"/v1.0/groups/{ids['group']}/members/$ref", json=linked)
    assert answer.status_code == 204, answer.text
    assigned = f"/beta/{DM}/deviceConfigurations/{ids['profile']}/assign"
    assert ask("POST", assigned, json={"assignments": [EVERYONE]}).status_code == 200
    yield SimpleNamespace(ask=ask, ids=ids)
    app.extensions["mdm_sim"].store.close()


def plain(value):
    """A body without any annotation, as this test understands it."""
    if isinstance(value, list):
        return [plain(each) for each in value]
    if not isinstance(value, dict):
        return value
    kept = ("@odata.count", "@odata.nextLink")
    return {
        name: plain(each)
        for name, each in value.items()
        if ("@" not in name or name.endswith(kept)) and not name.startswith("#")
    }


READ = [
    "/v1.0/",
    f"/beta/{DM}/deviceConfigurations",
    f"/beta/{DM}/deviceConfigurations/{{profile}}?$expand=assignments",
    f"/beta/{DM}/deviceConfigurations('{{profile}}')/assignments",
    f"/beta/{DM}/configurationPolicies?$expand=settings,assignments&$count=true",
    f"/beta/{DM}/configurationPolicies/{{policy}}?$select=name,platforms&$expand=settings",
    f"/beta/{DM}/configurationPolicies/{{policy}}/templateReference",
    f"/beta/{DM}/configurationPolicies/{{policy}}/roleScopeTagIds",
    f"/beta/{DM}/configurationPolicies/{{policy}}/platforms",
    f"/v1.0/{DM}",
    "/beta/deviceAppManagement",
    f"/v1.0/{DM}/managedDevices",
    f"/v1.0/{DM}/managedDevices/{{device}}",
    f"/v1.0/{DM}/auditEvents?$top=1",
    f"/v1.0/{DM}/auditEvents/getAuditCategories()",
    "/v1.0/users?$top=2&$select=id,displayName",
    "/v1.0/directoryObjects/{user}",
    "/v1.0/groups?$expand=members",
    "/v1.0/groups/{group}/members",
    "/v1.0/users/{user}/managedDevices",
]


@pytest.mark.parametrize("path", READ)
def test_levels_differ_in_annotations_alone(service, path):
    url = path.format(**service.ids)
    minimal, full, none = (service.ask("GET", url, each) for each in ("minimal", "full", "none"))
    assert [each.status_code for each in (minimal, full, none)] == [200, 200, 200]
    assert minimal.json == service.ask("GET", url).json
    assert plain(full.json) == plain(minimal.json) == none.json
    assert full.json["@odata.context"] == minimal.json["@odata.context"]
    order = list(minimal.json)
    assert [name for name in full.json if name in minimal.json] == order
    for answer, level in ((full, "full"), (none, "none")):
        assert answer.content_type.startswith(f"application/json;odata.metadata={level};")


def test_a_full_object_has_its_types_links_and_operations_in_order(service):
    profile = service.ids["profile"]
    told = service.ask("GET", f"/beta/{DM}/deviceConfigurations/{profile}", "full").json
    own = f"{DM}/deviceConfigurations('{profile}')"
    typed = f"{own}/microsoft.graph.windows10CustomConfiguration"
    absolute = f"http://localhost/beta/{typed}"
    expected = {
        "@odata.context": f"http://localhost/beta/$metadata#{DM}/deviceConfigurations/$entity",
        "@odata.type": "#microsoft.graph.windows10CustomConfiguration",
        "@odata.id": own,
        "@odata.editLink": typed,
        "createdDateTime@odata.type": "#DateTimeOffset",
        "roleScopeTagIds@odata.type": "#Collection(String)",
        "omaSettings@odata.type": "#Collection(microsoft.graph.omaSetting)",
        "assignments@odata.associationLink": f"{absolute}/assignments/$ref",
        "assignments@odata.navigationLink": f"{absolute}/assignments",
        "#microsoft.graph.assign": {
            "title": "microsoft.graph.assign", "target": f"{absolute}/microsoft.graph.assign",
        },
        "#microsoft.graph.getOmaSettingPlainTextValue": {
            "title": "microsoft.graph.getOmaSettingPlainTextValue",
            "target": f"{absolute}/microsoft.graph.getOmaSettingPlainTextValue"
                      "(secretReferenceValueId=@secretReferenceValueId)",
        },
    }  # fmt: skip
    assert {name: told[name] for name in told if name in expected} == expected
    assert [name for name in told if name in expected] == list(expected)
    names = list(told)
    for name in names:
        if name.endswith("@odata.type") and not name.startswith("@"):
            assert names[names.index(name) + 1] == name.partition("@")[0]


@pytest.mark.parametrize(
    ("path", "name", "told"),
    [
        (f"/v1.0/{DM}/managedDevices/{{device}}", "enrolledDateTime", "#DateTimeOffset"),
        (f"/v1.0/{DM}/managedDevices/{{device}}", "totalStorageSpaceInBytes", "#Int64"),
        (f"/v1.0/{DM}/managedDevices/{{device}}", "complianceState",
         "#microsoft.graph.complianceState"),
        (f"/v1.0/{DM}/managedDevices/{{device}}", "deviceActionResults",
         "#Collection(microsoft.graph.deviceActionResult)"),
        (f"/v1.0/{DM}/managedDevices/{{device}}", "deviceName", None),
        (f"/v1.0/{DM}/managedDevices/{{device}}", "isEncrypted", None),
        (f"/v1.0/{DM}/managedDevices/{{device}}", "remoteAssistanceSessionUrl", None),
        (f"/v1.0/{DM}", "intuneAccountId", "#Guid"),
        (f"/v1.0/{DM}", "settings", None),
        (f"/beta/{DM}/configurationPolicies/{{policy}}", "technologies",
         "#microsoft.graph.deviceManagementConfigurationTechnologies"),
        (f"/beta/{DM}/configurationPolicies/{{policy}}", "settingCount", None),
        (f"/beta/{DM}/configurationPolicies/{{policy}}", "templateReference", None),
        ("/v1.0/users/{user}", "businessPhones", "#Collection(String)"),
    ],
)  # fmt: skip
def test_types_are_told_where_json_does_not_show_them(service, path, name, told):
    body = service.ask("GET", path.format(**service.ids), "full").json
    assert name in body
    assert body.get(f"{name}@odata.type") == told


def test_values_inside_are_told_as_objects_are(service):
    url = f"/beta/{DM}/configurationPolicies/{service.ids['policy']}?$expand=settings"
    body = service.ask("GET", url, "full").json
    template = body["templateReference"]
    assert next(iter(template.items())) == (
        "@odata.type", "#microsoft.graph.deviceManagementConfigurationPolicyTemplateReference",
    )  # fmt: skip
    family = "#microsoft.graph.deviceManagementConfigurationTemplateFamily"
    assert template["templateFamily@odata.type"] == family
    (setting,) = body["settings"]
    own = f"{DM}/configurationPolicies('{service.ids['policy']}')/settings('{setting['id']}')"
    assert setting["@odata.type"] == "#microsoft.graph.deviceManagementConfigurationSetting"
    assert setting["@odata.id"] == setting["@odata.editLink"] == own
    ways = "settingDefinitions@odata.navigationLink"
    assert setting[ways] == f"http://localhost/beta/{own}/settingDefinitions"
    names = [each for each in body if each.startswith("settings")]
    assert names == ["settings@odata.context", "settings@odata.associationLink",
                     "settings@odata.navigationLink", "settings"]  # fmt: skip


def test_the_links_of_a_full_object_lead_somewhere(service):
    profile = service.ids["profile"]
    body = service.ask("GET", f"/beta/{DM}/deviceConfigurations/{profile}", "full").json
    links = [link for name, link in body.items() if name.endswith("@odata.navigationLink")]
    assert len(links) > 3
    for link in [*links, f"/beta/{body['@odata.id']}", f"/beta/{body['@odata.editLink']}"]:
        assert service.ask("GET", link).status_code == 200, link
    target = body["#microsoft.graph.assign"]["target"]
    answer = service.ask("POST", target, "full", {"assignments": [EVERYONE]})
    (assigned,) = answer.json["value"]
    assert assigned["@odata.id"].startswith(f"{body['@odata.id']}/assignments('")
    assert assigned["target"]["@odata.type"] == EVERYONE["target"]["@odata.type"]


def test_what_is_selected_has_no_links_to_what_is_not(service):
    url = f"/beta/{DM}/configurationPolicies?$select=name,platforms"
    (policy,) = service.ask("GET", url, "full").json["value"]
    assert list(policy) == ["@odata.type", "@odata.id", "@odata.editLink", "id", "name",
                            "platforms@odata.type", "platforms"]  # fmt: skip
    expanded = service.ask("GET", f"{url}&$expand=assignments", "full").json["value"][0]
    assert [name for name in expanded if name.endswith("Link")] == [
        "@odata.editLink", "assignments@odata.associationLink", "assignments@odata.navigationLink",
    ]  # fmt: skip


@pytest.mark.parametrize("level", ["full", "none", "minimal"])
def test_a_part_of_a_batch_has_the_level_of_its_own_headers(service, level):
    url = f"/{DM}/configurationPolicies/{service.ids['policy']}"
    headers = {"accept": f"application/json;odata.metadata={level}"}
    parts = [{"id": "1", "method": "GET", "url": url, "headers": headers}]
    answer = service.ask("POST", "/beta/$batch", json={"requests": parts}).json
    (told,) = answer["responses"]
    assert told["body"] == service.ask("GET", f"/beta{url}", level).json
    assert f"odata.metadata={level}" in told["headers"]["Content-Type"]


@pytest.mark.parametrize("level", ["full", "none"])
def test_what_is_written_is_answered_at_the_level_too(service, level):
    path = f"/beta/{DM}/deviceConfigurations"
    made = service.ask("POST", path, level, {**PROFILE, "displayName": "Other"})
    url = f"{path}/{made.json['id']}"
    assert (made.status_code, made.json) == (201, service.ask("GET", url, level).json)
    prefer = {"Prefer": "return=representation"}
    changed = service.ask("PATCH", url, level, {**PROFILE, "displayName": "New"}, **prefer)
    assert changed.json == service.ask("GET", url, level).json
    assert service.ask("DELETE", url, level).data == b""


@pytest.mark.parametrize(
    "path",
    [f"/v1.0/{DM}/managedDevices/{{device}}/users", "/v1.0/groups/{group}/members",
     "/v1.0/groups?$filter=id eq '{group}'&$expand=members", "/v1.0/directoryObjects/{user}"],
)  # fmt: skip
def test_an_object_of_the_directory_is_at_home_in_the_set_of_its_type(service, path):
    body = service.ask("GET", path.format(**service.ids), "full").json
    found = body["value"][0] if "value" in body else body
    user = found["members"][0] if "members" in found else found
    assert user["@odata.type"] == "#microsoft.graph.user"
    assert user["@odata.id"] == user["@odata.editLink"] == f"users('{user['id']}')"
    member_of = service.ask("GET", user["memberOf@odata.navigationLink"]).json["value"]
    assert [each["id"] for each in member_of] == [service.ids["group"]]


@pytest.mark.parametrize("level", ["full", "none"])
def test_links_that_are_all_there_is_stay_at_every_level(service, level):
    url = f"/v1.0/groups/{service.ids['group']}/members/$ref"
    body, usual = (service.ask("GET", url, each).json for each in (level, "minimal"))
    assert body["value"] == usual["value"]
    assert usual["value"][0].keys() == {"@odata.id"}
    assert ("@odata.context" in body) == (level == "full")


def test_an_error_says_nothing_of_levels(service):
    answer = service.ask("GET", f"/beta/{DM}/deviceConfigurations/none", "full")
    assert (answer.status_code, answer.content_type) == (404, "application/json")
