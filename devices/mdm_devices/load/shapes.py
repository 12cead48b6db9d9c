"""How many devices are awake when, in simulated time, and when each of them checks in."""

from dataclasses import dataclass
from itertools import pairwise

from mdm_devices.draw import Draw
from mdm_devices.rounds import BETWEEN_CHECK_INS

MINUTE, HOUR = 60, 3600
INTERVAL = BETWEEN_CHECK_INS.total_seconds()
ENROLLING = 0.25  # the first part of a run, in which the fleet enrolls
ALL_THERE = 0.8  # of that part, when the last device comes
PUSH_SPREAD = MINUTE  # within which a notification brings every device


@dataclass(frozen=True)
class Shape:
    """A stretch of simulated time, in seconds.

    `awake` are points (moment, share of the fleet that is awake), with lines between them;
    two points at one moment are a jump. At each of `pushes` a notification calls every device.
    After a weekend each device is `overdue`: it checks in as soon as it wakes.
    """

    seconds: int
    awake: tuple[tuple[int, float], ...]
    pushes: tuple[int, ...] = ()
    overdue: bool = False


# fmt: off
SHAPES = {
    "day": Shape(24 * HOUR, (
        (0, 0.05), (6 * HOUR, 0.05), (7 * HOUR, 0.3), (9 * HOUR, 1.0), (12 * HOUR, 0.9),
        (12 * HOUR + 30 * MINUTE, 0.6), (13 * HOUR + 30 * MINUTE, 0.95), (17 * HOUR, 0.9),
        (19 * HOUR, 0.4), (23 * HOUR, 0.1), (24 * HOUR, 0.05),
    )),
    "monday": Shape(2 * HOUR, (
        (0, 0.02), (30 * MINUTE, 0.02), (30 * MINUTE, 1.0), (2 * HOUR, 1.0),
    ), overdue=True),
    "push": Shape(30 * MINUTE, ((0, 1.0), (30 * MINUTE, 1.0)), pushes=(10 * MINUTE,)),
}
# fmt: on


@dataclass(frozen=True)
class Plan:
    """The shape `name` for `devices` devices, pressed into a run of `seconds` seconds.

    Moments are seconds of the run. It begins with the fleet's enrollment, a line up to all.
    """

    name: str
    devices: int
    seconds: float
    seed: int

    @property
    def shape(self) -> Shape:
        """The shape of that name."""
        return SHAPES[self.name]

    @property
    def enrolled(self) -> float:
        """When the fleet is enrolled and the shape begins."""
        return self.seconds * ENROLLING

    @property
    def factor(self) -> float:
        """Simulated seconds in one second of the run."""
        return self.shape.seconds / (self.seconds - self.enrolled)

    @property
    def pushes(self) -> tuple[float, ...]:
        """When every device is called."""
        return tuple(self.enrolled + push / self.factor for push in self.shape.pushes)

    def awake(self, moment: float) -> int:
        """How many devices are awake, one at least; at the end none."""
        if moment >= self.seconds:
            return 0
        return max(1, round(self.devices * self._share_at(moment)))

    def _share_at(self, moment: float) -> float:
        if moment < self.enrolled:
            return min(1.0, moment / (self.enrolled * ALL_THERE))
        return self._share((moment - self.enrolled) * self.factor)

    def _share(self, simulated: float) -> float:
        share = self.shape.awake[0][1]
        for (start, low), (end, high) in pairwise(self.shape.awake):
            if start <= simulated < end:
                return low + (high - low) * (simulated - start) / (end - start)
            share = high if simulated >= end else share
        return share

    def first_check_in(self, index: int, moment: float) -> float:
        """When device `index` that enrolled at `moment` checks in first, not while others enroll.

        That is at any time of an interval, unless it is overdue.
        """
        draw = Draw(self.seed, index, "first check-in")
        wait = 0.0 if self.shape.overdue else INTERVAL * draw.random.random() / self.factor
        return self._called(index, moment, max(moment, self.enrolled) + wait)

    def next_check_in(self, index: int, number: int, moment: float) -> float:
        """When device `index` that checked in at `moment` does it again: after an interval,
        a tenth more or less; or when it is called."""
        draw = Draw(self.seed, index, f"check-in {number}")
        wait = INTERVAL * (0.9 + 0.2 * draw.random.random()) / self.factor
        return self._called(index, moment, moment + wait)

    def _called(self, index: int, moment: float, due: float) -> float:
        calls = [self.call(index, push) for push in self.pushes]
        return min([due, *(call for call in calls if call > moment)])

    def call(self, index: int, push: float) -> float:
        """When a notification that was sent at `push` brings device `index`."""
        draw = Draw(self.seed, index, f"push {push:.3f}")
        return push + PUSH_SPREAD * draw.random.random() / self.factor
