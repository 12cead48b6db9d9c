"""Who is asked for: the tenant in the path, the client, the user."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import Connection, Row, func, select

from mdm_sim import tokens
from mdm_sim.entra.errors import Refused
from mdm_sim.store.columns import UserColumns
from mdm_sim.store.engine import Store
from mdm_sim.store.tables import clients, settings, users
from mdm_sim.tenant import DOMAIN, TENANT_ID

# Names in a path that stand for more tenants than one.
ALIASES = frozenset({"common", "organizations", "consumers"})


@dataclass(frozen=True, slots=True)
class Client:
    """A registered application.

    `proof` is how it proved itself, as tokens say it (`appidacr`): "0" not at all, "1" by its
    secret, "2" by its certificate.
    """

    id: str
    name: str
    roles: tuple[str, ...]
    scopes: tuple[str, ...]
    redirect_uris: Mapping[str, Sequence[str]]
    secret_hash: str
    certificates: tuple[str, ...]
    proof: str = "0"

    @property
    def is_proven(self) -> bool:
        """Whether it is surely this application that asks."""
        return self.proof != "0"

    @property
    def is_public(self) -> bool:
        """Whether it has nothing to prove itself with."""
        return not self.secret_hash and not self.certificates


def find_tenant(connection: Connection, name: str) -> str:
    """The id of the tenant that a path names; every alias leads to the development tenant."""
    wanted = name.lower()
    tenant_id = TENANT_ID if wanted == DOMAIN or wanted in ALIASES else wanted
    query = select(settings.c.tenant_id).where(settings.c.tenant_id == tenant_id)
    if connection.execute(query).first() is None:
        raise Refused(90002)
    return tenant_id


def find_client(connection: Connection, tenant_id: str, client_id: str) -> Client:
    """The application with this id, which has proved nothing yet."""
    query = select(clients).where(clients.c.tenant_id == tenant_id, clients.c.id == client_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise Refused(700016)
    return Client(
        id=row.id,
        name=row.display_name,
        roles=tuple(orjson.loads(row.roles)),
        scopes=tuple(orjson.loads(row.scopes)),
        redirect_uris=orjson.loads(row.redirect_uris),
        secret_hash=row.secret_hash,
        certificates=tuple(orjson.loads(row.certificates)),
    )


def client_ids(connection: Connection, tenant_id: str) -> list[str]:
    """The ids of a tenant's applications."""
    query = select(clients.c.id).where(clients.c.tenant_id == tenant_id)
    return list(connection.execute(query).scalars())


def prove_user(store: Store, tenant_id: str, name: str, password: str, decoy: str) -> str:
    """The id of the user with this name (in any case) and password.

    Where there is no such user the `decoy` is hashed against, so that it takes as long to say so.
    """
    column = users.c.user_principal_name
    query = (
        select(users.c.id, users.c.password_hash)
        .where(
            users.c.tenant_id == tenant_id,
            users.c.deleted_at.is_(None),
            func.lower(column) == func.lower(name),
        )
        .order_by((column == name).desc())
    )
    with store.read() as connection:
        row = connection.execute(query).first()
    if not tokens.is_secret(row.password_hash if row else decoy, password) or row is None:
        raise Refused(50126)
    return str(row.id)


def find_user(connection: Connection, tenant_id: str, user_id: str) -> Row[UserColumns]:
    """The user as the directory has them now; refused when they are gone or disabled."""
    query = select(users).where(
        users.c.tenant_id == tenant_id, users.c.id == user_id, users.c.deleted_at.is_(None)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        raise Refused(70000)
    if not row.account_enabled:
        raise Refused(50057)
    return row
