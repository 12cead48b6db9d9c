"""The reports by name: their columns, which of them filters may name, and where rows come from.

Columns are those of Microsoft's list of reports that Graph exports.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from mdm_sim.graph.entities import report_sources as sources
from mdm_sim.graph.entities.report_sources import Source
from mdm_sim.graph.odata.properties import Property, constant

_USER = "UPN UserEmail UserId UserName"
_POLICY = "PolicyId PolicyName"
_COMPLIANCE = (
    "AadDeviceId ComplianceState DeviceHealthThreatLevel DeviceId DeviceName DeviceType IMEI "
    "InGracePeriodUntil IntuneDeviceId LastContact OS OSDescription OSVersion OwnerType "
    f"PartnerDeviceId PrimaryUser RetireAfterDatetime SerialNumber {_USER}"
)
_DEVICES = (
    "AndroidPatchLevel CategoryId CategoryName CertExpirationDate ClientRegistrationStatus "
    "CompliantState CreatedDate DeviceEnrollmentType DeviceId DeviceName DeviceRegistrationState "
    "DeviceState DeviceType EasAccessState EasActivationStatus EasID EasLastSyncSuccessUtc "
    "EasStateReason EncryptionStatus EncryptionStatusString EnrolledByUser EnrollmentType "
    "EntitySource ExtendedProperties GraphDeviceIsManaged HasUnlockToken IMEI InGracePeriodUntil "
    "IsManaged JailBroken JoinType LastContact LastLoggedOnUserUPN ManagedBy ManagedDeviceName "
    "ManagementAgents ManagementState Manufacturer MDMStatus MDMWinsOverGPStartTime MEID Model OS "
    "OSVersion Ownership OwnerType PhoneNumber PrimaryUser ReferenceId RetireAfterDatetime "
    "SCCMCoManagementFeatures SerialNumber SkuFamily SkuNumber StagedDeviceType StorageFree "
    "StorageTotal SubscriberCarrierNetwork SupervisedStatus SupervisedStatusString "
    f"UserApprovedEnrollment WifiMacAddress {_USER}"
)
_INVENTORY = (
    "DeviceId DeviceName CreatedDate LastContact ReferenceId OSVersion AadDeviceId EasID "
    "SerialNumber Manufacturer Model EasActivationStatus IMEI EasLastSyncSuccessUtc EasStateReason "
    "EasAccessState InGracePeriodUntil AndroidPatchLevel WifiMacAddress MEID "
    "SubscriberCarrierNetwork StorageTotal StorageFree ManagedDeviceName CategoryName UserId UPN "
    "UserEmail UserName WiFiIPv4Address WiFiSubnetID CompliantState ComplianceState "
    "ManagementAgent OwnerType ManagementState DeviceRegistrationState IsSupervised IsEncrypted "
    "DeviceType OS SkuFamily JoinType PhoneNumber JailBroken ICCID EthernetMAC CellularTechnology "
    "ProcessorArchitecture EID EnrollmentType PartnerFeaturesBitmask ManagementAgents "
    "CertExpirationDate IsManaged SystemManagementBIOSVersion TPMManufacturerId "
    "TPMManufacturerVersion"
)
_LISTED = (
    "CategoryName CompliantState CreatedDate DeviceType EnrollmentType JailBroken LastContact "
    "ManagementAgents ManagementState OwnerType"
)
_WITHOUT_POLICY = (
    "AadDeviceId ComplianceState DeviceId DeviceModel DeviceName DeviceType LastContact "
    "LastContactedUserId ManagementAgents OS OSDescription OSVersion OwnerType PrimaryUser "
    f"{_USER}"
)
_APPLICATION = (
    "ApplicationKey ApplicationName ApplicationPublisher ApplicationShortVersion ApplicationVersion"
)
_HELD = f"{_APPLICATION} DeviceId DeviceName EmailAddress OSDescription OSVersion Platform"
_APP_COUNTS = (
    "AppPlatform ApplicationId AppVersion DisplayName FailedDeviceCount FailedDevicePercentage "
    "FailedUserCount InstalledDeviceCount InstalledUserCount NotApplicableDeviceCount "
    "NotApplicableUserCount NotInstalledDeviceCount NotInstalledUserCount "
    "PendingInstallDeviceCount PendingInstallUserCount Platform Publisher"
)
_INSTALLS = (
    "AppInstallState AppInstallStateDetails ApplicationId AppVersion AssignmentFilterIdsExist "
    "AssignmentFilterIdsList DeviceId DeviceName ErrorCode HexErrorCode InstallState "
    "InstallStateDetail LastModifiedDateTime Platform UserId UserName UserPrincipalName"
)
_AGGREGATE = (
    f"{_POLICY} PolicyType UnifiedPolicyType PolicyBaseTypeName PolicyPlatformType "
    "NumberOfNotApplicableDevices NumberOfCompliantDevices NumberOfNonCompliantDevices "
    "NumberOfErrorDevices NumberOfConflictDevices NumberOfNonCompliantOrErrorDevices "
    "NumberOfInProgressDevices NumberOfRemovedDevices UnifiedPolicyPlatformType TemplateVersion "
    "ProfileSource"
)
_STATUSES = (
    f"{_POLICY} IntuneDeviceId DeviceId DeviceName Manufacturer Model UPN UserId UserName "
    "PolicyStatus PspdpuLastModifiedTimeUtc UnifiedPolicyPlatformType UnifiedPolicyType "
    "AssignmentFilterIds TemplateVersion ReportStatus PolicyBaseTypeName PolicyTypeName "
    "AssignmentStatus AadDeviceId LastContact"
)
_SETTINGS = (
    f"{_POLICY} DeviceId DeviceName SettingId SettingName SettingNm SettingInstanceId "
    "SettingStatus SettingValue ErrorCode ErrorType StateDetails UserId UPN AadDeviceId "
    "ComplianceState InGracePeriodUntil Model OS PolicyPlatformType PrimaryUser PolicyVersion"
)
_TREND = "ComplianceState Count Date DeviceType OSFamily OwnerType"


@dataclass(frozen=True)
class Report:
    """A report. `required` is the column that its filter has to name."""

    name: str
    text: str
    source: Source
    filtered: str = ""
    required: str = ""

    @cached_property
    def columns(self) -> dict[str, Property]:
        """The columns in order; what the rows do not know is nothing."""
        known = self.source.columns
        return {name: known.get(name, constant(None)) for name in self.text.split()}

    @cached_property
    def filters(self) -> dict[str, Property]:
        """What filters may name: by Microsoft's list, which has no column that tells of a person
        but by an id."""
        known = self.source.columns
        return {name: known.get(name, constant(None)) for name in self.filtered.split()}


_BY_POLICY = "PolicyId PolicyBaseTypeName PolicyStatus PolicyTypeName UnifiedPolicyPlatformType"
# fmt: off
_REPORTS = (
    Report("Devices", _DEVICES, sources.DEVICES, _LISTED),
    Report("DevicesWithInventory", _INVENTORY, sources.DEVICES,
           f"{_LISTED} PartnerFeaturesBitmask"),
    Report("DeviceCompliance", _COMPLIANCE, sources.DEVICES,
           "ComplianceState DeviceType OS OwnerType"),
    Report("DeviceNonCompliance", _COMPLIANCE, sources.NONCOMPLIANT,
           "ComplianceState DeviceType OS OwnerType UserId"),
    Report("DevicesWithoutCompliancePolicy", _WITHOUT_POLICY, sources.UNJUDGED,
           "DeviceType OS OwnerType"),
    Report("AppInvAggregate", f"ApplicationId {_APPLICATION} DeviceCount Platform",
           sources.APPLICATIONS),
    Report("AppInvByDevice", f"ApplicationId {_HELD} UserId UserName", sources.INVENTORY,
           "DeviceId", "DeviceId"),
    Report("AppInvRawData", f"{_HELD} UserId UserName", sources.INVENTORY,
           f"{_APPLICATION} DeviceId OSDescription OSVersion Platform UserId"),
    Report("DevicesByAppInv", f"ApplicationId {_HELD} UserId UserName", sources.INVENTORY,
           "ApplicationKey", "ApplicationKey"),
    Report("AllAppsList", "AppIdentifier Assigned DateCreated Description Developer ExpirationDate "
           "FeaturedApp LastModified MoreInformationURL Name Notes Owner Platform "
           "PrivacyInformationURL Publisher Status StoreURL Type Version", sources.APPS),
    Report("AppInstallStatusAggregate", _APP_COUNTS, sources.APPS,
           "FailedDevicePercentage Platform ApplicationId"),
    Report("DeviceInstallStatusByApp", _INSTALLS, sources.NOTHING,
           "AppInstallState ApplicationId HexErrorCode", "ApplicationId"),
    Report("UserInstallStatusAggregateByApp", f"{_INSTALLS} FailedCount InstalledCount "
           "NotApplicableCount NotInstalledCount PendingInstallCount", sources.NOTHING,
           "ApplicationId", "ApplicationId"),
    Report("ConfigurationPolicyAggregate", _AGGREGATE, sources.CONFIGURATION,
           "PolicyId PolicyBaseTypeName UnifiedPolicyPlatformType UnifiedPolicyType"),
    Report("ConfigurationPolicyDeviceAggregates", _AGGREGATE, sources.CONFIGURATION,
           "PolicyId PolicyBaseTypeName"),
    Report("PolicyNonComplianceAgg", f"{_AGGREGATE} PolicyVersion", sources.COMPLIANCE,
           "PolicyId PolicyBaseTypeName PolicyPlatformType UnifiedPolicyPlatformType"),
    Report("PolicyNonCompliance", f"{_STATUSES} {_TREND}", sources.NOTHING,
           f"{_BY_POLICY} DeviceId UserId"),
    Report("PolicyNonComplianceNew", _STATUSES, sources.NOTHING, f"{_BY_POLICY} DeviceId UserId"),
    Report("DeviceConfigurationPolicyStatuses", _STATUSES, sources.NOTHING,
           f"{_BY_POLICY} IntuneDeviceId DeviceId"),
    Report("DeviceStatusesByConfigurationProfile", _STATUSES, sources.NOTHING, _BY_POLICY),
    Report("DeviceAssignmentStatusByConfigurationPolicy", _STATUSES, sources.NOTHING,
           f"{_BY_POLICY} AssignmentStatus"),
    Report("DevicePoliciesComplianceReport", f"{_STATUSES} PolicyVersion UserEmail",
           sources.NOTHING, f"{_BY_POLICY} DeviceId UserId"),
    Report("DeviceStatusByCompliacePolicyReport", f"{_STATUSES} ManagementAgents OS",
           sources.NOTHING, f"{_BY_POLICY} DeviceId UserId"),
    Report("DevicePolicySettingsComplianceReport", _SETTINGS, sources.NOTHING,
           "DeviceId PolicyId UserId SettingId SettingName"),
    Report("NoncompliantDevicesAndSettings", f"{_SETTINGS} {_USER} DeviceType OSVersion",
           sources.NOTHING, "PolicyId SettingId DeviceId ComplianceState DeviceType OwnerType"),
    Report("SettingComplianceAggReport", f"{_SETTINGS} {_AGGREGATE}", sources.NOTHING,
           "PolicyId SettingId PolicyPlatformType"),
    Report("DeviceComplianceTrend", _TREND, sources.NOTHING),
    Report("DeviceEnrollmentFailures", "EnrollmentFailureDateTime EnrollmentMethod FailureGuid "
           "FailureReason OS OSVersion UPN UserId", sources.NOTHING,
           "EnrollmentFailureDateTime EnrollmentMethod FailureReason OS UserId"),
)
# fmt: on
_SUFFIXES = ("WithPFV3", "WithPF", "Ver3", "V3")
_BY_NAME = {each.name: each for each in _REPORTS}
# Every column there is, for the reports that this service has no rows for.
KNOWN = frozenset(name for each in _REPORTS for name in each.text.split())
UNKNOWN_ROWS = Report("", "PolicyId PolicyName DeviceId DeviceName UPN", sources.NOTHING)


def find(name: str) -> Report | None:
    """A report by the name that exports have for it; its later versions have the same columns."""
    for suffix in ("", *_SUFFIXES):
        found = _BY_NAME.get(name.removesuffix(suffix))
        if found is not None:
            return found
    return None
