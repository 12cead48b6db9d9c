"""What is asked of a user's apps and devices, and selective wipes of their apps' data."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Response
from sqlalchemy import ColumnElement, or_, select

from mdm_sim import access, actions, protections
from mdm_sim.graph import listing
from mdm_sim.graph.asking import Ask, done, shown
from mdm_sim.graph.documents.behaviours import Behaviours
from mdm_sim.graph.documents.operations import Served
from mdm_sim.graph.documents.properties import is_of
from mdm_sim.graph.edm.model import model
from mdm_sim.graph.entities.app_registrations import is_flagged, of_tenant
from mdm_sim.graph.entities.app_views import POLICIES, is_assigned
from mdm_sim.graph.entities.users import user_id_of
from mdm_sim.graph.resolving import Target
from mdm_sim.graph.views import ViewShelf
from mdm_sim.messages import Detail, Malformed, NotFound
from mdm_sim.store.tables import documents, fact, registrations

_READ, _WRITE = (access.reading(access.APPS),), (access.writing(access.APPS),)
_ENROLLMENT = "deviceManagement/deviceEnrollmentConfigurations"
# Documents of everybody's, which no behaviour computes anything of.
_SHELVES = {
    version: ViewShelf(model(version), Behaviours((), {}), {}) for version in ("v1.0", "beta")
}
_DEVICES, _SERVICE = (access.reading(access.DEVICES),), (access.reading(access.SERVICE),)


def _wipe(
    parameter: str, column: ColumnElement[str], ask: Ask, target: Target, given: Mapping[str, Any]
) -> Response:
    """One order for each protected app on a device; the device itself is left alone."""
    value = given.get(parameter)
    if not value:
        message = f"The parameter {parameter} is required."
        raise Malformed(message, [Detail(f"/{parameter}", "a string is expected")])
    user_id = user_id_of(ask, str(target.key))
    mine = (registrations.c.tenant_id == ask.who.tenant_id, registrations.c.user_id == user_id)
    with ask.work() as work:
        rows = work.connection.execute(select(registrations).where(*mine, column == value)).all()
        if not rows:
            message = "Resource not found."
            raise NotFound(message)
        for row in rows:
            actions.ask(work, row, "selectiveWipe", {})
    return done()


def _flagged(ask: Ask, _target: Target, _given: Mapping[str, Any]) -> Response:
    """The users who have an app on a device that is jailbroken or rooted."""
    query = select(registrations.c.user_id).where(*of_tenant(ask), is_flagged()).distinct()
    with ask.read() as connection:
        ids = [row[0] for row in connection.execute(query.order_by(registrations.c.user_id))]
    context = ask.context("Collection(Edm.String)")
    return shown({"@odata.context": context, "value": [each for each in ids if each]})


def _none(ask: Ask, target: Target, _given: Mapping[str, Any]) -> Response:
    """What is never found of a user: installs, logons and diagnostics are not collected."""
    user_id_of(ask, str(target.key))
    returns = target.operation.returns if target.operation is not None else None
    context = ask.context(returns.edm if returns is not None else "Edm.Null")
    return shown({"@odata.context": context, "value": []})


def _is_blocked(ask: Ask, target: Target, _given: Mapping[str, Any]) -> Response:
    user_id = user_id_of(ask, str(target.key))
    with ask.read() as connection:
        told = actions.are_apps_blocked(connection, ask.who.tenant_id, user_id)
    return shown({"@odata.context": ask.context("Edm.Boolean"), "value": told})


def _block(ask: Ask, target: Target, _given: Mapping[str, Any]) -> Response:
    """The user registers no app any more, and what their apps hold is wiped."""
    user_id = user_id_of(ask, str(target.key))
    mine = (registrations.c.tenant_id == ask.who.tenant_id, registrations.c.user_id == user_id)
    with ask.work() as work:
        actions.block_apps(work, user_id, blocks=True)
        for row in work.connection.execute(select(registrations).where(*mine)).all():
            actions.ask(work, row, "selectiveWipe", {})
    return done()


def _unblock(ask: Ask, target: Target, _given: Mapping[str, Any]) -> Response:
    user_id = user_id_of(ask, str(target.key))
    with ask.work() as work:
        actions.block_apps(work, user_id, blocks=False)
    return done()


def _policies(ask: Ask, target: Target, _given: Mapping[str, Any]) -> Response:
    """The policies of app protection that are assigned to every user."""
    user_id_of(ask, str(target.key))
    shelf = _SHELVES[ask.version]
    kind = "managedAppPolicy"
    homes = sorted(set(protections.PATHS.values()))
    name = f"Collection(microsoft.graph.{kind})"

    def where(ask: Ask) -> list[ColumnElement[bool]]:
        return [
            documents.c.tenant_id == ask.who.tenant_id,
            documents.c.collection.in_(homes),
            is_of(shelf.types[kind], documents.c.odata_type),
            is_assigned(),
        ]

    return listing.page(ask, shelf.documents(POLICIES, name, documents, where, kind))


def _enrollment(ask: Ask, target: Target, _given: Mapping[str, Any]) -> Response:
    """The configurations of enrollment that concern everybody: defaults, and what is assigned."""
    user_id_of(ask, str(target.key))
    kind = "deviceEnrollmentConfiguration"
    name = f"Collection(microsoft.graph.{kind})"

    def where(ask: Ask) -> list[ColumnElement[bool]]:
        return [
            documents.c.tenant_id == ask.who.tenant_id,
            documents.c.collection == _ENROLLMENT,
            or_(documents.c.id.contains("_Default"), is_assigned()),
        ]

    shelf = _SHELVES[ask.version]
    return listing.page(ask, shelf.documents(_ENROLLMENT, name, documents, where, kind))


_BY_TAG = partial(_wipe, "deviceTag", fact(registrations, "deviceTag"))
_BY_DEVICE = partial(_wipe, "azureAdDeviceId", fact(registrations, "azureADDeviceId"))
SERVED = (
    Served("user", "wipeManagedAppRegistrationsByDeviceTag", _BY_TAG, permissions=_WRITE),
    Served("user", "wipeManagedAppRegistrationByDeviceTag", _BY_TAG, permissions=_WRITE),
    Served("user", "wipeManagedAppRegistrationsByAzureAdDeviceId", _BY_DEVICE, permissions=_WRITE),
    Served("user", "isManagedAppUserBlocked", _is_blocked, permissions=_READ),
    Served("user", "getManagedAppDiagnosticStatuses", _none, permissions=_READ),
    Served("user", "getManagedDevicesWithAppFailures", _none, permissions=_DEVICES),
    Served("user", "getManagedDevicesWithFailedOrPendingApps", _none, permissions=_DEVICES),
    Served("user", "retrieveManagedDevicesWithAppInstallationIssues", _none, permissions=_DEVICES),
    Served("user", "getLoggedOnManagedDevices", _none, permissions=_DEVICES),
    Served("user", "getEffectiveDeviceEnrollmentConfigurations", _enrollment, permissions=_SERVICE),
    Served("user", "getManagedAppPolicies", _policies, permissions=_READ),
    Served("user", "wipeAndBlockManagedApps", _block, permissions=_WRITE),
    Served("user", "unblockManagedApps", _unblock, permissions=_WRITE),
    Served("managedAppRegistration", "getUserIdsWithFlaggedAppRegistration", _flagged),
)
