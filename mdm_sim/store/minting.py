"""New ids and tokens: random by default; with a seed the same on every run.

Seeded values come from a counter in the database, so that any number of workers share one series.
"""

from __future__ import annotations

import hashlib
import secrets
from uuid import UUID

import uuid_utils
from sqlalchemy import Connection, bindparam

from mdm_sim.store.dialects.functions import upsert
from mdm_sim.store.prepared import Prepared
from mdm_sim.store.tables import counters

_COUNT = Prepared(
    upsert(counters)
    .values(name=bindparam("counter"), value=1)
    .on_conflict_do_update(index_elements=["name"], set_={"value": counters.c.value + 1})
    .returning(counters.c.value)
)


def count(connection: Connection, name: str) -> int:
    """The next number of a named series, from 1."""
    return int(_COUNT(connection, counter=name).scalar_one())


class Mint:
    """Where ids and tokens come from."""

    def __init__(self, seed: int | None = None) -> None:
        self._seed = seed

    def id(self, connection: Connection) -> str:
        """A new UUID: version 7 (RFC 9562), or a seeded version 4."""
        if self._seed is None:
            return str(uuid_utils.uuid7())
        return str(UUID(bytes=self._draw(connection)[:16], version=4))

    def token(self, connection: Connection) -> str:
        """A new secret of 256 bits, safe in URLs and headers."""
        if self._seed is None:
            return secrets.token_urlsafe(32)
        return self._draw(connection).hex()

    def _draw(self, connection: Connection) -> bytes:
        return hashlib.sha256(f"{self._seed}:{count(connection, 'seed')}".encode()).digest()
