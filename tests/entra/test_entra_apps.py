"""The well-known applications: registered on every start, and in a store of an earlier version."""

from pathlib import Path
from typing import Any

import orjson
from alembic import command
from sqlalchemy import Connection, select, text, update

from mdm_sim import tenant, tokens
from mdm_sim.app import open_desk
from mdm_sim.preparation import prepare
from mdm_sim.settings import Settings
from mdm_sim.store import schema
from mdm_sim.store.tables import clients
from mdm_sim.store.work import Desk

TENANT = (
    "INSERT INTO tenant_settings (tenant_id, compliant_apps_feature, strict_app_inventory, "
    "device_query, diagnostics, location_on_request_only, pseudonym_key) "
    "VALUES (:tenant, 0, 0, 0, 0, 0, :key)"
)
CLIENT = (
    "INSERT INTO clients (tenant_id, id, display_name, secret_hash, roles) "
    "VALUES (:tenant, :client, 'renamed', :secret, '[]')"
)


def registered(connection: Connection) -> dict[str, Any]:
    """The applications by their ids."""
    return {row.id: row for row in connection.execute(select(clients))}


def test_a_store_of_an_earlier_version_gets_what_it_lacks(tmp_path: Path) -> None:
    desk = open_desk(Settings(f"sqlite:///{tmp_path / 'old.db'}"))
    held = {"tenant": tenant.TENANT_ID, "client": tenant.CLIENT_ID, "key": "00" * 32}
    with desk.store.write() as connection:
        command.upgrade(schema.configuration(connection), "0002")
        for statement in (TENANT, CLIENT):
            connection.execute(text(statement), held | {"secret": "kept"})
    prepare(desk)
    with desk.store.read() as connection:
        found = registered(connection)
    desk.store.close()
    assert set(found) == {app.id for app in tenant.APPS}
    own = found[tenant.CLIENT_ID]
    assert (own.secret_hash, own.display_name) == ("kept", "renamed")
    assert "http://localhost" in orjson.loads(own.redirect_uris)["web"]
    assert orjson.loads(own.certificates)[0].startswith("-----BEGIN CERTIFICATE-----")
    assert set(orjson.loads(own.roles)) == set(tenant.PERMISSIONS)


def test_what_was_changed_of_an_application_stays_so(desk: Desk) -> None:
    with desk.store.write() as connection:
        connection.execute(update(clients).values(scopes='["User.Read"]', roles="[]"))
    prepare(desk)
    with desk.store.read() as connection:
        found = registered(connection)
    assert {(row.scopes, row.roles) for row in found.values()} == {('["User.Read"]', "[]")}


def test_only_the_development_client_has_something_to_prove_itself_with(desk: Desk) -> None:
    with desk.store.read() as connection:
        found = registered(connection)
    proven = {id_ for id_, row in found.items() if row.secret_hash or row.certificates != "[]"}
    assert proven == {tenant.CLIENT_ID}
    assert tokens.is_secret(found[tenant.CLIENT_ID].secret_hash, tenant.CLIENT_SECRET)
