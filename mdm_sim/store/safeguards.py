"""Triggers beside the guard of facts: diagnostics, device queries, receipts, the audit log."""

from __future__ import annotations

import string
from collections.abc import Iterable, Iterator

from mdm_sim.policy import catalogue
from mdm_sim.policy.facts import JUDGED, MEMBERS
from mdm_sim.policy.rules import AllOf, Is, Reason, Rule
from mdm_sim.store.dialects.refusals import ADDED_ONLY, FACT
from mdm_sim.store.dialects.triggers import Refusal
from mdm_sim.store.rule_sql import condition, paths
from mdm_sim.store.tables import (
    audit_events,
    audit_heads,
    devices,
    diagnostics,
    queries,
    receipts,
    settings,
)

_SIGNS = f"{string.ascii_letters}{string.digits}_.-"
# A compact JWE: five parts of these signs, the first of which begins as a JSON object does.
_JWE = (
    "substr(NEW.answer, 1, 3) = 'eyJ' "
    "AND length(NEW.answer) - length(replace(NEW.answer, '.', '')) = 4 "
    f"AND rtrim(NEW.answer, '{_SIGNS}') = ''"
)


def refusals() -> Iterator[Refusal]:
    """The triggers of these tables."""
    for table, amiss in (
        (diagnostics.name, _diagnostics()),
        (queries.name, _queries()),
        (receipts.name, _receipts()),
    ):
        watched = ("document",) if table == receipts.name else ()
        yield Refusal(f"guard_{table}_insert", "INSERT", table, (amiss,), FACT)
        yield Refusal(f"guard_{table}_update", "UPDATE", table, (amiss,), FACT, watched)
    yield from _append_only()


def _diagnostics() -> str:
    """Optional diagnostics: with both consents, of a known kind, with known members only."""
    known = [name for name in MEMBERS if name.startswith("diagnostic")]
    members = " ".join(
        f"WHEN '{name}' THEN json_remove(NEW.document, {paths(MEMBERS[name])}) <> '{{}}'"
        for name in known
    )
    return (
        "NOT (NEW.tenant_diagnostics AND NEW.user_diagnostics) "
        f"OR (CASE NEW.fact {members} ELSE TRUE END)"
    )


def _queries() -> str:
    """A device query: of a device that may be queried, and its answer encrypted (compact JWE)."""
    rule = _assume_on(catalogue.BY_ID["optional.device_query"].mdm)
    return (
        f"NOT EXISTS (SELECT 1 FROM {devices.name} device JOIN {settings.name} tenant "
        "ON tenant.tenant_id = device.tenant_id WHERE tenant.device_query "
        "AND device.tenant_id = NEW.tenant_id AND device.id = NEW.record_id "
        f"AND {condition(rule, 'device')}) "
        f"OR (NEW.answer IS NOT NULL AND NOT ({_JWE}))"
    )


def _assume_on(rule: Rule) -> Rule:
    """The rule without the switch, which is a column of the tenant's settings."""
    match rule:
        case Is(field="device_query"):
            return AllOf(())
        case AllOf(parts):
            return AllOf(tuple(_assume_on(part) for part in parts))
        case _:
            return rule


def _receipts() -> str:
    """A receipt: rows, reasons and names from closed lists, so that it can hold no value."""
    rows, reasons = _listed(catalogue.BY_ID), _listed(Reason)
    return (
        f"{_beyond('$.kept', 'value', rows)} OR {_beyond('$.judged', 'value', _listed(JUDGED))} "
        f"OR {_beyond('$.refused', 'key', rows)} OR {_beyond('$.refused', 'value', reasons)} "
        f"OR {_beyond('$.reduced', 'key', rows)} "
        f"OR {_beyond('$.reduced', 'value', _listed(_reductions()))} "
        "OR json_remove(NEW.document, '$.kept', '$.judged', '$.refused', '$.reduced', "
        "'$.context', '$.cause', '$.policyVersion') <> '{}'"
    )


def _reductions() -> set[str]:
    return {row.reduction.how for row in catalogue.ROWS if row.reduction}


def _beyond(path: str, part: str, listed: str) -> str:
    return (
        f"EXISTS (SELECT 1 FROM json_each(NEW.document, '{path}') item "
        f"WHERE item.{part} NOT IN ({listed}))"
    )


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _append_only() -> Iterator[Refusal]:
    """Entries are added; the oldest go when the chain's base is beyond them, or with the tenant."""
    table, head = audit_events.name, audit_heads.name
    kept = f"EXISTS (SELECT 1 FROM {head} WHERE tenant_id = OLD.tenant_id AND base_seq < OLD.seq)"
    # INSERT OR REPLACE removes the old row without asking the trigger for DELETE.
    later = f"EXISTS (SELECT 1 FROM {table} WHERE tenant_id = NEW.tenant_id AND seq >= NEW.seq)"
    yield Refusal("append_only_update", "UPDATE", table, ("TRUE",), ADDED_ONLY)
    yield Refusal("append_only_delete", "DELETE", table, (kept,), ADDED_ONLY)
    yield Refusal("append_only_insert", "INSERT", table, (later,), ADDED_ONLY)
