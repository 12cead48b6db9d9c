"""Reports: the actions that give rows at once, and export jobs with a file behind a URL."""

import csv
import io
import json
import zipfile

import pytest

from mdm_sim import tenant
from mdm_sim.graph.edm.model import model
from mdm_sim.settings import Settings

REPORTS = "/beta/deviceManagement/reports"
JOBS = f"{REPORTS}/exportJobs"
CORPORATE = "deviceEnrollmentManager"
BO = tenant.USERS[0]
FACTS = {"deviceName": "Phone", "serialNumber": "S-1", "osVersion": "17", "model": "M"}
APP = {"@odata.type": "#microsoft.graph.iosStoreApp", "displayName": "App", "publisher": "P"}
HELD = [{"id": "com.example.a", "name": "A", "version": "1"}]


@pytest.fixture
def report(client, sign_in):
    """Ask a report's action, with a status; returns what the stream holds."""

    def asked(action, status=200, version="beta", **body):
        path = f"/{version}/deviceManagement/reports/{action}"
        answer = client.post(path, headers=sign_in(), json=body)
        assert answer.status_code == status, answer.text
        if status == 200:
            assert answer.headers["Content-Type"] == "application/octet-stream"
        return json.loads(answer.data)

    return asked


@pytest.fixture
def export(graph, serve, settings, sign_in):
    """Export a report; returns its columns and rows, as a service a minute later has them."""
    later = serve(Settings(settings.database, clock_offset=60.0))

    def exported(status=201, **body):
        job = graph("POST", JOBS, body, status)
        if status != 201:
            return job
        found = later.get(f"{JOBS}('{job['id']}')", headers=sign_in()).json
        assert found["status"] == "completed", found
        answer = later.get(found["url"])
        assert (answer.status_code, answer.mimetype) == (200, "application/zip")
        with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
            assert archive.namelist() == [f"{job['id']}.{body.get('format', 'csv')}"]
            text = archive.read(archive.namelist()[0]).decode()
        if body.get("format") == "json":
            return json.loads(text)["values"]
        return list(csv.DictReader(io.StringIO(text)))

    return exported


def _actions(version):
    found = model(version).operations
    return {name for (kind, _many, name) in found if kind == "deviceManagementReports"}


@pytest.mark.parametrize("version", ["v1.0", "beta"])
def test_every_report_of_the_model_answers_with_a_schema(report, version):
    special = {
        "getcachedreport": {"id": "Devices_1"},
        "gethistoricalreport": {"name": "DeviceComplianceTrend"},
        "getdeviceinstallstatusreport": {"filter": "(ApplicationId eq 'x')"},
        "getuserinstallstatusreport": {"filter": "(ApplicationId eq 'x')"},
        "retrievedeviceappinstallationstatusreport": {"filter": "(ApplicationId eq 'x')"},
    }
    for name in sorted(_actions(version)):
        found = report(name, version=version, **special.get(name, {}))
        assert list(found) == ["TotalRowCount", "Schema", "Values", "SessionId"], name
        assert (found["TotalRowCount"], found["Values"]) == (0, []), name
        assert all(set(each) == {"Column", "PropertyType"} for each in found["Schema"]), name


def test_apps_are_reported_in_the_columns_asked_for(report, graph):
    for name in ("b", "a", "c"):
        graph("POST", "deviceAppManagement/mobileApps", {**APP, "displayName": name}, 201)
    found = report(
        "getAppsInstallSummaryReport",
        select=["DisplayName", "FailedDeviceCount"],
        orderBy=["DisplayName desc"],
        skip=1,
        top=1,
    )
    assert found["TotalRowCount"] == 3
    assert found["Schema"] == [
        {"Column": "DisplayName", "PropertyType": "String"},
        {"Column": "FailedDeviceCount", "PropertyType": "Int32"},
    ]
    assert found["Values"] == [["b", 0]]
    sought = report("getAppsInstallSummaryReport", select=["DisplayName"], search="C")
    assert sought["Values"] == [["c"]]


def test_devices_without_a_verdict_are_those_without_a_policy(report, enroll):
    enroll(FACTS)
    columns = ["DeviceName", "OwnerType", "OwnerType_loc", "UPN"]
    found = report("getDevicesWithoutCompliancePolicyReport", select=columns)
    assert found["Values"] == [["Phone", "2", "Personal", BO.upn]]
    assert report("getDeviceNonComplianceReport")["Values"] == []


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("getAppsInstallSummaryReport", {"select": ["CANARY"]}),
        ("getAppsInstallSummaryReport", {"filter": "(CANARY eq 'x')"}),
        ("getAppsInstallSummaryReport", {"filter": "CANARY CANARY"}),
        ("getAppsInstallSummaryReport", {"orderBy": ["CANARY"]}),
        ("getAppsInstallSummaryReport", {"top": "CANARY"}),
        ("getDeviceInstallStatusReport", {}),
        ("getCachedReport", {"id": "CANARY_1"}),
        ("getHistoricalReport", {"name": "CANARY"}),
        ("getUnhealthyFirewallReport", {"filter": "CANARY CANARY"}),
    ],
)
def test_a_report_that_cannot_be_is_refused(report, action, body):
    answer = report(action, 400, **body)
    assert (answer["error"]["code"], "CANARY" in str(answer)) == ("BadRequest", False)


