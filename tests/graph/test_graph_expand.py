"""$expand: what belongs to the objects of a page, with options of its own, at any depth."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from graph.conftest import token

from mdm_sim import tenant
from mdm_sim.app import create_app
from mdm_sim.settings import Settings

POLICIES = "/beta/deviceManagement/configurationPolicies"
COMPLIANCE = "/beta/deviceManagement/deviceCompliancePolicies"
TYPE = "#microsoft.graph.deviceManagementConfiguration"
GROUPS = [f"11111111-2222-4333-8444-55555555555{digit}" for digit in range(3)]
ALL_DEVICES = {"@odata.type": "#microsoft.graph.allDevicesAssignmentTarget"}


def setting(definition: str) -> dict:
    value = {"@odata.type": f"{TYPE}StringSettingValue", "value": "x"}
    instance = {
        "@odata.type": f"{TYPE}SimpleSettingInstance",
        "settingDefinitionId": definition,
        "simpleSettingValue": value,
    }
    return {"settingInstance": instance}


def group(place: int) -> dict:
    return {"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": GROUPS[place]}


# Three policies: their settings' definitions, and the targets they are assigned to.
STORED = {
    "one": (["a", "b", "c"], [ALL_DEVICES, group(0)]),
    "two": (["b"], [group(0), group(1), group(2)]),
    "three": ([], []),
}


@pytest.fixture(scope="module")
def shelf(prepared, tmp_path_factory) -> Iterator[SimpleNamespace]:
    """Three policies with settings and assignments; `get` is its JSON, `ids` those by name."""
    url = prepared.copy(tmp_path_factory.mktemp("shelf"))
    app = create_app(Settings(url))
    client = app.test_client()
    secret = {"grant_type": "client_credentials", "client_secret": tenant.CLIENT_SECRET}
    headers = token(client, **secret)

    def ask(method, url, status=200, json=None, **options):
        answer = client.open(url, method=method, headers=headers, json=json, query_string=options)
        assert answer.status_code == status, answer.text
        return answer.json if answer.data else None

    ids = {}
    for name, (definitions, targets) in STORED.items():
        body = {"name": name, "platforms": "windows10", "technologies": "mdm"}
        body["settings"] = [setting(each) for each in definitions]
        ids[name] = ask("POST", POLICIES, 201, body)["id"]
        assigned = {"assignments": [{"target": target} for target in targets]}
        ask("POST", f"{POLICIES}/{ids[name]}/assign", json=assigned)
    actions = [{"actionType": "block", "gracePeriodHours": 5}, {"actionType": "notification"}]
    rule = {"ruleName": "rule", "scheduledActionConfigurations": actions}
    compliance = {"@odata.type": "#microsoft.graph.iosCompliancePolicy", "displayName": "four"}
    ids["four"] = ask("POST", COMPLIANCE, 201, {**compliance, "scheduledActionsForRule": [rule]})[
        "id"
    ]

    def get(url=POLICIES, status=200, **options):
        named = {f"${name}": value for name, value in options.items()}
        return ask("GET", url, status, **named)

    yield SimpleNamespace(get=get, ids=ids)
    app.extensions["mdm_sim"].store.close()


def policies(shelf, **options) -> dict[str, dict]:
    return {each["name"]: each for each in shelf.get(select="name", **options)["value"]}


def definitions(policy: dict) -> list[str]:
    return [each["settingInstance"]["settingDefinitionId"] for each in policy["settings"]]


def test_every_object_of_a_page_has_its_own(shelf):
    found = policies(shelf, expand="settings,assignments")
    for name, (wanted, targets) in STORED.items():
        assert definitions(found[name]) == wanted
        kinds = sorted(each["target"]["@odata.type"] for each in found[name]["assignments"])
        assert kinds == sorted(target["@odata.type"] for target in targets)


def test_an_expanded_collection_has_a_context_with_the_id_of_its_parent(shelf):
    for name, policy in policies(shelf, expand="settings").items():
        context = policy["settings@odata.context"]
        path = f"#deviceManagement/configurationPolicies('{shelf.ids[name]}')/settings"
        assert context == f"http://localhost/beta/$metadata{path}"


def test_one_object_is_expanded_as_in_a_list(shelf):
    one = shelf.get(f"{POLICIES}/{shelf.ids['one']}", select="name", expand="settings")
    assert policies(shelf, expand="settings")["one"].items() <= one.items()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("$top=1",                              {"one": ["a"], "two": ["b"], "three": []}),
        ("$skip=1",                             {"one": ["b", "c"], "two": [], "three": []}),
        ("$skip=1;$top=1",                      {"one": ["b"], "two": [], "three": []}),
        ("$top=0",                              {"one": [], "two": [], "three": []}),
        ("$filter=settingInstance/settingDefinitionId ne 'b'",
                                                {"one": ["a", "c"], "two": [], "three": []}),
        ("$filter=settingInstance/settingDefinitionId in ('b',';,)(')",
                                                {"one": ["b"], "two": ["b"], "three": []}),
        ("$orderby=settingInstance/settingDefinitionId desc",
                                       {"one": ["c", "b", "a"], "two": ["b"], "three": []}),
        ("top=1;orderby=settingInstance/settingDefinitionId desc",
                                                {"one": ["c"], "two": ["b"], "three": []}),
    ],
)  # fmt: skip
def test_options_in_parentheses_are_applied_to_each_parent(shelf, options, expected):
    found = policies(shelf, expand=f"settings({options})")
    assert {name: definitions(policy) for name, policy in found.items()} == expected


def test_count_in_parentheses_tells_how_many_there_are_whatever_is_shown(shelf):
    found = policies(shelf, expand="settings($count=true;$top=1)")
    numbers = {name: policy["settings@odata.count"] for name, policy in found.items()}
    assert numbers == {"one": 3, "two": 1, "three": 0}


def test_select_in_parentheses_chooses_properties_and_parts_of_them(shelf):
    found = policies(
        shelf,
        expand="settings($select=settingInstance/settingDefinitionId;$top=1),assignments($select=id)",
    )["one"]
    (only,) = found["settings"]
    assert only.keys() == {"id", "settingInstance"}
    assert only["settingInstance"].keys() == {"@odata.type", "settingDefinitionId"}
    assert {name for each in found["assignments"] for name in each} == {"id"}


def test_a_navigation_of_a_navigation_is_expanded(shelf):
    nested = "scheduledActionsForRule($expand=scheduledActionConfigurations($orderby=actionType))"
    (policy,) = shelf.get(COMPLIANCE, expand=nested)["value"]
    (rule,) = policy["scheduledActionsForRule"]
    kinds = [each["actionType"] for each in rule["scheduledActionConfigurations"]]
    assert kinds == ["block", "notification"]


def test_a_star_expands_every_navigation(shelf):
    found = policies(shelf, expand="*")["one"]
    assert {"settings", "assignments"} <= found.keys()


def test_a_context_tells_what_is_selected_and_expanded(shelf):
    context = shelf.get(select="name", expand="assignments,settings($select=id)")["@odata.context"]
    assert context.endswith(
        "#deviceManagement/configurationPolicies(id,name,assignments(),settings(id))"
    )


def test_a_navigation_may_be_named_in_select_too(shelf):
    found = shelf.get(select="name,settings", expand="SETTINGS")["value"][0]
    assert definitions(found) == STORED["one"][0]


@pytest.mark.parametrize(
    "expand",
    [
        "CANARY", "settings,CANARY", "settings(", "settings)", "settings()x", "settings($CANARY=1)",
        "settings($levels=2)", "settings($top=CANARY)", "settings($filter=CANARY)",
        "settings($select=CANARY)", "settings($expand=CANARY)", "settings($skiptoken=CANARY)",
        "microsoft.graph.CANARY/settings", "settings/$ref", "settings/$count", "*($top=1)",
        "settings($filter=id eq ')", "settings($top=1;$top=2)", "settings($filter=)",
        ",".join(["settings"] * 40), "settings($expand=" * 12 + "x" + ")" * 12, "(" * 3000,
        "s" * 20_000,
    ],
)  # fmt: skip
def test_what_cannot_be_expanded_is_refused(shelf, expand):
    error = shelf.get(POLICIES, 400, expand=expand)["error"]
    assert error["code"] == "BadRequest"
    assert "CANARY" not in str(error)


LAMBDAS = {
    "settings/any()": "one two",
    "not settings/any()": "three",
    "settings/$count eq 1": "two",
    "settings/$count gt 0 and settings/$count lt 3": "two",
    "settings/any(s:s/settingInstance/settingDefinitionId eq 'a')": "one",
    "settings/any(S: S/settingInstance/settingDefinitionId eq 'b')": "one two",
    "settings/all(s:s/settingInstance/settingDefinitionId eq 'b')": "two three",
    "not settings/all(s:s/settingInstance/settingDefinitionId eq 'b')": "one",
    "settings/any(s:isof(s/settingInstance,'microsoft.graph.deviceManagementConfigurationSimple"
    "SettingInstance'))": "one two",
    "assignments/any(a:isof(a/target,'microsoft.graph.allDevicesAssignmentTarget'))": "one",
    "assignments/any(a:not isof(a/target,'microsoft.graph.allDevicesAssignmentTarget'))": "one two",
    f"assignments/any(a:a/target/microsoft.graph.groupAssignmentTarget/groupId eq '{GROUPS[2]}')": (
        "two"
    ),
    "assignments/any(a:a/target/microsoft.graph.groupAssignmentTarget/groupId eq null)": "one",
    "assignments/any(a:settings/any(s:s/settingInstance/settingDefinitionId eq 'c'))": "one",
    "settings/any(s:startswith($it/name,'t') and s/settingInstance/settingDefinitionId eq 'b')": (
        "two"
    ),
    "settings/any(s:s/settingInstance/settingDefinitionId eq '' or name eq 'two')": "two",
}


@pytest.mark.parametrize("text", LAMBDAS)
def test_a_filter_looks_into_what_belongs_to_an_object(shelf, text):
    found = shelf.get(filter=text, select="name")["value"]
    assert " ".join(each["name"] for each in found) == LAMBDAS[text]
