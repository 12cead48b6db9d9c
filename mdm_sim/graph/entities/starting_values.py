"""What stands in some objects from the start, where nothing was given."""

from __future__ import annotations

from mdm_sim.graph.documents.behaviours import Behaviour
from mdm_sim.graph.documents.tables import DM

SETTINGS = {
    "deviceComplianceCheckinThresholdDays": 30,
    "enableAutopilotDiagnostics": True,
    "enableLogCollection": True,
    "isScheduledActionEnabled": True,
    "m365AppDiagnosticsEnabled": True,
}
# Of a policy that is not made from a template.
_NO_TEMPLATE = {"templateFamily": "none", "templateId": ""}
BEHAVIOURS = (
    Behaviour(DM, defaults={"settings": SETTINGS}),
    Behaviour(f"{DM}/configurationPolicies", defaults={"templateReference": _NO_TEMPLATE}),
)
