"""What a managedDevice shows: each Graph property from a fact, from the service, or constant.

A fact that is not stored shows as Graph shows a missing one. Row device.location is not a property
of a device: it shows in the result of a locateDevice order alone.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Float, case, func, literal

from mdm_sim import contexts
from mdm_sim.graph.odata.properties import NEVER, Properties, Property, constant
from mdm_sim.store.tables import devices, fact, users

ENROLLED_TYPES_V1 = (
    "unknown userEnrollment deviceEnrollmentManager appleBulkWithUser appleBulkWithoutUser "
    "windowsAzureADJoin windowsBulkUserless windowsAutoEnrollment windowsBulkAzureDomainJoin "
    "windowsCoManagement windowsAzureADJoinUsingDeviceAuth appleUserEnrollment "
    "appleUserEnrollmentWithServiceAccount"
)
YEAR_SECONDS = 365 * 24 * 3600


def _fact(
    name: str, kind: str = "text", default: Any = None, *, on_request: bool = False
) -> Property:
    return Property(fact(devices, name), kind, default, on_request=on_request)


def _owner() -> ColumnElement[str]:
    named = {"corporate": "company", "personal": "personal"}
    return case(named, value=devices.c.ownership, else_="unknown")


def _jail_broken() -> ColumnElement[str]:
    said = fact(devices, "jailBroken")
    return case((said.is_(None), "Unknown"), (said == 1, "True"), else_="False")


def _system() -> ColumnElement[str]:
    names = {
        "windows": "Windows",
        "macos": "macOS",
        "ios": "iOS",
        "ipados": "iPadOS",
        "android": "Android",
        "linux": "Linux",
    }
    return func.coalesce(fact(devices, "operatingSystem"), case(names, value=devices.c.platform))


def _enrollment_type(version: str) -> ColumnElement[str]:
    """v1.0 knows fewer members; a newer one shows as Graph shows one it may not name."""
    if version == "beta":
        return devices.c.enrollment_type
    known = devices.c.enrollment_type.in_(ENROLLED_TYPES_V1.split())
    return case((known, devices.c.enrollment_type), else_="unknownFutureValue")


def _threat_state() -> ColumnElement[str]:
    """Not of a device that a change of connectors concerns and whose turn has not come."""
    is_judged = devices.c.epoch == contexts.tenant_epoch(devices)
    return case((is_judged, fact(devices, "threatState")), else_=None)


def _managed_name() -> ColumnElement[str]:
    return func.coalesce(devices.c.managed_device_name, fact(devices, "deviceName"))


# fmt: off
def properties(version: str) -> Properties:
    """The properties of v1.0, and on beta some more."""
    shared = {
        "id":                       Property(devices.c.id),
        "userId":                   Property(devices.c.user_id, default=""),
        "deviceName":               _fact("deviceName"),
        "managedDeviceOwnerType":   Property(_owner()),
        "enrolledDateTime":         Property(devices.c.enrolled_at, "moment"),
        "lastSyncDateTime":         Property(devices.c.last_sync_at, "moment"),
        "operatingSystem":          Property(_system()),
        "complianceState":          Property(devices.c.compliance_state),
        "jailBroken":               Property(_jail_broken()),
        "managementAgent":          constant("mdm"),
        "osVersion":                _fact("osVersion"),
        "easActivated":             Property(fact(devices, "easDeviceId").is_not(None), "boolean"),
        "easDeviceId":              _fact("easDeviceId"),
        "easActivationDateTime":    constant(NEVER),
        "azureADRegistered":        Property(fact(devices, "azureADDeviceId").is_not(None), "boolean"),
        "deviceEnrollmentType":     Property(_enrollment_type(version)),
        "activationLockBypassCode": constant(None),
        "emailAddress":             Property(users.c.user_principal_name, default="", any_case=True),
        "azureADDeviceId":          _fact("azureADDeviceId"),
        "deviceRegistrationState":  constant("registered"),
        "deviceCategoryDisplayName": constant("Unknown"),
        "isSupervised":             Property(_is_supervised(), "boolean"),
        "exchangeLastSuccessfulSyncDateTime": constant(NEVER),
        "exchangeAccessState":      constant("none"),
        "exchangeAccessStateReason": constant("none"),
        "remoteAssistanceSessionUrl": constant(None),
        "remoteAssistanceSessionErrorDetails": constant(None),
        "isEncrypted":              Property(literal(0), "boolean"),
        "userPrincipalName":        Property(users.c.user_principal_name, default="", any_case=True),
        "model":                    _fact("model"),
        "manufacturer":             _fact("manufacturer"),
        "imei":                     _fact("imei", default=""),
        "complianceGracePeriodExpirationDateTime": constant("9999-12-31T23:59:59Z"),
        "serialNumber":             _fact("serialNumber"),
        "phoneNumber":              _fact("phoneNumber", default=""),
        "androidSecurityPatchLevel": constant(None),
        "userDisplayName":          Property(users.c.display_name, default=""),
        "configurationManagerClientEnabledFeatures": constant(None),
        "wiFiMacAddress":           _fact("wiFiMacAddress"),
        "deviceHealthAttestationState": constant(None),
        "subscriberCarrier":        _fact("subscriberCarrier", default=""),
        "meid":                     _fact("meid", default=""),
        "totalStorageSpaceInBytes": _fact("totalStorageSpaceInBytes", "integer", 0),
        "freeStorageSpaceInBytes":  _fact("freeStorageSpaceInBytes", "integer", 0),
        "managedDeviceName":        Property(_managed_name()),
        "partnerReportedThreatState": Property(_threat_state(), default="unknown"),
        "requireUserEnrollmentApproval": constant(None),
        "managementCertificateExpirationDate": Property(_certificate_end(), "moment"),
        "iccid":                    _fact("iccid", on_request=True),
        "udid":                     _fact("udid", on_request=True),
        "notes":                    constant(None),
        "ethernetMacAddress":       _fact("ethernetMacAddress", on_request=True),
        "physicalMemoryInBytes":    constant(0, "integer"),
        "enrollmentProfileName":    constant(None),
        "managementState":          Property(devices.c.management_state),
        "deviceActionResults":      constant([], "json"),
    }
    return shared | _BETA if version == "beta" else shared


def _is_supervised() -> ColumnElement[bool]:
    return devices.c.enrollment_type.in_(("appleBulkWithUser", "appleBulkWithoutUser"))


def _certificate_end() -> ColumnElement[float]:
    return (devices.c.enrolled_at + YEAR_SECONDS).cast(Float)


_BETA = {
    "ownerType":                    Property(_owner()),
    "deviceType":                   _fact("deviceType", default="unknown"),
    "joinType":                     Property(case((devices.c.entra_joined, "azureADJoined"), else_="unknown")),
    "lostModeState":                constant("disabled"),
    "aadRegistered":                Property(fact(devices, "azureADDeviceId").is_not(None), "boolean"),
    "azureActiveDirectoryDeviceId": _fact("azureADDeviceId"),
    "enrolledByUserPrincipalName":  Property(users.c.user_principal_name, default="", any_case=True),
    "roleScopeTagIds":              constant([], "json"),
    "autopilotEnrolled":            Property(literal(0), "boolean"),
    "chassisType":                  constant("unknown"),
    "chromeOSDeviceInfo":           constant([], "json"),
    "hardwareInformation":          constant(None),
    "managementFeatures":           constant("none"),
    "processorArchitecture":        constant("unknown"),
    "securityPatchLevel":           constant(None),
    "skuFamily":                    constant(""),
    "skuNumber":                    constant(0, "integer"),
    "specificationVersion":         constant(None),
    "retireAfterDateTime":          constant(NEVER),
    "preferMdmOverGroupPolicyAppliedDateTime": constant(NEVER),
    "bootstrapTokenEscrowed":       Property(literal(0), "boolean"),
    "deviceFirmwareConfigurationInterfaceManaged": Property(literal(0), "boolean"),
    "configurationManagerClientHealthState": constant(None),
    "configurationManagerClientInformation": constant(None),
    "cloudPcRemoteActionResults":   constant([], "json"),
}
# fmt: on
