"""What the store asks of a database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from sqlalchemy import Connection, Engine

# A tenant's id, what finds it in the database (None where there is none), or every tenant (None).
Owner = str | Callable[[Connection], str | None] | None


class Backend(Protocol):
    """A database that is open.

    `engine` begins transactions that write, `readers` snapshots that cannot.
    """

    engine: Engine
    readers: Engine

    def __init__(self, url: str, *, full_sync: bool) -> None:
        """Open the database of `url`."""

    def is_away(self, error: BaseException | None) -> bool:
        """Whether the driver's error is of a database that cannot be had now, but may be later."""

    def claim(self, connection: Connection, owner: Owner) -> None:
        """Wait for the writer's place: of one tenant, or (None) of the whole database."""

    def purging(self, connection: Connection) -> None:
        """Note, in a transaction that purges, that the database has to be tidied behind it."""

    def purged(self, connection: Connection) -> None:
        """See, when such a transaction is committed, that what it purged is gone."""

    def scrub(self, connection: Connection) -> None:
        """Do again what a reader may have barred then."""

    def compact(self, connection: Connection, at_most: int | None) -> None:
        """Tidy the whole database where a purge asks for it, if it has `at_most` bytes."""
