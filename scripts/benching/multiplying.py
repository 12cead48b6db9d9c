"""Many rows of a few real ones: a fleet as the service itself would have stored it.

A template is what one real enrollment left in the database: the rows it added and the numbers it
changed. Its copies are the same rows with other ids, names, tokens and moments. What a template
changed in any other way is not understood, and raises.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, insert, select, update

Rows = dict[tuple[Any, ...], dict[str, Any]]
Snapshot = dict[str, Rows]
Place = tuple[str, tuple[Any, ...], str]  # a number: table, primary key, column
_AUDIT, _HEADS = "audit_events", "audit_heads"


def snapshot(connection: Connection, tables: Mapping[str, Table]) -> Snapshot:
    """Every row of every table, by primary key."""
    return {
        name: {
            tuple(row[each.name] for each in table.primary_key): dict(row)
            for row in connection.execute(select(table)).mappings()
        }
        for name, table in tables.items()
    }


@dataclass
class Template:
    """What one act added: rows by table; and by how much it raised which numbers."""

    rows: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    raised: dict[Place, int] = field(default_factory=dict)

    def then(self, other: Template) -> Template:
        """Both acts as one."""
        raised = dict(self.raised)
        for place, step in other.raised.items():
            raised[place] = raised.get(place, 0) + step
        return Template([*self.rows, *other.rows], raised)


def learn(before: Snapshot, after: Snapshot) -> Template:
    """The template of the act between two snapshots. Raises ValueError for what it cannot copy."""
    template = Template()
    for name, rows in after.items():
        if name == _HEADS:
            continue
        known = before[name]
        if known.keys() - rows.keys():
            message = f"the act removed rows of {name}"
            raise ValueError(message)
        for key, row in rows.items():
            if key not in known:
                template.rows.append((name, row))
            elif row != known[key]:
                template.raised |= _raised(name, key, known[key], row)
    return template


def _raised(
    table: str, key: tuple[Any, ...], old: Mapping[str, Any], new: Mapping[str, Any]
) -> dict[Place, int]:
    found = {}
    for column, value in new.items():
        if value == old[column]:
            continue
        if type(value) is not int or type(old[column]) is not int:
            message = f"the act changed {table}.{column}, which is no number to be raised"
            raise ValueError(message)
        found[table, key, column] = value - old[column]
    return found


class Cell:
    """A text whose needles (ids, names, moments of the template) are replaced in every copy."""

    def __init__(self, content: str, needles: Mapping[str, str]) -> None:
        """`needles` maps a text to the name of what takes its place."""
        pattern = "|".join(re.escape(each) for each in sorted(needles, key=len, reverse=True))
        parts = re.split(f"({pattern})", content)
        self.names = [needles[part] for part in parts[1::2]]
        self._parts = parts

    def fill(self, values: Mapping[str, str]) -> str:
        """The text of one copy."""
        if len(self._parts) == 3 and not self._parts[0] and not self._parts[2]:
            return values[self.names[0]]
        self._parts[1::2] = [values[name] for name in self.names]
        return "".join(self._parts)


Filler = Callable[[Mapping[str, Any]], Any]


class Copier:
    """Writes the copies of templates, a batch at a time."""

    def __init__(self, connection: Connection, tables: Mapping[str, Table]) -> None:
        self._connection = connection
        self._tables = tables
        self._rows: dict[str, list[tuple[Any, ...]]] = {}
        self._sql: dict[str, str] = {}
        self._before: dict[Place, int] = {}
        head = connection.execute(select(tables[_HEADS])).mappings().one()
        self._tenant, self._seq, self._hash = head["tenant_id"], head["seq"], head["hash"]

    def plan(
        self, template: Template, needles: Mapping[str, str]
    ) -> list[tuple[str, list[Filler]]]:
        """How each row of a template is copied. Floats are moments, shifted by `shift` seconds."""
        for name, key, column in template.raised:
            table = self._tables[name]
            query = select(table.c[column]).where(*_is(table, key))
            self._before[name, key, column] = self._connection.execute(query).scalar_one()
        planned = []
        for name, row in template.rows:
            planned.append((name, [self._filler(each, row, needles) for each in row]))
            compiled = insert(self._tables[name]).compile(dialect=self._connection.dialect)
            self._sql[name] = re.sub(r"%\(\w+\)s", "%s", str(compiled))  # rows are tuples
        return planned

    def _filler(self, column: str, row: Mapping[str, Any], needles: Mapping[str, str]) -> Filler:
        value = row[column]
        if column == "seq":
            return lambda values: values["seq"]
        if type(value) is float:
            return lambda values: value + values["shift"]
        cell = Cell(value, needles) if isinstance(value, str) else None
        if cell is None or not cell.names:
            return lambda _values: value
        return cell.fill

    def copy(self, plan: Sequence[tuple[str, list[Filler]]], values: Mapping[str, Any]) -> None:
        """Add one copy; `values` has what takes the place of each needle, `shift` and `seq`."""
        for name, fillers in plan:
            row = [fill(values) for fill in fillers]
            self._rows.setdefault(name, []).append(
                tuple(row) if name != _AUDIT else self._chained(row)
            )

    def _chained(self, row: list[Any]) -> tuple[Any, ...]:
        """The audit entry as the next of the chain (see `mdm_sim.store.audit`)."""
        columns = [each.name for each in self._tables[_AUDIT].columns]
        entry = dict(zip(columns, row, strict=True))
        self._seq += 1
        entry["seq"], entry["previous_hash"] = self._seq, self._hash
        content = f"{self._hash}\n{self._seq}\n{entry['document']}"
        self._hash = entry["hash"] = hashlib.sha256(content.encode()).hexdigest()
        return tuple(entry.values())

    def flush(self) -> None:
        """Write what was copied so far, in the caller's transaction and past the guard."""
        for name, rows in self._rows.items():
            self._connection.exec_driver_sql(self._sql[name], rows)
        self._rows = {}
        head = self._tables[_HEADS]
        moved = update(head).where(head.c.tenant_id == self._tenant)
        self._connection.execute(moved.values(seq=self._seq, hash=self._hash))

    def raise_numbers(self, copied: Iterable[tuple[Template, int]]) -> None:
        """Numbers that an act raises stand where so many more acts would have brought them.

        They are set, not added to: triggers may have counted the copies already.
        """
        totals = dict(self._before)
        for template, copies in copied:
            for place, step in template.raised.items():
                totals[place] += step * copies
        for (name, key, column), total in totals.items():
            table, same = self._tables[name], _is(self._tables[name], key)
            self._connection.execute(update(table).where(*same).values({column: total}))


def _is(table: Table, key: tuple[Any, ...]) -> list[ColumnElement[bool]]:
    return [each == part for each, part in zip(table.primary_key, key, strict=True)]
