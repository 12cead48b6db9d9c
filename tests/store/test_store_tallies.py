"""The numbers of records of each kind are right after any history, whoever writes the records."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from databases import Databases
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, select, update

from mdm_sim.policy.context import Ownership, Platform
from mdm_sim.store import schema
from mdm_sim.store.columns import InContext
from mdm_sim.store.engine import Store
from mdm_sim.store.tables import devices, record_tallies, registrations

KINDS = [column for column in record_tallies.c if column.name != "number"]
OTHER = {"enrollment_type": "", "compliance_state": "", "hidden": False}
KEYS = st.tuples(st.sampled_from(["one", "two"]), st.integers(0, 5).map(str))
KIND = st.fixed_dictionaries(
    {
        "platform": st.sampled_from(list(Platform)),
        "ownership": st.sampled_from(list(Ownership)),
        "work_profile": st.booleans(),
        "enrollment_type": st.sampled_from(["userEnrollment", "unknown"]),
        "compliance_state": st.sampled_from(["compliant", "unknown"]),
        "hidden": st.booleans(),
    }
)
STEPS = st.lists(
    st.tuples(st.sampled_from(["put", "change", "touch", "remove", "abort"]), KEYS, KIND),
    max_size=25,
)


@pytest.fixture(scope="module")
def store(made: Databases, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A database without a tenant: these records are nobody's."""
    opened = Store(made.empty(tmp_path_factory.mktemp("tallies")))
    with opened.write() as connection:
        schema.upgrade(connection)
    yield opened
    opened.close()


def counted(connection: Connection) -> Counter[tuple[Any, ...]]:
    """What a scan of the records counts."""
    rows = [
        OTHER | dict(row._mapping)
        for table in (devices, registrations)
        for row in connection.execute(select(table))
    ]
    return Counter(tuple(row[column.name] for column in KINDS) for row in rows)


def kept(connection: Connection) -> dict[tuple[Any, ...], int]:
    """What the table of numbers holds."""
    rows = connection.execute(select(*KINDS, record_tallies.c.number)).all()
    return {tuple(row[:-1]): row.number for row in rows}


def record(workload: str, key: tuple[str, str], kind: dict[str, Any]) -> dict[str, Any]:
    """A record without facts."""
    named = {"tenant_id": key[0], "id": key[1], "workload": workload, "facts": "{}"}
    flags = dict.fromkeys(tuple(InContext.__annotations__)[3:], False)
    times = {"enrolled_at": 1.0, "last_sync_at": 1.0}
    words = {"management_state": "managed", "policy_version": ""}
    return {**flags, **named, **times, **words, **kind}


@given(steps=STEPS, workload=st.sampled_from(["mdm", "mam"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_the_numbers_are_those_of_a_scan_after_any_history(
    store: Store, steps: list[Any], workload: str
) -> None:
    table = devices if workload == "mdm" else registrations
    with store.engine.connect() as connection:
        transaction = connection.begin()
        for step, key, whole in steps:
            kind = {name: whole[name] for name in whole if name in table.c}
            mine = (table.c.tenant_id == key[0], table.c.id == key[1])
            savepoint = connection.begin_nested()
            if step in {"put", "abort"}:
                connection.execute(delete(table).where(*mine))
                values = record(workload, key, kind) | {"user_id": key[1]}
                connection.execute(insert(table), values)
            elif step == "change":
                connection.execute(update(table).where(*mine).values(kind))
            elif step == "touch":
                connection.execute(update(table).where(*mine).values(last_sync_at=2.0))
            else:
                connection.execute(delete(table).where(*mine))
            if step == "abort":
                savepoint.rollback()
            else:
                savepoint.commit()
            assert kept(connection) == counted(connection)
        transaction.rollback()
