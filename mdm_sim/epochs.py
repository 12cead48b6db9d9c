"""What concerns every record of a tenant: judged again in bounded batches, resumable at any point.

A switch, a connector, a managed app that is one no more, another catalogue or a new key for
pseudonyms begins an epoch of the tenant. A record whose own epoch is older has still to be judged
again. Nothing else is remembered: after a kill the next batch simply goes on. Until its turn comes
a record is read, and judged at a check-in, as the new state permits (`contexts.current`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import uuid_utils
from sqlalchemy import Connection, Select, func, select, update

from mdm_sim import contexts, diagnostics
from mdm_sim.messages import Conflict
from mdm_sim.policy import catalogue
from mdm_sim.policy.context import Context
from mdm_sim.store import audit
from mdm_sim.store.engine import scrub_after
from mdm_sim.store.tables import devices, record_tallies, registrations, settings
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
    number = func.coalesce(func.sum(record_tallies.c.number), 0)
    every = select(number).where(record_tallies.c.tenant_id == tenant_id)
    left = 0
    for table in _TABLES:
        stale = (table.c.tenant_id == tenant_id, table.c.epoch < now_epoch)
        query = select(func.count()).select_from(table).where(*stale)
        left += connection.execute(query).scalar_one()
    return Progress(connection.execute(every).scalar_one(), left)


def rotate_pseudonyms(work: Work) -> None:
    """Give the tenant a new key for pseudonyms; every report moves to its record's new pseudonym.

    Raises Conflict while the reports are still being moved from the key before.
    """
    row = work.connection.execute(_settings(work.tenant_id)).one()
    if row.former_pseudonym_key:
        message = "the last rotation is not finished yet"
        raise Conflict(message)
    begin(
        work,
        former_pseudonym_key=row.pseudonym_key,
        pseudonym_key=diagnostics.new_key(),
        pseudonym_key_at=work.now,
    )
    kind = ("Other", "PrivacySettings", work.tenant_id)
    changes = {"pseudonymKey": "replaced"}
    work.record(audit.Entry(audit.Task.MANAGE, "rotate PseudonymKey", *kind, changes))
    if not is_behind(work.connection, work.tenant_id):
        _forget_former_key(work)


def is_behind(connection: Connection, tenant_id: str) -> bool:
    """Whether a record of the tenant has still to be judged again."""
    now_epoch = contexts.epoch(connection, tenant_id)
    return any(
        connection.execute(
            select(table.c.id).where(table.c.tenant_id == tenant_id, table.c.epoch < now_epoch)
        ).first()
        for table in _TABLES
    )


def finish(
    desk: Desk,
    tenant_id: str,
    stopped: Callable[[], bool] = bool,
    tell: Callable[[int], None] = lambda _done: None,
) -> int:
    """Judge batch after batch, each in a transaction of its own, until no record is left.

    Begins an epoch first where the records were judged by another version of the catalogue.
    `tell` hears how many records were judged so far, which is also returned.
    """
    total = 0
    while not stopped() and _has_work(desk, tenant_id):
        with desk.work(tenant_id, audit.SYSTEM, str(uuid_utils.uuid4())) as work:
            row = work.connection.execute(_settings(tenant_id)).one()
            if row.judged_version != catalogue.VERSION:
                begin(work)
            total += advance(work)
            if not is_behind(work.connection, tenant_id):
                _forget_former_key(work)
        tell(total)
    return total


def _has_work(desk: Desk, tenant_id: str) -> bool:
    with desk.store.read() as connection:
        row = connection.execute(_settings(tenant_id)).one()
        is_old = row.judged_version != catalogue.VERSION
        return is_old or bool(row.former_pseudonym_key) or is_behind(connection, tenant_id)


def _settings(tenant_id: str) -> Select[Any]:
    return select(settings).where(settings.c.tenant_id == tenant_id)


def _forget_former_key(work: Work) -> None:
    """Every report is under the new key; without the old one no old pseudonym can be tied to it."""
    work.connection.execute(
        update(settings)
        .where(settings.c.tenant_id == work.tenant_id)
        .values(former_pseudonym_key=None)
    )
    scrub_after(work.connection)
