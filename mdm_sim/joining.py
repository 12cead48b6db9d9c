"""Entra join: types of enrollment that join leave a device object in the directory."""

from __future__ import annotations

from sqlalchemy import delete, insert, select

from mdm_sim import contexts
from mdm_sim.messages import Enrollment
from mdm_sim.store import audit
from mdm_sim.store.tables import device_owners, directory_devices
from mdm_sim.store.work import Work

_HYBRID = {"windowsCoManagement"}


def join(work: Work, user_id: str | None, enrollment: Enrollment) -> str:
    """Make sure that the directory has the device; returns its device id.

    A device id that the directory knows already is left as it is: whose it is decides later. The
    object's name is made up: the device's own name is kept on its record alone, and goes with it.
    """
    stated = enrollment.facts.get("azureADDeviceId")
    device_id = stated.lower() if isinstance(stated, str) else work.new_id()
    query = select(directory_devices.c.id).where(
        directory_devices.c.tenant_id == work.tenant_id,
        directory_devices.c.device_id == device_id,
    )
    if work.connection.execute(query).first():
        return device_id
    object_id = work.new_id()
    values = {
        "tenant_id": work.tenant_id,
        "id": object_id,
        "device_id": device_id,
        "display_name": f"{enrollment.platform}-{device_id[:8]}",
        "trust_type": "ServerAd" if enrollment.enrollment_type in _HYBRID else "AzureAd",
        "account_enabled": True,
        "operating_system": enrollment.platform.capitalize(),
        "operating_system_version": None,
        "created_at": work.now,
    }
    work.connection.execute(insert(directory_devices), values)
    if user_id is not None:
        owner = {"tenant_id": work.tenant_id, "directory_device_id": object_id, "user_id": user_id}
        relations = [
            {**owner, "relation": name} for name in ("registeredOwners", "registeredUsers")
        ]
        work.connection.execute(insert(device_owners), relations)
        contexts.rejudge_joined(work, device_id)
    work.record(audit.Entry(audit.Task.CREATE, "Create Device", "Enrollment", "Device", object_id))
    return device_id


def disown(work: Work, user_id: str) -> None:
    """A user who is gone owns no device any more: their records are judged as not joined."""
    owned = (
        select(directory_devices.c.device_id)
        .join(
            device_owners,
            (device_owners.c.tenant_id == directory_devices.c.tenant_id)
            & (device_owners.c.directory_device_id == directory_devices.c.id),
        )
        .where(device_owners.c.tenant_id == work.tenant_id, device_owners.c.user_id == user_id)
    )
    device_ids = {row.device_id for row in work.connection.execute(owned)}
    work.connection.execute(
        delete(device_owners).where(
            device_owners.c.tenant_id == work.tenant_id, device_owners.c.user_id == user_id
        )
    )
    for device_id in sorted(device_ids):
        contexts.rejudge_joined(work, device_id)
