"""Device queries: a small part of Kusto's language, over the tables of a simulated device.

A query is a table, then operators: `where COLUMN == LITERAL` (or another comparison; more with
`and`), `project A, B`, `take N` or `limit N`, `count`. All else is refused, never guessed at.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from mdm_devices import machine_hardware as hardware
from mdm_devices import machine_software as software
from mdm_devices.machine import Machine, Row

TABLES: dict[str, Callable[[Machine], list[Row]]] = {
    "BiosInfo": hardware.bios_info,
    "Certificate": software.certificate,
    "Cpu": hardware.cpu,
    "DiskDrive": hardware.disk_drive,
    "EncryptableVolume": hardware.encryptable_volume,
    "FileInfo": software.file_info,
    "LocalGroup": software.local_group,
    "LocalUserAccount": software.local_user_account,
    "LogicalDrive": hardware.logical_drive,
    "MemoryInfo": hardware.memory_info,
    "OsVersion": software.os_version,
    "Process": software.process,
    "SystemEnclosure": hardware.system_enclosure,
    "SystemInfo": hardware.system_info,
    "Time": software.time,
    "Tpm": hardware.tpm,
    "WindowsDriver": software.windows_driver,
    "WindowsQfe": software.windows_qfe,
    "WindowsRegistry": software.windows_registry,
    "WindowsService": software.windows_service,
}
# Tables that a query names a path for: it is told of the path and of all that is below it.
PATHS = {"FileInfo": "Path", "WindowsRegistry": "RegistryKey"}
Literal = str | int | float | bool
TOKEN = re.compile(
    r"\s*(?:@?(?P<text>'[^']*'|\"[^\"]*\")|(?P<number>-?\d+(?:\.\d+)?)\b"
    r"|(?P<name>[A-Za-z_]\w*)|(?P<sign>==|!=|<=|>=|[<>|,()]))"
)
TRUTHS = {"true": True, "false": False}


class QueryError(ValueError):
    """A query that this device cannot answer."""


@dataclass(frozen=True)
class Token:
    """A piece of a query: `text` (a literal without its quotes), `number`, `name` or `sign`."""

    kind: str
    value: str


class Tokens:
    """The pieces of a query, taken one by one."""

    def __init__(self, query: str) -> None:
        self._rest = list(split(query))

    def at(self, *values: str) -> bool:
        """Whether a name or sign of these is next."""
        first = self._rest[0] if self._rest else None
        return first is not None and first.kind in {"name", "sign"} and first.value in values

    def take(self, *kinds: str) -> Token:
        """The next piece, which has to be of one of these kinds."""
        if not self._rest or self._rest[0].kind not in kinds:
            raise QueryError(f"{self._next()}, where a {' or '.join(kinds)} is expected")
        return self._rest.pop(0)

    def accept(self, *values: str) -> bool:
        """Take the next piece if it is one of these."""
        return self.at(*values) and bool(self._rest.pop(0))

    def require(self, value: str) -> None:
        """Take the next piece, which has to be this."""
        if not self.accept(value):
            raise QueryError(f"{self._next()}, where {value} is expected")

    def operator(self) -> str | None:
        """Take the bar and the name of the next operator; None at the end."""
        if not self._rest:
            return None
        self.require("|")
        return self.take("name").value

    def _next(self) -> str:
        return self._rest[0].value if self._rest else "the query ends"


def split(query: str) -> Iterator[Token]:
    """The pieces of a query. Raises QueryError at one that is not of this language."""
    place, text = 0, query.strip().removesuffix(";").rstrip()
    while place < len(text):
        found = TOKEN.match(text, place)
        if found is None:
            raise QueryError(f"not understood: {text[place:].strip()[:20]}")
        kind = str(found.lastgroup)
        value = found[kind]
        yield Token(kind, value[1:-1] if kind == "text" else value)
        place = found.end()


def answer(query: object, machine: Machine) -> list[Row]:
    """The rows that the query asks for. Raises QueryError."""
    if not isinstance(query, str):
        raise QueryError("no query in the parameters")
    tokens = Tokens(query)
    rows, columns = table(tokens, machine)
    while (name := tokens.operator()) is not None:
        if name not in OPERATORS:
            raise QueryError(f"the operator {name} is not simulated")
        rows, columns = OPERATORS[name](tokens, rows, columns)
    return rows


Operator = Callable[[Tokens, list[Row], list[str]], tuple[list[Row], list[str]]]


def table(tokens: Tokens, machine: Machine) -> tuple[list[Row], list[str]]:
    """The table that a query begins with: its rows and its columns."""
    name = tokens.take("name").value
    if name not in TABLES:
        raise QueryError(f"the table {name} is not simulated")
    rows = TABLES[name](machine)
    columns = list(rows[0])
    if name in PATHS:
        tokens.require("(")
        path = tokens.take("text").value
        tokens.require(")")
        rows = [row for row in rows if is_below(row[PATHS[name]], path)]
    return rows, columns


def is_below(path: str, folder: str) -> bool:
    """Whether a path is the folder or below it; a backslash may be written once or twice."""
    parts, above = (
        [part for part in text.casefold().split("\\") if part] for text in (path, folder)
    )
    return bool(above) and parts[: len(above)] == above


def where(tokens: Tokens, rows: list[Row], columns: list[str]) -> tuple[list[Row], list[str]]:
    """The rows that meet all conditions, which are joined by `and`."""
    while True:
        name = column(tokens, columns)
        sign = tokens.take("sign").value
        if sign not in COMPARISONS:
            raise QueryError(f"the comparison {sign} is not simulated")
        wanted = literal(tokens)
        rows = [row for row in rows if COMPARISONS[sign](*alike(row[name], wanted))]
        if not tokens.accept("and"):
            return rows, columns


def project(tokens: Tokens, rows: list[Row], columns: list[str]) -> tuple[list[Row], list[str]]:
    """The rows with these columns alone."""
    chosen = [column(tokens, columns)]
    while tokens.accept(","):
        chosen.append(column(tokens, columns))
    return [{name: row[name] for name in chosen} for row in rows], chosen


def take(tokens: Tokens, rows: list[Row], columns: list[str]) -> tuple[list[Row], list[str]]:
    """The first rows."""
    number = tokens.take("number").value
    if not number.isdecimal():
        raise QueryError(f"{number}, where a number of rows is expected")
    return rows[: int(number)], columns


def count(_tokens: Tokens, rows: list[Row], _columns: list[str]) -> tuple[list[Row], list[str]]:
    """One row: how many there are."""
    return [{"Count": len(rows)}], ["Count"]


COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": eq,
    "!=": ne,
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
}
OPERATORS: dict[str, Operator] = {
    "where": where,
    "project": project,
    "take": take,
    "limit": take,
    "count": count,
}


def column(tokens: Tokens, columns: list[str]) -> str:
    """The name of a column that the rows have."""
    name = tokens.take("name").value
    if name not in columns:
        raise QueryError(f"there is no column {name}")
    return name


def literal(tokens: Tokens) -> Literal:
    """A text in quotes, a number, true or false."""
    token = tokens.take("text", "number", "name")
    if token.kind == "text":
        return token.value
    if token.kind == "number":
        return float(token.value)
    if token.value not in TRUTHS:
        raise QueryError(f"{token.value}, where a literal is expected")
    return TRUTHS[token.value]


def alike(value: Any, wanted: Literal) -> tuple[Any, Any]:
    """Both as they are compared: numbers, or texts without regard to case, as Intune does."""
    if isinstance(value, int | float) and not isinstance(wanted, str):
        return value, wanted
    return str(value).casefold(), str(wanted).casefold()
