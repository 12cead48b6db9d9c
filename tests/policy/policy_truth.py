"""The page "Gegevensverzameling in Intune", read a second time and on its own: the tests' truth.

Nothing here comes from the package under test. A context is a plain dict. The MAM column is read
cell by cell; the MDM rule is whatever the page's label or note says beyond "always".
"""
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

Condition = Callable[[dict[str, Any]], bool]

# fmt: off
CONDITIONS = (
    "entra_joined", "mdm_enrolled", "work_profile", "mtd_connector", "compliant_apps_feature",
    "strict_app_inventory", "location_on_request_only", "location_requested", "device_query",
    "tenant_diagnostics", "user_diagnostics", "app_managed",
)
# fmt: on


def always(_: dict[str, Any]) -> bool:
    return True


def never(_: dict[str, Any]) -> bool:
    return False


def joined(c: dict[str, Any]) -> bool:
    return c["entra_joined"]


def enrolled(c: dict[str, Any]) -> bool:
    return c["mdm_enrolled"]


def threat_connector(c: dict[str, Any]) -> bool:
    return c["mtd_connector"]


def corporate(c: dict[str, Any]) -> bool:
    return c["ownership"] == "corporate"


def apple_mobile(c: dict[str, Any]) -> bool:
    return c["platform"] in {"ios", "ipados"}


def mac(c: dict[str, Any]) -> bool:
    return c["platform"] == "macos"


def windows(c: dict[str, Any]) -> bool:
    return c["platform"] == "windows"


def note(c: dict[str, Any]) -> bool:
    """Only when corporate-owned, or when the compliant-apps feature is on."""
    return corporate(c) or c["compliant_apps_feature"]


def managed_app(c: dict[str, Any]) -> bool:
    """Managed apps only; a strict tenant adds the note."""
    return c["app_managed"] and (note(c) or not c["strict_app_inventory"])


def located(c: dict[str, Any]) -> bool:
    """Corporate devices only; a tenant may keep only what a Locate order asked for."""
    asked = c["location_requested"] or not c["location_on_request_only"]
    return corporate(c) and asked


def consented(c: dict[str, Any]) -> bool:
    return c["tenant_diagnostics"] and c["user_diagnostics"]


def queried(c: dict[str, Any]) -> bool:
    return corporate(c) and windows(c) and joined(c) and c["device_query"]


def last_four_only(c: dict[str, Any]) -> bool:
    """Decision 4: in full from corporate devices, an Android work profile excepted."""
    return not corporate(c) or (c["platform"] == "android" and c["work_profile"])


# What each wording of the page's column "MAM-workload" asks for.
JA_JOINED = "Ja (als het apparaat is Microsoft Entra toegevoegd)"
JA_ENROLLED = "Ja (als het apparaat mdm is ingeschreven bij Intune)"
JA_MANAGED = "Ja (alleen beheerde apps)"
JA_FRIENDLY = "Ja (beschrijvende naam van apparaat)"
JA_THREAT = (
    "Ja (inclusief bedreigingsstatus als een Mobile Threat Defense-connector is geconfigureerd)"
)
CELLS: dict[str, Condition] = {
    "Ja": always,
    "Neen": never,
    JA_JOINED: joined,
    JA_ENROLLED: enrolled,
    JA_MANAGED: managed_app,
    JA_FRIENDLY: always,  # says which name, not whether
    JA_THREAT: always,  # the condition binds the threat state alone
}

CATEGORIES = {
    "access": "Informatie over toegangsbeheer",
    "admin_account": "Beheer en accountgegevens",
    "admin_created": "Beheer gemaakte gegevens, zoals:",
    "admin_usage": "Beheer gebruiksgegevens van alle Intune-tenants (bijvoorbeeld "
    "beheerinstellingen geselecteerd bij interactie met de Beheer-console)",
    "app_inventory": "Toepassingsinventaris, zoals:",
    "audit": "Auditlogboekinformatie, inclusief gegevens over de volgende activiteiten",
    "third_party_tenant": "Tenant-id's van derden van de klant (zoals Apple ID)",
    "device": "Apparaatgegevens",
    "hardware": "Informatie over hardware-inventaris",
    "managed_app": "Beheerde toepassingsgegevens",
    "support": "Ondersteuningsinformatie",
    "tenant_account": "Tenantaccountgegevens (deze gegevens zijn beschikbaar in het "
    "Microsoft Intune-beheercentrum",
    "user": "Gebruikersgegevens",
}


