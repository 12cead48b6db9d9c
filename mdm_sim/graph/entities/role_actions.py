"""The resource actions of Intune's roles, and which of them each built-in role has."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

# fmt: off
_CRUD = "Create Read Update Delete"
_ASSIGNED = f"{_CRUD} Assign"
# By resource: its name in words, and its actions.
RESOURCES: dict[str, tuple[str, str]] = {
    "AndroidFota":              ("Android FOTA", _ASSIGNED),
    "AndroidSync":              ("Android for work", ("Read UpdateApps UpdateOnboarding "
                                 "UpdateEnrollmentProfiles AndroidEnrollmentTimeMembershipAssign")),
    "AppControlPolicy":         ("App Control for Business", f"{_ASSIGNED} ViewReports"),
    "AppleDeviceSerialNumbers": ("Apple device serial numbers", _CRUD),
    "AppleEnrollmentProfiles":  ("Apple enrollment profiles", (f"{_ASSIGNED} "
                                 "ViewAppleAdminAccountPassword RotateAppleAdminAccountPassword")),
    "AssignmentFilter":         ("Filters", _CRUD),
    "ASRPolicy":                ("Attack surface reduction", f"{_ASSIGNED} ViewReports"),
    "Audit":                    ("Audit data", "Read"),
    "CertificateConnector":     ("Certificate Connector", "Read Modify"),
    "ChromebookSync":           ("Chrome Enterprise", "Read UpdateOnboarding DeleteOnboarding"),
    "CloudAttach":              ("Cloud attached devices", ("ApplicationActions Applications "
                                 "ClientDetails CMPivot Collections EnrollNow ResourceExplorer "
                                 "ScriptActions Scripts SoftwareUpdates Timeline")),
    "CloudPki":                 ("Microsoft Cloud PKI", "Create Read Update Revoke"),
    "CorporateDeviceIdentifiers": ("Corporate device identifiers", _CRUD),
    "Customization":            ("Customization", _ASSIGNED),
    "DerivedCredentials":       ("Derived Credentials", "Read Modify"),
    "DeviceCompliancePolices":  ("Device compliance policies", f"{_ASSIGNED} ViewReports"),
    "DeviceConfigurations":     ("Device configurations",
                                 f"{_ASSIGNED} ViewReports UpdateWindowsRestore"),
    "DeviceEnrollmentManagers": ("Device enrollment managers", "Read Update"),
    "EDRPolicy":                ("Endpoint detection and response", f"{_ASSIGNED} ViewReports"),
    "EndpointAnalytics":        ("Endpoint Analytics", _CRUD),
    "EndpointProtection":       ("Endpoint protection reports", "Read"),
    "EnrollmentProfiles":       ("Enrollment profiles", "EnrollmentTimeMembershipAssign"),
    "EnrollmentProgramToken":   ("Enrollment programs", f"{_CRUD} ReleaseADEDevices"),
    "EpmPolicy":                ("Endpoint Privilege Management Policy", (f"{_ASSIGNED} "
                                 "ViewReports ViewElevationRequests ModifyElevationRequests")),
    "ManagedApps":              ("Managed apps", f"{_ASSIGNED} Wipe"),
    "ManagedDeviceCleanupRule": ("Managed Device Cleanup Rules", "Update"),
    "ManagedDeviceCleanupSettings": ("Managed Device Cleanup Settings", "Update"),
    "ManagedDevices":           ("Managed devices", ("Read Update Delete ViewReports Query "
                                 "SetPrimaryUser ReadBiosPassword")),
    "ManagedGooglePlay":        ("Managed Google Play", "Read Modify"),
    "MicrosoftDefenderATP":     ("Microsoft Defender ATP", "Read"),
    "MicrosoftStoreForBusiness": ("Microsoft Store For Business", "Read Modify"),
    "MicrosoftTunnelGateway":   ("Microsoft Tunnel Gateway", _CRUD),
    "MobileApps":               ("Mobile apps", f"{_ASSIGNED} Relate ViewReports"),
    "MobileThreatDefense":      ("Mobile Threat Defense", "Read Modify"),
    "MultiAdminApproval":       ("Multi Admin Approval", ("CreateAccessPolicy ReadAccessPolicy "
                                 "UpdateAccessPolicy DeleteAccessPolicy "
                                 "ApprovalForMultiAdminApproval")),
    "Organization":             ("Organization", _CRUD),
    "OrganizationalMessages":   ("Organizational Messages", f"{_ASSIGNED} UpdateControl"),
    "PartnerDeviceManagement":  ("Partner Device Management", "Read Modify"),
    "PolicySets":               ("Policy Sets", _ASSIGNED),
    "QuietTimePolicies":        ("Quiet Time policies", f"{_ASSIGNED} ViewReports"),
    "RemoteAssistance":         ("Remote assistance connectors", "Read Update ViewReports"),
    "RemoteAssistanceApp":      ("Remote Help app", ("ViewScreen TakeFullControl Elevation "
                                 "Unattended")),
    "RemoteTasks":              ("Remote tasks", ("ActivateDeviceEsim BypassActivationLock "
                                 "ChangeAssignments CleanPC ConfigurationManagerAction "
                                 "CustomNotification DeviceLogs DisableLostMode EnableLostMode "
                                 "EnableWindowsIntuneAgent GetFileVaultKey "
                                 "InitiateDeviceAttestation InitiateMDMKeyRecovery LocateDevice "
                                 "ManageSharedDeviceUsers Offboard OnDemandProactiveRemediation "
                                 "PauseConfigurationRefresh PlayLostModeSound RebootNow RemoteLock "
                                 "RemoveDFCIManagement RequestRemoteAssistance ResetPasscode "
                                 "Retire RevokeAppleVppLicenses RotateBitLockerKeys "
                                 "RotateFileVaultKey RotateLocalAdminPassword SetDeviceName "
                                 "ShutDown SyncDevice UpdateDeviceAccount WindowsDefender Wipe")),
    "Reports":                  ("Reports", "Read"),
    "Roles":                    ("Roles", _ASSIGNED),
    "SecurityBaselines":        ("Security baselines", _ASSIGNED),
    "SecurityTasks":            ("Security tasks", "Read Update"),
    "ServiceNow":               ("ServiceNow", "UpdateConnector ViewIncidents"),
    "TelecomExpenses":          ("Telecom expenses", "Read Update"),
    "TenantAttachRecommendations": ("Tenant attach recommendations", "Read"),
    "TermsAndConditions":       ("Terms and conditions", _ASSIGNED),
    "WindowsEnterpriseCertificate": ("Windows Enterprise Certificate", "Read Modify"),
    "WindowsOSRecovery":        ("Windows OS Recovery", _ASSIGNED),
}
# fmt: on
PREFIX = "Microsoft.Intune_"


@dataclass(frozen=True, slots=True)
class BuiltInRole:
    """A role of every tenant; `patterns` are of its actions."""

    id: str
    name: str
    description: str
    patterns: str

    @property
    def actions(self) -> list[str]:
        """The resource actions that it allows."""
        return [
            f"{PREFIX}{each}"
            for each in ACTIONS
            if any(fnmatchcase(each, pattern) for pattern in self.patterns.split())
        ]


ACTIONS = [f"{name}_{action}" for name, (_, text) in RESOURCES.items() for action in text.split()]
_SEEN = "Organization_Read Roles_Read AssignmentFilter_Read Audit_Read"
# fmt: off
ROLES = (
    BuiltInRole(
        "0bd113fe-6be5-400c-a28f-ae5553f9c0be", "Policy and Profile manager",
        "Policy and Profile Managers manage compliance policies, configuration profiles, Apple "
        "enrollment, corporate device identifiers and security baselines.",
        f"{_SEEN} AndroidSync_* AssignmentFilter_* AppleEnrollmentProfiles_* "
        "AppleDeviceSerialNumbers_* CorporateDeviceIdentifiers_* DeviceCompliancePolices_* "
        "DeviceConfigurations_* EnrollmentProgramToken_* PolicySets_* SecurityBaselines_* "
        "ManagedDevices_Read MobileApps_Read TermsAndConditions_* Customization_Read",
    ),
    BuiltInRole(
        "2f9f4f7e-2d13-427b-adf2-361a1eef7ae8", "School Administrator",
        "School Administrators manage apps and settings for their groups. They can take remote "
        "actions on devices, including remotely locking them, restarting them and retiring them.",
        f"{_SEEN} AssignmentFilter_* AppleEnrollmentProfiles_* CorporateDeviceIdentifiers_* "
        "DeviceConfigurations_* EnrollmentProgramToken_* ManagedApps_* ManagedDevices_* "
        "MobileApps_* PolicySets_* RemoteTasks_* TermsAndConditions_* Reports_Read",
    ),
    BuiltInRole(
        "9e0cc482-82df-4ab2-a24c-0c23a3f52e1e", "Help Desk Operator",
        "Help Desk Operators perform remote tasks on users and devices and can assign applications "
        "or policies to users or devices.",
        f"{_SEEN} *_Read RemoteTasks_* RemoteAssistanceApp_* ManagedDevices_Update "
        "ManagedDevices_SetPrimaryUser ManagedDevices_ViewReports MobileApps_Assign "
        "ManagedApps_Assign ManagedApps_Wipe DeviceConfigurations_Assign "
        "DeviceCompliancePolices_Assign CloudAttach_*",
    ),
    BuiltInRole(
        "c1d9fcbb-cba5-40b0-bf6b-527006585f4b", "Application Manager",
        "Application Managers manage mobile and managed applications, can read device information "
        "and can view device configuration profiles.",
        f"{_SEEN} AndroidSync_Read AndroidSync_UpdateApps AssignmentFilter_* "
        "CertificateConnector_Read CloudAttach_Appl* CloudAttach_ClientDetails Customization_Read "
        "DerivedCredentials_Read DeviceConfigurations_Read ManagedApps_* ManagedDevices_Read "
        "ManagedGooglePlay_* MicrosoftStoreForBusiness_* MobileApps_* PolicySets_* "
        "WindowsEnterpriseCertificate_*",
    ),
    BuiltInRole(
        "c56d53a2-73d0-4502-b6bd-4a9d3dba28d5", "Endpoint Security Manager",
        "Manages security and compliance features such as security baselines, device compliance, "
        "conditional access, and Microsoft Defender ATP.",
        f"{_SEEN} AppControlPolicy_* ASRPolicy_* EDRPolicy_* DeviceCompliancePolices_* "
        "DeviceConfigurations_Read EndpointAnalytics_Read EndpointProtection_Read EpmPolicy_* "
        "ManagedDevices_Read ManagedDevices_Delete ManagedDevices_Update MicrosoftDefenderATP_Read "
        "MobileApps_Read RemoteTasks_WindowsDefender RemoteTasks_RebootNow RemoteTasks_RemoteLock "
        "RemoteTasks_SyncDevice SecurityBaselines_* SecurityTasks_*",
    ),
    BuiltInRole(
        "fa1d7878-e8cb-41a1-8254-0142355c9f84", "Read Only Operator",
        "Read Only Operators view user, device, enrollment, configuration and application "
        "information and cannot make changes to Intune.",
        f"{_SEEN} *_Read *_ViewReports",
    ),
    BuiltInRole(
        "fb2603eb-3c87-4be3-8b5b-d58a5b4a0bc0", "Intune Role Administrator",
        "Intune Role Administrators manage custom Intune roles and add assignments for built-in "
        "Intune roles. It is the only Intune role that can assign permissions to Administrators.",
        f"{_SEEN} Roles_* ManagedApps_Read ManagedDevices_Read MobileApps_Read PolicySets_Read",
    ),
)
# fmt: on
