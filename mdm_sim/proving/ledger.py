"""The ledger: every canary, who may hold it, and what was found of it where it may not be."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from mdm_sim.policy.facts import Kind
from mdm_sim.proving.canaries import VALUES, Canary, Holder, Value, patterns, wide_word, word
from mdm_sim.proving.search import Index, scalars


@dataclass(frozen=True, slots=True)
class Finding:
    """A value where it may not be, or one that is not where it should be: never the value itself.

    `problem` is `forbidden` or `missing`.
    """

    problem: str
    phase: str
    row: str
    how: str
    place: str


class Ledger:
    """Makes canaries and knows them again. `tick` counts the requests that were sent."""

    def __init__(self, seed: int) -> None:
        """The same canaries for the same seed."""
        self.random = Random(seed)  # noqa: S311 - values to be recognised, no secrets
        self.canaries: list[Canary] = []
        self.index: Index[int] = Index()
        self.findings: Counter[Finding] = Counter()
        self.tick = 0
        self.lock = threading.Lock()
        self._by_value: dict[Value, Canary] = {}
        self._noted: set[tuple[str, int, str]] = set()
        self._holding: dict[Holder, set[int]] = {}

    def next_tick(self) -> int:
        """The number of the request that is about to be sent."""
        with self.lock:
            self.tick += 1
            return self.tick

    def make(self, kind: Kind, row: str, how: str) -> Any:
        """A new canary's value, of a kind of fact, for a row of the catalogue."""
        with self.lock:
            value = VALUES[kind](self.random)
            if kind is Kind.TEXT and len(self.canaries) % 3 == 0:
                value = wide_word(self.random)
            return self._add(value, kind, row, how)

    def name(self, row: str, how: str) -> str:
        """A canary that is fit to be a name, a segment of a path or a header."""
        with self.lock:
            return str(self._add(word(self.random), Kind.TEXT, row, how))

    def _add(self, value: Value, kind: Kind, row: str, how: str) -> Value:
        if value in self._by_value:
            return self._add(VALUES[kind](self.random), kind, row, how)
        canary = Canary(len(self.canaries), value, row, how)
        self.canaries.append(canary)
        self._by_value[value] = canary
        self.index.add(canary.number, patterns(value, kind))
        return value

    def of(self, value: Any) -> list[Canary]:
        """The canaries among the texts and numbers of a JSON value."""
        known = (self._by_value.get(scalar) for scalar in scalars(value))
        return [canary for canary in known if canary is not None]

    def hold(self, value: Any, holder: Holder, tick: int | None = None) -> None:
        """From now on `holder` holds every canary in `value`."""
        for canary in self.of(value):
            canary.hold(self.tick if tick is None else tick, holder)
            canary.outcome = "kept"
            self._holding.setdefault(holder, set()).add(canary.number)

    def keep_only(self, held: Mapping[Holder, Any]) -> None:
        """From now on these holders hold these values and nothing else."""
        for holder, value in held.items():
            self.keep_numbers(holder, {canary.number for canary in self.of(value)})

    def keep_numbers(self, holder: Holder, numbers: set[int], tick: int | None = None) -> None:
        """From now on, or from a request on, `holder` holds these canaries and no others."""
        since = self.tick if tick is None else tick
        for number in self._holding.get(holder, set()) - numbers:
            self.canaries[number].drop(since, holder)
        for number in numbers:
            self.canaries[number].hold(since, holder)
            self.canaries[number].outcome = "kept"
        self._holding[holder] = numbers

    def drop(self, holders: Iterable[Holder]) -> None:
        """From now on these hold nothing at all any more."""
        self.keep_only(dict.fromkeys(holders))

    def held(self) -> set[int]:
        """The numbers of the canaries that anybody holds now."""
        return set().union(*self._holding.values())

    def note(self, problem: str, phase: str, canary: Canary, place: str) -> None:
        """Write down what is wrong with a canary in a place, once, with the phase it began in."""
        if (problem, canary.number, place) not in self._noted:
            self._noted.add((problem, canary.number, place))
            self.findings[Finding(problem, phase, canary.row, canary.how, place)] += 1
