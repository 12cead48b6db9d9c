"""Collections: reading a page, one object or a count, from a dictionary of properties."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from flask import Response
from sqlalchemy import ColumnElement, Connection, FromClause, func, select

from mdm_sim.graph.asking import Ask, shown
from mdm_sim.graph.odata import query
from mdm_sim.graph.odata.properties import Properties, show
from mdm_sim.messages import Malformed, NotFound

Extra = Callable[[Connection, Ask, list[dict[str, Any]]], None]


@dataclass(frozen=True, slots=True)
class Collection:
    """Objects of one kind: where they are, how they are keyed, and what is shown of them.

    `filters` are paths that can be filtered on and are not shown by themselves.
    `where` is the tenant's part and the path's part; `extras` are properties that are not a
    column's, filled in for a whole page at once. `whole` makes an object of a row of
    `whole_columns` where nothing is selected: documents, whose properties no table lists.
    """

    name: str
    source: FromClause
    key: ColumnElement[Any]
    properties: Properties
    where: Callable[[Ask], Sequence[ColumnElement[bool]]]
    odata_type: str | None = None
    extras: Mapping[str, Extra] | None = None
    expands: Mapping[str, Extra] | None = None
    filters: Properties = field(default_factory=dict)
    most: int = 1000
    whole: Callable[[Any], dict[str, Any]] | None = None
    whole_columns: tuple[ColumnElement[Any], ...] = ()
    default_order: tuple[query.Order, ...] = ()

    def within(self, *conditions: ColumnElement[bool]) -> Collection:
        """The same collection, with more conditions from the path."""
        outer = self.where
        return replace(self, where=lambda ask: [*outer(ask), *conditions])


def page(ask: Ask, collection: Collection) -> Response:
    """A page of the collection, with a link to the next one where there is more."""
    asked = _query(ask, collection)
    conditions = list(collection.where(ask))
    if asked.where is not None:
        conditions.append(asked.where)
    body: dict[str, Any] = {"@odata.context": _context(ask, collection, asked)}
    with ask.read() as connection:
        if asked.count:
            counted = select(func.count()).select_from(collection.source).where(*conditions)
            body["@odata.count"] = connection.execute(counted).scalar_one()
        rows = connection.execute(_statement(collection, asked, conditions)).all()
        items = [_item(collection, row, asked.select) for row in rows[: asked.top]]
        _fill(connection, ask, collection, items, asked)
    if len(rows) > asked.top and asked.top:
        keys = rows[asked.top - 1][-len(asked.order) :]
        body["@odata.nextLink"] = _next_link(ask, query.token(keys))
    return shown({**body, "value": items})


def one(
    ask: Ask, collection: Collection, key: str, column: ColumnElement[Any] | None = None
) -> Response:
    """The object with this key. Raises NotFound."""
    asked = _query(ask, collection)
    with ask.read() as connection:
        item = fetch(connection, ask, collection, key, column, asked)
    context = ask.context(f"{collection.name}{_selected(asked)}", "$entity")
    return shown({"@odata.context": context, **item})


def fetch(
    connection: Connection,
    ask: Ask,
    collection: Collection,
    key: str,
    column: ColumnElement[Any] | None = None,
    asked: query.Query | None = None,
) -> dict[str, Any]:
    """One object as the collection shows it. Raises NotFound."""
    chosen = asked.select if asked else None
    sought = collection.key if column is None else column
    statement = (
        select(*_columns(collection, chosen, everything=True))
        .select_from(collection.source)
        .where(*collection.where(ask), sought == key)
    )
    row = connection.execute(statement).first()
    if row is None:
        message = "Resource not found."
        raise NotFound(message)
    item = _item(collection, row, chosen, everything=True)
    _fill(connection, ask, collection, [item], asked)
    return item


def count(ask: Ask, collection: Collection) -> Response:
    """`/$count`: how many there are, as plain text."""
    asked = _query(ask, collection)
    conditions = [*collection.where(ask), *([asked.where] if asked.where is not None else [])]
    statement = select(func.count()).select_from(collection.source).where(*conditions)
    with ask.read() as connection:
        number = connection.execute(statement).scalar_one()
    return Response(str(number), mimetype="text/plain")


def _query(ask: Ask, collection: Collection) -> query.Query:
    asked = query.read(
        ask.options, collection.properties, collection.filters, collection.key, collection.most
    )
    known = {name.lower() for name in collection.expands or ()}
    if any(name.lower() not in known for name in asked.expand):
        message = "Parsing OData Select and Expand failed: this $expand is not served here."
        raise Malformed(message)
    if len(asked.order) == 1 and collection.default_order:
        return replace(asked, order=collection.default_order)
    return asked


def _columns(
    collection: Collection, chosen: Sequence[str] | None, *, everything: bool = False
) -> list[ColumnElement[Any]]:
    if chosen is None and collection.whole:
        return list(collection.whole_columns)
    names = _names(collection, chosen, everything=everything)
    return [collection.properties[name].expression.label(name) for name in names]


def _names(
    collection: Collection, chosen: Sequence[str] | None, *, everything: bool
) -> Sequence[str]:
    if chosen is not None:
        return chosen
    return [
        name for name, prop in collection.properties.items() if everything or not prop.on_request
    ]


def _statement(
    collection: Collection, asked: query.Query, conditions: Sequence[ColumnElement[bool]]
) -> Any:
    keys = [each.expression.label(f"key_{place}") for place, each in enumerate(asked.order)]
    ordered = [
        each.expression.desc() if each.descending else each.expression.asc() for each in asked.order
    ]
    statement = (
        select(*_columns(collection, asked.select), *keys)
        .select_from(collection.source)
        .where(*conditions)
        .order_by(*ordered)
        .limit(asked.top + 1)
    )
    if asked.after is not None:
        return statement.where(query.is_after(asked.order, asked.after))
    return statement.offset(asked.skip) if asked.skip else statement


def _item(
    collection: Collection, row: Any, chosen: Sequence[str] | None, *, everything: bool = False
) -> dict[str, Any]:
    if chosen is None and collection.whole:
        return collection.whole(row)
    names = _names(collection, chosen, everything=everything)
    item = {
        name: show(collection.properties[name], value)
        for name, value in zip(names, row, strict=False)
    }
    if not everything:
        unasked = [name for name, prop in collection.properties.items() if prop.on_request]
        if chosen is None:
            item |= {name: collection.properties[name].default for name in unasked}
    if collection.odata_type:
        return {"@odata.type": collection.odata_type, **item}
    return item


def _fill(
    connection: Connection,
    ask: Ask,
    collection: Collection,
    items: list[dict[str, Any]],
    asked: query.Query | None,
) -> None:
    for name, extra in (collection.extras or {}).items():
        if asked is None or asked.select is None or name in asked.select:
            extra(connection, ask, items)
    for name, expand in (collection.expands or {}).items():
        if asked and name.lower() in {each.lower() for each in asked.expand}:
            expand(connection, ask, items)


def _context(ask: Ask, collection: Collection, asked: query.Query) -> str:
    return ask.context(f"{collection.name}{_selected(asked)}")


def _selected(asked: query.Query) -> str:
    return f"({','.join(asked.select)})" if asked.select else ""


def _next_link(ask: Ask, token: str) -> str:
    kept = {
        f"${name}": text for name, text in ask.options.items() if name not in {"skiptoken", "skip"}
    }
    return f"{ask.root}/{ask.path}?{urlencode({**kept, '$skiptoken': token})}"
