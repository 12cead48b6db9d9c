"""Streams of lines: who may send them, how they arrive, where they end."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from doors.bulk_lines import CHECK_IN, ENROLL, NDJSON, Headers, Stream, device, keyed
from flask.testing import FlaskClient

from mdm_sim import tenant
from mdm_sim.protocols import streams
from mdm_sim.settings import Settings


@pytest.mark.parametrize("path", [ENROLL, CHECK_IN])
def test_who_may_not_is_told_before_a_line_is_read(
    client: FlaskClient, path: str, sign_in: Callable[..., Headers]
) -> None:
    ndjson = {"content_type": NDJSON, "data": b"{}\n"}
    if path == ENROLL:
        assert client.post(path, **ndjson).status_code == 401
        token = {"Authorization": "Bearer nonsense"}
        assert client.post(path, headers=token, **ndjson).status_code == 401
        assert client.post(path, headers=sign_in(), **ndjson).status_code == 403
    wrong = client.post(path, json={}, headers=sign_in(tenant.USERS[0].upn))
    assert wrong.status_code == 415


def test_a_tenant_of_apps_alone_takes_no_stream(
    settings: Settings, serve: Callable[..., FlaskClient], user: Headers
) -> None:
    apps = serve(replace(settings, workload="mam"))
    answer = apps.post(ENROLL, headers=user, content_type=NDJSON, data=b"")
    assert answer.status_code == 403


def test_a_closed_tenant_takes_no_line(stream: Stream, ask: Any, admin: Headers) -> None:
    (made,) = stream(ENROLL, keyed([device(0)]))
    ask("POST", "/privacy/v1/tenant/close", admin, json={})
    assert stream(ENROLL, keyed([device(4), device(0)]))[0]["status"] == 403
    report = {"deviceToken": made["deviceToken"], "key": "a"}
    assert stream(CHECK_IN, [report])[0]["status"] == 403


def test_a_stream_that_breaks_off_is_told_and_what_was_whole_is_done(
    client: FlaskClient, user: Headers, table: Callable[[str], Any]
) -> None:
    whole = json.dumps({**device(0), "key": "a"}).encode() + b"\n"
    answer = client.post(
        ENROLL,
        headers=user,
        content_type=NDJSON,
        data=whole + b'{"platform": "ios"',
        environ_overrides={"CONTENT_LENGTH": "100000"},
    )
    told = [json.loads(line) for line in answer.data.splitlines()]
    assert [(each["line"], each["status"]) for each in told] == [(1, 201), (2, 400)]
    assert told[1]["error"]["message"] == "the stream broke off"
    assert len(table("managed_devices")) == 1


def test_a_stream_without_lines_has_no_answers(stream: Stream) -> None:
    assert stream(ENROLL, []) == []
    assert stream(CHECK_IN, [b"", b"\r"]) == []


def _read(parts: list[bytes]) -> Callable[[int], bytes]:
    left = iter(parts)
    return lambda _size: next(left, b"")


def test_lines_are_the_same_however_they_arrive() -> None:
    text = b"one\r\n\ntwo\n" + b"x" * 30 + b"\nlast"
    for size in (1, 2, 7, 1000):
        parts = [text[at : at + size] for at in range(0, len(text), size)]
        (batch,) = streams.batches(_read(parts), 20)
        assert [(line.number, line.text) for line in batch.lines] == [
            (1, b"one\r"), (3, b"two"), (4, None), (5, b"last")
        ]  # fmt: skip


def test_a_stream_has_a_limit_of_lines() -> None:
    many = b"x\n" * 1000
    parts = [many] * (streams.MOST_LINES // 1000) + [b"x\nx\n"]
    found = list(streams.batches(_read(parts), 20))
    assert sum(len(batch.lines) for batch in found) == streams.MOST_LINES
    assert found[-1].end is not None
    assert found[-1].last == streams.MOST_LINES + 1
    assert max(len(batch.lines) for batch in found) == streams.BATCH_LINES
