"""The demo as a new user runs it: it ends well, and its report is true."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from mdm_sim.policy import catalogue

GROUPS = ("MDM corporate", "MDM personal", "MAM")


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    finished = subprocess.run(
        [sys.executable, "-m", "mdm_sim", "demo", "--once", "--json"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return dict(json.loads(finished.stdout))


def test_every_row_of_the_catalogue_is_reported(told: dict[str, Any]) -> None:
    assert [row["id"] for row in told["rows"]] == [row.id for row in catalogue.ROWS]


def test_nothing_refused_is_in_the_database(told: dict[str, Any]) -> None:
    assert told["proof"]["leaked"] == []
    assert told["proof"]["refusedValues"] > 1000
    assert told["proof"]["keptFound"] == told["proof"]["keptValues"] > 500


@pytest.mark.parametrize("group", GROUPS)
def test_what_was_sent_is_kept_reduced_or_refused(told: dict[str, Any], group: str) -> None:
    for row in told["rows"]:
        cell = row[group]
        outcomes = cell["kept"] + cell["reduced"] + cell["refused"]
        assert outcomes >= cell["sent"], row["id"]


def test_what_is_never_collected_is_always_refused(told: dict[str, Any]) -> None:
    cells = [
        row[group] for row in told["rows"] if row["id"].startswith("never.") for group in GROUPS
    ]
    assert all(cell["sent"] == cell["refused"] > 0 for cell in cells)


def test_the_flipped_device_lost_what_a_personal_one_may_not_hold(told: dict[str, Any]) -> None:
    lost = set(told["flipped"]["before"]) - set(told["flipped"]["after"])
    assert {"device.location", "app_inventory.app_id"} <= lost


def test_the_audit_tail_tells_of_the_remote_tasks(told: dict[str, Any]) -> None:
    assert {event["activity"] for event in told["audit"]} >= {"Remote tasks", "Delete", "Manage"}


def test_people_get_a_first_line_and_then_the_tables() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "mdm_sim", "demo", "--once", "--count", "12"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    first = process.stdout.readline()
    rest, _ = process.communicate(timeout=120)
    assert "starting the service" in first
    assert all(part in rest for part in ("X-ray of", "audit log", "0 found"))
