"""The benchmark's own arithmetic: medians, ratios, requests, and the page that is made of them."""

from __future__ import annotations

from typing import Any

import pytest
from benching import bodies, rows, tables, writing
from benching.load import NUMBER, Load, field
from benching.results import Figure, figures, ratio
from benching.tables import Output

SERVICE, LARGE = "mdm-sim small", "mdm-sim large"


def measured(row: str, contestant: str, *rates: float, failed: int = 0) -> list[dict[str, Any]]:
    """Runs whose CPU a request is a thousandth of a second's share."""
    return [
        {
            "row": row,
            "contestant": contestant,
            "run": run,
            "per_second": rate,
            "cpu": 1e6 / rate,
            "p50": 1000.0,
            "p99": 2000.0,
            "requests": int(rate),
            "failed": failed,
        }
        for run, rate in enumerate(rates)
    ]


def told(*runs: list[dict[str, Any]]) -> dict[str, Any]:
    about = {"database": "sqlite", "workers": 1, "note": "", "ready_seconds": 1.0}
    return {
        "command": "python3 scripts/bench.py",
        "machine": {"cores": "2"},
        "load_before": "0.1",
        "load_after": "0.2",
        "contestants": {
            SERVICE: {"kind": "service", "devices": 10_000, **about},
            LARGE: {"kind": "service", "devices": 1_000_000, **about},
            "bare Flask": {"kind": "limit", "devices": 0, **about},
            "moto DynamoDB": {"kind": "peer", "devices": 10_000, **about},
        },
        "measured": [each for run in runs for each in run],
        "absent": {"WireMock": "there is no Java"},
    }


def test_the_median_of_the_runs_counts() -> None:
    found = figures(measured("get", SERVICE, 100, 900, 200))
    assert found["get", SERVICE] == Figure(200, 5000, 1000, 2000, runs=3, failed=0)


def test_a_ratio_is_of_rates_and_the_other_way_of_cpu() -> None:
    found = figures(measured("get", SERVICE, 300) + measured("get", "bare Flask", 600))
    pair = ratio(found, "get", SERVICE, "bare Flask")
    assert pair is not None
    assert (pair.rate, pair.cpu) == (0.5, pytest.approx(0.5))


@pytest.mark.parametrize(
    "other",
    [
        measured("get", "bare Flask", 600, failed=1),
        measured("get", "bare Flask", 600, 600) + measured("get", "bare Flask", 600, failed=2),
        measured("enroll", "bare Flask", 600),
    ],
    ids=["failed", "failed in one run", "another row"],
)
def test_there_is_no_ratio_with_what_failed_or_was_not_measured(other: list[Any]) -> None:
    found = figures(measured("get", SERVICE, 300) + other)
    assert ratio(found, "get", SERVICE, "bare Flask") is None


def test_nothing_measured_is_no_ratio() -> None:
    found = figures(measured("get", SERVICE, 300) + measured("get", "bare Flask", 1))
    nothing = found | {("get", "bare Flask"): Figure(0.0, 0.0, 0, 0, 1, 0)}
    assert ratio(nothing, "get", SERVICE, "bare Flask") is None


def test_growth_tells_what_a_request_costs_more() -> None:
    output = Output.of(told(measured("get", SERVICE, 300), measured("get", LARGE, 200)))
    told_growth = tables.growth(output, "devices")
    assert "1,000,000 / 10,000 devices" in told_growth
    assert "| get | 1.50x (CPU 1.50x) |" in told_growth


def test_the_page_begins_with_ratios_and_names_what_is_absent() -> None:
    runs = (
        measured("get", SERVICE, 300),
        measured("get", "bare Flask", 600),
        measured("get", "moto DynamoDB", 100),
    )
    page = writing.page([told(*runs)])
    assert "| get | 50% (CPU 50%, aim 70%) |" in page
    assert "| get | 3x (CPU 3x, aim 12x) |" in page
    assert page.index("| get | 50%") < page.index("## Absolute figures")
    assert "- WireMock: there is no Java" in page


def test_every_aim_is_of_a_row_that_there_is() -> None:
    assert {row for row, _ in tables.AIMS} <= rows.BY_NAME.keys()


def test_what_differs_between_devices_has_one_width() -> None:
    widths = {tuple(map(len, bodies.own(number).values())) for number in (0, 7, 99_999_999)}
    assert len(widths) == 1


def test_a_template_has_the_length_of_its_filled_body() -> None:
    load = Load("POST", "/x", {}, f'{{"a": "{field("digits")}"}}', [bodies.own(5)])
    assert "Content-Length: 17" in load.template(80)
    assert load.filled(load.body, 0) == '{"a": "00000005"}'


def test_fields_of_unequal_width_are_refused() -> None:
    load = Load("GET", f"/{field('id')}", {}, "", [{"id": "a"}, {"id": "bb"}])
    with pytest.raises(ValueError, match="width"):
        load.table()


def test_a_changed_check_in_differs_from_request_to_request() -> None:
    body = rows.changing(rows.encoded(bodies.facts(bodies.own(1))))
    load = Load("POST", "/x", {}, body)
    assert field(NUMBER) in body
    assert load.filled(body, 1) != load.filled(body, 2)
    assert len(load.filled(body, 1)) == len(load.filled(body, 99_999_999))
