"""What the token endpoint gives: access tokens that the service takes, refresh and id tokens."""

from base64 import urlsafe_b64decode
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from entra.conftest import APP, DEFAULT, USER, Asking, claims
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import KeySet
from sqlalchemy import update

from mdm_sim import tenant, tokens
from mdm_sim.entra.claims import GLOBAL_ADMINISTRATOR, INTUNE_ADMINISTRATOR
from mdm_sim.messages import Principal, Unauthenticated
from mdm_sim.store.tables import users
from mdm_sim.store.work import Desk

BO = tenant.USERS[0]
DAY = 24 * 3600


def verify(desk: Desk, token: str, later: float = 0) -> Principal:
    """The caller whom the service sees behind a token."""
    with desk.store.read() as connection:
        return tokens.verify(connection, token, desk.clock.now() + later)


def disable(desk: Desk, user_id: str) -> None:
    """Disable a user's account."""
    with desk.store.write() as connection:
        connection.execute(update(users).where(users.c.id == user_id).values(account_enabled=False))


def test_an_application_gets_a_token_that_the_service_takes(ask: Asking, desk: Desk) -> None:
    answer = ask(APP).json
    assert set(answer) == {"token_type", "expires_in", "ext_expires_in", "access_token"}
    caller = verify(desk, answer["access_token"])
    assert caller.is_admin
    assert caller.permissions == set(tenant.PERMISSIONS)
    assert (caller.client_id, caller.client_name) == (tenant.CLIENT_ID, tenant.CLIENT_NAME)
    assert caller.user_id is None


def test_an_admin_gets_a_token_with_their_roles(ask: Asking, desk: Desk) -> None:
    token = ask(USER).json["access_token"]
    caller = verify(desk, token)
    assert caller.is_admin
    assert (caller.user_id, caller.user_principal_name) == (tenant.ADMIN.id, tenant.ADMIN.upn)
    assert caller.permissions == {"User.Read", *tenant.PERMISSIONS}
    assert claims(token)["wids"] == [INTUNE_ADMINISTRATOR, GLOBAL_ADMINISTRATOR]


def test_another_user_gets_a_token_without_roles(ask: Asking, desk: Desk) -> None:
    token = ask(USER, username=BO.upn).json["access_token"]
    assert not verify(desk, token).is_admin
    assert "wids" not in claims(token)


@pytest.mark.parametrize("form", [APP, USER], ids=["app", "user"])
def test_a_token_says_what_graph_tokens_say(ask: Asking, form: dict[str, str]) -> None:
    said = claims(ask(form).json["access_token"])
    assert said["aud"] == "https://graph.microsoft.com"
    assert said["iss"] == f"https://sts.windows.net/{tenant.TENANT_ID}/"
    assert said["exp"] - said["iat"] == tokens.ACCESS_TOKEN_SECONDS
    assert all(type(said[name]) is int for name in ("iat", "nbf", "exp"))
    assert said["ver"] == "1.0"
    assert {"tid", "oid", "sub", "appid", "app_displayname", "uti"} <= set(said)


def test_no_two_tokens_are_the_same(ask: Asking) -> None:
    assert ask(APP).json["access_token"] != ask(APP).json["access_token"]


def test_the_published_key_verifies_the_signature(ask: Asking, client: FlaskClient) -> None:
    published = client.get("/common/discovery/v2.0/keys").json
    token = ask(APP).json["access_token"]
    decoded = jwt.decode(token, KeySet.import_key_set(published), algorithms=["RS256"])
    assert decoded.header["kid"] == published["keys"][0]["kid"]
    assert decoded.claims["idtyp"] == "app"


def test_a_token_ends_after_an_hour(ask: Asking, desk: Desk) -> None:
    answer = ask(APP).json
    verify(desk, answer["access_token"], answer["expires_in"] - 5)
    with pytest.raises(Unauthenticated, match="expired"):
        verify(desk, answer["access_token"], answer["expires_in"] + 5)


def test_an_id_token_is_no_access_token(ask: Asking, desk: Desk) -> None:
    with pytest.raises(Unauthenticated, match="audience"):
        verify(desk, ask(USER, scope="openid User.Read").json["id_token"])


