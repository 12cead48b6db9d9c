"""$expand: the objects that a page leads to, with one query for each navigation and level."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection

from mdm_sim.graph.asking import Ask
from mdm_sim.graph.odata.collection import Collection, Navigation
from mdm_sim.graph.odata.query import Expansion, Query
from mdm_sim.graph.odata.rows import Loaded, Rows, trim

# An object, and its path as contexts name it.
Shown = tuple[Loaded, str]


def complete(
    connection: Connection,
    ask: Ask,
    collection: Collection,
    loaded: Sequence[Loaded],
    query: Query | None,
) -> None:
    """Fill in what is no column's: extra properties, and everything that is expanded."""
    paths = [f"{collection.name}('{each.key}')" for each in loaded]
    _complete(connection, ask, collection, [*zip(loaded, paths, strict=True)], query)


def _complete(
    connection: Connection,
    ask: Ask,
    collection: Collection,
    shown: Sequence[Shown],
    query: Query | None,
) -> None:
    loaded = [each for each, _ in shown]
    items = [each.item for each in loaded]
    chosen = {each.name for each in query.select} if query and query.select is not None else None
    for name, extra in (collection.extras or {}).items():
        if items and (chosen is None or name in chosen):
            extra(connection, ask, items)
    trim(items, query)
    for expansion in query.expand if query else ():
        having = [each for each in shown if each[0].has(expansion)]
        if not having:
            continue
        if expansion.navigation is not None:
            _navigate(connection, ask, expansion.navigation, having, expansion)
        elif expansion.extra is not None:
            fill = expansion.extra
            fill(connection, ask, [each.item for each, _ in having])


def _navigate(
    connection: Connection,
    ask: Ask,
    navigation: Navigation,
    parents: Sequence[Shown],
    expansion: Expansion,
) -> None:
    collection, query, name = navigation.collection, expansion.query, expansion.name
    keys = list({each.way for each, _ in parents})
    children = _children(connection, ask, navigation, keys, query)
    shown: list[Shown] = []
    for parent, path in parents:
        mine = children.get(parent.way, [])
        last = query.skip + query.top if navigation.is_collection else 1
        part = mine[query.skip : last][: navigation.most]
        shown += [(each, _path_of(navigation, each, f"{path}/{name}")) for each in part]
        if not navigation.is_collection:
            parent.item[name] = part[0].item if part else navigation.missing(parent.key)
            continue
        parent.item[f"{name}@odata.context"] = (
            navigation.context(ask, parent.key) if navigation.context else ask.context(path, name)
        )
        if query.count:
            parent.item[f"{name}@odata.count"] = len(mine)
        parent.item[name] = [each.item for each in part]
    _complete(connection, ask, collection, shown, query)


def _path_of(navigation: Navigation, child: Loaded, path: str) -> str:
    return f"{path}('{child.key}')" if navigation.is_collection else path


def _children(
    connection: Connection, ask: Ask, navigation: Navigation, keys: Sequence[str], query: Query
) -> dict[str, list[Loaded]]:
    """The objects that belong to each key, in order."""
    collection = navigation.collection
    conditions = [*collection.where(ask), navigation.parent.in_(keys)]
    if query.where is not None:
        conditions.append(query.where)
    shape = Rows(collection, query)
    wanted = (
        shape.statement.add_columns(navigation.parent.label("row_parent"))
        .where(*conditions)
        .order_by(navigation.parent, *(each.sorted for each in query.order))
    )
    rows = connection.execute(wanted).all()
    return {
        str(parent): [shape.load(row) for row in mine]
        for parent, mine in groupby(rows, key=_parent)
    }


def _parent(row: Any) -> Any:
    return row.row_parent
