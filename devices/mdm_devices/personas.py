"""Personas: device `index` of a fleet follows from seed, index, mix and platforms alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from mdm_devices import facts
from mdm_devices.draw import Draw
from mdm_devices.facts import Facts, Subject
from mdm_devices.hardware import MODELS, SYSTEMS
from mdm_devices.mix import Seat, Seating
from mdm_devices.pools import Pools, draw_pools
from mdm_devices.private_life import Life, never_collected, unknown

APPLE_BULK = ("appleBulkWithUser",)
# fmt: off
CORPORATE_TYPES: dict[str, tuple[str, ...]] = {
    "windows": ("windowsAzureADJoin",),
    "macos": APPLE_BULK, "ios": APPLE_BULK, "ipados": APPLE_BULK,
    "android": ("androidEnterpriseFullyManaged",) * 3 + ("androidEnterpriseDedicatedDevice",)
               + ("androidEnterpriseCorporateWorkProfile",) * 2,
    "linux": ("deviceEnrollmentManager",),
}
APPLE_PERSONAL = ("userEnrollment", "userEnrollment", "appleUserEnrollment")
PERSONAL_TYPES = {"ios": APPLE_PERSONAL, "ipados": APPLE_PERSONAL}
# fmt: on


@dataclass(frozen=True)
class Device:
    """A simulated device, or for the workload mam a managed app on one."""

    index: int
    workload: str
    profile: str
    platform: str
    enrollment_type: str | None
    facts: Facts

    @property
    def consents(self) -> bool:
        """Whether its user agrees to optional diagnostics: one in three does; all are asked."""
        return self.index % 3 == 0

    def to_json(self) -> dict[str, Any]:
        """The persona as `mdm-devices show` prints it."""
        return {
            "index": self.index,
            "workload": self.workload,
            "profile": self.profile,
            "platform": self.platform,
            "enrollmentType": self.enrollment_type,
            "diagnosticsConsent": self.consents,
            "facts": self.facts,
        }


@dataclass(frozen=True)
class Fleet:
    """All devices of a seed; `clock` is ISO 8601 and dates what they report."""

    seed: int
    mix: str
    platforms: str
    clock: str

    @cached_property
    def seating(self) -> Seating:
        """Who sits where. Raises MixError."""
        return Seating(self.mix, self.platforms)

    @cached_property
    def pools(self) -> Pools:
        """The names and sentences devices pick from."""
        return draw_pools(self.seed)

    @cached_property
    def now(self) -> datetime:
        """The fleet's clock, in UTC. Raises ValueError."""
        moment = datetime.fromisoformat(self.clock)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)

    def devices(self, count: int) -> Iterator[Device]:
        """The first `count` devices."""
        return (self.device(index) for index in range(count))

    def device(self, index: int) -> Device:
        """Device `index`, from 0."""
        seat = self.seating.seat(index)
        subject = self._subject(index, seat)
        return Device(
            index=index,
            workload="mam" if seat.profile == "mam" else "mdm",
            profile=seat.profile,
            platform=seat.platform,
            enrollment_type=enrollment_type(subject.draw, seat),
            facts=all_facts(subject),
        )

    def enrollment_type(self, index: int) -> str | None:
        """How device `index` enrolls, without all it has to tell."""
        seat = self.seating.seat(index)
        return enrollment_type(self._subject(index, seat).draw, seat)

    def _subject(self, index: int, seat: Seat) -> Subject:
        draw = Draw(self.seed, index)
        return Subject(
            life=Life(draw, self.pools, self.now),
            profile=seat.profile,
            platform=seat.platform,
            model=draw.pick(MODELS[seat.platform]),
            version=draw.pick(SYSTEMS[seat.platform].versions),
        )


def enrollment_type(draw: Draw, seat: Seat) -> str | None:
    """The Graph `deviceEnrollmentType` member of the seat; none for an app registration."""
    if seat.profile == "mam":
        return None
    if seat.profile == "corporate":
        return draw.pick(CORPORATE_TYPES[seat.platform])
    return draw.pick(PERSONAL_TYPES.get(seat.platform, ("userEnrollment",)))


def all_facts(subject: Subject) -> Facts:
    """Everything the device has to tell: far more than a service may keep."""
    told = facts.hardware(subject) | facts.network(subject) | facts.identity(subject)
    told |= facts.health(subject) | facts.diagnostics(subject) | facts.inventory(subject)
    if subject.profile == "mam":
        told |= facts.app_registration(subject)
    told |= never_collected(subject.life) | unknown(subject.life)
    return told | facts.wrong_channel(subject)
