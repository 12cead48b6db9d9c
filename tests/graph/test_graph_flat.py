"""Reads do not grow with the fleet: pages and exports go on from where they were, counts are kept,
and the plan of every read that tools make is by an index that has what it filters and sorts on.

The planner is told of a large tenant (store.estimates), so that a plan here is that of a million.
"""

import csv
import io
import zipfile
from types import SimpleNamespace
from uuid import uuid4

import pytest
from conftest import conforming
from graph import graph_fleet
from sqlalchemy import event

from mdm_sim import rights, tenant, tokens
from mdm_sim.app import create_app
from mdm_sim.clock import iso
from mdm_sim.graph.entities import report_rows
from mdm_sim.settings import Settings
from mdm_sim.store import audit
from mdm_sim.upkeep.rules import RULES

of_sqlite = pytest.mark.of_sqlite("the plans that its own planner makes")
DM = "/beta/deviceManagement"
DEVICES = f"{DM}/managedDevices"
APPS = "/beta/deviceAppManagement/managedAppRegistrations"
JOBS = f"{DM}/reports/exportJobs"
AUDIT = f"{DM}/auditEvents"
USER = tenant.USERS[0]
SINCE = iso(graph_fleet.MOMENT + 150)
LISTED = ("managed_devices", "app_registrations", "audit_events")
LARGE = {*LISTED, "users", "credentials", "receipts", "orders"}


@pytest.fixture(scope="module")
def fleet(prepared, tmp_path_factory):
    """A service with some thousand devices: `get` a path, `plans` of what a call asks."""
    app = create_app(Settings(prepared.copy(tmp_path_factory.mktemp("fleet"))))
    desk, asked = app.extensions["mdm_sim"], []
    if desk.store.engine.dialect.name == "sqlite":
        graph_fleet.note_at_driver(desk, asked)
    graph_fleet.fill(desk)
    client = conforming(app)
    form = {"client_id": tenant.CLIENT_ID, "scope": f"{tokens.GRAPH}/.default"}
    form |= {"grant_type": "client_credentials", "client_secret": tenant.CLIENT_SECRET}
    token = client.post(f"/{tenant.TENANT_ID}/oauth2/v2.0/token", data=form).json["access_token"]
    headers = {"Authorization": f"Bearer {token}"}

    def get(url, **options):
        answer = client.get(url, headers=headers, query_string=options or None)
        assert answer.status_code == 200, answer.text
        return answer

    def plans(call):
        """The steps of the plan of every statement about a large table."""
        asked.clear()
        call()
        found = []
        with desk.store.read() as connection:
            for statement, parameters in asked[:]:
                if statement.startswith(("SELECT", "DELETE")):
                    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                    found.append([row[3] for row in rows])
        return found

    yield SimpleNamespace(get=get, plans=plans, desk=desk, client=client, headers=headers)
    desk.store.close()


