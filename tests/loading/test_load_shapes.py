"""Shapes and plans: how many devices are awake when, and when each checks in."""

from __future__ import annotations

from itertools import pairwise

import pytest

from mdm_devices.load.shapes import INTERVAL, PUSH_SPREAD, SHAPES, Plan

SECONDS = 100.0
FLEET = range(400)


def plan(name: str, seed: int = 1) -> Plan:
    return Plan(name, len(FLEET), SECONDS, seed)


def at(name: str, simulated: float) -> float:
    """The moment of the run at which so many simulated seconds of the shape have passed."""
    return plan(name).enrolled + simulated / plan(name).factor


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_goes_from_its_beginning_to_its_end(name: str) -> None:
    moments = [moment for moment, _ in SHAPES[name].awake]
    assert moments[0] == 0
    assert moments[-1] == SHAPES[name].seconds
    assert all(earlier <= later for earlier, later in pairwise(moments))
    assert all(0 < share <= 1 for _, share in SHAPES[name].awake)


@pytest.mark.parametrize("name", SHAPES)
def test_the_whole_fleet_is_enrolled_before_the_shape_begins(name: str) -> None:
    assert plan(name).awake(0) == 1
    assert plan(name).awake(plan(name).enrolled - 1) == len(FLEET)


@pytest.mark.parametrize("name", SHAPES)
def test_a_run_has_devices_to_its_end_and_none_after_it(name: str) -> None:
    assert all(1 <= plan(name).awake(moment) <= len(FLEET) for moment in range(int(SECONDS)))
    assert plan(name).awake(SECONDS) == 0


def test_a_day_has_its_peak_in_the_morning_and_a_dent_at_lunch() -> None:
    hours = {hour: plan("day").awake(at("day", hour * 3600)) for hour in (3, 9, 12.5, 15, 22)}
    assert hours[9] == len(FLEET)
    assert hours[3] < hours[22] < hours[12.5] < hours[15] < hours[9]


def test_on_monday_everyone_comes_at_once() -> None:
    half_past = at("monday", 1800)
    assert plan("monday").awake(half_past - 0.1) == 8
    assert plan("monday").awake(half_past + 0.1) == len(FLEET)


def test_on_monday_every_check_in_is_overdue() -> None:
    due = {plan("monday").first_check_in(index, 3.0) for index in FLEET}
    assert due == {plan("monday").enrolled}


def test_first_check_ins_are_spread_over_an_interval() -> None:
    of_day = plan("day")
    due = [(of_day.first_check_in(i, 3.0) - of_day.enrolled) * of_day.factor for i in FLEET]
    assert all(0 <= each < INTERVAL for each in due)
    quarters = [sum(q <= each / INTERVAL * 4 < q + 1 for each in due) for q in range(4)]
    assert all(count > len(FLEET) / 8 for count in quarters)


def test_a_device_comes_back_after_eight_hours_or_so() -> None:
    of_day = plan("day")
    waits = [(of_day.next_check_in(index, 1, 40.0) - 40.0) * of_day.factor for index in FLEET]
    assert all(0.9 * INTERVAL <= wait <= 1.1 * INTERVAL for wait in waits)
    assert len(set(waits)) == len(FLEET)


def test_a_push_brings_every_device_within_a_minute() -> None:
    pushed = plan("push")
    [push] = pushed.pushes
    for index in FLEET:
        due = min(pushed.next_check_in(index, 1, push - 1), pushed.call(index, push))
        assert push <= due <= push + PUSH_SPREAD / pushed.factor


def test_a_push_brings_a_device_once() -> None:
    pushed = plan("push")
    [push] = pushed.pushes
    for index in FLEET:
        came = pushed.next_check_in(index, 1, push - 0.001)
        assert came <= push + PUSH_SPREAD / pushed.factor
        assert pushed.next_check_in(index, 2, came) > SECONDS


def test_the_same_seed_gives_the_same_moments() -> None:
    one, again, another = (
        [plan("day", seed).first_check_in(index, 0) for index in FLEET] for seed in (1, 1, 2)
    )
    assert one == again != another
