"""Receipts by record: what became of what it sent, over time; rows and reasons, never a value."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import Connection, Integer, bindparam, delete, insert, select, update

from mdm_sim.clock import iso
from mdm_sim.store.prepared import Prepared
from mdm_sim.store.tables import receipts
from mdm_sim.store.work import Work

# Different outcomes kept of one record; the oldest go first.
MOST = 100

_AGAIN = Prepared(
    update(receipts)
    .where(
        receipts.c.tenant_id == bindparam("tenant"),
        receipts.c.record_id == bindparam("record"),
        receipts.c.digest == bindparam("same"),
    )
    .values(
        last_at=bindparam("now"),
        times=receipts.c.times + 1,
        unknown=receipts.c.unknown + bindparam("more"),
    )
)
_NEW = Prepared(insert(receipts), can_wait=True)
_OLDER = Prepared(
    select(receipts.c.digest)
    .where(receipts.c.tenant_id == bindparam("tenant"), receipts.c.record_id == bindparam("record"))
    .order_by(receipts.c.last_at.desc())
    .offset(bindparam("most", type_=Integer))
)


def keep(
    work: Work, record_id: str, cause: str, told: Mapping[str, Any], *, is_first: bool = False
) -> None:
    """Keep a receipt; `cause` is enrollment, checkIn or contextChange.

    One that says the same as an earlier one is counted with it; the number of unknown names, which
    a device could make different every time, is summed. `is_first` is that the record is new.
    """
    said = {name: value for name, value in told.items() if name != "unknown"}
    document = orjson.dumps({"cause": cause, **said}, option=orjson.OPT_SORT_KEYS)
    digest, unknown = hashlib.sha256(document).hexdigest(), told["unknown"]
    named = {"tenant": work.tenant_id, "record": record_id, "same": digest}
    if not is_first and _AGAIN(work.connection, **named, now=work.now, more=unknown).rowcount:
        return
    _NEW(
        work.connection,
        tenant_id=work.tenant_id,
        record_id=record_id,
        digest=digest,
        first_at=work.now,
        last_at=work.now,
        times=1,
        unknown=unknown,
        document=document.decode(),
    )
    if not is_first:
        _drop_oldest(work, record_id)


def _drop_oldest(work: Work, record_id: str) -> None:
    named = {"tenant": work.tenant_id, "record": record_id}
    older = [row.digest for row in _OLDER(work.connection, **named, most=MOST)]
    if older:
        work.connection.execute(
            delete(receipts).where(
                receipts.c.tenant_id == work.tenant_id,
                receipts.c.record_id == record_id,
                receipts.c.digest.in_(older),
            )
        )


def held(connection: Connection, tenant_id: str, record_id: str) -> list[dict[str, Any]]:
    """The receipts of a record, the latest first, each with when and how often it was so."""
    query = (
        select(receipts)
        .where(receipts.c.tenant_id == tenant_id, receipts.c.record_id == record_id)
        .order_by(receipts.c.last_at.desc(), receipts.c.digest)
    )
    return [
        {
            "firstDateTime": iso(row.first_at),
            "lastDateTime": iso(row.last_at),
            "times": row.times,
            **orjson.loads(row.document),
            "unknown": row.unknown,
        }
        for row in connection.execute(query)
    ]


def remove_all(connection: Connection, tenant_id: str, record_id: str) -> int:
    """Remove the receipts of a record; returns how many there were."""
    return connection.execute(
        delete(receipts).where(receipts.c.tenant_id == tenant_id, receipts.c.record_id == record_id)
    ).rowcount
