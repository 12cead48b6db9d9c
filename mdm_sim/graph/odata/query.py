"""Query options: their text as a checked `Query` of a collection, with those it expands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, and_

from mdm_sim.graph.odata import paging, quirks
from mdm_sim.graph.odata.collection import Collection, Extra, Navigation
from mdm_sim.graph.odata.filter_sql import condition
from mdm_sim.graph.odata.filter_text import parse
from mdm_sim.graph.odata.filter_tree import Expression, Literal, Operation, Path, parts
from mdm_sim.graph.odata.options import is_counted, number, plain
from mdm_sim.graph.odata.paging import Order
from mdm_sim.graph.odata.properties import named, type_name
from mdm_sim.graph.odata.scope import Scope
from mdm_sim.graph.odata.searching import search
from mdm_sim.graph.odata.selection import (
    Selectable,
    Selected,
    failed,
    parenthesised,
    select,
    split,
)

MOST_LEVELS = 5
MOST_EXPANDED = 30
_EVERY = 10**9
# What makes a list another one than it is by itself.
_UNUSUAL = {"filter", "search", "orderby"}


@dataclass(frozen=True, slots=True)
class Expansion:
    """One thing to expand: by a navigation with a query of its own, or by a collection's Extra.

    `condition` is that of being of the derived type that has it.
    """

    name: str
    query: Query
    navigation: Navigation | None = None
    extra: Extra | None = None
    condition: ColumnElement[bool] | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked of a collection. `after` holds the sort keys of the last object seen.

    `alike` is what is filtered by, over the rows of the collection's `total`, where these know it.
    `is_usual` is that nothing is filtered, sorted by or chosen of a type alone that lists do not
    have by themselves.
    """

    select: tuple[Selected, ...] | None
    where: ColumnElement[bool] | None
    order: tuple[Order, ...]
    top: int
    skip: int
    count: bool
    expand: tuple[Expansion, ...]
    after: tuple[str | float, ...] | None
    alike: ColumnElement[bool] | None = None
    is_usual: bool = False

    @property
    def told(self) -> str:
        """What `@odata.context` says is selected and expanded, in parentheses."""
        selected = [each.told for each in self.select or () if each.name != "@odata.type"]
        expanded = [f"{each.name}{each.query.told or '()'}" for each in self.expand]
        return f"({','.join([*selected, *expanded])})" if selected or expanded else ""


_NOTHING = Query(None, None, (), 0, 0, count=False, expand=(), after=None)


@dataclass(slots=True)
class Reader:
    """How options are read: at which moment (in ticks), with which quirks, for which version."""

    now: int = 0
    quirks: frozenset[str] = frozenset()
    is_beta: bool = True
    _expanded: int = field(default=0)

    def read(self, given: Mapping[str, str], collection: Collection, level: int = 0) -> Query:
        """Check options against a collection. Raises Malformed."""
        if not given:
            return _usual(collection, level)
        scope = Scope(collection.properties, collection.filters, collection.casts, self.now)
        tree = self._tree(given, collection, scope)
        order = _order(given, collection, scope, tree)
        token = given.get("skiptoken")
        chosen = _select(given, collection)
        expand = self._expand(given.get("expand", ""), collection, level)
        return Query(
            select=chosen,
            where=_where(given, collection, scope, tree),
            order=order,
            top=_top(number(given.get("top"), "$top"), collection, level),
            skip=number(given.get("skip"), "$skip") or 0,
            count=is_counted(given.get("count")),
            expand=expand,
            after=paging.after(token, len(order)) if token else None,
            alike=_alike(given, collection, scope, tree),
            is_usual=_is_usual(given, chosen or (), expand),
        )

    def _tree(
        self, given: Mapping[str, str], collection: Collection, scope: Scope
    ) -> Expression | None:
        if "filter" not in given:
            return None
        tree = parse(given["filter"])
        return quirks.bent(tree, scope) if quirks.apply(self.quirks, collection.name) else tree

    def _expand(self, text: str, collection: Collection, level: int) -> tuple[Expansion, ...]:
        parts = split(text, ",")
        if parts and level >= MOST_LEVELS:
            raise failed(f"at most {MOST_LEVELS} levels are expected")
        found: dict[str, Expansion] = {}
        for part in parts:
            for each in self._expansions(part, collection, level):
                found[each.name.lower()] = each
        return tuple(found.values())

    def _expansions(self, part: str, collection: Collection, level: int) -> list[Expansion]:
        name, given = parenthesised(part)
        if name == "*" and given is None:
            every = [*collection.navigations, *(collection.expands or ())]
            return [self._expansion(each, {}, collection, level) for each in dict.fromkeys(every)]
        return [self._expansion(name, self._nested(given or []), collection, level)]

    def _nested(self, given: list[str]) -> dict[str, str]:
        pairs = [(name, text) for name, _, text in (each.partition("=") for each in given)]
        found = plain(((name.strip(), text) for name, text in pairs), is_beta=self.is_beta)
        if len(found) < len(pairs) or "levels" in found or "skiptoken" in found:
            raise failed("an option in parentheses is not served there")
        return found

    def _expansion(
        self, path: str, given: Mapping[str, str], collection: Collection, level: int
    ) -> Expansion:
        self._expanded += 1
        if self._expanded > MOST_EXPANDED:
            raise failed(f"at most {MOST_EXPANDED} are expected")
        name, navigation, condition_of_type = _navigation(path, collection)
        if navigation is not None:
            query = self.read(given, navigation.collection, level + 1)
            return Expansion(name, query, navigation, condition=condition_of_type)
        spelled = named(name, collection.expands or {})
        if spelled is None or given:
            raise failed("this $expand is not served here")
        extra = (collection.expands or {})[spelled]
        return Expansion(spelled, _NOTHING, extra=extra)


