"""Operations that only start something, set a state or tell a plain value: a line of a table each.

What another service would do then (Apple's, Google's, Exchange's) is not simulated: such an action
leaves the moment that it was asked for, its entry, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response

from mdm_sim.clock import iso
from mdm_sim.graph.asking import Ask, done, shown
from mdm_sim.graph.documents import rows
from mdm_sim.graph.documents.operations import Handler, Served
from mdm_sim.graph.documents.tables import ABSENT
from mdm_sim.graph.edm.model import NAMESPACE, model
from mdm_sim.graph.entities import acting
from mdm_sim.graph.resolving import Target
from mdm_sim.messages import NotFound
from mdm_sim.store import audit
from mdm_sim.store.work import Work

_NOW = object()
_ENTERPRISE = "androidManagedStoreAccountEnterpriseSettings"


@dataclass(frozen=True, slots=True)
class Simple:
    """An action: `sets` of the object that it is bound to, and of which task its entry is.

    A value may be the name of a parameter behind a `=`, or the moment; `answers` is told where
    the action returns something.
    """

    kind: str
    name: str
    sets: Mapping[str, Any]
    task: audit.Task = audit.Task.MANAGE
    answers: Any = None


_SYNCED = {"lastSyncDateTime": _NOW}
_STORE_SYNCED = {"lastAppSyncDateTime": _NOW, "lastAppSyncStatus": "success"}
_NOT_BOUND = {"bindStatus": "notBound", "ownerUserPrincipalName": None}
# fmt: off
_ACTIONS = (
    Simple("deviceManagementExchangeConnector", "sync", _SYNCED),
    Simple("depOnboardingSetting", "syncWithAppleDeviceEnrollmentProgram",
           {"lastSyncTriggeredDateTime": _NOW, "lastSuccessfulSyncDateTime": _NOW}),
    Simple("depOnboardingSetting", "uploadDepToken",
           {"appleIdentifier": "=appleId"}, audit.Task.UPDATE),
    Simple("depOnboardingSetting", "shareForSchoolDataSyncService",
           {"shareTokenWithSchoolDataSyncService": True}),
    Simple("depOnboardingSetting", "unshareForSchoolDataSyncService",
           {"shareTokenWithSchoolDataSyncService": False}),
    Simple("depOnboardingSetting", "releaseAppleDevices", {}),
    Simple("vppToken", "syncLicenses", {**_SYNCED, "lastSyncStatus": "completed"}),
    Simple("vppToken", "revokeLicenses", {}),
    Simple("vppToken", "syncLicenseCounts", {}),
    Simple("remoteAssistancePartner", "beginOnboarding", {"onboardingStatus": "onboarding"}),
    Simple("remoteAssistancePartner", "disconnect", {"onboardingStatus": "notOnboarded"}),
    Simple("deviceManagementPartner", "terminate", {"partnerState": "terminated"}),
    Simple("deviceAppManagement", "syncMicrosoftStoreForBusinessApps",
           {"microsoftStoreForBusinessLastSuccessfulSyncDateTime": _NOW}),
    Simple("androidForWorkSettings", "syncApps", _STORE_SYNCED),
    Simple("androidForWorkSettings", "unbind", _NOT_BOUND),
    Simple(_ENTERPRISE, "syncApps", _STORE_SYNCED),
    Simple(_ENTERPRISE, "unbind", _NOT_BOUND),
    Simple(_ENTERPRISE, "addApps", {}),
    Simple("appleUserInitiatedEnrollmentProfile", "setPriority", {"priority": "=priority"},
           audit.Task.UPDATE),
    Simple(_ENTERPRISE, "approveApps", {}),
    Simple(_ENTERPRISE, "setAndroidDeviceOwnerFullyManagedEnrollmentState",
           {"androidDeviceOwnerFullyManagedEnrollmentEnabled": "=enabled"}, audit.Task.UPDATE),
    Simple("chromeOSOnboardingSettings", "disconnect", {}, answers="offboarding"),
    Simple("zebraFotaConnector", "connect", {"state": "connected", **_SYNCED}, answers=True),
    Simple("zebraFotaConnector", "disconnect", {"state": "disconnected"}, answers=True),
    Simple("zebraFotaConnector", "approveFotaApps", {"fotaAppsApproved": True}, answers=True),
    Simple("zebraFotaConnector", "hasActiveDeployments", {}, answers=False),
    Simple("zebraFotaDeployment", "cancel", {}, answers=True),
    Simple("microsoftTunnelSite", "requestUpgrade", {}),
    Simple("windowsDriverUpdateProfile", "syncInventory", {}),
    Simple("deviceHealthScript", "enableGlobalScripts", {}),
    Simple("deviceManagement", "enableAndroidDeviceAdministratorEnrollment", {}),
    Simple("deviceManagement", "enableEndpointPrivilegeManagement", {}),
    Simple("deviceManagement", "enableLegacyPcManagement", {"legacyPcManangementEnabled": True}),
    Simple("deviceManagement", "enableUnlicensedAdminstrators",
           {"unlicensedAdminstratorsEnabled": True}),
    Simple("deviceCompliancePolicy", "refreshDeviceComplianceReportSummarization", {}),
    Simple("notificationMessageTemplate", "sendTestMessage", {}),
    Simple("androidDeviceOwnerEnrollmentProfile", "revokeToken",
           {"tokenValue": None, "tokenExpirationDateTime": _NOW}, audit.Task.UPDATE),
    Simple("androidForWorkEnrollmentProfile", "revokeToken",
           {"tokenValue": None, "tokenExpirationDateTime": _NOW}, audit.Task.UPDATE),
    Simple("dataSharingConsent", "consentToDataSharing",
           {"granted": True, "grantDateTime": _NOW}),
    Simple("deviceAppManagementTask", "updateStatus", {"status": "=status"}, audit.Task.UPDATE),
    Simple("tenantAttachRBAC", "enable", {"enabled": "=enable"}, audit.Task.UPDATE),
    Simple("enrollmentProfile", "updateDeviceProfileAssignment", {}, audit.Task.ASSIGN),
)
# fmt: on


def _act(simple: Simple) -> Handler:
    def handle(ask: Ask, target: Target, given: Mapping[str, Any]) -> Response:
        with ask.work() as work:
            changes = {
                name: _value(work, value, given)
                for name, value in simple.sets.items()
                if not target.is_many
            }
            _apply(work, target, changes)
            acting.note(work, target, simple.name, changes, simple.task)
        return _answer(ask, target, simple.answers)

    return handle


def _value(work: Work, value: Any, given: Mapping[str, Any]) -> Any:
    if value is _NOW:
        return iso(work.now)
    is_parameter = isinstance(value, str) and value.startswith("=")
    return given.get(value[1:]) if is_parameter else value


def _apply(work: Work, target: Target, changes: Mapping[str, Any]) -> None:
    """Set values of the object; a collection has none. Raises NotFound for an object's absence."""
    place = target.place
    if target.is_many:
        return
    if place.navigation is not None and not place.navigation.is_contained:
        named = rows.targets(work.connection, work.tenant_id, place.path, place.parent_id)
        if next(named, None) is None:
            raise NotFound(rows.MISSING)
    elif place.is_collection or place.path in ABSENT:
        acting.put(work, acting.bound(work, target), changes)
    elif changes:
        acting.put_alone(work, target, changes)


