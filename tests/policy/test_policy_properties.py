"""What must hold of every report in every context, whatever a device makes up."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import asdict, replace
from random import Random
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from policy import policy_truth as truth

from mdm_sim.policy.catalogue import wrong_channel_names
from mdm_sim.policy.context import Context, Ownership, Platform, Workload
from mdm_sim.policy.facts import JUDGED, KINDS, MEMBERS, Kind
from mdm_sim.policy.minimise import Minimised, minimise, refuse_all
from mdm_sim.policy.rules import Reason

SOME = settings(max_examples=150, deadline=None, derandomize=True)

# Marks that appear nowhere else, so that what leaks can be seen.
NAME, VALUE = "unknown-name-", "told-value-"

# Conditions that the page grants more for, and those with which a tenant or a mode allows less.
GRANTING = (
    "entra_joined",
    "mdm_enrolled",
    "mtd_connector",
    "compliant_apps_feature",
    "location_requested",
    "device_query",
    "tenant_diagnostics",
    "user_diagnostics",
)
LIMITING = ("strict_app_inventory", "location_on_request_only", "work_profile")

unknown_names = st.text(max_size=5).map(NAME.__add__)
texts = st.text(max_size=12).map(VALUE.__add__)
counts = st.integers(min_value=0, max_value=2**53)
numbers = st.floats(-180, 180) | st.integers(-180, 180)
conditions = st.fixed_dictionaries({name: st.booleans() for name in truth.CONDITIONS})
contexts = st.builds(
    lambda who, holding: Context(*who, **holding),
    st.tuples(st.sampled_from(Workload), st.sampled_from(Ownership), st.sampled_from(Platform)),
    conditions,
)
managed = st.frozensets(st.sampled_from(["mail", "game"]))


def json_values() -> st.SearchStrategy[Any]:
    """Any JSON value at all, with names that are in the tables and names that are not."""
    inner = {member for members in MEMBERS.values() for member in members}
    names = st.sampled_from(sorted(inner)) | unknown_names
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | texts
    return st.recursive(
        leaves,
        lambda deeper: st.lists(deeper, max_size=3) | st.dictionaries(names, deeper, max_size=3),
        max_leaves=6,
    )


def members_of(name: str) -> st.SearchStrategy[dict[str, Any]]:
    told = {member: fitting(kind) for member, kind in MEMBERS[name].items()}
    if name == "applications":
        told["id"] = st.sampled_from(["mail", "game", "other"])
    return st.fixed_dictionaries({}, optional=told)


def fitting(kind: Kind, name: str = "") -> st.SearchStrategy[Any]:
    """Values of the JSON type of a kind; telephone numbers look like numbers."""
    special = {
        Kind.BOOLEAN: st.booleans(),
        Kind.COUNT: counts,
        Kind.NUMBER: numbers,
        Kind.LATITUDE: numbers,
        Kind.LONGITUDE: numbers,
        Kind.TEXTS: st.lists(texts, max_size=3),
        Kind.PHONE: st.from_regex(r"\A\+32 [0-9]{3} [0-9]{6}\Z"),
    }
    if kind is Kind.OBJECT:
        return members_of(name)
    return (
        st.lists(members_of(name), max_size=3) if kind is Kind.OBJECTS else special.get(kind, texts)
    )


KNOWN = {name: fitting(kind, name) for name, kind in (KINDS | JUDGED).items()}
well_told = st.fixed_dictionaries({}, optional=KNOWN)
anything = json_values()
ill_told = st.dictionaries(
    st.sampled_from([*KNOWN, *truth.NEVER_FACTS, *wrong_channel_names()]) | unknown_names,
    anything,
    max_size=12,
)
reports = st.builds(lambda well, ill: well | ill, well_told, ill_told)


def line_of(name: str, context: Context) -> truth.Line:
    facts = truth.FACTS if context.workload == "mdm" else truth.ON_AN_APP
    return truth.BY_ID[facts[name]]


def held(outcome: Minimised) -> set[Any]:
    """What is kept, small enough to compare: names, parts of apps, and the whole number."""
    apps = outcome.kept.get("applications", [])
    parts = {(name, value) for app in apps for name, value in app.items()}
    return set(outcome.kept) | parts | (outcome.rows & {"user.phone_number"})


@SOME
@given(reports, contexts, managed)
def test_nothing_is_kept_that_the_page_does_not_permit(
    facts: dict[str, Any], context: Context, apps: frozenset[str]
) -> None:
    kept = minimise(facts, context, apps).kept
    for name in set(kept) - {"applications"}:
        assert line_of(name, context).permits(asdict(context))
    for app in kept.get("applications", []):
        where = asdict(context) | {"app_managed": app.get("id") in apps}
        assert all(line_of(f"applications/{name}", context).permits(where) for name in app)


@SOME
@given(well_told, contexts)
def test_what_the_page_permits_is_kept_and_the_rest_refused_by_name(
    facts: dict[str, Any], context: Context
) -> None:
    outcome = minimise(facts, context)
    told = {name: line_of(name, context) for name in set(facts) & set(truth.FACTS)}
    permitted = {name for name, line in told.items() if line.permits(asdict(context))}
    empty = {name for name in permitted if name in MEMBERS and not facts[name]}
    assert set(outcome.kept) - {"applications"} == permitted - empty
    refused = {line.id for name, line in told.items() if name not in permitted}
    assert {row for row in outcome.refused if not row.startswith("app_inventory.")} == refused


@SOME
@given(reports, contexts, managed)
def test_what_is_kept_is_kept_again_and_nothing_else_happens(
    facts: dict[str, Any], context: Context, apps: frozenset[str]
) -> None:
    first = minimise(facts, context, apps)
    again = minimise(first.kept, context, apps)
    assert again == Minimised(first.kept, first.rows, first.reduced)


@SOME
@given(reports, contexts, managed, st.randoms(use_true_random=False))
def test_the_order_of_facts_is_of_no_matter(
    facts: dict[str, Any], context: Context, apps: frozenset[str], random: Random
) -> None:
    shuffled = list(facts.items())
    random.shuffle(shuffled)
    assert minimise(dict(shuffled), context, apps) == minimise(facts, context, apps)


@SOME
@given(reports, contexts, st.sampled_from(sorted(truth.NEVER_FACTS)), anything)
def test_what_is_never_collected_is_refused_always(
    facts: dict[str, Any], context: Context, name: str, value: Any
) -> None:
    for outcome in (
        minimise(facts | {name: value}, context),
        refuse_all(facts | {name: value}, context, Reason.FEATURE_OFF),
    ):
        assert outcome.refused[truth.NEVER_FACTS[name]] == "never_collected"
        assert name not in outcome.kept | outcome.judged


@SOME
@given(reports, contexts, managed)
def test_only_what_is_kept_or_judged_holds_values_and_nothing_holds_an_unknown_name(
    facts: dict[str, Any], context: Context, apps: frozenset[str]
) -> None:
    outcome = minimise(facts, context, apps)
    for silent in (
        refuse_all(facts, context, Reason.NO_CONSENT),
        replace(outcome, kept={}, judged={}),
    ):
        assert VALUE not in repr(silent)
    assert NAME not in repr(outcome)


@SOME
@given(reports, contexts, managed)
def test_every_part_of_an_outcome_speaks_of_known_rows(
    facts: dict[str, Any], context: Context, apps: frozenset[str]
) -> None:
    outcome = minimise(facts, context, apps)
    assert outcome.rows | set(outcome.reduced) | set(outcome.refused) <= set(truth.BY_ID)
    assert set(outcome.judged) <= set(truth.JUDGED)
    assert set(outcome.refused.values()) <= set(Reason)


@SOME
@given(st.sampled_from([*KNOWN, *truth.NEVER_FACTS]) | st.text(), anything, contexts)
@example("location", 10**400, Context(Workload.MDM, Ownership.CORPORATE, Platform.IOS))
def test_no_value_of_any_name_is_an_error(name: str, value: Any, context: Context) -> None:
    for told in ({name: value}, {name: [value]}, {name: {"latitude": value, "id": value}}):
        outcome = minimise(told, context)
        assert isinstance(outcome, Minimised)


@SOME
@given(reports, contexts, managed)
def test_what_was_told_is_left_as_it_was(
    facts: dict[str, Any], context: Context, apps: frozenset[str]
) -> None:
    before = deepcopy(facts)
    minimise(facts, context, apps)
    refuse_all(facts, context, Reason.FEATURE_OFF)
    assert repr(facts) == repr(before)  # NaN is not equal to itself


@SOME
@given(well_told, contexts, managed, st.sampled_from(GRANTING))
def test_a_condition_that_grants_takes_nothing_away(
    facts: dict[str, Any], context: Context, apps: frozenset[str], name: str
) -> None:
    without = minimise(facts, replace(context, **{name: False}), apps)
    having = minimise(facts, replace(context, **{name: True}), apps)
    assert held(without) <= held(having)


@SOME
@given(well_told, contexts, managed, st.sampled_from(LIMITING))
def test_a_condition_that_limits_adds_nothing(
    facts: dict[str, Any], context: Context, apps: frozenset[str], name: str
) -> None:
    without = minimise(facts, replace(context, **{name: False}), apps)
    having = minimise(facts, replace(context, **{name: True}), apps)
    assert held(having) <= held(without)


@SOME
@given(well_told, contexts, managed)
def test_a_corporate_device_is_never_asked_less_than_a_personal_one(
    facts: dict[str, Any], context: Context, apps: frozenset[str]
) -> None:
    by_owner = [minimise(facts, replace(context, ownership=o), apps) for o in Ownership]
    corporate, personal, unknown = by_owner
    assert personal == unknown
    assert held(personal) <= held(corporate)


@SOME
@given(well_told, contexts, managed, managed)
def test_more_managed_apps_never_mean_less(
    facts: dict[str, Any], context: Context, apps: frozenset[str], more: frozenset[str]
) -> None:
    assert held(minimise(facts, context, apps)) <= held(minimise(facts, context, apps | more))


@SOME
@given(well_told, contexts)
def test_app_protection_alone_never_knows_more_of_a_device_than_management(
    facts: dict[str, Any], context: Context
) -> None:
    # Save for the app inventory: in MAM it follows the column, in MDM the note (decision 2).
    facts = {name: value for name, value in facts.items() if name != "applications"}
    mam = minimise(facts, replace(context, workload=Workload.MAM))
    mdm = minimise(facts, replace(context, workload=Workload.MDM))
    assert held(mam) <= held(mdm)
