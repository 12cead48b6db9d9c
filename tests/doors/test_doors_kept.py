"""Every fact there is, from every platform, under MDM and app protection: what is then stored.

The table is read from the page "Gegevensverzameling in Intune" line by line: the fact, its row,
then what becomes of it on a corporate device, on a personal device, and with a managed app alone.
"""

from typing import Any

import pytest

PLATFORMS = ("windows", "macos", "ios", "ipados", "android", "linux")
IDENTIFIERS = {"android": "packageId", "linux": "packageId", "windows": "windowsAppId"}
KEPT = "kept"
LAST4 = "reduced"
MAM = "mam_not_permitted"
OWNER = "ownership_personal"
OFF = "feature_off"
NEVER = ("never_collected",) * 3

# fmt: off
TABLE = (
    ("deviceName",               "hardware.device_name",              KEPT, KEPT, KEPT),
    ("deviceType",               "hardware.device_type",              KEPT, KEPT, KEPT),
    ("manufacturer",             "hardware.manufacturer",             KEPT, KEPT, KEPT),
    ("model",                    "hardware.model",                    KEPT, KEPT, KEPT),
    ("operatingSystem",          "hardware.operating_system",         KEPT, KEPT, KEPT),
    ("osVersion",                "hardware.operating_system_version", KEPT, KEPT, KEPT),
    ("serialNumber",             "hardware.serial_number",            KEPT, KEPT, MAM),
    ("imei",                     "hardware.imei",                     KEPT, KEPT, MAM),
    ("iccid",                    "hardware.iccid",                    KEPT, KEPT, MAM),
    ("wiFiMacAddress",           "hardware.wifi_mac_address",         KEPT, KEPT, MAM),
    ("ipAddressV4",              "hardware.ip_address",               KEPT, KEPT, MAM),
    ("ethernetMacAddress",       "device.mac_address_mac",            KEPT, KEPT, MAM),
    ("appleId",                  "device.apple_id",                   KEPT, KEPT, MAM),
    ("windowsDeviceId",          "device.windows_id",                 KEPT, KEPT, MAM),
    ("totalStorageSpaceInBytes", "device.storage_space",              KEPT, KEPT, MAM),
    ("freeStorageSpaceInBytes",  "device.storage_space",              KEPT, KEPT, MAM),
    ("easDeviceId",              "device.eas_device_id",              KEPT, KEPT, MAM),
    ("location",                 "device.location",                   KEPT, OWNER, MAM),
    ("subscriberCarrier",        "device.network_information",        KEPT, KEPT, MAM),
    ("cellularTechnology",       "device.network_information",        KEPT, KEPT, MAM),
    ("wifiNetworkName",          "device.network_information",        KEPT, KEPT, MAM),
    ("udid",                     "device.platform_specific_ids",      KEPT, KEPT, MAM),
    ("meid",                     "device.platform_specific_ids",      KEPT, KEPT, MAM),
    ("androidId",                "device.platform_specific_ids",      KEPT, KEPT, MAM),
    ("phoneNumber",              "user.phone_number",                 KEPT, LAST4, MAM),
    ("thirdPartyUserIds",        "user.third_party_user_ids",         KEPT, KEPT, MAM),
    ("jailBroken",               "managed_app.device_health_status",  KEPT, KEPT, KEPT),
    ("threatState",              "managed_app.device_health_status.threat_state",
                                                                      *("mtd_not_configured",) * 3),
    ("deviceTag",                "managed_app.device_tag",            KEPT, KEPT, KEPT),
    ("appIdentifier",            "managed_app.app_id",                KEPT, KEPT, KEPT),
    ("applicationVersion",       "managed_app.app_version",           KEPT, KEPT, KEPT),
    ("managementSdkVersion",     "managed_app.sdk_version",           KEPT, KEPT, KEPT),
    ("diagnosticDeviceDetails",  "optional.diagnostics.device_details", OFF, OFF, OFF),
    ("diagnosticUsage",          "optional.diagnostics.usage",        OFF, OFF, OFF),
    ("diagnosticHealth",         "optional.diagnostics.health",       OFF, OFF, OFF),
    ("diagnosticSoftwareSetup",  "optional.diagnostics.software_setup", OFF, OFF, OFF),
    ("callHistory",              "never.calling_or_browsing_history", *NEVER),
    ("browsingHistory",          "never.calling_or_browsing_history", *NEVER),
    ("personalEmail",            "never.personal_email",              *NEVER),
    ("textMessages",             "never.text_messages",               *NEVER),
    ("contacts",                 "never.contacts",                    *NEVER),
    ("personalAccountPasswords", "never.personal_account_passwords",  *NEVER),
    ("calendarEvents",           "never.calendar_events",             *NEVER),
    ("photos",                   "never.photos",                      *NEVER),
)
ONLY_ON = {
    "ethernetMacAddress": {"macos"},
    "appleId": {"ios", "ipados"},
    "windowsDeviceId": {"windows"},
}
APP_ROWS = {
    "app_inventory.app_id":           (KEPT, OWNER, "unmanaged_app"),
    "app_inventory.app_name":         (KEPT, OWNER, "unmanaged_app"),
    "app_inventory.version":          (KEPT, OWNER, "unmanaged_app"),
    "app_inventory.install_location": (KEPT, OWNER, MAM),
    "app_inventory.size":             (KEPT, OWNER, MAM),
}
COLUMNS = {"mdm corporate": 0, "mdm personal": 1, "mam": 2}
TYPES = {"mdm corporate": "deviceEnrollmentManager", "mdm personal": "userEnrollment"}
JUDGED = [
    "antivirusEnabled", "codeIntegrityEnabled", "firewallEnabled", "isEncrypted",
    "passcodeCompliant", "passcodePresent", "secureBootEnabled", "securityPatchLevel",
]
# fmt: on
OTHERS = (
    "accountId",
    "tenantId",
    "intuneDeviceId",
    "managedDeviceId",
    "userDisplayName",
    "userPrincipalName",
    "emailAddress",
    "adminPhoneNumber",
    "privateKeys",
    "staticAuthenticators",
    "thirdPartyTenantIds",
    "supportContactInformation",
)  # fmt: skip
OTHERS_ROWS = {
    "device.account_id", "device.tenant_id", "device.intune_device_id", "user.display_name",
    "user.upn_or_email", "admin_account.admin_phone_number", "access.certificate_private_keys",
    "access.static_authenticators", "third_party_tenant.ids", "support.contact_information",
}  # fmt: skip
AS_KEPT = {"wiFiMacAddress": "0A1B2C3D4E5F"}
OWN_APP = [{"id": "com.example.own", "name": "Own", "version": "1"}]


