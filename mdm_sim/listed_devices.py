"""Devices that an admin lists for a person before they enrol: of the person only the id."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, func, select, update

from mdm_sim.store.tables import documents
from mdm_sim.store.work import Work

# Where a listed device's document has the id of the person whom it is for.
ASSIGNED_USER = "assignedUserId"
_AT = f'$."{ASSIGNED_USER}"'
_PATHS = (
    "deviceManagement/importedWindowsAutopilotDeviceIdentities",
    "deviceManagement/windowsAutopilotDeviceIdentities",
)


def _of(tenant_id: str, user_id: str) -> tuple[ColumnElement[bool], ...]:
    return (
        documents.c.tenant_id == tenant_id,
        documents.c.collection.in_(_PATHS),
        func.json_extract(documents.c.document, _AT) == user_id,
    )


def held(connection: Connection, tenant_id: str, user_id: str) -> list[str]:
    """The ids of the listed devices that are for a person."""
    query = select(documents.c.id).where(*_of(tenant_id, user_id)).order_by(documents.c.id)
    return list(connection.execute(query).scalars())


def forget(work: Work, user_id: str) -> int:
    """Make the listed devices of a person nobody's; returns how many there were."""
    without = func.json_remove(documents.c.document, _AT)
    mine = update(documents).where(*_of(work.tenant_id, user_id)).values(document=without)
    return work.connection.execute(mine).rowcount
