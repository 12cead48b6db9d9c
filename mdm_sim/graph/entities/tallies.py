"""How many devices and registrations there are, from the numbers that the store keeps."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from mdm_sim.graph.asking import Ask
from mdm_sim.policy.context import Workload
from mdm_sim.store.tables import record_tallies


def number(*conditions: ColumnElement[bool], workload: Workload = Workload.MDM) -> Select[Any]:
    """SQL: how many records are shown that are so, under conditions on their kinds."""
    return select(func.coalesce(func.sum(record_tallies.c.number), 0)).where(
        record_tallies.c.workload == workload, record_tallies.c.hidden.is_(False), *conditions
    )


def devices(ask: Ask) -> Select[Any]:
    """SQL: how many devices an admin sees."""
    return devices_of(ask.who.tenant_id)


def devices_of(tenant_id: str, verdict: str = "") -> Select[Any]:
    """SQL: how many devices of a tenant are shown, or how many of a verdict."""
    kinds = record_tallies.c
    judged = (kinds.compliance_state == verdict,) if verdict else ()
    return number(kinds.tenant_id == tenant_id, *judged)
