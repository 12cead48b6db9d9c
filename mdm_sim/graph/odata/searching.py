"""$search: words and phrases with AND, OR, NOT and parentheses, each in one property or in any.

A clause such as `"displayName:x"` is in quotes, as Graph wants it. Where text is found it is
found in any case.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from sqlalchemy import ColumnElement, and_, false, func, literal, not_, or_

from mdm_sim.graph.odata.methods import contains
from mdm_sim.graph.odata.properties import Property, named
from mdm_sim.messages import Malformed

LONGEST = 2_000
DEEPEST = 20
MOST_CLAUSES = 50
_TOKEN = re.compile(r'\s*+(?:"((?:[^"\\]|\\.)*+)"|([()])|([^\s()"]++))')
Condition = ColumnElement[bool]


def search(text: str, searchable: Mapping[str, Property]) -> Condition:
    """A $search as a condition. Raises Malformed with the position of what is wrong."""
    if len(text) > LONGEST or not searchable:
        message = "Invalid $search: it is too long, or this collection cannot be searched."
        raise Malformed(message)
    reader = _Reader(_tokens(text), searchable)
    found = reader.alternatives()
    reader.expect_end()
    return found


def _wrong(position: int) -> Malformed:
    return Malformed(f"Invalid $search: Syntax error at position {position}.")


def _tokens(text: str) -> list[tuple[str, str, int]]:
    found, position, text = [], 0, text.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if not match:
            raise _wrong(position)
        phrase, mark, word = match.groups()
        if phrase is not None:
            found.append(("phrase", re.sub(r"\\(.)", r"\1", phrase), match.start(1)))
        else:
            kind = "mark" if mark or word in {"AND", "OR", "NOT"} else "phrase"
            found.append((kind, mark or word, match.start(2 if mark else 3)))
        position = match.end()
    if len(found) > MOST_CLAUSES:
        message = f"Invalid $search: at most {MOST_CLAUSES} words are expected."
        raise Malformed(message)
    return [*found, ("end", "", len(text))]


class _Reader:
    """Where the parser is in its words."""

    def __init__(
        self, words: list[tuple[str, str, int]], searchable: Mapping[str, Property]
    ) -> None:
        self._words = words
        self._at = 0
        self._depth = 0
        self._searchable = searchable

    def _takes(self, mark: str) -> bool:
        is_next = self._words[self._at][:2] == ("mark", mark)
        self._at += is_next
        return is_next

    def expect_end(self) -> None:
        """Raise Malformed unless every word is read."""
        kind, _, position = self._words[self._at]
        if kind != "end":
            raise _wrong(position)

    def alternatives(self) -> Condition:
        """What OR joins."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise _wrong(self._words[self._at][2])
        found = [self._together()]
        while self._takes("OR"):
            found.append(self._together())
        self._depth -= 1
        return or_(*found)

    def _together(self) -> Condition:
        """What AND joins, which may be left out."""
        found = [self._one()]
        while self._takes("AND") or self._begins_another():
            found.append(self._one())
        return and_(*found)

    def _begins_another(self) -> bool:
        kind, text, _ = self._words[self._at]
        return kind == "phrase" or (kind == "mark" and text in {"(", "NOT"})

    def _one(self) -> Condition:
        if self._takes("NOT"):
            return not_(self._one())
        if self._takes("("):
            inner = self.alternatives()
            if not self._takes(")"):
                raise _wrong(self._words[self._at][2])
            return inner
        kind, text, position = self._words[self._at]
        if kind != "phrase":
            raise _wrong(position)
        self._at += 1
        return self._clause(text, position)

    def _clause(self, text: str, position: int) -> Condition:
        name, colon, part = text.partition(":")
        if not colon:
            return or_(*(_in(prop, text) for prop in self._searchable.values()))
        spelled = named(name.strip(), self._searchable)
        if spelled is None:
            message = f"Invalid $search: a searchable property is expected at position {position}."
            raise Malformed(message)
        return _in(self._searchable[spelled], part)


def _in(prop: Property, part: str) -> Condition:
    return func.coalesce(contains(prop.expression, literal(part.strip())), false())