class Line(NamedTuple):
    """A line of the page: who it is, what is printed, and when each workload permits it."""

    id: str
    label: str
    cell: str
    mdm: Condition
    mam: Condition
    last_four: Condition = never

    def permits(self, c: dict[str, Any]) -> bool:
        return (self.mdm if c["workload"] == "mdm" else self.mam)(c)


# fmt: off
_PAGE: tuple[tuple[Any, ...], ...] = (
    # row, label, MAM cell, what the label or the note asks for (nothing: always)
    ("access.certificate_private_keys", "Persoonlijke sleutels voor certificaten", "Neen"),
    ("access.static_authenticators", "Statische verificators (wachtwoord van de klant)", "Neen"),
    ("admin_account.it_admin_directory_id", "Active Directory-id van elke IT-beheerder van de klant", "Ja"),
    ("admin_account.admin_full_name", "Beheer voor- en achternaam van de gebruiker", "Ja"),
    ("admin_account.admin_user_name", "gebruikersnaam Beheer", "Ja"),
    ("admin_account.account_owner_email", "Email adres van accounteigenaar", "Ja"),
    ("admin_account.billing_payment_data", "Betalingsgegevens voor klantfacturering", "Ja"),
    ("admin_account.admin_phone_number", "Telefoonnummer", "Ja"),
    ("admin_account.subscription_key", "Abonnementssleutel", "Ja"),
    ("admin_account.admin_upn", "UPN (e-mail)", "Ja"),
    ("admin_created.compliance_policies", "Nalevingsbeleid", "Neen"),
    ("admin_created.group_policy", "Groepsbeleid", "Neen"),
    ("admin_created.lob_application", "Lob-toepassing (Line-Of-Business)", "Ja"),
    ("admin_created.powershell_scripts", "PowerShell-scripts", "Neen"),
    ("admin_created.profile_names", "Profielnamen", "Ja"),
    ("admin_usage.console_interactions", CATEGORIES["admin_usage"], "Ja"),
    ("app_inventory.app_id", "app-id", JA_MANAGED, note),
    ("app_inventory.app_name", "app-naam", JA_MANAGED, note),
    ("app_inventory.install_location", "installatielocatie", "Neen", note),
    ("app_inventory.size", "Grootte", "Neen", note),
    ("app_inventory.version", "Versie", JA_MANAGED, note),
    ("audit.assign", "Toewijzen", "Ja"),
    ("audit.create", "Maken", "Ja"),
    ("audit.delete", "Verwijderen", "Ja"),
    ("audit.manage", "Beheren", "Ja"),
    ("audit.remote_tasks", "Externe taken", "Ja"),
    ("audit.update", "Bijwerken (bewerken)", "Ja"),
    ("third_party_tenant.ids", CATEGORIES["third_party_tenant"], "Neen"),
    ("device.account_id", "Account-id", "Ja"),
    ("device.apple_id", "AppleID voor iOS-/iPadOS-apparaten", "Neen", apple_mobile),
    ("device.entra_device_id", "Microsoft Entra apparaat-id", JA_JOINED),
    ("device.intune_device_id", "Intune-apparaat-id", JA_ENROLLED),
    ("device.storage_space", "Opslagruimte van apparaat", "Neen"),
    ("device.eas_device_id", "EAS-apparaat-id", "Neen"),
    ("device.intune_device_management_id", "Intune-apparaatbeheer-id", JA_ENROLLED),
    ("device.location", "Locatie (alleen zakelijke apparaten)", "Neen", located),
    ("device.mac_address_mac", "Mac-adres voor Mac-apparaten", "Neen", mac),
    ("device.network_information", "Netwerkgegevens", "Neen"),
    ("device.platform_specific_ids", "Platformspecifieke id's", "Neen"),
    ("device.tenant_id", "Tenant-ID", "Ja"),
    ("device.windows_id", "Windows-id voor Windows-apparaten", "Neen", windows),
    ("hardware.device_name", "Apparaatnaam", JA_FRIENDLY),
    ("hardware.device_type", "Type apparaat", "Ja"),
    ("hardware.iccid", "ICCID", "Neen"),
    ("hardware.imei", "IMEI-nummer", "Neen"),
    ("hardware.ip_address", "IP-adres", "Neen"),
    ("hardware.manufacturer", "Fabrikant", "Ja"),
    ("hardware.model", "Model", "Ja"),
    ("hardware.operating_system", "Besturingssysteem", "Ja"),
    ("hardware.operating_system_version", "Versie van besturingssysteem", "Ja"),
    ("hardware.serial_number", "Serienummer", "Neen"),
    ("hardware.wifi_mac_address", "Wi-Fi MacAdres", "Neen"),
    ("managed_app.entra_device_id", "Microsoft Entra apparaat-id", JA_JOINED),
    ("managed_app.device_enrollment_status", "Status van apparaatinschrijving", "Ja"),
    ("managed_app.device_health_status", "Status van apparaat", JA_THREAT),
    ("managed_app.encryption_keys", "Coderingssleutels", "Ja"),
    ("managed_app.intune_device_management_id", "Intune-apparaatbeheer-id", JA_ENROLLED),
    ("managed_app.last_app_checkin", "Datum/tijd van laatste incheckdatum/-tijd van toepassing", "Ja"),
    ("managed_app.device_tag", "Apparaattag voor beheerde toepassing", "Ja"),
    ("managed_app.app_id", "Beheerde toepassings-id", "Ja"),
    ("managed_app.sdk_version", "SDK-versie van beheerde toepassing", "Ja"),
    ("managed_app.app_version", "Versie van beheerde toepassing", "Ja"),
    ("managed_app.mam_enrollment_datetime", "MAM-inschrijvingsgegevens/-tijd", "Ja"),
    ("managed_app.mam_enrollment_status", "MAM-inschrijvingsstatus", "Ja"),
    ("support.contact_information", "Contactgegevens (naam, telefoonnummer, e-mailadres)", "Neen"),
    ("support.email_discussions", "Email gesprekken met microsoft-ondersteunings-, product- en/of customer experience-teamleden", "Neen"),
    ("tenant_account.installed_device_count", "installedDeviceCount: het aantal apparaten waarop de toepassing is geïnstalleerd.", "Ja"),
    ("tenant_account.enrolled_devices_or_users", "Aantal apparaten of gebruikers dat is ingeschreven", "Neen"),
    ("tenant_account.device_platforms", "Aantal geïdentificeerde apparaatplatforms", "Neen"),
    ("tenant_account.installed_devices", "Aantal geïnstalleerde apparaten", "Neen"),
    ("tenant_account.not_applicable_device_count", "notApplicableDeviceCount: het aantal apparaten waarvoor de toepassing niet van toepassing is.", "Neen"),
    ("tenant_account.not_installed_device_count", "notInstalledDeviceCount: het aantal apparaten waarvoor de toepassing van toepassing is, maar niet is geïnstalleerd.", "Neen"),
    ("tenant_account.pending_install_device_count", "pendingInstallDeviceCount: het aantal apparaten waarvoor de toepassing van toepassing is en de installatie in behandeling is.", "Neen"),
    ("user.display_name", "Weergave van eigenaarnaam/gebruiker (de in Azure geregistreerde naam van de gebruiker zoals aangegeven door AzureUserID)", "Ja"),
    ("user.phone_number", "Telefoonnummer", "Neen"),
    ("user.third_party_user_ids", "Externe gebruiker identificeert (zoals AppleID)", "Neen"),
    ("user.upn_or_email", "User Principal Name of e-mailadres", "Ja"),
)

