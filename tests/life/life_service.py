"""The service of one life: the app on a database of its own, with a clock that can be put on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import databases
from databases import Plain
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mdm_sim import tenant, tokens
from mdm_sim.app import create_app
from mdm_sim.settings import Settings
from mdm_sim.store import audit
from mdm_sim.store.work import Desk
from mdm_sim.upkeep import job

Headers = dict[str, str]
Claims = dict[str, Any]
Row = dict[str, Any]


@dataclass(frozen=True)
class Snapshot:
    """The rows of the tables that hold something of a device, an app or a person."""

    managed_devices: list[Row]
    app_registrations: list[Row]
    tenant_settings: list[Row]
    diagnostics: list[Row]
    device_queries: list[Row]
    receipts: list[Row]
    orders: list[Row]
    credentials: list[Row]
    record_tallies: list[Row]

    @property
    def records(self) -> dict[str, Row]:
        """Every row of a device or an app, by id."""
        return {row["id"]: row for row in self.managed_devices + self.app_registrations}

    @property
    def late(self) -> set[str]:
        """Ids of the records that a change of the tenant still concerns."""
        (tenant,) = self.tenant_settings
        return {key for key, row in self.records.items() if row["epoch"] < tenant["epoch"]}


class Service:
    """The doors, and what stands behind them in the database."""

    def __init__(self, database: str, callers: dict[str, Claims]) -> None:
        """`database` is a prepared one's URL; ids come from a seed: a life can be lived again."""
        self.database = database
        self._callers = callers
        self._signed: dict[str, Headers] = {}
        app = create_app(Settings(database, seed=1))
        self.desk: Desk = app.extensions["mdm_sim"]
        self._client: FlaskClient = app.test_client()
        self._plain = Plain(database)

    def close(self) -> None:
        """Let go of the database."""
        self._plain.close()
        self.desk.store.close()

    def now(self) -> float:
        """What the service's clock shows."""
        return self.desk.clock.now()

    def put_on(self, seconds: float) -> None:
        """Put the clock on. It is frozen, for the service has no business to move it."""
        clock = self.desk.clock
        object.__setattr__(clock, "offset", clock.offset + seconds)
        self._signed.clear()

    def ask(
        self, method: str, path: str, json: Any = None, who: str | Headers = ""
    ) -> TestResponse:
        """Send a request as the application, as a user by id, or with headers of one's own."""
        headers = self._headers(who) if isinstance(who, str) else who
        answer = self._client.open(path, method=method, headers=headers, json=json)
        assert answer.status_code < 500, (method, path, answer.text)
        return answer

    def _headers(self, who: str) -> Headers:
        """A token signed by a key of now: those of long ago are gone."""
        if who not in self._signed:
            claims = {**self._callers[who], "iat": int(self.now())}
            with self.desk.store.read() as connection:
                token = tokens.sign(connection, tenant.TENANT_ID, claims)
            self._signed[who] = {"Authorization": f"Bearer {token}"}
        return self._signed[who]

    def insist(
        self, status: int, method: str, path: str, json: Any = None, who: str | Headers = ""
    ) -> Any:
        """Send a request that has to be answered with `status`; its answer's JSON."""
        answer = self.ask(method, path, json, who)
        assert answer.status_code == status, (method, path, answer.status_code, answer.text)
        return answer.json

    def upkeep(self) -> None:
        """Everything that is due goes, and nobody is behind any more."""
        job.run(self.desk)

    def catch_up(self, batches: int) -> None:
        """Go on with what is behind for so many batches."""
        left = iter(range(batches))
        job.catch_up(self.desk, lambda: next(left, None) is None)

    def snapshot(self) -> Snapshot:
        """What the database holds, past the service."""
        found = {}
        for name in Snapshot.__annotations__:
            rows = self._plain.execute(f"SELECT * FROM {name}")
            columns = [each[0] for each in rows.description]
            found[name] = [dict(zip(columns, row, strict=True)) for row in rows]
        return Snapshot(**found)

    def audit(self) -> tuple[list[Any], list[str]]:
        """The documents of the audit log, and what is amiss with their chain."""
        documents = self._plain.execute("SELECT document FROM audit_events").fetchall()
        with self.desk.store.read() as connection:
            return documents, list(audit.verify(connection))

    def bytes_on_disk(self) -> bytes:
        """Every byte of the database's files, or of its rows on a server."""
        if not self.database.startswith("sqlite"):
            return repr(databases.rows(self.database)).encode()
        path = Path(self.database.removeprefix("sqlite:///"))
        files = path.parent.glob(f"{path.name}*")
        return b"".join(file.read_bytes() for file in files)
