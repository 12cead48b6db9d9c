"""Which of Graph's paths are served, and what tools use beyond what the SDK packages have."""

from __future__ import annotations

import re

# Roots: the folder of the packages, and the second segments that are served; none means all.
# fmt: off
ROOTS: dict[str, str] = {
    "device_management": "!monitoring !virtualEndpoint",
    "device_app_management": "",
    "users": (
        "assignLicense checkMemberGroups checkMemberObjects deviceEnrollmentConfigurations "
        "deviceManagementTroubleshootingEvents exportDeviceAndAppManagementData() "
        "exportDeviceAndAppManagementData(skip={skip},top={top}) "
        "getEffectiveDeviceEnrollmentConfigurations() getLoggedOnManagedDevices() "
        "getManagedAppDiagnosticStatuses() getManagedAppPolicies() "
        "getManagedDevicesWithAppFailures() getManagedDevicesWithFailedOrPendingApps() "
        "getMemberGroups getMemberObjects isManagedAppUserBlocked() licenseDetails "
        "managedAppLogCollectionRequests managedAppRegistrations managedDevices manager memberOf "
        "mobileAppIntentAndStates mobileAppTroubleshootingEvents ownedDevices registeredDevices "
        "removeAllDevicesFromManagement retrieveManagedDevicesWithAppInstallationIssues() "
        "revokeSignInSessions transitiveMemberOf unblockManagedApps "
        "windowsInformationProtectionDeviceRegistrations wipeAndBlockManagedApps "
        "wipeManagedAppRegistrationByDeviceTag wipeManagedAppRegistrationsByAzureAdDeviceId "
        "wipeManagedAppRegistrationsByDeviceTag $count"
    ),
    "groups": (
        "checkMemberGroups checkMemberObjects getMemberGroups getMemberObjects memberOf members "
        "owners transitiveMemberOf transitiveMembers $count"
    ),
    "devices": (
        "checkMemberGroups checkMemberObjects getMemberGroups getMemberObjects memberOf "
        "registeredOwners registeredUsers transitiveMemberOf $count"
    ),
    "service_principals": "appRoleAssignments memberOf transitiveMemberOf getMemberGroups $count",
    "applications": "$count",
    "organization": "$count",
    "subscribed_skus": "",
    "domains": "$count",
    "directory_objects": (
        "checkMemberGroups checkMemberObjects getMemberGroups getMemberObjects getByIds $count"
    ),
    "directory_roles": "members $count",
    "identity": "conditionalAccess",
    "agreements": "!file !files !acceptances",
}
# fmt: on
# Types with a key of their own that the packages derive from nothing: entities all the same.
ENTITIES = ("entity", "policyDeletableItem")
# Navigation that tools follow and that the packages have no path for.
KEPT = {("windowsManagementApp", "healthStates"): "G"}
# References that tools make and that the packages have no path for.
REFERRED = {("mobileApp", "categories"): "GPD", ("managedEBook", "categories"): "GPD"}
# Navigation that shows objects kept elsewhere, whatever the packages' paths would write there.
SHOWN = {
    ("roleDefinition", "roleAssignments"),
    ("windowsAutopilotDeploymentProfile", "assignedDevices"),
}
# Properties that the packages leave out: of any value, which is theirs as untyped data.
UNTYPED = (("managedAppStatusRaw", "content"),)
# Properties that the service sets, though the packages write them.
SERVICE_SET = {
    f"{owner}.{name}"
    for owner, names in {
        "mobileApp": "publishingState",
        "conditionalAccessPolicy": "createdDateTime modifiedDateTime",
        "namedLocation": "createdDateTime modifiedDateTime",
        "policyDeletableItem": "deletedDateTime",
        "mobileAppContentFile": "uploadState",
        "deviceManagement": "intuneAccountId subscriptionState",
        "deviceManagementExportJob": "status url requestDateTime expirationDateTime",
        "deviceEnrollmentConfiguration": "deviceEnrollmentConfigurationType priority version",
        "groupPolicyUploadedDefinitionFile": "status uploadDateTime",
        "importedWindowsAutopilotDeviceIdentity": "state",
        "windowsAutopilotDeviceIdentity": (
            "addressableUserName deviceAccountPassword deviceAccountUpn userPrincipalName"
        ),
        "roleDefinition": "isBuiltIn isBuiltInRoleDefinition",
        "windowsAutopilotSettings": ("lastManualSyncTriggerDateTime lastSyncDateTime syncStatus"),
    }.items()
    for name in names.split()
}
_POLICIES = {"assignments": "[targetedManagedAppPolicyAssignment]?"}
_REPORT = {
    **dict.fromkeys(("filter", "name", "search", "sessionId"), "String?"),
    **dict.fromkeys(("groupBy", "orderBy", "select"), "[String]?"),
    **dict.fromkeys(("skip", "top"), "Int32"),
}
# Actions that tools call and that the packages have no path for, by the type they are bound to.
ACTIONS: tuple[tuple[str, str, dict[str, str], str], ...] = (
    ("targetedManagedAppProtection", "assign", _POLICIES, ""),
    ("windowsInformationProtection", "assign", _POLICIES, ""),
    ("deviceManagementReports", "getDeviceInstallStatusReport", _REPORT, "Stream?"),
    ("deviceManagementReports", "getUserInstallStatusReport", _REPORT, "Stream?"),
)
# Kinds that are not null where nothing else is told.
VALUES = frozenset(
    [
        "Boolean",
        "Int32",
        "Int64",
        "Int16",
        "Byte",
        "Double",
        "Single",
        "Decimal",
        "DateTimeOffset",
        "Duration",
        "TimeOfDay",
        "Date",
        "Guid",
    ]
)
# Of these, only the derived types that paths name are taken in.
WITHOUT_DERIVED = {"entity", "directoryObject", "user", "servicePrincipal", "application"}
# Below the second segments, these are not served.
OUTSIDE = re.compile(
    r"/conditionalAccess/(deletedItems|evaluate|templates|authentication)|/(microsoft.graph|graph)"
    r"\.(agentUser|agentIdentity)"
)
