"""App protection policies: which apps they name, and what an app is told at its check-in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, select

from mdm_sim.policy.context import Platform
from mdm_sim.store.prepared import Prepared
from mdm_sim.store.tables import documents, managed_apps

IOS = "deviceAppManagement/iosManagedAppProtections"
ANDROID = "deviceAppManagement/androidManagedAppProtections"
WINDOWS = "deviceAppManagement/windowsManagedAppProtections"
PATHS = {
    Platform.IOS: IOS,
    Platform.IPADOS: IOS,
    Platform.MACOS: IOS,
    Platform.ANDROID: ANDROID,
    Platform.LINUX: ANDROID,
    Platform.WINDOWS: WINDOWS,
}
EVERYBODY = "#microsoft.graph.allLicensedUsersAssignmentTarget"

_targets = documents.alias("targets")
# A policy that names an app as often as it is assigned.
_NAMING = Prepared(
    select(
        documents.c.id,
        documents.c.document,
        documents.c.version,
        _targets.c.document.label("assignment"),
    )
    .join(
        managed_apps,
        (managed_apps.c.tenant_id == documents.c.tenant_id)
        & (managed_apps.c.document_id == documents.c.id),
    )
    .join(
        _targets,
        (_targets.c.tenant_id == documents.c.tenant_id)
        & (_targets.c.collection == bindparam("assignments"))
        & (_targets.c.parent_id == documents.c.id),
    )
    .where(
        documents.c.tenant_id == bindparam("tenant"),
        documents.c.collection == bindparam("path"),
        managed_apps.c.identifier == bindparam("identifier"),
    )
    .order_by(documents.c.id)
)


def policies_for(
    connection: Connection, tenant_id: str, platform: Platform, identifier: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The policies that name the app and are assigned to all users, each with its settings."""
    path = PATHS[platform]
    rows = _NAMING(
        connection,
        tenant=tenant_id,
        path=path,
        assignments=f"{path}/assignments",
        identifier=next(iter(identifier.values()), ""),
    )
    assigned = {row.id: row for row in rows if _is_for_everybody(row.assignment)}
    return [
        {"id": row.id, "version": row.version, **_settings(row.document)}
        for row in assigned.values()
    ]


def _settings(document: str) -> dict[str, Any]:
    stored: dict[str, Any] = orjson.loads(document)
    return {name: value for name, value in stored.items() if name != "apps"}


def _is_for_everybody(assignment: str) -> bool:
    return bool(orjson.loads(assignment)["target"]["@odata.type"] == EVERYBODY)
