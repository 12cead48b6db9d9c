"""The figures of a run: what was counted, as numbers for plots, tables and programs."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from mdm_devices.load.shapes import Plan
from mdm_devices.load.tally import Cell, Tally

FORMAT = "mdm-load-1"
PERCENTILES = (50, 95, 99)
CHECK_INS = ("POST /mdm/v1/check-ins", "POST /mam/v1/check-ins")
ENROLLMENTS = ("POST /mdm/v1/enrollments", "POST /mam/v1/registrations")


def percentile(times: Counter[int], percent: int) -> int | None:
    """The nearest-rank percentile of counted milliseconds; None of nothing."""
    rank = max(1, -(-times.total() * percent // 100))
    for milliseconds, count in sorted(times.items()):
        rank -= count
        if rank <= 0:
            return milliseconds
    return None


def percentiles(times: Counter[int]) -> dict[str, int | None]:
    """The percentiles that are reported, by name."""
    return {f"p{percent}Ms": percentile(times, percent) for percent in PERCENTILES}


@dataclass
class Figures:
    """What a run counted since `began`, in seconds of the epoch as all moments here."""

    plan: Plan
    began: float
    tally: Tally = field(default_factory=Tally)
    users: dict[int, int] = field(default_factory=dict)
    busiest: float = 0.0

    def note(self, moment: float, users: int, busiest: float) -> None:
        """How many users there are, and the CPU percentage of the busiest generator."""
        self.users[self._second(moment)] = users
        self.busiest = max(self.busiest, busiest)

    def _second(self, moment: float) -> int:
        return max(0, int(moment) - int(self.began))

    def to_json(self) -> dict[str, Any]:
        """The figures as `figures.json` holds them."""
        return {
            "format": FORMAT,
            "shape": self.plan.name,
            "devices": self.plan.devices,
            "seconds": self.plan.seconds,
            "seed": self.plan.seed,
            "factor": round(self.plan.factor, 1),
            "enrolledBySecond": round(self.plan.enrolled, 1),
            "pushesAtSecond": [round(push, 1) for push in self.plan.pushes],
            "busiestGeneratorCpuPercent": round(self.busiest, 1),
            "requests": self._requests(),
            "errors": [
                {"request": name, "code": code, "count": count}
                for (name, code), count in sorted(self.tally.errors.items())
            ],
            "receipts": dict(sorted(self.tally.parts.items())),
            "refusals": [
                {"row": row, "reason": reason, "count": count}
                for (row, reason), count in sorted(self.tally.refused.items())
            ],
            "timeline": [self._at(second) for second in range(self._length())],
        }

    def _length(self) -> int:
        seconds = [self._second(second) for second, _ in self.tally.cells]
        return max([int(self.plan.seconds) - 1, *seconds]) + 1

    def _requests(self) -> list[dict[str, Any]]:
        wholes: dict[str, Cell] = {}
        for (_, name), cell in self.tally.cells.items():
            whole = wholes.setdefault(name, Cell())
            whole.times.update(cell.times)
            whole.failed += cell.failed
        return [
            {
                "request": name,
                "count": whole.times.total(),
                "failed": whole.failed,
                **percentiles(whole.times),
                "maxMs": max(whole.times),
            }
            for name, whole in sorted(wholes.items())
        ]

    def _at(self, second: int) -> dict[str, Any]:
        moment = int(self.began) + second
        cells = {name: cell for (at, name), cell in self.tally.cells.items() if at == moment}
        check_ins: Counter[int] = Counter()
        for name in CHECK_INS:
            check_ins.update(cells[name].times if name in cells else ())
        return {
            "second": second,
            "users": self.users.get(second),
            "planned": self.plan.awake(second),
            "checkIns": check_ins.total(),
            "enrollments": sum(cells[n].times.total() for n in ENROLLMENTS if n in cells),
            "requests": sum(cell.times.total() for cell in cells.values()),
            "failed": sum(cell.failed for cell in cells.values()),
            **percentiles(check_ins),
        }
