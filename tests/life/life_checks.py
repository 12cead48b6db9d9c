"""What must be so after every step: what is stored, and what the doors show of it."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from life.life_facts import MARK, marks
from life.life_model import Model, Record
from life.life_service import Row, Service, Snapshot

from mdm_sim import contexts
from mdm_sim.policy import catalogue
from mdm_sim.policy.context import Workload
from mdm_sim.policy.facts import JUDGED
from mdm_sim.policy.minimise import minimise
from mdm_sim.policy.rules import Reason

_SEALED = re.compile(r"eyJ[\w-]*(\.[\w-]*){4}")
_TOLD = {"cause", "policyVersion", "context", "kept", "reduced", "judged", "refused"}
_DEVICES = "/beta/deviceManagement/managedDevices"
_IN_GRAPH = ("deviceName", "serialNumber", "udid", "iccid", "wiFiMacAddress", "azureADDeviceId")


def check_stored(found: Snapshot, model: Model) -> None:
    """The database holds what the model holds, of every record that is not behind."""
    late, stored = found.late, found.records
    assert stored.keys() == {record.id for record in model.live()}
    for record in model.live():
        row = stored[record.id]
        assert bool(row.get("hidden")) == (record.state != "visible")
        if record.state != "visible":
            assert row["facts"] == "{}"
        elif record.id not in late:
            _check_row(model, record, row)
    _check_reports(found, model, late)


def check_tallies(found: Snapshot) -> None:
    """The numbers of records that are kept are those of a count."""
    kinds = [name for name in found.record_tallies[0] if name != "number"] if found.records else []
    none = {"enrollment_type": "", "compliance_state": "", "hidden": 0}
    counted = Counter(tuple((none | row)[name] for name in kinds) for row in found.records.values())
    kept = {tuple(row[name] for name in kinds): row["number"] for row in found.record_tallies}
    assert kept == counted


def _check_row(model: Model, record: Record, row: Row) -> None:
    facts = orjson.loads(row["facts"])
    assert facts == record.facts, record.id
    context = model.context(record)
    outcome = minimise(facts, context, model.managed_for(facts))
    assert outcome.kept == facts
    assert not outcome.refused
    expected = contexts.columns(context)
    if "location" not in facts:
        expected.pop("location_requested")
    assert {name: row[name] for name in expected} == expected, record.id


def _check_reports(found: Snapshot, model: Model, late: set[str]) -> None:
    """Diagnostics are of records with both consents, and of nobody else."""
    reports = {
        (row["pseudonym"], row["fact"]): orjson.loads(row["document"]) for row in found.diagnostics
    }
    for record in model.live():
        held = {
            fact: reports.pop((pseudonym, fact))
            for pseudonym in _pseudonyms(found, record.id)
            for at, fact in tuple(reports)
            if at == pseudonym
        }
        assert record.id in late or held == record.reports, record.id
    assert reports == {}


def _pseudonyms(found: Snapshot, record_id: str) -> Iterator[str]:
    (tenant,) = found.tenant_settings
    for name in ("former_pseudonym_key", "pseudonym_key"):
        if tenant[name]:
            key = bytes.fromhex(tenant[name])
            yield hmac.new(key, record_id.encode(), hashlib.sha256).hexdigest()


def check_queries(found: Snapshot, model: Model) -> None:
    """Queries are of devices that may be asked, and their answers are sealed."""
    by_digest = {
        hashlib.sha256(query_id.encode()).hexdigest(): query
        for record in model.live()
        for query_id, query in record.queries.items()
    }
    assert {row["id"] for row in found.device_queries} == by_digest.keys()
    for row in found.device_queries:
        assert (row["answer"] is None) == (by_digest[row["id"]].answer is None)
        assert row["answer"] is None or _SEALED.fullmatch(row["answer"])


def check_told(found: Snapshot, model: Model) -> None:
    """Receipts name rows and reasons; neither they nor orders and credentials hold a value."""
    live = {record.id for record in model.live()}
    for row in found.receipts:
        assert row["record_id"] in live
        told = orjson.loads(row["document"])
        assert told.keys() == _TOLD
        named = {*told["kept"], *told["refused"], *told["reduced"]}
        assert named <= catalogue.BY_ID.keys()
        assert set(told["judged"]) <= JUDGED.keys()
        assert set(told["refused"].values()) <= set(Reason)
    documents = [row["document"] for row in found.receipts]
    assert MARK not in repr([documents, found.orders, found.credentials])


def check_audit(service: Service) -> None:
    """The audit log holds no value, and nothing of it was changed or removed."""
    documents, faults = service.audit()
    assert faults == []
    assert MARK not in repr(documents)


def check_doors(service: Service, model: Model, records: list[Record]) -> None:
    """What the doors show of these records, and in lists, is what may be shown and no more."""
    now = service.now()
    for record in records:
        answer = service.ask("GET", f"/privacy/v1/records/{record.id}")
        assert answer.status_code == (200 if record.state == "visible" else 404)
        if record.state == "visible":
            assert answer.json["facts"] == model.shown(record, now), record.id
    for record in records:
        if record.workload is Workload.MDM and record.state == "visible":
            _check_located(service, record, model.shown(record, now))
    _check_graph(service, model)
    for user in {record.user for record in records if record.user in model.users}:
        _check_export(service, model, user)


def _check_graph(service: Service, model: Model) -> None:
    late = service.snapshot().late
    select = "$select=id,phoneNumber,partnerReportedThreatState," + ",".join(_IN_GRAPH)
    listed = service.insist(200, "GET", f"{_DEVICES}?$top=999&{select}")["value"]
    shown = {item["id"]: item for item in listed}
    seen = model.visible(Workload.MDM)
    assert shown.keys() == {record.id for record in seen}
    for record in seen:
        item = shown[record.id]
        assert {name: item[name] for name in _IN_GRAPH} == {
            name: record.facts.get(name) for name in _IN_GRAPH
        }
        assert item["phoneNumber"] == record.facts.get("phoneNumber", "")
        threat = record.facts.get("threatState", "unknown")
        assert item["partnerReportedThreatState"] == ("unknown" if record.id in late else threat)
    _check_detected(service, [record for record in seen if record.id not in late])


def _check_located(service: Service, record: Record, shown: Mapping[str, Any]) -> None:
    one = service.insist(200, "GET", f"{_DEVICES}/{record.id}?$select=deviceActionResults")
    for result in one["deviceActionResults"]:
        place = result.get("deviceLocation")
        if place is not None:
            assert place["latitude"] == shown["location"]["latitude"]


def _check_detected(service: Service, judged: list[Record]) -> None:
    path = "/v1.0/deviceManagement/detectedApps?$top=999"
    listed = service.insist(200, "GET", path)["value"]
    held = [app for record in judged for app in record.facts.get("applications", [])]
    assert {item["displayName"] for item in listed} == {app["name"] for app in held}


def _check_export(service: Service, model: Model, user: str) -> None:
    told = service.insist(200, "POST", "/privacy/v1/rights/export", {"userPrincipalName": user})
    now = service.now()
    found = {each["id"]: each for each in told["managedDevices"] + told["managedAppRegistrations"]}
    records = [record for record in model.live() if record.user == user]
    assert found.keys() == {record.id for record in records}
    for record in records:
        assert found[record.id]["facts"] == model.shown(record, now), record.id
        assert found[record.id]["diagnostics"] == record.reports, record.id


def check_bytes(service: Service, model: Model, sent: set[str]) -> None:
    """Of everything that was ever sent, the files hold what is still held and nothing else."""
    held = {mark for each in model.live() for mark in marks([each.facts, each.reports])}
    content = service.bytes_on_disk()
    assert {mark for mark in sent - held if mark.encode() in content} == set()
