"""Kinds of directory objects: where each is kept, what it shows, and how it is asked for.

A kind's rows have some properties as columns of their own; whatever else its type has stands in a
JSON document, or nowhere: then it shows as Graph shows what was never set.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from flask import Response
from sqlalchemy import ColumnElement, Connection, FromClause, literal, select
from sqlalchemy.engine import Row

from mdm_sim import access
from mdm_sim.graph import listing
from mdm_sim.graph.asking import Ask
from mdm_sim.graph.documents.properties import DocumentProperties
from mdm_sim.graph.edm.model import model
from mdm_sim.graph.edm.shaping import completed
from mdm_sim.graph.odata.collection import Extra, Navigation
from mdm_sim.graph.odata.properties import Properties, show
from mdm_sim.messages import BadInDirectory, NotInDirectory, UnsupportedQuery

MISSING = "Resource does not exist or one of its queried reference-property objects is not present."
PAGE, MOST, MOST_EXPANDED = 100, 999, 20
_SEARCH = (
    "Request with $search query parameter only works through MSGraph with a special request "
    "header: 'ConsistencyLevel: eventual'"
)
_COUNT = "$count is not currently supported."
Where = Callable[[str], Sequence[ColumnElement[bool]]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: its type in the model, its entity set, its rows.

    `own` are the columns; `where` are the conditions of being a tenant's and alive, by the tenant's
    id; `reads` the permissions that show more of it than its id. `alternate` is a property that
    a path may name an object by in parentheses, `basic` what v1.0 shows where nothing is selected
    (empty: everything). `extras` fill in properties for a whole page.
    """

    name: str
    path: str
    table: FromClause
    key: ColumnElement[Any]
    own: Properties
    where: Where
    reads: tuple[str, ...]
    document: ColumnElement[Any] = field(default_factory=lambda: literal("{}"))
    alternate: tuple[str, ColumnElement[Any]] | None = None
    basic: frozenset[str] = frozenset()
    extras: Mapping[str, Extra] = field(default_factory=dict)
    searchable: tuple[str, ...] = ("displayName", "description")

    def properties(self, version: str) -> DocumentProperties:
        """Every property of the type."""
        known = model(version)
        return DocumentProperties(known, known.types[self.name], self.document, self.own)

    @property
    def columns(self) -> tuple[ColumnElement[Any], ...]:
        """What a whole object is made of, under labels that no other kind has."""
        own = (
            each.expression.label(f"{self.name}_{place}")
            for place, each in enumerate(self.own.values())
        )
        return (self.document.label(f"{self.name}_rest"), *own)

    def shown(self, version: str, row: Row[Any]) -> dict[str, Any]:
        """A whole object of a row of its columns."""
        stored: dict[str, Any] = orjson.loads(getattr(row, f"{self.name}_rest") or "{}")
        for place, (name, each) in enumerate(self.own.items()):
            stored[name] = show(each, getattr(row, f"{self.name}_{place}"))
        known = model(version)
        item = completed(known, known.types[self.name], stored)
        if self.basic and version == "v1.0":
            return {name: item[name] for name in item if name in self.basic}
        return item

    def veiled(self) -> Kind:
        """The kind as it shows to whoever may not read it: ids alone."""
        return replace(
            self, own={"id": self.own["id"]}, document=literal("{}"), basic=frozenset(), extras={}
        )

    def seen_by(self, ask: Ask) -> Kind:
        """The kind as it shows to a caller who came upon it through another object."""
        return self if access.allows(ask.who, *self.reads) else self.veiled()


def collection(
    ask: Ask, kind: Kind, navigations: Mapping[str, Navigation] | None = None
) -> listing.Collection:
    """All objects of a kind in the caller's tenant."""
    version = ask.version
    return listing.Collection(
        name=kind.path,
        source=kind.table,
        key=kind.key,
        properties=kind.properties(version),
        where=lambda ask: kind.where(ask.who.tenant_id),
        whole=lambda row: kind.shown(version, row),
        whole_columns=kind.columns,
        extras=kind.extras,
        most=MOST,
        page_size=PAGE,
        navigations=navigations or {},
        searchable=kind.searchable,
    )


def find(connection: Connection, ask: Ask, kind: Kind, key: str) -> str:
    """The id of the object that a path names first. Raises NotInDirectory."""
    column: ColumnElement[Any] = kind.key
    if kind.alternate is not None:
        name, other = kind.alternate
        if re.match(rf"/*\w+\({name}=", ask.path, re.IGNORECASE):
            column, key = other, key.lower()
    query = select(kind.key).select_from(kind.table)
    found = connection.execute(query.where(*kind.where(ask.who.tenant_id), column == key)).scalar()
    if found is None:
        raise NotInDirectory(MISSING)
    return str(found)


def page(ask: Ask, found: listing.Collection) -> Response:
    """A page, by the directory's rules of its size and of what only its index knows."""
    if "search" in ask.options and not ask.eventual:
        raise UnsupportedQuery(_SEARCH)
    top = ask.options.get("top", "").strip()
    if top.isascii() and top.isdigit() and not 1 <= int(top[:9]) <= MOST:
        message = f"Invalid page size specified. Must be between 1 and {MOST} inclusive."
        raise BadInDirectory(message)
    if not ask.eventual and "count" in ask.options:
        ask = replace(ask, options={n: t for n, t in ask.options.items() if n != "count"})
    return listing.page(ask, found)


def count(ask: Ask, found: listing.Collection) -> Response:
    """How many there are, which only the index knows."""
    if not ask.eventual:
        raise BadInDirectory(_COUNT)
    return listing.count(ask, found)


def one(ask: Ask, found: listing.Collection) -> Response:
    """The first object of a collection. Raises NotInDirectory."""
    with ask.read() as connection:
        exists = connection.execute(
            select(found.key).select_from(found.source).where(*found.where(ask)).limit(1)
        ).first()
    if exists is None:
        raise NotInDirectory(MISSING)
    return listing.only(ask, found)
