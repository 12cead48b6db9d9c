"""A process that is killed loses nothing that it acknowledged, and leaves nothing half done."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from databases import Plain

from mdm_sim.settings import Settings
from mdm_sim.store import audit
from mdm_sim.store.work import Desk

# Enrolls and checks in for ever; a line on stdout is an acknowledged enrollment.
CHILD = """
import sys
from mdm_sim import tenant
from mdm_sim.app import create_app
from mdm_sim.settings import Settings

client = create_app(Settings(sys.argv[1])).test_client()
form = {
    "client_id": tenant.CLIENT_ID,
    "scope": "https://graph.microsoft.com/.default",
    "grant_type": "password",
    "username": tenant.USERS[0].upn,
    "password": tenant.PASSWORD,
}
token = client.post(f"/{tenant.TENANT_ID}/oauth2/v2.0/token", data=form).json["access_token"]
body = {"platform": "ios", "enrollmentType": "userEnrollment", "facts": {"deviceName": "x" * 200}}
while True:
    bearer = {"Authorization": f"Bearer {token}"}
    made = client.post("/mdm/v1/enrollments", json=body, headers=bearer).json
    print(made["id"], flush=True)
    bearer = {"Authorization": f"Bearer {made['deviceToken']}"}
    report = {"facts": {"osVersion": "18", "callHistory": "x"}}
    assert client.post("/mdm/v1/check-ins", json=report, headers=bearer).status_code == 200
"""


def killed_after(database: str, lines: int, seconds: float) -> list[str]:
    """Ids that a child acknowledged before it was killed, some moments after so many lines."""
    arguments = [sys.executable, "-c", CHILD, database]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        told = [child.stdout.readline() for _ in range(lines)]
        time.sleep(seconds)
        child.kill()
        told += child.stdout.readlines()
    return [line.strip() for line in told if line.endswith("\n")]


@pytest.mark.parametrize(("lines", "seconds"), [(1, 0.0), (4, 0.0013), (9, 0.0034), (25, 0.0008)])
def test_a_killed_process_keeps_what_it_acknowledged(
    settings: Settings, desk: Desk, plain: Plain, lines: int, seconds: float
) -> None:
    acknowledged = killed_after(settings.database, lines, seconds)
    assert len(acknowledged) >= lines
    if plain.is_sqlite:
        assert plain.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    stored = {found for (found,) in plain.execute("SELECT id FROM managed_devices")}
    assert stored >= set(acknowledged)
    with desk.store.read() as connection:
        assert list(audit.verify(connection)) == []


def test_whatever_is_stored_after_a_kill_is_whole(settings: Settings, plain: Plain) -> None:
    killed_after(settings.database, 6, 0.0021)
    devices = plain.execute("SELECT count(*) FROM managed_devices").fetchone()
    for query in (
        "SELECT count(*) FROM credentials WHERE kind = 'device'",
        "SELECT count(*) FROM audit_events WHERE activity_type = 'Create ManagedDevice'",
    ):
        assert plain.execute(query).fetchone() == devices
