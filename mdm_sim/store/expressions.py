"""SQL that lists filter and sort by, and that indexes are made of: the same text in both.

A constant in it is written out, never a parameter: an index knows an expression by its text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal_column

# How lists name what columns hold.
SYSTEMS = {
    "windows": "Windows",
    "macos": "macOS",
    "ios": "iOS",
    "ipados": "iPadOS",
    "android": "Android",
    "linux": "Linux",
}
OWNERS = {"corporate": "company", "personal": "personal"}


def ranked(text: ColumnElement[Any]) -> ColumnElement[Any]:
    """A text as lists are sorted by it: one that is missing stands first."""
    return func.coalesce(text, literal_column("''"))


def worded(column: ColumnElement[Any], words: Mapping[str, str], otherwise: str) -> Any:
    """A column's value in other words, all of the service's own."""
    told = [(column == _constant(value), _constant(word)) for value, word in words.items()]
    return case(*told, else_=_constant(otherwise))


def _constant(word: str) -> ColumnElement[str]:
    return literal_column(f"'{word}'")


def member(document: ColumnElement[Any], path: str) -> ColumnElement[Any]:
    """A member of a JSON document, by a path of the service's own."""
    return func.json_extract(document, path)
