"""What requests carry that may be kept nowhere: canaries that some of them have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from mdm_sim.policy.facts import Kind
from mdm_sim.proving.ledger import Ledger

HEADERS_ROW, QUERY_ROW, PATH_ROW = "(headers)", "(query strings)", "(paths)"
BODY_ROW = "(bodies of other doors)"
# fmt: off
NAMES = (
    "User-Agent", "Referer", "Cookie", "If-None-Match", "Origin", "Accept-Language",
    "X-Request-Id", "X-Forwarded-Host", "X-Forwarded-Prefix", "X-Forwarded-Server", "Forwarded",
    "x-ms-client-session-id", "traceparent", "SdkVersion", "ocp-apim-subscription-key",
)
# fmt: on
# So many requests have a canary in common.
_OFTEN = 40


class Pool:
    """Gives a canary for a purpose, the same one some times, and then a new one."""

    def __init__(self, ledger: Ledger) -> None:
        """`ledger` makes them."""
        self._ledger = ledger
        self._given: dict[tuple[str, str], tuple[str, int]] = {}

    def take(self, row: str, how: str) -> str:
        """A canary that is fit to be a name, for a row of the report."""
        text, left = self._given.get((row, how), ("", 0))
        if not left:
            text, left = self._ledger.name(row, how), _OFTEN
        self._given[row, how] = (text, left - 1)
        return text

    def number(self, text: str) -> int:
        """The number of a canary that was taken."""
        return self._ledger.of(text)[0].number


@dataclass(slots=True)
class Load:
    """The canaries of one request; `numbers` of those that were taken for it so far."""

    pool: Pool
    numbers: set[int] = field(default_factory=set)

    def __call__(self, row: str, how: str) -> str:
        """One more, for a row of the report."""
        text = self.pool.take(row, how)
        self.numbers.add(self.pool.number(text))
        return text

    def of(self, row: str) -> Callable[[str], str]:
        """Takes more for one row."""
        return lambda how: self(row, how)


def headers(ledger: Ledger, *, guid: bool) -> tuple[dict[str, str], int]:
    """Headers that do not change an answer, and the canary of the request's correlation id.

    It is one that may be kept, a `guid`, or one that may not.
    """
    text = ledger.name(HEADERS_ROW, "any")
    address = ledger.make(Kind.IPV4, HEADERS_ROW, "X-Forwarded-For")
    made = ledger.make(Kind.GUID, HEADERS_ROW, "client-request-id")
    given = dict.fromkeys(NAMES, text) | {"X-Forwarded-For": address, "X-Real-IP": address}
    given["X-Forwarded-Proto"] = text
    given["client-request-id"] = str(UUID(made)) if guid else text
    return given, ledger.of(made)[0].number


def wishes(load: Load, turn: int) -> dict[str, Any]:
    """How an answer is wanted, with canaries: good wishes in turn with ones that are none."""
    text = load(HEADERS_ROW, "a wish")
    several: tuple[dict[str, str], ...] = (
        {"Accept": f"application/json;odata.metadata=full;{text}={text}"},
        {"Prefer": f'odata.maxpagesize=1, {text}="{text}"', "ConsistencyLevel": "eventual"},
        {"Accept": f"application/json;odata.metadata=none;q={text}", "If-Match": f'"{text}"'},
        {"Prefer": f"odata.maxpagesize={text};{text}", "ConsistencyLevel": text},
        {"Accept": f"{text}/{text}"},
        {"If-Match": f'W/"{text}"', "Accept-Encoding": f"gzip, {text}"},
    )
    return several[turn % len(several)]
