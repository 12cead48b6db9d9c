"""The grants of the token endpoint, one function each, in a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mdm_sim import tokens
from mdm_sim.entra import claims, scopes
from mdm_sim.entra.directory import ALIASES, Client, find_user, prove_user
from mdm_sim.entra.errors import Refused
from mdm_sim.entra.forms import need
from mdm_sim.entra.scopes import Scopes
from mdm_sim.messages import Gone, Unauthenticated
from mdm_sim.store.work import Desk

REFRESH_TOKEN_SECONDS = 90 * 24 * 3600
# A second less than the token's life, because its `exp` is cut to a whole second.
_EXPIRES_IN = tokens.ACCESS_TOKEN_SECONDS - 1
_REFRESH = frozenset({"refresh"})


@dataclass(frozen=True, slots=True)
class Ask:
    """A token request of a known client. `authority` is the tenant as the path names it."""

    desk: Desk
    authority: str
    tenant_id: str
    issuer: str
    graph: frozenset[str]
    client: Client
    form: Mapping[str, str]
    decoy: str


def by_client(ask: Ask) -> dict[str, Any]:
    """An application for itself (RFC 6749 4.4): always everything it was granted."""
    if ask.authority in ALIASES:
        raise Refused(50194)
    if not ask.client.is_proven:
        raise Refused(700027 if "client_assertion" in ask.form else 7000218)
    if scopes.read(need(ask.form, "scope"), ask.graph).names != (scopes.DEFAULT,):
        raise Refused(70011)
    with ask.desk.store.write() as connection:
        issue = _issue(ask, ask.desk.mint.token(connection))
    with ask.desk.store.read() as connection:
        return _answer(tokens.sign(connection, ask.tenant_id, claims.for_app(issue)))


def by_password(ask: Ask) -> dict[str, Any]:
    """A user's own name and password (RFC 6749 4.3)."""
    if ask.authority in ALIASES - {"organizations"}:
        raise Refused(9001023)
    name, password = need(ask.form, "username"), need(ask.form, "password")
    wanted = scopes.read(need(ask.form, "scope"), ask.graph)
    user_id = prove_user(ask.desk.store, ask.tenant_id, name, password, ask.decoy)
    return _for_user(ask, user_id, wanted, keep=wanted.keeps_access)


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
    wanted = scopes.read(ask.form.get("scope", found.detail["scope"]), ask.graph)
    return _for_user(ask, found.subject_id, wanted, keep=True)


GRANTS: Mapping[str, Callable[[Ask], dict[str, Any]]] = {
    "client_credentials": by_client,
    "password": by_password,
    "refresh_token": by_refresh_token,
}


def _for_user(ask: Ask, user_id: str, wanted: Scopes, *, keep: bool) -> dict[str, Any]:
    with ask.desk.store.write() as connection:
        user = find_user(connection, ask.tenant_id, user_id)
        issue = _issue(ask, ask.desk.mint.token(connection))
        refresh = ask.desk.mint.token(connection) if keep else None
        if refresh:
            tokens.issue(
                connection,
                ask.tenant_id,
                "refresh",
                user_id,
                refresh,
                expires_at=issue.now + REFRESH_TOKEN_SECONDS,
                detail={"client_id": ask.client.id, "scope": " ".join(wanted.names)},
            )
    with ask.desk.store.read() as connection:
        access = tokens.sign(connection, ask.tenant_id, claims.for_user(issue, user, wanted))
        answer = _answer(access) | {"scope": wanted.answered}
        if "openid" in wanted.names:
            content = claims.id_token(issue, user, wanted, ask.issuer)
            answer["id_token"] = tokens.sign(connection, ask.tenant_id, content)
    if refresh:
        answer["refresh_token"] = refresh
    if ask.form.get("client_info") == "1":
        answer["client_info"] = claims.client_info(ask.tenant_id, user_id)
    return answer


def _issue(ask: Ask, token: str) -> claims.Issue:
    return claims.Issue(ask.tenant_id, ask.client, ask.desk.clock.now(), token[:22])


def _answer(access_token: str) -> dict[str, Any]:
    return {
        "token_type": "Bearer",
        "expires_in": _EXPIRES_IN,
        "ext_expires_in": _EXPIRES_IN,
        "access_token": access_token,
    }
