"""Settings: options of `mdm-sim serve`, each also read from an `MDM_SIM_…` variable."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path

PREFIX = "MDM_SIM_"
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Settings:
    """What a process of the service has to know. `clock_offset` is in seconds."""

    database: str
    seed: int | None = None
    clock_offset: float = 0.0
    full_sync: bool = False
    max_body_bytes: int = MEGABYTE

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Settings as the variables give them; `serve` passes its own on this way."""
        given = os.environ if environment is None else environment
        seed = given.get(f"{PREFIX}SEED")
        return cls(
            database=given.get(f"{PREFIX}DATABASE") or default_database(data_dir(given)),
            seed=int(seed) if seed else None,
            clock_offset=float(given.get(f"{PREFIX}CLOCK_OFFSET", "0")),
            full_sync=given.get(f"{PREFIX}FULL_SYNC", "") in {"1", "true"},
        )


def data_dir(environment: Mapping[str, str]) -> Path:
    """Where the database and the certificates are, unless told otherwise."""
    given = environment.get(f"{PREFIX}DATA_DIR")
    return Path(given) if given else user_data_path("mdm-sim", appauthor=False)


def default_database(directory: Path) -> str:
    """The URL of the embedded database in a data directory."""
    return f"sqlite:///{(directory / 'mdm-sim.db').as_posix()}"
