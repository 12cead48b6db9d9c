"""SQL that databases spell differently, as constructs: `func.json_extract` is one of them.

They are written as SQLite has them, and compiled for PostgreSQL here. What is no more than a
function there is one of `routines.sql`, under the same name: `instr`, `strftime`, `json_each`.
JSON is text in both, so that a document stays byte for byte what was written.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import BigInteger, Boolean, ColumnElement, Text, literal_column
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnClause
from sqlalchemy.sql.functions import FunctionElement, GenericFunction
from sqlalchemy.types import TypeEngine, UserDefinedType

__all__ = ["Number", "as_kind", "fact_value", "json_value", "nearest", "upsert", "whole"]

_STEP = re.compile(r'"([^"]*)"|\[(\d+)\]|([^."\[\]$]+)')


class Number(UserDefinedType[float]):
    """A number as JSON has it: whole ones stay whole, whatever the database calls them."""

    cache_ok = True

    def get_col_spec(self, **_options: Any) -> str:
        """The name of the type in a CAST."""
        return "NUMERIC"

    @property
    def python_type(self) -> type[float]:
        """What it is in Python."""
        return float


_TYPES: dict[str, TypeEngine[Any]] = {
    "boolean": Boolean(),
    "integer": BigInteger(),
    "number": Number(),
}


class json_extract(GenericFunction[Any]):  # noqa: N801
    """A value inside a JSON document, by a path that stands in the statement."""

    type = Text()
    inherit_cache = True

    def __init__(self, document: ColumnElement[Any], path: str) -> None:
        super().__init__(document, literal_column(f"'{path}'"))


class json(GenericFunction[Any]):  # noqa: N801
    """A text that is JSON, to be nested as JSON."""

    type = Text()
    inherit_cache = True


class json_object(GenericFunction[Any]):  # noqa: N801
    """Names and values in turn as a JSON object."""

    type = Text()
    inherit_cache = True


class json_array(GenericFunction[Any]):  # noqa: N801
    """Values as a JSON array."""

    type = Text()
    inherit_cache = True


class json_group_array(GenericFunction[Any]):  # noqa: N801
    """The values of rows as a JSON array."""

    type = Text()
    inherit_cache = True


class json_patch(GenericFunction[Any]):  # noqa: N801
    """One JSON object with another over it; members that are null go (RFC 7396)."""

    type = Text()
    inherit_cache = True


class group_concat(GenericFunction[Any]):  # noqa: N801
    """The texts of rows with something between."""

    type = Text()
    inherit_cache = True


class lower(GenericFunction[Any]):  # noqa: N801
    """A text in lower case, in every script."""

    type = Text()
    inherit_cache = True


class upper(GenericFunction[Any]):  # noqa: N801
    """A text in upper case, in every script."""

    type = Text()
    inherit_cache = True


class whole(FunctionElement[int]):  # noqa: N801
    """A number (or a text of digits) without its fraction, as Python's `int` gives it."""

    type = BigInteger()
    inherit_cache = True


class nearest(FunctionElement[float]):  # noqa: N801
    """The nearest whole number, a half away from zero."""

    type = Number()
    inherit_cache = True


class _Typed(FunctionElement[Any]):
    """A scalar of JSON as a value of its type."""

    inherit_cache = True

    def __init__(self, scalar: ColumnElement[Any], kind: str) -> None:
        super().__init__(scalar)
        self.type = _TYPES[kind]


def as_kind(scalar: ColumnElement[Any], kind: str) -> ColumnElement[Any]:
    """A scalar of JSON as a `boolean`, an `integer` or a `number`; as any other kind a text.

    What is of another type is NULL, or what SQLite makes of it.
    """
    return _Typed(scalar, kind) if kind in _TYPES else scalar


def json_value(document: ColumnElement[Any], name: str, kind: str = "text") -> ColumnElement[Any]:
    """A member of a JSON document, by a name of letters, digits, `_`, `@` and dots."""
    return as_kind(json_extract(document, f'$."{name}"'), kind)


