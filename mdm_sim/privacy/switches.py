"""The tenant's switches: the conditions of the page that an admin sets."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response
from sqlalchemy import bindparam, select

from mdm_sim import access, epochs, queries, wire
from mdm_sim.bodies.checking import truths
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
SettingsBody = truths(SWITCHES, "Settings")
_BODY = SettingsBody()
_READ = Prepared(select(settings).where(settings.c.tenant_id == bindparam("tenant")))


def add_routes(blueprint: Blueprint, desk: Desk) -> None:
    """`/settings`."""

    @blueprint.get("/settings")
    def show() -> Response:
        who = wire.principal(desk)
        access.require(who, access.reading(access.SERVICE))
        with desk.store.read() as connection:
            return wire.answer(_shown(_READ(connection, tenant=who.tenant_id).one()))

    @blueprint.patch("/settings")
    def change() -> Response:
        who = wire.principal(desk)
        access.require(who, access.writing(access.SERVICE))
        body = wire.read_body(_BODY)
        with wire.work_for(desk, who) as work:
            row = _READ(work.connection, tenant=who.tenant_id).one()
            changed = {
                name for name, value in body.items() if getattr(row, SWITCHES[name]) != value
            }
            if changed:
                values = {SWITCHES[name]: body[name] for name in changed}
                epochs.begin(work, **values)
                if body.get("deviceQuery") is False:
                    queries.purge(work.connection, work.tenant_id)
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


def _shown(row: Any) -> dict[str, bool]:
    return {name: bool(getattr(row, column)) for name, column in SWITCHES.items()}
