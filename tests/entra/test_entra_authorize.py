"""Authorization requests: where an answer goes, in which manner, and what is refused where."""

import re
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest
from entra.conftest import Asking
from entra.flows import CODE, HERE, PERSON, REDIRECT, REQUEST, VERIFIER, authorize, sent
from flask.testing import FlaskClient

from mdm_sim import tenant

V1 = f"/{tenant.TENANT_ID}/oauth2/authorize"
WEB = {"client_id": tenant.CLIENT_ID}

# fmt: off
ON_A_PAGE = (
    # change, number
    ({"client_id": None},                                    900144),
    ({"client_id": "5f1d0000-0000-4000-8000-0000000000c9"},  700016),
    ({"redirect_uri": None},                                 900144),
    ({"redirect_uri": "https://evil.example"},               50011),
    ({"redirect_uri": "http://localhost.evil.example"},      50011),
    ({"redirect_uri": "http://localhost@evil.example"},      50011),
    ({"redirect_uri": "http://localhost:80@evil.example"},   50011),
    ({"redirect_uri": "http://localhost\\@evil.example"},    50011),
    ({"redirect_uri": "http://localhost:5005/other"},        50011),
    ({"redirect_uri": "http://localhost:5005?a=b"},          50011),
    ({"redirect_uri": "http://localhost:5005#a"},            50011),
    ({"redirect_uri": "http://localhost:99999"},             50011),
    ({"redirect_uri": "http://local\thost"},                 50011),
    ({"redirect_uri": "http://[localhost"},                  50011),
    ({"redirect_uri": "https://localhost"},                  50011),
    ({"redirect_uri": "javascript:alert(1)"},                50011),
    ({"redirect_uri": "http://localhost/" + "x" * 3000},     50011),
    ({**WEB, "redirect_uri": "http://127.0.0.1"},            50011),
)
SENT_BACK = (
    # change, error, number
    ({"response_type": None},                  "invalid_request",           900144),
    ({"response_type": "token"},               "unsupported_response_type", 700054),
    ({"response_type": "code id_token"},       "unsupported_response_type", 700054),
    ({"response_mode": "web_message"},         "invalid_request",           70007),
    ({"scope": None},                          "invalid_request",           900144),
    ({"scope": "Mail.Send"},                   "invalid_scope",             70011),
    ({"scope": f"User.Read {tenant.CLIENT_ID}/access_as_user"}, "invalid_request", 28000),
    ({"code_challenge_method": "S512"},        "invalid_request",           90023),
    ({"code_challenge": None},                 "invalid_request",           900144),
    ({"code_challenge": "too-short"},          "invalid_request",           501491),
    ({"code_challenge": "ü" * 43},             "invalid_request",           501491),
    ({"prompt": "none"},                       "login_required",            50058),
    ({"prompt": "loudly"},                     "invalid_request",           90023),
    ({"nonce": "n" * 3000},                    "invalid_request",           90023),
)
REDIRECTS = (
    # client, redirect URI
    (tenant.PUBLIC_CLIENT_ID, "http://localhost"),
    (tenant.PUBLIC_CLIENT_ID, "http://localhost/"),
    (tenant.PUBLIC_CLIENT_ID, "http://127.0.0.1:1"),
    (tenant.PUBLIC_CLIENT_ID, "urn:ietf:wg:oauth:2.0:oob"),
    (tenant.PUBLIC_CLIENT_ID, "https://login.microsoftonline.com/common/oauth2/nativeclient"),
    (tenant.CLIENT_ID,        "http://localhost:3000/auth/callback"),
    (tenant.CLIENT_ID,        "https://localhost/signin-oidc"),
)
# fmt: on


@pytest.mark.parametrize(("change", "number"), ON_A_PAGE)
def test_what_belongs_to_no_client_goes_nowhere(
    client: FlaskClient, change: dict[str, Any], number: int
) -> None:
    for person in (None, PERSON):
        answer = authorize(client, person, **change)
        assert answer.status_code == 400
        assert f"AADSTS{number}: " in answer.text
        assert "Location" not in answer.headers


