"""Who may do what: Graph's permissions, and for a person also an administrator's role."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mdm_sim.messages import Forbidden, Principal

CONFIGURATION = "DeviceManagementConfiguration"
DEVICES = "DeviceManagementManagedDevices"
APPS = "DeviceManagementApps"
SERVICE = "DeviceManagementServiceConfig"
SCRIPTS = "DeviceManagementScripts"
RBAC = "DeviceManagementRBAC"
USERS = "User"
GROUPS = "Group"
MEMBERS = "GroupMember"
ORGANIZATION = "Organization"
DOMAINS = "Domain"
APPLICATIONS = "Application"
POLICIES = "Policy"
AGREEMENTS = "Agreement"
DIRECTORY = "Directory"
DIRECTORY_DEVICES = "Device"
REMOTE_ACTIONS = f"{DEVICES}.PrivilegedOperations.All"


# Areas whose permissions another area's stand for as well.
_WIDER: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(
        (USERS, DIRECTORY_DEVICES, GROUPS, MEMBERS, ORGANIZATION, DOMAINS, APPLICATIONS),
        (DIRECTORY,),
    ),
    SCRIPTS: (CONFIGURATION, DEVICES),
    RBAC: (CONFIGURATION,),
}
# Conditional access has a permission of its own name.
_WRITING = {POLICIES: "Policy.ReadWrite.ConditionalAccess"}


def reading(area: str) -> str:
    """The permission that reads an area."""
    return f"{area}.Read.All"


def writing(area: str) -> str:
    """The permission that reads and writes an area."""
    return _WRITING.get(area, f"{area}.ReadWrite.All")


def require(who: Principal, *permissions: str) -> None:
    """Raise Forbidden unless the caller holds one of `permissions`.

    ReadWrite stands for Read, and a wider area for those in it, such as `Directory` for `User`. A
    person needs an administrator's role too: a delegated permission gives no more than they have.
    """
    held = _standing_for(permissions)
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


def allows(who: Principal, *permissions: str) -> bool:
    """Whether the caller holds one of `permissions` and has the role that it takes."""
    return who.is_admin and bool(_standing_for(permissions) & who.permissions)


def _standing_for(permissions: Iterable[str]) -> set[str]:
    return {each for permission in permissions for each in _implying(permission)}


def _implying(permission: str) -> set[str]:
    area, _, rest = permission.partition(".")
    areas = (area, *_WIDER.get(area, ()))
    held = {
        f"{each}.{how}" for each in areas for how in {rest, rest.replace("Read.", "ReadWrite.")}
    }
    return held | ({_WRITING[area]} if area in _WRITING else set())
