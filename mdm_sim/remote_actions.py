"""The table of remote actions: every action Graph has on managedDevice, and on which devices.

Platforms and ownership follow Intune's pages on each action; parameters follow Graph's types.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mdm_sim.policy.context import Ownership, Platform, Workload

_APPLE_MOBILE = frozenset({Platform.IOS, Platform.IPADOS})
_APPLE = _APPLE_MOBILE | {Platform.MACOS}
_IPAD = frozenset({Platform.IPADOS})
_MAC = frozenset({Platform.MACOS})
_WINDOWS = frozenset({Platform.WINDOWS})
_ANDROID = frozenset({Platform.ANDROID})
_MOBILE = _APPLE_MOBILE | _ANDROID
_CHROME: frozenset[Platform] = frozenset()
_EVERY = frozenset(Platform)
_BOTH = frozenset({Ownership.CORPORATE, Ownership.PERSONAL})
_CORPORATE = frozenset({Ownership.CORPORATE})

TEXT, BOOLEAN, INTEGER, OBJECT = "text", "boolean", "integer", "object"


@dataclass(frozen=True, slots=True)
class RemoteAction:
    """One action: where it works, what it takes, what becomes of the record when it is done.

    Graph answers 204, or where `returns` names a type an object of that type. What is not listed
    has a door of its own, and no result among a device's.
    """

    name: str
    platforms: frozenset[Platform]
    owners: frozenset[Ownership] = _BOTH
    parameters: dict[str, str] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    beta_only: bool = False
    ends: str = ""
    not_types: frozenset[str] = frozenset()
    workload: Workload = Workload.MDM
    returns: str = ""
    is_listed: bool = True


_USER_ENROLLMENTS = frozenset(
    {
        "appleUserEnrollment",
        "appleUserEnrollmentWithServiceAccount",
        "appleAccountDrivenUserEnrollment",
    }
)
# Devices that the organisation owns whole are wiped, never retired.
WIPED_ONLY = frozenset(
    {
        "androidEnterpriseDedicatedDevice",
        "androidEnterpriseFullyManaged",
        "androidAOSPUserOwnedDeviceEnrollment",
        "androidAOSPUserlessDeviceEnrollment",
    }
)
_WIPE = {
    "keepEnrollmentData": BOOLEAN,
    "keepUserData": BOOLEAN,
    "macOsUnlockCode": TEXT,
    "persistEsimDataPlan": BOOLEAN,
    "obliterationBehavior": TEXT,
    "useProtectedWipe": BOOLEAN,
}

# fmt: off
_TABLE = (
    # v1.0
    RemoteAction("bypassActivationLock", _APPLE, _CORPORATE),
    RemoteAction("cleanWindowsDevice", _WINDOWS, parameters={"keepUserData": BOOLEAN}),
    RemoteAction("deleteUserFromSharedAppleDevice", _IPAD, _CORPORATE, {"userPrincipalName": TEXT}, ("userPrincipalName",)),
    RemoteAction("disableLostMode", _APPLE_MOBILE, _CORPORATE),
    RemoteAction("locateDevice", _MOBILE | _WINDOWS, _CORPORATE),
    RemoteAction("logoutSharedAppleDeviceActiveUser", _IPAD, _CORPORATE),
    RemoteAction("rebootNow", _WINDOWS | _APPLE | _ANDROID),
    RemoteAction("recoverPasscode", _MOBILE),
    RemoteAction("remoteLock", _APPLE | _ANDROID),
    RemoteAction("requestRemoteAssistance", _WINDOWS | _MOBILE),
    RemoteAction("resetPasscode", _MOBILE),
    RemoteAction("retire", _EVERY, ends="retire", not_types=WIPED_ONLY),
    RemoteAction("shutDown", _APPLE, _CORPORATE),
    RemoteAction("syncDevice", _EVERY),
    RemoteAction("updateWindowsDeviceAccount", _WINDOWS, _CORPORATE, {"updateWindowsDeviceAccountActionParameter": OBJECT}),
    RemoteAction("windowsDefenderScan", _WINDOWS, parameters={"quickScan": BOOLEAN}),
    RemoteAction("windowsDefenderUpdateSignatures", _WINDOWS),
    RemoteAction("wipe", _WINDOWS | _APPLE | _ANDROID, parameters=_WIPE, ends="wipe", not_types=_USER_ENROLLMENTS),
    # beta
    RemoteAction("activateDeviceEsim", _APPLE_MOBILE | _WINDOWS, _CORPORATE, {"carrierUrl": TEXT}, beta_only=True),
    RemoteAction("cancelEnhancedLogCollection", _WINDOWS, beta_only=True),
    RemoteAction("changeAssignments", _EVERY, parameters={"deviceAssignmentItems": OBJECT}, beta_only=True),
    RemoteAction("createDeviceLogCollectionRequest", _WINDOWS, _CORPORATE, {"templateType": OBJECT}, beta_only=True, returns="deviceLogCollectionResponse"),
    RemoteAction("deprovision", _CHROME, parameters={"deprovisionReason": TEXT}, beta_only=True),
    RemoteAction("disable", _CHROME, beta_only=True),
    RemoteAction("enableLostMode", _APPLE_MOBILE, _CORPORATE, {"message": TEXT, "phoneNumber": TEXT, "footer": TEXT}, beta_only=True),
    RemoteAction("enrollNowAction", _EVERY, beta_only=True),
    RemoteAction("initiateDeviceAttestation", _WINDOWS, beta_only=True),
    RemoteAction("initiateMobileDeviceManagementKeyRecovery", _WINDOWS, beta_only=True),
    RemoteAction("initiateOnDemandProactiveRemediation", _WINDOWS, parameters={"scriptPolicyId": TEXT}, beta_only=True),
    RemoteAction("overrideComplianceState", _EVERY, parameters={"complianceState": TEXT, "remediationUrl": TEXT}, beta_only=True),
    RemoteAction("pauseConfigurationRefresh", _WINDOWS, parameters={"pauseTimePeriodInMinutes": INTEGER}, beta_only=True),
    RemoteAction("playLostModeSound", _APPLE_MOBILE, _CORPORATE, {"durationInMinutes": TEXT}, beta_only=True),
    RemoteAction("reenable", _CHROME, beta_only=True),
    RemoteAction("removeDeviceEsim", _APPLE_MOBILE | _WINDOWS, _CORPORATE, {"iccId": TEXT}, beta_only=True),
    RemoteAction("removeDeviceFirmwareConfigurationInterfaceManagement", _WINDOWS, _CORPORATE, beta_only=True),
    RemoteAction("restoreManagedHomeScreen", _ANDROID, _CORPORATE, beta_only=True),
    RemoteAction("revokeAppleVppLicenses", _APPLE, beta_only=True),
    RemoteAction("rotateBitLockerKeys", _WINDOWS, beta_only=True),
    RemoteAction("rotateFileVaultKey", _MAC, beta_only=True),
    RemoteAction("rotateLocalAdminPassword", _WINDOWS | _MAC, _CORPORATE, beta_only=True),
    RemoteAction("rotateRecoveryLockPasscode", _MAC, _CORPORATE, beta_only=True),
    RemoteAction("sendCustomNotificationToCompanyPortal", _MOBILE, parameters={"notificationTitle": TEXT, "notificationBody": TEXT}, beta_only=True),
    RemoteAction("setDeviceName", _WINDOWS | _APPLE | _ANDROID, _CORPORATE, {"deviceName": TEXT}, ("deviceName",), beta_only=True),
    RemoteAction("suspendManagedHomeScreen", _ANDROID, _CORPORATE, beta_only=True),
    RemoteAction("triggerConfigurationManagerAction", _WINDOWS, _CORPORATE, {"configurationManagerAction": OBJECT}, beta_only=True),
    RemoteAction("triggerEnhancedLogCollection", _WINDOWS, beta_only=True),
    # asked by a query of its own
    RemoteAction("deviceQuery", _WINDOWS, _CORPORATE, {"query": TEXT}, ("query",), is_listed=False),
    # app protection: asked of a user's registrations, not of a device
    RemoteAction("selectiveWipe", _EVERY, ends="wipe", workload=Workload.MAM),
)
# fmt: on

ACTIONS = {action.name: action for action in _TABLE}
DEVICE_ACTIONS = tuple(
    action for action in _TABLE if action.workload is Workload.MDM and action.is_listed
)
