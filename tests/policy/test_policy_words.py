"""The policy in words: everything that may be said is said in both languages."""

from __future__ import annotations

import re

import pytest

from mdm_sim.policy import catalogue, rows, words
from mdm_sim.policy.context import CONDITIONS, Ownership, Platform, Workload
from mdm_sim.policy.explain import catalogue_rows
from mdm_sim.policy.minimise import REDUCTIONS
from mdm_sim.policy.preview import Fate
from mdm_sim.policy.retention import BY_ID, CLEANUP_DAYS, RETENTION, seconds
from mdm_sim.policy.rows import Origin
from mdm_sim.policy.rules import (
    AllOf,
    AnyOf,
    Reason,
    always,
    if_apple_mobile,
    if_entra_joined,
    if_mac,
    if_managed_app,
    never_collected,
    off,
    on,
)
from mdm_sim.policy.words import Phrase, condition

if_managed = on("app_managed", Reason.UNMANAGED_APP)

# fmt: off
SAID = (
    # rule, in English, in Dutch
    (always, "always", "altijd"),
    (never_collected, "never", "nooit"),
    (if_entra_joined, "the device is Entra joined", "het apparaat is lid van Entra"),
    (if_apple_mobile, "the platform is iOS or iPadOS", "het platform is iOS of iPadOS"),
    (off("work_profile", Reason.FEATURE_OFF), "the device has no work profile",
     "het apparaat heeft geen werkprofiel"),
    (AllOf((always,)), "always", "altijd"),
    (AnyOf((if_mac, AllOf((if_entra_joined, if_managed))), Reason.FEATURE_OFF),
     "the platform is macOS or (the device is Entra joined and the app is managed)",
     "het platform is macOS of (het apparaat is lid van Entra en de app wordt beheerd)"),
)
TABLES = (
    (words.CONDITIONS, CONDITIONS), (words.REASONS, Reason), (words.REDUCTIONS, REDUCTIONS),
    (words.VALUES, {*Workload, *Ownership, *Platform}), (words.ORIGINS, Origin),
    (words.VERDICTS, Fate), (words.REGISTER_NL, rows.REGISTER),
    (words.OUTSIDE, {row.category for row in catalogue.ROWS} - set(rows.CATEGORIES)),
)
# fmt: on


@pytest.mark.parametrize(("rule", "english", "dutch"), SAID)
def test_a_rule_is_said_in_both_languages(rule: AllOf | AnyOf, english: str, dutch: str) -> None:
    assert (condition(rule), condition(rule, "nl")) == (english, dutch)


@pytest.mark.parametrize(("table", "all_"), TABLES)
def test_there_are_words_for_everything_and_for_nothing_else(
    table: dict[str, object], all_: set[str]
) -> None:
    assert {str(name) for name in table} == {str(name) for name in all_}


def test_every_phrase_is_in_both_languages_and_different() -> None:
    phrases = [*words.REASONS.values(), *words.REDUCTIONS.values(), *words.ORIGINS.values()]
    phrases += [phrase for pair in words.CONDITIONS.values() for phrase in pair]
    assert all(phrase.en and phrase.nl and phrase.en != phrase.nl for phrase in phrases)


def test_what_a_condition_asks_for_is_not_said_of_its_opposite() -> None:
    for holds, fails in words.CONDITIONS.values():
        assert not {*holds} & {*fails}


def test_names_are_listed_as_people_list_them() -> None:
    assert words.listed(["a"], "en") == "a"
    assert words.listed(["a", "b", "c"], "nl") == "a, b of c"


def test_the_dutch_catalogue_speaks_no_english() -> None:
    english = re.compile(r"\b(the|is not|always|never|and|or|unless)\b")
    said = [
        row[part] or ""
        for row in catalogue_rows("nl")["rows"]
        for part in ("mdm", "mam", "reduction")
    ]
    assert [text for text in said if english.search(text)] == []


def test_the_rule_of_managed_apps_brackets_what_belongs_together() -> None:
    assert condition(if_managed_app).startswith("the app is managed and (the note is not read")


def test_every_period_has_an_id_words_and_a_source() -> None:
    assert len(BY_ID) == len(RETENTION)
    assert all(period.en and period.nl and period.source for period in RETENTION)


@pytest.mark.parametrize(("period", "length"), [
    ("location", 24 * 3600), ("selective_wipe_ended", 4 * 86400),
    ("selective_wipe_pending", 94 * 86400), ("app_idle", 90 * 86400),
    ("deleted_user", 30 * 86400), ("deleted_group", 30 * 86400), ("audit", 730 * 86400),
    ("tenant_end", 180 * 86400),
    ("query_result", 600), ("query_pending", 86400), ("receipts", 90 * 86400),
    ("ended_credential", 365 * 86400), ("pseudonym_key", 90 * 86400), ("signing_key", 42 * 86400),
])  # fmt: skip
def test_a_period_is_as_long_as_documented(period: str, length: int) -> None:
    assert seconds(period) == length


def test_a_cleanup_rule_has_intune_s_bounds() -> None:
    assert CLEANUP_DAYS == (30, 270)


def test_a_phrase_is_said_in_the_language_asked_for() -> None:
    assert [words.say(Phrase("a", "b"), language) for language in words.LANGUAGES] == ["a", "b"]
