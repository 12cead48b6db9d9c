"""The harness's own account: who may hold a value when, and what an answer may show of it."""

from __future__ import annotations

import base64
import json
from typing import Any

from mdm_sim.graph.edm.model import model
from mdm_sim.policy.context import Context, Ownership, Platform, Workload
from mdm_sim.policy.facts import Kind
from mdm_sim.proving.account import Account, carried, holder_at
from mdm_sim.proving.answers import Answer
from mdm_sim.proving.bodies import Bodies, Palette, blank
from mdm_sim.proving.ledger import Ledger
from mdm_sim.proving.model import Model, Record
from mdm_sim.proving.offers import Offers
from mdm_sim.proving.routes import Route
from mdm_sim.proving.stage import Made


def enrolled(model: Model, ownership: Ownership, facts: dict[str, Any]) -> Record:
    context = Context(Workload.MDM, ownership, Platform.IOS, mdm_enrolled=True)
    record = Record("id-1", "token", "a@b", context, "it")
    model.ledger.next_tick()
    model.begin(record, facts)
    return record


def test_a_value_is_held_until_its_record_may_not_hold_it() -> None:
    model = Model(Ledger(1))
    facts = Offers(model.ledger).facts(Workload.MDM, Platform.IOS)
    record = enrolled(model, Ownership.CORPORATE, facts)
    latitude, name = (
        model.ledger.of(facts["location"])[0],
        model.ledger.of(facts["deviceName"])[0],
    )
    before = model.ledger.tick
    model.ledger.next_tick()
    model.mark(record, Ownership.PERSONAL)
    assert latitude.holders(before) == {("record", "id-1")}
    assert latitude.holders() == frozenset()
    assert name.holders() == {("record", "id-1")}
    model.end(record)
    assert model.ledger.held() == set()


def test_everything_that_is_offered_to_the_wrong_place_is_forbidden_at_once() -> None:
    model = Model(Ledger(1))
    facts = Offers(model.ledger).everything(Workload.MDM, Platform.IOS)
    enrolled(model, Ownership.PERSONAL, facts)
    wrong = [c for c in model.ledger.canaries if c.row.startswith(("never.", "(", "access."))]
    assert len(wrong) > 30
    assert [canary for canary in wrong if canary.holders()] == []


def test_an_answer_shows_the_record_that_it_is_about_and_no_other() -> None:
    body = {"value": [{"id": "a"}, {"id": "b"}]}
    route = Route("/v1.0/deviceManagement/managedDevices", "GET")
    answer = Answer(route, 1, 200, b"", json.dumps(body).encode(), by_admin=True)
    (_, first), _second, (_, whole) = answer.pieces()
    assert answer.allows(("record", "a"), first)
    assert not answer.allows(("record", "b"), first)
    assert answer.allows(("record", "b"), whole)
    assert not answer.allows(("diagnostics", "a"), first)


def test_an_error_and_an_answer_to_somebody_else_show_nothing() -> None:
    route = Route("/privacy/v1/records/{}", "GET")
    for status, by_admin in ((404, True), (200, False)):
        answer = Answer(route, 1, status, b"", b"{}", ("a",), by_admin)
        assert not answer.allows(("record", "a"), frozenset({"a"}))


def written(ledger: Ledger, account: Account, path: str) -> set[int]:
    ledger.next_tick()
    numbers = {ledger.of(ledger.name("(documents)", "a name"))[0].number}
    made = Made(path, holder_at(path, path.rpartition("/")[2]), is_document=True)
    account.written(made, {"displayName": numbers})
    return numbers


def test_a_document_is_shown_by_its_own_id_and_below_it_only_where_an_operation_tells_it() -> None:
    ledger = Ledger(1)
    account = Account(ledger, {})
    route = Route("/beta/deviceManagement/intents/{}", "GET", is_modelled=True)
    [number] = written(ledger, account, "/beta/deviceManagement/intents/a/settings/0")
    [holder] = ledger.canaries[number].holders()
    answer = Answer(route, 9, 200, b"", b"{}", ("a",), by_admin=True)
    assert answer.allows(holder, frozenset({"0"}))
    assert not answer.allows(holder, frozenset({"a"}))
    answer.is_wide = True
    assert answer.allows(holder, frozenset({"a"}))
    assert not answer.allows(holder, frozenset({"b"}))


def test_what_is_below_a_document_goes_with_it_in_whatever_version_it_was_made() -> None:
    ledger = Ledger(1)
    account = Account(ledger, {})
    kept = written(ledger, account, "/v1.0/deviceManagement/intents/ab")
    written(ledger, account, "/v1.0/deviceManagement/intents/a")
    written(ledger, account, "/beta/deviceManagement/intents/a/settings/0")
    assert len(account.held_at("/beta/deviceManagement/intents/a")) == 2
    account.forget("/beta/deviceManagement/intents/a")
    assert ledger.held() == kept


def test_what_an_operation_altered_may_be_there_and_need_not() -> None:
    ledger = Ledger(1)
    account = Account(ledger, {})
    [number] = written(ledger, account, "/beta/deviceManagement/intents/a")
    account.altered("/beta/deviceManagement/intents/a", below=False)
    assert [kind for kind, _ in ledger.canaries[number].holders()] == ["altered"]
    account.forget("/beta/deviceManagement/intents/a")
    assert ledger.held() == set()


def test_a_good_body_has_canaries_wherever_they_can_be_told_apart() -> None:
    known, ledger = model("beta"), Ledger(1)
    palette = Palette(ledger, "(documents)", "a type")
    kind = known.types["deviceManagementScript"]
    body = Bodies(known).good(kind, kind, palette)
    texts = [name for name, shape in kind.properties.items() if shape.kind == "String"]
    given = carried(ledger, palette, body)
    assert all(given[name] for name in texts if name in body)
    assert given["scriptContent"]
    assert Bodies(known).good(kind, kind, blank).keys() == body.keys()


def test_a_document_in_base64_is_opened_for_the_ids_in_it() -> None:
    held = {"directoryEntry": {"id": "p"}, "managedDevices": [{"id": "d"}]}
    body = {"content": base64.b64encode(json.dumps(held).encode()).decode()}
    route = Route("/v1.0/users/{}/exportDeviceAndAppManagementData", "GET")
    answer = Answer(route, 1, 200, b"", json.dumps(body).encode(), ("p",), by_admin=True)
    assert {"p", "d"} <= list(answer.pieces())[-1][1]


def test_a_finding_is_told_once_for_a_value_and_a_place() -> None:
    ledger = Ledger(1)
    ledger.make(Kind.TEXT, "hardware.model", "fact")
    for phase in ("first", "second"):
        ledger.note("forbidden", phase, ledger.canaries[0], "stdout")
    assert [finding.phase for finding in ledger.findings] == ["first"]
    assert list(ledger.findings.values()) == [1]


def test_the_same_seed_makes_the_same_canaries() -> None:
    facts = [Offers(Ledger(7)).facts(Workload.MAM, Platform.ANDROID) for _ in range(2)]
    assert facts[0] == facts[1]
