"""What fleets need, by arithmetic from what a request and a device were measured to cost.

Measured figures are those that `scripts/load.py --measure` writes: see `Measured`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mdm_devices.rounds import BETWEEN_CHECK_INS

FORMAT = "mdm-capacity-1"
FLEETS = (1_000_000, 10_000_000, 100_000_000)
DAY, HOUR = 86_400, 3_600
INTERVAL = int(BETWEEN_CHECK_INS.total_seconds())
A_DAY = DAY // INTERVAL  # check-ins of a device
USED = 0.6  # of a core, at most: a queue grows fast above
STORM = HOUR  # in which a whole fleet checks in, on a Monday
WAVE_DAYS, WAVE_HOURS = 30, 8  # days and hours a day in which a fleet enrolls
AUDIT_DAYS, RECEIPT_DAYS = 730, 90  # as the service keeps them
NODE_CORES, NODE_BYTES = 32, 8 * 10**12  # of a database node


@dataclass(frozen=True)
class Measured:
    """Costs: `cpu` in microseconds of the service by kind of request, `database_cpu` the same of
    PostgreSQL (empty when none was measured), `size` in bytes by what lies on disk."""

    devices: int
    rounds: int
    cpu: dict[str, float]
    database_cpu: dict[str, float]
    size: dict[str, float]
    machine: str

    @classmethod
    def of(cls, document: dict[str, Any]) -> "Measured":
        """From the JSON document. Raises ValueError when it is another."""
        if document.get("format") != FORMAT:
            raise ValueError("these are not figures of a measurement")
        return cls(**{name: document[name] for name in cls.__dataclass_fields__})


@dataclass(frozen=True)
class Need:
    """What a fleet of `devices` needs; rates by second, cores whole, sizes in bytes."""

    devices: int
    measured: Measured

    @property
    def average(self) -> float:
        """Check-ins a second, spread evenly."""
        return self.devices / INTERVAL

    @property
    def storm(self) -> float:
        """Check-ins a second when all come within `STORM`."""
        return self.devices / STORM

    @property
    def wave(self) -> float:
        """Enrollments a second while the fleet comes."""
        return self.devices / (WAVE_DAYS * WAVE_HOURS * HOUR)

    def cores(self, rate: float, kind: str) -> int:
        """Cores of the service for requests of a kind at a rate."""
        return up(rate * self.measured.cpu[kind] / 1e6 / USED)

    def database_cores(self, rate: float, kind: str) -> int:
        """Cores of PostgreSQL for the same. Raises KeyError when that was not measured."""
        return up(rate * self.measured.database_cpu[kind] / 1e6 / USED)

    @property
    def state(self) -> float:
        """What is held of the devices themselves."""
        return self.devices * self.measured.size["device"]

    @property
    def enrollments(self) -> float:
        """The receipts and audit entries of their enrollments."""
        held = self.measured.size
        return self.devices * (held["receiptsPerEnrollment"] + held["auditPerEnrollment"])

    @property
    def receipts(self) -> float:
        """Receipts of check-ins, as long as they are kept."""
        return self.devices * A_DAY * RECEIPT_DAYS * self.measured.size["receiptsPerCheckIn"]

    @property
    def audit(self) -> float:
        """Audit entries of check-ins, as long as they are kept."""
        return self.devices * A_DAY * AUDIT_DAYS * self.measured.size["auditPerCheckIn"]

    @property
    def disk(self) -> float:
        """All of it."""
        return self.state + self.enrollments + self.receipts + self.audit

    @property
    def nodes(self) -> int:
        """Database nodes: by what they hold, and by the storm where that was measured."""
        by_size = up(self.disk / NODE_BYTES)
        if not self.measured.database_cpu:
            return by_size
        return max(by_size, up(self.database_cores(self.storm, "checkIn") / NODE_CORES))


def up(number: float) -> int:
    """The next whole number, one at least."""
    return max(1, -int(-number // 1))


def size(number: float) -> str:
    """Bytes for people: `1.2 TB`, in powers of ten."""
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if number < 1000:
            return f"{number:.3g} {unit}"
        number /= 1000
    return f"{number:.3g} PB"


def rows(needs: list[Need]) -> list[tuple[str, list[str]]]:
    """The lines of the table: what, with its sum in words, and the result for each fleet."""
    cost, held = needs[0].measured.cpu, needs[0].measured.size
    of_enrollment = held["receiptsPerEnrollment"] + held["auditPerEnrollment"]
    cores_of_check_in = f"service cores for them: × {cost['checkIn']:,.0f} µs / {USED:.0%}"

    def line(what: str, result: Callable[[Need], str]) -> tuple[str, list[str]]:
        return what, [result(need) for need in needs]

    return [
        line(
            f"check-ins a second, evenly: devices / {INTERVAL:,} s",
            lambda n: f"{n.average:,.0f}",
        ),
        line(cores_of_check_in, lambda n: f"{n.cores(n.average, 'checkIn'):,}"),
        line(
            f"check-ins a second, a Monday storm: devices / {STORM:,} s",
            lambda n: f"{n.storm:,.0f}",
        ),
        line(cores_of_check_in, lambda n: f"{n.cores(n.storm, 'checkIn'):,}"),
        line(
            f"enrollments a second, a wave: devices / ({WAVE_DAYS} days × {WAVE_HOURS} hours)",
            lambda n: f"{n.wave:,.1f}",
        ),
        line(
            f"service cores for them: × {cost['enroll']:,.0f} µs / {USED:.0%}",
            lambda n: f"{n.cores(n.wave, 'enroll'):,}",
        ),
        line(f"devices on disk: × {held['device']:,.0f} B", lambda n: size(n.state)),
        line(
            f"receipts and audit entries of enrollments: × {of_enrollment:,.0f} B",
            lambda n: size(n.enrollments),
        ),
        line(
            f"receipts: × {A_DAY} a day × {RECEIPT_DAYS} days × {held['receiptsPerCheckIn']:,.0f} B",
            lambda n: size(n.receipts),
        ),
        line(
            f"audit entries: × {A_DAY} a day × {AUDIT_DAYS} days × {held['auditPerCheckIn']:,.0f} B",
            lambda n: size(n.audit),
        ),
        line("disk in all, of one copy", lambda n: size(n.disk)),
        *(
            line(
                f"PostgreSQL cores in the storm: × {micros:,.0f} µs / {USED:.0%}",
                lambda n: f"{n.database_cores(n.storm, 'checkIn'):,}",
            )
            for kind, micros in needs[0].measured.database_cpu.items()
            if kind == "checkIn"
        ),
        line(
            f"PostgreSQL nodes of {NODE_CORES} cores and {size(NODE_BYTES)}",
            lambda n: f"{n.nodes:,}",
        ),
    ]
