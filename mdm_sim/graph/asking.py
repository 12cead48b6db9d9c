"""What a Graph handler is given: who asks, for what, with which options; and how it answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Response, g, request
from sqlalchemy import Connection
from sqlalchemy.exc import DataError
from werkzeug.exceptions import PreconditionFailed

from mdm_sim import access, wire
from mdm_sim.messages import Malformed, Principal
from mdm_sim.store.work import Desk, Work

CONTENT_TYPE = (
    "application/json;odata.metadata=minimal;odata.streaming=true;"
    "IEEE754Compatible=false;charset=utf-8"
)


class Unreadable(Malformed):
    """A body that is no JSON object: Graph's gateway refuses it before any workload sees it."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One request. `keys` are the ids of the path in order; `root` is this version's own URL.

    `metadata` is the odata.metadata level asked for, `prefer` the request's preferences by name,
    `eventual` whether the directory may use its index. `workload` (mdm, or mam alone) and `quirks`
    are the service's settings. `arguments` are the pairs of the query as they came; `snapshot` is
    what is read from where somebody has opened one already.
    """

    desk: Desk
    who: Principal
    version: str
    root: str
    path: str
    keys: tuple[str, ...]
    options: Mapping[str, str]
    metadata: str = "minimal"
    eventual: bool = False
    prefer: Mapping[str, str] = field(default_factory=dict)
    workload: str = "mdm"
    quirks: frozenset[str] = frozenset()
    arguments: Sequence[tuple[str, str]] = ()
    snapshot: Connection | None = None

    def require(self, *permissions: str) -> None:
        """Raise Forbidden unless the caller holds one of `permissions`."""
        access.require(self.who, *permissions)

    @contextmanager
    def work(self) -> Iterator[Work]:
        """One transaction on the caller's behalf."""
        with wire.work_for(self.desk, self.who) as work:
            yield work

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A snapshot to read from. Raises Malformed where a query calculates beyond its numbers."""
        try:
            if self.snapshot is not None:
                yield self.snapshot
                return
            with self.desk.store.read() as connection:
                yield connection
        except DataError:
            message = "Invalid query: a value is of another type, or out of range."
            raise Malformed(message) from None

    def body(self) -> dict[str, Any]:
        """The request's JSON body. Raises Unreadable, TooLarge or WrongMediaType."""
        try:
            return wire.read_json()
        except Malformed as fault:
            message = (
                "Unable to read JSON request payload. Please ensure Content-Type header is set "
                f"and payload is of valid JSON format: {fault.message}."
            )
            raise Unreadable(message, fault.details) from None

    def body_or_nothing(self) -> dict[str, Any]:
        """The body of an action, which may have none at all."""
        return self.body() if request.get_data() else {}

    def require_match(self, etag: str) -> None:
        """Raise PreconditionFailed unless If-Match (RFC 9110 13.1.1) is `*`, absent or `etag`.

        For objects that have ETags; Graph passes If-Match over for all others.
        """
        given = request.if_match
        if given and not given.star_tag and not given.contains_raw(etag):
            raise PreconditionFailed

    def page_size(self, most: int) -> int:
        """How many objects a page has: `most`, or as few as `odata.maxpagesize` prefers."""
        given = self.prefer.get("odata.maxpagesize", "")
        if not (given.isascii() and given.isdigit() and 0 < len(given) < 10 and int(given)):
            return most
        g.graph_applied = f"odata.maxpagesize={min(int(given), most)}"
        return min(int(given), most)

    def context(self, *parts: str) -> str:
        """`@odata.context` for a path of the service."""
        return f"{self.root}/$metadata#{'/'.join(parts)}"


def shown(body: Any, status: int = 200) -> Response:
    """An object or a collection as Graph sends it."""
    response = wire.answer(body, status)
    response.headers["Content-Type"] = CONTENT_TYPE
    return response


def done() -> Response:
    """204: done, and nothing to say."""
    return Response(status=204)
