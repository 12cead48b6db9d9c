"""Settings: options of `mdm-sim serve`, each also read from an `MDM_SIM_…` variable."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from platformdirs import user_data_path

PREFIX = "MDM_SIM_"
MEGABYTE = 1024 * 1024
WORKLOADS = ("mdm", "mam")
THROTTLES = ("off", "documented")
QUIRKS = ("intune",)
MOST_PROXIES = 8
Networks = tuple[IPv4Network | IPv6Network, ...]


@dataclass(frozen=True, slots=True)
class Settings:
    """What a process of the service has to know. `clock_offset` is in seconds.

    `workload` is what the tenant is licensed for: mam is app protection alone, mdm is both.
    `trusted_proxy` is a number of proxies or their addresses (see `proxies`).
    """

    database: str = field(repr=False)
    seed: int | None = None
    clock_offset: float = 0.0
    full_sync: bool = False
    max_body_bytes: int = MEGABYTE
    workload: str = WORKLOADS[0]
    throttle: str = THROTTLES[0]
    quirks: frozenset[str] = frozenset()
    trusted_proxy: str = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Settings as the variables give them; `serve` passes its own on this way.

        Raises ValueError for a word that is none of a setting's.
        """
        given = os.environ if environment is None else environment
        seed = given.get(f"{PREFIX}SEED")
        return cls(
            database=given.get(f"{PREFIX}DATABASE") or default_database(data_dir(given)),
            seed=int(seed) if seed else None,
            clock_offset=float(given.get(f"{PREFIX}CLOCK_OFFSET", "0")),
            full_sync=given.get(f"{PREFIX}FULL_SYNC", "") in {"1", "true"},
            workload=_one_of(WORKLOADS, given, "WORKLOAD"),
            throttle=_one_of(THROTTLES, given, "THROTTLE"),
            quirks=_quirks(given.get(f"{PREFIX}QUIRKS", "")),
            trusted_proxy=given.get(f"{PREFIX}TRUSTED_PROXY", ""),
        )

    def to_environment(self) -> dict[str, str]:
        """The variables that `from_environment` makes these settings of."""
        given = {
            "DATABASE": self.database,
            "SEED": "" if self.seed is None else str(self.seed),
            "CLOCK_OFFSET": str(self.clock_offset),
            "FULL_SYNC": "1" if self.full_sync else "",
            "WORKLOAD": self.workload,
            "THROTTLE": self.throttle,
            "QUIRKS": " ".join(sorted(self.quirks)),
            "TRUSTED_PROXY": self.trusted_proxy,
        }
        return {f"{PREFIX}{name}": text for name, text in given.items()}


def _one_of(words: tuple[str, ...], given: Mapping[str, str], name: str) -> str:
    word = given.get(f"{PREFIX}{name}") or words[0]
    if word not in words:
        message = f"{PREFIX}{name} has to be one of: {', '.join(words)}"
        raise ValueError(message)
    return word


def _quirks(text: str) -> frozenset[str]:
    words = frozenset(text.split())
    if not words <= set(QUIRKS):
        message = f"{PREFIX}QUIRKS has to be of these words: {', '.join(QUIRKS)}"
        raise ValueError(message)
    return words


def proxies(text: str) -> int | Networks:
    """How many proxies stand before the service, or the networks that its one proxy is in.

    Raises ValueError for anything else.
    """
    if text.isascii() and text.isdigit():
        if len(text) > 2 or int(text) > MOST_PROXIES:
            message = f"at most {MOST_PROXIES} proxies are expected"
            raise ValueError(message)
        return int(text)
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def data_dir(environment: Mapping[str, str]) -> Path:
    """Where the database and the certificates are, unless told otherwise."""
    given = environment.get(f"{PREFIX}DATA_DIR")
    return Path(given) if given else user_data_path("mdm-sim", appauthor=False)


def default_database(directory: Path) -> str:
    """The URL of the embedded database in a data directory."""
    return f"sqlite:///{(directory / 'mdm-sim.db').as_posix()}"
