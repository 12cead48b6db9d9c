"""What was sent and what became of it, by catalogue row and by kind of record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mdm_sim.policy import catalogue
from mdm_sim.policy.context import Workload
from mdm_sim.policy.rows import Row

GROUPS = {
    "MDM corporate": ("mdm", "corporate"),
    "MDM personal": ("mdm", "byod"),
    "MAM": ("mam", "mam"),
}


@dataclass(slots=True)
class Cell:
    """One row of the page for one kind of record: how many records, not how many values."""

    sent: int = 0
    kept: int = 0
    reduced: int = 0
    refused: int = 0
    filled: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        """Like `24 sent: 20 kept, 4 refused`."""
        parts = [
            f"{number} {name}"
            for name, number in (
                ("kept", self.kept),
                ("reduced", self.reduced),
                ("refused", self.refused),
            )
            if number
        ]
        if self.sent:
            return f"{self.sent} sent: {', '.join(parts) or '0 kept'}"
        return f"{self.filled} by the service" if self.filled else "-"


@dataclass(slots=True)
class Tally:
    """A cell for every row and kind of record."""

    cells: dict[tuple[str, str], Cell]

    @classmethod
    def of(cls, fleet: Sequence[Mapping[str, Any]], held: Mapping[str, Mapping[str, Any]]) -> Tally:
        """Count the receipts of `fleet`, and in `held` what the service filled in itself."""
        cells = {(row.id, group): Cell() for row in catalogue.ROWS for group in GROUPS}
        for device in fleet:
            group = next(
                name
                for name, (workload, profile) in GROUPS.items()
                if (device["workload"], device["profile"]) == (workload, profile)
            )
            _count(cells, group, device)
            _count_filled(cells, group, device, held.get(device["id"]))
        return cls(cells)

    def rows(self) -> Iterator[tuple[Row, list[Cell]]]:
        """Every row of the catalogue with its cells, in the order of the page."""
        for row in catalogue.ROWS:
            yield row, [self.cells[row.id, group] for group in GROUPS]


def rows_of(workload: str, facts: Mapping[str, Any]) -> dict[str, set[str]]:
    """The rows that reported facts belong to, each with its facts."""
    by_fact = catalogue.rows_by_fact(Workload(workload))
    named = {**{name: row.id for name, row in by_fact.items()}, **catalogue.wrong_channel_names()}
    members = {f"applications/{name}" for app in facts.get("applications", ()) for name in app}
    rows: dict[str, set[str]] = {}
    for name in (facts.keys() | members) & named.keys():
        rows.setdefault(named[name], set()).add(name)
    return rows


def _count(cells: dict[tuple[str, str], Cell], group: str, device: Mapping[str, Any]) -> None:
    receipt = device["receipt"]
    for row_id in rows_of(device["workload"], device["facts"]):
        cell = cells[row_id, group]
        cell.sent += 1
        cell.kept += row_id in receipt["kept"]
        cell.reduced += row_id in receipt["reduced"]
        if reason := receipt["refused"].get(row_id):
            cell.refused += 1
            cell.reasons[reason] += 1
        if how := receipt["reduced"].get(row_id):
            cell.reasons[how] += 1


def _count_filled(
    cells: dict[tuple[str, str], Cell],
    group: str,
    device: Mapping[str, Any],
    record: Mapping[str, Any] | None,
) -> None:
    if record is None:
        return
    reported = rows_of(device["workload"], record["facts"])
    for row_id in record["rows"]:
        if row_id not in reported:
            cells[row_id, group].filled += 1
