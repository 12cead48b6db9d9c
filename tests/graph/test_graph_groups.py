"""groups: made by the directory's rules, changed, deleted, restored; and what comes back."""

from dataclasses import replace

import pytest

from mdm_sim import tenant
from mdm_sim.clock import Clock
from mdm_sim.policy.retention import BY_ID
from mdm_sim.upkeep.job import run

BO = tenant.USERS[0]
GRAPH = "https://graph.microsoft.com/v1.0"
GROUP = {
    "displayName": "Sales",
    "mailEnabled": False,
    "mailNickname": "sales",
    "securityEnabled": True,
}
UNIFIED = {**GROUP, "groupTypes": ["Unified"], "mailEnabled": True, "securityEnabled": False}
DYNAMIC = {
    **GROUP,
    "groupTypes": ["DynamicMembership"],
    "membershipRule": 'user.department -eq "Sales"',
}


def reference(path: str) -> dict[str, str]:
    return {"@odata.id": f"{GRAPH}/{path}"}


def test_a_group_is_made_read_changed_and_deleted(graph, newest):
    made = graph("POST", "groups", {**GROUP, "description": "All of sales"}, 201)
    assert made["@odata.context"].endswith("$metadata#groups/$entity")
    assert newest()["activityType"] == "Create Group"
    assert newest()["category"] == "Other"
    path = f"groups/{made['id']}"
    assert graph("GET", path) == made
    assert made["groupTypes"] == []
    assert made["createdDateTime"] == made["renewedDateTime"]
    graph("PATCH", path, {"displayName": "Sales 2", "description": None}, 204)
    shown = graph("GET", path)
    assert shown == {**made, "displayName": "Sales 2", "description": None}
    changes = newest()["resources"][0]["modifiedProperties"]
    assert {each["displayName"] for each in changes} == {"displayName", "description"}
    graph("DELETE", path, status=204)
    assert newest()["activityType"] == "Delete Group"
    assert graph("GET", path, status=404)["error"]["code"] == "Request_ResourceNotFound"
    assert graph("GET", "groups")["value"] == []


@pytest.mark.parametrize("name", ["displayName", "mailEnabled", "mailNickname", "securityEnabled"])
def test_a_group_has_to_have_what_graph_requires(graph, dump, name):
    before = dump()
    body = {key: value for key, value in GROUP.items() if key != name}
    told = graph("POST", "groups", body, 400)["error"]
    assert (told["code"], name in told["message"]) == ("Request_BadRequest", True)
    made = graph("POST", "groups", GROUP, 201)
    graph("PATCH", f"groups/{made['id']}", {name: None}, 400)
    assert graph("GET", f"groups/{made['id']}")[name] == GROUP[name]
    assert dump() != before


@pytest.mark.parametrize(
    "change",
    [
        {"mailEnabled": True}, {"securityEnabled": False}, {"groupTypes": ["CANARY"]},
        {"groupTypes": ["Unified"]}, {"groupTypes": ["DynamicMembership"]},
        {"membershipRule": "CANARY"}, {"displayName": "C" * 257}, {"displayName": 7},
        {"CANARY": "CANARY"}, {"id": "CANARY", "mail": "CANARY"}, {"securityEnabled": "CANARY"},
        {"createdDateTime": "2020-01-01T00:00:00Z"}, {"memberOf@odata.bind": ["CANARY"]},
        {"members@odata.bind": [f"{GRAPH}/users/{BO.id}"] * 21},
        {"members@odata.bind": "CANARY", "groupTypes": 7},
        {**DYNAMIC, "membershipRuleProcessingState": "CANARY"},
    ],
)  # fmt: skip
def test_a_group_that_the_directory_would_not_have_is_refused(graph, dump, change):
    before = dump()
    told = graph("POST", "groups", {**GROUP, **change}, 400)
    assert ("CANARY" in str(told), dump()) == (False, before)


