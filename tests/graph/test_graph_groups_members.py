"""Who is in groups: added and removed by reference, listed, and found through other groups."""

from random import Random
from uuid import uuid4

import pytest

from mdm_sim import tenant

ADA, BO, CAS, DUA, ELI = tenant.PEOPLE
GRAPH = "https://graph.microsoft.com/v1.0"
GROUP = {
    "displayName": "Sales",
    "mailEnabled": False,
    "mailNickname": "sales",
    "securityEnabled": True,
}
UNIFIED = {**GROUP, "groupTypes": ["Unified"], "mailEnabled": True, "securityEnabled": False}
ABSENT = "11111111-2222-4333-8444-555555555555"


def reference(path: str) -> dict[str, str]:
    return {"@odata.id": f"{GRAPH}/{path}"}


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
