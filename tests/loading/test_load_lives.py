"""What a device under load does, step by step, against a real service."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from mdm_devices import defaults
from mdm_devices.connection import Connection, User, from_ready_file
from mdm_devices.draw import Draw
from mdm_devices.enrolling import Door, enroll_fleet
from mdm_devices.hosting import hosts_of
from mdm_devices.load.admins import DEVICES, Desk
from mdm_devices.load.lives import AGAIN, HOST_WAIT, LEAVING, Life, Living, Share
from mdm_devices.load.shapes import Plan
from mdm_devices.personas import Fleet
from mdm_devices.profiles import Profiles
from mdm_devices.signin import SignIn
from mdm_devices.wire import Answer, Exchange, Wire

COUNT = 20
SECRETS = ("deviceToken", "enrollmentToken")
ENROLLING = ("/mdm/v1/enrollments", "/mam/v1/registrations")


class Recording(Wire):
    """A wire that notes what is sent."""

    def __init__(self, connection: Connection, observe: Callable[[Exchange], None]) -> None:
        super().__init__(connection, observe=observe)
        self.sent: list[tuple[str, dict[str, Any]]] = []

    def post(self, path: str, token: str, body: dict[str, Any], name: str | None = None) -> Answer:
        self.sent.append((path, body))
        return super().post(path, token, body, name)

    @property
    def enrollments(self) -> list[tuple[str, dict[str, Any]]]:
        """What was sent to enroll, with tokens as no more than there or not."""
        return [
            (path, body | {name: True for name in SECRETS if name in body})
            for path, body in self.sent
            if path in ENROLLING
        ]


@dataclass
class Scene:
    """A share of a fleet that lives against the service."""

    ready_file: Path
    share: Share
    wire: Recording
    door: Door
    exchanges: list[Exchange]
    receipts: list[dict[str, Any]] = field(default_factory=list)

    @property
    def living(self) -> Living:
        return Living(self.share, self.door, self.receipts.append)

    @property
    def admin(self) -> User:
        admin = from_ready_file(self.ready_file).admin
        assert admin
        return admin

    def come(self, count: int) -> list[Life]:
        """So many newcomers, one after the other, each enrolled."""
        return [self.living.step(self.share.newcomer(), 1.0) for _ in range(count)]


def fleet_of(seed: int) -> Fleet:
    return Fleet(seed, defaults.MIX, defaults.PLATFORMS, defaults.CLOCK)


@pytest.fixture
def scene_of(ready_file: Path) -> Iterator[Callable[..., Scene]]:
    wires = []

    def make(seed: int, place: int = 0, of: int = 1) -> Scene:
        connection = from_ready_file(ready_file)
        exchanges: list[Exchange] = []
        wire = Recording(connection, exchanges.append)
        wires.append(wire)
        sign_in = SignIn(wire, connection)
        door = Door(wire, sign_in, Profiles(sign_in, connection.admin))
        plan = Plan("day", COUNT, 60.0, seed)
        share = Share(fleet_of(seed), plan, connection.users, place, of)
        return Scene(ready_file, share, wire, door, exchanges)

    yield make
    for wire in wires:
        wire.hang_up()


def test_the_same_seed_gives_the_devices_that_enroll_gives(
    scene_of: Callable[..., Scene],
) -> None:
    alive, whole = scene_of(12), scene_of(12)
    users = whole.share.users
    assert all(each.entry for each in enroll_fleet(fleet_of(12), COUNT, whole.door, users, 1))
    assert all(life.story for life in alive.come(COUNT))
    assert alive.wire.enrollments == whole.wire.enrollments
    assert any("deviceToken" in body for _, body in alive.wire.enrollments)


def test_shares_are_the_whole_fleet_and_no_device_twice(scene_of: Callable[..., Scene]) -> None:
    shares = [scene_of(1, place, 3).share for place in range(3)]
    numbers = [share.newcomer().index for share in shares for _ in range(10)]
    assert sorted(numbers) == list(range(30))


def test_there_is_no_share_beyond_the_last(scene_of: Callable[..., Scene]) -> None:
    with pytest.raises(ValueError, match="3 shares"):
        scene_of(1, 3, 3)


def test_an_app_waits_for_the_device_it_runs_on(scene_of: Callable[..., Scene]) -> None:
    scene = scene_of(12)
    app, host = next(iter(scene.share.hosts.items()))
    waiting = scene.living.step(Life(app), 1.0)
    assert waiting.story is None
    assert waiting.due == 1.0 + HOST_WAIT
    assert scene.wire.enrollments == []
    scene.living.step(Life(host), 1.0)
    assert scene.living.step(waiting, 2.0).story
    assert scene.wire.enrollments[-1][1]["deviceToken"]


def test_an_app_whose_device_is_in_another_share_comes_alone(
    scene_of: Callable[..., Scene],
) -> None:
    whole = hosts_of(fleet_of(12), COUNT, 4)
    app = next(app for app, host in whole.items() if app % 3 != host % 3)
    scene = scene_of(12, app % 3, 3)
    assert scene.living.step(Life(app), 1.0).story
    assert "deviceToken" not in scene.wire.enrollments[-1][1]


def test_nothing_is_done_before_it_is_due(scene_of: Callable[..., Scene]) -> None:
    scene = scene_of(13)
    [life] = scene.come(1)
    requests = len(scene.exchanges)
    assert scene.living.step(life, life.due - 0.001) is life
    assert len(scene.exchanges) == requests
    scene.living.step(life, life.due)
    assert [each.name for each in scene.exchanges[requests:]] == ["/mdm/v1/check-ins"]


def test_every_receipt_is_heard(scene_of: Callable[..., Scene]) -> None:
    scene = scene_of(14)
    [life] = scene.come(1)
    life = scene.living.step(life, life.due)
    assert len(scene.receipts) == 2
    assert all(receipt["policyVersion"] for receipt in scene.receipts)
    assert life.story
    assert life.story.receipts == []


def test_a_device_that_sleeps_is_woken_before_a_new_one_comes(
    scene_of: Callable[..., Scene],
) -> None:
    share = scene_of(15).share
    first, second = share.wake(), share.wake()
    share.asleep.extend((second, first))
    assert [share.wake() for _ in range(2)] == [second, first]
    assert share.wake().index == 2


def test_a_device_that_leaves_is_followed_by_a_new_one(scene_of: Callable[..., Scene]) -> None:
    seed = next(s for s in range(10_000) if Draw(s, 0, "leave 1").chance(LEAVING))
    scene = scene_of(seed)
    [life] = scene.come(1)
    after = scene.living.step(life, life.due)
    assert after.index == 1
    assert scene.exchanges[-1].method == "DELETE"
    assert life.story
    assert life.story.gone


def test_a_device_that_was_retired_is_followed_by_a_new_one(
    scene_of: Callable[..., Scene],
) -> None:
    scene = scene_of(16)
    [_, life] = scene.come(2)
    assert life.story
    path = f"{DEVICES}/{life.story.entry.id}/retire"
    scene.door.sign_in.post(scene.admin, path, {}, "retire")
    assert scene.living.step(life, life.due).index == 2


def test_a_device_that_cannot_enroll_tries_again(ready_file: Path) -> None:
    connection = Connection("http://127.0.0.1:9", "t", "c", from_ready_file(ready_file).users)
    exchanges: list[Exchange] = []
    wire = Wire(connection, observe=exchanges.append)
    sign_in = SignIn(wire, connection)
    door = Door(wire, sign_in, Profiles(sign_in, None))
    share = Share(fleet_of(1), Plan("day", COUNT, 60.0, 1), connection.users)
    life = Living(share, door, lambda _receipt: None).step(share.newcomer(), 3.0)
    assert life.story is None
    assert life.due == 3.0 + AGAIN
    assert [each.code for each in exchanges] == ["unreachable"]


def test_an_administrator_reads_orders_and_pushes(scene_of: Callable[..., Scene]) -> None:
    scene = scene_of(17)
    scene.come(3)
    before = len(scene.exchanges)
    desk = Desk(scene.door.sign_in, scene.admin, Draw(1, 0, "admin"))
    for task in (desk.look, desk.act):
        task()  # nothing is known yet
    assert len(scene.exchanges) == before
    for task in (desk.list_pages, desk.filter, desk.audit, desk.look, desk.act, desk.push):
        task()
    assert [each.code for each in scene.exchanges if each.code] == []
    names = [each.name for each in scene.exchanges[before:]]
    assert f"{DEVICES}/{{id}}" in names
    assert f"{DEVICES}/{{id}}/syncDevice" in names
    assert not any(each in name for name in names for each in desk.seen)
