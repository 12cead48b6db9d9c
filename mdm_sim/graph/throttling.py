"""Graph's documented limits, counted in the database so that every worker knows of every other's.

A limit is so much in a period that begins with its first use; the directory's token bucket is
taken for such a period too. What is refused is not counted.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, select
from werkzeug.exceptions import TooManyRequests

from mdm_sim.graph.workloads import DEVICES, DIRECTORY, EXPORTS, INTUNE, REPORTS
from mdm_sim.messages import Principal
from mdm_sim.store.dialects.functions import upsert
from mdm_sim.store.tables import throttle_windows, users
from mdm_sim.store.work import Desk

_WRITES = {"POST", "PATCH", "PUT", "DELETE"}


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` in `seconds`, for one application or, `of_tenant`, for all of a tenant's.

    `writes` count writes alone; `units` count what a request costs and not requests.
    """

    name: str
    most: int
    seconds: int
    of_tenant: bool = False
    writes: bool = False
    units: bool = False


_INTUNE_WRITES = (
    Limit("intune writes", 100, 20, writes=True),
    Limit("intune writes", 200, 20, of_tenant=True, writes=True),
)
_INTUNE = (Limit("intune", 1_000, 20), Limit("intune", 2_000, 20, of_tenant=True))
_GLOBAL = Limit("global", 130_000, 10)
# fmt: off
LIMITS: dict[str, tuple[Limit, ...]] = {
    DEVICES:   (Limit("devices", 2_000, 20), Limit("devices", 4_000, 20, of_tenant=True),
                Limit("devices writes", 200, 20, writes=True),
                Limit("devices writes", 400, 20, of_tenant=True, writes=True), _GLOBAL),
    INTUNE:    (*_INTUNE, *_INTUNE_WRITES, _GLOBAL),
    EXPORTS:   (Limit("exports", 100, 60, of_tenant=True), *_INTUNE, *_INTUNE_WRITES, _GLOBAL),
    DIRECTORY: (Limit("directory writes", 3_000, 150, writes=True),
                Limit("directory units", 3_500, 10, units=True), _GLOBAL),
    REPORTS:   (Limit("reports", 5, 10), _GLOBAL),
}
# fmt: on
# Units of the directory by the tenant's number of users: more than so many, so many units.
_BY_SIZE = ((500, 8_000), (50, 5_000))


def take(
    desk: Desk, who: Principal, service: str, method: str, units: int, *, tells_when: bool = True
) -> None:
    """Count a request against the limits of its service.

    Raises TooManyRequests, with the whole seconds after which there is room again where the
    service `tells_when`, and counts nothing where one of the limits is reached.
    """
    due = [each for each in LIMITS[service] if method in _WRITES or not each.writes]
    now, wait = desk.clock.now(), 0.0
    with desk.store.write(who.tenant_id) as connection:
        rows = []
        for limit in due:
            opened, used = _window(connection, who, limit, now)
            used += units if limit.units else 1
            if used > _most(connection, who, limit):
                wait = max(wait, opened + limit.seconds - now)
            rows.append(_key(who, limit) | {"opened_at": opened, "used": used})
        if not wait:
            statement = upsert(throttle_windows)
            counted = {name: statement.excluded[name] for name in ("opened_at", "used")}
            key = [column.name for column in throttle_windows.primary_key]
            again = statement.on_conflict_do_update(index_elements=key, set_=counted)
            connection.execute(again, rows)
    if wait:
        raise TooManyRequests(retry_after=max(1, math.ceil(wait)) if tells_when else None)


def units(path: str, options: Mapping[str, str]) -> int:
    """What a request to the directory costs in resource units, as far as that is documented."""
    last = path.strip("/").rpartition("/")[2].lower()
    cost = {"users": 2, "members": 3}.get(last, 1)
    return max(1, cost - ("select" in options) + ("expand" in options))


def _key(who: Principal, limit: Limit) -> dict[str, str]:
    client_id = "" if limit.of_tenant else who.client_id
    return {"tenant_id": who.tenant_id, "client_id": client_id, "name": limit.name}


def _window(connection: Connection, who: Principal, limit: Limit, now: float) -> tuple[float, int]:
    """When the period began and what it saw; one that is over begins anew."""
    mine = (throttle_windows.c[name] == text for name, text in _key(who, limit).items())
    query = select(throttle_windows.c.opened_at, throttle_windows.c.used).where(*mine)
    row = connection.execute(query).one_or_none()
    if row is None or not row[0] <= now < row[0] + limit.seconds:
        return now, 0
    return row[0], row[1]


def _most(connection: Connection, who: Principal, limit: Limit) -> int:
    if not limit.units:
        return limit.most
    query = select(func.count()).select_from(users).where(users.c.tenant_id == who.tenant_id)
    number = connection.execute(query).scalar_one()
    return next((most for size, most in _BY_SIZE if number > size), limit.most)
