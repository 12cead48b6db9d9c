"""Device codes (RFC 8628): a device shows a short code, its user enters it elsewhere and signs in.

Two rows: the device's code, which the device polls with, and the user's, which leads to it.
"""

from __future__ import annotations

import hashlib
from typing import Any

import orjson
from sqlalchemy import Connection, Row, delete, select, update

from mdm_sim import tokens
from mdm_sim.entra.asking import Ask, Grant
from mdm_sim.entra.errors import Refused
from mdm_sim.entra.scopes import Scopes
from mdm_sim.store.columns import CredentialColumns
from mdm_sim.store.tables import credentials

CODE_SECONDS = 900
INTERVAL = 5
_DEVICE, _USER = "devicecode", "usercode"
_PENDING, _LIVE, _DENIED, _USED = "pending", "live", "denied", "used"
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that is taken for another; 32 of them
_LENGTH = 9


def begin(ask: Ask, wanted: Scopes) -> tuple[str, str]:
    """A new code for a device and the one for its user."""
    with ask.desk.store.write(ask.tenant_id) as connection:
        code = ask.desk.mint.token(connection)
        shown = _shown(code)
        expires_at = ask.desk.clock.now() + CODE_SECONDS
        for kind, token, state, detail in (
            (_DEVICE, code, _PENDING, {"client_id": ask.client.id, "scope": wanted.stored}),
            (_USER, shown, _LIVE, {"device": tokens.digest(code)}),
        ):
            tokens.issue(
                connection,
                ask.tenant_id,
                kind,
                ask.client.id,
                token,
                expires_at=expires_at,
                detail=detail,
                state=state,
            )
    return code, shown


def find(connection: Connection, shown: str, now: float) -> Row[CredentialColumns]:
    """The device's code that a user's code leads to. In any case, with or without gaps."""
    query = select(credentials).where(
        credentials.c.token_hash == _typed(shown),
        credentials.c.kind == _USER,
        credentials.c.expires_at > now,
    )
    found = connection.execute(query).one_or_none()
    if found is None:
        raise Refused(70018)
    hashed = orjson.loads(found.detail)["device"]
    device = credentials.c.token_hash == hashed
    return connection.execute(select(credentials).where(device)).one()


def decide(connection: Connection, shown: str, now: float, user_id: str | None) -> None:
    """Let a user sign in on the device whose code they entered; None denies it. Good once."""
    row = find(connection, shown, now)
    values: dict[str, Any] = (
        {"state": _DENIED} if user_id is None else {"state": _LIVE, "subject_id": user_id}
    )
    connection.execute(
        update(credentials).where(credentials.c.token_hash == row.token_hash).values(values)
    )
    connection.execute(delete(credentials).where(credentials.c.token_hash == _typed(shown)))


def poll(ask: Ask, code: str) -> Grant:
    """What the device's user has granted; refused as long as there is nothing."""
    with ask.desk.store.write(ask.tenant_id) as connection:
        outcome = _look(connection, ask, code)
    if isinstance(outcome, Refused):
        raise outcome
    return outcome


def _look(connection: Connection, ask: Ask, code: str) -> Grant | Refused:
    """One poll; when it was is kept, also of one that is refused."""
    this = credentials.c.token_hash == tokens.digest(code)
    query = select(credentials).where(
        this, credentials.c.tenant_id == ask.tenant_id, credentials.c.kind == _DEVICE
    )
    row = connection.execute(query).one_or_none()
    detail = orjson.loads(row.detail) if row else {}
    if row is None or detail.get("client_id") != ask.client.id:
        return Refused(70000, error="bad_verification_code")
    now = ask.desk.clock.now()
    if (row.expires_at or 0) <= now:
        return Refused(70020)
    if row.state == _PENDING:
        polled = {"detail": orjson.dumps(detail | {"polled": now}).decode()}
        connection.execute(update(credentials).where(this).values(polled))
        # RFC 8628 3.5; a second early is taken for one that is in time
        return Refused(90055 if now - detail.get("polled", 0) < INTERVAL - 1 else 70016)
    if row.state == _DENIED:
        return Refused(65004, error="authorization_declined")
    if row.state != _LIVE:
        return Refused(70000)
    wanted = ask.wanted_or(detail["scope"])
    connection.execute(update(credentials).where(this).values(state=_USED))
    return Grant(row.subject_id, wanted, keeps_access=wanted.keeps_access)


def _typed(shown: str) -> str:
    """The hash of a code that somebody typed."""
    return tokens.digest("".join(shown.split()).replace("-", "").upper())


def _shown(code: str) -> str:
    """The user's code: 45 bits that nobody can tell who has not the device's."""
    digest = hashlib.sha256(f"shown:{code}".encode()).digest()
    return "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest[:_LENGTH])
