"""Every line of the page, in every context there can be, against a second reading of the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from itertools import product
from operator import and_
from typing import Any, NamedTuple

import pytest
from policy import policy_truth as truth
from policy.policy_truth import LINES, Line

from mdm_sim.policy.catalogue import BY_ID, ROWS
from mdm_sim.policy.context import CONDITIONS, Context, Ownership, Platform, Workload
from mdm_sim.policy.minimise import Verb, judge
from mdm_sim.policy.rows import Origin, Reduction, Row
from mdm_sim.policy.rules import Reason, Rule

NAMES = ("workload", "ownership", "platform", *truth.CONDITIONS)
VALUES = (Workload, Ownership, Platform, *[(False, True)] * len(truth.CONDITIONS))
SPACE = tuple(Context(**dict(zip(NAMES, values, strict=True))) for values in product(*VALUES))

# A line with one condition is refused for that condition and no other reason.
REASON = {
    truth.never: "mam_not_permitted",
    truth.joined: "not_entra_joined",
    truth.enrolled: "not_mdm_enrolled",
    truth.threat_connector: "mtd_not_configured",
    truth.apple_mobile: "platform_mismatch",
    truth.mac: "platform_mismatch",
    truth.windows: "platform_mismatch",
    truth.note: "ownership_personal",  # its one reason: the device is not corporate-owned
}

MDM = {"workload": "mdm", "ownership": "corporate", "platform": "windows"}
MAM = MDM | {"workload": "mam"}
STRICT = {"app_managed": True, "strict_app_inventory": True, "ownership": "personal"}
PERSONAL_MAC = MDM | {"ownership": "personal", "platform": "macos"}
ON_ORDER = {"location_on_request_only": True}
QUERY = {"entra_joined": True, "device_query": True}

# fmt: off
REFUSALS = (
    # row, context, reason, why
    ("never.photos", MDM, "never_collected", "not even from a corporate device"),
    ("never.photos", MAM, "never_collected", "the reason stays the same in MAM"),
    ("hardware.imei", MAM, "mam_not_permitted", "the cell says Neen"),
    ("access.static_authenticators", MAM, "mam_not_permitted", "the cell says Neen"),
    ("device.location", MDM | {"ownership": "personal"}, "ownership_personal", "corporate only"),
    ("device.location", MDM | {"ownership": "unknown"}, "ownership_personal", "as personal"),
    ("device.location", MDM | ON_ORDER, "feature_off", "nobody asked where it is"),
    ("device.location", MDM | ON_ORDER | {"ownership": "personal"}, "ownership_personal", "first"),
    ("app_inventory.size", MDM | {"ownership": "personal"}, "ownership_personal", "the note"),
    ("app_inventory.size", MAM, "mam_not_permitted", "Neen, whoever owns the device"),
    ("app_inventory.app_id", MAM, "unmanaged_app", "managed apps only"),
    ("app_inventory.app_id", MAM | STRICT, "ownership_personal", "a strict tenant adds the note"),
    ("app_inventory.app_id", MAM | STRICT | {"app_managed": False}, "unmanaged_app", "comes first"),
    ("device.apple_id", MDM, "platform_mismatch", "Windows has no Apple ID"),
    ("device.mac_address_mac", MDM | {"platform": "ios"}, "platform_mismatch", "Macs only"),
    ("device.windows_id", MDM | {"platform": "linux"}, "platform_mismatch", "Windows only"),
    ("device.entra_device_id", MAM, "not_entra_joined", "the cell's condition"),
    ("managed_app.entra_device_id", MAM, "not_entra_joined", "the cell's condition"),
    ("device.intune_device_id", MAM, "not_mdm_enrolled", "the cell's condition"),
    ("managed_app.intune_device_management_id", MAM, "not_mdm_enrolled", "the cell's condition"),
    ("managed_app.device_health_status.threat_state", MDM, "mtd_not_configured", "no connector"),
    ("managed_app.device_health_status.threat_state", MAM, "mtd_not_configured", "no connector"),
    ("optional.diagnostics.usage", MDM, "feature_off", "the tenant has not opted in"),
    ("optional.diagnostics.usage", MDM | {"user_diagnostics": True}, "feature_off", "tenant first"),
    ("optional.diagnostics.usage", MAM | {"tenant_diagnostics": True}, "no_consent", "user is off"),
    ("optional.device_query", PERSONAL_MAC, "ownership_personal", "the ownership comes first"),
    ("optional.device_query", MDM | {"platform": "macos"}, "platform_mismatch", "Windows only"),
    ("optional.device_query", MDM, "not_entra_joined", "joined devices only"),
    ("optional.device_query", MDM | {"entra_joined": True}, "feature_off", "off by default"),
    ("optional.device_query", MAM | QUERY, "mam_not_permitted", "never in MAM"),
)
# fmt: on


class Judged(NamedTuple):
    """A byte per context of SPACE: is it kept, is it cut; and every way in which it happens."""

    permits: bytes
    cuts: bytes
    ways: set[tuple[str, Verb, str]]


@cache
def truths() -> dict[truth.Condition, bytes]:
    """What each condition of the page says, a byte per context of SPACE."""
    conditions = {test for line in LINES for test in (line.mdm, line.mam, line.last_four)}
    said = {test: bytearray() for test in conditions}
    for values in product(*VALUES):
        context = dict(zip(NAMES, values, strict=True))
        for test in conditions:
            said[test].append(test(context))
    return {test: bytes(column) for test, column in said.items()}


@cache
def judged(mdm: Rule, mam: Rule, reduction: Reduction | None) -> Judged:
    """What `judge` does in SPACE with every row that has these rules."""
    row = Row("a.row", "", "", "", mdm, mam, Origin.DEVICE, reduction=reduction)
    verdicts = [judge(row, context) for context in SPACE]
    ways = {(c.workload, v.verb, v.detail) for c, v in zip(SPACE, verdicts, strict=True)}
    kept = bytes(verdict.verb in {Verb.KEEP, Verb.REDUCE} for verdict in verdicts)
    return Judged(kept, bytes(verdict.verb is Verb.REDUCE for verdict in verdicts), ways)


def judged_line(line: Line) -> Judged:
    row = BY_ID[line.id]
    return judged(row.mdm, row.mam, row.reduction)


def permitted(line: Line) -> bytes:
    """What the page says of a line, a byte per context: the first half of SPACE is MDM."""
    half = len(SPACE) // 2
    return truths()[line.mdm][:half] + truths()[line.mam][half:]


def differences(one: bytes, other: bytes) -> list[Context]:
    """The first few contexts in which two columns differ."""
    pairs = () if one == other else zip(SPACE, one, other, strict=True)
    return [context for context, a, b in pairs if a != b][:3]


def context_of(plain: dict[str, Any]) -> Context:
    words = {"workload": Workload, "ownership": Ownership, "platform": Platform}
    return Context(**{name: words.get(name, bool)(value) for name, value in plain.items()})


def edges() -> Iterator[Context]:
    """Every workload, ownership and platform; of the conditions none, all, one, all but one."""
    for *who, on in product(Workload, Ownership, Platform, (False, True)):
        yield Context(*who, **dict.fromkeys(CONDITIONS, on))
        for name in CONDITIONS:
            yield Context(*who, **dict.fromkeys(CONDITIONS, on) | {name: not on})


EDGES = tuple(edges())


def test_the_page_and_the_catalogue_ask_about_the_same_conditions() -> None:
    assert CONDITIONS == truth.CONDITIONS
    assert tuple(field.name for field in fields(Context)) == NAMES


def test_the_space_is_every_context_there_is() -> None:
    half = len(SPACE) // 2
    assert len(set(SPACE)) == 2 * 3 * 6 * 2**12
    assert {context.workload for context in SPACE[:half]} == {"mdm"}
    assert {context.workload for context in SPACE[half:]} == {"mam"}


def test_the_page_and_the_catalogue_have_the_same_lines() -> None:
    assert [row.id for row in ROWS] == [line.id for line in LINES]


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.id)
def test_a_row_is_permitted_exactly_when_the_page_says_so(line: Line) -> None:
    assert differences(judged_line(line).permits, permitted(line)) == []


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.id)
def test_a_value_is_cut_to_four_digits_exactly_when_it_must_be(line: Line) -> None:
    must = bytes(map(and_, permitted(line), truths()[line.last_four]))
    assert differences(judged_line(line).cuts, must) == []


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.id)
def test_what_is_permitted_is_kept_whole_or_to_four_digits(line: Line) -> None:
    ways = {way[1:] for way in judged_line(line).ways if way[1] is not Verb.REFUSE}
    four = {(Verb.REDUCE, "keep_last4")} if line.id == "user.phone_number" else set()
    assert ways <= {(Verb.KEEP, "")} | four


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.id)
def test_a_row_with_one_condition_is_refused_for_that_condition_everywhere(line: Line) -> None:
    for workload, test in (("mdm", line.mdm), ("mam", line.mam)):
        here = {way[1:] for way in judged_line(line).ways if way[0] == workload}
        reasons = {detail for verb, detail in here if verb is Verb.REFUSE}
        if test in REASON:
            never_kept = line.id.startswith("never.")
            assert reasons == {"never_collected" if never_kept else REASON[test]}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_verdict_names_its_row_and_follows_from_its_rules_alone(row: Row) -> None:
    probe = Row("a.row", "", "", "", row.mdm, row.mam, Origin.DEVICE, reduction=row.reduction)
    for context in EDGES:
        verdict, other = judge(row, context), judge(probe, context)
        assert (verdict.verb, verdict.detail) == (other.verb, other.detail)
        assert verdict.row == row.id


@pytest.mark.parametrize(("row", "context", "reason", "why"), REFUSALS)
def test_a_refusal_says_why(row: str, context: dict[str, Any], reason: str, why: str) -> None:
    verdict = judge(BY_ID[row], context_of(context))
    assert (verdict.verb, verdict.detail) == (Verb.REFUSE, reason), why


def test_every_reason_but_the_wrong_channel_comes_from_a_row() -> None:
    assert {reason for _, _, reason, _ in REFUSALS} == set(Reason) - {Reason.WRONG_CHANNEL}
