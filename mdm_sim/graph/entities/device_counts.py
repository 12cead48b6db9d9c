"""Counts of devices: by system, by verdict, by whether a configuration applies to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response
from sqlalchemy import ColumnElement, Connection, func, literal, select

from mdm_sim.clock import iso
from mdm_sim.graph.asking import Ask, shown
from mdm_sim.graph.documents import rows
from mdm_sim.graph.documents.operations import Served
from mdm_sim.graph.edm.model import model
from mdm_sim.graph.edm.shaping import completed
from mdm_sim.graph.entities.device_states import is_configured
from mdm_sim.graph.entities.modelled import modelled
from mdm_sim.graph.odata.collection import Collection
from mdm_sim.graph.odata.properties import Property
from mdm_sim.graph.resolving import Place, Target
from mdm_sim.graph.views import View, ViewShelf
from mdm_sim.store.tables import devices, fact, settings

_ROOT = "deviceManagement"
_WORK_PROFILES = ("androidEnterpriseCorporateWorkProfile",)
Column = ColumnElement[Any]


def _count(*conditions: Any) -> Column:
    """SQL: how many of a tenant's devices are so."""
    every = (devices.c.tenant_id == settings.c.tenant_id, devices.c.hidden.is_(False))
    query = select(func.count()).select_from(devices).where(*every, *conditions)
    return query.correlate(settings).scalar_subquery()


def _list(name: str) -> Column:
    """SQL: the different values of a fact, as JSON."""
    value = fact(devices, name)
    every = (devices.c.tenant_id == settings.c.tenant_id, devices.c.hidden.is_(False))
    found = select(value.label("value")).where(*every, value.is_not(None)).distinct()
    inner = found.order_by(value).correlate(settings).subquery()
    return select(func.json_group_array(inner.c.value)).scalar_subquery()


def _platform(*names: str) -> Column:
    return _count(devices.c.platform.in_(names))


# fmt: off
def _systems() -> Column:
    android, kind = devices.c.platform == "android", devices.c.enrollment_type
    return func.json_object(
        "androidCount",                     _platform("android"),
        "androidWorkProfileCount",          _count(android, devices.c.work_profile, devices.c.ownership != "corporate"),
        "androidCorporateWorkProfileCount", _count(android, kind.in_(_WORK_PROFILES)),
        "androidDedicatedCount",            _count(android, kind == "androidEnterpriseDedicatedDevice"),
        "androidFullyManagedCount",         _count(android, kind == "androidEnterpriseFullyManaged"),
        "aospUserAssociatedCount",          _count(android, kind == "androidAOSPUserOwnedDeviceEnrollment"),
        "aospUserlessCount",                _count(android, kind == "androidAOSPUserlessDeviceEnrollment"),
        "iosCount",                         _platform("ios", "ipados"),
        "macOSCount",                       _platform("macos"),
        "windowsCount",                     _platform("windows"),
        "linuxCount",                       _platform("linux"),
    )


def _overview() -> dict[str, Property]:
    models = func.json_object("deviceManufacturers", func.json(_list("manufacturer")), "deviceModels", func.json(_list("model")))
    return {
        "enrolledDeviceCount":              Property(_count(), "integer", 0),
        "mdmEnrolledCount":                 Property(_count(), "integer", 0),
        "deviceOperatingSystemSummary":     Property(_systems(), "json"),
        "deviceExchangeAccessStateSummary": Property(literal("{}"), "json"),
        "managedDeviceModelsAndManufacturers": Property(models, "json"),
    }


def _verdicts() -> dict[str, Property]:
    verdict = devices.c.compliance_state
    return {
        "compliantDeviceCount":    Property(_count(verdict == "compliant"), "integer", 0),
        "nonCompliantDeviceCount": Property(_count(verdict == "noncompliant"), "integer", 0),
        "unknownDeviceCount":      Property(_count(verdict == "unknown"), "integer", 0),
    }


def _configured() -> dict[str, Property]:
    return {"unknownDeviceCount": Property(_count(is_configured()), "integer", 0)}


def _updates() -> dict[str, Property]:
    """Of updates nothing is collected: every count is 0."""
    return {}


# By the name below deviceManagement: the type, and what is counted.
_COUNTS = {
    "managedDeviceOverview":                    ("managedDeviceOverview", _overview),
    "softwareUpdateStatusSummary":              ("softwareUpdateStatusSummary", _updates),
    "deviceCompliancePolicyDeviceStateSummary": ("deviceCompliancePolicyDeviceStateSummary", _verdicts),
    "deviceConfigurationDeviceStateSummaries":  ("deviceConfigurationDeviceStateSummary", _configured),
}
# fmt: on


def _of_tenant(ask: Ask) -> Sequence[ColumnElement[bool]]:
    return (settings.c.tenant_id == ask.who.tenant_id,)


def _view(shelf: ViewShelf, place: Place) -> Collection:
    type_name, counted = _COUNTS[place.path.rsplit("/", 1)[-1]]
    known = model(shelf.version)
    kind = known.types[type_name]
    # The tenant has one row of settings, which gives the one object its id.
    held = {"id": Property(settings.c.tenant_id), **counted()}

    def fill(_connection: Connection, ask: Ask, items: list[dict[str, Any]]) -> None:
        # Counts are of the moment that they are read in.
        now = {"lastModifiedDateTime": iso(ask.desk.clock.now())}
        for item in items:
            told = completed(known, kind, item | now)
            item.update({name: told[name] for name in item})

    key = literal(rows.SINGLE)
    properties = modelled(known, kind, held)
    return Collection(
        place.path, settings, key, properties, _of_tenant, extras={"id": fill}
    )


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
