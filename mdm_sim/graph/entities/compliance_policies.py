"""deviceCompliancePolicies: one is taken only with what happens to devices that do not comply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mdm_sim import compliance
from mdm_sim.graph.documents.behaviours import Behaviour, Document, Spot
from mdm_sim.messages import Detail, Malformed
from mdm_sim.store.work import Work

_ACTIONS = "scheduledActionsForRule/scheduledActionConfigurations"
# The id of no template, which tools compare with.
_NO_TEMPLATE = "00000000-0000-0000-0000-000000000000"


def _check(policy: Document) -> None:
    rules = policy.get("scheduledActionsForRule", [])
    actions = [each for rule in rules for each in rule.get("scheduledActionConfigurations", [])]
    if not any(action.get("actionType") == "block" for action in actions):
        message = "A compliance policy needs a scheduledActionsForRule with a block action."
        raise Malformed(message, [Detail("/scheduledActionsForRule", "a block action is expected")])


def _template(_work: Work, _spot: Spot, action: Document) -> Mapping[str, Any]:
    """An action without a message has the id of no template."""
    return {"notificationTemplateId": action.get("notificationTemplateId") or _NO_TEMPLATE}


BEHAVIOURS = (
    Behaviour(compliance.POLICIES, check_new=_check),
    *(
        Behaviour(f"{policies}/{_ACTIONS}", own=_template)
        for policies in (compliance.POLICIES, "deviceManagement/compliancePolicies")
    ),
)
