"""The steps that concern every record: switches, connectors, managed apps, the directory, time."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from life.life_facts import APPS, DIRECTORY_IDS
from life.life_kinds import FAMILIES
from life.life_model import DirectoryDevice
from life.life_scene import SWITCHES, USERS, Scene, numbers, pick

users = st.sampled_from(USERS)
apps = st.sampled_from(APPS)
HOUR, DAY = 3600, 86_400
# No sum of a few of these comes near a period of the retention table.
JUMPS = (11 * 60, 7 * HOUR, 31 * DAY, 95 * DAY)
_CONNECTORS = "/beta/deviceManagement/mobileThreatDefenseConnectors"
_APPS = "/v1.0/deviceAppManagement/mobileApps"
_PROTECTIONS = "/v1.0/deviceAppManagement/iosManagedAppProtections"
_RULES = "/beta/deviceManagement/managedDeviceCleanupRules"
_FLAGS = (
    "iosEnabled",
    "androidEnabled",
    "windowsEnabled",
    "macEnabled",
    "iosMobileApplicationManagementEnabled",
    "androidMobileApplicationManagementEnabled",
    "windowsMobileApplicationManagementEnabled",
)
flags = st.fixed_dictionaries(
    {
        **{name: st.booleans() for name in _FLAGS},
        "partnerState": st.sampled_from(("enabled", "enabled", "available", "notSetUp")),
    }
)


class Tenant(Scene):
    """What an admin of the tenant does, and what the clock does."""

    @initialize(changes=st.dictionaries(st.sampled_from(SWITCHES), st.just(True)), flags=flags)
    def set_up(self, changes: dict[str, bool], flags: dict[str, Any]) -> None:
        """Some switches are on; silent devices are hidden; everybody has two joined devices."""
        self.switch(changes)
        self.connect(0, flags, "add")
        self.add_cleanup_rule("all", 60)
        for device_id, user in zip(DIRECTORY_IDS, USERS, strict=True):
            self.join(device_id, "AzureAd", user, "join")
            self.join(DIRECTORY_IDS[0], "AzureAd", user, "join")

    @rule(changes=st.dictionaries(st.sampled_from(SWITCHES), st.booleans(), min_size=1))
    def switch(self, changes: dict[str, bool]) -> None:
        """Switches are turned on and off."""
        self.service.insist(200, "PATCH", "/privacy/v1/settings", changes)
        self.model.switches |= changes
        self.model.settle()

    @rule(chosen=numbers, flags=flags, how=st.sampled_from(("add", "change", "remove")))
    def connect(self, chosen: int, flags: dict[str, Any], how: str) -> None:
        """A partner's connector is set up, is turned on and off by platform, or goes."""
        if how == "add" or not self.model.connectors:
            created = self.service.insist(201, "POST", _CONNECTORS, flags)
            self.model.connectors[created["id"]] = flags
        else:
            connector = pick(sorted(self.model.connectors), chosen)
            if how == "change":
                self.service.insist(200, "PATCH", f"{_CONNECTORS}/{connector}", flags)
                self.model.connectors[connector] = flags
            else:
                self.service.insist(204, "DELETE", f"{_CONNECTORS}/{connector}")
                del self.model.connectors[connector]
        self.model.settle()

    @rule(app=apps, chosen=numbers, how=st.sampled_from(("app", "policy", "change", "remove")))
    def manage(self, app: str, chosen: int, how: str) -> None:
        """An app is a managed one, by itself or by a policy; another takes its place; it goes."""
        if how in {"app", "policy"} or not self.model.managed:
            self._manage(app, by_policy=how == "policy")
        else:
            document = pick(sorted(self.model.managed), chosen)
            (self._change_app if how == "change" else self._unmanage)(document, app)
        self.model.settle()

    def _manage(self, app: str, *, by_policy: bool) -> None:
        if by_policy:
            body = {"displayName": "policy", "apps": _named(app)}
            created = self.service.insist(201, "POST", _PROTECTIONS, body)
        else:
            kind = "#microsoft.graph.iosStoreApp"
            body = {"@odata.type": kind, "displayName": "app", "bundleId": app}
            created = self.service.insist(201, "POST", _APPS, body)
        self.model.managed[created["id"]] = {app}

    def _change_app(self, document: str, app: str) -> None:
        if document.startswith("T_"):
            path = f"{_PROTECTIONS}/{document}/targetApps"
            self.service.insist(204, "POST", path, {"apps": _named(app)})
        else:
            self.service.insist(200, "PATCH", f"{_APPS}/{document}", {"bundleId": app})
        self.model.managed[document] = {app}

    def _unmanage(self, document: str, _app: str) -> None:
        place = _PROTECTIONS if document.startswith("T_") else _APPS
        self.service.insist(204, "DELETE", f"{place}/{document}")
        del self.model.managed[document]

    @rule(
        device_id=st.sampled_from(DIRECTORY_IDS),
        trust=st.sampled_from(("AzureAd", "ServerAd", "Workplace")),
        user=users,
        how=st.sampled_from(("join", "join", "disown", "leave")),
    )
    def join(self, device_id: str, trust: str, user: str, how: str) -> None:
        """A device of the directory is a user's, with another trust; is theirs no more; leaves."""
        known = self.model.directory.items()
        found = next((key for key, each in known if each.device_id == device_id), None)
        if found is None:
            body = {"deviceId": device_id, "displayName": "device", "trustType": trust}
            found = self.service.insist(201, "POST", "/v1.0/devices", body)["id"]
            self.model.directory[found] = DirectoryDevice(device_id, trust)
        path, owners = f"/v1.0/devices/{found}", self.model.directory[found].owners
        if how == "leave":
            self.service.insist(204, "DELETE", path)
            del self.model.directory[found]
        elif how == "disown" and self.is_there(user):
            for relation in ("registeredOwners", "registeredUsers"):
                self.service.insist(204, "DELETE", f"{path}/{relation}/{user}/$ref")
                owners.discard((relation, user))
        elif how == "join":
            self.service.insist(204, "PATCH", path, {"trustType": trust})
            self.model.directory[found].trust = trust
            if self.is_there(user):
                named = {"@odata.id": f"https://graph.microsoft.com/v1.0/users/{user}"}
                self.service.insist(204, "POST", f"{path}/registeredOwners/$ref", named)
                owners.add(("registeredOwners", user))
        self.model.settle()

    @rule(family=st.sampled_from(FAMILIES), days=st.sampled_from((30, 60)))
    def add_cleanup_rule(self, family: str, days: int) -> None:
        """Silent devices are to be hidden."""
        body = {
            "displayName": "rule",
            "deviceCleanupRulePlatformType": family,
            "deviceInactivityBeforeRetirementInDays": days,
        }
        created = self.service.insist(201, "POST", _RULES, body)
        self.model.cleanup[created["id"]] = (family, days)

    @rule()
    def rotate(self) -> None:
        """The key of the pseudonyms is replaced, unless the last time is not over yet."""
        (before,) = self.service.snapshot().tenant_settings
        status = 409 if before["former_pseudonym_key"] else 204
        self.service.insist(status, "POST", "/privacy/v1/pseudonyms/rotate")

    @rule(batches=st.integers(1, 3))
    def catch_up(self, batches: int) -> None:
        """The service goes on with what is behind."""
        self.service.catch_up(batches)

    @rule(seconds=st.sampled_from(JUMPS), runs=st.booleans())
    def wait(self, seconds: int, runs: bool) -> None:
        """Time goes by; what it takes away goes when the upkeep runs."""
        self.service.put_on(seconds)
        if runs:
            self.upkeep()

    @rule()
    def upkeep(self) -> None:
        """What is due goes."""
        self.service.upkeep()
        self.model.pass_time(self.service.now())


def _named(app: str) -> list[dict[str, Any]]:
    kind = "#microsoft.graph.iosMobileAppIdentifier"
    return [{"mobileAppIdentifier": {"@odata.type": kind, "bundleId": app}}]
