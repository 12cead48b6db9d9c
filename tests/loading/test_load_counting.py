"""What is counted: names, codes and numbers, and never a value; and what is made of it."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from mdm_devices.load import report
from mdm_devices.load.figures import Figures, percentile
from mdm_devices.load.shapes import Plan
from mdm_devices.load.tally import Tally, known, rounded
from mdm_devices.wire import Exchange

CHECK_IN = "/mdm/v1/check-ins"
BEGAN = 1000.5
RECEIPT = {
    "kept": ["hardware.model"],
    "reduced": {"user.phone_number": "keep_last4"},
    "judged": ["isEncrypted"],
    "refused": {"device.location": "ownership_personal", "never.photos": "never_collected"},
    "unknown": 3,
}


def exchange(milliseconds: float, code: str | None = None, name: str = CHECK_IN) -> Exchange:
    return Exchange("POST", name, milliseconds, 100, code)


def counted() -> Tally:
    tally = Tally()
    for second, milliseconds in ((1000, 4.2), (1002, 5.0), (1002, 250.0)):
        tally.add(second, exchange(milliseconds))
    tally.add(1003, exchange(9.0, "serviceUnavailable"))
    tally.add(1001, exchange(30.0, name="/mdm/v1/enrollments"))
    tally.add_receipt(RECEIPT)
    tally.add_receipt({"refused": {"never.photos": "never_collected"}})
    return tally


@pytest.fixture
def figures() -> dict[str, Any]:
    made = Figures(Plan("push", 20, 8.0, 1), BEGAN, counted())
    made.note(1002.0, 21, 37.0)
    return made.to_json()


def test_refusals_are_counted_by_row_and_reason(figures: dict[str, Any]) -> None:
    assert figures["refusals"] == [
        {"row": "device.location", "reason": "ownership_personal", "count": 1},
        {"row": "never.photos", "reason": "never_collected", "count": 2},
    ]
    assert figures["receipts"] == {"judged": 1, "kept": 1, "reduced": 1, "refused": 3, "unknown": 3}


@pytest.mark.parametrize(
    "text", ["+31612345678", "Ada Lovelace", "52.1", "a" * 50, "x.y.z.a.b", "", None, 7, ["a"]]
)
def test_what_is_no_row_id_is_counted_without_being_written(text: object) -> None:
    assert known(text) == "other"


def test_timelines_are_by_second(figures: dict[str, Any]) -> None:
    timeline = figures["timeline"]
    assert [each["second"] for each in timeline] == list(range(8))
    assert [each["checkIns"] for each in timeline] == [1, 0, 2, 1, 0, 0, 0, 0]
    assert [each["enrollments"] for each in timeline[:3]] == [0, 1, 0]
    assert [each["failed"] for each in timeline[:4]] == [0, 0, 0, 1]
    assert timeline[2]["users"] == 21
    assert timeline[2]["p50Ms"] == 5
    assert timeline[2]["p99Ms"] == 250


def test_requests_are_summed_up(figures: dict[str, Any]) -> None:
    [check_ins, _] = figures["requests"]
    assert check_ins == {
        "request": f"POST {CHECK_IN}",
        "count": 4,
        "failed": 1,
        "p50Ms": 5,
        "p95Ms": 250,
        "p99Ms": 250,
        "maxMs": 250,
    }
    assert figures["errors"] == [
        {"request": f"POST {CHECK_IN}", "code": "serviceUnavailable", "count": 1}
    ]
    assert figures["busiestGeneratorCpuPercent"] == 37.0


def test_what_workers_hand_over_adds_up() -> None:
    one, other, whole = counted(), counted(), Tally()
    for told in (one.drain(), other.drain()):
        whole.merge(json.loads(json.dumps(told)))
    twice = counted()
    twice.merge(counted().drain())
    assert whole == twice


def test_what_was_handed_over_is_not_counted_again() -> None:
    tally = counted()
    tally.drain()
    assert tally == Tally()


@pytest.mark.parametrize(
    ("milliseconds", "whole"), [(0.2, 1), (4.6, 5), (99.4, 99), (149.0, 150), (12_340.0, 12_000)]
)
def test_times_are_rounded_to_few_numbers(milliseconds: float, whole: int) -> None:
    assert rounded(milliseconds) == whole


def test_percentiles_are_by_nearest_rank() -> None:
    times = Counter({10: 50, 20: 45, 30: 5})
    assert [percentile(times, each) for each in (50, 51, 95, 96, 100)] == [10, 20, 20, 30, 30]
    assert percentile(Counter(), 50) is None


def test_a_report_needs_nothing_from_elsewhere(figures: dict[str, Any], tmp_path: Path) -> None:
    page, *others = report.write(figures, tmp_path)
    text = page.read_text(encoding="utf-8")
    sources = re.findall(r'(?:src|href)="([^"]{0,30})', text)
    assert len(sources) == 3
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    assert "://" not in text
    assert "default-src 'none'" in text
    assert {path.name for path in others} == {
        "check-ins.png", "latency.png", "refusals.png", "timeline.csv", "requests.csv",
    }  # fmt: skip


def test_plots_are_pictures_and_tables_hold_the_figures(
    figures: dict[str, Any], tmp_path: Path
) -> None:
    written = {path.name: path for path in report.write(figures, tmp_path)}
    for name in ("check-ins.png", "latency.png", "refusals.png"):
        assert written[name].read_bytes().startswith(b"\x89PNG\r\n")
    with written["timeline.csv"].open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["checkIns"]) for row in rows] == [1, 0, 2, 1, 0, 0, 0, 0]


def test_a_run_without_requests_has_a_report_too(tmp_path: Path) -> None:
    empty = Figures(Plan("day", 1, 4.0, 1), BEGAN).to_json()
    assert report.write(empty, tmp_path)[0].exists()
