"""The development tenant: well known, the same on every start, as Azurite's account is."""

from __future__ import annotations

from dataclasses import dataclass

import orjson
from sqlalchemy import Connection, insert, select

from mdm_sim import diagnostics, tokens
from mdm_sim.policy import catalogue
from mdm_sim.store.tables import clients, settings, users

TENANT_ID = "5f1d0000-0000-4000-8000-000000000001"
DOMAIN = "mdmsim.example"
CLIENT_ID = "5f1d0000-0000-4000-8000-0000000000c1"
CLIENT_NAME = "mdm-sim development client"
CLIENT_SECRET = "mdm-sim~Development~Secret~1"  # noqa: S105
PASSWORD = "Mdm-Sim-Password-1"  # noqa: S105

# Application permissions of the development client, and what an admin may delegate to it.
PERMISSIONS = (
    "Device.ReadWrite.All",
    "DeviceManagementApps.ReadWrite.All",
    "DeviceManagementConfiguration.ReadWrite.All",
    "DeviceManagementManagedDevices.PrivilegedOperations.All",
    "DeviceManagementManagedDevices.ReadWrite.All",
    "DeviceManagementRBAC.ReadWrite.All",
    "DeviceManagementServiceConfig.ReadWrite.All",
    "Directory.ReadWrite.All",
    "User.ReadWrite.All",
)


@dataclass(frozen=True, slots=True)
class Person:
    """A user of the development tenant."""

    id: str
    name: str
    display_name: str
    is_admin: bool = False

    @property
    def upn(self) -> str:
        """The user principal name."""
        return f"{self.name}@{DOMAIN}"


# fmt: off
PEOPLE = (
    Person("5f1d0000-0000-4000-8000-0000000000a1", "ada.admin",   "Ada Admin", is_admin=True),
    Person("5f1d0000-0000-4000-8000-000000000011", "bo.deboer",   "Bo de Boer"),
    Person("5f1d0000-0000-4000-8000-000000000012", "cas.citroen", "Cas Citroen"),
    Person("5f1d0000-0000-4000-8000-000000000013", "dua.demir",   "Dua Demir"),
    Person("5f1d0000-0000-4000-8000-000000000014", "eli.evers",   "Eli Evers"),
)
# fmt: on
ADMIN, *USERS = PEOPLE


def seed(connection: Connection, now: float) -> None:
    """Fill an empty store with the development tenant; a store that has it is left as it is."""
    if connection.execute(select(settings.c.tenant_id)).first():
        return
    password = tokens.hash_secret(PASSWORD)
    connection.execute(
        insert(settings),
        {
            "tenant_id": TENANT_ID,
            "compliant_apps_feature": False,
            "strict_app_inventory": False,
            "device_query": False,
            "diagnostics": False,
            "location_on_request_only": False,
            "pseudonym_key": diagnostics.new_key(),
            "pseudonym_key_at": now,
            "judged_version": catalogue.VERSION,
        },
    )
    connection.execute(
        insert(clients),
        {
            "tenant_id": TENANT_ID,
            "id": CLIENT_ID,
            "display_name": CLIENT_NAME,
            "secret_hash": tokens.hash_secret(CLIENT_SECRET),
            "roles": orjson.dumps(PERMISSIONS).decode(),
        },
    )
    connection.execute(
        insert(users),
        [
            {
                "tenant_id": TENANT_ID,
                "id": person.id,
                "user_principal_name": person.upn,
                "display_name": person.display_name,
                "account_enabled": True,
                "is_admin": person.is_admin,
                "password_hash": password,
                "created_at": now,
            }
            for person in PEOPLE
        ],
    )
    tokens.new_signing_key(connection, TENANT_ID, now)
