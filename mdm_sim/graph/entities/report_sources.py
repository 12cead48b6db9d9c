"""Where the rows of reports come from: devices, their applications, apps and policies.

A column is an SQL expression over what is stored, which is what may be kept. Columns that hold a
code have names for it beside them, as Intune shows in `<column>_loc`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, case, false, func, literal, select

from mdm_sim.graph.documents.tables import DAM, DM
from mdm_sim.graph.entities import inventory, managed_devices, tallies
from mdm_sim.graph.entities.managed_device_properties import properties
from mdm_sim.graph.odata.paging import Order
from mdm_sim.graph.odata.properties import Property, constant
from mdm_sim.store.dialects.functions import json_value
from mdm_sim.store.tables import devices, documents

_DEVICE = properties("beta")
# Codes of Graph's own enumerations, and their words.
_OWNERS = {"company": ("1", "Company"), "personal": ("2", "Personal")}
_COMPLIANCE = {
    "compliant": ("1", "Compliant"),
    "noncompliant": ("2", "Not Compliant"),
    "conflict": ("3", "Conflict"),
    "error": ("4", "Error"),
    "inGracePeriod": ("254", "In grace period"),
}
_STATES = {
    "retirePending": ("1", "Retire pending"),
    "wipePending": ("3", "Wipe pending"),
    "deletePending": ("6", "Delete pending"),
    "retireIssued": ("7", "Retire issued"),
    "wipeIssued": ("8", "Wipe issued"),
}
_TYPES = {
    "windows": ("1", "Windows"),
    "macos": ("5", "macOS"),
    "ios": ("8", "iOS"),
    "ipados": ("9", "iPadOS"),
    "android": ("11", "Android"),
    "linux": ("22", "Linux"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """Rows of one kind: each is a tenant's, has a key, and fills columns by their names.

    `names` are the words for the codes of a column, `order` what tells rows apart where the key
    is of more than one part, `total` how many rows there are where that is known without a count.
    """

    table: FromClause
    tenant: ColumnElement[str]
    key: ColumnElement[Any]
    columns: Mapping[str, Property]
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    where: tuple[ColumnElement[bool], ...] = ()
    order: tuple[Order, ...] = ()
    total: Callable[[str], Select[Any]] | None = None


def _coded(expression: ColumnElement[Any], codes: Mapping[str, tuple[str, str]]) -> Property:
    told = {word: code for word, (code, _) in codes.items()}
    return Property(case(told, value=expression, else_="0"))


def _words(codes: Mapping[str, tuple[str, str]], otherwise: str) -> dict[str, str]:
    return {"0": otherwise, **dict(codes.values())}


_owner = _coded(_DEVICE["ownerType"].expression, _OWNERS)
_compliance = _coded(devices.c.compliance_state, _COMPLIANCE)
_state = _coded(devices.c.management_state, _STATES)
_named = {
    **dict.fromkeys(("OwnerType", "Ownership"), _words(_OWNERS, "Unknown")),
    **dict.fromkeys(("CompliantState", "ComplianceState"), _words(_COMPLIANCE, "Unknown")),
    **dict.fromkeys(("ManagementState", "DeviceState"), _words(_STATES, "Managed")),
    "DeviceType": _words(_TYPES, "Unknown"),
    "ManagementAgents": {"2": "Intune"},
    "ManagementAgent": {"2": "Intune"},
}
# Columns that show a property of a device.
# fmt: off
_SHOWN = {
    "id":                       "DeviceId IntuneDeviceId",
    "azureADDeviceId":          "AadDeviceId ReferenceId PartnerDeviceId",
    "deviceName":               "DeviceName",
    "managedDeviceName":        "ManagedDeviceName",
    "enrolledDateTime":         "CreatedDate",
    "lastSyncDateTime":         "LastContact",
    "operatingSystem":          "OS OSDescription Platform",
    "osVersion":                "OSVersion",
    "model":                    "Model DeviceModel",
    "manufacturer":             "Manufacturer",
    "serialNumber":             "SerialNumber",
    "imei":                     "IMEI",
    "meid":                     "MEID",
    "phoneNumber":              "PhoneNumber",
    "wiFiMacAddress":           "WifiMacAddress",
    "ethernetMacAddress":       "EthernetMAC",
    "iccid":                    "ICCID",
    "subscriberCarrier":        "SubscriberCarrierNetwork",
    "totalStorageSpaceInBytes": "StorageTotal",
    "freeStorageSpaceInBytes":  "StorageFree",
    "jailBroken":               "JailBroken",
    "isSupervised":             "IsSupervised SupervisedStatus",
    "isEncrypted":              "IsEncrypted EncryptionStatus",
    "userId":                   "UserId PrimaryUser LastContactedUserId",
    "userPrincipalName":        "UPN EnrolledByUser",
    "emailAddress":             "UserEmail EmailAddress",
    "userDisplayName":          "UserName",
    "deviceEnrollmentType":     "EnrollmentType DeviceEnrollmentType",
    "deviceRegistrationState":  "DeviceRegistrationState",
    "deviceCategoryDisplayName": "CategoryName",
    "managementCertificateExpirationDate": "CertExpirationDate",
    "complianceGracePeriodExpirationDateTime": "InGracePeriodUntil",
    "retireAfterDateTime":      "RetireAfterDatetime",
    "easDeviceId":              "EasID",
    "easActivated":             "EasActivationStatus",
    "exchangeAccessState":      "EasAccessState",
    "exchangeAccessStateReason": "EasStateReason",
    "partnerReportedThreatState": "DeviceHealthThreatLevel",
    "joinType":                 "JoinType",
    "skuFamily":                "SkuFamily",
    "skuNumber":                "SkuNumber",
}
# fmt: on
_OF_DEVICE = {
    **{column: _DEVICE[name] for name, text in _SHOWN.items() for column in text.split()},
    **dict.fromkeys(("OwnerType", "Ownership"), _owner),
    **dict.fromkeys(("CompliantState", "ComplianceState"), _compliance),
    **dict.fromkeys(("ManagementState", "DeviceState"), _state),
    **dict.fromkeys(("ManagementAgents", "ManagementAgent"), constant("2")),
    **dict.fromkeys(("IsManaged", "GraphDeviceIsManaged"), Property(literal(1), "boolean")),
    "DeviceType": _coded(devices.c.platform, _TYPES),
    "PartnerFeaturesBitmask": constant(0, "integer"),
}
DEVICES = Source(
    managed_devices.SOURCE,
    devices.c.tenant_id,
    devices.c.id,
    _OF_DEVICE,
    _named,
    (devices.c.hidden.is_(False),),
    total=tallies.devices_of,
)
NONCOMPLIANT = Source(
    DEVICES.table,
    DEVICES.tenant,
    DEVICES.key,
    _OF_DEVICE,
    _named,
    (*DEVICES.where, devices.c.compliance_state == "noncompliant"),
    total=partial(tallies.devices_of, verdict="noncompliant"),
)
UNJUDGED = Source(
    DEVICES.table,
    DEVICES.tenant,
    DEVICES.key,
    _OF_DEVICE,
    _named,
    (*DEVICES.where, devices.c.compliance_state == "unknown"),
    total=partial(tallies.devices_of, verdict="unknown"),
)

_detected = inventory.detected
INVENTORY = Source(
    managed_devices.SOURCE.join(
        _detected,
        (_detected.c.device_id == devices.c.id) & (_detected.c.tenant_id == devices.c.tenant_id),
    ),
    devices.c.tenant_id,
    _detected.c.id + devices.c.id,
    {
        **_OF_DEVICE,
        "ApplicationId": Property(_detected.c.id),
        "ApplicationKey": Property(_detected.c.id),
        "ApplicationName": Property(_detected.c.name),
        "ApplicationPublisher": constant(""),
        "ApplicationShortVersion": Property(_detected.c.version),
        "ApplicationVersion": Property(_detected.c.version),
        "Platform": Property(_detected.c.platform),
    },
    _named,
    order=(Order(devices.c.id, descending=False), Order(_detected.c.place, descending=False)),
)
_counted = inventory.apps
APPLICATIONS = Source(
    _counted,
    _counted.c.tenant_id,
    _counted.c.id,
    {
        "ApplicationId": Property(_counted.c.id),
        "ApplicationKey": Property(_counted.c.id),
        "ApplicationName": Property(_counted.c.name),
        "ApplicationPublisher": constant(""),
        "ApplicationShortVersion": Property(_counted.c.version),
        "ApplicationVersion": Property(_counted.c.version),
        "DeviceCount": Property(_counted.c.device_count, "integer", 0),
        "Platform": Property(_counted.c.platform),
    },
)


def _told(name: str) -> Property:
    return Property(json_value(documents.c.document, name))


def _assigned(path: str) -> ColumnElement[Any]:
    inner = documents.alias()
    of_this = (
        inner.c.tenant_id == documents.c.tenant_id,
        inner.c.collection == f"{path}/assignments",
        inner.c.parent_id == documents.c.id,
    )
    found = select(func.count()).select_from(inner).where(*of_this).correlate(documents)
    return case((found.scalar_subquery() > 0, "True"), else_="False")


_APPS, _type = f"{DAM}/mobileApps", func.replace(documents.c.odata_type, "#microsoft.graph.", "")
_COUNTS = ("Failed", "Installed", "NotApplicable", "NotInstalled", "PendingInstall")
# Nothing is installed by this service, so that every count of an app is none.
APPS = Source(
    documents,
    documents.c.tenant_id,
    documents.c.id,
    {
        "ApplicationId": Property(documents.c.id),
        "AppIdentifier": Property(documents.c.id),
        "DisplayName": _told("displayName"),
        "Name": _told("displayName"),
        **{
            name[0].upper() + name[1:]: _told(name)
            for name in ("description", "developer", "notes", "owner", "publisher")
        },
        "MoreInformationURL": _told("informationUrl"),
        "PrivacyInformationURL": _told("privacyInformationUrl"),
        "StoreURL": _told("appStoreUrl"),
        "Version": _told("displayVersion"),
        "AppVersion": _told("displayVersion"),
        "Status": _told("publishingState"),
        "Type": Property(_type),
        "AppPlatform": Property(_type),
        "Assigned": Property(_assigned(_APPS)),
        "FeaturedApp": Property(case((_told("isFeatured").expression == 1, "True"), else_="False")),
        "DateCreated": Property(documents.c.created_at, "instant"),
        "LastModified": Property(documents.c.updated_at, "instant"),
        "FailedDevicePercentage": constant(0, "integer"),
        **{
            f"{word}{whose}Count": constant(0, "integer")
            for word in _COUNTS
            for whose in ("Device", "User")
        },
    },
    where=(documents.c.collection == _APPS, documents.c.parent_id == ""),
)
_OUTCOMES = "NotApplicable Compliant NonCompliant Error Conflict NonCompliantOrError InProgress"


def _policies(*names: str) -> Source:
    """Policies with how many devices they fared how on: none that this service knows of."""
    name = func.coalesce(_told("displayName").expression, _told("name").expression)
    return Source(
        documents,
        documents.c.tenant_id,
        documents.c.id,
        {
            "PolicyId": Property(documents.c.id),
            "PolicyName": Property(name),
            "PolicyBaseTypeName": Property(_type),
            "UnifiedPolicyType": Property(_type),
            "PolicyType": Property(_type),
            "PolicyVersion": Property(documents.c.version, "integer", 1),
            **{
                f"NumberOf{word}Devices": constant(0, "integer")
                for word in (*_OUTCOMES.split(), "Removed", "Unknown", "Remediated")
            },
        },
        where=(documents.c.collection.in_([f"{DM}/{each}" for each in names]),),
    )


COMPLIANCE = _policies("deviceCompliancePolicies", "compliancePolicies")
CONFIGURATION = _policies(
    "deviceConfigurations", "configurationPolicies", "groupPolicyConfigurations", "intents"
)
_empty = select(literal("").label("id"), literal("").label("tenant_id")).where(false()).subquery()
NOTHING = Source(_empty, _empty.c.tenant_id, _empty.c.id, {})
