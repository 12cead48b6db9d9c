"""Row device.location: a location is gone after 24 hours."""

from __future__ import annotations

import orjson
from sqlalchemy import select, update

from mdm_sim.store import audit
from mdm_sim.store.engine import scrub_after
from mdm_sim.store.tables import devices
from mdm_sim.store.work import Work


def expire_locations(work: Work, limit: int) -> int:
    """Remove up to `limit` locations whose time is over; returns how many there were."""
    query = select(devices.c.id, devices.c.facts).where(
        devices.c.tenant_id == work.tenant_id, devices.c.location_expires_at <= work.now
    )
    due = work.connection.execute(query.limit(limit)).all()
    for row in due:
        facts = {
            name: value for name, value in orjson.loads(row.facts).items() if name != "location"
        }
        work.connection.execute(
            update(devices)
            .where(devices.c.tenant_id == work.tenant_id, devices.c.id == row.id)
            .values(
                facts=orjson.dumps(facts).decode(),
                location_expires_at=None,
                location_requested=False,
            )
        )
        work.record(
            audit.Entry(
                audit.Task.MANAGE,
                "expireLocation ManagedDevice",
                "Device",
                "ManagedDevice",
                row.id,
                {"device.location": "cleared"},
            )
        )
    if due:
        scrub_after(work.connection)
    return len(due)
