"""What tokens say: access tokens for Graph (v1.0, as Graph's are), id tokens, client_info."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Row

from mdm_sim import tokens
from mdm_sim.entra.directory import Client
from mdm_sim.entra.scopes import Scopes
from mdm_sim.messages import Principal
from mdm_sim.store.columns import UserColumns

INTUNE_ADMINISTRATOR = "3a2c62db-5318-420d-8d74-23affee5d9d5"
GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
_AMR = ("pwd",)  # how every user proves who they are


@dataclass(frozen=True, slots=True)
class Issue:
    """One issuing of tokens: by which tenant, to which client, when; `token_id` is unique."""

    tenant_id: str
    client: Client
    now: float
    token_id: str


def for_app(issue: Issue, wanted: Scopes) -> dict[str, Any]:
    """The claims of an application's own access token; its roles are at Graph."""
    own = tokens.service_principal_id(issue.tenant_id, issue.client.id)
    roles = {"roles": list(issue.client.roles)} if wanted.api == tokens.GRAPH_APP_ID else {}
    return {
        **_access(issue, wanted),
        "idp": _issuer(issue),
        "idtyp": "app",
        "oid": own,
        "sub": own,
        **roles,
    }


def for_user(issue: Issue, user: Row[UserColumns], scopes: Scopes) -> dict[str, Any]:
    """The claims of an access token that a client uses for a user."""
    claims = {
        **_access(issue, scopes),
        "acr": "1",
        "amr": list(_AMR),
        "idtyp": "user",
        "oid": user.id,
        "sub": pairwise(issue.client.id, user.id),
        "name": user.display_name,
        "upn": user.user_principal_name,
        "unique_name": user.user_principal_name,
        "scp": " ".join(scopes.granted),
    }
    if user.is_admin:
        claims["wids"] = [INTUNE_ADMINISTRATOR, GLOBAL_ADMINISTRATOR]
    return claims


def id_token(
    issue: Issue, user: Row[UserColumns], scopes: Scopes, issuer: str, nonce: str
) -> dict[str, Any]:
    """The claims of an id token (OpenID Connect Core 2); `profile` and `email` add theirs (5.4)."""
    claims = _identity(issue, user, nonce) | {"iss": issuer, "ver": "2.0"}
    if "profile" in scopes.names:
        claims |= {"name": user.display_name, "preferred_username": user.user_principal_name}
    if "email" in scopes.names:
        claims["email"] = user.user_principal_name
    return claims


def id_token_v1(
    issue: Issue, user: Row[UserColumns], _scopes: Scopes, _issuer_v2: str, nonce: str
) -> dict[str, Any]:
    """The claims of an id token of v1.0, which always tells who the user is."""
    name = user.user_principal_name
    return _identity(issue, user, nonce) | {
        "iss": _issuer(issue),
        "ver": "1.0",
        "amr": list(_AMR),
        "name": user.display_name,
        "upn": name,
        "unique_name": name,
    }


def _identity(issue: Issue, user: Row[UserColumns], nonce: str) -> dict[str, Any]:
    return {
        **_times(issue),
        "aud": issue.client.id,
        "tid": issue.tenant_id,
        "oid": user.id,
        "sub": pairwise(issue.client.id, user.id),
        "uti": issue.token_id,
        **({"nonce": nonce} if nonce else {}),
    }


def user_info(who: Principal, user: Row[UserColumns]) -> dict[str, Any]:
    """What the userinfo endpoint tells (OpenID Connect Core 5.3), by the scopes of the token."""
    told = {"sub": pairwise(who.client_id, user.id)}
    if "profile" in who.permissions:
        told["name"] = user.display_name
    if "email" in who.permissions:
        told["email"] = user.user_principal_name
    return told


def client_info(tenant_id: str, user_id: str) -> str:
    """Which account this is, as MSAL's token cache wants to know it."""
    return _base64url(orjson.dumps({"uid": user_id, "utid": tenant_id}))


def pairwise(client_id: str, user_id: str) -> str:
    """A subject that no two clients share (OpenID Connect Core 8.1)."""
    return _base64url(hashlib.sha256(f"{client_id}:{user_id}".encode()).digest())


def _access(issue: Issue, scopes: Scopes) -> dict[str, Any]:
    return {
        **_times(issue),
        "aud": scopes.audience,
        "iss": _issuer(issue),
        "tid": issue.tenant_id,
        "appid": issue.client.id,
        "app_displayname": issue.client.name,
        "appidacr": issue.client.proof,
        "uti": issue.token_id,
        "ver": "1.0",
    }


def _times(issue: Issue) -> dict[str, int]:
    begin = int(issue.now)
    return {"iat": begin, "nbf": begin, "exp": begin + tokens.ACCESS_TOKEN_SECONDS}


def _issuer(issue: Issue) -> str:
    return f"https://sts.windows.net/{issue.tenant_id}/"


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
