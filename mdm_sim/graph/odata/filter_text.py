"""The text of a $filter as a tree (OData 4.01 URL conventions, 5.1.1): a small Pratt parser.

Served: eq ne gt ge lt le, and or not, parentheses, in, contains startswith endswith.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mdm_sim.messages import Malformed

LONGEST = 4_000
DEEPEST = 50


@dataclass(frozen=True, slots=True)
class Path:
    """A property, with a slash before each part of a complex one."""

    name: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A value: text, a number, a boolean, a moment (seconds since 1970) or null."""

    value: Any


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator or a function and what it is applied to."""

    name: str
    operands: tuple[Expression, ...]


Expression = Path | Literal | Operation

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<text>'(?:[^']|'')*')
    | (?P<guid>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})
    | (?P<moment>\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?)
    | (?P<number>-?\d+(?:\.\d+)?)
    | (?P<name>[A-Za-z_@][\w.@/]*)
    | (?P<mark>[(),])
    )""",
    re.VERBOSE,
)
_COMPARE = {"eq", "ne", "gt", "ge", "lt", "le"}
_FUNCTIONS = {"contains", "startswith", "endswith"}
_POWER = {"or": 1, "and": 2, "in": 4} | dict.fromkeys(_COMPARE, 4)
_WORDS = {"true": True, "false": False, "null": None}


def parse(text: str) -> Expression:
    """The tree of a filter's text. Raises Malformed with the position of what is wrong.

    Trees are not cached: they hold the values that a caller asked for.
    """
    if len(text) > LONGEST:
        message = f"Invalid filter clause: it is longer than {LONGEST} characters."
        raise Malformed(message)
    reader = _Reader(_tokens(text))
    tree = reader.expression(0)
    if reader.kind() != "end":
        raise _wrong(reader.position())
    return tree


def _wrong(position: int) -> Malformed:
    return Malformed(f"Invalid filter clause: Syntax error at position {position}.")


def _tokens(text: str) -> list[tuple[str, str, int]]:
    tokens, position = [], 0
    text = text.rstrip()
    while position < len(text):
        found = _TOKEN.match(text, position)
        if not found or not found.lastgroup:
            raise _wrong(position)
        tokens.append((found.lastgroup, found.group(found.lastgroup), position))
        position = found.end()
    return [*tokens, ("end", "", position)]


class _Reader:
    """Where the parser is in its tokens."""

    def __init__(self, tokens: list[tuple[str, str, int]]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def kind(self) -> str:
        return self._tokens[self._at][0]

    def word(self) -> str:
        return self._tokens[self._at][1]

    def position(self) -> int:
        return self._tokens[self._at][2]

    def take(self) -> tuple[str, str, int]:
        self._at += 1
        return self._tokens[self._at - 1]

    def expect(self, mark: str) -> None:
        if self.kind() != "mark" or self.word() != mark:
            raise _wrong(self.position())
        self.take()

    def expression(self, power: int) -> Expression:
        self._depth += 1
        if self._depth > DEEPEST:
            raise _wrong(self.position())
        left = self._prefix()
        while self.kind() == "name" and _POWER.get(self.word().lower(), 0) > power:
            word = self.take()[1].lower()
            right = self._members() if word == "in" else (self.expression(_POWER[word]),)
            left = Operation(word, (left, *right))
        self._depth -= 1
        return left

    def _prefix(self) -> Expression:
        kind, word, position = self.take()
        if kind == "mark" and word == "(":
            inner = self.expression(0)
            self.expect(")")
            return inner
        if kind == "name":
            return self._name(word)
        if kind in _LITERALS:
            return Literal(_LITERALS[kind](word))
        raise _wrong(position)

    def _name(self, word: str) -> Expression:
        lower = word.lower()
        if lower == "not":
            return Operation("not", (self.expression(3),))
        if lower in _WORDS:
            return Literal(_WORDS[lower])
        if lower in _FUNCTIONS and self.word() == "(":
            return Operation(lower, self._members())
        return Path(word)

    def _members(self) -> tuple[Expression, ...]:
        self.expect("(")
        members = [self.expression(0)]
        while self.word() == ",":
            self.take()
            members.append(self.expression(0))
        self.expect(")")
        return tuple(members)


def _moment(text: str) -> float:
    try:
        moment = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))
    except ValueError:
        message = "Invalid filter clause: Invalid date and time."
        raise Malformed(message) from None
    return (moment if moment.tzinfo else datetime.fromisoformat(f"{text}+00:00")).timestamp()


_LITERALS: dict[str, Callable[[str], Any]] = {
    "text": lambda word: word[1:-1].replace("''", "'"),
    "guid": str,
    "moment": lambda word: _moment(word if "T" in word else f"{word}T00:00:00Z"),
    "number": lambda word: float(word) if "." in word else int(word),
}
