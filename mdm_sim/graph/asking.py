"""What a Graph handler is given: who asks, for what, with which options; and how it answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Response, request
from sqlalchemy import Connection

from mdm_sim import access, wire
from mdm_sim.messages import Principal
from mdm_sim.store.work import Desk, Work

CONTENT_TYPE = (
    "application/json;odata.metadata=minimal;odata.streaming=true;"
    "IEEE754Compatible=false;charset=utf-8"
)


@dataclass(frozen=True, slots=True)
class Ask:
    """One request. `keys` are the ids of the path in order; `root` is this version's own URL."""

    desk: Desk
    who: Principal
    version: str
    root: str
    path: str
    keys: tuple[str, ...]
    options: Mapping[str, str]

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
        """A snapshot to read from."""
        with self.desk.store.read() as connection:
            yield connection

    def body(self) -> dict[str, Any]:
        """The request's JSON body."""
        return wire.read_json()

    def body_or_nothing(self) -> dict[str, Any]:
        """The body of an action, which may have none at all."""
        return wire.read_json() if request.get_data() else {}

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
