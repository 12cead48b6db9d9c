"""Retention: one table of rules, each at its own time, and nothing before it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mdm_sim import tenant
from mdm_sim.policy.retention import BY_ID, RETENTION
from mdm_sim.store import audit
from mdm_sim.store.work import Desk
from mdm_sim.upkeep.rules import RULES

DAY = 24 * 3600
USER = tenant.USERS[0]


def around(rule: str) -> tuple[float, float]:
    """Just before a period is over, and just after."""
    return BY_ID[rule].seconds - 60, BY_ID[rule].seconds + 60


def test_every_period_has_a_rule() -> None:
    assert {rule.id for rule in RULES} == BY_ID.keys() | {"cleanup"}
    assert len({period.id for period in RETENTION}) == len(RETENTION)


def test_a_deleted_user_is_erased_after_30_days(
    enroll: Callable[..., Any],
    graph: Callable[..., Any],
    upkeep: Callable[[float], dict[str, int]],
    on_disk: Callable[[str], bool],
    table: Callable[..., Any],
) -> None:
    enroll({"deviceName": "canary-phone"})
    graph("DELETE", f"users/{USER.id}", None, 204)
    before, after = around("deleted_user")
    assert "deleted_user" not in upkeep(before)
    assert on_disk("canary-phone")
    assert upkeep(after)["deleted_user"] == 1
    assert not on_disk("canary-phone")
    assert USER.id not in {user["id"] for user in table("users")}


@pytest.mark.parametrize("how", ["failed", "notSupported"])
def test_an_ended_selective_wipe_is_kept_for_four_days(
    register: Callable[..., Any],
    check_in: Callable[..., Any],
    graph: Callable[..., Any],
    upkeep: Callable[[float], dict[str, int]],
    table: Callable[..., Any],
    how: str,
) -> None:
    app = register()
    wipe(graph)
    (order,) = check_in(app)["orders"]
    check_in(app, results=[{"id": order["id"], "status": how}])
    before, after = around("selective_wipe_ended")
    assert "selective_wipe_ended" not in upkeep(before)
    assert upkeep(after)["selective_wipe_ended"] == 1
    assert table("orders") == []


def test_a_pending_selective_wipe_waits_for_94_days(
    register: Callable[..., Any],
    check_in: Callable[..., Any],
    later: Callable[[float], Any],
    graph: Callable[..., Any],
    upkeep: Callable[[float], dict[str, int]],
    table: Callable[..., Any],
    row: Callable[[str], Any],
) -> None:
    app = register()
    wipe(graph)
    assert row(app["id"]).management_state == "wipePending"
    later(80 * DAY).post("/mam/v1/check-ins", headers=app["headers"], json={})
    before, after = around("selective_wipe_pending")
    assert "selective_wipe_pending" not in upkeep(before)
    assert upkeep(after)["selective_wipe_pending"] == 1
    assert table("orders") == []
    assert row(app["id"]).management_state == "managed"


def wipe(graph: Callable[..., Any]) -> None:
    """Ask a selective wipe of the user's app."""
    path = f"users/{USER.id}/wipeManagedAppRegistrationsByDeviceTag"
    graph("POST", path, {"deviceTag": "tag-1"}, 204)


def test_receipts_and_expired_tokens_go(
    enroll: Callable[..., Any],
    graph: Callable[..., Any],
    upkeep: Callable[[float], dict[str, int]],
    table: Callable[..., Any],
) -> None:
    enroll()
    graph("POST", "/mdm/v1/enrollment-tokens", {"enrollmentType": "appleBulkWithUser"}, 201)
    before, after = around("receipts")
    assert "receipts" not in upkeep(before)
    assert upkeep(after)["receipts"] == 1
    assert [row["kind"] for row in table("credentials")] == ["device"]
    assert any('"newValue":"1"' in row["document"] for row in table("audit_events"))


def test_an_ended_device_hears_of_it_for_a_year(
    enroll: Callable[..., Any],
    check_in: Callable[..., Any],
    ask: Callable[..., Any],
    upkeep: Callable[[float], dict[str, int]],
) -> None:
    device = enroll()
    ask("DELETE", "/mdm/v1/enrollments/self", device["headers"], 204)
    before, after = around("ended_credential")
    upkeep(before)
    check_in(device, 410)
    upkeep(after)
    check_in(device, 401)


@pytest.fixture
def query(
    enroll: Callable[..., Any], switch: Callable[..., None], graph: Callable[..., Any]
) -> dict[str, Any]:
    """A device that is asked something."""
    switch(deviceQuery=True)
    device = enroll({}, "windows", "windowsAzureADJoin")
    path = f"/beta/deviceManagement/managedDevices/{device['id']}/createQuery"
    graph("POST", path, {"query": "UHJvY2Vzcw=="}, 201)
    return dict(device)


def test_an_unanswered_query_is_taken_back_after_a_day(
    query: dict[str, Any],
    upkeep: Callable[[float], dict[str, int]],
    check_in: Callable[..., Any],
    table: Callable[..., Any],
) -> None:
    before, after = around("query_pending")
    assert "query_pending" not in upkeep(before)
    assert upkeep(after)["query_pending"] == 1
    assert table("device_queries") == []
    assert check_in(query)["orders"] == []


def test_an_answer_that_nobody_reads_is_gone_after_ten_minutes(
    query: dict[str, Any],
    upkeep: Callable[[float], dict[str, int]],
    check_in: Callable[..., Any],
    table: Callable[..., Any],
) -> None:
    (order,) = check_in(query)["orders"]
    check_in(query, results=[{"id": order["id"], "status": "done", "detail": [1]}])
    before, after = around("query_result")
    assert "query_result" not in upkeep(before)
    assert upkeep(after)["query_result"] == 1
    assert table("device_queries") == []


def test_the_audit_log_is_kept_for_two_years_and_stays_whole(
    enroll: Callable[..., Any],
    later: Callable[[float], Any],
    upkeep: Callable[[float], dict[str, int]],
    desk: Desk,
    table: Callable[..., Any],
) -> None:
    device = enroll({"photos": []})
    enroll()
    body = {"facts": {"photos": []}}
    later(100 * DAY).post("/mdm/v1/check-ins", headers=device["headers"], json=body)
    before, after = around("audit")
    upkeep(before)
    assert [row["seq"] for row in table("audit_events")][:3] == [1, 2, 3]
    assert upkeep(after)["audit"] == 2
    assert table("audit_events")[0]["seq"] == 3
    with desk.store.read() as connection:
        assert list(audit.verify(connection)) == []


def test_a_shortened_log_cannot_be_shortened_by_hand(
    enroll: Callable[..., Any],
    upkeep: Callable[[float], dict[str, int]],
    desk: Desk,
) -> None:
    enroll()
    upkeep(around("audit")[1])
    with pytest.raises(Exception, match="only ever added"), desk.store.write() as connection:
        connection.exec_driver_sql("DELETE FROM audit_events")


def test_the_key_of_pseudonyms_is_new_every_90_days(
    upkeep: Callable[[float], dict[str, int]], table: Callable[..., Any]
) -> None:
    (before,) = table("tenant_settings")
    assert "pseudonym_key" not in upkeep(89 * DAY)
    assert upkeep(90 * DAY)["pseudonym_key"] == 1
    (after,) = table("tenant_settings")
    assert after["pseudonym_key"] != before["pseudonym_key"]
    assert after["former_pseudonym_key"] is None