def _usual(collection: Collection, level: int) -> Query:
    """What is asked without any option."""
    return Query(
        select=None,
        where=None,
        order=_usual_order(collection),
        top=_top(None, collection, level),
        skip=0,
        count=False,
        expand=(),
        after=None,
        is_usual=True,
    )


def _usual_order(collection: Collection) -> tuple[Order, ...]:
    return collection.default_order or (Order(collection.key, descending=False),)


def _is_usual(
    given: Mapping[str, str], chosen: tuple[Selected, ...], expand: tuple[Expansion, ...]
) -> bool:
    conditions = (*(each.condition for each in chosen), *(each.condition for each in expand))
    return not _UNUSUAL & given.keys() and all(each is None for each in conditions)


def _navigation(
    path: str, collection: Collection
) -> tuple[str, Navigation | None, ColumnElement[bool] | None]:
    """The navigation of a path such as `name` or `microsoft.graph.x/name`, if there is one."""
    start, slash, rest = path.partition("/")
    kind = type_name(start) if slash else None
    if kind is None:
        name = named(path, collection.navigations)
        return (name or path), (collection.navigations[name] if name else None), None
    cast = collection.casts(kind) if collection.casts else None
    ways = collection.cast_navigations(kind) if collection.cast_navigations else {}
    name = named(rest.strip(), ways)
    if cast is None or name is None:
        raise failed("this $expand is not served here")
    return name, ways[name], cast.condition


def _top(asked: int | None, collection: Collection, level: int) -> int:
    """The size of a page; what is expanded is not in pages."""
    most = _EVERY if level else collection.most
    size = collection.page_size if collection.page_size is not None and not level else most
    return min(size if asked is None else asked, most)


def _where(
    given: Mapping[str, str], collection: Collection, scope: Scope, tree: Expression | None
) -> ColumnElement[bool] | None:
    found = [] if tree is None else [condition(tree, scope)]
    if given.get("search", "").strip():
        spelled = [named(each, collection.properties) for each in collection.searchable]
        searchable = {each: collection.properties[each] for each in spelled if each}
        found.append(search(given["search"], searchable))
    return and_(*found) if found else None


def _alike(
    given: Mapping[str, str], collection: Collection, scope: Scope, tree: Expression | None
) -> ColumnElement[bool] | None:
    """A filter by nothing but properties that the numbers of the collection's total know."""
    if tree is None or collection.total is None or given.get("search", "").strip():
        return None
    known = {name.lower(): prop for name, prop in collection.total.properties.items()}
    for part in parts(tree):
        match part:
            case Literal() | Operation("and" | "or" | "not" | "in" | "eq" | "ne"):
                continue
            case Path((name,)) if name.lower() in known:
                continue
        return None
    return condition(tree, Scope(known, {}, None, scope.now))


def _order(
    given: Mapping[str, str], collection: Collection, scope: Scope, tree: Expression | None
) -> tuple[Order, ...]:
    """The keys to sort by; the object's own is the last, so that no two stand at one place."""
    if "orderby" not in given:
        usual = _usual_order(collection)
        bounded = None if tree is None else paging.of_range(tree, scope)
        first = [] if bounded is None else [Order(bounded, usual[0].descending)]
        return (*first, *usual)
    order = paging.orders(given["orderby"], scope)
    return (*order, Order(collection.key, descending=order[0].descending))


def _select(given: Mapping[str, str], collection: Collection) -> tuple[Selected, ...] | None:
    text = given.get("select", "")
    if not text.strip():
        return None
    ways = (*collection.navigations, *(collection.expands or ()))
    target = Selectable(collection.properties, collection.filters, collection.casts, ways)
    return select(text, target)
