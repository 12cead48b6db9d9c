"""The text of a $filter or an $orderby as trees (OData 4.01 URL conventions, 5.1.1).

A Pratt parser: its work is linear in the text; text, depth and operators are bounded.
"""

from __future__ import annotations

import math

from mdm_sim.graph.odata.filter_tokens import Token, tokens
from mdm_sim.graph.odata.filter_tree import (
    Expression,
    Lambda,
    Literal,
    Operation,
    Path,
    wrong,
)
from mdm_sim.graph.odata.literals import literal_of
from mdm_sim.messages import Malformed

LONGEST = 10_000
DEEPEST = 20
# What a lambda is in levels, for a database that reads its sub-query.
_LAMBDA_LEVELS = 8
MOST_MEMBERS = 500
MOST_OPERATIONS = 500
_POWER = (
    {"or": 1, "and": 2, "eq": 4, "ne": 4}
    | dict.fromkeys(("gt", "ge", "lt", "le"), 5)
    | dict.fromkeys(("in", "has"), 6)
    | dict.fromkeys(("add", "sub"), 7)
    | dict.fromkeys(("mul", "div", "divby", "mod"), 8)
)
_CHAINED = {"and", "or"}
# `not` takes a whole comparison, as in `not isAssigned eq true`; a minus one operand.
_NOT_POWER, _MINUS_POWER = 3, 9
_WORDS: dict[str, tuple[str, object]] = {
    "true": ("boolean", True),
    "false": ("boolean", False),
    "null": ("null", None),
    "inf": ("number", math.inf),
}
_LITERALS = {"text", "guid", "moment", "time", "number", "infinity", "tagged"}


def parse(text: str) -> Expression:
    """The tree of a filter's text. Raises Malformed with the position of what is wrong.

    Trees are not cached: they hold the values that a caller asked for.
    """
    reader = _Reader(_bounded(text, "$filter"))
    tree = reader.expression(0)
    reader.expect_end()
    return tree


def parse_order(text: str) -> list[tuple[Expression, bool]]:
    """The keys of an $orderby, and whether each descends. Raises Malformed."""
    reader = _Reader(_bounded(text, "$orderby"))
    keys = [reader.key()]
    while reader.takes(","):
        keys.append(reader.key())
    reader.expect_end()
    return keys


def _bounded(text: str, option: str) -> list[Token]:
    if len(text) > LONGEST:
        message = f"Invalid filter clause: {option} is longer than {LONGEST} characters."
        raise Malformed(message)
    return tokens(text)


class _Reader:
    """Where the parser is in its words."""

    def __init__(self, words: list[Token]) -> None:
        self._words = words
        self._at = 0
        self._depth = 0
        self._operations = 0

    @property
    def _next(self) -> Token:
        return self._words[self._at]

    def _take(self) -> Token:
        token = self._words[self._at]
        self._at = min(self._at + 1, len(self._words) - 1)
        return token

    def _is_mark(self, mark: str) -> bool:
        return self._next.kind == "mark" and self._next.text == mark

    def takes(self, mark: str) -> bool:
        """Go on behind `mark` if it is the next word."""
        is_next = self._is_mark(mark)
        if is_next:
            self._take()
        return is_next

    def _expect(self, mark: str) -> None:
        if not self.takes(mark):
            raise wrong(self._next.position)

    def expect_end(self) -> None:
        """Raise Malformed unless every word is read."""
        if self._next.kind != "end":
            raise wrong(self._next.position)

    def key(self) -> tuple[Expression, bool]:
        """One key of an $orderby."""
        tree = self.expression(0)
        direction = self._next.text.lower() if self._next.kind == "name" else ""
        if direction in {"asc", "desc"}:
            self._take()
        return tree, direction == "desc"

    def expression(self, power: int) -> Expression:
        """An expression of operators that bind tighter than `power`."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise wrong(self._next.position, f"More than {DEEPEST} levels")
        left = self._prefix()
        while self._next.kind == "name" and _POWER.get(self._next.text.lower(), 0) > power:
            left = self._infix(left)
        self._depth -= 1
        return left

    def _infix(self, left: Expression) -> Expression:
        _, text, position = self._take()
        word = text.lower()
        if word == "in":
            return self._operation(word, (left, *self._right_of_in()), position)
        right = self.expression(_POWER[word])
        if word in _CHAINED and isinstance(left, Operation) and left.name == word:
            return self._operation(word, (*left.operands, right), left.position)
        return self._operation(word, (left, right), position)

    def _operation(self, name: str, operands: tuple[Expression, ...], position: int) -> Operation:
        self._operations += 1
        if self._operations > MOST_OPERATIONS:
            raise wrong(position, f"More than {MOST_OPERATIONS} operators")
        return Operation(name, operands, position)

    def _right_of_in(self) -> tuple[Expression, ...]:
        if not self._is_mark("("):
            path = self._prefix()
            if not isinstance(path, Path):
                raise wrong(path.position, "A list or a collection is expected")
            return (path,)
        position = self._next.position
        members = self._arguments()
        if not members:
            raise wrong(self._words[self._at - 1].position)
        if not all(isinstance(each, Literal) for each in members):
            raise wrong(position, "A list of values is expected")
        return members

    def _prefix(self) -> Expression:
        token = self._take()
        if token.kind in _LITERALS:
            return literal_of(token)
        if token.kind == "name":
            return self._name(token)
        if token.kind == "mark" and token.text == "(":
            inner = self.expression(0)
            self._expect(")")
            return inner
        if token.kind == "mark" and token.text == "-":
            return self._operation("neg", (self.expression(_MINUS_POWER),), token.position)
        raise wrong(token.position)

    def _name(self, token: Token) -> Expression:
        word = token.text.lower()
        if word == "not":
            return self._operation("not", (self.expression(_NOT_POWER),), token.position)
        if word in _WORDS and not self._is_mark("/"):
            kind, value = _WORDS[word]
            return Literal(kind, value, token.position)
        if self._is_mark("("):
            return self._operation(word, self._arguments(), token.position)
        segments = [token.text]
        while self.takes("/"):
            segment = self._take()
            if segment.kind != "name":
                raise wrong(segment.position)
            if segment.text.lower() in {"any", "all"} and self._is_mark("("):
                return self._lambda(segment, Path(tuple(segments), token.position))
            segments.append(segment.text)
        return Path(tuple(segments), token.position)

    def _lambda(self, word: Token, path: Path) -> Lambda:
        name = word.text.lower()
        self._expect("(")
        if name == "any" and self.takes(")"):
            return Lambda(name, path, "", None, word.position)
        variable = self._take()
        if variable.kind != "name":
            raise wrong(variable.position)
        self._expect(":")
        self._depth += _LAMBDA_LEVELS
        body = self.expression(0)
        self._depth -= _LAMBDA_LEVELS
        self._expect(")")
        return Lambda(name, path, variable.text.lower(), body, word.position)

    def _arguments(self) -> tuple[Expression, ...]:
        """What stands in parentheses, with commas between."""
        self._expect("(")
        if self.takes(")"):
            return ()
        members = [self.expression(0)]
        while self.takes(","):
            members.append(self.expression(0))
            if len(members) > MOST_MEMBERS:
                raise wrong(self._next.position, f"A list of more than {MOST_MEMBERS}")
        self._expect(")")
        return tuple(members)
