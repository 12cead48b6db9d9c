"""Making a database ready to be served: schema, guard, development tenant."""

from __future__ import annotations

from mdm_sim import tenant
from mdm_sim.store import schema
from mdm_sim.store.work import Desk


def prepare(desk: Desk) -> None:
    """Make or migrate the database and see that the development tenant is there."""
    with desk.store.write() as connection:
        schema.upgrade(connection)
        tenant.seed(connection, desk.clock.now())
