"""managedDevices: what a device is in Graph, what an admin changes of it, and its deletion.

Of its properties an admin writes the owner, the name given to it and the scope tags, and by
reference its category and its primary user. `notes` would be free text about a device and its
user: no row of the page permits to keep that, and it is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from functools import lru_cache, partial
from typing import Any

from flask import Response
from sqlalchemy import ColumnElement, Connection, select, update

from mdm_sim import access, primary_user, records
from mdm_sim.graph import listing
from mdm_sim.graph.asking import Ask, done, shown
from mdm_sim.graph.edm.checking import checked, key_given
from mdm_sim.graph.edm.model import model
from mdm_sim.graph.entities import action_results, device_marks, tallies
from mdm_sim.graph.entities.device_details import EXTRAS
from mdm_sim.graph.entities.device_places import COMANAGED, OF_USER, PATH, within
from mdm_sim.graph.entities.managed_device_properties import casts_of, properties, told_by_kind
from mdm_sim.graph.odata.collection import Total
from mdm_sim.graph.routing import KEY, Route
from mdm_sim.messages import Detail, Malformed, NotFound
from mdm_sim.policy.context import Ownership
from mdm_sim.store import audit
from mdm_sim.store.engine import scrub_after
from mdm_sim.store.tables import devices, users
from mdm_sim.store.work import Work

_READ = access.reading(access.DEVICES)
_WRITE = access.writing(access.DEVICES)
_OWNERS = {"company": Ownership.CORPORATE, "personal": Ownership.PERSONAL}
_LONGEST_NAME = 256
_MOST_TAGS = 100
SOURCE = devices.outerjoin(
    users,
    (users.c.tenant_id == devices.c.tenant_id)
    & (users.c.id == devices.c.user_id)
    & users.c.deleted_at.is_(None),
)


def of_tenant(ask: Ask) -> Sequence[ColumnElement[bool]]:
    """SQL: the devices that an admin sees."""
    return (devices.c.tenant_id == ask.who.tenant_id, devices.c.hidden.is_(False))


@lru_cache(maxsize=2)
def collection(version: str) -> listing.Collection:
    """Every device that an admin sees, without what it leads to."""
    return listing.Collection(
        PATH,
        SOURCE,
        devices.c.id,
        properties(version),
        of_tenant,
        extras={"deviceActionResults": action_results.fill, **EXTRAS},
        casts=casts_of(version),
        searchable=("deviceName", "managedDeviceName", "userPrincipalName"),
        total=Total(tallies.devices, told_by_kind(version)),
        kept=(PATH, version),
    )


def find(
    ask: Ask, connection: Connection, device_id: str, path: str = PATH, keys: Sequence[str] = ()
) -> Any:
    """The row of a device that is not deleted and that a path with these keys shows.

    Raises NotFound.
    """
    place = within(ask.who.tenant_id, path, keys)
    query = select(devices).where(*of_tenant(ask), *place, devices.c.id == device_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        message = "Resource not found."
        raise NotFound(message)
    return row


def is_there(
    connection: Connection, ask: Ask, device_id: str, *conditions: ColumnElement[bool]
) -> bool:
    """Whether there is a device of this id, under conditions."""
    query = select(devices.c.id).where(*of_tenant(ask), *conditions, devices.c.id == device_id)
    return connection.execute(query).first() is not None


def _find(ask: Ask, connection: Connection, path: str) -> Any:
    return find(ask, connection, ask.keys[-1], path, ask.keys)


def _patch(path: str, ask: Ask) -> Response:
    """What an admin says of a device; everything else about it is the device's own."""
    ask.require(_WRITE)
    values = _changes(ask)
    with ask.work() as work:
        row = _find(ask, work.connection, path)
        owner = values.get("ownerType", values.get("managedDeviceOwnerType"))
        if owner is not None and _OWNERS[owner] != row.ownership:
            records.mark_ownership(work, row, _OWNERS[owner])
        name, tags = values.get("managedDeviceName"), values.get("roleScopeTagIds")
        if name is not None:
            _rename(work, row, name)
        if tags is not None:
            device_marks.set_scope_tags(work, row.id, tags)
        changed = {each for each in ("managedDeviceName", "roleScopeTagIds") if each in values}
        if changed:
            entry = ("Patch ManagedDevice", "Device", "ManagedDevice", row.id)
            changes = dict.fromkeys(sorted(changed), "set")
            work.record(audit.Entry(audit.Task.UPDATE, *entry, changes))
        item = listing.fetch(work.connection, ask, collection(ask.version), row.id)
    return shown({"@odata.context": ask.context(PATH, "$entity"), **item})


