"""One process's share of a fleet under load: who is awake, and what each device does next."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from mdm_devices.checking_in import Story, leave, visit
from mdm_devices.connection import User
from mdm_devices.draw import Draw
from mdm_devices.enrolling import Door
from mdm_devices.hosting import hosts_of
from mdm_devices.load.shapes import Plan
from mdm_devices.personas import Fleet
from mdm_devices.roster import Entry

LEAVING = 0.01  # of the check-ins are a device's last
AGAIN = 5.0  # seconds until a device that could not enroll tries again
HOST_WAIT = 0.2  # seconds between looks whether an app's host is there


@dataclass
class Life:
    """Device `index`; without a story it has yet to enroll. `due` is a moment of the run."""

    index: int
    due: float = 0.0
    story: Story | None = None


@dataclass
class Share:
    """The devices of one process: of every `of` numbers the one at `place`."""

    fleet: Fleet
    plan: Plan
    users: Sequence[User]
    place: int = 0
    of: int = 1
    begun: int = 0
    asleep: deque[Life] = field(default_factory=deque)
    settled: dict[int, Entry | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0 <= self.place < self.of:
            raise ValueError(f"there are {self.of} shares; this is number {self.place}")

    def wake(self) -> Life:
        """The device that has slept longest, or else a new one."""
        return self.asleep.popleft() if self.asleep else self.newcomer()

    def newcomer(self) -> Life:
        """A device that has never been seen."""
        life = Life(self.place + self.of * self.begun)
        self.begun += 1
        return life

    @cached_property
    def hosts(self) -> dict[int, int]:
        """The hosts of the apps that run on a device of this share.

        The fleet's own, as when it is enrolled as a whole; a host of another share is left out.
        """
        hosts = hosts_of(self.fleet, self.plan.devices, len(self.users))
        ours = range(self.place, self.plan.devices, self.of)
        return {app: host for app, host in hosts.items() if app in ours and host in ours}

    @cached_property
    def hosting(self) -> frozenset[int]:
        """The devices that an app waits for."""
        return frozenset(self.hosts.values())

    def settle(self, index: int, entry: Entry | None) -> None:
        """Device `index` is enrolled, or could not be."""
        if index in self.hosting:
            self.settled[index] = entry


@dataclass(frozen=True)
class Living:
    """What devices do: they enroll, check in when it is time, obey, and sometimes leave.

    `heard` gets every receipt.
    """

    share: Share
    door: Door
    heard: Callable[[dict[str, Any]], None]

    def step(self, life: Life, moment: float) -> Life:
        """Do what is due at `moment`; the life that goes on, of another device if it left."""
        if moment < life.due:
            return life
        if life.story is None:
            return self._enroll(life, moment)
        return self._check_in(life, life.story, moment)

    def _enroll(self, life: Life, moment: float) -> Life:
        share = self.share
        host = share.hosts.get(life.index)
        if host is not None and host not in share.settled:
            life.due = moment + HOST_WAIT
            return life
        user = share.users[life.index % len(share.users)]
        on = None if host is None else share.settled[host]
        outcome = self.door.enroll(share.fleet.device(life.index), user, on)
        share.settle(life.index, outcome.entry)
        if outcome.entry is None:
            life.due = moment + AGAIN
            return life
        self.heard(outcome.receipt)
        life.story = Story(outcome.entry)
        life.due = share.plan.first_check_in(life.index, moment)
        return life

    def _check_in(self, life: Life, story: Story, moment: float) -> Life:
        visit(self.share.fleet, self.door.wire, story)
        for receipt in story.receipts:
            self.heard(receipt)
        number = story.entry.rounds
        if not story.gone and not story.error and self._leaves(life.index, number):
            leave(self.door.wire, story)
        if story.gone:
            return self.share.newcomer()
        # what has been counted is not kept: a run may be long
        life.story = Story(story.entry)
        life.due = self.share.plan.next_check_in(life.index, number, moment)
        return life

    def _leaves(self, index: int, number: int) -> bool:
        return Draw(self.share.plan.seed, index, f"leave {number}").chance(LEAVING)
