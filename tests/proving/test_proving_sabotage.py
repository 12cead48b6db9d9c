"""A service with a fault fails the proof, which names the row and the place, and no value."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mdm_sim.proving import report
from mdm_sim.proving.proof import Proof

Proving = Callable[..., Proof]
DATABASE, LOG = "data/mdm-sim.db (its rows)", "data/mdm-sim.db-wal"
ORDERS = "(an order's parameters)"

WRITE, BATCH, SIGN_IN = "an_admin_writes", "batches", "sign_ins"
TEMPLATES = "POST /v1.0/deviceManagement/notificationMessageTemplates"
SIGNING_IN = "POST /{}/oauth2/v2.0/authorize"
ENROLL, ASK, FLIP, LEAVE = "two_enroll", "somebody_asks", "one_is_personal_now", "one_leaves"
RECORD = "GET /privacy/v1/records/{}"

# fmt: off
FAULTS = [
    # the fault, the phases that show it, what is wrong, of which row, where
    ("log_the_body",             [ENROLL], "forbidden", "never.photos", "stderr"),
    ("log_a_header",             [ASK], "forbidden", "(headers)", "stdout"),
    ("cache_bodies_in_a_file",   [ENROLL], "forbidden", "never.contacts", "data/bodies.cache"),
    ("keep_digests_in_a_file",   [ENROLL], "forbidden", "user.phone_number", "data/seen"),
    ("cache_bodies_in_memory",   [ENROLL, ASK], "forbidden", "hardware.imei",
     "GET /privacy/v1/settings"),
    ("purge_nothing_when_judged_again", [ENROLL, FLIP], "forbidden", "device.location", DATABASE),
    ("purge_no_order",           [ENROLL, LEAVE], "forbidden", ORDERS, DATABASE),
    ("leave_the_log_behind",     [ENROLL, LEAVE], "forbidden", "hardware.serial_number", LOG),
    ("let_locations_through",    [ENROLL], "forbidden", "device.location", DATABASE),
    ("show_another_record",      [ENROLL], "forbidden", "hardware.model", RECORD),
    ("store_unknown_properties", [WRITE], "forbidden", "(documents)", DATABASE),
    ("echo_a_wrong_member",      [WRITE], "forbidden", "(documents)", TEMPLATES),
    ("log_the_parts_of_a_batch", [BATCH], "forbidden", "(parts of batches)", "stderr"),
    ("repeat_the_user_name",     [SIGN_IN], "forbidden", "(parameters of sign-ins)", SIGNING_IN),
    ("forget_device_names",      [ENROLL], "missing", "hardware.device_name", RECORD),
]
# fmt: on


@pytest.mark.parametrize(
    ("fault", "phases", "problem", "row", "place"), FAULTS, ids=[fault[0] for fault in FAULTS]
)
def test_a_fault_is_found_in_its_row_and_place(
    proving: Proving, fault: str, phases: list[str], problem: str, row: str, place: str
) -> None:
    proof = proving(*phases, fault=fault)
    assert not proof.failure
    assert (problem, row, place) in {(f.problem, f.row, f.place) for f in proof.findings}
    assert not proof.is_clean


def test_a_report_of_faults_prints_no_value(proving: Proving) -> None:
    proof = proving("two_enroll", fault="log_the_body")
    text = "\n".join(report.as_text(report.as_json(proof)))
    assert "FORBIDDEN: never.photos" in text
    assert [canary for canary in proof.ledger.canaries if str(canary.value) in text] == []


def test_a_service_without_a_fault_has_no_findings(proving: Proving) -> None:
    proof = proving()
    assert (proof.failure, proof.findings) == ("", {})
    assert all(searched.held for searched in proof.searched)


def test_a_service_that_fails_is_not_proven(proving: Proving) -> None:
    proof = proving("one_leaves")
    assert "the record personal ios is not there" in proof.failure
    assert not proof.is_clean
