"""Numbers pass for real ones."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdm_devices import identifiers
from mdm_devices.draw import STRIDES, Draw
from mdm_devices.hardware import MODELS
from mdm_devices.personas import Fleet

PATTERNS = {
    "apple": r"[A-Z0-9]{10}",
    "apple-12": r"[A-Z][A-Z0-9]{2}[A-Z0-9]{9}",
    "dell": r"[B-DF-HJ-NP-TV-Z0-9]{7}",
    "lenovo": r"PF[A-Z0-9]{6}",
    "hp": r"5CG[2-5]\d{2}[A-Z0-9]{4}",
    "samsung": r"R[A-Z0-9]{10}",
    "google": r"\d{5}FD[A-Z0-9]{7}",
    "surface": r"\d{12}",
}
draws = st.builds(Draw, st.integers(0, 2**40), st.integers(0, 10**6))


def test_a_known_imei_has_its_known_check_digit() -> None:
    assert identifiers.luhn_digit("49015420323751") == "8"


@given(st.text("0123456789", min_size=2, max_size=20), st.integers(1, 9))
def test_a_wrong_last_digit_fails_the_check(digits: str, error: int) -> None:
    right = digits + identifiers.luhn_digit(digits)
    wrong = digits + str((int(right[-1]) + error) % 10)
    assert identifiers.has_luhn(right)
    assert not identifiers.has_luhn(wrong)


@given(draws)
def test_an_imei_is_the_type_code_and_15_checked_digits(draw: Draw) -> None:
    number = identifiers.imei(draw, "35047521")
    assert re.fullmatch(r"35047521\d{7}", number)
    assert identifiers.has_luhn(number)


@given(draws)
def test_an_iccid_is_19_or_20_checked_digits_from_89(draw: Draw) -> None:
    number = identifiers.iccid(draw)
    assert re.fullmatch(r"89\d{17,18}", number)
    assert identifiers.has_luhn(number)


@pytest.mark.parametrize("maker", PATTERNS)
@given(draw=draws)
def test_a_serial_number_has_its_makers_pattern(maker: str, draw: Draw) -> None:
    assert re.fullmatch(PATTERNS[maker], identifiers.serial_number(draw, maker))


def test_every_model_has_a_serial_pattern_a_type_code_and_a_vendor_prefix() -> None:
    for model in (model for models in MODELS.values() for model in models):
        assert model.serials in PATTERNS
        assert re.fullmatch(r"\d{8}", model.tac)
        assert re.fullmatch(r"[0-9A-F]{6}", model.oui)


@given(draws)
def test_a_telephone_number_is_e164_in_a_range_no_person_has(draw: Draw) -> None:
    number = identifiers.phone_number(draw)
    assert re.fullmatch(r"\+31970\d{8}|\+1[2-6]\d\d55501\d\d", number)


@given(draws)
def test_an_address_is_private_and_never_the_start_of_another(draw: Draw) -> None:
    assert re.fullmatch(r"10(\.[12]\d\d){3}", identifiers.private_ip_address(draw))


@given(draws)
def test_a_mac_address_starts_with_its_vendor(draw: Draw) -> None:
    address = identifiers.mac_address(draw, "A4BB6D", "wifi")
    assert re.fullmatch(r"A4:BB:6D(:[0-9A-F]{2}){3}", address)


@pytest.mark.parametrize("kind", STRIDES)
def test_no_two_devices_draw_the_same_number(kind: str) -> None:
    numbers = {Draw(5, index, "").unique(4000, kind) for index in range(4000)}
    assert len(numbers) == 4000


@pytest.mark.parametrize(
    "name", ["serialNumber", "imei", "iccid", "phoneNumber", "wiFiMacAddress", "deviceName"]
)
def test_no_two_devices_of_a_fleet_share_an_identifier(fleet: Fleet, name: str) -> None:
    values = [device.facts[name] for device in fleet.devices(300)]
    assert len(set(values)) == len(values)
