"""Where each row's data is: through which door it comes, in which column, who sees it, how long.

Beside the store and the doors, which are above the policy; tests hold these tables against them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from mdm_sim.policy import catalogue
from mdm_sim.policy.context import Workload
from mdm_sim.policy.retention import CLEANUP_DAYS
from mdm_sim.policy.rows import Row
from mdm_sim.policy.rules import AnyOf
from mdm_sim.policy.words import Phrase


class View(NamedTuple):
    """A request that shows data, and the permission it takes."""

    request: str
    permission: str


class Lifetime(NamedTuple):
    """How long something is kept, and the periods of `retention` that bound it."""

    words: Phrase
    periods: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Holding:
    """One place of a row's data: its column, its `facts` there, and keys of the tables below."""

    column: str
    entries: str
    views: tuple[str, ...]
    lasts: str
    facts: tuple[str, ...] = ()

    @property
    def table(self) -> str:
        """The part of the column before the full stop."""
        return self.column.split(".", 1)[0]


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# fmt: off
# Through which doors data comes in.
ENTRIES: dict[str, tuple[str, ...]] = {
    "devices":   ("POST /mdm/v1/enrollments", "POST /mdm/v1/check-ins"),
    "apps":      ("POST /mam/v1/registrations", "POST /mam/v1/check-ins"),
    "directory": ("POST /v1.0/users", "PATCH /v1.0/users/{id}"),
    "objects":   ("POST /v1.0/devices", "PATCH /v1.0/devices/{id}"),
    "naming":    ("PATCH /beta/deviceManagement/managedDevices/{id}",),
    "policies":  ("POST /v1.0/deviceManagement/deviceCompliancePolicies", "POST /v1.0/deviceAppManagement/iosManagedAppProtections", "POST /v1.0/deviceAppManagement/androidManagedAppProtections"),
    "lob":       ("POST /v1.0/deviceAppManagement/mobileApps",),
    "asked":     ("POST /mdm/v1/check-ins",),
    "service":   (),
}
VIEWS: dict[str, View] = {
    "record":     View("GET /privacy/v1/records/{id}", "DeviceManagementManagedDevices.Read.All"),
    "devices":    View("GET /v1.0/deviceManagement/managedDevices", "DeviceManagementManagedDevices.Read.All"),
    "detected":   View("GET /v1.0/deviceManagement/detectedApps", "DeviceManagementManagedDevices.Read.All"),
    "apps":       View("GET /v1.0/deviceAppManagement/managedAppRegistrations", "DeviceManagementApps.Read.All"),
    "audit":      View("GET /v1.0/deviceManagement/auditEvents", "DeviceManagementApps.Read.All"),
    "compliance": View("GET /v1.0/deviceManagement/deviceCompliancePolicies", "DeviceManagementConfiguration.Read.All"),
    "lob":        View("GET /v1.0/deviceAppManagement/mobileApps", "DeviceManagementApps.Read.All"),
    "answer":     View("GET /beta/deviceManagement/managedDevices/{id}/queryResults/{id}", "DeviceManagementManagedDevices.PrivilegedOperations.All"),
    "users":      View("GET /v1.0/users", "User.Read.All"),
    "rights":     View("POST /privacy/v1/rights/export", "DeviceManagementServiceConfig.Read.All"),
    "takeout":    View("GET /v1.0/users/{id}/exportDeviceAndAppManagementData", "DeviceManagementServiceConfig.Read.All"),
    "objects":    View("GET /v1.0/devices", "Device.Read.All"),
}
LIFETIMES: dict[str, Lifetime] = {
    "device":   Lifetime(Phrase(f"until the device is retired, wiped, unenrolled or deleted, or was silent for as long as a cleanup rule says ({CLEANUP_DAYS[0]} to {CLEANUP_DAYS[1]} days)", f"tot het apparaat buiten gebruik is gesteld, gewist, uitgeschreven of verwijderd, of zo lang stil was als een opschoonregel zegt ({CLEANUP_DAYS[0]} tot {CLEANUP_DAYS[1]} dagen)"), ("tenant_end",)),
    "location": Lifetime(Phrase("until its time is over, or the device's record ends", "tot de termijn voorbij is of het record van het apparaat eindigt"), ("location",)),
    "app":      Lifetime(Phrase("until the registration is wiped, unregistered or idle for too long", "tot de registratie is gewist, uitgeschreven of te lang stil is"), ("app_idle", "tenant_end")),
    "user":     Lifetime(Phrase("until the user is deleted, and a time after it", "tot de gebruiker is verwijderd, en een termijn daarna"), ("deleted_user", "tenant_end")),
    "object":   Lifetime(Phrase("until an admin deletes it, a group a time after that", "tot een beheerder het verwijdert, een groep een termijn daarna"), ("deleted_group", "tenant_end")),
    "query":    Lifetime(Phrase("until it is read once", "tot het eenmaal is gelezen"), ("query_result", "query_pending")),
    "audit":    Lifetime(Phrase("a fixed time", "een vaste termijn"), ("audit",)),
    "receipt":  Lifetime(Phrase("a fixed time, or until the record ends", "een vaste termijn, of tot het record eindigt"), ("receipts",)),
    "key":      Lifetime(Phrase("a fixed time", "een vaste termijn"), ("bulk_key",)),
    "order":    Lifetime(Phrase("until the record ends; an app's wipe until it is done, and a time after it", "tot het record eindigt; een wisopdracht voor een app tot die klaar is, en een termijn daarna"), ("selective_wipe_ended", "selective_wipe_pending")),
    "token":    Lifetime(Phrase("until it ends, and a time after it", "tot het afloopt, en een termijn daarna"), ("ended_credential",)),
    "tenant":   Lifetime(Phrase("as long as the tenant", "zolang de tenant bestaat"), ("tenant_end", "pseudonym_key", "signing_key")),
}

