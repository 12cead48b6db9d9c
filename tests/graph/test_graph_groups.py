"""groups: made by the directory's rules, changed, deleted, restored; who is in them."""

from dataclasses import replace
from random import Random
from uuid import uuid4

import pytest

from mdm_sim import tenant
from mdm_sim.clock import Clock
from mdm_sim.policy.retention import BY_ID
from mdm_sim.upkeep.job import run

ADA, BO, CAS, DUA, ELI = tenant.PEOPLE
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
ABSENT = "11111111-2222-4333-8444-555555555555"


def reference(path: str) -> dict[str, str]:
    return {"@odata.id": f"{GRAPH}/{path}"}


@pytest.fixture
def group(graph):
    """Make a group, with members by id; returns its id."""

    def made(*members: str, name: str = "Group", **changes) -> str:
        body = {**GROUP, "displayName": name, **changes}
        found = graph("POST", "groups", body, 201)["id"]
        for each in members:
            graph(
                "POST", f"groups/{found}/members/$ref", reference(f"directoryObjects/{each}"), 204
            )
        return str(found)

    return made


@pytest.fixture
def ids(graph):
    """The ids that a list shows, through all of its pages."""

    def listed(path: str) -> set[str]:
        found: list[str] = []
        page = graph("GET", path)
        while True:
            found += [each["id"] for each in page["value"]]
            if "@odata.nextLink" not in page:
                break
            page = graph("GET", page["@odata.nextLink"].removeprefix("http://localhost"))
        assert len(found) == len(set(found))
        return set(found)

    return listed


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


def test_members_and_owners_are_given_with_a_group(graph, newest):
    body = {
        **GROUP,
        "members@odata.bind": [f"{GRAPH}/users/{BO.id}", f"{GRAPH}/users('{CAS.upn}')"],
        "owners@odata.bind": [f"{GRAPH}/users/{ADA.id}"],
    }
    made = graph("POST", "groups", body, 201)
    names = {each["displayName"] for each in newest()["resources"][0]["modifiedProperties"]}
    assert {"members", "owners"} < names
    graph(
        "PATCH",
        f"groups/{made['id']}",
        {"members@odata.bind": [f"{GRAPH}/directoryObjects/{DUA.id}"]},
        204,
    )
    expanded = graph("GET", f"groups/{made['id']}?$expand=members($select=id),owners")
    assert {each["id"] for each in expanded["members"]} == {BO.id, CAS.id, DUA.id}
    assert [each["userPrincipalName"] for each in expanded["owners"]] == [ADA.upn]


def test_a_reference_is_added_once_and_removed(graph, group, newest):
    made = group()
    path = f"groups/{made}/members"
    graph("POST", f"{path}/$ref", reference(f"users/{BO.upn}"), 204)
    entry = newest()
    assert (entry["activityType"], entry["activityOperationType"]) == (
        "Add members Group",
        "Action",
    )
    assert entry["resources"][0]["resourceId"] == made
    told = graph("POST", f"{path}/$ref", reference(f"directoryObjects/{BO.id}"), 400)["error"]
    assert told["code"] == "Request_BadRequest"
    assert told["message"].startswith("One or more added object references already exist")
    graph("POST", f"{path}/$ref", reference(f"directoryObjects/{ABSENT}"), 404)
    links = graph("GET", f"{path}/$ref")
    assert links["@odata.context"].endswith("#Collection($ref)")
    assert links["value"] == [{"@odata.id": f"http://localhost/v1.0/directoryObjects/{BO.id}"}]
    graph("DELETE", f"{path}/{BO.id}/$ref", status=204)
    assert newest()["activityType"] == "Remove members Group"
    graph("DELETE", f"{path}/{BO.id}/$ref", status=404)
    graph("POST", f"{path}/$ref", reference(f"users/{CAS.id}"), 204)
    graph("DELETE", f"{path}/$ref?$id={GRAPH}/directoryObjects/{CAS.id}", status=204)
    assert graph("GET", path)["value"] == []
    graph("DELETE", f"{path}/$ref", status=400)


