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


def rejudge_owned(work: Work, user_id: str) -> None:
    """Judge again the records of a user's directory devices, whose owner is gone or is back."""
    owned = (
        select(directory_devices.c.device_id)
        .join(
            device_owners,
            (device_owners.c.tenant_id == directory_devices.c.tenant_id)
            & (device_owners.c.directory_device_id == directory_devices.c.id),
        )
        .where(device_owners.c.tenant_id == work.tenant_id, device_owners.c.user_id == user_id)
        .distinct()
    )
    for row in work.connection.execute(owned.order_by(directory_devices.c.device_id)).all():
        contexts.rejudge_joined(work, row.device_id)


def disown(work: Work, user_id: str) -> list[str]:
    """A user who is erased owns no device any more; a device that nobody else has goes too.

    Returns the ids of the directory's objects that went.
    """
    of_user = (device_owners.c.tenant_id == work.tenant_id, device_owners.c.user_id == user_id)
    owned = {
        row.directory_device_id
        for row in work.connection.execute(select(device_owners).where(*of_user))
    }
    device_ids = _device_ids(work, owned)
    work.connection.execute(delete(device_owners).where(*of_user))
    others = select(device_owners.c.directory_device_id).where(
        device_owners.c.tenant_id == work.tenant_id,
        device_owners.c.directory_device_id.in_(owned),
    )
    orphans = sorted(owned - {row[0] for row in work.connection.execute(others)})
    work.connection.execute(
        delete(directory_devices).where(
            directory_devices.c.tenant_id == work.tenant_id, directory_devices.c.id.in_(orphans)
        )
    )
    for device_id in device_ids:
        contexts.rejudge_joined(work, device_id)
    return orphans


def _device_ids(work: Work, object_ids: set[str]) -> list[str]:
    query = select(directory_devices.c.device_id).where(
        directory_devices.c.tenant_id == work.tenant_id, directory_devices.c.id.in_(object_ids)
    )
    return sorted(row.device_id for row in work.connection.execute(query))
