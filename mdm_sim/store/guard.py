"""The database's own refusal: triggers, generated from the catalogue, on every table with facts.

A row whose document holds a fact, or a member of one, that the catalogue does not permit in the
row's own context columns is not written, whoever writes it. The expression removes every permitted
path from the document; what is left must be nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text

from mdm_sim.policy import catalogue
from mdm_sim.policy.context import Workload
from mdm_sim.policy.facts import KINDS, MEMBERS, Kind
from mdm_sim.policy.rules import AllOf, Is, Rule
from mdm_sim.store import safeguards
from mdm_sim.store.dialects import triggers
from mdm_sim.store.dialects.refusals import ADDED_ONLY, FACT
from mdm_sim.store.dialects.triggers import Refusal
from mdm_sim.store.rule_sql import COLUMNS, FALSE, TRUE, condition, paths
from mdm_sim.store.tables import audit_events, devices, registrations

_TABLES = (devices.name, registrations.name)


@dataclass(frozen=True, slots=True)
class _Permission:
    """A fact and the SQL condition under which a row may hold it."""

    fact: str
    sql: str


def _permissions(
    row: str, reading: Callable[[Rule], Rule] = lambda rule: rule
) -> Iterator[_Permission]:
    by_workload = {workload: catalogue.rows_by_fact(workload) for workload in Workload}
    for name, found in by_workload[Workload.MDM].items():
        if name.startswith("diagnostic"):
            continue
        mdm, mam = found.mdm, reading(by_workload[Workload.MAM][name].mam)
        sides = {condition(mdm, row), condition(mam, row)}
        if len(sides) == 1:
            yield _Permission(name, sides.pop())
        else:
            yield _Permission(
                name,
                f"CASE {row}.workload WHEN 'mdm' THEN {condition(mdm, row)} "
                f"WHEN 'mam' THEN {condition(mam, row)} ELSE FALSE END",
            )


def _path(permission: _Permission) -> str:
    path = f"'$.{permission.fact}'"
    return (
        path
        if permission.sql == TRUE
        else f"CASE WHEN {permission.sql} THEN {path} ELSE '$[0]' END"
    )


def leftover(row: str = "NEW") -> str:
    """SQL: the document of `row` without every permitted fact; `{}` when nothing is amiss.

    The members of `applications` are looked at one by one in `violations`.
    """
    paths = [
        _path(each) for each in _permissions(row) if "/" not in each.fact and each.sql != FALSE
    ]
    return f"json_remove({row}.facts, {', '.join(paths)}, '$.applications')"


def _member_violations(row: str) -> Iterator[str]:
    for name in ("location", "appIdentifier"):
        members = paths(MEMBERS[name])
        found = f"json_extract({row}.facts, '$.{name}')"
        yield f"({found} IS NOT NULL AND json_remove({found}, {members}) <> '{{}}')"


def _phone_violation(row: str) -> str:
    reduction = catalogue.BY_ID["user.phone_number"].reduction
    full = condition(reduction.unless, row) if reduction else TRUE
    return f"(NOT {full} AND length(coalesce(json_extract({row}.facts, '$.phoneNumber'), '')) > 4)"


def _app_violation(row: str) -> str:
    """Every app on its own: its members, and in MAM that the register knows it as managed."""
    paths = ", ".join(_path(permission) for permission in _app_permissions(row))
    managed = (
        f"EXISTS (SELECT 1 FROM managed_apps known WHERE known.tenant_id = {row}.tenant_id "
        "AND known.identifier = json_extract(app.value, '$.id')) "
        f"OR json_extract(app.value, '$.id') IN "
        f"(SELECT own.value FROM json_each({row}.facts, '$.appIdentifier') own)"
    )
    return (
        f"(json_type({row}.facts, '$.applications') IS NOT NULL AND EXISTS ("
        f"SELECT 1 FROM json_each({row}.facts, '$.applications') app "
        f"WHERE json_remove(app.value, {paths}) <> '{{}}' "
        f"OR ({row}.workload <> 'mdm' AND NOT coalesce({managed}, FALSE))))"
    )


def _app_permissions(row: str) -> Iterator[_Permission]:
    """The members of an app; whether it is a managed one is asked of the register instead."""
    for permission in _permissions(row, _assume_managed):
        if permission.fact.startswith("applications/"):
            yield _Permission(permission.fact.removeprefix("applications/"), permission.sql)


def _assume_managed(rule: Rule) -> Rule:
    match rule:
        case Is(field="app_managed"):
            return AllOf(())
        case AllOf(parts):
            return AllOf(tuple(_assume_managed(part) for part in parts))
        case _:
            return rule


# The JSON types of each kind, as SQLite names them; every other kind is text.
_TYPES = {
    Kind.BOOLEAN: "'true', 'false'",
    Kind.COUNT: "'integer'",
    Kind.NUMBER: "'integer', 'real'",
    Kind.LATITUDE: "'integer', 'real'",
    Kind.LONGITUDE: "'integer', 'real'",
    Kind.TEXTS: "'array'",
    Kind.OBJECT: "'object'",
    Kind.OBJECTS: "'array'",
}


def _mistyped(each: str, kinds: Mapping[str, Kind]) -> str:
    """SQL: true when `each` (a row of json_each) is not of the type that its name has."""
    named: dict[str, list[str]] = {}
    for name, kind in kinds.items():
        if kind in _TYPES:
            named.setdefault(_TYPES[kind], []).append(f"'{name}'")
    cases = "".join(
        f"WHEN {each}.key IN ({', '.join(names)}) THEN {each}.type NOT IN ({types}) "
        for types, names in named.items()
    )
    wrong = f"CASE {cases}ELSE {each}.type <> 'text' END" if cases else f"{each}.type <> 'text'"
    below = f"CASE WHEN {each}.type = 'integer' THEN CAST({each}.value AS NUMERIC) < 0 END"
    return f"{wrong} OR {below}" if Kind.COUNT in kinds.values() else wrong


def _type_violations(row: str) -> Iterator[str]:
    """A value of another type could hold anything (a name inside a text fact, for one)."""
    yield f"NOT json_valid({row}.facts)"
    yield f"EXISTS (SELECT 1 FROM json_each({row}.facts) fact WHERE {_mistyped('fact', KINDS)})"
    for name in ("location", "appIdentifier"):
        yield (
            f"EXISTS (SELECT 1 FROM json_each({row}.facts, '$.{name}') member "
            f"WHERE {_mistyped('member', MEMBERS[name])})"
        )
    yield (
        f"EXISTS (SELECT 1 FROM json_each({row}.facts, '$.thirdPartyUserIds') item "
        "WHERE item.type <> 'text')"
    )
    yield (
        f"EXISTS (SELECT 1 FROM json_each({row}.facts, '$.applications') app "
        "WHERE app.type <> 'object' OR EXISTS (SELECT 1 FROM json_each(app.value) member "
        f"WHERE {_mistyped('member', MEMBERS['applications'])}))"
    )


def violations(row: str = "NEW") -> tuple[str, ...]:
    """SQL: each is true when the document of `row` holds what its context does not permit.

    Each holds good where none before it is true: first that the document is JSON at all, then the
    types of its values.
    """
    return (
        *_type_violations(row),
        f"{leftover(row)} <> '{{}}'",
        *_member_violations(row),
        _phone_violation(row),
        _app_violation(row),
    )


def refusals() -> Iterator[Refusal]:
    """The triggers of the tables with facts."""
    for table in _TABLES:
        amiss, watched = violations(), ["facts", *sorted(COLUMNS)]
        if table == registrations.name:
            amiss += ("(NEW.device_id IS NOT NULL AND NOT NEW.mdm_enrolled)",)
            watched.append("device_id")
        yield Refusal(f"guard_{table}_insert", "INSERT", table, amiss, FACT)
        yield Refusal(f"guard_{table}_update", "UPDATE", table, amiss, FACT, watched)


def statements(dialect: str) -> Iterator[str]:
    """Everything that puts the guard in place on a database, replacing an older catalogue's."""
    for refusal in (*refusals(), *safeguards.refusals()):
        yield from triggers.statements(refusal, dialect)
    yield from triggers.kept_whole(audit_events.name, ADDED_ONLY, dialect)


def install(connection: Connection) -> None:
    """Put the guard of this catalogue in place."""
    for statement in statements(connection.dialect.name):
        connection.execute(text(statement.replace(":", "\\:")))
