"""The shapes of the doors' answers: closed objects, whose names come from the doors' tables."""

from __future__ import annotations

from mdm_sim.actions import STATES
from mdm_sim.bodies.checking import MOST_DETAILS
from mdm_sim.messages import CONDITIONS
from mdm_sim.openapi.shapes import (
    BOOLEAN,
    COUNT,
    ID,
    MOMENT,
    TEXT,
    Shape,
    closed,
    held,
    line_of,
    listed,
    mapped,
    nullable,
    one_of,
    ref,
    whole,
)
from mdm_sim.ownership import TYPES
from mdm_sim.policy.context import Ownership, Platform, Workload
from mdm_sim.policy.facts import JUDGED
from mdm_sim.policy.minimise import REDUCTIONS
from mdm_sim.policy.preview import Fate
from mdm_sim.policy.rows import Origin
from mdm_sim.policy.rules import Reason
from mdm_sim.privacy.switches import SWITCHES
from mdm_sim.remote_actions import ACTIONS

_ROW = {"type": "string", "pattern": whole(r"[a-z0-9_]+(\.[a-z0-9_]+)+")}
_HOW = one_of(REDUCTIONS)
_REASON = one_of(Reason)
_ACTION = one_of(ACTIONS)
_OPEN = {"type": "object"}
_MANAGEMENT = one_of(["managed", *(state for states in STATES.values() for state in states)])
_CONTEXT = {
    "workload": one_of(Workload),
    "ownership": one_of(Ownership),
    "platform": one_of(Platform),
}
_RECEIPT = {
    "policyVersion": TEXT,
    "context": ref("Context"),
    "kept": listed(_ROW),
    "reduced": mapped(_HOW),
    "judged": listed(one_of(JUDGED)),
    "refused": mapped(_REASON),
    "unknown": COUNT,
}
_OVER_TIME = {
    "firstDateTime": MOMENT,
    "lastDateTime": MOMENT,
    "times": {**COUNT, "minimum": 1},
    "cause": one_of(["enrollment", "checkIn", "contextChange"]),
}
_NEW = {"nextCheckInSeconds": COUNT, "receipt": ref("Receipt")}
_ORDERS = {"orders": listed(ref("Order")), **_NEW}
_HELD = {
    "id": ID,
    "context": ref("Context"),
    "policyVersion": TEXT,
    "facts": ref("HeldFacts"),
    "rows": listed(_ROW),
}
_EXPORTED = {
    **_HELD,
    "enrolledDateTime": MOMENT,
    "lastSyncDateTime": MOMENT,
    "managementState": _MANAGEMENT,
    "diagnostics": mapped(_OPEN),
    "orders": listed(ref("HeldOrder")),
    "receipts": listed(ref("ReceiptOverTime")),
}
_FORECAST = {
    "name": TEXT,
    "verdict": one_of(Fate),
    "reason": nullable(_REASON),
    "row": nullable(_ROW),
    "labels": nullable(closed({"nl": TEXT, "en": TEXT})),
    "how": nullable(_HOW),
    "kept": COUNT,
    "of": COUNT,
}
_ROW_IN_WORDS = {
    "id": _ROW,
    "category": TEXT,
    "nl": TEXT,
    "en": TEXT,
    "mamCell": TEXT,
    "mdm": TEXT,
    "mam": TEXT,
    "origin": one_of(Origin),
    "facts": listed(TEXT),
    "reduction": nullable(TEXT),
    "dataCategory": TEXT,
}
_PERSON = {
    "id": ID,
    "userPrincipalName": TEXT,
    "displayName": TEXT,
    "accountEnabled": BOOLEAN,
    "createdDateTime": MOMENT,
    "deletedDateTime": nullable(MOMENT),
}
_DIRECTORY_DEVICE = {
    "id": ID,
    "deviceId": TEXT,
    "displayName": TEXT,
    "trustType": nullable(TEXT),
    "operatingSystem": nullable(TEXT),
    "operatingSystemVersion": nullable(TEXT),
    "createdDateTime": MOMENT,
    "relations": listed(one_of(["registeredOwners", "registeredUsers"])),
}
_CREDENTIAL = {"kind": TEXT, "state": one_of(["live", "gone"]), "expiresDateTime": nullable(MOMENT)}
_AUDIT_EVENT = {"id": ID, "activityDateTime": MOMENT, "activityType": TEXT, "resourceId": TEXT}
_MEMBERSHIP = {"relation": TEXT, "ofId": ID, "toId": ID, "displayName": nullable(TEXT)}
_LICENSE = {"skuId": ID, "disabledPlans": listed(ID)}
_COUNTS = (
    *("orders", "receipts", "diagnosticReports", "credentials", "listedDevices", "memberships"),
    "directoryEntries",
)
_GONE = ("managedAppRegistrations", "managedDevices", "directoryDevices")