def _answer(ask: Ask, target: Target, value: Any) -> Response:
    """What the model says that the action returns: nothing, the object itself, or a value."""
    returns = target.operation.returns if target.operation else None
    if returns is None:
        return done()
    known = model(ask.version)
    if returns.kind not in known.types:
        name = returns.edm if returns.kind[0].isupper() else f"{NAMESPACE}.{returns.kind}"
        return shown({"@odata.context": ask.context(name), "value": value})
    with ask.work() as work:
        values = acting.values_of(acting.bound(work, target))
    return acting.told(ask, target.kind.name, {**values, "id": target.key})


def _constant(kind: str, value: Any = None) -> Handler:
    """A function that always tells the same; `kind` is a type's name, or a primitive's."""

    def handle(ask: Ask, _target: Target, _given: Mapping[str, Any]) -> Response:
        if isinstance(value, dict):
            return acting.told(ask, kind, value)
        if isinstance(value, list):
            return acting.told_many(ask, kind, value)
        return acting.told_value(ask, kind, value=value)

    return handle


def _layout(ask: Ask, _target: Target, _given: Mapping[str, Any]) -> Response:
    context = ask.context(f"{NAMESPACE}.androidManagedStoreLayoutType")
    return shown({"@odata.context": context, "value": "basic"})


def _global_scripts(ask: Ask, _target: Target, _given: Mapping[str, Any]) -> Response:
    context = ask.context(f"{NAMESPACE}.globalDeviceHealthScriptState")
    return shown({"@odata.context": context, "value": "enabled"})


