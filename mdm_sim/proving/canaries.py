"""Canaries: unique values of every kind of fact, and the forms by which each is known again.

A value of few possibilities (true or false, a member of a list) cannot be a canary: wherever it
stands, it may be somebody else's. The names of the facts that are held are compared for those.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from uuid import UUID

from mdm_sim.policy.facts import Kind
from mdm_sim.proving.search import digests, forms

Value = str | int | float
# Who lawfully holds a value: a kind of holder and the id of the object.
Holder = tuple[str, str]

WORD_LENGTH = 20
_LETTERS = string.ascii_lowercase + string.digits
_WIDE = "éøñçöžłß"
# Digits of a telephone number that are searched for: its last eleven.
_PHONE_TAIL = 11
_MOMENT_LENGTH = len("2031-05-17T13:24:53.123456")

# Kinds whose values are too few to be told apart by their bytes.
NO_CANARY = {Kind.BOOLEAN, Kind.DEVICE_TYPE, Kind.THREAT_STATE}


@dataclass(slots=True, eq=False)
class Canary:
    """One value: where it was offered, what became of it, and who may hold it since when."""

    number: int
    value: Value
    row: str
    how: str
    outcome: str = "not taken"
    held: list[tuple[int, frozenset[Holder]]] = field(default_factory=list)

    def holders(self, tick: int | None = None) -> frozenset[Holder]:
        """Who may hold it, now or when the request `tick` was answered."""
        for since, holders in reversed(self.held):
            if tick is None or since <= tick:
                return holders
        return frozenset()

    def hold(self, tick: int, holder: Holder) -> None:
        """From the request `tick` on `holder` holds it, beside others."""
        self._become(tick, self.holders() | {holder})

    def drop(self, tick: int, holder: Holder) -> None:
        """From the request `tick` on `holder` holds it no more."""
        self._become(tick, self.holders() - {holder})

    def _become(self, tick: int, holders: frozenset[Holder]) -> None:
        if holders != self.holders():
            self.held.append((tick, holders))


def word(random: Random) -> str:
    """A word that stands nowhere else; its first letter makes it fit to be a name."""
    return random.choice(string.ascii_lowercase) + "".join(
        random.choices(_LETTERS, k=WORD_LENGTH - 1)
    )


def wide_word(random: Random) -> str:
    """A word whose every second letter is not of ASCII, so that escapes have work to do."""
    return "".join(random.choice(_LETTERS) + random.choice(_WIDE) for _ in range(WORD_LENGTH // 2))


def _digits(random: Random, count: int) -> str:
    return "".join(random.choices(string.digits, k=count))


def with_check_digit(digits: str) -> str:
    """`digits` with their Luhn digit (ISO/IEC 7812-1)."""
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(digits)))
    return digits + str(-sum(value - 9 if value > 9 else value for value in doubled) % 10)


def _imei(random: Random) -> str:
    return with_check_digit(f"35{_digits(random, 12)}")


def _iccid(random: Random) -> str:
    return with_check_digit(f"8931{_digits(random, 15)}")


def _mac(random: Random) -> str:
    return ":".join(f"{byte:02X}" for byte in random.randbytes(6))


def _guid(random: Random) -> str:
    return str(UUID(int=random.getrandbits(128), version=4))


def _ipv4(random: Random) -> str:
    return ".".join(str(random.randint(100, 254)) for _ in range(4))


def _phone(random: Random) -> str:
    return f"+31{_digits(random, 13)}"


def _moment(random: Random) -> str:
    day, time = random.randint(10, 28), f"{random.randint(10, 23)}:{random.randint(10, 59)}"
    return f"20{random.randint(31, 60)}-05-{day}T{time}:53.{_digits(random, 6)}+00:00"


def _degrees(most: int) -> Callable[[Random], float]:
    return lambda random: round(random.uniform(most / 9, most), 13) + 1e-13


# fmt: off
VALUES: dict[Kind, Callable[[Random], Value]] = {
    Kind.TEXT: word,          Kind.GUID: _guid,
    Kind.IMEI: _imei,         Kind.ICCID: _iccid,
    Kind.MAC: _mac,           Kind.IPV4: _ipv4,
    Kind.PHONE: _phone,       Kind.MOMENT: _moment,
    Kind.LATITUDE: _degrees(89), Kind.LONGITUDE: _degrees(179),
    Kind.COUNT: lambda random: random.randint(10**17, 9 * 10**17),
    Kind.NUMBER: lambda random: random.randint(10**17, 9 * 10**17),
}
# fmt: on


def patterns(value: Value, kind: Kind = Kind.TEXT) -> set[bytes]:
    """Every form of a value that is searched for."""
    found: set[bytes] = set()
    for spelling in _spellings(value, kind):
        found |= forms(spelling)
    match kind:
        case Kind.PHONE:
            found.update(digests(str(value).encode()), digests(str(value)[1:].encode()))
        case Kind.GUID:
            found |= {UUID(str(value)).bytes, UUID(str(value)).bytes_le}
        case Kind.TEXT:
            upper = str(value).upper()
            found |= {upper.encode(), upper.encode("utf-16-le")}
    return found


def _spellings(value: Value, kind: Kind) -> Iterator[str]:
    """The ways to write a value: a MAC address has its separators, a GUID its hyphens."""
    text = str(value)
    match kind:
        case Kind.MAC:
            plain = text.replace(":", "")
            for spelled in (text, plain, text.replace(":", "-")):
                yield from (spelled, spelled.lower())
        case Kind.GUID:
            yield from (text, text.replace("-", ""))
        case Kind.PHONE:
            yield text[-_PHONE_TAIL:]
        case Kind.MOMENT:
            yield text[:_MOMENT_LENGTH]
        case _:
            yield text