def fates(column: str, platform: str) -> dict[str, tuple[str, str]]:
    """Fact -> (row, what becomes of it), for the facts that have one row each."""
    found = {}
    for fact, row, *cells in TABLE:
        fate = cells[COLUMNS[column]]
        if fate == KEPT and platform not in ONLY_ON.get(fact, {platform}):
            fate = "platform_mismatch"
        found[fact] = (row, fate)
    is_mam = column == "mam"
    entra = "managed_app.entra_device_id" if is_mam else "device.entra_device_id"
    found["azureADDeviceId"] = (entra, "not_entra_joined" if is_mam else KEPT)
    return found


def expected_facts(column: str, platform: str, sent: dict[str, Any]) -> dict[str, Any]:
    kept = {
        fact: AS_KEPT.get(fact, sent[fact])
        for fact, (_, fate) in fates(column, platform).items()
        if fate == KEPT
    }
    if column == "mdm corporate":
        return kept | {"applications": sent["applications"]}
    return kept | ({"phoneNumber": "5678"} if column != "mam" else {"applications": OWN_APP})


def expected_receipt(column: str, platform: str) -> dict[str, Any]:
    told = {*fates(column, platform).values()}
    told |= {(row, cells[COLUMNS[column]]) for row, cells in APP_ROWS.items()}
    if column == "mam":
        told |= {(f"app_inventory.{name}", KEPT) for name in ("app_id", "app_name", "version")}
    return {
        "kept": sorted(row for row, fate in told if fate == KEPT),
        "reduced": {row: "keep_last4" for row, fate in told if fate == LAST4},
        "refused": {row: fate for row, fate in told if fate not in {KEPT, LAST4}},
        "judged": JUDGED,
        "unknown": 0,
    }


