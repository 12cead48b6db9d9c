"""What would become of facts: the same as what becomes of them, told without a value."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdm_sim.policy import catalogue
from mdm_sim.policy.context import Context, Ownership, Platform, Workload
from mdm_sim.policy.facts import JUDGED, KINDS, MEMBERS
from mdm_sim.policy.minimise import minimise
from mdm_sim.policy.preview import Fate, Forecast, in_json, preview
from mdm_sim.policy.telling import preview_lines

PERSONAL = Context(Workload.MDM, Ownership.PERSONAL, Platform.IOS)
CORPORATE = Context(Workload.MDM, Ownership.CORPORATE, Platform.IOS)
MAM = Context(Workload.MAM, Ownership.PERSONAL, Platform.IOS)
CANARY = "CANARY"
APPS = [{"id": "own", "name": CANARY, "sizeInBytes": 1}, {"id": "other", "name": CANARY}]

NAMES = st.sampled_from([
    *KINDS, *JUDGED, *catalogue.wrong_channel_names(),
    *(fact for row in catalogue.ROWS for fact in row.facts), "unknown", "",
])  # fmt: skip
MEMBER_NAMES = st.sampled_from([*MEMBERS["applications"], *MEMBERS["location"], "unknown"])
SIMPLE = st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3)
OBJECTS = st.dictionaries(MEMBER_NAMES, SIMPLE, max_size=4)
VALUES = SIMPLE | OBJECTS | st.lists(OBJECTS, max_size=3)
CONTEXTS = st.builds(
    Context,
    st.sampled_from(Workload),
    st.sampled_from(Ownership),
    st.sampled_from(Platform),
    strict_app_inventory=st.booleans(),
    compliant_apps_feature=st.booleans(),
    tenant_diagnostics=st.booleans(),
    user_diagnostics=st.booleans(),
)


def told(facts: dict[str, Any], context: Context, *managed: str) -> dict[str, Forecast]:
    return {forecast.name: forecast for forecast in preview(facts, context, managed).facts}


@pytest.mark.parametrize(("fact", "value", "context", "expected"), [
    ("deviceName", "x", PERSONAL, Forecast("deviceName", Fate.KEPT, "hardware.device_name")),
    ("phoneNumber", "+31612345678", PERSONAL,
     Forecast("phoneNumber", Fate.REDUCED, "user.phone_number", how="keep_last4")),
    ("location", {"latitude": 1, "longitude": 1}, PERSONAL,
     Forecast("location", Fate.REFUSED, "device.location", "ownership_personal")),
    ("isEncrypted", True, PERSONAL, Forecast("isEncrypted", Fate.JUDGED)),
    ("photos", [], CORPORATE, Forecast("photos", Fate.REFUSED, "never.photos", "never_collected")),
    ("encryptionKeys", "x", MAM,
     Forecast("encryptionKeys", Fate.REFUSED, "managed_app.encryption_keys", "wrong_channel")),
])  # fmt: skip
def test_each_fact_is_told_with_its_row_and_why(
    fact: str, value: Any, context: Context, expected: Forecast
) -> None:
    assert told({fact: value}, context) == {fact: expected}


def test_apps_are_told_row_by_row_and_counted() -> None:
    seen = preview({"applications": APPS}, MAM, ["own"])
    name, size = (f"applications/{member}" for member in ("name", "sizeInBytes"))
    found = {each.name: (each.fate, each.kept, each.of, each.reason) for each in seen.facts}
    assert found[name] == (Fate.KEPT, 1, 2, "unmanaged_app")
    assert found[size] == (Fate.REFUSED, 0, 1, "mam_not_permitted")
    assert seen.apps == (1, 2)


def test_the_app_that_registers_is_managed() -> None:
    facts = {"applications": APPS[:1], "appIdentifier": {"bundleId": "own"}}
    assert told(facts, MAM)["applications/name"].fate is Fate.KEPT


def test_what_is_null_was_not_sent_and_what_is_unknown_is_counted() -> None:
    seen = preview({"imei": None, CANARY: 1, "location": {"latitude": 1, "x": 1}}, CORPORATE)
    assert [forecast.name for forecast in seen.facts] == ["location"]
    assert seen.unknown == 2


def test_the_order_is_the_page_s_whatever_is_sent_first() -> None:
    facts = {"isEncrypted": True, "photos": 1, "phoneNumber": "+31612345678", "imei": "1"}
    names = [forecast.name for forecast in preview(facts, PERSONAL).facts]
    assert names == ["imei", "phoneNumber", "photos", "isEncrypted"]


def test_no_value_and_no_unknown_name_is_told() -> None:
    facts = {"deviceName": CANARY, "photos": CANARY, CANARY: CANARY, "applications": APPS}
    facts["location"] = {CANARY: CANARY, "latitude": 1.0, "longitude": 1.0}
    for context in (PERSONAL, CORPORATE, MAM):
        seen = preview(facts, context, ["own"])
        texts = [*preview_lines(seen, "en"), *preview_lines(seen, "nl"), json.dumps(in_json(seen))]
        assert CANARY not in "".join(texts)


def test_the_lines_say_why_in_the_language_asked_for() -> None:
    seen = preview({"applications": APPS, "phoneNumber": "+31612345678", "x": 1}, PERSONAL)
    said = "\n".join(preview_lines(seen, "nl"))
    assert "ingekort   phoneNumber: user.phone_number (Telefoonnummer), tot de laatste vier" in said
    assert "0 van 2, het apparaat geldt als persoonlijk [ownership_personal]" in said
    assert said.endswith(
        "apps waarvan iets wordt bewaard: 0 van 2\nonbekende namen, alleen geteld: 1"
    )


def test_an_app_that_is_not_kept_beside_one_that_is_gets_its_own_reason() -> None:
    said = "\n".join(preview_lines(preview({"applications": APPS}, MAM, ["own"]), "en"))
    assert "1 of 2, the others not: the app is not managed [unmanaged_app]" in said


@given(st.dictionaries(NAMES, VALUES, max_size=6), CONTEXTS)
def test_a_preview_says_what_minimise_does(facts: dict[str, Any], context: Context) -> None:
    facts = {name: value for name, value in facts.items() if value is not None}
    facts.pop("appIdentifier", None)
    seen, outcome = preview(facts, context), minimise(facts, context)
    by_fate = {fate: {each.row for each in seen.facts if each.fate is fate} for fate in Fate}
    reasons = {each.row for each in seen.facts if each.reason}
    assert by_fate[Fate.KEPT] == outcome.rows
    assert by_fate[Fate.REDUCED] == set(outcome.reduced)
    assert reasons == set(outcome.refused)
    assert {each.name for each in seen.facts if each.fate is Fate.JUDGED} == set(outcome.judged)
    assert seen.unknown == outcome.unknown
