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

_NAMING = Prepared(
    select(documents.c.id, documents.c.document, documents.c.version)
    .join(
        managed_apps,
        (managed_apps.c.tenant_id == documents.c.tenant_id)
        & (managed_apps.c.document_id == documents.c.id),
    )
    .where(
        documents.c.tenant_id == bindparam("tenant"),
        documents.c.collection == bindparam("path"),
        managed_apps.c.identifier == bindparam("identifier"),
    )
    .order_by(documents.c.id)
)
_TARGETS = Prepared(
    select(documents.c.document).where(
        documents.c.tenant_id == bindparam("tenant"),
        documents.c.collection == bindparam("path"),
        documents.c.parent_id == bindparam("policy"),
    )
)


def policies_for(
    connection: Connection, tenant_id: str, platform: Platform, identifier: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The policies that name the app and are assigned to all users, each with its settings."""
    path = PATHS[platform]
    named = next(iter(identifier.values()), "")
    rows = _NAMING(connection, tenant=tenant_id, path=path, identifier=named).all()
    return [
        {"id": row.id, "version": row.version, **_settings(row.document)}
        for row in rows
        if _is_assigned(connection, tenant_id, f"{path}/assignments", row.id)
    ]


def _settings(document: str) -> dict[str, Any]:
    stored: dict[str, Any] = orjson.loads(document)
    return {name: value for name, value in stored.items() if name != "apps"}


def _is_assigned(connection: Connection, tenant_id: str, path: str, policy_id: str) -> bool:
    rows = _TARGETS(connection, tenant=tenant_id, path=path, policy=policy_id)
    targets = (orjson.loads(row[0])["target"] for row in rows)
    return any(target["@odata.type"] == EVERYBODY for target in targets)
