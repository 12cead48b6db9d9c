"""The words of a $filter (OData 4.01 ABNF, `commonExpr`), each with its place."""

from __future__ import annotations

import re
from typing import NamedTuple

from mdm_sim.graph.odata.filter_tree import wrong

_TOKEN = re.compile(
    r"""\s*+(?:
      (?P<text>'(?:[^']|'')*+')
    | (?P<guid>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?!\w))
    | (?P<moment>\d{4}-\d\d-\d\d(?:[Tt]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:[Zz]|[+-]\d\d:\d\d)?)?)
    | (?P<time>\d\d:\d\d(?::\d\d(?:\.\d+)?)?)
    | (?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?:[lLfFdDmM](?!\w))?)
    | (?P<infinity>-INF(?!\w))
    | (?P<tagged>[A-Za-z_][\w.]*+'(?:[^']|'')*+')
    | (?P<name>[^\W\d][\w.]*+ | @\w[\w.@]*+ | \$[a-z]+)
    | (?P<mark>[(),/:-])
    )""",
    re.VERBOSE,
)


class Token(NamedTuple):
    """A word: of which sort, its text, and where it begins."""

    kind: str
    text: str
    position: int


def tokens(text: str) -> list[Token]:
    """The words of a filter, and an `end` behind them. Raises Malformed."""
    found, position = [], 0
    text = text.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if not match or not match.lastgroup:
            raise wrong(position)
        kind = match.lastgroup
        found.append(Token(kind, match.group(kind), match.start(kind)))
        position = match.end()
    return [*found, Token("end", "", position)]
