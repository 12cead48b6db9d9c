"""The kinds of directory objects that have rows: users, groups and devices."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import ColumnElement, FromClause, literal

from mdm_sim import access, memberships
from mdm_sim.graph.entities import user_licences
from mdm_sim.graph.entities.directory_kinds import Kind
from mdm_sim.graph.odata.properties import Property
from mdm_sim.store.tables import directory_devices, documents, users


def _in(
    table: FromClause, *conditions: ColumnElement[bool]
) -> Callable[[str], Sequence[ColumnElement[bool]]]:
    return lambda tenant_id: (table.c.tenant_id == tenant_id, *conditions)


_UPN = Property(users.c.user_principal_name, any_case=True, always=True, lower=True)
PEOPLE = Kind(
    name="user",
    path="users",
    table=users,
    key=users.c.id,
    own={
        "id": Property(users.c.id),
        "displayName": Property(users.c.display_name, any_case=True),
        "userPrincipalName": _UPN,
        "mail": _UPN,
        "accountEnabled": Property(users.c.account_enabled, "boolean"),
        "createdDateTime": Property(users.c.created_at, "moment"),
        "deletedDateTime": Property(users.c.deleted_at, "moment"),
        "userType": Property(literal("Member"), any_case=True),
        "assignedLicenses": user_licences.PROPERTY,
    },
    where=_in(users, users.c.deleted_at.is_(None)),
    reads=(access.reading(access.USERS), "User.ReadBasic.All"),
    basic=frozenset(
        [
            "id",
            "businessPhones",
            "displayName",
            "givenName",
            "jobTitle",
            "mail",
            "mobilePhone",
            "officeLocation",
            "preferredLanguage",
            "surname",
            "userPrincipalName",
        ]
    ),
    extras=user_licences.EXTRAS,
    searchable=("displayName", "userPrincipalName", "mail"),
)
GROUPS = Kind(
    name="group",
    path="groups",
    table=documents,
    key=documents.c.id,
    own={
        "id": Property(documents.c.id),
        "createdDateTime": Property(documents.c.created_at, "moment"),
        "renewedDateTime": Property(documents.c.created_at, "moment"),
    },
    where=_in(documents, documents.c.collection == memberships.GROUPS),
    reads=(access.reading(access.GROUPS), access.reading(access.MEMBERS)),
    document=documents.c.document,
    searchable=("displayName", "description", "mailNickname"),
)
DEVICES = Kind(
    name="device",
    path="devices",
    table=directory_devices,
    key=directory_devices.c.id,
    own={
        "id": Property(directory_devices.c.id),
        "deviceId": Property(directory_devices.c.device_id, any_case=True),
        "displayName": Property(directory_devices.c.display_name, any_case=True),
        "accountEnabled": Property(directory_devices.c.account_enabled, "boolean"),
        "registrationDateTime": Property(directory_devices.c.created_at, "moment"),
        **{
            name: Property(directory_devices.c[column], any_case=True)
            for name, column in (
                ("trustType", "trust_type"),
                ("operatingSystem", "operating_system"),
                ("operatingSystemVersion", "operating_system_version"),
            )
        },
    },
    where=_in(directory_devices),
    reads=(access.reading(access.DIRECTORY_DEVICES),),
    alternate=("deviceId", directory_devices.c.device_id),
    searchable=("displayName",),
)
