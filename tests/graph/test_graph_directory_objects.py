"""Directory objects of any kind, and those that follow from the tenant itself."""

from uuid import uuid4

import orjson
import pytest
from sqlalchemy import select

from mdm_sim import licences, tenant, tokens
from mdm_sim.graph.edm.model import model
from mdm_sim.store.tables import clients

ADA, BO, CAS, *_ = tenant.PEOPLE
GRAPH = "https://graph.microsoft.com/v1.0"
GROUP = {"displayName": "G", "mailEnabled": False, "mailNickname": "g", "securityEnabled": True}
ABSENT = "11111111-2222-4333-8444-555555555555"
SETS = (
    "users", "groups", "devices", "applications", "servicePrincipals", "organization", "domains",
    "subscribedSkus", "directoryRoles",
)  # fmt: skip


@pytest.fixture
def objects(graph):
    """One object of each kind that the directory has, by the kind's name."""
    made = {
        "user": BO.id,
        "group": graph("POST", "groups", GROUP, 201)["id"],
        "device": graph("POST", "devices", {"deviceId": str(uuid4()), "displayName": "D"}, 201)[
            "id"
        ],
    }
    for kind, path in (
        ("application", "applications"),
        ("servicePrincipal", "servicePrincipals"),
        ("directoryRole", "directoryRoles"),
        ("organization", "organization"),
    ):
        made[kind] = graph("GET", path)["value"][0]["id"]
    return made


@pytest.mark.parametrize("version", ["v1.0", "beta"])
@pytest.mark.parametrize("path", SETS)
def test_every_entity_set_shows_what_its_type_has(graph, objects, path, version):
    known = model(version)
    kind = known.types[known.roots[path].kind]
    shown = graph("GET", f"/{version}/{path}")["value"]
    assert shown
    for each in shown:
        assert set(each) <= set(kind.properties)
        if path != "users" or version == "beta":
            assert set(each) == set(kind.properties)
        one = graph("GET", f"/{version}/{path}/{each['id']}")
        assert one.pop("@odata.context").endswith(f"#{path}/$entity")
        assert one == each


def test_an_object_is_found_by_its_id_whatever_it_is(graph, objects):
    for kind, object_id in objects.items():
        shown = graph("GET", f"directoryObjects/{object_id}")
        assert shown["@odata.context"].endswith("#directoryObjects/$entity")
        assert (shown["@odata.type"], shown["id"]) == (f"#microsoft.graph.{kind}", object_id)
    told = graph("GET", f"directoryObjects/{ABSENT}", status=404)
    assert told["error"]["code"] == "Request_ResourceNotFound"
    every = {each["id"] for each in graph("GET", "directoryObjects")["value"]}
    assert set(objects.values()) <= every


@pytest.mark.parametrize(
    "types", [None, [], ["directoryObject"], ["user", "group"], ["Device"], ["servicePrincipal"]]
)
def test_objects_are_given_by_their_ids(graph, objects, types):
    body = {"ids": [*objects.values(), ABSENT, BO.id], "types": types}
    if types is None:
        del body["types"]
    found = graph("POST", "directoryObjects/getByIds", body)["value"]
    wanted = {each.lower() for each in types or ["directoryObject"]}
    expected = {
        object_id
        for kind, object_id in objects.items()
        if "directoryobject" in wanted or kind.lower() in wanted
    }
    assert [each["id"] for each in found] == sorted(expected)


def test_more_objects_than_a_page_has_are_given_at_once(graph):
    made = [graph("POST", "groups", GROUP, 201)["id"] for _ in range(101)]
    answer = graph("POST", "directoryObjects/getByIds?$select=id", {"ids": made})
    assert [each["id"] for each in answer["value"]] == sorted(made)
    assert "@odata.nextLink" not in answer
    assert len(graph("GET", "groups")["value"]) == 100


@pytest.mark.parametrize(
    "body",
    [{}, {"ids": []}, {"ids": "CANARY"}, {"ids": [7]}, {"ids": ["x"] * 1001}, {"CANARY": 1},
     {"ids": ["x"], "types": ["CANARY"]}, {"ids": ["x"], "types": 7}],
)  # fmt: skip
def test_wrong_ids_are_refused(graph, body):
    assert "CANARY" not in str(graph("POST", "directoryObjects/getByIds", body, 400))


@pytest.mark.parametrize("name", ["checkMemberGroups", "checkMemberObjects"])
@pytest.mark.parametrize("ids", [None, [], ["x"] * 21, "CANARY", [7]])
def test_wrong_checks_are_refused(graph, name, ids):
    parameter = "groupIds" if name.endswith("Groups") else "ids"
    told = graph("POST", f"users/{BO.id}/{name}", {parameter: ids}, 400)
    assert "CANARY" not in str(told)