# Facts that Graph shows of a device, of an app registration, and in the inventory of apps.
SHOWN = {
    "devices": _names("""
        deviceName deviceType jailBroken osVersion easDeviceId azureADDeviceId model manufacturer imei
        serialNumber phoneNumber wiFiMacAddress subscriberCarrier meid totalStorageSpaceInBytes
        freeStorageSpaceInBytes threatState iccid udid ethernetMacAddress operatingSystem location
        cellularTechnology ipAddressV4
    """),
    "apps": _names("""
        applicationVersion managementSdkVersion osVersion deviceType deviceTag deviceName
        jailBroken appIdentifier azureADDeviceId model manufacturer
    """),
    "detected": _names("applications"),
}
_RECORDS = {
    Workload.MDM: ("managed_devices", "devices", ("devices", "detected"), "device"),
    Workload.MAM: ("app_registrations", "apps", ("apps",), "app"),
}
# Optional diagnostics lie under a pseudonym, apart from the record.
_APART = "diagnostics.document"

# An export of what is held on a person shows it too.
_RIGHTS = ("rights", "takeout")

# What devices and apps do not report: filled by the service, the directory and admins.
_ID = (Holding("managed_devices.id", "service", ("devices", "apps", *_RIGHTS), "device"),
       Holding("app_registrations.device_id", "service", ("apps", *_RIGHTS), "app"))
_TENANT = (Holding("managed_devices.tenant_id", "service", (), "device"),
           Holding("app_registrations.tenant_id", "service", (), "app"))
