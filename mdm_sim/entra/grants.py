"""The grants of the token endpoint, one function each, in a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mdm_sim import tokens
from mdm_sim.entra import answers, codes, device_codes
from mdm_sim.entra.asking import Ask, Grant
from mdm_sim.entra.directory import ALIASES, prove_user
from mdm_sim.entra.errors import Refused
from mdm_sim.entra.forms import need
from mdm_sim.entra.scopes import DEFAULT
from mdm_sim.messages import Gone, Unauthenticated

_REFRESH = frozenset({"refresh"})
_FOR_ANOTHER = "on_behalf_of"


def by_client(ask: Ask) -> dict[str, Any]:
    """An application for itself (RFC 6749 4.4): always everything it was granted."""
    if ask.authority in ALIASES:
        raise Refused(50194)
    if not ask.client.is_proven:
        raise Refused(7000218)
    wanted = ask.wanted()
    if wanted.names != (DEFAULT,):
        raise Refused(70011)
    return answers.for_app(ask, wanted)


def by_password(ask: Ask) -> dict[str, Any]:
    """A user's own name and password (RFC 6749 4.3)."""
    if ask.authority in ALIASES - {"organizations"}:
        raise Refused(9001023)
    name, password = need(ask.form, "username"), need(ask.form, "password")
    wanted = ask.wanted()
    user_id = prove_user(ask.desk.store, ask.tenant_id, name, password, ask.decoy)
    return answers.for_user(ask, Grant(user_id, wanted, keeps_access=wanted.keeps_access))


def by_refresh_token(ask: Ask) -> dict[str, Any]:
    """A refresh token (RFC 6749 6). The old one stays good, and other scopes may be asked for."""
    token = need(ask.form, "refresh_token")
    try:
        with ask.desk.store.read() as connection:
            found = tokens.find(connection, token, _REFRESH, ask.desk.clock.now())
    except (Unauthenticated, Gone) as error:
        raise Refused(70000) from error
    if (found.tenant_id, found.detail["client_id"]) != (ask.tenant_id, ask.client.id):
        raise Refused(70000)
    wanted = ask.wanted_or(found.detail["scope"])
    return answers.for_user(ask, Grant(found.subject_id, wanted, keeps_access=True))


def by_code(ask: Ask) -> dict[str, Any]:
    """An authorization code (RFC 6749 4.1.3) with its proof key (RFC 7636)."""
    return answers.for_user(ask, codes.redeem(ask))


def by_device_code(ask: Ask) -> dict[str, Any]:
    """A device whose user signs in elsewhere (RFC 8628 3.4); v1.0 names the parameter `code`."""
    code = need(ask.form, "code" if ask.is_v1 and "code" in ask.form else "device_code")
    return answers.for_user(ask, device_codes.poll(ask, code))


def on_behalf(ask: Ask) -> dict[str, Any]:
    """A service for the user whose access token it was called with (RFC 7523 2.1)."""
    if not ask.client.is_proven:
        raise Refused(7000218)
    assertion = need(ask.form, "assertion")
    if need(ask.form, "requested_token_use") != _FOR_ANOTHER:
        raise Refused(90023, "requested_token_use")
    wanted = ask.wanted()
    user_id = _bearer(ask, assertion)
    return answers.for_user(ask, Grant(user_id, wanted, keeps_access=wanted.keeps_access))


def _bearer(ask: Ask, assertion: str) -> str:
    """The user of an access token that was made for the client that presents it."""
    try:
        with ask.desk.store.read() as connection:
            claims = tokens.read(connection, assertion)
    except Unauthenticated as error:
        raise Refused(50013) from error
    if claims["tid"] != ask.tenant_id or "idtyp" not in claims:  # an id token has no idtyp
        raise Refused(50013)
    if claims["idtyp"] != "user":
        raise Refused(7000114)
    if claims["aud"] not in {ask.client.id, f"api://{ask.client.id}"}:
        raise Refused(500131)
    if not tokens.is_in_time(claims, ask.desk.clock.now()):
        raise Refused(500133)
    return str(claims["oid"])


GRANTS: Mapping[str, Callable[[Ask], dict[str, Any]]] = {
    "authorization_code": by_code,
    "client_credentials": by_client,
    "password": by_password,
    "refresh_token": by_refresh_token,
    "urn:ietf:params:oauth:grant-type:device_code": by_device_code,
    "device_code": by_device_code,  # v1.0 clients and MSAL for Node.js
    "urn:ietf:params:oauth:grant-type:jwt-bearer": on_behalf,
}
