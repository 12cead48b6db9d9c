"""A prepared fleet is what the service itself would have stored."""

from __future__ import annotations

from collections.abc import Iterator

import orjson
import pytest
from benching import bodies, fleets
from benching.multiplying import learn
from conftest import over_wsgi
from flask.testing import FlaskClient
from sqlalchemy import func, select

from mdm_sim.settings import Settings
from mdm_sim.store import audit
from mdm_sim.store.engine import Store
from mdm_sim.store.tables import (
    audit_events,
    counters,
    devices,
    metadata,
    orders,
    registrations,
    users,
)

SIZE = 60


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A fleet of sixty, made once."""
    made = f"sqlite:///{tmp_path_factory.mktemp('fleet') / 'mdm-sim.db'}"
    fleets.make(made, SIZE)
    return made


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = Store(url)
    yield opened
    opened.close()


@pytest.fixture
def client(url: str) -> Iterator[FlaskClient]:
    with over_wsgi(Settings(url)) as asked:
        yield asked


def bearer(kind: str, number: int) -> dict[str, str]:
    return {"Authorization": f"Bearer {bodies.token(kind, number)}"}


def test_it_has_the_devices_orders_and_apps_that_were_asked_for(store: Store) -> None:
    copies = range(SIZE - len(fleets.REAL))
    with store.read() as connection:
        counts = [
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (devices, orders, registrations)
        ]
        told = connection.execute(select(devices.c.facts)).scalars().all()
        owners = connection.execute(select(func.count(devices.c.user_id.distinct()))).scalar_one()
    real = len(fleets.REAL)
    assert counts[0] == owners == SIZE
    assert counts[1] == real + sum(map(fleets.has_order, copies))
    assert counts[2] == real + sum(map(fleets.has_registration, copies))
    with_apps = sum("applications" in orjson.loads(facts) for facts in told)
    assert with_apps == 2 + sum(map(fleets.has_apps, copies))


def test_no_two_devices_share_what_is_their_own(store: Store) -> None:
    with store.read() as connection:
        told = [
            orjson.loads(facts) for facts in connection.execute(select(devices.c.facts)).scalars()
        ]
        names = connection.execute(select(users.c.user_principal_name)).scalars().all()
    for name in ("serialNumber", "deviceName", "imei", "iccid", "wiFiMacAddress", "udid"):
        assert len({facts[name] for facts in told}) == SIZE, name
    assert len(set(names)) == len(names)


def test_its_audit_log_is_whole_and_its_moments_are_spread(store: Store) -> None:
    with store.read() as connection:
        assert list(audit.verify(connection)) == []
        moments = connection.execute(select(audit_events.c.recorded_at).distinct()).all()
    assert len(moments) >= SIZE


def test_numbers_that_acts_raise_stand_where_the_copies_bring_them(store: Store) -> None:
    with store.read() as connection:
        named = counters.c.name == "orders"
        value = connection.execute(select(counters.c.value).where(named)).scalar_one()
        last = connection.execute(select(func.max(orders.c.seq))).scalar_one()
        count = connection.execute(select(func.count()).select_from(orders)).scalar_one()
    assert value == last == count


def test_tallies_are_what_a_count_finds(store: Store) -> None:
    tallies = metadata.tables["record_tallies"]
    kept = select(tallies.c.workload, func.sum(tallies.c.number)).group_by(tallies.c.workload)
    with store.read() as connection:
        found = {row[0]: row[1] for row in connection.execute(kept)}
        apps = connection.execute(select(func.count()).select_from(registrations)).scalar_one()
    assert found == {"mdm": SIZE, "mam": apps}


def test_a_copied_device_checks_in_and_is_handed_its_order(client: FlaskClient) -> None:
    number = next(each for each in range(SIZE) if fleets.has_order(each))
    facts = {"facts": bodies.facts(bodies.own(number))}
    told = client.post("/mdm/v1/check-ins", headers=bearer("device", number), json=facts)
    assert told.status_code == 200
    assert [order["action"] for order in told.json["orders"]] == ["rebootNow"]
    assert told.json["receipt"]["refused"] == {}


def test_the_forty_facts_have_six_that_are_refused(client: FlaskClient) -> None:
    facts = bodies.facts(bodies.own(0)) | bodies.NOT_KEPT
    assert len(facts) == 40
    told = client.post("/mdm/v1/check-ins", headers=bearer("device", 0), json={"facts": facts})
    assert len(told.json["receipt"]["refused"]) == len(bodies.NOT_KEPT)


def test_a_copied_app_checks_in(client: FlaskClient) -> None:
    number = next(each for each in range(SIZE) if fleets.has_registration(each))
    facts = {"facts": bodies.app_facts(bodies.own(number))}
    told = client.post("/mam/v1/check-ins", headers=bearer("app", number), json=facts)
    assert told.status_code == 200
    assert told.json["receipt"]["refused"] == {}


def test_an_act_that_cannot_be_copied_is_refused() -> None:
    before = {"things": {(1,): {"id": 1, "name": "a", "count": 1}}}
    raised = {"things": {(1,): {"id": 1, "name": "a", "count": 3}}}
    renamed = {"things": {(1,): {"id": 1, "name": "b", "count": 1}}}
    assert learn(before, raised).raised == {("things", (1,), "count"): 2}
    with pytest.raises(ValueError, match=r"things\.name"):
        learn(before, renamed)
    with pytest.raises(ValueError, match="removed"):
        learn(before, {"things": {}})
