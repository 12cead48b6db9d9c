"""What tokens say: access tokens for Graph (v1.0, as Graph's are), id tokens, client_info."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

import orjson
from sqlalchemy import Row

from mdm_sim.entra.directory import Client
from mdm_sim.entra.scopes import Scopes
from mdm_sim.store.columns import UserColumns
from mdm_sim.tokens import ACCESS_TOKEN_SECONDS, GRAPH

INTUNE_ADMINISTRATOR = "3a2c62db-5318-420d-8d74-23affee5d9d5"
GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"


@dataclass(frozen=True, slots=True)
class Issue:
    """One issuing of tokens: by which tenant, to which client, when; `token_id` is unique."""

    tenant_id: str
    client: Client
    now: float
    token_id: str


def for_app(issue: Issue) -> dict[str, Any]:
    """The claims of an application's own access token."""
    own = _object_id(issue)
    return {
        **_access(issue),
        "idtyp": "app",
        "oid": own,
        "sub": own,
        "roles": list(issue.client.roles),
    }


def for_user(issue: Issue, user: Row[UserColumns], scopes: Scopes) -> dict[str, Any]:
    """The claims of an access token that a client uses for a user."""
    claims = {
        **_access(issue),
        "idtyp": "user",
        "oid": user.id,
        "sub": _pairwise(issue, user.id),
        "name": user.display_name,
        "upn": user.user_principal_name,
        "unique_name": user.user_principal_name,
        "scp": " ".join(scopes.granted),
    }
    if user.is_admin:
        claims["wids"] = [INTUNE_ADMINISTRATOR, GLOBAL_ADMINISTRATOR]
    return claims


def id_token(issue: Issue, user: Row[UserColumns], scopes: Scopes, issuer: str) -> dict[str, Any]:
    """The claims of an id token (OpenID Connect Core 2); `profile` and `email` add theirs (5.4)."""
    claims = {
        **_times(issue),
        "iss": issuer,
        "aud": issue.client.id,
        "tid": issue.tenant_id,
        "oid": user.id,
        "sub": _pairwise(issue, user.id),
        "uti": issue.token_id,
        "ver": "2.0",
    }
    if "profile" in scopes.names:
        claims |= {"name": user.display_name, "preferred_username": user.user_principal_name}
    if "email" in scopes.names:
        claims["email"] = user.user_principal_name
    return claims


def client_info(tenant_id: str, user_id: str) -> str:
    """Which account this is, as MSAL's token cache wants to know it."""
    return _base64url(orjson.dumps({"uid": user_id, "utid": tenant_id}))


def _access(issue: Issue) -> dict[str, Any]:
    return {
        **_times(issue),
        "aud": GRAPH,
        "iss": f"https://sts.windows.net/{issue.tenant_id}/",
        "tid": issue.tenant_id,
        "appid": issue.client.id,
        "app_displayname": issue.client.name,
        "appidacr": "1" if issue.client.is_proven else "0",
        "uti": issue.token_id,
        "ver": "1.0",
    }


def _times(issue: Issue) -> dict[str, int]:
    begin = int(issue.now)
    return {"iat": begin, "nbf": begin, "exp": begin + ACCESS_TOKEN_SECONDS}


def _object_id(issue: Issue) -> str:
    return str(uuid5(UUID(issue.tenant_id), issue.client.id))


def _pairwise(issue: Issue, user_id: str) -> str:
    """A subject that no two clients share (OpenID Connect Core 8.1)."""
    return _base64url(hashlib.sha256(f"{issue.client.id}:{user_id}".encode()).digest())


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
