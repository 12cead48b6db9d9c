"""A tiny real run: real servers, a real generator, the figures of what was really sent."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from benching import limits, load, measuring, places, rows, service
from benching.contestants import Contestant, Started
from benching.databases import DATABASES

ROWS = ("get", "first page", "check-in unchanged", "check-in changed", "enroll")
FLEET = 300


@pytest.fixture(autouse=True, scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The benchmark's folder is this test's own."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("bench")
        patch.setattr(places, "FLEETS", folder / "fleets")
        patch.setattr(places, "SCRATCH", folder / "scratch")
        yield


@pytest.fixture(scope="module")
def pairs(bench: None) -> Iterator[list[tuple[Contestant, Started]]]:
    """The service with a small fleet and the limits of its stack, all of them up."""
    ours = service.contestant(DATABASES["sqlite"], FLEET, 1)
    with ExitStack() as held:

        def start(contestant: Contestant) -> Started:
            up = contestant.start()
            held.callback(up.stop)
            return up

        up = start(ours)
        assert {row: measuring.check(ours, up, row) for row in ROWS} == dict.fromkeys(ROWS, "")
        beside = limits.contestants(up.loads, ours.answers, ["sqlite"])
        yield [(ours, up), *((limit, start(limit)) for limit in beside)]


def run(pairs: list[tuple[Contestant, Started]], row: str) -> dict[str, measuring.Measured]:
    able = [pair for pair in pairs if not measuring.check(*pair, row)]
    found = measuring.run_row(rows.BY_NAME[row], able, 1, 0.5, {})
    return {each.contestant: each for each in found}


@pytest.mark.parametrize("row", ROWS)
def test_everybody_answers_and_uses_cpu(pairs: list[tuple[Contestant, Started]], row: str) -> None:
    found = run(pairs, row)
    assert [each for each in found.values() if each.failed] == []
    assert all(each.requests > 0 and each.cpu > 0 for each in found.values())
    assert {"bare WSGI", "bare Flask", pairs[0][0].name} <= found.keys()


def test_the_generator_without_wrk_sends_the_same(
    pairs: list[tuple[Contestant, Started]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    assert load.generator() == "sockets.py"
    up = pairs[0][1]
    before = up.running.cpu()
    sent = load.send(up.loads(1)["check-in changed"], up.running.port, 0.5, tmp_path, 1)
    assert sent.requests > 0
    assert sent.failed == 0
    assert 0 < sent.p50 <= sent.p99
    assert up.running.cpu() > before


def test_refused_requests_count_as_failed(
    pairs: list[tuple[Contestant, Started]], tmp_path: Path
) -> None:
    wrong = load.Load("GET", "/v1.0/deviceManagement/managedDevices", {})
    sent = load.send(wrong, pairs[0][1].running.port, 0.3, tmp_path, 1)
    assert sent.failed == sent.requests > 0


def test_a_row_whose_answer_is_another_is_not_measured(
    pairs: list[tuple[Contestant, Started]],
) -> None:
    ours, up = pairs[0]
    wrong = {"get": load.Load("GET", "/healthz", {}, shows=(rows.SERIAL, 1))}
    other = Started(up.running, lambda _first: wrong, up.stop)
    assert measuring.check(ours, other, "get") == "its answer is another than was expected"
