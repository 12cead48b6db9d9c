"""What has to be so on every database: who may write, what is refused, in which order texts are."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from databases import Plain, Refused
from flask.testing import FlaskClient
from sqlalchemy import func, insert, literal, select, text
from sqlalchemy.exc import DBAPIError
from store.store_contexts import CANARY, insertion, row

from mdm_sim import tenant
from mdm_sim.policy.context import Context, Ownership, Platform, Workload
from mdm_sim.settings import Settings
from mdm_sim.store import audit
from mdm_sim.store.dialects import refusals
from mdm_sim.store.dialects.functions import json_value, nearest, whole
from mdm_sim.store.engine import Store
from mdm_sim.store.expressions import ranked
from mdm_sim.store.minting import count
from mdm_sim.store.tables import clients, devices, documents, fact, metadata, users
from mdm_sim.store.work import Desk

WORKERS, EACH = 4, 8
ENTRY = audit.Entry(audit.Task.MANAGE, "try", "Other", "Test", "an id")
DOCUMENT = '{"a":1.0,"b":"tekst \\u00e9","c":null,"d":true,"e":[1,"x",null],"n":12,"o":{"p":"q"}}'


def test_the_tenant_leads_every_key() -> None:
    whole_database = {"counters"}
    for name, table in metadata.tables.items():
        leads = next(iter(table.primary_key.columns)).name
        assert (leads == "tenant_id") != (name in whole_database), name
        for index in table.indexes:
            if index.unique:
                assert str(index.expressions[0]).endswith("tenant_id"), index.name


def test_writers_come_one_after_another_and_the_chain_has_no_gap(desk: Desk) -> None:
    def add(_number: int) -> None:
        for _ in range(EACH):
            with desk.work(tenant.TENANT_ID, audit.SYSTEM, "") as work:
                work.record(ENTRY)

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(add, range(WORKERS)))
    with desk.store.read() as connection:
        assert list(audit.verify(connection)) == []
        last = select(func.max(metadata.tables["audit_events"].c.seq))
        assert connection.execute(last).scalar_one() >= WORKERS * EACH


def test_two_stores_share_one_series_of_numbers(desk: Desk, settings: Settings) -> None:
    other = Store(settings.database)

    def draw(store: Store) -> list[int]:
        drawn = []
        for _ in range(EACH):
            with store.write(tenant.TENANT_ID) as connection:
                drawn.append(count(connection, "shared"))
        return drawn

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(draw, (desk.store, other))
    other.close()
    assert sorted(first + second) == list(range(1, 2 * EACH + 1))


def test_a_writer_of_everything_waits_for_one_of_a_tenant(desk: Desk) -> None:
    told: list[str] = []

    def upgrade() -> None:
        with desk.store.write():
            told.append("everything")

    with desk.store.write(tenant.TENANT_ID):
        thread = threading.Thread(target=upgrade)
        thread.start()
        thread.join(0.2)
        told.append("tenant")
    thread.join(10)
    assert told == ["tenant", "everything"]


def test_a_reader_sees_one_moment_and_cannot_write(desk: Desk) -> None:
    query = select(func.count()).select_from(clients)
    with desk.store.read() as reader:
        before = reader.execute(query).scalar_one()
        with desk.store.write() as writer:
            writer.execute(
                insert(clients),
                {
                    "tenant_id": "t",
                    "id": "c",
                    "display_name": "c",
                    "secret_hash": "",
                    "roles": "[]",
                },
            )
        assert reader.execute(query).scalar_one() == before
    with desk.store.read() as reader:
        assert reader.execute(query).scalar_one() == before + 1


@pytest.mark.parametrize("given", [{}, {"user_principal_name": CANARY}])
def test_an_error_of_the_database_holds_no_value(desk: Desk, given: dict[str, Any]) -> None:
    person = {
        "tenant_id": tenant.TENANT_ID,
        "id": CANARY,
        "user_principal_name": CANARY,
        "display_name": CANARY,
        "account_enabled": True,
        "is_admin": False,
        "password_hash": CANARY,
        "created_at": 1.0,
    }
    second = {**person, "id": "another"} | given
    second = second if given else {"tenant_id": CANARY, "id": CANARY}
    with desk.store.write() as connection:
        connection.execute(insert(users), person)
    with pytest.raises(DBAPIError) as caught, desk.store.write() as connection:
        connection.execute(insert(users), second)
    error: BaseException | None = caught.value
    while error is not None:
        assert CANARY not in str(error)
        assert CANARY not in repr(error)
        error = error.__cause__ or error.__context__


def test_a_refused_fact_names_the_policy_alone(plain: Plain) -> None:
    context = Context(Workload.MDM, Ownership.PERSONAL, Platform.IOS, mdm_enrolled=True)
    table, values = row(context, f'{{"callHistory":"{CANARY}"}}')
    with pytest.raises(Refused) as caught:
        plain.execute(insertion(table, values), values)
    assert str(caught.value) == refusals.FACT


def test_the_whole_log_cannot_be_thrown_away(
    enroll: Callable[..., Any], plain: Plain, dialect: str
) -> None:
    enroll({})
    statement = "DELETE FROM audit_events" if dialect == "sqlite" else "TRUNCATE audit_events"
    with pytest.raises(Refused, match=refusals.ADDED_ONLY):
        plain.execute(statement)


def test_texts_are_in_the_order_of_their_code_points(desk: Desk) -> None:
    names = ["Zoë", "a", "B", "é", "_", "z", "Ada", "ada", "\uff21", "~", "10", "9"]
    values = [
        {"tenant_id": "t", "id": str(place), "display_name": name, "secret_hash": "", "roles": ""}
        for place, name in enumerate(names)
    ]
    query = select(clients.c.display_name).where(clients.c.tenant_id == "t")
    with desk.store.write() as connection:
        connection.execute(insert(clients), values)
        found = list(connection.execute(query.order_by(clients.c.display_name)).scalars())
    assert found == sorted(names)


@pytest.mark.parametrize("told", ["ÀÉÎ straße", "ΑΣ", "İstanbul", "ЖЯ", "plain", ""])
def test_case_is_mapped_in_every_script(desk: Desk, told: str) -> None:
    with desk.store.read() as connection:
        found = connection.execute(select(func.lower(told), func.upper(told))).one()
    assert tuple(found) == (told.lower(), told.upper())


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        (json_value(literal(DOCUMENT), "b"), "tekst é"),
        (json_value(literal(DOCUMENT), "c"), None),
        (json_value(literal(DOCUMENT), "missing"), None),
        (json_value(literal(DOCUMENT), "d", "boolean"), True),
        (json_value(literal(DOCUMENT), "n", "integer"), 12),
        (json_value(literal(DOCUMENT), "a", "number"), 1.0),
        (json_value(literal(DOCUMENT), "e"), '[1,"x",null]'),
        (json_value(literal(DOCUMENT), "o"), '{"p":"q"}'),
        (func.json_extract(literal(DOCUMENT), "$.o.p"), "q"),
        (func.json_extract(literal(DOCUMENT), "$.e[1]"), "x"),
        (func.json_remove(literal('{"a":1,"b":2}'), "$.a", "$.b"), "{}"),
        (func.json_remove(literal("[1]"), "$.a"), "[1]"),
        (whole(literal(-2.7)), -2),
        (nearest(literal(2.5)), 3),
        (nearest(literal(-2.5)), -3),
        (func.instr("abc", "c"), 3),
        (func.instr("abc", "d"), 0),
        (func.sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (whole(func.strftime("%s", "1970-01-02")), 86_400),
        (whole(func.strftime("%s", "2026-03-01T01:02:03")), 1_772_326_923),
        (whole(func.strftime("%s", "2026-03-01T01:02:03+05:30")), 1_772_307_123),
        (whole(func.strftime("%s", "2026-03-01T01:02:03-05:30")), 1_772_346_723),
        (whole(func.strftime("%s", "0001-01-01T00:00:00")), -62_135_596_800),
        (whole(func.strftime("%s", "2024-02-30T00:00:00")), 1_709_251_200),
        (func.strftime("%s", "no moment"), None),
        (func.strftime("%Y", 1_772_326_923, "unixepoch"), "2026"),
        (func.strftime("%d", -1, "unixepoch"), "31"),
    ],
)
def test_sql_means_the_same(desk: Desk, expression: Any, value: Any) -> None:
    with desk.store.read() as connection:
        found = connection.execute(select(expression)).scalar_one()
    assert (
        (found.replace(" ", "") if value and " " not in str(value) else found) == value
        if (isinstance(found, str))
        else found == value
    )


def test_the_items_of_json_are_rows(desk: Desk) -> None:
    def items(document: str, path: str) -> list[Any]:
        rows = func.json_each(document, path).table_valued("key", "value", "type", name="item")
        with desk.store.read() as connection:
            return [tuple(map(str, each)) for each in connection.execute(select(rows))]

    assert items(DOCUMENT, "$.e") == [
        ("0", "1", "integer"),
        ("1", "x", "text"),
        ("2", "None", "null"),
    ]
    assert items(DOCUMENT, "$.o") == [("p", "q", "text")]
    assert items(DOCUMENT, "$.missing") == []
    assert [each[1:] for each in items(DOCUMENT, "$.b")] == [("tekst é", "text")]


def test_what_is_purged_can_be_read_nowhere(
    desk: Desk, enroll: Callable[..., Any], client: FlaskClient, on_disk: Any
) -> None:
    device = enroll({"deviceName": CANARY})
    assert on_disk(CANARY)
    client.delete("/mdm/v1/enrollments/self", headers=device["headers"])
    desk.store.scrub()
    desk.store.compact()
    assert not on_disk(CANARY)


def test_a_document_is_kept_byte_for_byte(desk: Desk) -> None:
    told = '{"z": 1.50,  "a":"\\u00e9", "z2":1e2}'
    values = {
        "tenant_id": "t",
        "collection": "c",
        "parent_id": "",
        "id": "i",
        "odata_type": "",
        "document": told,
        "version": 1,
        "created_at": 0.1 + 0.2,
        "updated_at": 1.0,
    }
    with desk.store.write() as connection:
        connection.execute(insert(documents), values)
        found = connection.execute(select(documents).where(documents.c.tenant_id == "t")).one()
    assert (found.document, found.created_at) == (told, 0.1 + 0.2)


def test_statements_hold_no_parameter_in_their_text(desk: Desk) -> None:
    with desk.store.read() as connection, pytest.raises(DBAPIError) as caught:
        connection.execute(text("SELECT no_such_function(:value)"), {"value": CANARY})
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize("name", ["deviceName", "serialNumber", "imei", "azureADDeviceId"])
def test_a_fact_is_found_by_its_index(desk: Desk, dialect: str, name: str) -> None:
    query = select(devices.c.id).where(
        devices.c.tenant_id == "t",
        devices.c.hidden.is_(False),
        ranked(fact(devices, name)) == "x",
    )
    with desk.store.read() as connection:
        if dialect == "postgresql":  # an empty table is read whole, unless that is dear
            connection.execute(text("SET LOCAL enable_seqscan = off"))
        sql = query.compile(connection, compile_kwargs={"literal_binds": True})
        explain = "EXPLAIN QUERY PLAN" if dialect == "sqlite" else "EXPLAIN"
        plan = str(connection.exec_driver_sql(f"{explain} {sql}").all())
    assert f"ix_device_{name}" in plan
