"""The catalogue: every row of the page in one place, found by id or by fact, with a version.

The page has 77 required rows, a note, five optional items and seven things that are never
collected. Receipts, schemas, database guards, command output and tests all derive from it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from mdm_sim.policy.context import Workload
from mdm_sim.policy.facts import JUDGED, KINDS, MEMBERS
from mdm_sim.policy.rows import (
    CATEGORIES,
    NEVER,
    NOTE,
    OPTIONAL,
    REGISTER,
    REQUIRED,
    SUBFIELDS,
    Origin,
    Row,
)
from mdm_sim.policy.rules import Rule

ROWS: tuple[Row, ...] = REQUIRED + NOTE + SUBFIELDS + OPTIONAL + NEVER
BY_ID: dict[str, Row] = {row.id: row for row in ROWS}

# What a device tells of its user.
OF_A_USER = frozenset(fact for row in ROWS if row.id.startswith("user.") for fact in row.facts)
# On an app registration the Entra device id is the managed app's row, on a device the device's.
_SHARED = {Workload.MDM: "managed_app.entra_device_id", Workload.MAM: "device.entra_device_id"}


def rule(row: Row, workload: Workload) -> Rule:
    """The rule of `row` in the MDM or the MAM workload."""
    return row.mdm if workload is Workload.MDM else row.mam


def rows_by_fact(workload: Workload) -> dict[str, Row]:
    """The row of each fact (`applications/…` for the members of an app) in a workload."""
    rows = (row for row in ROWS if row.id != _SHARED[workload])
    return {fact: row for row in rows for fact in row.facts}


def wrong_channel_names() -> dict[str, str]:
    """Names that no device may send, to the row they mean: the row's id and its Graph names."""
    barred = (row for row in ROWS if row.origin is not Origin.DEVICE and not row.facts)
    return {name: row.id for row in barred for name in (row.id, *row.other_names)}


def label(row: Row, language: str) -> str:
    """A row's label in `nl` or `en`; a category row is named after its category."""
    nl, en = CATEGORIES.get(row.category, ("", ""))
    return (row.nl or nl) if language == "nl" else (row.en or en)


def _lines() -> Iterator[str]:
    yield from (repr(row) for row in ROWS)
    yield from (repr(table) for table in (KINDS, JUDGED, MEMBERS, REGISTER))


VERSION = "2026-11." + hashlib.sha256("\n".join(_lines()).encode()).hexdigest()[:12]
