"""Keys of lines that were done, so that whoever sends a stream again has nothing done twice.

A key is the caller's own word and could hold anything: its digest alone is stored, with the caller
in it, so that nobody meets the key of another.
"""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection, bindparam, insert, select

from mdm_sim.store.prepared import Prepared
from mdm_sim.store.tables import bulk_keys
from mdm_sim.store.work import Work

_FIND = Prepared(
    select(bulk_keys.c.record_id).where(
        bulk_keys.c.tenant_id == bindparam("tenant"), bulk_keys.c.digest == bindparam("same")
    )
)
_KEEP = Prepared(insert(bulk_keys), can_wait=True)


def digest(caller: str, key: str) -> str:
    """What is stored of a caller's key."""
    return hashlib.sha256(f"{caller}\n{key}".encode()).hexdigest()


def record_of(connection: Connection, tenant_id: str, same: str) -> str | None:
    """The id of the record that the line of this digest was about, if it was done."""
    row = _FIND(connection, tenant=tenant_id, same=same).one_or_none()
    return None if row is None else str(row[0])


def keep(work: Work, same: str, record_id: str) -> None:
    """A line is done, in the transaction that did it."""
    _KEEP(
        work.connection,
        tenant_id=work.tenant_id,
        digest=same,
        record_id=record_id,
        done_at=work.now,
    )
