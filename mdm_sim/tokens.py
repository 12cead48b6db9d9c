"""Who somebody is: access tokens (RS256 JWTs, RFC 7519) and opaque credentials kept as hashes.

Passwords are kept as salted slow hashes. Opaque tokens carry 256 random bits, so that a plain
SHA-256 of one can be found by an index and tells nothing.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid5

import orjson
from cryptography.fernet import Fernet
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update
from werkzeug.security import check_password_hash, generate_password_hash

from mdm_sim.memo import Memo
from mdm_sim.messages import Gone, Principal, Unauthenticated
from mdm_sim.policy.retention import seconds
from mdm_sim.store.columns import SigningKeyColumns
from mdm_sim.store.prepared import Prepared
from mdm_sim.store.tables import credentials, signing_keys

ACCESS_TOKEN_SECONDS = 3600
GRAPH = "https://graph.microsoft.com"
GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000"
# A new key is published for a day before it signs, so that whoever keeps a copy of the keys has it.
KEY_LEAD_SECONDS = 24 * 3600
KEY_PERIOD_SECONDS = seconds("signing_key")
SKEW_SECONDS = 300
_SLOW_HASH = "scrypt:16384:8:1"
_LONGEST = 8192
# Digests of tokens whose signature is good, and of the key that is still there each time.
_SIGNED: Memo[bool] = Memo(1024)
UNKNOWN = "the token is not valid here"
ENDED = "this enrollment has ended; enroll again"

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
_ISSUE = Prepared(insert(credentials), can_wait=True)
_of_subject = credentials.c.subject_id == bindparam("subject")
_FORGET = Prepared(
    delete(credentials).where(credentials.c.tenant_id == bindparam("tenant"), _of_subject)
)
_KEY = Prepared(select(signing_keys.c.private_pem).where(signing_keys.c.id == bindparam("kid")))


@dataclass(frozen=True, slots=True)
class Credential:
    """What an opaque token stands for: `kind` device, app, enrollment, refresh or a sign-in's."""

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
    state: str = "live",
) -> None:
    """Make `token` the credential of `subject_id`; only its hash is stored."""
    values = {
        "tenant_id": tenant_id,
        "token_hash": digest(token),
        "kind": kind,
        "subject_id": subject_id,
        "state": state,
        "expires_at": expires_at,
        "detail": orjson.dumps(detail or {}).decode(),
    }
    _ISSUE(connection, **values)


def tenant_of(connection: Connection, token: str) -> str | None:
    """The tenant of an opaque token; None for one that there is not."""
    row = _FIND(connection, hash=digest(token)).one_or_none()
    return None if row is None else str(row[0])


def find(connection: Connection, token: str, kinds: frozenset[str], now: float) -> Credential:
    """The live credential behind an opaque token of one of `kinds`.

    Raises Unauthenticated when there is none or it has expired, Gone when its record has ended.
    """
    row = _FIND(connection, hash=digest(token)).one_or_none()
    if row is None:
        raise Unauthenticated(UNKNOWN)
    require_live(row.kind, row.state, row.expires_at, kinds, now)
    return Credential(row.tenant_id, row.kind, row.subject_id, orjson.loads(row.detail))


def require_live(
    kind: str, state: str, expires_at: float | None, kinds: frozenset[str], now: float
) -> None:
    """Raise Unauthenticated or Gone unless a credential is of one of `kinds` and still counts."""
    if kind not in kinds or (expires_at is not None and expires_at <= now):
        raise Unauthenticated(UNKNOWN)
    if state != "live":
        raise Gone(ENDED)


def end(connection: Connection, tenant_id: str, subject_id: str, now: float) -> None:
    """From now on every token of `subject_id` answers that it has ended, for a year."""
    connection.execute(
        update(credentials)
        .where(credentials.c.tenant_id == tenant_id, credentials.c.subject_id == subject_id)
        .values(state="gone", detail="{}", expires_at=now + seconds("ended_credential"))
    )


def forget(connection: Connection, tenant_id: str, subject_id: str) -> None:
    """Remove every token of `subject_id`: it is as if they had never been."""
    _FORGET(connection, tenant=tenant_id, subject=subject_id)


def digest(token: str) -> str:
    """What is stored of an opaque token."""
    return hashlib.sha256(token.encode()).hexdigest()


def seal(token: str, content: Mapping[str, Any]) -> str:
    """`content` for nobody but the holder of `token`, of whom the store has the hash only."""
    return _lock(token).encrypt(orjson.dumps(dict(content))).decode()


