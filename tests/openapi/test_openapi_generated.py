"""Requests made from the document, good and bad: every answer is one that the document tells.

What ends a record or the tenant is part of it: a device that left enrolls again before the next
request, and the tenant is opened again.
"""

from __future__ import annotations

import logging
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from openapi import openapi_api
from schemathesis import Case

Headers = dict[str, str]
# Each limit of each fact is tried at the check-in of a device; these take the same facts.
SAME_FACTS = "^/(mdm/v1/enrollments|mam/v1/registrations|mam/v1/check-ins|privacy/v1/preview)$"
# No JSON document: test_doors_bulk goes through them.
OF_LINES = ":bulk$"
SYSTEMATIC = (
    openapi_api.load(8, is_systematic=True)
    .exclude(path_regex=SAME_FACTS)
    .exclude(path_regex=OF_LINES)
)
DRAWN = openapi_api.load(25, is_systematic=False).exclude(path_regex=OF_LINES)
ENROLLMENT = {"platform": "ios", "enrollmentType": "userEnrollment", "facts": {}}
IDENTIFIERS = {"android": "packageId", "linux": "packageId", "windows": "windowsAppId"}
SETTINGS = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Callers:
    """Whoever may call, by the document's names for their tokens; made anew when they are gone."""

    def __init__(self, client: FlaskClient, user: Headers, admin: Headers) -> None:
        self.client = client
        self._made: dict[str, Headers] = {"userToken": user, "adminToken": admin}

    def headers(self, case: Case) -> Headers:
        """The headers of who may call, whose answers are not packed.

        An enrollment token is taken before a user's.
        """
        name = next(iter(case.operation.definition.raw["security"][-1]))
        if name not in self._made:
            self._made[name] = getattr(self, f"_{name}")()
        return {**self._made[name], "Accept-Encoding": "identity"}

    def restore(self, case: Case) -> None:
        """A device or app that left is gone, and a tenant that was closed is opened again."""
        if case.method == "DELETE":
            self._made = {name: self._made[name] for name in ("userToken", "adminToken")}
        if case.path.endswith("/close"):
            self._post("/privacy/v1/tenant/reopen", "adminToken", {})

    def _enrollmentToken(self) -> Headers:  # noqa: N802
        body = {"enrollmentType": "userEnrollment"}
        return self._post("/mdm/v1/enrollment-tokens", "adminToken", body, "token")

    def _deviceToken(self) -> Headers:  # noqa: N802
        return self._post("/mdm/v1/enrollments", "userToken", ENROLLMENT, "deviceToken")

    def _appToken(self) -> Headers:  # noqa: N802
        facts = {"appIdentifier": {"bundleId": "com.example.mail"}, "deviceTag": "tag-1"}
        body = {"platform": "ios", "facts": facts}
        return self._post("/mam/v1/registrations", "userToken", body, "appToken")

    def _post(self, path: str, name: str, body: Any, token: str = "") -> Headers:
        answer = self.client.post(path, headers=self._made[name], json=body)
        assert answer.status_code in {200, 201}, answer.text
        return {"Authorization": f"Bearer {answer.json[token]}"} if token else {}


@pytest.fixture
def callers(client: FlaskClient, user: Headers, admin: Headers) -> Callers:
    return Callers(client, user, admin)


def make_possible(case: Case) -> None:
    """What no schema tells: an app registers with its platform's identifier, and stays that app."""
    if not openapi_api.is_good(case) or not isinstance(case.body, dict):
        return
    facts = case.body.get("facts", {})
    if case.path == "/mam/v1/registrations":
        member = IDENTIFIERS.get(case.body["platform"], "bundleId")
        case.body["facts"] = {**facts, "appIdentifier": {member: "com.example.generated"}}
        case.body["deviceToken"] = None
    if case.path == "/mam/v1/check-ins":
        for name in ("appIdentifier", "deviceTag"):
            facts.pop(name, None)


def ask(case: Case, callers: Callers) -> None:
    """Send a case and hold the answer against the document."""
    make_possible(case)
    called = {"app": callers.client.application, "headers": callers.headers(case)}
    case.call_and_validate(excluded_checks=openapi_api.left_out(case), **called)
    callers.restore(case)


@SYSTEMATIC.parametrize()
@SETTINGS
def test_every_answer_is_as_the_document_says(case: Case, callers: Callers) -> None:
    ask(case, callers)


@DRAWN.include(path_regex=SAME_FACTS).parametrize()
@SETTINGS
def test_every_answer_to_the_same_facts_is_as_the_document_says(
    case: Case, callers: Callers
) -> None:
    ask(case, callers)


def marked(value: Any) -> Any:
    """The same with a canary in every text, and as one more name of every object."""
    if isinstance(value, dict):
        return {name: marked(each) for name, each in value.items()} | {"CANARY": "CANARY"}
    if isinstance(value, list):
        return [marked(each) for each in value]
    return f"{value}CANARY" if isinstance(value, str) else value


@DRAWN.include(openapi_api.takes_a_body).parametrize()
@SETTINGS
def test_an_answer_tells_nothing_that_was_sent(
    case: Case, callers: Callers, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "mdm_sim")
    headers = {**callers.headers(case), "client-request-id": "CANARY"}
    body = {"CANARY": case.body} if not isinstance(case.body, dict) else case.body
    url = f"{case.path}?CANARY=CANARY"
    answer = callers.client.open(url, method=case.method, headers=headers, json=marked(body))
    told = (answer.text, str(answer.headers), caplog.text)
    assert not any("CANARY" in text for text in told)
    callers.restore(case)