@pytest.mark.parametrize("body", [{}, {"@odata.id": 7}, {"@odata.id": "/"}])
def test_a_body_without_a_reference_is_refused(graph, group, dump, body):
    made = group()
    before = dump()
    graph("POST", f"groups/{made}/members/$ref", body, 400)
    assert dump() == before


def test_who_may_be_in_a_group_follows_from_its_kind(graph, group, dump):
    device = graph("POST", "devices", {"deviceId": str(uuid4()), "displayName": "D"}, 201)["id"]
    inner = group(device, BO.id)
    unified = group(BO.id, **UNIFIED)
    before = dump()
    for path in (
        (unified, "members", device),
        (unified, "members", inner),
        (inner, "members", unified),
        (inner, "members", inner),
        (inner, "owners", device),
    ):
        graph(
            "POST",
            f"groups/{path[0]}/{path[1]}/$ref",
            reference(f"directoryObjects/{path[2]}"),
            400,
        )
    assert dump() == before


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


def test_lists_of_members_are_cast_filtered_and_selected(graph, group, eventual):
    device = graph("POST", "devices", {"deviceId": str(uuid4()), "displayName": "Laptop"}, 201)
    inner = group(name="Inner")
    outer = group(BO.id, CAS.id, device["id"], inner)
    path = f"groups/{outer}/members"
    kinds = {each["id"]: each["@odata.type"] for each in graph("GET", path)["value"]}
    assert kinds == {
        BO.id: "#microsoft.graph.user",
        CAS.id: "#microsoft.graph.user",
        device["id"]: "#microsoft.graph.device",
        inner: "#microsoft.graph.group",
    }
    people = graph("GET", f"{path}/microsoft.graph.user")
    assert people["@odata.context"].endswith("$metadata#users")
    assert {each["displayName"] for each in people["value"]} == {BO.display_name, CAS.display_name}
    assert all("@odata.type" not in each for each in people["value"])
    assert eventual(f"{path}/$count") == len(kinds)
    assert eventual(f"{path}/microsoft.graph.device/$count") == 1
    named = eventual(f"{path}?$filter=startswith(displayName,'Bo')&$select=displayName,deviceId")
    assert named["value"] == [
        {"@odata.type": "#microsoft.graph.user", "id": BO.id, "displayName": BO.display_name}
    ]
    assert [
        each["id"]
        for each in graph("GET", f"{path}?$filter=isof('microsoft.graph.group')")["value"]
    ] == [inner]
    paged = graph("GET", f"{path}?$top=3")
    assert len(paged["value"]) == 3
    rest = graph("GET", paged["@odata.nextLink"].removeprefix("http://localhost"))["value"]
    assert {each["id"] for each in (*paged["value"], *rest)} == set(kinds)
    assert graph("GET", f"{path}/{BO.id}")["id"] == BO.id
    graph("GET", f"{path}/{DUA.id}", status=404)


