"""The catalogue as a table: how many lines, how they are called, and that nothing is an orphan."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from dataclasses import FrozenInstanceError, fields

import pytest
from policy import policy_truth as truth
from policy.policy_truth import LINES, Line

from mdm_sim.policy import catalogue
from mdm_sim.policy.catalogue import BY_ID, ROWS, label, rows_by_fact, rule, wrong_channel_names
from mdm_sim.policy.context import Context, Ownership, Platform, Workload
from mdm_sim.policy.facts import JUDGED, KINDS, MEMBERS, Kind
from mdm_sim.policy.minimise import REDUCTIONS, Verb, judge
from mdm_sim.policy.rows import (
    CATEGORIES,
    NEVER,
    NOTE,
    OPTIONAL,
    REGISTER,
    REQUIRED,
    SUBFIELDS,
    Origin,
    Row,
)

PER_CATEGORY = {
    "access": 2,
    "admin_account": 8,
    "admin_created": 5,
    "admin_usage": 1,
    "app_inventory": 5,
    "audit": 6,
    "third_party_tenant": 1,
    "device": 13,
    "hardware": 11,
    "managed_app": 12,
    "support": 2,
    "tenant_account": 7,
    "user": 4,
}
ABOUT_A_DEVICE = {"app_inventory", "device", "hardware", "managed_app", "user"}

# fmt: off
PERMITTED = (
    # workload, ownership, managed app, rows about a device, why
    ("mdm", "corporate", False, 45, "every row, each on its own platform"),
    ("mdm", "corporate", True, 45, "MDM does not ask whether an app is managed"),
    ("mdm", "personal", False, 39, "without the five of the app inventory and the location"),
    ("mdm", "unknown", False, 39, "unknown ownership is judged as personal"),
    ("mam", "corporate", True, 23, "the unconditional Ja cells and the managed app's three"),
    ("mam", "personal", True, 23, "ownership is of no matter in MAM"),
    ("mam", "unknown", True, 23, "nor is unknown ownership"),
    ("mam", "personal", False, 20, "the app inventory asks for a managed app"),
    ("mam", "corporate", False, 20, "on a corporate device too"),
)
# fmt: on

# The rows that devices and apps report: those with facts.
REPORTED = set(truth.FACTS.values()) | set(truth.ON_AN_APP.values())


# Who supplies the other rows, by category.
SUPPLIERS = {
    "access": "account",
    "admin_account": "account",
    "admin_created": "admin",
    "admin_usage": "service",
    "audit": "service",
    "third_party_tenant": "third_party",
    "device": "service",
    "managed_app": "service",
    "support": "support",
    "tenant_account": "service",
    "user": "account",  # from the directory, never from free text
    "optional": "nobody",  # a query's answer is shown once
    "never": "nobody",
}


def by_id(line: Line | Row) -> str:
    return line.id


def version_in_a_process(seed: str) -> str:
    code = "from mdm_sim.policy.catalogue import VERSION; print(VERSION)"
    env = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, check=True)
    return done.stdout.decode().strip()


def test_the_page_has_77_required_rows_a_note_and_what_follows_the_table() -> None:
    parts = (REQUIRED, NOTE, SUBFIELDS, OPTIONAL, NEVER)
    assert [len(part) for part in parts] == [77, 1, 1, 5, 7]
    assert sum(parts, ()) == ROWS


def test_every_row_has_an_id_of_its_own() -> None:
    assert len(BY_ID) == len(ROWS)
    assert all(BY_ID[row.id] is row for row in ROWS)


def test_every_category_has_the_page_s_number_of_rows() -> None:
    assert Counter(row.category for row in REQUIRED) == PER_CATEGORY
    assert list(CATEGORIES) == list(PER_CATEGORY)


def test_every_row_stands_in_a_known_category() -> None:
    assert {row.category for row in REQUIRED + NOTE + SUBFIELDS} == set(CATEGORIES)
    assert {row.category for row in OPTIONAL} == {"optional"}
    assert {row.category for row in NEVER} == {"never"}


def test_the_mam_column_says_46_times_ja_and_31_times_neen() -> None:
    cells = Counter(row.mam_cell.split(" ")[0] for row in REQUIRED)
    assert cells == {"Ja": 46, "Neen": 31}
    assert sum(row.mam_cell.startswith("Ja (") for row in REQUIRED) == 10


@pytest.mark.parametrize("line", LINES, ids=by_id)
def test_a_row_is_printed_as_on_the_page(line: Line) -> None:
    row = BY_ID[line.id]
    assert label(row, "nl") == line.label
    assert row.mam_cell == line.cell


@pytest.mark.parametrize(("category", "printed"), truth.CATEGORIES.items())
def test_a_category_is_printed_as_on_the_page(category: str, printed: str) -> None:
    assert CATEGORIES[category][0] == printed


@pytest.mark.parametrize("row", ROWS, ids=by_id)
def test_a_row_has_a_label_in_both_languages(row: Row) -> None:
    assert label(row, "nl")
    assert label(row, "en")


@pytest.mark.parametrize(
    ("row", "english"),
    [
        ("managed_app.device_health_status", "Device health status"),  # the Dutch drops "health"
        ("access.certificate_private_keys", "Private keys for certificates"),  # not "personal"
        ("admin_account.admin_full_name", "Admin user first name and last name"),  # the admin's
        ("admin_usage.console_interactions", CATEGORIES["admin_usage"][1]),  # a category row
        ("third_party_tenant.ids", "Customer third party tenant IDs (like Apple ID)"),  # another
    ],
)
def test_an_english_label_says_what_the_dutch_one_means(row: str, english: str) -> None:
    assert label(BY_ID[row], "en") == english


@pytest.mark.parametrize("workload", Workload)
def test_a_workload_reads_its_own_column(workload: Workload) -> None:
    for row in ROWS:
        assert rule(row, workload) is {"mdm": row.mdm, "mam": row.mam}[workload]


@pytest.mark.parametrize(("workload", "facts"), [("mdm", truth.FACTS), ("mam", truth.ON_AN_APP)])
def test_every_fact_has_exactly_one_row(workload: str, facts: dict[str, str]) -> None:
    rows = rows_by_fact(Workload(workload))
    assert {fact: row.id for fact, row in rows.items()} == facts | truth.NEVER_FACTS


@pytest.mark.parametrize("workload", Workload)
def test_no_two_rows_of_a_workload_share_a_fact(workload: Workload) -> None:
    unused = {"mdm": "managed_app.entra_device_id", "mam": "device.entra_device_id"}[workload]
    facts = [fact for row in ROWS if row.id != unused for fact in row.facts]
    assert len(facts) == len(set(facts))


@pytest.mark.parametrize("fact", [*truth.FACTS, *truth.JUDGED])
def test_every_fact_has_a_kind(fact: str) -> None:
    name, _, member = fact.partition("/")
    kinds = MEMBERS[name] if member else KINDS | JUDGED
    assert isinstance(kinds[member or name], Kind)


def test_a_fact_that_has_no_row_has_no_kind() -> None:
    assert set(KINDS) == {fact.partition("/")[0] for fact in truth.FACTS}
    assert set(JUDGED) == set(truth.JUDGED)
    assert {f"applications/{name}" for name in MEMBERS["applications"]} == {
        fact for fact in truth.FACTS if fact.startswith("applications/")
    }


def test_what_is_an_object_has_members() -> None:
    objects = {name for name, kind in KINDS.items() if kind in {Kind.OBJECT, Kind.OBJECTS}}
    assert set(MEMBERS) == objects
    assert all(MEMBERS.values())


def test_what_is_never_collected_has_no_kind_and_is_not_judged() -> None:
    assert not set(truth.NEVER_FACTS) & (set(KINDS) | set(JUDGED))


@pytest.mark.parametrize("line", LINES, ids=by_id)
def test_a_device_supplies_exactly_the_rows_that_have_facts(line: Line) -> None:
    row, never = BY_ID[line.id], line.id in truth.NEVER_FACTS.values()
    assert bool(row.facts) == (line.id in REPORTED or never)
    assert (row.origin is Origin.DEVICE) == (line.id in REPORTED)


@pytest.mark.parametrize("row", [row for row in ROWS if row.id not in REPORTED], ids=by_id)
def test_what_no_device_supplies_comes_from_whom_the_page_means(row: Row) -> None:
    note = row.id == "app_inventory.note"
    assert row.origin == ("nobody" if note else SUPPLIERS[row.category])


def test_a_name_means_one_thing_only() -> None:
    names = [name for row in ROWS for name in row.other_names]
    assert len(names) == len(set(names))
    assert not set(wrong_channel_names()) & (set(KINDS) | set(JUDGED) | set(truth.NEVER_FACTS))


def test_every_row_that_no_device_supplies_is_barred_by_its_id_and_other_names() -> None:
    barred = {line.id for line in truth.REQUIRED} - REPORTED
    names = wrong_channel_names()
    assert barred <= set(names)
    assert all(names[name] == id_ for id_ in barred for name in (id_, *BY_ID[id_].other_names))


def test_every_reduction_is_known() -> None:
    reduced = {row.id: row.reduction.how for row in ROWS if row.reduction}
    assert reduced == {"user.phone_number": "keep_last4"}
    assert set(reduced.values()) == set(REDUCTIONS)


def test_the_register_is_declared_beside_the_table() -> None:
    needed = {"workload", "ownership", "platform", "lastSyncDateTime", "complianceState"}
    assert needed < set(REGISTER)
    assert all(REGISTER.values())
    assert not set(REGISTER) & (set(KINDS) | set(JUDGED) | set(BY_ID))


@pytest.mark.parametrize(("workload", "ownership", "managed", "count", "why"), PERMITTED)
def test_the_permitted_rows_are_as_many_as_the_page_allows(
    workload: str, ownership: str, managed: bool, count: int, why: str
) -> None:
    who = Workload(workload), Ownership(ownership)
    contexts = [Context(*who, platform, app_managed=managed) for platform in Platform]
    rows = [row for row in REQUIRED if row.category in ABOUT_A_DEVICE]
    kept = [row for row in rows if any(judge(row, c).verb is not Verb.REFUSE for c in contexts)]
    assert len(kept) == count, why


@pytest.mark.parametrize("seed", ["0", "4711"])
def test_the_version_is_the_same_in_every_process(seed: str) -> None:
    assert version_in_a_process(seed) == catalogue.VERSION


def test_the_version_names_the_month_and_a_digest() -> None:
    month, digest = catalogue.VERSION.split(".")
    assert month.count("-") == 1
    assert len(digest) == 12
    assert int(digest, 16) >= 0


def test_nobody_can_change_a_row_or_a_context() -> None:
    for thing in (ROWS[0], Context(Workload.MDM, Ownership.CORPORATE, Platform.IOS), ROWS[0].mdm):
        name = fields(thing)[0].name
        with pytest.raises(FrozenInstanceError):
            setattr(thing, name, None)
