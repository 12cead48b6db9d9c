"""A Windows device as a device query finds it: its facts at a check-in, and draws of its own."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from mdm_devices.draw import Draw
from mdm_devices.facts import Facts
from mdm_devices.personas import Fleet
from mdm_devices.private_life import iso

Row = dict[str, Any]


@dataclass(frozen=True)
class Machine:
    """A Windows device with the facts of a check-in; fleet and index give it all else."""

    fleet: Fleet
    index: int
    facts: Facts

    def draw(self, topic: str) -> Draw:
        """The draws of one topic: the same at every check-in."""
        return Draw(self.fleet.seed, self.index, f"query {topic}")

    def before(self, **span: int) -> str:
        """A time before the fleet's clock, ISO 8601: the same at every check-in."""
        return iso(self.fleet.now - timedelta(**span))

    @property
    def user(self) -> str:
        """The name of the account that its user works with."""
        return self.draw("user").pick(self.fleet.pools.first_names).lower().replace(" ", "")

    @property
    def sid(self) -> str:
        """The security identifier of the machine, which its accounts' begin with."""
        draw = self.draw("sid")
        return "-".join(("S-1-5-21", *(str(draw.between(10**8, 4 * 10**9)) for _ in range(3))))

    @property
    def build(self) -> tuple[str, str]:
        """The system's build and its revision."""
        _, _, build, revision = self.facts["osVersion"].split(".")
        return build, revision


def rows_of(columns: str, *values: tuple[Any, ...]) -> list[Row]:
    """Rows of a table that is written down: the columns by name, then a line for each row."""
    return [dict(zip(columns.split(), line, strict=True)) for line in values]
