"""users and devices of the directory: made, changed and removed, and what of a person is kept."""

from uuid import uuid4

import pytest

from mdm_sim import tenant

BO, CAS = tenant.USERS[0], tenant.USERS[1]
NEW_USER = {
    "displayName": "New User",
    "userPrincipalName": "New.User@mdmsim.example",
    "passwordProfile": {"password": "Secret-password-1"},
}
OTHER_DATA = {
    "givenName": "CANARY", "surname": "CANARY", "mobilePhone": "CANARY", "jobTitle": "CANARY",
    "businessPhones": ["CANARY"], "mail": "CANARY@x.example", "streetAddress": "CANARY",
    "mailNickname": "CANARY", "CANARY": {"CANARY": "CANARY"},
}  # fmt: skip
NEW_DEVICE = {"deviceId": "AAAAAAAA-2222-4333-8444-555555555555", "displayName": "Laptop"}


def reference(user) -> dict:
    return {"@odata.id": f"https://graph.microsoft.com/v1.0/users/{user}"}


def test_a_user_is_made_listed_and_may_sign_in(graph, client, newest):
    made = graph("POST", "users", NEW_USER, 201)
    assert made["userPrincipalName"] == "new.user@mdmsim.example"
    assert made["@odata.context"].endswith("$metadata#users/$entity")
    assert newest()["resources"][0]["resourceId"] == made["id"]
    form = {"client_id": tenant.CLIENT_ID, "grant_type": "password", "scope": "openid"}
    form |= {"username": NEW_USER["userPrincipalName"], "password": "Secret-password-1"}
    answer = client.post(f"/{tenant.TENANT_ID}/oauth2/v2.0/token", data=form)
    assert answer.status_code == 200


def test_other_data_of_a_person_is_accepted_and_not_kept(graph, on_disk):
    made = graph("POST", "users", {**NEW_USER, **OTHER_DATA}, 201)
    graph("PATCH", f"users/{made['id']}", OTHER_DATA, 204)
    assert not on_disk("CANARY")
    assert "CANARY" not in str(graph("GET", f"users/{made['id']}"))


def test_a_password_is_nowhere_in_the_clear(graph, on_disk):
    made = graph("POST", "users", NEW_USER, 201)
    assert not on_disk("Secret-password-1")
    assert "assword" not in str(made)


@pytest.mark.parametrize("key", [BO.id, BO.upn, BO.upn.upper()])
def test_a_user_is_found_by_id_and_by_upn(graph, key):
    assert graph("GET", f"users/{key}")["displayName"] == BO.display_name


def test_a_user_is_patched(graph, newest):
    graph("PATCH", f"users/{BO.upn}", {"displayName": "Bo B", "accountEnabled": False}, 204)
    shown = graph("GET", f"users/{BO.id}?$select=displayName,accountEnabled")
    assert (shown["displayName"], shown["accountEnabled"]) == ("Bo B", False)
    changes = newest()["resources"][0]["modifiedProperties"]
    assert {each["displayName"]: each["newValue"] for each in changes} == {
        "displayName": "set",
        "accountEnabled": "set",
    }


def test_a_disabled_user_signs_in_no_more(graph, client):
    graph("PATCH", f"users/{BO.upn}", {"accountEnabled": False}, 204)
    form = {"client_id": tenant.CLIENT_ID, "grant_type": "password", "scope": "openid"}
    form |= {"username": BO.upn, "password": tenant.PASSWORD}
    assert client.post(f"/{tenant.TENANT_ID}/oauth2/v2.0/token", data=form).status_code == 400


def test_a_deleted_user_is_gone_from_list_and_disk(graph, on_disk, newest):
    made = graph("POST", "users", {**NEW_USER, "displayName": "CANARY"}, 201)
    graph("DELETE", f"users/{made['id']}", status=204)
    graph("GET", f"users/{made['id']}", status=404)
    assert newest()["activityType"] == "Delete User"
    graph("DELETE", f"directory/deletedItems/{made['id']}", status=204)
    assert not on_disk("CANARY")


def test_a_deleted_user_has_no_joined_device_any_more(graph, register, user):
    made = graph("POST", "devices", {**NEW_DEVICE, "trustType": "AzureAd"}, 201)
    graph("POST", f"devices/{made['id']}/registeredOwners/$ref", reference(BO.id), 204)
    app = register({"azureADDeviceId": NEW_DEVICE["deviceId"]})
    graph("DELETE", f"users/{BO.id}", status=204)
    assert graph("GET", f"devices/{made['id']}/registeredOwners")["value"] == []
    assert graph("GET", f"/privacy/v1/records/{app['id']}")["context"]["entraJoined"] is False