# A read, the index that finds what it shows, and what the index is asked beside the tenant.
# fmt: off
READS = (
    (f"{DEVICES}", "managed_devices_1", ""),
    (f"{DEVICES}/x", "managed_devices_1", "id=?"),
    (f"{DEVICES}?$skiptoken=WyJ4Il0", "managed_devices_1", "id>?"),
    (f"{DEVICES}?$filter=deviceName eq 'x'", "ix_device_deviceName", "<expr>=?"),
    (f"{DEVICES}?$filter=serialNumber eq 'x'", "ix_device_serialNumber", "<expr>=?"),
    (f"{DEVICES}?$filter=imei eq 'x'", "ix_device_imei", "<expr>=?"),
    (f"{DEVICES}?$filter=azureADDeviceId eq 'x'", "ix_device_azureADDeviceId", "<expr>=?"),
    (f"{DEVICES}?$filter=operatingSystem eq 'Windows'", "ix_device_system", "<expr>=?"),
    (f"{DEVICES}?$filter=managedDeviceOwnerType eq 'company'", "ix_device_owner", "<expr>=?"),
    (f"{DEVICES}?$filter=complianceState eq 'noncompliant'",
     "ix_device_compliance", "compliance_state=?"),
    (f"{DEVICES}?$filter=managementState eq 'retirePending'",
     "ix_device_state", "management_state=?"),
    (f"{DEVICES}?$filter=userId eq 'x'", "ix_device_user", "user_id=?"),
    (f"{DEVICES}?$filter=userPrincipalName eq 'X'", "ix_device_user", "user_id=?"),
    (f"{DEVICES}?$filter=lastSyncDateTime le 2025-01-01T00:00:00Z",
     "ix_device_sync", "last_sync_at<?"),
    (f"{DEVICES}?$filter=lastSyncDateTime ge 2025-01-01T00:00:00Z",
     "ix_device_sync", "last_sync_at>?"),
    (f"{DEVICES}?$filter=enrolledDateTime ge 2025-01-01T00:00:00Z",
     "ix_device_enrolled", "enrolled_at>?"),
    (f"{DEVICES}?$orderby=deviceName", "ix_device_deviceName", ""),
    (f"{DEVICES}?$orderby=deviceName desc&$skiptoken=WyJhIiwiYiJd",
     "ix_device_deviceName", "<expr>=? AND id<?"),
    (f"{DEVICES}?$orderby=lastSyncDateTime desc", "ix_device_sync", ""),
    (f"{DEVICES}?$orderby=enrolledDateTime", "ix_device_enrolled", ""),
    (f"{DEVICES}?$orderby=operatingSystem", "ix_device_system", ""),
    (f"{DEVICES}?$orderby=complianceState", "ix_device_compliance", ""),
    (f"{DEVICES}/$count", "record_tallies_1", "workload=?"),
    (f"{DEVICES}/$count?$filter=complianceState eq 'error'",
     "record_tallies_1", "workload=?"),
    (f"/beta/users/{USER.id}/managedDevices", "ix_device_user", "user_id=?"),
    (f"/beta/users/{USER.upn}/managedAppRegistrations", "ix_registration_user", "user_id=?"),
    (f"{DM}/managedDeviceOverview", "ix_device_make", "<expr>>?"),
    (f"{DM}/deviceCompliancePolicyDeviceStateSummary", "record_tallies_1", "workload=?"),
    (f"{DM}/deviceConfigurationDeviceStateSummaries", "record_tallies_1", "workload=?"),
    (APPS, "app_registrations_1", ""),
    (f"{APPS}/$count", "record_tallies_1", "workload=?"),
    (f"{APPS}?$orderby=lastSyncDateTime", "ix_registration_sync", ""),
    (f"{APPS}?$filter=userId eq 'x'", "ix_registration_user", "user_id=?"),
    (f"{APPS}?$filter=azureADDeviceId eq 'x'", "ix_registration_azureADDeviceId", "<expr>=?"),
    (AUDIT, "audit_events_1", ""),
    (f"{AUDIT}/x", "ix_audit_id", "id=?"),
    (f"{AUDIT}?$skiptoken=Wzld", "audit_events_1", "seq<?"),
    (f"{AUDIT}?$filter=category eq 'device'", "ix_audit_category", "category=?"),
    (f"{AUDIT}?$filter=activityDateTime gt 2025-01-01T00:00:00Z",
     "ix_audit_moment", "recorded_at>?"),
    (f"{AUDIT}?$orderby=activityDateTime desc", "ix_audit_moment", ""),
    (f"{AUDIT}/$count", "audit_heads_1", ""),
    (f"/v1.0/users?$filter=userPrincipalName eq '{USER.upn}'", "users_2", "user_principal_name=?"),
    ("/beta/deviceAppManagement/managedAppStatuses('userstatus')?userId=x",
     "ux_registration", "user_id=?"),
)
# fmt: on


def scans(plans):
    """The steps that read a large table from its beginning."""
    steps = [step for plan in plans for step in plan]
    return [step for step in steps if step.startswith("SCAN") and step.split()[1] in LARGE]


def require_flat(plans, where):
    """Nothing large is scanned, what is listed comes sorted; a step says `where` it is found."""
    steps = [step for plan in plans for step in plan]
    assert scans(plans) == []
    listed = [plan for plan in plans if any(name in step for step in plan for name in LISTED)]
    assert [plan for plan in listed if "USE TEMP B-TREE FOR ORDER BY" in plan] == []
    assert any(where in step for step in steps), "\n".join(steps)


@of_sqlite
@pytest.mark.parametrize(("url", "index", "asked"), READS, ids=range(len(READS)))
def test_a_read_is_by_an_index_that_has_what_it_filters_and_sorts_on(fleet, url, index, asked):
    def ask():
        statuses.append(fleet.client.get(url, headers=fleet.headers).status_code)

    statuses = []
    more = f" AND {asked}" if asked else ""
    require_flat(fleet.plans(ask), f"{index} (tenant_id=?{more}")
    assert statuses == [404 if url.endswith("/x") else 200]


@of_sqlite
@pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
def test_upkeep_looks_for_what_is_due_in_an_index(fleet, rule):
    def apply():
        with fleet.desk.work(tenant.TENANT_ID, audit.SYSTEM, str(uuid4())) as work:
            rule.apply(work, rule.batch)

    require_flat(fleet.plans(apply), "")


