"""A database that cannot be reached: every door says so in its own form, and when to come again."""

from __future__ import annotations

from pathlib import Path

import pytest

from mdm_sim import tenant
from mdm_sim.app import create_app
from mdm_sim.settings import Settings
from mdm_sim.store.engine import Store

# Nobody listens on this port.
AWAY = Settings("postgresql://postgres:canary-4f1e@127.0.0.1:9/canary-4f1e")
BEARER = {"Authorization": "Bearer canary-4f1e"}
TOKEN = {"client_id": tenant.CLIENT_ID, "grant_type": "client_credentials", "scope": "x/.default"}
DOORS = {
    "readiness": ("GET", "/readyz", {}),
    "a check-in": ("POST", "/mdm/v1/check-ins", {"json": {"facts": {"osVersion": "canary-4f1e"}}}),
    "receipts": ("GET", "/mdm/v1/enrollments/self/receipts", {}),
    "Entra": ("POST", f"/{tenant.TENANT_ID}/oauth2/v2.0/token", {"data": TOKEN}),
    "rights": ("POST", "/privacy/v1/pseudonyms/rotate", {"json": {}}),
    "Graph": ("GET", "/v1.0/deviceManagement/managedDevices", {}),
    "a report": ("GET", "/blobs/reports/t/j", {}),
}


@pytest.mark.parametrize("door", DOORS)
def test_a_database_that_is_away_is_a_503(door: str, caplog: pytest.LogCaptureFixture) -> None:
    method, path, given = DOORS[door]
    answer = create_app(AWAY).test_client().open(path, method=method, headers=BEARER, **given)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
    assert answer.json["error"]["code"].lower() == "serviceunavailable"
    assert "canary" not in answer.text + caplog.text


def test_a_file_that_another_holds_for_too_long_is_a_503(tmp_path: Path) -> None:
    settings = Settings(f"sqlite:///{tmp_path / 'held.db'}")
    holder = Store(settings.database)
    app = create_app(settings)
    with app.extensions["mdm_sim"].store.write() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=10")
    with holder.write():
        answer = app.test_client().delete("/mdm/v1/enrollments/self", headers=BEARER)
    holder.close()
    app.extensions["mdm_sim"].store.close()
    assert answer.status_code == 503
