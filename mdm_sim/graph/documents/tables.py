"""What differs from collection to collection, as data: permissions, audit words, status codes.

A line's pattern is matched against a path without keys; the first line that fits counts.
Sources: Graph's permissions reference, Azure Monitor's audit categories, and what tools insist on.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from mdm_sim import access

DM, DAM = "deviceManagement", "deviceAppManagement"

# fmt: off
# The permission area, and the category of audit entries.
AREAS: tuple[tuple[str, str, str], ...] = (
    (f"{DM}/deviceManagementScripts*",             access.SCRIPTS,       "DeviceConfiguration"),
    (f"{DM}/deviceShellScripts*",                  access.SCRIPTS,       "DeviceConfiguration"),
    (f"{DM}/deviceHealthScripts*",                 access.SCRIPTS,       "DeviceConfiguration"),
    (f"{DM}/deviceCustomAttributeShellScripts*",   access.SCRIPTS,       "DeviceConfiguration"),
    (f"{DM}/deviceComplianceScripts*",             access.SCRIPTS,       "Compliance"),
    (f"{DM}/*ompliance*",                          access.CONFIGURATION, "Compliance"),
    (f"{DM}/managedDevices*",                      access.DEVICES,       "Device"),
    (f"{DM}/comanage*",                            access.DEVICES,       "Device"),
    (f"{DM}/managedDevice*",                       access.DEVICES,       "Device"),
    (f"{DM}/detectedApps*",                        access.DEVICES,       "Device"),
    (f"{DM}/deviceCategories*",                    access.DEVICES,       "Device"),
    (f"{DM}/*troubleshootingEvents*",              access.DEVICES,       "Device"),
    (f"{DM}/mobileAppTroubleshootingEvents*",      access.DEVICES,       "Device"),
    (f"{DM}/remoteActionAudits*",                  access.DEVICES,       "Device"),
    (f"{DM}/userExperienceAnalytics*",             access.DEVICES,       "Device"),
    (f"{DM}/windowsMalware*",                      access.DEVICES,       "Device"),
    (f"{DM}/applePushNotificationCertificate*",    access.SERVICE,       "Enrollment"),
    (f"{DM}/*nrollment*",                          access.SERVICE,       "Enrollment"),
    (f"{DM}/depOnboardingSettings*",               access.SERVICE,       "Enrollment"),
    (f"{DM}/imported*",                            access.SERVICE,       "Enrollment"),
    (f"{DM}/*utopilot*",                           access.SERVICE,       "Enrollment"),
    (f"{DM}/termsAndConditions*",                  access.SERVICE,       "Enrollment"),
    (f"{DM}/mobileThreatDefenseConnectors*",       access.SERVICE,       "DeviceConfiguration"),
    (f"{DM}/*artners*",                            access.SERVICE,       "DeviceConfiguration"),
    (f"{DM}/exchange*",                            access.SERVICE,       "OnPremiseAccess"),
    (f"{DM}/*onnectors*",                          access.SERVICE,       "DeviceConfiguration"),
    (f"{DM}/notificationMessageTemplates*",        access.SERVICE,       "DeviceConfiguration"),
    (f"{DM}/intuneBrandingProfiles*",              access.APPS,          "DeviceConfiguration"),
    (f"{DM}/reports*",                             access.DEVICES,       "Other"),
    (f"{DM}/auditEvents*",                         access.APPS,          "Other"),
    (f"{DM}/role*",                                access.RBAC,          "Role"),
    (f"{DM}/resourceOperations*",                  access.RBAC,          "Role"),
    (f"{DM}/operationApproval*",                   access.RBAC,          "Role"),
    (f"{DM}/groupPolicy*",                         access.CONFIGURATION, "DeviceConfiguration"),
    (f"{DM}/windows*Update*",                      access.CONFIGURATION, "SoftwareUpdates"),
    (f"{DM}/intents*",                             access.CONFIGURATION, "DeviceIntent"),
    (f"{DM}/templates*",                           access.CONFIGURATION, "DeviceIntent"),
    (f"{DM}*",                                     access.CONFIGURATION, "DeviceConfiguration"),
    (f"{DAM}/managedEBook*",                       access.APPS,          "EBookManagement"),
    (f"{DAM}*",                                    access.APPS,          "Application"),
    ("users/managedDevices*",                      access.DEVICES,       "Device"),
    ("users/deviceManagementTroubleshootingEvents*", access.DEVICES,     "Device"),
    ("users/mobileApp*",                           access.DEVICES,       "Device"),
    ("users/managedApp*",                          access.APPS,          "Application"),
    ("users/windowsInformationProtection*",        access.APPS,          "Application"),
    ("users/deviceEnrollmentConfigurations*",      access.SERVICE,       "Enrollment"),
    ("users*",                                     access.USERS,         "Other"),
    ("groups*",                                    access.GROUPS,        "Other"),
    ("devices*",                                   access.DIRECTORY_DEVICES, "Device"),
    ("organization*",                              access.ORGANIZATION,  "Other"),
    ("subscribedSkus*",                            access.ORGANIZATION,  "Other"),
    ("domains*",                                   access.DOMAINS,       "Other"),
    ("applications*",                              access.APPLICATIONS,  "Other"),
    ("servicePrincipals*",                         access.APPLICATIONS,  "Other"),
    ("identity/*",                                 access.POLICIES,      "ConditionalAccess"),
    ("agreements*",                                access.AGREEMENTS,    "ConditionalAccess"),
    ("*",                                          access.DIRECTORY,     "Other"),
)
# fmt: on


@dataclass(frozen=True, slots=True)
class Codes:
    """Success codes of a collection; 204 goes without a body."""

    post: int = 201
    patch: int = 200
    put: int = 204
    delete: int = 204
    assign: int = 204


# fmt: off
_QUIET = Codes(patch=204)
_GONE = Codes(delete=200)
_CONFIGURED = Codes(patch=204, delete=200, assign=200)
_SCRIPT = Codes(delete=200, assign=200)
_ROLE = Codes(post=200, delete=200, assign=200)
CODES: tuple[tuple[str, Codes], ...] = (
    (DM,                                            _QUIET),
    (f"{DM}/deviceConfigurations",                  _CONFIGURED),
    (f"{DM}/deviceCompliancePolicies",              _CONFIGURED),
    (f"{DM}/compliancePolicies",                    _CONFIGURED),
    (f"{DM}/configurationPolicies",                 Codes(delete=200, assign=200)),
    (f"{DM}/reusablePolicySettings",                _GONE),
    (f"{DM}/groupPolicyConfigurations",             Codes(assign=200)),
    (f"{DM}/intents",                               _GONE),
    (f"{DM}/device*Scripts",                        _SCRIPT),
    (f"{DM}/assignmentFilters",                     _GONE),
    (f"{DM}/deviceCategories",                      _GONE),
    (f"{DM}/deviceEnrollmentConfigurations",        _SCRIPT),
    (f"{DM}/windowsAutopilotDeploymentProfiles",    _GONE),
    (f"{DM}/importedWindowsAutopilotDeviceIdentities", _GONE),
    (f"{DM}/windowsAutopilotDeploymentProfiles/assignments", _GONE),
    (f"{DM}/windows*UpdateProfiles",                _SCRIPT),
    (f"{DM}/windows*UpdatePolicies",                _SCRIPT),
    (f"{DM}/notificationMessageTemplates",          Codes(post=200, delete=200)),
    (f"{DM}/roleDefinitions",                       _ROLE),
    (f"{DM}/roleScopeTags",                         _ROLE),
    (f"{DM}/depOnboardingSettings/enrollmentProfiles", _QUIET),
    (f"{DAM}/*ManagedAppProtections",               _QUIET),
    (f"{DAM}/mobileAppConfigurations",              _CONFIGURED),
    ("identity/conditionalAccess/*",                _QUIET),
    (f"{DM}*",                                      Codes(assign=200)),
    (f"{DAM}*",                                     Codes()),
    ("*",                                           _QUIET),
)

# Pages: how many objects a collection gives where nobody says, and how many at the most.
PAGES: tuple[tuple[str, int, int], ...] = (
    (f"{DM}/configurationPolicies",                 25,   1000),
    (f"{DM}/configurationPolicies/settings",        25,   1000),
    (f"{DM}*",                                      1000, 1000),
    (f"{DAM}*",                                     1000, 1000),
    ("*",                                           100,  999),
)

# Single objects that are not there until they are made: others show what stands for nothing.
ABSENT: tuple[str, ...] = (
    f"{DM}/applePushNotificationCertificate",
    f"{DM}/androidAppConfigurationSchema",
    f"{DM}/exchangeOnPremisesPolicy",
    f"{DM}/zebraFotaConnector",
    f"{DAM}/symantecCodeSigningCertificate",
    "users/manager",
    f"{DM}/managedDevices/windowsProtectionState",
    f"{DM}/comanagedDevices/windowsProtectionState",
    f"{DM}/detectedApps/managedDevices/windowsProtectionState",
    "users/managedDevices/windowsProtectionState",
)

# What devices report of themselves and their users comes through their own doors alone, judged
# against the page: it is shown here and never written. A type that names a device or a person is
# of this kind, and so are states and figures; what admins list themselves is not.
_IDENTIFYING = """
    aadDeviceId azureADDeviceId deviceDisplayName deviceId deviceManufacturer deviceModel
    deviceName deviceSerialNumber emailAddress imei initiatedByUserPrincipalName managedDeviceId
    managedDeviceName phoneNumber requestedByUserPrincipalName serialNumber upn userDisplayName
    userEmail userId userName userPrincipalName
