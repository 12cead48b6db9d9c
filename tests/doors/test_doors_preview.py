"""`POST /privacy/v1/preview`: what would be kept, told by name and row, and forgotten at once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from mdm_sim.messages import CONDITIONS

Headers = dict[str, str]
Ask = Callable[..., Any]
PATH = "/privacy/v1/preview"
BODY = {"workload": "mdm", "ownership": "personal", "platform": "ios", "facts": {}}
APPS = [
    {"id": "own", "name": "CANARY", "sizeInBytes": 1},
    {"id": "other", "name": "CANARY"},
]


@pytest.fixture
def foresee(ask: Ask, sign_in: Callable[..., Headers]) -> Callable[..., dict[str, Any]]:
    """Ask the door as the development application, and return the answer."""
    application = sign_in()

    def foreseen(facts: dict[str, Any], **body: Any) -> dict[str, Any]:
        sent = {**BODY, "facts": facts, **body}
        return dict(ask("POST", PATH, application, json=sent).json)

    return foreseen


def verdicts(answer: dict[str, Any]) -> dict[str, str]:
    return {fact["name"]: fact["verdict"] for fact in answer["facts"]}


def test_every_fact_gets_a_verdict_a_row_and_its_labels(foresee: Ask) -> None:
    answer = foresee({"phoneNumber": "+31612345678"})
    assert answer["facts"] == [
        {
            "name": "phoneNumber",
            "verdict": "reduced",
            "reason": None,
            "row": "user.phone_number",
            "labels": {"nl": "Telefoonnummer", "en": "Phone number"},
            "how": "keep_last4",
        }
    ]


def test_the_answer_names_the_context_and_the_version(
    foresee: Ask, ask: Ask, admin: Headers
) -> None:
    answer = foresee({}, workload="mam", conditions={"entraJoined": True})
    catalogue = ask("GET", "/privacy/v1/catalogue", admin).json
    assert answer["policyVersion"] == catalogue["version"]
    assert answer["context"]["workload"] == "mam"
    assert {name for name, value in answer["context"].items() if value is True} == {"entraJoined"}
    assert (answer["facts"], answer["applications"], answer["unknown"]) == ([], None, 0)


def test_a_refusal_says_why(foresee: Ask) -> None:
    facts = {"location": {"latitude": 1, "longitude": 1}, "photos": ["x"], "encryptionKeys": "x"}
    found = {fact["name"]: (fact["verdict"], fact["reason"]) for fact in foresee(facts)["facts"]}
    assert found == {
        "location": ("refused", "ownership_personal"),
        "photos": ("refused", "never_collected"),
        "encryptionKeys": ("refused", "wrong_channel"),
    }


@pytest.mark.parametrize(("changes", "fact", "verdict"), [
    ({"ownership": "corporate"}, {"location": {"latitude": 1, "longitude": 1}}, "kept"),
    ({"ownership": "unknown"}, {"location": {"latitude": 1, "longitude": 1}}, "refused"),
    ({"workload": "mam"}, {"azureADDeviceId": "1" * 8 + "-2222-4333-8444-" + "5" * 12}, "refused"),
    ({"workload": "mam", "conditions": {"entraJoined": True}},
     {"azureADDeviceId": "1" * 8 + "-2222-4333-8444-" + "5" * 12}, "kept"),
    ({"platform": "windows"}, {"windowsDeviceId": "w"}, "kept"),
    ({"conditions": {"mtdConnector": True}}, {"threatState": "secured"}, "kept"),
    ({}, {"isEncrypted": True}, "judged"),
])  # fmt: skip
def test_the_stated_context_decides(
    foresee: Ask, changes: dict[str, Any], fact: dict[str, Any], verdict: str
) -> None:
    assert list(verdicts(foresee(fact, **changes)).values()) == [verdict]


def test_apps_are_told_row_by_row_and_counted(foresee: Ask) -> None:
    answer = foresee({"applications": APPS}, workload="mam", managedApps=["own"])
    found = {fact["name"]: (fact["verdict"], fact["kept"], fact["of"]) for fact in answer["facts"]}
    assert found == {
        "applications/id": ("kept", 1, 2),
        "applications/name": ("kept", 1, 2),
        "applications/sizeInBytes": ("refused", 0, 1),
    }
    assert answer["applications"] == {"kept": 1, "of": 2}


def test_a_preview_is_what_an_enrollment_then_does(
    foresee: Ask, enroll: Callable[..., dict[str, Any]], every_fact: dict[str, Any]
) -> None:
    answer, receipt = foresee(every_fact), enroll(every_fact)["receipt"]
    rows = {
        verdict: {fact["row"] for fact in answer["facts"] if fact["verdict"] == verdict}
        for verdict in ("kept", "reduced", "refused")
    }
    assert rows["kept"] == set(receipt["kept"])
    assert rows["reduced"] == set(receipt["reduced"])
    assert rows["refused"] == set(receipt["refused"])


def test_nothing_is_stored_audited_logged_or_echoed(
    foresee: Ask,
    every_fact: dict[str, Any],
    dump: Callable[[], dict[str, list[str]]],
    on_disk: Callable[[str], bool],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    before = dump()
    facts = {**every_fact, "deviceName": "CANARY", "CANARY": "CANARY", "applications": APPS}
    answer = foresee(facts, ownership="corporate", managedApps=["CANARY"])
    told = (str(answer), caplog.text, *capfd.readouterr())
    assert answer["unknown"] == 1
    assert not any("CANARY" in text for text in told)
    assert (dump(), on_disk("CANARY")) == (before, False)


@pytest.mark.parametrize(("changes", "target"), [
    ({"workload": "CANARY"}, "/workload"),
    ({"ownership": "CANARY"}, "/ownership"),
    ({"platform": ["CANARY"]}, "/platform"),
    ({"conditions": {"CANARY": True}}, "/conditions"),
    ({"conditions": {"entraJoined": "CANARY"}}, "/conditions/entraJoined"),
    ({"conditions": ["CANARY"]}, "/conditions"),
    ({"managedApps": ["CANARY" * 50]}, "/managedApps/0"),
    ({"managedApps": [{"CANARY": 1}]}, "/managedApps/0"),
    ({"facts": {"imei": "CANARY"}}, "/facts/imei"),
    ({"facts": "CANARY"}, "/facts"),
])  # fmt: skip
def test_what_is_wrong_is_told_by_its_place(
    refused: Ask, sign_in: Callable[..., Headers], changes: dict[str, Any], target: str
) -> None:
    answer = refused("POST", PATH, sign_in(), 400, "badRequest", json={**BODY, **changes})
    assert [detail["target"] for detail in answer.json["error"]["details"]] == [target]


def test_a_wrong_condition_is_answered_with_those_there_are(
    refused: Ask, sign_in: Callable[..., Headers]
) -> None:
    body = {**BODY, "conditions": {"CANARY": True}}
    answer = refused("POST", PATH, sign_in(), 400, "badRequest", json=body)
    assert all(name in answer.json["error"]["details"][0]["message"] for name in CONDITIONS)


@pytest.mark.parametrize("missing", ["workload", "ownership", "platform", "facts"])
def test_the_context_and_the_facts_have_to_be_stated(
    refused: Ask, sign_in: Callable[..., Headers], missing: str
) -> None:
    body = {name: value for name, value in BODY.items() if name != missing}
    answer = refused("POST", PATH, sign_in(), 400, "badRequest", json=body)
    assert [detail["target"] for detail in answer.json["error"]["details"]] == [f"/{missing}"]


def test_a_caller_without_a_token_is_turned_away(refused: Ask) -> None:
    refused("POST", PATH, None, 401, "unauthenticated", json=BODY)


def test_an_ordinary_user_may_not_ask(refused: Ask, user: Headers) -> None:
    refused("POST", PATH, user, 403, "forbidden", json={**BODY, "facts": "CANARY"})


def test_an_admin_may_ask(ask: Ask, admin: Headers) -> None:
    assert ask("POST", PATH, admin, json={**BODY, "facts": {"x": 1}}).json["unknown"] == 1


def test_a_body_that_nests_too_deeply_is_too_large(
    refused: Ask, sign_in: Callable[..., Headers]
) -> None:
    deep: Any = "CANARY"
    for _ in range(40):
        deep = [deep]
    body = {**BODY, "facts": {"x": deep}}
    refused("POST", PATH, sign_in(), 413, "payloadTooLarge", json=body)
