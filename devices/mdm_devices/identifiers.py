"""Numbers that pass for real ones: IMEI, ICCID, serial numbers, MAC addresses, telephones."""

from collections.abc import Callable

from mdm_devices.draw import CONSONANTS_AND_DIGITS, Draw

APPLE_PLANTS = ("C02", "C39", "DMP", "F2L", "FVF", "GG7", "H9K")
# fmt: off
US_AREAS = (
    201, 202, 206, 212, 213, 214, 215, 216, 301, 303, 305, 310, 312, 313, 314, 401,
    402, 404, 405, 408, 410, 412, 414, 415, 502, 503, 504, 505, 510, 512, 513, 515,
    601, 602, 603, 605, 612, 614, 615, 617,
)
# fmt: on
SIM_ISSUERS = ("3104", "3108", "3116", "3126", "4410", "4420", "4930", "3210")


def luhn_digit(digits: str) -> str:
    """The check digit that completes `digits` (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def has_luhn(number: str) -> bool:
    """Whether the last digit checks the others."""
    return number.isdigit() and luhn_digit(number[:-1]) == number[-1]


def imei(draw: Draw, tac: str) -> str:
    """15 digits: type allocation code, serial number, check digit (3GPP TS 23.003, 6.2)."""
    body = f"{tac}{draw.unique(10**6, 'imei'):06d}"
    return body + luhn_digit(body)


def iccid(draw: Draw) -> str:
    """19 or 20 digits: 89, country and issuer, account, check digit (ITU-T E.118)."""
    account = f"{draw.unique(10**9, 'iccid'):09d}" + draw.digits(draw.between(3, 4))
    body = f"89{draw.pick(SIM_ISSUERS)}{account}"
    return body + luhn_digit(body)


def mac_address(draw: Draw, oui: str, kind: str) -> str:
    """A vendor's prefix (six hex digits) and a number of its own, colon separated."""
    text = f"{oui}{draw.unique(2**24, kind):06X}"
    return ":".join(text[place : place + 2] for place in range(0, 12, 2))


def private_ip_address(draw: Draw) -> str:
    """An address in 10/8 with parts of three digits, so that none is the start of another."""
    number = draw.unique(150**3, "address")
    return f"10.{100 + number // 22500}.{100 + number // 150 % 150}.{100 + number % 150}"


def phone_number(draw: Draw) -> str:
    """E.164: a Dutch machine number (097) or an American number reserved for fiction (555-01xx)."""
    turn, place = divmod(draw.index, 5)
    if place < 4:
        return f"+31970{draw.unique(10**8, 'phone'):08d}"
    area, line = divmod(draw.scatter(turn, len(US_AREAS) * 100, "phone"), 100)
    return f"+1{US_AREAS[area]}55501{line:02d}"


def contact_number(draw: Draw) -> str:
    """E.164, in the British range that Ofcom keeps for drama."""
    return f"+447700900{draw.below(1000):03d}"


def _apple(draw: Draw) -> str:
    return draw.code(10)


def _apple_before_2021(draw: Draw) -> str:
    return draw.pick(APPLE_PLANTS) + draw.code(9, CONSONANTS_AND_DIGITS)


def _dell(draw: Draw) -> str:
    return draw.code(7, CONSONANTS_AND_DIGITS)


def _lenovo(draw: Draw) -> str:
    return "PF" + draw.code(6, CONSONANTS_AND_DIGITS)


def _hp(draw: Draw) -> str:
    return f"5CG{draw.between(2, 5)}{draw.between(1, 52):02d}" + draw.code(4, CONSONANTS_AND_DIGITS)


def _samsung(draw: Draw) -> str:
    return "R" + draw.digits(2) + draw.code(8)


def _google(draw: Draw) -> str:
    return draw.digits(5) + "FD" + draw.code(7, CONSONANTS_AND_DIGITS)


def _surface(draw: Draw) -> str:
    return "0" + draw.digits(11)


SERIAL_NUMBERS: dict[str, Callable[[Draw], str]] = {
    "apple": _apple,
    "apple-12": _apple_before_2021,
    "dell": _dell,
    "lenovo": _lenovo,
    "hp": _hp,
    "samsung": _samsung,
    "google": _google,
    "surface": _surface,
}


def serial_number(draw: Draw, maker: str) -> str:
    """A serial number in the pattern of the maker, a key of SERIAL_NUMBERS."""
    return SERIAL_NUMBERS[maker](draw)