def _attached(ask: Ask, target: Target, _given: Mapping[str, Any]) -> Response:
    """Whether roles count on attached tenants, as `enable` has last said."""
    with ask.read() as connection:
        path, tenant_id = target.place.path, ask.who.tenant_id
        row = rows.find(connection, tenant_id, path, "", rows.SINGLE)
    is_on = row is not None and acting.values_of(row).get("enabled") is True
    return acting.told(ask, "tenantAttachRBACState", {"enabled": is_on})


def _remediation(ask: Ask, target: Target, _given: Mapping[str, Any]) -> Response:
    """How many scripts there are; none has repaired a device here."""
    with ask.read() as connection:
        found = rows.children(connection, ask.who.tenant_id, target.place.path, "")
    values = {"scriptCount": len(found), "remediatedDeviceCount": 0}
    return acting.told(ask, "deviceHealthScriptRemediationSummary", values)


def _payload_links(ask: Ask, target: Target, given: Mapping[str, Any]) -> Response:
    """Which of some objects are assigned to somebody."""
    path, tenant_id = target.place.path, ask.who.tenant_id
    found = []
    with ask.read() as connection:
        for each in given.get("payloadIds") or ():
            if rows.find(connection, tenant_id, path, "", each) is None:
                raise NotFound(rows.MISSING)
            links = rows.children(connection, tenant_id, f"{path}/assignments", each)
            sources = ["direct"] if links else []
            found.append(
                {"payloadId": each, "hasLink": bool(links), "error": "", "sources": sources}
            )
    return acting.told_many(ask, "hasPayloadLinkResultItem", found)


def _plain_text(ask: Ask, target: Target, given: Mapping[str, Any]) -> Response:
    """The value of a custom setting that is kept as a secret."""
    wanted = str(given.get("secretReferenceValueId") or "")
    with ask.read() as connection:
        row = rows.need(connection, ask.who.tenant_id, target.place.path, "", str(target.key))
    for setting in acting.values_of(row).get("omaSettings") or ():
        if wanted and setting.get("secretReferenceValueId") == wanted:
            return acting.told_value(ask, "String", value=str(setting.get("value")))
    raise NotFound(rows.MISSING)


# Types whose collections have hasPayloadLinks.
_LINKED = (
    "androidManagedAppProtection",
    "deviceCompliancePolicy",
    "deviceConfiguration",
    "deviceEnrollmentConfiguration",
    "deviceManagementScript",
    "iosLobAppProvisioningConfiguration",
    "iosManagedAppProtection",
    "mdmWindowsInformationProtectionPolicy",
    "mobileApp",
    "targetedManagedAppConfiguration",
    "windowsAutopilotDeploymentProfile",
)
# fmt: off
_FUNCTIONS: tuple[tuple[str, str, Handler], ...] = (
    ("deviceManagement", "verifyWindowsEnrollmentAutoDiscovery", _constant("Boolean", value=True)),
    ("deviceManagement", "getSuggestedEnrollmentLimit",
     _constant("suggestedEnrollmentLimit", {"suggestedDailyLimit": 0})),
    ("deviceManagement", "getComanagedDevicesSummary", _constant("comanagedDevicesSummary", {})),
    ("deviceManagement", "getComanagementEligibleDevicesSummary",
     _constant("comanagementEligibleDevicesSummary", {})),
    ("tenantAttachRBAC", "getState", _attached),
    ("depOnboardingSetting", "getExpiringVppTokenCount", _constant("Int32", value=0)),
    ("deviceConfiguration", "getIosAvailableUpdateVersions",
     _constant("iosAvailableUpdateVersion", [])),
    ("deviceConfiguration", "getOmaSettingPlainTextValue", _plain_text),
    ("deviceHealthScript", "areGlobalScriptsAvailable", _global_scripts),
    ("deviceHealthScript", "getRemediationSummary", _remediation),
    ("deviceHealthScript", "getRemediationHistory",
     _constant("deviceHealthScriptRemediationHistory", {})),
    ("vppToken", "getLicensesForApp", _constant("vppTokenLicenseSummary", [])),
    (_ENTERPRISE, "retrieveStoreLayout", _layout),
)
# fmt: on
# Actions that only read.
_READING: tuple[tuple[str, str, Handler], ...] = (
    *((kind, "hasPayloadLinks", _payload_links) for kind in _LINKED),
    (
        "deviceConfiguration",
        "getTargetedUsersAndDevices",
        _constant("deviceConfigurationTargetedUserAndDevice", []),
    ),
)
SERVED = (
    *(Served(each.kind, each.name, _act(each)) for each in _ACTIONS),
    *(Served(*each) for each in _FUNCTIONS),
    *(Served(*each, reads=True) for each in _READING),
)