@pytest.fixture
def begin(enroll, register):
    """Enroll a device, or register an app, of a column of the table with some facts."""

    def begun(column: str, platform: str, facts: dict[str, Any]) -> dict[str, Any]:
        if column == "mam":
            return register(facts, platform)
        return enroll(facts, platform, TYPES[column])

    return begun


def told_of(answer: dict[str, Any]) -> dict[str, Any]:
    names = ("kept", "reduced", "refused", "judged", "unknown")
    return {name: answer["receipt"][name] for name in names}


def facts_of(every_fact: dict[str, Any], platform: str) -> dict[str, Any]:
    identifier = {IDENTIFIERS.get(platform, "bundleId"): "com.example.own"}
    return {**every_fact, "appIdentifier": identifier}


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("column", COLUMNS)
def test_of_every_fact_only_the_tables_is_stored(begin, stored, every_fact, column, platform):
    sent = facts_of(every_fact, platform)
    record = begin(column, platform, sent)
    assert stored(record["id"]) == expected_facts(column, platform, sent)
    assert told_of(record) == expected_receipt(column, platform)


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("column", COLUMNS)
def test_a_check_in_keeps_the_same_as_a_beginning(
    begin, stored, check_in, every_fact, column, platform
):
    sent = facts_of(every_fact, platform)
    first = {name: sent[name] for name in ("appIdentifier", "deviceTag")} if column == "mam" else {}
    record = begin(column, platform, first)
    told = check_in(record, facts=sent)
    assert stored(record["id"]) == expected_facts(column, platform, sent)
    assert told_of(told) == expected_receipt(column, platform)


@pytest.mark.parametrize("column", COLUMNS)
def test_what_is_never_collected_is_nowhere_on_disk(begin, on_disk, every_fact, column):
    sent = facts_of(every_fact, "ios") | {"photos": "CANARY", "surprise": ["CANARY"]}
    sent["location"] = {**sent["location"], "street": "CANARY"}
    sent["applications"] = [{"id": "com.example.own", "owner": "CANARY"}]
    record = begin(column, "ios", sent)
    assert not on_disk("CANARY")
    assert record["receipt"]["unknown"] == (3 if column == "mdm corporate" else 2)


def test_an_android_work_profile_keeps_the_last_four_digits_also_when_corporate(enroll, stored):
    phone = {"phoneNumber": "+31612345678"}
    device = enroll(phone, "android", "androidEnterpriseCorporateWorkProfile")
    assert (device["ownership"], stored(device["id"])) == ("corporate", {"phoneNumber": "5678"})
    assert device["receipt"]["reduced"] == {"user.phone_number": "keep_last4"}


@pytest.mark.parametrize("column", COLUMNS)
def test_what_the_service_or_an_admin_fills_is_refused_from_a_device(begin, stored, column):
    record = begin(column, "ios", dict.fromkeys(OTHERS, "CANARY"))
    refused = record["receipt"]["refused"]
    assert {row for row, reason in refused.items() if reason == "wrong_channel"} == OTHERS_ROWS
    assert "CANARY" not in str(stored(record["id"]))


def test_a_fact_that_is_null_at_a_check_in_is_removed_and_others_stay(enroll, check_in, stored):
    device = enroll({"model": "M", "osVersion": "17", "udid": "U"})
    check_in(device, facts={"model": None, "osVersion": "18"})
    assert stored(device["id"]) == {"osVersion": "18", "udid": "U"}


@pytest.mark.parametrize("column", COLUMNS)
def test_the_record_page_shows_what_is_stored_and_its_rows(
    begin, stored, graph, every_fact, column
):
    sent = facts_of(every_fact, "ios")
    record = begin(column, "ios", sent)
    page = graph("GET", f"/privacy/v1/records/{record['id']}")
    assert page["facts"] == stored(record["id"])
    rows = {*record["receipt"]["kept"], *record["receipt"]["reduced"]}
    assert rows <= {*page["rows"]}
    assert {"device.tenant_id", "user.display_name", "user.upn_or_email"} <= {*page["rows"]}


def test_a_fact_that_a_device_takes_back_leaves_the_disk(enroll, check_in, on_disk):
    device = enroll({"wifiNetworkName": "CANARY"})
    check_in(device, facts={"wifiNetworkName": None})
    assert not on_disk("CANARY")
