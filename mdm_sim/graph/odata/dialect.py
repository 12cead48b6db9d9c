"""JSON, numbers and moments in SQL; what databases spell differently is in `store.dialects`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, case, func, literal, literal_column
from sqlalchemy.sql.elements import Grouping
from sqlalchemy.sql.selectable import FromClause

from mdm_sim.graph.odata.literals import DAY, TICKS
from mdm_sim.store.dialects.functions import whole

Column = ColumnElement[Any]


def json_items(
    document: Column, name: str | None, alias: str
) -> tuple[FromClause, Column, ColumnElement[bool]]:
    """The items of a list in a JSON document, as rows: their source, their value, a condition.

    Without a `name` the document itself is the list. What is no list has no items.
    """
    path: Column = literal_column("'$'" if name is None else f"'$.\"{name}\"'")
    rows = func.json_each(document, path).table_valued("value", name=alias, joins_implicitly=True)
    return rows, rows.c.value, func.json_type(document, path) == literal_column("'array'")


def position_of(text: Column, part: Column) -> Column:
    """Where a part of a text begins, from 1; 0 where it is not in it."""
    return func.instr(text, part)


def is_number(expression: Column) -> bool:
    """Whether a column is one of numbers by its type."""
    return expression.type.python_type in {int, float} if _is_typed(expression) else False


def _is_typed(expression: Column) -> bool:
    try:
        return expression.type.python_type is not None
    except NotImplementedError:
        return False


def calculate(sign: str, left: Column, right: Column) -> Column:
    """Two numbers with one of + - * / % between; division by zero gives NULL; % is of integers."""
    if sign == "%":
        left, right = whole(left), whole(right)
    if sign in "/%":
        right = func.nullif(right, literal_column("0"))
    return Grouping(left.op(sign, precedence=100)(right))


def floor(number: Column) -> Column:
    """The largest whole number that is not above."""
    return case((number < whole(number), whole(number) - 1), else_=whole(number))


def real(number: Column) -> Column:
    """A number that divides with its fraction."""
    return calculate("*", number, literal_column("1.0"))


def ticks_of_seconds(seconds: Column, *, with_fraction: bool) -> Column:
    """Seconds since 1970 as ticks, exactly as they are shown."""
    ticks = whole(seconds) * literal_column(str(TICKS))
    if not with_fraction:
        return ticks
    fraction = calculate("*", seconds - whole(seconds), literal_column(f"{TICKS}.0"))
    return ticks + whole(fraction)


def ticks_of_text(text: Column) -> Column:
    """A moment or a date in ISO 8601 as ticks since 1970."""
    ends = func.substr(text, func.length(text) - 5)
    is_offset = (func.length(text) > 19) & func.substr(ends, 1, 1).in_(["+", "-"])
    offset = case((is_offset, ends), else_="")
    seconds = func.strftime(literal_column("'%s'"), func.substr(text, 1, 19).concat(offset))
    return whole(seconds) * literal_column(str(TICKS)) + _fraction(text)


def ticks_of_time(text: Column) -> Column:
    """A time of day as ticks since midnight."""
    today = literal("1970-01-01T").concat(func.substr(text, 1, 8))
    seconds = func.strftime(literal_column("'%s'"), today)
    return whole(seconds) * literal_column(str(TICKS)) + _fraction(text)


def _fraction(text: Column) -> Column:
    """The seven digits behind the dot of a text, as a number."""
    begins = func.instr(text, ".")
    digits = func.substr(func.rtrim(func.substr(text, begins + 1), "ZzS").concat("0000000"), 1, 7)
    return case((begins > 0, whole(digits)), else_=0)


def ticks_of_duration(text: Column) -> Column:
    """An ISO 8601 duration of days, hours, minutes and seconds as ticks."""
    seconds = (
        _before(text, "D") * 86_400
        + _before(text, "H") * 3_600
        + _before(text, "M") * 60
        + _before(text, "S", ".")
    )
    ticks = seconds * TICKS + _fraction(text)
    return case((func.substr(text, 1, 1) == "-", -ticks), else_=ticks)


def _before(text: Column, mark: str, dot: str = "") -> Column:
    """The whole number before a mark, 0 where there is none."""
    head = func.substr(text, 1, func.instr(text, mark) - 1)
    digits = func.substr(head, func.length(func.rtrim(head, f"0123456789{dot}")) + 1)
    return case((func.instr(text, mark) > 0, whole(digits)), else_=0)


_PARTS = {
    "year": "%Y",
    "month": "%m",
    "day": "%d",
    "hour": "%H",
    "minute": "%M",
    "second": "%S",
}


def part_of(name: str, ticks: Column) -> Column:
    """The year, month, day, hour, minute or second of a moment."""
    seconds = calculate("/", ticks - tick_of(ticks, TICKS), literal_column(str(TICKS)))
    form: Column = literal_column(f"'{_PARTS[name]}'")
    return whole(func.strftime(form, seconds, literal_column("'unixepoch'")))


def tick_of(ticks: Column, span: int) -> Column:
    """How far a moment is into a span, such as a day; not negative before 1970 either."""
    length: Column = literal_column(str(span))
    return calculate("%", calculate("%", ticks, length) + length, length)


def day_of(ticks: Column) -> Column:
    """The midnight before a moment."""
    return ticks - tick_of(ticks, DAY)


def time_of(ticks: Column) -> Column:
    """The time of day of a moment."""
    return tick_of(ticks, DAY)
