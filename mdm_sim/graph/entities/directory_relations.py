"""What directory objects are to one another, as the lists of a path: members, owners, managers.

A line for each relation; its lists, numbers, casts and references follow. `$expand` reads those
that are no more than one step long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import Response
from sqlalchemy import Select, select, union

from mdm_sim import access, memberships
from mdm_sim.graph import listing
from mdm_sim.graph.asking import Ask, shown
from mdm_sim.graph.edm.model import model
from mdm_sim.graph.entities import directory_kinds, directory_objects, directory_told, signed_in
from mdm_sim.graph.entities.directory_kinds import MISSING, MOST_EXPANDED, Kind, find
from mdm_sim.graph.entities.directory_tables import DEVICES, GROUPS, PEOPLE
from mdm_sim.graph.entities.users import user_id_of
from mdm_sim.graph.odata.collection import Collection, Navigation
from mdm_sim.graph.routing import Route
from mdm_sim.memberships import MANAGER, MEMBERS, OWNERS
from mdm_sim.messages import NotInDirectory
from mdm_sim.store.tables import device_owners

Ids = Callable[[str, str], Any]
Pairs = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Relation:
    """One relation: of which entity set, the SQL of the ids that an object leads to.

    `pairs` is the SQL of the whole relation, for $expand; `reads` are the permissions.
    """

    path: str
    name: str
    ids: Ids
    reads: tuple[str, ...]
    pairs: Pairs | None = None
    is_one: bool = False
    has_references: bool = False


def _members_of(tenant_id: str, object_id: str) -> Select[Any]:
    roles = memberships.roles_of(tenant_id, object_id)
    return (
        union(memberships.groups_of(tenant_id, object_id), select(roles.c.id)).subquery().select()
    )


def _all_above(tenant_id: str, object_id: str) -> Select[Any]:
    groups = memberships.groups_above(tenant_id, object_id).subquery()
    roles = memberships.roles_of(tenant_id, object_id)
    return union(select(groups.c.id), select(roles.c.id)).subquery().select()


def _below(tenant_id: str, group_id: str) -> Select[Any]:
    return memberships.members_below(tenant_id, group_id)


def _stored(relation: str) -> tuple[Ids, Pairs]:
    return (
        lambda tenant_id, source_id: memberships.targets(tenant_id, relation, source_id),
        lambda tenant_id: memberships.pairs(tenant_id, relation),
    )


def _upwards(tenant_id: str) -> Any:
    return memberships.pairs(tenant_id, MEMBERS, upwards=True)


def _owned(relation: str) -> tuple[Ids, Pairs]:
    """The devices that a user is a registered owner or user of."""
    mine = device_owners.c

    def pairs(tenant_id: str) -> Any:
        return select(mine.directory_device_id.label("id"), mine.user_id.label("parent")).where(
            mine.tenant_id == tenant_id, mine.relation == relation
        )

    return lambda tenant_id, user_id: pairs(tenant_id).where(mine.user_id == user_id), pairs


def _owners(relation: str) -> tuple[Ids, Pairs]:
    """The registered owners or users of a device."""
    mine = device_owners.c

    def pairs(tenant_id: str) -> Any:
        return select(mine.user_id.label("id"), mine.directory_device_id.label("parent")).where(
            mine.tenant_id == tenant_id, mine.relation == relation
        )

    return lambda tenant_id, found: pairs(tenant_id).where(mine.directory_device_id == found), pairs


_OF_GROUPS = (access.reading(access.MEMBERS), access.reading(access.GROUPS))
_OF_USERS = (access.reading(access.USERS), *_OF_GROUPS)
_OF_DEVICES = (access.reading(access.DIRECTORY_DEVICES),)
_OF_APPS = (access.reading(access.APPLICATIONS),)
_OF_ROLES = ("RoleManagement.Read.Directory", access.reading(access.DIRECTORY))


def _relation(
    path: str, name: str, ways: tuple[Ids, Pairs | None], reads: tuple[str, ...], **more: bool
) -> Relation:
    return Relation(path, name, ways[0], reads, ways[1], **more)


_DIRECTLY = (_members_of, _upwards)
# fmt: off
RELATIONS = (
    _relation("groups", "members", _stored(MEMBERS), _OF_GROUPS, has_references=True),
    _relation("groups", "owners", _stored(OWNERS), _OF_GROUPS, has_references=True),
    _relation("groups", "transitiveMembers", (_below, None), _OF_GROUPS),
    _relation("groups", "memberOf", _DIRECTLY, _OF_GROUPS),
    _relation("groups", "transitiveMemberOf", (_all_above, None), _OF_GROUPS),
    _relation("users", "memberOf", _DIRECTLY, _OF_USERS),
    _relation("users", "transitiveMemberOf", (_all_above, None), _OF_USERS),
    _relation("users", "ownedDevices", _owned("registeredOwners"), _OF_USERS[:1]),
    _relation("users", "registeredDevices", _owned("registeredUsers"), _OF_USERS[:1]),
    _relation("users", "manager", _stored(MANAGER), _OF_USERS[:1], is_one=True),
    _relation("devices", "memberOf", _DIRECTLY, _OF_DEVICES),
    _relation("devices", "transitiveMemberOf", (_all_above, None), _OF_DEVICES),
    _relation("devices", "registeredOwners", _owners("registeredOwners"), _OF_DEVICES,
              has_references=True),
    _relation("devices", "registeredUsers", _owners("registeredUsers"), _OF_DEVICES,
              has_references=True),
    _relation("servicePrincipals", "memberOf", _DIRECTLY, _OF_APPS),
    _relation("servicePrincipals", "transitiveMemberOf", (_all_above, None), _OF_APPS),
    _relation("directoryRoles", "members", (memberships.admins, None), _OF_ROLES),
)
# fmt: on
KINDS: Mapping[str, Callable[[Ask], Kind]] = {
    "users": lambda _ask: PEOPLE,
    "groups": lambda _ask: GROUPS,
    "devices": lambda _ask: DEVICES,
    "servicePrincipals": lambda ask: directory_told.told(ask, directory_told.principals),
    "directoryRoles": lambda ask: directory_told.told(ask, directory_told.roles),
}


def object_id(ask: Ask, path: str) -> str:
    """The id of the object that a path names first. Raises NotInDirectory."""
    if path == PEOPLE.path:
        return user_id_of(ask, ask.keys[0])
    kind = KINDS[path](ask)
    with ask.read() as connection:
        return find(connection, ask, kind, ask.keys[0])


def require(ask: Ask, path: str, permissions: tuple[str, ...]) -> None:
    """Raise Forbidden unless the caller may read this; users may read what is their own."""
    if path == PEOPLE.path:
        signed_in.require(ask, ask.keys[0], *permissions)
    else:
        ask.require(*permissions)


class Navigations(Mapping[str, Navigation]):
    """What $expand reads from the objects of an entity set, each made when it is asked for."""

    def __init__(self, ask: Ask, path: str) -> None:
        """`path` is the entity set's."""
        self._ask = ask
        self._relations = {
            each.name: each for each in RELATIONS if each.path == path and each.pairs is not None
        }

    def __getitem__(self, name: str) -> Navigation:
        relation = self._relations[name]
        pairs = relation.pairs or _upwards
        ids = pairs(self._ask.who.tenant_id).subquery()
        return Navigation(
            directory_objects.among(self._ask, ids),
            ids.c.parent,
            is_collection=not relation.is_one,
            context=_context(relation.path, relation.name),
            most=MOST_EXPANDED,
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self._relations)

    def __len__(self) -> int:
        return len(self._relations)


