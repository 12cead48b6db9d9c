"""Two exports of the catalogue compared: what is new, gone and otherwise, and for which cases."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from mdm_sim.policy import rules
from mdm_sim.policy.comparing import Unreadable, compare, is_same
from mdm_sim.policy.exports import EXPORTS
from mdm_sim.policy.telling import difference_lines
from mdm_sim.policy.trees import tree_of
from mdm_sim.policy.words import condition

Document = dict[str, Any]
LISTS = ("added", "removed", "changed", "rules", "tables")


@pytest.fixture
def old() -> Document:
    return _export()


@pytest.fixture
def new() -> Document:
    return _export()


def _export() -> Document:
    found: Document = orjson.loads(orjson.dumps(EXPORTS["catalogue"]("en")))
    return found


def row_of(document: Document, row_id: str) -> Document:
    found: Document = next(row for row in document["rows"] if row["id"] == row_id)
    return found


def put_rule(document: Document, row_id: str, workload: str, rule: rules.Rule) -> None:
    tree = orjson.loads(orjson.dumps(tree_of(rule)))
    words = {"en": condition(rule), "nl": condition(rule, "nl")}
    row_of(document, row_id)[workload] = {"rule": tree, **words}


def lines(old: Document, new: Document, language: str = "en") -> str:
    return "\n".join(difference_lines(compare(old, new), language))


def test_the_same_catalogue_differs_in_nothing(old: Document, new: Document) -> None:
    found = compare(old, new)
    assert is_same(found)
    assert not any(found[part] for part in LISTS)
    assert lines(old, new).endswith("\nthe same")


def test_a_new_digest_alone_is_no_difference(old: Document, new: Document) -> None:
    new["version"] = "2027-01.0123456789ab"
    assert is_same(compare(old, new))
    assert lines(old, new).startswith(f"{old['version']} -> 2027-01.0123456789ab")


def test_a_row_that_came_or_went_is_told_with_its_rules(old: Document, new: Document) -> None:
    gone = new["rows"].pop(0)
    assert [row["row"] for row in compare(old, new)["removed"]] == [gone["id"]]
    assert [row["row"] for row in compare(new, old)["added"]] == [gone["id"]]
    assert f"removed    {gone['id']} (Private keys for certificates): MDM always" in lines(old, new)


@pytest.mark.parametrize(("what", "value", "said"), [
    ("labels", {"en": "Other", "nl": "Anders"}, "labels: IMEI number -> Other"),
    ("mamCell", "Ja", "mamCell: Neen -> Ja"),
    ("facts", ["imei", "imei2"], "facts: imei -> imei, imei2"),
    ("otherNames", ["x"], "otherNames: - -> x"),
    ("origin", "admin", "origin: device -> admin"),
])  # fmt: skip
def test_what_changed_of_a_row_is_told(
    old: Document, new: Document, what: str, value: Any, said: str
) -> None:
    row_of(new, "hardware.imei")[what] = value
    [change] = compare(old, new)["changed"]
    assert (change["row"], change["what"], change["after"]) == ("hardware.imei", what, value)
    assert f"changed    hardware.imei, {said}" in lines(old, new)


def test_the_cases_that_are_now_kept_are_named(old: Document, new: Document) -> None:
    personal_ios = rules.AllOf((
        rules.Is("ownership", ("personal",), rules.Reason.OWNERSHIP_PERSONAL),
        rules.Is("platform", ("ios",), rules.Reason.PLATFORM_MISMATCH),
    ))  # fmt: skip
    put_rule(new, "hardware.imei", "mam", personal_ios)
    assert "\n    now also kept: MAM, personal, iOS" in lines(old, new)
    assert "\n    nu ook bewaard: MAM, persoonlijk, iOS" in lines(old, new, "nl")
    assert "\n    no longer kept: MAM, personal, iOS" in lines(new, old)


def test_a_rule_that_falls_away_is_told_in_as_few_cases_as_it_needs(
    old: Document, new: Document
) -> None:
    put_rule(new, "device.location", "mdm", rules.always)
    [rule] = compare(old, new)["rules"]
    [shift] = rule["shifts"]
    assert (shift["before"], shift["after"]) == ("refused", "kept")
    assert shift["cases"] == [
        {"location_on_request_only": [True], "location_requested": [False]},
        {"ownership": ["personal", "unknown"]},
    ]
    assert "now also kept: MDM, personal or unknown" in lines(old, new)


def test_a_rule_that_no_longer_applies_at_all_needs_no_condition(
    old: Document, new: Document
) -> None:
    put_rule(new, "hardware.model", "mdm", rules.never_in_mam)
    assert "\n    no longer kept: MDM" in lines(old, new)
    assert compare(old, new)["rules"][0]["shifts"][0]["cases"] == [{}]


def test_a_rule_in_another_form_that_decides_the_same_says_so(old: Document, new: Document) -> None:
    twice = rules.AllOf((rules.if_corporate, rules.if_located))
    put_rule(new, "device.location", "mdm", twice)
    [rule] = compare(old, new)["rules"]
    assert rule["shifts"] == []
    assert "the same in every case" in lines(old, new)


def test_a_reduction_that_goes_is_a_change_of_what_is_kept(old: Document, new: Document) -> None:
    row_of(new, "user.phone_number")["reduction"] = None
    found = compare(old, new)
    assert [change["what"] for change in found["changed"]] == ["reduction"]
    [rule] = found["rules"]  # not in MAM, where nothing of it is kept
    assert (rule["workload"], rule["shifts"][0]["before"]) == ("mdm", "reduced")
    said = lines(old, new)
    assert "now kept whole: MDM, personal or unknown" in said
    assert "now kept whole: MDM, Android, the device has a work profile" in said
    assert "now reduced: MDM, personal or unknown" in lines(new, old)


def test_facts_judged_names_and_the_register_are_compared(old: Document, new: Document) -> None:
    new["facts"]["newFact"] = {"kind": "text", "members": {}}
    del new["judged"]["isEncrypted"]
    new["register"]["id"]["en"] = "another"
    found = {(change["table"], change["name"]) for change in compare(old, new)["tables"]}
    assert found == {("facts", "newFact"), ("judged", "isEncrypted"), ("register", "id")}
    assert "fact       newFact: - -> kind text, members -" in lines(old, new)
    assert "judged     isEncrypted: boolean -> -" in lines(old, new)


BROKEN: list[Document] = [
    {}, {"format": "another"}, {"format": "mdm-sim catalogue 1"},
    {"format": "mdm-sim catalogue 1", "version": "CANARY", "rows": ["CANARY"]},
    {"format": "mdm-sim catalogue 1", "version": "CANARY", "rows": [{"id": ["CANARY"]}]},
]  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN)
def test_what_is_no_export_cannot_be_compared(old: Document, broken: Document) -> None:
    for pair in ((old, broken), (broken, old)):
        with pytest.raises(Unreadable) as caught:
            compare(*pair)
        assert "CANARY" not in str(caught.value)


def test_a_text_that_would_steer_a_terminal_is_not_read(old: Document, new: Document) -> None:
    row_of(new, "hardware.imei")["labels"]["en"] = "\x1b[2J"
    with pytest.raises(Unreadable):
        compare(old, new)


def test_a_rule_that_this_version_does_not_know_is_not_read(old: Document, new: Document) -> None:
    row_of(new, "hardware.imei")["mam"]["rule"] = {"is": "moon", "in": [True], "reason": "x"}
    with pytest.raises(Unreadable):
        compare(old, new)
