"""The ways of enrolling as Intune's pages tell them, to hold the service's own table against."""

from __future__ import annotations

from dataclasses import dataclass

from mdm_sim.policy.context import Ownership, Platform

_WINDOWS, _ANDROID = (Platform.WINDOWS,), (Platform.ANDROID,)
_APPLE = (Platform.IOS, Platform.IPADOS, Platform.MACOS)
_EVERY = tuple(Platform)
_OURS, _THEIRS = Ownership.CORPORATE, Ownership.PERSONAL
_DEDICATED = "androidDedicatedAndFullyManagedCorporateOwnedWorkProfile"


@dataclass(frozen=True)
class Way:
    """Where a way of enrolling exists, whose the device is, and the trust of the join it makes.

    `family` is the cleanup rule that names it, where that is not the rule of the platform.
    """

    platforms: tuple[Platform, ...]
    ownership: Ownership
    joins: str = ""
    work_profile: bool = False
    family: str = ""


# fmt: off
TYPES = {
    "unknown":                               Way(_EVERY, _THEIRS, work_profile=True),
    "userEnrollment":                        Way(_EVERY, _THEIRS, work_profile=True),
    "deviceEnrollmentManager":               Way(_EVERY, _OURS),
    "appleBulkWithUser":                     Way(_APPLE, _OURS),
    "appleBulkWithoutUser":                  Way(_APPLE, _OURS),
    "appleUserEnrollment":                   Way(_APPLE, _THEIRS),
    "appleUserEnrollmentWithServiceAccount": Way(_APPLE, _THEIRS),
    "appleAccountDrivenUserEnrollment":      Way(_APPLE, _THEIRS),
    "windowsAzureADJoin":                    Way(_WINDOWS, _OURS, "AzureAd"),
    "windowsAzureADJoinUsingDeviceAuth":     Way(_WINDOWS, _OURS, "AzureAd"),
    "windowsBulkUserless":                   Way(_WINDOWS, _OURS),
    "windowsAutoEnrollment":                 Way(_WINDOWS, _THEIRS),
    "windowsBulkAzureDomainJoin":            Way(_WINDOWS, _OURS, "AzureAd"),
    "windowsCoManagement":                   Way(_WINDOWS, _OURS, "ServerAd"),
    "azureAdJoinUsingAzureVmExtension":      Way(_WINDOWS, _OURS, "AzureAd"),
    "androidEnterpriseDedicatedDevice":      Way(_ANDROID, _OURS, family=_DEDICATED),
    "androidEnterpriseFullyManaged":         Way(_ANDROID, _OURS, family=_DEDICATED),
    "androidEnterpriseCorporateWorkProfile": Way(_ANDROID, _OURS, "", True, _DEDICATED),
    "androidAOSPUserOwnedDeviceEnrollment":  Way(_ANDROID, _OURS, family="androidAOSP"),
    "androidAOSPUserlessDeviceEnrollment":   Way(_ANDROID, _OURS, family="androidAOSP"),
}
# fmt: on
WAYS = [(kind, platform) for kind, way in TYPES.items() for platform in way.platforms]
FAMILIES = (
    "all",
    "windows",
    "macOS",
    "ios",
    "androidAOSP",
    _DEDICATED,
    "androidPersonallyOwnedWorkProfile",
    "androidDeviceAdministrator",
)
