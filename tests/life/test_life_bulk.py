"""A change that concerns very many records: killed at any point, it ends as if it never was."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
from flask.testing import FlaskClient
from life.life_bulk import APPS, DEVICES, GOES, STAYS, TOKEN, device_id, fill

from mdm_sim.settings import Settings

pytestmark = pytest.mark.of_sqlite("copies of its file, killed at any point")
Headers = dict[str, str]
# What is behind is gone on with; before each batch a line is told.
CHILD = """
import sys
from mdm_sim.clock import Clock
from mdm_sim.store.engine import Store
from mdm_sim.store.minting import Mint
from mdm_sim.store.work import Desk
from mdm_sim.upkeep import job

def tell():
    print("a batch begins", flush=True)

desk = Desk(Store(sys.argv[1]), Clock(), Mint())
job.catch_up(desk, tell)
desk.store.close()
"""
# After which batches' beginnings it is killed, the first in its first batch, and how much later.
KILLS = (1, 2, 1, 3, 2, 2)
_CONNECTORS = "/v1.0/deviceManagement/mobileThreatDefenseConnectors"
_APPS = "/v1.0/deviceAppManagement/mobileApps"
_SWITCHES = "/privacy/v1/settings"
LAST = device_id(DEVICES - 1)


@contextmanager
def going_on(database: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that goes on with what is behind."""
    arguments = [sys.executable, "-c", CHILD, f"sqlite:///{database}"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as child:
        yield child


def kill(database: Path, batches: int, seconds: float) -> None:
    """Go on until so many batches have begun and some moments longer, and be killed."""
    with going_on(database) as child:
        assert child.stdout is not None
        for _ in range(batches):
            assert child.stdout.readline() == "a batch begins\n"
        time.sleep(seconds)
        child.kill()
        child.stdout.read()
        assert child.wait() == -signal.SIGKILL


def end(child: subprocess.Popen[str], database: Path) -> None:
    """Wait until nobody is behind, and leave nothing in the write-ahead log."""
    child.communicate()
    assert child.returncode == 0
    with closing(sqlite3.connect(database)) as plain:
        plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def held(database: Path) -> dict[str, list[Any]]:
    """All that is held of the records but the last device, whose check-in came in between."""
    queries = {
        "devices": "SELECT * FROM managed_devices WHERE id <> ? ORDER BY id",
        "apps": "SELECT * FROM app_registrations WHERE id <> ? ORDER BY id",
        "receipts": "SELECT record_id, digest, times FROM receipts WHERE record_id <> ? "
        "ORDER BY record_id, digest",
        "diagnostics": "SELECT * FROM diagnostics WHERE tenant_id <> ?",
    }
    with closing(sqlite3.connect(database)) as plain:
        return {name: plain.execute(query, (LAST,)).fetchall() for name, query in queries.items()}


def in_files(database: Path, text: str) -> bool:
    """Whether a text stands anywhere in a database's files."""
    files = database.parent.glob(f"{database.name}*")
    return any(text.encode() in file.read_bytes() for file in files)


@pytest.fixture
def left(client: FlaskClient, sign_in: Callable[..., Headers]) -> Callable[[], int]:
    """How many records are behind, as the privacy door tells it."""
    return lambda: int(client.get("/privacy/v1/rejudgement", headers=sign_in()).json["left"])


@pytest.fixture
def changed(client: FlaskClient, settings: Settings, sign_in: Callable[..., Headers]) -> Path:
    """The database of a tenant with very many records, just after changes that concern them all."""
    database = Path(settings.database.removeprefix("sqlite:///"))

    def ask(method: str, path: str, **json: Any) -> Any:
        answer = client.open(path, method=method, headers=sign_in(), json=json)
        assert answer.status_code < 300, answer.text
        return answer.json

    ask("PATCH", _SWITCHES, compliantAppsFeature=True, diagnostics=True)
    connector = ask("POST", _CONNECTORS, iosEnabled=True)["id"]
    kind = "#microsoft.graph.iosStoreApp"
    app = ask("POST", _APPS, **{"@odata.type": kind, "bundleId": "com.example.managed"})["id"]
    fill(database)
    off = {"compliantAppsFeature": False, "diagnostics": False, "locationOnRequestOnly": True}
    ask("PATCH", _SWITCHES, **off)
    ask("DELETE", f"{_CONNECTORS}/{connector}")
    ask("DELETE", f"{_APPS}/{app}")
    return database


def test_killed_at_any_point_it_ends_in_the_same_state(
    client: FlaskClient,
    sign_in: Callable[..., Headers],
    changed: Path,
    left: Callable[[], int],
    tmp_path: Path,
) -> None:
    other = tmp_path / "other" / "mdm-sim.db"
    other.parent.mkdir()
    with closing(sqlite3.connect(changed)) as plain, closing(sqlite3.connect(other)) as copy:
        plain.backup(copy)
    chance = Random(20)  # noqa: S311
    behind = [left()]
    assert DEVICES - 4_000 < behind[0] < DEVICES + APPS
    with going_on(other) as undisturbed:
        for batches in KILLS:
            kill(changed, batches, chance.uniform(0, 0.5) if behind[1:] else 0)
            behind.append(left())
        assert behind == sorted(behind, reverse=True)
        assert len(set(behind)) > len(KILLS) // 2
        check_in_of_the_last(client, sign_in())
        assert left() == behind[-1] - 1 > 0
        with going_on(changed) as resumed:
            end(resumed, changed)
        end(undisturbed, other)
    assert left() == 0
    once, killed = held(other), held(changed)
    assert {name: len(rows) for name, rows in once.items()} == {
        name: len(rows) for name, rows in killed.items()
    }
    assert once == killed
    assert len(once["devices"]) == DEVICES - 1
    assert once["diagnostics"] == []
    for database in (changed, other):
        assert not in_files(database, GOES)
        assert in_files(database, STAYS)


def check_in_of_the_last(client: FlaskClient, application: Headers) -> None:
    """A device that is behind is judged by the new state, and shown by it before."""
    shown = f"/privacy/v1/records/{LAST}"
    facts = client.get(shown, headers=application).json["facts"]
    assert facts == {
        "deviceName": f"device {DEVICES - 1}",
        "serialNumber": f"serial {DEVICES - 1}",
        "osVersion": "18.1",
    }
    report = {"applications": [{"id": "a", "name": f"{GOES}again"}], "osVersion": "18.2"}
    device = {"Authorization": f"Bearer {TOKEN}"}
    answer = client.post("/mdm/v1/check-ins", headers=device, json={"facts": report})
    assert answer.status_code == 200
    assert answer.json["receipt"]["kept"] == ["hardware.operating_system_version"]
    told = client.get(shown, headers=application).json["facts"]
    assert told == {**facts, "osVersion": "18.2"}
