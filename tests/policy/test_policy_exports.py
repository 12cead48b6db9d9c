"""The policy as data: tags of the real taxonomy, a manifest that fides reads, closed tables."""

from __future__ import annotations

import warnings
from typing import Any

import orjson
import pytest

with warnings.catch_warnings():  # fideslang may use what its own libraries deprecate
    warnings.simplefilter("ignore", DeprecationWarning)
    from fideslang import DEFAULT_TAXONOMY, models

from mdm_sim.policy import catalogue
from mdm_sim.policy.exports import EXPORTS, TITLES, readable
from mdm_sim.policy.exports.processing_record import PURPOSES
from mdm_sim.policy.facts import KINDS
from mdm_sim.policy.retention import RETENTION
from mdm_sim.policy.rows import NEVER, REGISTER
from mdm_sim.policy.tags import JUDGED_TAG, REGISTER_TAGS, TAGS, Tag
from mdm_sim.policy.trees import fields_of, rule_of, tree_of
from mdm_sim.policy.whereabouts import (
    ENTRIES,
    LIFETIMES,
    OWN_TABLES,
    REGISTER_COLUMNS,
    VIEWS,
    holdings,
)
from mdm_sim.policy.words import LANGUAGES

EVERY_TAG = {*TAGS.values(), *REGISTER_TAGS.values(), JUDGED_TAG}
BROKEN = [
    None, [], "always", {"is": "CANARY", "in": [True], "reason": "feature_off"},
    {"is": "ownership", "in": ["CANARY"], "reason": "feature_off"},
    {"is": "work_profile", "in": [1], "reason": "feature_off"},
    {"is": "platform", "in": [True], "reason": "feature_off"},
    {"any": [], "reason": "CANARY"}, {"all": [{"all": "CANARY"}]}, {"any": []},
]  # fmt: skip


def document(kind: str, language: str = "en") -> dict[str, Any]:
    """An export as whoever reads the file gets it."""
    found: dict[str, Any] = orjson.loads(orjson.dumps(EXPORTS[kind](language)))
    return found


def manifest() -> models.Taxonomy:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return models.Taxonomy.model_validate(document("fideslang"))


def keys(resources: list[Any]) -> set[str]:
    return {resource.fides_key for resource in resources}


def test_every_row_and_every_name_of_the_register_has_a_tag() -> None:
    assert set(TAGS) == set(catalogue.BY_ID)
    assert set(REGISTER_TAGS) == set(REGISTER) == set(REGISTER_COLUMNS)


@pytest.mark.parametrize("tag", sorted(EVERY_TAG))
def test_a_tag_is_of_the_real_taxonomy(tag: Tag) -> None:
    assert tag.category in keys(DEFAULT_TAXONOMY.data_category)
    assert tag.use in {*keys(DEFAULT_TAXONOMY.data_use), ""}
    assert tag.subject in {*keys(DEFAULT_TAXONOMY.data_subject), ""}


def test_only_what_is_never_collected_has_no_use() -> None:
    assert {id_ for id_, tag in TAGS.items() if not tag.use} == {row.id for row in NEVER}


def test_data_about_a_person_has_a_person() -> None:
    without = {tag.category for tag in TAGS.values() if not tag.subject}
    assert without == {"system.operations"}


def test_tags_are_no_part_of_the_version() -> None:
    assert not any(
        "dataCategory" in line or "system.operations" in line for line in catalogue._lines()
    )


@pytest.mark.parametrize("row", catalogue.ROWS, ids=lambda row: row.id)
def test_a_rule_is_the_same_after_its_way_through_json(row: Any) -> None:
    for rule in (row.mdm, row.mam, *([row.reduction.unless] if row.reduction else ())):
        assert rule_of(orjson.loads(orjson.dumps(tree_of(rule)))) == rule


@pytest.mark.parametrize("tree", BROKEN)
def test_a_broken_tree_is_no_rule_and_is_not_quoted(tree: Any) -> None:
    with pytest.raises(ValueError, match="rule") as caught:
        rule_of(tree)
    assert "CANARY" not in str(caught.value)


def test_a_tree_may_not_be_bottomless() -> None:
    tree: Any = {"all": []}
    for _ in range(100):
        tree = {"all": [tree]}
    with pytest.raises(ValueError, match="form"):
        rule_of(tree)


def test_the_fields_of_rules_are_named_once_in_the_context_s_order() -> None:
    row = catalogue.BY_ID["app_inventory.app_id"]
    fields = ["ownership", "compliant_apps_feature", "strict_app_inventory", "app_managed"]
    assert fields_of(row.mam, row.mdm) == fields


def test_the_exported_catalogue_has_every_row_fact_and_name_in_both_languages() -> None:
    found = document("catalogue")
    assert [row["id"] for row in found["rows"]] == list(catalogue.BY_ID)
    assert set(found["facts"]) == set(KINDS)
    texts = [row[part] for row in found["rows"] for part in ("mdm", "mam", "labels")]
    assert all(text[language] for text in texts for language in LANGUAGES)
    assert found["version"] == catalogue.VERSION


