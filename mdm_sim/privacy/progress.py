"""What concerns every record: how far it is; a new key for pseudonyms; the tenant's end."""

from __future__ import annotations

from flask import Blueprint, Response
from sqlalchemy import select, update

from mdm_sim import access, contexts, epochs, wire
from mdm_sim.clock import iso
from mdm_sim.store import audit
from mdm_sim.store.tables import settings
from mdm_sim.store.work import Desk


def add_routes(blueprint: Blueprint, desk: Desk) -> None:
    """`/rejudgement`, `/pseudonyms/rotate`, `/tenant/close` and `/tenant/reopen`."""

    @blueprint.get("/rejudgement")
    def rejudgement() -> Response:
        who = wire.principal(desk)
        access.require(who, access.reading(access.SERVICE))
        with desk.store.read() as connection:
            far = epochs.progress(connection, who.tenant_id)
            epoch = contexts.epoch(connection, who.tenant_id)
        return wire.answer({"epoch": epoch, "records": far.records, "left": far.left})

    @blueprint.post("/pseudonyms/rotate")
    def rotate() -> Response:
        who = wire.principal(desk)
        access.require(who, access.writing(access.SERVICE))
        with wire.work_for(desk, who) as work:
            epochs.rotate_pseudonyms(work)
        return Response(status=204)

    @blueprint.post("/tenant/<any(close, reopen):what>")
    def end(what: str) -> Response:
        who = wire.principal(desk)
        access.require(who, access.writing(access.SERVICE))
        with wire.work_for(desk, who) as work:
            this = settings.c.tenant_id == work.tenant_id
            now = select(settings.c.closed_at).where(this)
            closed_at = work.connection.execute(now).scalar_one()
            if (closed_at is None) == (what == "close"):
                closed_at = work.now if what == "close" else None
                work.connection.execute(update(settings).where(this).values(closed_at=closed_at))
                kind = ("Other", "Tenant", work.tenant_id)
                work.record(audit.Entry(audit.Task.MANAGE, f"{what} Tenant", *kind))
        return wire.answer({"closedDateTime": iso(closed_at) if closed_at else None})
