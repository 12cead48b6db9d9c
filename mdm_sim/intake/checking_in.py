"""How a device or an app goes on and ends: check in, unenroll."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from sqlalchemy import Table, bindparam, update

from mdm_sim import actions, contexts, diagnostics, queries, receipts, records, schedule
from mdm_sim.intake import judging
from mdm_sim.messages import CheckIn, Conflict, Order, receipt
from mdm_sim.policy import catalogue
from mdm_sim.policy.context import Context, Workload
from mdm_sim.policy.minimise import Minimised, minimise, refuse_all
from mdm_sim.policy.rules import Reason
from mdm_sim.store.engine import scrub_after
from mdm_sim.store.prepared import Prepared
from mdm_sim.store.tables import devices, registrations
from mdm_sim.store.work import Work


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """What a device or app is told at a check-in."""

    orders: list[Order]
    next_check_in_seconds: int
    receipt: dict[str, Any]
    policies: list[dict[str, Any]] = field(default_factory=list)
    notices: list[dict[str, Any]] = field(default_factory=list)


def _update(table: Table[Any], *names: str) -> Prepared:
    """An update of these columns of one record, each from a parameter of its own name."""
    this = (table.c.tenant_id == bindparam("tenant"), table.c.id == bindparam("record"))
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in ("last_sync_at", *names)}
    return Prepared(update(table).where(*this).values(values), can_wait=True)


_FACTS = ("facts", "policy_version", *contexts.COLUMNS)
_ON_DEVICES = ("compliance_state", "location_expires_at")
_TOUCH = {Workload.MDM: _update(devices), Workload.MAM: _update(registrations)}
_REPLACE = {
    Workload.MDM: _update(devices, *_FACTS, *_ON_DEVICES),
    Workload.MAM: _update(registrations, *_FACTS),
}


def check_in(work: Work, standing: Any, report: CheckIn) -> CheckedIn:
    """Take what a device or app reports, by the state the service is in now, and hand out orders.

    `standing` is the row that `standing.find` gave in this transaction. A fact that is reported
    replaces the one that is stored, null removes it, others stay. Raises Forbidden where the tenant
    is closed.
    """
    contexts.require_open_at(standing.tenant_closed_at)
    workload, record_id = Workload(standing.workload), standing.id
    row = _brought_up_to_date(work, standing)
    is_asked = _is_location_asked(work, row, report, has_orders=bool(standing.has_orders))
    for result in report.results:
        queries.take(work, result.id, result.status, result.detail)
    ended = [action for result in report.results if (action := actions.finish(work, row, result))]
    before = contexts.of_row(row)
    if ended or (workload is Workload.MDM and row.hidden):
        outcome, context = refuse_all(report.facts, before, Reason.NOT_MDM_ENROLLED), before
    else:
        row, context = _context_now(work, row, before, report, is_joined=bool(standing.is_joined))
        if is_asked is not None:
            context = replace(context, location_requested=is_asked)
        outcome = _store_report(work, row, context, report, governed=bool(standing.has_policies))
    if outcome.refused:
        judging.record_entry(work, "checkIn", workload, record_id, outcome)
    told = receipt(outcome, context)
    if ended:
        records.remove(work, row)
        return CheckedIn([], 0, told)
    receipts.keep(work, record_id, "checkIn", told)
    orders = actions.hand_out(work, row) if standing.has_orders else []
    if workload is Workload.MDM:
        seconds = schedule.device_seconds(context.platform, work.now - row.enrolled_at)
        return CheckedIn(orders, seconds, told, notices=_notices(work, row))
    policies = judging.app_policies(work, context, orjson.loads(row.facts))
    return CheckedIn(orders, schedule.app_seconds(policies), told, policies)


def unenroll(work: Work, workload: Workload, record_id: str) -> None:
    """The device or app leaves: everything held on it goes at once."""
    records.remove(work, records.find(work.connection, workload, work.tenant_id, record_id))


def _brought_up_to_date(work: Work, row: Any) -> Any:
    """The record's row, judged by what the tenant changed meanwhile; an inactive device is back."""
    workload = Workload(row.workload)
    is_back = workload is Workload.MDM and row.inactive
    if is_back:
        back = update(devices).where(devices.c.tenant_id == row.tenant_id, devices.c.id == row.id)
        work.connection.execute(back.values(hidden=False, inactive=False))
    if row.epoch != row.tenant_epoch:
        contexts.rejudge(work, row)
    elif not is_back:
        return row
    return records.find(work.connection, workload, work.tenant_id, row.id)


def _notices(work: Work, row: Any) -> list[dict[str, Any]]:
    """What the user of a device is told, once: that it counts as the organisation's from now on."""
    if row.notice is None:
        return []
    told = update(devices).where(devices.c.tenant_id == row.tenant_id, devices.c.id == row.id)
    work.connection.execute(told.values(notice=None))
    return [{"kind": "ownershipChanged", "ownership": row.notice}]


def _is_location_asked(work: Work, row: Any, report: CheckIn, *, has_orders: bool) -> bool | None:
    """Whether a reported location answers an order; None when there is none to judge.

    It may come together with the order's result, so this is asked before results end orders.
    """
    if row.workload != Workload.MDM or report.facts.get("location") is None:
        return None
    if not has_orders:
        return False
    unsuccessful = {result.id for result in report.results if result.status != "done"}
    return actions.is_open(work.connection, row, "locateDevice", unsuccessful)