def test_an_id_token_comes_with_openid_and_says_what_was_asked(ask: Asking) -> None:
    assert "id_token" not in ask(USER).json
    bare = claims(ask(USER, scope="openid User.Read").json["id_token"])
    full = claims(ask(USER, scope="openid profile email").json["id_token"])
    assert bare["aud"] == tenant.CLIENT_ID
    assert bare["iss"] == f"http://localhost/{tenant.TENANT_ID}/v2.0"
    assert set(full) - set(bare) == {"name", "preferred_username", "email"}
    assert full["preferred_username"] == tenant.ADMIN.upn


def test_client_info_comes_when_asked_for(ask: Asking) -> None:
    assert "client_info" not in ask(USER).json
    info = ask(USER, client_info="1").json["client_info"]
    told = orjson.loads(urlsafe_b64decode(info + "=" * (-len(info) % 4)))
    assert told == {"uid": tenant.ADMIN.id, "utid": tenant.TENANT_ID}


@pytest.mark.parametrize(
    ("scope", "keeps"),
    [(DEFAULT, True), ("User.Read", False), ("User.Read offline_access", True)],
)
def test_a_refresh_token_comes_when_access_is_to_last(ask: Asking, scope: str, keeps: bool) -> None:
    assert ("refresh_token" in ask(USER, scope=scope).json) is keeps


def refresh(answer: dict[str, Any]) -> dict[str, str]:
    """The form that refreshes what was answered."""
    token = answer["refresh_token"]
    form = {"grant_type": "refresh_token", "refresh_token": token}
    return form | {"client_id": tenant.CLIENT_ID}


def test_a_refresh_token_is_good_more_than_once(ask: Asking, desk: Desk) -> None:
    form = refresh(ask(USER, username=BO.upn, scope="User.Read offline_access").json)
    for _ in range(2):
        answer = ask(form).json
        assert verify(desk, answer["access_token"]).permissions == {"User.Read"}
        assert answer["refresh_token"] != form["refresh_token"]


def test_a_refresh_token_may_ask_for_other_scopes(ask: Asking) -> None:
    form = refresh(ask(USER, scope="User.Read offline_access").json)
    assert ask(form, scope="User.ReadWrite.All").json["scope"] == "User.ReadWrite.All"


def test_a_refresh_token_is_kept_as_a_hash_only(ask: Asking, desk: Desk) -> None:
    token = ask(USER).json["refresh_token"]
    with desk.store.read() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM credentials").all()
    assert len(rows) == 1
    assert token not in str(rows)


def test_a_refresh_token_lasts_ninety_days(
    ask: Asking, ask_later: Callable[[float], Asking]
) -> None:
    form = refresh(ask(USER).json)
    assert ask_later(90 * DAY - 60)(form).status_code == 200
    assert ask_later(90 * DAY + 60)(form).json["error_codes"] == [70000]


def test_a_refresh_token_of_a_disabled_user_is_refused(ask: Asking, desk: Desk) -> None:
    form = refresh(ask(USER, username=BO.upn).json)
    disable(desk, BO.id)
    answer = ask(form)
    assert (answer.status_code, answer.json["error_codes"]) == (400, [50057])


def test_a_refresh_token_that_was_ended_is_refused(ask: Asking, desk: Desk) -> None:
    form = refresh(ask(USER).json)
    with desk.store.write() as connection:
        tokens.end(connection, tenant.TENANT_ID, tenant.ADMIN.id, desk.clock.now())
    assert ask(form).json["error"] == "invalid_grant"


def test_a_disabled_user_is_told_so_only_with_the_right_password(ask: Asking, desk: Desk) -> None:
    disable(desk, BO.id)
    assert ask(USER, username=BO.upn).json["error_codes"] == [50057]
    assert ask(USER, username=BO.upn, password="wrong").json["error_codes"] == [50126]


def test_user_names_have_no_case(ask: Asking) -> None:
    assert ask(USER, username=BO.upn.upper()).status_code == 200
