"""Who somebody is: access tokens (RS256 JWTs, RFC 7519) and opaque credentials kept as hashes.

Passwords are kept as salted slow hashes. Opaque tokens carry 256 random bits, so that a plain
SHA-256 of one can be found by an index and tells nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from sqlalchemy import Connection, bindparam, delete, insert, select, update
from werkzeug.security import check_password_hash, generate_password_hash

from mdm_sim.messages import Gone, Principal, Unauthenticated
from mdm_sim.policy.retention import seconds
from mdm_sim.store.prepared import Prepared
from mdm_sim.store.tables import credentials, signing_keys

ACCESS_TOKEN_SECONDS = 3600
GRAPH = "https://graph.microsoft.com"
GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000"
_SLOW_HASH = "scrypt:16384:8:1"
_LONGEST = 8192

_FIND = Prepared(
    select(
        credentials.c.tenant_id,
        credentials.c.kind,
        credentials.c.subject_id,
        credentials.c.state,
        credentials.c.expires_at,
        credentials.c.detail,
    ).where(credentials.c.token_hash == bindparam("hash"))
)
_KEY = Prepared(select(signing_keys.c.private_pem).where(signing_keys.c.id == bindparam("kid")))


@dataclass(frozen=True, slots=True)
class Credential:
    """What an opaque token stands for: `kind` device, app, enrollment or refresh."""

    tenant_id: str
    kind: str
    subject_id: str
    detail: Mapping[str, Any]


def hash_secret(secret: str) -> str:
    """A salted slow hash of a password or a client's secret."""
    return generate_password_hash(secret, _SLOW_HASH)


def is_secret(stored: str, secret: str) -> bool:
    """Whether `secret` is the one that was hashed."""
    return check_password_hash(stored, secret)


def issue(
    connection: Connection,
    tenant_id: str,
    kind: str,
    subject_id: str,
    token: str,
    *,
    expires_at: float | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Make `token` the credential of `subject_id`; only its hash is stored."""
    values = {
        "tenant_id": tenant_id,
        "token_hash": _hash(token),
        "kind": kind,
        "subject_id": subject_id,
        "state": "live",
        "expires_at": expires_at,
        "detail": orjson.dumps(detail or {}).decode(),
    }
    connection.execute(insert(credentials), values)


def find(connection: Connection, token: str, kinds: frozenset[str], now: float) -> Credential:
    """The live credential behind an opaque token of one of `kinds`.

    Raises Unauthenticated when there is none or it has expired, Gone when its record has ended.
    """
    row = _FIND(connection, hash=_hash(token)).one_or_none()
    if row is None or row[1] not in kinds or (row[4] is not None and row[4] <= now):
        message = "the token is not valid here"
        raise Unauthenticated(message)
    if row[3] != "live":
        message = "this enrollment has ended; enroll again"
        raise Gone(message)
    return Credential(row[0], row[1], row[2], orjson.loads(row[5]))


def end(connection: Connection, tenant_id: str, subject_id: str, now: float) -> None:
    """From now on every token of `subject_id` answers that it has ended, for a year."""
    connection.execute(
        update(credentials)
        .where(credentials.c.tenant_id == tenant_id, credentials.c.subject_id == subject_id)
        .values(state="gone", detail="{}", expires_at=now + seconds("ended_credential"))
    )


def forget(connection: Connection, tenant_id: str, subject_id: str) -> None:
    """Remove every token of `subject_id`: it is as if they had never been."""
    connection.execute(
        delete(credentials).where(
            credentials.c.tenant_id == tenant_id, credentials.c.subject_id == subject_id
        )
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def new_signing_key(connection: Connection, tenant_id: str, now: float) -> None:
    """Make the tenant's RSA key; its id is the key's own thumbprint (RFC 7638)."""
    key = RSAKey.generate_key(2048)
    row = {
        "tenant_id": tenant_id,
        "id": key.thumbprint()[:36],
        "private_pem": key.as_pem(private=True).decode(),
        "created_at": now,
    }
    connection.execute(insert(signing_keys), row)


def public_keys(connection: Connection, tenant_id: str) -> list[dict[str, Any]]:
    """The tenant's public keys as JWKs (RFC 7517)."""
    query = select(signing_keys).where(signing_keys.c.tenant_id == tenant_id)
    return [
        {
            **_import(row.private_pem).as_dict(private=False),
            "kid": row.id,
            "use": "sig",
            "alg": "RS256",
        }
        for row in connection.execute(query)
    ]


def sign(connection: Connection, tenant_id: str, claims: Mapping[str, Any]) -> str:
    """`claims` as a JWT that the tenant's newest key signed."""
    query = (
        select(signing_keys.c.id, signing_keys.c.private_pem)
        .where(signing_keys.c.tenant_id == tenant_id)
        .order_by(signing_keys.c.created_at.desc())
    )
    kid, pem = connection.execute(query).first() or ("", "")
    return jwt.encode({"typ": "JWT", "alg": "RS256", "kid": kid}, dict(claims), _import(pem))


def verify(connection: Connection, token: str, now: float) -> Principal:
    """The caller behind a Graph access token.

    Raises Unauthenticated for anything that is not a token of ours, for Graph, in its time.
    """
    try:
        header = _header(token)
        row = _KEY(connection, kid=str(header.get("kid"))).one_or_none()
        if row is None:
            raise _refused("80049228")
        claims = jwt.decode(token, _import(row[0]), algorithms=["RS256"]).claims
    except (JoseError, ValueError, TypeError) as error:
        raise _refused("80049217") from error
    if claims.get("aud") not in {GRAPH, GRAPH_APP_ID}:
        message = "Invalid audience."
        raise Unauthenticated(message)
    if not claims["nbf"] - 300 <= now < claims["exp"]:
        message = "Lifetime validation failed, the token is expired."
        raise Unauthenticated(message)
    return _principal(claims)


def _header(token: str) -> dict[str, Any]:
    if len(token) > _LONGEST or token.count(".") != 2:
        raise _refused("80049217")
    return dict(jws.extract_compact(token.encode()).headers())


def _refused(code: str) -> Unauthenticated:
    return Unauthenticated(f"CompactToken parsing failed with error code: {code}")


@lru_cache(maxsize=16)
def _import(pem: str) -> RSAKey:
    return RSAKey.import_key(pem)


def _principal(claims: Mapping[str, Any]) -> Principal:
    delegated = claims.get("idtyp") == "user"
    permissions = claims.get("scp", "").split() if delegated else claims.get("roles", [])
    return Principal(
        tenant_id=claims["tid"],
        client_id=claims["appid"],
        client_name=claims["app_displayname"],
        user_id=claims["oid"] if delegated else None,
        user_principal_name=claims.get("upn"),
        is_admin=bool(claims.get("wids")) if delegated else True,
        permissions=frozenset(permissions),
    )
