"""Authorization codes: good once, for ten minutes, for the client that asked (RFC 6749 4.1, 7636).

What a code stands for is sealed under the code itself, of which only the hash is kept.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Row, select, update

from mdm_sim import tokens
from mdm_sim.entra.asking import Ask, Grant
from mdm_sim.entra.errors import Refused
from mdm_sim.entra.forms import need
from mdm_sim.entra.redirects import PUBLIC
from mdm_sim.store.columns import CredentialColumns
from mdm_sim.store.tables import credentials
from mdm_sim.store.work import Desk

CODE_SECONDS = 600
METHODS = ("S256", "plain")
_CHALLENGE = re.compile(r"[A-Za-z0-9._~-]{43,128}")  # RFC 7636 4.1
_KIND = "code"


@dataclass(frozen=True, slots=True)
class Promise:
    """What an authorization code stands for, besides its user.

    `challenge` is the proof key's (RFC 7636), by `method`; both are empty where none was sent.
    """

    client_id: str
    platform: str
    redirect_uri: str
    scope: str
    challenge: str
    method: str
    nonce: str


def challenge(query: Mapping[str, str]) -> tuple[str, str]:
    """The code challenge of a request and its method, plain where none is named."""
    given = query.get("code_challenge", "")
    method = query.get("code_challenge_method", METHODS[1] if given else "")
    if method and method not in METHODS:
        raise Refused(90023, "code_challenge_method")
    if bool(given) != bool(method):
        raise Refused(900144, "code_challenge")
    if given and not _CHALLENGE.fullmatch(given):
        raise Refused(501491)
    return given, method


def issue(desk: Desk, tenant_id: str, user_id: str, promise: Promise) -> str:
    """A new code for a user who has signed in."""
    with desk.store.write(tenant_id) as connection:
        code = desk.mint.token(connection)
        tokens.issue(
            connection,
            tenant_id,
            _KIND,
            user_id,
            code,
            expires_at=desk.clock.now() + CODE_SECONDS,
            detail={"sealed": tokens.seal(code, asdict(promise))},
        )
    return code


def redeem(ask: Ask) -> Grant:
    """What a code stands for; from now on it is used. One that fails its checks stays as it is."""
    code = need(ask.form, "code")
    with ask.desk.store.write(ask.tenant_id) as connection:
        row = _find(connection, ask, code)
        promise = Promise(**tokens.unseal(code, orjson.loads(row.detail)["sealed"]))
        _check(ask, promise)
        wanted = ask.wanted_or(promise.scope)
        connection.execute(update(credentials).where(_is(code)).values(state="used", detail="{}"))
    return Grant(row.subject_id, wanted, promise.nonce, keeps_access=wanted.keeps_access)


def _is(code: str) -> Any:
    return credentials.c.token_hash == tokens.digest(code)


def _find(connection: Connection, ask: Ask, code: str) -> Row[CredentialColumns]:
    query = select(credentials).where(
        _is(code), credentials.c.tenant_id == ask.tenant_id, credentials.c.kind == _KIND
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        raise Refused(70000)
    if row.state == "used":
        raise Refused(54005)
    if row.state != "live":
        raise Refused(70000)
    if (row.expires_at or 0) <= ask.desk.clock.now():
        raise Refused(70008)
    return row


def _check(ask: Ask, promise: Promise) -> None:
    if promise.client_id != ask.client.id:
        raise Refused(70000)
    if promise.platform != PUBLIC and not ask.client.is_proven:
        raise Refused(7000218)
    if need(ask.form, "redirect_uri") != promise.redirect_uri:
        raise Refused(500112)
    verifier = ask.form.get("code_verifier", "")
    if promise.method == METHODS[0]:
        digest = hashlib.sha256(verifier.encode()).digest()
        verifier = urlsafe_b64encode(digest).decode().rstrip("=")
    if not hmac.compare_digest(verifier.encode(), promise.challenge.encode()):
        raise Refused(501481)
