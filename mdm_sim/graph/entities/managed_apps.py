"""mobileApps and app protection policies: the apps that a tenant manages.

What a registration may name, and which apps of an inventory are kept in MAM, depends on them.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

import orjson
from sqlalchemy import delete, insert

from mdm_sim import epochs, protections
from mdm_sim.graph.documents import rows
from mdm_sim.graph.documents.behaviours import Behaviour, Document
from mdm_sim.graph.entities import app_contents
from mdm_sim.store.tables import managed_apps
from mdm_sim.store.work import Work

# Properties that name the app itself, on the types of mobileApp and in their identifiers.
_APP_NAMES = (
    "bundleId",
    "packageId",
    "packageIdentifier",
    "windowsAppId",
    "productCode",
    "identityName",
    "appIdentifier",
)
# How the ids of app protection's policies begin, as Intune's do.
_PREFIXES = {
    protections.IOS: "T_",
    protections.ANDROID: "T_",
    protections.WINDOWS: "T_",
    "deviceAppManagement/defaultManagedAppProtections": "D_",
    "deviceAppManagement/targetedManagedAppConfigurations": "A_",
    "deviceAppManagement/mdmWindowsInformationProtectionPolicies": "M_",
    "deviceAppManagement/windowsInformationProtectionPolicies": "W_",
}
_NAMING = (protections.IOS, protections.ANDROID, protections.WINDOWS)


def _app_effect(work: Work, document_id: str, app: Document | None) -> None:
    named = [document_id, *(app.get(name) for name in _APP_NAMES)] if app else []
    _manage(work, document_id, named)


def _manage(work: Work, document_id: str, given: Iterable[Any]) -> None:
    """Make the texts in `given` the identifiers of managed apps that this document gives."""
    names = {name for name in given if isinstance(name, str) and 0 < len(name) <= 256}
    mine = (managed_apps.c.tenant_id == work.tenant_id, managed_apps.c.document_id == document_id)
    removed = work.connection.execute(delete(managed_apps).where(*mine)).rowcount
    found = [
        {"tenant_id": work.tenant_id, "identifier": name, "document_id": document_id}
        for name in sorted(names)
    ]
    if found:
        work.connection.execute(insert(managed_apps), found)
    if removed:
        epochs.begin(work)


def _policy_effect(path: str, work: Work, policy_id: str, _policy: Document | None) -> None:
    """The apps that a protection policy names are managed ones too."""
    below = rows.children(work.connection, work.tenant_id, f"{path}/apps", policy_id)
    apps = [orjson.loads(row.document).get("mobileAppIdentifier") or {} for row in below]
    _manage(work, policy_id, (app.get(name) for app in apps for name in _APP_NAMES))


def _prefixed(prefix: str, work: Work, _document: Document) -> str:
    return prefix + work.new_id()


BEHAVIOURS = (
    Behaviour(app_contents.APPS, effect=_app_effect, own=app_contents.publishing),
    *(
        Behaviour(path, effect=partial(_policy_effect, path), new_id=partial(_prefixed, prefix))
        if path in _NAMING
        else Behaviour(path, new_id=partial(_prefixed, prefix))
        for path, prefix in _PREFIXES.items()
    ),
)
