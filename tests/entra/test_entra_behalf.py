"""On-behalf-of, tokens for an application's own API, v1.0 answers, and the userinfo endpoint."""

from collections.abc import Callable
from typing import Any

import pytest
from entra.conftest import APP, USER, Asking, claims
from entra.flows import assertion
from flask.testing import FlaskClient

from mdm_sim import tenant, tokens
from mdm_sim.messages import Unauthenticated
from mdm_sim.store.work import Desk

API = f"api://{tenant.CLIENT_ID}"
CALLER = USER | {"client_id": tenant.PUBLIC_CLIENT_ID, "scope": f"{API}/access_as_user"}
BEHALF = {
    "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
    "client_id": tenant.CLIENT_ID,
    "client_secret": tenant.CLIENT_SECRET,
    "requested_token_use": "on_behalf_of",
    "scope": "https://graph.microsoft.com/.default",
}
V1 = f"/{tenant.TENANT_ID}/oauth2/token"
RESOURCE = {"scope": None, "resource": "https://graph.microsoft.com"}

# fmt: off
REFUSED = (
    # change, error, number
    ({"assertion": None},                        "invalid_request", 900144),
    ({"assertion": "a.b.c"},                     "invalid_grant",   50013),
    ({"requested_token_use": None},              "invalid_request", 900144),
    ({"requested_token_use": "x"},               "invalid_request", 90023),
    ({"client_secret": None},                    "invalid_client",  7000218),
    ({"scope": None},                            "invalid_request", 900144),
    ({"scope": "Mail.Send"},                     "invalid_scope",   70011),
)
V1_REFUSED = (
    # form, change, error, number
    (APP,  {**RESOURCE, "resource": None},                 "invalid_request",  900144),
    (APP,  {**RESOURCE, "resource": "https://vault.azure.net"}, "invalid_resource", 500011),
    (APP,  {**RESOURCE, "client_secret": "x"},             "invalid_client",   7000215),
    (APP,  {**RESOURCE, "grant_type": "other"},            "unsupported_grant_type", 70003),
    (USER, {**RESOURCE, "password": "x"},                  "invalid_grant",    50126),
)
# fmt: on


def caller(ask: Asking, **change: Any) -> str:
    """The access token with which a user's client calls the middle tier."""
    return str(ask(CALLER, **change).json["access_token"])


def v1(client: FlaskClient, form: dict[str, Any], **change: Any) -> Any:
    """What the v1.0 endpoint answers."""
    sent = {name: value for name, value in (form | change).items() if value is not None}
    return client.post(V1, data=sent)


def test_a_service_gets_a_token_of_the_user_it_was_called_by(ask: Asking, desk: Desk) -> None:
    answer = ask(BEHALF, assertion=caller(ask), scope="User.Read offline_access").json
    with desk.store.read() as connection:
        who = tokens.verify(connection, answer["access_token"], desk.clock.now())
    assert (who.user_id, who.client_id) == (tenant.ADMIN.id, tenant.CLIENT_ID)
    assert who.permissions == {"User.Read"}
    refresh = {"grant_type": "refresh_token", "client_id": tenant.CLIENT_ID}
    again = ask(refresh | {"refresh_token": answer["refresh_token"]}).json
    assert claims(again["access_token"])["oid"] == tenant.ADMIN.id


def test_a_service_may_prove_itself_by_certificate(ask: Asking) -> None:
    form = BEHALF | assertion() | {"assertion": caller(ask)}
    answer = ask(form, client_secret=None).json
    assert claims(answer["access_token"])["appidacr"] == "2"


@pytest.mark.parametrize(("change", "error", "number"), REFUSED)
def test_what_is_refused_on_behalf_of_a_user(
    ask: Asking, change: dict[str, Any], error: str, number: int
) -> None:
    answer = ask(BEHALF | {"assertion": caller(ask)}, **change).json
    assert (answer["error"], answer["error_codes"]) == (error, [number])


def test_an_assertion_is_for_the_service_that_presents_it(
    ask: Asking, ask_later: Callable[[float], Asking]
) -> None:
    for_graph = ask(USER).json["access_token"]
    assert ask(BEHALF, assertion=for_graph).json["error_codes"] == [500131]
    id_token = ask(USER, scope="openid User.Read").json["id_token"]
    assert ask(BEHALF, assertion=id_token).json["error_codes"] == [50013]
    of_app = ask(APP, scope=f"{API}/.default").json["access_token"]
    assert ask(BEHALF, assertion=of_app).json["error_codes"] == [7000114]
    old = ask_later(4000)(BEHALF, assertion=caller(ask)).json
    assert old["error_codes"] == [500133]


