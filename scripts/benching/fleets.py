"""Prepared fleets: a store with so many devices, made once and kept in `.bench/fleets`.

A unit is a user with one corporate Windows device that enrolled and checked in with 34 facts. Every
tenth device told of its 60 apps too, half of those have an open order; another tenth of the users
has an app registered. Three units really came in through the doors; the others are copies, which
the guard looked at one by one (see `multiplying`).
"""

from __future__ import annotations

import hashlib
import re
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import uuid_utils
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from benching import bodies, databases, places
from benching.multiplying import Copier, Snapshot, Template, learn, snapshot
from mdm_sim import tenant, tokens
from mdm_sim.app import create_app
from mdm_sim.clock import instant
from mdm_sim.policy import catalogue
from mdm_sim.preparation import prepare
from mdm_sim.settings import Settings
from mdm_sim.store import audit, schema
from mdm_sim.store.tables import metadata
from mdm_sim.store.work import Desk

# The numbers of the units that really came in: the first makes what only the first one makes, the
# second is copied for devices without apps, the third for all else. No other text has their digits.
REAL = (87654320, 87654321, 87654322)
DAY = 86400.0
STORE = "store"  # the database's own folder in a fleet's
_ID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
BATCH = 5000
# Larger logs are chained by the same code; walking them would take longer than making them.
MOST_VERIFIED = 100_000
_DM = "/v1.0/deviceManagement/managedDevices"
_FILES = ("fleets.py", "multiplying.py")


@dataclass(frozen=True)
class Fleet:
    """A prepared store. `devices` counts the three real ones; the others are numbered from 0."""

    store: databases.Stored
    devices: int
    seconds_to_make: float


def key() -> str:
    """What a prepared fleet is good for: this schema, catalogue and way of making."""
    parts = [schema.HEAD, catalogue.VERSION]
    parts += [(Path(__file__).parent / name).read_text() for name in _FILES]
    mine = bodies.own(0)
    parts.append(repr((mine, bodies.facts(mine), bodies.app_facts(mine))))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def prepared(database: databases.Database, devices: int) -> Fleet:
    """The fleet of that size, made when it is not there yet."""
    folder = places.FLEETS / f"{database.name}-{devices}-{key()}"
    done = folder / "seconds"
    if not done.exists():
        for former in places.FLEETS.glob(f"{database.name}-{devices}-*"):
            shutil.rmtree(former)
        folder.mkdir(parents=True)
        print(f"making a fleet of {devices:,} devices on {database.name} …", flush=True)
        started = time.perf_counter()
        with database.opened(folder / STORE) as url:
            make(url, devices)
        done.write_text(f"{time.perf_counter() - started:.1f}")
    return Fleet(databases.Stored(database, folder / STORE), devices, float(done.read_text()))


def make(url: str, devices: int) -> None:
    """Fill the database behind `url` with a fleet. Raises ValueError if its audit log is amiss."""
    app = create_app(Settings(url))
    desk: Desk = app.extensions["mdm_sim"]
    try:
        prepare(desk)
        _multiply(desk, _templates(desk, app.test_client()), devices)
        desk.store.scrub()
        with desk.store.read() as connection:
            faults = list(audit.verify(connection)) if devices <= MOST_VERIFIED else []
        if faults:
            message = f"the audit log of the prepared fleet is not whole: {faults[0]}"
            raise ValueError(message)
    finally:
        desk.store.close()


def has_apps(number: int) -> bool:
    """Whether the device told of its 60 apps."""
    return number % 10 == 0


def has_order(number: int) -> bool:
    """Whether the device, which has told of its apps, has an open order."""
    return number % 20 == 10


def has_registration(number: int) -> bool:
    """Whether the user of the device has an app registered."""
    return number % 10 == 2


@dataclass(frozen=True)
class Unit:
    """The templates of a unit, and what of theirs every copy has of its own.

    `fresh` are the ids that the service drew, `moments` the instants that stand in texts.
    """

    light: Template
    full: Template
    order: Template
    app: Template
    needles: Mapping[str, str]
    fresh: tuple[str, ...]
    moments: Mapping[str, float]


def _templates(desk: Desk, client: FlaskClient) -> Unit:
    """Let three units in through the doors, and learn from the last two what each adds."""
    _let_in(desk, client, REAL[0], with_apps=True)
    light_states, light_hashes = _let_in(desk, client, REAL[1], with_apps=False)
    states, hashes = _let_in(desk, client, REAL[2], with_apps=True)
    person, _signed_in, device, *_others = [learn(*pair) for pair in pairwise(light_states)]
    parts = [person.then(device)]
    person, _signed_in, device, *others = [learn(*pair) for pair in pairwise(states)]
    parts += [person.then(device), *others]
    moments = {instant(each): each for part in parts for each in _moments(part)}
    fresh = tuple(_fresh(parts, light_states[0]))
    needles = light_hashes | hashes | {each: each for each in (*fresh, *moments)}
    for number in REAL[1:]:
        mine = bodies.own(number)
        needles |= {text: name for name, text in mine.items() if not name.endswith("Token")}
    return Unit(*parts, needles, fresh, moments)


