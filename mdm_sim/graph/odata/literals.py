"""Literals of a filter as values: texts, numbers, and ticks of 100 ns for all that is of time."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from mdm_sim.graph.odata.filter_tokens import Token
from mdm_sim.graph.odata.filter_tree import Literal, wrong

TICKS = 10_000_000
DAY = 86_400 * TICKS
LARGEST = 2**63 - 1
_LONGEST_NUMBER = 40
_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d)(?::(\d\d)(?:\.(\d+))?)?(?:([Zz])|([+-]\d\d:\d\d))?)?"
)
_TIME = re.compile(r"(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?")
_DURATION = re.compile(
    r"([+-])?P(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:\.(\d+))?S)?)?",
    re.IGNORECASE,
)
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def literal_of(token: Token) -> Literal:
    """The value of a word that is a literal. Raises Malformed."""
    kind, value = _READERS[token.kind](token.text)
    if value is None:
        raise wrong(token.position, "A literal that is no value of its type")
    return Literal(kind, value, token.position)


def _text(text: str) -> str:
    return text[1:-1].replace("''", "'")


def _number(text: str) -> tuple[str, int | float | None]:
    text = text.rstrip("lLfFdDmM")
    if len(text) > _LONGEST_NUMBER:
        return "number", None
    value: int | float = int(text) if text.removeprefix("-").isdigit() else float(text)
    if abs(value) > LARGEST or math.isinf(value):
        return "number", None
    return ("integer" if isinstance(value, int) else "number"), value


def _fraction(digits: str | None) -> int:
    return int((digits or "").ljust(7, "0")[:7])


def moment(text: str) -> int | None:
    """A date, or a date and time, as ticks since 1970; UTC where it names no offset."""
    found = _MOMENT.fullmatch(text)
    if not found:
        return None
    date, clock, seconds, fraction, _, offset = found.groups()
    try:
        there = f"{date}T{clock or '00:00'}:{seconds or '00'}{offset or '+00:00'}"
        span = datetime.fromisoformat(there) - _EPOCH
    except ValueError:
        return None
    return (span.days * 86_400 + span.seconds) * TICKS + _fraction(fraction)


def time_of_day(text: str) -> int | None:
    """A time of day as ticks since midnight."""
    found = _TIME.fullmatch(text)
    if not found:
        return None
    hours, minutes, seconds = (int(each or 0) for each in found.groups()[:3])
    if hours > 23 or minutes > 59 or seconds > 59:
        return None
    return (hours * 3600 + minutes * 60 + seconds) * TICKS + _fraction(found[4])


def duration(text: str) -> int | None:
    """An ISO 8601 duration of days, hours, minutes and seconds as ticks."""
    found = _DURATION.fullmatch(text)
    if not found or text[-1:].upper() in {"P", "T"}:
        return None
    days, hours, minutes, seconds = (int(each or 0) for each in found.groups()[1:5])
    whole = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    ticks = whole * TICKS + _fraction(found[6])
    return (-ticks if found[1] == "-" else ticks) if ticks <= LARGEST else None


def _tagged(text: str) -> tuple[str, Any]:
    """`guid'…'`, `duration'…'` and the like; any other tag is the type of an enum's member."""
    tag, _, rest = text.partition("'")
    value = _text(f"'{rest}")
    if tag.lower() in _TAGS:
        kind, reader = _TAGS[tag.lower()]
        return kind, reader(value)
    return "enum", value if "." in tag else None


def _guid(text: str) -> str | None:
    return text if _GUID.fullmatch(text) else None


_TAGS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "guid": ("guid", _guid),
    "duration": ("duration", duration),
    "datetime": ("moment", moment),
    "datetimeoffset": ("moment", moment),
    "date": ("moment", moment),
    "time": ("time", time_of_day),
    "timeofday": ("time", time_of_day),
}
_READERS: dict[str, Callable[[str], tuple[str, Any]]] = {
    "text": lambda text: ("text", _text(text)),
    "guid": lambda text: ("guid", text),
    "moment": lambda text: ("moment", moment(text)),
    "time": lambda text: ("time", time_of_day(text)),
    "number": _number,
    "infinity": lambda _text: ("number", -math.inf),
    "tagged": _tagged,
}
