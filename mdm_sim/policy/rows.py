"""The page's table, a line per row: labels as the page prints them, rules as it means them.

Source: "Gegevensverzameling in Intune" (Dutch) and its English original. Labels keep the page's
slips of translation; the rules follow the meaning (`Beheer` is "Admin", `toegevoegd` is "joined").
An empty label means that the category itself is the row.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mdm_sim.policy.rules import (
    Rule,
    always,
    if_apple_mobile,
    if_device_query,
    if_diagnostics,
    if_entra_joined,
    if_full_phone_number,
    if_located,
    if_mac,
    if_managed_app,
    if_mdm_enrolled,
    if_mtd_connector,
    if_note,
    if_windows,
    never_collected,
    never_in_mam,
)


class Origin(StrEnum):
    """Who may supply a row's value; anybody else is refused with `wrong_channel`."""

    DEVICE = "device"
    SERVICE = "service"
    ACCOUNT = "account"
    ADMIN = "admin"
    THIRD_PARTY = "third_party"
    SUPPORT = "support"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Reduction:
    """How a permitted value is made smaller before it is stored, unless `unless` holds."""

    how: str
    unless: Rule


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the page: `nl`, `en` labels, the MAM cell, a rule per workload, its facts."""

    id: str
    nl: str
    en: str
    mam_cell: str
    mdm: Rule
    mam: Rule
    origin: Origin
    facts: tuple[str, ...] = ()
    reduction: Reduction | None = None
    other_names: tuple[str, ...] = ()

    @property
    def category(self) -> str:
        """The part of the id before the first full stop."""
        return self.id.split(".", 1)[0]


# fmt: off
CATEGORIES = {
    "access": ("Informatie over toegangsbeheer", "Access control information"),
    "admin_account": ("Beheer en accountgegevens", "Admin and account information"),
    "admin_created": ("Beheer gemaakte gegevens, zoals:", "Admin created data, like:"),
    "admin_usage": ("Beheer gebruiksgegevens van alle Intune-tenants (bijvoorbeeld beheerinstellingen geselecteerd bij interactie met de Beheer-console)", "Admin usage data from across all Intune tenants (for example, admin controls selected when interacting with the Admin console)"),
    "app_inventory": ("Toepassingsinventaris, zoals:", "Application inventory, like:"),
    "audit": ("Auditlogboekinformatie, inclusief gegevens over de volgende activiteiten", "Audit log information, including data about the following activities"),
    "third_party_tenant": ("Tenant-id's van derden van de klant (zoals Apple ID)", "Customer third party tenant IDs (like Apple ID)"),
    "device": ("Apparaatgegevens", "Device Data"),
    "hardware": ("Informatie over hardware-inventaris", "Hardware inventory information"),
    "managed_app": ("Beheerde toepassingsgegevens", "Managed application information"),
    "support": ("Ondersteuningsinformatie", "Support information"),
    "tenant_account": ("Tenantaccountgegevens (deze gegevens zijn beschikbaar in het Microsoft Intune-beheercentrum", "Tenant account information (this data is available from the Microsoft Intune admin center"),
    "user": ("Gebruikersgegevens", "User information"),
}

REQUIRED = (
    # access
    Row("access.certificate_private_keys", "Persoonlijke sleutels voor certificaten", "Private keys for certificates", "Neen", always, never_in_mam, Origin.ACCOUNT, other_names=("privateKeys",)),
    Row("access.static_authenticators", "Statische verificators (wachtwoord van de klant)", "Static authenticators (customer's password)", "Neen", always, never_in_mam, Origin.ACCOUNT, other_names=("staticAuthenticators",)),
    # admin_account
    Row("admin_account.it_admin_directory_id", "Active Directory-id van elke IT-beheerder van de klant", "Active Directory ID of each customer IT admin", "Ja", always, always, Origin.ACCOUNT, other_names=("adminDirectoryId",)),
    Row("admin_account.admin_full_name", "Beheer voor- en achternaam van de gebruiker", "Admin user first name and last name", "Ja", always, always, Origin.ACCOUNT, other_names=("adminFullName",)),
    Row("admin_account.admin_user_name", "gebruikersnaam Beheer", "Admin user name", "Ja", always, always, Origin.ACCOUNT, other_names=("adminUserName",)),
    Row("admin_account.account_owner_email", "Email adres van accounteigenaar", "Email address of account owner", "Ja", always, always, Origin.ACCOUNT, other_names=("accountOwnerEmail",)),
    Row("admin_account.billing_payment_data", "Betalingsgegevens voor klantfacturering", "Payment data for customer billing", "Ja", always, always, Origin.ACCOUNT, other_names=("billingPaymentData",)),
    Row("admin_account.admin_phone_number", "Telefoonnummer", "Phone number", "Ja", always, always, Origin.ACCOUNT, other_names=("adminPhoneNumber",)),
    Row("admin_account.subscription_key", "Abonnementssleutel", "Subscription key", "Ja", always, always, Origin.ACCOUNT, other_names=("subscriptionKey",)),
    Row("admin_account.admin_upn", "UPN (e-mail)", "UPN (email)", "Ja", always, always, Origin.ACCOUNT, other_names=("adminUserPrincipalName",)),
    # admin_created
    Row("admin_created.compliance_policies", "Nalevingsbeleid", "Compliance policies", "Neen", always, never_in_mam, Origin.ADMIN),
    Row("admin_created.group_policy", "Groepsbeleid", "Group policy", "Neen", always, never_in_mam, Origin.ADMIN),
    Row("admin_created.lob_application", "Lob-toepassing (Line-Of-Business)", "Line-of-Business (LOB) application", "Ja", always, always, Origin.ADMIN),
    Row("admin_created.powershell_scripts", "PowerShell-scripts", "PowerShell scripts", "Neen", always, never_in_mam, Origin.ADMIN),
    Row("admin_created.profile_names", "Profielnamen", "Profile names", "Ja", always, always, Origin.ADMIN),
    # admin_usage
    Row("admin_usage.console_interactions", "", "", "Ja", always, always, Origin.SERVICE),
    # app_inventory
    Row("app_inventory.app_id", "app-id", "app ID", "Ja (alleen beheerde apps)", if_note, if_managed_app, Origin.DEVICE, ("applications/id",)),
    Row("app_inventory.app_name", "app-naam", "app name", "Ja (alleen beheerde apps)", if_note, if_managed_app, Origin.DEVICE, ("applications/name",)),
    Row("app_inventory.install_location", "installatielocatie", "installation location", "Neen", if_note, never_in_mam, Origin.DEVICE, ("applications/installLocation",)),
    Row("app_inventory.size", "Grootte", "size", "Neen", if_note, never_in_mam, Origin.DEVICE, ("applications/sizeInBytes",)),
    Row("app_inventory.version", "Versie", "version", "Ja (alleen beheerde apps)", if_note, if_managed_app, Origin.DEVICE, ("applications/version",)),
    # audit
    Row("audit.assign", "Toewijzen", "Assign", "Ja", always, always, Origin.SERVICE),
    Row("audit.create", "Maken", "Create", "Ja", always, always, Origin.SERVICE),
    Row("audit.delete", "Verwijderen", "Delete", "Ja", always, always, Origin.SERVICE),
    Row("audit.manage", "Beheren", "Manage", "Ja", always, always, Origin.SERVICE),
    Row("audit.remote_tasks", "Externe taken", "Remote tasks", "Ja", always, always, Origin.SERVICE),
    Row("audit.update", "Bijwerken (bewerken)", "Update (edit)", "Ja", always, always, Origin.SERVICE),
    # third_party_tenant
    Row("third_party_tenant.ids", "", "", "Neen", always, never_in_mam, Origin.THIRD_PARTY, other_names=("thirdPartyTenantIds",)),
    # device
    Row("device.account_id", "Account-id", "Account ID", "Ja", always, always, Origin.SERVICE, other_names=("accountId",)),
    Row("device.apple_id", "AppleID voor iOS-/iPadOS-apparaten", "AppleID for iOS/iPadOS devices", "Neen", if_apple_mobile, never_in_mam, Origin.DEVICE, ("appleId",)),
    Row("device.entra_device_id", "Microsoft Entra apparaat-id", "Microsoft Entra device ID", "Ja (als het apparaat is Microsoft Entra toegevoegd)", always, if_entra_joined, Origin.DEVICE, ("azureADDeviceId",)),
    Row("device.intune_device_id", "Intune-apparaat-id", "Intune device ID", "Ja (als het apparaat mdm is ingeschreven bij Intune)", always, if_mdm_enrolled, Origin.SERVICE, other_names=("intuneDeviceId", "managedDeviceId")),
    Row("device.storage_space", "Opslagruimte van apparaat", "Device storage space", "Neen", always, never_in_mam, Origin.DEVICE, ("totalStorageSpaceInBytes", "freeStorageSpaceInBytes")),
    Row("device.eas_device_id", "EAS-apparaat-id", "EAS device ID", "Neen", always, never_in_mam, Origin.DEVICE, ("easDeviceId",)),
    Row("device.intune_device_management_id", "Intune-apparaatbeheer-id", "Intune device management ID", "Ja (als het apparaat mdm is ingeschreven bij Intune)", always, if_mdm_enrolled, Origin.SERVICE, other_names=("intuneDeviceManagementId",)),
    Row("device.location", "Locatie (alleen zakelijke apparaten)", "Location (corporate devices only)", "Neen", if_located, never_in_mam, Origin.DEVICE, ("location",)),
    Row("device.mac_address_mac", "Mac-adres voor Mac-apparaten", "Mac Address for Mac devices", "Neen", if_mac, never_in_mam, Origin.DEVICE, ("ethernetMacAddress",)),
    Row("device.network_information", "Netwerkgegevens", "Network information", "Neen", always, never_in_mam, Origin.DEVICE, ("subscriberCarrier", "cellularTechnology", "wifiNetworkName")),
    Row("device.platform_specific_ids", "Platformspecifieke id's", "Platform-specific IDs", "Neen", always, never_in_mam, Origin.DEVICE, ("udid", "meid", "androidId")),
    Row("device.tenant_id", "Tenant-ID", "Tenant ID", "Ja", always, always, Origin.SERVICE, other_names=("tenantId",)),
    Row("device.windows_id", "Windows-id voor Windows-apparaten", "Windows ID for Windows devices", "Neen", if_windows, never_in_mam, Origin.DEVICE, ("windowsDeviceId",)),
    # hardware
    Row("hardware.device_name", "Apparaatnaam", "Device name", "Ja (beschrijvende naam van apparaat)", always, always, Origin.DEVICE, ("deviceName",)),
    Row("hardware.device_type", "Type apparaat", "Device type", "Ja", always, always, Origin.DEVICE, ("deviceType",)),
    Row("hardware.iccid", "ICCID", "ICCID", "Neen", always, never_in_mam, Origin.DEVICE, ("iccid",)),
    Row("hardware.imei", "IMEI-nummer", "IMEI number", "Neen", always, never_in_mam, Origin.DEVICE, ("imei",)),
    Row("hardware.ip_address", "IP-adres", "IP address", "Neen", always, never_in_mam, Origin.DEVICE, ("ipAddressV4",)),
    Row("hardware.manufacturer", "Fabrikant", "Manufacturer", "Ja", always, always, Origin.DEVICE, ("manufacturer",)),
    Row("hardware.model", "Model", "Model", "Ja", always, always, Origin.DEVICE, ("model",)),
    Row("hardware.operating_system", "Besturingssysteem", "Operating system", "Ja", always, always, Origin.DEVICE, ("operatingSystem",)),
    Row("hardware.operating_system_version", "Versie van besturingssysteem", "Operating system version", "Ja", always, always, Origin.DEVICE, ("osVersion",)),
    Row("hardware.serial_number", "Serienummer", "Serial number", "Neen", always, never_in_mam, Origin.DEVICE, ("serialNumber",)),
    Row("hardware.wifi_mac_address", "Wi-Fi MacAdres", "Wi-Fi MacAddress", "Neen", always, never_in_mam, Origin.DEVICE, ("wiFiMacAddress",)),
    # managed_app
    Row("managed_app.entra_device_id", "Microsoft Entra apparaat-id", "Microsoft Entra device ID", "Ja (als het apparaat is Microsoft Entra toegevoegd)", always, if_entra_joined, Origin.DEVICE, ("azureADDeviceId",)),
    Row("managed_app.device_enrollment_status", "Status van apparaatinschrijving", "Device enrollment status", "Ja", always, always, Origin.SERVICE, other_names=("deviceEnrollmentStatus",)),
    Row("managed_app.device_health_status", "Status van apparaat", "Device health status", "Ja (inclusief bedreigingsstatus als een Mobile Threat Defense-connector is geconfigureerd)", always, always, Origin.DEVICE, ("jailBroken",)),
    Row("managed_app.encryption_keys", "Coderingssleutels", "Encryption keys", "Ja", always, always, Origin.SERVICE, other_names=("encryptionKeys",)),
    Row("managed_app.intune_device_management_id", "Intune-apparaatbeheer-id", "Intune device management ID", "Ja (als het apparaat mdm is ingeschreven bij Intune)", always, if_mdm_enrolled, Origin.SERVICE),
    Row("managed_app.last_app_checkin", "Datum/tijd van laatste incheckdatum/-tijd van toepassing", "Last application check-in date/time", "Ja", always, always, Origin.SERVICE, other_names=("lastSyncDateTime",)),
    Row("managed_app.device_tag", "Apparaattag voor beheerde toepassing", "Managed application device tag", "Ja", always, always, Origin.DEVICE, ("deviceTag",)),
    Row("managed_app.app_id", "Beheerde toepassings-id", "Managed application ID", "Ja", always, always, Origin.DEVICE, ("appIdentifier",)),
    Row("managed_app.sdk_version", "SDK-versie van beheerde toepassing", "Managed application SDK version", "Ja", always, always, Origin.DEVICE, ("managementSdkVersion",)),
    Row("managed_app.app_version", "Versie van beheerde toepassing", "Managed application version", "Ja", always, always, Origin.DEVICE, ("applicationVersion",)),
    Row("managed_app.mam_enrollment_datetime", "MAM-inschrijvingsgegevens/-tijd", "MAM enrollment data/time", "Ja", always, always, Origin.SERVICE, other_names=("createdDateTime", "enrolledDateTime")),
    Row("managed_app.mam_enrollment_status", "MAM-inschrijvingsstatus", "MAM enrollment status", "Ja", always, always, Origin.SERVICE, other_names=("mamEnrollmentStatus",)),
    # support
    Row("support.contact_information", "Contactgegevens (naam, telefoonnummer, e-mailadres)", "Contact information (name, phone number, email address)", "Neen", always, never_in_mam, Origin.SUPPORT, other_names=("supportContactInformation",)),
    Row("support.email_discussions", "Email gesprekken met microsoft-ondersteunings-, product- en/of customer experience-teamleden", "Email discussions with Microsoft support, product, and/or customer experience team members", "Neen", always, never_in_mam, Origin.SUPPORT, other_names=("supportEmailDiscussions",)),
    # tenant_account
    Row("tenant_account.installed_device_count", "installedDeviceCount: het aantal apparaten waarop de toepassing is geïnstalleerd.", "installedDeviceCount: The number of devices on which the application is installed.", "Ja", always, always, Origin.SERVICE),
    Row("tenant_account.enrolled_devices_or_users", "Aantal apparaten of gebruikers dat is ingeschreven", "Number of devices or users enrolled", "Neen", always, never_in_mam, Origin.SERVICE),
    Row("tenant_account.device_platforms", "Aantal geïdentificeerde apparaatplatforms", "Number of identified device platforms", "Neen", always, never_in_mam, Origin.SERVICE),
    Row("tenant_account.installed_devices", "Aantal geïnstalleerde apparaten", "Number of installed devices", "Neen", always, never_in_mam, Origin.SERVICE),
    Row("tenant_account.not_applicable_device_count", "notApplicableDeviceCount: het aantal apparaten waarvoor de toepassing niet van toepassing is.", "notApplicableDeviceCount: The number of devices for which the application isn't applicable.", "Neen", always, never_in_mam, Origin.SERVICE),
    Row("tenant_account.not_installed_device_count", "notInstalledDeviceCount: het aantal apparaten waarvoor de toepassing van toepassing is, maar niet is geïnstalleerd.", "notInstalledDeviceCount: The number of devices for which the application is applicable but not installed.", "Neen", always, never_in_mam, Origin.SERVICE),
    Row("tenant_account.pending_install_device_count", "pendingInstallDeviceCount: het aantal apparaten waarvoor de toepassing van toepassing is en de installatie in behandeling is.", "pendingInstallDeviceCount: The number of devices for which the application is applicable and installation is pending.", "Neen", always, never_in_mam, Origin.SERVICE),
    # user
    Row("user.display_name", "Weergave van eigenaarnaam/gebruiker (de in Azure geregistreerde naam van de gebruiker zoals aangegeven door AzureUserID)", "Owner name/user display (the Azure-registered name of the user as identified by AzureUserID)", "Ja", always, always, Origin.ACCOUNT, other_names=("userDisplayName",)),
    Row("user.phone_number", "Telefoonnummer", "Phone number", "Neen", always, never_in_mam, Origin.DEVICE, ("phoneNumber",), reduction=Reduction("keep_last4", if_full_phone_number)),
    Row("user.third_party_user_ids", "Externe gebruiker identificeert (zoals AppleID)", "Third-party user identifies (like AppleID)", "Neen", always, never_in_mam, Origin.DEVICE, ("thirdPartyUserIds",)),
    Row("user.upn_or_email", "User Principal Name of e-mailadres", "User Principal Name or email address", "Ja", always, always, Origin.ACCOUNT, other_names=("userPrincipalName", "emailAddress")),
)

NOTE = (
    Row("app_inventory.note", "Opmerking: Toepassingsinventarisatiegegevens worden alleen verzameld wanneer deze zijn gemarkeerd door de Beheer als een apparaat in bedrijfseigendom of als de compatibele app-functie is ingeschakeld.", "Note: Application inventory data is only collected when marked by the Admin as a corporate-owned device or the compliant app feature is turned on.", "", if_note, if_note, Origin.NOBODY),
)

# The parenthesis in the MAM cell of managed_app.device_health_status, a rule of its own.
SUBFIELDS = (
    Row("managed_app.device_health_status.threat_state", "Bedreigingsstatus", "Threat status", "Ja (als een Mobile Threat Defense-connector is geconfigureerd)", if_mtd_connector, if_mtd_connector, Origin.DEVICE, ("threatState",)),
)

OPTIONAL = (
    Row("optional.device_query", "Apparaatquery voor Windows-apparaten in bedrijfseigendom", "Device query for Corporate-owned Windows Devices", "Neen", if_device_query, never_in_mam, Origin.NOBODY, other_names=("deviceQuery",)),
    Row("optional.diagnostics.device_details", "Details over het apparaat, de configuratie- en connectiviteitsmogelijkheden en de status", "Details about the device, its configuration and connectivity capabilities, and status", "Ja (met toestemming)", if_diagnostics, if_diagnostics, Origin.DEVICE, ("diagnosticDeviceDetails",)),
    Row("optional.diagnostics.usage", "Details over het gebruik van het apparaat, besturingssysteem, toepassingen en services", "Details about the usage of the device, operating system, applications, and services", "Ja (met toestemming)", if_diagnostics, if_diagnostics, Origin.DEVICE, ("diagnosticUsage",)),
    Row("optional.diagnostics.health", "Details over de status van het apparaat, besturingssysteem, apps en stuurprogramma's", "Details about the health of the device, operating system, apps, and drivers", "Ja (met toestemming)", if_diagnostics, if_diagnostics, Origin.DEVICE, ("diagnosticHealth",)),
    Row("optional.diagnostics.software_setup", "Informatie over software-installatie en -update op het apparaat", "Software installation and update information on the device", "Ja (met toestemming)", if_diagnostics, if_diagnostics, Origin.DEVICE, ("diagnosticSoftwareSetup",)),
)

NEVER = (
    Row("never.calling_or_browsing_history", "De gespreks- of browsegeschiedenis van eindgebruikers", "An end users' calling or web browsing history", "", never_collected, never_collected, Origin.NOBODY, ("callHistory", "browsingHistory")),
    Row("never.personal_email", "Persoonlijke e-mail", "Personal email", "", never_collected, never_collected, Origin.NOBODY, ("personalEmail",)),
    Row("never.text_messages", "Sms-berichten", "Text messages", "", never_collected, never_collected, Origin.NOBODY, ("textMessages",)),
    Row("never.contacts", "Contactpersonen", "Contacts", "", never_collected, never_collected, Origin.NOBODY, ("contacts",)),
    Row("never.personal_account_passwords", "Wachtwoorden voor persoonlijke accounts", "Passwords to personal accounts", "", never_collected, never_collected, Origin.NOBODY, ("personalAccountPasswords",)),
    Row("never.calendar_events", "Agendagebeurtenissen", "Calendar events", "", never_collected, never_collected, Origin.NOBODY, ("calendarEvents",)),
    Row("never.photos", "Foto's, inclusief foto's in een foto-app of camera", "Photos, including those in a photo app or camera roll", "", never_collected, never_collected, Origin.NOBODY, ("photos",)),
)

# What a service needs and the page does not list: declared here, shown wherever the rows are.
REGISTER = {
    "id": "the service's own key of the record",
    "userId": "the directory user who enrolled; account data is read from the directory",
    "workload": "which column of the page applies",
    "ownership": "which conditions of the page apply: corporate or personal",
    "platform": "which platform conditions apply",
    "conditions": "the other conditions of the page: entraJoined, mdmEnrolled and so on",
    "enrollmentType": "how the device came under management, which decides the ownership",
    "enrolledDateTime": "when, to the second, for retention",
    "lastSyncDateTime": "the last check-in only, no history, for retention",
    "managementState": "whether a retire or wipe is under way",
    "complianceState": "the verdict; what it was judged from is not kept",
    "policyVersion": "the version of this catalogue that decided",
    "orders": "remote tasks, without their parameters once they have ended",
    "receipts": "what became of what was sent, by row and reason, for 90 days",
    "notice": "that a user has to be told of a change of ownership, until they are",
    "deletedDateTime": "when a user was deleted, for 30 days",
    "passwords": "of the simulated tenant's users and client, as salted slow hashes",
    "tokens": "as SHA-256 of 256 random bits, until they expire or for a year after their end",
    "signingKeys": "the service's own keys for tokens, in the database that only its owner reads",
    "pseudonymKey": "the key of the pseudonyms of optional diagnostics, for 90 days",
}
# fmt: on
