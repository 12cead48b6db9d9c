"""Check-ins over time with a real HTTP service."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mdm_devices.cli import main

Call = Callable[..., Result]
COUNT = 4


@pytest.fixture
def state(call: Call, tmp_path: Path) -> Path:
    """The state file of a fleet that has just enrolled, in the order of its indexes."""
    path = tmp_path / "state.jsonl"
    call("enroll", "--count", COUNT, "--workers", 1, "--state", path)
    return path


@pytest.fixture
def run(call: Call, state: Path) -> Callable[..., dict[str, Any]]:
    """Run rounds and give the JSON document."""

    def run(*arguments: object) -> dict[str, Any]:
        document = json.loads(call("run", "--state", state, "--json", *arguments).stdout)
        assert isinstance(document, dict)
        return document

    return run


Run = Callable[..., dict[str, Any]]


def test_every_device_checks_in_every_round(run: Run, service: Any) -> None:
    document = run("--rounds", 3)
    assert [device["checkIns"] for device in document["devices"]] == [3] * COUNT
    assert len(service.check_ins) == 3 * COUNT


def test_a_check_in_tells_what_changed(run: Run, service: Any) -> None:
    run("--rounds", 2)
    free = {body["facts"]["freeStorageSpaceInBytes"] for body in service.check_ins}
    assert len(free) == 2 * COUNT


def test_an_order_is_answered_at_once(run: Run, service: Any) -> None:
    service.order(0, "remoteLock")
    document = run("--workers", 1)
    assert document["devices"][0]["orders"] == [{"action": "remoteLock", "status": "done"}]
    answer = service.check_ins[1]
    assert answer["results"] == [{"id": "order-remoteLock", "status": "done", "detail": ""}]


def test_what_a_user_is_told_is_counted(run: Run, service: Any) -> None:
    service.notices[1] = [{"kind": "ownershipChanged", "ownership": "corporate"}]
    document = run("--rounds", 2)
    assert [device["notices"] for device in document["devices"]][:3] == [0, 1, 0]
    assert document["summary"]["notices"] == 1


def test_the_rows_of_a_query_are_the_detail_of_its_result(run: Run, service: Any) -> None:
    service.order(0, "deviceQuery", query="BiosInfo | project SerialNumber")
    device = run("--workers", 1)["devices"][0]
    assert device["orders"] == [{"action": "deviceQuery", "status": "done"}]
    serial = service.enrolled["device-0"]["facts"]["serialNumber"]
    (result,) = service.check_ins[1]["results"]
    assert (result["status"], result["detail"]) == ("done", [{"SerialNumber": serial}])


def test_a_device_that_became_the_organisations_answers_queries(run: Run, service: Any) -> None:
    service.order(1, "deviceQuery", query="Cpu")
    assert run()["devices"][1]["orders"] == [{"action": "deviceQuery", "status": "notSupported"}]
    service.notices[1] = [{"kind": "ownershipChanged", "ownership": "corporate"}]
    run()
    service.order(1, "deviceQuery", query="Cpu")
    assert run()["devices"][1]["orders"] == [{"action": "deviceQuery", "status": "done"}]


def test_a_wiped_device_answers_and_stops(run: Run, service: Any) -> None:
    service.order(1, "wipe")
    device = run("--rounds", 3)["devices"][1]
    assert (device["gone"], device["checkIns"]) == (True, 2)
    results = [body["results"] for body in service.check_ins if body["results"]]
    assert results == [[{"id": "order-wipe", "status": "done", "detail": ""}]]


def test_a_gone_device_stays_away_from_the_next_run(run: Run, service: Any) -> None:
    service.order(1, "retire")
    run()
    service.check_ins.clear()
    device = run()["devices"][1]
    assert (device["gone"], device["checkIns"]) == (True, 0)
    assert "device-1" not in {body["token"] for body in service.check_ins}


def test_a_device_the_service_calls_gone_stops(run: Run, service: Any) -> None:
    service.gone.add("device-2")
    document = run("--rounds", 2)
    assert document["devices"][2]["gone"]
    assert document["summary"]["failed"] == 0


def test_a_located_device_sends_a_fresh_place(run: Run, service: Any) -> None:
    service.order(0, "locateDevice")
    run("--workers", 1)
    assert "location" not in service.check_ins[0]["facts"]
    assert service.check_ins[1]["facts"]["location"]["latitude"]


def test_a_new_name_lasts_through_later_runs(run: Run, service: Any) -> None:
    service.order(0, "setDeviceName", deviceName="AMS-0001")
    run()
    service.order(0, "syncDevice")
    run("--workers", 1)
    named = [b["facts"]["deviceName"] for b in service.check_ins if "deviceName" in b["facts"]]
    assert named == ["AMS-0001", "AMS-0001"]


def test_a_sync_sends_the_full_inventory(run: Run, service: Any) -> None:
    service.order(0, "syncDevice")
    run("--workers", 1)
    assert service.check_ins[1]["facts"].keys() >= {"applications", "serialNumber", "contacts"}


def test_an_unknown_order_is_not_supported(run: Run, service: Any) -> None:
    service.order(3, "makeCoffee")
    orders = run()["devices"][3]["orders"]
    assert orders == [{"action": "makeCoffee", "status": "notSupported"}]


def test_a_refused_check_in_shows_its_code(run: Run, service: Any) -> None:
    del service.enrolled["device-3"]
    document = run()
    assert document["devices"][3]["error"] == "unauthenticated"
    assert document["summary"]["errors"] == {"unauthenticated": 1}


def test_a_run_goes_on_where_the_last_one_stopped(run: Run, service: Any, state: Path) -> None:
    run("--rounds", 2)
    run()
    lines = [json.loads(line) for line in state.read_text().splitlines()[1:]]
    assert [line["rounds"] for line in lines] == [3] * COUNT
    told = [body["facts"]["freeStorageSpaceInBytes"] for body in service.check_ins]
    assert len(set(told)) == 3 * COUNT


def test_the_summary_table_counts_check_ins(call: Call, state: Path) -> None:
    assert "check-ins" in call("run", "--state", state).stdout


def test_a_run_fails_when_every_device_does(call: Call, service: Any, state: Path) -> None:
    service.enrolled.clear()
    result = call("run", "--state", state)
    assert result.exit_code == 1
    assert result.stderr == "mdm-devices: all 4 failed: unauthenticated\n"


def test_a_service_that_went_away_is_one_clear_line(state: Path) -> None:
    line = ["run", "--url", "http://127.0.0.1:9", "--state", str(state)]
    result = CliRunner().invoke(main, line)
    assert result.exit_code == 1
    assert result.stderr == "mdm-devices: cannot reach http://127.0.0.1:9: no connection\n"


def test_devices_leave_when_told_to(call: Call, service: Any, state: Path) -> None:
    result = call("unenroll", "--state", state, "--json")
    assert [device["gone"] for device in json.loads(result.stdout)["devices"]] == [True] * COUNT
    assert len(service.gone) == COUNT


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": "another"}', "\n"])
def test_a_file_of_another_kind_is_a_usage_error(call: Call, tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.jsonl"
    path.write_text(text)
    assert call("run", "--state", path).exit_code == 2
