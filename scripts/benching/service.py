"""The service itself as a contestant: on a copy of a prepared fleet, plain HTTP on loopback."""

from __future__ import annotations

import base64
import json
import os
import random
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, bindparam, select, update

from benching import bodies, fleets, places, rows
from benching.contestants import Contestant, Started
from benching.databases import Database, Stored
from benching.load import Load
from benching.processes import Running, free_port, start
from mdm_sim import tenant, tokens
from mdm_sim.store.engine import Store
from mdm_sim.store.tables import credentials, devices, orders

MOST_SAMPLED = 10_000
MOST_ENROLLED = 40_000  # in one run; the next of a run would be the first one again
_TOKEN_SECONDS = 1200


def contestant(database: Database, size: int, workers: int) -> Contestant:
    """The service with so many devices and workers."""
    name = f"mdm-sim, {database.name}, {size:,} devices, {workers} worker{'s'[: workers > 1]}"
    return Contestant(
        name, "service", lambda: _start(database, size, workers), size, workers, database.name
    )


@dataclass
class Tokens:
    """Access tokens of the application and of a user, renewed in time."""

    port: int
    admin: str = ""
    user: str = ""
    until: float = 0.0

    def renew(self) -> None:
        """Sign in anew when the tokens have grown old."""
        if time.monotonic() > self.until:
            secret = {"grant_type": "client_credentials", "client_secret": tenant.CLIENT_SECRET}
            user = {
                "grant_type": "password",
                "username": tenant.USERS[0].upn,
                "password": tenant.PASSWORD,
            }
            self.admin, self.user = self._signed_in(secret), self._signed_in(user)
            self.until = time.monotonic() + _TOKEN_SECONDS

    def _signed_in(self, grant: Mapping[str, str]) -> str:
        form = {"client_id": tenant.CLIENT_ID, "scope": f"{tokens.GRAPH}/.default", **grant}
        url = f"http://127.0.0.1:{self.port}/{tenant.TENANT_ID}/oauth2/v2.0/token"
        with urllib.request.urlopen(url, urllib.parse.urlencode(form).encode()) as answer:
            return str(json.load(answer)["access_token"])


def _start(database: Database, size: int, workers: int) -> Started:
    fleet = fleets.prepared(database, size)
    folder = places.SCRATCH / f"{database.name}-{size}-{workers}"
    stored = fleet.store.copied(folder / "store")
    held = ExitStack()
    try:
        url = held.enter_context(database.opened(stored.folder))
        store = Store(url)
        held.callback(store.close)
        with store.read() as connection:
            sample = sampled(connection, size)
        running = serve(url, folder, workers)
        running.beside += database.processes(stored.folder)
        held.callback(running.stop)
        running.settle()
    except BaseException:
        held.close()
        raise
    signed_in = Tokens(running.port)

    def loads(first: int) -> dict[str, Load]:
        signed_in.renew()
        return rows.service_loads(sample, signed_in.admin, signed_in.user, first, MOST_ENROLLED)

    def before(row: str) -> None:
        if row == "check-in with order":
            with store.write() as connection:
                connection.execute(update(orders).values(state="pending"))

    return Started(running, loads, held.close, before)


def serve(url: str, folder: Path, workers: int = 1) -> Running:
    """Start `mdm-sim serve` as anybody would, with the plain listener alone."""
    port = free_port()
    command = [str(Path(sys.executable).with_name("mdm-sim")), "serve", "--port", "off"]
    command += ["--http-port", str(port), "--workers", str(workers), "--database", url]
    command += ["--data-dir", str(folder), "--ready-file", str(folder / "ready.json")]
    without = {name: "" for name in os.environ if name.startswith("MDM_SIM_")}
    return start(command, folder, port, "/readyz", without)


def sampled(connection: Connection, size: int) -> rows.Sample:
    """Devices and apps spread evenly over the fleet, in a random order that is always the same."""
    copies = range(size - len(fleets.REAL))
    full = [number for number in copies if fleets.has_apps(number)]
    chosen = (
        [number for number in full if not fleets.has_order(number)],
        [number for number in full if fleets.has_order(number)],
        [number for number in copies if fleets.has_registration(number)],
    )
    plain, ordered, apps = (list(_with_ids(connection, _few(numbers))) for numbers in chosen)
    return rows.Sample(plain, ordered, apps, _last_page(connection))


def _few(numbers: list[int]) -> list[int]:
    few = numbers[:: max(1, len(numbers) // MOST_SAMPLED)][:MOST_SAMPLED]
    random.Random(1).shuffle(few)  # noqa: S311
    return few


_RECORD = select(credentials.c.subject_id).where(
    credentials.c.tenant_id == tenant.TENANT_ID, credentials.c.token_hash == bindparam("hash")
)


def _with_ids(connection: Connection, numbers: list[int]) -> Iterator[dict[str, str]]:
    for number in numbers:
        mine = bodies.own(number)
        kind = "appToken" if fleets.has_registration(number) else "deviceToken"
        named = {"hash": tokens.digest(mine[kind])}
        yield {**mine, "id": str(connection.execute(_RECORD, named).scalar_one())}


def _last_page(connection: Connection) -> str:
    """The token that the list itself hands out before its last 100 (sorted by id)."""
    ours = select(devices.c.id).where(devices.c.tenant_id == tenant.TENANT_ID)
    last = ours.order_by(devices.c.id.desc()).offset(rows.PAGE).limit(1)
    keys = json.dumps([connection.execute(last).scalar_one()], separators=(",", ":"))
    return base64.urlsafe_b64encode(keys.encode()).decode().rstrip("=")


def stored_in(database: Database, size: int) -> Stored:
    """The prepared fleet of that size."""
    return fleets.prepared(database, size).store
