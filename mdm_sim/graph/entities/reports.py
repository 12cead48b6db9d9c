"""The actions of `deviceManagement/reports`: a report's rows as JSON in a stream of bytes.

A report that this service has no rows for has columns and none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import orjson
from flask import Response

from mdm_sim import access
from mdm_sim.graph.asking import Ask
from mdm_sim.graph.documents.operations import Served
from mdm_sim.graph.edm.model import model
from mdm_sim.graph.entities import report_rows
from mdm_sim.graph.entities.report_table import UNKNOWN_ROWS, Report, find
from mdm_sim.graph.resolving import Target
from mdm_sim.messages import Detail, Malformed

KIND = "deviceManagementReports"
# Reports are of devices, apps and policies alike: one of these areas opens them all.
AREAS = (access.CONFIGURATION, access.APPS, access.DEVICES)
READING = tuple(access.reading(area) for area in AREAS)
# The reports behind the actions, by the name that exports have for them.
# fmt: off
_OF_ACTION = {
    "getDeviceNonComplianceReport":             "DeviceNonCompliance",
    "getDevicesWithoutCompliancePolicyReport":  "DevicesWithoutCompliancePolicy",
    "getNoncompliantDevicesAndSettingsReport":  "NoncompliantDevicesAndSettings",
    "getPolicyNonComplianceReport":             "PolicyNonCompliance",
    "getPolicyNonComplianceSummaryReport":      "PolicyNonComplianceAgg",
    "getCompliancePolicyNonComplianceReport":   "PolicyNonComplianceAgg",
    "getCompliancePolicyNonComplianceSummaryReport": "PolicyNonComplianceAgg",
    "getConfigurationPolicyNonComplianceReport": "ConfigurationPolicyAggregate",
    "getConfigurationPolicyNonComplianceSummaryReport": "ConfigurationPolicyAggregate",
    "getConfigurationPolicyDeviceSummaryReport": "ConfigurationPolicyDeviceAggregates",
    "getConfigurationPolicyDevicesReport":      "DeviceStatusesByConfigurationProfile",
    "getConfigurationPoliciesReportForDevice":  "DeviceConfigurationPolicyStatuses",
    "getCompliancePoliciesReportForDevice":     "DevicePoliciesComplianceReport",
    "getDevicePoliciesComplianceReport":        "DevicePoliciesComplianceReport",
    "getDeviceStatusByCompliacePolicyReport":   "DeviceStatusByCompliacePolicyReport",
    "getDevicePolicySettingsComplianceReport":  "DevicePolicySettingsComplianceReport",
    "getAppsInstallSummaryReport":              "AppInstallStatusAggregate",
    "getAppStatusOverviewReport":               "AppInstallStatusAggregate",
    "getDeviceInstallStatusReport":             "DeviceInstallStatusByApp",
    "retrieveDeviceAppInstallationStatusReport": "DeviceInstallStatusByApp",
    "getUserInstallStatusReport":               "UserInstallStatusAggregateByApp",
}
# fmt: on


def _stream(ask: Ask, wanted: report_rows.Asked) -> Response:
    with ask.read() as connection:
        tenant_id = ask.who.tenant_id
        body = {
            "TotalRowCount": report_rows.total(connection, tenant_id, wanted),
            "Schema": wanted.schema,
            "Values": list(report_rows.page(connection, tenant_id, wanted)),
            "SessionId": str(uuid4()),
        }
    return Response(orjson.dumps(body), mimetype="application/octet-stream")


def _known(report: Report) -> Any:
    def answer(ask: Ask, _target: Target, given: Mapping[str, Any]) -> Response:
        return _stream(ask, report_rows.asked(report, given))

    return answer


def _without_rows(ask: Ask, _target: Target, given: Mapping[str, Any]) -> Response:
    return _stream(ask, report_rows.asked_of_nothing(UNKNOWN_ROWS, given))


def named(name: Any, pointer: str) -> Report:
    """The report of a name. Raises Malformed for one that is not served."""
    report = find(name) if isinstance(name, str) else None
    if report is None:
        message = "The name of a report that is served is expected."
        raise Malformed(message, [Detail(pointer, "the name of a report")])
    return report


def _cached(ask: Ask, _target: Target, given: Mapping[str, Any]) -> Response:
    """A report by the id of its cached configuration, `<name>_<id>`: there is no cache to age."""
    name = str(given.get("id") or "").partition("_")[0]
    return _stream(ask, report_rows.asked(named(name, "/id"), given))


def _historical(ask: Ask, _target: Target, given: Mapping[str, Any]) -> Response:
    """A report of the past, of which nothing is kept."""
    report = named(given.get("name"), "/name")
    without = Report("", report.text, UNKNOWN_ROWS.source)
    return _stream(ask, report_rows.asked_of_nothing(without, given))


def _actions() -> list[str]:
    found: dict[str, None] = {}
    for version in ("v1.0", "beta"):
        for (kind, _many, _name), overloads in model(version).operations.items():
            if kind == KIND:
                found |= dict.fromkeys(each.name for each in overloads)
    return list(found)


def _handler(name: str) -> Any:
    report = find(_OF_ACTION.get(name, ""))
    if report is not None:
        return _known(report)
    return {"getCachedReport": _cached, "getHistoricalReport": _historical}.get(name, _without_rows)


SERVED = tuple(
    Served(KIND, name, _handler(name), reads=True, permissions=READING) for name in _actions()
)
