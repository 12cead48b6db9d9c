"""Microsoft's own client library against these doors, over TLS."""

from typing import Any

import msal
import pytest
from entra.conftest import Address

from mdm_sim import tenant, tokens
from mdm_sim.store.work import Desk

SCOPES = ["https://graph.microsoft.com/.default"]


def confidential(address: Address, **change: Any) -> Any:
    """MSAL's application with a secret."""
    options = {
        "authority": address.authority,
        "client_credential": tenant.CLIENT_SECRET,
        "instance_discovery": False,
        "verify": str(address.ca),
    }
    return msal.ConfidentialClientApplication(tenant.CLIENT_ID, **(options | change))


def public(address: Address, **change: Any) -> Any:
    """MSAL's application without a secret."""
    options = {
        "authority": address.authority,
        "instance_discovery": False,
        "http_client": address.session(),
    }
    return msal.PublicClientApplication(tenant.CLIENT_ID, **(options | change))


def sign_in(app: Any, name: str = tenant.ADMIN.upn, password: str = tenant.PASSWORD) -> Any:
    """Sign a user in by password, which MSAL would rather not."""
    with pytest.deprecated_call():
        return app.acquire_token_by_username_password(name, password, SCOPES)


def test_an_application_gets_a_token_and_keeps_it(address: Address, desk: Desk) -> None:
    app = confidential(address)
    first = app.acquire_token_for_client(SCOPES)
    with desk.store.read() as connection:
        caller = tokens.verify(connection, first["access_token"], desk.clock.now())
    assert caller.client_id == tenant.CLIENT_ID
    assert app.acquire_token_for_client(SCOPES)["token_source"] == "cache"


def test_an_application_may_name_its_tenant_by_domain(address: Address) -> None:
    app = confidential(address, authority=f"{address.url}/{tenant.DOMAIN}")
    assert "access_token" in app.acquire_token_for_client(SCOPES)


def test_an_application_may_find_the_doors_by_openid(address: Address) -> None:
    app = confidential(address, authority=None, oidc_authority=f"{address.authority}/v2.0")
    assert "access_token" in app.acquire_token_for_client(SCOPES)


def test_a_wrong_secret_is_refused_as_entra_does(address: Address) -> None:
    answer = confidential(address, client_credential="wrong").acquire_token_for_client(SCOPES)
    assert (answer["error"], answer["error_codes"]) == ("invalid_client", [7000215])


def test_an_unknown_tenant_has_no_authority(address: Address) -> None:
    with pytest.raises(ValueError, match="tenant name or GUID"):
        confidential(address, authority=f"{address.url}/contoso.example")


def test_a_user_signs_in_and_is_known_from_then_on(address: Address) -> None:
    app = public(address)
    answer = sign_in(app)
    (account,) = app.get_accounts()
    assert answer["id_token_claims"]["preferred_username"] == tenant.ADMIN.upn
    assert account["username"] == tenant.ADMIN.upn
    assert account["home_account_id"] == f"{tenant.ADMIN.id}.{tenant.TENANT_ID}"
    assert app.acquire_token_silent(SCOPES, account)["token_source"] == "cache"


def test_a_known_user_gets_another_token_without_a_password(address: Address) -> None:
    app = public(address)
    sign_in(app)
    (account,) = app.get_accounts()
    answer = app.acquire_token_silent(["User.Read"], account, force_refresh=True)
    assert answer["scope"].split()[0] == "User.Read"
    assert answer["token_source"] == "identity_provider"


def test_a_refresh_token_is_taken(address: Address) -> None:
    app = public(address)
    token = sign_in(app)["refresh_token"]
    assert "access_token" in app.acquire_token_by_refresh_token(token, SCOPES)


def test_a_wrong_password_is_refused_as_entra_does(address: Address) -> None:
    answer = sign_in(public(address), password="wrong")
    assert (answer["error"], answer["error_codes"]) == ("invalid_grant", [50126])