def unseal(token: str, sealed: str) -> dict[str, Any]:
    """What was sealed under `token`."""
    content: dict[str, Any] = orjson.loads(_lock(token).decrypt(sealed))
    return content


def _lock(token: str) -> Fernet:
    return Fernet(urlsafe_b64encode(hashlib.sha256(f"seal:{token}".encode()).digest()))


def service_principal_id(tenant_id: str, client_id: str) -> str:
    """The object id of an application in a tenant's directory."""
    return str(uuid5(UUID(tenant_id), client_id))


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


def rotate(connection: Connection, tenant_id: str, now: float) -> int:
    """Make a new key when the newest is old, remove those whose tokens have all ended.

    Returns how many were removed. Safe to call at any time, inside the caller's transaction.
    """
    keys = _keys(connection, tenant_id)
    if keys and keys[-1].created_at + KEY_PERIOD_SECONDS <= now:
        new_signing_key(connection, tenant_id, now)
    last_use = KEY_LEAD_SECONDS + ACCESS_TOKEN_SECONDS + SKEW_SECONDS
    over = [key.id for key, next_ in pairwise(keys) if next_.created_at + last_use <= now]
    connection.execute(
        delete(signing_keys).where(
            signing_keys.c.tenant_id == tenant_id, signing_keys.c.id.in_(over)
        )
    )
    return len(over)


def public_keys(connection: Connection, tenant_id: str) -> list[dict[str, Any]]:
    """The tenant's public keys as JWKs (RFC 7517), also one that does not sign yet."""
    return [
        {
            **_import(row.private_pem).as_dict(private=False),
            "kid": row.id,
            "use": "sig",
            "alg": "RS256",
        }
        for row in _keys(connection, tenant_id)
    ]


def sign(connection: Connection, tenant_id: str, claims: Mapping[str, Any]) -> str:
    """`claims` as a JWT, signed by the newest key that was public long enough before their `iat`.

    A tenant's only key signs from the beginning.
    """
    first, *others = _keys(connection, tenant_id)
    since = claims["iat"] - KEY_LEAD_SECONDS
    key = [first, *(each for each in others if each.created_at <= since)][-1]
    header = {"typ": "JWT", "alg": "RS256", "kid": key.id}
    return jwt.encode(header, dict(claims), _import(key.private_pem))


def _keys(connection: Connection, tenant_id: str) -> Sequence[Row[SigningKeyColumns]]:
    """The tenant's keys, the oldest first."""
    query = select(signing_keys).where(signing_keys.c.tenant_id == tenant_id)
    return connection.execute(query.order_by(signing_keys.c.created_at, signing_keys.c.id)).all()


def verify(connection: Connection, token: str, now: float) -> Principal:
    """The caller behind a Graph access token.

    Raises Unauthenticated for anything that is not a token of ours, for Graph, in its time.
    """
    claims = read(connection, token)
    if claims.get("aud") not in {GRAPH, GRAPH_APP_ID}:
        message = "Invalid audience."
        raise Unauthenticated(message)
    if not is_in_time(claims, now):
        message = "Lifetime validation failed, the token is expired."
        raise Unauthenticated(message)
    return _principal(claims)


def is_in_time(claims: Mapping[str, Any], now: float) -> bool:
    """Whether a token's time has begun (clocks may differ) and is not over."""
    return bool(claims["nbf"] - SKEW_SECONDS <= now < claims["exp"])


def read(connection: Connection, token: str) -> dict[str, Any]:
    """What a token of ours says, for whomever and whenever. Raises Unauthenticated for others."""
    try:
        if len(token) > _LONGEST or token.count(".") != 2:
            raise _refused("80049217")
        told = jws.extract_compact(token.encode())
        row = _KEY(connection, kid=str(told.headers().get("kid"))).one_or_none()
        if row is None:
            raise _refused("80049228")
        pem = row.private_pem
        _SIGNED.of(digest(f"{token} {pem}"), lambda: _is_signed(token, pem))
        return dict(orjson.loads(told.payload))
    except (JoseError, ValueError, TypeError) as error:
        raise _refused("80049217") from error


def _is_signed(token: str, pem: str) -> bool:
    """Whether the key signed the token. Raises JoseError where it did not."""
    jwt.decode(token, _import(pem), algorithms=["RS256"])
    return True


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