def test_membership_through_groups_is_what_a_walk_finds(graph, group, ids, eventual):
    random = Random(4)  # noqa: S311
    groups = [group(name=f"G{number}") for number in range(9)]
    edges = {
        (random.choice(groups), random.choice([*groups, BO.id, CAS.id, DUA.id])) for _ in range(26)
    }
    edges = {(above, below) for above, below in edges if above != below}
    for above, below in sorted(edges):
        graph("POST", f"groups/{above}/members/$ref", reference(f"directoryObjects/{below}"), 204)

    def walk(start: str, *, upwards: bool) -> set[str]:
        found, waiting = set(), [start]
        while waiting:
            here = waiting.pop()
            ends = {(a if upwards else b) for a, b in edges if (b if upwards else a) == here}
            waiting += ends - found
            found |= ends
        return found - {start}

    assert any(each in walk(below, upwards=False) for each, below in edges)
    for each in groups:
        assert ids(f"groups/{each}/members") == {b for a, b in edges if a == each}
        assert ids(f"groups/{each}/memberOf") == {a for a, b in edges if b == each}
        assert ids(f"groups/{each}/transitiveMembers?$top=2") == walk(each, upwards=False)
        assert ids(f"groups/{each}/transitiveMemberOf") == walk(each, upwards=True)
        people = walk(each, upwards=False) - set(groups)
        assert eventual(f"groups/{each}/transitiveMembers/microsoft.graph.user/$count") == len(
            people
        )
    for person in (BO, CAS, DUA, ELI):
        path = f"users/{person.id}"
        assert ids(f"{path}/memberOf") == {a for a, b in edges if b == person.id}
        assert ids(f"{path}/transitiveMemberOf") == walk(person.id, upwards=True)
        body = {"securityEnabledOnly": True}
        told = graph("POST", f"{path}/getMemberGroups", body)["value"]
        assert set(told) == walk(person.id, upwards=True)
        told = graph("POST", f"{path}/checkMemberGroups", {"groupIds": [*groups, ABSENT]})["value"]
        assert set(told) == walk(person.id, upwards=True)


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


def test_a_deleted_person_is_in_no_group_and_an_erased_one_leaves_no_trace(
    graph, group, ids, table
):
    made = group(BO.id, CAS.id)
    graph("POST", f"groups/{made}/owners/$ref", reference(f"users/{BO.id}"), 204)
    graph("PUT", f"users/{CAS.id}/manager/$ref", reference(f"users/{BO.id}"), 204)
    graph("DELETE", f"users/{BO.id}", status=204)
    assert ids(f"groups/{made}/members") == {CAS.id}
    assert ids(f"groups/{made}/owners") == set()
    graph("GET", f"users/{CAS.id}/manager", status=404)
    graph("POST", f"directory/deletedItems/{BO.id}/restore")
    assert ids(f"groups/{made}/members") == {BO.id, CAS.id}
    graph("DELETE", f"users/{BO.id}", status=204)
    graph("DELETE", f"directory/deletedItems/{BO.id}", status=204)
    rows = [*table("object_references"), *table("documents")]
    assert not [row for row in rows if BO.id in map(str, row.values())]


def test_a_person_is_told_of_their_groups_and_licences(graph, group, client, admin):
    made = group(BO.id, name="Sales")
    answer = client.post(
        "/privacy/v1/rights/export", headers=admin, json={"userPrincipalName": BO.upn}
    )
    assert answer.status_code == 200, answer.text
    assert answer.json["memberships"] == [
        {"relation": "groups/members", "ofId": made, "toId": BO.id, "displayName": "Sales"}
    ]
    assert len(answer.json["licenses"]) == 1


def test_a_removed_device_leaves_its_groups(graph, group, table):
    device = graph("POST", "devices", {"deviceId": str(uuid4()), "displayName": "D"}, 201)["id"]
    made = group(device)
    assert graph("GET", f"devices/{device}/memberOf")["value"][0]["id"] == made
    graph("DELETE", f"devices/{device}", status=204)
    assert table("object_references") == []


def test_a_caller_sees_ids_alone_of_what_it_may_not_read(client, group, sign_in):
    made = group(BO.id)
    headers = sign_in(ADA.upn, "https://graph.microsoft.com/GroupMember.Read.All")
    answer = client.get(f"/v1.0/groups/{made}/members", headers=headers)
    (shown,) = answer.json["value"]
    assert (shown["@odata.type"], shown["id"]) == ("#microsoft.graph.user", BO.id)
    assert {value for name, value in shown.items() if name in {"displayName", "mail"}} == {None}
    hidden = client.get(
        f"/v1.0/groups/{made}/members?$filter=startswith(displayName,'Bo')", headers=headers
    )
    assert hidden.json["value"] == []
