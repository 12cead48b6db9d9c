"""me: the signed-in user's own entry and what it leads to, for whoever has it in their token."""

import pytest

from mdm_sim import tenant

ADA, BO, CAS, *_ = tenant.PEOPLE
GRAPH = "https://graph.microsoft.com"
GROUP = {"mailEnabled": False, "mailNickname": "g", "securityEnabled": True}
OWN = (
    "", "/displayName", "/licenseDetails", "/memberOf", "/transitiveMemberOf", "/ownedDevices",
    "/registeredDevices", "/memberOf/microsoft.graph.group",
)  # fmt: skip


@pytest.fixture
def me(client, sign_in):
    """Ask as a user with a scope; returns the answer."""

    def asked(path, upn=BO.upn, scope="User.Read", method="GET", json=None):
        headers = sign_in(upn, f"{GRAPH}/{scope}")
        return client.open(f"/v1.0/{path}", method=method, headers=headers, json=json)

    return asked


@pytest.mark.parametrize("alias", ["me", "ME", "users/me-token-to-replace", f"users/{BO.id}"])
@pytest.mark.parametrize("path", OWN)
def test_a_user_reads_what_is_their_own(me, alias, path):
    own, named = me(f"{alias}{path}"), me(f"users/{BO.upn}{path}")
    assert own.status_code == 200, own.text
    assert own.json == named.json


def test_a_user_is_told_who_they_are(me):
    told = me("me").json
    assert told["@odata.context"].endswith("$metadata#users/$entity")
    assert (told["id"], told["userPrincipalName"]) == (BO.id, BO.upn)
    assert me("me?$select=userType").json["userType"] == "Member"
    assert me("me", upn=CAS.upn).json["id"] == CAS.id


@pytest.mark.parametrize("path", ["", "/memberOf", "/manager/$ref"])
def test_an_application_alone_is_nobody(graph, path):
    told = graph("GET", f"me{path}", status=400)["error"]
    assert told["code"] == "BadRequest"
    assert told["message"] == "/me request is only valid with delegated authentication flow."


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "users"), ("GET", f"users/{CAS.id}"), ("GET", f"users/{CAS.upn}/memberOf"),
        ("GET", f"users/{CAS.id}/displayName"), ("GET", "groups"), ("GET", "organization"),
        ("PATCH", "me"), ("DELETE", "me"), ("POST", "me/assignLicense"),
        ("PUT", "me/manager/$ref"), ("POST", "me/revokeSignInSessions"),
        ("GET", "me/managedDevices"), ("POST", f"users/{CAS.id}/getMemberGroups"),
    ],
)  # fmt: skip
def test_reading_themselves_opens_nothing_else(me, method, path, dump):
    before = dump()
    body = None if method == "GET" else {}
    answer = me(path, method=method, json=body, scope="User.ReadWrite.All")
    assert (answer.status_code, dump()) == (403, before)


def test_a_token_without_a_scope_for_it_reads_nothing(me):
    for path in ("me", "me/memberOf", f"users/{BO.id}"):
        answer = me(path, scope="Group.Read.All")
        assert answer.status_code == 403
        assert answer.json["error"]["code"] == "Authorization_RequestDenied"


def test_a_user_learns_the_ids_of_their_groups_alone(me, graph):
    body = {**GROUP, "displayName": "CANARY", "description": "CANARY"}
    body["members@odata.bind"] = [f"{GRAPH}/v1.0/users/{BO.id}"]
    made = graph("POST", "groups", body, 201)["id"]
    for path in ("memberOf", "transitiveMemberOf", "memberOf/microsoft.graph.group"):
        answer = me(f"me/{path}")
        assert [each["id"] for each in answer.json["value"]] == [made]
        assert "CANARY" not in answer.text
        assert me(f"me/{path}?$filter=displayName eq 'CANARY'").json["value"] == []
    told = me("me/getMemberGroups", method="POST", json={"securityEnabledOnly": False})
    assert told.json["value"] == [made]


def test_an_admin_sees_roles_and_groups_whole(me, graph):
    body = {**GROUP, "displayName": "Admins"}
    body["members@odata.bind"] = [f"{GRAPH}/v1.0/users/{ADA.id}"]
    graph("POST", "groups", body, 201)
    shown = me("me/memberOf", upn=ADA.upn, scope="Directory.Read.All").json["value"]
    assert {each["displayName"] for each in shown} == {
        "Admins", "Global Administrator", "Intune Administrator",
    }  # fmt: skip


def test_me_is_served_in_a_batch(client, sign_in):
    body = {"requests": [{"id": "1", "method": "GET", "url": "/me?$select=id"}]}
    headers = sign_in(BO.upn, f"{GRAPH}/User.Read")
    answer = client.post("/v1.0/$batch", headers=headers, json=body)
    (part,) = answer.json["responses"]
    assert (part["status"], part["body"]["id"]) == (200, BO.id)
