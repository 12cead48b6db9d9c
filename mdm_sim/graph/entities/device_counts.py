"""Counts of devices: by system, by verdict, by whether a configuration applies to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response
from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, literal, select

from mdm_sim.clock import iso
from mdm_sim.graph.asking import Ask, shown
from mdm_sim.graph.documents import rows
from mdm_sim.graph.documents.operations import Served
from mdm_sim.graph.edm.model import model
from mdm_sim.graph.edm.shaping import completed
from mdm_sim.graph.entities import tallies
from mdm_sim.graph.entities.device_states import is_configured
from mdm_sim.graph.entities.modelled import modelled
from mdm_sim.graph.odata.collection import Collection
from mdm_sim.graph.odata.properties import Property
from mdm_sim.graph.resolving import Place, Target
from mdm_sim.graph.views import View, ViewShelf
from mdm_sim.store.prepared import Prepared
from mdm_sim.store.tables import DEVICE_MAKE, devices, record_tallies, settings

_ROOT = "deviceManagement"
_MAKES = "managedDeviceModelsAndManufacturers"
Column = ColumnElement[Any]
kinds = record_tallies
_NEXT = Prepared(
    select(func.min(DEVICE_MAKE)).where(
        devices.c.tenant_id == bindparam("tenant"),
        devices.c.hidden.is_(False),
        bindparam("last") < DEVICE_MAKE,
    )
)


def _count(*conditions: Any) -> Column:
    """SQL: how many of a tenant's devices are so."""
    of_tenant = kinds.c.tenant_id == settings.c.tenant_id
    return tallies.number(of_tenant, *conditions).correlate(settings).scalar_subquery()


def _systems() -> Column:
    """SQL: how many devices there are of each system, as JSON."""
    android, kind = kinds.c.platform == "android", kinds.c.enrollment_type
    is_own = kinds.c.ownership != "corporate"
    # fmt: off
    of_android = {
        "androidCorporateWorkProfileCount": kind == "androidEnterpriseCorporateWorkProfile",
        "androidDedicatedCount":            kind == "androidEnterpriseDedicatedDevice",
        "androidFullyManagedCount":         kind == "androidEnterpriseFullyManaged",
        "androidWorkProfileCount":          and_(kinds.c.work_profile, is_own),
        "aospUserAssociatedCount":          kind == "androidAOSPUserOwnedDeviceEnrollment",
        "aospUserlessCount":                kind == "androidAOSPUserlessDeviceEnrollment",
    }
    platforms = {
        "androidCount": ("android",),
        "iosCount":     ("ios", "ipados"),
        "macOSCount":   ("macos",),
        "windowsCount": ("windows",),
        "linuxCount":   ("linux",),
    }
    # fmt: on
    counts = {name: _count(android, told) for name, told in of_android.items()}
    counts |= {name: _count(kinds.c.platform.in_(each)) for name, each in platforms.items()}
    return func.json_object(*(part for pair in counts.items() for part in pair))


def _made(connection: Connection, tenant_id: str) -> dict[str, list[str]]:
    """Who made the devices, and what their models are called: each once, by steps in an index."""
    makers: set[str] = set()
    models: set[str] = set()
    last: str | None = ""
    while (last := _NEXT(connection, tenant=tenant_id, last=last).scalar()) is not None:
        maker, _, model_name = last.partition("\n")
        makers.add(maker)
        models.add(model_name)
    named = {"deviceManufacturers": makers, "deviceModels": models}
    return {name: sorted(found - {""}) for name, found in named.items()}


def _overview() -> dict[str, Property]:
    # fmt: off
    return {
        "enrolledDeviceCount":                 Property(_count(), "integer", 0),
        "mdmEnrolledCount":                    Property(_count(), "integer", 0),
        "deviceOperatingSystemSummary":        Property(_systems(), "json"),
        "deviceExchangeAccessStateSummary":    Property(literal("{}"), "json"),
        _MAKES: Property(literal("{}"), "json"),
    }
    # fmt: on


def _verdicts() -> dict[str, Property]:
    verdict = kinds.c.compliance_state
    return {
        "compliantDeviceCount": Property(_count(verdict == "compliant"), "integer", 0),
        "nonCompliantDeviceCount": Property(_count(verdict == "noncompliant"), "integer", 0),
        "unknownDeviceCount": Property(_count(verdict == "unknown"), "integer", 0),
    }


def _configured() -> dict[str, Property]:
    return {"unknownDeviceCount": Property(_count(is_configured(kinds)), "integer", 0)}


def _updates() -> dict[str, Property]:
    """Of updates nothing is collected: every count is 0."""
    return {}


# What is counted, by the name below deviceManagement.
_COUNTS = {
    "managedDeviceOverview": _overview,
    "softwareUpdateStatusSummary": _updates,
    "deviceCompliancePolicyDeviceStateSummary": _verdicts,
    "deviceConfigurationDeviceStateSummaries": _configured,
}


def _of_tenant(ask: Ask) -> Sequence[ColumnElement[bool]]:
    return (settings.c.tenant_id == ask.who.tenant_id,)


def _view(shelf: ViewShelf, place: Place) -> Collection:
    counted = _COUNTS[place.path.rsplit("/", 1)[-1]]
    known, kind = model(shelf.version), place.kind
    # The tenant has one row of settings, which gives the one object its id.
    held = {"id": Property(settings.c.tenant_id), **counted()}

    def fill(connection: Connection, ask: Ask, items: list[dict[str, Any]]) -> None:
        # Counts are of the moment that they are read in.
        now = {"lastModifiedDateTime": iso(ask.desk.clock.now())}
        for item in items:
            if _MAKES in item:
                item[_MAKES] = _made(connection, ask.who.tenant_id)
            told = completed(known, kind, item | now)
            item.update({name: told[name] for name in item})

    key = literal(rows.SINGLE)
    properties = modelled(known, kind, held)
    extras = dict.fromkeys(("id", _MAKES), fill)
    return Collection(place.path, settings, key, properties, _of_tenant, extras=extras)


def _comanaged(ask: Ask, target: Target, _given: Mapping[str, Any]) -> Response:
    """No device is managed by Configuration Manager beside Intune: every count is 0."""
    returns = target.operation.returns if target.operation is not None else None
    known = model(ask.version)
    name = returns.kind if returns is not None else "comanagedDevicesSummary"
    item = completed(known, known.types[name], {})
    return shown({"@odata.context": ask.context(f"microsoft.graph.{name}"), **item})


VIEWS: dict[str, View] = {f"{_ROOT}/{name}": _view for name in _COUNTS}
SERVED = (
    Served(_ROOT, "getComanagedDevicesSummary", _comanaged),
    Served(_ROOT, "getComanagementEligibleDevicesSummary", _comanaged),
)
