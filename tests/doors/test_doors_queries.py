"""Device query: who may be asked, one answer to the one who asked, and nothing kept of it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from databases import Plain, Refused

Headers = dict[str, str]
ROWS = [{"ProcessName": "CanaryProcess.exe", "ProcessId": 4711}]
QUERY = "Process | where ProcessName startswith 'Canary'"
BETA = "/beta/deviceManagement/managedDevices"


def sent(text: str = QUERY) -> dict[str, str]:
    """A query as it travels."""
    return {"query": base64.b64encode(text.encode()).decode()}


@pytest.fixture
def device(enroll: Callable[..., Any], switch: Callable[..., None]) -> dict[str, Any]:
    """A corporate, Entra joined Windows device of a tenant where the feature is on."""
    switch(deviceQuery=True)
    return dict(enroll({"deviceName": "desk-1"}, "windows", "windowsAzureADJoin"))


@pytest.fixture
def query(graph: Callable[..., Any], device: dict[str, Any]) -> Callable[..., dict[str, Any]]:
    """Ask the device."""
    path = f"{BETA}/{device['id']}/createQuery"
    return lambda status=201, **body: graph("POST", path, body or sent(), status)


@pytest.fixture
def result(graph: Callable[..., Any], device: dict[str, Any]) -> Callable[..., Any]:
    """What became of a query."""

    def read(asked: dict[str, Any], status: int = 200) -> Any:
        return graph("GET", f"{BETA}/{device['id']}/queryResults/{asked['id']}", None, status)

    return read


@pytest.fixture
def answer(check_in: Callable[..., Any], device: dict[str, Any]) -> Callable[..., None]:
    """The device fetches its order and answers it."""

    def answered(rows: Any = ROWS, how: str = "done", status: int = 200) -> None:
        (order,) = check_in(device)["orders"]
        assert (order["action"], order["parameters"]) == ("deviceQuery", {"query": QUERY})
        check_in(device, status, results=[{"id": order["id"], "status": how, "detail": rows}])

    return answered


def test_the_answer_is_given_once_and_then_nowhere(
    query: Callable[..., Any],
    answer: Callable[..., None],
    result: Callable[..., Any],
    on_disk: Callable[[str], bool],
) -> None:
    asked = query()
    assert result(asked)["status"] == "pending"
    answer()
    assert not on_disk("CanaryProcess")  # it waits encrypted
    told = result(asked)
    assert told["status"] == "successful"
    assert orjson.loads(base64.b64decode(told["results"])) == ROWS
    result(asked, 404)
    assert not on_disk("CanaryProcess")
    assert not on_disk("where ProcessName")


def test_what_the_database_holds_does_not_open_the_answer(
    query: Callable[..., Any],
    answer: Callable[..., None],
    table: Callable[..., Any],
    on_disk: Callable[[str], bool],
) -> None:
    asked = query()
    answer()
    (row,) = table("device_queries")
    assert row["answer"].startswith("eyJ")
    assert "d" not in orjson.loads(row["public_key"])
    assert not on_disk(asked["id"])


def test_a_device_that_fails_is_told_of(
    query: Callable[..., Any], answer: Callable[..., None], result: Callable[..., Any]
) -> None:
    asked = query()
    answer(None, "failed")
    assert result(asked)["status"] == "failed"


def test_an_answer_has_a_limit(
    query: Callable[..., Any], answer: Callable[..., None], result: Callable[..., Any]
) -> None:
    asked = query()
    answer([{"Name": "x" * 131_072}])
    assert result(asked)["status"] == "failed"


@pytest.mark.parametrize("text", ["", "x" * 2049])
def test_a_query_has_a_limit(query: Callable[..., Any], text: str) -> None:
    query(400, **sent(text))


@pytest.mark.parametrize("body", [{"query": "no base64!"}, {"query": 1}, {"query": "/w=="}])
def test_a_query_is_base64_of_text(query: Callable[..., Any], body: dict[str, Any]) -> None:
    assert "no base64!" not in str(query(400, **body))


@pytest.mark.parametrize(
    ("platform", "kind"),
    [
        ("windows", "userEnrollment"),
        ("windows", "windowsBulkUserless"),
        ("ios", "appleBulkWithUser"),
    ],
)
def test_only_corporate_joined_windows_devices_are_asked(
    graph: Callable[..., Any],
    enroll: Callable[..., Any],
    switch: Callable[..., None],
    platform: str,
    kind: str,
) -> None:
    switch(deviceQuery=True)
    other = enroll({}, platform, kind)
    graph("POST", f"{BETA}/{other['id']}/createQuery", sent(), 400)


def test_the_feature_has_to_be_on_and_the_caller_an_admin(
    query: Callable[..., Any],
    switch: Callable[..., None],
    ask: Callable[..., Any],
    user: Headers,
    device: dict[str, Any],
) -> None:
    ask("POST", f"{BETA}/{device['id']}/createQuery", user, 403, json=sent())
    switch(deviceQuery=False)
    query(400)


def _to_personal(graph: Callable[..., Any], device: dict[str, Any]) -> None:
    path = f"deviceManagement/managedDevices/{device['id']}"
    graph("PATCH", path, {"managedDeviceOwnerType": "personal"})


def _leave_entra(graph: Callable[..., Any], _device: dict[str, Any]) -> None:
    (joined,) = graph("GET", "devices")["value"]
    graph("DELETE", f"devices/{joined['id']}", None, 204)


def _switch_off(graph: Callable[..., Any], _device: dict[str, Any]) -> None:
    graph("PATCH", "/privacy/v1/settings", {"deviceQuery": False})


@pytest.mark.parametrize("change", [_to_personal, _leave_entra, _switch_off])
@pytest.mark.parametrize("is_answered", [True, False])
def test_a_change_takes_back_question_and_answer(
    query: Callable[..., Any],
    answer: Callable[..., None],
    result: Callable[..., Any],
    check_in: Callable[..., Any],
    graph: Callable[..., Any],
    table: Callable[..., Any],
    device: dict[str, Any],
    change: Callable[..., None],
    is_answered: bool,
) -> None:
    asked = query()
    if is_answered:
        answer()
    change(graph, device)
    assert table("device_queries") == []
    assert check_in(device)["orders"] == []
    result(asked, 404)


def test_it_is_audited_by_name_and_no_action_of_the_device(
    query: Callable[..., Any],
    answer: Callable[..., None],
    result: Callable[..., Any],
    graph: Callable[..., Any],
    device: dict[str, Any],
) -> None:
    asked = query()
    answer()
    result(asked)
    events = graph("GET", "deviceManagement/auditEvents")["value"]
    assert {"deviceQuery ManagedDevice", "get DeviceQueryResult"} <= {
        event["activityType"] for event in events
    }
    assert "Canary" not in str(events)
    shown = graph("GET", f"deviceManagement/managedDevices/{device['id']}")
    assert shown["deviceActionResults"] == []


def test_the_database_takes_no_answer_in_the_clear(query: Callable[..., Any], plain: Plain) -> None:
    query()
    for wrong in ('[{"ProcessName":"x"}]', "eyJ.a.b.c.Ada Admin"):
        with pytest.raises(Refused, match="policy"):
            plain.execute("UPDATE device_queries SET answer = ?", (wrong,))


def test_the_database_takes_no_query_of_a_personal_device(
    enroll: Callable[..., Any], query: Callable[..., Any], plain: Plain
) -> None:
    query()
    other = enroll({}, "windows")
    with pytest.raises(Refused, match="policy"):
        plain.execute("UPDATE device_queries SET record_id = ?", (other["id"],))
