"""A device that becomes the organisation's: its user is told once, and nothing is filled in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

FACTS = {"phoneNumber": "+31612345678", "applications": [{"id": "a", "name": "A"}]}
TOLD = [{"kind": "ownershipChanged", "ownership": "corporate"}]


@pytest.fixture
def mark(graph: Callable[..., Any]) -> Callable[[Any, str], None]:
    """An admin's mark of ownership."""

    def marked(device: dict[str, Any], owner: str) -> None:
        path = f"deviceManagement/managedDevices/{device['id']}"
        graph("PATCH", path, {"managedDeviceOwnerType": owner})

    return marked


@pytest.mark.parametrize("platform", ["ios", "android", "windows", "macos"])
def test_the_user_is_told_once_and_nothing_comes_back(
    enroll: Callable[..., Any],
    check_in: Callable[..., Any],
    stored: Callable[[str], Any],
    mark: Callable[[Any, str], None],
    platform: str,
) -> None:
    device = enroll(FACTS, platform)
    mark(device, "company")
    assert stored(device["id"]) == {"phoneNumber": "5678"}
    assert check_in(device)["notices"] == TOLD
    assert "notices" not in check_in(device, facts=FACTS)
    assert stored(device["id"])["applications"] == FACTS["applications"]


def test_a_mark_that_is_taken_back_in_time_is_not_told(
    enroll: Callable[..., Any], check_in: Callable[..., Any], mark: Callable[[Any, str], None]
) -> None:
    device = enroll(FACTS)
    mark(device, "company")
    mark(device, "personal")
    assert "notices" not in check_in(device)


def test_to_personal_cuts_at_once_and_tells_nobody(
    enroll: Callable[..., Any],
    check_in: Callable[..., Any],
    stored: Callable[[str], Any],
    mark: Callable[[Any, str], None],
    on_disk: Callable[[str], bool],
) -> None:
    device = enroll(FACTS, "ios", "appleBulkWithUser")
    assert on_disk("+31612345678")
    mark(device, "personal")
    assert stored(device["id"]) == {"phoneNumber": "5678"}
    assert not on_disk("31612345678")
    assert "notices" not in check_in(device)
