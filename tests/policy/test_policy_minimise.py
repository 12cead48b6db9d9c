"""What becomes of everything a device says, in every workload, ownership and platform."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from policy import policy_truth as truth

from mdm_sim.policy.context import Context, Ownership, Platform, Workload
from mdm_sim.policy.minimise import minimise

MAIL = {
    "id": "com.contoso.mail",
    "name": "Contoso Mail",
    "version": "7.1",
    "installLocation": "/apps/mail",
    "sizeInBytes": 81000,
}
GAME = MAIL | {"id": "org.example.game", "name": "A Game", "installLocation": "/apps/game"}
MANAGED = {"com.contoso.mail"}
MAIL_IN_MAM = {"id": "com.contoso.mail", "name": "Contoso Mail", "version": "7.1"}

# fmt: off
REPORTED: dict[str, Any] = {
    "deviceName": "Lobby tablet", "deviceType": "iPad", "manufacturer": "Apple", "model": "iPad 10",
    "operatingSystem": "iPadOS", "osVersion": "18.1", "serialNumber": "F9FDX1",
    "imei": "490154203237518", "iccid": "8931440400000000008", "wiFiMacAddress": "00005E005301",
    "ipAddressV4": "192.0.2.7", "ethernetMacAddress": "00005E005302", "appleId": "a@example.org",
    "azureADDeviceId": "7d1c1d5e-0000-4000-8000-000000000001", "totalStorageSpaceInBytes": 64,
    "freeStorageSpaceInBytes": 0, "easDeviceId": "E1", "subscriberCarrier": "Carrier",
    "location": {"latitude": 50.8, "longitude": 4.4, "accuracyInMeters": 5},
    "cellularTechnology": "GSM", "wifiNetworkName": "Guests", "udid": "U1", "meid": "M1",
    "androidId": "A1", "windowsDeviceId": "W1", "phoneNumber": "+32 470 12 34 56",
    "thirdPartyUserIds": ["t1"], "jailBroken": False, "threatState": "secured", "deviceTag": "T1",
    "appIdentifier": {"bundleId": "com.contoso.mail"}, "applicationVersion": "7.1",
    "managementSdkVersion": "20.1", "applications": [MAIL, GAME],
    "diagnosticDeviceDetails": {"language": "nl"}, "diagnosticUsage": {"sessions": 3},
    "diagnosticHealth": {"crashes": 0}, "diagnosticSoftwareSetup": {"installs": 1},
}
COMPLIANCE = dict.fromkeys(truth.JUDGED, True) | {"securityPatchLevel": "2026-11-01"}
FULL = REPORTED | COMPLIANCE | dict.fromkeys(truth.NEVER_FACTS, "private")

ALWAYS = {
    "deviceName", "deviceType", "manufacturer", "model", "operatingSystem", "osVersion",
    "jailBroken", "deviceTag", "appIdentifier", "applicationVersion", "managementSdkVersion",
}
IN_MDM = ALWAYS | {
    "serialNumber", "imei", "iccid", "wiFiMacAddress", "ipAddressV4", "azureADDeviceId", "meid",
    "udid", "androidId", "totalStorageSpaceInBytes", "freeStorageSpaceInBytes", "easDeviceId",
    "subscriberCarrier", "cellularTechnology", "wifiNetworkName", "phoneNumber",
    "thirdPartyUserIds",
}

OFF_BY_DEFAULT = {
    "managed_app.device_health_status.threat_state": "mtd_not_configured",
    "optional.diagnostics.device_details": "feature_off",
    "optional.diagnostics.usage": "feature_off",
    "optional.diagnostics.health": "feature_off",
    "optional.diagnostics.software_setup": "feature_off",
} | dict.fromkeys(truth.NEVER_FACTS.values(), "never_collected")

APPLE, MAC, WINDOWS = "device.apple_id", "device.mac_address_mac", "device.windows_id"

PLATFORMS = (
    # platform, kept on this platform alone, refused as of another platform, why
    ("windows", {"windowsDeviceId"}, {APPLE, MAC}, "Windows-id voor Windows-apparaten"),
    ("macos", {"ethernetMacAddress"}, {APPLE, WINDOWS}, "Mac-adres voor Mac-apparaten"),
    ("ios", {"appleId"}, {MAC, WINDOWS}, "AppleID voor iOS-/iPadOS-apparaten"),
    ("ipados", {"appleId"}, {MAC, WINDOWS}, "AppleID voor iOS-/iPadOS-apparaten"),
    ("android", set(), {APPLE, MAC, WINDOWS}, "has no row of its own"),
    ("linux", set(), {APPLE, MAC, WINDOWS}, "has no row of its own"),
)

APPS = ("app_id", "app_name", "install_location", "size", "version")
PERSONAL = {"device.location", *(f"app_inventory.{name}" for name in APPS)}

OWNERS = (
    # ownership, kept besides, refused as personal, the telephone number, why
    ("corporate", {"location", "applications"}, set(), "+32 470 12 34 56", "alleen zakelijk"),
    ("personal", set(), PERSONAL, "3456", "the note, the label, decision 4"),
    ("unknown", set(), PERSONAL, "3456", "judged as personal"),
)

NEEN = {
    "app_inventory.install_location", "app_inventory.size", "device.apple_id",
    "device.storage_space", "device.eas_device_id", "device.location", "device.mac_address_mac",
    "device.network_information", "device.platform_specific_ids", "device.windows_id",
    "hardware.iccid", "hardware.imei", "hardware.ip_address", "hardware.serial_number",
    "hardware.wifi_mac_address", "user.phone_number", "user.third_party_user_ids",
}
REFUSED_IN_MAM = OFF_BY_DEFAULT | dict.fromkeys(NEEN, "mam_not_permitted") | {
    "managed_app.entra_device_id": "not_entra_joined",
    "app_inventory.app_id": "unmanaged_app",  # the game's
    "app_inventory.app_name": "unmanaged_app",
    "app_inventory.version": "unmanaged_app",
}

DIAGNOSTICS = "diagnosticDeviceDetails diagnosticUsage diagnosticHealth diagnosticSoftwareSetup"

SWITCHES = (
    # workload, ownership, platform, conditions that hold, facts kept besides, facts lost, why
    ("mdm", "personal", "ios", "compliant_apps_feature", "applications", "", "the note says or"),
    ("mdm", "personal", "ios", "mtd_connector", "threatState", "", "the connector reports threats"),
    ("mdm", "corporate", "ios", "location_on_request_only", "", "location", "nobody asked"),
    ("mdm", "corporate", "ios", "location_on_request_only location_requested", "", "", "asked"),
    ("mdm", "personal", "ios", "location_requested", "", "", "personal devices are never asked"),
    ("mdm", "corporate", "ios", "tenant_diagnostics", "", "", "the user has not consented"),
    ("mdm", "corporate", "ios", "user_diagnostics", "", "", "the tenant has not opted in"),
    ("mdm", "personal", "ios", "tenant_diagnostics user_diagnostics", DIAGNOSTICS, "", "both"),
    ("mdm", "corporate", "ios", "strict_app_inventory", "", "", "it tightens MAM only"),
    ("mdm", "corporate", "windows", "entra_joined device_query", "", "", "a query is not a report"),
    ("mdm", "personal", "ios", "app_managed", "", "", "whose apps these are is asked app by app"),
    ("mam", "personal", "ios", "entra_joined", "azureADDeviceId", "", "als ... toegevoegd"),
    ("mam", "personal", "ios", "mdm_enrolled", "", "", "the ids it permits are the service's"),
    ("mam", "personal", "ios", "mtd_connector", "threatState", "", "als ... geconfigureerd"),
    ("mam", "personal", "ios", "strict_app_inventory", "", "applications", "the note applies too"),
    ("mam", "corporate", "ios", "strict_app_inventory", "", "", "the note is met"),
    ("mam", "personal", "ios", "strict_app_inventory compliant_apps_feature", "", "", "so it is"),
    ("mam", "corporate", "ios", "location_requested", "", "", "Neen is Neen"),
    ("mam", "personal", "ios", "tenant_diagnostics user_diagnostics", DIAGNOSTICS, "", "both"),
)
# fmt: on


def context(workload: str, ownership: str, platform: str, *holding: str) -> Context:
    who = Workload(workload), Ownership(ownership), Platform(platform)
    return Context(*who, **dict.fromkeys(holding, True))


@pytest.mark.parametrize(("ownership", "kept", "personal", "_number", "because"), OWNERS)
@pytest.mark.parametrize(("platform", "own", "mismatch", "why"), PLATFORMS)
def test_mdm_keeps_and_refuses_of_everything_exactly_this(
    platform: str, own: set, mismatch: set, why: str,
    ownership: str, kept: set, personal: set, _number: str, because: str,
) -> None:  # fmt: skip
    outcome = minimise(FULL, context("mdm", ownership, platform), MANAGED)
    refused = dict.fromkeys(mismatch, "platform_mismatch")
    refused |= dict.fromkeys(personal, "ownership_personal")
    assert set(outcome.kept) == IN_MDM | own | kept, (why, because)
    assert outcome.refused == OFF_BY_DEFAULT | refused, (why, because)
    assert (outcome.judged, outcome.unknown) == (COMPLIANCE, 0)


@pytest.mark.parametrize(("ownership", "_kept", "_personal", "number", "why"), OWNERS)
@pytest.mark.parametrize("platform", list(Platform))
def test_mdm_keeps_values_as_they_are_except_the_telephone_number(
    platform: str, ownership: str, _kept: set, _personal: set, number: str, why: str
) -> None:
    outcome = minimise(FULL, context("mdm", ownership, platform), MANAGED)
    expected = {name: FULL[name] for name in outcome.kept} | {"phoneNumber": number}
    assert outcome.kept == expected, why
    cut = {} if ownership == "corporate" else {"user.phone_number": "keep_last4"}
    assert outcome.reduced == cut


@pytest.mark.parametrize("ownership", list(Ownership))
@pytest.mark.parametrize("platform", list(Platform))
def test_mam_keeps_and_refuses_of_everything_exactly_this(platform: str, ownership: str) -> None:
    outcome = minimise(FULL, context("mam", ownership, platform), MANAGED)
    unchanged = {name: FULL[name] for name in ALWAYS}
    assert outcome.kept == unchanged | {"applications": [MAIL_IN_MAM]}
    assert outcome.refused == REFUSED_IN_MAM
    assert (outcome.judged, outcome.reduced, outcome.unknown) == (COMPLIANCE, {}, 0)


@pytest.mark.parametrize(
    ("workload", "ownership", "platform", "holding", "more", "less", "why"), SWITCHES
)
def test_a_condition_that_holds_changes_exactly_this(
    workload: str, ownership: str, platform: str, holding: str, more: str, less: str, why: str
) -> None:
    before = minimise(FULL, context(workload, ownership, platform), MANAGED)
    holds = context(workload, ownership, platform, *holding.split())
    after = minimise(FULL, holds, MANAGED)
    assert set(after.kept) - set(before.kept) == set(more.split()), why
    assert set(before.kept) - set(after.kept) == set(less.split()), why
    assert (after.judged, after.reduced) == (before.judged, before.reduced)


def test_the_rows_of_what_is_kept_whole_are_named() -> None:
    outcome = minimise(FULL, context("mdm", "personal", "ios"))
    whole = set(outcome.kept) - {"phoneNumber"}
    assert outcome.rows == {truth.FACTS[name] for name in whole}


def test_the_rows_of_an_app_are_named_one_by_one() -> None:
    outcome = minimise({"applications": [MAIL_IN_MAM]}, context("mdm", "corporate", "ios"))
    assert outcome.rows == {f"app_inventory.{name}" for name in ("app_id", "app_name", "version")}


@pytest.mark.parametrize(
    ("ownership", "platform", "holding", "kept", "why"),
    [
        ("corporate", "android", "", "+32 470 12 34 56", "fully managed"),
        ("corporate", "android", "work_profile", "3456", "the work profile of a corporate device"),
        ("personal", "android", "work_profile", "3456", "personal either way"),
        ("corporate", "ios", "work_profile", "+32 470 12 34 56", "only Android has work profiles"),
        ("corporate", "linux", "", "+32 470 12 34 56", "corporate"),
        ("personal", "linux", "", "3456", "personal"),
        ("unknown", "ios", "", "3456", "judged as personal"),
    ],
)
def test_a_telephone_number_is_cut_before_it_is_kept(
    ownership: str, platform: str, holding: str, kept: str, why: str
) -> None:
    judging = context("mdm", ownership, platform, *holding.split())
    outcome = minimise({"phoneNumber": "+32 470 12 34 56"}, judging)
    assert outcome.kept == {"phoneNumber": kept}, why
    assert outcome.reduced == ({"user.phone_number": "keep_last4"} if kept == "3456" else {})
    assert outcome.rows == (set() if kept == "3456" else {"user.phone_number"})


def test_the_service_s_word_counts_and_the_payload_s_does_not() -> None:
    claims = {"ownership": "corporate", "entra_joined": True, "mtd_connector": True}
    judging = context("mam", "personal", "ios")
    outcome = minimise(REPORTED | claims, judging, MANAGED)
    assert outcome == replace(minimise(REPORTED, judging, MANAGED), unknown=len(claims))