def test_a_microsoft_365_group_gets_an_address(graph):
    made = graph("POST", "groups", UNIFIED, 201)
    assert made["mail"] == f"sales@{tenant.DOMAIN}"
    assert (made["proxyAddresses"], made["visibility"]) == ([f"SMTP:{made['mail']}"], "Public")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("displayName eq 'SALES'", {"Sales"}),
        ("startswith(displayName,'S')", {"Sales", "Staff"}),
        ("mailNickname eq 'staff'", {"Staff"}),
        ("groupTypes/any(c:c eq 'Unified')", {"Staff"}),
        ("not(groupTypes/any(g:g eq 'DynamicMembership'))", {"Sales", "Staff"}),
        ("NOT groupTypes/any(c:c eq 'Unified') and securityEnabled eq true", {"Sales", "Dynamic"}),
        ("mailEnabled eq false and displayName in ('Sales', 'Staff')", {"Sales"}),
        ("createdDateTime ge 2000-01-01T00:00:00Z", {"Sales", "Staff", "Dynamic"}),
    ],
)
def test_groups_are_filtered(graph, eventual, text, names):
    graph("POST", "groups", GROUP, 201)
    graph("POST", "groups", {**UNIFIED, "displayName": "Staff", "mailNickname": "staff"}, 201)
    graph("POST", "groups", {**DYNAMIC, "displayName": "Dynamic"}, 201)
    found = eventual(f"groups?$filter={text}&$count=true&$orderby=displayName")
    assert {each["displayName"] for each in found["value"]} == names
    assert found["@odata.count"] == len(names)
    assert [each["displayName"] for each in found["value"]] == sorted(names)


def test_groups_are_searched(graph, eventual):
    graph("POST", "groups", GROUP, 201)
    graph("POST", "groups", {**GROUP, "displayName": "Staff"}, 201)
    found = eventual('groups?$search="displayName:Sal"&$select=displayName')["value"]
    assert [each["displayName"] for each in found] == ["Sales"]


def test_nobody_is_put_into_a_dynamic_group(graph, newest):
    made = graph("POST", "groups", DYNAMIC, 201)
    assert made["membershipRule"] == DYNAMIC["membershipRule"]
    assert made["membershipRuleProcessingState"] == "Paused"
    path = f"groups/{made['id']}"
    told = graph("POST", f"{path}/members/$ref", reference(f"users/{BO.id}"), 403)
    assert told["error"]["code"] == "Authorization_RequestDenied"
    graph("POST", f"{path}/owners/$ref", reference(f"users/{BO.id}"), 204)
    graph("PATCH", path, {"membershipRuleProcessingState": "On"}, 204)
    assert graph("GET", path)["membershipRuleProcessingState"] == "On"
    assert graph("GET", f"{path}/members")["value"] == []


def test_a_deleted_group_holds_nobody_and_comes_back_with_everybody(graph, group, ids, newest):
    inner = group(BO.id, name="Inner")
    outer = group(inner, name="Outer")
    graph("DELETE", f"groups/{inner}", status=204)
    assert ids(f"groups/{outer}/transitiveMembers") == set()
    assert ids(f"users/{BO.id}/transitiveMemberOf") == set()
    (waiting,) = graph("GET", "directory/deletedItems/microsoft.graph.group")["value"]
    assert (waiting["id"], waiting["deletedDateTime"] is None) == (inner, False)
    assert (
        graph("GET", f"directory/deletedItems/{inner}")["@odata.type"] == "#microsoft.graph.group"
    )
    back = graph("POST", f"directory/deletedItems/{inner}/restore")
    assert (back["displayName"], newest()["activityType"]) == ("Inner", "restore Group")
    assert ids(f"groups/{outer}/transitiveMembers") == {inner, BO.id}
    graph("POST", f"directory/deletedItems/{inner}/restore", status=404)


def test_an_erased_group_leaves_nothing(graph, group, table, on_disk):
    inner = group(BO.id, name="CANARY")
    group(inner)
    graph("DELETE", f"directory/deletedItems/{inner}", status=404)
    graph("DELETE", f"groups/{inner}", status=204)
    graph("DELETE", f"directory/deletedItems/{inner}", status=204)
    assert not on_disk("CANARY")
    assert not [row for row in table("object_references") if inner in row.values()]


def test_a_deleted_group_is_gone_after_30_days(graph, group, desk, table):
    made = group(BO.id)
    graph("DELETE", f"groups/{made}", status=204)
    assert run(desk)["deleted_group"] == 0
    later = replace(desk, clock=Clock(BY_ID["deleted_group"].seconds + 60))
    assert run(later)["deleted_group"] == 1
    assert table("object_references") == []
    graph("GET", f"directory/deletedItems/{made}", status=404)
