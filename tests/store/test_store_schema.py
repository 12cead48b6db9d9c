"""The schema: migrations, the guard, seeding; and how the database is opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from databases import Plain
from sqlalchemy import Connection, bindparam, inspect, select, text
from sqlalchemy.exc import IntegrityError

from mdm_sim import tenant
from mdm_sim.store import guard, schema, tallying
from mdm_sim.store.columns import InContext
from mdm_sim.store.engine import Store
from mdm_sim.store.minting import Mint, count
from mdm_sim.store.prepared import Prepared
from mdm_sim.store.tables import metadata, users
from mdm_sim.store.work import Desk

of_sqlite = pytest.mark.of_sqlite("its catalogue of the schema, and its PRAGMAs")
PRAGMAS = {"journal_mode": "wal", "secure_delete": 1, "synchronous": 1, "foreign_keys": 1}


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Store]:
    """A database without anything in it."""
    store = Store(f"sqlite:///{tmp_path / 'empty.db'}")
    yield store
    store.close()


@pytest.fixture
def declared(tmp_path: Path) -> Iterator[Store]:
    """A database made from the tables as they are declared."""
    store = Store(f"sqlite:///{tmp_path / 'declared.db'}")
    with store.write() as connection:
        metadata.create_all(connection)
    yield store
    store.close()


@pytest.fixture
def migrated(empty: Store) -> Store:
    """A database made by the migrations."""
    with empty.write() as connection:
        schema.upgrade(connection)
    return empty


def things(store: Store, kind: str) -> dict[str, str]:
    """Every index or trigger with its SQL, spelled one way."""
    query = "SELECT name, sql FROM sqlite_master WHERE type = :kind"
    with store.read() as connection:
        found = connection.execute(text(query), {"kind": kind}).all()
    return {name: " ".join((sql or "").split()) for name, sql in found}


def tables(store: Store) -> dict[str, set[tuple[Any, ...]]]:
    """Every table with its columns: name, type, whether it may be null, place in the key."""
    with store.read() as connection:
        return {
            name: {
                (row[1], row[2], row[3], row[5])
                for row in connection.exec_driver_sql(f"PRAGMA table_info({name})")
            }
            for name in inspect(connection).get_table_names()
        }


def triggers(connection: Connection) -> dict[str, str]:
    """The guard, trigger by trigger."""
    query = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    return {row.name: row.sql for row in connection.execute(query)}


@of_sqlite
def test_the_migrations_make_the_tables_that_are_declared(migrated: Store, declared: Store) -> None:
    made = tables(migrated)
    assert made.pop("alembic_version")
    assert made == tables(declared)


@of_sqlite
def test_the_migrations_make_the_indexes_that_are_declared(
    migrated: Store, declared: Store
) -> None:
    made = {name: sql for name, sql in things(migrated, "index").items() if "alembic" not in name}
    assert made == things(declared, "index")


@pytest.mark.filterwarnings("ignore:.*expression-based index")
@pytest.mark.filterwarnings("ignore:.*autogenerate.*expression")
def test_alembic_finds_nothing_to_add(migrated: Store) -> None:
    with migrated.read() as connection:
        context = MigrationContext.configure(connection)
        differences = compare_metadata(context, metadata)
    named = {index.name for verb, index in differences if verb == "add_index"}
    assert [each for each in differences if each[0] != "add_index"] == []
    assert named <= set(things(migrated, "index"))


def test_the_newest_migration_is_the_one_that_is_asked_for(empty: Store) -> None:
    with empty.read() as connection:
        scripts = ScriptDirectory.from_config(schema.configuration(connection))
    assert scripts.get_heads() == [schema.HEAD]


@of_sqlite
def test_an_upgrade_may_be_repeated(migrated: Store) -> None:
    before = [things(migrated, kind) for kind in ("table", "index", "trigger")]
    with migrated.write() as connection:
        schema.upgrade(connection)
    assert [things(migrated, kind) for kind in ("table", "index", "trigger")] == before


@of_sqlite
def test_an_upgrade_that_breaks_leaves_nothing(empty: Store) -> None:
    with suppress(ZeroDivisionError), empty.write() as connection:
        schema.upgrade(connection)
        raise ZeroDivisionError
    assert tables(empty) == {}


@of_sqlite
def test_the_guard_of_an_older_catalogue_is_replaced(migrated: Store) -> None:
    older = "CREATE TRIGGER {} BEFORE INSERT ON managed_devices WHEN 0 BEGIN SELECT 1; END"
    with migrated.write() as connection:
        newest = triggers(connection)
        for name in newest:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
            connection.exec_driver_sql(older.format(name))
        schema.upgrade(connection)
        assert triggers(connection) == newest


@of_sqlite
def test_every_table_with_facts_has_its_guard(migrated: Store) -> None:
    with migrated.read() as connection:
        names = set(triggers(connection))
    tables = ("managed_devices", "app_registrations")
    wanted = {f"guard_{table}_{event}" for table in tables for event in ("insert", "update")}
    assert names >= wanted | {"append_only_update", "append_only_delete"}
    made = [*guard.statements("sqlite"), *tallying.statements("sqlite")]
    assert len(made) == 2 * len(names)


def test_seeding_twice_is_once(desk: Desk, dump: Callable[[], Any]) -> None:
    before = dump()
    with desk.store.write() as connection:
        tenant.seed(connection, desk.clock.now())
    assert dump() == before


def test_a_seeded_mint_gives_the_same_in_every_database(migrated: Store, desk: Desk) -> None:
    series = []
    for store in (migrated, desk.store):
        mint = Mint(7)
        with store.write() as connection:
            series.append([(mint.id(connection), mint.token(connection)) for _ in range(20)])
    assert series[0] == series[1]
    assert len({each for pair in series[0] for each in pair}) == 40


def test_mints_of_one_seed_share_a_series_and_other_seeds_differ(desk: Desk) -> None:
    with desk.store.write() as connection:
        ids = [Mint(seed).id(connection) for seed in (7, 7, 8, None, None)]
    assert len(set(ids)) == 5


def test_a_rolled_back_number_is_given_again(desk: Desk) -> None:
    with suppress(ZeroDivisionError), desk.store.write() as connection:
        assert count(connection, "series") == 1
        raise ZeroDivisionError
    with desk.store.write() as connection:
        assert [count(connection, "series") for _ in range(3)] == [1, 2, 3]


@pytest.mark.parametrize("upn", [tenant.ADMIN.upn, "nobody@example.com", "' OR 1 --"])
def test_a_prepared_statement_gives_what_core_gives(desk: Desk, upn: str) -> None:
    query = select(users.c.id, users.c.display_name).where(
        users.c.user_principal_name == bindparam("upn"), users.c.account_enabled.is_(True)
    )
    prepared = Prepared(query)
    with desk.store.read() as connection:
        told = connection.execute(query, {"upn": upn}).all()
        assert [tuple(row) for row in prepared(connection, upn=upn)] == told
        assert [tuple(row) for row in prepared(connection, upn=upn)] == told


def test_only_core_statements_can_be_prepared(desk: Desk) -> None:
    with desk.store.read() as connection, pytest.raises(TypeError):
        Prepared("SELECT 1")(connection)  # type: ignore[arg-type]


@of_sqlite
def test_the_database_is_opened_as_it_should_be(desk: Desk) -> None:
    with desk.store.read() as connection:
        told = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in PRAGMAS}
    assert told == PRAGMAS


@of_sqlite
def test_full_sync_survives_the_loss_of_power(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'full.db'}", full_sync=True)
    with store.read() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
    store.close()


@pytest.mark.parametrize("url", ["mysql://canary@localhost/mdm", "canary", "canary://", ""])
def test_another_database_is_not_served(url: str) -> None:
    with pytest.raises(ValueError, match="sqlite:/// or postgresql://") as caught:
        Store(url)
    assert "canary" not in str(caught.value)


def test_reading_blocks_no_writer_and_sees_one_moment(desk: Desk) -> None:
    query = text("SELECT value FROM counters WHERE name = 'seen'")
    with desk.store.read() as reader:
        assert reader.execute(query).all() == []
        with desk.store.write() as writer:
            count(writer, "seen")
        assert reader.execute(query).all() == []


def test_an_error_of_the_database_quotes_no_parameter(desk: Desk) -> None:
    with pytest.raises(IntegrityError) as caught, desk.store.write() as connection:
        connection.execute(users.insert(), {"tenant_id": "canary-1", "id": "canary-1"})
    assert "canary-1" not in str(caught.value)


@of_sqlite
def test_the_guard_asks_about_every_context_column(plain: Plain) -> None:
    query = "SELECT sql FROM sqlite_master WHERE name = 'guard_managed_devices_update'"
    (sql,) = plain.execute(query).fetchone()
    watched = sql.partition(" UPDATE OF ")[2].partition(" ON ")[0].split(", ")
    assert set(watched) == {"facts", *InContext.__annotations__}


def test_the_planner_is_told_of_every_index_of_the_large_tables_once(migrated: Store) -> None:
    query = text("SELECT idx, stat FROM sqlite_stat1 WHERE tbl = 'managed_devices' ORDER BY idx")
    with migrated.write() as connection:
        first = connection.execute(query).all()
        schema.upgrade(connection)
        assert connection.execute(query).all() == first
    indexes = {name for name in things(migrated, "index") if name.startswith("ix_device_")}
    assert {row.idx for row in first} > indexes - {"ix_device_owners_user"}
    assert dict(map(tuple, first))["ix_device_owner"] == "10000000 1000000 250000 1"
