"""Collections: reading a page, one object or a count, from a dictionary of properties."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Response
from sqlalchemy import ColumnElement, Connection, Select, func, select

from mdm_sim.graph.asking import Ask, shown
from mdm_sim.graph.odata import keeping, paging, quirks
from mdm_sim.graph.odata.collection import Collection, Extra, Navigation
from mdm_sim.graph.odata.expanding import complete
from mdm_sim.graph.odata.literals import TICKS
from mdm_sim.graph.odata.query import Query, Reader
from mdm_sim.graph.odata.rows import Loaded, Rows
from mdm_sim.messages import NotFound

__all__ = ["Collection", "Extra", "Navigation", "asked", "count", "fetch", "one", "only", "page"]


def asked(ask: Ask, collection: Collection) -> Query:
    """The options of a request, checked against a collection. Raises Malformed."""
    now = int(ask.desk.clock.now() * TICKS)
    reader = Reader(now, ask.quirks, is_beta=ask.version == "beta")
    return reader.read(ask.options, collection)


def page(ask: Ask, collection: Collection) -> Response:
    """A page of the collection, with a link to the next one where there is more."""
    return shown(page_of(ask, collection))


def page_of(ask: Ask, collection: Collection) -> dict[str, Any]:
    """The body of a page."""
    query = asked(ask, collection)
    size = ask.page_size(query.top)
    body: dict[str, Any] = {"@odata.context": ask.context(f"{collection.name}{query.told}")}
    with ask.read() as connection:
        if query.count and query.after is None:
            body["@odata.count"] = connection.execute(_counting(ask, collection, query)).scalar()
        rows, load = _rows(connection, ask, collection, query, size + 1)
        loaded = [load(row) for row in rows[:size]]
        complete(connection, ask, collection, loaded, query)
    if quirks.tells_the_page(ask.quirks, collection.name):
        body["@odata.count"] = len(loaded)
    if len(rows) > size and size:
        last = rows[size - 1][-len(query.order) :]
        body["@odata.nextLink"] = _next_link(ask, paging.token(last))
    return {**body, "value": [each.item for each in loaded]}


def _rows(
    connection: Connection, ask: Ask, collection: Collection, query: Query, most: int
) -> tuple[list[Any], Callable[[Any], Loaded]]:
    """The first rows of a list, with the keys it is sorted by, and what makes objects of them."""
    skip = query.skip if query.after is None else 0
    if keeping.is_kept(collection, query):
        given = {f"after_{place}": key for place, key in enumerate(query.after or ())}

        def kept(place: int | None, number: int) -> list[Any]:
            part = keeping.part_of(ask, collection, query, place)
            return part.rows(connection, ask, {**given, "skip": skip, "most": number})

        load = keeping.part_of(ask, collection, query, None).load
        return paging.rows_after(kept, query.order, query.after, most), load
    shape = Rows(collection, query)
    wanted = shape.statement.add_columns(*keeping.sorted_by(query.order))
    wanted = wanted.where(*_conditions(ask, collection, query))
    wanted = wanted.offset(skip) if skip else wanted
    read = paging.reading(connection, wanted, query.order, query.after)
    return paging.rows_after(read, query.order, query.after, most), shape.load


def one(
    ask: Ask, collection: Collection, key: str, column: ColumnElement[Any] | None = None
) -> Response:
    """The object with this key. Raises NotFound."""
    return shown(object_of(ask, collection, key, column))


def object_of(
    ask: Ask, collection: Collection, key: str, column: ColumnElement[Any] | None = None
) -> dict[str, Any]:
    """The body of an object. Raises NotFound."""
    query = asked(ask, collection)
    with ask.read() as connection:
        item = fetch(connection, ask, collection, key, column, query)
    context = ask.context(f"{collection.name}{query.told}", "$entity")
    return {"@odata.context": context, **item}


def only(ask: Ask, collection: Collection) -> Response:
    """The one object that a collection holds. Raises NotFound."""
    query = asked(ask, collection)
    with ask.read() as connection:
        row, load = _first(connection, ask, collection, query)
        item = _completed(connection, ask, collection, query, row, load)
    context = ask.context(f"{collection.name}{query.told}", "$entity")
    return shown({"@odata.context": context, **item})


def fetch(
    connection: Connection,
    ask: Ask,
    collection: Collection,
    key: str,
    column: ColumnElement[Any] | None = None,
    query: Query | None = None,
) -> dict[str, Any]:
    """One object as the collection shows it. Raises NotFound."""
    if column is None and keeping.is_kept(collection, query):
        kept = keeping.object_of(ask, collection, query)
        found = kept.rows(connection, ask, {"key": key})
        row = found[0] if found else None
        return _completed(connection, ask, collection, query, row, kept.load)
    sought = collection.key if column is None else column
    row, load = _first(connection, ask, collection.within(sought == key), query)
    return _completed(connection, ask, collection, query, row, load)


def _first(
    connection: Connection, ask: Ask, collection: Collection, query: Query | None
) -> tuple[Any, Callable[[Any], Loaded]]:
    """The first row of a collection, None where there is none, and what makes an object of it."""
    shape = Rows(collection, query, everything=True)
    wanted = shape.statement.where(*collection.where(ask)).limit(1)
    return connection.execute(wanted).first(), shape.load


def _completed(
    connection: Connection,
    ask: Ask,
    collection: Collection,
    query: Query | None,
    row: Any,
    load: Callable[[Any], Loaded],
) -> dict[str, Any]:
    """The object of a row, with what is no column's. Raises NotFound without a row."""
    if row is None:
        message = "Resource not found."
        raise NotFound(message)
    loaded = load(row)
    complete(connection, ask, collection, [loaded], query)
    return loaded.item


def every(connection: Connection, ask: Ask, collection: Collection) -> list[dict[str, Any]]:
    """All objects, as the collection shows them, by their key."""
    shape = Rows(collection, None)
    wanted = shape.statement.where(*collection.where(ask)).order_by(collection.key)
    loaded = [shape.load(row) for row in connection.execute(wanted)]
    complete(connection, ask, collection, loaded, None)
    return [each.item for each in loaded]


def count(ask: Ask, collection: Collection) -> Response:
    """`/$count`: how many there are, as plain text."""
    counting = _counting(ask, collection, asked(ask, collection))
    with ask.read() as connection:
        number = connection.execute(counting).scalar_one()
    return Response(str(number), mimetype="text/plain")


def _conditions(ask: Ask, collection: Collection, query: Query) -> list[ColumnElement[bool]]:
    found = list(collection.where(ask))
    return found if query.where is None else [*found, query.where]


def _counting(ask: Ask, collection: Collection, query: Query) -> Select[int]:
    """The number of what a query finds, without a count where it is kept."""
    if collection.total is not None and (query.where is None or query.alike is not None):
        kept = collection.total.number(ask)
        return kept if query.alike is None else kept.where(query.alike)
    conditions = _conditions(ask, collection, query)
    return select(func.count()).select_from(collection.source).where(*conditions)


def _next_link(ask: Ask, token: str) -> str:
    """The same request once more, every option as it came, from where this page ended."""
    kept = [pair for pair in ask.arguments if not pair[0].lower().endswith("skiptoken")]
    return f"{ask.root}/{ask.path}?{urlencode([*kept, ('$skiptoken', token)])}"