OTHERS = (
    Line("app_inventory.note", "Opmerking: Toepassingsinventarisatiegegevens worden alleen verzameld wanneer deze zijn gemarkeerd door de Beheer als een apparaat in bedrijfseigendom of als de compatibele app-functie is ingeschakeld.", "", note, note),
    # The part of the cell of managed_app.device_health_status that is in brackets.
    Line("managed_app.device_health_status.threat_state", "Bedreigingsstatus", "Ja (als een Mobile Threat Defense-connector is geconfigureerd)", threat_connector, threat_connector),
    # "Optionele gegevens"
    Line("optional.device_query", "Apparaatquery voor Windows-apparaten in bedrijfseigendom", "Neen", queried, never),
    Line("optional.diagnostics.device_details", "Details over het apparaat, de configuratie- en connectiviteitsmogelijkheden en de status", "Ja (met toestemming)", consented, consented),
    Line("optional.diagnostics.usage", "Details over het gebruik van het apparaat, besturingssysteem, toepassingen en services", "Ja (met toestemming)", consented, consented),
    Line("optional.diagnostics.health", "Details over de status van het apparaat, besturingssysteem, apps en stuurprogramma's", "Ja (met toestemming)", consented, consented),
    Line("optional.diagnostics.software_setup", "Informatie over software-installatie en -update op het apparaat", "Ja (met toestemming)", consented, consented),
    # "... worden nooit verzameld"
    Line("never.calling_or_browsing_history", "De gespreks- of browsegeschiedenis van eindgebruikers", "", never, never),
    Line("never.personal_email", "Persoonlijke e-mail", "", never, never),
    Line("never.text_messages", "Sms-berichten", "", never, never),
    Line("never.contacts", "Contactpersonen", "", never, never),
    Line("never.personal_account_passwords", "Wachtwoorden voor persoonlijke accounts", "", never, never),
    Line("never.calendar_events", "Agendagebeurtenissen", "", never, never),
    Line("never.photos", "Foto's, inclusief foto's in een foto-app of camera", "", never, never),
)

