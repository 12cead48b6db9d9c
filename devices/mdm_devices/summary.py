"""Counting what came of a fleet, per profile and platform; counts and times only, never a value."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from mdm_devices.checking_in import Story
from mdm_devices.enrolling import Enrolled

RECEIPT_PARTS = ("kept", "reduced", "judged", "refused")
Group = tuple[str, str]


@dataclass
class Tally:
    """The counts of one group of devices."""

    counts: Counter[str] = field(default_factory=Counter)
    milliseconds: list[float] = field(default_factory=list)

    def add_receipt(self, receipt: dict[str, Any]) -> None:
        """Count the rows and facts of a receipt, part by part."""
        for part in RECEIPT_PARTS:
            self.counts[part] += len(receipt.get(part) or ())
        self.counts["unknown"] += int(receipt.get("unknown") or 0)

    def to_json(self, columns: tuple[str, ...]) -> dict[str, Any]:
        """The counts asked for, and the median and 95th percentile of the times."""
        told: dict[str, Any] = {name: self.counts[name] for name in columns}
        return told | {
            "p50Ms": percentile(self.milliseconds, 50),
            "p95Ms": percentile(self.milliseconds, 95),
        }


def percentile(values: list[float], percent: int) -> float | None:
    """The nearest-rank percentile, to a tenth; None without values."""
    if not values:
        return None
    rank = max(1, -(-len(values) * percent // 100))
    return round(sorted(values)[rank - 1], 1)


RECEIPT_COLUMNS = ("sent", *RECEIPT_PARTS, "unknown")
ENROLL_COLUMNS = ("enrolled", "failed", *RECEIPT_COLUMNS)
RUN_COLUMNS = ("devices", "gone", "failed", "checkIns", "orders", "notices", *RECEIPT_COLUMNS)


@dataclass
class Summary:
    """The tallies of all groups, and the error codes met."""

    columns: tuple[str, ...]
    tallies: dict[Group, Tally] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)

    def of(self, profile: str, platform: str) -> Tally:
        """The tally of a group."""
        return self.tallies.setdefault((profile, platform), Tally())

    def total(self, name: str) -> int:
        """A count over all groups."""
        return sum(tally.counts[name] for tally in self.tallies.values())

    def add_enrolled(self, outcome: Enrolled) -> None:
        """Count one device that tried to enroll."""
        device = outcome.device
        tally = self.of(device.profile, device.platform)
        tally.counts["sent"] += len(device.facts)
        if outcome.error:
            tally.counts["failed"] += 1
            self.errors[outcome.error] += 1
            return
        tally.counts["enrolled"] += 1
        tally.milliseconds.append(outcome.milliseconds)
        tally.add_receipt(outcome.receipt)

    def add_story(self, story: Story) -> None:
        """Count what a device has been through."""
        tally = self.of(story.entry.profile, story.entry.platform)
        counted = {"devices": 1, "gone": int(story.gone), "failed": int(bool(story.error))}
        tally.counts.update(counted, checkIns=story.check_ins, sent=story.sent)
        tally.counts["orders"] += len(story.orders)
        tally.counts["notices"] += story.notices
        tally.milliseconds.extend(story.milliseconds)
        for receipt in story.receipts:
            tally.add_receipt(receipt)
        if story.error:
            self.errors[story.error] += 1

    def to_json(self, seconds: float) -> dict[str, Any]:
        """Totals, error codes, and a line per group."""
        whole = Tally(milliseconds=[ms for t in self.tallies.values() for ms in t.milliseconds])
        whole.counts.update({name: self.total(name) for name in self.columns})
        groups = [
            {"profile": profile, "platform": platform, **tally.to_json(self.columns)}
            for (profile, platform), tally in sorted(self.tallies.items())
        ]
        return {
            **whole.to_json(self.columns),
            "seconds": round(seconds, 3),
            "errors": dict(sorted(self.errors.items())),
            "groups": groups,
        }
