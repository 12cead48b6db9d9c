"""A database of an earlier revision keeps what it holds, and is judged again before it is read."""

from __future__ import annotations

from pathlib import Path

import databases
import pytest
from alembic import command
from databases import Databases
from sqlalchemy import select, text

from mdm_sim import tenant
from mdm_sim.app import open_desk
from mdm_sim.policy import catalogue
from mdm_sim.preparation import prepare
from mdm_sim.settings import Settings
from mdm_sim.store import audit, schema
from mdm_sim.store.tables import devices, record_tallies, settings, users

SETTINGS = (
    "INSERT INTO tenant_settings (tenant_id, compliant_apps_feature, strict_app_inventory, "
    "device_query, diagnostics, location_on_request_only, pseudonym_key) "
    "VALUES (:tenant, FALSE, FALSE, FALSE, FALSE, FALSE, :key)"
)
USER = (
    "INSERT INTO users (tenant_id, id, user_principal_name, display_name, account_enabled, "
    "is_admin, password_hash, created_at) VALUES (:tenant, 'u', 'a@b', 'A', TRUE, FALSE, 'x', 1)"
)
DEVICE = (
    "INSERT INTO managed_devices (tenant_id, id, workload, ownership, platform, entra_joined, "
    "mdm_enrolled, work_profile, mtd_connector, compliant_apps_feature, strict_app_inventory, "
    "location_on_request_only, location_requested, tenant_diagnostics, user_diagnostics, user_id, "
    "enrolled_at, last_sync_at, management_state, policy_version, facts, enrollment_type, "
    "compliance_state, hidden) VALUES (:tenant, 'd', 'mdm', 'personal', 'ios', FALSE, TRUE, FALSE, "
    "FALSE, FALSE, FALSE, FALSE, FALSE, FALSE, FALSE, 'u', 1, 1, 'managed', 'an older catalogue', "
    ":facts, 'userEnrollment', 'unknown', FALSE)"
)


@pytest.fixture
def old(made: Databases, tmp_path: Path) -> Settings:
    """A database of the first revision that holds more than this catalogue permits."""
    found = Settings(made.empty(tmp_path))
    desk = open_desk(found)
    with desk.store.write() as connection:
        command.upgrade(schema.configuration(connection), "0001")
        held = {"tenant": tenant.TENANT_ID, "key": "00" * 32}
        connection.execute(text(SETTINGS), held)
        connection.execute(text(USER), held)
        facts = '{"model":"M","location":{"latitude":52.090737,"longitude":5.1}}'
        connection.execute(text(DEVICE), held | {"facts": facts})
    desk.store.close()
    return found


def test_what_is_held_is_migrated_and_judged_again(old: Settings, tmp_path: Path) -> None:
    desk = open_desk(old)
    prepare(desk)
    with desk.store.read() as connection:
        row = connection.execute(select(devices)).one()
        assert row.facts == '{"model":"M"}'
        assert (row.policy_version, row.epoch) == (catalogue.VERSION, 1)
        assert (row.inactive, row.notice) == (False, None)
        assert connection.execute(select(settings.c.judged_version)).scalar() == catalogue.VERSION
        assert connection.execute(select(users.c.deleted_at)).all() == [(None,)]
        tally = connection.execute(select(record_tallies)).one()
        assert (tally.workload, tally.platform, tally.hidden, tally.number) == ("mdm", "ios", 0, 1)
        assert list(audit.verify(connection)) == []
    desk.store.close()
    assert not any(b"52.090737" in path.read_bytes() for path in tmp_path.iterdir())
    if not old.database.startswith("sqlite"):
        assert "52.090737" not in str(databases.rows(old.database))
