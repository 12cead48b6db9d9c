"""What concerns every record of a tenant: judged again in bounded batches, resumable at any point.

A switch, a connector, a managed app that is one no more, another catalogue or a new key for
pseudonyms begins an epoch of the tenant. A record whose own epoch is older has still to be judged
again. Nothing else is remembered: after a kill the next batch simply goes on. Until its turn comes
a record is read, and judged at a check-in, as the new state permits (`contexts.current`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, func, select, update

from mdm_sim import contexts
from mdm_sim.policy import catalogue
from mdm_sim.policy.context import Context
from mdm_sim.store import audit
from mdm_sim.store.tables import devices, registrations, settings
from mdm_sim.store.work import Desk, Work

# Records in one transaction: a writer waits no longer than for so many.
BATCH = 1000
_TABLES = (devices, registrations)


@dataclass(frozen=True, slots=True)
class Progress:
    """How many records a tenant has, and how many of them have still to be judged again."""

    records: int
    left: int


def begin(work: Work, **changes: Any) -> None:
    """Begin an epoch, with `changes` in the tenant's settings, and judge the first batch at once.

    Up to `BATCH` records are judged in the transaction of the change itself; `advance` does others.
    """
    values = {"epoch": settings.c.epoch + 1, "judged_version": catalogue.VERSION, **changes}
    work.connection.execute(
        update(settings).where(settings.c.tenant_id == work.tenant_id).values(values)
    )
    advance(work)


def advance(work: Work) -> int:
    """Judge one more batch; returns how many records it was, 0 when none is left."""
    done, shrunk, room = 0, 0, BATCH
    now_epoch = contexts.epoch(work.connection, work.tenant_id)
    conditions: dict[Any, dict[str, Any]] = {}
    for table in _TABLES:
        stale = (table.c.tenant_id == work.tenant_id, table.c.epoch < now_epoch)
        query = select(table).where(*stale).limit(room)
        rows = work.connection.execute(query).all()
        for row in rows:
            context = _now(work, row, conditions)
            shrunk += contexts.settle(work, row, context, now_epoch) is not None
        done, room = done + len(rows), room - len(rows)
        if not room:
            break
    if shrunk:
        work.record(_entry(work, shrunk))
    return done


def _now(work: Work, row: Any, conditions: dict[Any, dict[str, Any]]) -> Context:
    context = contexts.of_row(row)
    kind = (context.workload, context.platform)
    if kind not in conditions:
        conditions[kind] = contexts.tenant_conditions(work.connection, work.tenant_id, *kind)
    return replace(context, **conditions[kind])


def _entry(work: Work, shrunk: int) -> audit.Entry:
    """What was removed, as a number of records: their own receipts tell of which rows."""
    return audit.Entry(
        audit.Task.MANAGE,
        "rejudge Records",
        "Other",
        "PrivacySettings",
        work.tenant_id,
        {"reducedRecords": str(shrunk)},
    )


def progress(connection: Connection, tenant_id: str) -> Progress:
    """How far the tenant's records are."""
    now_epoch = contexts.epoch(connection, tenant_id)
    counted = {"records": 0, "left": 0}
    for table in _TABLES:
        of_tenant = table.c.tenant_id == tenant_id
        for name, where in (("records", ()), ("left", (table.c.epoch < now_epoch,))):
            query = select(func.count()).select_from(table).where(of_tenant, *where)
            counted[name] += connection.execute(query).scalar_one()
    return Progress(**counted)


def finish(desk: Desk, tenant_id: str, correlation_id: str) -> int:
    """Judge batch after batch, each in a transaction of its own, until no record is left.

    Begins an epoch first where the records were judged by another version of the catalogue.
    Returns how many records were judged.
    """
    total = 0
    while True:
        with desk.work(tenant_id, audit.SYSTEM, correlation_id) as work:
            row = work.connection.execute(
                select(settings).where(settings.c.tenant_id == tenant_id)
            ).one()
            if row.judged_version != catalogue.VERSION:
                begin(work)
            done = advance(work)
            if not done and row.former_pseudonym_key:
                _forget_former_key(work)
        total += done
        if not done:
            return total


def _forget_former_key(work: Work) -> None:
    """Every report is under the new key; without the old one no old pseudonym can be tied to it."""
    work.connection.execute(
        update(settings)
        .where(settings.c.tenant_id == work.tenant_id)
        .values(former_pseudonym_key=None)
    )
