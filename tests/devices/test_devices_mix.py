"""Shares become seats."""

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdm_devices.mix import MixError, Seating, apportion, parse_mix, parse_platforms

shares = st.lists(st.integers(1, 99), min_size=3, max_size=3).map(
    lambda weights: f"corporate={weights[0]},byod={weights[1]},mam={weights[2]}"
)


@given(shares)
def test_shares_add_up_to_one(mix: str) -> None:
    assert sum(parse_mix(mix).values()) == 1


def test_fractions_and_percentages_say_the_same() -> None:
    assert parse_mix("corporate=0.4, byod=0.4, mam=0.2") == parse_mix("corporate=40,byod=40,mam=20")


@given(shares, st.integers(0, 10_000))
def test_counts_add_up_to_the_devices_asked_for(mix: str, count: int) -> None:
    assert sum(apportion(parse_mix(mix), count).values()) == count


@given(shares, st.integers(0, 10_000))
def test_no_count_is_a_whole_seat_off_its_share(mix: str, count: int) -> None:
    quotas = parse_mix(mix)
    for name, seats in apportion(quotas, count).items():
        assert abs(seats - quotas[name] * count) < 1


def test_the_largest_remainder_gets_the_seat_left_over() -> None:
    thirds = {"corporate": Fraction(5, 10), "byod": Fraction(3, 10), "mam": Fraction(2, 10)}
    assert apportion(thirds, 7) == {"corporate": 4, "byod": 2, "mam": 1}


@given(shares, st.integers(1, 400))
def test_every_start_of_a_fleet_is_close_to_the_mix(mix: str, count: int) -> None:
    seating = Seating(mix, "ios")
    seats = Counter(seating.seat(index).profile for index in range(count))
    for name, share in parse_mix(mix).items():
        assert abs(seats[name] - share * count) < 2


def test_ten_devices_of_the_default_mix_are_four_four_and_two() -> None:
    seating = Seating("corporate=40,byod=40,mam=20", "windows,macos,ios,ipados,android")
    seats = Counter(seating.seat(index).profile for index in range(10))
    assert seats == {"corporate": 4, "byod": 4, "mam": 2}


def test_platforms_take_turns_within_a_profile() -> None:
    seating = Seating("byod=1", "ios,linux")
    assert [seating.seat(index).platform for index in range(4)] == ["ios", "linux"] * 2


def test_app_registrations_fall_back_to_a_platform_that_has_them() -> None:
    seating = Seating("mam=1", "macos,linux,android")
    assert {seating.seat(index).platform for index in range(9)} == {"android"}


def test_app_registrations_without_such_a_platform_are_an_error() -> None:
    with pytest.raises(MixError, match="mam needs one of"):
        Seating("byod=1,mam=1", "macos,linux")


@pytest.mark.parametrize(
    "mix", ["", "corporate", "corporate=x", "corporate=-1", "corporate=0", "cope=1", "mam=1,mam=2"]
)
def test_a_mix_that_says_nothing_is_an_error(mix: str) -> None:
    with pytest.raises(MixError):
        parse_mix(mix)


@pytest.mark.parametrize("text", ["", "windows,amiga", ","])
def test_an_unknown_platform_is_an_error(text: str) -> None:
    with pytest.raises(MixError):
        parse_platforms(text)
