"""Values one by one: wrong types, members, apps, wrong channels, and names that nobody knows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from policy import policy_truth as truth

from mdm_sim.policy.context import Context, Ownership, Platform, Workload
from mdm_sim.policy.facts import Kind, fits
from mdm_sim.policy.minimise import Minimised, keep_last4, minimise, refuse_all
from mdm_sim.policy.rules import Reason

CORPORATE = Context(Workload.MDM, Ownership.CORPORATE, Platform.IOS)
PERSONAL = Context(Workload.MDM, Ownership.PERSONAL, Platform.IOS)
APP_ONLY = Context(Workload.MAM, Ownership.PERSONAL, Platform.IOS)
STRICT = Context(Workload.MAM, Ownership.PERSONAL, Platform.IOS, strict_app_inventory=True)

MAIL = {"id": "mail", "name": "Mail", "version": "7", "installLocation": "/m", "sizeInBytes": 1}
GAME = {"id": "game", "name": "Game", "version": "1", "installLocation": "/g", "sizeInBytes": 2}
MAIL_IN_MAM = {"id": "mail", "name": "Mail", "version": "7"}
UNMANAGED = dict.fromkeys(("app_id", "app_name", "version"), "unmanaged_app")
NEEN = dict.fromkeys(("install_location", "size"), "mam_not_permitted")
AS_PERSONAL = dict.fromkeys(("app_id", "app_name", "version"), "ownership_personal")

NEVER = Reason.NEVER_COLLECTED
HUGE = 10**400  # JSON sets no limit to an integer

# fmt: off
TYPES = (
    # kind, values that fit, values that do not, why
    (Kind.BOOLEAN, [True, False], [0, 1, "true", None, [], {}], "a number is not a boolean"),
    (Kind.COUNT, [0, 7, 2**53], [-1, 1.0, True, "7", None], "whole, not negative"),
    (Kind.NUMBER, [0, -1, 0.5], [float("nan"), float("inf"), True, "1", None], "finite"),
    (Kind.LATITUDE, [-90, 50.8], [float("-inf"), False, "50.8", [50.8]], "finite"),
    (Kind.LONGITUDE, [180, 4.4], [float("nan"), True, "4.4", {}], "finite"),
    (Kind.TEXTS, [[], ["a", "b"]], ["a", ["a", 1], [["a"]], {"a": "b"}, None], "strings in a list"),
    (Kind.OBJECT, [{}, {"a": 1}], [[], "a", None, 1], "an object"),
    (Kind.OBJECTS, [[], [{}], [{"a": 1}]], [{}, [1], [{}, None], "a", None], "objects in a list"),
    *((kind, ["", "a"], [0, True, None, ["a"], {"a": "b"}], "text; the doors know the syntax")
      for kind in (Kind.TEXT, Kind.GUID, Kind.IMEI, Kind.ICCID, Kind.MAC, Kind.IPV4, Kind.PHONE,
                   Kind.MOMENT, Kind.DEVICE_TYPE, Kind.THREAT_STATE)),
)

NUMBERS = (
    # told, kept, why
    ("+32 470 12 34 56", "3456", "separators do not count"),
    ("+32470123456", "3456", "E.164"),
    ("3456", "3456", "the same again"),
    ("12", "12", "fewer than four stay as they are"),
    ("", "", "nothing to keep"),
    ("call me", "", "no digits"),
    ("12 34 ٠١٢٣", "1234", "the digits of E.164 only"),
)

APPS = (
    # context, apps told, apps kept, refused, unknown, why
    (CORPORATE, [MAIL, GAME], [MAIL, GAME], {}, 0, "all apps of a corporate device"),
    (PERSONAL, [MAIL], [], dict.fromkeys((*UNMANAGED, *NEEN), "ownership_personal"), 0, "the note"),
    (APP_ONLY, [MAIL], [MAIL_IN_MAM], NEEN, 0, "a managed app: id, name and version"),
    (APP_ONLY, [GAME], [], NEEN | UNMANAGED, 0, "no app of the tenant's"),
    (APP_ONLY, [GAME, MAIL], [MAIL_IN_MAM], NEEN | UNMANAGED, 0, "one by one"),
    (APP_ONLY, [MAIL, GAME], [MAIL_IN_MAM], NEEN | UNMANAGED, 0, "in whatever order"),
    (APP_ONLY, [{"name": "Mail"}], [], {"app_name": "unmanaged_app"}, 0, "no id: not managed"),
    (APP_ONLY, [{"id": "MAIL"}], [], {"app_id": "unmanaged_app"}, 0, "ids are exact"),
    (APP_ONLY, [{"id": ["mail"]}], [], {"app_id": "unmanaged_app"}, 0, "no id: not managed"),
    (STRICT, [MAIL_IN_MAM], [], AS_PERSONAL, 0, "a strict tenant, a personal device"),
    (STRICT, [GAME], [], NEEN | UNMANAGED, 0, "not even managed"),
    (CORPORATE, [{"id": "mail", "owner": "Ann"}], [{"id": "mail"}], {}, 1, "a member of no table"),
    (CORPORATE, [{"id": "mail", "name": 1}], [{"id": "mail"}], {}, 1, "a member of the wrong type"),
    (CORPORATE, [{"id": "mail", "sizeInBytes": -1}], [{"id": "mail"}], {}, 1, "not a count"),
    (CORPORATE, [{}, {"owner": "Ann"}], [], {}, 1, "nothing is left of either"),
    (CORPORATE, [], [], {}, 0, "no apps"),
    (CORPORATE, [MAIL, "game"], [], {}, 1, "not a list of objects"),
    (CORPORATE, {"0": MAIL}, [], {}, 1, "nor is this one"),
    (APP_ONLY, None, [], {}, 1, "nor this"),
)

WHOLE = {
    "location": {"latitude": 50.8, "longitude": 4, "accuracyInMeters": 5, "at": "2026-11-01"},
    "appIdentifier": {"bundleId": "mail", "packageId": "mail", "windowsAppId": "mail"},
    "diagnosticDeviceDetails": {"osVersion": "18", "model": "m", "manufacturer": "n",
                                "language": "nl", "timeZone": "CET", "connectivity": "wifi"},
    "diagnosticUsage": {"sessions": 1, "foregroundMinutes": 2, "appLaunches": 3},
    "diagnosticHealth": {"crashes": 0, "hangs": 0, "batteryHealthPercent": 9, "driverErrors": 0},
    "diagnosticSoftwareSetup": {"installs": 1, "updates": 2, "failures": 0,
                                "lastUpdateResult": "ok"},
}

OBJECTS = (
    # fact, told, kept, unknown, why
    *((name, told, told, 0, "every member, in its own type") for name, told in WHOLE.items()),
    ("location", {"latitude": 1, "street": "Main"}, {"latitude": 1}, 1, "a member of no table"),
    ("location", {"latitude": "1", "longitude": 2}, {"longitude": 2}, 1, "of the wrong type"),
    ("location", {"latitude": True, "at": 5}, None, 2, "nothing is left"),
    ("location", {}, None, 0, "nothing was told"),
    ("location", [1, 2], None, 1, "not an object"),
    ("location", {"latitude": {"deep": "Main"}, "longitude": 2}, {"longitude": 2}, 1, "no depth"),
    ("appIdentifier", {"bundleId": "mail", "owner": "Ann"}, {"bundleId": "mail"}, 1, "as above"),
    ("appIdentifier", "mail", None, 1, "not an object"),
)

# Names of the service, of an account, of an administrator; and the row that each one means.
WRONG_CHANNEL = {
    "userPrincipalName": "user.upn_or_email",  # from the directory, not from the device
    "emailAddress": "user.upn_or_email",
    "userDisplayName": "user.display_name",
    "tenantId": "device.tenant_id",
    "accountId": "device.account_id",
    "managedDeviceId": "device.intune_device_id",
    "intuneDeviceId": "device.intune_device_id",
    "lastSyncDateTime": "managed_app.last_app_checkin",
    "createdDateTime": "managed_app.mam_enrollment_datetime",
    "enrolledDateTime": "managed_app.mam_enrollment_datetime",
    "mamEnrollmentStatus": "managed_app.mam_enrollment_status",
    "encryptionKeys": "managed_app.encryption_keys",
    "adminUserPrincipalName": "admin_account.admin_upn",
    "adminPhoneNumber": "admin_account.admin_phone_number",  # not user.phone_number
    "adminDirectoryId": "admin_account.it_admin_directory_id",
    "adminFullName": "admin_account.admin_full_name",  # not user.display_name
    "adminUserName": "admin_account.admin_user_name",
    "accountOwnerEmail": "admin_account.account_owner_email",
    "billingPaymentData": "admin_account.billing_payment_data",
    "subscriptionKey": "admin_account.subscription_key",
    "intuneDeviceManagementId": "device.intune_device_management_id",
    "deviceEnrollmentStatus": "managed_app.device_enrollment_status",
    "supportEmailDiscussions": "support.email_discussions",
    "deviceQuery": "optional.device_query",  # asked live, never reported
    "staticAuthenticators": "access.static_authenticators",
    "privateKeys": "access.certificate_private_keys",
    "thirdPartyTenantIds": "third_party_tenant.ids",
    "supportContactInformation": "support.contact_information",
}
# fmt: on
REPORTED = set(truth.FACTS.values()) | set(truth.ON_AN_APP.values())
NOT_A_DEVICE_S = {line.id: line.id for line in truth.REQUIRED if line.id not in REPORTED}
PLATFORMS = {"ethernetMacAddress": "macos", "windowsDeviceId": "windows"}
ALL_ON = dict.fromkeys(("mtd_connector", "tenant_diagnostics", "user_diagnostics"), True)
CONTEXTS = (CORPORATE, PERSONAL, APP_ONLY)


@pytest.mark.parametrize(("kind", "good", "bad", "why"), TYPES)
def test_a_kind_knows_its_json_type(kind: Kind, good: list, bad: list, why: str) -> None:
    assert [value for value in good if not fits(kind, value)] == [], why
    assert [value for value in bad if fits(kind, value)] == [], why


def test_every_kind_is_in_the_table_above() -> None:
    assert {kind for kind, *_ in TYPES} == set(Kind)


@pytest.mark.parametrize("kind", [Kind.NUMBER, Kind.LATITUDE, Kind.LONGITUDE])
def test_a_huge_integer_is_a_number_or_not_but_never_an_error(kind: Kind) -> None:
    assert fits(kind, HUGE) in {True, False}


@pytest.mark.parametrize("fact", [*truth.FACTS, *truth.JUDGED])
def test_null_is_unknown_wherever_a_fact_is_permitted(fact: str) -> None:
    name, _, member = fact.partition("/")
    platform = Platform(PLATFORMS.get(name, "ios"))
    judging = Context(Workload.MDM, Ownership.CORPORATE, platform, **ALL_ON)
    told = {name: [{member: None}]} if member else {name: None}
    assert minimise(told, judging) == Minimised(unknown=1)


@pytest.mark.parametrize("name", truth.JUDGED)
def test_what_is_judged_is_never_kept(name: str) -> None:
    value = "2026-11-01" if name == "securityPatchLevel" else False
    for judging in CONTEXTS:
        assert minimise({name: value}, judging) == Minimised(judged={name: value})
        assert minimise({name: {"a": 1}}, judging) == Minimised(unknown=1)


@pytest.mark.parametrize(("told", "kept", "why"), NUMBERS)
def test_four_digits_are_left_of_a_telephone_number(told: str, kept: str, why: str) -> None:
    assert keep_last4(told) == kept, why
    assert keep_last4(kept) == kept, why


@pytest.mark.parametrize(("judging", "told", "kept", "refused", "unknown", "why"), APPS)
def test_apps_are_judged_one_by_one(
    judging: Context, told: Any, kept: list, refused: dict, unknown: int, why: str
) -> None:
    outcome = minimise({"applications": told}, judging, {"mail"})
    assert outcome.kept.get("applications", []) == kept, why
    assert outcome.refused == {f"app_inventory.{row}": reason for row, reason in refused.items()}
    assert outcome.unknown == unknown, why


def test_without_managed_apps_no_app_is_managed() -> None:
    assert minimise({"applications": [MAIL]}, APP_ONLY).kept == {}


@pytest.mark.parametrize(("name", "told", "kept", "unknown", "why"), OBJECTS)
def test_the_members_of_an_object_are_judged_too(
    name: str, told: Any, kept: Any, unknown: int, why: str
) -> None:
    outcome = minimise({name: told}, replace(CORPORATE, **ALL_ON))
    assert outcome.kept == ({} if kept is None else {name: kept}), why
    assert outcome.rows == (set() if kept is None else {truth.FACTS[name]}), why
    assert (outcome.unknown, outcome.refused) == (unknown, {}), why


@pytest.mark.parametrize("value", ["here", None, {}, {"street": "Main"}])
def test_a_refused_fact_is_refused_whatever_its_value(value: Any) -> None:
    outcome = minimise({"location": value}, PERSONAL)
    assert outcome == Minimised(refused={"device.location": Reason.OWNERSHIP_PERSONAL})


@pytest.mark.parametrize(("name", "row"), (WRONG_CHANNEL | NOT_A_DEVICE_S).items())
def test_a_device_may_not_send_what_another_supplies(name: str, row: str) -> None:
    for judging in CONTEXTS:
        outcome = minimise({name: "Ann"}, judging)
        assert outcome == Minimised(refused={row: Reason.WRONG_CHANNEL})


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("favouriteColour", "in no table"),
        ("DeviceName", "names are exact"),
        ("", "not even a name"),
        ("hardware.imei", "a row's id is not a fact's name"),
        ("applications/id", "the name of a member, not of a fact"),
        ("never.photos", "nor is this row's id"),
        ("__class__", "no attribute either"),
    ],
)
def test_a_name_that_is_in_no_table_is_counted_and_forgotten(name: str, why: str) -> None:
    for judging in CONTEXTS:
        assert minimise({name: "Ann"}, judging) == Minimised(unknown=1), why


@pytest.mark.parametrize("reason", [Reason.FEATURE_OFF, Reason.MAM_NOT_PERMITTED])
def test_refuse_all_refuses_every_known_fact_with_one_reason(reason: Reason) -> None:
    facts = {name: 1 for name in (*truth.FACTS, "tenantId", "callHistory") if "/" not in name}
    rows = {truth.FACTS[name] for name in facts if name in truth.FACTS} | {"device.tenant_id"}
    expected = dict.fromkeys(rows, reason) | {"never.calling_or_browsing_history": NEVER}
    assert refuse_all(facts, CORPORATE, reason) == Minimised(refused=expected)


@pytest.mark.parametrize("judging", CONTEXTS)
def test_refuse_all_names_the_rows_of_the_app_inventory(judging: Context) -> None:
    refused = refuse_all({"applications": [MAIL]}, judging, Reason.FEATURE_OFF).refused
    assert refused
    assert all(row.startswith("app_inventory.") for row in refused)


@pytest.mark.parametrize("judging", CONTEXTS)
def test_refuse_all_judges_nothing_and_only_counts_the_unknown(judging: Context) -> None:
    facts = {"isEncrypted": True, "favouriteColour": "blue", "": None}
    assert refuse_all(facts, judging, Reason.NO_CONSENT) == Minimised(unknown=2)
