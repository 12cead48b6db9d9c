"""The device code flow: a device shows a code and polls, a person enters it elsewhere."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from entra.conftest import Asking, app_of, asking, claims
from entra.flows import HERE, PERSON, changed
from flask.testing import FlaskClient

from mdm_sim import tenant
from mdm_sim.app import open_desk
from mdm_sim.settings import Settings
from mdm_sim.store.work import Desk

FORM = {"client_id": tenant.PUBLIC_CLIENT_ID, "scope": "User.Read openid offline_access"}
V1 = f"/{tenant.TENANT_ID}/oauth2"
POLL = {
    "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
    "client_id": tenant.PUBLIC_CLIENT_ID,
}

# fmt: off
REFUSED = (
    # change, error, number
    ({"client_id": None},            "invalid_request",     900144),
    ({"client_id": "unknown"},       "unauthorized_client", 700016),
    ({"scope": None},                "invalid_request",     900144),
    ({"scope": "Mail.Send"},         "invalid_scope",       70011),
    ({"client_secret": "x"},         "invalid_client",      700025),
)
# fmt: on


def begin(client: FlaskClient, where: str = HERE, **change: Any) -> dict[str, Any]:
    """What a device is told."""
    answer = client.post(f"{where}/devicecode", data=changed(FORM, change))
    assert answer.status_code == 200, answer.json
    told: dict[str, Any] = answer.json
    return told


def enter(client: FlaskClient, code: str, **change: str) -> Any:
    """What a person sees who enters a code and signs in."""
    return client.post("/devicelogin", data=PERSON | {"code": code} | change)


@pytest.mark.parametrize(("change", "error", "number"), REFUSED)
def test_what_is_refused_of_a_device(
    client: FlaskClient, change: dict[str, Any], error: str, number: int
) -> None:
    answer = client.post(f"{HERE}/devicecode", data=changed(FORM, change)).json
    assert (answer["error"], answer["error_codes"]) == (error, [number])


def test_a_device_is_told_where_its_user_goes(client: FlaskClient) -> None:
    told = begin(client)
    assert told["verification_uri"] == "http://localhost/devicelogin"
    assert (told["expires_in"], told["interval"]) == (900, 5)
    assert told["user_code"] in told["message"]
    assert told["verification_uri"] in told["message"]
    assert client.get("/devicelogin").status_code == 200


@pytest.mark.parametrize("grant", [POLL["grant_type"], "device_code"])  # as MSAL for Node.js does
def test_a_device_gets_its_users_tokens_once(client: FlaskClient, ask: Asking, grant: str) -> None:
    told = begin(client)
    form = POLL | {"device_code": told["device_code"], "grant_type": grant}
    pending = ask(form)
    assert (pending.status_code, pending.json["error"]) == (400, "authorization_pending")
    assert "You have signed in" in enter(client, told["user_code"]).text
    answer = ask(form).json
    assert claims(answer["access_token"])["oid"] == tenant.ADMIN.id
    assert {"id_token", "refresh_token"} <= set(answer)
    assert ask(form).json["error_codes"] == [70000]


def test_a_device_that_polls_too_often_is_told_so(
    client: FlaskClient, ask: Asking, ask_later: Callable[[float], Asking]
) -> None:
    form = POLL | {"device_code": begin(client)["device_code"]}
    assert [ask(form).json["error"] for _ in range(2)] == ["authorization_pending", "slow_down"]
    assert ask_later(5)(form).json["error"] == "authorization_pending"


def test_who_cancels_is_told_to_the_device(client: FlaskClient, ask: Asking) -> None:
    told = begin(client)
    assert "declined" in enter(client, told["user_code"], choice="cancel", password="").text
    answer = ask(POLL | {"device_code": told["device_code"]})
    assert (answer.status_code, answer.json["error"]) == (400, "authorization_declined")


def test_codes_last_a_quarter_of_an_hour(
    client: FlaskClient, ask_later: Callable[[float], Asking]
) -> None:
    form = POLL | {"device_code": begin(client)["device_code"]}
    assert ask_later(890)(form).json["error"] == "authorization_pending"
    late = ask_later(910)(form).json
    assert (late["error"], late["error_codes"]) == ("expired_token", [70020])


def test_a_users_code_is_good_once(client: FlaskClient) -> None:
    code = begin(client)["user_code"]
    assert enter(client, code).status_code == 200
    again = enter(client, code)
    assert (again.status_code, "The code is not valid" in again.text) == (400, True)


def test_a_users_code_is_read_as_people_type_it(client: FlaskClient) -> None:
    code = begin(client)["user_code"]
    assert enter(client, f" {code[:4].lower()}-{code[4:]} ").status_code == 200


def test_a_wrong_password_leaves_the_code_as_it_was(client: FlaskClient, ask: Asking) -> None:
    told = begin(client)
    assert enter(client, told["user_code"], password="wrong").status_code == 400
    assert ask(POLL | {"device_code": told["device_code"]}).json["error_codes"] == [70016]
    assert enter(client, told["user_code"]).status_code == 200


@pytest.mark.parametrize("name", ["device_code", "user_code"])
def test_only_the_users_code_is_entered_and_only_the_devices_polls(
    client: FlaskClient, ask: Asking, name: str
) -> None:
    told = begin(client)
    is_users = name == "user_code"
    assert (enter(client, told[name]).status_code == 200) is is_users
    answer = ask(POLL | {"device_code": told[name]}).json
    assert answer["error"] == ("bad_verification_code" if is_users else "authorization_pending")


def test_a_code_of_another_client_is_none(client: FlaskClient, ask: Asking) -> None:
    form = POLL | {"device_code": begin(client)["device_code"], "client_id": tenant.CLIENT_ID}
    assert ask(form).json["error"] == "bad_verification_code"
    assert ask(POLL).json["error_codes"] == [900144]


def test_of_many_polls_at_once_one_gets_the_tokens(client: FlaskClient, settings: Settings) -> None:
    told = begin(client)
    enter(client, told["user_code"])
    form = POLL | {"device_code": told["device_code"]}
    desks = [open_desk(settings) for _ in range(3)]
    askers = [asking(app_of(each).test_client()) for each in desks]
    answered: list[int] = []
    threads = [
        threading.Thread(target=lambda ask=ask: answered.append(ask(form).status_code))
        for ask in askers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for each in desks:
        each.store.close()
    assert sorted(answered) == [200, 400, 400]


def test_a_v1_device_reads_texts(client: FlaskClient, desk: Desk) -> None:
    told = begin(client, V1, scope=None, resource="https://graph.microsoft.com")
    assert (told["expires_in"], told["interval"]) == ("900", "5")
    assert told["verification_url"].endswith("/devicelogin")
    enter(client, told["user_code"])
    form = {"grant_type": "device_code", "client_id": tenant.PUBLIC_CLIENT_ID}
    answer = client.post(f"{V1}/token", data=form | {"code": told["device_code"]}).json
    assert answer["resource"] == "https://graph.microsoft.com"
    assert answer["expires_in"] == "3599"


def test_codes_are_kept_as_hashes_only(client: FlaskClient, desk: Desk) -> None:
    told = begin(client)
    with desk.store.read() as connection:
        rows = str(connection.exec_driver_sql("SELECT * FROM credentials").all())
    assert told["user_code"] not in rows
    assert told["device_code"] not in rows
