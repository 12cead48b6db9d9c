"""What is done to a user beside changing properties: managers, licences, the end of sign-ins."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Response

from mdm_sim import access, licences, memberships, tokens
from mdm_sim.graph import listing
from mdm_sim.graph.asking import Ask, done, shown
from mdm_sim.graph.edm.checking import checked_parameters
from mdm_sim.graph.edm.model import model
from mdm_sim.graph.entities import directory_kinds, directory_objects, directory_told, signed_in
from mdm_sim.graph.entities.directory_kinds import MISSING, collection
from mdm_sim.graph.entities.directory_tables import PEOPLE
from mdm_sim.graph.entities.referred import referred
from mdm_sim.graph.entities.users import WRITE, user_id_of
from mdm_sim.graph.routing import Route
from mdm_sim.messages import BadInDirectory, Detail, NotInDirectory
from mdm_sim.store import audit
from mdm_sim.store.work import Work

_LICENSING = (WRITE, "LicenseAssignment.ReadWrite.All")
_REVOKING = (WRITE, "User.RevokeSessions.All")


def _record(work: Work, verb: str, user_id: str, name: str, word: str = "set") -> None:
    entry = ("Other", "User", user_id, {name: word})
    work.record(audit.Entry(audit.Task.ASSIGN, f"{verb} User", *entry))


def _set_manager(ask: Ask) -> Response:
    ask.require(WRITE)
    key, user_id = referred(ask), user_id_of(ask, ask.keys[0])
    with ask.work() as work:
        kind, manager_id = directory_objects.found(work.connection, ask, key)
        if kind is not PEOPLE or manager_id == user_id:
            message = "A user's manager has to be another user."
            raise BadInDirectory(message, [Detail("/@odata.id", "another user is expected")])
        memberships.remove(work, memberships.MANAGER, user_id)
        memberships.add(work, memberships.MANAGER, user_id, [manager_id])
        _record(work, "Add manager", user_id, "manager")
    return done()


def _remove_manager(ask: Ask) -> Response:
    ask.require(WRITE)
    user_id = user_id_of(ask, ask.keys[0])
    with ask.work() as work:
        if not memberships.remove(work, memberships.MANAGER, user_id):
            raise NotInDirectory(MISSING)
        _record(work, "Remove manager", user_id, "manager", "cleared")
    return done()


def _parameters(ask: Ask, name: str) -> dict[str, Any]:
    known = model(ask.version)
    operation = known.operation(known.types[PEOPLE.name], name, of_collection=False)
    return checked_parameters(known, operation.parameters if operation else {}, ask.body(), name)


def _assign_license(ask: Ask) -> Response:
    ask.require(*_LICENSING)
    user_id, given = user_id_of(ask, ask.keys[0]), _parameters(ask, "assignLicense")
    for name in ("addLicenses", "removeLicenses"):
        if name not in given:
            message = f"The parameter {name} is required."
            raise BadInDirectory(message, [Detail(f"/{name}", "a list is expected")])
    with ask.work() as work:
        for product_id in given["removeLicenses"]:
            if not licences.withdraw(work, user_id, product_id.lower()):
                message = "User does not have a corresponding license."
                raise BadInDirectory(message, [Detail("/removeLicenses", "a license of the user")])
        for each in given["addLicenses"]:
            _assign(work, user_id, each)
        _record(work, "assignLicense", user_id, "assignedLicenses")
        item = listing.fetch(work.connection, ask, collection(ask, PEOPLE), user_id)
    return shown({"@odata.context": ask.context("users", "$entity"), **item})


def _assign(work: Work, user_id: str, given: dict[str, Any]) -> None:
    product = licences.BY_ID.get(str(given.get("skuId") or "").lower())
    if product is None:
        message = "A license does not correspond to a valid company license."
        raise BadInDirectory(message, [Detail("/addLicenses", "a subscribed SKU is expected")])
    disabled = [each.lower() for each in given.get("disabledPlans") or []]
    if not set(disabled) <= {plan.id for plan in product.plans}:
        message = "A plan to disable is not part of its license."
        raise BadInDirectory(message, [Detail("/addLicenses", "plans of the SKU are expected")])
    licences.assign(work, user_id, product.id, disabled)
    if licences.consumed(work.connection, work.tenant_id).get(product.id, 0) > product.units:
        message = "The subscription does not have any available licenses."
        raise BadInDirectory(message)


def _license_details(ask: Ask) -> Response:
    signed_in.require(ask, ask.keys[0], access.reading(access.USERS))
    user_id = user_id_of(ask, ask.keys[0])
    with ask.read() as connection:
        kind = directory_told.licence_details(connection, ask.who.tenant_id, user_id)
    found = replace(collection(ask, kind), name=f"users('{user_id}')/licenseDetails")
    if len(ask.keys) > 1:
        return directory_kinds.one(ask, found.within(kind.key == ask.keys[1]))
    return directory_kinds.page(ask, found)


def _revoke(ask: Ask) -> Response:
    """Who is signed in has to sign in again: every refresh token ends."""
    ask.require(*_REVOKING)
    user_id = user_id_of(ask, ask.keys[0])
    with ask.work() as work:
        tokens.forget(work.connection, work.tenant_id, user_id)
        entry = ("Other", "User", user_id)
        work.record(audit.Entry(audit.Task.MANAGE, "revokeSignInSessions User", *entry))
    return shown({"@odata.context": ask.context("Edm.Boolean"), "value": True})


ROUTES = (
    Route("PUT", "users/{}/manager/$ref", _set_manager),
    Route("DELETE", "users/{}/manager/$ref", _remove_manager),
    Route("POST", "users/{}/assignLicense", _assign_license),
    Route("GET", "users/{}/licenseDetails", _license_details),
    Route("GET", "users/{}/licenseDetails/{}", _license_details),
    Route("POST", "users/{}/revokeSignInSessions", _revoke),
)