@of_sqlite
def test_what_is_held_on_a_person_is_found_by_indexes(fleet):
    def hold():
        with fleet.desk.store.read() as connection:
            person = rights.find(connection, tenant.TENANT_ID, USER.upn)
            rights.held(connection, person, fleet.desk.clock.now())

    plans = fleet.plans(hold)
    for index in ("ix_device_user", "ix_registration_user", "ix_audit_resource", "ix_audit_actor"):
        assert any(index in step for plan in plans for step in plan), index
    assert not any(
        step.startswith("SCAN") and step.split()[1] in LARGE for plan in plans for step in plan
    )


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"$orderby": "deviceName"},
        {"$orderby": "deviceName desc,serialNumber"},
        {"$orderby": "operatingSystem desc"},
        {"$orderby": "lastSyncDateTime"},
        {"$orderby": "lastSyncDateTime desc,serialNumber desc"},
        {"$filter": "complianceState eq 'unknown'", "$orderby": "enrolledDateTime desc"},
        {"$filter": f"lastSyncDateTime ge {SINCE} and operatingSystem eq 'iOS'"},
    ],
)
def test_pages_of_thousands_show_every_device_once_and_in_order(fleet, options):
    asked = {"$select": "id,deviceName,serialNumber,operatingSystem,lastSyncDateTime", **options}
    whole = fleet.get(DEVICES, **{**asked, "$top": "1000"})
    seen = walk(fleet, whole)
    small = walk(fleet, fleet.get(DEVICES, **{**asked, "$top": "170"}))
    assert small == seen
    assert len({each["id"] for each in seen}) == len(seen)
    number = fleet.get(f"{DEVICES}/$count", **{k: v for k, v in options.items() if "filter" in k})
    assert len(seen) == int(number.text) > 300
    first = options.get("$orderby", "").partition(",")[0].split()
    if first and first[0] in asked["$select"]:
        values = [each[first[0]] or "" for each in seen]
        assert values == sorted(values, reverse="desc" in first)


def walk(fleet, page):
    seen = list(page.json["value"])
    while link := page.json.get("@odata.nextLink"):
        page = fleet.get(link)
        seen += page.json["value"]
        assert len(seen) <= graph_fleet.NUMBER
    return seen


@of_sqlite
@pytest.mark.parametrize(
    ("text", "is_kept"),
    [
        ("complianceState eq 'noncompliant'", True),
        ("COMPLIANCESTATE ne 'noncompliant' and managedDeviceOwnerType eq 'company'", True),
        ("not (ownerType eq 'personal') or complianceState in ('unknown','error')", True),
        ("complianceState eq 'noncompliant' and operatingSystem eq 'iOS'", False),
        ("startswith(complianceState,'c')", False),
        ("isof('microsoft.graph.windowsManagedDevice') and complianceState eq 'compliant'", False),
    ],
)
def test_a_number_of_a_kind_is_kept_too(fleet, text, is_kept):
    url, found = f"{DEVICES}/$count?$filter={text}", []
    plans = fleet.plans(lambda: found.append(fleet.get(url)))
    listed = walk(fleet, fleet.get(DEVICES, **{"$filter": text, "$top": "1000", "$select": "id"}))
    assert int(found[0].text) == len(listed) > 0
    steps = [step for plan in plans for step in plan]
    assert any("record_tallies" in step for step in steps) == is_kept
    assert any("managed_devices" in step for step in steps) != is_kept


@pytest.mark.parametrize("path", [DEVICES, f"{DM}/comanagedDevices", APPS, AUDIT])
def test_a_number_that_is_kept_is_the_number_that_is_counted(fleet, path):
    kept = int(fleet.get(f"{path}/$count").text)
    counted = int(fleet.get(f"{path}/$count", **{"$filter": "id ne ''"}).text)
    assert kept == counted > 0
    assert fleet.get(path, **{"$count": "true", "$top": "1"}).json["@odata.count"] == kept


def test_the_overview_tells_what_a_list_tells(fleet):
    shown = walk(fleet, fleet.get(DEVICES, **{"$top": "1000"}))
    told = fleet.get(f"{DM}/managedDeviceOverview").json
    assert told["enrolledDeviceCount"] == len(shown)
    systems = told["deviceOperatingSystemSummary"]
    assert systems["windowsCount"] == sum(each["operatingSystem"] == "Windows" for each in shown)
    made = told["managedDeviceModelsAndManufacturers"]
    assert made["deviceModels"] == sorted({each["model"] for each in shown if each["model"]})
    assert made["deviceManufacturers"] == ["M"]
    verdicts = fleet.get(f"{DM}/deviceCompliancePolicyDeviceStateSummary").json
    wanted = sum(each["complianceState"] == "noncompliant" for each in shown)
    assert verdicts["nonCompliantDeviceCount"] == wanted


def test_an_export_comes_in_parts_and_has_every_row_once(fleet):
    body = {"reportName": "AppInvRawData", "select": ["DeviceId", "ApplicationName"]}
    answer = fleet.client.post(JOBS, headers=fleet.headers, json=body)
    assert answer.status_code == 201, answer.text
    job = answer.json
    object.__setattr__(fleet.desk.clock, "offset", 2.0)
    url = fleet.get(f"{JOBS}/{job['id']}").json["url"]
    reads = []
    note = reads.append
    event.listen(fleet.desk.store.engine, "begin", note)
    answer = fleet.client.get(url, buffered=False)
    parts = list(answer.response)
    event.remove(fleet.desk.store.engine, "begin", note)
    with zipfile.ZipFile(io.BytesIO(b"".join(parts))) as archive:
        assert archive.testzip() is None
        text = archive.read(archive.namelist()[0]).decode()
    ids = [row[0] for row in csv.reader(io.StringIO(text))][1:]
    shown = walk(fleet, fleet.get(DEVICES, **{"$filter": "model ne null", "$top": "1000"}))
    assert ids == sorted([each["id"] for each in shown] * 2)
    assert all(parts)
    assert len(reads) >= len(ids) / report_rows._AT_ONCE
