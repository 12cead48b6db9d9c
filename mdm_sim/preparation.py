"""Making a database ready to be served: schema, guard, development tenant."""

from __future__ import annotations

from collections.abc import Callable

from mdm_sim import epochs, tenant
from mdm_sim.graph import built_in
from mdm_sim.store import audit, schema
from mdm_sim.store.work import Desk
from mdm_sim.upkeep import job


def prepare(desk: Desk, tell: Callable[[int], None] = lambda _done: None) -> None:
    """Make or migrate the database and see that the development tenant is there.

    What another version of the catalogue has judged is judged again before anybody reads it; `tell`
    hears how many records that were so far.
    """
    with desk.store.write() as connection:
        schema.upgrade(connection)
        tenant.seed(connection, desk.clock.now())
        built_in.seed(desk.on(connection, tenant.TENANT_ID, audit.SYSTEM, ""))
    for tenant_id in job.tenants(desk):
        epochs.finish(desk, tenant_id, tell=tell)