def test_fides_reads_the_manifest_and_knows_all_its_keys() -> None:
    read = manifest()
    used = [declaration for system in read.system for declaration in system.privacy_declarations]
    assert {use.data_use for use in used} <= keys(DEFAULT_TAXONOMY.data_use)
    assert {name for use in used for name in use.data_subjects} <= keys(
        DEFAULT_TAXONOMY.data_subject
    )
    assert {name for use in used for name in use.data_categories} <= keys(
        DEFAULT_TAXONOMY.data_category
    )
    assert read.system[0].dataset_references == [read.dataset[0].fides_key]


def test_the_manifest_s_fields_are_where_rows_and_the_register_lie() -> None:
    fields = {
        f"{table.name}.{field.name}"
        for table in manifest().dataset[0].collections
        for field in table.fields
    }
    rows = {place.column for row in catalogue.ROWS for place in holdings(row)}
    assert fields == rows | {column for names in REGISTER_COLUMNS.values() for column in names}


def test_a_fact_in_the_manifest_has_its_row_s_category() -> None:
    tables = {table.name: table for table in manifest().dataset[0].collections}
    facts = next(field for field in tables["managed_devices"].fields if field.name == "facts")
    by_name = {field.name: field.data_categories for field in facts.fields or []}
    assert by_name["imei"] == ["user.device.device_id"]
    assert by_name["location"] == ["user.location.precise"]
    assert by_name["applications.name"] == ["user.device"]


def test_what_is_never_collected_lies_nowhere() -> None:
    assert [row.id for row in NEVER if holdings(row)] == []
    assert "never." not in str(document("fideslang"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_record_has_everything_that_article_30_asks_for(language: str) -> None:
    found = document("processing-record", language)
    asked = {"controller", "purposes", "dataSubjects", "personalData", "recipients", "transfers"}
    assert asked | {"retention", "securityMeasures"} <= found.keys()
    assert all(found.values())
    assert [period["id"] for period in found["retention"]] == [
        *(p.id for p in RETENTION),
        "cleanup",
    ]


def test_the_record_has_a_purpose_for_every_use_of_what_is_held() -> None:
    held = {TAGS[row.id].use for row in catalogue.ROWS if holdings(row)}
    assert held == set(PURPOSES)


@pytest.mark.parametrize(("language", "word"), [("en", "simulated"), ("nl", "nagebootste")])
def test_the_record_and_the_map_say_that_they_are_of_a_simulation(language: str, word: str) -> None:
    assert word in document("processing-record", language)["notice"]
    assert "simulates" in document("data-map")["notice"]


def test_the_map_has_every_row_with_a_place_or_why_it_has_none() -> None:
    rows = document("data-map")["rows"]
    assert [row["row"] for row in rows] == list(catalogue.BY_ID)
    assert all(bool(row["holdings"]) != bool(row["notHeld"]) for row in rows)


def test_the_map_says_where_a_location_is_and_for_how_long() -> None:
    row = next(row for row in document("data-map")["rows"] if row["row"] == "device.location")
    [place] = row["holdings"]
    assert (row["workloads"], place["column"]) == (["mdm"], "managed_devices.facts")
    assert place["kept"]["periods"] == {"location": 86400}
    assert "POST /mdm/v1/check-ins" in place["through"]


def test_every_door_view_and_lifetime_of_the_map_is_used() -> None:
    places = [place for row in catalogue.ROWS for place in holdings(row)]
    assert {place.entries for place in places} == set(ENTRIES)
    assert {view for place in places for view in place.views} == set(VIEWS)
    lasts = {place.lasts for place in places} | {lasts for _, lasts in OWN_TABLES.values()}
    assert lasts == set(LIFETIMES)


def test_every_period_bounds_something_in_the_map() -> None:
    named = {period for lifetime in LIFETIMES.values() for period in lifetime.periods}
    assert named == {period.id for period in RETENTION}


@pytest.mark.parametrize("kind", TITLES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_export_can_be_read_by_people(kind: str, language: str) -> None:
    text = readable(kind, document(kind, language), language)
    assert text.startswith(f"# {TITLES[kind][LANGUAGES.index(language)]}\n")
    assert not any(sign in text for sign in ("{'", "['", "None", '"'))


def test_the_readable_record_names_its_parts_in_the_language_asked_for() -> None:
    text = readable("processing-record", document("processing-record", "nl"), "nl")
    for heading in ("Verwerkingsverantwoordelijke", "Doeleinden", "Ontvangers", "Bewaartermijnen"):
        assert f"\n## {heading}\n" in text
    assert "securityMeasures" not in text


def test_the_readable_map_tells_periods_and_doors() -> None:
    text = readable("data-map", document("data-map"), "en")
    assert "Periods in seconds location 86400" in text
    assert "      - Through: POST /mdm/v1/enrollments, POST /mdm/v1/check-ins\n" in text
