"""The table of remote actions: every action Graph has on managedDevice, and on which devices.

Platforms and ownership follow Intune's pages on each action; parameters follow Graph's types.
"""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class RemoteAction:
    """One action: where it works, what it takes, what becomes of the record when it is done.

    Of what an admin gives with it only `parameters` go to the device: an appleCareToken, with which
    Graph takes an enhanced log collection, goes nowhere.

    Graph answers 204, or where `returns` names a type an object of that type. What is not listed
    has a door of its own, and no result among a device's.
    """

    name: str
    platforms: frozenset[Platform]
    owners: frozenset[Ownership] = _BOTH
    parameters: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
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
_WIPE = (
    "keepEnrollmentData",
    "keepUserData",
    "macOsUnlockCode",
    "persistEsimDataPlan",
    "obliterationBehavior",
    "useProtectedWipe",
)

# fmt: off
_TABLE = (
    # v1.0
    RemoteAction("bypassActivationLock", _APPLE, _CORPORATE),
    RemoteAction("cleanWindowsDevice", _WINDOWS, parameters=("keepUserData",)),
    RemoteAction("deleteUserFromSharedAppleDevice", _IPAD, _CORPORATE, ("userPrincipalName",), ("userPrincipalName",)),
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
    RemoteAction("updateWindowsDeviceAccount", _WINDOWS, _CORPORATE, ("updateWindowsDeviceAccountActionParameter",)),
    RemoteAction("windowsDefenderScan", _WINDOWS, parameters=("quickScan",)),
    RemoteAction("windowsDefenderUpdateSignatures", _WINDOWS),
    RemoteAction("wipe", _WINDOWS | _APPLE | _ANDROID, parameters=_WIPE, ends="wipe", not_types=_USER_ENROLLMENTS),
    # beta
    RemoteAction("activateDeviceEsim", _APPLE_MOBILE | _WINDOWS, _CORPORATE, ("carrierUrl",)),
    RemoteAction("cancelEnhancedLogCollection", _WINDOWS),
    RemoteAction("changeAssignments", _EVERY, parameters=("deviceAssignmentItems",)),
    RemoteAction("createDeviceLogCollectionRequest", _WINDOWS, _CORPORATE, ("templateType",), returns="deviceLogCollectionResponse"),
    RemoteAction("deprovision", _CHROME, parameters=("deprovisionReason",)),
    RemoteAction("disable", _CHROME),
    RemoteAction("enableLostMode", _APPLE_MOBILE, _CORPORATE, ("message", "phoneNumber", "footer")),
    RemoteAction("enrollNowAction", _EVERY),
    RemoteAction("initiateDeviceAttestation", _WINDOWS),
    RemoteAction("initiateMobileDeviceManagementKeyRecovery", _WINDOWS),
    RemoteAction("initiateOnDemandProactiveRemediation", _WINDOWS, parameters=("scriptPolicyId",)),
    RemoteAction("overrideComplianceState", _EVERY, parameters=("complianceState", "remediationUrl")),
    RemoteAction("pauseConfigurationRefresh", _WINDOWS, parameters=("pauseTimePeriodInMinutes",)),
    RemoteAction("playLostModeSound", _APPLE_MOBILE, _CORPORATE, ("durationInMinutes",)),
    RemoteAction("reenable", _CHROME),
    RemoteAction("removeDeviceEsim", _APPLE_MOBILE | _WINDOWS, _CORPORATE, ("iccId",)),
    RemoteAction("removeDeviceFirmwareConfigurationInterfaceManagement", _WINDOWS, _CORPORATE),
    RemoteAction("restoreManagedHomeScreen", _ANDROID, _CORPORATE),
    RemoteAction("revokeAppleVppLicenses", _APPLE),
    RemoteAction("rotateBitLockerKeys", _WINDOWS),
    RemoteAction("rotateFileVaultKey", _MAC),
    RemoteAction("rotateLocalAdminPassword", _WINDOWS | _MAC, _CORPORATE),
    RemoteAction("rotateRecoveryLockPasscode", _MAC, _CORPORATE),
    RemoteAction("sendCustomNotificationToCompanyPortal", _MOBILE, parameters=("notificationTitle", "notificationBody")),
    RemoteAction("setDeviceName", _WINDOWS | _APPLE | _ANDROID, _CORPORATE, ("deviceName",), ("deviceName",)),
    RemoteAction("suspendManagedHomeScreen", _ANDROID, _CORPORATE, ("timeoutMinutes",)),
    RemoteAction("triggerConfigurationManagerAction", _WINDOWS, _CORPORATE, ("configurationManagerAction",)),
    RemoteAction("triggerEnhancedLogCollection", _WINDOWS),
    # asked by a query of its own
    RemoteAction("deviceQuery", _WINDOWS, _CORPORATE, ("query",), ("query",), is_listed=False),
    # app protection: asked of a user's registrations, not of a device
    RemoteAction("selectiveWipe", _EVERY, ends="wipe", workload=Workload.MAM),
)
# fmt: on

ACTIONS = {action.name: action for action in _TABLE}
DEVICE_ACTIONS = tuple(
    action for action in _TABLE if action.workload is Workload.MDM and action.is_listed
)