@pytest.mark.parametrize(
    "change",
    [
        {"displayName": ""}, {"displayName": 7}, {"displayName": "C" * 257},
        {"userPrincipalName": "CANARY"}, {"userPrincipalName": "a b@CANARY"},
        {"userPrincipalName": None}, {"passwordProfile": None},
        {"passwordProfile": {"password": 7}}, {"passwordProfile": ["CANARY"]},
    ],
)  # fmt: skip
def test_a_wrong_user_is_refused(graph, dump, change):
    before = dump()
    answer = graph("POST", "users", {**NEW_USER, **change}, 400)
    assert ("CANARY" in str(answer), dump()) == (False, before)


def test_a_second_user_of_a_name_is_refused(graph, dump):
    before = dump()
    told = graph("POST", "users", {**NEW_USER, "userPrincipalName": BO.upn.upper()}, 400)
    assert (told["error"]["code"], dump()) == ("Request_BadRequest", before)


@pytest.mark.parametrize(
    ("text", "number"),
    [("userPrincipalName eq 'BO.DEBOER@MDMSIM.EXAMPLE'", 1), ("startswith(displayName,'b')", 1),
     ("accountEnabled eq true", 5), ("displayName eq 'nobody'", 0)],
)  # fmt: skip
def test_users_are_filtered(graph, text, number):
    assert len(graph("GET", f"users?$filter={text}&$count=true")["value"]) == number


def test_a_name_with_an_accent_is_found_again(graph):
    graph("POST", "users", {**NEW_USER, "displayName": "Élodie Émond"}, 201)
    for text in ("displayName eq 'Élodie Émond'", "startswith(displayName,'Élo')"):
        assert len(graph("GET", f"users?$filter={text}")["value"]) == 1


def test_a_device_object_is_made_found_patched_and_removed(graph):
    made = graph("POST", "devices", {**NEW_DEVICE, "trustType": "AzureAd"}, 201)
    assert made["deviceId"] == NEW_DEVICE["deviceId"].lower()
    by_key = graph("GET", f"devices(deviceId='{NEW_DEVICE['deviceId']}')")
    assert by_key["id"] == made["id"]
    graph("PATCH", f"devices/{made['id']}", {"displayName": "Desk"}, 204)
    assert graph("GET", f"devices/{made['id']}")["displayName"] == "Desk"
    graph("DELETE", f"devices/{made['id']}", status=204)
    assert graph("GET", "devices")["value"] == []


def test_a_removed_device_object_leaves_the_disk(graph, on_disk):
    made = graph("POST", "devices", {**NEW_DEVICE, "displayName": "CANARY"}, 201)
    graph("DELETE", f"devices/{made['id']}", status=204)
    assert not on_disk("CANARY")


@pytest.mark.parametrize("relation", ["registeredOwners", "registeredUsers"])
def test_users_are_related_to_a_device_by_reference(graph, newest, relation):
    path = f"devices/{graph('POST', 'devices', NEW_DEVICE, 201)['id']}/{relation}"
    for user in (BO.id, CAS.upn, f"{BO.id}/"):
        graph("POST", f"{path}/$ref", reference(user), 204)
    related = graph("GET", path)["value"]
    assert {each["userPrincipalName"] for each in related} == {BO.upn, CAS.upn}
    graph("DELETE", f"{path}/{BO.id}/$ref", status=204)
    assert [each["id"] for each in graph("GET", path)["value"]] == [CAS.id]
    assert newest()["activityType"] == f"Remove {relation} Device"


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 400), ({"@odata.id": 7}, 400), ({"@odata.id": "/"}, 400),
     (reference("nobody@x.example"), 404)],
)  # fmt: skip
def test_a_wrong_reference_is_refused(graph, dump, body, status):
    made = graph("POST", "devices", NEW_DEVICE, 201)
    before = dump()
    graph("POST", f"devices/{made['id']}/registeredOwners/$ref", body, status)
    assert dump() == before


@pytest.mark.parametrize(
    "body",
    [{"displayName": "x"}, {"deviceId": ""}, {"deviceId": 7}, {**NEW_DEVICE, "trustType": "CANARY"},
     {**NEW_DEVICE, "accountEnabled": "CANARY"}, {**NEW_DEVICE, "operatingSystem": ["CANARY"]},
     {**NEW_DEVICE, "trustType": ["AzureAd"]}, {**NEW_DEVICE, "displayName": None}],
)  # fmt: skip
def test_a_wrong_device_object_is_refused(graph, dump, body):
    before = dump()
    answer = graph("POST", "devices", body, 400)
    assert ("CANARY" in str(answer), dump()) == (False, before)


