"""What should be kept: the harness's own account of every record, judged by `minimise` alone.

Nothing here is read from an answer but ids and tokens: contexts come from what the harness did.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from mdm_sim.policy.catalogue import OF_A_USER
from mdm_sim.policy.context import Context, Ownership, Platform, Workload
from mdm_sim.policy.facts import JUDGED
from mdm_sim.policy.minimise import Minimised, minimise
from mdm_sim.proving.ledger import Ledger

OPTIONAL = (
    "diagnosticDeviceDetails",
    "diagnosticUsage",
    "diagnosticHealth",
    "diagnosticSoftwareSetup",
)
HARDWARE = ("serialNumber", "imei")
# The kinds of holders that a record is: its facts, its apps, its diagnostics, its open orders.
PARTS = ("record", "apps", "diagnostics", "orders")


@dataclass(slots=True, eq=False)
class Record:
    """A device or an app registration: its context, and what it should hold now."""

    id: str
    token: str
    upn: str
    context: Context
    name: str
    device: Record | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    optional: dict[str, Any] = field(default_factory=dict)
    settled: int = 0

    @property
    def is_device(self) -> bool:
        """Whether it is a device under MDM."""
        return self.context.workload is Workload.MDM

    @property
    def door(self) -> str:
        """Where it checks in."""
        return "/mdm/v1/check-ins" if self.is_device else "/mam/v1/check-ins"


@dataclass(slots=True)
class Tenant:
    """What contexts depend on beside the record itself."""

    switches: dict[str, bool] = field(default_factory=dict)
    connector: frozenset[Platform] = frozenset()
    managed: set[str] = field(default_factory=set)
    joined: set[tuple[str, str]] = field(default_factory=set)


class Model:
    """Every record and the tenant. What changes here is told to the ledger at once."""

    def __init__(self, ledger: Ledger) -> None:
        """Nobody is enrolled yet."""
        self.ledger = ledger
        self.tenant = Tenant()
        self.records: dict[str, Record] = {}

    def context(self, record: Record) -> Context:
        """The context of a record by what the harness knows now."""
        switches = self.tenant.switches
        device_id = str(record.facts.get("azureADDeviceId", "")).lower()
        return replace(
            record.context,
            entra_joined=(device_id, record.upn) in self.tenant.joined,
            mtd_connector=record.context.platform in self.tenant.connector,
            compliant_apps_feature=switches.get("compliantAppsFeature", False),
            strict_app_inventory=switches.get("strictAppInventory", False),
            location_on_request_only=switches.get("locationOnRequestOnly", False),
            tenant_diagnostics=switches.get("diagnostics", False),
        )

    def begin(self, record: Record, facts: Mapping[str, Any]) -> Minimised:
        """A record enrolls with `facts`, in place of one of the same id."""
        self.records[record.id] = record
        return self._take(record, dict(facts), {})

    def report(
        self,
        record: Record,
        facts: Mapping[str, Any],
        *,
        consent: bool | None = None,
        asked: bool = False,
    ) -> Minimised:
        """A record checks in: what it reports replaces what is stored, null removes it.

        `asked` says that a location it reports answers an order.
        """
        if consent is not None:
            record.context = replace(record.context, user_diagnostics=consent)
        cleared = {name for name, value in facts.items() if value is None}
        record.optional = {
            name: value for name, value in record.optional.items() if name not in cleared
        }
        gone = cleared | ({"applications"} & facts.keys())
        stored = {name: value for name, value in record.facts.items() if name not in gone}
        given = {name: value for name, value in facts.items() if name not in cleared}
        return self._take(record, given, stored, asked=asked)

    def _take(
        self,
        record: Record,
        given: dict[str, Any],
        stored: dict[str, Any],
        *,
        asked: bool = False,
    ) -> Minimised:
        stated = str(given.get("azureADDeviceId", stored.get("azureADDeviceId", ""))).lower()
        record.facts = {**stored, "azureADDeviceId": stated}
        record.context = self.context(record)
        still = minimise(stored, record.context, self.managed(record, stored)).kept
        context = replace(record.context, location_requested=asked)
        outcome = minimise(given, context, self.managed(record, given))
        self._judge_outcomes(given, outcome)
        kept = dict(outcome.kept)
        if not (context.tenant_diagnostics and context.user_diagnostics):
            record.optional = {}
        record.optional |= {name: kept.pop(name) for name in OPTIONAL if name in kept}
        record.facts = still | kept
        if "location" in kept:
            record.context = context
        self.settle(record)
        return outcome

    def managed(self, record: Record, facts: Mapping[str, Any]) -> Collection[str]:
        """The apps that are managed for a record: the tenant's, and the app itself."""
        own = facts.get("appIdentifier") or record.facts.get("appIdentifier") or {}
        names = () if record.is_device else own.values()
        return self.tenant.managed | {name for name in names if isinstance(name, str)}

    def rejudge(self) -> None:
        """Something of the tenant changed: every record is judged again."""
        for record in self.records.values():
            self.judge_again(record)

    def judge_again(self, record: Record, **changes: Any) -> None:
        """A record's context changed: what is not permitted any more is gone."""
        record.context = replace(self.context(record), **changes)
        if not (record.context.tenant_diagnostics and record.context.user_diagnostics):
            record.optional = {}
        facts = record.facts
        record.facts = minimise(facts, record.context, self.managed(record, facts)).kept
        self.settle(record)

    def mark(self, record: Record, ownership: Ownership) -> None:
        """An admin's mark, on a device and the apps that belong to it."""
        for each in (record, *self.apps_of(record)):
            self.judge_again(each, ownership=ownership)

    def hand_over(self, record: Record, upn: str) -> None:
        """A device has another primary user, who has said nothing yet."""
        record.upn = upn
        record.facts = {name: v for name, v in record.facts.items() if name not in OF_A_USER}
        self.judge_again(record, user_diagnostics=False)

    def end(self, record: Record) -> None:
        """The record is gone and all it held; its apps are on a device that nobody manages."""
        record.facts, record.optional = {}, {}
        self.settle(record)
        self.ledger.drop((part, record.id) for part in (*PARTS, "managed name"))
        self.records.pop(record.id, None)
        for app in self.apps_of(record):
            app.device = None
            self.judge_again(app, ownership=Ownership.PERSONAL, mdm_enrolled=False)

    def apps_of(self, record: Record) -> list[Record]:
        """The app registrations that are linked to a device."""
        return [each for each in self.records.values() if each.device is record]

    def settle(self, record: Record) -> None:
        """Tell the ledger what the record holds now, and that it holds nothing else."""
        record.settled = self.ledger.tick
        holds = {
            "record": {name: v for name, v in record.facts.items() if name != "applications"},
            "apps": record.facts.get("applications", []),
            "diagnostics": record.optional,
        }
        self.ledger.keep_only({(part, record.id): value for part, value in holds.items()})

    def _judge_outcomes(self, given: Mapping[str, Any], outcome: Minimised) -> None:
        for name, value in given.items():
            for canary in self.ledger.of(value):
                reason = outcome.refused.get(canary.row)
                if name in JUDGED:
                    canary.outcome = "judged"
                elif canary.row in outcome.reduced:
                    canary.outcome = "reduced"
                else:
                    canary.outcome = f"refused: {reason}" if reason else "unknown"
