"""The sweep of the type model: canaries through each set, object, property and operation of it."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from mdm_sim.graph.edm.model import NAMESPACE, Operation, Shape, Type, model
from mdm_sim.proving.answers import Answer
from mdm_sim.proving.bodies import DOCUMENT_ROW, Bodies, Palette, blank, concrete
from mdm_sim.proving.callers import JSON
from mdm_sim.proving.canaries import Holder
from mdm_sim.proving.carrying import HEADERS_ROW, PATH_ROW, QUERY_ROW, Load, Pool, headers, wishes
from mdm_sim.proving.doors import MAKING, REPLACING
from mdm_sim.proving.garbage import MALFORMED, MALFORMED_ROW
from mdm_sim.proving.queries import QUERIES, Query, unknown
from mdm_sim.proving.routes import KEY, VERSIONS, unversioned
from mdm_sim.proving.stage import Made, Stage
from mdm_sim.proving.ways import Way, ways

# So many routes have the same headers.
_HEADERS_LAST = 40
Body = Mapping[str, Any] | bytes | None


@dataclass(slots=True)
class Sending:
    """One request in the making; `load` and `asked` are what it and its query carry."""

    way: Way
    load: Load
    asked: Load
    content: Body = None
    kind: str = JSON
    who: str = ""
    is_real: bool = True
    query: Query | None = None
    palette: Palette | None = None
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def numbers(self) -> set[int]:
        """The canaries in it."""
        return self.load.numbers | self.asked.numbers | (self.palette or self.load).numbers


@dataclass(slots=True)
class Documents:
    """One way through the type model; `objects` are the ids of what its sets hold, by path."""

    stage: Stage
    objects: dict[str, str]
    pool: Pool
    made: dict[str, Made] = field(default_factory=dict)
    written: dict[Holder, dict[str, set[int]]] = field(default_factory=dict)
    _kinds: dict[str, Type] = field(default_factory=dict)
    _headers: dict[str, str] = field(default_factory=dict)
    _correlation: int = 0
    _turn: int = 0

    def through(self, way: Way) -> None:
        """Canaries through one route."""
        self._turn += 1
        if not self._headers or not self._turn % _HEADERS_LAST:
            is_guid = bool(self._turn // _HEADERS_LAST % 2)
            self._headers, self._correlation = headers(self.stage.ledger, guid=is_guid)
        match way.route.method:
            case "GET":
                self._read(way)
            case "DELETE":
                self._remove(way)
            case _ if way.target.tail:
                self._refer(way)
            case "POST" if way.target.operation:
                self._act(way)
            case _:
                self._write(way)
        if not self._turn % 3:
            self._as_another(way)

    def _new(self, way: Way, **given: Any) -> Sending:
        return Sending(way, Load(self.pool), Load(self.pool), **given)

    def _read(self, way: Way) -> None:
        if way.target.is_many and not way.is_twin:
            self._send(self._new(way))
        query = QUERIES[self._turn % len(QUERIES)] if way.target.is_many else unknown
        sending = self._new(way, query=query)
        if not self._turn % 3:
            sending.more = wishes(sending.load, self._turn // 3)
        self._send(sending)
        if KEY in way.route.path and not self._turn % 4:
            self._send(self._new(way, is_real=False))

    def _remove(self, way: Way) -> None:
        """An object of an id that there is not, or the one there is at a path, with all below."""
        answer, path = self._send(self._new(way, is_real=False))
        if answer.status < 300:
            self._forget(path)

    def _write(self, way: Way) -> None:
        """Good bodies of every type that can stand there, which are kept, and bad ones."""
        declared, bodies = way.target.kind, Bodies(way.known)
        for kind in self._types(way):
            palette = Palette(self.stage.ledger, DOCUMENT_ROW, kind.name)
            good = bodies.good(kind, declared, palette) | dict(way.door.body or {})
            sending = self._new(way, content=self._with_more(good), palette=palette)
            answer, path = self._send(sending)
            if answer.status < 300:
                self._accepted(sending, good, answer, path, kind)
        self._spoil(way, good, kind.properties)

    def _types(self, way: Way) -> list[Type]:
        """The type of what is changed, or every type of a set; of a twin, those it adds."""
        kinds = concrete(way.target.kind)
        if not way.is_making:
            path, _ = self._path(self._new(way))
            return [self._kinds.get(path, kinds[0])]
        if not way.is_twin:
            return kinds
        others = model(VERSIONS[0]).types
        new = [each for each in kinds[1:] if each.name not in others or way.casts & {*each.lineage}]
        return [kinds[0], *new]

    def _with_more(self, good: dict[str, Any]) -> dict[str, Any]:
        """A good body with annotations that nobody knows, which is good still."""
        name, value = (self.pool.take(DOCUMENT_ROW, how) for how in ("annotation", "its value"))
        first = next((name for name in good if "@" not in name), "id")
        more: tuple[dict[str, Any], ...] = (
            {f"@{name}": value},
            {f"{first}@{name}.is": [value]},
            {"@odata.etag": value},
            {},
        )
        return good | more[self._turn % len(more)]

    def _spoil(self, way: Way, good: Mapping[str, Any], shapes: Mapping[str, Shape]) -> None:
        """Bad bodies in turn: two of them, or one of a twin."""
        ways = list(Bodies(way.known).bad(good, shapes))
        for place in range(1 if way.is_twin else 2):
            sending = self._new(way)
            spoil = ways[(self._turn + place * 3) % len(ways)]
            sending.content = spoil(good, sending.load.of(DOCUMENT_ROW))
            self._send(sending)
        if not self._turn % 5:
            sending = self._new(way)
            shape, sending.kind = MALFORMED[self._turn // 5 % len(MALFORMED)]
            text = sending.load(MALFORMED_ROW, "body")
            sending.content = shape.replace(b"canary", text.encode())
            self._send(sending)

    def _act(self, way: Way) -> None:
        operation = way.target.operation
        if operation is None:
            return
        palette = Palette(self.stage.ledger, DOCUMENT_ROW, f"parameter of {operation.name}")
        good = Bodies(way.known).parameters(operation.parameters, palette)
        sending = self._new(way, content=good, palette=palette)
        answer, path = self._send(sending)
        if answer.status < 300 and operation.name in REPLACING:
            self._replaced(sending, operation, answer.subject, path.rpartition("/")[0])
        elif answer.status < 300 and operation.name in MAKING:
            self._accepted(sending, good, answer, path, way.target.kind)
        self._spoil(way, good, operation.parameters)

    def _refer(self, way: Way) -> None:
        for form in ("https://graph.microsoft.com/v1.0/groups('{}')", "{}"):
            sending = self._new(way)
            text = sending.load(DOCUMENT_ROW, "@odata.id")
            sending.content = {"@odata.id": form.format(text), text: text}
            self._send(sending)

    def _as_another(self, way: Way) -> None:
        """Nobody, with a credential that is none; an end user; a device: one after the other."""
        stage, sending = self.stage, self._new(way, query=unknown)
        load = sending.load
        if way.route.method not in {"GET", "DELETE"}:
            name = load(DOCUMENT_ROW, "unknown name")
            sending.content = {name: load(DOCUMENT_ROW, "nested"), "displayName": name}
        nobody = load(HEADERS_ROW, "Authorization")
        tokens = (nobody, stage.token_of(stage.user(0)), stage.need("sweep").token)
        sending.who = tokens[self._turn // 3 % len(tokens)]
        self._send(sending)

    def _send(self, sending: Sending) -> tuple[Answer, str]:
        """One request; returns its path, too."""
        stage, way = self.stage, sending.way
        path, keys = self._path(sending)
        options = ""
        if sending.query:
            given = sending.query(way.target.kind, sending.asked.of(QUERY_ROW))
            options = f"?{urlencode(given)}"
        answer = stage.callers.send(
            way.route.method,
            path + options,
            sending.content,
            token=sending.who or stage.callers.admin_token,
            content_type=sending.kind,
            headers={**self._headers, **sending.more},
            subject=_subject(way, keys),
            echoed={
                "query": frozenset(sending.asked.numbers),
                "correlation": frozenset({self._correlation}),
            },
            found=(way.route, keys),
        )
        if answer.by_admin and answer.status < 300 and way.route.method != "GET":
            stage.ledger.canaries[self._correlation].hold(answer.tick, ("correlation", ""))
        stage.routes.passed[way.route] += len(sending.numbers) + 1
        return answer, path

    def _path(self, sending: Sending) -> tuple[str, tuple[str, ...]]:
        """A path with the ids of objects that are there, but for the last where it is not real."""
        parts = sending.way.route.path.split("/")
        last = max((n for n, part in enumerate(parts) if part == KEY), default=0)
        keys: list[str] = []
        for place, part in enumerate(parts):
            if part == KEY:
                known = self._object(parts, place) if sending.is_real or place < last else ""
                keys.append(known or sending.load(PATH_ROW, "key"))
                parts[place] = quote(keys[-1], safe="")
            elif KEY in part:
                keys.append(sending.load(PATH_ROW, "parameter of a function"))
                parts[place] = part.replace(KEY, keys[-1])
        return "/".join(parts), tuple(keys)

    def _object(self, parts: list[str], place: int) -> str:
        """An object of a set, of the type that the path goes on with."""
        path, below = "/".join(parts[:place]), "".join(parts[place + 1 : place + 2])
        is_cast = below.startswith(f"{NAMESPACE}.")
        return self.objects.get(f"{path}/{below}" if is_cast else path, "")

    def _accepted(
        self, sending: Sending, good: Mapping[str, Any], answer: Answer, path: str, kind: Type
    ) -> None:
        """What an administrator wrote is lawfully held by the object it was written in."""
        way, subject = sending.way, answer.subject
        if way.is_making or way.target.operation:
            told = answer.json
            subject = answer.subject = str(told.get("id") or told["value"][0]["id"])
            above = path.rpartition("/")[0] if way.target.cast or way.target.operation else path
            path = f"{above}/{subject}"
            self._remember(above, kind, subject)
        self._hold(sending, subject, good)
        if unversioned(path) not in self.made:
            body = Bodies(way.known).good(kind, way.target.kind, blank) | dict(way.door.body or {})
            made = Made(path, (way.door.holder, subject), body, is_document=True)
            self.made[unversioned(path)] = made

    def _replaced(self, sending: Sending, operation: Operation, subject: str, path: str) -> None:
        """Lists are in the places of what was below an object: those that have such a place."""
        kind = self._kinds.get(path, sending.way.target.kind)
        content = sending.content if isinstance(sending.content, Mapping) else {}
        for name, shape in operation.parameters.items():
            for navigation in kind.navigations.values():
                if navigation.kind == shape.kind and shape.is_collection:
                    self._forget(f"{path}/{navigation.name}")
                    self._hold(sending, subject, {navigation.name: content[name]})

    def _hold(self, sending: Sending, subject: str, given: Mapping[str, Any]) -> None:
        """From now on an object holds what was given for these properties."""
        way = sending.way
        holder = (way.door.holder, subject)
        members = self.written.setdefault(holder, {})
        for name, value in given.items():
            members[f"{way.target.place.path}/{name}"] = set(self._carried(sending.palette, value))
        self.stage.ledger.keep_numbers(holder, set().union(*members.values()))

    def _forget(self, path: str) -> None:
        """What is at a path and below it is gone."""
        begin = f"{unversioned(path)}/"
        gone = [each for each in self.made if f"{each}/".startswith(begin)]
        self.stage.ledger.drop(self.made.pop(each).holder for each in gone)

    def _remember(self, above: str, kind: Type, object_id: str) -> None:
        """A new object of a set, for the paths that go through it."""
        self._kinds[f"{above}/{object_id}"] = kind
        self.objects.setdefault(above, object_id)
        for name in kind.lineage:
            self.objects.setdefault(f"{above}/{NAMESPACE}.{name}", object_id)

    def _carried(self, palette: Palette | None, value: Any) -> Iterator[int]:
        """The canaries of a body that stand in a part of it, as they are or in base64."""
        text = orjson.dumps(value).decode()
        for number in palette.numbers if palette else ():
            made = str(self.stage.ledger.canaries[number].value)
            if made in text or base64.b64encode(made.encode()).decode() in text:
                yield number


def _subject(way: Way, keys: tuple[str, ...]) -> str:
    """The id of the object that a path names: of a single one its parents', or its type's name."""
    if way.target.place.is_collection:
        return keys[-1] if keys else ""
    return "_".join(keys) or way.target.place.kind.name


def sweep(stage: Stage) -> None:
    """Through everything of the type model, below objects that are there for nothing else."""
    known = {f"/{v}/{path}": key for v in VERSIONS for path, key in stage.objects.items()}
    swept = Documents(stage, known, Pool(stage.ledger))
    for way in ways(stage.routes.routes):
        swept.through(way)
    stage.swept += swept.made.values()