_UPN = Holding("users.user_principal_name", "directory", ("users", "devices", *_RIGHTS), "user")
_NAME = Holding("users.display_name", "directory", ("users", "devices", *_RIGHTS), "user")
_AUDIT = (Holding("audit_events.document", "service", ("audit", *_RIGHTS), "audit"),)
_POLICY = Holding("documents.document", "policies", ("compliance",), "object")
_FILLED: dict[str, tuple[Holding, ...]] = {
    "access.static_authenticators": (Holding("users.password_hash", "directory", (), "user"),),
    "admin_account.it_admin_directory_id": (Holding("users.id", "service", ("users", *_RIGHTS), "user"),),
    "admin_account.admin_full_name": (_NAME,),
    "admin_account.admin_user_name": (_UPN,),
    "admin_account.admin_upn": (_UPN, *_AUDIT),
    "admin_created.compliance_policies": (_POLICY,),
    "admin_created.profile_names": (_POLICY,),
    "admin_created.lob_application": (Holding("documents.document", "lob", ("lob",), "object"),),
    **dict.fromkeys(("audit.assign", "audit.create", "audit.delete", "audit.manage", "audit.remote_tasks", "audit.update"), _AUDIT),
    "device.account_id": _TENANT,
    "device.tenant_id": _TENANT,
    "device.entra_device_id": (Holding("directory_devices.device_id", "objects", ("objects", *_RIGHTS), "object"),),
    "device.intune_device_id": _ID,
    "device.intune_device_management_id": _ID,
    "hardware.device_name": (Holding("managed_devices.managed_device_name", "naming", ("devices", *_RIGHTS), "device"),
                             Holding("directory_devices.display_name", "objects", ("objects", *_RIGHTS), "object")),
    "hardware.operating_system": (Holding("directory_devices.operating_system", "objects", ("objects", *_RIGHTS), "object"),),
    "hardware.operating_system_version": (Holding("directory_devices.operating_system_version", "objects", ("objects", *_RIGHTS), "object"),),
    "managed_app.device_enrollment_status": (Holding("app_registrations.mdm_enrolled", "service", ("record", *_RIGHTS), "app"),),
    "managed_app.intune_device_management_id": _ID[1:],
    "managed_app.last_app_checkin": (Holding("app_registrations.last_sync_at", "service", ("apps", *_RIGHTS), "app"),),
    "managed_app.mam_enrollment_datetime": (Holding("app_registrations.enrolled_at", "service", ("apps", *_RIGHTS), "app"),),
    "managed_app.mam_enrollment_status": (Holding("app_registrations.management_state", "service", _RIGHTS, "app"),),
    "user.display_name": (_NAME,),
    "user.upn_or_email": (_UPN,),
    "optional.device_query": (Holding("device_queries.answer", "asked", ("answer",), "query"),),
}
_BOTH = ("managed_devices", "app_registrations")
REGISTER_COLUMNS: dict[str, tuple[str, ...]] = {
    "id":               tuple(f"{table}.id" for table in _BOTH),
    "userId":           tuple(f"{table}.user_id" for table in _BOTH),
    "workload":         tuple(f"{table}.workload" for table in _BOTH),
    "ownership":        tuple(f"{table}.ownership" for table in _BOTH),
    "platform":         tuple(f"{table}.platform" for table in _BOTH),
    "conditions":       tuple(f"{table}.{name}" for table in _BOTH for name in ("entra_joined", "mdm_enrolled", "work_profile", "mtd_connector", "compliant_apps_feature", "strict_app_inventory", "location_on_request_only", "location_requested", "tenant_diagnostics", "user_diagnostics")),
    "enrollmentType":   ("managed_devices.enrollment_type",),
    "enrolledDateTime": tuple(f"{table}.enrolled_at" for table in _BOTH),
    "lastSyncDateTime": tuple(f"{table}.last_sync_at" for table in _BOTH),
    "managementState":  tuple(f"{table}.management_state" for table in _BOTH),
    "complianceState":  ("managed_devices.compliance_state",),
    "policyVersion":    tuple(f"{table}.policy_version" for table in _BOTH),
    "orders":           ("orders.action", "orders.parameters", "orders.state"),
    "receipts":         ("receipts.document",),
    "notice":           ("managed_devices.notice",),
    "deletedDateTime":  ("users.deleted_at",),
    "passwords":        ("users.password_hash", "clients.secret_hash"),
    "tokens":           ("credentials.token_hash",),
    "signingKeys":      ("signing_keys.private_pem",),
    "pseudonymKey":     ("tenant_settings.pseudonym_key", "tenant_settings.former_pseudonym_key"),
}
# Tables in which no row of the page lies: what for, and how long.
OWN_TABLES: dict[str, tuple[Phrase, str]] = {
    "clients":                 (Phrase("registered applications, their secrets as hashes", "geregistreerde toepassingen, hun geheimen als hash"), "tenant"),
    "directory_device_owners": (Phrase("which users own or use a directory device", "welke gebruikers een directoryapparaat bezitten of gebruiken"), "object"),
    "credentials":             (Phrase("tokens as hashes", "tokens als hash"), "token"),
    "orders":                  (Phrase("remote actions and how they went", "externe acties en hoe ze verliepen"), "order"),
    "object_references":       (Phrase("which objects refer to which: a group to its members, a device to its category and scope tags, a user whose apps an admin blocked", "welke objecten naar welke verwijzen: een groep naar haar leden, een apparaat naar zijn categorie en bereiktags, een gebruiker van wie een beheerder de apps blokkeerde"), "object"),
    "managed_apps":            (Phrase("which apps the tenant manages", "welke apps de tenant beheert"), "object"),
    "tenant_settings":         (Phrase("the tenant's switches and its key of pseudonyms", "de schakelaars van de tenant en de sleutel van pseudoniemen"), "tenant"),
    "signing_keys":            (Phrase("keys that sign tokens", "sleutels die tokens ondertekenen"), "tenant"),
    "receipts":                (Phrase("receipts: rows, reasons and counts, no values", "ontvangstbewijzen: rijen, redenen en aantallen, geen waarden"), "receipt"),
    "bulk_keys":               (Phrase("which lines of a bulk request were done: digests of their keys, and the records' ids", "welke regels van een bulkverzoek zijn gedaan: samenvattingen van hun sleutels, en de id's van de records"), "key"),
    "audit_heads":             (Phrase("the end of the audit log's chain", "het einde van de keten van het auditlogboek"), "audit"),
    "throttle_windows":        (Phrase("how much of a limit of Graph's each application used, when limits are on", "hoeveel elke toepassing van een limiet van Graph gebruikte, als limieten aan staan"), "tenant"),
    "counters":                (Phrase("counters", "tellers"), "tenant"),
    "record_tallies":          (Phrase("how many records there are of each platform, ownership, type of enrollment and verdict", "hoeveel records er zijn van elk platform, eigendom, soort registratie en oordeel"), "tenant"),
}
# fmt: on


def holdings(row: Row) -> tuple[Holding, ...]:
    """Every place where data of `row` may lie; empty for what the service never holds."""
    return (*_reported(row), *_FILLED.get(row.id, ()))


def is_permitted(row: Row, workload: Workload) -> bool:
    """Whether any context of a workload permits the row."""
    rule = catalogue.rule(row, workload)
    return not (isinstance(rule, AnyOf) and not rule.parts)


def _reported(row: Row) -> Iterator[Holding]:
    for workload, (table, entries, shows, lasts) in _RECORDS.items():
        by_fact = catalogue.rows_by_fact(workload)
        facts = tuple(fact for fact in row.facts if by_fact.get(fact) is row)
        if not facts or not is_permitted(row, workload):
            continue
        if row.id.startswith("optional.diagnostics"):
            yield Holding(_APART, entries, _RIGHTS, lasts, facts)
            continue
        heads = {fact.partition("/")[0] for fact in facts}
        views = tuple(view for view in shows if heads & SHOWN[view])
        ends = "location" if "location" in facts else lasts
        yield Holding(f"{table}.facts", entries, ("record", *views, *_RIGHTS), ends, facts)
