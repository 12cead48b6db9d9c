"""What enrolling and checking in share: the verdict, the policies, the audit entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mdm_sim import compliance, protections, records
from mdm_sim.policy.context import Context, Workload
from mdm_sim.policy.minimise import Minimised
from mdm_sim.store import audit
from mdm_sim.store.work import Work


def record_entry(
    work: Work, how: str, workload: Workload, record_id: str, outcome: Minimised
) -> None:
    """The audit entry of an enrollment (`Create`), the same again (`Update`), or a `checkIn`."""
    kind = records.RESOURCES[workload]
    task = audit.Task.CREATE if how == "Create" else audit.Task.UPDATE
    actor = audit.Actor("Unknown", userId=record_id)
    work.on_behalf_of(actor).record(
        audit.Entry(task, f"{how} {kind}", "Enrollment", kind, record_id, records.refusals(outcome))
    )


def verdict(
    work: Work,
    context: Context,
    outcome: Minimised,
    stored: Mapping[str, Any],
    *,
    governed: bool = True,
) -> str | None:
    """The compliance verdict on judged facts, forgotten as soon as it is given.

    A tenant that is known to have no policy (not `governed`) has nothing against a device.
    """
    if context.workload is Workload.MAM or not outcome.judged:
        return None
    if not governed:
        return compliance.NOTHING_ASKED
    inputs = {**stored, **outcome.judged}
    return compliance.evaluate(work.connection, work.tenant_id, context.platform, inputs)


def app_policies(work: Work, context: Context, facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The protection policies that the app in `facts` has to keep to."""
    return protections.policies_for(
        work.connection, work.tenant_id, context.platform, facts["appIdentifier"]
    )
