"""Optional diagnostics, kept only with the tenant's and the user's consent, under a pseudonym.

Rows optional.diagnostics.*. The pseudonym is a keyed HMAC of the record's id, so that a report
cannot be tied to a device without the tenant's key, and all of a record's reports can be purged.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, delete, select, update

from mdm_sim.policy.context import Context
from mdm_sim.store import keyed
from mdm_sim.store.dialects.functions import upsert
from mdm_sim.store.engine import scrub_after
from mdm_sim.store.prepared import Prepared
from mdm_sim.store.tables import diagnostics

FACTS = (
    "diagnosticDeviceDetails",
    "diagnosticUsage",
    "diagnosticHealth",
    "diagnosticSoftwareSetup",
)

_new = upsert(diagnostics)
_PUT = Prepared(
    _new.on_conflict_do_update(
        index_elements=["tenant_id", "pseudonym", "fact"], set_={"document": _new.excluded.document}
    )
)


def keep(connection: Connection, tenant_id: str, record_id: str, facts: Mapping[str, Any]) -> None:
    """Store the diagnostic facts that `minimise` permitted; the last report of each counts."""
    for name, value in facts.items():
        _PUT(
            connection,
            tenant_id=tenant_id,
            pseudonym=_pseudonyms(connection, tenant_id, record_id)[0],
            fact=name,
            document=orjson.dumps(value).decode(),
            tenant_diagnostics=True,
            user_diagnostics=True,
        )


def withdraw(
    connection: Connection, tenant_id: str, record_id: str, names: Collection[str]
) -> None:
    """Remove the reports of these facts, which the record takes back."""
    known = [name for name in FACTS if name in names]
    if known:
        _remove(connection, tenant_id, record_id, diagnostics.c.fact.in_(known))


def purge(connection: Connection, tenant_id: str, record_id: str) -> int:
    """Remove every report of a record; returns how many there were."""
    return _remove(connection, tenant_id, record_id)


def settle(connection: Connection, tenant_id: str, record_id: str, context: Context) -> None:
    """Bring a record's reports to `context`: gone without both consents, else under the new key."""
    if not (context.tenant_diagnostics and context.user_diagnostics):
        purge(connection, tenant_id, record_id)
        return
    now, *former = _pseudonyms(connection, tenant_id, record_id)
    for old in former:
        of_record = _reports(tenant_id, [old])
        newer = select(diagnostics.c.fact).where(*_reports(tenant_id, [now]))
        stale = connection.execute(
            delete(diagnostics).where(*of_record, diagnostics.c.fact.in_(newer))
        )
        moved = connection.execute(update(diagnostics).where(*of_record).values(pseudonym=now))
        if stale.rowcount or moved.rowcount:
            scrub_after(connection)


def held(
    connection: Connection, tenant_id: str, record_id: str, context: Context
) -> dict[str, Any]:
    """The reports of a record by fact, for the person they are of; none without both consents."""
    found: dict[str, Any] = {}
    if not (context.tenant_diagnostics and context.user_diagnostics):
        return found
    for pseudonym in reversed(_pseudonyms(connection, tenant_id, record_id)):
        rows = connection.execute(select(diagnostics).where(*_reports(tenant_id, [pseudonym])))
        found |= {row.fact: orjson.loads(row.document) for row in rows}
    return found


def new_key() -> str:
    """A key for pseudonyms: 256 random bits in hexadecimal."""
    return secrets.token_hex(32)


def _remove(
    connection: Connection, tenant_id: str, record_id: str, *conditions: ColumnElement[bool]
) -> int:
    pseudonyms = _pseudonyms(connection, tenant_id, record_id)
    gone = connection.execute(
        delete(diagnostics).where(*_reports(tenant_id, pseudonyms), *conditions)
    )
    if gone.rowcount:
        scrub_after(connection)
    return gone.rowcount


def _reports(tenant_id: str, pseudonyms: list[str]) -> tuple[ColumnElement[bool], ...]:
    return (diagnostics.c.tenant_id == tenant_id, diagnostics.c.pseudonym.in_(pseudonyms))


def _pseudonyms(connection: Connection, tenant_id: str, record_id: str) -> list[str]:
    """A record's pseudonym, and while the key is being rotated also its former one."""
    return keyed.digests(connection, tenant_id, record_id)
