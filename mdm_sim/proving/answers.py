"""Answers: what each shows, of which objects, and so whose values may stand in it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

import orjson

from mdm_sim.proving.canaries import Holder
from mdm_sim.proving.routes import VERSIONS, Route

_ANY = "*"

# All that is held on a person.
PERSONAL = ("record", "apps", "diagnostics", "orders", "user", "directory", "managed name")
# What is shown of devices.
DEVICE = ("record", "user*", "managed name")
# Members of answers whose objects are each about themselves.
_LISTS = ("value", "policies", "managedDevices", "managedAppRegistrations", "directoryDevices")
# What an answer of a route to an administrator may show: the kinds of holders, by route. A kind
# with `*` is shown of any object, the others of the objects whose ids the answer or path names.
# fmt: off
SHOWN: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("GET /privacy/v1/records/{}",                      ("record", "apps")),
    ("POST /privacy/v1/rights/export",                  PERSONAL),
    ("GET users/{}/exportDeviceAndAppManagementData*",  PERSONAL),
    ("GET directory/deletedItems*",                     ("user", "group")),
    ("* deviceManagement/managedDevices/{}/queryResults/{}", ("query",)),
    ("* deviceManagement/managedDevices*",              (*DEVICE, "unheard*")),
    ("GET users/{}/managedDevices*",                    DEVICE),
    ("GET deviceManagement/detectedApps/{}/managedDevices", DEVICE),
    ("GET deviceManagement/detectedApps*",              ("apps*",)),
    ("GET deviceAppManagement/managedAppRegistrations*", ("record", "user*")),
    ("GET users/{}/managedAppRegistrations*",           ("record", "user*")),
    ("* deviceManagement/auditEvents*",                 ("correlation*",)),
    ("GET deviceManagement/managedDeviceOverview*",     ("record*",)),
    ("GET deviceManagement/remoteActionAudits*",        ("record*", "user*")),
    ("* deviceManagement/comanagedDevices*",          DEVICE),
    ("* directoryObjects*",                             ("user", "group", "directory")),
    ("* groups*",                                       ("group", "user", "directory")),
    ("* users*",                                        ("user", "group")),
    ("GET devices/{}/registered*",                      ("user*",)),
    ("* devices*",                                      ("directory",)),
    ("POST /{}/oauth2/*token",                          ("user*",)),
)
# What the type model answers shows documents: of the objects that the answer or path names.
MODELLED = ("document", "altered")
# What a device or an app is told at a check-in of its own: its orders, and the policies for it;
# and whoever has the URL of a report's file.
TOLD: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("POST /mdm/v1/check-ins", ("orders",)),
    ("POST /mdm/v1/check-ins:bulk", ("orders",)),
    ("POST /mam/v1/check-ins", ("orders", "document*")),
    ("GET /blobs/reports/{}/{}", ("record*", "user*", "managed name*")),
)
# Where an answer repeats its own request, because the protocol asks for it.
ECHOES = (
    ("GET *",                         "query", "@odata.nextLink repeats the query options"),
    ("GET /common/discovery/instance", "query", "the authority that was asked about"),
    ("POST /*/$batch",                "batch", "the answer to a part has the part's id"),
    ("* /{}/oauth2*",                 "state", "a client's state goes back to it"),
    ("POST /{}/oauth2*token",         "nonce", "an id token has the nonce it was asked with"),
    ("* *",                           "correlation", "client-request-id is answered as it came"),
)
# fmt: on
# What an error repeats, too.
_ALWAYS = {"correlation", "state"}


@dataclass(slots=True)
class Answer:
    """One answer, with what the search has to know of its request.

    One that is wide may show what is below the objects that it is about, too.
    """

    route: Route
    tick: int
    status: int
    head: bytes
    body: bytes
    keys: tuple[str, ...] = ()
    by_admin: bool = False
    subject: str = ""
    echoed: dict[str, frozenset[int]] = field(default_factory=dict)
    is_wide: bool = False

    @property
    def json(self) -> dict[str, Any]:
        """The body, when it is a JSON object."""
        try:
            told = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return {}
        return told if isinstance(told, dict) else {}

    def pieces(self) -> Iterator[tuple[bytes, frozenset[str]]]:
        """The answer in pieces, each with the ids of the objects it is about.

        Each object of a list is about itself, and the rest of the page about all of them.
        """
        told = self._told()
        ids = {*self.keys, self.subject}
        rest = dict(told)
        for name in _LISTS:
            items = told.get(name)
            if not isinstance(items, list) or not all(map(_has_id, items)):
                continue
            for item in rest.pop(name):
                own = {*_ids(item), *self.keys}
                yield orjson.dumps(item), frozenset(own)
                ids |= own
        ids.update(_ids(rest))
        body = self.body if len(rest) == len(told) else orjson.dumps(rest)
        yield self.head + b"\r\n" + body, frozenset(ids)

    def _told(self) -> dict[str, Any]:
        """The body, or the document that it holds in base64."""
        told = self.json
        content = told.get("content")
        try:
            inner = orjson.loads(base64.b64decode(content)) if isinstance(content, str) else told
        except ValueError:
            return told
        return inner if isinstance(inner, dict) else told

    def allows(self, holder: Holder, ids: frozenset[str]) -> bool:
        """Whether a value that `holder` holds may stand in a piece about these objects."""
        kinds = self._kinds() if self.status < 300 else ()
        path, _, own = holder[1].rpartition(" ")
        named = {own, *path.split("/")} if self.is_wide else {own}
        return holder[0] + _ANY in kinds or (holder[0] in kinds and not named.isdisjoint(ids))

    def _kinds(self) -> tuple[str, ...]:
        table = SHOWN if self.by_admin else TOLD
        name = plain_name(self.route)
        kinds = next((kinds for pattern, kinds in table if fnmatchcase(name, pattern)), ())
        return kinds + MODELLED if self.route.is_modelled and self.by_admin else kinds

    def echoes(self) -> frozenset[int]:
        """The canaries of its own request that it may repeat."""
        found: set[int] = set()
        for pattern, part, _ in ECHOES:
            if fnmatchcase(str(self.route), pattern) and (part in _ALWAYS or self.status < 300):
                found |= self.echoed.get(part, frozenset())
        return frozenset(found)


def _ids(value: object) -> Iterator[str]:
    """The ids of an object and of those in it."""
    if isinstance(value, dict):
        yield from (str(value[name]) for name in ("id", "deviceId") if name in value)
        for inner in value.values():
            yield from _ids(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _ids(inner)


def _has_id(item: object) -> bool:
    return isinstance(item, dict) and "id" in item


def plain_name(route: Route) -> str:
    """A route's name, without the version of Graph."""
    for version in VERSIONS:
        if route.path.startswith(f"/{version}/"):
            return f"{route.method} {route.path.removeprefix(f'/{version}/')}"
    return str(route)
