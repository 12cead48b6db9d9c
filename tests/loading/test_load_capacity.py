"""The capacity page: its arithmetic, and that the page that is there follows from its figures."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from loading.load_scripts import SCRIPTS

from mdm_devices.load.capacity import FORMAT, Measured, Need, rows, size, up
from mdm_devices.load.capacity_page import page

PAGE = SCRIPTS.parent / "docs" / "capacity.md"
FIGURES: dict[str, Any] = {
    "format": FORMAT,
    "devices": 100,
    "rounds": 3,
    "cpu": {"enroll": 4000.0, "checkIn": 1200.0, "get": 500.0, "page": 9000.0},
    "database_cpu": {},
    "size": {
        "device": 4000,
        "receiptsPerEnrollment": 3000,
        "auditPerEnrollment": 2000,
        "receiptsPerCheckIn": 500,
        "auditPerCheckIn": 100,
    },
    "machine": "a machine",
}


def need(devices: int, **changed: Any) -> Need:
    return Need(devices, Measured.of(FIGURES | changed))


def test_rates_follow_from_the_interval_the_storm_and_the_wave() -> None:
    fleet = need(28_800_000)
    assert fleet.average == 1000
    assert fleet.storm == 8000
    assert fleet.wave == pytest.approx(33.33, abs=0.01)


def test_cores_are_whole_and_used_to_six_tenths() -> None:
    assert need(28_800_000).cores(1000, "checkIn") == 2  # 1000 x 1.2 ms = 1.2 s / 0.6
    assert need(28_800_000).cores(1001, "checkIn") == 3
    assert need(1).cores(0.001, "enroll") == 1


def test_disk_is_the_devices_and_what_is_kept_of_check_ins() -> None:
    fleet = need(10)
    assert fleet.state == 40_000
    assert fleet.enrollments == 50_000
    assert fleet.receipts == 10 * 3 * 90 * 500
    assert fleet.audit == 10 * 3 * 730 * 100
    assert fleet.disk == fleet.state + fleet.enrollments + fleet.receipts + fleet.audit


def test_database_nodes_follow_from_disk_or_from_the_storm() -> None:
    assert need(10**8).nodes == up(need(10**8).disk / (8 * 10**12))
    busy = need(10**8, database_cpu={"checkIn": 20_000.0})
    assert busy.nodes == up(busy.database_cores(busy.storm, "checkIn") / 32) > need(10**8).nodes


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (999, "999 B"),
        (1000, "1 kB"),
        (3_650_000_000, "3.65 GB"),
        (2e15, "2 PB"),
        (3e18, "3e+03 PB"),
    ],
)
def test_sizes_are_for_people(number: float, text: str) -> None:
    assert size(number) == text


def test_figures_of_another_kind_are_refused() -> None:
    with pytest.raises(ValueError, match="not figures"):
        Measured.of({"format": "something else"})


def test_every_line_has_a_result_for_every_fleet() -> None:
    lines = rows([need(10**6), need(10**7)])
    assert all(len(results) == 2 and all(results) for _, results in lines)
    with_database = rows([need(10**6, database_cpu={"checkIn": 500.0})])
    assert any("PostgreSQL cores" in what for what, _ in with_database)


def numbers(text: str, pattern: str) -> float:
    found = re.search(pattern, text)
    assert found, pattern
    return float(found[1].replace(",", ""))


def test_the_page_that_is_there_follows_from_the_figures_in_it() -> None:
    text = PAGE.read_text(encoding="utf-8")
    cost = numbers(text, r"CPU of the service, a check-in \| ([\d,]+) µs")
    storm = re.search(r"Monday storm[^|]*\| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \|\n(.*)", text)
    assert storm
    assert [each.replace(",", "") for each in storm.groups()[:3]] == ["278", "2778", "27778"]
    cores = [int(each.replace(",", "")) for each in storm[4].split("|")[2:5]]
    wanted = [up(devices / 3600 * cost / 1e6 / 0.6) for devices in (10**6, 10**7, 10**8)]
    assert all(abs(one - other) <= 1 for one, other in zip(cores, wanted, strict=True))


def test_a_measurement_gives_figures_that_a_page_is_made_of(tmp_path: Path) -> None:
    command = [sys.executable, str(SCRIPTS / "load_run.py"), "--measure", "--devices", "20"]
    finished = subprocess.run(
        [*command, "--output", str(tmp_path)],
        capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip
    assert finished.returncode == 0, finished.stderr
    measured = Measured.of(json.loads((tmp_path / "capacity.json").read_text(encoding="utf-8")))
    assert measured.cpu.keys() == FIGURES["cpu"].keys()
    assert all(cost > 0 for cost in measured.cpu.values())
    assert measured.size["device"] > 500
    assert "| needed | 1 million | 10 million | 100 million |" in page(measured)
