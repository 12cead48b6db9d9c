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

    @blueprint.post("/tenant/close")
    def close() -> Response:
        return _end(desk, is_closing=True)

    @blueprint.post("/tenant/reopen")
    def reopen() -> Response:
        return _end(desk, is_closing=False)


def _end(desk: Desk, *, is_closing: bool) -> Response:
    """Close the tenant, or open it again; what is so already stays as it is."""
    who = wire.principal(desk)
    access.require(who, access.writing(access.SERVICE))
    with wire.work_for(desk, who) as work:
        this = settings.c.tenant_id == work.tenant_id
        closed_at = work.connection.execute(select(settings.c.closed_at).where(this)).scalar_one()
        if (closed_at is None) == is_closing:
            closed_at = work.now if is_closing else None
            work.connection.execute(update(settings).where(this).values(closed_at=closed_at))
            activity = "close Tenant" if is_closing else "reopen Tenant"
            kind = ("Other", "Tenant", work.tenant_id)
            work.record(audit.Entry(audit.Task.MANAGE, activity, *kind))
    return wire.answer({"closedDateTime": iso(closed_at) if closed_at else None})
