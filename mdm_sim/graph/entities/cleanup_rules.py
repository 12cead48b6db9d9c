"""managedDeviceCleanupRules: after how many silent days a platform's devices are hidden."""

from __future__ import annotations

from mdm_sim import access
from mdm_sim.graph.entities.documents import Document, Kind
from mdm_sim.messages import Detail, Malformed
from mdm_sim.policy.retention import CLEANUP_DAYS
from mdm_sim.upkeep.inactivity import CLEANUP_RULES, DAYS, EVERY, PLATFORM, PLATFORMS

# Members of deviceCleanupRulePlatformType whose devices are not simulated.
_OTHERS = {"chromeOS", "windowsHolographic", "visionOS", "tvOS"}


def _check(rule: Document) -> None:
    platform, days = rule.get(PLATFORM), rule.get(DAYS)
    if not isinstance(platform, str) or platform not in {EVERY, *PLATFORMS, *_OTHERS}:
        message = f"Property {PLATFORM} is required and has to be a member of its type."
        raise Malformed(message, [Detail(f"/{PLATFORM}", "a member is expected")])
    least, most = CLEANUP_DAYS
    if not isinstance(days, int) or isinstance(days, bool) or not least <= days <= most:
        message = f"Property {DAYS} is required and has to be from {least} to {most}."
        raise Malformed(message, [Detail(f"/{DAYS}", f"{least} to {most} is expected")])


RULES = Kind(
    CLEANUP_RULES,
    "managedDeviceCleanupRule",
    access.DEVICES,
    "Device",
    ("displayName", "description", PLATFORM, DAYS),
    beta_only=True,
    closed=True,
    check=_check,
    key=lambda rule: str(rule[PLATFORM]),
)
