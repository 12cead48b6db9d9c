"""Every context that a row can be in, documents of every fact, and what the Python rules say."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import product
from typing import Any

from mdm_sim import records
from mdm_sim.contexts import COLUMNS, columns
from mdm_sim.policy import catalogue
from mdm_sim.policy.context import Context, Ownership, Platform, Workload
from mdm_sim.policy.facts import JUDGED, KINDS, MEMBERS, Kind
from mdm_sim.policy.minimise import minimise
from mdm_sim.policy.rows import NEVER
from mdm_sim.store import guard
from mdm_sim.store.tables import devices, registrations

TENANT = "tenant"
CANARY = "canary-7f3a"
REGISTERED, OWN, STRANGE = "com.example.registered", "com.example.own", "com.example.strange"
SPACE = tuple(product(Workload, Ownership))
FLAGS = COLUMNS[3:]

# fmt: off
SAMPLES: dict[Kind, Any] = {
    Kind.BOOLEAN: True, Kind.COUNT: 424242, Kind.NUMBER: 4.5, Kind.LATITUDE: 52.1,
    Kind.LONGITUDE: 5.1, Kind.TEXTS: [CANARY], Kind.MOMENT: "2026-01-02T03:04:05Z",
}
# fmt: on
OBJECTS: dict[str, list[Any]] = {
    "appIdentifier": [{"bundleId": OWN}, {"packageId": OWN}, {"bundleId": OWN, "imei": CANARY}],
    "location": [
        {name: SAMPLES[kind] for name, kind in MEMBERS["location"].items()},
        *({name: SAMPLES[kind]} for name, kind in MEMBERS["location"].items()),
        {"latitude": 52.1, "longitude": 5.1, "street": CANARY},
    ],
    "phoneNumber": ["5678", "+31612345678", "612345678", "12345"],
}


def sample(kind: Kind) -> Any:
    """A value of a kind."""
    return SAMPLES.get(kind, CANARY)


def _values(name: str) -> list[Any]:
    if name in OBJECTS:
        return OBJECTS[name]
    members = MEMBERS.get(name)
    if members:
        return [{member: sample(kind) for member, kind in members.items()}]
    return [sample((KINDS | JUDGED).get(name, Kind.TEXT))]


def _apps() -> Iterator[list[dict[str, Any]]]:
    """Lists of apps: managed by the register, the registering app itself, and a stranger's."""
    members = {name: sample(kind) for name, kind in MEMBERS["applications"].items()}
    for identifier in (REGISTERED, OWN, STRANGE):
        yield [{"id": identifier}]
        yield [{"id": identifier, "name": CANARY}]
        yield [{**members, "id": identifier}]
    yield from ([{"id": REGISTERED, name: members[name]}] for name in members.keys() - {"id"})
    yield from ([{name: members[name]}] for name in members.keys() - {"id"})
    yield [{"id": REGISTERED, "publisher": CANARY}]
    yield [{"id": REGISTERED}, {"id": STRANGE}]
    yield [{"id": REGISTERED}, {"id": OWN}]


def _documents() -> Iterator[str]:
    """What some context may hold, in its kept form and in others."""
    for name in KINDS.keys() - {"applications"}:
        yield from (json.dumps({name: value}) for value in _values(name))
    for apps in _apps():
        yield json.dumps({"appIdentifier": {"bundleId": OWN}, "applications": apps})
    for app in ({"id": OWN}, {"id": REGISTERED}, {"name": CANARY}):
        yield json.dumps({"applications": [app]})
    yield "{}"
    yield from WHOLE


def _barred() -> Iterator[str]:
    """What no context may hold: never facts, wrong-channel names, judged ones, unknown ones."""
    never = [fact for row in NEVER for fact in row.facts]
    for name in [*JUDGED, *never, *catalogue.wrong_channel_names(), *UNKNOWN]:
        yield json.dumps({name: sample(JUDGED.get(name, Kind.TEXT))})
    yield from DOUBLED
    yield from NO_OBJECTS


