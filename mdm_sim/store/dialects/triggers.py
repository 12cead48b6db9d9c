"""A trigger that refuses a row, in the SQL of each database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """When rows are refused: any of the conditions is so, each looked at if none before it is.

    `event` is INSERT, UPDATE or DELETE; `columns` are those whose UPDATE is looked at, or all.
    """

    name: str
    event: str
    table: str
    amiss: Sequence[str]
    message: str
    columns: Sequence[str] = ()

    @property
    def _head(self) -> str:
        of = f" OF {', '.join(self.columns)}" if self.columns else ""
        return f"BEFORE {self.event}{of} ON {self.table}"

    def sqlite(self) -> Iterator[str]:
        """The statements that put it in place of an older one on SQLite."""
        yield f"DROP TRIGGER IF EXISTS {self.name}"
        yield (
            f"CREATE TRIGGER {self.name} {self._head} WHEN {' OR '.join(self.amiss)} "
            f"BEGIN SELECT RAISE(ABORT, '{self.message}'); END"
        )

    def postgresql(self) -> Iterator[str]:
        """The same on PostgreSQL: a function that raises, and the trigger that calls it."""
        row = "OLD" if self.event == "DELETE" else "NEW"
        checks = " ".join(f"IF {each} THEN {self._raise} END IF;" for each in self.amiss)
        yield (
            f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql "
            # The conditions are long: planning them anew takes longer than to look at a row.
            "SET plan_cache_mode = force_generic_plan "
            f"AS $guard$ BEGIN {checks} RETURN {row}; END $guard$"
        )
        yield (
            f"CREATE OR REPLACE TRIGGER {self.name} {self._head} "
            f"FOR EACH ROW EXECUTE FUNCTION {self.name}()"
        )

    @property
    def _raise(self) -> str:
        return f"RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = '{self.message}';"


def statements(refusal: Refusal, dialect: str) -> Iterator[str]:
    """What puts a trigger in place on a database."""
    return refusal.sqlite() if dialect == "sqlite" else refusal.postgresql()


def kept_whole(table: str, message: str, dialect: str) -> Iterator[str]:
    """What refuses TRUNCATE, which asks no trigger of rows; SQLite has no such statement."""
    if dialect != "sqlite":
        name = f"{table}_kept_whole"
        yield (
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $guard$ "
            f"BEGIN RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = '{message}'; "
            "END $guard$"
        )
        yield (
            f"CREATE OR REPLACE TRIGGER {name} BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        )


# How two values are compared where NULL is one like any other.
DIFFERS = {"sqlite": "IS NOT", "postgresql": "IS DISTINCT FROM"}


def followed(name: str, event: str, when: str, body: str, dialect: str) -> Iterator[str]:
    """What has statements follow each row that is changed, where `when` is so (or nothing)."""
    if dialect == "sqlite":
        condition = f" WHEN {when}" if when else ""
        yield f"DROP TRIGGER IF EXISTS {name}"
        yield f"CREATE TRIGGER {name} AFTER {event}{condition} BEGIN {body}END"
        return
    condition = f" WHEN ({when})" if when else ""
    yield (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql "
        f"AS $follow$ BEGIN {body} RETURN NULL; END $follow$"
    )
    yield (
        f"CREATE OR REPLACE TRIGGER {name} AFTER {event} FOR EACH ROW{condition} "
        f"EXECUTE FUNCTION {name}()"
    )
