"""The steps of admins on one device or one person: marks, actions, queries, deletes, rights."""

from __future__ import annotations

import base64
from typing import Any

import orjson
from hypothesis import strategies as st
from hypothesis.stateful import rule
from life.life_facts import TAGS
from life.life_model import Model, Query, Record
from life.life_scene import USERS, Scene, given, numbers, pick, with_devices

from mdm_sim.policy.context import Ownership, Platform, Workload

DEVICES = "/beta/deviceManagement/managedDevices"
DELETED = "/v1.0/directory/deletedItems"
users = st.sampled_from(USERS)
_NEVER_LOCATED = {Platform.MACOS, Platform.LINUX}
_OWNERS = {Ownership.CORPORATE: "company", Ownership.PERSONAL: "personal"}


def _asked(model: Model) -> list[tuple[Record, str]]:
    """Every query that somebody can come for."""
    devices = model.visible(Workload.MDM)
    return [(device, query_id) for device in devices for query_id in device.queries]


class Admin(Scene):
    """What admins do to a device, and to a person."""

    @with_devices
    @rule(chosen=numbers, owner=st.sampled_from(tuple(_OWNERS)))
    def mark(self, chosen: int, owner: Ownership) -> None:
        """An admin marks a device as the organisation's or as personal."""
        device = self.device(chosen)
        body = {"managedDeviceOwnerType": _OWNERS[owner]}
        self.service.insist(200, "PATCH", f"{DEVICES}/{device.id}", body)
        if device.ownership is not owner:
            device.ownership = device.marked = owner
            device.is_sought = device.is_sought and owner is Ownership.CORPORATE
            for app in self.model.live(Workload.MAM):
                if app.device is device:
                    app.ownership = owner
        self.model.settle()

    @with_devices
    @rule(chosen=numbers)
    def locate(self, chosen: int) -> None:
        """An admin asks where a device is."""
        device = self.device(chosen)
        answer = self.service.ask("POST", f"{DEVICES}/{device.id}/locateDevice")
        is_ours = device.ownership is Ownership.CORPORATE
        may = is_ours and device.platform not in _NEVER_LOCATED
        assert answer.status_code == (204 if may else 400), answer.text
        device.is_sought = device.is_sought or may

    @with_devices
    @rule(chosen=numbers, action=st.sampled_from(("retire", "wipe", "rebootNow")))
    def act(self, chosen: int, action: str) -> None:
        """An admin retires, wipes or restarts a device; it does so at a later check-in."""
        path = f"{DEVICES}/{self.device(chosen).id}/{action}"
        assert self.service.ask("POST", path).status_code in {204, 400}

    @rule(user=users, tag=st.sampled_from(TAGS[1:]))
    def wipe_apps(self, user: str, tag: str) -> None:
        """An admin wipes the apps of a person on one device."""
        path = f"/v1.0/users/{user}/wipeManagedAppRegistrationsByDeviceTag"
        assert self.service.ask("POST", path, {"deviceTag": tag}).status_code in {204, 404}

    @with_devices
    @rule(chosen=numbers)
    def ask_query(self, chosen: int) -> None:
        """An admin puts a question to a device."""
        device = self.device(chosen)
        text = base64.b64encode(b"Device").decode()
        answer = self.service.ask("POST", f"{DEVICES}/{device.id}/createQuery", {"query": text})
        assert answer.status_code == (201 if self.model.may_query(device) else 400), answer.text
        if answer.status_code == 201:
            device.queries[answer.json["id"]] = Query(self.service.now())

    @given(_asked)
    @rule(chosen=numbers)
    def read_query(self, chosen: int) -> None:
        """An admin comes for an answer, which is given once."""
        device, query_id = pick(_asked(self.model), chosen)
        query = device.queries[query_id]
        path = f"{DEVICES}/{device.id}/queryResults/{query_id}"
        told = self.service.insist(200, "GET", path)
        assert (told["status"] == "pending") == (query.answered_at is None)
        if query.answered_at is not None:
            assert (told["status"] == "successful") == (query.answer is not None)
            results: Any = told["results"] and orjson.loads(base64.b64decode(told["results"]))
            assert results == query.answer
            del device.queries[query_id]
            self.service.insist(404, "GET", path)

    @with_devices
    @rule(chosen=numbers)
    def delete_device(self, chosen: int) -> None:
        """An admin deletes a device, which hears of it at its next check-in."""
        device = self.device(chosen)
        self.service.insist(204, "DELETE", f"{DEVICES}/{device.id}")
        self.model.remove(device, "deleted")
        self.model.settle()

    @rule(user=users, how=st.sampled_from(("delete", "restore", "delete for good", "erase")))
    def end_person(self, user: str, how: str) -> None:
        """A person is deleted, comes back from the deleted items, leaves them, or is erased."""
        if self.is_there(user) and how == "delete":
            self.service.insist(204, "DELETE", f"/v1.0/users/{user}")
            self.model.users[user] = self.service.now()
        elif self.model.users.get(user) is not None and how == "restore":
            self.service.insist(200, "POST", f"{DELETED}/{user}/restore")
            self.model.users[user] = None
        elif self.model.users.get(user) is not None and how == "delete for good":
            self.service.insist(204, "DELETE", f"{DELETED}/{user}")
            self.model.erase(user)
        elif user in self.model.users and how == "erase":
            body = {"userPrincipalName": user}
            told = self.service.insist(200, "POST", "/privacy/v1/rights/erase", body)
            ids = {*told["managedDevices"], *told["managedAppRegistrations"]}
            assert ids == {each.id for each in self.model.live() if each.user == user}
            self.model.erase(user)
        self.model.settle()
