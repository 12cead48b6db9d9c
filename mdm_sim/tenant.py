"""The development tenant: well known, the same on every start, as Azurite's account is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import orjson
from sqlalchemy import Connection, insert, select

from mdm_sim import diagnostics, licences, tokens
from mdm_sim.policy import catalogue
from mdm_sim.store.dialects.functions import upsert
from mdm_sim.store.tables import clients, documents, settings, users

TENANT_ID = "5f1d0000-0000-4000-8000-000000000001"
DOMAIN = "mdmsim.example"
CLIENT_ID = "5f1d0000-0000-4000-8000-0000000000c1"
CLIENT_NAME = "mdm-sim development client"
CLIENT_SECRET = "mdm-sim~Development~Secret~1"  # noqa: S105
PASSWORD = "Mdm-Sim-Password-1"  # noqa: S105
# The development client's certificate with its private key, as well known as its secret.
CERTIFICATE_FILE = Path(__file__).with_name("development-client.pem")
PUBLIC_CLIENT_ID = "5f1d0000-0000-4000-8000-0000000000c2"

# Application permissions of the development client, and what an admin may delegate to it.
PERMISSIONS = (
    "Agreement.ReadWrite.All",
    "Application.ReadWrite.All",
    "AuditLog.Read.All",
    "Device.ReadWrite.All",
    "DeviceManagementApps.ReadWrite.All",
    "DeviceManagementConfiguration.ReadWrite.All",
    "DeviceManagementManagedDevices.PrivilegedOperations.All",
    "DeviceManagementManagedDevices.ReadWrite.All",
    "DeviceManagementRBAC.ReadWrite.All",
    "DeviceManagementScripts.ReadWrite.All",
    "DeviceManagementServiceConfig.ReadWrite.All",
    "Directory.ReadWrite.All",
    "Domain.ReadWrite.All",
    "Group.ReadWrite.All",
    "GroupMember.ReadWrite.All",
    "Organization.ReadWrite.All",
    "Policy.Read.All",
    "Policy.ReadWrite.ConditionalAccess",
    "User.ReadWrite.All",
)
DELEGATED = ("User.Read", *PERMISSIONS)

_NATIVE = (
    "http://localhost",
    "http://127.0.0.1",
    "https://login.microsoftonline.com/common/oauth2/nativeclient",
    "urn:ietf:wg:oauth:2.0:oob",
)
_WEB = (
    "http://localhost",
    *(
        f"http://localhost/{path}"
        for path in ("redirect", "callback", "auth/callback", "getAToken")
    ),
    *(f"https://localhost/{path}" for path in ("redirect", "callback", "auth/callback")),
    "https://localhost/signin-oidc",
)


@dataclass(frozen=True, slots=True)
class App:
    """An application of the development tenant. Without a secret and a certificate: public."""

    id: str
    name: str
    redirect_uris: Mapping[str, Sequence[str]]
    roles: Sequence[str] = ()
    secret: str = ""
    certificates: Sequence[str] = field(default=(), repr=False)


def _certificate() -> str:
    """The public part of the development client's file."""
    found = re.search(
        r"-----BEGIN CERT.*END CERTIFICATE-----\n", CERTIFICATE_FILE.read_text(), re.DOTALL
    )
    return found[0] if found else ""


_DEVELOPMENT = App(
    CLIENT_ID, CLIENT_NAME, {"web": _WEB}, PERMISSIONS, CLIENT_SECRET, (_certificate(),)
)
# Public clients; Microsoft's own are known to every tenant, and tools use them unless told another.
_PUBLIC = {
    PUBLIC_CLIENT_ID: "mdm-sim development public client",
    "04b07795-8ddb-461a-bbee-02f9e1bf7b46": "Microsoft Azure CLI",
    "14d82eec-204b-4c2f-b7e8-296a70dab67e": "Microsoft Graph Command Line Tools",
    "1950a258-227b-4e31-a9cf-717495945fc2": "Microsoft Azure PowerShell",
}
APPS = (_DEVELOPMENT, *(App(id_, name, {"public": _NATIVE}) for id_, name in _PUBLIC.items()))


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
    """Fill an empty store with the development tenant.

    A store that has it is left as it is, but for well-known applications of an earlier version.
    """
    if connection.execute(select(settings.c.tenant_id)).first():
        _register(connection)
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
    _register(connection)
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
    connection.execute(
        insert(documents),
        [licences.row(TENANT_ID, person.id, licences.EMS.id, now) for person in PEOPLE],
    )
    tokens.new_signing_key(connection, TENANT_ID, now)


def _register(connection: Connection) -> None:
    """The well-known applications: those that are missing or were registered without consents."""
    query = select(clients.c.id).where(clients.c.tenant_id == TENANT_ID)
    known = set(connection.execute(query).scalars())
    for app in APPS:
        told = {
            "roles": app.roles,
            "scopes": DELEGATED,
            "redirect_uris": app.redirect_uris,
            "certificates": app.certificates,
        }
        values = {name: orjson.dumps(value).decode() for name, value in told.items()}
        is_new = app.id not in known
        secret = tokens.hash_secret(app.secret) if is_new and app.secret else ""
        connection.execute(
            upsert(clients)
            .values(
                tenant_id=TENANT_ID,
                id=app.id,
                display_name=app.name,
                secret_hash=secret,
                **values,
            )
            .on_conflict_do_update(
                index_elements=["tenant_id", "id"], set_=values, where=clients.c.scopes == "[]"
            )
        )
