"""Offers: everything that a device or an app could send, every value of it a canary."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mdm_sim.policy import catalogue
from mdm_sim.policy.context import Platform, Workload
from mdm_sim.policy.facts import JUDGED, KINDS, MEMBERS, Kind
from mdm_sim.policy.rows import NEVER
from mdm_sim.proving.canaries import NO_CANARY
from mdm_sim.proving.ledger import Ledger

# An app that the tenant manages once an administrator has added it; its name is no secret.
MANAGED_APP = "com.contoso.proving.managed"
IDENTIFIERS = {
    Platform.IOS: "bundleId",
    Platform.IPADOS: "bundleId",
    Platform.MACOS: "bundleId",
    Platform.ANDROID: "packageId",
    Platform.WINDOWS: "windowsAppId",
    Platform.LINUX: "packageId",
}
JUDGED_ROW, UNKNOWN_ROW = "(judged, not kept)", "(names in no table)"
_PLAIN: dict[Kind, Any] = {
    Kind.BOOLEAN: True,
    Kind.DEVICE_TYPE: "unknown",
    Kind.THREAT_STATE: "secured",
}
LONG = 400


class Offers:
    """Makes offers for records of a workload and platform."""

    def __init__(self, ledger: Ledger) -> None:
        """`ledger` makes the canaries."""
        self._ledger = ledger
        self._channel = 0

    def everything(self, workload: Workload, platform: Platform) -> dict[str, Any]:
        """Every fact, judged fact, thing never collected, barred name and unknown name."""
        facts = self.facts(workload, platform)
        facts |= {name: self._judged(name, kind) for name, kind in JUDGED.items()}
        facts |= dict(self._never())
        facts |= dict(self.barred(12))
        return facts | self.unknown()

    def facts(
        self, workload: Workload, platform: Platform, *, leaving_out: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """Every fact of the catalogue with its members, and members that are in no table."""
        rows = catalogue.rows_by_fact(workload)
        found: dict[str, Any] = {}
        for name, kind in KINDS.items():
            if name in leaving_out:
                continue
            row = rows[name].id if name in rows else ""
            if name == "applications":
                found[name] = self.applications(workload)
            elif name == "appIdentifier":
                found[name] = self._identifier(workload, platform, row)
            elif kind is Kind.OBJECT:
                found[name] = self._members(name, row, "member of a fact")
            elif kind is Kind.TEXTS:
                found[name] = [self._ledger.make(Kind.TEXT, row, "fact") for _ in range(2)]
            else:
                found[name] = self.value(kind, row, "fact")
        return found

    def value(self, kind: Kind, row: str, how: str) -> Any:
        """A canary of a kind, or what stands for one where there can be none."""
        return _PLAIN[kind] if kind in NO_CANARY else self._ledger.make(kind, row, how)

    def applications(self, workload: Workload, own: str | None = None) -> list[dict[str, Any]]:
        """Apps of which the first is the tenant's, the second nobody's, and one the app itself."""
        rows = catalogue.rows_by_fact(workload)
        apps = []
        for identifier in (MANAGED_APP, None, *([own] if own else ())):
            members = MEMBERS["applications"].items()
            app = {
                name: self.value(kind, rows[f"applications/{name}"].id, "member of an app")
                for name, kind in members
                if name != "id" or identifier is None
            }
            app |= {"id": identifier} if identifier else {}
            apps.append(app | self.unknown_members())
        return apps

    def _identifier(self, workload: Workload, platform: Platform, row: str) -> dict[str, Any]:
        names = list(MEMBERS["appIdentifier"])
        if workload is Workload.MAM:
            names = [IDENTIFIERS[platform]]
        named = {name: self._ledger.make(Kind.TEXT, row, "member of a fact") for name in names}
        return named | self.unknown_members()

    def _members(self, name: str, row: str, how: str) -> dict[str, Any]:
        members = {key: self.value(kind, row, how) for key, kind in MEMBERS[name].items()}
        return members | self.unknown_members()

    def unknown_members(self) -> dict[str, Any]:
        """A member in no table: its name is a canary, its value is, and what is nested in it."""
        make, name = self._ledger.make, self._ledger.name
        return {name(UNKNOWN_ROW, "nested name"): [make(Kind.TEXT, UNKNOWN_ROW, "nested")]}

    def unknown(self) -> dict[str, Any]:
        """Names that are in no table, with values of several shapes."""
        make, name = self._ledger.make, self._ledger.name
        deep: Any = make(Kind.TEXT, UNKNOWN_ROW, "nested")
        for _ in range(3):
            deep = {name(UNKNOWN_ROW, "nested name"): [deep]}
        return {
            name(UNKNOWN_ROW, "name"): make(Kind.TEXT, UNKNOWN_ROW, "value of an unknown name"),
            name(UNKNOWN_ROW, "name"): make(Kind.COUNT, UNKNOWN_ROW, "value of an unknown name"),
            name(UNKNOWN_ROW, "name"): deep,
        }

    def _judged(self, _name: str, kind: Kind) -> Any:
        return self.value(kind, JUDGED_ROW, "judged fact")

    def _never(self) -> Iterator[tuple[str, Any]]:
        """What is never collected, in the shapes that it could come in."""
        for row in NEVER:
            for name in row.facts:
                text = self._ledger.make(Kind.TEXT, row.id, "never collected")
                number = self._ledger.make(Kind.PHONE, row.id, "never collected")
                key = self._ledger.name(row.id, "nested name")
                yield name, [text, {"number": number, key: {"text": text}}]

    def barred(self, count: int | None = None) -> Iterator[tuple[str, Any]]:
        """Names of the service's own, the account's and others': some at a time, or all."""
        names = sorted(catalogue.wrong_channel_names().items())
        for place in range(count or len(names)):
            name, row = names[(self._channel + place) % len(names)]
            yield name, self._ledger.make(Kind.TEXT, row, "barred name")
        self._channel += count or 0

    def wrong(self, workload: Workload) -> Iterator[tuple[str, Any]]:
        """Every fact in ways that a door refuses: another type, a syntax of its own, too long."""
        rows = catalogue.rows_by_fact(workload)
        for name, kind in (KINDS | JUDGED).items():
            row = rows[name].id if name in rows else JUDGED_ROW
            for make in _WRONG:
                yield name, make(self._ledger, kind, row)


def _other_type(ledger: Ledger, kind: Kind, row: str) -> Any:
    canary = ledger.make(Kind.TEXT, row, "wrong type")
    return [[canary]] if kind in {Kind.OBJECT, Kind.OBJECTS} else {"value": canary}


def _other_syntax(ledger: Ledger, kind: Kind, row: str) -> Any:
    canary = ledger.name(row, "over-long")
    long = canary + "x" * LONG
    match kind:
        case Kind.OBJECT | Kind.OBJECTS:
            return long
        case Kind.TEXTS:
            return [long]
        case _:
            return long


_WRONG: tuple[Callable[[Ledger, Kind, str], Any], ...] = (_other_type, _other_syntax)


def replaced(body: Mapping[str, Any], ledger: Ledger, row: str) -> Iterator[dict[str, Any]]:
    """A body that a door takes, with each of its members in turn of another type, or too long."""
    for name in body:
        yield {**body, name: [{"value": ledger.make(Kind.TEXT, row, "wrong type")}]}
        yield {**body, name: ledger.name(row, "over-long") + "x" * LONG}
