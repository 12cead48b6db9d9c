"""A report read: which columns and rows are asked for, and the rows as values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from mdm_sim.graph.entities.report_sources import Source
from mdm_sim.graph.entities.report_table import KNOWN, Report
from mdm_sim.graph.odata.collection import Collection
from mdm_sim.graph.odata.filter_text import parse
from mdm_sim.graph.odata.paging import reading, rows_after
from mdm_sim.graph.odata.properties import Property, constant, named
from mdm_sim.graph.odata.query import Query, Reader
from mdm_sim.graph.odata.rows import Rows
from mdm_sim.messages import Detail, Malformed
from mdm_sim.store.engine import Store

LOCALIZED = "_loc"
_MOST = 5_000
_USUAL = 50
_AT_ONCE = 1_000
_KINDS = {
    "integer": "Int32",
    "number": "Double",
    "boolean": "Boolean",
    "moment": "DateTime",
    "instant": "DateTime",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a report. `columns` are as they are shown, with those of words."""

    report: Report
    columns: tuple[str, ...]
    collection: Collection
    query: Query

    @property
    def schema(self) -> list[dict[str, str]]:
        """The columns and their types."""
        return [{"Column": name, "PropertyType": self._type(name)} for name in self.columns]

    def _type(self, name: str) -> str:
        prop = self.report.columns.get(name)
        return _KINDS.get(prop.kind, "String") if prop else "String"


def asked(report: Report, given: Mapping[str, Any]) -> Asked:
    """What the parameters of a report ask. Raises Malformed, which names no unknown column."""
    columns = _columns(report, given.get("select") or ())
    plain = [name for name in columns if not name.endswith(LOCALIZED)]
    used = {name: report.columns.get(name, constant(None)) for name in plain} or report.columns
    collection = _collection(report, used, plain)
    options = {"top": str(_top(given.get("top"))), "skip": str(max(given.get("skip") or 0, 0))}
    options |= {"filter": given["filter"]} if (given.get("filter") or "").strip() else {}
    if (given.get("search") or "").strip():
        options["search"] = f'"{str(given["search"])[:500].replace(chr(34), " ")}"'
    if orders := [str(each) for each in given.get("orderBy") or ()]:
        options["orderby"] = ",".join(orders)
    _require(report, options.get("filter", ""))
    return Asked(report, columns, collection, Reader().read(options, collection))


def _collection(report: Report, used: Mapping[str, Property], plain: Sequence[str]) -> Collection:
    source = report.source
    return Collection(
        "reports",
        source.table,
        source.key,
        used,
        lambda _ask: (),
        filters=report.filters,
        most=_MOST,
        default_order=source.order,
        searchable=tuple(name for name in plain if used[name].kind == "text"),
    )


def require_listed(report: Report, text: str) -> None:
    """Raise Malformed unless a filter names only what an export may be filtered by.

    A job shows its filter: by what Microsoft lists, no text of a person stands in it.
    """
    if text.strip():
        source = report.source
        listed = Collection("reports", source.table, source.key, report.filters, lambda _ask: ())
        Reader().read({"filter": text}, listed)


def _columns(report: Report, chosen: Sequence[str]) -> tuple[str, ...]:
    """The columns asked for, in their own spelling: all of the report's where none is."""
    if not chosen:
        return tuple(report.columns)
    found = []
    for place, given in enumerate(chosen[:200]):
        base = given.removesuffix(LOCALIZED)
        spelled = named(base, report.columns)
        if spelled is None and not report.name:
            spelled = base if base in KNOWN else None
        elif spelled is None:
            message = "A column of the report is expected."
            raise Malformed(message, [Detail(f"/select/{place}", "a column of this report")])
        if spelled is not None:
            found.append(spelled + given[len(base) :])
    return tuple(dict.fromkeys(found))


def _top(given: int | None) -> int:
    if given is None:
        return _USUAL
    return min(max(given, 0), _MOST)


def _require(report: Report, text: str) -> None:
    """Raise Malformed where a report is about one thing and its filter does not name it."""
    if report.required and report.required.lower() not in text.lower():
        message = f"A filter by {report.required} is required for this report."
        raise Malformed(message, [Detail("/filter", f"{report.required} eq '…' is expected")])


def asked_of_nothing(report: Report, given: Mapping[str, Any]) -> Asked:
    """What is asked of a report that has no rows here: a filter need only be one."""
    if (given.get("filter") or "").strip():
        parse(str(given["filter"]))
    return asked(report, {"select": given.get("select")})


def total(connection: Connection, tenant_id: str, wanted: Asked) -> int:
    """How many rows there are, whatever page is asked for."""
    source = wanted.report.source
    query = select(func.count()).select_from(source.table).where(*_where(source, tenant_id, wanted))
    if wanted.query.where is None and source.total is not None:
        query = source.total(tenant_id)
    return int(connection.execute(query).scalar_one())


def page(connection: Connection, tenant_id: str, wanted: Asked) -> Iterator[list[Any]]:
    """The rows of the page that is asked for, each with a value for each column."""
    query, shape = wanted.query, _shape(wanted)
    chosen = _chosen(tenant_id, wanted, shape).offset(query.skip)
    read = reading(connection, chosen, query.order, None)
    for row in rows_after(read, query.order, None, query.top):
        yield _values(wanted, shape, row)


def every(store: Store, tenant_id: str, wanted: Asked) -> Iterator[list[Any]]:
    """All rows, some at a time: each time goes on after the last row, in a snapshot of its own.

    So no memory grows with the rows, and no reader bars a purge for as long as somebody reads.
    """
    order, shape = wanted.query.order, _shape(wanted)
    keys = [each.expression.label(f"key_{place}") for place, each in enumerate(order)]
    chosen, last = _chosen(tenant_id, wanted, shape).add_columns(*keys), None
    while True:
        with store.read() as connection:
            read = reading(connection, chosen, order, last)
            rows = rows_after(read, order, last, _AT_ONCE)
        yield from (_values(wanted, shape, row) for row in rows)
        if len(rows) < _AT_ONCE:
            break
        last = rows[-1][-len(order) :]


def _shape(wanted: Asked) -> Rows:
    return Rows(wanted.collection, wanted.query, everything=True)


def _chosen(tenant_id: str, wanted: Asked, shape: Rows) -> Select[Any]:
    return shape.statement.where(*_where(wanted.report.source, tenant_id, wanted))


def _values(wanted: Asked, shape: Rows, row: Any) -> list[Any]:
    item = shape.load(row).item
    return [_value(wanted.report.source, item, name) for name in wanted.columns]


def _where(source: Source, tenant_id: str, wanted: Asked) -> list[ColumnElement[bool]]:
    found = [source.tenant == tenant_id, *source.where]
    return found if wanted.query.where is None else [*found, wanted.query.where]


def _value(source: Source, item: Mapping[str, Any], column: str) -> Any:
    """A value, or the word for a code."""
    base = column.removesuffix(LOCALIZED)
    value = item.get(base)
    return source.names.get(base, {}).get(str(value), value) if base != column else value
