"""A phase in which time passes: what was kept for a time is gone when the time is over."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from mdm_sim.proving.crashing import UNHEARD
from mdm_sim.proving.service import ServiceFailed
from mdm_sim.proving.stage import DEVICES, Stage

# Longer than an app registration, a deleted user and the rule below may wait; no device checks in.
DAYS = 100
RULES = "/beta/deviceManagement/managedDeviceCleanupRules"
RULE = {"deviceCleanupRulePlatformType": "all", "deviceInactivityBeforeRetirementInDays": 30}
UPKEEP_SECONDS = 20.0


def time_passes(stage: Stage) -> None:
    """A user is deleted, devices and apps are silent, and the service wakes up much later."""
    stage.callers.ask("POST", RULES, RULE)
    stage.callers.ask("DELETE", f"/v1.0/users/{stage.made['sleeper']}")
    stage.service.stop()
    stage.callers.sign_out()
    stage.service.start("--clock", (datetime.now(UTC) + timedelta(days=DAYS)).isoformat())
    deadline = time.monotonic() + UPKEEP_SECONDS
    while int(stage.callers.send("GET", f"{DEVICES}/$count", token=stage.callers.admin_token).body):
        if time.monotonic() > deadline:
            message = "silent devices are still shown"
            raise ServiceFailed(message)
        time.sleep(0.1)
    for record in list(stage.model.records.values()):
        stage.end(record)
    stage.ledger.drop([("user", stage.made["sleeper"]), UNHEARD])
