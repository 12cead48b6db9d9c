"""Who may do what: Graph's permissions, and for a person also an administrator's role."""

from __future__ import annotations

from mdm_sim.messages import Forbidden, Principal

CONFIGURATION = "DeviceManagementConfiguration"
DEVICES = "DeviceManagementManagedDevices"
APPS = "DeviceManagementApps"
SERVICE = "DeviceManagementServiceConfig"
USERS = "User"
DIRECTORY_DEVICES = "Device"
REMOTE_ACTIONS = f"{DEVICES}.PrivilegedOperations.All"


def reading(area: str) -> str:
    """The permission that reads an area."""
    return f"{area}.Read.All"


def writing(area: str) -> str:
    """The permission that reads and writes an area."""
    return f"{area}.ReadWrite.All"


def require(who: Principal, *permissions: str) -> None:
    """Raise Forbidden unless the caller holds one of `permissions`.

    ReadWrite stands for Read, `Directory` for `User` and `Device`. A person needs an
    administrator's role as well: a delegated permission never gives more than its user has.
    """
    held = {each for permission in permissions for each in _implying(permission)}
    if not held & who.permissions:
        kind = "User" if who.user_id else "Application"
        message = (
            f"{kind} is not authorized to perform this operation. {kind} must have one of the "
            f"following scopes: {', '.join(sorted(held))}"
        )
        raise Forbidden(message)
    if not who.is_admin:
        message = "User is not authorized to perform this operation."
        raise Forbidden(message)


def _implying(permission: str) -> set[str]:
    area, _, rest = permission.partition(".")
    areas = {area, "Directory"} if area in {USERS, DIRECTORY_DEVICES} else {area}
    return {
        f"{each}.{how}" for each in areas for how in {rest, rest.replace("Read.", "ReadWrite.")}
    }
