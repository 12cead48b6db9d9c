"""managedDeviceCleanupRules: after how many silent days a platform's devices are hidden."""

from __future__ import annotations

from mdm_sim.graph.documents.behaviours import Behaviour, Document
from mdm_sim.messages import Detail, Malformed
from mdm_sim.policy.retention import CLEANUP_DAYS
from mdm_sim.upkeep.inactivity import CLEANUP_RULES, DAYS, PLATFORM


def _check(rule: Document) -> None:
    if PLATFORM not in rule:
        message = f"Property {PLATFORM} is required."
        raise Malformed(message, [Detail(f"/{PLATFORM}", "a member is expected")])
    days = rule.get(DAYS)
    least, most = CLEANUP_DAYS
    if not isinstance(days, int) or not least <= days <= most:
        message = f"Property {DAYS} is required and has to be from {least} to {most}."
        raise Malformed(message, [Detail(f"/{DAYS}", f"{least} to {most} is expected")])


BEHAVIOURS = (Behaviour(CLEANUP_RULES, check=_check, key=lambda rule: str(rule[PLATFORM])),)
