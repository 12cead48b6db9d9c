"""The one job: every rule that is due, in batches, for every tenant; and what is behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import uuid_utils
from sqlalchemy import select

from mdm_sim import epochs
from mdm_sim.store import audit
from mdm_sim.store.tables import settings
from mdm_sim.store.work import Desk
from mdm_sim.upkeep.rules import RULES, Rule


def run(
    desk: Desk, *, only_quick: bool = False, stopped: Callable[[], bool] = bool
) -> Counter[str]:
    """Apply the rules, each batch in a transaction of its own; returns what was removed by rule.

    Safe beside any number of others: what is due is found and removed in one transaction. A job
    that is killed, or `stopped`, is gone on with by the next. At the end the write-ahead log is cut
    to nothing, also where a reader barred that before.
    """
    removed: Counter[str] = Counter()
    for rule in RULES:
        if rule.is_quick or not only_quick:
            for tenant_id in tenants(desk):
                removed[rule.id] += _apply(desk, tenant_id, rule, stopped)
    removed["rejudged"] += catch_up(desk, stopped)
    desk.store.scrub()
    return +removed


def catch_up(desk: Desk, stopped: Callable[[], bool] = bool) -> int:
    """Judge the records that a change of their tenant still concerns; returns how many."""
    return sum(epochs.finish(desk, tenant_id, stopped) for tenant_id in tenants(desk))


def tenants(desk: Desk) -> list[str]:
    """Every tenant's id."""
    with desk.store.read() as connection:
        return list(connection.execute(select(settings.c.tenant_id)).scalars())


def _apply(desk: Desk, tenant_id: str, rule: Rule, stopped: Callable[[], bool]) -> int:
    total = 0
    while not stopped():
        with desk.work(tenant_id, audit.SYSTEM, str(uuid_utils.uuid4())) as work:
            number = rule.apply(work, rule.batch)
            if number and not rule.has_own_entries:
                changes = {"removed": str(number)}
                kind = ("Other", "RetentionRule", rule.id)
                work.record(audit.Entry(audit.Task.DELETE, f"expire {rule.id}", *kind, changes))
        total += number
        if number < rule.batch:
            break
    return total
