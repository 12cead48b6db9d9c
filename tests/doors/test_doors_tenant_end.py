"""The end of a tenant, and the job itself: stopped, twice at once, and what it leaves at rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mdm_sim import tenant, tokens
from mdm_sim.app import open_desk
from mdm_sim.settings import Settings
from mdm_sim.upkeep import job

DAY = 24 * 3600
USER = tenant.USERS[0]


def test_a_closed_tenant_collects_nothing_and_can_be_opened_again(
    enroll: Callable[..., Any],
    graph: Callable[..., Any],
    ask: Callable[..., Any],
    user: dict[str, str],
    check_in: Callable[..., Any],
) -> None:
    device = enroll()
    assert graph("POST", "/privacy/v1/tenant/close", {})["closedDateTime"]
    body = {"platform": "ios", "enrollmentType": "userEnrollment", "facts": {}}
    ask("POST", "/mdm/v1/enrollments", user, 403, json=body)
    app = {"platform": "ios", "facts": {"appIdentifier": {"bundleId": "a"}}}
    ask("POST", "/mam/v1/registrations", user, 403, json=app)
    check_in(device, 403)
    assert graph("POST", "/privacy/v1/tenant/reopen", {})["closedDateTime"] is None
    check_in(device)


def test_180_days_after_its_end_nothing_is_left_of_a_tenant(
    enroll: Callable[..., Any],
    register: Callable[..., Any],
    graph: Callable[..., Any],
    upkeep: Callable[[float], dict[str, int]],
    dump: Callable[[], dict[str, list[str]]],
    on_disk: Callable[[str], bool],
) -> None:
    enroll({"deviceName": "canary-phone"})
    register()
    graph("POST", "/privacy/v1/tenant/close", {})
    before, after = 180 * DAY - 60, 180 * DAY + 60
    assert "tenant_end" not in upkeep(before)
    assert upkeep(after)["tenant_end"] > 10
    assert {name for name, rows in dump().items() if rows} <= {"counters"}
    assert not on_disk("canary-phone")
    assert not on_disk(USER.upn)


def test_what_is_due_is_removed_once_whoever_comes_first(
    settings: Settings, register: Callable[..., Any]
) -> None:
    register()
    late = replace(settings, clock_offset=91 * DAY)
    desks = [open_desk(late), open_desk(late)]
    assert [job.run(desk)["app_idle"] for desk in desks] == [1, 0]
    for desk in desks:
        desk.store.close()


def test_a_job_that_is_stopped_is_gone_on_with(
    settings: Settings, register: Callable[..., Any], table: Callable[..., Any]
) -> None:
    for number in range(3):
        register({"deviceTag": f"tag-{number}"})
    desk = open_desk(replace(settings, clock_offset=91 * DAY))
    job.run(desk, stopped=lambda: len(table("app_registrations")) < 3)
    job.run(desk)
    assert table("app_registrations") == []
    desk.store.close()


def test_secrets_are_at_rest_as_the_register_says(
    enroll: Callable[..., Any], on_disk: Callable[[str], bool]
) -> None:
    device = enroll()
    for secret in (device["deviceToken"], tenant.PASSWORD, tenant.CLIENT_SECRET):
        assert not on_disk(secret)
    assert on_disk(tokens.digest(device["deviceToken"]))