def _rename(work: Work, row: Any, name: str) -> None:
    mine = (devices.c.tenant_id == work.tenant_id, devices.c.id == row.id)
    work.connection.execute(update(devices).where(*mine).values(managed_device_name=name))
    scrub_after(work.connection)


def _changes(ask: Ask) -> Mapping[str, Any]:
    """The body of a PATCH, checked. Raises Malformed."""
    body = {name: value for name, value in ask.body().items() if not name.startswith("@")}
    known = model(ask.version)
    kind = known.types["managedDevice"]
    spelled = {kind.names.get(name.lower(), ""): value for name, value in body.items()}
    names = {"managedDeviceOwnerType", "managedDeviceName"}
    names |= {"ownerType", "roleScopeTagIds"} if ask.version == "beta" else set()
    if spelled.keys() - names:
        message = "A property of the request is read-only or unknown."
        raise Malformed(message, _read_only(spelled.keys() - names - {""}))
    values = checked(known, kind, spelled).values
    _check(values)
    return values


def _read_only(names: Set[str]) -> list[Detail]:
    """Names of Graph's own only: an unknown name may itself be personal."""
    return [Detail(f"/{name}", "this property is read-only") for name in sorted(names)]


def _check(values: Mapping[str, Any]) -> None:
    for name in ("ownerType", "managedDeviceOwnerType"):
        if name in values and values[name] not in _OWNERS:
            message = "The owner type has to be company or personal."
            raise Malformed(message, [Detail(f"/{name}", "company or personal")])
    given = values.get("managedDeviceName")
    if given is not None and not 0 < len(given) <= _LONGEST_NAME:
        message = f"The name has to be a string of 1 to {_LONGEST_NAME} characters."
        raise Malformed(message, [Detail("/managedDeviceName", "a string is expected")])
    if len(values.get("roleScopeTagIds") or ()) > _MOST_TAGS:
        message = f"A device has at most {_MOST_TAGS} scope tags."
        raise Malformed(message, [Detail("/roleScopeTagIds", "fewer are expected")])


def _delete(path: str, ask: Ask) -> Response:
    ask.require(_WRITE)
    with ask.work() as work:
        records.hide(work, _find(ask, work.connection, path))
    return done()


def _category(path: str, method: str, ask: Ask) -> Response:
    """`deviceCategory/$ref`: in which category a device is, put or taken out."""
    ask.require(_READ if method == "GET" else _WRITE)
    with ask.read() as connection:
        device_id = _find(ask, connection, path).id
    if method == "GET":
        return device_marks.category_link(ask, device_id)
    return device_marks.change_category(ask, device_id, clears=method == "DELETE")


def _primary_user(path: str, method: str, ask: Ask) -> Response:
    """`users/$ref`: a person becomes the primary user of a device, or nobody is."""
    ask.require(_WRITE)
    with ask.work() as work:
        user_id = key_given(ask.body().get("@odata.id")) if method == "POST" else None
        primary_user.change(work, _find(ask, work.connection, path), user_id)
    return done()


def _routes(path: str) -> tuple[Route, ...]:
    """What an admin does to a device, at one of the paths where devices are."""
    root = path.replace("users/", f"users/{KEY}/") + f"/{KEY}"
    beta_only = path == COMANAGED
    return (
        Route("PATCH", root, partial(_patch, path), beta_only),
        Route("DELETE", root, partial(_delete, path), beta_only),
        *(
            Route(each, f"{root}/deviceCategory/$ref", partial(_category, path, each), beta_only)
            for each in ("GET", "PUT", "DELETE")
        ),
        *(
            Route(each, f"{root}/users/$ref", partial(_primary_user, path, each), beta_only)
            for each in ("POST", "DELETE")
        ),
    )


ROUTES = tuple(route for path in (PATH, COMANAGED, OF_USER) for route in _routes(path))