def test_a_second_device_object_of_an_id_is_refused(graph):
    graph("POST", "devices", NEW_DEVICE, 201)
    graph("POST", "devices", {**NEW_DEVICE, "deviceId": NEW_DEVICE["deviceId"].lower()}, 400)


def test_a_user_gets_another_name_unless_it_is_taken(graph):
    one = f"users/{tenant.USERS[0].id}"
    graph("PATCH", one, {"userPrincipalName": "New.Name@mdmsim.example"}, 204)
    assert graph("GET", one)["userPrincipalName"] == "new.name@mdmsim.example"
    graph("PATCH", one, {"userPrincipalName": tenant.USERS[1].upn.upper()}, 400)


@pytest.mark.parametrize("path", ["users/nobody@mdmsim.example", "devices/nothing"])
def test_the_directory_has_a_code_of_its_own_for_what_is_not_there(graph, path):
    told = graph("GET", path, status=404)
    assert told["error"]["code"] == "Request_ResourceNotFound"


def test_a_device_is_found_by_its_device_id_in_parentheses_alone(graph):
    made = graph("POST", "devices", NEW_DEVICE, 201)
    assert graph("GET", f"devices(deviceId='{made['deviceId']}')")["id"] == made["id"]
    assert graph("GET", f"devices('{made['id']}')")["id"] == made["id"]
    graph("GET", f"devices/{made['deviceId']}", status=404)
    graph("GET", f"devices(deviceId='{made['id']}')", status=404)


def test_a_users_devices_are_those_of_each_relation(graph):
    made = [
        graph("POST", "devices", {**NEW_DEVICE, "deviceId": str(uuid4())}, 201) for _ in range(3)
    ]
    for device, relation in zip(made[:2], ("registeredOwners", "registeredUsers"), strict=True):
        graph("POST", f"devices/{device['id']}/{relation}/$ref", reference(BO.upn), 204)
    for device, relation in zip(made[:2], ("ownedDevices", "registeredDevices"), strict=True):
        (shown,) = graph("GET", f"users/{BO.id}/{relation}")["value"]
        assert (shown["@odata.type"], shown["id"]) == ("#microsoft.graph.device", device["id"])
        (cast,) = graph("GET", f"users/{BO.id}/{relation}/microsoft.graph.device")["value"]
        assert cast == {name: value for name, value in shown.items() if name != "@odata.type"}


def test_v1_shows_few_properties_of_users_unless_they_are_selected(graph):
    shown = graph("GET", f"users/{BO.id}")
    assert set(shown) == {
        "@odata.context", "id", "businessPhones", "displayName", "givenName", "jobTitle", "mail",
        "mobilePhone", "officeLocation", "preferredLanguage", "surname", "userPrincipalName",
    }  # fmt: skip
    assert graph("GET", f"users/{BO.id}?$select=userType")["userType"] == "Member"
    assert graph("GET", f"/beta/users/{BO.id}")["accountEnabled"] is True


@pytest.mark.parametrize("size", [0, 1000])
def test_a_page_of_the_directory_has_1_to_999_objects(graph, size):
    assert graph("GET", f"users?$top={size}", status=400)["error"]["code"] == "Request_BadRequest"
    assert len(graph("GET", "users?$top=999")["value"]) == len(tenant.PEOPLE)


def test_searching_and_counting_need_the_index(graph, eventual):
    path = 'users?$search="displayName:Bo"'
    assert graph("GET", path, status=400)["error"]["code"] == "Request_UnsupportedQuery"
    assert [each["id"] for each in eventual(path)["value"]] == [BO.id]
    graph("GET", "users/$count", status=400)
    assert eventual("users/$count") == len(tenant.PEOPLE)
    assert "@odata.count" not in graph("GET", "users?$count=true&$top=1")
    assert eventual("users?$count=true&$top=1")["@odata.count"] == len(tenant.PEOPLE)


@pytest.mark.parametrize(
    ("path", "value"),
    [(f"users/{BO.upn}/displayName", BO.display_name), (f"users('{BO.id}')/mail", BO.upn),
     (f"organization/{tenant.TENANT_ID}/tenantType", "AAD")],
)  # fmt: skip
def test_a_single_property_is_read(graph, path, value):
    assert graph("GET", path)["value"] == value