def _context(path: str, name: str) -> Callable[[Ask, str], str]:
    return lambda ask, key: ask.context(f"{path}('{key}')/{name}")


@dataclass(frozen=True, slots=True)
class _Reader:
    """What answers for the paths of one relation."""

    relation: Relation

    def ids(self, ask: Ask) -> Any:
        require(ask, self.relation.path, self.relation.reads)
        return self.relation.ids(ask.who.tenant_id, object_id(ask, self.relation.path))

    def found(self, ask: Ask) -> Collection:
        return directory_objects.among(ask, self.ids(ask))

    def cast(self, ask: Ask) -> Collection:
        return directory_objects.cast(ask, self.ids(ask), ask.keys[1])

    def page(self, ask: Ask) -> Response:
        return directory_kinds.page(ask, self.found(ask))

    def count(self, ask: Ask) -> Response:
        return directory_kinds.count(ask, self.found(ask))

    def single(self, ask: Ask) -> Response:
        return directory_kinds.one(ask, self.found(ask))

    def inner(self, ask: Ask) -> Response:
        """One of the objects by its id, or those of a type."""
        if model(ask.version).find(ask.keys[1]) is not None:
            return directory_kinds.page(ask, self.cast(ask))
        found = self.found(ask)
        return directory_kinds.one(ask, found.within(found.key == ask.keys[1].lower()))

    def count_inner(self, ask: Ask) -> Response:
        return directory_kinds.count(ask, self.cast(ask))

    def references(self, ask: Ask) -> Response:
        return directory_kinds.page(ask, _links(ask, self.found(ask)))

    def reference(self, ask: Ask) -> Response:
        found = _links(ask, self.found(ask))
        with ask.read() as connection:
            links = listing.every(connection, ask, found)
        if not links:
            raise NotInDirectory(MISSING)
        return shown({"@odata.context": ask.context("$ref"), **links[0]})


def _routes(relation: Relation) -> tuple[Route, ...]:
    reader, path = _Reader(relation), f"{relation.path}/{{}}/{relation.name}"
    if relation.is_one:
        return (
            Route("GET", path, reader.single),
            Route("GET", f"{path}/$ref", reader.reference),
        )
    more = (Route("GET", f"{path}/$ref", reader.references),) if relation.has_references else ()
    return (
        Route("GET", path, reader.page),
        Route("GET", f"{path}/$count", reader.count),
        Route("GET", f"{path}/{{}}", reader.inner),
        Route("GET", f"{path}/{{}}/$count", reader.count_inner),
        *more,
    )


def _links(ask: Ask, found: Collection) -> Collection:
    """The URLs of objects in the place of the objects."""
    return replace(
        found,
        name="Collection($ref)",
        extras=None,
        whole_columns=(found.key.label("linked"),),
        whole=lambda row: {"@odata.id": f"{ask.root}/directoryObjects/{row.linked}"},
    )


ROUTES = tuple(route for relation in RELATIONS for route in _routes(relation))
