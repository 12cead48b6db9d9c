"""The tenant's own settings: there from the start, and changed as a whole."""

from __future__ import annotations

from mdm_sim.graph.documents.behaviours import Behaviour

_SETTINGS = {
    "deviceComplianceCheckinThresholdDays": 30,
    "isScheduledActionEnabled": True,
    "enableAutopilotDiagnostics": True,
    "enableLogCollection": True,
    "m365AppDiagnosticsEnabled": True,
}
BEHAVIOURS = (Behaviour("deviceManagement", defaults={"settings": _SETTINGS}),)
