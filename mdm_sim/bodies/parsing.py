"""Bytes as a JSON object within the limits of depth and count (RFC 8259 clause 9)."""

from __future__ import annotations

from typing import Any

import orjson

from mdm_sim.messages import Detail, Malformed, TooLarge

DEEPEST = 16
MOST_CONTAINERS = 20_000


def parse(data: bytes) -> dict[str, Any]:
    """The object that `data` holds. Raises Malformed or TooLarge."""
    body = parse_object(data)
    require_shallow(body)
    return body


def parse_object(data: bytes) -> dict[str, Any]:
    """The object that `data` holds, whatever its depth. Raises Malformed."""
    try:
        body = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise Malformed(f"the body is not JSON (at character {error.pos})") from None
    if not isinstance(body, dict):
        message = "the body has to be a JSON object"
        raise Malformed(message, [Detail("", "an object is expected")])
    return body


def require_shallow(body: Any) -> None:
    """Raise TooLarge for a body that is beyond the limits of depth or count."""
    level, depth, count = [body], 0, 0
    while level:
        depth, count = depth + 1, count + len(level)
        if depth > DEEPEST or count > MOST_CONTAINERS:
            message = f"the body nests deeper than {DEEPEST} or holds too many items"
            raise TooLarge(message)
        level = [
            child
            for container in level
            for child in (container.values() if isinstance(container, dict) else container)
            if child.__class__ is dict or child.__class__ is list
        ]
