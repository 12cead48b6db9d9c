"""deviceCompliancePolicies: one is taken only with what happens to devices that do not comply."""

from __future__ import annotations

from mdm_sim import compliance
from mdm_sim.graph.documents.behaviours import Behaviour, Document
from mdm_sim.messages import Detail, Malformed


def _check(policy: Document) -> None:
    rules = policy.get("scheduledActionsForRule", [])
    actions = [each for rule in rules for each in rule.get("scheduledActionConfigurations", [])]
    if not any(action.get("actionType") == "block" for action in actions):
        message = "A compliance policy needs a scheduledActionsForRule with a block action."
        raise Malformed(message, [Detail("/scheduledActionsForRule", "a block action is expected")])


BEHAVIOURS = (Behaviour(compliance.POLICIES, check_new=_check),)
