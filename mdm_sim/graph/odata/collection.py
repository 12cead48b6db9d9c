"""What a collection of Graph is: its rows, its properties, and the collections that it leads to."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select

from mdm_sim.graph.asking import Ask
from mdm_sim.graph.odata.paging import Order
from mdm_sim.graph.odata.properties import Casts, Properties

Extra = Callable[[Connection, Ask, list[dict[str, Any]]], None]


@dataclass(frozen=True, slots=True)
class Collection:
    """Objects of one kind: where they are, how they are keyed, and what is shown of them.

    `filters` are paths that can be filtered on and are not shown by themselves. `way` is the key
    with those of the objects above, by which others belong to an object: without one the key is.
    `where` is the tenant's part and the path's part; `extras` are properties that are not a
    column's, filled in for a whole page at once, and `expands` what $expand fills in so.
    `whole` makes an object of a row of `whole_columns` where nothing is selected: documents,
    whose properties no table lists. `casts` are the types that the objects may be of (their own
    too), `navigations` what $expand reads from other collections, and `cast_navigations` those
    of a derived type, by its name. A page has `page_size` objects, by $top at most `most`. `total`
    is how many objects there are, where that is kept. `kept` names what the collection is where
    all of its SQL follows from that name, but who asks: then its statements are kept.
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
    default_order: tuple[Order, ...] = ()
    page_size: int | None = None
    casts: Casts | None = None
    navigations: Mapping[str, Navigation] = field(default_factory=dict)
    cast_navigations: Callable[[str], Mapping[str, Navigation]] | None = None
    searchable: tuple[str, ...] = ("displayName", "description")
    way: ColumnElement[Any] | None = None
    total: Total | None = None
    kept: Hashable = None

    def within(self, *conditions: ColumnElement[bool]) -> Collection:
        """The same collection, with more conditions from the path."""
        return self.at(lambda _ask: conditions) if conditions else self

    def at(self, more: Callable[[Ask], Sequence[ColumnElement[bool]]]) -> Collection:
        """The same collection, with more conditions from who asks."""
        outer = self.where
        return replace(self, where=lambda ask: [*outer(ask), *more(ask)], total=None, kept=None)


@dataclass(frozen=True, slots=True)
class Total:
    """A number of objects that nobody has to count: its SQL, a sum of numbers of what is alike.

    `properties` are those by which it can be told apart, over the rows of these numbers.
    """

    number: Callable[[Ask], Select[int]]
    properties: Properties = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Navigation:
    """A way from an object to others: `parent` is the SQL of the key that a child belongs to.

    Of each object at most `most` children are shown. `context` is the `@odata.context` of the
    children of the object with a key, where it is not the way that they were reached by; `missing`
    what stands for the one object of a key where there is none.
    """

    collection: Collection
    parent: ColumnElement[Any]
    is_collection: bool
    context: Callable[[Ask, str], str] | None = None
    most: int | None = None
    missing: Callable[[str], dict[str, Any] | None] = lambda _key: None
