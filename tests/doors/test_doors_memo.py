"""A signature that was found good is remembered, and that decides nothing by itself."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete

from mdm_sim import tenant, tokens
from mdm_sim.memo import Memo
from mdm_sim.settings import Settings
from mdm_sim.store.tables import signing_keys
from mdm_sim.store.work import Desk

DEVICES = "/v1.0/deviceManagement/managedDevices"


def test_a_token_ends_with_its_key_however_often_it_was_good(
    client: FlaskClient, admin: dict[str, str], desk: Desk
) -> None:
    statuses = [client.get(DEVICES, headers=admin).status_code for _ in range(2)]
    with desk.store.write() as connection:
        connection.execute(delete(signing_keys))
    assert [*statuses, client.get(DEVICES, headers=admin).status_code] == [200, 200, 401]


def test_a_token_that_was_good_ends_in_its_time(
    client: FlaskClient,
    admin: dict[str, str],
    settings: Settings,
    serve: Callable[..., FlaskClient],
) -> None:
    later = serve(dataclasses.replace(settings, clock_offset=2 * 3600.0))
    assert client.get(DEVICES, headers=admin).status_code == 200
    assert later.get(DEVICES, headers=admin).status_code == 401


def test_another_token_by_the_same_key_is_looked_at_by_itself(
    client: FlaskClient, admin: dict[str, str]
) -> None:
    assert client.get(DEVICES, headers=admin).status_code == 200
    head, body, signature = admin["Authorization"].split(".")
    forged = {"Authorization": f"{head}.{body}.{signature[::-1]}"}
    assert client.get(DEVICES, headers=forged).status_code == 401


def test_a_memo_is_bounded_and_keeps_no_failure() -> None:
    memo: Memo[int] = Memo(2)
    for number in range(5):
        assert memo.of(number, lambda number=number: number) == number
    assert len(memo) == 2
    assert memo.of(4, lambda: -1) == 4
    assert memo.of(0, lambda: -1) == -1
    with pytest.raises(ValueError, match="no"):
        memo.of("x", lambda: int("no"))


def test_nothing_of_a_person_is_remembered(client: FlaskClient, user: dict[str, str]) -> None:
    client.get(DEVICES, headers=user)
    held = repr(vars(tokens._SIGNED))
    assert len(tokens._SIGNED) > 0
    assert not [text for text in (tenant.USERS[0].upn, user["Authorization"]) if text in held]