def test_groups_and_roles_are_told_of_every_kind_of_member(graph, objects):
    members = [objects[kind] for kind in ("user", "device", "servicePrincipal", "group")]
    plain = {**GROUP, "groupTypes": ["Unified"], "mailEnabled": True, "securityEnabled": False}
    unified = graph("POST", "groups", plain, 201)["id"]
    outer = graph("POST", "groups", GROUP, 201)["id"]
    for each in members:
        body = {"@odata.id": f"{GRAPH}/directoryObjects/{each}"}
        graph("POST", f"groups/{outer}/members/$ref", body, 204)
    body = {"@odata.id": f"{GRAPH}/users/{BO.id}"}
    graph("POST", f"groups/{unified}/members/$ref", body, 204)
    sets = ("users", "devices", "servicePrincipals", "groups")
    for path, each in zip(sets, members, strict=True):
        expected = {outer, unified} if path == "users" else {outer}
        for prefix in (path, "directoryObjects"):
            for secured in (False, True):
                body = {"securityEnabledOnly": secured}
                told = graph("POST", f"{prefix}/{each}/getMemberGroups", body)
                assert told["@odata.context"].endswith("#Collection(Edm.String)")
                assert set(told["value"]) == expected - ({unified} if secured else set())
            asked = {"ids": [outer, ABSENT, objects["directoryRole"]]}
            assert graph("POST", f"{prefix}/{each}/checkMemberObjects", asked)["value"] == [outer]
    roles = {each["id"] for each in graph("GET", "directoryRoles")["value"]}
    body = {"securityEnabledOnly": True}
    assert set(graph("POST", f"users/{ADA.id}/getMemberObjects", body)["value"]) == roles
    assert graph("POST", f"users/{ADA.id}/getMemberGroups", body)["value"] == []


def test_roles_have_the_admins_as_members(graph):
    for role in graph("GET", "directoryRoles")["value"]:
        assert [
            each["id"] for each in graph("GET", f"directoryRoles/{role['id']}/members")["value"]
        ] == [ADA.id]
        by_template = graph("GET", f"directoryRoles(roleTemplateId='{role['roleTemplateId']}')")
        assert by_template["id"] == role["id"]


def test_registered_applications_have_principals_with_what_they_were_granted(graph, desk):
    with desk.store.read() as connection:
        rows = list(connection.execute(select(clients)))
    granted = {row.id: orjson.loads(row.roles) for row in rows}
    named = graph("GET", f"servicePrincipals(appId='{tokens.GRAPH_APP_ID}')")
    values = {each["id"]: each["value"] for each in named["appRoles"]}
    for app_id, roles in granted.items():
        principal = graph("GET", f"servicePrincipals(appId='{app_id}')")
        assert principal["id"] == tokens.service_principal_id(tenant.TENANT_ID, app_id)
        graph("GET", f"servicePrincipals/{app_id}", status=404)
        path = f"servicePrincipals/{principal['id']}/appRoleAssignments"
        assigned = graph("GET", path)["value"]
        assert {values[each["appRoleId"]] for each in assigned} == set(roles)
        assert {each["resourceId"] for each in assigned} <= {named["id"]}
    own = {each["appId"] for each in graph("GET", "applications")["value"]}
    assert own == {tenant.CLIENT_ID, tenant.PUBLIC_CLIENT_ID}
    found = graph("GET", "servicePrincipals?$filter=displayName eq 'Microsoft Graph'")["value"]
    assert [each["id"] for each in found] == [named["id"]]
    assert tenant.CLIENT_SECRET not in str(graph("GET", "applications"))


def test_no_secret_of_an_application_is_told(graph, desk):
    with desk.store.read() as connection:
        hashes = {row.secret_hash for row in connection.execute(select(clients))} - {""}
    told = str(graph("GET", "applications")) + str(graph("GET", "servicePrincipals"))
    assert hashes
    assert not [each for each in hashes if each in told]


def test_an_organization_keeps_none_of_its_contacts(graph, newest, on_disk):
    path = f"organization/{tenant.TENANT_ID}"
    body = {
        "privacyProfile": {
            "statementUrl": "https://x.example/",
            "contactEmail": "CANARY@x.example",
        },
        "technicalNotificationMails": ["CANARY@x.example"],
    }
    graph("PATCH", path, body, 204)
    assert newest()["activityType"] == "Patch Organization"
    shown = graph("GET", path)
    assert shown["privacyProfile"] == {"contactEmail": None, "statementUrl": "https://x.example/"}
    assert not on_disk("CANARY")
    assert shown["verifiedDomains"][0]["name"] == tenant.DOMAIN
    assert "SCO" in {each["service"] for each in shown["assignedPlans"]}
    graph("PATCH", path, {"privacyProfile": 7}, 400)
    graph("PATCH", f"organization/{ABSENT}", {}, 404)


def used(graph):
    return {
        each["skuId"]: each["consumedUnits"] for each in graph("GET", "subscribedSkus")["value"]
    }


