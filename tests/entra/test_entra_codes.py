"""Authorization codes at the token endpoint: good once, for whom and as they were asked."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from entra.conftest import Asking, app_of, asking, claims
from entra.flows import CODE, REDIRECT, VERIFIER, assertion, changed, code
from flask.testing import FlaskClient
from sqlalchemy import update

from mdm_sim import tenant, tokens
from mdm_sim.app import open_desk
from mdm_sim.settings import Settings
from mdm_sim.store.tables import clients, users
from mdm_sim.store.work import Desk

WEB = {"client_id": tenant.CLIENT_ID}
SECRET = {"client_secret": tenant.CLIENT_SECRET}

# fmt: off
REFUSED = (
    # change, error, number
    ({"code": None},                              "invalid_request", 900144),
    ({"code": "none"},                            "invalid_grant",   70000),
    ({"redirect_uri": None},                      "invalid_request", 900144),
    ({"redirect_uri": "http://localhost:5006"},   "invalid_grant",   500112),
    ({"code_verifier": None},                     "invalid_grant",   501481),
    ({"code_verifier": "w" * 43},                 "invalid_grant",   501481),
    ({"code_verifier": "é"},                      "invalid_grant",   501481),
    ({**WEB, **SECRET},                           "invalid_grant",   70000),
    ({"client_secret": "x"},                      "invalid_client",  700025),
    ({"scope": "Mail.Send"},                      "invalid_scope",   70011),
)
# fmt: on


@pytest.mark.parametrize(("change", "error", "number"), REFUSED)
def test_what_is_refused_of_a_code(
    client: FlaskClient, ask: Asking, change: dict[str, Any], error: str, number: int
) -> None:
    answer = ask(CODE | {"code": code(client)}, **change)
    assert (answer.json["error"], answer.json["error_codes"]) == (error, [number])


def test_a_code_is_good_once(client: FlaskClient, ask: Asking, desk: Desk) -> None:
    form = CODE | {"code": code(client, nonce="the-nonce")}
    answer = ask(form).json
    with desk.store.read() as connection:
        who = tokens.verify(connection, answer["access_token"], desk.clock.now())
    assert (who.user_id, who.client_id) == (tenant.ADMIN.id, tenant.PUBLIC_CLIENT_ID)
    assert who.permissions == {"openid", "profile", "User.Read"}
    assert claims(answer["id_token"])["nonce"] == "the-nonce"
    assert "refresh_token" in answer
    assert ask(form).json["error_codes"] == [54005]


def test_a_failed_attempt_leaves_the_code_as_it_was(client: FlaskClient, ask: Asking) -> None:
    form = CODE | {"code": code(client)}
    for change in ({"code_verifier": "w" * 43}, {"scope": "Mail.Send"}):
        assert ask(form, **change).status_code == 400
    assert ask(form).status_code == 200


def test_of_many_who_redeem_a_code_at_once_one_does(
    client: FlaskClient, settings: Settings
) -> None:
    form = CODE | {"code": code(client)}
    desks = [open_desk(settings) for _ in range(4)]
    askers = [asking(app_of(each).test_client()) for each in desks]
    told: list[int] = []
    threads = [
        threading.Thread(target=lambda ask=ask: told.append(ask(form).status_code))
        for ask in askers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for each in desks:
        each.store.close()
    assert sorted(told) == [200, 400, 400, 400]


def test_a_code_lasts_ten_minutes(
    client: FlaskClient, ask_later: Callable[[float], Asking]
) -> None:
    form = CODE | {"code": code(client)}
    assert ask_later(610)(form).json["error_codes"] == [70008]
    assert ask_later(590)(form).status_code == 200


def test_a_code_of_another_kind_of_token_is_none(client: FlaskClient, ask: Asking) -> None:
    refresh = ask(CODE | {"code": code(client)}).json["refresh_token"]
    assert ask(CODE | {"code": refresh}).json["error_codes"] == [70000]


def test_a_verifier_may_be_plain_as_at_entra(client: FlaskClient, ask: Asking) -> None:
    for method in ("plain", None):
        change = {"code_challenge": VERIFIER, "code_challenge_method": method}
        assert ask(CODE | {"code": code(client, **change)}).status_code == 200


def test_a_verifier_without_a_challenge_is_refused(client: FlaskClient, ask: Asking) -> None:
    bare = {"code_challenge": None, "code_challenge_method": None}
    assert ask(CODE | {"code": code(client, **bare)}).json["error_codes"] == [501481]
    assert ask(CODE | {"code": code(client, **bare)}, code_verifier=None).status_code == 200


def test_a_web_client_proves_itself(client: FlaskClient, ask: Asking) -> None:
    form = CODE | WEB | {"code": code(client, **WEB)}
    assert ask(form).json["error_codes"] == [7000218]
    for proof, acr in ((SECRET, "1"), (assertion(), "2")):
        answer = ask(form | proof | {"code": code(client, **WEB)}).json
        assert claims(answer["access_token"])["appidacr"] == acr


def test_what_a_code_stands_for_is_not_to_be_read_in_the_store(
    client: FlaskClient, desk: Desk
) -> None:
    given = code(client, nonce="the-nonce")
    with desk.store.read() as connection:
        rows = str(connection.exec_driver_sql("SELECT * FROM credentials").all())
    assert "sealed" in rows
    assert not any(text in rows for text in (given, "the-nonce", REDIRECT, "User.Read"))


def test_a_disabled_user_gets_no_code_and_no_token(
    client: FlaskClient, ask: Asking, desk: Desk
) -> None:
    given = code(client)
    with desk.store.write() as connection:
        connection.execute(update(users).values(account_enabled=False))
    assert ask(CODE | {"code": given}).json["error_codes"] == [50057]


def test_a_permission_that_nobody_consented_to_is_told(
    client: FlaskClient, ask: Asking, desk: Desk
) -> None:
    with desk.store.write() as connection:
        connection.execute(update(clients).values(scopes='["User.Read","Group.ReadWrite.All"]'))
    form = changed(CODE, {"code": code(client)})
    answer = ask(form, scope="Directory.Read.All").json
    assert (answer["error"], answer["error_codes"]) == ("invalid_grant", [65001])
    reading = ask(form | {"code": code(client)}, scope="Group.Read.All").json
    assert claims(reading["access_token"])["scp"] == "Group.Read.All"
    everything = ask(form | {"code": code(client)}, scope=".default").json
    assert claims(everything["access_token"])["scp"] == "User.Read Group.ReadWrite.All"