"""
_REPORTED: tuple[str, ...] = (
    f"{DM}/managedDevices/*", f"{DM}/comanage*", "users/*", f"{DM}/userExperienceAnalytics*",
    f"{DAM}/managedAppRegistrations/*", f"{DAM}/managedAppStatuses", f"{DM}/detectedApps",
    f"{DM}/auditEvents", f"{DM}/resourceOperations", f"{DM}/*roubleshootingEvents",
    f"{DM}/*tate", f"{DM}/*tates", "*Status",
    "*Statuses", "*Summary", "*Summaries", "*Overview", f"{DM}/windowsMalware*",
    f"{DM}/windowsInformationProtection*Summaries", f"{DM}/windowsUpdateCatalogItems",
    f"{DM}/*/deviceStates", f"{DM}/*ropriateCategories", f"{DM}/microsoftTunnelServerLog*",
    f"{DAM}/*/deploymentSummary", f"{DM}/*/appLogCollectionRequests",
    f"{DAM}/managedEBooks/installSummary", f"{DM}/certificateConnectorDetails*",
    f"{DM}/*/groupPolicyOperations", f"{DM}/managedDeviceWindowsOSImages",
)
_LISTED_BY_ADMINS: tuple[str, ...] = (
    f"{DM}/importedWindowsAutopilotDeviceIdentities", f"{DM}/windowsAutopilotDeviceIdentities",
    f"{DM}/windowsAutopilotDeploymentProfiles/assignedDevices", f"{DM}/userPfxCertificates",
    f"{DM}/depOnboardingSettings/importedAppleDeviceIdentities", f"{DM}/zebraFotaArtifacts",
    f"{DM}/cloudCertificationAuthority", f"{DM}/hardwarePasswordInfo",
    f"{DM}/hardwarePasswordDetails", "users/deviceEnrollmentConfigurations*", "users",
    "devices", "groups", "applications", "servicePrincipals",
)
# fmt: on


def _first(table: tuple[tuple[Any, ...], ...], path: str) -> tuple[Any, ...] | None:
    return next((line for line in table if fnmatchcase(path, line[0])), None)


@lru_cache(maxsize=2048)
def area(path: str) -> str:
    """The permission area of a path."""
    return str((_first(AREAS, path) or AREAS[-1])[1])


@lru_cache(maxsize=2048)
def category(path: str) -> str:
    """The category of audit entries on a path."""
    return str((_first(AREAS, path) or AREAS[-1])[2])


@lru_cache(maxsize=2048)
def codes(path: str) -> Codes:
    """The success codes of a path."""
    line = _first(CODES, path)
    return line[1] if line else Codes()


@lru_cache(maxsize=2048)
def pages(path: str) -> tuple[int, int]:
    """How many objects of a path make a page: where nobody says, and at the most."""
    line = _first(PAGES, path) or PAGES[-1]
    return line[1], line[2]


def is_reported(path: str, names: frozenset[str]) -> bool:
    """Whether the objects at a path, with properties of these names, come from devices alone."""
    if any(fnmatchcase(path, pattern) for pattern in _LISTED_BY_ADMINS):
        return False
    return bool(names & frozenset(_IDENTIFYING.split())) or any(
        fnmatchcase(path, each) for each in _REPORTED
    )