def _context_now(
    work: Work, row: Any, before: Context, report: CheckIn, *, is_joined: bool
) -> tuple[Any, Context]:
    """The context to judge the report in, and the row judged again if the context changed.

    `is_joined` is about the directory's device that the report states, if it states one.
    """
    context = before
    if report.diagnostics_consent is not None:
        context = replace(context, user_diagnostics=report.diagnostics_consent)
    if "azureADDeviceId" in report.facts and context.entra_joined is not is_joined:
        context = replace(context, entra_joined=is_joined)
    if context != before:
        changes = {name: getattr(context, name) for name in ("user_diagnostics", "entra_joined")}
        contexts.rejudge(work, row, **changes)
        row = records.find(work.connection, context.workload, work.tenant_id, row.id)
    return row, context


def _store_report(
    work: Work, row: Any, context: Context, report: CheckIn, *, governed: bool
) -> Minimised:
    """Judge the reported facts and put what is kept in the place of what is stored."""
    cleared = {name for name, value in report.facts.items() if value is None}
    facts = report.facts
    if cleared:
        facts = {name: value for name, value in facts.items() if name not in cleared}
    managed = _managed(work, row, facts)
    outcome = minimise(facts, context, managed, is_checked=True)
    kept, optional = records.split(outcome.kept)
    # What is reported as a whole and as it was, which is the rule, is the text that is stored.
    is_same = orjson.dumps(kept).decode() == row.facts
    stored = kept if is_same else orjson.loads(row.facts)
    if context.workload is Workload.MAM:
        _require_same_app(stored, report.facts, kept)
    elif not is_same:
        _require_own_hardware(work, row, context, stored, kept)
    diagnostics.withdraw(work.connection, work.tenant_id, row.id, cleared)
    if cleared & stored.keys():
        scrub_after(work.connection)
    merged = kept if is_same else _merged(stored, kept, cleared, facts)
    on_device = _device_columns(work, row, context, outcome, merged, governed=governed)
    if (is_same or merged == stored) and all(
        getattr(row, name) == on_device[name] for name in on_device
    ):
        values: dict[str, Any] = {}
    else:
        values = {
            "facts": orjson.dumps(merged).decode(),
            "policy_version": catalogue.VERSION,
            **contexts.columns(_located(row, context, kept, merged)),
            **on_device,
        }
    _write(work, row, context.workload, values)
    diagnostics.keep(work.connection, work.tenant_id, row.id, optional)
    return outcome


def _merged(
    stored: Mapping[str, Any], kept: Mapping[str, Any], cleared: Set[str], facts: Mapping[str, Any]
) -> dict[str, Any]:
    """The facts to store: those that are reported, and the others as they are."""
    gone = cleared | ({"applications"} & facts.keys())
    merged = {name: value for name, value in stored.items() if name not in gone} | dict(kept)
    return records.split(merged)[0]


def _device_columns(
    work: Work,
    row: Any,
    context: Context,
    outcome: Minimised,
    merged: Mapping[str, Any],
    *,
    governed: bool,
) -> dict[str, Any]:
    """What a report decides of a device beside its facts: the verdict, the location's end."""
    if context.workload is Workload.MAM:
        return {}
    expiry = row.location_expires_at if "location" in merged else None
    if "location" in outcome.kept:
        expiry = records.location_expiry(merged, work.now)
    verdict = judging.verdict(work, context, outcome, merged, governed=governed)
    return {
        "compliance_state": verdict or row.compliance_state,
        "location_expires_at": expiry,
    }


def _located(
    row: Any, context: Context, kept: Mapping[str, Any], merged: Mapping[str, Any]
) -> Context:
    """The context to store: whether the location that is held came in answer to an order."""
    by_order = context.location_requested if "location" in kept else bool(row.location_requested)
    return replace(context, location_requested=by_order and "location" in merged)


def _write(work: Work, row: Any, workload: Workload, values: Mapping[str, Any]) -> None:
    statement = (_REPLACE if values else _TOUCH)[workload]
    named = {f"new_{name}": value for name, value in values.items()}
    statement(
        work.connection,
        tenant=work.tenant_id,
        record=row.id,
        new_last_sync_at=work.now,
        **named,
    )


def _managed(work: Work, row: Any, facts: Mapping[str, Any]) -> frozenset[str]:
    if row.workload == Workload.MDM or "applications" not in facts:
        return frozenset()
    return contexts.apps_managed(work.connection, work.tenant_id, orjson.loads(row.facts))


def _require_own_hardware(
    work: Work,
    row: Any,
    context: Context,
    stored: Mapping[str, Any],
    kept: Mapping[str, Any],
) -> None:
    """A device may not take the serial number or IMEI that another record holds."""
    changed = {
        name: kept[name]
        for name in ("serialNumber", "imei")
        if name in kept and kept[name] != stored.get(name)
    }
    others = records.same_hardware(work, context.platform, changed) if changed else []
    if any(other.id != row.id for other in others):
        message = "another device is enrolled with this hardware"
        raise Conflict(message)


def _require_same_app(
    stored: Mapping[str, Any], reported: Mapping[str, Any], kept: Mapping[str, Any]
) -> None:
    for name in ("appIdentifier", "deviceTag"):
        if name in reported and kept.get(name) != stored.get(name):
            message = f"{name} is what the app registered with; another app registers on its own"
            raise Conflict(message)
