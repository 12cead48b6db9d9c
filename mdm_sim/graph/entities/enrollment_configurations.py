"""deviceEnrollmentConfigurations: the default ones that stay, ids that tell the kind, priorities.

Of each kind the configuration of the lowest number counts first; the default one has 0 and counts
where no other does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response
from sqlalchemy import Connection
from sqlalchemy.engine import Row

from mdm_sim.graph.asking import Ask, done, shown
from mdm_sim.graph.documents import rows
from mdm_sim.graph.documents.behaviours import Behaviour, Document, Spot
from mdm_sim.graph.documents.operations import Served
from mdm_sim.graph.documents.tables import DM
from mdm_sim.graph.documents.writing import make, record
from mdm_sim.graph.edm.checking import checked
from mdm_sim.graph.edm.model import NAMESPACE, model
from mdm_sim.graph.entities import acting
from mdm_sim.graph.resolving import Target
from mdm_sim.messages import Detail, Malformed
from mdm_sim.store import audit
from mdm_sim.store.work import Work

PATH = f"{DM}/deviceEnrollmentConfigurations"
_KIND = "deviceEnrollmentConfiguration"
# By type: how ids end, and the member of deviceEnrollmentConfigurationType.
# fmt: off
KINDS = {
    "deviceEnrollmentLimitConfiguration":           ("Limit", "limit"),
    "deviceEnrollmentPlatformRestrictionsConfiguration":
        ("PlatformRestrictions", "platformRestrictions"),
    "deviceEnrollmentPlatformRestrictionConfiguration":
        ("SinglePlatformRestriction", "singlePlatformRestriction"),
    "deviceEnrollmentWindowsHelloForBusinessConfiguration":
        ("WindowsHelloForBusiness", "windowsHelloForBusiness"),
    "windows10EnrollmentCompletionPageConfiguration":
        ("Windows10EnrollmentCompletionPageConfiguration",
         "windows10EnrollmentCompletionPageConfiguration"),
    "deviceComanagementAuthorityConfiguration":
        ("DeviceComanagementAuthorityConfiguration", "deviceComanagementAuthorityConfiguration"),
    "deviceEnrollmentNotificationConfiguration":
        ("EnrollmentNotificationsConfiguration", "enrollmentNotificationsConfiguration"),
    "windowsRestoreDeviceEnrollmentConfiguration":  ("WindowsRestore", "windowsRestore"),
}
# fmt: on


def _type_of(document: Mapping[str, Any]) -> str:
    return str(document["@odata.type"]).removeprefix(f"#{NAMESPACE}.")


def _new_id(work: Work, configuration: Document) -> str:
    ending, _ = KINDS.get(_type_of(configuration), ("Unknown", "unknown"))
    return f"{work.new_id()}_{ending}"


def _own(work: Work, spot: Spot, configuration: Document) -> Mapping[str, Any]:
    """A new one comes last; the service alone says of which kind it is."""
    if spot.before is not None:
        names = ("priority", "deviceEnrollmentConfigurationType")
        return {name: spot.before[name] for name in names if name in spot.before}
    name = _type_of(configuration)
    _, kind = KINDS.get(name, ("", "unknown"))
    last = max((_priority(row) for row in _of_kind(work, name)), default=0)
    return {"priority": last + 1, "deviceEnrollmentConfigurationType": kind}


def _of_kind(work: Work, name: str) -> list[Row[Any]]:
    """The configurations of a type by their priority, without the default one."""
    found = rows.children(work.connection, work.tenant_id, PATH, "")
    mine = [row for row in found if row.odata_type == f"#{NAMESPACE}.{name}" and _priority(row)]
    return sorted(mine, key=_priority)


def _priority(row: Row[Any]) -> int:
    return int(acting.values_of(row).get("priority") or 0)


def is_default(row: Row[Any]) -> bool:
    """Whether a configuration is one of those that every tenant has."""
    return "_Default" in row.id


def _deletable(_connection: Connection, row: Row[Any]) -> None:
    if is_default(row):
        message = "The default configuration cannot be deleted."
        raise Malformed(message)


def _set_priority(ask: Ask, target: Target, given: Mapping[str, Any]) -> Response:
    """Move a configuration to a place among those of its kind; the others make room."""
    place = given.get("priority")
    with ask.work() as work:
        row = acting.bound(work, target)
        others = [each for each in _of_kind(work, _kind_of(row)) if each.id != row.id]
        if is_default(row) or place is None or not 0 < place <= len(others) + 1:
            message = "The priority has to be one of the places that there are."
            raise Malformed(message, [Detail("/priority", "a place among those of the kind")])
        others.insert(place - 1, row)
        for number, each in enumerate(others, 1):
            if _priority(each) != number:
                acting.put(work, each, {"priority": number})
        acting.note(work, target, "setPriority", ["priority"], audit.Task.UPDATE)
    return shown({"@odata.context": ask.context("Edm.Null")})


def _kind_of(row: Row[Any]) -> str:
    return str(row.odata_type).removeprefix(f"#{NAMESPACE}.")


def _notifications(ask: Ask, target: Target, given: Mapping[str, Any]) -> Response:
    """Many configurations of notifications at once."""
    known = model(ask.version)
    items = given.get("deviceEnrollmentNotificationConfigurations") or ()
    found = [checked(known, known.types[_KIND], each) for each in items]
    with ask.work() as work:
        for each in found:
            made = make(work, ALONE, PATH, "", each)
            record(work, target.place, audit.Task.CREATE, "Create", made, each.names)
    return done()


BEHAVIOURS = (Behaviour(PATH, new_id=_new_id, own=_own, deletable=_deletable),)
ALONE = acting.alone(BEHAVIOURS)
SERVED = (
    Served(_KIND, "setPriority", _set_priority),
    Served(_KIND, "createEnrollmentNotificationConfiguration", _notifications),
)
