"""Directory objects of many kinds in one list, as relations and lookups by id give them.

The ids come from somewhere; each kind is joined to them, so that every property of every kind can
be selected and filtered on. What the caller may not read shows its id and type alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import orjson
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Subquery,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    union_all,
)
from sqlalchemy.engine import Row

from mdm_sim.graph import listing
from mdm_sim.graph.asking import Ask
from mdm_sim.graph.edm.model import NAMESPACE, model
from mdm_sim.graph.edm.shaping import default
from mdm_sim.graph.entities import directory_told
from mdm_sim.graph.entities.directory_kinds import MISSING, MOST, PAGE, Kind
from mdm_sim.graph.entities.directory_tables import DEVICES, GROUPS, PEOPLE
from mdm_sim.graph.odata.properties import Cast, Property
from mdm_sim.messages import NotInDirectory
from mdm_sim.store.tables import users

PATH = "directoryObjects"


def kinds(ask: Ask) -> tuple[Kind, ...]:
    """Every kind of object that the caller's directory has."""
    makers = (
        directory_told.principals,
        directory_told.applications,
        directory_told.roles,
        directory_told.organization,
    )
    told = (directory_told.told(ask, make) for make in makers)
    return (PEOPLE, GROUPS, DEVICES, *told)


class _Joined:
    """Ids with the rows of the kinds that they may be of."""

    def __init__(self, ask: Ask, ids: FromClause, sought: Sequence[Kind]) -> None:
        self.version, self.ids = ask.version, ids
        self.kinds = [each.seen_by(ask) for each in sought]
        self._tenant_id = ask.who.tenant_id

    @property
    def source(self) -> FromClause:
        joined = self.ids
        for kind in self.kinds:
            is_it = and_(kind.key == self.ids.c.id, *kind.where(self._tenant_id))
            joined = joined.outerjoin(kind.table, is_it)
        return joined

    @cached_property
    def type_name(self) -> ColumnElement[Any]:
        return case(*((is_of(kind), f"#{NAMESPACE}.{kind.name}") for kind in self.kinds))

    def shown(self, row: Row[Any]) -> dict[str, Any]:
        kind = next(each for each in self.kinds if row.object_type.endswith(f".{each.name}"))
        return {"@odata.type": row.object_type, **kind.shown(self.version, row)}

    def cast(self, name: str) -> Cast | None:
        kind = next((each for each in self.kinds if each.name.lower() == name.lower()), None)
        return Cast(is_of(kind), kind.properties(self.version)) if kind else None


class _Properties(Mapping[str, Property]):
    """The properties of all kinds under one name each; nothing where a kind has none of it."""

    def __init__(self, joined: _Joined) -> None:
        self._joined = joined
        version = joined.version
        self._of = [(kind, kind.properties(version)) for kind in joined.kinds]
        self._made = {
            "@odata.type": Property(joined.type_name),
            "id": Property(joined.ids.c.id),
        }

    def __getitem__(self, name: str) -> Property:
        if name not in self._made:
            found = [(kind, each[name]) for kind, each in self._of if name in each]
            if not found:
                raise KeyError(name)
            ways = [(is_of(kind), each.expression) for kind, each in found]
            first = next((each for _, each in found if each.kind == "json"), found[0][1])
            self._made[name] = replace(first, expression=case(*ways), default=None)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name for _, each in self._of for name in each))

    def __len__(self) -> int:
        return len(list(iter(self)))


def is_of(kind: Kind) -> ColumnElement[bool]:
    """SQL: whether a row of joined kinds is of this one."""
    return kind.key.is_not(None)


def _own_alone(_connection: Connection, ask: Ask, items: list[dict[str, Any]]) -> None:
    """Leave of each object what its own type has, with what stands for nothing there."""
    known = model(ask.version)
    for item in items:
        kind = known.types[item["@odata.type"].rpartition(".")[2]]
        for name in [each for each in item if "@" not in each]:
            if name not in kind.properties:
                del item[name]
            elif item[name] is None:
                item[name] = default(known, kind.properties[name], name)


def among(
    ask: Ask, ids: Select[Any] | Subquery, sought: Sequence[Kind] | None = None
) -> listing.Collection:
    """The objects of some ids, of any kind."""
    table = ids.subquery() if isinstance(ids, Select) else ids
    joined = _Joined(ask, table, kinds(ask) if sought is None else sought)
    found = or_(*(is_of(kind) for kind in joined.kinds))
    extras = {name: fill for kind in joined.kinds for name, fill in kind.extras.items()}
    return listing.Collection(
        name=PATH,
        source=joined.source,
        key=table.c.id,
        properties=_Properties(joined),
        where=lambda _ask: (found,),
        whole=joined.shown,
        whole_columns=(
            joined.type_name.label("object_type"),
            *(column for kind in joined.kinds for column in kind.columns),
        ),
        extras={"@odata.type": _own_alone, **extras},
        most=MOST,
        page_size=PAGE,
        casts=joined.cast,
        searchable=("displayName",),
    )


def cast(ask: Ask, ids: Select[Any], name: str) -> listing.Collection:
    """Those objects of some ids that are of one kind. Raises NotInDirectory for no kind."""
    sought = next((each for each in kinds(ask) if each.name.lower() == name.lower()), None)
    if sought is None:
        raise NotInDirectory(MISSING)
    kind, table, version = sought.seen_by(ask), ids.subquery(), ask.version
    is_it = and_(kind.key == table.c.id, *kind.where(ask.who.tenant_id))
    return listing.Collection(
        name=kind.path,
        source=table.join(kind.table, is_it),
        key=table.c.id,
        properties=kind.properties(version),
        where=lambda _ask: (),
        whole=lambda row: kind.shown(version, row),
        whole_columns=kind.columns,
        extras=kind.extras,
        most=MOST,
        page_size=PAGE,
        searchable=kind.searchable,
    )


def every(ask: Ask) -> Select[Any]:
    """SQL: the ids of all objects of the directory."""
    tenant_id = ask.who.tenant_id
    each = (
        select(kind.key.label("id")).select_from(kind.table).where(*kind.where(tenant_id))
        for kind in kinds(ask)
    )
    return select(union_all(*each).subquery().c.id)


def found(connection: Connection, ask: Ask, key: str) -> tuple[Kind, str]:
    """The object of an id, or of a user's UPN, and its kind. Raises NotInDirectory."""
    for kind in kinds(ask):
        named = kind.key == key.lower()
        if kind is PEOPLE:
            named = named | (users.c.user_principal_name == key.lower())
        query = select(kind.key).select_from(kind.table)
        object_id = connection.execute(query.where(*kind.where(ask.who.tenant_id), named)).scalar()
        if object_id is not None:
            return kind, str(object_id)
    raise NotInDirectory(MISSING)


def given(ids: Sequence[str]) -> Select[Any]:
    """SQL: ids that are given, each once."""
    told: BindParameter[str] = bindparam(None, orjson.dumps(list(ids)).decode(), unique=True)
    rows = func.json_each(told).table_valued("value", name="given_ids")
    return select(rows.c.value.label("id")).distinct()
