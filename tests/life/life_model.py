"""What one life ought to have left: every record's context and facts, told by nobody but the tests.

It is the policy without a database: whatever changes is judged again at once, for every record. The
decisions themselves (`minimise`) are the policy's; whose device it is, what is joined, managed and
consented to is worked out here a second time.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from life.life_kinds import TYPES

from mdm_sim.policy import catalogue
from mdm_sim.policy.context import Context, Ownership, Platform, Workload
from mdm_sim.policy.minimise import Verb, judge, minimise

DAY = 86_400
_PREFIXES = {
    Platform.WINDOWS: "windows",
    Platform.MACOS: "mac",
    Platform.IOS: "ios",
    Platform.IPADOS: "ios",
    Platform.ANDROID: "android",
}


@dataclass
class Record:
    """A device or an app: `state` is visible, deleted (by an admin), inactive or gone."""

    id: str
    token: str
    workload: Workload
    platform: Platform
    user: str | None
    ownership: Ownership
    kind: str = ""
    device: Record | None = None
    consent: bool = False
    facts: dict[str, Any] = field(default_factory=dict)
    reports: dict[str, Any] = field(default_factory=dict)
    state: str = "visible"
    marked: Ownership | None = None
    located_at: float = 0
    was_asked: bool = False
    is_sought: bool = False
    orders: list[dict[str, Any]] = field(default_factory=list)
    queries: dict[str, Query] = field(default_factory=dict)
    seen_at: float = 0

    @property
    def headers(self) -> dict[str, str]:
        """The record's own token."""
        return {"Authorization": f"Bearer {self.token}"}

    def empty(self, state: str) -> None:
        """Nothing is held any more."""
        self.state, self.is_sought = state, False
        for held in (self.facts, self.reports, self.orders, self.queries):
            held.clear()


@dataclass
class Query:
    """A device query; `answer` is what the device said of it."""

    asked_at: float
    answered_at: float | None = None
    answer: Any = None


@dataclass
class DirectoryDevice:
    """A device object of the directory, with pairs of a relation and a user."""

    device_id: str
    trust: str | None
    owners: set[tuple[str, str]] = field(default_factory=set)


