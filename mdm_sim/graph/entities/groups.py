"""groups: made, changed, deleted and restored, by the rules that the directory has for them.

Security groups and Microsoft 365 groups. A dynamic group is kept with its rule; who is in it is
not worked out, and nobody can be put into it. What is deleted waits for 30 days.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from flask import Response
from sqlalchemy import insert, select, update

from mdm_sim import access, memberships
from mdm_sim.graph import listing
from mdm_sim.graph.asking import Ask, done, shown
from mdm_sim.graph.documents.writing import require_collectable
from mdm_sim.graph.edm.checking import Checked, checked
from mdm_sim.graph.edm.model import model
from mdm_sim.graph.entities import group_members
from mdm_sim.graph.entities.directory_kinds import MISSING, collection, find
from mdm_sim.graph.entities.directory_tables import GROUPS
from mdm_sim.graph.entities.group_members import DYNAMIC, UNIFIED
from mdm_sim.graph.entities.referred import named, referred
from mdm_sim.graph.routing import Route
from mdm_sim.messages import BadInDirectory, Detail, NotInDirectory
from mdm_sim.store import audit
from mdm_sim.store.engine import scrub_after
from mdm_sim.store.tables import documents
from mdm_sim.store.work import Work
from mdm_sim.tenant import DOMAIN

WRITE = access.writing(access.GROUPS)
_JOINING = (access.writing(access.MEMBERS), WRITE)

_KIND = "#microsoft.graph.group"
_REQUIRED = ("displayName", "mailEnabled", "mailNickname", "securityEnabled")
_LONGEST = {"displayName": 256, "mailNickname": 64, "description": 1024, "membershipRule": 3072}
# What the directory sets itself.
_READ_ONLY = frozenset(
    [
        "id",
        "createdDateTime",
        "deletedDateTime",
        "expirationDateTime",
        "renewedDateTime",
        "mail",
        "proxyAddresses",
        "securityIdentifier",
        "onPremisesDomainName",
        "onPremisesLastSyncDateTime",
        "onPremisesNetBiosName",
        "onPremisesProvisioningErrors",
        "onPremisesSamAccountName",
        "onPremisesSecurityIdentifier",
        "onPremisesSyncEnabled",
        "hasMembersWithLicenseErrors",
        "licenseProcessingState",
        "organizationId",
        "assignedLicenses",
        "serviceProvisioningErrors",
        "isManagementRestricted",
    ]
)
_NO_MAIL = (
    "The service does not currently support writes of mail-enabled groups. Please ensure that the "
    "mail-enablement property is unset and the security-enablement property is set."
)


@dataclass(frozen=True, slots=True)
class _Change:
    """A good body: what of a group it sets, and who it adds to which relation."""

    values: Mapping[str, Any]
    added: Mapping[str, list[str]]

    @property
    def names(self) -> list[str]:
        return [*self.values, *self.added]


def _read(ask: Ask) -> _Change:
    """The request's body, checked against the type and the directory's rules."""
    body = ask.body()
    require_collectable(body)
    known = model(ask.version)
    found: Checked = checked(known, known.types["group"], body)
    for name in found.names:
        given = found.values.get(name)
        if name in _READ_ONLY and given not in (None, [], ""):
            raise _wrong(name, "is read-only and cannot be set")
        if isinstance(given, str) and len(given) > _LONGEST.get(name, 4096):
            raise _wrong(name, "is longer than it may be")
    for name, ids in found.bound.items():
        if name not in group_members.WRITTEN:
            raise _wrong(name, "cannot be set so")
        group_members.require_few(name, ids)
    values = {name: value for name, value in found.values.items() if name not in _READ_ONLY}
    return _Change(values, found.bound)


def _wrong(name: str, why: str) -> BadInDirectory:
    return BadInDirectory(f"Property '{name}' {why}.", [Detail(f"/{name}", why)])


def _require_whole(group: Mapping[str, Any]) -> None:
    """Raise BadInDirectory for a group that the directory would not have."""
    for name in _REQUIRED:
        if group.get(name) in (None, ""):
            message = f"A value is required for property '{name}' of resource 'Group'."
            raise BadInDirectory(message, [Detail(f"/{name}", "a value is expected")])
    if (UNIFIED in group["groupTypes"]) != group["mailEnabled"] or not (
        group["mailEnabled"] or group["securityEnabled"]
    ):
        raise BadInDirectory(_NO_MAIL)
    if not set(group["groupTypes"]) <= {UNIFIED, DYNAMIC}:
        raise _wrong("groupTypes", "may have Unified and DynamicMembership")
    if (DYNAMIC in group["groupTypes"]) != bool(group.get("membershipRule")):
        raise _wrong("membershipRule", "and the group type DynamicMembership go together")
    if group.get("membershipRuleProcessingState") not in {None, "On", "Paused"}:
        raise _wrong("membershipRuleProcessingState", "is On or Paused")


def _completed(group: dict[str, Any]) -> dict[str, Any]:
    """A group with what the directory sets itself."""
    is_unified = UNIFIED in group["groupTypes"]
    mail = f"{group['mailNickname']}@{DOMAIN}" if is_unified else None
    is_dynamic = DYNAMIC in group["groupTypes"]
    state = group.get("membershipRuleProcessingState") or "Paused"
    return group | {
        "mail": mail,
        "proxyAddresses": [f"SMTP:{mail}"] if mail else [],
        "membershipRuleProcessingState": state if is_dynamic else None,
        "visibility": group.get("visibility") or ("Public" if is_unified else None),
    }


def _create(ask: Ask) -> Response:
    ask.require(WRITE)
    change = _read(ask)
    group = {"groupTypes": [], **change.values}
    _require_whole(group)
    with ask.work() as work:
        group_id = work.new_id()
        work.connection.execute(
            insert(documents),
            {
                "tenant_id": work.tenant_id,
                "collection": memberships.GROUPS,
                "parent_id": "",
                "id": group_id,
                "natural_key": None,
                "odata_type": _KIND,
                "document": orjson.dumps(_completed(group)).decode(),
                "version": 1,
                "created_at": work.now,
                "updated_at": work.now,
            },
        )
        _add(ask, work, group_id, group, change)
        _record(work, audit.Task.CREATE, "Create", group_id, change.names)
        item = listing.fetch(work.connection, ask, collection(ask, GROUPS), group_id)
    return shown({"@odata.context": ask.context("groups", "$entity"), **item}, 201)


def _patch(ask: Ask) -> Response:
    ask.require(WRITE)
    change = _read(ask)
    with ask.work() as work:
        group_id, group = load(ask, work)
        group = {"groupTypes": [], **group, **change.values}
        _require_whole(group)
        if change.values:
            work.connection.execute(
                update(documents)
                .where(*memberships.is_group(work.tenant_id, group_id))
                .values(
                    document=orjson.dumps(_completed(group)).decode(),
                    version=documents.c.version + 1,
                    updated_at=work.now,
                )
            )
            scrub_after(work.connection)
        _add(ask, work, group_id, group, change)
        if change.names:
            _record(work, audit.Task.UPDATE, "Patch", group_id, change.names)
    return done()


def _add(ask: Ask, work: Work, group_id: str, group: Mapping[str, Any], change: _Change) -> None:
    for name, keys in change.added.items():
        group_members.add(ask, work, group_members.Joining(name, group_id, group), keys)


def load(ask: Ask, work: Work) -> tuple[str, dict[str, Any]]:
    """The group that a path names first, as it is stored. Raises NotInDirectory."""
    group_id = find(work.connection, ask, GROUPS, ask.keys[0])
    query = select(documents.c.document).where(*memberships.is_group(work.tenant_id, group_id))
    group: dict[str, Any] = orjson.loads(work.connection.execute(query).scalar_one())
    return group_id, group


def _add_one(relation: str) -> Callable[[Ask], Response]:
    def add(ask: Ask) -> Response:
        ask.require(*_JOINING)
        key = referred(ask)
        with ask.work() as work:
            group_id, group = load(ask, work)
            group_members.add(ask, work, group_members.Joining(relation, group_id, group), [key])
            _record(work, audit.Task.ASSIGN, f"Add {relation}", group_id, [relation])
        return done()

    return add


def _remove_one(relation: str) -> Callable[[Ask], Response]:
    def remove(ask: Ask) -> Response:
        ask.require(*_JOINING)
        key = named(ask)
        with ask.work() as work:
            group_id, group = load(ask, work)
            joining = group_members.Joining(relation, group_id, group)
            group_members.remove(ask, work, joining, key)
            _record(work, audit.Task.ASSIGN, f"Remove {relation}", group_id, [relation], "cleared")
        return done()

    return remove


def _delete(ask: Ask) -> Response:
    """Into the deleted items; who was in it is in it again when it is restored."""
    ask.require(WRITE)
    with ask.work() as work:
        group_id = find(work.connection, ask, GROUPS, ask.keys[0])
        _move(work, group_id, memberships.GROUPS, memberships.DELETED_GROUPS)
        _record(work, audit.Task.DELETE, "Delete", group_id)
    return done()


def _move(work: Work, group_id: str, home: str, to: str) -> None:
    this = (documents.c.tenant_id == work.tenant_id, documents.c.collection == home)
    work.connection.execute(
        update(documents)
        .where(*this, documents.c.id == group_id)
        .values(collection=to, updated_at=work.now)
    )


def restore(ask: Ask, work: Work, group_id: str) -> dict[str, Any]:
    """A deleted group back among the others, as it shows then."""
    _move(work, group_id, memberships.DELETED_GROUPS, memberships.GROUPS)
    _record(work, audit.Task.MANAGE, "restore", group_id)
    return listing.fetch(work.connection, ask, collection(ask, GROUPS), group_id)


def erase(work: Work, group_id: str) -> None:
    """A deleted group gone for good."""
    memberships.erase_group(work, group_id)
    _record(work, audit.Task.DELETE, "erase", group_id)


def require_deleted(work: Work, group_id: str) -> None:
    """Raise NotInDirectory unless this group waits among the deleted items."""
    query = select(documents.c.id).where(
        documents.c.tenant_id == work.tenant_id,
        documents.c.collection == memberships.DELETED_GROUPS,
        documents.c.id == group_id,
    )
    if work.connection.execute(query).first() is None:
        raise NotInDirectory(MISSING)


def _record(
    work: Work,
    task: audit.Task,
    verb: str,
    group_id: str,
    names: Sequence[str] = (),
    word: str = "set",
) -> None:
    changes = dict.fromkeys(names, word)
    work.record(audit.Entry(task, f"{verb} Group", "Other", "Group", group_id, changes))


ROUTES = (
    Route("POST", "groups", _create),
    Route("PATCH", "groups/{}", _patch),
    Route("DELETE", "groups/{}", _delete),
    *(
        Route(*route)
        for relation in group_members.WRITTEN
        for route in (
            ("POST", f"groups/{{}}/{relation}/$ref", _add_one(relation)),
            ("DELETE", f"groups/{{}}/{relation}/$ref", _remove_one(relation)),
            ("DELETE", f"groups/{{}}/{relation}/{{}}/$ref", _remove_one(relation)),
        )
    ),
)
