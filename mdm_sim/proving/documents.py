"""The sweep of the type model: canaries through each set, object, property and operation of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from mdm_sim.graph.edm.model import Type, model
from mdm_sim.proving.account import Account, carried, holder_at
from mdm_sim.proving.answers import Answer
from mdm_sim.proving.bodies import (
    DOCUMENT_ROW,
    Bad,
    Bodies,
    Palette,
    blank,
    bound_to,
    concrete,
    wrong_odata_type,
)
from mdm_sim.proving.callers import JSON
from mdm_sim.proving.carrying import HEADERS_ROW, PATH_ROW, QUERY_ROW, Load, Pool, headers, wishes
from mdm_sim.proving.effects import Effect
from mdm_sim.proving.garbage import MALFORMED, MALFORMED_ROW
from mdm_sim.proving.queries import QUERIES, Query, unknown
from mdm_sim.proving.routes import KEY, VERSIONS, Route
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
    """One way through the type model."""

    stage: Stage
    account: Account
    pool: Pool
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
            self.account.forget(path)

    def _write(self, way: Way) -> None:
        """Good bodies of every type that can stand there, which are kept, and bad ones."""
        declared, bodies = way.target.kind, Bodies(way.known)
        for kind in self._types(way):
            palette = Palette(self.stage.ledger, DOCUMENT_ROW, kind.name)
            good = bodies.good(kind, declared, palette)
            more = good | self._more(way, good, kind, palette) | dict(way.door.body or {})
            sending = self._new(way, content=more, palette=palette)
            answer, path = self._send(sending)
            if answer.status < 300:
                self._accepted(sending, more, answer, path, kind)
        good = good | dict(way.door.body or {})
        self._spoil(way, good, [*bodies.bad(good, kind.properties), wrong_odata_type])

    def _types(self, way: Way) -> list[Type]:
        """The type of what is changed, or every type of a set; of a twin, those it adds."""
        kinds = concrete(way.target.kind)
        if not way.is_making:
            path, _ = self._path(self._new(way))
            return [self.account.kind_at(path, kinds[0])]
        if not way.is_twin:
            return kinds
        others = model(VERSIONS[0]).types
        new = [each for each in kinds[1:] if each.name not in others or way.casts & {*each.lineage}]
        return [kinds[0], *new]

    def _more(self, way: Way, good: dict[str, Any], kind: Type, palette: Palette) -> dict[str, Any]:
        """What a good body may have beside: a reference, or annotations that nobody knows."""
        name, value = (self.pool.take(DOCUMENT_ROW, how) for how in ("annotation", "its value"))
        first = next((name for name in good if "@" not in name), "id")
        more: tuple[dict[str, Any], ...] = (
            {f"@{name}": value},
            {f"{first}@{name}.is": [value]},
            {"@odata.etag": value},
            bound_to(kind, palette) if way.is_making else {},
        )
        return more[self._turn % len(more)]

    def _spoil(self, way: Way, good: Mapping[str, Any], ways: Sequence[Bad]) -> None:
        """Bad bodies in turn: two of them, or one of a twin."""
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
        effect = Effect(self.stage, self.account, way, operation)
        effect.prepare(self._path(sending)[0])
        answer, _ = self._send(sending)
        if answer.status < 300:
            effect.follow(carried(self.stage.ledger, palette, good), answer)
        self._spoil(way, good, list(Bodies(way.known).bad(good, operation.parameters)))

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
        answer.is_wide = way.target.operation is not None
        stage.routes.passed[way.route] += len(sending.numbers) + 1
        return answer, path

    def _path(self, sending: Sending) -> tuple[str, tuple[str, ...]]:
        """A path with the ids of objects that are there, but for the last where it is not real."""
        parts = sending.way.route.path.split("/")
        last = max((n for n, part in enumerate(parts) if part == KEY), default=0)
        keys: list[str] = []
        for place, part in enumerate(parts):
            if part == KEY:
                known = (
                    self.account.object_at(parts, place) if sending.is_real or place < last else ""
                )
                keys.append(known or sending.load(PATH_ROW, "key"))
                parts[place] = quote(keys[-1], safe="")
            elif KEY in part:
                keys.append(sending.load(PATH_ROW, "parameter of a function"))
                parts[place] = part.replace(KEY, keys[-1])
        return "/".join(parts), tuple(keys)

    def _accepted(
        self, sending: Sending, good: Mapping[str, Any], answer: Answer, path: str, kind: Type
    ) -> None:
        """What an administrator wrote is lawfully held by the object it was written in."""
        way, subject = sending.way, answer.subject
        if way.is_making:
            subject = answer.subject = str(answer.json["id"])
            above = path.rpartition("/")[0] if way.target.cast else path
            path = f"{above}/{subject}"
            self.account.remember(above, kind, subject)
        body = Bodies(way.known).good(kind, way.target.kind, blank) | dict(way.door.body or {})
        made = Made(path, holder_at(path, subject), body, is_document=True)
        palette = sending.palette
        given = carried(self.stage.ledger, palette, good) if palette else {}
        self.account.written(made, given)


def _subject(way: Way, keys: tuple[str, ...]) -> str:
    """The id of the object that a path names: of a single one its parents', or its type's name."""
    if way.target.place.is_collection:
        return keys[-1] if keys else ""
    return "_".join(keys) or way.target.place.kind.name


def sweep(stage: Stage) -> None:
    """Through everything of the type model, below objects that are there for nothing else."""
    through(stage, stage.routes.routes)


def through(stage: Stage, routes: Collection[Route]) -> None:
    """Through those of some routes that the type model answers."""
    known = {f"/{v}/{path}": key for v in VERSIONS for path, key in stage.objects.items()}
    account = Account(stage.ledger, known)
    swept = Documents(stage, account, Pool(stage.ledger))
    for way in ways(routes):
        swept.through(way)
    stage.swept += account.made.values()