@dataclass
class Model:
    """The tenant: `users` maps an id to the moment of deletion, None for who is there."""

    users: dict[str, float | None]
    switches: dict[str, bool]
    records: list[Record] = field(default_factory=list)
    connectors: dict[str, dict[str, Any]] = field(default_factory=dict)
    managed: dict[str, set[str]] = field(default_factory=dict)
    directory: dict[str, DirectoryDevice] = field(default_factory=dict)
    cleanup: dict[str, tuple[str, int]] = field(default_factory=dict)

    def live(self, workload: Workload | None = None) -> list[Record]:
        """The records that have not ended."""
        return [
            each
            for each in self.records
            if each.state != "gone" and workload in {None, each.workload}
        ]

    def visible(self, workload: Workload | None = None) -> list[Record]:
        """The records that anybody sees."""
        return [each for each in self.live(workload) if each.state == "visible"]

    def context(self, record: Record) -> Context:
        """The context of a record now."""
        is_device = record.workload is Workload.MDM
        return Context(
            record.workload,
            record.ownership,
            record.platform,
            entra_joined=self.is_joined(record.user, record.facts.get("azureADDeviceId")),
            mdm_enrolled=is_device or record.device is not None,
            work_profile=is_device
            and record.platform is Platform.ANDROID
            and TYPES[record.kind].work_profile,
            mtd_connector=self._has_connector(record),
            compliant_apps_feature=self.switches["compliantAppsFeature"],
            strict_app_inventory=self.switches["strictAppInventory"],
            location_on_request_only=self.switches["locationOnRequestOnly"],
            location_requested=record.was_asked and "location" in record.facts,
            tenant_diagnostics=self.switches["diagnostics"],
            user_diagnostics=record.consent,
        )

    def is_joined(self, user: str | None, device_id: str | None) -> bool:
        """Whether the directory knows this as a joined device of a user who is there."""
        return user in self.users and any(
            each.device_id == device_id
            and each.trust in {"AzureAd", "ServerAd"}
            and any(owner == user for _, owner in each.owners)
            for each in self.directory.values()
            if self.users[user] is None
        )

    def _has_connector(self, record: Record) -> bool:
        prefix = _PREFIXES.get(record.platform)
        names = [f"{prefix}Enabled"]
        if record.workload is Workload.MAM:
            names.append(f"{prefix}MobileApplicationManagementEnabled")
        return any(
            connector["partnerState"] not in {"unavailable", "notSetUp"}
            and any(connector.get(name) for name in names)
            for connector in self.connectors.values()
        )

    def managed_for(self, facts: dict[str, Any]) -> set[str]:
        """The apps that are managed for a record: the tenant's, and the app itself."""
        own = set(facts.get("appIdentifier", {}).values())
        return own.union(*self.managed.values())

    def may_query(self, record: Record) -> bool:
        """Whether a device may be asked a question (row optional.device_query)."""
        context = replace(self.context(record), device_query=self.switches["deviceQuery"])
        row = catalogue.BY_ID["optional.device_query"]
        return record.workload is Workload.MDM and judge(row, context).verb is Verb.KEEP

    def settle(self) -> None:
        """Judge every record again, in its context of now."""
        for record in self.live():
            context = self.context(record)
            kept = minimise(record.facts, context, self.managed_for(record.facts)).kept
            record.facts = kept
            if not (context.tenant_diagnostics and context.user_diagnostics):
                record.reports.clear()
            if not self.may_query(record):
                record.queries.clear()

    def report(
        self, record: Record, facts: dict[str, Any], now: float, *, was_asked: bool = False
    ) -> None:
        """Take a report: what is permitted replaces what is held, null removes it."""
        self.settle()
        said = {name: value for name, value in facts.items() if value is not None}
        context = self.context(record)
        if "azureADDeviceId" in facts:
            joined = self.is_joined(record.user, facts["azureADDeviceId"])
            context = replace(context, entra_joined=joined)
        managed = self.managed_for(record.facts if "appIdentifier" in record.facts else said)
        record.facts = minimise(record.facts, context, managed).kept
        kept = minimise(said, replace(context, location_requested=was_asked), managed).kept
        for name in (*(facts.keys() - said.keys()), *({"applications"} & facts.keys())):
            record.facts.pop(name, None)
            record.reports.pop(name, None)
        if "location" in kept:
            record.located_at, record.was_asked = now, was_asked
        optional = {name: kept.pop(name) for name in tuple(kept) if name.startswith("diagnostic")}
        record.facts |= kept
        record.reports |= optional
        self.settle()

    def shown(self, record: Record, now: float) -> dict[str, Any]:
        """The facts that anybody may be shown now."""
        is_over = record.located_at + DAY <= now
        return {
            name: value
            for name, value in record.facts.items()
            if not (is_over and name == "location")
        }

    def remove(self, record: Record, state: str = "gone") -> None:
        """A record ends, or an admin deletes it; its apps are of no managed device any more."""
        record.empty(state)
        for app in self.live(Workload.MAM):
            if app.device is record:
                app.device, app.ownership = None, Ownership.PERSONAL

    def erase(self, user: str) -> None:
        """A person goes, with their records and the directory devices that nobody else has."""
        del self.users[user]
        for record in self.live():
            if record.user == user:
                self.remove(record)
        for object_id, device in tuple(self.directory.items()):
            before = len(device.owners)
            device.owners = {pair for pair in device.owners if pair[1] != user}
            if before and not device.owners:
                del self.directory[object_id]
        self.settle()

    def same_hardware(self, platform: Platform, facts: dict[str, Any]) -> list[Record]:
        """The devices that state this serial number, or else this IMEI."""
        for name in ("serialNumber", "imei"):
            found = [
                each
                for each in self.live(Workload.MDM)
                if each.platform is platform and facts.get(name) == each.facts.get(name)
            ]
            if facts.get(name) and found:
                return found
        return []

    def pass_time(self, now: float) -> None:
        """What upkeep takes away."""
        for user, deleted_at in tuple(self.users.items()):
            if deleted_at is not None and deleted_at + 30 * DAY <= now:
                self.erase(user)
        for record in self.live():
            record.facts = self.shown(record, now)
            self._forget_queries(record, now)
            days = self._silent_days(record)
            if record.workload is Workload.MAM and record.seen_at + 90 * DAY <= now:
                self.remove(record)
            elif days and record.state == "visible" and record.seen_at + days * DAY <= now:
                record.empty("inactive")
        self.settle()

    @staticmethod
    def _forget_queries(record: Record, now: float) -> None:
        for query_id, query in tuple(record.queries.items()):
            if query.answered_at is not None and query.answered_at + 600 <= now:
                del record.queries[query_id]
        if any(query.asked_at + DAY <= now for query in record.queries.values()):
            record.queries.clear()

    def _silent_days(self, record: Record) -> int:
        if record.workload is Workload.MAM:
            return 0
        way = TYPES[record.kind]
        family = way.family or _FAMILIES.get(record.platform)
        if family == "androidDeviceAdministrator" and way.work_profile:
            family = "androidPersonallyOwnedWorkProfile"
        rules = self.cleanup.values()
        return min((days for name, days in rules if name in {"all", family}), default=0)


_FAMILIES = {
    Platform.WINDOWS: "windows",
    Platform.MACOS: "macOS",
    Platform.IOS: "ios",
    Platform.IPADOS: "ios",
    Platform.ANDROID: "androidDeviceAdministrator",
}
