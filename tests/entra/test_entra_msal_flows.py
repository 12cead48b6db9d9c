"""Microsoft's own client library through the flows that need a certificate or a person."""

import re
from contextlib import nullcontext
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msal
import pytest
import requests
from cryptography.hazmat.primitives.hashes import SHA1
from entra.conftest import Address, claims
from entra.flows import PERSON, REDIRECT, certificate

from mdm_sim import tenant, tokens
from mdm_sim.store.work import Desk

SCOPES = ["https://graph.microsoft.com/.default"]
READING = ["User.Read"]
PEM = tenant.CERTIFICATE_FILE.read_text(encoding="utf-8")
CERTIFICATES: tuple[dict[str, Any], ...] = (
    {"thumbprint": certificate().fingerprint(SHA1()).hex()},  # noqa: S303
    {"public_certificate": PEM},
    {"thumbprint": certificate().fingerprint(SHA1()).hex(), "public_certificate": PEM},  # noqa: S303
)


def app_of(address: Address, kind: Any, client_id: str, **change: Any) -> Any:
    """An application of MSAL's at these doors."""
    options = {"authority": address.authority, "instance_discovery": False}
    return kind(client_id, **options, http_client=address.session(), **change)


def confidential(address: Address, **change: Any) -> Any:
    """One that has a secret unless told otherwise."""
    options = {"client_credential": tenant.CLIENT_SECRET} | change
    return app_of(address, msal.ConfidentialClientApplication, tenant.CLIENT_ID, **options)


def public(address: Address) -> Any:
    """One that has none."""
    return app_of(address, msal.PublicClientApplication, tenant.PUBLIC_CLIENT_ID)


def begin(app: Any, redirect_uri: str, mode: str | None = None) -> Any:
    """The beginning of a sign-in; MSAL would rather have every answer in a form."""
    expected = (
        nullcontext() if mode == "form_post" else pytest.warns(UserWarning, match="form_post")
    )
    with expected:
        return app.initiate_auth_code_flow(READING, redirect_uri=redirect_uri, response_mode=mode)


def fill_in(address: Address, page: str, **more: str) -> requests.Response:
    """A person opens a page and fills it in."""
    with address.session() as browser:
        assert "<form" in browser.get(page).text
        return browser.post(page, data=PERSON | more, allow_redirects=False)


def user_of(desk: Desk, answer: dict[str, Any]) -> str | None:
    """Whose access token was answered, as the service sees it."""
    with desk.store.read() as connection:
        return tokens.verify(connection, answer["access_token"], desk.clock.now()).user_id


@pytest.mark.parametrize("named", CERTIFICATES, ids=["SHA-1", "SHA-256", "both"])
def test_an_application_proves_itself_by_certificate(
    address: Address, named: dict[str, Any]
) -> None:
    app = confidential(address, client_credential={"private_key": PEM, **named})
    for _ in range(2):  # with the same assertion, which MSAL keeps
        answer = app.acquire_token_for_client(SCOPES)
        assert "access_token" in answer, answer
        assert claims(answer["access_token"])["appidacr"] == "2"
        app.remove_tokens_for_client()


@pytest.mark.parametrize("mode", [None, "query", "form_post"])
def test_a_user_signs_in_to_a_public_client(address: Address, desk: Desk, mode: str | None) -> None:
    app = public(address)
    flow = begin(app, REDIRECT, mode)
    answer = fill_in(address, flow["auth_uri"])
    if mode == "form_post":
        given = dict(re.findall(r'name="(\w+)" value="([^"]*)"', answer.text))
    else:
        given = {k: v[0] for k, v in parse_qs(urlsplit(answer.headers["Location"]).query).items()}
    told = app.acquire_token_by_auth_code_flow(flow, given)
    assert user_of(desk, told) == tenant.ADMIN.id
    (account,) = app.get_accounts()
    again = app.acquire_token_silent(READING, account, force_refresh=True)
    assert user_of(desk, again) == tenant.ADMIN.id


def test_a_user_signs_in_to_a_web_application(address: Address, desk: Desk) -> None:
    app = confidential(address)
    flow = begin(app, "http://localhost:5000/getAToken")
    location = fill_in(address, flow["auth_uri"]).headers["Location"]
    given = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
    assert user_of(desk, app.acquire_token_by_auth_code_flow(flow, given)) == tenant.ADMIN.id


def test_who_cancels_is_told_to_the_application(address: Address) -> None:
    app = public(address)
    flow = begin(app, REDIRECT)
    location = fill_in(address, flow["auth_uri"], choice="cancel").headers["Location"]
    given = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
    assert app.acquire_token_by_auth_code_flow(flow, given)["error"] == "access_denied"


def test_a_user_signs_in_for_a_device(address: Address, desk: Desk) -> None:
    app = public(address)
    flow = app.initiate_device_flow(READING)
    page = fill_in(address, flow["verification_uri"], code=flow["user_code"])
    assert "You have signed in" in page.text
    assert user_of(desk, app.acquire_token_by_device_flow(flow)) == tenant.ADMIN.id


def test_a_service_acts_for_the_user_it_was_called_by(address: Address, desk: Desk) -> None:
    caller = public(address)
    flow = caller.initiate_device_flow([f"api://{tenant.CLIENT_ID}/access_as_user"])
    fill_in(address, flow["verification_uri"], code=flow["user_code"])
    called = caller.acquire_token_by_device_flow(flow)["access_token"]
    told = confidential(address).acquire_token_on_behalf_of(called, SCOPES)
    assert user_of(desk, told) == tenant.ADMIN.id
    assert claims(told["access_token"])["appid"] == tenant.CLIENT_ID
