"""What is read every day, without Flask: devices and audit entries, one of them or a page.

What a request says beyond that, in its path or in its query, is for the door in `door`: both lead
to the same functions, and a refusal is told there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl

import orjson

from mdm_sim import access, tokens
from mdm_sim.graph import listing, manners
from mdm_sim.graph.annotations.levels import annotated
from mdm_sim.graph.asking import CONTENT_TYPE, Ask
from mdm_sim.graph.documents import tables
from mdm_sim.graph.edm.model import model
from mdm_sim.graph.entities import audit_events, device_places
from mdm_sim.graph.mam_only import require_collected
from mdm_sim.graph.odata.collection import Collection
from mdm_sim.graph.odata.options import plain
from mdm_sim.graph.resolving import resolve
from mdm_sim.graph.serving import SHELVES
from mdm_sim.settings import THROTTLES, Settings
from mdm_sim.store.work import Desk

_PLACES = (device_places.PATH, audit_events.PATH)
_PATH = re.compile(
    rf"/(?P<version>v1\.0|beta)/(?P<place>{'|'.join(_PLACES)})(?:/(?P<key>[0-9a-f-]{{36}}))?"
)
_OPTIONS = {"$top", "$skip", "$skiptoken", "$select", "$count", "$filter", "$orderby"}


@dataclass(frozen=True, slots=True)
class Read:
    """What a door that is read from is given: its path, and the query as it came.

    `root` is scheme and host; the ids are the request's own and the caller's name for it.
    """

    token: str
    root: str
    path: str
    query: str
    request_id: str
    correlation_id: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What such a door answers: a text, its type, and headers for it."""

    body: bytes
    content_type: str
    headers: Sequence[tuple[str, str]]


# None where a request is not one of those that the door answers by itself.
Reader = Callable[[Read], Shown | None]


def reader(desk: Desk, settings: Settings) -> Reader:
    """The everyday reads of a service; of none where its requests are counted."""
    if settings.throttle == THROTTLES[1]:
        return lambda _read: None
    return lambda read: _shown(desk, settings, read)


def _shown(desk: Desk, settings: Settings, read: Read) -> Shown | None:
    found = _PATH.fullmatch(read.path)
    arguments = _arguments(read.query)
    if found is None or arguments is None:
        return None
    version, place, key = found.groups()
    with desk.store.read() as connection:
        ask = Ask(
            desk,
            tokens.verify(connection, read.token, desk.clock.now()),
            version,
            f"{read.root}/{version}",
            place if key is None else f"{place}/{key}",
            (),
            plain(arguments, is_beta=version == "beta"),
            workload=settings.workload,
            quirks=settings.quirks,
            arguments=arguments,
            snapshot=connection,
        )
        require_collected(ask, place)
        ask.require(access.reading(tables.area(place)))
        collection = _collection(version, place)
        if key is None:
            body = listing.page_of(ask, collection)
        else:
            body = listing.object_of(ask, collection, key)
    headers = manners.signature(read.request_id, read.correlation_id)
    return Shown(annotated(ask, orjson.dumps(body)), CONTENT_TYPE, [*headers.items()])


@lru_cache(maxsize=8)
def _collection(version: str, place: str) -> Collection:
    """The collection at a place, as the door has it too."""
    target = resolve(model(version), place)
    if target is None:
        raise KeyError(place)
    return SHELVES[version].of(target)


def _arguments(query: str) -> tuple[tuple[str, str], ...] | None:
    """The pairs of a query, None where one of them is out of the ordinary."""
    if not query:
        return ()
    try:
        pairs = tuple(parse_qsl(query, keep_blank_values=True, errors="strict"))
    except UnicodeDecodeError:
        return None
    return pairs if query.isascii() and all(name in _OPTIONS for name, _ in pairs) else None
