"""What a run counts, by second and request; mergeable, so that workers can hand it to a master.

Names of requests are templates and errors are codes; of receipts only row ids, reasons and
numbers are counted. No value of a device gets here.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from mdm_devices.summary import RECEIPT_PARTS
from mdm_devices.wire import Exchange

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}(\.[a-z][a-z0-9_]{0,39}){0,3}")
OTHER = "other"


@dataclass
class Cell:
    """The requests of one name in one second: how many took how long, and how many failed."""

    times: Counter[int] = field(default_factory=Counter)
    failed: int = 0


def rounded(milliseconds: float) -> int:
    """Whole milliseconds, above 100 to two digits: few different numbers, small errors."""
    whole = max(1, round(milliseconds))
    return whole if whole < 100 else round(whole, 2 - len(str(whole)))


def known(text: object) -> str:
    """A row id or a reason as it is written; whatever else a service says is `other`."""
    return text if isinstance(text, str) and NAME.fullmatch(text) else OTHER


@dataclass
class Tally:
    """Counts of requests, errors and receipts."""

    cells: dict[tuple[int, str], Cell] = field(default_factory=dict)
    errors: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    parts: Counter[str] = field(default_factory=Counter)

    def add(self, second: int, exchange: Exchange) -> None:
        """Count one request and its answer."""
        name = f"{exchange.method} {exchange.name}"
        cell = self.cells.setdefault((second, name), Cell())
        cell.times[rounded(exchange.milliseconds)] += 1
        if exchange.code is not None:
            cell.failed += 1
            self.errors[name, exchange.code] += 1

    def add_receipt(self, receipt: dict[str, Any]) -> None:
        """Count what a receipt says."""
        for part in RECEIPT_PARTS:
            self.parts[part] += len(receipt.get(part) or ())
        self.parts["unknown"] += int(receipt.get("unknown") or 0)
        for row, reason in dict(receipt.get("refused") or {}).items():
            self.refused[known(row), known(reason)] += 1

    def merge(self, told: dict[str, Any]) -> None:
        """Add what `drain` of another tally told."""
        for second, name, times, failed in told["cells"]:
            cell = self.cells.setdefault((second, name), Cell())
            cell.times.update(dict(times))
            cell.failed += failed
        for name, code, count in told["errors"]:
            self.errors[name, code] += count
        for row, reason, count in told["refused"]:
            self.refused[row, reason] += count
        self.parts.update(told["parts"])

    def drain(self) -> dict[str, Any]:
        """Everything counted since the last time, as lists and numbers."""
        told = {
            "cells": [[*key, [*c.times.items()], c.failed] for key, c in self.cells.items()],
            "errors": [[*key, count] for key, count in self.errors.items()],
            "refused": [[*key, count] for key, count in self.refused.items()],
            "parts": dict(self.parts),
        }
        for each in (self.cells, self.errors, self.refused, self.parts):
            each.clear()
        return told