UNKNOWN = ("favouriteColour", "", "imei ", "IMEI", "location.latitude", "$", 'a"b', "0")
_EVERYTHING = {name: _values(name)[0] for name in KINDS if not name.startswith("diagnostic")}
WHOLE = (
    json.dumps({name: _EVERYTHING[name] for name in ("deviceName", "osVersion", "model")}),
    json.dumps(_EVERYTHING | {"applications": [{"id": REGISTERED}]}),
    json.dumps({"deviceName": CANARY, "callHistory": CANARY}),
)
DOUBLED = (
    '{"osVersion": "1", "osVersion": "canary-7f3a"}',
    '{"location": {"latitude": 1, "latitude": 2}}',
    '{"phoneNumber": "5678", "phoneNumber": "+31612345678"}',
    '{"applications": [], "applications": [{"id": "com.example.strange"}]}',
    '{"applications": [{"id": "com.example.registered", "id": "com.example.strange"}]}',
)
NO_OBJECTS = ("[]", '["canary-7f3a"]', '"canary-7f3a"', "7", "true", "null")
DOCUMENTS = tuple(sorted(set(_documents())))
BARRED = tuple(_barred())


def every_context(workload: Workload, ownership: Ownership) -> list[Context]:
    """Every platform with every combination of the boolean columns."""
    flags = [dict(zip(FLAGS, each, strict=True)) for each in product((False, True), repeat=10)]
    return [Context(workload, ownership, platform, **f) for platform in Platform for f in flags]


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        message = "a key is there twice"
        raise ValueError(message)
    return dict(pairs)


def parsed(document: str) -> Any:
    """The document, or None when it says a name twice."""
    try:
        return json.loads(document, object_pairs_hook=_pairs)
    except ValueError:
        return None


def keeps(facts: Any, context: Context) -> bool:
    """Whether the Python rules keep exactly this in the record's own document."""
    if not isinstance(facts, dict):
        return False
    identifier = facts.get("appIdentifier")
    named = identifier.values() if isinstance(identifier, dict) else ()
    own = (value for value in named if isinstance(value, str))
    kept, _ = records.split(minimise(facts, context, {REGISTERED, *own}).kept)
    return kept == facts


def accepted(contexts: Sequence[Context], documents: Sequence[str]) -> set[tuple[int, int]]:
    """Which document (by place) the guard's SQL lets pass in which context (by place)."""
    held = [(place, *columns(each).values()) for place, each in enumerate(contexts)]
    with closing(sqlite3.connect(":memory:")) as database:
        names = ", ".join(COLUMNS)
        database.execute("CREATE TABLE managed_apps (tenant_id TEXT, identifier TEXT)")
        database.execute("INSERT INTO managed_apps VALUES (?, ?)", (TENANT, REGISTERED))
        database.execute("INSERT INTO managed_apps VALUES ('another', ?)", (STRANGE,))
        database.execute(f"CREATE TABLE contexts (context, {names})")
        database.execute("CREATE TABLE documents (document, facts TEXT)")
        database.executemany(f"INSERT INTO contexts VALUES ({'?, ' * len(COLUMNS)}?)", held)
        database.executemany("INSERT INTO documents VALUES (?, ?)", enumerate(documents))
        rows = f"SELECT *, '{TENANT}' AS tenant_id FROM contexts CROSS JOIN documents"
        lets_pass = f"({' OR '.join(guard.violations('each'))}) IS NOT TRUE"
        query = f"SELECT context, document FROM ({rows}) each WHERE {lets_pass}"
        return set(database.execute(query))


def row(context: Context, facts: str, **values: Any) -> tuple[str, dict[str, Any]]:
    """The table of a context and a whole row for it, as plain SQL would write it."""
    table = devices if context.workload is Workload.MDM else registrations
    filled = {
        column.name: column.type.python_type() for column in table.columns if not column.nullable
    }
    own = {"tenant_id": TENANT, "id": "record", "facts": facts}
    return table.name, filled | columns(context) | own | values


def insertion(table: str, values: dict[str, Any]) -> str:
    """The INSERT of a row, with named parameters."""
    return f"INSERT INTO {table} ({', '.join(values)}) VALUES (:{', :'.join(values)})"
