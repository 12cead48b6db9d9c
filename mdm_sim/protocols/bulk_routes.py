"""The bulk doors over HTTP: answers are written while the request is read."""

from __future__ import annotations

from flask import Blueprint, Response, request, stream_with_context

from mdm_sim import wire
from mdm_sim.messages import Asked, WrongMediaType
from mdm_sim.protocols import bulk, exchanges, streams
from mdm_sim.store.work import Desk


def add(blueprint: Blueprint, desk: Desk, workload: str) -> None:
    """Add the doors for many to those for one; in a tenant of apps alone no device enrolls."""

    @blueprint.post("/mdm/v1/enrollments:bulk")
    def enroll_in_bulk() -> Response:
        exchanges.require_devices(workload)
        asked = Asked(wire.bearer(), b"", wire.request_id())
        door = bulk.Enrolling(desk, asked)
        with door.begin():  # who may not is told so before anything is read
            pass
        return _streamed(door)

    @blueprint.post("/mdm/v1/check-ins:bulk")
    def check_in_in_bulk() -> Response:
        return _streamed(bulk.CheckingIn(desk, wire.request_id()))


def _streamed(door: bulk.Door) -> Response:
    """The answers to a stream of lines, written while it is read."""
    if request.mimetype not in streams.TYPES:
        message = f"the body has to be {streams.TYPES[0]}"
        raise WrongMediaType(message)
    most = request.max_content_length or streams.MOST_BYTES
    request.max_content_length = 2 * streams.MOST_BYTES  # the stream's own limit is met before
    told = bulk.run(door, streams.batches(request.stream.read, most))
    response = Response(stream_with_context(told), mimetype=streams.TYPES[0])
    response.headers["Cache-Control"] = wire.UNCACHED
    return response
