"""Keys of lines that were done, so that whoever sends a stream again has nothing done twice.

A key is the caller's own word and could hold anything: its digest alone is stored, under a key of
the tenant's that nobody can guess from, with the caller in it, so that nobody meets another's.
"""

from __future__ import annotations

from sqlalchemy import bindparam, insert, select

from mdm_sim.store import keyed
from mdm_sim.store.prepared import Prepared
from mdm_sim.store.tables import bulk_keys
from mdm_sim.store.work import Work

_FIND = Prepared(
    select(bulk_keys.c.record_id).where(
        bulk_keys.c.tenant_id == bindparam("tenant"), bulk_keys.c.digest == bindparam("same")
    )
)
_KEEP = Prepared(insert(bulk_keys), can_wait=True)


def digests(work: Work, caller: str, key: str) -> list[str]:
    """What is stored of a caller's key; while the tenant's is being rotated, also what was."""
    return keyed.digests(work.connection, work.tenant_id, f"{caller}\n{key}")


def record_of(work: Work, same: list[str]) -> str | None:
    """The id of the record that the line of these digests was about, if it was done."""
    for each in same:
        row = _FIND(work.connection, tenant=work.tenant_id, same=each).one_or_none()
        if row is not None:
            return str(row[0])
    return None


def keep(work: Work, same: list[str], record_id: str) -> None:
    """A line is done, in the transaction that did it."""
    _KEEP(
        work.connection,
        tenant_id=work.tenant_id,
        digest=same[0],
        record_id=record_id,
        done_at=work.now,
    )
