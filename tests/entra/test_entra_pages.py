"""The pages of a sign-in: what they hold, what browsers may do there, what they never repeat."""

import re
from typing import Any

import pytest
from entra.flows import HERE, PERSON, REQUEST, authorize, sent
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from mdm_sim import tenant
from mdm_sim.store.tables import users
from mdm_sim.store.work import Desk

CANARY = "canary-5e1f"
AUTHORIZE = f"{HERE}/authorize"
PAGES = (AUTHORIZE, "/devicelogin", f"{HERE}/logout", "/common/oauth2/nativeclient")

# fmt: off
OTHERS = (
    # headers of a form that was sent from elsewhere
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "http://localhost:5005"},
    {"Origin": "null"},
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
)
OWN: tuple[dict[str, str], ...] = (
    {},
    {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"},
    {"Sec-Fetch-Site": "none"},
)
# fmt: on


def shown(client: FlaskClient, path: str) -> TestResponse:
    """A page, asked for as it should be."""
    return client.get(path, query_string=REQUEST if path == AUTHORIZE else {})


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_script_and_loads_nothing(client: FlaskClient, path: str) -> None:
    page = shown(client, path)
    assert (page.status_code, page.mimetype) == (200, "text/html")
    assert not re.search(r"<script|<img|<link|\son\w+=|url\(|https?://", page.text)
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["X-Frame-Options"] == "DENY"
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_sets_no_cookie_and_labels_its_fields(client: FlaskClient, path: str) -> None:
    page = shown(client, path)
    assert "Set-Cookie" not in page.headers
    assert '<html lang="en">' in page.text
    fields = re.findall(r'<input id="(\w+)"', page.text)
    assert all(f'<label for="{name}">' in page.text for name in fields)


def test_the_page_names_the_application_and_lets_its_form_go_there(client: FlaskClient) -> None:
    page = authorize(client)
    assert "mdm-sim development public client" in page.text
    policy = page.headers["Content-Security-Policy"]
    assert f"form-action 'self' {REQUEST['redirect_uri']};" in policy
    other = authorize(client, redirect_uri="urn:ietf:wg:oauth:2.0:oob")
    assert "form-action 'self' urn:;" in other.headers["Content-Security-Policy"]


@pytest.mark.parametrize("headers", OTHERS, ids=str)
def test_a_form_of_another_page_does_not_count(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    assert authorize(client, PERSON, headers=headers).status_code == 400
    device = client.post("/devicelogin", data=PERSON | {"code": "x"}, headers=headers)
    assert (device.status_code, "AADSTS9002313" in device.text) == (400, True)


@pytest.mark.parametrize("headers", OWN, ids=str)
def test_the_pages_own_form_counts(client: FlaskClient, headers: dict[str, str]) -> None:
    assert "code" in sent(authorize(client, PERSON, headers=headers))


# fmt: off
WRONG = (
    ({"password": "wrong"},                     "invalid username or password"),
    ({"username": "nobody@mdmsim.example"},     "invalid username or password"),
    ({"username": ""},                          "invalid username or password"),
    ({"password": ""},                          "invalid username or password"),
)
# fmt: on


@pytest.mark.parametrize(("change", "text"), WRONG)
def test_who_types_something_wrong_sees_the_form_again(
    client: FlaskClient, change: dict[str, str], text: str
) -> None:
    page = authorize(client, PERSON | change)
    assert page.status_code == 400
    assert re.search(rf'<p role="alert">[^<]*{text}', page.text)
    assert 'name="password"' in page.text


def test_a_disabled_user_is_told_so_on_the_page(client: FlaskClient, desk: Desk) -> None:
    with desk.store.write() as connection:
        connection.execute(update(users).values(account_enabled=False))
    assert "account is disabled" in authorize(client, PERSON).text


def test_a_body_that_is_no_form_is_refused(client: FlaskClient) -> None:
    for path in (AUTHORIZE, "/devicelogin"):
        answer = client.post(path, query_string=REQUEST, json={"username": CANARY})
        assert (answer.status_code, "AADSTS900144" in answer.text) == (400, True)
        large = client.post(path, query_string=REQUEST, data={"password": "x" * 70_000})
        assert (large.status_code, "AADSTS9002314" in large.text) == (413, True)


def test_signing_out_leads_to_registered_addresses_only(client: FlaskClient) -> None:
    uri, path = {"post_logout_redirect_uri": REQUEST["redirect_uri"]}, f"{HERE}/logout"
    known = uri | {"client_id": tenant.CLIENT_ID, "state": "s"}
    answer = client.get(path, query_string=known)
    assert answer.location == f"{REQUEST['redirect_uri']}?state=s"
    elsewhere = known | {"post_logout_redirect_uri": "https://evil.example"}
    for query in ({}, uri, elsewhere):
        page = client.post(path, query_string=query)
        assert (page.status_code, "Signed out" in page.text) == (200, True)


REPEATED = {"state"}  # the client's own, which the protocol sends back to its address
DOORS: tuple[tuple[str, dict[str, str], dict[str, str]], ...] = (
    # path, query, form
    (AUTHORIZE, REQUEST | {"login_hint": "x", "domain_hint": "x", "nonce": "x"}, PERSON),
    (f"/{tenant.TENANT_ID}/oauth2/authorize", REQUEST | {"resource": "x"}, PERSON),
    ("/devicelogin", {"otc": "x"}, PERSON | {"code": "x"}),
    (f"{HERE}/logout", {"post_logout_redirect_uri": "x", "client_id": tenant.CLIENT_ID}, {}),
    (f"/{tenant.TENANT_ID}/oauth2/logout", {"id_token_hint": "x"}, {"id_token_hint": "x"}),
    ("/common/oauth2/nativeclient", {"code": "x", "error": "x"}, {}),
    (f"{HERE}/devicecode", {"x": "x"}, {"client_id": tenant.PUBLIC_CLIENT_ID, "scope": "x"}),
    (f"{HERE}/token", {"x": "x"}, {"grant_type": "authorization_code", "code": "x"}),
    ("/oidc/userinfo", {"x": "x"}, {"access_token": "x"}),
)


@pytest.mark.parametrize(("path", "query", "form"), DOORS, ids=[door[0] for door in DOORS])
def test_no_door_repeats_what_it_was_sent(
    client: FlaskClient,
    caplog: pytest.LogCaptureFixture,
    path: str,
    query: dict[str, str],
    form: dict[str, str],
) -> None:
    def tell(query: dict[str, str], form: dict[str, str], **more: Any) -> None:
        for answer in (
            client.get(path, query_string=query, **more),
            client.post(path, query_string=query, data=form, **more),
        ):
            assert CANARY not in answer.text
            assert CANARY not in str(answer.headers)

    for name in query.keys() - REPEATED:
        tell(query | {name: CANARY}, form)
    for name in form:
        tell(query, form | {name: CANARY})
    tell(query | {CANARY: "x"}, form | {CANARY: "x"})
    for header in ("Authorization", "Cookie", "Origin", "Referer", "User-Agent"):
        tell(query, form, headers={header: f"Bearer {CANARY}"})
    assert CANARY not in caplog.text
