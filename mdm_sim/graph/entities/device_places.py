"""Where Graph shows devices: all of them, those of a user, those that have an application."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select

from mdm_sim.graph.entities.inventory import detected
from mdm_sim.store.tables import devices, users

PATH = "deviceManagement/managedDevices"
# Devices under MDM alone are among them, as in Intune's own list.
COMANAGED = "deviceManagement/comanagedDevices"
OF_USER = "users/managedDevices"
OF_APP = "deviceManagement/detectedApps/managedDevices"
PLACES = (PATH, COMANAGED, OF_USER, OF_APP)


def within(tenant_id: str, path: str, keys: Sequence[str]) -> tuple[ColumnElement[bool], ...]:
    """SQL: the devices of a tenant that are at a path whose first keys are `keys`."""
    if path == OF_USER:
        return (devices.c.user_id == user_named(tenant_id, keys[0]),)
    if path == OF_APP:
        holding = select(detected.c.device_id).where(
            detected.c.tenant_id == devices.c.tenant_id, detected.c.id == keys[0]
        )
        return (devices.c.id.in_(holding),)
    return ()


def user_named(tenant_id: str, key: str) -> ColumnElement[str]:
    """SQL: the id of the user of a tenant whom a path names by id or UPN; NULL without one."""
    person = users.alias()
    named = (person.c.id == key.lower()) | (person.c.user_principal_name == key.lower())
    wanted = (person.c.tenant_id == tenant_id, named, person.c.deleted_at.is_(None))
    return select(person.c.id).where(*wanted).limit(1).scalar_subquery()
