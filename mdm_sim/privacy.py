"""The privacy doors: the tenant's switches, the catalogue, and what is held on one record."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response
from sqlalchemy import bindparam, select, update

from mdm_sim import access, contexts, records, wire
from mdm_sim.messages import Detail, Malformed, NotFound, describe
from mdm_sim.policy.context import Workload
from mdm_sim.policy.explain import catalogue_rows, held_rows
from mdm_sim.store import audit
from mdm_sim.store.prepared import Prepared
from mdm_sim.store.tables import settings
from mdm_sim.store.work import Desk

SWITCHES = {
    "compliantAppsFeature": settings.c.compliant_apps_feature.name,
    "strictAppInventory": settings.c.strict_app_inventory.name,
    "deviceQuery": settings.c.device_query.name,
    "diagnostics": settings.c.diagnostics.name,
    "locationOnRequestOnly": settings.c.location_on_request_only.name,
}
_READ = Prepared(select(settings).where(settings.c.tenant_id == bindparam("tenant")))


def door(desk: Desk) -> Blueprint:
    """`/privacy/v1`."""
    blueprint = Blueprint("privacy", __name__)
    wire.answer_faults(blueprint)

    @blueprint.get("/privacy/v1/settings")
    def show() -> Response:
        who = wire.principal(desk)
        access.require(who, access.reading(access.SERVICE))
        with desk.store.read() as connection:
            return wire.answer(_shown(_READ(connection, tenant=who.tenant_id).one()))

    @blueprint.patch("/privacy/v1/settings")
    def change() -> Response:
        who = wire.principal(desk)
        access.require(who, access.writing(access.SERVICE))
        body = wire.read_json()
        _check(body)
        with wire.work_for(desk, who) as work:
            row = _READ(work.connection, tenant=who.tenant_id).one()
            changed = {
                name for name, value in body.items() if getattr(row, SWITCHES[name]) != value
            }
            if changed:
                values = {SWITCHES[name]: body[name] for name in changed}
                this = settings.c.tenant_id == work.tenant_id
                work.connection.execute(update(settings).where(this).values(values))
                contexts.rejudge_tenant(work.connection, work.tenant_id)
                words = {name: "on" if body[name] else "off" for name in changed}
                work.record(
                    audit.Entry(
                        audit.Task.MANAGE,
                        "Manage PrivacySettings",
                        "Other",
                        "PrivacySettings",
                        work.tenant_id,
                        words,
                    )
                )
            shown = _shown(_READ(work.connection, tenant=who.tenant_id).one())
        return wire.answer(shown)

    @blueprint.get("/privacy/v1/catalogue")
    def catalogue() -> Response:
        access.require(wire.principal(desk), access.reading(access.SERVICE))
        return wire.answer(catalogue_rows())

    @blueprint.get("/privacy/v1/records/<uuid:record_id>")
    def record(record_id: Any) -> Response:
        who = wire.principal(desk)
        access.require(who, access.reading(access.DEVICES))
        with desk.store.read() as connection:
            for workload in Workload:
                row = records.find(connection, workload, who.tenant_id, str(record_id))
                if row is not None and not row._mapping.get("hidden"):  # noqa: SLF001
                    return wire.answer(_held(row, desk.clock.now()))
        message = "there is no such record"
        raise NotFound(message)

    return blueprint


def _held(row: Any, now: float) -> dict[str, Any]:
    """What is held on a record, and by which rows of the page."""
    context, facts = contexts.of_row(row), records.stored_facts(row, now)
    return {
        "id": row.id,
        "policyVersion": row.policy_version,
        "context": describe(context),
        "facts": facts,
        "rows": held_rows(facts, context),
    }


def _shown(row: Any) -> dict[str, bool]:
    return {name: bool(getattr(row, column)) for name, column in SWITCHES.items()}


def _check(body: dict[str, Any]) -> None:
    wrong = [
        Detail(f"/{name}", "a boolean is expected")
        for name, value in body.items()
        if name in SWITCHES and not isinstance(value, bool)
    ]
    if wrong or body.keys() - SWITCHES.keys():
        message = f"the switches are {', '.join(SWITCHES)}, each true or false"
        raise Malformed(message, wrong)