# Which line a reported fact belongs to.
FACTS = {
    "deviceName": "hardware.device_name",      "deviceType": "hardware.device_type",
    "manufacturer": "hardware.manufacturer",   "model": "hardware.model",
    "operatingSystem": "hardware.operating_system", "osVersion": "hardware.operating_system_version",
    "serialNumber": "hardware.serial_number",  "imei": "hardware.imei",
    "iccid": "hardware.iccid",                 "wiFiMacAddress": "hardware.wifi_mac_address",
    "ipAddressV4": "hardware.ip_address",      "ethernetMacAddress": "device.mac_address_mac",
    "appleId": "device.apple_id",              "azureADDeviceId": "device.entra_device_id",
    "totalStorageSpaceInBytes": "device.storage_space", "freeStorageSpaceInBytes": "device.storage_space",
    "easDeviceId": "device.eas_device_id",     "location": "device.location",
    "subscriberCarrier": "device.network_information", "cellularTechnology": "device.network_information",
    "wifiNetworkName": "device.network_information", "udid": "device.platform_specific_ids",
    "meid": "device.platform_specific_ids",    "androidId": "device.platform_specific_ids",
    "windowsDeviceId": "device.windows_id",    "phoneNumber": "user.phone_number",
    "thirdPartyUserIds": "user.third_party_user_ids", "jailBroken": "managed_app.device_health_status",
    "threatState": "managed_app.device_health_status.threat_state",
    "deviceTag": "managed_app.device_tag",     "appIdentifier": "managed_app.app_id",
    "applicationVersion": "managed_app.app_version", "managementSdkVersion": "managed_app.sdk_version",
    "applications/id": "app_inventory.app_id", "applications/name": "app_inventory.app_name",
    "applications/version": "app_inventory.version", "applications/sizeInBytes": "app_inventory.size",
    "applications/installLocation": "app_inventory.install_location",
    "diagnosticDeviceDetails": "optional.diagnostics.device_details",
    "diagnosticUsage": "optional.diagnostics.usage",
    "diagnosticHealth": "optional.diagnostics.health",
    "diagnosticSoftwareSetup": "optional.diagnostics.software_setup",
}
ON_AN_APP = FACTS | {"azureADDeviceId": "managed_app.entra_device_id"}

JUDGED = (
    "isEncrypted", "passcodePresent", "passcodeCompliant", "secureBootEnabled",
    "codeIntegrityEnabled", "antivirusEnabled", "firewallEnabled", "securityPatchLevel",
)

NEVER_FACTS = {
    "callHistory": "never.calling_or_browsing_history",
    "browsingHistory": "never.calling_or_browsing_history",
    "personalEmail": "never.personal_email",   "textMessages": "never.text_messages",
    "contacts": "never.contacts",              "calendarEvents": "never.calendar_events",
    "personalAccountPasswords": "never.personal_account_passwords",
    "photos": "never.photos",
}
# fmt: on


def _line(row: str, label: str, cell: str, mdm: Condition = always) -> Line:
    last_four = last_four_only if row == "user.phone_number" else never
    return Line(row, label, cell, mdm, CELLS[cell], last_four)


REQUIRED = tuple(_line(*printed) for printed in _PAGE)
LINES = REQUIRED + OTHERS
BY_ID = {line.id: line for line in LINES}
