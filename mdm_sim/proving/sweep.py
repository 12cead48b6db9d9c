"""The sweep: canaries through every route, in each part of a request, by every kind of caller."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote_plus, urlencode

import orjson

from mdm_sim.policy.context import Ownership, Platform
from mdm_sim.policy.facts import Kind
from mdm_sim.proving.answers import Answer
from mdm_sim.proving.callers import FORM, JSON, LINES
from mdm_sim.proving.canaries import Holder
from mdm_sim.proving.carrying import (
    BODY_ROW,
    HEADERS_ROW,
    PATH_ROW,
    QUERY_ROW,
    Load,
    Pool,
    headers,
    wishes,
)
from mdm_sim.proving.doors import CANARY, EVERYTHING, Door, door_of
from mdm_sim.proving.garbage import MALFORMED, MALFORMED_ROW
from mdm_sim.proving.offers import replaced
from mdm_sim.proving.routes import KEY, VERSIONS, Route
from mdm_sim.proving.stage import Made, Stage

_ORDER = {"POST": 0, "GET": 1, "PATCH": 2, "PUT": 3, "DELETE": 4}
_WRITING = {"POST", "PATCH", "PUT"}
# A request carries fewer canaries than this.
_RECENT = 80


@dataclass(slots=True)
class Sweep:
    """One way through every route; `objects` are the ids that keys of paths stand for."""

    stage: Stage
    objects: dict[str, str]
    pool: Pool
    written: dict[Holder, dict[str, set[int]]] = field(default_factory=dict)
    made: list[Made] = field(default_factory=list)
    _headers: dict[str, str] = field(default_factory=dict)
    _correlation: int = 0
    _turn: int = 0

    def through(self, route: Route) -> None:
        """Canaries through one route, if a door is registered for it."""
        door = door_of(route)
        if door is None:
            return
        before = len(self.stage.ledger.canaries)
        again = door.brief or (route.path.startswith("/beta/") and self._has_twin(route))
        given, self._correlation = headers(self.stage.ledger, guid=route.method != "GET")
        self._headers = given | {"If-Match": given["Referer"]}
        self._as_admin(route, door, again=again)
        self._as_others(route, door, again=again)
        self.stage.routes.passed[route] += len(self.stage.ledger.canaries) - before

    def _has_twin(self, route: Route) -> bool:
        twin = Route(route.path.replace("/beta/", "/v1.0/", 1), route.method)
        return twin in self.stage.routes.routes

    def _as_admin(self, route: Route, door: Door, *, again: bool) -> None:
        for content, kind in self._bodies(route, door, again=again):
            real = route.method != "DELETE" and isinstance(content, Mapping)
            query = self._query(route) if not again else ""
            self._send(route, door, content, kind, who="admin", query=query, real=real)
        if not again and route.method == "GET":
            plain = self._headers
            for query in (self._bad_query(), self._paging_query(), ""):
                self._send(route, door, None, JSON, who="admin", query=query, real=True)
                self._headers = plain | wishes(Load(self.pool), self._turn)
            self._headers = plain
        if not again and KEY in route.path:
            self._send(route, door, None, JSON, who="admin", real=False)

    def _as_others(self, route: Route, door: Door, *, again: bool) -> None:
        """Nobody, with a credential that is none, over HTTPS; and an end user or a device."""
        stage = self.stage
        tokens = {
            "nobody": stage.ledger.name(HEADERS_ROW, "Authorization"),
            "user": stage.token_of(stage.user(0)),
            "device": stage.need("sweep").token,
        }
        self._turn += 1
        tokens.pop("user" if self._turn % 2 else "device")
        for who, token in list(tokens.items())[: 1 if again else None]:
            body = self._filled(door, BODY_ROW) if route.method in _WRITING else None
            leaves = route.method == "DELETE" and who == "device"
            if not leaves and not (who == "user" and body and "facts" in body):
                self._send(route, door, body, JSON, who=token, real=True, https=who == "nobody")

    def _bodies(
        self, route: Route, door: Door, *, again: bool
    ) -> Iterator[tuple[Mapping[str, Any] | bytes | None, str]]:
        """Every body for a route: good ones with more in them, bad ones, and none."""
        if route.method not in _WRITING:
            yield None, JSON
            return
        if door.form:
            yield from self._forms(door)
        kind = LINES if door.lines else JSON
        yield self._plain(door), kind
        yield self._filled(door, BODY_ROW), kind
        if again:
            return
        ledger = self.stage.ledger
        yield from ((body, kind) for body in replaced(self._plain(door), ledger, BODY_ROW))
        shapes = list(self._malformed(self._turn, 2 if door.title.startswith("Graph") else None))
        self._turn += len(shapes)
        yield from ((body, kind if told == JSON else told) for body, told in shapes)

    def _forms(self, door: Door) -> Iterator[tuple[bytes, str]]:
        """A form of nothing but canaries, and one of a client that is known."""
        names = ("client_id", "client_secret")
        known = {name: str(self.stage.service.ready[name]) for name in names}
        scope = {"scope": "https://graph.microsoft.com/.default"}
        for more in ({}, known | scope):
            form = {**self._filled(door, BODY_ROW), **more}
            form.pop("client_assertion" if more else "", None)
            yield urlencode(form).encode(), FORM

    def _malformed(self, first: int, count: int | None) -> Iterator[tuple[bytes, str]]:
        """Bodies that are no JSON object, of another type, or nested too deep: some, or all."""
        for place in range(count or len(MALFORMED)):
            shape, kind = MALFORMED[(first + place) % len(MALFORMED)]
            text = self.stage.ledger.name(MALFORMED_ROW, "body")
            yield shape.replace(b"canary", text.encode()), kind

    def _plain(self, door: Door) -> dict[str, Any]:
        """The door's own body, with new canaries where it has some."""
        return {name: self._fill(value, name) for name, value in (door.body or {}).items()}

    def _fill(self, value: Any, name: str) -> Any:
        ledger = self.stage.ledger
        if name == "deviceId" and value == CANARY:
            return ledger.make(Kind.GUID, BODY_ROW, name)
        if isinstance(value, str) and CANARY in value:
            return value.replace(CANARY, ledger.name(BODY_ROW, name))
        if isinstance(value, Mapping):
            return {key: self._fill(inner, f"{name}/{key}") for key, inner in value.items()}
        return value

    def _filled(self, door: Door, row: str) -> dict[str, Any]:
        """A body that the door takes, and members that no type has."""
        ledger = self.stage.ledger
        nested = {ledger.name(row, "nested name"): [ledger.make(Kind.TEXT, row, "nested")]}
        return {**self._plain(door), ledger.name(row, "unknown name"): nested}

    def _query(self, route: Route) -> str:
        name, make = self.stage.ledger.name, self.stage.ledger.make
        unknown = {name(QUERY_ROW, "name"): make(Kind.TEXT, QUERY_ROW, "unknown option")}
        if route.method == "GET" and route.path.startswith(tuple(f"/{v}" for v in VERSIONS)):
            unknown["$filter"] = f"id eq '{name(QUERY_ROW, '$filter')}'"
            unknown["$search"] = f'"{name(QUERY_ROW, "$search")}"'
        if route.path.endswith("/instance"):
            host = name(QUERY_ROW, "authority")
            unknown["authorization_endpoint"] = f"https://localhost/{host}/authorize"
        return urlencode(unknown)

    def _bad_query(self) -> str:
        name = self.stage.ledger.name
        options = ("$filter", "$orderby", "$skiptoken", "$top", "$expand", "api-version")
        return urlencode({option: name(QUERY_ROW, f"bad {option}") for option in options})

    def _paging_query(self) -> str:
        return urlencode(
            {"$top": 1, "$filter": f"id ne '{self.stage.ledger.name(QUERY_ROW, 'ne')}'"}
        )

    def _send(
        self,
        route: Route,
        door: Door,
        content: Mapping[str, Any] | bytes | None,
        kind: str,
        *,
        who: str,
        query: str = "",
        real: bool,
        https: bool = False,
    ) -> None:
        stage, by_admin = self.stage, who == "admin"
        path = self._path(route, door, real=real) + (f"?{query}" if query else "")
        answer = stage.callers.send(
            route.method,
            path,
            content,
            token=stage.callers.admin_token if by_admin else who,
            content_type=kind,
            headers=self._headers,
            https=https,
            subject=self.objects["device"] if who == stage.need("sweep").token else "",
            echoed={
                "query": self._numbers(query),
                "correlation": frozenset({self._correlation}),
            },
        )
        if by_admin and answer.status < 300:
            self._accepted(route, door, content, answer)

    def _path(self, route: Route, door: Door, *, real: bool) -> str:
        path, keys = route.path, iter(door.keys)
        while KEY in path:
            key = self.objects.get(next(keys, ""), "") if real else ""
            canary = key or self.stage.ledger.name(PATH_ROW, "key")
            path = path.replace(KEY, quote(canary), 1)
        return path

    def _numbers(self, query: str) -> frozenset[int]:
        """The canaries that were just made for a query string."""
        return frozenset(self._carried(unquote_plus(query)))

    def _accepted(self, route: Route, door: Door, content: Any, answer: Answer) -> None:
        """An administrator's request succeeded: what the door keeps of it is lawfully held."""
        ledger = self.stage.ledger
        if route.method in _WRITING:
            ledger.canaries[self._correlation].hold(answer.tick, ("correlation", ""))
        if not isinstance(content, Mapping) or not door.keeps:
            return
        subject = answer.keys[0] if answer.keys else str(answer.json.get("id"))
        answer.subject = subject
        collection = route.path.split("/", 2)[-1]
        holder = (door.holder, subject)
        if route.method == "POST" and not answer.keys:
            self.objects[collection] = subject
            self.made.append(Made(f"{route.path}/{subject}", holder))
        members = self.written.setdefault(holder, {})
        if door.holder == "orders":
            members = self.written[holder] = {
                name: numbers for name, numbers in members.items() if name not in content
            }
        for name, value in content.items():
            if door.keeps == EVERYTHING or name in door.keeps:
                members[name] = self._carried(orjson.dumps({name: value}).decode())
        ledger.keep_numbers(holder, set().union(*members.values()))

    def _carried(self, text: str) -> set[int]:
        """The canaries, of those that were just made, that stand in a part of a request."""
        recent = self.stage.ledger.canaries[-_RECENT:]
        return {each.number for each in recent if str(each.value) in text}


def sweep(stage: Stage) -> None:
    """Through every route with a handler of its own, on objects that are there for nothing else."""
    device = stage.enroll("sweep", Platform.IOS, "appleBulkWithUser", Ownership.CORPORATE)
    app = stage.register("sweep app", Platform.IOS)
    objects = {
        "device": device.id,
        "app": app.id,
        "tenant": str(stage.service.ready["tenant_id"]),
        "user": stage.user(0),
        "deviceManagement/managedDevices": device.id,
        "deviceAppManagement/managedAppRegistrations": app.id,
    }
    swept = Sweep(stage, objects, Pool(stage.ledger))
    routes = [route for route in stage.routes.routes if not route.is_modelled]
    for route in sorted(routes, key=_turn):
        swept.through(route)
    stage.swept, stage.objects = swept.made, swept.objects


def _turn(route: Route) -> tuple[int, int, str, bool]:
    """What creates an object comes first, and v1.0 before beta."""
    path = route.path.split("/", 2)[-1]
    return (_ORDER.get(route.method, 5), path.count(KEY), path, route.path.startswith("/beta"))