def test_licences_are_assigned_counted_and_withdrawn(graph, newest):
    ems, intune = licences.EMS.id, licences.INTUNE.id
    everybody = len(tenant.PEOPLE)
    assert used(graph) == {ems: everybody, intune: 0}
    plan = licences.EMS.plans[1].id
    body = {
        "addLicenses": [{"skuId": intune}, {"skuId": ems, "disabledPlans": [plan]}],
        "removeLicenses": [],
    }
    graph("POST", f"users/{BO.upn}/assignLicense", body)
    assert newest()["activityType"] == "assignLicense User"
    assert used(graph) == {ems: everybody, intune: 1}
    select = "$select=assignedLicenses,assignedPlans,licenseAssignmentStates"
    shown = graph("GET", f"users/{BO.id}?{select}")
    held = {each["skuId"]: each["disabledPlans"] for each in shown["assignedLicenses"]}
    assert held == {ems: [plan], intune: []}
    status = {each["servicePlanId"]: each["capabilityStatus"] for each in shown["assignedPlans"]}
    assert status[plan] == "Deleted"
    details = graph("GET", f"users/{BO.id}/licenseDetails")["value"]
    assert {each["skuId"] for each in details} == {ems, intune}
    having = graph("GET", f"users?$filter=assignedLicenses/any(l:l/skuId eq {intune})")["value"]
    assert [each["id"] for each in having] == [BO.id]
    graph("DELETE", f"users/{BO.id}", status=204)
    assert used(graph) == {ems: everybody - 1, intune: 0}
    graph("POST", f"directory/deletedItems/{BO.id}/restore")
    body = {"addLicenses": [], "removeLicenses": [ems, intune]}
    graph("POST", f"users/{BO.id}/assignLicense", body)
    assert used(graph) == {ems: everybody - 1, intune: 0}
    assert graph("GET", f"users/{BO.id}/licenseDetails")["value"] == []


@pytest.mark.parametrize(
    "body",
    [
        {}, {"addLicenses": []}, {"addLicenses": "CANARY", "removeLicenses": []},
        {"addLicenses": [{"skuId": ABSENT}], "removeLicenses": []},
        {"addLicenses": [{}], "removeLicenses": []},
        {"addLicenses": [{"skuId": licences.EMS.id, "disabledPlans": [ABSENT]}],
         "removeLicenses": []},
        {"addLicenses": [], "removeLicenses": [licences.INTUNE.id]},
        {"addLicenses": [], "removeLicenses": [], "CANARY": 1},
    ],
)  # fmt: skip
def test_a_licence_that_cannot_be_is_refused(graph, dump, body):
    before = dump()
    told = graph("POST", f"users/{BO.id}/assignLicense", body, 400)
    assert ("CANARY" in str(told), ABSENT in str(told), dump()) == (False, False, before)


def test_a_user_has_one_manager_at_most(graph, newest):
    path = f"users/{BO.upn}/manager"
    assert graph("GET", path, status=404)["error"]["code"] == "Request_ResourceNotFound"
    graph("GET", f"{path}/$ref", status=404)
    graph("DELETE", f"{path}/$ref", status=404)
    for manager in (CAS, ADA):
        graph("PUT", f"{path}/$ref", {"@odata.id": f"{GRAPH}/users/{manager.id}"}, 204)
        assert newest()["activityType"] == "Add manager User"
        assert graph("GET", path)["userPrincipalName"] == manager.upn
        assert graph("GET", f"{path}/$ref")["@odata.id"].endswith(manager.id)
    (shown,) = graph("GET", f"users?$filter=id eq '{BO.id}'&$expand=manager($select=id)")["value"]
    assert shown["manager"] == {"@odata.type": "#microsoft.graph.user", "id": ADA.id}
    graph("DELETE", f"{path}/$ref", status=204)
    graph("GET", path, status=404)


def test_a_manager_is_another_user(graph, objects, dump):
    before = dump()
    for object_id in (BO.id, objects["group"]):
        body = {"@odata.id": f"{GRAPH}/directoryObjects/{object_id}"}
        graph("PUT", f"users/{BO.id}/manager/$ref", body, 400)
    assert dump() == before


def test_a_revoked_session_needs_a_new_sign_in(graph, client):
    form = {"client_id": tenant.PUBLIC_CLIENT_ID, "scope": "openid offline_access User.Read"}
    person = {"grant_type": "password", "username": BO.upn, "password": tenant.PASSWORD}
    url = f"/{tenant.TENANT_ID}/oauth2/v2.0/token"
    refresh = client.post(url, data=form | person).json["refresh_token"]
    again = {"grant_type": "refresh_token", "refresh_token": refresh}
    refreshed = client.post(url, data=form | again)
    assert refreshed.status_code == 200
    told = graph("POST", f"users/{BO.id}/revokeSignInSessions")
    assert told["value"] is True
    again["refresh_token"] = refreshed.json.get("refresh_token", refresh)
    assert client.post(url, data=form | again).status_code == 400