@pytest.mark.parametrize("name", [API, tenant.CLIENT_ID])
def test_a_token_for_an_application_is_none_for_graph(ask: Asking, desk: Desk, name: str) -> None:
    token = caller(ask, scope=f"{name}/access_as_user openid")
    said = claims(token)
    assert (said["aud"], said["scp"].split()[0]) == (name, "access_as_user")
    with desk.store.read() as connection, pytest.raises(Unauthenticated, match="audience"):
        tokens.verify(connection, token, desk.clock.now())


def test_an_application_has_no_roles_of_graph_elsewhere(ask: Asking) -> None:
    assert "roles" not in claims(ask(APP, scope=f"{API}/.default").json["access_token"])


def test_one_request_is_for_one_resource(ask: Asking) -> None:
    both = ask(USER, scope=f"User.Read {API}/access_as_user").json
    assert both["error_codes"] == [28000]


@pytest.mark.parametrize(
    ("scope", "audience"),
    [
        ("https://graph.microsoft.com/User.Read", tokens.GRAPH),
        ("https://localhost/User.Read openid", tokens.GRAPH),
        ("User.Read", tokens.GRAPH_APP_ID),
        (f"{tokens.GRAPH_APP_ID}/.default", tokens.GRAPH_APP_ID),
    ],
)
def test_graph_is_named_as_it_was_asked_for(ask: Asking, scope: str, audience: str) -> None:
    answer = ask(USER, scope=f"{scope} offline_access" if "default" not in scope else scope).json
    assert claims(answer["access_token"])["aud"] == audience
    refresh = {"grant_type": "refresh_token", "refresh_token": answer["refresh_token"]}
    again = ask(refresh | {"client_id": tenant.CLIENT_ID}).json
    assert claims(again["access_token"])["aud"] == audience


def test_v1_answers_in_texts(client: FlaskClient, desk: Desk) -> None:
    answer = v1(client, APP, **RESOURCE).json
    assert all(type(value) is str for value in answer.values())
    assert set(answer) == {
        *("token_type", "expires_in", "ext_expires_in", "expires_on", "not_before"),
        *("resource", "access_token"),
    }
    assert int(answer["expires_on"]) - int(answer["not_before"]) == tokens.ACCESS_TOKEN_SECONDS
    with desk.store.read() as connection:
        who = tokens.verify(connection, answer["access_token"], desk.clock.now())
    assert who.permissions == set(tenant.PERMISSIONS)


def test_v1_gives_a_user_everything_and_says_who_they_are(client: FlaskClient) -> None:
    answer = v1(client, USER, **RESOURCE).json
    assert set(answer["scope"].split()) == {"User.Read", *tenant.PERMISSIONS}
    said = claims(answer["id_token"])
    assert (said["ver"], said["upn"]) == ("1.0", tenant.ADMIN.upn)
    assert said["iss"] == f"https://sts.windows.net/{tenant.TENANT_ID}/"
    refresh = {"grant_type": "refresh_token", "refresh_token": answer["refresh_token"]}
    for more in (RESOURCE, {}):
        again = v1(client, refresh | {"client_id": tenant.CLIENT_ID}, **more).json
        assert again["resource"] == "https://graph.microsoft.com"


@pytest.mark.parametrize(("form", "change", "error", "number"), V1_REFUSED)
def test_what_v1_refuses(
    client: FlaskClient, form: dict[str, str], change: dict[str, Any], error: str, number: int
) -> None:
    answer = v1(client, form, **change).json
    assert (answer["error"], answer["error_codes"]) == (error, [number])


def test_a_user_is_told_by_the_scopes_of_their_token(client: FlaskClient, ask: Asking) -> None:
    def told(scope: str) -> Any:
        token = ask(USER, scope=scope).json
        answer = client.get(
            "/oidc/userinfo", headers={"Authorization": f"Bearer {token['access_token']}"}
        )
        return answer.status_code, answer.json, token

    status, bare, token = told("openid")
    assert (status, bare) == (200, {"sub": claims(token["id_token"])["sub"]})
    _, full, _ = told("openid profile email")
    assert (full["name"], full["email"]) == (tenant.ADMIN.display_name, tenant.ADMIN.upn)
    assert told("User.Read")[0] == 403
    assert client.get("/oidc/userinfo").status_code == 401


def test_an_application_is_no_user(client: FlaskClient, ask: Asking) -> None:
    token = ask(APP).json["access_token"]
    answer = client.post("/oidc/userinfo", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 403


def test_the_tokens_of_a_user_say_how_they_signed_in(ask: Asking) -> None:
    said = claims(ask(USER).json["access_token"])
    assert (said["acr"], said["amr"], said["appidacr"]) == ("1", ["pwd"], "0")
    assert "ipaddr" not in said
    app = claims(ask(APP).json["access_token"])
    assert (app["appidacr"], app["oid"]) == ("1", app["sub"])
    assert app["oid"] == tokens.service_principal_id(tenant.TENANT_ID, tenant.CLIENT_ID)