SCHEMAS: dict[str, Shape] = {
    "Context": closed({**_CONTEXT, **dict.fromkeys(CONDITIONS, BOOLEAN)}),
    "Receipt": closed(_RECEIPT),
    "ReceiptOverTime": closed({**_OVER_TIME, **_RECEIPT}),
    "Receipts": closed({"value": listed(ref("ReceiptOverTime"))}),
    "HeldFacts": held(),
    "Order": closed({"id": ID, "action": _ACTION, "parameters": _OPEN}),
    "Notice": closed({"kind": one_of(["ownershipChanged"]), "ownership": one_of(Ownership)}),
    "ProtectionPolicy": {
        "type": "object",
        "properties": {"id": TEXT, "version": COUNT},
        "required": ["id", "version"],
    },
    "Enrolled": closed({"id": ID, "deviceToken": TEXT, "ownership": one_of(Ownership), **_NEW}),
    "Registered": closed(
        {"id": ID, "appToken": TEXT, "result": one_of(["ENROLLMENT_SUCCEEDED"]), **_NEW}
    ),
    "DeviceCheckedIn": closed({"notices": listed(ref("Notice")), **_ORDERS}, optional=["notices"]),
    "LineOfEnrollment": line_of("Enrolled", id=ID, deviceToken=TEXT, receipt={"type": "null"}),
    "LineOfCheckIn": line_of("DeviceCheckedIn"),
    "AppCheckedIn": closed({"policies": listed(ref("ProtectionPolicy")), **_ORDERS}),
    "EnrollmentToken": closed(
        {"id": ID, "token": TEXT, "enrollmentType": one_of(TYPES), "expirationDateTime": MOMENT}
    ),
    "TenantSettings": closed(dict.fromkeys(SWITCHES, BOOLEAN)),
    "Row": closed(_ROW_IN_WORDS),
    "Catalogue": closed({"version": TEXT, "rows": listed(ref("Row")), "register": mapped(TEXT)}),
    "Forecast": closed(_FORECAST, optional=["kept", "of"]),
    "Preview": closed(
        {
            "policyVersion": TEXT,
            "context": ref("Context"),
            "facts": listed(ref("Forecast")),
            "applications": nullable(closed({"kept": COUNT, "of": COUNT})),
            "unknown": COUNT,
        }
    ),
    "Held": closed(_HELD),
    "HeldOrder": closed(
        {
            "id": ID,
            "action": _ACTION,
            "parameters": _OPEN,
            "state": TEXT,
            "requestedDateTime": MOMENT,
            "updatedDateTime": MOMENT,
        }
    ),
    "ManagedDevice": closed(
        {
            **_EXPORTED,
            "managedDeviceName": nullable(TEXT),
            "enrollmentType": one_of(TYPES),
            "complianceState": one_of(["unknown", "compliant", "noncompliant"]),
            "hidden": BOOLEAN,
            "marks": mapped(listed(TEXT)),
        }
    ),
    "ManagedAppRegistration": closed({**_EXPORTED, "managedDeviceId": nullable(ID)}),
    "PersonalData": closed(
        {
            "exportedDateTime": MOMENT,
            "policyVersion": TEXT,
            "directoryEntry": closed(_PERSON),
            "managedDevices": listed(ref("ManagedDevice")),
            "managedAppRegistrations": listed(ref("ManagedAppRegistration")),
            "directoryDevices": listed(closed(_DIRECTORY_DEVICE)),
            "listedDevices": listed(ID),
            "memberships": listed(closed(_MEMBERSHIP)),
            "licenses": listed(closed(_LICENSE)),
            "managedAppsBlocked": BOOLEAN,
            "credentials": listed(closed(_CREDENTIAL)),
            "auditEvents": listed(closed(_AUDIT_EVENT)),
        }
    ),
    "Erased": closed(
        {
            "id": ID,
            "subjectId": ID,
            "erasedDateTime": MOMENT,
            "trigger": one_of(["request", "retention"]),
            "policyVersion": TEXT,
            **dict.fromkeys(_GONE, listed(ID)),
            "counts": closed(dict.fromkeys(_COUNTS, COUNT)),
        }
    ),
    "Progress": closed({"epoch": COUNT, "records": COUNT, "left": COUNT}),
    "TenantEnd": closed({"closedDateTime": nullable(MOMENT)}),
    "ErrorDetail": closed({"target": TEXT, "message": TEXT}),
    "InnerError": closed(
        {
            "date": {"type": "string", "pattern": whole(r"[0-9-]{10}T[0-9:]{8}")},
            "request-id": ID,
            "client-request-id": ID,
        }
    ),
}


def error(code: str) -> Shape:
    """Graph's envelope with this code; a detail's target is a JSON pointer (RFC 6901)."""
    members = {
        "code": one_of([code]),
        "message": TEXT,
        "innerError": ref("InnerError"),
        "details": {**listed(ref("ErrorDetail")), "minItems": 1, "maxItems": MOST_DETAILS},
    }
    return closed({"error": closed(members, optional=["details"])})