@pytest.mark.parametrize("area", ["ManagedDevices", "Configuration", "Apps"])
def test_a_report_only_needs_permission_to_read(client, sign_in, dump, area):
    scope = f"https://graph.microsoft.com/DeviceManagement{area}.Read.All"
    before = dump()
    headers = sign_in(tenant.ADMIN.upn, scope)
    answer = client.post(f"{REPORTS}/getDeviceNonComplianceReport", headers=headers, json={})
    assert (answer.status_code, dump()) == (200, before)


def test_an_export_starts_runs_and_is_fetched_without_a_token(graph, enroll, newest, export):
    enroll(FACTS)
    job = graph("POST", JOBS, {"reportName": "Devices"}, 201)
    assert (job["status"], job["url"], job["expirationDateTime"][:4]) == (
        "notStarted", None, "0001",
    )  # fmt: skip
    assert job["id"].startswith("Devices_")
    assert newest()["activityType"] == "Create DeviceManagementExportJob"
    [row] = export(reportName="Devices")
    assert (row["DeviceName"], row["UPN"], row["OwnerType"]) == ("Phone", BO.upn, "2")


@pytest.mark.parametrize(
    ("name", "body", "rows"),
    [
        ("Devices", {"filter": "(OwnerType eq '1')", "select": ["DeviceName"]},
         [{"DeviceName": "Desk"}]),
        ("DevicesWithInventory", {"select": ["SerialNumber"], "filter": "(OwnerType eq '2')"},
         [{"SerialNumber": "S-1"}]),
        ("DeviceCompliance", {"select": ["OwnerType"], "filter": "(OwnerType eq '2')"},
         [{"OwnerType": "2", "OwnerType_loc": "Personal"}]),
        ("DeviceCompliance", {"select": ["OwnerType"], "filter": "(OwnerType eq '2')",
                              "localizationType": "replaceLocalizableValues"},
         [{"OwnerType": "Personal"}]),
        ("DeviceNonCompliance", {}, []),
        ("AppInvAggregate", {"select": ["ApplicationName", "DeviceCount"]},
         [{"ApplicationName": "A", "DeviceCount": 1}]),
        ("AppInvRawData", {"select": ["ApplicationName", "DeviceName"]},
         [{"ApplicationName": "A", "DeviceName": "Desk"}]),
        ("ConfigurationPolicyAggregateV3", {"select": ["PolicyName"]}, []),
    ],
)  # fmt: skip
def test_a_report_holds_the_rows_that_may_be_kept(export, enroll, name, body, rows):
    enroll({**FACTS, "applications": HELD})
    enroll({"deviceName": "Desk", "applications": HELD}, enrollment_type=CORPORATE)
    found = export(reportName=name, format="json", **body)
    assert found == rows


def test_the_inventory_of_one_device_is_exported(export, enroll):
    mine = enroll({"applications": HELD}, enrollment_type=CORPORATE)
    enroll({"applications": HELD}, enrollment_type=CORPORATE)
    wanted = f"(DeviceId eq '{mine['id']}')"
    found = export(reportName="AppInvByDevice", filter=wanted, select=["DeviceId"])
    assert found == [{"DeviceId": mine["id"]}]
    export(400, reportName="AppInvByDevice")


@pytest.mark.parametrize(
    "body",
    [{}, {"reportName": "CANARY"}, {"reportName": "Devices", "select": ["CANARY"]},
     {"reportName": "Devices", "filter": "(DeviceName eq 'CANARY')"},
     {"reportName": "Devices", "format": "CANARY"}, {"reportName": 7}],
)  # fmt: skip
def test_a_wrong_export_is_refused(graph, dump, body):
    before = dump()
    answer = graph("POST", JOBS, body, 400)
    assert ("CANARY" in str(answer), dump()) == (False, before)


def test_an_export_is_gone_after_six_hours(graph, serve, settings, sign_in, enroll):
    enroll(FACTS)
    job = graph("POST", JOBS, {"reportName": "Devices"}, 201)
    soon = serve(Settings(settings.database, clock_offset=60.0))
    late = serve(Settings(settings.database, clock_offset=6 * 3600.0 + 60))
    url = soon.get(f"{JOBS}/{job['id']}", headers=sign_in()).json["url"]
    assert soon.get(url.replace("sig=", "sig=x")).status_code == 403
    assert soon.get(url).status_code == 200
    assert late.get(url).status_code == 403


def test_an_export_is_removed(graph, newest):
    job = graph("POST", JOBS, {"reportName": "Devices"}, 201)
    assert [each["id"] for each in graph("GET", JOBS)["value"]] == [job["id"]]
    graph("DELETE", f"{JOBS}/{job['id']}", status=204)
    assert newest()["activityType"] == "Delete DeviceManagementExportJob"
    graph("GET", f"{JOBS}/{job['id']}", status=404)


def test_no_report_file_is_on_disk(export, enroll, on_disk, graph, settings):
    enroll({"deviceName": "Phone"})
    export(reportName="Devices", select=["DeviceName"])
    assert not on_disk("PK\x03\x04")
