"""Who sits where in a fleet: profiles by share, platforms in turn; an index keeps its seat."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm

PROFILES = ("corporate", "byod", "mam")
PLATFORMS = ("windows", "macos", "ios", "ipados", "android", "linux")
MAM_PLATFORMS = ("ios", "ipados", "android", "windows")
LONGEST_CYCLE = 1000


class MixError(ValueError):
    """A mix or a list of platforms that cannot be dealt out."""


@dataclass(frozen=True)
class Seat:
    """One place in the fleet."""

    profile: str
    platform: str


def parse_mix(text: str) -> dict[str, Fraction]:
    """Shares by profile, adding up to 1, from `corporate=40,byod=40,mam=20`. Raises MixError."""
    weights: dict[str, Fraction] = {}
    for part in text.split(","):
        name, _, weight = part.strip().partition("=")
        if name not in PROFILES:
            raise MixError(f"a mix names {', '.join(PROFILES)}; not {name!r}")
        if name in weights:
            raise MixError(f"the mix names {name} twice")
        weights[name] = _weight(name, weight)
    total = sum(weights.values(), Fraction(0))
    if total <= 0:
        raise MixError("the mix must give a profile more than 0")
    return {name: weights[name] / total for name in PROFILES if weights.get(name)}


def _weight(name: str, text: str) -> Fraction:
    try:
        weight = Fraction(text.strip())
    except (ValueError, ZeroDivisionError) as error:
        raise MixError(f"the share of {name} must be a number") from error
    if weight < 0:
        raise MixError(f"the share of {name} must not be below 0")
    return weight


def parse_platforms(text: str) -> tuple[str, ...]:
    """The platforms of `windows,ios`, in that order, each once. Raises MixError."""
    names = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    unknown = [name for name in names if name not in PLATFORMS]
    if unknown or not names:
        raise MixError(f"platforms are {', '.join(PLATFORMS)}; not {', '.join(unknown) or 'none'}")
    return names


def apportion(shares: dict[str, Fraction], seats: int) -> dict[str, int]:
    """Whole seats by profile, adding up to `seats`, by the largest-remainder method."""
    quotas = {name: share * seats for name, share in shares.items()}
    counts = {name: int(quota) for name, quota in quotas.items()}
    by_remainder = sorted(quotas, key=lambda name: counts[name] - quotas[name])
    for name in by_remainder[: seats - sum(counts.values())]:
        counts[name] += 1
    return counts


def deal(counts: dict[str, int]) -> tuple[str, ...]:
    """The profiles of one cycle, each spread evenly: the one furthest behind its share is next."""
    length = sum(counts.values())
    dealt = dict.fromkeys(counts, 0)
    order = []
    for place in range(1, length + 1):
        name = max(counts, key=lambda name: counts[name] * place - dealt[name] * length)
        dealt[name] += 1
        order.append(name)
    return tuple(order)


@dataclass(frozen=True)
class Seating:
    """The seats of a fleet of any size; the seat of an index depends on mix and platforms only."""

    mix: str
    platforms: str

    def __post_init__(self) -> None:
        if "mam" in self._shares and not self._choices["mam"]:
            raise MixError(f"the profile mam needs one of {', '.join(MAM_PLATFORMS)}")

    @cached_property
    def _shares(self) -> dict[str, Fraction]:
        return parse_mix(self.mix)

    @cached_property
    def _choices(self) -> dict[str, tuple[str, ...]]:
        chosen = parse_platforms(self.platforms)
        managed = tuple(name for name in chosen if name in MAM_PLATFORMS)
        return {"corporate": chosen, "byod": chosen, "mam": managed}

    @cached_property
    def cycle(self) -> tuple[str, ...]:
        """The repeating order of profiles: exact when the shares allow it in 1000 seats."""
        exact = lcm(*(share.denominator for share in self._shares.values()))
        return deal(apportion(self._shares, min(exact, LONGEST_CYCLE)))

    @cached_property
    def _ranks(self) -> tuple[int, ...]:
        seen = dict.fromkeys(PROFILES, 0)
        ranks = []
        for profile in self.cycle:
            ranks.append(seen[profile])
            seen[profile] += 1
        return tuple(ranks)

    @cached_property
    def _per_cycle(self) -> dict[str, int]:
        return {profile: self.cycle.count(profile) for profile in PROFILES}

    def seat(self, index: int) -> Seat:
        """The profile and platform of device `index` (from 0)."""
        turn, place = divmod(index, len(self.cycle))
        profile = self.cycle[place]
        nth = turn * self._per_cycle[profile] + self._ranks[place]
        choices = self._choices[profile]
        return Seat(profile, choices[nth % len(choices)])
