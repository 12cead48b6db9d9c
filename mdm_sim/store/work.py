"""One request's work: its transaction, its moment, who asks, and the audit entries it leaves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from mdm_sim.clock import Clock
from mdm_sim.store import audit
from mdm_sim.store.engine import Store
from mdm_sim.store.minting import Mint


@dataclass(frozen=True, slots=True)
class Work:
    """Everything a change needs. What it does becomes true at once, with its entries, or not."""

    connection: Connection
    tenant_id: str
    now: float
    mint: Mint
    actor: audit.Actor
    correlation_id: str

    def record(self, entry: audit.Entry) -> None:
        """Add an audit entry to this transaction."""
        audit.append(
            self.connection,
            self.tenant_id,
            entry,
            self.actor,
            now=self.now,
            id=self.new_id(),
            correlation_id=self.correlation_id,
        )

    def new_id(self) -> str:
        """A new id for an object of this transaction."""
        return self.mint.id(self.connection)

    def on_behalf_of(self, actor: audit.Actor) -> Work:
        """The same transaction, with another actor in its entries."""
        return replace(self, actor=actor)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where work begins: the store, the clock and the mint that every door shares."""

    store: Store
    clock: Clock
    mint: Mint

    @contextmanager
    def work(self, tenant_id: str, actor: audit.Actor, correlation_id: str) -> Iterator[Work]:
        """One transaction for one request."""
        with self.store.write(tenant_id) as connection:
            yield self.on(connection, tenant_id, actor, correlation_id)

    def on(
        self, connection: Connection, tenant_id: str, actor: audit.Actor, correlation_id: str
    ) -> Work:
        """Work inside a transaction that the caller has begun."""
        return Work(connection, tenant_id, self.clock.now(), self.mint, actor, correlation_id)