def _let_in(
    desk: Desk, client: FlaskClient, number: int, *, with_apps: bool
) -> tuple[list[Snapshot], dict[str, str]]:
    """Enroll a unit; returns the database after each act, and the hashes of its tokens."""
    admin = _sign_in(client, None)
    states = [_state(desk)]
    mine = bodies.own(number)
    facts = bodies.facts(mine) if with_apps else bodies.plain(mine)
    user = _posted(client, "/v1.0/users", admin, _person(mine))
    states.append(_state(desk))
    theirs = _sign_in(client, user["userPrincipalName"])
    states.append(_state(desk))  # a sign-in leaves a token, which no copy needs
    enrollment = {
        "platform": bodies.PLATFORM,
        "enrollmentType": bodies.ENROLLMENT_TYPE,
        "facts": facts,
    }
    device = _posted(client, "/mdm/v1/enrollments", theirs, enrollment)
    own_token = {"Authorization": f"Bearer {device['deviceToken']}"}
    _posted(client, "/mdm/v1/check-ins", own_token, {"facts": facts})
    states.append(_state(desk))
    _posted(client, f"{_DM}/{device['id']}/rebootNow", admin, None)
    states.append(_state(desk))
    registration = {"platform": bodies.APP_PLATFORM, "facts": bodies.app_facts(mine)}
    app = _posted(client, "/mam/v1/registrations", theirs, registration)
    states.append(_state(desk))
    issued = {"deviceHash": device["deviceToken"], "appHash": app["appToken"]}
    return states, {tokens.digest(token): name for name, token in issued.items()}


def _multiply(desk: Desk, unit: Unit, devices: int) -> None:
    """Add copies until there are so many devices, in transactions of five thousand."""
    copies = devices - len(REAL)
    ordered = registered = 0
    with desk.store.engine.connect() as connection:
        databases.hasten(connection)
        with connection.begin():
            copier = Copier(connection, metadata.tables)
            parts = (unit.light, unit.full, unit.order, unit.app)
            light, full, order, app = (copier.plan(part, unit.needles) for part in parts)
        for begin in range(0, copies, BATCH):
            with connection.begin():
                for number in range(begin, min(begin + BATCH, copies)):
                    values = _own_values(unit, number, DAY * (number - copies) / devices)
                    copier.copy(full if has_apps(number) else light, values)
                    if has_order(number):
                        ordered += 1
                        copier.copy(order, values | {"seq": ordered + len(REAL)})
                    if has_registration(number):
                        registered += 1
                        copier.copy(app, values)
                copier.flush()
        with connection.begin():
            full_ones = sum(has_apps(number) for number in range(copies))
            counts = (copies - full_ones, full_ones, ordered, registered)
            copier.raise_numbers(zip(parts, counts, strict=True))


def _own_values(unit: Unit, number: int, shift: float) -> dict[str, Any]:
    mine = bodies.own(number)
    return {
        **mine,
        "deviceHash": tokens.digest(mine["deviceToken"]),
        "appHash": tokens.digest(mine["appToken"]),
        "shift": shift,
        "seq": 0,
        **{each: str(uuid_utils.uuid7()) for each in unit.fresh},
        **{each: instant(at + shift) for each, at in unit.moments.items()},
    }


def _fresh(parts: list[Template], before: Snapshot) -> list[str]:
    """The ids in what was added that were not there before, without those that hold the number."""
    known = {each for rows in before.values() for row in rows.values() for each in _ids(row)}
    added = {each for part in parts for _, row in part.rows for each in _ids(row)}
    return sorted(each for each in added - known if not any(str(own) in each for own in REAL))


def _ids(row: Mapping[str, Any]) -> Iterator[str]:
    for value in row.values():
        if isinstance(value, str):
            yield from _ID.findall(value)


def _moments(part: Template) -> Iterator[float]:
    return (value for _, row in part.rows for value in row.values() if type(value) is float)


def _state(desk: Desk) -> Snapshot:
    with desk.store.read() as connection:
        return snapshot(connection, metadata.tables)


def _person(mine: Mapping[str, str]) -> dict[str, Any]:
    return {
        "accountEnabled": True,
        "displayName": f"Person {mine['digits']}",
        "mailNickname": f"person{mine['digits']}",
        "userPrincipalName": f"person{mine['digits']}@{tenant.DOMAIN}",
        "passwordProfile": {"password": tenant.PASSWORD, "forceChangePasswordNextSignIn": False},
    }


def _sign_in(client: FlaskClient, upn: str | None) -> dict[str, str]:
    form = {"client_id": tenant.CLIENT_ID, "scope": f"{tokens.GRAPH}/.default"}
    if upn is None:
        form |= {"grant_type": "client_credentials", "client_secret": tenant.CLIENT_SECRET}
    else:
        form |= {"grant_type": "password", "username": upn, "password": tenant.PASSWORD}
    answer = client.post(f"/{tenant.TENANT_ID}/oauth2/v2.0/token", data=form)
    return {"Authorization": f"Bearer {_told(answer)['access_token']}"}


def _posted(client: FlaskClient, path: str, headers: Mapping[str, str], body: Any) -> Any:
    return _told(
        client.post(path, headers=headers, json=body)
        if body is not None
        else client.post(path, headers=headers)
    )


def _told(answer: TestResponse) -> Any:
    if answer.status_code >= 400:
        message = f"the service refused the first unit: {answer.status_code} {answer.json}"
        raise ValueError(message)
    return answer.json
