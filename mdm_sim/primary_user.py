"""Whose device it is among people: its primary user, whom an admin can change.

Source: Intune's page on the primary user; a device without one is a shared device.
"""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import select, update

from mdm_sim import contexts, records
from mdm_sim.messages import NotFound
from mdm_sim.policy.catalogue import OF_A_USER
from mdm_sim.policy.context import Workload
from mdm_sim.store import audit
from mdm_sim.store.engine import scrub_after
from mdm_sim.store.tables import devices, users
from mdm_sim.store.work import Work


def change(work: Work, row: Any, user_id: str | None) -> None:
    """Make a person the primary user of the device in `row`, or nobody; nothing else is said.

    What the device told of the user before goes at once, and that user's consent to diagnostics
    with it. Raises NotFound where there is no such person.
    """
    if user_id is not None:
        _require(work, user_id)
    facts = orjson.loads(row.facts)
    kept = {name: value for name, value in facts.items() if name not in OF_A_USER}
    mine = (devices.c.tenant_id == work.tenant_id, devices.c.id == row.id)
    stored = orjson.dumps(kept).decode()
    work.connection.execute(update(devices).where(*mine).values(user_id=user_id, facts=stored))
    if kept != facts:
        scrub_after(work.connection)
    changed = records.find(work.connection, Workload.MDM, work.tenant_id, row.id)
    joined = contexts.is_joined(work.connection, work.tenant_id, user_id, kept)
    contexts.rejudge(work, changed, user_diagnostics=False, entra_joined=joined)
    verb, word = ("Add", "set") if user_id is not None else ("Remove", "cleared")
    entry = (f"{verb} ManagedDevice", "Device", "ManagedDevice", row.id)
    work.record(audit.Entry(audit.Task.ASSIGN, *entry, {"users": word}))


def _require(work: Work, user_id: str) -> None:
    query = select(users.c.id).where(
        users.c.tenant_id == work.tenant_id, users.c.id == user_id, users.c.deleted_at.is_(None)
    )
    if work.connection.execute(query).first() is None:
        message = "Resource not found."
        raise NotFound(message)
