"""What may be held, and what is held on one record."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response
from sqlalchemy import Connection

from mdm_sim import access, contexts, receipts, records, wire
from mdm_sim.messages import NotFound, describe
from mdm_sim.policy.context import Workload
from mdm_sim.policy.explain import catalogue_rows, held_rows
from mdm_sim.store.work import Desk


def add_routes(blueprint: Blueprint, desk: Desk) -> None:
    """`/catalogue`, `/records/{id}` and `/records/{id}/receipts`."""

    @blueprint.get("/catalogue")
    def catalogue() -> Response:
        access.require(wire.principal(desk), access.reading(access.SERVICE))
        return wire.answer(catalogue_rows())

    @blueprint.get("/records/<uuid:record_id>")
    def record(record_id: Any) -> Response:
        who = wire.principal(desk)
        access.require(who, access.reading(access.DEVICES))
        with desk.store.read() as connection:
            row = _find(connection, who.tenant_id, str(record_id))
            return wire.answer(_held(connection, row, desk.clock.now()))

    @blueprint.get("/records/<uuid:record_id>/receipts")
    def told(record_id: Any) -> Response:
        who = wire.principal(desk)
        access.require(who, access.reading(access.DEVICES))
        with desk.store.read() as connection:
            row = _find(connection, who.tenant_id, str(record_id))
            return wire.answer({"value": receipts.held(connection, who.tenant_id, row.id)})


def _find(connection: Connection, tenant_id: str, record_id: str) -> Any:
    for workload in Workload:
        row = records.find(connection, workload, tenant_id, record_id)
        if row is not None and not getattr(row, "hidden", False):
            return row
    message = "there is no such record"
    raise NotFound(message)


def _held(connection: Connection, row: Any, now: float) -> dict[str, Any]:
    """What is held on a record, and by which rows of the page."""
    context = contexts.current(connection, row)
    facts = records.stored_facts(connection, row, now)
    return {
        "id": row.id,
        "policyVersion": row.policy_version,
        "context": describe(context),
        "facts": facts,
        "rows": held_rows(facts, context),
    }