def fact_value(facts: ColumnElement[Any], name: str, kind: str) -> ColumnElement[Any]:
    """A fact, spelled as the indexes on facts are."""
    return as_kind(json_extract(facts, f"$.{name}"), kind)


def _parts(element: FunctionElement[Any], compiler: SQLCompiler, options: Any) -> list[str]:
    return [compiler.process(each, **options) for each in element.clauses]


@compiles(json_extract, "postgresql")
def _extract(element: json_extract, compiler: SQLCompiler, **options: Any) -> str:
    document, path = element.clauses
    steps = [next(filter(None, found)) for found in _STEP.findall(_path(path))]
    inside = f"({compiler.process(document, **options)})::json"
    if len(steps) == 1:
        return f"({inside} ->> '{steps[0]}')"
    listed = ",".join(f'"{step}"' for step in steps)
    return f"({inside} #>> '{{{listed}}}')"


def _path(path: ColumnElement[Any]) -> str:
    """The text of a path, which comes from the code and never from a caller."""
    return path.name[1:-1] if isinstance(path, ColumnClause) else ""


_NESTED = (json, json_object, json_array, json_group_array, json_patch)


def _values(element: FunctionElement[Any], compiler: SQLCompiler, options: Any) -> str:
    return ", ".join(
        f"({text})::json" if isinstance(each, _NESTED) else text
        for each, text in zip(element.clauses, _parts(element, compiler, options), strict=True)
    )


@compiles(json, "postgresql")
def _json(element: json, compiler: SQLCompiler, **options: Any) -> str:
    return f"({compiler.process(element.clauses, **options)})"


@compiles(json_object, "postgresql")
def _object(element: json_object, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_build_object({_values(element, compiler, options)})::text"


@compiles(json_array, "postgresql")
def _array(element: json_array, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_build_array({_values(element, compiler, options)})::text"


@compiles(json_group_array, "postgresql")
def _group_array(element: json_group_array, compiler: SQLCompiler, **options: Any) -> str:
    return f"coalesce(json_agg({_values(element, compiler, options)})::text, '[]')"


@compiles(json_patch, "postgresql")
def _patch(element: json_patch, compiler: SQLCompiler, **options: Any) -> str:
    below, above = _parts(element, compiler, options)
    return f"jsonb_strip_nulls(({below})::jsonb || ({above})::jsonb)::text"


@compiles(group_concat, "postgresql")
def _concat(element: group_concat, compiler: SQLCompiler, **options: Any) -> str:
    return f"string_agg({compiler.process(element.clauses, **options)})"


@compiles(lower, "postgresql")
def _lower(element: lower, compiler: SQLCompiler, **options: Any) -> str:
    return f"mdm_lower({compiler.process(element.clauses, **options)})"


@compiles(upper, "postgresql")
def _upper(element: upper, compiler: SQLCompiler, **options: Any) -> str:
    return f"mdm_upper({compiler.process(element.clauses, **options)})"


@compiles(whole)
def _whole(element: whole, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} AS INTEGER)"


@compiles(whole, "postgresql")
def _whole_there(element: whole, compiler: SQLCompiler, **options: Any) -> str:
    return f"mdm_whole({compiler.process(element.clauses, **options)})"


@compiles(nearest)
def _nearest(element: nearest, compiler: SQLCompiler, **options: Any) -> str:
    return f"round({compiler.process(element.clauses, **options)})"


@compiles(nearest, "postgresql")
def _nearest_there(element: nearest, compiler: SQLCompiler, **options: Any) -> str:
    return f"round(({compiler.process(element.clauses, **options)})::numeric)"


@compiles(_Typed)
def _type(element: _Typed, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(_Typed, "postgresql")
def _type_there(element: _Typed, compiler: SQLCompiler, **options: Any) -> str:
    scalar = compiler.process(element.clauses, **options)
    if isinstance(element.type, Boolean):
        return f"({scalar} = 'true')"
    return f"mdm_{'integer' if isinstance(element.type, BigInteger) else 'number'}({scalar})"
