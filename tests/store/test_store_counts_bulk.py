"""What a batch of a bulk request costs: what its lines share is asked for and told once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from doors.bulk_lines import CHECK_IN, ENROLL, keyed, send
from flask.testing import FlaskClient
from sqlalchemy import event

from mdm_sim.app import create_app
from mdm_sim.protocols.streams import BATCH_LINES
from mdm_sim.settings import Settings

SHARED = ("tenant_settings", "users", "signing_keys")


@pytest.fixture
def ran(settings: Settings) -> Iterator[tuple[FlaskClient, list[str]]]:
    """A service, and the statements that SQLite runs for it."""
    told: list[str] = []
    app = create_app(settings)
    desk = app.extensions["mdm_sim"]

    @event.listens_for(desk.store.engine, "connect")
    def _trace(connection: Any, _record: Any) -> None:
        connection.set_trace_callback(told.append)

    yield app.test_client(), told
    desk.store.close()


def of_batch(statements: list[str]) -> Counter[str]:
    """How many statements there were of the kinds that are once a batch."""
    told: Counter[str] = Counter()
    for text in statements:
        words = text.split()
        told["commits"] += words[0] == "COMMIT"
        told["heads"] += text.startswith("INSERT INTO audit_heads")
        told["shared"] += any(f"FROM {name} " in " ".join(words) + " " for name in SHARED)
    return told


def test_a_batch_asks_once_for_what_its_lines_share(
    ran: tuple[FlaskClient, list[str]], user: dict[str, str]
) -> None:
    client, statements = ran
    body = {"platform": "ios", "enrollmentType": "appleBulkWithUser"}
    counted = []
    for size in (1, 2, BATCH_LINES):  # the first time statements are compiled
        facts = [{"serialNumber": f"S-{size}-{n}", "photos": ["x"]} for n in range(size)]
        lines = [{**body, "facts": each, "key": each["serialNumber"]} for each in facts]
        statements.clear()
        told = send(client, ENROLL, lines, user)
        assert len(told) == size
        counted.append(of_batch(statements))
    assert counted[1]["shared"] == counted[2]["shared"] > 0
    # One moves the tenant's end of the chain, and one transaction is the door's look at the caller.
    assert [each["heads"] for each in counted] == [1, 1, 1]
    assert counted[1]["commits"] == counted[2]["commits"]


def test_check_ins_are_written_together(
    ran: tuple[FlaskClient, list[str]], user: dict[str, str]
) -> None:
    client, statements = ran
    body = {"platform": "ios", "enrollmentType": "appleBulkWithUser"}
    bodies = [{**body, "facts": {"serialNumber": f"S-{n}"}} for n in range(BATCH_LINES)]
    made = send(client, ENROLL, keyed(bodies), user)
    for turn in range(2):
        lines = [
            {"key": str(turn), "deviceToken": each["deviceToken"], "facts": {"photos": [turn]}}
            for each in made
        ]
        statements.clear()
        assert {each["status"] for each in send(client, CHECK_IN, lines, {})} == {200}
        counted = of_batch(statements)
        assert (counted["commits"], counted["heads"], counted["shared"]) == (1, 1, 1)