@pytest.mark.parametrize(("change", "error", "number"), SENT_BACK)
def test_what_is_wrong_with_a_request_goes_back_to_its_client(
    client: FlaskClient, change: dict[str, Any], error: str, number: int
) -> None:
    answer = authorize(client, **change)
    assert answer.location.startswith(f"{REDIRECT}?")
    told = sent(answer)
    assert (told["error"], told["state"]) == (error, REQUEST["state"])
    assert told["error_description"].startswith(f"AADSTS{number}: ")
    assert "code" not in told


@pytest.mark.parametrize(("client_id", "uri"), REDIRECTS)
def test_a_registered_address_gets_the_code(client: FlaskClient, client_id: str, uri: str) -> None:
    answer = authorize(client, PERSON, client_id=client_id, redirect_uri=uri)
    assert answer.location.startswith(uri)
    assert set(sent(answer)) == {"code", "state"}


def test_an_unknown_tenant_is_told_on_a_page(client: FlaskClient) -> None:
    answer = authorize(client, where="/contoso.example/oauth2/v2.0/authorize")
    assert (answer.status_code, "AADSTS90002: " in answer.text) == (400, True)
    assert "contoso" not in answer.text


@pytest.mark.parametrize("where", ["common", "organizations", tenant.DOMAIN])
def test_a_tenant_has_more_names_than_one(client: FlaskClient, where: str) -> None:
    answer = authorize(client, PERSON, where=f"/{where}/oauth2/v2.0/authorize")
    assert sent(answer)["code"]


def test_a_fragment_carries_the_answer_when_asked(client: FlaskClient) -> None:
    answer = authorize(client, PERSON, response_mode="fragment")
    assert not urlsplit(answer.location).query
    assert set(sent(answer, "fragment")) == {"code", "state"}
    assert sent(authorize(client, response_mode="fragment", prompt="none"), "fragment")["error"]


def test_a_form_carries_the_answer_when_asked(client: FlaskClient, ask: Asking) -> None:
    state = '"><script>'
    answer = authorize(client, PERSON, response_mode="form_post", state=state)
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', answer.text))
    assert unescape(fields["state"]) == state
    assert f'action="{REDIRECT}"' in answer.text
    assert f"form-action {REDIRECT};" in answer.headers["Content-Security-Policy"]
    assert state not in answer.text
    assert ask(CODE, code=fields["code"]).status_code == 200


def test_a_state_that_was_not_sent_does_not_come_back(client: FlaskClient) -> None:
    assert set(sent(authorize(client, PERSON, state=None))) == {"code"}


def test_who_cancels_is_told_to_the_client(client: FlaskClient) -> None:
    told = sent(authorize(client, {"choice": "cancel"}))
    assert told["error"] == "access_denied"
    assert told["error_description"].startswith("AADSTS65004: ")


def test_client_info_comes_when_asked_for(client: FlaskClient) -> None:
    assert "client_info" in sent(authorize(client, PERSON, client_info="1"))


def test_a_v1_request_names_a_resource(client: FlaskClient) -> None:
    change = {"scope": None, "resource": "https://graph.microsoft.com/"}
    assert "code" in sent(authorize(client, PERSON, where=V1, **change))
    assert sent(authorize(client, where=V1, scope=None))["error"] == "invalid_request"
    unknown = change | {"resource": "https://vault.azure.net"}
    assert sent(authorize(client, where=V1, **unknown))["error"] == "invalid_resource"


def test_a_parameter_may_come_once_only(client: FlaskClient) -> None:
    twice = [*REQUEST.items(), ("state", "another")]
    answer = client.get(f"{HERE}/authorize", query_string=twice)
    assert (answer.status_code, "AADSTS9002313: " in answer.text) == (400, True)


def test_the_verifier_is_the_clients_alone(client: FlaskClient) -> None:
    assert VERIFIER not in authorize(client, PERSON).location
