"""The report of the demo: for people as tables, for programs as JSON."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from mdm_sim.demo.proof import Found
from mdm_sim.demo.tally import GROUPS, Cell, Tally, rows_of
from mdm_sim.demo.told import Told
from mdm_sim.policy import catalogue

WIDTH = 150


def show(told: Told, tally: Tally, found: Found) -> None:
    """Print everything: the table of rows, the x-ray, the audit tail, the proof."""
    console = Console(width=None if Console().is_terminal else WIDTH)
    console.print(_rows_table(tally))
    console.print(_xray_table(told))
    console.print(_audit_table(told))
    console.print(_proof_lines(found), soft_wrap=True, highlight=False)


def _rows_table(tally: Tally) -> Table:
    title = "What was sent and what was kept, by row of the page (numbers of records)"
    table = Table(title=title, title_justify="left")
    table.add_column("row", no_wrap=True)
    for name in (*GROUPS, "why not"):
        table.add_column(name, overflow="fold")
    category = ""
    for row, cells in tally.rows():
        if row.category != category:
            category = row.category
            table.add_section()
        table.add_row(row.id, *(_styled(cell) for cell in cells), _reasons(cells))
    return table


def _styled(cell: Cell) -> str:
    colour = "red" if cell.refused and not cell.kept else "green" if cell.kept else "yellow"
    return f"[{colour}]{cell}[/]" if cell.sent else str(cell)


def _reasons(cells: list[Cell]) -> str:
    return ", ".join(dict.fromkeys(reason for cell in cells for reason in cell.reasons))


def _xray_table(told: Told) -> Table:
    device, after = told.flipped["device"], told.flipped["after"]
    title = (
        f"X-ray of {device['platform']} device {device['id']}, "
        "corporate at enrollment, personal since an admin marked it so"
    )
    table = Table(title=title, title_justify="left")
    for name in ("sent", "stored while corporate", "stored now"):
        table.add_column(name, overflow="ellipsis", no_wrap=True, max_width=46)
    before = told.flipped["before"]["facts"]
    for name, value in sorted(device["facts"].items()):
        table.add_row(f"{name} = {_short(value)}", _held(before, name), _held(after["facts"], name))
    return table


def _held(facts: dict[str, Any], name: str) -> str:
    return f"[green]{_short(facts[name])}[/]" if name in facts else "[red]-[/]"


def _short(value: Any) -> str:
    if isinstance(value, list):
        return f"({len(value)} items)"
    return str(value).replace("[", "(")


def _audit_table(told: Told) -> Table:
    table = Table(
        title="The end of the audit log (names and ids, never values)", title_justify="left"
    )
    for name in ("when", "activity", "what", "by", "properties named"):
        table.add_column(name, overflow="fold")
    for event in reversed(told.audit):
        actor, resource = event["actor"], event["resources"][0]
        names = [each["displayName"] for each in resource["modifiedProperties"]]
        who = (
            actor["userPrincipalName"]
            or actor["applicationDisplayName"]
            or f"record {actor['userId'][-12:]}"
        )
        table.add_row(
            event["activityDateTime"][11:19],
            event["activity"],
            event["activityType"],
            who,
            _few(names),
        )
    return table


def _few(names: list[str]) -> str:
    shown = ", ".join(names[:3])
    return f"{shown} and {len(names) - 3} more" if len(names) > 3 else shown


def _proof_lines(found: Found) -> str:
    verdict = (
        "[bold green]0 found[/]"
        if not found.leaked
        else f"[bold red]found, of {', '.join(found.leaked)}[/]"
    )
    return (
        f"Proof: {found.searched_bytes:,} bytes in {found.files} files searched for "
        f"{found.refused_values:,} values that are not kept: {verdict}.\n"
        f"That the search can find: {found.kept_found:,} of {found.kept_values:,} kept values were."
    )


def as_json(told: Told, tally: Tally, found: Found) -> dict[str, Any]:
    """The same report for programs."""
    return {
        "policyVersion": catalogue.VERSION,
        "rows": [
            {
                "id": row.id,
                **{
                    group: {
                        "sent": cell.sent,
                        "kept": cell.kept,
                        "reduced": cell.reduced,
                        "refused": cell.refused,
                        "filledByService": cell.filled,
                        "reasons": dict(cell.reasons),
                    }
                    for group, cell in zip(GROUPS, cells, strict=True)
                },
            }
            for row, cells in tally.rows()
        ],
        "flipped": {
            "id": told.flipped["device"]["id"],
            "before": sorted(rows_of("mdm", told.flipped["before"]["facts"])),
            "after": sorted(rows_of("mdm", told.flipped["after"]["facts"])),
        },
        "orders": told.orders,
        "audit": told.audit,
        "proof": {
            "searchedBytes": found.searched_bytes,
            "files": found.files,
            "refusedValues": found.refused_values,
            "leaked": list(found.leaked),
            "keptValues": found.kept_values,
            "keptFound": found.kept_found,
        },
    }
